package io.hairpin.softswitch.engine;

import java.util.List;

/**
 * An entry of a table.
 *
 * @param key one match for each field of the table's key, in its order
 * @param priority higher wins, as in P4Runtime; 0 where the table has no priorities
 * @param choice what a hit runs: an action, or where the table has an action profile, a member or a
 *     group of that
 */
public record Entry(List<Match> key, int priority, Choice choice) {
  /**
   * Keeps the key unmodifiable.
   *
   * @param key one match for each field of the table's key, in its order
   * @param priority higher wins, as in P4Runtime; 0 where the table has no priorities
   * @param choice what a hit runs
   */
  public Entry {
    key = List.copyOf(key);
  }

  /**
   * The action of an entry that has one of its own.
   *
   * @return the action
   * @throws IllegalStateException where it has a member or a group
   */
  public Action action() {
    if (choice instanceof Action action) {
      return action;
    }
    throw new IllegalStateException("the entry for " + key + " runs " + choice + ", not an action");
  }
}
