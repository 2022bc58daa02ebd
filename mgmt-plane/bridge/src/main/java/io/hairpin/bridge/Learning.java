package io.hairpin.bridge;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.OptionalInt;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** The stations that were learnt (802.1Q 8.7) and are installed. Not safe for several threads. */
final class Learning {

  /**
   * What is known of a station.
   *
   * @param port the logical port behind which it is
   * @param frames how many frames the target had counted from it when it was last seen
   * @param seen when that was
   */
  private record Sighting(int port, long frames, Instant seen) {}

  private final Map<Station, Sighting> stations = new HashMap<>();
  private final Map<Integer, Integer> counts = new HashMap<>();
  private final Map<Integer, Integer> countsOfFids = new HashMap<>();

  OptionalInt port(Station station) {
    Sighting sighting = stations.get(station);
    return sighting == null ? OptionalInt.empty() : OptionalInt.of(sighting.port());
  }

  /** How many stations were learnt on a port. */
  int count(int port) {
    return counts.getOrDefault(port, 0);
  }

  /** How many stations were learnt in a FID. */
  int countOfFid(int fid) {
    return countsOfFids.getOrDefault(fid, 0);
  }

  void put(Station station, int port, Instant now) {
    remove(station);
    stations.put(station, new Sighting(port, 0, now));
    counts.merge(port, 1, Integer::sum);
    countsOfFids.merge(station.fid(), 1, Integer::sum);
  }

  void remove(Station station) {
    Sighting sighting = stations.remove(station);
    if (sighting != null) {
      counts.merge(sighting.port(), -1, Integer::sum);
      countsOfFids.merge(station.fid(), -1, Integer::sum);
    }
  }

  void clear() {
    stations.clear();
    counts.clear();
    countsOfFids.clear();
  }

  List<Station> matching(BiPredicate<Station, Integer> condition) {
    List<Station> found = new ArrayList<>();
    stations.forEach(
        (station, sighting) -> {
          if (condition.test(station, sighting.port())) {
            found.add(station);
          }
        });
    return found;
  }

  /** Takes in what the target counted; tells from whom there was nothing for too long. */
  List<Station> idle(Map<Station, Long> frames, Instant now, Duration ageingTime) {
    List<Station> idle = new ArrayList<>();
    for (Entry<Station, Sighting> entry : stations.entrySet()) {
      Sighting sighting = entry.getValue();
      @Nullable Long counted = frames.get(entry.getKey());
      if (counted != null && counted != sighting.frames()) {
        entry.setValue(new Sighting(sighting.port(), counted, now));
      } else if (counted != null && !now.isBefore(sighting.seen().plus(ageingTime))) {
        idle.add(entry.getKey());
      }
    }
    return idle;
  }
}
