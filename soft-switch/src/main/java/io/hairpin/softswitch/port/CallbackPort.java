package io.hairpin.softswitch.port;

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
  int mtu() {
    return mtu;
  }

  @Override
  Sender sender(Offload offload) {
    return new CompletingSender(this, offload) {
      @Override
      boolean deliver(MemorySegment memory, int length) {
        return receiver.receive(number(), memory.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
      }

      @Override
      public void flush() {
        // Delivered already.
      }
    };
  }
}
