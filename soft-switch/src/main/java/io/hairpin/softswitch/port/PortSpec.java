package io.hairpin.softswitch.port;

import org.jspecify.annotations.Nullable;

/**
 * A port to be made.
 *
 * @param number what programs call it, 0 to 510
 * @param kind what is behind it
 * @param name the Linux interface; for {@link Kind#PCAP} the files {@code IN,OUT}, of which one may
 *     be empty; null for {@link Kind#NONE} alone
 */
public record PortSpec(int number, Kind kind, @Nullable String name) {
  /** The highest number a port may have; the next one, 511, is where programs drop. */
  public static final int LAST = 510;

  /** What is behind a port. */
  public enum Kind {
    /** Nothing: frames are injected, and go to who is connected. */
    NONE(""),
    /** A Linux interface, by batches of packet(7). */
    PACKET(""),
    /** A Linux interface, by the ring of packet(7): more frames a second. */
    RING("ring"),
    /** A Linux interface, by AF_XDP in copy mode. */
    XDP("xdp"),
    /** A TAP interface, made where it is not there. */
    TAP("tap"),
    /** Files of frames, pcap or pcapng: one that is received, one that is written. */
    PCAP("pcap");

    private final String prefix;

    Kind(String prefix) {
      this.prefix = prefix;
    }
  }

  /**
   * Checks number and name.
   *
   * @param number what programs call it, 0 to 510
   * @param kind what is behind it
   * @param name see {@link #name()}
   * @throws IllegalArgumentException where the number is out of range, or nothing may have such a
   *     name
   */
  public PortSpec {
    if (number < 0 || number > LAST) {
      throw new IllegalArgumentException("port " + number + " is not between 0 and " + LAST);
    }
    if ((kind == Kind.NONE) != (name == null)) {
      throw new IllegalArgumentException("port " + number + ": " + kind + " named " + name);
    }
    if (name != null && kind == Kind.PCAP) {
      if (!name.matches("[^,]*,[^,]*|[^,]+") || name.equals(",")) {
        throw new IllegalArgumentException(
            "port %d: '%s' is not IN,OUT: a file, or none, for each way".formatted(number, name));
      }
    } else if (name != null && !name.matches("[^/\\s:]{1,15}")) {
      throw new IllegalArgumentException(
          "port "
              + number
              + ": '"
              + name
              + "' is no name of an interface (1 to 15 characters, no '/', ':' or space)");
    }
  }

  /**
   * A port without an interface.
   *
   * @param number what programs call it, 0 to 510
   * @return the port
   * @throws IllegalArgumentException where the number is out of range
   */
  public static PortSpec of(int number) {
    return new PortSpec(number, Kind.NONE, null);
  }

  /**
   * Reads a port as command lines write it.
   *
   * @param text {@code N}, {@code N=IFACE} or {@code N=KIND:NAME}, where KIND is ring, xdp, tap or
   *     pcap
   * @return the port
   * @throws IllegalArgumentException where it is none
   */
  public static PortSpec parse(String text) {
    int equals = text.indexOf('=');
    int number;
    try {
      number = Integer.parseInt(equals < 0 ? text : text.substring(0, equals));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "'"
              + text.substring(0, equals < 0 ? text.length() : equals)
              + "' is not the number of a port",
          e);
    }
    if (equals < 0) {
      return of(number);
    }
    String rest = text.substring(equals + 1);
    int colon = rest.indexOf(':');
    for (Kind kind : Kind.values()) {
      if (colon > 0 && kind.prefix.equals(rest.substring(0, colon))) {
        return new PortSpec(number, kind, rest.substring(colon + 1));
      }
    }
    return new PortSpec(number, Kind.PACKET, rest);
  }

  /** The Linux interface; null where it is none. */
  @Nullable String interfaceName() {
    return kind == Kind.PCAP ? null : name;
  }
}
