package io.hairpin.bridge;

import io.hairpin.bridge.QualityOfService.Port;
import io.hairpin.bridge.QualityOfService.TrafficClass;
import io.hairpin.p4runtime.client.Action;
import io.hairpin.p4runtime.client.Entity;
import io.hairpin.p4runtime.client.TableEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** What the dataplane should hold for quality of service; see {@link Intent}. */
final class QualityOfServiceIntent {

  private QualityOfServiceIntent() {}

  static List<Entity> of(QualityOfService object, LogicalPorts ports) {
    List<Entity> entities = new ArrayList<>();
    switch (object) {
      case Port port -> {
        OptionalInt number = ports.number(port.name());
        if (number.isPresent()) {
          add(entities, port, number.getAsInt());
        }
      }
      case TrafficClass(int priority, int trafficClass) ->
          entities.add(
              TableEntry.of("traffic_class")
                  .exact("priority", priority)
                  .action(Action.of("set_traffic_class").with("traffic_class", trafficClass)));
    }
    return entities;
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
                      .with("police", false)));
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
