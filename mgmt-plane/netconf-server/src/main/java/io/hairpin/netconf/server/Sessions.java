package io.hairpin.netconf.server;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The sessions that are open, by number; thread-safe. */
final class Sessions {
  private final AtomicInteger last = new AtomicInteger();
  private final Counters total = new Counters();
  private final Map<Integer, Session> open = new ConcurrentSkipListMap<>();

  /** What is counted of all sessions. */
  Counters total() {
    return total;
  }

  int nextId() {
    return last.incrementAndGet();
  }

  void add(Session session) {
    open.put(session.id(), session);
  }

  void remove(Session session) {
    open.remove(session.id());
  }

  @Nullable Session find(int id) {
    return open.get(id);
  }

  Collection<Session> all() {
    return List.copyOf(open.values());
  }

  Collection<Integer> ids() {
    return List.copyOf(open.keySet());
  }
}
