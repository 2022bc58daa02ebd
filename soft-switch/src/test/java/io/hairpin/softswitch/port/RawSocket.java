package io.hairpin.softswitch.port;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** Sends on an interface what a station's driver would, with a virtio_net_hdr before each frame. */
public final class RawSocket implements AutoCloseable {
  private static final int SIOCGIFINDEX = 0x8933;
  private static final int PACKET_VNET_HDR = 15;

  private final int socket = (int) Linux.call(Linux.SOCKET, 17, Linux.SOCK_RAW_CLOEXEC, 0, 0, 0);

  /** Opens one. */
  public RawSocket(String interfaceName) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = arena.allocate(40, 8);
      byte[] name = interfaceName.getBytes(StandardCharsets.UTF_8);
      MemorySegment.copy(name, 0, request, ValueLayout.JAVA_BYTE, 0, name.length);
      require(Linux.call(Linux.IOCTL, socket, SIOCGIFINDEX, request.address(), 0, 0));
      require(Linux.option(socket, PacketPort.SOL_PACKET, PACKET_VNET_HDR, 1));
      MemorySegment address = arena.allocate(20, 4);
      address.set(ValueLayout.JAVA_SHORT, 0, (short) 17);
      address.set(ValueLayout.JAVA_INT, 4, request.get(ValueLayout.JAVA_INT, 16));
      require(Linux.call(Linux.BIND, socket, address.address(), 20, 0, 0));
    }
  }

  private static void require(long result) {
    if (result < 0) {
      throw new IllegalStateException(Linux.message(result));
    }
  }

  /** Sends one; whether the kernel took it. */
  public boolean send(byte[] bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
      return Linux.call(Linux.WRITE, socket, memory.address(), bytes.length, 0, 0) >= 0;
    }
  }

  @Override
  public void close() {
    Linux.close(socket);
  }
}
