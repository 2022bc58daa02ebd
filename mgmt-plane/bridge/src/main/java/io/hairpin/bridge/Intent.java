package io.hairpin.bridge;

import io.hairpin.bridge.ConfigurationObject.AcceptableFrameTypes;
import io.hairpin.bridge.ConfigurationObject.BridgePort;
import io.hairpin.bridge.ConfigurationObject.Interface;
import io.hairpin.bridge.ConfigurationObject.ReflectiveRelay;
import io.hairpin.bridge.ConfigurationObject.StaticEntry;
import io.hairpin.bridge.ConfigurationObject.Vlan;
import io.hairpin.p4runtime.client.Action;
import io.hairpin.p4runtime.client.Entity;
import io.hairpin.p4runtime.client.MulticastGroup;
import io.hairpin.p4runtime.client.Replica;
import io.hairpin.p4runtime.client.TableEntry;
import io.hairpin.p4runtime.client.Value;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the dataplane should hold, in the pipeline's terms: a pure function of each configuration
 * object, and of nothing else than the object and the numbers of the ports. Ports that the switch
 * does not have are left out.
 *
 * <p>A physical port's logical port has its number; numbers from {@code Ports.LAST + 1} on are for
 * S-channels and aggregations.
 */
final class Intent {

  /** A frame trapped for its reserved address (802.1Q 8.6.3), as packet-in says. */
  private static final int TRAP_RESERVED_ADDRESS = 1;

  private static final long RESERVED_ADDRESS = 0x0180_C200_0000L;
  private static final long RESERVED_ADDRESS_MASK = 0xFFFF_FFFF_FFF0L;

  /** The common and internal spanning tree, of which every VLAN is a part so far. */
  private static final int CIST = 0;

  private static final int FORWARDING = 2;

  private final Map<String, Integer> numbers;

  Intent(Map<String, Integer> numbers) {
    this.numbers = Map.copyOf(numbers);
  }

  /** What the dataplane holds whatever the configuration: the way to the CPU and back. */
  static List<Entity> base(int cpuPort) {
    return List.of(
        TableEntry.of("reception").exact("port", cpuPort).action("from_cpu"),
        TableEntry.of("trap")
            .ternary("dst_addr", RESERVED_ADDRESS, RESERVED_ADDRESS_MASK)
            .priority(1)
            .action(
                Action.of("to_cpu").with("port", cpuPort).with("reason", TRAP_RESERVED_ADDRESS)));
  }

  List<Entity> of(ConfigurationObject object) {
    return switch (object) {
      case Interface networkInterface -> of(networkInterface);
      case Vlan vlan -> of(vlan);
      case StaticEntry entry -> of(entry);
    };
  }

  /** The ports that an object names and the switch does not have. */
  Set<String> missing(ConfigurationObject object) {
    Set<String> named = new LinkedHashSet<>();
    switch (object) {
      case Interface networkInterface -> named.add(networkInterface.name());
      case Vlan vlan -> {
        named.addAll(vlan.tagged());
        named.addAll(vlan.untagged());
      }
      case StaticEntry entry -> named.add(entry.port());
    }
    named.removeAll(numbers.keySet());
    return named;
  }

  /** The key of a physical port's reception entry. */
  static Entity reception(int port) {
    return TableEntry.of("reception").exact("port", port).key();
  }

  /** Whether a reception entry lets its port reflect. */
  static boolean reflects(Entity reception) {
    Action receive = reception instanceof TableEntry entry ? entry.action() : null;
    return receive != null && Value.of(1).equals(receive.params().get("reflective_relay"));
  }

  private List<Entity> of(Interface networkInterface) {
    Integer port = numbers.get(networkInterface.name());
    BridgePort bridgePort = networkInterface.bridgePort();
    if (port == null || bridgePort == null || !networkInterface.enabled()) {
      return List.of();
    }
    AcceptableFrameTypes types = bridgePort.acceptableFrameTypes();
    return List.of(
        TableEntry.of("reception")
            .exact("port", port)
            .action(
                Action.of("receive")
                    .with("logical_port", port)
                    .with("pvid", bridgePort.pvid())
                    .with("admit_tagged", types != AcceptableFrameTypes.UNTAGGED_ONLY)
                    .with("admit_untagged", types != AcceptableFrameTypes.TAGGED_ONLY)
                    .with("ingress_filtering", bridgePort.ingressFiltering())
                    .with(
                        "reflective_relay",
                        bridgePort.reflectiveRelay() == ReflectiveRelay.FORCED)),
        TableEntry.of("transmission")
            .exact("transmission_port", port)
            .action(Action.of("transmit").with("port", port)),
        TableEntry.of("ingress_state")
            .exact("reception_port", port)
            .exact("mstid", CIST)
            .action(Action.of("set_ingress_state").with("state", FORWARDING)),
        TableEntry.of("egress_state")
            .exact("transmission_port", port)
            .exact("mstid", CIST)
            .action(Action.of("set_egress_state").with("state", FORWARDING)));
  }

  private List<Entity> of(Vlan vlan) {
    List<Entity> entities = new ArrayList<>();
    entities.add(
        TableEntry.of("vlan")
            .exact("vid", vlan.vid())
            .action(
                Action.of("relay")
                    .with("fid", vlan.fid())
                    .with("mstid", CIST)
                    .with("group", vlan.vid())));
    Set<Replica> replicas = new LinkedHashSet<>();
    members(entities, replicas, vlan.vid(), vlan.tagged(), "tagged");
    members(entities, replicas, vlan.vid(), vlan.untagged(), "untagged");
    entities.add(new MulticastGroup(vlan.vid(), replicas));
    return entities;
  }

  private void members(
      List<Entity> entities, Set<Replica> replicas, int vid, Set<String> names, String action) {
    for (String name : names) {
      Integer port = numbers.get(name);
      if (port == null) {
        continue;
      }
      replicas.add(new Replica(port, port));
      entities.add(
          TableEntry.of("ingress_member")
              .exact("reception_port", port)
              .exact("vid", vid)
              .action("admit"));
      entities.add(
          TableEntry.of("egress_member")
              .exact("transmission_port", port)
              .exact("vid", vid)
              .action(action));
    }
  }

  private List<Entity> of(StaticEntry entry) {
    Integer port = numbers.get(entry.port());
    return port == null
        ? List.of()
        : List.of(
            TableEntry.of("fdb")
                .exact("fid", entry.fid())
                .exact("dst_addr", entry.address())
                .action(Action.of("forward").with("logical_port", port)));
  }
}
