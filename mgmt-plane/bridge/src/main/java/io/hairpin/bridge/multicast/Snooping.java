package io.hairpin.bridge.multicast;

import io.hairpin.bridge.multicast.GroupMessage.GroupRecord;
import io.hairpin.bridge.multicast.GroupMessage.Query;
import io.hairpin.bridge.multicast.GroupMessage.Report;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What the hosts and routers of each VLAN said of groups (RFC 4541 2.1 and 3). Every host is
 * tracked by port and MAC address, so what one host leaves cuts off no other behind the same port.
 * Not safe for use by several threads.
 */
public final class Snooping {

  /** RFC 3376 8.1: how many messages may be lost, until a querier tells. */
  private static final int ROBUSTNESS = 2;

  /** RFC 3376 8.2: between general queries, until a querier tells. */
  private static final Duration INTERVAL = Duration.ofSeconds(125);

  /** RFC 3376 8.3: within which hosts answer them, until a querier tells. */
  private static final Duration MAX_RESPONSE = Duration.ofSeconds(10);

  /** RFC 3376 8.8 with its defaults: for how long a group that was left may be asked for. */
  private static final Duration LAST_MEMBER_QUERY_TIME = Duration.ofSeconds(2);

  private static final long IPV4_GROUP_MAC = 0x0100_5E00_0000L;
  private static final long IPV6_GROUP_MAC = 0x3333_0000_0000L;

  private static final Comparator<InetAddress> BY_ADDRESS =
      (a, b) -> Arrays.compareUnsigned(a.getAddress(), b.getAddress());

  private final InstantSource clock;
  private final IntPredicate fastLeave;
  private final IntUnaryOperator limit;
  private final Map<Integer, Vlan> vlans = new TreeMap<>();

  /**
   * One who receives a group.
   *
   * @param port the logical port behind which it is
   * @param address its MAC address, in the low 48 bits
   */
  public record Host(int port, long address) {}

  /**
   * What a VLAN's hosts want, for operators to read.
   *
   * @param vid the VLAN
   * @param group the group
   * @param host who wants it
   * @param until when the membership ends unless it is told again
   */
  public record Membership(int vid, InetAddress group, Host host, Instant until) {}

  /**
   * The querier of a VLAN.
   *
   * @param vid the VLAN
   * @param address its IP address
   * @param port the logical port behind which it is
   * @param until when it is thought to be gone unless it asks again
   */
  public record Querier(int vid, InetAddress address, int port, Instant until) {}

  /** A host's filter for one group; an excluding one has no sources to go by. */
  private record Wish(@Nullable Set<InetAddress> included, Instant until) {}

  /** The timers that the querier of an IP version tells. */
  private record Timers(int robustness, Duration interval, Duration maxResponse) {

    private static final Timers DEFAULT = new Timers(ROBUSTNESS, INTERVAL, MAX_RESPONSE);

    /** RFC 3376 8.4. */
    Duration membershipInterval() {
      return interval.multipliedBy(robustness).plus(maxResponse);
    }

    /** RFC 3376 8.5. */
    Duration otherQuerierPresent() {
      return interval.multipliedBy(robustness).plus(maxResponse.dividedBy(2));
    }

    Timers as(Query query) {
      boolean general = query.group().isAnyLocalAddress();
      return new Timers(
          query.robustness() == 0 ? robustness : query.robustness(),
          query.interval().isZero() ? interval : query.interval(),
          general && !query.maxResponse().isZero() ? query.maxResponse() : maxResponse);
    }
  }

  /** What is known of one VLAN. */
  private static final class Vlan {
    private final Map<InetAddress, Map<Host, Wish>> groups = new TreeMap<>(BY_ADDRESS);
    private final Map<Integer, Instant> routers = new TreeMap<>();
    private final Map<Boolean, Querier> queriers = new HashMap<>();
    private final Map<Boolean, Timers> timers = new HashMap<>();
  }

  /**
   * Makes one that has heard nothing.
   *
   * @param clock tells when memberships end
   * @param fastLeave whether a group that a host leaves on a logical port ends at once, and not
   *     only after a time in which a querier may ask for it
   * @param limit how many groups the hosts behind a logical port may want at most
   */
  public Snooping(InstantSource clock, IntPredicate fastLeave, IntUnaryOperator limit) {
    this.clock = clock;
    this.fastLeave = fastLeave;
    this.limit = limit;
  }

  /**
   * Tells the MAC address that frames to a group have (RFC 1112 6.4, RFC 2464 7).
   *
   * @param group an IPv4 or IPv6 group
   * @return the address, in the low 48 bits
   */
  public static long mac(InetAddress group) {
    byte[] octets = group.getAddress();
    long low = 0;
    for (int i = octets.length - 4; i < octets.length; i++) {
      low = (low << 8) | Byte.toUnsignedLong(octets[i]);
    }
    return group instanceof Inet4Address
        ? IPV4_GROUP_MAC | (low & 0x7F_FFFF)
        : IPV6_GROUP_MAC | low;
  }

  /**
   * Tells whether frames to a group address are always flooded: those of the groups of the link
   * that routing and address resolution stand on (RFC 4541 2.1.2 and 3), and of the groups that
   * share their addresses. Hosts need not report them.
   *
   * @param mac a group MAC address, in the low 48 bits
   * @return whether it is 01-00-5E-00-00-xx (224.0.0.x), 33-33-00-00-00-xx (ff02::x) or
   *     33-33-FF-xx-xx-xx (solicited-node addresses)
   */
  public static boolean isAlwaysFlooded(long mac) {
    return mac >> 8 == 0x01_005E_0000L || mac >> 8 == 0x33_3300_0000L || mac >> 24 == 0x33_33FFL;
  }

  /**
   * Takes in a message.
   *
   * @param vid the VLAN in which it was received
   * @param host who sent it, and behind which logical port
   * @param message what it says
   * @return the MAC addresses of the groups whose ports may have changed; of no interest where the
   *     router ports did
   */
  public Set<Long> receive(int vid, Host host, GroupMessage message) {
    Vlan vlan = vlans.computeIfAbsent(vid, _ -> new Vlan());
    return switch (message) {
      case Query query -> query(vid, vlan, host.port(), query);
      case Report report -> report(vlan, host, report);
    };
  }

  private Set<Long> query(int vid, Vlan vlan, int port, Query query) {
    Instant now = clock.instant();
    boolean v4 = query.group() instanceof Inet4Address;
    Timers timers = vlan.timers.getOrDefault(v4, Timers.DEFAULT);
    if (!query.sender().isAnyLocalAddress()) { // else a proxy without an address: no router
      Querier present = vlan.queriers.get(v4);
      if (present == null
          || !present.until().isAfter(now)
          || BY_ADDRESS.compare(query.sender(), present.address()) <= 0) {
        timers = timers.as(query);
        vlan.timers.put(v4, timers);
        vlan.queriers.put(
            v4, new Querier(vid, query.sender(), port, now.plus(timers.otherQuerierPresent())));
      }
      vlan.routers.put(port, now.plus(timers.otherQuerierPresent()));
    }
    Map<Host, Wish> hosts = vlan.groups.get(query.group());
    if (hosts != null && !query.suppress() && query.sources().isEmpty()) {
      Instant end = now.plus(query.maxResponse().multipliedBy(timers.robustness()));
      hosts.replaceAll(
          (_, wish) -> wish.until().isAfter(end) ? new Wish(wish.included(), end) : wish);
    }
    return Set.of();
  }

  private Set<Long> report(Vlan vlan, Host host, Report report) {
    Set<Long> changed = new HashSet<>();
    for (GroupRecord record : report.records()) {
      if (!isAlwaysFlooded(mac(record.group())) && take(vlan, host, record)) {
        changed.add(mac(record.group()));
      }
    }
    return changed;
  }

  /** Tells whether the group's ports changed. */
  private boolean take(Vlan vlan, Host host, GroupRecord record) {
    Map<Host, Wish> hosts = vlan.groups.getOrDefault(record.group(), Map.of());
    Wish before = hosts.get(host);
    Set<InetAddress> included = included(before, record);
    if (included != null && included.isEmpty()) {
      return before != null && leave(vlan, record.group(), host, before);
    }
    if (before == null && groups(vlan, host.port()) >= limit.applyAsInt(host.port())) {
      return false;
    }
    Timers timers =
        vlan.timers.getOrDefault(record.group() instanceof Inet4Address, Timers.DEFAULT);
    Instant until = clock.instant().plus(timers.membershipInterval());
    boolean isNew = hosts.keySet().stream().noneMatch(other -> other.port() == host.port());
    vlan.groups
        .computeIfAbsent(record.group(), _ -> new HashMap<>())
        .put(host, new Wish(included, until));
    return isNew;
  }

  /** The sources that a host wants after a record (RFC 3376 6.4); null for all but some. */
  private static @Nullable Set<InetAddress> included(@Nullable Wish before, GroupRecord record) {
    return switch (record.kind()) {
      case IS_EXCLUDE, TO_EXCLUDE -> null;
      case IS_INCLUDE, TO_INCLUDE -> record.sources();
      case ALLOW_NEW -> {
        if (before != null && before.included() == null) {
          yield null;
        }
        Set<InetAddress> sources = new HashSet<>(record.sources());
        if (before != null && before.included() != null) {
          sources.addAll(before.included());
        }
        yield sources;
      }
      case BLOCK_OLD -> {
        if (before == null) {
          yield Set.of();
        }
        if (before.included() == null) {
          yield null;
        }
        Set<InetAddress> sources = new HashSet<>(before.included());
        sources.removeAll(record.sources());
        yield sources;
      }
    };
  }

  private boolean leave(Vlan vlan, InetAddress group, Host host, Wish before) {
    Map<Host, Wish> hosts = vlan.groups.get(group);
    if (hosts == null) {
      return false;
    }
    if (!fastLeave.test(host.port())) {
      Instant end = clock.instant().plus(LAST_MEMBER_QUERY_TIME);
      if (end.isBefore(before.until())) {
        hosts.put(host, new Wish(before.included(), end));
      }
      return false;
    }
    hosts.remove(host);
    if (hosts.isEmpty()) {
      vlan.groups.remove(group);
    }
    return hosts.keySet().stream().noneMatch(other -> other.port() == host.port());
  }

  private static int groups(Vlan vlan, int port) {
    int groups = 0;
    for (Map<Host, Wish> hosts : vlan.groups.values()) {
      if (hosts.keySet().stream().anyMatch(host -> host.port() == port)) {
        groups++;
      }
    }
    return groups;
  }

  /**
   * Ends what was not told again in time.
   *
   * @return the VLANs in which something ended
   */
  public Set<Integer> expire() {
    Instant now = clock.instant();
    Set<Integer> changed = new TreeSet<>();
    vlans.forEach(
        (vid, vlan) -> {
          boolean ended = vlan.routers.values().removeIf(until -> !until.isAfter(now));
          vlan.queriers.values().removeIf(querier -> !querier.until().isAfter(now));
          for (Iterator<Map<Host, Wish>> all = vlan.groups.values().iterator(); all.hasNext(); ) {
            Map<Host, Wish> hosts = all.next();
            ended |= hosts.values().removeIf(wish -> !wish.until().isAfter(now));
            if (hosts.isEmpty()) {
              all.remove();
            }
          }
          if (ended) {
            changed.add(vid);
          }
        });
    return changed;
  }

  /**
   * Tells when {@link #expire} has something to do.
   *
   * @return the next time at which something ends; empty where nothing is known
   */
  public Optional<Instant> nextExpiry() {
    List<Instant> ends = new ArrayList<>();
    for (Vlan vlan : vlans.values()) {
      ends.addAll(vlan.routers.values());
      vlan.groups.values().forEach(hosts -> hosts.values().forEach(wish -> ends.add(wish.until())));
    }
    return ends.stream().min(Comparator.naturalOrder());
  }

  /**
   * Forgets a VLAN.
   *
   * @param vid which
   */
  public void forgetVlan(int vid) {
    vlans.remove(vid);
  }

  /**
   * Forgets what is behind a port.
   *
   * @param port the logical port
   * @return the VLANs of which something was forgotten
   */
  public Set<Integer> forgetPort(int port) {
    Set<Integer> changed = new TreeSet<>();
    vlans.forEach(
        (vid, vlan) -> {
          boolean gone = vlan.routers.remove(port) != null;
          vlan.queriers.values().removeIf(querier -> querier.port() == port);
          for (Map<Host, Wish> hosts : vlan.groups.values()) {
            gone |= hosts.keySet().removeIf(host -> host.port() == port);
          }
          vlan.groups.values().removeIf(Map::isEmpty);
          if (gone) {
            changed.add(vid);
          }
        });
    return changed;
  }

  /**
   * Tells where a VLAN's routers are.
   *
   * @param vid the VLAN
   * @return the logical ports on which a query was received
   */
  public Set<Integer> routers(int vid) {
    Vlan vlan = vlans.get(vid);
    return vlan == null ? Set.of() : Set.copyOf(vlan.routers.keySet());
  }

  /**
   * Tells which groups a VLAN's hosts want, by the addresses that frames have.
   *
   * @param vid the VLAN
   * @return by each group MAC address, the logical ports of who wants one of its groups
   */
  public Map<Long, Set<Integer>> members(int vid) {
    Map<Long, Set<Integer>> members = new TreeMap<>();
    Vlan vlan = vlans.get(vid);
    if (vlan != null) {
      vlan.groups.forEach(
          (group, hosts) -> {
            Set<Integer> ports = members.computeIfAbsent(mac(group), _ -> new TreeSet<>());
            hosts.keySet().forEach(host -> ports.add(host.port()));
          });
    }
    return members;
  }

  /**
   * Tells what every host wants.
   *
   * @return the memberships in the order of VLAN and group
   */
  public List<Membership> memberships() {
    List<Membership> memberships = new ArrayList<>();
    vlans.forEach(
        (vid, vlan) ->
            vlan.groups.forEach(
                (group, hosts) ->
                    hosts.forEach(
                        (host, wish) ->
                            memberships.add(new Membership(vid, group, host, wish.until())))));
    return memberships;
  }

  /**
   * Tells who asks.
   *
   * @return the queriers in the order of their VLANs, at most one for IPv4 and one for IPv6 in each
   */
  public List<Querier> queriers() {
    List<Querier> queriers = new ArrayList<>();
    vlans.values().forEach(vlan -> queriers.addAll(vlan.queriers.values()));
    return queriers;
  }
}
