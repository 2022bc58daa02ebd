package io.hairpin.bridge;

import io.hairpin.bridge.ConfigurationObject.BridgePort;
import io.hairpin.bridge.ConfigurationObject.FilteringDatabase;
import io.hairpin.bridge.ConfigurationObject.Interface;
import io.hairpin.bridge.ConfigurationObject.InterfaceKey;
import io.hairpin.bridge.ConfigurationObject.MacLearning;
import io.hairpin.bridge.ConfigurationObject.ObjectKey;
import io.hairpin.bridge.ConfigurationObject.ReflectiveRelay;
import io.hairpin.bridge.ConfigurationObject.SChannel;
import io.hairpin.bridge.ConfigurationObject.StaticEntry;
import io.hairpin.bridge.ConfigurationObject.StaticEntryKey;
import io.hairpin.bridge.ConfigurationObject.Vlan;
import io.hairpin.bridge.Discard.Side;
import io.hairpin.bridge.Intent.Source;
import io.hairpin.bridge.PortState.Counters;
import io.hairpin.bridge.Ports.Port;
import io.hairpin.p4runtime.client.DigestList;
import io.hairpin.p4runtime.client.Entity;
import io.hairpin.p4runtime.client.Listener;
import io.hairpin.p4runtime.client.Session;
import io.hairpin.p4runtime.client.Value;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
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
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
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
      List.of("received", "transmitted", "reflected", "ingress_suppressed", "egress_suppressed");

  /** After a request failed on a target that is connected. */
  private static final Duration RETRY = Duration.ofSeconds(5);

  private static final Logger log = LoggerFactory.getLogger(Bridge.class);

  /** How often the target is asked, at most and at least, from which stations it heard. */
  private static final Duration SHORTEST_POLL = Duration.ofSeconds(1);

  private static final Duration LONGEST_POLL = Duration.ofSeconds(30);

  private static final List<Long> REASONS =
      Stream.of(DiscardReason.values()).map(DiscardReason::index).toList();

  /** Guards the configuration with what was learnt and what the target should hold. */
  private final Object lock = new Object();

  private final Ports ports;
  private final InstantSource clock;
  private final Alarms alarms;
  private final Intent intent;
  private final Dataplane dataplane;
  private final Map<ObjectKey, ConfigurationObject> configuration = new ConcurrentHashMap<>();
  private final LogicalPorts logicalPorts;
  private final List<Entity> base;

  /** Guarded by the lock. */
  private final Learning learning = new Learning();

  private final ScheduledExecutorService ageing =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("ageing").factory());

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
    intent = new Intent(logicalPorts);
    base = Intent.base(cpuPort);
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
    ageLater();
  }

  /**
   * Checks a change against the present configuration.
   *
   * @param change the change
   * @return the change, ready to be taken
   * @throws InvalidConfigurationException where it names a port, for the first time, that the
   *     switch does not have, a port both in the tagged and in the untagged set of a VLAN, or
   *     S-channels that cannot be beside each other or that something else still names
   */
  public Prepared prepare(Change change) throws InvalidConfigurationException {
    synchronized (lock) {
      new ConfigurationCheck(configuration, logicalPorts, portNames(), change).run();
    }
    return () -> apply(change);
  }

  private String portNames() {
    List<String> names = ports.list().stream().map(Port::name).toList();
    return names.isEmpty() ? "none" : String.join(", ", names);
  }

  /** What there was of an object before a change. */
  private record Before(@Nullable ConfigurationObject effective, OptionalInt number) {}

  private void apply(Change change) {
    synchronized (lock) {
      Map<ObjectKey, Before> affected = new LinkedHashMap<>();
      List<Entity> before = new ArrayList<>();
      for (ObjectKey key : affected(change)) {
        ConfigurationObject effective = effective(key);
        before.addAll(entities(effective));
        affected.put(key, new Before(effective, number(key)));
      }
      change.removed().forEach(this::remove);
      change.put().forEach(this::put);
      List<Entity> after = new ArrayList<>();
      affected.forEach(
          (key, was) -> {
            ConfigurationObject now = effective(key);
            before.addAll(flushed(was, now));
            after.addAll(entities(now));
            note(key, configuration.get(key));
          });
      dataplane.replace(before, after);
    }
  }

  /** What a change is about, and what depends on that. */
  private Set<ObjectKey> affected(Change change) {
    Set<ObjectKey> affected = new LinkedHashSet<>(change.removed());
    for (ConfigurationObject object : change.put()) {
      affected.add(object.key());
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
    for (ObjectKey key : List.copyOf(affected)) {
      if (key instanceof InterfaceKey(String name)) {
        logicalPorts.channels(name).forEach(channel -> affected.add(new InterfaceKey(channel)));
      }
    }
    return affected;
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
    configuration.put(object.key(), object);
    if (object instanceof Interface of) {
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
    }
  }

  /** An object as the dataplane should take it: an S-channel is enabled only where its port is. */
  private @Nullable ConfigurationObject effective(ObjectKey key) {
    ConfigurationObject object = configuration.get(key);
    if (!(object instanceof Interface of)) {
      return object;
    }
    SChannel channel = of.sChannel();
    return channel == null
            || (configuration.get(new InterfaceKey(channel.port())) instanceof Interface port
                && port.enabled()
                && port.sComponent())
        ? of
        : of.disabled();
  }

  /** Forgets what was learnt and does not hold any more after a change; tells its entries. */
  private List<Entity> flushed(Before was, @Nullable ConfigurationObject after) {
    List<Station> gone = new ArrayList<>();
    if (after instanceof StaticEntry entry) {
      gone.add(new Station(entry.fid(), entry.address()));
    } else if (was.effective() instanceof Interface old) {
      if (was.number().isPresent()
          && learns(old)
          && !(after instanceof Interface now && goesOn(old, now))) {
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

    @Override
    public void learn(DigestList digests) {
      synchronized (lock) {
        Map<Station, Integer> sightings = new LinkedHashMap<>();
        Map<Integer, Integer> room = new HashMap<>();
        Set<Integer> fids = fids();
        for (Map<String, Value> digest : digests.digests()) {
          int port = (int) number(digest, "logical_port");
          Station station = new Station((int) number(digest, "fid"), number(digest, "src_addr"));
          if (learning.port(station).equals(OptionalInt.of(port))
              || !learnable(station, port, fids)) {
            continue;
          }
          int left = room.computeIfAbsent(port, _ -> limit(port) - learning.count(port));
          if (left > 0) {
            room.put(port, left - 1);
            sightings.put(station, port);
          }
        }
        install(sightings);
      }
    }

    private long number(Map<String, Value> digest, String member) {
      return Objects.requireNonNull(digest.get(member), member).toLong();
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
              sources.add(Intent.source(station, port, false));
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
      if (logicalPorts.adopt(Intent.channels(held))) {
        List<Entity> all = new ArrayList<>(base);
        configuration.keySet().forEach(key -> all.addAll(entities(effective(key))));
        dataplane.want(all);
      }
      learning.clear();
      List<Entity> adopted = new ArrayList<>();
      Set<Integer> fids = fids();
      Instant now = clock.instant();
      for (Entity entity : held) {
        Optional<Source> source = Intent.source(entity).filter(s -> !s.isStatic());
        if (source.isPresent() && learnable(source.get().station(), source.get().port(), fids)) {
          Station station = source.get().station();
          int port = source.get().port();
          learning.put(station, port, now);
          adopted.add(Intent.destination(station, port));
          adopted.add(entity);
        }
      }
      return adopted;
    }

    private boolean learnable(Station station, int port, Set<Integer> fids) {
      return fids.contains(station.fid())
          && learnsOn(port)
          && !configuration.containsKey(new StaticEntryKey(station.fid(), station.address()));
    }

    private Set<Integer> fids() {
      Set<Integer> fids = new HashSet<>();
      for (ConfigurationObject object : configuration.values()) {
        if (object instanceof Vlan vlan) {
          fids.add(vlan.fid());
        }
      }
      return fids;
    }

    private int limit(int port) {
      return configured(port)
          .map(Interface::bridgePort)
          .map(BridgePort::macLimit)
          .orElse(Integer.MAX_VALUE);
    }

    private boolean learnsOn(int port) {
      return logicalPorts
          .name(port)
          .map(name -> effective(new InterfaceKey(name)))
          .filter(object -> object instanceof Interface of && learns(of))
          .isPresent();
    }

    private Optional<Interface> configured(int port) {
      return logicalPorts
          .name(port)
          .map(name -> configuration.get(new InterfaceKey(name)))
          .map(object -> (Interface) object);
    }
  }

  private Duration ageingTime() {
    return configuration.getOrDefault(FilteringDatabase.DEFAULT.key(), FilteringDatabase.DEFAULT)
            instanceof FilteringDatabase database
        ? database.ageingTime()
        : FilteringDatabase.DEFAULT.ageingTime();
  }

  private void ageLater() {
    long period = ageingTime().dividedBy(10).toMillis();
    var _ =
        ageing.schedule(
            this::ageAndAgain,
            Math.clamp(period, SHORTEST_POLL.toMillis(), LONGEST_POLL.toMillis()),
            TimeUnit.MILLISECONDS);
  }

  private void ageAndAgain() {
    try {
      age();
    } catch (RuntimeException e) {
      log.error("Ageing failed; it is tried again", e);
    } finally {
      ageLater();
    }
  }

  /** Removes what was learnt of stations that sent nothing for the ageing time. */
  void age() {
    Map<Station, Long> frames = new HashMap<>();
    dataplane.hits("source").forEach((key, hits) -> frames.put(Intent.sourceOf(key), hits));
    synchronized (lock) {
      List<Entity> sources = new ArrayList<>();
      List<Entity> destinations = new ArrayList<>();
      for (Station station : learning.idle(frames, clock.instant(), ageingTime())) {
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
  }

  private List<Entity> entities(@Nullable ConfigurationObject object) {
    return object == null ? List.of() : intent.of(object);
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
    return states.values().stream()
        .map(state -> state.with(counters(counts, state.number())))
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
        Optional.empty());
  }

  private static Optional<Counters> counters(Map<String, Map<Long, Count>> counts, long port) {
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
            values.get(0), values.get(1), values.get(2), values.get(3).plus(values.get(4))));
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
                    logicalPorts.name(source.port()).orElse(Port.nameOf(source.port())),
                    source.isStatic() ? FilteringEntry.Type.STATIC : FilteringEntry.Type.LEARNT))
        .sorted(
            Comparator.comparingInt(FilteringEntry::fid).thenComparingLong(FilteringEntry::address))
        .toList();
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
    ageing.shutdownNow();
    dataplane.close();
  }
}
