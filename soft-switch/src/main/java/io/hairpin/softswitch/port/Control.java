package io.hairpin.softswitch.port;

import io.hairpin.softswitch.engine.DigestList;

/**
 * What the dataplane tells control. Called by several threads at a time, on the packet path: must
 * not block.
 */
public interface Control {
  /**
   * Takes a frame that the pipeline sent to the CPU port.
   *
   * @param frame its bytes, the receiver's to keep: checksums complete, no aggregate
   * @return whether it was taken; where not, the CPU port counts a discard
   */
  boolean packetIn(byte[] frame);

  /**
   * Takes a sample of a digest.
   *
   * @param list what is reported
   * @param sample the fields in the list's order, each big-endian in as many whole bytes as its
   *     width needs; the receiver's to keep
   */
  void digest(DigestList list, byte[] sample);

  /**
   * Takes note of a link, once connected and then when it changes; not on the packet path.
   *
   * @param port the port as it is now
   */
  void linkChanged(PortState port);
}
