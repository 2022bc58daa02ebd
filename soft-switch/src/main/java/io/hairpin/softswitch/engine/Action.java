package io.hairpin.softswitch.engine;

import java.math.BigInteger;
import java.util.List;

/**
 * An action with its arguments, as an entry or a default entry runs it.
 *
 * @param name the action's name in the program
 * @param arguments one unsigned value for each parameter, in the program's order
 */
public record Action(String name, List<BigInteger> arguments) implements Choice {
  /**
   * Keeps the arguments unmodifiable.
   *
   * @param name the action's name in the program
   * @param arguments one unsigned value for each parameter, in the program's order
   */
  public Action {
    arguments = List.copyOf(arguments);
  }
}
