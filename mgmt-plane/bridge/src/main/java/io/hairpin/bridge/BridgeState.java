package io.hairpin.bridge;

import io.hairpin.bridge.ConfigurationObject.Interface;
import io.hairpin.bridge.ConfigurationObject.InterfaceKey;
import io.hairpin.bridge.ConfigurationObject.ObjectKey;
import io.hairpin.bridge.ConfigurationObject.SChannel;
import io.hairpin.bridge.ConfigurationObject.Vlan;
import io.hairpin.bridge.Discard.Side;
import io.hairpin.bridge.PortState.Counters;
import io.hairpin.bridge.Ports.Port;
import io.hairpin.p4runtime.client.Entity;
import io.hairpin.p4runtime.client.TableEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * What the target tells of the bridge: counts, the filtering database, and what is held back. What
 * cannot be read, as while the target is out of reach, is left out. Safe for use by several
 * threads.
 */
public final class BridgeState {

  private static final List<String> PORT_COUNTERS =
      List.of(
          "received",
          "transmitted",
          "reflected",
          "ingress_suppressed",
          "egress_suppressed",
          "reflection_limited",
          "sampled");

  private static final List<Long> REASONS =
      Stream.of(DiscardReason.values()).map(DiscardReason::index).toList();

  /** 802.1Q 8.6.6: one for each priority at most. */
  private static final int QUEUES = 8;

  private final Object lock;
  private final Ports ports;
  private final Configured configured;
  private final LogicalPorts logicalPorts;
  private final Dataplane dataplane;
  private final Trips trips;
  private final Attachments attachments;
  private final GroupForwarding groups;

  /**
   * Makes it.
   *
   * @param lock guards the trips, the attachments and the groups
   */
  BridgeState(
      Object lock,
      Ports ports,
      Configured configured,
      LogicalPorts logicalPorts,
      Dataplane dataplane,
      Trips trips,
      Attachments attachments,
      GroupForwarding groups) {
    this.lock = lock;
    this.ports = ports;
    this.configured = configured;
    this.logicalPorts = logicalPorts;
    this.dataplane = dataplane;
    this.trips = trips;
    this.attachments = attachments;
    this.groups = groups;
  }

  /**
   * Tells the state of every port and of every S-channel.
   *
   * @return the ports in the order of their numbers, then the S-channels in that of theirs
   */
  public List<PortState> ports() {
    List<Port> all = ports.list();
    Map<Integer, PortState> states = new TreeMap<>();
    for (Port port : all) {
      Interface of =
          configured.get(new InterfaceKey(port.name())) instanceof Interface networkInterface
              ? networkInterface
              : new Interface(port.name(), true, null);
      states.put(port.number(), state(of, port, port.number()));
      for (String name : logicalPorts.channels(port.name())) {
        OptionalInt number = logicalPorts.number(name);
        if (number.isPresent()
            && configured.get(new InterfaceKey(name)) instanceof Interface channel) {
          states.put(number.getAsInt(), state(channel, port, number.getAsInt()));
        }
      }
    }
    Map<String, Map<Long, Count>> counts = new HashMap<>();
    for (String counter : PORT_COUNTERS) {
      counts.put(
          counter, dataplane.count(counter, states.keySet().stream().map(Long::valueOf).toList()));
    }
    Map<Long, Count> floods =
        dataplane.count("flood_discards", Intent.cells(Intent.FLOOD_RATE, states.keySet()));
    Map<Long, Count> policed =
        dataplane.count(
            "port_policed",
            PolicerCount.cells(
                states.values().stream()
                    .filter(state -> isPoliced(new QualityOfService.PortKey(state.name())))
                    .map(PortState::number)
                    .toList()));
    return states.values().stream()
        .map(state -> state.with(counters(counts, floods, policed, state.number())))
        .toList();
  }

  private PortState state(Interface of, Port port, int number) {
    SChannel channel = of.sChannel();
    Entity reception =
        channel == null
            ? Intent.reception(port.number())
            : Intent.reception(port.number(), channel.sVid());
    return new PortState(
        of.name(),
        number,
        port,
        of.enabled(),
        of.bridgePort() != null,
        dataplane.synchronised()
            ? Optional.of(dataplane.installed(reception).map(Intent::reflects).orElse(false))
            : Optional.empty(),
        channel == null ? logicalPorts.channels(port.name()) : List.of(),
        heldBy(of.name()),
        isInService(of.key()),
        Optional.empty());
  }

  private List<String> heldBy(String name) {
    synchronized (lock) {
      return trips.of(name).stream().map(cause -> cause.alarm().yangName()).toList();
    }
  }

  private boolean isInService(ObjectKey key) {
    synchronized (lock) {
      return !(configured.effective(key) instanceof Interface now) || now.enabled();
    }
  }

  private boolean isPoliced(QualityOfService.Key key) {
    ConfigurationObject object = configured.get(key);
    return object instanceof QualityOfService qos && qos.policer() != null;
  }

  private static Optional<Counters> counters(
      Map<String, Map<Long, Count>> counts,
      Map<Long, Count> floods,
      Map<Long, Count> policed,
      long port) {
    List<Count> values = new ArrayList<>();
    for (String counter : PORT_COUNTERS) {
      Count value = counts.getOrDefault(counter, Map.of()).get(port);
      if (value == null) {
        return Optional.empty();
      }
      values.add(value);
    }
    return Optional.of(
        new Counters(
            values.get(0),
            values.get(1),
            values.get(2),
            values.get(3).plus(values.get(4)),
            values.get(5),
            flood(floods, port, Intent.BROADCAST),
            flood(floods, port, Intent.MULTICAST),
            flood(floods, port, Intent.UNKNOWN_UNICAST),
            values.get(6),
            PolicerCount.of(policed, port)));
  }

  private static Count flood(Map<Long, Count> floods, long port, int flood) {
    return floods.getOrDefault(port * Intent.FLOOD_CLASSES + flood, Count.ZERO);
  }

  /**
   * Tells what the target counted in every VLAN.
   *
   * @return the counts by VID; none where the target does not tell
   */
  public SortedMap<Integer, VlanCounters> vlans() {
    SortedMap<Integer, VlanCounters> vlans = new TreeMap<>();
    List<Long> vids = new ArrayList<>();
    for (ConfigurationObject object : configured.all().values()) {
      if (object instanceof Vlan vlan) {
        vids.add((long) vlan.vid());
      }
    }
    Map<Long, Count> received = dataplane.count("vlan_received", vids);
    Map<Long, Count> transmitted = dataplane.count("vlan_transmitted", vids);
    Map<Long, Count> policed =
        dataplane.count(
            "vlan_policed",
            PolicerCount.cells(
                vids.stream()
                    .map(Long::intValue)
                    .filter(vid -> isPoliced(new QualityOfService.VlanPolicingKey(vid)))
                    .toList()));
    for (long vid : vids) {
      Count in = received.get(vid);
      Count out = transmitted.get(vid);
      if (in != null && out != null) {
        vlans.put((int) vid, new VlanCounters(in, out, PolicerCount.of(policed, vid)));
      }
    }
    return vlans;
  }

  /**
   * Tells what the target discarded.
   *
   * @return the counts by side and reason; none where the target does not tell
   */
  public List<Discard> discards() {
    List<Discard> discards = new ArrayList<>();
    for (Side side : Side.values()) {
      Map<Long, Count> counts =
          dataplane.count(side.name().toLowerCase(Locale.ROOT) + "_discards", REASONS);
      counts.forEach(
          (index, count) -> discards.add(new Discard(side, DiscardReason.at(index), count)));
    }
    return discards;
  }

  /**
   * Tells what the target holds in its filtering database.
   *
   * @return the entries in the order of FID and address; none where the target does not tell
   */
  public List<FilteringEntry> filteringEntries() {
    return dataplane.installed().stream()
        .flatMap(entity -> Intent.source(entity).stream())
        .map(
            source ->
                new FilteringEntry(
                    source.station().fid(),
                    source.station().address(),
                    source.port() == 0
                        ? Optional.empty()
                        : Optional.of(
                            logicalPorts.name(source.port()).orElse(Port.nameOf(source.port()))),
                    source.isStatic() ? FilteringEntry.Type.STATIC : FilteringEntry.Type.LEARNT))
        .sorted(
            Comparator.comparingInt(FilteringEntry::fid).thenComparingLong(FilteringEntry::address))
        .toList();
  }

  /**
   * Tells how many frames the entries of access lists matched.
   *
   * @return the counts; none where the target does not tell
   */
  public List<AceCount> aceCounts() {
    Set<String> tables;
    synchronized (lock) {
      tables = attachments.tables();
    }
    Map<TableEntry, Count> counts = new HashMap<>();
    for (String table : tables) {
      Optional<Map<TableEntry, Count>> read = dataplane.counts(table);
      if (read.isEmpty()) {
        return List.of();
      }
      counts.putAll(read.get());
    }
    synchronized (lock) {
      return attachments.counts(counts);
    }
  }

  /**
   * Tells how many frames were given to the queues.
   *
   * @return the counts by queue; none where the target does not tell
   */
  public List<QueueCount> queued() {
    List<QueueCount> counts = new ArrayList<>();
    dataplane
        .count("queued", LongStream.range(0, QUEUES).boxed().toList())
        .forEach((queue, count) -> counts.add(new QueueCount(queue.intValue(), count)));
    return counts;
  }

  /**
   * Tells what policers made of the frames that entries of access lists matched.
   *
   * @return the counts by the names of the policers that attached lists name; none where the target
   *     does not tell
   */
  public SortedMap<String, PolicerCount> acePolicers() {
    Map<String, Integer> numbers;
    synchronized (lock) {
      numbers = attachments.policers();
    }
    Map<Long, Count> counts =
        dataplane.count(EntryPolicers.COUNTER, PolicerCount.cells(numbers.values()));
    SortedMap<String, PolicerCount> policed = new TreeMap<>();
    numbers.forEach(
        (name, number) ->
            PolicerCount.of(counts, number).ifPresent(count -> policed.put(name, count)));
    return policed;
  }

  /**
   * Tells how many copies the mirror sessions made.
   *
   * @return the counts; none where the target does not tell
   */
  public List<MirrorCount> mirrorCounts() {
    List<Long> sessions = new ArrayList<>();
    for (ObjectKey key : configured.all().keySet()) {
      if (key instanceof MirrorSession.Key(int id)) {
        sessions.add((long) id);
      }
    }
    List<MirrorCount> counts = new ArrayList<>();
    dataplane
        .count("mirrored", sessions)
        .forEach((session, count) -> counts.add(new MirrorCount(session.intValue(), count)));
    return counts;
  }

  /**
   * Tells which groups are wanted where.
   *
   * @return what is known of each VLAN that snoops or has router ports or static groups, in the
   *     order of the VLANs
   */
  public List<MulticastState> multicast() {
    synchronized (lock) {
      return groups.state();
    }
  }
}
