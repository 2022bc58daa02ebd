package io.hairpin.netconf.server;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Bounds how many connections and sessions there are at once; thread-safe. */
final class Admission {
  private final Sessions sessions;
  private final AtomicInteger connections = new AtomicInteger();
  private volatile ServerConfiguration.Limits limits;

  Admission(Sessions sessions, ServerConfiguration.Limits limits) {
    this.sessions = sessions;
    this.limits = limits;
  }

  ServerConfiguration.Limits limits() {
    return limits;
  }

  void limits(ServerConfiguration.Limits next) {
    limits = next;
  }

  /** Counts a connection; empty if there is room, otherwise why it must go, which is uncounted. */
  Optional<String> enter() {
    int max = limits.maxSessions();
    if (connections.incrementAndGet() > max) {
      connections.decrementAndGet();
      return Optional.of("max-sessions of %d is reached".formatted(max));
    }
    return Optional.empty();
  }

  void leave() {
    connections.decrementAndGet();
  }

  int connections() {
    return connections.get();
  }

  /** Counts a session as open; empty if there is room, otherwise why it must not begin. */
  synchronized Optional<String> enter(Session session) {
    String user = session.user();
    var all = sessions.all();
    if (all.size() >= limits.maxSessions()) {
      return Optional.of("max-sessions of %d is reached".formatted(limits.maxSessions()));
    }
    long his = all.stream().filter(other -> other.user().equals(user)).count();
    if (his >= limits.maxSessionsPerUser()) {
      return Optional.of(
          "max-sessions-per-user of %d is reached by %s"
              .formatted(limits.maxSessionsPerUser(), user));
    }
    sessions.add(session);
    return Optional.empty();
  }
}
