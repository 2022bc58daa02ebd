package io.hairpin.app;

import io.hairpin.bridge.AceCount;
import io.hairpin.bridge.Alarm;
import io.hairpin.bridge.Bridge;
import io.hairpin.bridge.Count;
import io.hairpin.bridge.Discard;
import io.hairpin.bridge.FilteringEntry;
import io.hairpin.bridge.MacAddress;
import io.hairpin.bridge.MirrorCount;
import io.hairpin.bridge.MulticastState;
import io.hairpin.bridge.PolicerCount;
import io.hairpin.bridge.PortState;
import io.hairpin.bridge.PortState.Counters;
import io.hairpin.bridge.Ports.Port;
import io.hairpin.bridge.QueueCount;
import io.hairpin.bridge.VlanCounters;
import io.hairpin.netconf.server.StateProvider;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.model.api.DataNodeContainer;
import org.opendaylight.yangtools.yang.model.api.DataSchemaNode;
import org.opendaylight.yangtools.yang.model.api.EffectiveModelContext;

/** From the bridge's operational state to the state data of the modules. */
final class StateBinding {

  private final EffectiveModelContext model;
  private final Bridge bridge;
  private final Instant started;

  StateBinding(EffectiveModelContext model, Bridge bridge, Instant started) {
    this.model = model;
    this.bridge = bridge;
    this.started = started;
  }

  /** State below one top-level node. */
  record Provider(QName root, StateProvider state) {}

  List<Provider> providers() {
    return List.of(
        provider(
            "interfaces",
            root -> root.list("interface", bridge.state().ports(), this::port),
            "interfaces/interface/admin-status",
            "interfaces/interface/oper-status",
            "interfaces/interface/if-index",
            "interfaces/interface/higher-layer-if",
            "interfaces/interface/lower-layer-if",
            "interfaces/interface/bridge-port/reflective-relay/rr-oper",
            "interfaces/interface/bridge-port/loop-protection/held-by"),
        provider("bridge", this::bridge),
        provider("acls", this::accessLists),
        provider("alarms", root -> root.list("alarm", bridge.alarms(), this::alarm), "alarms"));
  }

  /** State, and what of it changes seldom enough to be told when it does. */
  private Provider provider(String root, Consumer<StateWriter> content, String... told) {
    return new Provider(
        Data.child(model, root).getQName(),
        new StateProvider() {
          @Override
          public Optional<ContainerNode> state() {
            return StateWriter.container(model, root, content);
          }

          @Override
          public Set<List<QName>> whenChanged(Runnable changed) {
            if (told.length > 0) {
              bridge.follow(changed);
            }
            return Stream.of(told).map(StateBinding.this::names).collect(Collectors.toSet());
          }
        });
  }

  private List<QName> names(String path) {
    List<QName> names = new ArrayList<>();
    DataNodeContainer at = model;
    for (String name : path.split("/", -1)) {
      DataSchemaNode node = Data.child(at, name);
      names.add(node.getQName());
      at = node instanceof DataNodeContainer container ? container : at;
    }
    return names;
  }

  private void bridge(StateWriter root) {
    root.container(
        "filtering-database",
        database ->
            database.list("entry", bridge.state().filteringEntries(), this::filteringEntry));
    vlans(root);
    root.container(
        "mirroring",
        mirroring -> mirroring.list("session", bridge.state().mirrorCounts(), this::mirrorSession));
    root.container(
        "qos",
        qos -> {
          qos.list("policer", bridge.state().acePolicers().entrySet(), this::policer);
          qos.list("queued", bridge.state().queued(), this::queued);
        });
    root.list("discard", bridge.state().discards(), this::discard);
  }

  private void vlans(StateWriter root) {
    Map<Integer, VlanCounters> counters = bridge.state().vlans();
    Map<Integer, MulticastState> groups = new TreeMap<>();
    bridge.state().multicast().forEach(state -> groups.put(state.vid(), state));
    Set<Integer> vids = new TreeSet<>(counters.keySet());
    vids.addAll(groups.keySet());
    root.list(
        "vlan",
        vids,
        (writer, vid) -> {
          writer.leaf("vid", vid);
          Optional.ofNullable(counters.get(vid)).ifPresent(count -> statistics(writer, count));
          Optional.ofNullable(counters.get(vid))
              .flatMap(VlanCounters::policed)
              .ifPresent(count -> writer.container("qos", qos -> policed(qos, count)));
          Optional.ofNullable(groups.get(vid)).ifPresent(state -> multicast(writer, state));
        });
  }

  private static void statistics(StateWriter vlan, VlanCounters counters) {
    vlan.container(
        "statistics",
        statistics -> {
          count(statistics, "received", counters.received());
          count(statistics, "transmitted", counters.transmitted());
        });
  }

  private void filteringEntry(StateWriter writer, FilteringEntry entry) {
    writer.leaf("fid", entry.fid());
    writer.leaf("mac-address", MacAddress.format(entry.address()));
    entry.port().ifPresent(port -> writer.leaf("port", port));
    writer.leaf("type", entry.type().name().toLowerCase(Locale.ROOT));
  }

  private void mirrorSession(StateWriter writer, MirrorCount count) {
    writer.leaf("id", count.session());
    writer.container(
        "statistics", statistics -> count(statistics, "frames", "octets", count.count()));
  }

  private void policer(StateWriter writer, Map.Entry<String, PolicerCount> policer) {
    writer.leaf("name", policer.getKey());
    policed(writer, policer.getValue());
  }

  private static void policed(StateWriter writer, PolicerCount count) {
    writer.container(
        "policed",
        policed -> {
          count(policed, "conforming", count.conforming());
          count(policed, "exceeding", count.exceeding());
          count(policed, "violating", count.violating());
        });
  }

  private void queued(StateWriter writer, QueueCount queue) {
    writer.leaf("traffic-class", queue.trafficClass());
    count(writer, "frames", "octets", queue.count());
  }

  private void accessLists(StateWriter root) {
    Map<String, List<AceCount>> lists = new TreeMap<>();
    for (AceCount count : bridge.state().aceCounts()) {
      lists.computeIfAbsent(count.list(), _ -> new ArrayList<>()).add(count);
    }
    root.list("acl", lists.entrySet(), this::accessList);
  }

  private void accessList(StateWriter writer, Map.Entry<String, List<AceCount>> list) {
    writer.leaf("name", list.getKey());
    writer.container("aces", aces -> aces.list("ace", list.getValue(), this::ace));
  }

  private void ace(StateWriter writer, AceCount ace) {
    writer.leaf("name", ace.ace());
    writer.container(
        "statistics",
        statistics -> {
          statistics.leaf("matched-packets", unsigned(ace.count().frames()));
          statistics.leaf("matched-octets", unsigned(ace.count().octets()));
        });
  }

  private void multicast(StateWriter vlan, MulticastState state) {
    vlan.container(
        "multicast",
        multicast -> {
          multicast.leafList("router-port-oper", state.routerPorts());
          multicast.list(
              "querier",
              state.queriers(),
              (entry, querier) -> {
                entry.leaf("address", querier.address().getHostAddress());
                entry.leaf("port", querier.port());
              });
          multicast.list(
              "membership",
              state.memberships(),
              (entry, membership) -> {
                entry.leaf("group", membership.group().getHostAddress());
                entry.leaf("port", membership.port());
                entry.leaf("station", MacAddress.format(membership.station()));
              });
        });
  }

  private void discard(StateWriter entry, Discard discard) {
    entry.leaf("side", discard.side().name().toLowerCase(Locale.ROOT));
    entry.leaf("reason", discard.reason().yangName());
    count(entry, "frames", "octets", discard.count());
  }

  private void port(StateWriter entry, PortState state) {
    Port port = state.port();
    entry.leaf("name", state.name());
    entry.leaf("admin-status", state.enabled() ? "up" : "down");
    entry.leaf(
        "oper-status",
        state.enabled() && state.inService()
            ? port.link().name().toLowerCase(Locale.ROOT)
            : "down");
    entry.leaf("if-index", state.number());
    entry.leafList("higher-layer-if", state.channels());
    if (!state.isPhysical()) {
      entry.leafList("lower-layer-if", List.of(port.name()));
    }
    port.address().ifPresent(address -> entry.leaf("phys-address", MacAddress.format(address)));
    port.speed().ifPresent(speed -> entry.leaf("speed", speed));
    entry.container(
        "statistics",
        statistics -> {
          statistics.leaf("discontinuity-time", dateAndTime(started));
          port.losses()
              .filter(_ -> state.isPhysical())
              .ifPresent(
                  losses -> {
                    statistics.leaf("in-discards", counter32(losses.inDiscards()));
                    statistics.leaf("in-errors", counter32(losses.inErrors()));
                    statistics.leaf("out-discards", counter32(losses.outDiscards()));
                    statistics.leaf("out-errors", counter32(losses.outErrors()));
                  });
          state
              .counters()
              .ifPresent(
                  counters -> {
                    statistics.leaf("in-octets", unsigned(counters.received().octets()));
                    statistics.leaf("out-octets", unsigned(counters.transmitted().octets()));
                  });
        });
    if (state.bridgePort()) {
      entry.container(
          "bridge-port",
          bridgePort -> {
            bridgePort.container(
                "reflective-relay",
                relay -> state.reflectiveRelay().ifPresent(on -> relay.leaf("rr-oper", on)));
            bridgePort.container(
                "loop-protection", protection -> protection.leafList("held-by", state.heldBy()));
            state
                .counters()
                .flatMap(Counters::policed)
                .ifPresent(count -> bridgePort.container("qos", qos -> policed(qos, count)));
            bridgePort.container(
                "statistics",
                statistics ->
                    state
                        .counters()
                        .ifPresent(
                            counters -> {
                              count(statistics, "received", counters.received());
                              count(statistics, "transmitted", counters.transmitted());
                              count(statistics, "reflected", counters.reflected());
                              count(statistics, "suppressed", counters.suppressed());
                              count(statistics, "limited", counters.limited());
                              frames(statistics, "broadcast", counters.broadcastDiscards());
                              frames(statistics, "multicast", counters.multicastDiscards());
                              frames(
                                  statistics, "unknown-unicast", counters.unknownUnicastDiscards());
                              statistics.leaf(
                                  "sampled-frames", unsigned(counters.sampled().frames()));
                            }));
          });
    }
  }

  private void alarm(StateWriter entry, Alarm alarm) {
    entry.leaf("alarm-type", alarm.type().yangName());
    entry.leaf("resource", alarm.resource());
    entry.leaf("text", alarm.text());
    entry.leaf("raised", dateAndTime(alarm.raised()));
  }

  private static void frames(StateWriter writer, String what, Count discarded) {
    writer.leaf(what + "-discarded-frames", unsigned(discarded.frames()));
  }

  private static void count(StateWriter writer, String what, Count count) {
    count(writer, what + "-frames", what + "-octets", count);
  }

  private static void count(StateWriter writer, String frames, String octets, Count count) {
    writer.leaf(frames, unsigned(count.frames()));
    writer.leaf(octets, unsigned(count.octets()));
  }

  private static long counter32(long value) {
    return value & 0xFFFF_FFFFL;
  }

  private static String unsigned(long value) {
    return Long.toUnsignedString(value);
  }

  private static String dateAndTime(Instant instant) {
    return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(instant.atOffset(ZoneOffset.UTC));
  }
}
