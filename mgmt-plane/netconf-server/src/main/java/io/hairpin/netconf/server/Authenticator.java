package io.hairpin.netconf.server;

/** Decides whether a user may open a session. Called from several threads at once. */
@FunctionalInterface
public interface Authenticator {
  /**
   * Checks a password.
   *
   * @param user the SSH user name
   * @param password the password as typed
   * @return whether the user may open a session
   */
  boolean authenticate(String user, String password);
}
