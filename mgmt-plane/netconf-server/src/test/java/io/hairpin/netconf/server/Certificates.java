package io.hairpin.netconf.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Keys and certificates for TLS, made by openssl in a directory. */
final class Certificates {
  static final Path OPENSSL = Path.of("/usr/bin/openssl");

  private final Path directory;

  Certificates(Path directory) {
    this.directory = directory;
  }

  private void openssl(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(OPENSSL.toString()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (process.waitFor() != 0) {
      throw new AssertionError(command + ":\n" + said);
    }
  }

  /** Makes NAME.pem and NAME.key; without an issuer it signs itself. */
  Certificates make(String name, @Nullable String issuer, String subject, String... extensions)
      throws IOException, InterruptedException {
    return make(name, issuer, subject, 3650, extensions);
  }

  Certificates make(
      String name, @Nullable String issuer, String subject, int days, String... extensions)
      throws IOException, InterruptedException {
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", k(name));
    openssl("req", "-new", "-key", k(name), "-subj", subject, "-out", name + ".csr");
    Path file = Files.write(directory.resolve(name + ".ext"), List.of(extensions));
    List<String> sign =
        new ArrayList<>(
            List.of("x509", "-req", "-in", name + ".csr", "-days", "" + days, "-out", p(name)));
    sign.addAll(List.of("-extfile", file.getFileName().toString()));
    sign.addAll(
        issuer == null
            ? List.of("-signkey", k(name))
            : List.of("-CA", p(issuer), "-CAkey", k(issuer), "-CAcreateserial"));
    openssl(sign.toArray(String[]::new));
    return this;
  }

  private static String p(String name) {
    return name + ".pem";
  }

  private static String k(String name) {
    return name + ".key";
  }

  Path file(String name) {
    return directory.resolve(name);
  }

  String certificate(String name) throws IOException {
    return Files.readString(file(p(name)));
  }

  String key(String name) throws IOException {
    return Files.readString(file(k(name)));
  }

  private X509Certificate read(String name) throws Exception {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(certificate(name).getBytes(UTF_8)));
  }

  /** A fingerprint by SHA-256, as ietf-x509-cert-to-name has it. */
  String fingerprint(String name) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(read(name).getEncoded());
    return "04:" + HexFormat.ofDelimiter(":").formatHex(digest);
  }

  /** A client that trusts an authority and, unless the name is null, shows a certificate. */
  SSLContext client(String authority, @Nullable String name) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("ca", read(authority));
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    if (name != null) {
      var pairs =
          org.apache.sshd.common.util.security.SecurityUtils.loadKeyPairIdentities(
              null,
              org.apache.sshd.common.NamedResource.ofName(name),
              new ByteArrayInputStream(key(name).getBytes(UTF_8)),
              null);
      own.setKeyEntry(
          "own",
          pairs.iterator().next().getPrivate(),
          new char[0],
          new X509Certificate[] {read(name)});
    }
    keys.init(own, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }
}
