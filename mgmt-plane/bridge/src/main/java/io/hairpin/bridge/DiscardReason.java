package io.hairpin.bridge;

import java.util.Locale;

/** Why the pipeline discarded a frame; the ordinal is the index of the pipeline's counters. */
public enum DiscardReason {
  /** None: the index that is never counted. */
  NONE,
  /** Shorter than its headers. */
  MALFORMED,
  /** Received on a port that is not in use. */
  UNKNOWN_PORT,
  /** Its source is a group address. */
  SOURCE_ADDRESS,
  /** Sent to a reserved address (802.1Q 8.6.3) and not for this bridge. */
  RESERVED_ADDRESS,
  /** Not among the port's acceptable frame types. */
  FRAME_TYPE,
  /** Its VLAN does not exist. */
  UNKNOWN_VLAN,
  /** The reception port is not a member of its VLAN. */
  INGRESS_FILTERING,
  /** The port is not forwarding. */
  PORT_STATE,
  /** It would leave where it came in, and reflective relay is off there. */
  RECEPTION_PORT,
  /** The transmission port is not a member of its VLAN. */
  EGRESS_MEMBER,
  /** The logical port to transmit on does not exist. */
  NO_TRANSMISSION_PORT,
  /** A packet-out from elsewhere than the CPU, or one without a header. */
  CPU_HEADER;

  /**
   * Gives the name in the YANG module hairpin-bridge.
   *
   * @return the name, in lower case with hyphens
   */
  public String yangName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
