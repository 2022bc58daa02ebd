package io.hairpin.tests;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/** Frames of hosts and routers that tell and ask who wants a group. */
final class Membership {

  private static final int IPV4 = 0x0800;
  private static final int IPV6 = 0x86DD;
  private static final int HEADER = 14;
  private static final String ALL_V3_ROUTERS = "224.0.0.22";
  private static final String ALL_HOSTS = "224.0.0.1";

  private Membership() {}

  /** An IGMPv2 report, sent to the group itself. */
  static Frame join(String station, String group) {
    return igmp(station, group, "1600", "0000", address(group));
  }

  /** An IGMPv2 leave. */
  static Frame leave(String station, String group) {
    return igmp(station, "224.0.0.2", "1700", "0000", address(group));
  }

  /** An IGMPv3 report that excludes no source. */
  static Frame joinV3(String station, String group) {
    return igmp(station, ALL_V3_ROUTERS, "2200", "00000000000104000000", address(group));
  }

  /** A general IGMPv2 query. */
  static Frame query(String router) {
    return igmp(router, ALL_HOSTS, "1164", "000000000000");
  }

  /** An MLDv2 report that excludes no source. */
  static Frame joinV6(String station, String group) {
    byte[] message = HexFormat.of().parseHex("8f0000000000000104000000" + address(group));
    ByteBuffer packet = ByteBuffer.allocate(48 + message.length);
    packet.putInt(0, 6 << 28).putShort(4, (short) (8 + message.length)).putShort(6, (short) 1);
    packet.put(8, InetAddress.ofLiteral("fe80::7").getAddress());
    packet.put(24, InetAddress.ofLiteral("ff02::16").getAddress());
    packet.put(40, HexFormat.of().parseHex("3a00050200000100")).put(48, message);
    // What the pseudo-header holds, with the message behind it.
    ByteBuffer summed = ByteBuffer.allocate(40 + message.length);
    summed.put(packet.array(), 8, 32).putInt(message.length).putInt(58).put(message);
    packet.putShort(50, Packet.checksum(summed.array(), summed.capacity()));
    return frame(station, "33:33:00:00:00:16", IPV6, packet.array());
  }

  /** A frame to an IPv4 group. */
  static Frame to(String group) {
    return Frame.of(mac(group), "02:00:00:00:00:99");
  }

  static String mac(String group) {
    byte[] octets = InetAddress.ofLiteral(group).getAddress();
    return octets.length == 4
        ? "01:00:5e:%02x:%02x:%02x".formatted(octets[1] & 0x7F, octets[2], octets[3])
        : "33:33:%02x:%02x:%02x:%02x".formatted(octets[12], octets[13], octets[14], octets[15]);
  }

  private static Frame igmp(String station, String destination, String type, String... rest) {
    byte[] message = HexFormat.of().parseHex(type + String.join("", rest));
    ByteBuffer checked = ByteBuffer.wrap(message);
    checked.putShort(2, Packet.checksum(message, message.length));
    ByteBuffer packet = ByteBuffer.allocate(24 + message.length);
    packet.putShort((short) 0x46C0).putShort((short) packet.capacity()).putInt(7 << 16);
    packet.put((byte) 1).put((byte) 2).putShort((short) 0);
    packet.put(InetAddress.ofLiteral("192.0.2.7").getAddress());
    packet.put(InetAddress.ofLiteral(destination).getAddress()).putInt(0x9404_0000);
    packet.putShort(10, Packet.checksum(packet.array(), 24)).put(message);
    return frame(station, mac(destination), IPV4, packet.array());
  }

  private static Frame frame(String station, String destination, int etherType, byte[] packet) {
    byte[] octets =
        Frame.of(destination, station, etherType).ofLength(HEADER + packet.length).bytes();
    System.arraycopy(packet, 0, octets, HEADER, packet.length);
    return new Frame(octets).ofLength(Math.max(60, octets.length));
  }

  private static String address(String address) {
    return HexFormat.of().formatHex(InetAddress.ofLiteral(address).getAddress());
  }
}
