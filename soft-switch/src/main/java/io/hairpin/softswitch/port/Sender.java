package io.hairpin.softswitch.port;

import io.hairpin.softswitch.engine.Frame;
import java.lang.foreign.MemorySegment;

/** One lane's way out of one port; used by the lane's thread alone. */
interface Sender {
  /** Takes one frame; its parts stay where they are until the next {@link #flush()}. */
  void send(
      MemorySegment headers, int headerLength, Frame frame, int payloadOffset, int payloadLength);

  /** Transmits what was taken. */
  void flush();
}
