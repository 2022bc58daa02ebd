package io.hairpin.bridge;

import static io.hairpin.bridge.ConfigurationObject.UNLIMITED;

import io.hairpin.bridge.ConfigurationObject.BridgePort;
import io.hairpin.bridge.ConfigurationObject.Interface;
import io.hairpin.bridge.ConfigurationObject.InterfaceKey;
import io.hairpin.bridge.ConfigurationObject.MacLearning;
import io.hairpin.bridge.ConfigurationObject.ObjectKey;
import io.hairpin.bridge.ConfigurationObject.StaticEntry;
import io.hairpin.bridge.ConfigurationObject.StaticEntryKey;
import io.hairpin.bridge.ConfigurationObject.Vlan;
import io.hairpin.bridge.Intent.Source;
import io.hairpin.p4runtime.client.DigestList;
import io.hairpin.p4runtime.client.Entity;
import io.hairpin.p4runtime.client.TableEntry;
import io.hairpin.p4runtime.client.Value;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Learning Process and the Ageing Process (802.1Q 8.7 and 8.8.3): writes down where the
 * stations are that the dataplane heard, and removes those that are silent. Safe for use by several
 * threads.
 */
final class LearningProcess {

  /** How often the target is asked, at most and at least, from which stations it heard. */
  private static final Duration SHORTEST_POLL = Duration.ofSeconds(1);

  private static final Duration LONGEST_POLL = Duration.ofSeconds(30);

  /** The table of where stations are. */
  private static final String SOURCE = "source";

  private static final int RENEWED_AT_ONCE = 500;

  private static final Logger log = LoggerFactory.getLogger(LearningProcess.class);

  private final Object lock;
  private final Configured configured;
  private final LogicalPorts logicalPorts;
  private final Dataplane dataplane;
  private final InstantSource clock;
  private final IntConsumer moved;

  /** Guarded by the lock. */
  private final Learning learning = new Learning();

  /** The stations whose sources have an ageing time from before. Guarded by the lock. */
  private final Queue<Station> renewals = new ArrayDeque<>();

  /** When the target was last asked from which stations it heard. In the thread that asks. */
  private Instant aged = Instant.MIN;

  /**
   * Makes it, with nothing learnt.
   *
   * @param lock guards the configuration and this
   * @param moved is told, under the lock, to which logical port a station moved
   */
  LearningProcess(
      Object lock,
      Configured configured,
      LogicalPorts logicalPorts,
      Dataplane dataplane,
      InstantSource clock,
      IntConsumer moved) {
    this.lock = lock;
    this.configured = configured;
    this.logicalPorts = logicalPorts;
    this.dataplane = dataplane;
    this.clock = clock;
    this.moved = moved;
  }

  /** Takes what the dataplane asks to learn. */
  void learn(DigestList digests) {
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
            moved.accept(port);
          }
          sightings.put(station, port);
        }
      }
      // A port that too many stations moved to may be shut by now.
      sightings.values().removeIf(port -> !learnsOn(port));
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

  private boolean learnable(Station station, int port, Map<Integer, Integer> fids) {
    return fids.containsKey(station.fid())
        && learnsOn(port)
        && !configured.all().containsKey(new StaticEntryKey(station.fid(), station.address()));
  }

  /** The FIDs that there are, and how many addresses are learnt in each at most. */
  private Map<Integer, Integer> fids() {
    Map<Integer, Integer> fids = new HashMap<>();
    for (ConfigurationObject object : configured.all().values()) {
      if (object instanceof Vlan vlan) {
        fids.merge(vlan.fid(), vlan.macLimit(), Math::min);
      }
    }
    return fids;
  }

  private int limit(int port) {
    return configured.bridgePort(port).map(of -> of.learning().limit()).orElse(UNLIMITED);
  }

  private boolean learnsOn(int port) {
    return logicalPorts
        .name(port)
        .map(name -> configured.effective(new InterfaceKey(name)))
        .filter(object -> object instanceof Interface of && learns(of))
        .isPresent();
  }

  /** Takes over, under the lock, what a target holds; tells what of it is still wanted. */
  List<Entity> adopt(Collection<Entity> held) {
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

  /** Forgets what was learnt and does not hold any more after a change; tells its entries. */
  List<Entity> flushed(Bridge.Before was, ObjectKey key) {
    ConfigurationObject after = configured.effective(key);
    List<Station> gone = new ArrayList<>();
    if (after instanceof StaticEntry entry) {
      gone.add(new Station(entry.fid(), entry.address()));
    } else if (was.effective() instanceof Interface old) {
      if (was.number().isPresent()
          && learns(old)
          && ((configured.isBlocked(key) && !was.blocked())
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

  /** Forgets what was learnt on a port and in a FID, 0 for any, of an address; tells how many. */
  int flush(int port, int fid, OptionalLong address) {
    List<Station> gone =
        learning.matching(
            (station, on) ->
                (port == 0 || on == port)
                    && (fid == 0 || station.fid() == fid)
                    && (address.isEmpty() || station.address() == address.getAsLong()));
    dataplane.replace(forget(gone), List.of());
    return gone.size();
  }

  private Set<Integer> members(Vlan vlan) {
    Set<Integer> members = new HashSet<>();
    Stream.concat(vlan.tagged().stream(), vlan.untagged().stream())
        .forEach(name -> logicalPorts.number(name).ifPresent(members::add));
    return members;
  }

  private static boolean learns(Interface networkInterface) {
    BridgePort port = networkInterface.bridgePort();
    return networkInterface.enabled() && port != null && port.learning().mode() == MacLearning.ON;
  }

  private static boolean goesOn(Interface before, Interface now) {
    BridgePort old = before.bridgePort();
    BridgePort port = now.bridgePort();
    return learns(now)
        && Objects.equals(before.sChannel(), now.sChannel())
        && old != null
        && port != null
        && old.admission().pvid() == port.admission().pvid();
  }

  /**
   * Where a learnt station is. A target that notifies of idle entries is to do so after the ageing
   * time.
   */
  private TableEntry source(Station station, int port) {
    TableEntry source = Intent.source(station, port, false);
    return dataplane.notifiesIdle(SOURCE) ? source.idleTimeout(configured.ageingTime()) : source;
  }

  /** Has another ageing time given to what was learnt, by and by. Under the lock. */
  void renew() {
    renewals.clear();
    renewals.addAll(learning.matching((_, _) -> true));
  }

  /**
   * Gives what was learnt the ageing time that holds now; some of it at a time, so that whoever
   * wants the lock gets it. What the target does not take now is for the next time.
   */
  void renewTimeouts() {
    boolean more = true;
    while (more) {
      synchronized (lock) {
        Map<Entity, Station> sources = new LinkedHashMap<>();
        for (int i = 0; i < RENEWED_AT_ONCE && !renewals.isEmpty(); i++) {
          Station station = renewals.remove();
          learning.port(station).ifPresent(port -> sources.put(source(station, port), station));
        }
        Set<Entity> renewed = dataplane.learn(sources.keySet());
        sources.keySet().removeIf(source -> renewed.contains(source.key()));
        renewals.addAll(sources.values());
        if (!sources.isEmpty() && dataplane.synchronised()) {
          log.warn("The target kept the ageing time of {} sources as it was", sources.size());
        }
        more = sources.isEmpty() && !renewals.isEmpty();
      }
    }
  }

  /** Asks the target, which does not notify of it, what was idle, where it is time to. */
  void poll() {
    Instant now = clock.instant();
    if (!dataplane.notifiesIdle(SOURCE) && !now.isBefore(aged.plus(pollInterval()))) {
      aged = now;
      age();
    }
  }

  /** How often the target is asked from which stations it heard. */
  private Duration pollInterval() {
    return Duration.ofMillis(
        Math.clamp(
            configured.ageingTime().dividedBy(10).toMillis(),
            SHORTEST_POLL.toMillis(),
            LONGEST_POLL.toMillis()));
  }

  /** Takes the keys of entries that were idle for their time-out. */
  void idle(List<TableEntry> entries) {
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
                if (time.compareTo(configured.ageingTime()) < 0) {
                  stations.remove(entry);
                }
              });
      forgetSilent(stations.values());
    }
  }

  /** Asks the target, which does not notify of it, what was idle for the ageing time. */
  void age() {
    Map<Station, Long> frames = new HashMap<>();
    dataplane.hits(SOURCE).forEach((key, hits) -> frames.put(Intent.sourceOf(key), hits));
    synchronized (lock) {
      forgetSilent(learning.idle(frames, clock.instant(), configured.ageingTime()));
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
}
