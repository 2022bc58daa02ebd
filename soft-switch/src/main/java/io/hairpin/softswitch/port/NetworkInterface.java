package io.hairpin.softswitch.port;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Linux interface as {@code ioctl(2)} shows it, netdevice(7), and what of it was changed for the
 * switch. Not thread-safe, but for {@link #read()}.
 */
final class NetworkInterface {
  private static final Logger LOG = LoggerFactory.getLogger(NetworkInterface.class);

  private static final int SIOCGIFFLAGS = 0x8913;
  private static final int SIOCSIFFLAGS = 0x8914;
  private static final int SIOCGIFMTU = 0x8921;
  private static final int SIOCGIFHWADDR = 0x8927;
  private static final int SIOCGIFINDEX = 0x8933;
  private static final int SIOCETHTOOL = 0x8946;
  private static final int ETHTOOL_GSET = 1;
  private static final int ETHTOOL_GCHANNELS = 0x3c;
  private static final int IFF_UP = 1;
  private static final int IFF_RUNNING = 0x40;
  private static final int UNION = 16; // where struct ifreq's union begins

  private static final int RTA_OIF = 4;
  private static final int RT_TABLE_MAIN = 254;
  private static final int RT_SCOPE_LINK = 253 - 256;
  private static final int RTPROT_KERNEL = 2;
  private static final int RTPROT_RA = 9;
  private static final int RTNH_F_ONLINK = 4;
  private static final int AF_INET = 2;
  private static final int SOCK_DGRAM_CLOEXEC = 0x80002;

  private final int socket;
  private final String name;
  private final List<byte[]> kept = new ArrayList<>();
  private @Nullable String ipv6;
  private boolean wasDown;
  private int held;

  /**
   * What is known of it.
   *
   * @param index 0 where there is no such interface
   */
  record State(int index, Link link, long speed, @Nullable String address, int mtu) {
    /** There is no such interface. */
    static final State NONE = new State(0, Link.DOWN, 0, null, 0);
  }

  /**
   * Names one, which need not be there.
   *
   * @throws IOException where there is no socket to be had
   */
  NetworkInterface(String name) throws IOException {
    this.name = name;
    long opened = Linux.call(Linux.SOCKET, AF_INET, SOCK_DGRAM_CLOEXEC, 0, 0, 0);
    if (opened < 0) {
      throw new IOException("interface '%s': %s".formatted(name, Linux.message(opened)));
    }
    socket = (int) opened;
  }

  String name() {
    return name;
  }

  State read() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = request(arena);
      if (ioctl(SIOCGIFINDEX, request) < 0) {
        return State.NONE;
      }
      int index = request.get(ValueLayout.JAVA_INT, UNION);
      request = request(arena);
      boolean up =
          ioctl(SIOCGIFFLAGS, request) == 0
              && (request.get(ValueLayout.JAVA_SHORT, UNION) & (IFF_UP | IFF_RUNNING))
                  == (IFF_UP | IFF_RUNNING);
      request = request(arena);
      int mtu = ioctl(SIOCGIFMTU, request) == 0 ? request.get(ValueLayout.JAVA_INT, UNION) : 1500;
      request = request(arena);
      String address = null;
      if (ioctl(SIOCGIFHWADDR, request) == 0) {
        var text = new StringBuilder();
        for (int i = 0; i < 6; i++) {
          text.append(i == 0 ? "" : ":")
              .append("%02x".formatted(request.get(ValueLayout.JAVA_BYTE, UNION + 2 + i) & 0xff));
        }
        address = text.toString();
      }
      return new State(index, up ? Link.UP : Link.DOWN, speed(arena), address, mtu);
    }
  }

  /** How many queues receive, as struct ethtool_channels tells; 1 where the driver does not. */
  int queues() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment channels = arena.allocate(36, 8);
      channels.set(ValueLayout.JAVA_INT, 0, ETHTOOL_GCHANNELS);
      MemorySegment request = request(arena);
      request.set(ValueLayout.JAVA_LONG, UNION, channels.address());
      return ioctl(SIOCETHTOOL, request) < 0
          ? 1
          : channels.get(ValueLayout.JAVA_INT, 20) + channels.get(ValueLayout.JAVA_INT, 32);
    }
  }

  /** struct ethtool_cmd: Mbit/s in two halves, all ones where unknown. */
  private long speed(Arena arena) {
    MemorySegment command = arena.allocate(44, 8);
    command.set(ValueLayout.JAVA_INT, 0, ETHTOOL_GSET);
    MemorySegment request = request(arena);
    request.set(ValueLayout.JAVA_LONG, UNION, command.address());
    if (ioctl(SIOCETHTOOL, request) < 0) {
      return 0;
    }
    int low = command.get(ValueLayout.JAVA_SHORT, 12) & 0xffff;
    int high = command.get(ValueLayout.JAVA_SHORT, 28) & 0xffff;
    int megabits = high << 16 | low;
    return megabits == -1 || megabits == 0xffff ? 0 : megabits * 1_000_000L;
  }

  /**
   * Makes the host's own stack leave the interface alone, and switches it on: no IPv6, no address.
   * What the switch has no right to change is logged. {@link #restore()} puts everything back.
   */
  void prepare(int index) {
    kept.clear();
    ipv6 = null;
    wasDown = false;
    held = index;
    try (var netlink = new Netlink(0)) {
      keep(netlink, Netlink.GET_ADDRESSES, Netlink.INET);
      keep(netlink, Netlink.GET_ADDRESSES, Netlink.INET6);
      keep(netlink, Netlink.GET_ROUTES, Netlink.INET);
      keep(netlink, Netlink.GET_ROUTES, Netlink.INET6);
      for (byte[] message : kept) {
        if (type(message) == Netlink.NEW_ADDRESS && message[Netlink.HEADER] == Netlink.INET) {
          long result = netlink.request(message, Netlink.DELETE_ADDRESS);
          if (result < 0 && result != -Linux.EADDRNOTAVAIL) {
            LOG.warn("interface {}: cannot remove an address: {}", name, Linux.message(result));
          }
        }
      }
    } catch (IOException e) {
      LOG.warn("interface {}: its addresses stay: {}", name, e.getMessage());
    }
    if (!kept.isEmpty()) {
      LOG.info("interface {}: without its addresses and routes until the switch ends", name);
    }
    try {
      if (Files.exists(ipv6Switch())) {
        String before = Files.readString(ipv6Switch()).strip();
        if (!before.equals("1")) {
          Files.writeString(ipv6Switch(), "1");
          ipv6 = before;
        }
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("interface {}: cannot switch IPv6 off: {}", name, e.toString());
    }
    wasDown = switchTo(true);
  }

  private Path ipv6Switch() {
    return Path.of("/proc/sys/net/ipv6/conf", name, "disable_ipv6");
  }

  /**
   * Keeps the addresses that are no kernel's own and the routes that are no consequence of them.
   */
  private void keep(Netlink netlink, int type, int family) throws IOException {
    for (byte[] message : netlink.dump(type, family)) {
      ByteBuffer bytes = ByteBuffer.wrap(message).order(ByteOrder.nativeOrder());
      switch (type(message)) {
        case Netlink.NEW_ADDRESS -> {
          // struct ifaddrmsg: scope at 3, index at 4
          boolean linkLocal =
              family == Netlink.INET6 && message[Netlink.HEADER + 3] == RT_SCOPE_LINK;
          if (bytes.getInt(Netlink.HEADER + 4) == held && !linkLocal) {
            kept.add(message);
          }
        }
        case Netlink.NEW_ROUTE -> {
          // struct rtmsg: table at 4, protocol at 5, flags at 8
          byte[] out = Netlink.attribute(bytes, Netlink.HEADER + 12, RTA_OIF);
          byte protocol = message[Netlink.HEADER + 5];
          if (out.length == 4
              && ByteBuffer.wrap(out).order(ByteOrder.nativeOrder()).getInt() == held
              && (message[Netlink.HEADER + 4] & 0xff) == RT_TABLE_MAIN
              && protocol != RTPROT_KERNEL
              && protocol != RTPROT_RA) {
            bytes.putInt(Netlink.HEADER + 8, bytes.getInt(Netlink.HEADER + 8) & RTNH_F_ONLINK);
            kept.add(message);
          }
        }
        default -> {
          // Nothing else was asked for.
        }
      }
    }
  }

  private static int type(byte[] message) {
    return ByteBuffer.wrap(message).order(ByteOrder.nativeOrder()).getShort(4) & 0xffff;
  }

  /** Puts back what {@link #prepare} changed, where it is still the same interface. */
  void restore() {
    try {
      if (held != 0 && held == read().index()) {
        if (ipv6 != null && Files.exists(ipv6Switch())) {
          Files.writeString(ipv6Switch(), ipv6);
        }
        if (!kept.isEmpty()) {
          putBack();
        }
        if (wasDown) {
          switchTo(false);
        }
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("interface {}: not as it was before: {}", name, e.toString());
    } finally {
      held = 0;
      Linux.close(socket);
    }
  }

  private void putBack() throws IOException {
    try (var netlink = new Netlink(0)) {
      for (byte[] message : kept) {
        long result = netlink.request(message, type(message));
        if (result < 0 && result != -Linux.EEXIST) {
          LOG.warn(
              "interface {}: cannot put back {}: {}",
              name,
              type(message) == Netlink.NEW_ADDRESS ? "an address" : "a route",
              Linux.message(result));
        }
      }
    }
  }

  /** Switches the interface on or off; whether that changed it. */
  boolean switchTo(boolean on) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = request(arena);
      if (ioctl(SIOCGIFFLAGS, request) < 0) {
        return false;
      }
      int flags = request.get(ValueLayout.JAVA_SHORT, UNION);
      if (((flags & IFF_UP) != 0) == on) {
        return false;
      }
      request.set(ValueLayout.JAVA_SHORT, UNION, (short) (flags ^ IFF_UP));
      long result = ioctl(SIOCSIFFLAGS, request);
      if (result < 0) {
        LOG.warn(
            "interface {}: cannot switch it {}: {}",
            name,
            on ? "on" : "off",
            Linux.message(result));
      }
      return result == 0;
    }
  }

  private MemorySegment request(Arena arena) {
    MemorySegment request = arena.allocate(40, 8);
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    MemorySegment.copy(bytes, 0, request, ValueLayout.JAVA_BYTE, 0, Math.min(bytes.length, 15));
    return request;
  }

  private long ioctl(int code, MemorySegment request) {
    return Linux.call(Linux.IOCTL, socket, code, request.address(), 0, 0);
  }
}
