package io.hairpin.softswitch.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A packet between ingress and egress: a copy of all that egress needs, kept outside the processor
 * that ran ingress. Reusable; not thread-safe, but may be handed from thread to thread.
 */
public abstract class WaitingPacket {
  private static final int SMALLEST = 2048;

  // Of the processor that ran ingress, as they were.
  long[] state = {};
  int port;
  int depth;
  int position;
  int packetLength;
  int truncated;
  int recirculate;
  int passes;
  // Microseconds on the switch's clock.
  long since;
  int before;
  int behind;
  private @Nullable Frame frame;

  /** An empty one. */
  protected WaitingPacket() {}

  /** Puts it into its queue; called once after it was filled. */
  protected abstract void enqueue();

  /**
   * Says how many packets waited in its queue when it came ({@code enq_qdepth}).
   *
   * @param packets their number, without this one
   */
  protected final void found(int packets) {
    before = packets;
  }

  /**
   * Says how many packets wait in its queue as it goes on ({@code deq_qdepth}).
   *
   * @param packets their number, without this one
   */
  protected final void left(int packets) {
    behind = packets;
  }

  /** Its frame, as it was received. */
  Frame frame() {
    if (frame == null) {
      throw new IllegalStateException("a packet that was never filled");
    }
    return frame;
  }

  /** Copies a frame. */
  void keep(Frame from) {
    int length = from.length();
    Frame own = frame;
    if (own == null || own.memory().byteSize() < length) {
      own = new Frame(Arena.ofAuto().allocate(Math.max(SMALLEST, 2L * length), 8));
      frame = own;
    }
    MemorySegment.copy(from.memory(), from.offset(), own.memory(), 0, length);
    own.place(0, length);
    own.offload(
        from.flags(),
        from.gsoType(),
        from.headerLength(),
        from.gsoSize(),
        from.checksumStart(),
        from.checksumOffset());
  }
}
