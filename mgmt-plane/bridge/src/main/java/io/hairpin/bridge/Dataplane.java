package io.hairpin.bridge;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.hairpin.p4runtime.client.DigestList;
import io.hairpin.p4runtime.client.Entity;
import io.hairpin.p4runtime.client.Listener;
import io.hairpin.p4runtime.client.MeterCell;
import io.hairpin.p4runtime.client.P4RuntimeException;
import io.hairpin.p4runtime.client.PacketIn;
import io.hairpin.p4runtime.client.Session;
import io.hairpin.p4runtime.client.TableEntry;
import io.hairpin.p4runtime.client.Update;
import io.hairpin.p4runtime.client.Value;
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
import java.util.function.Consumer;
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

  /** Who decides on what the dataplane teaches. */
  interface Learner {

    /** Takes what the dataplane asks to learn, without the lock. */
    void learn(DigestList digests);

    /**
     * Told, under the lock, all that a target holds which may have been on its own meanwhile.
     *
     * @return what was learnt and is still wanted
     */
    Collection<Entity> adopt(Collection<Entity> held);

    /** The cells of each meter that may have rates, given what else a target holds. */
    Map<String, Collection<Long>> meterCells(Collection<Entity> held);

    /** Gives, under the lock, the cells of counters to write before what is wanted is. */
    void beginCounts(Consumer<List<Entity>> write);

    /** Takes the keys of entries that were idle for their time-out, without the lock. */
    void idle(List<TableEntry> entries);

    /** Takes a packet-in, without the lock. */
    void received(PacketIn packet);
  }

  private final Object lock;
  private final Function<Listener, Session> connection;
  private final Learner learner;
  private final Alarms alarms;

  private final Duration retry;

  /** Reads and writes of the target, apart from the threads that tell of the connection. */
  private final ExecutorService control =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().name("dataplane").factory());

  /** By key. Guarded by the lock. */
  private final Map<Entity, Entity> wanted = new HashMap<>();

  /** What is wanted besides, by key, for as long as the target holds it. Guarded by the lock. */
  private final Map<Entity, Entity> learnt = new HashMap<>();

  /** By key. Set and changed under the lock, read without. */
  private volatile Map<Entity, Entity> installed = new ConcurrentHashMap<>();

  /** The keys of what the target refused; tried again with every write. Guarded by the lock. */
  private final Set<Entity> refused = new HashSet<>();

  /** Guards that the alarm TARGET_UNREACHABLE is raised exactly while it is not synchronised. */
  private final Object reach = new Object();

  /** Counts the times that the target was lost. */
  private final AtomicLong losses = new AtomicLong();

  /** The losses that there were when {@link #installed} was made to be what the target holds. */
  private volatile long synchronisedAfter = NEVER;

  /** Null until connected for the first time. Set under the lock. */
  private volatile @Nullable Session session;

  /**
   * Makes it.
   *
   * @param lock what guards the bridge's state, and this
   * @param base what is wanted always
   * @param learner hears what the dataplane teaches
   */
  Dataplane(
      Object lock,
      Function<Listener, Session> connection,
      Collection<Entity> base,
      Learner learner,
      Alarms alarms,
      Duration retry) {
    this.lock = lock;
    this.connection = connection;
    this.learner = learner;
    this.alarms = alarms;
    this.retry = retry;
    put(base);
  }

  void start() {
    synchronized (lock) {
      alarms.raise(Alarm.Type.TARGET_UNREACHABLE, RESOURCE, "not connected yet");
      session = connection.apply(this);
    }
  }

  /** Wants these entities and no others but what is learnt. For {@link Learner#adopt}. */
  void want(Collection<Entity> entities) {
    synchronized (lock) {
      wanted.clear();
      put(entities);
    }
  }

  /**
   * Wants other entities than before; returns when they are installed, or cannot be now. What was
   * learnt may be among those before.
   */
  void replace(Difference difference) {
    replace(difference.before(), difference.after());
  }

  /** Wants other entities than before, as {@link #replace(Difference)} does. */
  void replace(Collection<Entity> before, Collection<Entity> after) {
    synchronized (lock) {
      Set<Entity> keys = new HashSet<>();
      for (Entity entity : before) {
        keys.add(entity.key());
        wanted.remove(entity.key());
        learnt.remove(entity.key());
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
  }

  /** Wants entities that were learnt where the target takes them; tells the keys of these. */
  Set<Entity> learn(Collection<Entity> entities) {
    synchronized (lock) {
      Session target = session;
      if (target == null || !synchronised()) {
        return Set.of();
      }
      Set<Entity> keys = new HashSet<>();
      entities.forEach(entity -> keys.add(entity.key()));
      try {
        List<Update> updates = Update.difference(at(keys, installed), entities);
        Map<Update, WriteException.Failure> failures = write(target, updates);
        failures.keySet().forEach(update -> keys.remove(update.entity().key()));
        for (Entity entity : entities) {
          if (keys.contains(entity.key())) {
            learnt.put(entity.key(), entity);
          }
        }
        if (disagrees(failures)) {
          control.execute(this::synchronise);
        } else if (!failures.isEmpty()) {
          log.debug("Not learnt: {}", failures.values());
        }
        return keys;
      } catch (P4RuntimeException e) {
        failed(e);
        return Set.of();
      }
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

  /** What hit each entry of a table, by key; empty where the target does not tell. */
  Optional<Map<TableEntry, Count>> counts(String table) {
    Session target = session;
    if (target == null || !synchronised()) {
      return Optional.empty();
    }
    try {
      Map<TableEntry, Count> counts = new HashMap<>();
      target
          .readDirectCounters(table)
          .forEach((key, value) -> counts.put(key, new Count(value.packets(), value.bytes())));
      return Optional.of(counts);
    } catch (P4RuntimeException e) {
      log.warn("The counts of table {} cannot be read: {}", table, e.getMessage());
      return Optional.empty();
    }
  }

  /** How many packets hit each entry of a table, by key; empty where the target does not tell. */
  Map<TableEntry, Long> hits(String table) {
    Session target = session;
    if (target == null || !synchronised()) {
      return Map.of();
    }
    try {
      Map<TableEntry, Long> hits = new HashMap<>();
      target.readDirectCounters(table).forEach((key, value) -> hits.put(key, value.packets()));
      return hits;
    } catch (P4RuntimeException e) {
      log.warn("The hits of table {} cannot be read: {}", table, e.getMessage());
      return Map.of();
    }
  }

  /** Whether the target tells which of a table's entries were idle for their time-out. */
  boolean notifiesIdle(String table) {
    Session target = session;
    return target != null && target.pipeline().notifiesIdle(table);
  }

  /** For how long entries were idle, by key, as far as the target tells. */
  Map<TableEntry, Duration> idleTimes(Collection<TableEntry> entries) {
    Session target = session;
    if (target == null || !synchronised()) {
      return Map.of();
    }
    try {
      return target.readIdleTimes(entries);
    } catch (P4RuntimeException e) {
      log.warn("For how long entries were idle cannot be read: {}", e.getMessage());
      return Map.of();
    }
  }

  /** All that the target holds. */
  Collection<Entity> installed() {
    return synchronised() ? List.copyOf(installed.values()) : List.of();
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

  @Override
  public void digests(DigestList digests) {
    learner.learn(digests);
    Session target = session;
    if (target != null) {
      try {
        target.acknowledge(digests);
      } catch (P4RuntimeException e) {
        log.debug("Not acknowledged", e);
      }
    }
  }

  @Override
  public void idle(List<TableEntry> entries) {
    learner.idle(entries);
  }

  @Override
  public void packetIn(PacketIn packet) {
    learner.received(packet);
  }

  /** Sends a frame on a logical port, if the target can be reached. */
  void send(int port, ByteString frame) {
    Session target = session;
    if (target != null && synchronised()) {
      try {
        target.packetOut(frame, Map.of("marker", Value.of(0), "transmission_port", Value.of(port)));
      } catch (P4RuntimeException e) {
        log.debug("Not sent", e);
      }
    }
  }

  private void lost(String why) {
    synchronized (reach) {
      losses.incrementAndGet();
      alarms.raise(Alarm.Type.TARGET_UNREACHABLE, RESOURCE, why);
    }
  }

  /** A request failed on a target that may still be there: nobody else would try again. */
  private void failed(P4RuntimeException failure) {
    log.debug("Not synchronised", failure);
    lost(String.valueOf(failure.getMessage()));
    CompletableFuture.delayedExecutor(retry.toNanos(), TimeUnit.NANOSECONDS, control)
        .execute(this::synchronise);
  }

  private void synchronise() {
    synchronized (lock) {
      // Read first: whoever is primary after it and is not later loses the target once more.
      long before = losses.get();
      Session target = session;
      if (target == null || !target.isPrimary()) {
        return;
      }
      try {
        if (!target.pipelineCookie().equals(OptionalLong.of(target.pipeline().cookie()))) {
          target.pushPipeline();
          log.info("The target runs our pipeline now");
        }
        Map<Entity, Entity> held = new ConcurrentHashMap<>();
        target.read(
            EnumSet.of(
                Entity.Kind.DIGEST_CONFIG,
                Entity.Kind.TABLE_ENTRY,
                Entity.Kind.MULTICAST_GROUP,
                Entity.Kind.CLONE_SESSION),
            entity -> held.put(entity.key(), entity));
        learner
            .meterCells(List.copyOf(held.values()))
            .forEach(
                (meter, cells) ->
                    target.readMeter(meter, cells, entity -> held.put(entity.key(), entity)));
        // Before it is adopted: the one who does may write.
        installed = held;
        learnt.clear();
        learner.adopt(List.copyOf(installed.values())).forEach(e -> learnt.put(e.key(), e));
        held.replaceAll(
            (key, entity) ->
                entity instanceof MeterCell cell
                        && wanted.get(key) instanceof MeterCell rates
                        && cell.isRounded(rates)
                    ? rates
                    : entity);
        Set<Entity> keys = new HashSet<>(installed.keySet());
        keys.addAll(wanted.keySet());
        keys.addAll(learnt.keySet());
        install(target, keys);
        synchronized (reach) {
          synchronisedAfter = before;
          if (synchronised()) {
            alarms.clear(Alarm.Type.TARGET_UNREACHABLE, RESOURCE);
          }
        }
      } catch (P4RuntimeException e) {
        failed(e);
      }
    }
  }

  /**
   * Makes the target agree on some keys, and on those that it refused before. Tells whether its
   * answers show that it holds something else than what we know of.
   */
  private boolean install(Session target, Set<Entity> keys) {
    learner.beginCounts(cells -> begin(target, cells));
    keys.addAll(refused);
    List<Update> updates = difference(keys);
    Map<Update, WriteException.Failure> failures = write(target, updates);
    if (!failures.isEmpty() && updates.getLast().type() == Update.Type.DELETE) {
      // What did not fit beside what it replaces may fit now.
      failures = write(target, difference(keys));
    }
    Set<Entity> settled = new HashSet<>(refused);
    refused.clear();
    failures.forEach(
        (update, failure) -> {
          Entity key = update.entity().key();
          refused.add(key);
          alarms.raise(
              Alarm.Type.NOT_INSTALLED, key.toString(), failure.code() + ": " + failure.message());
        });
    settled.removeAll(refused);
    settled.forEach(key -> alarms.clear(Alarm.Type.NOT_INSTALLED, key.toString()));
    return disagrees(failures);
  }

  private List<Update> difference(Set<Entity> keys) {
    return Update.difference(at(keys, installed), at(keys, wanted, learnt));
  }

  private static void begin(Session target, List<Entity> counters) {
    try {
      target.write(counters.stream().map(Update::modify).toList());
    } catch (WriteException e) {
      log.warn("What is new is counted with what others had counted: {}", e.getMessage());
    }
  }

  /** Writes, and notes what the target holds then; tells what it refused. */
  private Map<Update, WriteException.Failure> write(Session target, List<Update> updates) {
    Map<Update, WriteException.Failure> failures = new HashMap<>();
    if (!updates.isEmpty()) {
      try {
        target.write(updates);
      } catch (WriteException e) {
        e.failures().forEach(failure -> failures.put(failure.update(), failure));
      }
    }
    for (Update update : updates) {
      if (failures.containsKey(update)) {
        continue;
      }
      if (update.type() == Update.Type.DELETE) {
        installed.remove(update.entity().key());
      } else {
        installed.put(update.entity().key(), update.entity());
      }
    }
    return failures;
  }

  private static boolean disagrees(Map<Update, WriteException.Failure> failures) {
    return failures.values().stream()
        .map(WriteException.Failure::code)
        .anyMatch(code -> code == Status.Code.ALREADY_EXISTS || code == Status.Code.NOT_FOUND);
  }

  /** The entities of some keys, each from the first map that has it. */
  @SafeVarargs
  private static List<Entity> at(Set<Entity> keys, Map<Entity, Entity>... maps) {
    List<Entity> found = new ArrayList<>();
    for (Entity key : keys) {
      for (Map<Entity, Entity> map : maps) {
        @Nullable Entity entity = map.get(key);
        if (entity != null) {
          found.add(entity);
          break;
        }
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
