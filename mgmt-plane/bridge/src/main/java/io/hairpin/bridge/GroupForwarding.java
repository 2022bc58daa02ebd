package io.hairpin.bridge;

import io.hairpin.bridge.ConfigurationObject.Multicast;
import io.hairpin.bridge.ConfigurationObject.Vlan;
import io.hairpin.bridge.MulticastState.Membership;
import io.hairpin.bridge.MulticastState.Querier;
import io.hairpin.bridge.multicast.GroupMessage;
import io.hairpin.bridge.multicast.Snooping;
import io.hairpin.bridge.multicast.Snooping.Changed;
import io.hairpin.bridge.multicast.Snooping.Host;
import io.hairpin.p4runtime.client.Entity;
import io.hairpin.p4runtime.client.MulticastGroup;
import io.hairpin.p4runtime.client.Replica;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where frames to groups go: a function of the VLANs' static group entries and router ports, and of
 * what snooping heard. A group is registered in a FID (802.1Q 8.8.6), so it has the ports of every
 * VLAN that uses it. Not safe for use by several threads.
 */
final class GroupForwarding {

  /** Registered groups have the multicast groups from this one to {@link Intent#LAST_GROUP}. */
  private static final int FIRST = 0x4000;

  private static final Logger log = LoggerFactory.getLogger(GroupForwarding.class);

  /** What a registration is known by. */
  private record Key(int fid, long mac) {}

  private final LogicalPorts ports;
  private final int cpuPort;
  private final Snooping snooping;
  private final Map<Integer, Vlan> vlans = new TreeMap<>();
  private final Map<Integer, List<Entity>> ofVlans = new HashMap<>();
  private final Map<Key, List<Entity>> registered = new HashMap<>();
  private final Map<Key, Integer> numbers = new HashMap<>();
  private final BitSet taken = new BitSet();
  private boolean adopted;

  GroupForwarding(LogicalPorts ports, int cpuPort, Snooping snooping) {
    this.ports = ports;
    this.cpuPort = cpuPort;
    this.snooping = snooping;
  }

  /** Takes VLANs as they are configured now; those without a value are gone. */
  Difference configure(Map<Integer, Optional<Vlan>> changed) {
    Set<Key> keys = new HashSet<>();
    changed.forEach(
        (vid, now) -> {
          Vlan old = vlans.get(vid);
          keys.addAll(keys(old));
          if (now.isPresent()) {
            vlans.put(vid, now.get());
          } else {
            vlans.remove(vid);
          }
          if (!snoops(now.orElse(null))) {
            snooping.forgetVlan(vid);
          }
          keys.addAll(keys(now.orElse(null)));
        });
    return refreshed(changed.keySet(), keys);
  }

  /** Takes in a message that a VLAN's host or router sent. */
  Difference receive(int vid, Host host, GroupMessage message) {
    return snoops(vlans.get(vid))
        ? refreshed(List.of(snooping.receive(vid, host, message)))
        : new Difference();
  }

  /** Ends what was not told again in time. */
  Difference expire() {
    return refreshed(snooping.expire());
  }

  /** Forgets what is behind a port. */
  Difference forgetPort(int port) {
    return refreshed(snooping.forgetPort(port));
  }

  private Difference refreshed(List<Changed> changes) {
    Set<Integer> vids = new HashSet<>();
    Set<Key> keys = new HashSet<>();
    for (Changed changed : changes) {
      Vlan vlan = vlans.get(changed.vid());
      if (vlan == null) {
        continue;
      }
      changed.groups().forEach(mac -> keys.add(new Key(vlan.fid(), mac)));
      if (changed.routers()) {
        vids.add(changed.vid());
        keys.addAll(keys(vlan));
      }
    }
    return refreshed(vids, keys);
  }

  private Difference refreshed(Set<Integer> vids, Set<Key> keys) {
    List<Entity> before = new ArrayList<>();
    List<Entity> after = new ArrayList<>();
    for (int vid : vids) {
      before.addAll(ofVlans.getOrDefault(vid, List.of()));
      List<Entity> now = ofVlan(vlans.get(vid));
      ofVlans.put(vid, now);
      after.addAll(now);
    }
    for (Key key : keys) {
      before.addAll(registered.getOrDefault(key, List.of()));
      List<Entity> now = registered(key);
      if (now.isEmpty()) {
        registered.remove(key);
        Integer number = numbers.remove(key);
        if (number != null) {
          taken.clear(number);
        }
      } else {
        registered.put(key, now);
        after.addAll(now);
      }
    }
    return new Difference(before, after);
  }

  private Set<Key> keys(@Nullable Vlan vlan) {
    Set<Key> keys = new HashSet<>();
    if (vlan != null) {
      vlan.multicast().staticGroups().keySet().forEach(mac -> keys.add(new Key(vlan.fid(), mac)));
      snooping.groups(vlan.vid()).forEach(mac -> keys.add(new Key(vlan.fid(), mac)));
    }
    return keys;
  }

  private static boolean snoops(@Nullable Vlan vlan) {
    return vlan != null && vlan.multicast().snooping();
  }

  /** The groups that have a VLAN's router ports; those that are configured alone are in Intent. */
  private List<Entity> ofVlan(@Nullable Vlan vlan) {
    if (vlan == null) {
      return List.of();
    }
    List<Entity> entities = new ArrayList<>();
    Set<Replica> routers = replicas(routers(vlan));
    if (vlan.multicast().snooping()) {
      Set<Replica> reports = new LinkedHashSet<>(routers);
      reports.add(new Replica(cpuPort, Intent.TO_CONTROL));
      entities.add(new MulticastGroup(Intent.reports(vlan), reports));
    }
    if (vlan.multicast().unregistered() == Multicast.Unregistered.ROUTER_PORTS) {
      entities.add(new MulticastGroup(Intent.unregistered(vlan), routers));
    }
    return entities;
  }

  private Set<Integer> routers(Vlan vlan) {
    Set<Integer> routers = numbers(vlan.multicast().routerPorts());
    routers.addAll(snooping.routers(vlan.vid()));
    return routers;
  }

  private List<Entity> registered(Key key) {
    Set<Integer> members = new TreeSet<>();
    Set<Integer> routers = new TreeSet<>();
    boolean isStatic = false;
    for (Vlan vlan : vlans.values()) {
      if (vlan.fid() == key.fid()) {
        Set<String> names = vlan.multicast().staticGroups().get(key.mac());
        isStatic |= names != null;
        members.addAll(numbers(names == null ? Set.of() : names));
        members.addAll(snooping.ports(vlan.vid(), key.mac()));
        routers.addAll(routers(vlan));
      }
    }
    if (members.isEmpty() && !isStatic) {
      return List.of();
    }
    OptionalInt number = number(key);
    if (number.isEmpty()) {
      log.warn(
          "FID {}: group {} stays unregistered, {} are registered already",
          key.fid(),
          MacAddress.format(key.mac()),
          numbers.size());
      return List.of();
    }
    members.addAll(routers);
    return List.of(
        new MulticastGroup(number.getAsInt(), replicas(members)),
        Intent.group(key.fid(), key.mac(), number.getAsInt()));
  }

  private OptionalInt number(Key key) {
    Integer known = numbers.get(key);
    int number = known == null ? taken.nextClearBit(FIRST) : known;
    if (number > Intent.LAST_GROUP) {
      return OptionalInt.empty();
    }
    numbers.put(key, number);
    taken.set(number);
    return OptionalInt.of(number);
  }

  private Set<Integer> numbers(Collection<String> names) {
    Set<Integer> numbers = new TreeSet<>();
    names.forEach(name -> ports.number(name).ifPresent(numbers::add));
    return numbers;
  }

  private Set<Replica> replicas(Set<Integer> logicalPorts) {
    Set<Replica> replicas = new LinkedHashSet<>();
    for (int port : logicalPorts) {
      ports
          .name(port)
          .map(ports::physical)
          .filter(OptionalInt::isPresent)
          .ifPresent(physical -> replicas.add(new Replica(physical.getAsInt(), port)));
    }
    return replicas;
  }

  /** Takes over, once, what a target holds of a controller before; all is wanted anew. */
  Difference adopt(Collection<Entity> held) {
    if (!adopted) {
      adopted = true;
      takeOver(held);
    }
    Set<Key> keys = new HashSet<>(numbers.keySet());
    vlans.values().forEach(vlan -> keys.addAll(keys(vlan)));
    return refreshed(vlans.keySet(), keys);
  }

  private void takeOver(Collection<Entity> held) {
    Map<Integer, Set<Integer>> replicas = new HashMap<>();
    for (Entity entity : held) {
      if (entity instanceof MulticastGroup group) {
        Set<Integer> instances = new TreeSet<>();
        group.replicas().forEach(replica -> instances.add((int) replica.instance()));
        instances.remove((int) Intent.TO_CONTROL);
        replicas.put(group.id(), instances);
      }
    }
    for (Vlan vlan : vlans.values()) {
      if (!snoops(vlan)) {
        continue;
      }
      Set<Integer> routers = replicas.getOrDefault(Intent.reports(vlan), Set.of());
      Set<Integer> fixed = numbers(vlan.multicast().routerPorts());
      routers.stream()
          .filter(port -> !fixed.contains(port))
          .forEach(port -> snooping.adoptRouter(vlan.vid(), port));
      for (Intent.Group group : Intent.groups(held)) {
        if (group.fid() == vlan.fid() && group.number() >= FIRST) {
          numbers.put(new Key(group.fid(), group.mac()), group.number());
          taken.set(group.number());
          replicas.getOrDefault(group.number(), Set.of()).stream()
              .filter(port -> !routers.contains(port))
              .forEach(port -> snooping.adopt(vlan.vid(), group.mac(), port));
        }
      }
    }
  }

  /** What is known of the VLANs that have more than floods. */
  List<MulticastState> state() {
    List<MulticastState> states = new ArrayList<>();
    for (Vlan vlan : vlans.values()) {
      if (vlan.multicast().equals(Multicast.FLOODED)) {
        continue;
      }
      states.add(
          new MulticastState(
              vlan.vid(),
              routers(vlan).stream().map(this::name).toList(),
              snooping.queriers(vlan.vid()).stream()
                  .map(querier -> new Querier(querier.address(), name(querier.port())))
                  .toList(),
              snooping.memberships(vlan.vid()).stream()
                  .map(
                      membership ->
                          new Membership(
                              membership.group(),
                              name(membership.host().port()),
                              membership.host().address()))
                  .toList()));
    }
    return states;
  }

  private String name(int port) {
    return ports.name(port).orElse("logical port " + port);
  }
}
