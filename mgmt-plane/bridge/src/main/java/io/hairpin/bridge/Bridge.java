package io.hairpin.bridge;

import com.google.protobuf.ByteString;
import io.hairpin.bridge.ConfigurationObject.BridgePort;
import io.hairpin.bridge.ConfigurationObject.Interface;
import io.hairpin.bridge.ConfigurationObject.InterfaceKey;
import io.hairpin.bridge.ConfigurationObject.ObjectKey;
import io.hairpin.bridge.ConfigurationObject.SChannel;
import io.hairpin.bridge.ConfigurationObject.SampleCollector;
import io.hairpin.bridge.ConfigurationObject.SampleCollectorKey;
import io.hairpin.bridge.ConfigurationObject.Vlan;
import io.hairpin.bridge.ConfigurationObject.VlanKey;
import io.hairpin.bridge.Ports.Port;
import io.hairpin.bridge.QualityOfService.Policer;
import io.hairpin.bridge.multicast.InvalidMessageException;
import io.hairpin.bridge.multicast.Snooping;
import io.hairpin.bridge.multicast.Snooping.Host;
import io.hairpin.p4runtime.client.DigestList;
import io.hairpin.p4runtime.client.Entity;
import io.hairpin.p4runtime.client.Listener;
import io.hairpin.p4runtime.client.PacketIn;
import io.hairpin.p4runtime.client.Session;
import io.hairpin.p4runtime.client.TableEntry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An edge virtual bridge (802.1Q clause 40) on a P4Runtime target: keeps the target at what the
 * configuration wants, and tells the state. It knows neither which target it drives nor how its
 * configuration arrives. Safe for use by several threads.
 */
public final class Bridge implements AutoCloseable {

  /** After a request failed on a target that is connected. */
  private static final Duration RETRY = Duration.ofSeconds(5);

  private static final Logger log = LoggerFactory.getLogger(Bridge.class);

  /** Guards the configuration with what was learnt and what the target should hold. */
  private final Object lock = new Object();

  private final Ports ports;
  private final Alarms alarms;
  private final Intent intent;
  private final Dataplane dataplane;
  private final LogicalPorts logicalPorts;
  private final Configured configured;
  private final int cpuPort;
  private final BridgeAddress address;
  private final ConfigurationAlarms configurationAlarms;
  private final PortGuard guard;
  private final LearningProcess learning;
  private final BridgeState state;

  /** Guarded by the lock. */
  private final Attachments attachments;

  /** Guarded by the lock. */
  private final GroupForwarding groups;

  private final ScheduledExecutorService everySecond =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("bridge").factory());

  private final Sampler sampler;

  /** Who is told what changes. */
  private final List<Runnable> followers = new CopyOnWriteArrayList<>();

  /**
   * Makes a bridge that holds no configuration yet and is not connected.
   *
   * @param ports the target's ports
   * @param cpuPort the number of the target's CPU port
   * @param connection opens the session with the target, given who listens to it
   * @param clock tells when alarms are raised
   */
  public Bridge(
      Ports ports, int cpuPort, Function<Listener, Session> connection, InstantSource clock) {
    this(ports, cpuPort, connection, clock, RETRY);
  }

  Bridge(
      Ports ports,
      int cpuPort,
      Function<Listener, Session> connection,
      InstantSource clock,
      Duration retry) {
    this.ports = ports;
    this.cpuPort = cpuPort;
    alarms = new Alarms(clock, this::changed);
    logicalPorts =
        new LogicalPorts(ports.list().stream().collect(Collectors.toMap(Port::name, Port::number)));
    Trips trips = new Trips();
    configured = new Configured(logicalPorts, trips);
    intent = new Intent(logicalPorts, cpuPort, configured::policer);
    configurationAlarms = new ConfigurationAlarms(alarms, intent, this::portNames);
    address = new BridgeAddress(ports);
    sampler = new Sampler(clock);
    attachments = new Attachments(logicalPorts, cpuPort);
    groups =
        new GroupForwarding(
            logicalPorts,
            cpuPort,
            new Snooping(
                clock,
                port -> configured.bridgePort(port).map(of -> of.groups().fastLeave()).orElse(true),
                port -> configured.bridgePort(port).map(of -> of.groups().limit()).orElse(0)));
    dataplane =
        new Dataplane(
            lock, connection, Intent.base(cpuPort, address.value()), new Learner(), alarms, retry);
    guard =
        new PortGuard(
            lock, configured, logicalPorts, trips, address, dataplane, alarms, clock, this::derive);
    learning = new LearningProcess(lock, configured, logicalPorts, dataplane, clock, guard::moved);
    state =
        new BridgeState(
            lock, ports, configured, logicalPorts, dataplane, trips, attachments, groups);
    ports.follow(this::changed);
  }

  private void changed() {
    followers.forEach(Runnable::run);
  }

  /** A change that the bridge can take. */
  @FunctionalInterface
  public interface Prepared {

    /**
     * Takes the change. Returns when it is installed, or when the target cannot be reached or
     * refused a part of it, which an alarm then tells; it is installed when the target is back.
     */
    void apply();
  }

  /**
   * Takes over a configuration that was accepted before. What names a port which the switch does
   * not have is kept and not applied, with an alarm.
   *
   * @param objects the whole configuration
   */
  public void start(List<ConfigurationObject> objects) {
    apply(new Change(objects, List.of()));
    dataplane.start();
    var _ = everySecond.scheduleWithFixedDelay(this::tick, 1, 1, TimeUnit.SECONDS);
  }

  /** What is done every second, once at a time, each thing whatever becomes of the others. */
  synchronized void tick() {
    attempt("The recovery of ports", guard::recover);
    attempt("The search for loops", guard::probe);
    attempt("The watch on floods", guard::watchFloods);
    attempt("The expiry of group memberships", this::expireGroups);
    attempt("Another ageing time for what was learnt", learning::renewTimeouts);
    attempt("Ageing", learning::poll);
  }

  private static void attempt(String what, Runnable work) {
    try {
      work.run();
    } catch (RuntimeException | Error e) { // An error would end the schedule without a word.
      log.error("{} failed; it is tried again in a second", what, e);
    }
  }

  /**
   * Checks a change against the present configuration.
   *
   * @param change the change
   * @return the change, ready to be taken
   * @throws InvalidConfigurationException where it names a port, for the first time, that the
   *     switch does not have, a port both in the tagged and in the untagged set of a VLAN,
   *     S-channels that cannot be beside each other or that something else still names, an access
   *     list that matches what its type does not allow or is attached where it cannot do what it
   *     says, or more sequences of attached access lists, or policers that these name, than the
   *     pipeline has numbers for
   */
  public Prepared prepare(Change change) throws InvalidConfigurationException {
    synchronized (lock) {
      new ConfigurationCheck(configured.all(), logicalPorts, portNames(), change).run();
      attachments.check(change);
    }
    return () -> apply(change);
  }

  /**
   * Goes back to what was configured before, which is not checked again: what has become impossible
   * since is reported as at the start.
   *
   * @param change the change
   * @return the change, ready to be taken
   */
  public Prepared restore(Change change) {
    return () -> apply(change);
  }

  private String portNames() {
    List<String> names = ports.list().stream().map(Port::name).toList();
    return names.isEmpty() ? "none" : String.join(", ", names);
  }

  /** What there was of an object before a change. */
  record Before(@Nullable ConfigurationObject effective, OptionalInt number, boolean blocked) {}

  private void apply(Change change) {
    synchronized (lock) {
      Set<ObjectKey> affected = affected(change);
      Duration ageingTime = configured.ageingTime();
      derive(
          affected,
          () -> {
            change.removed().forEach(this::remove);
            change.put().forEach(this::put);
          });
      if (!ageingTime.equals(configured.ageingTime())) {
        learning.renew();
      }
      affected.forEach(key -> configurationAlarms.note(key, configured.get(key)));
      guard.begin(change.put());
    }
  }

  /** Changes something, and brings the dataplane to what follows from it for some objects. */
  private void derive(Set<ObjectKey> affected, Runnable change) {
    Map<ObjectKey, Before> before = new LinkedHashMap<>();
    Difference difference = new Difference();
    for (ObjectKey key : affected) {
      difference.before().addAll(entities(key));
      before.put(
          key, new Before(configured.effective(key), number(key), configured.isBlocked(key)));
    }
    change.run();
    before.forEach(
        (key, was) -> {
          difference.before().addAll(learning.flushed(was, key));
          difference.after().addAll(entities(key));
        });
    difference.add(attachments.apply(affected, configured.all()));
    regroup(before, difference);
    dataplane.replace(difference);
    changed();
  }

  /** What becomes of groups where VLANs changed, or ports that carry no frames any more. */
  private void regroup(Map<ObjectKey, Before> affected, Difference difference) {
    Map<Integer, Optional<Vlan>> vlans = new LinkedHashMap<>();
    affected.forEach(
        (key, was) -> {
          if (key instanceof VlanKey(int vid)) {
            vlans.put(vid, Optional.ofNullable((Vlan) configured.get(key)));
          } else if (was.number().isPresent() && !carries(key)) {
            difference.add(groups.forgetPort(was.number().getAsInt()));
          }
        });
    difference.add(groups.configure(vlans));
  }

  private boolean carries(ObjectKey key) {
    return configured.effective(key) instanceof Interface of
        && of.enabled()
        && of.bridgePort() != null
        && !configured.isBlocked(key);
  }

  /** What a change is about, and what depends on that. */
  private Set<ObjectKey> affected(Change change) {
    Set<ObjectKey> affected = new LinkedHashSet<>(change.removed());
    for (ConfigurationObject object : change.put()) {
      affected.add(object.key());
      if (object instanceof Policer policer) {
        configured
            .all()
            .forEach(
                (key, other) -> {
                  if (other instanceof QualityOfService qos
                      && policer.name().equals(qos.policer())) {
                    affected.add(key);
                  }
                });
      }
      SChannel old = channelOf(configured.get(object.key()));
      SChannel now = channelOf(object);
      if (old != null && (now == null || !now.port().equals(old.port()))) {
        String name = ((Interface) object).name();
        configured
            .all()
            .forEach(
                (key, other) -> {
                  if (ConfigurationCheck.named(other).contains(name)) {
                    affected.add(key);
                  }
                });
      }
    }
    return logicalPorts.withChannels(affected);
  }

  private static @Nullable SChannel channelOf(@Nullable ConfigurationObject object) {
    return object instanceof Interface of ? of.sChannel() : null;
  }

  private OptionalInt number(ObjectKey key) {
    return key instanceof InterfaceKey(String name)
        ? logicalPorts.number(name)
        : OptionalInt.empty();
  }

  private void put(ConfigurationObject object) {
    ConfigurationObject old = configured.get(object.key());
    if (object instanceof Interface of && !of.equals(old)) {
      guard.letGo(of.name());
    }
    configured.put(object);
  }

  private void remove(ObjectKey key) {
    if (key instanceof InterfaceKey(String name)) {
      guard.letGo(name);
    }
    configured.remove(key);
  }

  private List<Entity> entities(ObjectKey key) {
    ConfigurationObject object = configured.effective(key);
    List<Entity> entities = object == null ? List.of() : intent.of(object);
    return configured.isBlocked(key) ? Intent.blocking(entities) : entities;
  }

  /**
   * Forgets what was learnt (802.1Q 8.8.3). What is left out stands for any.
   *
   * @param port the name of the port on which it was learnt
   * @param vid the VLAN in whose FID it was learnt
   * @param address the station's MAC address, in the low 48 bits
   * @return how many entries were forgotten
   * @throws IllegalArgumentException if there is no such port or VLAN
   */
  public int flush(Optional<String> port, OptionalInt vid, OptionalLong address) {
    synchronized (lock) {
      OptionalInt number = OptionalInt.empty();
      if (port.isPresent()) {
        number = logicalPorts.number(port.get());
        if (number.isEmpty()) {
          throw new IllegalArgumentException(
              "there is no port '" + port.get() + "'; the switch has " + portNames());
        }
      }
      OptionalInt fid = OptionalInt.empty();
      if (vid.isPresent()) {
        if (!(configured.get(new VlanKey(vid.getAsInt())) instanceof Vlan vlan)) {
          throw new IllegalArgumentException("there is no VLAN " + vid.getAsInt());
        }
        fid = OptionalInt.of(vlan.fid());
      }
      return learning.flush(number.orElse(0), fid.orElse(0), address);
    }
  }

  /** What decides on what the dataplane teaches. */
  private final class Learner implements Dataplane.Learner {

    @Override
    public void learn(DigestList digests) {
      learning.learn(digests);
    }

    @Override
    public void idle(List<TableEntry> entries) {
      learning.idle(entries);
    }

    private void hear(int port, byte[] frame) {
      try {
        synchronized (lock) {
          MembershipFrame membership =
              MembershipFrame.of(
                  frame, configured.bridgePort(port).map(of -> of.admission().pvid()).orElse(0));
          dataplane.replace(
              groups.receive(
                  membership.vid(), new Host(port, membership.source()), membership.message()));
        }
      } catch (InvalidMessageException e) {
        log.debug("Membership message on logical port {}: {}", port, e.getMessage());
      }
    }

    @Override
    public Map<String, Collection<Long>> meterCells(Collection<Entity> held) {
      Set<Integer> numbers = new HashSet<>(logicalPorts.numbers());
      numbers.addAll(Intent.channels(held).values());
      return Intent.meterCells(numbers, held);
    }

    @Override
    public void beginCounts(Consumer<List<Entity>> write) {
      attachments.beginCounts(write);
    }

    @Override
    public void received(PacketIn packet) {
      int port = (int) packet.metadata("reception_port").toLong();
      switch ((int) packet.metadata("reason").toLong()) {
        case Intent.TRAP_SAMPLE -> sampled(port, packet.payload());
        case Intent.TRAP_PROBE -> guard.looped(port, packet.payload());
        case Intent.MEMBERSHIP -> hear(port, packet.payload().toByteArray());
        default -> {
          if (ControlFrames.isBpdu(packet.payload())) {
            guard.bpdu(port);
          }
        }
      }
    }

    private void sampled(int port, ByteString frame) {
      @Nullable BridgePort sampling = configured.at(port).map(Interface::bridgePort).orElse(null);
      if (sampling != null
          && sampling.samplingRate() > 0
          && configured.get(new SampleCollectorKey()) instanceof SampleCollector collector) {
        sampler.send(collector, port, sampling.samplingRate(), frame);
      }
    }

    @Override
    public Collection<Entity> adopt(Collection<Entity> held) {
      boolean renamed = address.adopt(held);
      boolean renumbered = logicalPorts.adopt(Intent.channels(held));
      Difference difference = attachments.adopt(held);
      difference.add(groups.adopt(held));
      if (renumbered || renamed) {
        List<Entity> all = new ArrayList<>(Intent.base(cpuPort, address.value()));
        configured.all().keySet().forEach(key -> all.addAll(entities(key)));
        all.addAll(difference.after());
        dataplane.want(all);
      } else {
        dataplane.replace(difference);
      }
      return learning.adopt(held);
    }
  }

  /** Ends group memberships that were not told again in time. */
  private void expireGroups() {
    synchronized (lock) {
      Difference difference = groups.expire();
      if (!difference.isEmpty()) {
        dataplane.replace(difference);
      }
    }
  }

  /**
   * Tells what is wrong now.
   *
   * @return the alarms that are raised
   */
  public List<Alarm> alarms() {
    return alarms.list();
  }

  /**
   * Asks to be told when {@link #alarms()} has changed, or of {@link BridgeState#ports()} what is
   * neither a count nor a speed or address of a port.
   *
   * @param changed is called after each change, by any thread and perhaps without one; returns at
   *     once
   */
  public void follow(Runnable changed) {
    followers.add(changed);
  }

  /**
   * Tells of the bridge's state.
   *
   * @return what reads it
   */
  public BridgeState state() {
    return state;
  }

  /** What is learnt, and ages. */
  LearningProcess learning() {
    return learning;
  }

  /** Leaves the target, which goes on by what it holds. */
  @Override
  public void close() {
    everySecond.shutdownNow();
    sampler.close();
    dataplane.close();
  }
}
