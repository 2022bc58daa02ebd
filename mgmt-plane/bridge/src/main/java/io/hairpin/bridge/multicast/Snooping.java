package io.hairpin.bridge.multicast;

import io.hairpin.bridge.multicast.GroupMessage.GroupRecord;
import io.hairpin.bridge.multicast.GroupMessage.Query;
import io.hairpin.bridge.multicast.GroupMessage.Report;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;
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
   * What a host wants, for operators to read.
   *
   * @param group the group
   * @param host who wants it
   * @param until when the membership ends unless it is told again
   */
  public record Membership(InetAddress group, Host host, Instant until) {}

  /**
   * The querier of a VLAN.
   *
   * @param address its IP address
   * @param port the logical port behind which it is
   * @param until when it is thought to be gone unless it asks again
   */
  public record Querier(InetAddress address, int port, Instant until) {}

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
    private final Map<Long, Set<InetAddress>> byMac = new HashMap<>();
    private final Map<Integer, Integer> groupsOfPort = new HashMap<>();
    private final Map<Integer, Instant> routers = new TreeMap<>();
    private final Map<Boolean, Querier> queriers = new HashMap<>();
    private final Map<Boolean, Timers> timers = new HashMap<>();

    private boolean wants(InetAddress group, int port) {
      return groups.getOrDefault(group, Map.of()).keySet().stream()
          .anyMatch(host -> host.port() == port);
    }

    /** Tells whether the group has no other host behind the port. */
    private boolean put(InetAddress group, Host host, Wish wish) {
      boolean first = !wants(group, host.port());
      if (first) {
        groupsOfPort.merge(host.port(), 1, Integer::sum);
      }
      byMac.computeIfAbsent(mac(group), _ -> new HashSet<>()).add(group);
      groups.computeIfAbsent(group, _ -> new HashMap<>()).put(host, wish);
      return first;
    }

    /** Removes hosts; adds the addresses of groups that have lost a port. */
    private void removeIf(BiPredicate<Host, Wish> condition, Set<Long> changed) {
      for (InetAddress group : List.copyOf(groups.keySet())) {
        removeIf(group, condition, changed);
      }
    }

    private void removeIf(InetAddress group, BiPredicate<Host, Wish> condition, Set<Long> changed) {
      Map<Host, Wish> hosts = groups.getOrDefault(group, Map.of());
      Set<Integer> ports = new HashSet<>();
      hosts.forEach(
          (host, wish) -> {
            if (condition.test(host, wish)) {
              ports.add(host.port());
            }
          });
      if (ports.isEmpty()) {
        return;
      }
      hosts.entrySet().removeIf(entry -> condition.test(entry.getKey(), entry.getValue()));
      for (int port : ports) {
        if (!wants(group, port)) {
          groupsOfPort.merge(port, -1, Integer::sum);
          changed.add(mac(group));
        }
      }
      if (hosts.isEmpty()) {
        groups.remove(group);
        Set<InetAddress> alike = byMac.getOrDefault(mac(group), new HashSet<>());
        alike.remove(group);
        if (alike.isEmpty()) {
          byMac.remove(mac(group));
        }
      }
    }
  }

  /**
   * What may forward otherwise than before.
   *
   * @param vid the VLAN
   * @param routers whether its router ports changed
   * @param groups the MAC addresses of its groups whose ports changed
   */
  public record Changed(int vid, boolean routers, Set<Long> groups) {

    /** Takes a copy of the set. */
    public Changed {
      groups = Set.copyOf(groups);
    }

    /**
     * Tells whether nothing did.
     *
     * @return whether all forwards as before
     */
    public boolean isEmpty() {
      return !routers && groups.isEmpty();
    }
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
   * @return what it changes
   */
  public Changed receive(int vid, Host host, GroupMessage message) {
    Vlan vlan = vlans.computeIfAbsent(vid, _ -> new Vlan());
    return switch (message) {
      case Query query -> new Changed(vid, query(vlan, host.port(), query), Set.of());
      case Report report -> new Changed(vid, false, report(vlan, host, report));
    };
  }

  /** Tells whether the port was no router port before. */
  private boolean query(Vlan vlan, int port, Query query) {
    Instant now = clock.instant();
    boolean v4 = query.group() instanceof Inet4Address;
    Timers timers = vlan.timers.getOrDefault(v4, Timers.DEFAULT);
    boolean isNew = false;
    if (!query.sender().isAnyLocalAddress()) { // else a proxy without an address: no router
      Querier present = vlan.queriers.get(v4);
      if (present == null
          || !present.until().isAfter(now)
          || BY_ADDRESS.compare(query.sender(), present.address()) <= 0) {
        timers = timers.as(query);
        vlan.timers.put(v4, timers);
        vlan.queriers.put(
            v4, new Querier(query.sender(), port, now.plus(timers.otherQuerierPresent())));
      }
      isNew = vlan.routers.put(port, now.plus(timers.otherQuerierPresent())) == null;
    }
    Map<Host, Wish> hosts = vlan.groups.get(query.group());
    if (hosts != null && !query.suppress() && query.sources().isEmpty()) {
      Instant end = now.plus(query.maxResponse().multipliedBy(timers.robustness()));
      hosts.replaceAll(
          (_, wish) -> wish.until().isAfter(end) ? new Wish(wish.included(), end) : wish);
    }
    return isNew;
  }

  private Set<Long> report(Vlan vlan, Host host, Report report) {
    Set<Long> changed = new HashSet<>();
    for (GroupRecord record : report.records()) {
      if (!isAlwaysFlooded(mac(record.group()))) {
        take(vlan, host, record, changed);
      }
    }
    return changed;
  }

  private void take(Vlan vlan, Host host, GroupRecord record, Set<Long> changed) {
    InetAddress group = record.group();
    Wish before = vlan.groups.getOrDefault(group, Map.of()).get(host);
    Set<InetAddress> included = included(before, record);
    if (included != null && included.isEmpty()) {
      if (before != null) {
        leave(vlan, group, host, before, changed);
      }
      return;
    }
    if (!vlan.wants(group, host.port())
        && vlan.groupsOfPort.getOrDefault(host.port(), 0) >= limit.applyAsInt(host.port())) {
      return;
    }
    Timers timers = vlan.timers.getOrDefault(group instanceof Inet4Address, Timers.DEFAULT);
    Instant until = clock.instant().plus(timers.membershipInterval());
    if (vlan.put(group, host, new Wish(included, until))) {
      changed.add(mac(group));
    }
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

  private void leave(Vlan vlan, InetAddress group, Host host, Wish before, Set<Long> changed) {
    if (fastLeave.test(host.port())) {
      vlan.removeIf(group, (other, _) -> other.equals(host), changed);
      return;
    }
    Instant end = clock.instant().plus(LAST_MEMBER_QUERY_TIME);
    if (end.isBefore(before.until())) {
      vlan.put(group, host, new Wish(before.included(), end));
    }
  }

  /**
   * Takes over what was registered before by another, until the time at which it must have been
   * told again.
   *
   * @param vid the VLAN
   * @param mac a group MAC address, in the low 48 bits
   * @param port a logical port whose hosts want it
   */
  public void adopt(int vid, long mac, int port) {
    Vlan vlan = vlans.computeIfAbsent(vid, _ -> new Vlan());
    Instant until = clock.instant().plus(Timers.DEFAULT.membershipInterval());
    vlan.put(group(mac), new Host(port, 0), new Wish(null, until));
  }

  /** One of the groups that have a MAC address. */
  private static InetAddress group(long mac) {
    boolean v4 = mac >> 24 == IPV4_GROUP_MAC >> 24;
    byte[] octets = new byte[v4 ? 4 : 16];
    for (int i = 1; i <= 4; i++) {
      octets[octets.length - i] = (byte) (mac >> (8 * (i - 1)));
    }
    octets[0] = v4 ? (byte) 239 : (byte) 0xFF;
    if (!v4) {
      octets[1] = 0x1E;
    }
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("Not the length of an address", e);
    }
  }

  /**
   * Takes over a router port that was known before to another, until the time at which its router
   * must have asked again.
   *
   * @param vid the VLAN
   * @param port the logical port
   */
  public void adoptRouter(int vid, int port) {
    vlans
        .computeIfAbsent(vid, _ -> new Vlan())
        .routers
        .put(port, clock.instant().plus(Timers.DEFAULT.otherQuerierPresent()));
  }

  /**
   * Ends what was not told again in time.
   *
   * @return what ended, by VLAN
   */
  public List<Changed> expire() {
    Instant now = clock.instant();
    List<Changed> changed = new ArrayList<>();
    vlans.forEach(
        (vid, vlan) -> {
          vlan.queriers.values().removeIf(querier -> !querier.until().isAfter(now));
          boolean routers = vlan.routers.values().removeIf(until -> !until.isAfter(now));
          Set<Long> groups = new HashSet<>();
          vlan.removeIf((_, wish) -> !wish.until().isAfter(now), groups);
          changed.add(new Changed(vid, routers, groups));
        });
    changed.removeIf(Changed::isEmpty);
    return changed;
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
   * @return what was forgotten, by VLAN
   */
  public List<Changed> forgetPort(int port) {
    List<Changed> changed = new ArrayList<>();
    vlans.forEach(
        (vid, vlan) -> {
          vlan.queriers.values().removeIf(querier -> querier.port() == port);
          boolean routers = vlan.routers.remove(port) != null;
          Set<Long> groups = new HashSet<>();
          vlan.removeIf((host, _) -> host.port() == port, groups);
          changed.add(new Changed(vid, routers, groups));
        });
    changed.removeIf(Changed::isEmpty);
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
   * @return the group MAC addresses
   */
  public Set<Long> groups(int vid) {
    Vlan vlan = vlans.get(vid);
    return vlan == null ? Set.of() : Set.copyOf(vlan.byMac.keySet());
  }

  /**
   * Tells where a group is wanted.
   *
   * @param vid the VLAN
   * @param mac a group MAC address, in the low 48 bits
   * @return the logical ports of who wants one of the groups that have it
   */
  public Set<Integer> ports(int vid, long mac) {
    Set<Integer> ports = new TreeSet<>();
    Vlan vlan = vlans.get(vid);
    if (vlan != null) {
      for (InetAddress group : vlan.byMac.getOrDefault(mac, Set.of())) {
        vlan.groups.getOrDefault(group, Map.of()).keySet().forEach(host -> ports.add(host.port()));
      }
    }
    return ports;
  }

  /**
   * Tells what every host wants.
   *
   * @param vid the VLAN
   * @return the memberships in the order of the groups
   */
  public List<Membership> memberships(int vid) {
    List<Membership> memberships = new ArrayList<>();
    Vlan vlan = vlans.get(vid);
    if (vlan != null) {
      vlan.groups.forEach(
          (group, hosts) ->
              hosts.forEach(
                  (host, wish) -> memberships.add(new Membership(group, host, wish.until()))));
    }
    return memberships;
  }

  /**
   * Tells who asks.
   *
   * @param vid the VLAN
   * @return the queriers, at most one for IPv4 and one for IPv6
   */
  public List<Querier> queriers(int vid) {
    Vlan vlan = vlans.get(vid);
    return vlan == null ? List.of() : List.copyOf(vlan.queriers.values());
  }
}
