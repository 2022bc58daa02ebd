package io.hairpin.bridge;

import io.hairpin.p4runtime.client.Match;
import io.hairpin.p4runtime.client.TableEntry;
import io.hairpin.p4runtime.client.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The rows of an entry in a table: a range that is excluded is two that are not. */
final class AceRows {

  private AceRows() {}

  static List<TableEntry> of(TableEntry base, AccessList.Matches matches) {
    TableEntry entry = base;
    entry = masked(entry, "dst_addr", matches.destination());
    entry = masked(entry, "src_addr", matches.source());
    entry = number(entry, "ether_type", matches.etherType(), 16);
    entry = number(entry, "vid", matches.vid(), 12);
    entry = number(entry, "pcp", matches.pcp(), 3);
    AccessList.Ip ip = matches.ip();
    if (ip != null) {
      entry = entry.ternary("ip", ip.version() == 4 ? 1 : 2, 3);
      entry = prefix(entry, "ip_src", ip.source());
      entry = prefix(entry, "ip_dst", ip.destination());
      entry = number(entry, "dscp", ip.dscp(), 6);
      entry = number(entry, "ecn", ip.ecn(), 2);
      entry = number(entry, "ttl", ip.ttl(), 8);
      entry = number(entry, "protocol", ip.protocol(), 8);
    }
    return switch (matches.transport()) {
      case AccessList.Tcp tcp ->
          ports(
              masked(entry.ternary("transport", 1, 3), "tcp_flags", tcp.flags()),
              tcp.source(),
              tcp.destination());
      case AccessList.Udp udp ->
          ports(entry.ternary("transport", 2, 3), udp.source(), udp.destination());
      case AccessList.Icmp icmp ->
          List.of(
              value(
                  value(entry.ternary("transport", 3, 3), "src_port", icmp.type()),
                  "dst_port",
                  icmp.code()));
      case null -> List.of(entry);
    };
  }

  private static TableEntry masked(
      TableEntry entry, String field, AccessList.@Nullable Masked masked) {
    return masked == null || masked.mask() == 0
        ? entry
        : entry.ternary(field, masked.value(), masked.mask());
  }

  private static TableEntry number(TableEntry entry, String field, OptionalInt number, int width) {
    return number.isEmpty() ? entry : entry.ternary(field, number.getAsInt(), (1L << width) - 1);
  }

  private static TableEntry value(TableEntry entry, String field, OptionalInt number) {
    return number.isEmpty() ? entry : entry.range(field, number.getAsInt(), number.getAsInt());
  }

  private static TableEntry prefix(
      TableEntry entry, String field, AccessList.@Nullable Prefix prefix) {
    if (prefix == null) {
      return entry;
    }
    byte[] address = prefix.address().getAddress();
    int length = prefix.length();
    TableEntry next = entry;
    if (address.length > 4) {
      next = half(next, field + "_high", Value.of(first(address)), Math.min(length, 64));
      length = Math.max(0, length - 64);
      return half(next, field + "_low", Value.of(last(address)), length);
    }
    long mask = length == 0 ? 0 : -1L >>> (Long.SIZE - length) << (32 - length);
    return mask == 0 ? next : next.ternary(field + "_low", Value.of(address).toLong(), mask);
  }

  private static TableEntry half(TableEntry entry, String field, Value value, int length) {
    return length == 0
        ? entry
        : entry.match(field, new Match.Ternary(value, Value.of(-1L << (Long.SIZE - length))));
  }

  private static byte[] first(byte[] address) {
    return Arrays.copyOf(address, 8);
  }

  private static byte[] last(byte[] address) {
    return Arrays.copyOfRange(address, 8, 16);
  }

  private static List<TableEntry> ports(
      TableEntry entry, AccessList.Ports source, AccessList.Ports destination) {
    List<TableEntry> rows = new ArrayList<>();
    for (AccessList.Ports from : ranges(source)) {
      for (AccessList.Ports to : ranges(destination)) {
        rows.add(range(range(entry, "src_port", from), "dst_port", to));
      }
    }
    return rows;
  }

  private static TableEntry range(TableEntry entry, String field, AccessList.Ports ports) {
    return ports.equals(AccessList.Ports.ANY)
        ? entry
        : entry.range(field, ports.low(), ports.high());
  }

  private static List<AccessList.Ports> ranges(AccessList.Ports ports) {
    if (!ports.excluded()) {
      return List.of(ports);
    }
    List<AccessList.Ports> rest = new ArrayList<>();
    if (ports.low() > 0) {
      rest.add(new AccessList.Ports(0, ports.low() - 1, false));
    }
    if (ports.high() < AccessList.Ports.LAST) {
      rest.add(new AccessList.Ports(ports.high() + 1, AccessList.Ports.LAST, false));
    }
    return rest;
  }
}
