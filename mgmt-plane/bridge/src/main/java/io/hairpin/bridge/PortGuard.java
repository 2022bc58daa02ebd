package io.hairpin.bridge;

import com.google.protobuf.ByteString;
import io.hairpin.bridge.ConfigurationObject.FloodLimits;
import io.hairpin.bridge.ConfigurationObject.Interface;
import io.hairpin.bridge.ConfigurationObject.InterfaceKey;
import io.hairpin.bridge.ConfigurationObject.ObjectKey;
import io.hairpin.bridge.Trips.Cause;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What bounds storms and loops: holds ports back, with alarms, for what is received on them, for
 * stations that move to them and for what is flooded from them. Safe for use by several threads.
 */
final class PortGuard {

  /** Brings the dataplane to what follows for some objects from a change of something. */
  @FunctionalInterface
  interface Derivation {
    void derive(Set<ObjectKey> affected, Runnable change);
  }

  /** Within which as many stations may move to a port as its limit says. */
  private static final Duration MOVE_WINDOW = Duration.ofSeconds(10);

  private final Object lock;
  private final Configured configured;
  private final LogicalPorts logicalPorts;
  private final Trips trips;
  private final BridgeAddress address;
  private final Dataplane dataplane;
  private final Alarms alarms;
  private final InstantSource clock;
  private final Derivation derivation;

  /** How many stations moved to each port since {@link #movesSince}. Guarded by the lock. */
  private final Map<String, Integer> moved = new HashMap<>();

  private Instant movesSince = Instant.MIN;

  /** How much the target had counted above the rates of each port. Guarded by the lock. */
  private final Map<Integer, Long> floods = new HashMap<>();

  /**
   * Makes it.
   *
   * @param lock guards the configuration, the trips and this
   */
  PortGuard(
      Object lock,
      Configured configured,
      LogicalPorts logicalPorts,
      Trips trips,
      BridgeAddress address,
      Dataplane dataplane,
      Alarms alarms,
      InstantSource clock,
      Derivation derivation) {
    this.lock = lock;
    this.configured = configured;
    this.logicalPorts = logicalPorts;
    this.trips = trips;
    this.address = address;
    this.dataplane = dataplane;
    this.alarms = alarms;
    this.clock = clock;
    this.derivation = derivation;
  }

  /** A port whose configuration changes begins anew. */
  void letGo(String name) {
    trips.clear(name).forEach(cause -> alarms.clear(cause.alarm(), name));
    logicalPorts.number(name).ifPresent(floods::remove);
  }

  /** Begins to watch what ports flood that are new among those which may well reach a rate. */
  void begin(List<ConfigurationObject> put) {
    Set<Integer> first = new HashSet<>();
    for (ConfigurationObject object : put) {
      watched(object).ifPresent(first::add);
    }
    first.removeAll(floods.keySet());
    aboveRates(first).forEach((port, frames) -> floods.put(port.intValue(), frames));
  }

  /** Counts the stations that move to a port; too many of them are a loop. */
  void moved(int port) {
    @Nullable Interface of = configured.at(port).orElse(null);
    if (of == null) {
      return;
    }
    int moves = moved.merge(of.name(), 1, Integer::sum);
    int limit = of.protection().moveLimit();
    if (moves > limit) {
      trip(
          of,
          Cause.MOVES,
          "more than %d stations moved to it within %d seconds"
              .formatted(limit, MOVE_WINDOW.toSeconds()));
    }
  }

  /** Takes in that a BPDU was received on a port. */
  void bpdu(int port) {
    synchronized (lock) {
      configured
          .at(port)
          .filter(of -> of.bridgePort() != null && of.protection().bpduGuard())
          .ifPresent(
              of ->
                  trip(
                      of,
                      Cause.BPDU,
                      "a spanning tree is behind it, of which this bridge is no part"));
    }
  }

  /** Takes in that a frame by which this bridge looks for loops came back on a port. */
  void looped(int port, ByteString probe) {
    synchronized (lock) {
      int from = ControlFrames.port(probe);
      configured
          .at(port)
          .ifPresent(
              of ->
                  trip(
                      of,
                      Cause.LOOP,
                      "what was sent on '%s' came back"
                          .formatted(logicalPorts.name(from).orElse("port " + from))));
    }
  }

  /** Holds a port back, or goes on doing so, and raises the alarm. */
  private void trip(Interface of, Cause cause, String text) {
    Instant end = clock.instant().plus(of.protection().recoveryTime());
    if (trips.of(of.name()).contains(cause)) {
      trips.trip(of.name(), cause, end);
    } else {
      derivation.derive(
          logicalPorts.withChannels(Set.of(of.key())), () -> trips.trip(of.name(), cause, end));
    }
    alarms.raise(cause.alarm(), of.name(), text);
  }

  /** Ends what held ports back for long enough. To be done every second. */
  void recover() {
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
        derivation.derive(logicalPorts.withChannels(over), () -> expired.putAll(trips.expire(now)));
        expired.forEach(
            (name, causes) -> causes.forEach(cause -> alarms.clear(cause.alarm(), name)));
      }
    }
  }

  /** Looks for loops. To be done every second. */
  void probe() {
    synchronized (lock) {
      for (ConfigurationObject object : configured.all().values()) {
        if (object instanceof Interface of && of.protection().loopDetection()) {
          logicalPorts
              .number(of.name())
              .ifPresent(port -> dataplane.send(port, ControlFrames.probe(address.value(), port)));
        }
      }
    }
  }

  /** Looks which ports flood more than they may. To be done every second. */
  void watchFloods() {
    Map<Integer, Interface> ports = new HashMap<>();
    configured
        .all()
        .values()
        .forEach(object -> watched(object).ifPresent(port -> ports.put(port, (Interface) object)));
    Map<Long, Long> now = aboveRates(ports.keySet());
    synchronized (lock) {
      ports.forEach(
          (port, of) -> {
            Long frames = now.get((long) port);
            // One that was configured anew meanwhile began with what was counted then.
            if (frames == null || !configured.at(port).equals(Optional.of(of))) {
              return;
            }
            Long before = floods.put(port, frames);
            if (before != null && frames > before) {
              trip(
                  of,
                  Cause.FLOOD,
                  "%d frames above its rates within a second".formatted(frames - before));
            }
          });
    }
  }

  /** The logical port of an interface that has rates which may well be reached. */
  private OptionalInt watched(@Nullable ConfigurationObject object) {
    return object instanceof Interface of
            && of.bridgePort() != null
            && (of.reflects() || !of.protection().limits().equals(FloodLimits.DEFAULT))
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
}
