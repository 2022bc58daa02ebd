package io.hairpin.bridge;

import io.hairpin.bridge.ConfigurationObject.BridgePort;
import io.hairpin.bridge.ConfigurationObject.Interface;
import io.hairpin.bridge.ConfigurationObject.InterfaceKey;
import io.hairpin.bridge.ConfigurationObject.ObjectKey;
import io.hairpin.bridge.ConfigurationObject.ReflectiveRelay;
import io.hairpin.bridge.ConfigurationObject.StaticEntry;
import io.hairpin.bridge.ConfigurationObject.Vlan;
import io.hairpin.bridge.Discard.Side;
import io.hairpin.bridge.PortState.Counters;
import io.hairpin.bridge.Ports.Port;
import io.hairpin.p4runtime.client.Entity;
import io.hairpin.p4runtime.client.Listener;
import io.hairpin.p4runtime.client.Session;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An edge virtual bridge (802.1Q clause 40) on a P4Runtime target: keeps the target at what the
 * configuration wants, and tells the state. It knows neither which target it drives nor how its
 * configuration arrives. Safe for use by several threads.
 */
public final class Bridge implements AutoCloseable {

  private static final List<String> PORT_COUNTERS =
      List.of("received", "transmitted", "reflected", "ingress_suppressed", "egress_suppressed");

  /** After a request failed on a target that is connected. */
  private static final Duration RETRY = Duration.ofSeconds(5);

  private static final List<Long> REASONS =
      Stream.of(DiscardReason.values()).map(DiscardReason::index).toList();

  private final Ports ports;
  private final Alarms alarms;
  private final Intent intent;
  private final Dataplane dataplane;
  private final Map<ObjectKey, ConfigurationObject> configuration = new ConcurrentHashMap<>();

  /** By each port that the switch does not have, the objects that name it. */
  private final Map<String, Set<ObjectKey>> missing = new HashMap<>();

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
    alarms = new Alarms(clock);
    intent = new Intent(ports.list().stream().collect(Collectors.toMap(Port::name, Port::number)));
    dataplane = new Dataplane(connection, Intent.base(cpuPort), alarms, retry);
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
  }

  /**
   * Checks a change against the present configuration.
   *
   * @param change the change
   * @return the change, ready to be taken
   * @throws InvalidConfigurationException where it names a port, for the first time, that the
   *     switch does not have, or a port both in the tagged and in the untagged set of a VLAN
   */
  public synchronized Prepared prepare(Change change) throws InvalidConfigurationException {
    for (ConfigurationObject object : change.put()) {
      checkPorts(object);
      if (object instanceof Vlan vlan) {
        for (String name : vlan.tagged()) {
          if (vlan.untagged().contains(name)) {
            throw new InvalidConfigurationException(
                vlan.key(),
                "untagged-port",
                name,
                vlan.key() + ": '" + name + "' is a tagged-port already; it can be one of the two");
          }
        }
      }
    }
    return () -> apply(change);
  }

  private void checkPorts(ConfigurationObject object) throws InvalidConfigurationException {
    ConfigurationObject before = configuration.get(object.key());
    Set<String> unknown = intent.missing(object);
    if (before != null) {
      unknown.removeAll(intent.missing(before));
    }
    for (String name : unknown) {
      String attribute =
          switch (object) {
            case Interface _ -> "name";
            case Vlan vlan -> vlan.tagged().contains(name) ? "tagged-port" : "untagged-port";
            case StaticEntry _ -> "port";
          };
      throw new InvalidConfigurationException(
          object.key(),
          attribute,
          name,
          object.key() + ": there is no port '" + name + "'; the switch has " + portNames());
    }
  }

  private String portNames() {
    List<String> names = ports.list().stream().map(Port::name).toList();
    return names.isEmpty() ? "none" : String.join(", ", names);
  }

  private synchronized void apply(Change change) {
    List<Entity> before = new ArrayList<>();
    List<Entity> after = new ArrayList<>();
    for (ObjectKey key : change.removed()) {
      before.addAll(entities(configuration.remove(key)));
      note(key, null);
    }
    for (ConfigurationObject object : change.put()) {
      before.addAll(entities(configuration.put(object.key(), object)));
      after.addAll(intent.of(object));
      note(object.key(), object);
    }
    dataplane.replace(before, after);
  }

  private List<Entity> entities(@Nullable ConfigurationObject object) {
    return object == null ? List.of() : intent.of(object);
  }

  private void note(ObjectKey key, @Nullable ConfigurationObject object) {
    Set<String> named = object == null ? Set.of() : intent.missing(object);
    missing
        .entrySet()
        .removeIf(
            entry -> {
              if (!named.contains(entry.getKey())
                  && entry.getValue().remove(key)
                  && entry.getValue().isEmpty()) {
                alarms.clear(Alarm.Type.PORT_MISSING, entry.getKey());
                return true;
              }
              return false;
            });
    for (String name : named) {
      missing.computeIfAbsent(name, _ -> new HashSet<>()).add(key);
      alarms.raise(
          Alarm.Type.PORT_MISSING,
          name,
          "configured, and the switch has " + portNames() + "; what depends on it is not applied");
    }
    if (key instanceof InterfaceKey(String name)) {
      if (object instanceof Interface networkInterface && reflects(networkInterface)) {
        alarms.raise(
            Alarm.Type.REFLECTIVE_RELAY_FORCED,
            name,
            "reflects whether the station asks for it or not");
      } else {
        alarms.clear(Alarm.Type.REFLECTIVE_RELAY_FORCED, name);
      }
    }
  }

  private static boolean reflects(Interface networkInterface) {
    BridgePort port = networkInterface.bridgePort();
    return networkInterface.enabled()
        && port != null
        && port.reflectiveRelay() == ReflectiveRelay.FORCED;
  }

  /**
   * Tells the state of every port.
   *
   * @return the ports, in the order of their numbers
   */
  public List<PortState> ports() {
    List<Port> all = ports.list();
    Map<String, Map<Long, Count>> counts = new HashMap<>();
    for (String counter : PORT_COUNTERS) {
      counts.put(
          counter,
          dataplane.count(counter, all.stream().map(port -> (long) port.number()).toList()));
    }
    List<PortState> states = new ArrayList<>();
    for (Port port : all) {
      Interface configured =
          configuration.get(new InterfaceKey(port.name())) instanceof Interface networkInterface
              ? networkInterface
              : new Interface(port.name(), true, null);
      states.add(
          new PortState(
              port,
              configured.enabled(),
              configured.bridgePort() != null,
              reflectiveRelay(port),
              counters(counts, port.number())));
    }
    return states;
  }

  private Optional<Boolean> reflectiveRelay(Port port) {
    return dataplane.synchronised()
        ? Optional.of(
            dataplane
                .installed(Intent.reception(port.number()))
                .map(Intent::reflects)
                .orElse(false))
        : Optional.empty();
  }

  private static Optional<Counters> counters(Map<String, Map<Long, Count>> counts, long port) {
    List<Count> values = new ArrayList<>();
    for (String counter : PORT_COUNTERS) {
      Count value = counts.getOrDefault(counter, Map.of()).get(port);
      if (value == null) {
        return Optional.empty();
      }
      values.add(value);
    }
    return Optional.of(
        new Counters(
            values.get(0), values.get(1), values.get(2), values.get(3).plus(values.get(4))));
  }

  /**
   * Tells what the target discarded.
   *
   * @return the counts by side and reason; none where the target does not tell
   */
  public List<Discard> discards() {
    List<Discard> discards = new ArrayList<>();
    for (Side side : Side.values()) {
      Map<Long, Count> counts =
          dataplane.count(side.name().toLowerCase(Locale.ROOT) + "_discards", REASONS);
      counts.forEach(
          (index, count) -> discards.add(new Discard(side, DiscardReason.at(index), count)));
    }
    return discards;
  }

  /**
   * Tells what is wrong now.
   *
   * @return the alarms that are raised
   */
  public List<Alarm> alarms() {
    return alarms.list();
  }

  /** Leaves the target, which goes on by what it holds. */
  @Override
  public void close() {
    dataplane.close();
  }
}
