package io.hairpin.netconf.server;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The optional capabilities that a server has.
 *
 * @param writableRunning whether running can be edited (RFC 6241 section 8.2)
 * @param startup whether running is not durable but the startup datastore is (section 8.7)
 * @param privateCandidates whether sessions that ask for it have a candidate of their own
 * @param files where the files of the url capability are (section 8.8); null without it
 */
record Features(
    boolean writableRunning, boolean startup, boolean privateCandidates, @Nullable Path files) {
  static final String PRIVATE_CANDIDATE = Namespaces.CAPABILITY + "private-candidate:1.0";

  /** Whether the server has a feature of the module ietf-netconf. */
  boolean has(String feature) {
    return switch (feature) {
      case "writable-running" -> writableRunning;
      case "startup" -> startup;
      case "url" -> files != null;
      default -> true;
    };
  }
}
