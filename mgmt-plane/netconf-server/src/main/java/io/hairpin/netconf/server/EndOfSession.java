package io.hairpin.netconf.server;

import java.util.Locale;

/**
 * Why a session ended (RFC 6470 section 2.2, termination-reason).
 *
 * @param killedBy the session that killed it; 0 if none did
 */
record EndOfSession(Reason reason, int killedBy) {
  /** The values of termination-reason. */
  enum Reason {
    CLOSED,
    KILLED,
    DROPPED,
    TIMEOUT,
    BAD_HELLO,
    OTHER;

    String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  static EndOfSession of(Reason reason) {
    return new EndOfSession(reason, 0);
  }
}
