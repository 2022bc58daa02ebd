package io.hairpin.softswitch.port;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.hairpin.softswitch.engine.Frame;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * A TAP interface, with its virtio_net_hdr: its far end is the host's own stack, or a virtual
 * machine's. It goes when the switch ends, unless it was there before.
 */
final class TapPort extends InterfacePort {
  private static final int O_RDWR_NONBLOCK_CLOEXEC = 0x80802;
  private static final int TUNSETIFF = 0x4004_54ca;
  private static final int TUNSETOFFLOAD = 0x4004_54d0;
  private static final int IFF_TAP_NO_PI_VNET_HDR = 0x5002;
  private static final int TUN_F_CSUM_TSO4_TSO6 = 7;
  private static final int FRAMES = 32;
  private static final int HEADROOM = 64;
  private static final int STRIDE = HEADROOM + LONGEST + 64;

  private final int descriptor;
  private boolean held;

  /**
   * Opens the port.
   *
   * @throws IOException where there is no TAP, or no right to it
   */
  TapPort(int number, String name) throws IOException {
    super(number, name);
    long opened;
    long result;
    try (Arena arena = Arena.ofConfined()) {
      opened =
          Linux.call(
              Linux.OPENAT,
              Linux.AT_FDCWD,
              arena.allocateFrom("/dev/net/tun").address(),
              O_RDWR_NONBLOCK_CLOEXEC,
              0,
              0);
      MemorySegment request = arena.allocate(40, 8);
      byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
      MemorySegment.copy(bytes, 0, request, JAVA_BYTE, 0, bytes.length);
      request.set(JAVA_SHORT, 16, (short) IFF_TAP_NO_PI_VNET_HDR);
      result =
          opened < 0 ? opened : Linux.call(Linux.IOCTL, opened, TUNSETIFF, request.address(), 0, 0);
      if (result == 0) {
        result = Linux.call(Linux.IOCTL, opened, TUNSETOFFLOAD, TUN_F_CSUM_TSO4_TSO6, 0, 0);
      }
    }
    descriptor = (int) opened;
    try {
      check(opened, "/dev/net/tun");
      check(result, "taking it as a TAP interface");
    } catch (IOException e) {
      close();
      throw e;
    }
    device().switchTo(true);
    open();
  }

  @Override
  void attach(NetworkInterface.State found) throws IOException {
    if (held) {
      throw new IOException(this + " was deleted; another one of that name is not taken");
    }
    held = true;
  }

  @Override
  void detach() {
    if (descriptor >= 0) {
      Linux.close(descriptor);
    }
  }

  @Override
  void countKernelDrops() {
    // The interface counts them; it does not tell through its descriptor.
  }

  @Override
  Sender sender(Offload offload) {
    return new TransmitBatch(this, descriptor, false, offload);
  }

  @Override
  Receiver receiver(Dataplane dataplane) {
    return new Reads();
  }

  /** One {@code read(2)} a frame. */
  private final class Reads implements Receiver {
    private final Arena arena = Arena.ofShared();
    private final MemorySegment errno = arena.allocate(Linux.ERRNO);
    private final MemorySegment slots = arena.allocate((long) FRAMES * STRIDE, 64);
    private final Linux.Poll poll = new Linux.Poll(arena, Linux.POLLIN, descriptor);
    private final int[] lengths = new int[FRAMES];

    @Override
    public MemorySegment memory() {
      return slots;
    }

    @Override
    public int await() {
      int frames = 0;
      long result = read(frames);
      if (result == -Linux.EAGAIN) {
        long ready = poll.await(TIMEOUT_MILLISECONDS);
        if (ready <= 0) {
          return (int) ready;
        }
        result = read(frames);
      }
      while (result >= 0) {
        frames++;
        if (frames == FRAMES) {
          return frames;
        }
        result = read(frames);
      }
      return frames > 0 || result == -Linux.EAGAIN ? frames : (int) result;
    }

    private long read(int i) {
      long at = slots.address() + (long) i * STRIDE + HEADROOM - PacketPort.VNET_HEADER;
      long size = PacketPort.VNET_HEADER + (long) LONGEST;
      long result = Linux.call(errno, Linux.READ, descriptor, at, size, 0, 0, 0);
      lengths[i] = (int) result - PacketPort.VNET_HEADER;
      return result;
    }

    @Override
    public int place(int i, Frame frame) {
      int at = i * STRIDE + HEADROOM;
      return lengths[i] < 0
          ? 0
          : PacketPort.place(
              frame, at, lengths[i], slots, at - PacketPort.VNET_HEADER, 0, (short) 0, (short) 0);
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
}
