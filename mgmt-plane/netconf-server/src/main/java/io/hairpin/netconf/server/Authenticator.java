package io.hairpin.netconf.server;

import java.util.Set;

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

  /**
   * The groups that a user is in as far as whoever authenticates him knows (RFC 8341 section 2.2,
   * enable-external-groups); asked again when the rules change.
   *
   * @param user the name of a user
   * @return the names of groups
   */
  default Set<String> groups(String user) {
    return Set.of();
  }
}
