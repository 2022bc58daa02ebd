package io.hairpin.softswitch.port;

import org.jspecify.annotations.Nullable;

/**
 * A port to be made.
 *
 * @param number what programs call it, 0 to 510
 * @param interfaceName the Linux interface that it is; null for a port without one
 */
public record PortSpec(int number, @Nullable String interfaceName) {
  /** The highest number a port may have; the next one, 511, is where programs drop. */
  public static final int LAST = 510;

  /**
   * Checks number and name.
   *
   * @param number what programs call it, 0 to 510
   * @param interfaceName the Linux interface that it is; null for a port without one
   * @throws IllegalArgumentException where the number is out of range, or no interface may have
   *     such a name
   */
  public PortSpec {
    if (number < 0 || number > LAST) {
      throw new IllegalArgumentException("port " + number + " is not between 0 and " + LAST);
    }
    if (interfaceName != null && !interfaceName.matches("[^/\\s:]{1,15}")) {
      throw new IllegalArgumentException(
          "port "
              + number
              + ": '"
              + interfaceName
              + "' is no name of an interface (1 to 15 characters, no '/', ':' or space)");
    }
  }
}
