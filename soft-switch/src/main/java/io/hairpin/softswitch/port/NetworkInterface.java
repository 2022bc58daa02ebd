package io.hairpin.softswitch.port;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A Linux interface as {@code ioctl(2)} on some socket of its namespace shows it, netdevice(7). */
final class NetworkInterface {
  private static final Logger LOG = LoggerFactory.getLogger(NetworkInterface.class);

  private static final int SIOCGIFFLAGS = 0x8913;
  private static final int SIOCSIFFLAGS = 0x8914;
  private static final int SIOCGIFADDR = 0x8915;
  private static final int SIOCSIFADDR = 0x8916;
  private static final int SIOCGIFMTU = 0x8921;
  private static final int SIOCGIFHWADDR = 0x8927;
  private static final int SIOCGIFINDEX = 0x8933;
  private static final int SIOCETHTOOL = 0x8946;
  private static final int ETHTOOL_GSET = 1;
  private static final int IFF_UP = 1;
  private static final int IFF_RUNNING = 0x40;
  private static final int UNION = 16; // where struct ifreq's union begins

  private final int socket;
  private final String name;

  /**
   * What is known of it.
   *
   * @param index 0 where there is no such interface
   */
  record State(int index, Link link, long speed, @Nullable String address, int mtu) {}

  NetworkInterface(int socket, String name) {
    this.socket = socket;
    this.name = name;
  }

  State read() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = request(arena);
      if (ioctl(SIOCGIFINDEX, request) < 0) {
        return new State(0, Link.DOWN, 0, null, 0);
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
   * Makes the host's own stack leave the interface alone, and switches it on: no IPv6, no IPv4
   * address. What the switch has no right to change is logged.
   */
  void prepare() {
    Path ipv6 = Path.of("/proc/sys/net/ipv6/conf", name, "disable_ipv6");
    if (Files.exists(ipv6)) {
      try {
        if (!Files.readString(ipv6).strip().equals("1")) {
          Files.writeString(ipv6, "1");
        }
      } catch (IOException | UncheckedIOException e) {
        LOG.warn("interface {}: cannot switch IPv6 off: {}", name, e.toString());
      }
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = request(arena);
      for (int i = 0; i < 64 && ioctl(SIOCGIFADDR, request) == 0; i++) {
        LOG.warn(
            "interface {}: removing its address {}.{}.{}.{}",
            name,
            request.get(ValueLayout.JAVA_BYTE, UNION + 4) & 0xff,
            request.get(ValueLayout.JAVA_BYTE, UNION + 5) & 0xff,
            request.get(ValueLayout.JAVA_BYTE, UNION + 6) & 0xff,
            request.get(ValueLayout.JAVA_BYTE, UNION + 7) & 0xff);
        request.set(ValueLayout.JAVA_INT, UNION + 4, 0);
        long result = ioctl(SIOCSIFADDR, request);
        if (result < 0) {
          LOG.warn("interface {}: cannot remove it: {}", name, Linux.message(result));
          break;
        }
        request = request(arena);
      }
      request = request(arena);
      if (ioctl(SIOCGIFFLAGS, request) == 0) {
        int flags = request.get(ValueLayout.JAVA_SHORT, UNION);
        if ((flags & IFF_UP) == 0) {
          request.set(ValueLayout.JAVA_SHORT, UNION, (short) (flags | IFF_UP));
          long result = ioctl(SIOCSIFFLAGS, request);
          if (result < 0) {
            LOG.warn("interface {}: cannot switch it on: {}", name, Linux.message(result));
          }
        }
      }
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
