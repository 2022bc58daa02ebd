package io.hairpin.app;

import io.hairpin.netconf.server.Authenticator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * The user {@code admin} until the configuration has one of that name: his password stands in a
 * file that only its owner can read. The first start makes the file with a random password; there
 * is no default one.
 */
final class AdminPassword implements Authenticator {

  static final String USER = "admin";

  private static final int RANDOM_OCTETS = 18;

  private final byte[] password;

  private AdminPassword(String password) {
    this.password = password.getBytes(StandardCharsets.UTF_8);
  }

  /** Reads the file, or makes it. */
  static AdminPassword in(Path directory, SecureRandom random) throws IOException {
    Path file = directory.resolve("admin-password");
    if (Files.notExists(file)) {
      byte[] octets = new byte[RANDOM_OCTETS];
      random.nextBytes(octets);
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(
          file,
          Base64.getUrlEncoder().encodeToString(octets) + "\n",
          StandardOpenOption.TRUNCATE_EXISTING);
    }
    String password = Files.readString(file).strip();
    if (password.isEmpty()) {
      throw new IOException(
          file + " holds no password: write one, or remove the file and have one made");
    }
    return new AdminPassword(password);
  }

  @Override
  public boolean authenticate(String user, String attempt) {
    return MessageDigest.isEqual(attempt.getBytes(StandardCharsets.UTF_8), password)
        && user.equals(USER);
  }
}
