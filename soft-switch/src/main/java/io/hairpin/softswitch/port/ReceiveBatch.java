package io.hairpin.softswitch.port;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.hairpin.softswitch.engine.Frame;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Frames of a packet socket by {@code recvmmsg(2)}. */
final class ReceiveBatch implements Receiver {
  private static final int MSG_TRUNC = 0x20;
  private static final int MSG_WAITFORONE = 0x10000;
  private static final int FRAMES = 32;
  private static final int MMSGHDR = 64;
  private static final int IOVEC = 16;
  private static final int CONTROL = 64;
  private static final int VNET = 16;
  private static final int HEADROOM = 64;
  // 1,027 cache lines: slots do not all fall into the same cache sets.
  private static final int STRIDE = HEADROOM + Port.LONGEST + 64;

  private final PacketPort port;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment errno = arena.allocate(Linux.ERRNO);
  private final MemorySegment slots = arena.allocate((long) FRAMES * STRIDE, 64);
  private final MemorySegment vnet = arena.allocate(FRAMES * VNET, 64);
  private final MemorySegment control = arena.allocate(FRAMES * CONTROL, 64);
  private final MemorySegment messages = arena.allocate(FRAMES * MMSGHDR, 64);

  ReceiveBatch(PacketPort port) {
    this.port = port;
    MemorySegment vectors = arena.allocate(FRAMES * 2 * IOVEC, 64);
    for (int i = 0; i < FRAMES; i++) {
      int vector = i * 2 * IOVEC;
      vectors.set(JAVA_LONG, vector, vnet.address() + (long) i * VNET);
      vectors.set(JAVA_LONG, vector + 8, PacketPort.VNET_HEADER);
      vectors.set(JAVA_LONG, vector + 16, slots.address() + (long) i * STRIDE + HEADROOM);
      vectors.set(JAVA_LONG, vector + 24, Port.LONGEST);
      int message = i * MMSGHDR;
      messages.set(JAVA_LONG, message + 16, vectors.address() + vector);
      messages.set(JAVA_LONG, message + 24, 2);
      messages.set(JAVA_LONG, message + 32, control.address() + (long) i * CONTROL);
      messages.set(JAVA_LONG, message + 40, CONTROL);
    }
    Linux.receiveTimeout(port.descriptor(), ReceivingPort.TIMEOUT_MILLISECONDS);
  }

  @Override
  public MemorySegment memory() {
    return slots;
  }

  @Override
  public int await() {
    long received =
        Linux.call(
            errno,
            Linux.RECVMMSG,
            port.descriptor(),
            messages.address(),
            FRAMES,
            MSG_WAITFORONE,
            0,
            0);
    return received == -Linux.EAGAIN ? 0 : (int) received;
  }

  @Override
  public int place(int i, Frame frame) {
    int message = i * MMSGHDR;
    int octets = messages.get(JAVA_INT, message + 56) - PacketPort.VNET_HEADER;
    boolean cut = (messages.get(JAVA_INT, message + 48) & MSG_TRUNC) != 0;
    boolean auxiliary = messages.get(JAVA_LONG, message + 40) >= 36;
    messages.set(JAVA_LONG, message + 40, CONTROL);
    if (cut || octets < 0) {
      return Math.min(octets, -octets);
    }
    // struct tpacket_auxdata: status at 0, tag control information at 16, TPID at 18
    int data = i * CONTROL + 16;
    return PacketPort.place(
        frame,
        i * STRIDE + HEADROOM,
        octets,
        vnet,
        i * VNET,
        auxiliary ? control.get(JAVA_INT, data) : 0,
        control.get(JAVA_SHORT, data + 16),
        control.get(JAVA_SHORT, data + 18));
  }

  @Override
  public void release() {
    // The next await overwrites them.
  }

  @Override
  public void close() {
    arena.close();
  }
}
