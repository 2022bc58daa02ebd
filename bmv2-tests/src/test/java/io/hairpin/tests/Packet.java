package io.hairpin.tests;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** IP packets for frames to carry. */
final class Packet {

  static final int TCP = 6;
  static final int UDP = 17;
  static final int ICMP = 1;
  static final int ICMPV6 = 58;

  static final int SYN = 0x02;
  static final int ACK = 0x10;

  private static final int IPV4 = 0x0800;
  private static final int IPV6 = 0x86DD;
  private static final int TTL = 64;
  private static final int HEADER = 14;
  private static final int SHORTEST = 60;

  private final int protocol;
  private final byte[] segment;
  private int dscp;
  private byte[] options = {};
  private int fragmentOffset;

  private Packet(int protocol, byte[] segment) {
    this.protocol = protocol;
    this.segment = segment;
  }

  static Packet tcp(int source, int destination, int flags) {
    ByteBuffer tcp = ByteBuffer.allocate(20);
    tcp.putShort((short) source).putShort((short) destination).putInt(1).putInt(2);
    tcp.put((byte) 0x50).put((byte) flags).putShort((short) 512);
    return new Packet(TCP, tcp.array());
  }

  static Packet udp(int source, int destination) {
    ByteBuffer udp = ByteBuffer.allocate(16);
    udp.putShort((short) source).putShort((short) destination).putShort((short) 16);
    return new Packet(UDP, udp.array());
  }

  static Packet icmp(int protocol, int type, int code) {
    ByteBuffer icmp = ByteBuffer.allocate(8);
    icmp.put((byte) type).put((byte) code);
    return new Packet(protocol, icmp.array());
  }

  Packet dscp(int value) {
    dscp = value;
    return this;
  }

  /** IPv4 options of so many words. */
  Packet options(int words) {
    options = new byte[words * 4];
    Arrays.fill(options, (byte) 1);
    return this;
  }

  /** As a fragment at so many times 8 octets. */
  Packet fragment(int offset) {
    fragmentOffset = offset;
    return this;
  }

  /** In a frame from Alice to Bob. */
  Frame ipv4(String source, String destination) {
    ByteBuffer ip = ByteBuffer.allocate(20 + options.length + segment.length);
    ip.put((byte) (0x45 + options.length / 4)).put((byte) (dscp << 2));
    ip.putShort((short) ip.capacity()).putShort((short) 7).putShort((short) fragmentOffset);
    ip.put((byte) TTL).put((byte) protocol).putShort((short) 0);
    ip.put(address(source)).put(address(destination)).put(options);
    ip.putShort(10, checksum(ip.array(), ip.position()));
    return frame(IPV4, ip.put(segment).array());
  }

  /** In a frame from Alice to Bob. */
  Frame ipv6(String source, String destination) {
    ByteBuffer ip = ByteBuffer.allocate(40 + segment.length);
    ip.putInt(6 << 28 | dscp << 22 | 0x12345).putShort((short) segment.length);
    ip.put((byte) protocol).put((byte) TTL).put(address(source)).put(address(destination));
    return frame(IPV6, ip.put(segment).array());
  }

  private static Frame frame(int etherType, byte[] packet) {
    byte[] head = Frame.of(OnEveryTarget.BOB, OnEveryTarget.ALICE, etherType).bytes();
    byte[] frame = Arrays.copyOf(head, Math.max(SHORTEST, HEADER + packet.length));
    Arrays.fill(frame, HEADER, frame.length, (byte) 0);
    System.arraycopy(packet, 0, frame, HEADER, packet.length);
    return new Frame(frame);
  }

  /** RFC 1071. */
  static short checksum(byte[] bytes, int length) {
    int sum = 0;
    for (int i = 0; i < length; i += 2) {
      sum += Byte.toUnsignedInt(bytes[i]) << 8 | Byte.toUnsignedInt(bytes[i + 1]);
    }
    sum = (sum & 0xFFFF) + (sum >>> 16);
    sum = (sum & 0xFFFF) + (sum >>> 16);
    return (short) ~sum;
  }

  private static byte[] address(String text) {
    return InetAddress.ofLiteral(text).getAddress();
  }
}
