package io.hairpin.netconf.server;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.QName;

/** From a client's certificate to its user name (RFC 7589 section 7, RFC 7407). */
final class CertToName {
  // GeneralName of RFC 5280, section 4.2.1.6.
  private static final int RFC822 = 1;
  private static final int DNS = 2;
  private static final int IP = 7;

  private CertToName() {}

  /** The hash functions of a fingerprint's first octet (RFC 5246, section 7.4.1.4.1). */
  private enum Hash {
    SHA224(3, "SHA-224"),
    SHA256(4, "SHA-256"),
    SHA384(5, "SHA-384"),
    SHA512(6, "SHA-512");

    private final int number;
    private final String algorithm;

    Hash(int number, String algorithm) {
      this.number = number;
      this.algorithm = algorithm;
    }
  }

  /** One entry of the list cert-to-name. */
  record Entry(long id, String algorithm, String digest, String mapType, @Nullable String name) {
    private boolean matches(X509Certificate certificate) {
      try {
        byte[] actual = MessageDigest.getInstance(algorithm).digest(certificate.getEncoded());
        return HexFormat.of().formatHex(actual).equals(digest);
      } catch (GeneralSecurityException e) {
        return false;
      }
    }
  }

  static Entry entry(ConfigNode node) throws RefusedException {
    byte[] octets = HexFormat.ofDelimiter(":").parseHex(node.text("fingerprint"));
    for (Hash hash : Hash.values()) {
      if (hash.number == octets[0]) {
        byte[] digest = Arrays.copyOfRange(octets, 1, octets.length);
        try {
          int length = MessageDigest.getInstance(hash.algorithm).getDigestLength();
          if (length != digest.length) {
            throw node.refused(
                "fingerprint",
                "%d octets after the first; %s has %d"
                    .formatted(digest.length, hash.algorithm, length));
          }
        } catch (GeneralSecurityException e) {
          throw new IllegalStateException(e);
        }
        return new Entry(
            Long.parseLong(node.text("id")),
            hash.algorithm,
            HexFormat.of().formatHex(digest),
            ((QName) node.get("map-type")).getLocalName(),
            node.find("name").map(Object::toString).orElse(null));
      }
    }
    throw node.refused(
        "fingerprint",
        "the first octet is %02x, not 03 to 06 (SHA-2)".formatted(Byte.toUnsignedInt(octets[0])));
  }

  /**
   * Finds the name of a client.
   *
   * @param path the client's certificate, then those that signed it up to a trusted one
   */
  static Optional<String> name(List<Entry> entries, List<X509Certificate> path) {
    for (Entry entry : entries) {
      if (path.stream().anyMatch(entry::matches)) {
        Optional<String> name = name(entry, path.getFirst());
        if (name.isPresent()) {
          return name;
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<String> name(Entry entry, X509Certificate certificate) {
    return switch (entry.mapType) {
      case "specified" -> Optional.ofNullable(entry.name);
      case "san-rfc822-name" -> alternative(certificate, RFC822);
      case "san-dns-name" -> alternative(certificate, DNS);
      case "san-ip-address" -> alternative(certificate, IP);
      case "san-any" -> alternative(certificate, RFC822, DNS, IP);
      case "common-name" -> commonName(certificate);
      default -> Optional.empty();
    };
  }

  /** The first alternative name of one of the kinds. */
  private static Optional<String> alternative(X509Certificate certificate, Integer... kinds) {
    Collection<List<?>> names;
    try {
      names = certificate.getSubjectAlternativeNames();
    } catch (CertificateParsingException e) {
      return Optional.empty();
    }
    if (names == null) {
      return Optional.empty();
    }
    for (List<?> name : names) {
      if (name.getFirst() instanceof Integer kind
          && List.of(kinds).contains(kind)
          && name.get(1) instanceof String text) {
        return Optional.of(
            switch (kind) {
              case RFC822 -> {
                int at = text.lastIndexOf('@') + 1;
                yield text.substring(0, at) + text.substring(at).toLowerCase(Locale.ROOT);
              }
              case DNS -> text.toLowerCase(Locale.ROOT);
              default -> address(text);
            });
      }
    }
    return Optional.empty();
  }

  /** IPv4 with dots, IPv6 as 32 hexadecimal digits. */
  private static String address(String text) {
    try {
      byte[] octets = InetAddress.getByName(text).getAddress();
      return octets.length == 4 ? text : HexFormat.of().formatHex(octets);
    } catch (UnknownHostException e) {
      return text;
    }
  }

  private static Optional<String> commonName(X509Certificate certificate) {
    try {
      for (Rdn rdn : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
        if (rdn.getType().equalsIgnoreCase("CN")) {
          return Optional.of(rdn.getValue().toString());
        }
      }
    } catch (InvalidNameException e) {
      return Optional.empty();
    }
    return Optional.empty();
  }
}
