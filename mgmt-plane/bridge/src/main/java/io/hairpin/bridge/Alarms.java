package io.hairpin.bridge;

import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The alarms that are raised. Safe for use by several threads. */
final class Alarms {

  private record Id(Alarm.Type type, String resource) {}

  private static final Logger log = LoggerFactory.getLogger(Alarms.class);

  private final InstantSource clock;
  private final Map<Id, Alarm> raised = new LinkedHashMap<>();

  Alarms(InstantSource clock) {
    this.clock = clock;
  }

  synchronized void raise(Alarm.Type type, String resource, String text) {
    Id id = new Id(type, resource);
    Alarm known = raised.get(id);
    if (known == null) {
      log.warn("Alarm {} on {} raised: {}", type.yangName(), resource, text);
    }
    raised.put(
        id, new Alarm(type, resource, text, known == null ? clock.instant() : known.raised()));
  }

  synchronized void clear(Alarm.Type type, String resource) {
    if (raised.remove(new Id(type, resource)) != null) {
      log.info("Alarm {} on {} cleared", type.yangName(), resource);
    }
  }

  synchronized List<Alarm> list() {
    return List.copyOf(raised.values());
  }
}
