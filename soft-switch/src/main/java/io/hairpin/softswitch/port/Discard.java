package io.hairpin.softswitch.port;

/** Why a port discarded a frame outside the pipeline. */
public enum Discard {
  /** Received: shorter than an Ethernet header, or cut because it did not fit the receiver. */
  TRUNCATED,
  /** Received: the kernel's queue in front of the switch was full. */
  RECEIVE_QUEUE_FULL,
  /** Received or to be transmitted: the link is down. */
  LINK_DOWN,
  /** Received: no pipeline is loaded. */
  NO_PIPELINE,
  /** Received: the pipeline sent it to a port that does not exist. */
  NO_SUCH_PORT,
  /** Received: the switch failed on it; the log says on what. */
  FAILED,
  /** To be transmitted: longer than the MTU allows (an aggregate: one of its segments). */
  TOO_LONG,
  /** To be transmitted: shorter than an Ethernet header. */
  TOO_SHORT,
  /** To be transmitted: the queue behind the port is full, or nobody listens at its far end. */
  TRANSMIT_QUEUE_FULL,
  /** To be transmitted: its egress queue inside the switch was full. */
  EGRESS_QUEUE_FULL,
  /** To be transmitted: its priority is not below the number of the port's egress queues. */
  NO_SUCH_QUEUE,
  /** To be transmitted: an aggregate that cannot be cut, or the interface refused it. */
  REFUSED
}
