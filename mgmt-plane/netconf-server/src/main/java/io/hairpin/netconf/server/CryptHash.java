package io.hairpin.netconf.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.codec.digest.Sha2Crypt;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.model.api.TypeDefinition;

/** Passwords as iana-crypt-hash (RFC 7317) has them: {@code $0$} in clear, hashed by SHA-2 else. */
final class CryptHash {
  private static final String NAMESPACE = "urn:ietf:params:xml:ns:yang:iana-crypt-hash";
  private static final Pattern ROUNDS = Pattern.compile("\\$[56]\\$rounds=(\\d+)\\$.*");
  // A login with more would keep a core busy for seconds.
  private static final int MAX_ROUNDS = 1_000_000;
  private static final String NOBODYS = Sha2Crypt.sha512Crypt("nobody's".getBytes(UTF_8));

  private CryptHash() {}

  /** A value that may not be stored; the message does not repeat it. */
  private static final class UnfitException extends IllegalArgumentException {
    UnfitException(String message) {
      super(message);
    }
  }

  /** Tells what is wrong with a value without repeating it. */
  static String why(RuntimeException e) {
    return e instanceof UnfitException unfit
        ? String.valueOf(unfit.getMessage())
        : "it is neither $0$ and a password in clear nor a hash that begins with $5$ or $6$";
  }

  /** Whether a type is crypt-hash or derived from it. */
  static boolean is(@Nullable TypeDefinition<?> type) {
    for (TypeDefinition<?> t = type; t != null; t = t.getBaseType()) {
      QName name = t.getQName();
      if (name.getLocalName().equals("crypt-hash")
          && name.getNamespace().toString().equals(NAMESPACE)) {
        return true;
      }
    }
    return false;
  }

  /**
   * What is stored for a value that is received.
   *
   * @throws IllegalArgumentException if the value is of a kind that nobody should use any more
   */
  static String stored(String value) {
    if (value.startsWith("$0$")) {
      if (value.length() == 3) {
        throw new UnfitException("the password is empty");
      }
      return Sha2Crypt.sha512Crypt(value.substring(3).getBytes(UTF_8));
    }
    if (value.startsWith("$1$")) {
      throw new UnfitException("MD5 is not supported, only $0$, $5$ and $6$");
    }
    Matcher rounds = ROUNDS.matcher(value);
    if (rounds.matches() && Long.parseLong(rounds.group(1)) > MAX_ROUNDS) {
      throw new UnfitException("more than " + MAX_ROUNDS + " rounds");
    }
    return value;
  }

  /** Checks a password; takes as long where there is no hash. */
  static boolean matches(String password, @Nullable String hash) {
    String known = hash == null ? NOBODYS : hash;
    byte[] key = password.getBytes(UTF_8);
    String actual =
        known.startsWith("$5$")
            ? Sha2Crypt.sha256Crypt(key, known)
            : Sha2Crypt.sha512Crypt(key, known);
    return MessageDigest.isEqual(actual.getBytes(UTF_8), known.getBytes(UTF_8)) && hash != null;
  }
}
