package io.hairpin.bridge;

import io.hairpin.bridge.ConfigurationObject.InterfaceKey;
import io.hairpin.bridge.ConfigurationObject.ObjectKey;
import io.hairpin.bridge.ConfigurationObject.SChannel;
import io.hairpin.bridge.LogicalPorts.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/**
 * The numbers of the logical ports. A physical port has its own; an S-channel has one that is free
 * when it is configured, keeps it for as long as it exists, and has the one that a target already
 * knows it by. Safe for use by several threads.
 */
final class LogicalPorts {

  /** How many S-channels there can be on all ports together: the pipeline's tables have as many. */
  static final int CHANNELS = 7680;

  /** The largest number of a logical port. */
  static final int LAST = Ports.LAST + CHANNELS;

  /**
   * What identifies a channel on the target.
   *
   * @param port the number of the physical port
   * @param sVid the S-VID
   */
  record Place(int port, int sVid) {}

  private record Channel(int number, Place place) {}

  private final Map<String, Integer> physical;
  private final Map<String, Channel> channels = new TreeMap<>();
  private final Map<Integer, String> names = new HashMap<>();

  LogicalPorts(Map<String, Integer> physical) {
    this.physical = Map.copyOf(physical);
    physical.forEach((name, number) -> names.put(number, name));
  }

  boolean isPhysical(String name) {
    return physical.containsKey(name);
  }

  /** The logical port of an interface, where the switch has it. */
  synchronized OptionalInt number(String name) {
    Channel channel = channels.get(name);
    Integer number = channel == null ? physical.get(name) : Integer.valueOf(channel.number());
    return number == null ? OptionalInt.empty() : OptionalInt.of(number);
  }

  /** The physical port that a logical port is on. */
  synchronized OptionalInt physical(String name) {
    Channel channel = channels.get(name);
    Integer number = channel == null ? physical.get(name) : Integer.valueOf(channel.place().port());
    return number == null ? OptionalInt.empty() : OptionalInt.of(number);
  }

  /** The name of the interface that has a number. */
  synchronized Optional<String> name(int number) {
    return Optional.ofNullable(names.get(number));
  }

  /** Every logical port that there is. */
  synchronized List<Integer> numbers() {
    return List.copyOf(names.keySet());
  }

  /** The S-channels on a physical port. */
  synchronized List<String> channels(String port) {
    List<String> found = new ArrayList<>();
    Integer number = physical.get(port);
    channels.forEach(
        (name, channel) -> {
          if (number != null && channel.place().port() == number) {
            found.add(name);
          }
        });
    return found;
  }

  /** The same objects, and for each physical port among them its S-channels. */
  Set<ObjectKey> withChannels(Set<ObjectKey> keys) {
    Set<ObjectKey> all = new LinkedHashSet<>(keys);
    for (ObjectKey key : keys) {
      if (key instanceof InterfaceKey(String name)) {
        channels(name).forEach(channel -> all.add(new InterfaceKey(channel)));
      }
    }
    return all;
  }

  /** Takes in a channel; one whose port the switch does not have gets no number. */
  synchronized void put(String name, SChannel channel) {
    Integer port = physical.get(channel.port());
    if (port == null) {
      remove(name);
      return;
    }
    Channel known = channels.get(name);
    int number = known == null ? free() : known.number();
    channels.put(name, new Channel(number, new Place(port, channel.sVid())));
    names.put(number, name);
  }

  private int free() {
    for (int number = Ports.LAST + 1; number <= LAST; number++) {
      if (!names.containsKey(number)) {
        return number;
      }
    }
    throw new IllegalStateException("More than " + CHANNELS + " S-channels");
  }

  synchronized void remove(String name) {
    Channel channel = channels.remove(name);
    if (channel != null) {
      names.remove(channel.number());
    }
  }

  /** Takes over the numbers by which a target knows channels; tells whether any changes. */
  synchronized boolean adopt(Map<Place, Integer> held) {
    Map<String, Channel> before = new TreeMap<>(channels);
    for (Channel channel : before.values()) {
      names.remove(channel.number());
    }
    channels.clear();
    before.forEach(
        (name, channel) -> {
          Integer number = held.get(channel.place());
          if (number != null
              && number > Ports.LAST
              && number <= LAST
              && names.putIfAbsent(number, name) == null) {
            channels.put(name, new Channel(number, channel.place()));
          }
        });
    before.forEach(
        (name, channel) -> {
          if (!channels.containsKey(name)) {
            int number = names.containsKey(channel.number()) ? free() : channel.number();
            channels.put(name, new Channel(number, channel.place()));
            names.put(number, name);
          }
        });
    return !channels.equals(before);
  }
}
