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
  private final Runnable changed;
  private final Map<Id, Alarm> raised = new LinkedHashMap<>();

  /**
   * Makes it.
   *
   * @param changed is called after each change; returns at once
   */
  Alarms(InstantSource clock, Runnable changed) {
    this.clock = clock;
    this.changed = changed;
  }

  synchronized void raise(Alarm.Type type, String resource, String text) {
    Id id = new Id(type, resource);
    Alarm known = raised.get(id);
    if (known == null) {
      log.warn("Alarm {} on {} raised: {}", type.yangName(), resource, text);
    }
    Alarm now = new Alarm(type, resource, text, known == null ? clock.instant() : known.raised());
    if (!now.equals(raised.put(id, now))) {
      changed.run();
    }
  }

  synchronized void clear(Alarm.Type type, String resource) {
    if (raised.remove(new Id(type, resource)) != null) {
      log.info("Alarm {} on {} cleared", type.yangName(), resource);
      changed.run();
    }
  }

  synchronized List<Alarm> list() {
    return List.copyOf(raised.values());
  }
}
