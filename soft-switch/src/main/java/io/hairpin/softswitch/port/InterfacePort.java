package io.hairpin.softswitch.port;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.hairpin.softswitch.engine.Frame;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A port that is a Linux interface, by packet(7): frames are received and sent in batches with
 * their virtio_net_hdr, so that the stations' checksum and segmentation offloads pass through, and
 * with the 802.1Q tag that the kernel takes off put back.
 */
final class InterfacePort extends Port {
  private static final Logger LOG = LoggerFactory.getLogger(InterfacePort.class);

  private static final int AF_PACKET = 17;
  private static final int ETH_P_ALL = 3;
  private static final int SOL_PACKET = 263;
  private static final int PACKET_ADD_MEMBERSHIP = 1;
  private static final int PACKET_STATISTICS = 6;
  private static final int PACKET_AUXDATA = 8;
  private static final int PACKET_VNET_HDR = 15;
  private static final int PACKET_QDISC_BYPASS = 20;
  private static final int PACKET_IGNORE_OUTGOING = 23;
  private static final int PACKET_MR_PROMISC = 1;
  private static final int TP_STATUS_VLAN_VALID = 0x10;
  private static final int TP_STATUS_VLAN_TPID_VALID = 0x40;
  private static final int MSG_TRUNC = 0x20;
  private static final int MSG_WAITFORONE = 0x10000;
  private static final int RECEIVE_BUFFER = 8 << 20;
  private static final int SEND_BUFFER = 4 << 20;

  /** How long a stop takes at most, and how often an idle port looks. */
  private static final int TIMEOUT_MILLISECONDS = 100;

  private static final int FRAMES = 64;
  private static final int MMSGHDR = 64;
  private static final int IOVEC = 16;
  private static final int CONTROL = 64;
  private static final int VNET_HEADER = 16;
  private static final int HEADROOM = 64;
  // 1,027 cache lines: slots do not all fall into the same cache sets.
  private static final int STRIDE = HEADROOM + LONGEST + 64;

  private static final ValueLayout.OfShort TAG_SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private final String name;
  private final int socket;
  private final NetworkInterface device;
  private int bound;
  private boolean closed;
  private volatile NetworkInterface.State state;

  /**
   * Opens the port.
   *
   * @throws IOException where there is no such interface, or no right to it
   */
  InterfacePort(int number, String name) throws IOException {
    super(number);
    this.name = name;
    long opened = Linux.call(Linux.SOCKET, AF_PACKET, Linux.SOCK_RAW_CLOEXEC, 0, 0, 0);
    check(opened, "opening a packet socket");
    socket = (int) opened;
    device = new NetworkInterface(socket, name);
    try {
      state = device.read();
      check(state.index() == 0 ? -Linux.ENODEV : 0, "looking it up");
      check(Linux.option(socket, SOL_PACKET, PACKET_VNET_HDR, 1), "PACKET_VNET_HDR");
      check(Linux.option(socket, SOL_PACKET, PACKET_AUXDATA, 1), "PACKET_AUXDATA");
      check(Linux.option(socket, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1), "PACKET_IGNORE_OUTGOING");
      check(Linux.option(socket, SOL_PACKET, PACKET_QDISC_BYPASS, 1), "PACKET_QDISC_BYPASS");
      check(
          Linux.option(socket, Linux.SOL_SOCKET, Linux.SO_RCVBUFFORCE, RECEIVE_BUFFER),
          "SO_RCVBUFFORCE");
      check(
          Linux.option(socket, Linux.SOL_SOCKET, Linux.SO_SNDBUFFORCE, SEND_BUFFER),
          "SO_SNDBUFFORCE");
      Linux.receiveTimeout(socket, TIMEOUT_MILLISECONDS);
      attach(state.index());
      state = device.read();
    } catch (IOException e) {
      Linux.close(socket);
      throw e;
    }
  }

  private void attach(int index) throws IOException {
    device.prepare();
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
    bound = index;
  }

  private void check(long result, String what) throws IOException {
    if (result < 0) {
      throw new IOException(
          "port "
              + number()
              + ": interface '"
              + name
              + "': "
              + what
              + ": "
              + Linux.message(result));
    }
  }

  int descriptor() {
    return socket;
  }

  int mtu() {
    return state.mtu();
  }

  @Override
  Link link() {
    return state.link();
  }

  @Override
  Sender sender(Offload offload) {
    return new TransmitBatch(this, offload);
  }

  @Override
  PortState state() {
    countKernelDrops();
    NetworkInterface.State now = state;
    return new PortState(
        number(), name, now.link(), now.speed(), now.address(), now.mtu(), tally().read());
  }

  /** Reading the kernel's statistics sets them to zero. */
  private synchronized void countKernelDrops() {
    if (closed) {
      return;
    }
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
   * Looks at the interface again; takes hold of it where it has gone and come back.
   *
   * @return whether its link changed
   */
  boolean refresh() {
    NetworkInterface.State next = device.read();
    if (next.index() != 0 && next.index() != bound) {
      try {
        attach(next.index());
        next = device.read();
        LOG.info("port {}: interface {} is back", number(), name);
      } catch (IOException e) {
        LOG.warn("{}", e.getMessage());
      }
    }
    boolean changed = next.link() != state.link();
    state = next;
    return changed;
  }

  synchronized void close() {
    if (!closed) {
      closed = true;
      Linux.close(socket);
    }
  }

  /** Receives frames and runs them through the switch until the dataplane stops. */
  void run(Dataplane dataplane) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(Linux.ERRNO);
      MemorySegment slots = arena.allocate((long) FRAMES * STRIDE, 64);
      MemorySegment vnet = arena.allocate(FRAMES * VNET_HEADER, 64);
      MemorySegment control = arena.allocate(FRAMES * CONTROL, 64);
      MemorySegment vectors = arena.allocate(FRAMES * 2 * IOVEC, 64);
      MemorySegment messages = arena.allocate(FRAMES * MMSGHDR, 64);
      for (int i = 0; i < FRAMES; i++) {
        int vector = i * 2 * IOVEC;
        vectors.set(JAVA_LONG, vector, vnet.address() + (long) i * VNET_HEADER);
        vectors.set(JAVA_LONG, vector + 8, TransmitBatch.VNET_HEADER);
        vectors.set(JAVA_LONG, vector + 16, slots.address() + (long) i * STRIDE + HEADROOM);
        vectors.set(JAVA_LONG, vector + 24, LONGEST);
        int message = i * MMSGHDR;
        messages.set(JAVA_LONG, message + 16, vectors.address() + vector);
        messages.set(JAVA_LONG, message + 24, 2);
        messages.set(JAVA_LONG, message + 32, control.address() + (long) i * CONTROL);
        messages.set(JAVA_LONG, message + 40, CONTROL);
      }
      Lane lane = dataplane.lane(slots);
      while (dataplane.isRunning()) {
        long received =
            Linux.call(
                errno, Linux.RECVMMSG, socket, messages.address(), FRAMES, MSG_WAITFORONE, 0, 0);
        if (received < 0) {
          if (received != -Linux.EAGAIN
              && received != -Linux.EINTR
              && received != -Linux.ENETDOWN) {
            LOG.warn("port {}: receiving on {}: {}", number(), name, Linux.message(received));
            dataplane.awaitStop(TIMEOUT_MILLISECONDS);
          }
          continue;
        }
        process(lane, (int) received, slots, vnet, control, messages);
      }
    }
  }

  private void process(
      Lane lane,
      int received,
      MemorySegment slots,
      MemorySegment vnet,
      MemorySegment control,
      MemorySegment messages) {
    long octets = 0;
    lane.lock();
    try {
      for (int i = 0; i < received; i++) {
        octets += receive(lane, i, slots, vnet, control, messages);
      }
      lane.flush();
    } finally {
      lane.unlock();
    }
    tally().received(received, octets);
  }

  private int receive(
      Lane lane,
      int i,
      MemorySegment slots,
      MemorySegment vnet,
      MemorySegment control,
      MemorySegment messages) {
    int message = i * MMSGHDR;
    int length = messages.get(JAVA_INT, message + 56) - TransmitBatch.VNET_HEADER;
    boolean cut = (messages.get(JAVA_INT, message + 48) & MSG_TRUNC) != 0;
    boolean auxiliary = messages.get(JAVA_LONG, message + 40) >= 36;
    messages.set(JAVA_LONG, message + 40, CONTROL);
    if (cut || length < ETHERNET_HEADER) {
      tally().discarded(Discard.TRUNCATED, 1);
      return Math.max(length, 0);
    }
    int offset = i * STRIDE + HEADROOM;
    int shift = 0;
    // struct tpacket_auxdata: status at 0, tag control information at 16, TPID at 18
    int data = i * CONTROL + 16;
    if (auxiliary && (control.get(JAVA_INT, data) & TP_STATUS_VLAN_VALID) != 0) {
      boolean typed = (control.get(JAVA_INT, data) & TP_STATUS_VLAN_TPID_VALID) != 0;
      MemorySegment.copy(slots, offset, slots, offset - TAG, 12);
      offset -= TAG;
      slots.set(
          TAG_SHORT, offset + 12, typed ? control.get(JAVA_SHORT, data + 18) : (short) 0x8100);
      slots.set(TAG_SHORT, offset + 14, control.get(JAVA_SHORT, data + 16));
      shift = TAG;
      length += TAG;
    }
    Frame frame = lane.frame();
    frame.place(offset, length);
    int at = i * VNET_HEADER;
    int flags = vnet.get(JAVA_BYTE, at);
    int gsoType = vnet.get(JAVA_BYTE, at + 1) & 0xff;
    if ((flags & Offload.NEEDS_CHECKSUM) == 0 && gsoType == Offload.NONE) {
      frame.clearOffload();
    } else {
      frame.offload(
          flags,
          gsoType,
          (vnet.get(JAVA_SHORT, at + 2) & 0xffff) + shift,
          vnet.get(JAVA_SHORT, at + 4) & 0xffff,
          (vnet.get(JAVA_SHORT, at + 6) & 0xffff) + shift,
          vnet.get(JAVA_SHORT, at + 8) & 0xffff);
    }
    lane.process(this);
    return length;
  }
}
