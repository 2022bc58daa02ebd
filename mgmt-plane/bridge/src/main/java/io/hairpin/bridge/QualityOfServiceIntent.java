package io.hairpin.bridge;

import io.hairpin.bridge.QualityOfService.Policer;
import io.hairpin.bridge.QualityOfService.Port;
import io.hairpin.bridge.QualityOfService.TrafficClass;
import io.hairpin.bridge.QualityOfService.VlanPolicing;
import io.hairpin.p4runtime.client.Action;
import io.hairpin.p4runtime.client.Entity;
import io.hairpin.p4runtime.client.MeterCell;
import io.hairpin.p4runtime.client.TableEntry;
import io.hairpin.p4runtime.client.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the dataplane should hold for quality of service; see {@link Intent}. */
final class QualityOfServiceIntent {

  static final String PORT_POLICER = "port_policer";
  static final String VLAN_POLICER = "vlan_policer";
  static final String ACE_POLICER = "ace_policer";

  private QualityOfServiceIntent() {}

  /**
   * What the dataplane should hold for an object.
   *
   * @param policers finds policers by their names
   */
  static List<Entity> of(
      QualityOfService object, LogicalPorts ports, Function<String, @Nullable Policer> policers) {
    List<Entity> entities = new ArrayList<>();
    switch (object) {
      case Port port -> {
        OptionalInt number = ports.number(port.name());
        if (number.isPresent()) {
          add(entities, port, number.getAsInt());
          meter(entities, PORT_POLICER, number.getAsInt(), port.policer(), policers);
        }
      }
      case TrafficClass(int priority, int trafficClass) ->
          entities.add(
              TableEntry.of("traffic_class")
                  .exact("priority", priority)
                  .action(Action.of("set_traffic_class").with("traffic_class", trafficClass)));
      case VlanPolicing(int vid, String policer) -> {
        if (policer != null) {
          entities.add(TableEntry.of("vlan_policing").exact("vid", vid).action("police_vlan"));
          meter(entities, VLAN_POLICER, vid, policer, policers);
        }
      }
      case Policer _ -> {} // It is where it is named.
    }
    return entities;
  }

  private static void meter(
      List<Entity> entities,
      String meter,
      int index,
      @Nullable String name,
      Function<String, @Nullable Policer> policers) {
    Policer policer = name == null ? null : policers.apply(name);
    if (policer != null) {
      entities.add(cell(meter, index, policer));
    }
  }

  /** A meter's cell with the rates of a policer, which the pipeline has in octets. */
  static MeterCell cell(String meter, int index, Policer policer) {
    return new MeterCell(
        meter,
        index,
        policer.committedRate() / Byte.SIZE,
        policer.committedBurst(),
        policer.peakRate() / Byte.SIZE,
        policer.peakBurst());
  }

  /** The cells of the policers' meters that the entries which a target holds refer to. */
  static Map<String, Set<Long>> cells(Collection<Entity> held) {
    Map<String, Set<Long>> cells = new HashMap<>();
    for (Entity entity : held) {
      Action action = entity instanceof TableEntry entry ? entry.action() : null;
      if (!(entity instanceof TableEntry entry) || action == null) {
        continue;
      }
      Map<String, Value> params = action.params();
      Value shared = params.get("policer");
      if (Value.of(1).equals(params.get("police"))) {
        refer(cells, PORT_POLICER, Intent.number(entry, "reception_port"));
      } else if (entry.table().equals("vlan_policing")) {
        refer(cells, VLAN_POLICER, Intent.number(entry, "vid"));
      } else if (shared != null && shared.toLong() != 0) {
        refer(cells, ACE_POLICER, shared.toLong());
      }
    }
    return cells;
  }

  private static void refer(Map<String, Set<Long>> cells, String meter, long index) {
    cells.computeIfAbsent(meter, _ -> new TreeSet<>()).add(index);
  }

  private static void add(List<Entity> entities, Port port, int number) {
    if (!port.receivesAsEver()) {
      entities.add(
          TableEntry.of("port_priority")
              .exact("reception_port", number)
              .action(
                  Action.of("set_port_priority")
                      .with("priority", port.defaultPriority())
                      .with("trust_pcp", port.trustPcp())
                      .with("trust_dscp", port.trustDscp())
                      .with("police", port.policer() != null)));
    }
    port.pcpDecoding()
        .forEach(
            (pcp, priority) ->
                entities.add(
                    TableEntry.of("pcp_decoding")
                        .exact("reception_port", number)
                        .exact("pcp", pcp)
                        .action(Action.of("decode_pcp").with("priority", priority))));
    port.dscpDecoding()
        .forEach(
            (dscp, priority) ->
                entities.add(
                    TableEntry.of("dscp_decoding")
                        .exact("reception_port", number)
                        .exact("dscp", dscp)
                        .action(Action.of("decode_dscp").with("priority", priority))));
    port.marking()
        .forEach(
            (priority, mark) ->
                entities.add(
                    TableEntry.of("marking")
                        .exact("transmission_port", number)
                        .exact("priority", priority)
                        .action(
                            Action.of("mark")
                                .with("pcp", mark.pcp())
                                .with("sets_dscp", mark.dscp().isPresent())
                                .with("dscp", mark.dscp().orElse(0)))));
  }
}
