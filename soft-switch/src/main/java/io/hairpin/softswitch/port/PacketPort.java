package io.hairpin.softswitch.port;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.hairpin.softswitch.engine.Frame;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * An interface by packet(7): with the virtio_net_hdr, so that the stations' checksum and
 * segmentation offloads pass through, and with the 802.1Q tag that the kernel takes off put back.
 */
final class PacketPort extends InterfacePort {
  private static final int AF_PACKET = 17;
  private static final int ETH_P_ALL = 3;
  static final int SOL_PACKET = 263;
  private static final int PACKET_ADD_MEMBERSHIP = 1;
  private static final int PACKET_STATISTICS = 6;
  private static final int PACKET_AUXDATA = 8;
  private static final int PACKET_VNET_HDR = 15;
  private static final int PACKET_QDISC_BYPASS = 20;
  private static final int PACKET_IGNORE_OUTGOING = 23;
  private static final int PACKET_MR_PROMISC = 1;
  private static final int TP_STATUS_VLAN_VALID = 0x10;
  private static final int TP_STATUS_VLAN_TPID_VALID = 0x40;
  // The kernel doubles it and counts its own overhead: room for 1,300 small frames or 15 aggregates
  // of 64 KB. More would not help under overload, and what waits long has left the caches.
  private static final int RECEIVE_BUFFER = 512 << 10;
  private static final int RING_RECEIVE_BUFFER = 4 << 20;
  private static final int SEND_BUFFER = 4 << 20;

  /** How long a virtio_net_hdr is. */
  static final int VNET_HEADER = 10;

  private static final ValueLayout.OfShort TAG_SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

  private final int socket;
  private final @Nullable ReceiveRing ring;

  /**
   * Opens the port.
   *
   * @param throughput whether frames come by a ring of memory that the kernel shares
   * @throws IOException where there is no such interface, or no right to it
   */
  PacketPort(int number, String name, boolean throughput) throws IOException {
    super(number, name);
    long opened = Linux.call(Linux.SOCKET, AF_PACKET, Linux.SOCK_RAW_CLOEXEC, 0, 0, 0);
    socket = (int) opened;
    try {
      check(opened, "opening a packet socket");
      check(Linux.option(socket, SOL_PACKET, PACKET_VNET_HDR, 1), "PACKET_VNET_HDR");
      check(Linux.option(socket, SOL_PACKET, PACKET_AUXDATA, 1), "PACKET_AUXDATA");
      check(Linux.option(socket, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1), "PACKET_IGNORE_OUTGOING");
      check(Linux.option(socket, SOL_PACKET, PACKET_QDISC_BYPASS, 1), "PACKET_QDISC_BYPASS");
      check(
          Linux.option(
              socket,
              Linux.SOL_SOCKET,
              Linux.SO_RCVBUFFORCE,
              throughput ? RING_RECEIVE_BUFFER : RECEIVE_BUFFER),
          "SO_RCVBUFFORCE");
      check(
          Linux.option(socket, Linux.SOL_SOCKET, Linux.SO_SNDBUFFORCE, SEND_BUFFER),
          "SO_SNDBUFFORCE");
      ring = throughput ? new ReceiveRing(this, socket, mtu()) : null;
    } catch (IOException e) {
      close();
      throw e;
    }
    open();
  }

  @Override
  void attach(NetworkInterface.State found) throws IOException {
    int index = found.index();
    device().prepare(index);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(20, 4);
      address.set(JAVA_SHORT, 0, (short) AF_PACKET);
      address.set(TAG_SHORT, 2, (short) ETH_P_ALL);
      address.set(JAVA_INT, 4, index);
      check(Linux.call(Linux.BIND, socket, address.address(), address.byteSize(), 0, 0), "binding");
    }
    check(
        Linux.option(socket, SOL_PACKET, PACKET_ADD_MEMBERSHIP, index, PACKET_MR_PROMISC, 0, 0),
        "promiscuous mode");
  }

  @Override
  void detach() {
    if (socket >= 0) {
      Linux.close(socket);
    }
  }

  int descriptor() {
    return socket;
  }

  @Override
  Sender sender(Offload offload) {
    return new TransmitBatch(this, socket, true, offload);
  }

  @Override
  Receiver receiver(Dataplane dataplane) {
    return ring == null ? new ReceiveBatch(this) : ring;
  }

  /** Reading the kernel's statistics sets them to zero. */
  @Override
  void countKernelDrops() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment statistics = arena.allocate(8, 4);
      MemorySegment length = arena.allocateFrom(JAVA_INT, 8);
      if (Linux.call(
              Linux.GETSOCKOPT,
              socket,
              SOL_PACKET,
              PACKET_STATISTICS,
              statistics.address(),
              length.address())
          == 0) {
        tally().discarded(Discard.RECEIVE_QUEUE_FULL, statistics.get(JAVA_INT, 4) & 0xffff_ffffL);
      }
    }
  }

  /**
   * Places a frame that a packet socket has received, with what was left to hardware, and puts its
   * outer tag back, which goes four octets before it.
   *
   * @param vnetMemory where its virtio_net_hdr is, which the tag may overwrite
   * @param status the TP_STATUS flags
   * @param tag the tag control information
   * @param type the TPID
   * @return its octets
   */
  static int place(
      Frame frame,
      int at,
      int octets,
      MemorySegment vnetMemory,
      int vnet,
      int status,
      short tag,
      short type) {
    int flags = vnetMemory.get(JAVA_BYTE, vnet);
    int gsoType = vnetMemory.get(JAVA_BYTE, vnet + 1) & 0xff;
    boolean tagged = (status & TP_STATUS_VLAN_VALID) != 0;
    int shift = tagged ? TAG : 0;
    if ((flags & Offload.NEEDS_CHECKSUM) == 0 && gsoType == Offload.NONE) {
      frame.clearOffload();
    } else {
      frame.offload(
          flags,
          gsoType,
          (vnetMemory.get(SHORT, vnet + 2) & 0xffff) + shift,
          vnetMemory.get(SHORT, vnet + 4) & 0xffff,
          (vnetMemory.get(SHORT, vnet + 6) & 0xffff) + shift,
          vnetMemory.get(SHORT, vnet + 8) & 0xffff);
    }
    int offset = at - shift;
    if (tagged) {
      MemorySegment memory = frame.memory();
      MemorySegment.copy(memory, at, memory, offset, 12);
      boolean typed = (status & TP_STATUS_VLAN_TPID_VALID) != 0;
      memory.set(TAG_SHORT, offset + 12, typed ? type : (short) 0x8100);
      memory.set(TAG_SHORT, offset + 14, tag);
    }
    frame.place(offset, octets + shift);
    return octets + shift;
  }
}
