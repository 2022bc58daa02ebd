package io.hairpin.bridge;

import java.time.Instant;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What holds ports back for a while, by the names of their interfaces. Not safe for threads. */
final class Trips {

  /** Why a port is held back. */
  enum Cause {
    /** A spanning tree is behind it, of which the bridge is no part. */
    BPDU(Alarm.Type.BPDU_RECEIVED),
    /** What the bridge sent came back. */
    LOOP(Alarm.Type.LOOP_DETECTED),
    /** Stations move to it more often than stations do. */
    MOVES(Alarm.Type.MAC_MOVE_RATE),
    /** More is flooded from it than it may. */
    FLOOD(Alarm.Type.FLOOD_RATE);

    private final Alarm.Type alarm;

    Cause(Alarm.Type alarm) {
      this.alarm = alarm;
    }

    Alarm.Type alarm() {
      return alarm;
    }
  }

  private final Map<String, Map<Cause, Instant>> ends = new HashMap<>();

  /** Holds a port back, or goes on doing so. */
  void trip(String name, Cause cause, Instant end) {
    ends.computeIfAbsent(name, _ -> new EnumMap<>(Cause.class)).put(cause, end);
  }

  Set<Cause> of(String name) {
    Map<Cause, Instant> causes = ends.get(name);
    return causes == null ? Set.of() : EnumSet.copyOf(causes.keySet());
  }

  /** Lets go a port; tells why it was held back. */
  Set<Cause> clear(String name) {
    Set<Cause> causes = of(name);
    ends.remove(name);
    return causes;
  }

  /** The ports of which something was held back long enough. */
  Set<String> due(Instant now) {
    Set<String> due = new HashSet<>();
    ends.forEach(
        (name, causes) -> {
          if (causes.values().stream().anyMatch(end -> !now.isBefore(end))) {
            due.add(name);
          }
        });
    return due;
  }

  /** Lets go what was held back long enough. */
  Map<String, Set<Cause>> expire(Instant now) {
    Map<String, Set<Cause>> expired = new HashMap<>();
    ends.forEach(
        (name, causes) ->
            causes.forEach(
                (cause, end) -> {
                  if (!now.isBefore(end)) {
                    expired.computeIfAbsent(name, _ -> EnumSet.noneOf(Cause.class)).add(cause);
                  }
                }));
    expired.forEach(
        (name, causes) -> {
          Map<Cause, Instant> left = ends.get(name);
          if (left != null) {
            left.keySet().removeAll(causes);
            if (left.isEmpty()) {
              ends.remove(name);
            }
          }
        });
    return expired;
  }
}
