package io.hairpin.softswitch.port;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.hairpin.softswitch.engine.Frame;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * Frames of a packet socket by its ring, version 2: the kernel writes them into memory that is
 * shared, so that no call and no copy is made for one. What is too long for a slot of the ring, an
 * aggregate of segments, comes by {@code recvmmsg(2)} in its turn.
 *
 * <p>Version 3 packs frames more densely but holds them back up to a millisecond.
 */
final class ReceiveRing implements Receiver {
  private static final int PACKET_RX_RING = 5;
  private static final int PACKET_COPY_THRESH = 7;
  private static final int PACKET_VERSION = 10;
  private static final int PACKET_RESERVE = 12;
  private static final int TPACKET_V2 = 1;
  private static final int TP_STATUS_COPY = 2;
  private static final int MSG_TRUNC = 0x20;
  private static final int MSG_DONTWAIT = 0x40;

  private static final int SLOTS = 2048;
  private static final int BATCH = 64;
  private static final int PAGE = 4096;
  private static final int BLOCK = 64 << 10;
  private static final int LINE = 64;

  /** Before a frame: the ring's header, a virtio_net_hdr, room for a tag and for alignment. */
  private static final int BEFORE = 128;

  private static final int HEADROOM = 64;
  private static final int LONG_STRIDE = HEADROOM + Port.LONGEST + LINE;
  private static final int IOVEC = 16;

  private static final VarHandle STATUS = JAVA_INT.varHandle();

  private final int socket;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment errno = arena.allocate(Linux.ERRNO);
  private final MemorySegment message = arena.allocate(64, 8);
  private final MemorySegment vectors = arena.allocate(2 * IOVEC, 8);
  private final Linux.Poll poll;
  private final MemorySegment memory;
  private final int[] slots;
  private final int longs;
  private int next;
  private int frames;

  /**
   * Gives a socket a ring.
   *
   * @param mtu what a slot has room for
   * @throws IOException where the kernel does not
   */
  ReceiveRing(PacketPort port, int socket, int mtu) throws IOException {
    this.socket = socket;
    poll = new Linux.Poll(arena, Linux.POLLIN, socket);
    int lines = (BEFORE + Port.ETHERNET_HEADER + 2 * Port.TAG + mtu + LINE - 1) / LINE;
    int slot = Math.min(LINE * (lines | 1), BLOCK); // an odd number: not all in the same cache sets
    int slotsOfBlock = BLOCK / slot;
    int blocks = (SLOTS + slotsOfBlock - 1) / slotsOfBlock;
    slots = new int[blocks * slotsOfBlock];
    Arrays.setAll(slots, i -> i / slotsOfBlock * BLOCK + i % slotsOfBlock * slot);
    longs = blocks * BLOCK;
    int room = longs + BATCH * LONG_STRIDE;
    long size = (room + PAGE - 1L) & -PAGE;
    port.check(Linux.option(socket, PacketPort.SOL_PACKET, PACKET_VERSION, TPACKET_V2), "TPACKET");
    port.check(Linux.option(socket, PacketPort.SOL_PACKET, PACKET_RESERVE, LINE), "PACKET_RESERVE");
    port.check(Linux.option(socket, PacketPort.SOL_PACKET, PACKET_COPY_THRESH, 1), "COPY_THRESH");
    port.check(
        Linux.option(
            socket, PacketPort.SOL_PACKET, PACKET_RX_RING, BLOCK, blocks, slot, slots.length),
        "PACKET_RX_RING");
    // One memory for all that a lane may see: the ring, and behind it room for a batch of long
    // ones.
    long address = Linux.reserve(size);
    port.check(address, "reserving memory");
    memory = Linux.memory(address, size);
    port.check(Linux.share(address, longs, socket, 0), "mapping the ring");
    message.set(JAVA_LONG, 16, vectors.address());
    message.set(JAVA_LONG, 24, 2);
    vectors.set(JAVA_LONG, 8, PacketPort.VNET_HEADER);
    vectors.set(JAVA_LONG, IOVEC + 8, Port.LONGEST);
  }

  /** Where the header of a frame of the batch is. */
  private int slot(int i) {
    int index = next + i;
    return slots[index < slots.length ? index : index - slots.length];
  }

  @Override
  public MemorySegment memory() {
    return memory;
  }

  @Override
  public int await() {
    frames = filled();
    if (frames == 0) {
      long ready = poll.await(ReceivingPort.TIMEOUT_MILLISECONDS);
      if (ready < 0) {
        return (int) ready;
      }
      frames = filled();
      if (frames == 0 && ready > 0) {
        clearError();
      }
    }
    return frames;
  }

  /** A socket whose interface went down says so until it is asked why. */
  private void clearError() {
    if ((poll.found(0) & Linux.POLLERR) != 0) {
      Linux.call(errno, Linux.RECVFROM, socket, 0, 0, MSG_DONTWAIT, 0, 0);
    }
  }

  private int filled() {
    int n = 0;
    while (n < BATCH && (int) STATUS.getAcquire(memory, (long) slot(n)) != 0) {
      n++;
    }
    return n;
  }

  @Override
  public int place(int i, Frame frame) {
    // struct tpacket2_hdr
    int header = slot(i);
    int status = memory.get(JAVA_INT, header);
    int octets = memory.get(JAVA_INT, header + 4);
    int kept = memory.get(JAVA_INT, header + 8);
    short tag = memory.get(JAVA_SHORT, header + 24);
    short type = memory.get(JAVA_SHORT, header + 26);
    int at = header + (memory.get(JAVA_SHORT, header + 12) & 0xffff);
    int vnet = at - PacketPort.VNET_HEADER;
    if ((status & TP_STATUS_COPY) != 0) {
      vnet = longs + i * LONG_STRIDE;
      at = vnet + HEADROOM;
      kept = receive(vnet, at);
    }
    if (kept < octets) {
      return -octets;
    }
    return PacketPort.place(frame, at, octets, memory, vnet, status, tag, type);
  }

  private int receive(int vnet, int at) {
    vectors.set(JAVA_LONG, 0, memory.address() + vnet);
    vectors.set(JAVA_LONG, IOVEC, memory.address() + at);
    long received =
        Linux.call(errno, Linux.RECVMMSG, socket, message.address(), 1, MSG_DONTWAIT, 0, 0);
    return received == 1 && (message.get(JAVA_INT, 48) & MSG_TRUNC) == 0
        ? message.get(JAVA_INT, 56) - PacketPort.VNET_HEADER
        : 0;
  }

  @Override
  public void release() {
    for (int i = 0; i < frames; i++) {
      STATUS.setRelease(memory, (long) slot(i), 0);
    }
    next = (next + frames) % slots.length;
    frames = 0;
  }

  @Override
  public void close() {
    Linux.unmap(memory.address(), memory.byteSize());
    arena.close();
  }
}
