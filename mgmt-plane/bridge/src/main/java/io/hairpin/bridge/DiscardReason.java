package io.hairpin.bridge;

import java.util.Locale;

/** Why the pipeline discarded a frame; each has an index in the pipeline's counters. */
public enum DiscardReason {
  /** Shorter than its headers. */
  MALFORMED(1),
  /** Received on a port that is not in use. */
  UNKNOWN_PORT(2),
  /** Its source is a group address. */
  SOURCE_ADDRESS(3),
  /** Sent to a reserved address (802.1Q 8.6.3) and not for this bridge. */
  RESERVED_ADDRESS(4),
  /** Not among the port's acceptable frame types. */
  FRAME_TYPE(5),
  /** Its VLAN does not exist. */
  UNKNOWN_VLAN(6),
  /** The reception port is not a member of its VLAN. */
  INGRESS_FILTERING(7),
  /** The port is not forwarding. */
  PORT_STATE(8),
  /** It would leave where it came in, and reflective relay is off there. */
  RECEPTION_PORT(9),
  /** The transmission port is not a member of its VLAN. */
  EGRESS_MEMBER(10),
  /** The logical port to transmit on does not exist. */
  NO_TRANSMISSION_PORT(11),
  /** A packet-out from elsewhere than the CPU, or one without a header. */
  CPU_HEADER(12),
  /** Learning is forbidden on the reception port, and the source is not known there. */
  UNKNOWN_SOURCE(13),
  /** Its S-tag names no S-channel of the port. */
  UNKNOWN_CHANNEL(14),
  /** Its source and its destination are the same. */
  SAME_ADDRESS(15),
  /** A static entry discards frames from and to the address. */
  BLACKHOLE(16),
  /** More broadcasts than its reception port may flood. */
  BROADCAST_RATE(17),
  /** More frames to groups than its reception port may flood. */
  MULTICAST_RATE(18),
  /** More frames to stations that are not known than its reception port may flood. */
  UNKNOWN_UNICAST_RATE(19),
  /** An access list drops it. */
  ACCESS_LIST(30),
  /** More than a policer lets through. */
  POLICER(31),
  /** Its VLAN filters groups that no port is known to want. */
  UNREGISTERED_GROUP(46);

  private final int index;

  DiscardReason(int index) {
    this.index = index;
  }

  long index() {
    return index;
  }

  static DiscardReason at(long index) {
    for (DiscardReason reason : values()) {
      if (reason.index == index) {
        return reason;
      }
    }
    throw new IllegalArgumentException("No reason to discard has index " + index);
  }

  /**
   * Gives the name in the YANG module hairpin-bridge.
   *
   * @return the name, in lower case with hyphens
   */
  public String yangName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
