package io.hairpin.softswitch.port;

import io.hairpin.softswitch.engine.Frame;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A port without an interface: its frames come by {@link Dataplane#inject} and go to a receiver.
 */
final class CallbackPort extends Port {
  private final int mtu;
  private final FrameReceiver receiver;
  private volatile Link link = Link.UNKNOWN;

  CallbackPort(int number, int mtu, FrameReceiver receiver) {
    super(number);
    this.mtu = mtu;
    this.receiver = receiver;
  }

  @Override
  Link link() {
    return link;
  }

  void setLink(Link link) {
    this.link = link;
  }

  @Override
  PortState state() {
    return new PortState(number(), null, link, 0, null, mtu, tally().read());
  }

  @Override
  Sender sender(Offload offload) {
    return new CallbackSender(offload);
  }

  private final class CallbackSender implements Sender {
    private final Offload offload;
    private final Offload.Sink completed = this::deliver;

    CallbackSender(Offload offload) {
      this.offload = offload;
    }

    @Override
    public void send(
        MemorySegment headers,
        int headerLength,
        Frame frame,
        int payloadOffset,
        int payloadLength) {
      if (link == Link.DOWN) {
        tally().discarded(Discard.LINK_DOWN, 1);
      } else if (!offload.complete(
          headers, headerLength, frame, payloadOffset, payloadLength, completed)) {
        tally().discarded(Discard.REFUSED, 1);
      }
    }

    private void deliver(MemorySegment memory, int length) {
      if (tooLong(length, mtu, memory, length, memory, 0)) {
        tally().discarded(Discard.TOO_LONG, 1);
      } else if (receiver.receive(
          number(), memory.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE))) {
        tally().transmitted(1, length);
      } else {
        tally().discarded(Discard.TRANSMIT_QUEUE_FULL, 1);
      }
    }

    @Override
    public void flush() {
      // Delivered already.
    }
  }
}
