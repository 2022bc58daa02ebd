package io.hairpin.bridge;

import io.hairpin.bridge.ConfigurationObject.BridgePort;
import io.hairpin.bridge.ConfigurationObject.FilteringDatabase;
import io.hairpin.bridge.ConfigurationObject.Interface;
import io.hairpin.bridge.ConfigurationObject.InterfaceKey;
import io.hairpin.bridge.ConfigurationObject.ObjectKey;
import io.hairpin.bridge.ConfigurationObject.SChannel;
import io.hairpin.bridge.QualityOfService.Policer;
import io.hairpin.bridge.QualityOfService.PolicerKey;
import io.hairpin.bridge.Trips.Cause;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The configuration, and how the dataplane should take it while ports are held back. Changed under
 * the bridge's lock; an object can be looked up without.
 */
final class Configured {

  private final Map<ObjectKey, ConfigurationObject> objects = new ConcurrentHashMap<>();
  private final LogicalPorts ports;
  private final Trips trips;

  Configured(LogicalPorts ports, Trips trips) {
    this.ports = ports;
    this.trips = trips;
  }

  /** Every object, by its key. */
  Map<ObjectKey, ConfigurationObject> all() {
    return Collections.unmodifiableMap(objects);
  }

  @Nullable ConfigurationObject get(ObjectKey key) {
    return objects.get(key);
  }

  /** Takes in an object; an S-channel gets the number of a logical port. */
  void put(ConfigurationObject object) {
    objects.put(object.key(), object);
    if (object instanceof Interface of) {
      SChannel channel = of.sChannel();
      if (channel == null) {
        ports.remove(of.name());
      } else {
        ports.put(of.name(), channel);
      }
    }
  }

  void remove(ObjectKey key) {
    objects.remove(key);
    if (key instanceof InterfaceKey(String name)) {
      ports.remove(name);
    }
  }

  /**
   * An object as the dataplane should take it: an S-channel is enabled only where its port is.
   * Under the bridge's lock, which guards what ports are held back for.
   */
  @Nullable ConfigurationObject effective(ObjectKey key) {
    ConfigurationObject object = get(key);
    if (!(object instanceof Interface of)) {
      return object;
    }
    SChannel channel = of.sChannel();
    return !isShut(of)
            && (channel == null
                || (effective(new InterfaceKey(channel.port())) instanceof Interface port
                    && port.enabled()
                    && port.sComponent()))
        ? of
        : of.disabled();
  }

  /** Whether what holds a port back takes it out of service. */
  private boolean isShut(Interface of) {
    return of.protection().shutdown() && !trips.of(of.name()).isEmpty();
  }

  /** Whether a port relays nothing, by its state. Under the bridge's lock. */
  boolean isBlocked(ObjectKey key) {
    return key instanceof InterfaceKey(String name) && trips.of(name).contains(Cause.BPDU);
  }

  /** The interface that is a logical port. */
  Optional<Interface> at(int port) {
    return ports
        .name(port)
        .map(name -> objects.get(new InterfaceKey(name)))
        .map(object -> (Interface) object);
  }

  /** What a logical port does as a port of the bridge. */
  Optional<BridgePort> bridgePort(int port) {
    return at(port).map(Interface::bridgePort);
  }

  @Nullable Policer policer(String name) {
    return objects.get(new PolicerKey(name)) instanceof Policer policer ? policer : null;
  }

  /** How long a learnt entry stays without a frame from its station. */
  Duration ageingTime() {
    return objects.getOrDefault(FilteringDatabase.DEFAULT.key(), FilteringDatabase.DEFAULT)
            instanceof FilteringDatabase database
        ? database.ageingTime()
        : FilteringDatabase.DEFAULT.ageingTime();
  }
}
