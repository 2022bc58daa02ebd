package io.hairpin.softswitch.port;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * An AF_XDP socket with its four rings, and the program that leads an interface's frames to it.
 * Each ring has one user at a time.
 */
final class XdpSocket implements AutoCloseable {
  /** How much memory each frame has. */
  static final int CHUNK = 4096;

  /** How much of it the kernel keeps before a frame. */
  static final int HEADROOM = 256;

  /** How many entries each ring has. */
  static final int ENTRIES = 2048;

  private static final int AF_PACKET = 17;
  private static final int PACKET_ADD_MEMBERSHIP = 1;
  private static final int PACKET_MR_PROMISC = 1;
  private static final int AF_XDP = 44;
  private static final int SOL_XDP = 283;
  private static final int XDP_MMAP_OFFSETS = 1;
  private static final int XDP_RX_RING = 2;
  private static final int XDP_TX_RING = 3;
  private static final int XDP_UMEM_REG = 4;
  private static final int XDP_UMEM_FILL_RING = 5;
  private static final int XDP_UMEM_COMPLETION_RING = 6;
  private static final int XDP_STATISTICS = 7;
  private static final long XDP_PGOFF_RX_RING = 0;
  private static final long XDP_PGOFF_TX_RING = 0x8000_0000L;
  private static final long XDP_UMEM_PGOFF_FILL_RING = 0x1_0000_0000L;
  private static final long XDP_UMEM_PGOFF_COMPLETION_RING = 0x1_8000_0000L;
  private static final int XDP_COPY = 2;
  private static final int BPF_MAP_CREATE = 0;
  private static final int BPF_MAP_UPDATE_ELEM = 2;
  private static final int BPF_PROG_LOAD = 5;
  private static final int BPF_LINK_CREATE = 28;
  private static final int BPF_MAP_TYPE_XSKMAP = 17;
  private static final int BPF_PROG_TYPE_XDP = 6;
  private static final int BPF_XDP = 37;
  private static final int XDP_FLAGS_SKB_MODE = 2;
  private static final int BPF_ATTRIBUTES = 128;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int DESCRIPTOR = 16;
  private static final int ADDRESS = 8;

  private static final VarHandle INDEX = JAVA_INT.varHandle();

  private final InterfacePort port;
  private final List<Integer> descriptors = new ArrayList<>();
  private final List<MemorySegment> rings = new ArrayList<>();
  private final Arena arena = Arena.ofShared();
  private final MemorySegment errno = arena.allocate(Linux.ERRNO);
  private final int socket;
  private boolean closed;

  /** Frames that came. */
  final Ring received;

  /** Memory for those that will come. */
  final Ring filling;

  /** Frames that go. */
  final Ring transmitting;

  /** Memory of those that have gone. */
  final Ring completed;

  /**
   * Opens one.
   *
   * @param frames memory for frames, whose first half is received into
   * @throws IOException where the kernel allows none
   */
  XdpSocket(InterfacePort port, int index, MemorySegment frames) throws IOException {
    this.port = port;
    try {
      socket = keep(Linux.call(Linux.SOCKET, AF_XDP, Linux.SOCK_RAW_CLOEXEC, 0, 0, 0), "AF_XDP");
      MemorySegment umem = arena.allocate(32, 8);
      umem.set(JAVA_LONG, 0, frames.address());
      umem.set(JAVA_LONG, 8, frames.byteSize());
      umem.set(JAVA_INT, 16, CHUNK);
      option(XDP_UMEM_REG, umem, "XDP_UMEM_REG");
      MemorySegment entries = arena.allocateFrom(JAVA_INT, ENTRIES);
      option(XDP_UMEM_FILL_RING, entries, "XDP_UMEM_FILL_RING");
      option(XDP_UMEM_COMPLETION_RING, entries, "XDP_UMEM_COMPLETION_RING");
      option(XDP_RX_RING, entries, "XDP_RX_RING");
      option(XDP_TX_RING, entries, "XDP_TX_RING");
      // struct xdp_mmap_offsets: four longs for each of rx, tx, fill and completion
      MemorySegment offsets = arena.allocate(128, 8);
      MemorySegment length = arena.allocateFrom(JAVA_INT, 128);
      check(
          Linux.call(
              Linux.GETSOCKOPT,
              socket,
              SOL_XDP,
              XDP_MMAP_OFFSETS,
              offsets.address(),
              length.address()),
          "XDP_MMAP_OFFSETS");
      received = ring(offsets.asSlice(0, 32), DESCRIPTOR, XDP_PGOFF_RX_RING);
      transmitting = ring(offsets.asSlice(32, 32), DESCRIPTOR, XDP_PGOFF_TX_RING);
      filling = ring(offsets.asSlice(64, 32), ADDRESS, XDP_UMEM_PGOFF_FILL_RING);
      completed = ring(offsets.asSlice(96, 32), ADDRESS, XDP_UMEM_PGOFF_COMPLETION_RING);
      for (int i = 0; i < ENTRIES; i++) {
        filling.put((long) i * CHUNK);
      }
      filling.publish();
      // struct sockaddr_xdp: family, flags, interface, queue, shared descriptor
      MemorySegment address = arena.allocate(16, 4);
      address.set(JAVA_SHORT, 0, (short) AF_XDP);
      address.set(JAVA_SHORT, 2, (short) XDP_COPY);
      address.set(JAVA_INT, 4, index);
      check(Linux.call(Linux.BIND, socket, address.address(), 16, 0, 0), "binding to AF_XDP");
      lead(index);
      bePromiscuous(index);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private int keep(long descriptor, String what) throws IOException {
    check(descriptor, what);
    descriptors.add((int) descriptor);
    return (int) descriptor;
  }

  private void check(long result, String what) throws IOException {
    port.check(result, what);
  }

  private void option(int option, MemorySegment value, String what) throws IOException {
    check(
        Linux.call(Linux.SETSOCKOPT, socket, SOL_XDP, option, value.address(), value.byteSize()),
        what);
  }

  private Ring ring(MemorySegment offsets, int entry, long from) throws IOException {
    long size = offsets.get(JAVA_LONG, 16) + (long) ENTRIES * entry;
    long at = Linux.share(0, size, socket, from);
    check(at, "mapping a ring");
    MemorySegment memory = Linux.memory(at, size);
    rings.add(memory);
    return new Ring(
        memory,
        (int) offsets.get(JAVA_LONG, 0),
        (int) offsets.get(JAVA_LONG, 8),
        (int) offsets.get(JAVA_LONG, 16),
        entry);
  }

  /** Loads the program, tells it the socket and attaches it. */
  private void lead(int index) throws IOException {
    MemorySegment map = arena.allocate(BPF_ATTRIBUTES, 8);
    map.set(JAVA_INT, 0, BPF_MAP_TYPE_XSKMAP);
    map.set(JAVA_INT, 4, 4); // octets of a key
    map.set(JAVA_INT, 8, 4); // of a value
    map.set(JAVA_INT, 12, 1); // entries
    int sockets = keep(bpf(BPF_MAP_CREATE, map), "making a BPF map");

    MemorySegment instructions =
        arena.allocateFrom(
            JAVA_LONG,
            // r2 = ctx->rx_queue_index
            instruction(0x61, 2, 1, 16, 0),
            // r1 = the map; two instructions
            instruction(0x18, 1, 1, 0, sockets),
            0,
            // r3 = XDP_PASS, for what has no entry
            instruction(0xb7, 3, 0, 0, 2),
            // return bpf_redirect_map(r1, r2, r3)
            instruction(0x85, 0, 0, 0, 51),
            instruction(0x95, 0, 0, 0, 0));
    MemorySegment program = arena.allocate(BPF_ATTRIBUTES, 8);
    program.set(JAVA_INT, 0, BPF_PROG_TYPE_XDP);
    program.set(JAVA_INT, 4, (int) (instructions.byteSize() / 8));
    program.set(JAVA_LONG, 8, instructions.address());
    program.set(JAVA_LONG, 16, arena.allocateFrom("Apache-2.0").address());
    program.set(JAVA_INT, 68, BPF_XDP);
    int redirect = keep(bpf(BPF_PROG_LOAD, program), "loading a BPF program");

    MemorySegment entry = arena.allocate(BPF_ATTRIBUTES, 8);
    entry.set(JAVA_INT, 0, sockets);
    entry.set(JAVA_LONG, 8, arena.allocateFrom(JAVA_INT, 0).address());
    entry.set(JAVA_LONG, 16, arena.allocateFrom(JAVA_INT, socket).address());
    check(bpf(BPF_MAP_UPDATE_ELEM, entry), "filling a BPF map");

    MemorySegment link = arena.allocate(BPF_ATTRIBUTES, 8);
    link.set(JAVA_INT, 0, redirect);
    link.set(JAVA_INT, 4, index);
    link.set(JAVA_INT, 8, BPF_XDP);
    link.set(JAVA_INT, 12, XDP_FLAGS_SKB_MODE);
    // It goes with its descriptor.
    int _ = keep(bpf(BPF_LINK_CREATE, link), "attaching an XDP program");
  }

  private static long bpf(int command, MemorySegment attributes) {
    return Linux.call(Linux.BPF, command, attributes.address(), BPF_ATTRIBUTES, 0, 0);
  }

  /** struct bpf_insn, little-endian. */
  private static long instruction(int code, int to, int from, int offset, int value) {
    return code | (from << 4 | to) << 8 | ((long) (offset & 0xffff)) << 16 | (long) value << 32;
  }

  private void bePromiscuous(int index) throws IOException {
    int packets =
        keep(
            Linux.call(Linux.SOCKET, AF_PACKET, Linux.SOCK_RAW_CLOEXEC, 0, 0, 0),
            "opening a packet socket");
    check(
        Linux.option(
            packets, PacketPort.SOL_PACKET, PACKET_ADD_MEMBERSHIP, index, PACKET_MR_PROMISC, 0, 0),
        "promiscuous mode");
  }

  int descriptor() {
    return socket;
  }

  /** How many frames the kernel has discarded in front of the socket. */
  long lost() {
    try (Arena memory = Arena.ofConfined()) {
      // struct xdp_statistics: rx_dropped, two invalid descriptors, rx_ring_full, fill ring empty
      MemorySegment statistics = memory.allocate(48, 8);
      MemorySegment length = memory.allocateFrom(JAVA_INT, 48);
      return Linux.call(
                  Linux.GETSOCKOPT,
                  socket,
                  SOL_XDP,
                  XDP_STATISTICS,
                  statistics.address(),
                  length.address())
              < 0
          ? 0
          : statistics.get(JAVA_LONG, 0) + statistics.get(JAVA_LONG, 24);
    }
  }

  /** Lets the kernel send what is in the ring, a few dozen frames at a time. */
  void transmit() {
    transmitting.publish();
    int before = transmitting.waiting();
    while (before > 0) {
      long result = Linux.call(errno, Linux.SENDTO, socket, 0, 0, MSG_DONTWAIT, 0, 0);
      int now = transmitting.waiting();
      if (result < 0 && now == before) {
        return; // it stays for the next time
      }
      before = now;
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      for (int descriptor : descriptors.reversed()) {
        Linux.close(descriptor);
      }
      for (MemorySegment ring : rings) {
        Linux.unmap(ring.address(), ring.byteSize());
      }
      arena.close();
    }
  }

  /** A ring that is shared with the kernel: one of us puts, the other one takes. */
  static final class Ring {
    private static final int MASK = ENTRIES - 1;

    private final MemorySegment memory;
    private final int producer;
    private final int consumer;
    private final int entries;
    private final int size;
    private int put;
    private int taken;

    Ring(MemorySegment memory, int producer, int consumer, int entries, int size) {
      this.memory = memory;
      this.producer = producer;
      this.consumer = consumer;
      this.entries = entries;
      this.size = size;
    }

    private int entry(int i) {
      return entries + (i & MASK) * size;
    }

    /** How many entries the kernel has put that were not taken. */
    int available() {
      return (int) INDEX.getAcquire(memory, (long) producer) - taken;
    }

    /** How many entries were put that the kernel has not taken. */
    int waiting() {
      return put - (int) INDEX.getAcquire(memory, (long) consumer);
    }

    long address(int i) {
      return memory.get(JAVA_LONG, entry(taken + i));
    }

    int length(int i) {
      return memory.get(JAVA_INT, entry(taken + i) + 8);
    }

    void take(int count) {
      taken += count;
      INDEX.setRelease(memory, (long) consumer, taken);
    }

    void put(long address) {
      memory.set(JAVA_LONG, entry(put++), address);
    }

    void put(long address, int length) {
      int at = entry(put++);
      memory.set(JAVA_LONG, at, address);
      memory.set(JAVA_INT, at + 8, length);
      memory.set(JAVA_INT, at + 12, 0);
    }

    void publish() {
      INDEX.setRelease(memory, (long) producer, put);
    }
  }
}
