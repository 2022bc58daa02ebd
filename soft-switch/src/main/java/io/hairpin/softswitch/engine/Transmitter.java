package io.hairpin.softswitch.engine;

import java.lang.foreign.MemorySegment;

/** Where a processor sends frames and digests; called on the thread that processes the frame. */
public interface Transmitter {
  /**
   * Sends one frame: the deparsed headers, then the payload, which is a part of the received frame.
   * May be called several times for one received frame, or never.
   *
   * @param port the egress port, 0 to 65535
   * @param headers the deparsed headers, from byte 0; valid only during the call
   * @param headerLength how many bytes of headers
   * @param frame the received frame
   * @param payloadOffset the payload's first byte in the frame's memory
   * @param payloadLength how many bytes of payload
   */
  void transmit(
      int port,
      MemorySegment headers,
      int headerLength,
      Frame frame,
      int payloadOffset,
      int payloadLength);

  /**
   * Reports one sample of a digest. Must not block.
   *
   * @param list what is reported
   * @param sample the fields in the list's order, each big-endian in as many whole bytes as its
   *     width needs; valid only during the call
   */
  void digest(DigestList list, MemorySegment sample);
}
