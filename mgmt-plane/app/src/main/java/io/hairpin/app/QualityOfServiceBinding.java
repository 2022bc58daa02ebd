package io.hairpin.app;

import io.hairpin.bridge.QualityOfService.Mark;
import io.hairpin.bridge.QualityOfService.Policer;
import io.hairpin.bridge.QualityOfService.Port;
import io.hairpin.bridge.QualityOfService.TrafficClass;
import io.hairpin.bridge.QualityOfService.VlanPolicing;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/** From data of hairpin-qos to the bridge's records. */
final class QualityOfServiceBinding {

  private QualityOfServiceBinding() {}

  static Port port(Data networkInterface) {
    Data qos = networkInterface.container("bridge-port").container("qos");
    String trust = qos.get("trust");
    Map<Integer, Mark> marking = new HashMap<>();
    for (Data mark : qos.list("marking")) {
      int priority = mark.number("priority");
      marking.put(
          priority,
          new Mark(
              mark.value("pcp").orElse(priority),
              mark.value("dscp").map(OptionalInt::of).orElse(OptionalInt.empty())));
    }
    return new Port(
        networkInterface.get("name"),
        qos.number("default-priority"),
        trust.endsWith("pcp"),
        trust.startsWith("dscp"),
        decoding(qos, "pcp"),
        decoding(qos, "dscp"),
        marking,
        qos.find("policer").orElse(null));
  }

  private static Map<Integer, Integer> decoding(Data qos, String field) {
    Map<Integer, Integer> decoding = new HashMap<>();
    for (Data entry : qos.list(field + "-decoding")) {
      decoding.put(entry.number(field), entry.number("priority"));
    }
    return decoding;
  }

  static VlanPolicing vlanPolicing(Data vlan) {
    return new VlanPolicing(vlan.number("vid"), vlan.container("qos").find("policer").orElse(null));
  }

  static Policer policer(Data data) {
    long committedRate = Long.parseLong(data.get("committed-information-rate"));
    long committedBurst = Long.parseLong(data.get("committed-burst-size"));
    return new Policer(
        data.get("name"),
        committedRate,
        committedBurst,
        data.find("peak-information-rate").map(Long::valueOf).orElse(committedRate),
        data.find("peak-burst-size").map(Long::valueOf).orElse(committedBurst));
  }

  static TrafficClass trafficClass(Data data) {
    return new TrafficClass(data.number("priority"), data.number("traffic-class"));
  }
}
