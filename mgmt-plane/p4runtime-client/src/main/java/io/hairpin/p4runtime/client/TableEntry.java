package io.hairpin.p4runtime.client;

import java.time.Duration;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a table, built as {@code TableEntry.of("fdb").exact("fid",
 * 1).action(Action.of("flood"))}.
 *
 * @param table the table's name: its full name, its alias, or any unambiguous end of its full name
 * @param matches what the fields of the key must be, by field name
 * @param priority the highest wins; above 0 where the key has a ternary, range or optional field,
 *     else 0
 * @param isDefault whether this is the table's default action
 * @param action what to do; null where only the key is meant
 * @param idleTimeout how long the entry may see no packet before it is notified; zero for never
 */
public record TableEntry(
    String table,
    SortedMap<String, Match> matches,
    int priority,
    boolean isDefault,
    @Nullable Action action,
    Duration idleTimeout)
    implements Entity {

  /** Copies the matches. */
  public TableEntry {
    matches = Collections.unmodifiableSortedMap(new TreeMap<>(matches));
  }

  /**
   * An entry that matches anything and does nothing, to build upon.
   *
   * @param table the table's name
   * @return the entry
   */
  public static TableEntry of(String table) {
    return new TableEntry(table, Collections.emptySortedMap(), 0, false, null, Duration.ZERO);
  }

  /**
   * The default action of a table.
   *
   * @param table the table's name
   * @param action the action
   * @return the entry
   */
  public static TableEntry ofDefault(String table, Action action) {
    return new TableEntry(table, Collections.emptySortedMap(), 0, true, action, Duration.ZERO);
  }

  /**
   * This entry with one field more.
   *
   * @param field the field's name
   * @param match what the field must be
   * @return the entry
   */
  public TableEntry match(String field, Match match) {
    TreeMap<String, Match> more = new TreeMap<>(matches);
    more.put(field, match);
    return new TableEntry(table, more, priority, isDefault, action, idleTimeout);
  }

  /**
   * This entry with one exact field more.
   *
   * @param field the field's name
   * @param value its value
   * @return the entry
   */
  public TableEntry exact(String field, Value value) {
    return match(field, new Match.Exact(value));
  }

  /**
   * This entry with one exact field more.
   *
   * @param field the field's name
   * @param value its value, unsigned
   * @return the entry
   */
  public TableEntry exact(String field, long value) {
    return exact(field, Value.of(value));
  }

  /**
   * This entry with one ternary field more.
   *
   * @param field the field's name
   * @param value its value, unsigned
   * @param mask ones where the value counts
   * @return the entry
   */
  public TableEntry ternary(String field, long value, long mask) {
    return match(field, new Match.Ternary(Value.of(value), Value.of(mask)));
  }

  /**
   * This entry with one longest-prefix field more.
   *
   * @param field the field's name
   * @param value its value
   * @param prefixLength the length of the prefix in bits
   * @return the entry
   */
  public TableEntry lpm(String field, Value value, int prefixLength) {
    return match(field, new Match.Lpm(value, prefixLength));
  }

  /**
   * This entry with one range field more.
   *
   * @param field the field's name
   * @param low the lowest value, unsigned
   * @param high the highest value, unsigned
   * @return the entry
   */
  public TableEntry range(String field, long low, long high) {
    return match(field, new Match.Range(Value.of(low), Value.of(high)));
  }

  /**
   * This entry with one optional field more.
   *
   * @param field the field's name
   * @param value its value, unsigned
   * @return the entry
   */
  public TableEntry optional(String field, long value) {
    return match(field, new Match.Optional(Value.of(value)));
  }

  /**
   * This entry with a priority.
   *
   * @param newPriority above 0; the highest wins
   * @return the entry
   */
  public TableEntry priority(int newPriority) {
    return new TableEntry(table, matches, newPriority, isDefault, action, idleTimeout);
  }

  /**
   * This entry with an action.
   *
   * @param newAction the action
   * @return the entry
   */
  public TableEntry action(Action newAction) {
    return new TableEntry(table, matches, priority, isDefault, newAction, idleTimeout);
  }

  /**
   * This entry with an action that has no parameters.
   *
   * @param name the action's name
   * @return the entry
   */
  public TableEntry action(String name) {
    return action(Action.of(name));
  }

  /**
   * This entry with an idle timeout.
   *
   * @param newIdleTimeout zero for never
   * @return the entry
   */
  public TableEntry idleTimeout(Duration newIdleTimeout) {
    return new TableEntry(table, matches, priority, isDefault, action, newIdleTimeout);
  }

  @Override
  public Kind kind() {
    return isDefault ? Kind.DEFAULT_ENTRY : Kind.TABLE_ENTRY;
  }

  @Override
  public TableEntry key() {
    return new TableEntry(table, matches, priority, isDefault, null, Duration.ZERO);
  }

  @Override
  public String toString() {
    return table
        + (isDefault ? " default" : matches.toString())
        + (priority == 0 ? "" : " priority " + priority)
        + (action == null ? "" : " -> " + action)
        + (idleTimeout.isZero() ? "" : " idle " + idleTimeout);
  }
}
