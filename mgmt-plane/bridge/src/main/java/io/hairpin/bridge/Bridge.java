package io.hairpin.bridge;

import static io.hairpin.bridge.ConfigurationObject.UNLIMITED;

import com.google.protobuf.ByteString;
import io.hairpin.bridge.ConfigurationObject.BridgePort;
import io.hairpin.bridge.ConfigurationObject.FilteringDatabase;
import io.hairpin.bridge.ConfigurationObject.FloodLimits;
import io.hairpin.bridge.ConfigurationObject.Interface;
import io.hairpin.bridge.ConfigurationObject.InterfaceKey;
import io.hairpin.bridge.ConfigurationObject.MacLearning;
import io.hairpin.bridge.ConfigurationObject.ObjectKey;
import io.hairpin.bridge.ConfigurationObject.Protection;
import io.hairpin.bridge.ConfigurationObject.ReflectiveRelay;
import io.hairpin.bridge.ConfigurationObject.SChannel;
import io.hairpin.bridge.ConfigurationObject.SampleCollector;
import io.hairpin.bridge.ConfigurationObject.SampleCollectorKey;
import io.hairpin.bridge.ConfigurationObject.StaticEntry;
import io.hairpin.bridge.ConfigurationObject.StaticEntryKey;
import io.hairpin.bridge.ConfigurationObject.Vlan;
import io.hairpin.bridge.ConfigurationObject.VlanKey;
import io.hairpin.bridge.Discard.Side;
import io.hairpin.bridge.Intent.Source;
import io.hairpin.bridge.PortState.Counters;
import io.hairpin.bridge.Ports.Port;
import io.hairpin.bridge.QualityOfService.Policer;
import io.hairpin.bridge.QualityOfService.PolicerKey;
import io.hairpin.bridge.Trips.Cause;
import io.hairpin.bridge.multicast.InvalidMessageException;
import io.hairpin.bridge.multicast.Snooping;
import io.hairpin.bridge.multicast.Snooping.Host;
import io.hairpin.p4runtime.client.DigestList;
import io.hairpin.p4runtime.client.Entity;
import io.hairpin.p4runtime.client.Listener;
import io.hairpin.p4runtime.client.PacketIn;
import io.hairpin.p4runtime.client.Session;
import io.hairpin.p4runtime.client.TableEntry;
import io.hairpin.p4runtime.client.Value;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An edge virtual bridge (802.1Q clause 40) on a P4Runtime target: keeps the target at what the
 * configuration wants, and tells the state. It knows neither which target it drives nor how its
 * configuration arrives. Safe for use by several threads.
 */
public final class Bridge implements AutoCloseable {

  private static final List<String> PORT_COUNTERS =
      List.of(
          "received",
          "transmitted",
          "reflected",
          "ingress_suppressed",
          "egress_suppressed",
          "reflection_limited",
          "sampled");

  /** After a request failed on a target that is connected. */
  private static final Duration RETRY = Duration.ofSeconds(5);

  private static final Logger log = LoggerFactory.getLogger(Bridge.class);

  /** Within which as many stations may move to a port as its limit says. */
  private static final Duration MOVE_WINDOW = Duration.ofSeconds(10);

  private static final long LOCAL_ADDRESS = 0x0200_0000_0000L;
  private static final long LOCAL_PART = 0xFF_FFFF_FFFFL;

  /** How often the target is asked, at most and at least, from which stations it heard. */
  private static final Duration SHORTEST_POLL = Duration.ofSeconds(1);

  private static final Duration LONGEST_POLL = Duration.ofSeconds(30);

  /** The table of where stations are. */
  private static final String SOURCE = "source";

  private static final int RENEWED_AT_ONCE = 500;

  private static final List<Long> REASONS =
      Stream.of(DiscardReason.values()).map(DiscardReason::index).toList();

  /** 802.1Q 8.6.6: one for each priority at most. */
  private static final int QUEUES = 8;

  /** Guards the configuration with what was learnt and what the target should hold. */
  private final Object lock = new Object();

  private final Ports ports;
  private final InstantSource clock;
  private final Alarms alarms;
  private final Intent intent;
  private final Dataplane dataplane;
  private final Map<ObjectKey, ConfigurationObject> configuration = new ConcurrentHashMap<>();
  private final LogicalPorts logicalPorts;
  private final int cpuPort;

  /** Guarded by the lock. */
  private List<Entity> base;

  /** Guarded by the lock. */
  private final Learning learning = new Learning();

  /** The stations whose sources have an ageing time from before. Guarded by the lock. */
  private final Queue<Station> renewals = new ArrayDeque<>();

  /** Guarded by the lock. */
  private final Attachments attachments;

  /** Guarded by the lock. */
  private final GroupForwarding groups;

  private final ScheduledExecutorService everySecond =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("bridge").factory());

  /** When the target was last asked from which stations it heard. In the thread of these. */
  private Instant aged = Instant.MIN;

  /** Guarded by the lock. */
  private final Trips trips = new Trips();

  /** How many stations moved to each port since {@link #movesSince}. Guarded by the lock. */
  private final Map<String, Integer> moved = new HashMap<>();

  private Instant movesSince = Instant.MIN;

  /** How much the target had counted above the rates of each port. Guarded by the lock. */
  private final Map<Integer, Long> floods = new HashMap<>();

  /** What the bridge calls itself in its own frames. Guarded by the lock. */
  private long address;

  private final boolean addressIsKnown;
  private final Sampler sampler;

  /** By each port that the switch does not have, the objects that name it. */
  private final Map<String, Set<ObjectKey>> missing = new HashMap<>();

  /**
   * Makes a bridge that holds no configuration yet and is not connected.
   *
   * @param ports the target's ports
   * @param cpuPort the number of the target's CPU port
   * @param connection opens the session with the target, given who listens to it
   * @param clock tells when alarms are raised
   */
  public Bridge(
      Ports ports, int cpuPort, Function<Listener, Session> connection, InstantSource clock) {
    this(ports, cpuPort, connection, clock, RETRY);
  }

  Bridge(
      Ports ports,
      int cpuPort,
      Function<Listener, Session> connection,
      InstantSource clock,
      Duration retry) {
    this.ports = ports;
    this.clock = clock;
    alarms = new Alarms(clock);
    logicalPorts =
        new LogicalPorts(ports.list().stream().collect(Collectors.toMap(Port::name, Port::number)));
    intent =
        new Intent(
            logicalPorts,
            cpuPort,
            name ->
                configuration.get(new PolicerKey(name)) instanceof Policer policer
                    ? policer
                    : null);
    this.cpuPort = cpuPort;
    OptionalLong known =
        ports.list().stream().flatMapToLong(port -> port.address().stream()).findFirst();
    addressIsKnown = known.isPresent();
    address = known.orElseGet(() -> LOCAL_ADDRESS | ThreadLocalRandom.current().nextLong(1L << 40));
    sampler = new Sampler(clock);
    base = Intent.base(cpuPort, address);
    attachments = new Attachments(logicalPorts, cpuPort);
    groups =
        new GroupForwarding(
            logicalPorts,
            cpuPort,
            new Snooping(
                clock,
                port -> bridgePort(port).map(BridgePort::fastLeave).orElse(true),
                port -> bridgePort(port).map(BridgePort::groupLimit).orElse(0)));
    dataplane = new Dataplane(lock, connection, base, new Learner(), alarms, retry);
  }

  /** A change that the bridge can take. */
  @FunctionalInterface
  public interface Prepared {

    /**
     * Takes the change. Returns when it is installed, or when the target cannot be reached or
     * refused a part of it, which an alarm then tells; it is installed when the target is back.
     */
    void apply();
  }

  /**
   * Takes over a configuration that was accepted before. What names a port which the switch does
   * not have is kept and not applied, with an alarm.
   *
   * @param objects the whole configuration
   */
  public void start(List<ConfigurationObject> objects) {
    apply(new Change(objects, List.of()));
    dataplane.start();
    var _ = everySecond.scheduleWithFixedDelay(this::tick, 1, 1, TimeUnit.SECONDS);
  }

  private void tick() {
    try {
      watch();
      expireGroups();
      renewTimeouts();
      Instant now = clock.instant();
      if (!dataplane.notifiesIdle(SOURCE) && !now.isBefore(aged.plus(pollInterval()))) {
        aged = now;
        age();
      }
    } catch (RuntimeException e) {
      log.error("What is done every second failed; it is tried again", e);
    }
  }

  /**
   * Checks a change against the present configuration.
   *
   * @param change the change
   * @return the change, ready to be taken
   * @throws InvalidConfigurationException where it names a port, for the first time, that the
   *     switch does not have, a port both in the tagged and in the untagged set of a VLAN,
   *     S-channels that cannot be beside each other or that something else still names, or an
   *     access list that matches what its type does not allow or is attached where it cannot do
   *     what it says
   */
  public Prepared prepare(Change change) throws InvalidConfigurationException {
    synchronized (lock) {
      new ConfigurationCheck(configuration, logicalPorts, portNames(), change).run();
      attachments.check(change);
    }
    return () -> apply(change);
  }

  /**
   * Goes back to what was configured before, which is not checked again: what has become impossible
   * since is reported as at the start.
   *
   * @param change the change
   * @return the change, ready to be taken
   */
  public Prepared restore(Change change) {
    return () -> apply(change);
  }

  private String portNames() {
    List<String> names = ports.list().stream().map(Port::name).toList();
    return names.isEmpty() ? "none" : String.join(", ", names);
  }

  /** What there was of an object before a change. */
  private record Before(
      @Nullable ConfigurationObject effective, OptionalInt number, boolean blocked) {}

  private void apply(Change change) {
    synchronized (lock) {
      Set<ObjectKey> affected = affected(change);
      Duration ageingTime = ageingTime();
      derive(
          affected,
          () -> {
            change.removed().forEach(this::remove);
            change.put().forEach(this::put);
          });
      if (!ageingTime.equals(ageingTime())) {
        renewals.clear();
        renewals.addAll(learning.matching((_, _) -> true));
      }
      affected.forEach(key -> note(key, configuration.get(key)));
      Set<Integer> first = new HashSet<>();
      change
          .put()
          .forEach(
              object ->
                  watched(object)
                      .ifPresent(
                          port -> {
                            if (!floods.containsKey(port)) {
                              first.add(port);
                            }
                          }));
      aboveRates(first).forEach((port, frames) -> floods.put(port.intValue(), frames));
    }
  }

  /** Changes something, and brings the dataplane to what follows from it for some objects. */
  private void derive(Set<ObjectKey> affected, Runnable change) {
    Map<ObjectKey, Before> before = new LinkedHashMap<>();
    Difference difference = new Difference();
    for (ObjectKey key : affected) {
      difference.before().addAll(entities(key));
      before.put(key, new Before(effective(key), number(key), isBlocked(key)));
    }
    change.run();
    before.forEach(
        (key, was) -> {
          difference.before().addAll(flushed(was, key));
          difference.after().addAll(entities(key));
        });
    difference.add(attachments.apply(affected, configuration));
    regroup(before, difference);
    dataplane.replace(difference);
  }

  /** What becomes of groups where VLANs changed, or ports that carry no frames any more. */
  private void regroup(Map<ObjectKey, Before> affected, Difference difference) {
    Map<Integer, Optional<Vlan>> vlans = new LinkedHashMap<>();
    affected.forEach(
        (key, was) -> {
          if (key instanceof VlanKey(int vid)) {
            vlans.put(vid, Optional.ofNullable((Vlan) configuration.get(key)));
          } else if (was.number().isPresent() && !carries(key)) {
            difference.add(groups.forgetPort(was.number().getAsInt()));
          }
        });
    difference.add(groups.configure(vlans));
  }

  private boolean carries(ObjectKey key) {
    return effective(key) instanceof Interface of
        && of.enabled()
        && of.bridgePort() != null
        && !isBlocked(key);
  }

  /** What a change is about, and what depends on that. */
  private Set<ObjectKey> affected(Change change) {
    Set<ObjectKey> affected = new LinkedHashSet<>(change.removed());
    for (ConfigurationObject object : change.put()) {
      affected.add(object.key());
      if (object instanceof Policer policer) {
        configuration.forEach(
            (key, other) -> {
              if (policer.name().equals(policer(other))) {
                affected.add(key);
              }
            });
      }
      SChannel old = channelOf(configuration.get(object.key()));
      SChannel now = channelOf(object);
      if (old != null && (now == null || !now.port().equals(old.port()))) {
        String name = ((Interface) object).name();
        configuration.forEach(
            (key, other) -> {
              if (ConfigurationCheck.named(other).contains(name)) {
                affected.add(key);
              }
            });
      }
    }
    return withChannels(affected);
  }

  /** The policer that a port or a VLAN names. */
  private static @Nullable String policer(ConfigurationObject object) {
    return switch (object) {
      case QualityOfService.Port port -> port.policer();
      case QualityOfService.VlanPolicing vlan -> vlan.policer();
      default -> null;
    };
  }

  private Set<ObjectKey> withChannels(Set<ObjectKey> keys) {
    Set<ObjectKey> all = new LinkedHashSet<>(keys);
    for (ObjectKey key : keys) {
      if (key instanceof InterfaceKey(String name)) {
        logicalPorts.channels(name).forEach(channel -> all.add(new InterfaceKey(channel)));
      }
    }
    return all;
  }

  private static @Nullable SChannel channelOf(@Nullable ConfigurationObject object) {
    return object instanceof Interface of ? of.sChannel() : null;
  }

  private OptionalInt number(ObjectKey key) {
    return key instanceof InterfaceKey(String name)
        ? logicalPorts.number(name)
        : OptionalInt.empty();
  }

  private void put(ConfigurationObject object) {
    ConfigurationObject old = configuration.put(object.key(), object);
    if (object instanceof Interface of) {
      if (!of.equals(old)) {
        letGo(of.name());
      }
      SChannel channel = of.sChannel();
      if (channel == null) {
        logicalPorts.remove(of.name());
      } else {
        logicalPorts.put(of.name(), channel);
      }
    }
  }

  private void remove(ObjectKey key) {
    configuration.remove(key);
    if (key instanceof InterfaceKey(String name)) {
      logicalPorts.remove(name);
      letGo(name);
    }
  }

  /** A port whose configuration changes begins anew. */
  private void letGo(String name) {
    trips.clear(name).forEach(cause -> alarms.clear(cause.alarm(), name));
  }

  /** An object as the dataplane should take it: an S-channel is enabled only where its port is. */
  private @Nullable ConfigurationObject effective(ObjectKey key) {
    ConfigurationObject object = configuration.get(key);
    if (!(object instanceof Interface of)) {
      return object;
    }
    SChannel channel = of.sChannel();
    return !isShut(of)
            && (channel == null
                || (effective(new InterfaceKey(channel.port())) instanceof Interface port
                    && port.enabled()
                    && port.sComponent()))
        ? of
        : of.disabled();
  }

  /** Whether what holds a port back takes it out of service. */
  private boolean isShut(Interface of) {
    return protection(of).shutdown() && !trips.of(of.name()).isEmpty();
  }

  /** Whether a port relays nothing, by its state. */
  private boolean isBlocked(ObjectKey key) {
    return key instanceof InterfaceKey(String name) && trips.of(name).contains(Cause.BPDU);
  }

  private static Protection protection(Interface of) {
    BridgePort port = of.bridgePort();
    return port == null ? Protection.DEFAULT : port.protection();
  }

  private List<Entity> entities(ObjectKey key) {
    ConfigurationObject object = effective(key);
    List<Entity> entities = object == null ? List.of() : intent.of(object);
    return isBlocked(key) ? Intent.blocking(entities) : entities;
  }

  /** Forgets what was learnt and does not hold any more after a change; tells its entries. */
  private List<Entity> flushed(Before was, ObjectKey key) {
    ConfigurationObject after = effective(key);
    List<Station> gone = new ArrayList<>();
    if (after instanceof StaticEntry entry) {
      gone.add(new Station(entry.fid(), entry.address()));
    } else if (was.effective() instanceof Interface old) {
      if (was.number().isPresent()
          && learns(old)
          && ((isBlocked(key) && !was.blocked())
              || !(after instanceof Interface now && goesOn(old, now)))) {
        int number = was.number().getAsInt();
        gone.addAll(learning.matching((_, on) -> on == number));
      }
    } else if (was.effective() instanceof Vlan old) {
      Set<Integer> left = members(old);
      if (after instanceof Vlan now && now.fid() == old.fid()) {
        left.removeAll(members(now));
        gone.addAll(
            learning.matching((station, on) -> station.fid() == old.fid() && left.contains(on)));
      } else {
        gone.addAll(learning.matching((station, _) -> station.fid() == old.fid()));
      }
    }
    return forget(gone);
  }

  /** Forgets stations; tells their entries. */
  private List<Entity> forget(List<Station> gone) {
    List<Entity> entries = new ArrayList<>();
    for (Station station : gone) {
      learning
          .port(station)
          .ifPresent(
              port -> {
                entries.add(Intent.source(station, port, false));
                entries.add(Intent.destination(station, port));
              });
      learning.remove(station);
    }
    return entries;
  }

  /**
   * Forgets what was learnt (802.1Q 8.8.3). What is left out stands for any.
   *
   * @param port the name of the port on which it was learnt
   * @param vid the VLAN in whose FID it was learnt
   * @param address the station's MAC address, in the low 48 bits
   * @return how many entries were forgotten
   * @throws IllegalArgumentException if there is no such port or VLAN
   */
  public int flush(Optional<String> port, OptionalInt vid, OptionalLong address) {
    synchronized (lock) {
      OptionalInt number = OptionalInt.empty();
      if (port.isPresent()) {
        number = logicalPorts.number(port.get());
        if (number.isEmpty()) {
          throw new IllegalArgumentException(
              "there is no port '" + port.get() + "'; the switch has " + portNames());
        }
      }
      OptionalInt fid = OptionalInt.empty();
      if (vid.isPresent()) {
        if (!(configuration.get(new VlanKey(vid.getAsInt())) instanceof Vlan vlan)) {
          throw new IllegalArgumentException("there is no VLAN " + vid.getAsInt());
        }
        fid = OptionalInt.of(vlan.fid());
      }
      int onPort = number.orElse(0);
      int inFid = fid.orElse(0);
      List<Station> gone =
          learning.matching(
              (station, on) ->
                  (onPort == 0 || on == onPort)
                      && (inFid == 0 || station.fid() == inFid)
                      && (address.isEmpty() || station.address() == address.getAsLong()));
      dataplane.replace(forget(gone), List.of());
      return gone.size();
    }
  }

  private Set<Integer> members(Vlan vlan) {
    Set<Integer> members = new HashSet<>();
    Stream.concat(vlan.tagged().stream(), vlan.untagged().stream())
        .forEach(name -> logicalPorts.number(name).ifPresent(members::add));
    return members;
  }

  private static boolean learns(Interface networkInterface) {
    BridgePort port = networkInterface.bridgePort();
    return networkInterface.enabled() && port != null && port.macLearning() == MacLearning.ON;
  }

  private static boolean goesOn(Interface before, Interface now) {
    BridgePort old = before.bridgePort();
    BridgePort port = now.bridgePort();
    return learns(now)
        && Objects.equals(before.sChannel(), now.sChannel())
        && old != null
        && port != null
        && old.pvid() == port.pvid();
  }

  /** What decides on what the dataplane teaches. */
  private final class Learner implements Dataplane.Learner {

    private void hear(int port, byte[] frame) {
      try {
        synchronized (lock) {
          MembershipFrame membership =
              MembershipFrame.of(frame, bridgePort(port).map(BridgePort::pvid).orElse(0));
          dataplane.replace(
              groups.receive(
                  membership.vid(), new Host(port, membership.source()), membership.message()));
        }
      } catch (InvalidMessageException e) {
        log.debug("Membership message on logical port {}: {}", port, e.getMessage());
      }
    }

    @Override
    public void learn(DigestList digests) {
      synchronized (lock) {
        Map<Station, Integer> sightings = new LinkedHashMap<>();
        Map<Integer, Integer> room = new HashMap<>();
        Map<Integer, Integer> roomInFid = new HashMap<>();
        Map<Integer, Integer> fids = fids();
        for (Map<String, Value> digest : digests.digests()) {
          int port = (int) number(digest, "logical_port");
          Station station = new Station((int) number(digest, "fid"), number(digest, "src_addr"));
          OptionalInt before = learning.port(station);
          if (before.equals(OptionalInt.of(port)) || !learnable(station, port, fids)) {
            continue;
          }
          int fid = station.fid();
          int left = room.computeIfAbsent(port, _ -> limit(port) - learning.count(port));
          int leftInFid =
              roomInFid.computeIfAbsent(
                  fid, _ -> fids.getOrDefault(fid, UNLIMITED) - learning.countOfFid(fid));
          if (left > 0 && (leftInFid > 0 || before.isPresent())) {
            room.put(port, left - 1);
            if (before.isEmpty()) {
              roomInFid.put(fid, leftInFid - 1);
            } else {
              moved(port);
            }
            sightings.put(station, port);
          }
        }
        install(sightings);
      }
    }

    private long number(Map<String, Value> digest, String member) {
      return Objects.requireNonNull(digest.get(member), member).toLong();
    }

    /** Counts the stations that move to a port; too many of them are a loop. */
    private void moved(int port) {
      @Nullable Interface of = configured(port).orElse(null);
      if (of == null) {
        return;
      }
      int moves = moved.merge(of.name(), 1, Integer::sum);
      int limit = protection(of).moveLimit();
      if (moves > limit) {
        trip(
            of,
            Cause.MOVES,
            "more than %d stations moved to it within %d seconds"
                .formatted(limit, MOVE_WINDOW.toSeconds()));
      }
    }

    @Override
    public void idle(List<TableEntry> entries) {
      synchronized (lock) {
        Map<TableEntry, Station> stations = new LinkedHashMap<>();
        for (TableEntry entry : entries) {
          if (entry.table().equals(SOURCE) && learning.port(Intent.sourceOf(entry)).isPresent()) {
            stations.put(entry, Intent.sourceOf(entry));
          }
        }
        // It may have been heard since it was found to be idle.
        dataplane
            .idleTimes(stations.keySet())
            .forEach(
                (entry, time) -> {
                  if (time.compareTo(ageingTime()) < 0) {
                    stations.remove(entry);
                  }
                });
        forgetSilent(stations.values());
      }
    }

    @Override
    public Map<String, Collection<Long>> meterCells(Collection<Entity> held) {
      Set<Integer> numbers = new HashSet<>(logicalPorts.numbers());
      numbers.addAll(Intent.channels(held).values());
      return Intent.meterCells(numbers, held);
    }

    @Override
    public void received(PacketIn packet) {
      int port = (int) packet.metadata("reception_port").toLong();
      switch ((int) packet.metadata("reason").toLong()) {
        case Intent.TRAP_SAMPLE -> sampled(port, packet.payload());
        case Intent.TRAP_PROBE -> looped(port, packet.payload());
        case Intent.MEMBERSHIP -> hear(port, packet.payload().toByteArray());
        default -> {
          if (ControlFrames.isBpdu(packet.payload())) {
            bpdu(port);
          }
        }
      }
    }

    private void bpdu(int port) {
      synchronized (lock) {
        configured(port)
            .filter(of -> of.bridgePort() != null && protection(of).bpduGuard())
            .ifPresent(
                of ->
                    trip(
                        of,
                        Cause.BPDU,
                        "a spanning tree is behind it, of which this bridge is no part"));
      }
    }

    private void looped(int port, ByteString probe) {
      synchronized (lock) {
        int from = ControlFrames.port(probe);
        configured(port)
            .ifPresent(
                of ->
                    trip(
                        of,
                        Cause.LOOP,
                        "what was sent on '%s' came back"
                            .formatted(logicalPorts.name(from).orElse("port " + from))));
      }
    }

    private void sampled(int port, ByteString frame) {
      @Nullable BridgePort sampling = configured(port).map(Interface::bridgePort).orElse(null);
      if (sampling != null
          && sampling.samplingRate() > 0
          && configuration.get(new SampleCollectorKey()) instanceof SampleCollector collector) {
        sampler.send(collector, port, sampling.samplingRate(), frame);
      }
    }

    /** Destinations first: a source that is known is not learnt again. */
    private void install(Map<Station, Integer> sightings) {
      List<Entity> destinations = new ArrayList<>();
      sightings.forEach((station, port) -> destinations.add(Intent.destination(station, port)));
      Set<Entity> reached = dataplane.learn(destinations);
      List<Entity> sources = new ArrayList<>();
      sightings.forEach(
          (station, port) -> {
            if (reached.contains(Intent.destination(station, port).key())) {
              sources.add(source(station, port));
            }
          });
      Set<Entity> known = dataplane.learn(sources);
      Instant now = clock.instant();
      List<Entity> stray = new ArrayList<>();
      sightings.forEach(
          (station, port) -> {
            Entity destination = Intent.destination(station, port);
            if (known.contains(Intent.source(station, port, false).key())) {
              learning.put(station, port, now);
            } else if (reached.contains(destination.key())) {
              learning.remove(station);
              stray.add(Intent.source(station, port, false));
              stray.add(destination);
            }
          });
      if (!stray.isEmpty()) {
        dataplane.replace(stray, List.of());
      }
    }

    @Override
    public Collection<Entity> adopt(Collection<Entity> held) {
      OptionalLong known = addressIsKnown ? OptionalLong.empty() : Intent.address(held);
      if (known.isPresent()) {
        address = LOCAL_ADDRESS | (known.getAsLong() & LOCAL_PART);
        base = Intent.base(cpuPort, address);
      }
      boolean renumbered = logicalPorts.adopt(Intent.channels(held));
      Difference difference = attachments.adopt(held);
      difference.add(groups.adopt(held));
      if (renumbered || known.isPresent()) {
        List<Entity> all = new ArrayList<>(base);
        configuration.keySet().forEach(key -> all.addAll(entities(key)));
        all.addAll(difference.after());
        dataplane.want(all);
      } else {
        dataplane.replace(difference);
      }
      learning.clear();
      List<Entity> adopted = new ArrayList<>();
      Map<Integer, Integer> fids = fids();
      Instant now = clock.instant();
      for (Entity entity : held) {
        Optional<Source> source = Intent.source(entity).filter(s -> !s.isStatic());
        if (source.isPresent() && learnable(source.get().station(), source.get().port(), fids)) {
          Station station = source.get().station();
          int port = source.get().port();
          learning.put(station, port, now);
          adopted.add(Intent.destination(station, port));
          adopted.add(source(station, port));
        }
      }
      return adopted;
    }

    private boolean learnable(Station station, int port, Map<Integer, Integer> fids) {
      return fids.containsKey(station.fid())
          && learnsOn(port)
          && !configuration.containsKey(new StaticEntryKey(station.fid(), station.address()));
    }

    /** The FIDs that there are, and how many addresses are learnt in each at most. */
    private Map<Integer, Integer> fids() {
      Map<Integer, Integer> fids = new HashMap<>();
      for (ConfigurationObject object : configuration.values()) {
        if (object instanceof Vlan vlan) {
          fids.merge(vlan.fid(), vlan.macLimit(), Math::min);
        }
      }
      return fids;
    }

    private int limit(int port) {
      return bridgePort(port).map(BridgePort::macLimit).orElse(Integer.MAX_VALUE);
    }

    private boolean learnsOn(int port) {
      return logicalPorts
          .name(port)
          .map(name -> effective(new InterfaceKey(name)))
          .filter(object -> object instanceof Interface of && learns(of))
          .isPresent();
    }
  }

  private Optional<Interface> configured(int port) {
    return logicalPorts
        .name(port)
        .map(name -> configuration.get(new InterfaceKey(name)))
        .map(object -> (Interface) object);
  }

  private Optional<BridgePort> bridgePort(int port) {
    return configured(port).map(Interface::bridgePort);
  }

  /** Holds a port back, or goes on doing so, and raises the alarm. */
  private void trip(Interface of, Cause cause, String text) {
    Instant end = clock.instant().plus(protection(of).recoveryTime());
    if (trips.of(of.name()).contains(cause)) {
      trips.trip(of.name(), cause, end);
    } else {
      derive(withChannels(Set.of(of.key())), () -> trips.trip(of.name(), cause, end));
    }
    alarms.raise(cause.alarm(), of.name(), text);
  }

  /** What is to be done every second for the protection of the ports. */
  void watch() {
    synchronized (lock) {
      Instant now = clock.instant();
      if (!now.isBefore(movesSince.plus(MOVE_WINDOW))) {
        moved.clear();
        movesSince = now;
      }
      Set<ObjectKey> over = new LinkedHashSet<>();
      trips.due(now).forEach(name -> over.add(new InterfaceKey(name)));
      if (!over.isEmpty()) {
        Map<String, Set<Cause>> expired = new HashMap<>();
        derive(withChannels(over), () -> expired.putAll(trips.expire(now)));
        expired.forEach(
            (name, causes) -> causes.forEach(cause -> alarms.clear(cause.alarm(), name)));
      }
      for (ConfigurationObject object : configuration.values()) {
        if (object instanceof Interface of && protection(of).loopDetection()) {
          logicalPorts
              .number(of.name())
              .ifPresent(port -> dataplane.send(port, ControlFrames.probe(address, port)));
        }
      }
    }
    watchFloods();
  }

  /** Looks which ports flood more than they may. */
  private void watchFloods() {
    Set<Integer> ports = new HashSet<>();
    configuration.values().forEach(object -> watched(object).ifPresent(ports::add));
    Map<Long, Long> now = aboveRates(ports);
    synchronized (lock) {
      for (int port : ports) {
        Long frames = now.get((long) port);
        Long before = frames == null ? null : floods.put(port, frames);
        if (frames == null || before == null || frames <= before) {
          continue;
        }
        logicalPorts
            .name(port)
            .map(name -> configuration.get(new InterfaceKey(name)))
            .ifPresent(
                object ->
                    trip(
                        (Interface) object,
                        Cause.FLOOD,
                        "%d frames above its rates within a second".formatted(frames - before)));
      }
    }
  }

  /** The logical port of an interface that has rates which may well be reached. */
  private OptionalInt watched(@Nullable ConfigurationObject object) {
    return object instanceof Interface of
            && of.bridgePort() != null
            && (reflects(of) || !protection(of).limits().equals(FloodLimits.DEFAULT))
        ? logicalPorts.number(of.name())
        : OptionalInt.empty();
  }

  /** How many frames of each port the target has counted above its rates. */
  private Map<Long, Long> aboveRates(Set<Integer> ports) {
    Map<Long, Long> above = new HashMap<>();
    if (!ports.isEmpty()) {
      dataplane
          .count("flood_discards", Intent.cells(Intent.FLOOD_RATE, ports))
          .forEach(
              (cell, count) -> above.merge(cell / Intent.FLOOD_CLASSES, count.frames(), Long::sum));
      dataplane
          .count("reflection_limited", Intent.cells(Intent.REFLECTION_RATE, ports))
          .forEach((port, count) -> above.merge(port, count.frames(), Long::sum));
    }
    return above;
  }

  private Duration ageingTime() {
    return configuration.getOrDefault(FilteringDatabase.DEFAULT.key(), FilteringDatabase.DEFAULT)
            instanceof FilteringDatabase database
        ? database.ageingTime()
        : FilteringDatabase.DEFAULT.ageingTime();
  }

  /** How often the target is asked from which stations it heard. */
  private Duration pollInterval() {
    return Duration.ofMillis(
        Math.clamp(
            ageingTime().dividedBy(10).toMillis(),
            SHORTEST_POLL.toMillis(),
            LONGEST_POLL.toMillis()));
  }

  /** Ends group memberships that were not told again in time. */
  void expireGroups() {
    try {
      synchronized (lock) {
        Difference difference = groups.expire();
        if (!difference.isEmpty()) {
          dataplane.replace(difference);
        }
      }
    } catch (RuntimeException e) {
      log.error("Group memberships did not expire; it is tried again", e);
    }
  }

  /**
   * Where a learnt station is. A target that notifies of idle entries is to do so after the ageing
   * time.
   */
  private TableEntry source(Station station, int port) {
    TableEntry source = Intent.source(station, port, false);
    return dataplane.notifiesIdle(SOURCE) ? source.idleTimeout(ageingTime()) : source;
  }

  /**
   * Gives what was learnt the ageing time that holds now; some of it at a time, so that whoever
   * wants the lock gets it.
   */
  void renewTimeouts() {
    boolean more = true;
    while (more) {
      synchronized (lock) {
        List<Entity> sources = new ArrayList<>();
        for (int i = 0; i < RENEWED_AT_ONCE && !renewals.isEmpty(); i++) {
          Station station = renewals.remove();
          learning.port(station).ifPresent(port -> sources.add(source(station, port)));
        }
        var _ = dataplane.learn(sources);
        more = !renewals.isEmpty();
      }
    }
  }

  /** Asks the target, which does not notify of it, what was idle for the ageing time. */
  void age() {
    Map<Station, Long> frames = new HashMap<>();
    dataplane.hits(SOURCE).forEach((key, hits) -> frames.put(Intent.sourceOf(key), hits));
    synchronized (lock) {
      forgetSilent(learning.idle(frames, clock.instant(), ageingTime()));
    }
  }

  /** Removes what was learnt of stations that sent nothing for the ageing time. */
  private void forgetSilent(Collection<Station> stations) {
    List<Entity> sources = new ArrayList<>();
    List<Entity> destinations = new ArrayList<>();
    for (Station station : stations) {
      int port = learning.port(station).orElseThrow();
      sources.add(Intent.source(station, port, false));
      destinations.add(Intent.destination(station, port));
      learning.remove(station);
    }
    if (!sources.isEmpty()) {
      // A known source without its destination would not be learnt again.
      dataplane.replace(sources, List.of());
      dataplane.replace(destinations, List.of());
    }
  }

  private void note(ObjectKey key, @Nullable ConfigurationObject object) {
    Set<String> named = object == null ? Set.of() : intent.missing(object);
    missing
        .entrySet()
        .removeIf(
            entry -> {
              if (!named.contains(entry.getKey())
                  && entry.getValue().remove(key)
                  && entry.getValue().isEmpty()) {
                alarms.clear(Alarm.Type.PORT_MISSING, entry.getKey());
                return true;
              }
              return false;
            });
    for (String name : named) {
      missing.computeIfAbsent(name, _ -> new HashSet<>()).add(key);
      alarms.raise(
          Alarm.Type.PORT_MISSING,
          name,
          "configured, and the switch has " + portNames() + "; what depends on it is not applied");
    }
    if (key instanceof InterfaceKey(String name)) {
      if (object instanceof Interface networkInterface && reflects(networkInterface)) {
        alarms.raise(
            Alarm.Type.REFLECTIVE_RELAY_FORCED,
            name,
            "reflects whether the station asks for it or not");
      } else {
        alarms.clear(Alarm.Type.REFLECTIVE_RELAY_FORCED, name);
      }
    }
  }

  private static boolean reflects(Interface networkInterface) {
    BridgePort port = networkInterface.bridgePort();
    return networkInterface.enabled()
        && port != null
        && port.reflectiveRelay() == ReflectiveRelay.FORCED;
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
      Interface configured =
          configuration.get(new InterfaceKey(port.name())) instanceof Interface networkInterface
              ? networkInterface
              : new Interface(port.name(), true, null);
      states.put(port.number(), state(configured, port, port.number()));
      for (String name : logicalPorts.channels(port.name())) {
        OptionalInt number = logicalPorts.number(name);
        if (number.isPresent()
            && configuration.get(new InterfaceKey(name)) instanceof Interface channel) {
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

  private PortState state(Interface configured, Port port, int number) {
    SChannel channel = configured.sChannel();
    Entity reception =
        channel == null
            ? Intent.reception(port.number())
            : Intent.reception(port.number(), channel.sVid());
    return new PortState(
        configured.name(),
        number,
        port,
        configured.enabled(),
        configured.bridgePort() != null,
        dataplane.synchronised()
            ? Optional.of(dataplane.installed(reception).map(Intent::reflects).orElse(false))
            : Optional.empty(),
        channel == null ? logicalPorts.channels(port.name()) : List.of(),
        heldBy(configured.name()),
        !(effective(configured.key()) instanceof Interface of) || of.enabled(),
        Optional.empty());
  }

  private List<String> heldBy(String name) {
    synchronized (lock) {
      return trips.of(name).stream().map(cause -> cause.alarm().yangName()).toList();
    }
  }

  private boolean isPoliced(QualityOfService.Key key) {
    ConfigurationObject object = configuration.get(key);
    return object != null && policer(object) != null;
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
    for (ConfigurationObject object : configuration.values()) {
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
    Map<Long, Count> counts = dataplane.count("ace_policed", PolicerCount.cells(numbers.values()));
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
    for (ObjectKey key : configuration.keySet()) {
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

  /**
   * Tells what is wrong now.
   *
   * @return the alarms that are raised
   */
  public List<Alarm> alarms() {
    return alarms.list();
  }

  /** Leaves the target, which goes on by what it holds. */
  @Override
  public void close() {
    everySecond.shutdownNow();
    sampler.close();
    dataplane.close();
  }
}
