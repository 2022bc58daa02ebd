package io.hairpin.softswitch.port;

import io.hairpin.softswitch.engine.Frame;
import java.lang.foreign.MemorySegment;

/** A way out of a port that knows no offloads: frames are completed first. */
abstract class CompletingSender implements Sender {
  private final Port port;
  private final Offload offload;
  private final Offload.Sink completed = this::check;

  CompletingSender(Port port, Offload offload) {
    this.port = port;
    this.offload = offload;
  }

  /**
   * Takes one frame, from byte 0 of a memory that is valid only during the call.
   *
   * @return whether it was taken
   */
  abstract boolean deliver(MemorySegment memory, int length);

  @Override
  public final void send(
      MemorySegment headers, int headerLength, Frame frame, int payloadOffset, int payloadLength) {
    if (port.link() == Link.DOWN) {
      port.tally().discarded(Discard.LINK_DOWN, 1);
    } else if (!offload.complete(
        headers, headerLength, frame, payloadOffset, payloadLength, completed)) {
      port.tally().discarded(Discard.REFUSED, 1);
    }
  }

  private void check(MemorySegment memory, int length) {
    if (Port.tooLong(length, port.mtu(), memory, length, memory, 0)) {
      port.tally().discarded(Discard.TOO_LONG, 1);
    } else if (deliver(memory, length)) {
      port.tally().transmitted(1, length);
    } else {
      port.tally().discarded(Discard.TRANSMIT_QUEUE_FULL, 1);
    }
  }
}
