package io.hairpin.softswitch.engine;

import java.util.List;

/** What an entry runs: an action of its own, or what an action profile holds. */
public sealed interface Choice permits Action, Choice.Member, Choice.Group, Choice.OneShot {
  /**
   * A member of the table's action profile.
   *
   * @param id the member
   */
  record Member(int id) implements Choice {}

  /**
   * A group of the table's action profile: its selector takes one of the members.
   *
   * @param id the group
   */
  record Group(int id) implements Choice {}

  /**
   * A group of the entry's own: the selector of the table's action profile takes one of the parts.
   *
   * @param parts what it takes one of; a packet that comes to an empty one runs nothing
   * @param random whether it draws one for each packet, whatever the selector would take
   */
  record OneShot(List<Part> parts, boolean random) implements Choice {
    /**
     * Keeps the parts unmodifiable.
     *
     * @param parts what it takes one of
     * @param random whether it draws one for each packet, whatever the selector would take
     */
    public OneShot {
      parts = List.copyOf(parts);
    }
  }

  /**
   * A part of a group of an entry's own.
   *
   * @param action what it runs
   * @param weight how many of the hash values it takes, at least 1
   * @param watchPort it is left out while this port's link is down; -1 for none
   */
  record Part(Action action, int weight, int watchPort) {}
}
