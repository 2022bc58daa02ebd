package io.hairpin.p4runtime.client;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A call of a P4 action. Immutable.
 *
 * @param name the action's name: its full name, its alias, or any end of its full name that is
 *     unambiguous among the actions of the table
 * @param params the values by parameter name
 */
public record Action(String name, SortedMap<String, Value> params) {

  /** Copies the parameters. */
  public Action {
    params = Collections.unmodifiableSortedMap(new TreeMap<>(params));
  }

  /**
   * A call without parameters, to add them to.
   *
   * @param name the action's name
   * @return the call
   */
  public static Action of(String name) {
    return new Action(name, Collections.emptySortedMap());
  }

  /**
   * This call with one parameter more.
   *
   * @param param the parameter's name
   * @param value its value
   * @return the call
   */
  public Action with(String param, Value value) {
    TreeMap<String, Value> more = new TreeMap<>(params);
    more.put(param, value);
    return new Action(name, more);
  }

  /**
   * This call with one parameter more.
   *
   * @param param the parameter's name
   * @param value its value, unsigned
   * @return the call
   */
  public Action with(String param, long value) {
    return with(param, Value.of(value));
  }

  /**
   * This call with a parameter of one bit more.
   *
   * @param param the parameter's name
   * @param value 1 where true
   * @return the call
   */
  public Action with(String param, boolean value) {
    return with(param, value ? 1 : 0);
  }

  @Override
  public String toString() {
    return name + params;
  }
}
