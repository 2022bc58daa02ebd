package io.hairpin.bridge.multicast;

import io.hairpin.bridge.multicast.GroupMessage.GroupRecord;
import io.hairpin.bridge.multicast.GroupMessage.Kind;
import io.hairpin.bridge.multicast.GroupMessage.Query;
import io.hairpin.bridge.multicast.GroupMessage.Report;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads group membership messages out of IP packets. */
public final class GroupMessageParser {

  private static final int IGMP = 2;
  private static final int ICMPV6 = 58;
  private static final int HOP_BY_HOP = 0;
  private static final int ROUTER_ALERT = 5;
  private static final int PADDING = 0;

  private static final int IGMP_QUERY = 0x11;
  private static final int IGMPV1_REPORT = 0x12;
  private static final int IGMPV2_REPORT = 0x16;
  private static final int IGMPV2_LEAVE = 0x17;
  private static final int IGMPV3_REPORT = 0x22;
  private static final int MLD_QUERY = 130;
  private static final int MLDV1_REPORT = 131;
  private static final int MLDV1_DONE = 132;
  private static final int MLDV2_REPORT = 143;

  /** RFC 2236 4: what an IGMPv1 query, which does not tell, leaves hosts. */
  private static final Duration IGMPV1_MAX_RESPONSE = Duration.ofSeconds(10);

  private static final int IPV4_ADDRESS = 4;
  private static final int IPV6_ADDRESS = 16;

  private GroupMessageParser() {}

  /**
   * Reads the message of an IPv4 or IPv6 packet.
   *
   * @param packet the packet, from its IP header on; what follows the IP length is not looked at
   * @return the message
   * @throws InvalidMessageException where the packet carries no group membership message, or one
   *     that is malformed, has a wrong checksum or did not come from this link; the message says
   *     why
   */
  public static GroupMessage parse(byte[] packet) throws InvalidMessageException {
    try {
      ByteBuffer buffer = ByteBuffer.wrap(packet);
      int version = unsigned(buffer, 0) >> 4;
      return switch (version) {
        case 4 -> ipv4(buffer);
        case 6 -> ipv6(buffer);
        default -> throw new InvalidMessageException("IP version " + version);
      };
    } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
      throw new InvalidMessageException("cut short after " + packet.length + " octets");
    }
  }

  private static GroupMessage ipv4(ByteBuffer buffer) throws InvalidMessageException {
    int header = (unsigned(buffer, 0) & 0xF) * 4;
    int length = Short.toUnsignedInt(buffer.getShort(2));
    if (header < 20 || length < header || length > buffer.limit()) {
      throw new InvalidMessageException(
          "IPv4 header of %d octets, packet of %d, in %d octets"
              .formatted(header, length, buffer.limit()));
    }
    if (sum(buffer, 0, header, 0) != 0xFFFF) {
      throw new InvalidMessageException("wrong IPv4 header checksum");
    }
    check("IPv4 fragment", Short.toUnsignedInt(buffer.getShort(6)) & 0x3FFF, 0);
    check("IPv4 protocol", unsigned(buffer, 9), IGMP);
    check("TTL", unsigned(buffer, 8), 1);
    InetAddress sender = address(buffer.position(12), IPV4_ADDRESS);
    buffer.position(header).limit(length);
    if (sum(buffer, header, length, 0) != 0xFFFF) {
      throw new InvalidMessageException("wrong IGMP checksum");
    }
    return igmp(sender, buffer.slice());
  }

  private static GroupMessage igmp(InetAddress sender, ByteBuffer message)
      throws InvalidMessageException {
    int type = unsigned(message, 0);
    return switch (type) {
      case IGMP_QUERY -> igmpQuery(sender, message);
      case IGMPV1_REPORT, IGMPV2_REPORT ->
          report(sender, Kind.TO_EXCLUDE, address(message.position(4), IPV4_ADDRESS));
      case IGMPV2_LEAVE ->
          report(sender, Kind.TO_INCLUDE, address(message.position(4), IPV4_ADDRESS));
      case IGMPV3_REPORT -> report(sender, message, IPV4_ADDRESS);
      default -> throw new InvalidMessageException("IGMP type " + type);
    };
  }

  private static Query igmpQuery(InetAddress sender, ByteBuffer message)
      throws InvalidMessageException {
    int code = unsigned(message, 1);
    InetAddress group = group(message.position(4), IPV4_ADDRESS);
    if (message.limit() == 8) {
      Duration response = code == 0 ? IGMPV1_MAX_RESPONSE : Duration.ofMillis(100L * code);
      return new Query(sender, group, Set.of(), response, false, 0, Duration.ZERO);
    }
    return query(sender, group, Duration.ofMillis(100L * decoded(code, 4)), message, IPV4_ADDRESS);
  }

  private static GroupMessage ipv6(ByteBuffer buffer) throws InvalidMessageException {
    int length = 40 + Short.toUnsignedInt(buffer.getShort(4));
    if (length > buffer.limit()) {
      throw new InvalidMessageException(
          "IPv6 packet of %d octets in %d".formatted(length, buffer.limit()));
    }
    check("IPv6 next header", unsigned(buffer, 6), HOP_BY_HOP);
    check("hop limit", unsigned(buffer, 7), 1);
    InetAddress sender = address(buffer.position(8), IPV6_ADDRESS);
    int start = 40 + 8 * (1 + unsigned(buffer, 41));
    check("next header of the hop-by-hop options", unsigned(buffer, 40), ICMPV6);
    if (!hasRouterAlert(buffer, 42, start)) {
      throw new InvalidMessageException("no router alert option for MLD");
    }
    int pseudoHeader = length - start + ICMPV6;
    if (start > length || sum(buffer, 8, 40, sum(buffer, start, length, pseudoHeader)) != 0xFFFF) {
      throw new InvalidMessageException("wrong ICMPv6 checksum");
    }
    buffer.position(start).limit(length);
    return mld(sender, buffer.slice());
  }

  private static boolean hasRouterAlert(ByteBuffer buffer, int from, int to) {
    for (int at = from; at < to; ) {
      int option = unsigned(buffer, at);
      if (option == PADDING) {
        at++;
        continue;
      }
      if (option == ROUTER_ALERT && unsigned(buffer, at + 1) == 2 && buffer.getShort(at + 2) == 0) {
        return true;
      }
      at += 2 + unsigned(buffer, at + 1);
    }
    return false;
  }

  private static GroupMessage mld(InetAddress sender, ByteBuffer message)
      throws InvalidMessageException {
    int type = unsigned(message, 0);
    if (!sender.isLinkLocalAddress() && (type == MLD_QUERY || !sender.isAnyLocalAddress())) {
      throw new InvalidMessageException(
          "MLD from " + sender.getHostAddress() + ", which is not link-local");
    }
    return switch (type) {
      case MLD_QUERY -> mldQuery(sender, message);
      case MLDV1_REPORT ->
          report(sender, Kind.TO_EXCLUDE, address(message.position(8), IPV6_ADDRESS));
      case MLDV1_DONE ->
          report(sender, Kind.TO_INCLUDE, address(message.position(8), IPV6_ADDRESS));
      case MLDV2_REPORT -> report(sender, message, IPV6_ADDRESS);
      default -> throw new InvalidMessageException("ICMPv6 type " + type);
    };
  }

  private static Query mldQuery(InetAddress sender, ByteBuffer message)
      throws InvalidMessageException {
    int code = Short.toUnsignedInt(message.getShort(4));
    InetAddress group = group(message.position(8), IPV6_ADDRESS);
    if (message.limit() == 24) {
      return new Query(sender, group, Set.of(), Duration.ofMillis(code), false, 0, Duration.ZERO);
    }
    return query(sender, group, Duration.ofMillis(decoded(code, 12)), message, IPV6_ADDRESS);
  }

  /** What IGMPv3 and MLDv2 have in common behind the group. */
  private static Query query(
      InetAddress sender, InetAddress group, Duration maxResponse, ByteBuffer message, int size)
      throws InvalidMessageException {
    int flags = Byte.toUnsignedInt(message.get());
    Duration interval = Duration.ofSeconds(decoded(Byte.toUnsignedInt(message.get()), 4));
    Set<InetAddress> sources = addresses(message, Short.toUnsignedInt(message.getShort()), size);
    return new Query(sender, group, sources, maxResponse, (flags & 8) != 0, flags & 7, interval);
  }

  private static Report report(InetAddress sender, Kind kind, InetAddress group)
      throws InvalidMessageException {
    return new Report(sender, List.of(new GroupRecord(kind, multicast(group), Set.of())));
  }

  /** RFC 3376 4.2 and RFC 3810 5.2, which differ in the size of addresses alone. */
  private static Report report(InetAddress sender, ByteBuffer message, int size)
      throws InvalidMessageException {
    int count = Short.toUnsignedInt(message.getShort(6));
    message.position(8);
    List<GroupRecord> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int type = Byte.toUnsignedInt(message.get());
      int auxiliary = 4 * Byte.toUnsignedInt(message.get());
      int sources = Short.toUnsignedInt(message.getShort());
      InetAddress group = multicast(address(message, size));
      Set<InetAddress> from = addresses(message, sources, size);
      message.position(message.position() + auxiliary);
      Kind kind = kind(type);
      if (kind != null) {
        records.add(new GroupRecord(kind, group, from));
      }
    }
    return new Report(sender, records);
  }

  /** RFC 3376 4.2.12; null for those that are to be ignored. */
  private static @Nullable Kind kind(int type) {
    return switch (type) {
      case 1 -> Kind.IS_INCLUDE;
      case 2 -> Kind.IS_EXCLUDE;
      case 3 -> Kind.TO_INCLUDE;
      case 4 -> Kind.TO_EXCLUDE;
      case 5 -> Kind.ALLOW_NEW;
      case 6 -> Kind.BLOCK_OLD;
      default -> null;
    };
  }

  /** RFC 3376 4.1.1 and RFC 3810 5.1.3: large values are a mantissa and an exponent of 3 bits. */
  private static long decoded(int code, int mantissaBits) {
    if (code < 1 << (mantissaBits + 3)) {
      return code;
    }
    long mantissa = (code & ((1 << mantissaBits) - 1)) | (1 << mantissaBits);
    return mantissa << ((code >> mantissaBits & 7) + 3);
  }

  private static InetAddress group(ByteBuffer buffer, int size) throws InvalidMessageException {
    InetAddress group = address(buffer, size);
    return group.isAnyLocalAddress() ? group : multicast(group);
  }

  private static InetAddress multicast(InetAddress group) throws InvalidMessageException {
    if (!group.isMulticastAddress()) {
      throw new InvalidMessageException(group.getHostAddress() + " is not a group");
    }
    return group;
  }

  private static Set<InetAddress> addresses(ByteBuffer buffer, int count, int size)
      throws InvalidMessageException {
    if (count * size > buffer.remaining()) {
      throw new InvalidMessageException(
          "%d sources in %d octets".formatted(count, buffer.remaining()));
    }
    Set<InetAddress> addresses = new HashSet<>();
    for (int i = 0; i < count; i++) {
      addresses.add(address(buffer, size));
    }
    return addresses;
  }

  private static InetAddress address(ByteBuffer buffer, int size) {
    byte[] octets = new byte[size];
    buffer.get(octets);
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("An address of " + size + " octets", e);
    }
  }

  private static int unsigned(ByteBuffer buffer, int at) {
    return Byte.toUnsignedInt(buffer.get(at));
  }

  private static void check(String what, int actual, int expected) throws InvalidMessageException {
    if (actual != expected) {
      throw new InvalidMessageException("%s is %d, not %d".formatted(what, actual, expected));
    }
  }

  /** RFC 1071: the ones' complement sum; 0xFFFF over what carries its right checksum. */
  private static int sum(ByteBuffer buffer, int from, int to, int initial) {
    int sum = initial;
    for (int at = from; at < to; at += 2) {
      sum += unsigned(buffer, at) << 8 | (at + 1 < to ? unsigned(buffer, at + 1) : 0);
    }
    while (sum >> 16 != 0) {
      sum = (sum & 0xFFFF) + (sum >> 16);
    }
    return sum;
  }
}
