package io.hairpin.softswitch.port;

import java.util.List;

/**
 * The queues in front of each egress port, as bmv2's simple_switch has them.
 *
 * @param queues how many a port has, 1 to 8; the one with the highest number is served first
 * @param depths how many packets fit a queue
 * @param rates how many packets a second leave a port, 0 for no limit
 */
public record QueueSpec(int queues, List<Setting> depths, List<Setting> rates) {
  /** The most queues that v1model's priority, of 3 bits, can tell apart. */
  public static final int MOST_QUEUES = 8;

  /** How many packets fit a queue where nothing is said. */
  public static final int DEPTH = 64;

  /** The most packets that may fit a queue. */
  public static final int DEEPEST = 65_536;

  /** The highest rate. */
  public static final int FASTEST = 100_000_000;

  private static final int EVERY_PORT = -1;

  /**
   * A number for a port, or for each one.
   *
   * @param port the port's number; -1 for each that has none of its own
   * @param value the number
   */
  public record Setting(int port, int value) {
    /**
     * Reads {@code VALUE} or {@code PORT=VALUE}.
     *
     * @param text what is read
     * @return the setting
     * @throws IllegalArgumentException where it is neither, or the port is not 0 to 510
     */
    public static Setting parse(String text) {
      if (!text.matches("([0-9]{1,3}=)?[0-9]{1,9}")) {
        throw new IllegalArgumentException("'" + text + "' is not NUMBER or PORT=NUMBER");
      }
      int equals = text.indexOf('=');
      int port =
          equals < 0
              ? EVERY_PORT
              : PortSpec.of(Integer.parseInt(text.substring(0, equals))).number();
      return new Setting(port, Integer.parseInt(text.substring(equals + 1)));
    }
  }

  /**
   * Checks the numbers.
   *
   * @param queues how many a port has
   * @param depths how many packets fit a queue
   * @param rates how many packets a second leave a port
   * @throws IllegalArgumentException where one is out of range
   */
  public QueueSpec {
    depths = List.copyOf(depths);
    rates = List.copyOf(rates);
    check("priority queues", queues, 1, MOST_QUEUES);
    depths.forEach(depth -> check("queue depth", depth.value, 1, DEEPEST));
    rates.forEach(rate -> check("queue rate", rate.value, 0, FASTEST));
  }

  private static void check(String what, int value, int lowest, int highest) {
    if (value < lowest || value > highest) {
      throw new IllegalArgumentException(
          "%s %d: not between %d and %d".formatted(what, value, lowest, highest));
    }
  }

  /** How many packets fit each of a port's queues. */
  int depth(int port) {
    return of(port, depths, DEPTH);
  }

  /** How many packets a second leave a port; 0 for no limit. */
  int rate(int port) {
    return of(port, rates, 0);
  }

  private static int of(int port, List<Setting> settings, int otherwise) {
    int value = otherwise;
    boolean own = false;
    for (Setting setting : settings) {
      if (setting.port == port || (setting.port == EVERY_PORT && !own)) {
        own |= setting.port == port;
        value = setting.value;
      }
    }
    return value;
  }
}
