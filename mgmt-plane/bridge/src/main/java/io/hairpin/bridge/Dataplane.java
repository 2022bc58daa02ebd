package io.hairpin.bridge;

import io.grpc.Status;
import io.hairpin.p4runtime.client.Entity;
import io.hairpin.p4runtime.client.Listener;
import io.hairpin.p4runtime.client.P4RuntimeException;
import io.hairpin.p4runtime.client.Session;
import io.hairpin.p4runtime.client.Update;
import io.hairpin.p4runtime.client.WriteException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The target: what it should hold, what it holds, and the writes that make the two agree. Only the
 * difference is ever written. Safe for use by several threads.
 */
final class Dataplane implements Listener, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Dataplane.class);
  private static final String RESOURCE = "target";
  private static final long NEVER = -1;

  private final Function<Listener, Session> connection;
  private final Alarms alarms;

  private final Duration retry;

  /** Reads and writes of the target, apart from the threads that tell of the connection. */
  private final ExecutorService control =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().name("dataplane").factory());

  /** By key. Guarded by this. */
  private final Map<Entity, Entity> wanted = new HashMap<>();

  /** By key. Changed under the lock, read without. */
  private final Map<Entity, Entity> installed = new ConcurrentHashMap<>();

  /** The keys of what the target refused; tried again with every write. Guarded by this. */
  private final Set<Entity> refused = new HashSet<>();

  /** Counts the times that the target was lost. */
  private final AtomicLong losses = new AtomicLong();

  /** The losses that there were when {@link #installed} was made to be what the target holds. */
  private volatile long synchronisedAfter = NEVER;

  /** Null until connected for the first time. Set under the lock. */
  private volatile @Nullable Session session;

  Dataplane(
      Function<Listener, Session> connection,
      Collection<Entity> base,
      Alarms alarms,
      Duration retry) {
    this.connection = connection;
    this.alarms = alarms;
    this.retry = retry;
    put(base);
  }

  synchronized void start() {
    alarms.raise(Alarm.Type.TARGET_UNREACHABLE, RESOURCE, "not connected yet");
    session = connection.apply(this);
  }

  /** Wants other entities than before; returns when they are installed, or cannot be now. */
  synchronized void replace(Collection<Entity> before, Collection<Entity> after) {
    Set<Entity> keys = new HashSet<>();
    for (Entity entity : before) {
      keys.add(entity.key());
      wanted.remove(entity.key());
    }
    put(after).forEach(keys::add);
    Session target = session;
    if (target == null || !synchronised()) {
      return;
    }
    try {
      if (install(target, keys)) {
        control.execute(this::synchronise);
      }
    } catch (P4RuntimeException e) {
      failed(e);
    }
  }

  private Collection<Entity> put(Collection<Entity> entities) {
    List<Entity> keys = new ArrayList<>();
    for (Entity entity : entities) {
      keys.add(entity.key());
      wanted.put(entity.key(), entity);
    }
    return keys;
  }

  boolean synchronised() {
    return synchronisedAfter == losses.get();
  }

  /** Cells of a counter; none where the target does not tell. */
  Map<Long, Count> count(String counter, Collection<Long> indices) {
    Session target = session;
    if (target == null || !synchronised()) {
      return Map.of();
    }
    try {
      Map<Long, Count> counts = new HashMap<>();
      target
          .readCounter(counter, indices)
          .forEach((index, value) -> counts.put(index, new Count(value.packets(), value.bytes())));
      return counts;
    } catch (P4RuntimeException e) {
      log.warn("Counter {} cannot be read: {}", counter, e.getMessage());
      return Map.of();
    }
  }

  /** What the target holds under a key. */
  Optional<Entity> installed(Entity key) {
    return synchronised() ? Optional.ofNullable(installed.get(key)) : Optional.empty();
  }

  @Override
  public void primary() {
    control.execute(this::synchronise);
  }

  @Override
  public void backup() {
    lost("another controller is primary");
  }

  @Override
  public void disconnected(Status reason) {
    lost(String.valueOf(reason.getDescription()));
  }

  private void lost(String why) {
    losses.incrementAndGet();
    alarms.raise(Alarm.Type.TARGET_UNREACHABLE, RESOURCE, why);
  }

  /** A request failed on a target that may still be there: nobody else would try again. */
  private void failed(P4RuntimeException failure) {
    log.debug("Not synchronised", failure);
    lost(String.valueOf(failure.getMessage()));
    CompletableFuture.delayedExecutor(retry.toNanos(), TimeUnit.NANOSECONDS, control)
        .execute(this::synchronise);
  }

  private synchronized void synchronise() {
    Session target = session;
    if (target == null || !target.isPrimary()) {
      return;
    }
    long before = losses.get();
    try {
      if (!target.pipelineCookie().equals(OptionalLong.of(target.pipeline().cookie()))) {
        target.pushPipeline();
        log.info("The target runs our pipeline now");
      }
      installed.clear();
      target.read(
          EnumSet.of(Entity.Kind.TABLE_ENTRY, Entity.Kind.MULTICAST_GROUP),
          entity -> installed.put(entity.key(), entity));
      Set<Entity> keys = new HashSet<>(installed.keySet());
      keys.addAll(wanted.keySet());
      install(target, keys);
      synchronisedAfter = before;
      if (synchronised()) {
        alarms.clear(Alarm.Type.TARGET_UNREACHABLE, RESOURCE);
      }
    } catch (P4RuntimeException e) {
      failed(e);
    }
  }

  /**
   * Makes the target agree on some keys, and on those that it refused before. Tells whether its
   * answers show that it holds something else than what we know of.
   */
  private boolean install(Session target, Set<Entity> keys) {
    keys.addAll(refused);
    List<Update> updates = Update.difference(at(installed, keys), at(wanted, keys));
    Map<Update, WriteException.Failure> failures = new HashMap<>();
    if (!updates.isEmpty()) {
      try {
        target.write(updates);
      } catch (WriteException e) {
        e.failures().forEach(failure -> failures.put(failure.update(), failure));
      }
    }
    Set<Entity> settled = new HashSet<>(refused);
    refused.clear();
    for (Update update : updates) {
      Entity key = update.entity().key();
      WriteException.Failure failure = failures.get(update);
      if (failure != null) {
        refused.add(key);
        alarms.raise(
            Alarm.Type.NOT_INSTALLED, key.toString(), failure.code() + ": " + failure.message());
      } else if (update.type() == Update.Type.DELETE) {
        installed.remove(key);
      } else {
        installed.put(key, update.entity());
      }
    }
    settled.removeAll(refused);
    settled.forEach(key -> alarms.clear(Alarm.Type.NOT_INSTALLED, key.toString()));
    return failures.values().stream()
        .map(WriteException.Failure::code)
        .anyMatch(code -> code == Status.Code.ALREADY_EXISTS || code == Status.Code.NOT_FOUND);
  }

  private static List<Entity> at(Map<Entity, Entity> entities, Set<Entity> keys) {
    List<Entity> found = new ArrayList<>();
    for (Entity key : keys) {
      @Nullable Entity entity = entities.get(key);
      if (entity != null) {
        found.add(entity);
      }
    }
    return found;
  }

  @Override
  public void close() {
    Session target = session;
    if (target != null) {
      target.close();
    }
    control.shutdownNow();
  }
}
