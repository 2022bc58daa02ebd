package io.hairpin.netconf.server;

/**
 * Who asks for a change.
 *
 * @param session the number of the session, 0 for the server itself
 * @param ownCandidate whether the session has a candidate of its own
 */
record Actor(int session, String user, String host, boolean ownCandidate) {
  static final Actor SERVER = new Actor(0, "", "", false);

  @Override
  public String toString() {
    return session == 0 ? "the server" : "session " + session;
  }
}
