package io.hairpin.softswitch.engine;

import java.util.List;

/**
 * An entry of a table.
 *
 * @param key one match for each field of the table's key, in its order
 * @param priority higher wins, as in P4Runtime; 0 where the table has no priorities
 * @param action what a hit runs
 */
public record Entry(List<Match> key, int priority, Action action) {
  /**
   * Keeps the key unmodifiable.
   *
   * @param key one match for each field of the table's key, in its order
   * @param priority higher wins, as in P4Runtime; 0 where the table has no priorities
   * @param action what a hit runs
   */
  public Entry {
    key = List.copyOf(key);
  }
}
