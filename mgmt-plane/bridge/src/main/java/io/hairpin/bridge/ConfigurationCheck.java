package io.hairpin.bridge;

import io.hairpin.bridge.Attachment.PortPoint;
import io.hairpin.bridge.ConfigurationObject.FilteringDatabase;
import io.hairpin.bridge.ConfigurationObject.Interface;
import io.hairpin.bridge.ConfigurationObject.InterfaceKey;
import io.hairpin.bridge.ConfigurationObject.ObjectKey;
import io.hairpin.bridge.ConfigurationObject.SChannel;
import io.hairpin.bridge.ConfigurationObject.SampleCollector;
import io.hairpin.bridge.ConfigurationObject.StaticEntry;
import io.hairpin.bridge.ConfigurationObject.Vlan;
import io.hairpin.bridge.QualityOfService.Policer;
import io.hairpin.bridge.multicast.Snooping;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether the configuration that a change leads to can be. */
final class ConfigurationCheck {

  /** 802.1Q 43.3.4: the S-channels that one CDCP TLV holds. */
  static final int CHANNELS_OF_A_PORT = 167;

  private final Map<ObjectKey, ConfigurationObject> before;
  private final LogicalPorts ports;
  private final String portNames;
  private final Change change;
  private final Map<ObjectKey, @Nullable ConfigurationObject> changed = new LinkedHashMap<>();

  ConfigurationCheck(
      Map<ObjectKey, ConfigurationObject> before,
      LogicalPorts ports,
      String portNames,
      Change change) {
    this.before = before;
    this.ports = ports;
    this.portNames = portNames;
    this.change = change;
    change.removed().forEach(key -> changed.put(key, null));
    change.put().forEach(object -> changed.put(object.key(), object));
  }

  void run() throws InvalidConfigurationException {
    boolean channels = false;
    for (ConfigurationObject object : change.put()) {
      checkPorts(object);
      if (object instanceof Vlan vlan) {
        checkOneSet(vlan);
        checkGroups(vlan);
      }
      if (object instanceof MirrorSession session) {
        checkDestinations(session);
      }
      if (object instanceof Policer policer) {
        checkRates(policer);
      }
      channels |= concernsChannels(object) || concernsChannels(before.get(object.key()));
    }
    for (ObjectKey key : change.removed()) {
      channels |= concernsChannels(before.get(key));
    }
    if (channels) {
      checkChannels();
      checkMentions();
    }
  }

  private static void checkOneSet(Vlan vlan) throws InvalidConfigurationException {
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

  private static void checkRates(Policer policer) throws InvalidConfigurationException {
    if (policer.peakRate() < policer.committedRate()) {
      throw new InvalidConfigurationException(
          policer.key(),
          "peak-information-rate",
          Long.toString(policer.peakRate()),
          "%s: peak-information-rate %d is below committed-information-rate %d; it is that or more"
              .formatted(policer.key(), policer.peakRate(), policer.committedRate()));
    }
  }

  private void checkDestinations(MirrorSession session) throws InvalidConfigurationException {
    for (String name : session.destinations()) {
      if (!ports.isPhysical(name)) {
        throw new InvalidConfigurationException(
            session.key(),
            "destination-port",
            name,
            session.key() + ": '" + name + "' is no physical port; copies leave by these only");
      }
    }
  }

  private static void checkGroups(Vlan vlan) throws InvalidConfigurationException {
    for (long mac : vlan.multicast().staticGroups().keySet()) {
      if (Snooping.isAlwaysFlooded(mac)) {
        String address = MacAddress.format(mac);
        throw new InvalidConfigurationException(
            vlan.key(),
            "multicast",
            address,
            vlan.key() + ": frames to " + address + " are always flooded; no entry limits them");
      }
    }
  }

  private void checkPorts(ConfigurationObject object) throws InvalidConfigurationException {
    ConfigurationObject old = before.get(object.key());
    Set<String> named = named(object);
    if (old != null) {
      named.removeAll(named(old));
    }
    for (String name : named) {
      if (exists(name)) {
        continue;
      }
      String attribute =
          switch (object) {
            case Interface of -> of.sChannel() == null ? "name" : "s-channel";
            case Vlan vlan when vlan.tagged().contains(name) -> "tagged-port";
            case Vlan vlan when vlan.untagged().contains(name) -> "untagged-port";
            case Vlan _ -> "multicast";
            case StaticEntry _ -> "port";
            case AccessList _ -> "name";
            case Attachment _ -> "interface-id";
            case MirrorSession _ -> "id";
            case QualityOfService _ -> "name";
            case FilteringDatabase _, SampleCollector _ ->
                throw new IllegalStateException("It names no port");
          };
      throw new InvalidConfigurationException(
          object.key(),
          attribute,
          name,
          object.key() + ": there is no port '" + name + "'; the switch has " + portNames);
    }
  }

  /** The ports and S-channels that an object needs. */
  static Set<String> named(ConfigurationObject object) {
    Set<String> named = new LinkedHashSet<>();
    switch (object) {
      case Interface of -> named.add(of.sChannel() == null ? of.name() : of.sChannel().port());
      case Vlan vlan -> {
        named.addAll(vlan.tagged());
        named.addAll(vlan.untagged());
        named.addAll(vlan.multicast().routerPorts());
        vlan.multicast().staticGroups().values().forEach(named::addAll);
      }
      case StaticEntry entry -> {
        String port = entry.port();
        if (port != null) {
          named.add(port);
        }
      }
      case AccessList list -> named.addAll(list.portNames());
      case MirrorSession session -> named.addAll(session.portNames());
      case Attachment(PortPoint(String name), _, _) -> named.add(name);
      case QualityOfService.Port port -> {
        if (!port.isDefault()) {
          named.add(port.name());
        }
      }
      case Attachment _, FilteringDatabase _, QualityOfService _, SampleCollector _ -> {}
    }
    return named;
  }

  private boolean exists(String name) {
    return ports.isPhysical(name) || channel(after(new InterfaceKey(name))) != null;
  }

  private @Nullable ConfigurationObject after(ObjectKey key) {
    return changed.containsKey(key) ? changed.get(key) : before.get(key);
  }

  private static boolean concernsChannels(@Nullable ConfigurationObject object) {
    return object instanceof Interface of && (of.sComponent() || of.sChannel() != null);
  }

  private static @Nullable SChannel channel(@Nullable ConfigurationObject object) {
    return object instanceof Interface of ? of.sChannel() : null;
  }

  private List<ConfigurationObject> all() {
    Map<ObjectKey, ConfigurationObject> all = new LinkedHashMap<>(before);
    all.keySet().removeAll(changed.keySet());
    change.put().forEach(object -> all.put(object.key(), object));
    return List.copyOf(all.values());
  }

  private void checkChannels() throws InvalidConfigurationException {
    Map<String, Map<Integer, String>> byPort = new HashMap<>();
    int count = 0;
    for (ConfigurationObject object : all()) {
      SChannel channel = channel(object);
      if (!(object instanceof Interface of) || channel == null) {
        continue;
      }
      if (ports.isPhysical(of.name())) {
        throw refused(of, of.name() + " is a port of the switch; an S-channel has another name");
      }
      if (of.sComponent()) {
        throw refused(of, "an S-channel has no S-VLAN component; its port has");
      }
      if (!(after(new InterfaceKey(channel.port())) instanceof Interface port)
          || !port.sComponent()) {
        throw refused(of, "'" + channel.port() + "' has no s-component: it carries no S-channels");
      }
      Map<Integer, String> onPort = byPort.computeIfAbsent(channel.port(), _ -> new HashMap<>());
      String other = onPort.put(channel.sVid(), of.name());
      if (other != null) {
        throw refused(
            of, "s-vid " + channel.sVid() + " of '" + channel.port() + "' is '" + other + "'");
      }
      if (onPort.size() > CHANNELS_OF_A_PORT) {
        throw refused(
            of, "'" + channel.port() + "' has " + CHANNELS_OF_A_PORT + " S-channels, the most");
      }
      if (++count > LogicalPorts.CHANNELS) {
        throw refused(of, "the switch has " + LogicalPorts.CHANNELS + " S-channels, the most");
      }
    }
  }

  private void checkMentions() throws InvalidConfigurationException {
    Set<String> gone = new LinkedHashSet<>();
    changed.forEach(
        (key, after) -> {
          if (key instanceof InterfaceKey(String name)
              && channel(before.get(key)) != null
              && channel(after) == null) {
            gone.add(name);
          }
        });
    if (gone.isEmpty()) {
      return;
    }
    for (ConfigurationObject object : all()) {
      for (String name : named(object)) {
        if (gone.contains(name) && !ports.isPhysical(name)) {
          throw new InvalidConfigurationException(
              new InterfaceKey(name), "s-channel", name, object.key() + " names '" + name + "'");
        }
      }
    }
  }

  private InvalidConfigurationException refused(Interface of, String why) {
    // Where the other end of the relation was changed, this one is not a part of the change.
    ObjectKey key = of.key();
    SChannel channel = of.sChannel();
    if (!changed.containsKey(key) && channel != null) {
      key = new InterfaceKey(channel.port());
    }
    return new InvalidConfigurationException(
        key, key.equals(of.key()) ? "s-channel" : "name", of.name(), of.key() + ": " + why);
  }
}
