package io.hairpin.app;

import io.hairpin.bridge.AccessList;
import io.hairpin.bridge.AccessList.Ace;
import io.hairpin.bridge.AccessList.Actions;
import io.hairpin.bridge.AccessList.Forwarding;
import io.hairpin.bridge.AccessList.Icmp;
import io.hairpin.bridge.AccessList.Ip;
import io.hairpin.bridge.AccessList.Masked;
import io.hairpin.bridge.AccessList.Matches;
import io.hairpin.bridge.AccessList.Ports;
import io.hairpin.bridge.AccessList.Prefix;
import io.hairpin.bridge.AccessList.Tcp;
import io.hairpin.bridge.AccessList.Transport;
import io.hairpin.bridge.AccessList.Udp;
import io.hairpin.bridge.Attachment;
import io.hairpin.bridge.Attachment.PortPoint;
import io.hairpin.bridge.Attachment.VlanPoint;
import io.hairpin.bridge.MacAddress;
import io.hairpin.bridge.MirrorSession;
import io.hairpin.bridge.MirrorSession.Sources;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** From data of access lists and mirror sessions to the bridge's records. */
final class AccessListBinding {

  private static final long ALL_ADDRESS_BITS = 0xFFFF_FFFF_FFFFL;
  private static final long ALL_FLAGS = 0xFF;

  /** In the order of RFC 8519's positions, the highest bit first. */
  private static final List<String> FLAGS =
      List.of("cwr", "ece", "urg", "ack", "psh", "rst", "syn", "fin");

  private AccessListBinding() {}

  static AccessList accessList(Data data) {
    return new AccessList(
        data.get("name"),
        data.find("type").map(AccessListBinding::type).orElse(AccessList.Type.ANY),
        data.container("aces").list("ace").stream().map(AccessListBinding::ace).toList());
  }

  private static AccessList.Type type(String identity) {
    boolean ipv4 = identity.contains("ipv4");
    boolean ipv6 = identity.contains("ipv6");
    return new AccessList.Type(identity.contains("eth"), ipv4, ipv6);
  }

  private static Ace ace(Data data) {
    return new Ace(
        data.get("name"), matches(data.container("matches")), actions(data.container("actions")));
  }

  private static Matches matches(Data data) {
    Data eth = data.container("eth");
    Data vlan = data.container("vlan");
    Ip ip =
        data.presence("ipv4")
            .map(ipv4 -> ip(ipv4, 4))
            .or(() -> data.presence("ipv6").map(ipv6 -> ip(ipv6, 6)))
            .orElse(null);
    return new Matches(
        address(eth, "destination-mac-address"),
        address(eth, "source-mac-address"),
        number(eth, "ethertype"),
        number(vlan, "vid"),
        number(vlan, "pcp"),
        ip,
        transport(data));
  }

  private static @Nullable Masked address(Data eth, String leaf) {
    Optional<Long> address = eth.find(leaf).map(AccessListBinding::address);
    Optional<Long> mask = eth.find(leaf + "-mask").map(AccessListBinding::address);
    return address.isEmpty()
        ? null
        : new Masked(address.get() & mask.orElse(ALL_ADDRESS_BITS), mask.orElse(ALL_ADDRESS_BITS));
  }

  private static long address(String text) {
    return MacAddress.parse(text.toLowerCase(Locale.ROOT));
  }

  private static Ip ip(Data data, int version) {
    return new Ip(
        version,
        prefix(data, "source-ipv" + version + "-network"),
        prefix(data, "destination-ipv" + version + "-network"),
        number(data, "dscp"),
        number(data, "ecn"),
        number(data, "ttl"),
        number(data, "protocol"));
  }

  private static @Nullable Prefix prefix(Data data, String leaf) {
    return data.find(leaf)
        .map(
            text -> {
              int slash = text.indexOf('/');
              return new Prefix(
                  InetAddress.ofLiteral(text.substring(0, slash)),
                  Integer.parseInt(text.substring(slash + 1)));
            })
        .orElse(null);
  }

  private static @Nullable Transport transport(Data data) {
    Optional<Data> tcp = data.presence("tcp");
    if (tcp.isPresent()) {
      return new Tcp(
          ports(tcp.get().container("source-port")),
          ports(tcp.get().container("destination-port")),
          flags(tcp.get()));
    }
    Optional<Data> udp = data.presence("udp");
    if (udp.isPresent()) {
      return new Udp(
          ports(udp.get().container("source-port")),
          ports(udp.get().container("destination-port")));
    }
    return data.presence("icmp")
        .map(icmp -> new Icmp(number(icmp, "type"), number(icmp, "code")))
        .orElse(null);
  }

  private static Ports ports(Data data) {
    OptionalInt low = number(data, "lower-port");
    if (low.isPresent()) {
      return new Ports(low.getAsInt(), data.number("upper-port"), false);
    }
    OptionalInt port = number(data, "port");
    if (port.isEmpty()) {
      return Ports.ANY;
    }
    int number = port.getAsInt();
    return switch (data.get("operator")) {
      case "lte" -> new Ports(0, number, false);
      case "gte" -> new Ports(number, Ports.LAST, false);
      case "neq" -> new Ports(number, number, true);
      default -> new Ports(number, number, false);
    };
  }

  private static @Nullable Masked flags(Data tcp) {
    return tcp.bits("flags")
        .map(
            flags -> {
              long mask = tcp.bits("flags-mask").map(AccessListBinding::flags).orElse(ALL_FLAGS);
              return new Masked(flags(flags) & mask, mask);
            })
        .orElse(null);
  }

  private static long flags(Set<String> names) {
    long flags = 0;
    for (String name : names) {
      flags |= 1L << (FLAGS.size() - 1 - FLAGS.indexOf(name));
    }
    return flags;
  }

  private static Actions actions(Data data) {
    return new Actions(
        Forwarding.valueOf(data.get("forwarding").toUpperCase(Locale.ROOT)),
        data.find("redirect").orElse(null),
        numbers(data.set("mirror-session")),
        data.find("policer").orElse(null),
        number(data, "priority"));
  }

  static MirrorSession mirrorSession(Data data) {
    return new MirrorSession(
        data.number("id"),
        data.set("destination-port"),
        number(data, "remote-vid"),
        number(data, "truncate"),
        sources(data.container("ingress")),
        sources(data.container("egress")));
  }

  private static Sources sources(Data data) {
    return new Sources(data.set("port"), numbers(data.set("vid")));
  }

  private static Set<Integer> numbers(Set<String> texts) {
    return texts.stream().map(Integer::valueOf).collect(Collectors.toSet());
  }

  static Attachment interfaceAttachment(Data data) {
    return new Attachment(
        new PortPoint(data.get("interface-id")), names(data, "ingress"), names(data, "egress"));
  }

  static Attachment vlanAttachment(Data data) {
    return new Attachment(
        new VlanPoint(data.number("vid")), names(data, "ingress"), names(data, "egress"));
  }

  private static List<String> names(Data data, String side) {
    return data.container(side).container("acl-sets").list("acl-set").stream()
        .map(set -> set.get("name"))
        .toList();
  }

  private static OptionalInt number(Data data, String leaf) {
    return data.value(leaf).map(OptionalInt::of).orElse(OptionalInt.empty());
  }
}
