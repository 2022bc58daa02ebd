package io.hairpin.bridge;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The physical ports of a forwarding target, which P4Runtime has no messages for. Implementations
 * are safe for use by several threads.
 */
public interface Ports {

  /** The smallest number of a port: logical port 0 is never assigned. */
  int FIRST = 1;

  /** The largest number of a port: on v1model and TNA 511 discards. */
  int LAST = 510;

  /**
   * Lists the ports as they are now. Which ports there are, and their names, does not change while
   * the switch runs.
   *
   * @return every port, in the order of their numbers
   */
  List<Port> list();

  /**
   * Asks to be told when a link has changed. A target that reports no links tells nothing.
   *
   * @param changed is called after each change, by any thread; returns at once
   */
  default void follow(Runnable changed) {}

  /**
   * A physical port.
   *
   * @param number its number on the target, {@value Ports#FIRST} to {@value Ports#LAST}
   * @param name the name of its interface in configuration and state
   * @param link whether it has a link
   * @param speed in bits per second, where known
   * @param address its MAC address in the low 48 bits, where known
   * @param losses the frames it lost outside the pipeline, where known
   */
  record Port(
      int number,
      String name,
      Link link,
      OptionalLong speed,
      OptionalLong address,
      Optional<Losses> losses) {

    /**
     * A port of a target that reports nothing of it.
     *
     * @param number its number
     * @return the port, named after its number
     */
    public static Port unreported(int number) {
      return new Port(
          number,
          nameOf(number),
          Link.UNKNOWN,
          OptionalLong.empty(),
          OptionalLong.empty(),
          Optional.empty());
    }

    /**
     * Gives the name of the interface that is a port.
     *
     * @param number the port's number
     * @return {@code port} and the number
     */
    public static String nameOf(int number) {
      return "port" + number;
    }
  }

  /**
   * The frames that a port lost outside the pipeline since it was made (RFC 8343).
   *
   * @param inErrors received and damaged, as one that is truncated
   * @param inDiscards received and dropped, as for a full queue
   * @param outErrors not to be transmitted, as one that is longer than the MTU
   * @param outDiscards dropped before transmission, as for a full queue
   */
  record Losses(long inErrors, long inDiscards, long outErrors, long outDiscards) {}

  /** Whether a port has a link. */
  enum Link {
    /** It has. */
    UP,
    /** It has none. */
    DOWN,
    /** The target does not tell. */
    UNKNOWN
  }
}
