package io.hairpin.softswitch.engine;

/** What an entry runs: an action of its own, or what an action profile holds. */
public sealed interface Choice permits Action, Choice.Member, Choice.Group {
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
}
