package io.hairpin.bridge;

import io.hairpin.bridge.ConfigurationObject.AcceptableFrameTypes;
import io.hairpin.bridge.ConfigurationObject.BridgePort;
import io.hairpin.bridge.ConfigurationObject.FilteringDatabase;
import io.hairpin.bridge.ConfigurationObject.FloodLimits;
import io.hairpin.bridge.ConfigurationObject.Interface;
import io.hairpin.bridge.ConfigurationObject.MacLearning;
import io.hairpin.bridge.ConfigurationObject.ReflectiveRelay;
import io.hairpin.bridge.ConfigurationObject.SChannel;
import io.hairpin.bridge.ConfigurationObject.SampleCollector;
import io.hairpin.bridge.ConfigurationObject.StaticEntry;
import io.hairpin.bridge.ConfigurationObject.Vlan;
import io.hairpin.bridge.LogicalPorts.Place;
import io.hairpin.bridge.QualityOfService.Policer;
import io.hairpin.p4runtime.client.Action;
import io.hairpin.p4runtime.client.CloneSession;
import io.hairpin.p4runtime.client.DigestConfig;
import io.hairpin.p4runtime.client.Entity;
import io.hairpin.p4runtime.client.Match;
import io.hairpin.p4runtime.client.MeterCell;
import io.hairpin.p4runtime.client.MulticastGroup;
import io.hairpin.p4runtime.client.Replica;
import io.hairpin.p4runtime.client.TableEntry;
import io.hairpin.p4runtime.client.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the dataplane should hold, in the pipeline's terms: a pure function of each configuration
 * object or learnt station, and of nothing else than that, the rates of the policer that it names
 * and the numbers of the ports. Ports that the switch does not have are left out.
 */
final class Intent {

  /** The clone session and the instance of samples. */
  static final int SAMPLES = 100;

  static final int SAMPLE = 0xFFFF;

  /** A frame trapped for its reserved address (802.1Q 8.6.3), as packet-in says. */
  static final int TRAP_RESERVED_ADDRESS = 1;

  /** A copy of a frame, taken at random. */
  static final int TRAP_SAMPLE = 2;

  /** A frame by which this bridge looks for loops. */
  static final int TRAP_PROBE = 3;

  /** The classes of the meter and of the counter of floods, of each logical port. */
  static final int FLOOD_CLASSES = 4;

  static final int BROADCAST = 1;
  static final int MULTICAST = 2;
  static final int UNKNOWN_UNICAST = 3;

  static final String FLOOD_RATE = "flood_rate";
  static final String REFLECTION_RATE = "reflection_rate";

  private static final long ADDRESS_MASK = 0xFFFF_FFFF_FFFFL;
  private static final int ETHER_TYPE_MASK = 0xFFFF;

  /** The chance to be sampled that is one. */
  private static final int SAMPLE_ALL = 1 << 24;

  private static final long RESERVED_ADDRESS = 0x0180_C200_0000L;
  private static final long RESERVED_ADDRESS_MASK = 0xFFFF_FFFF_FFF0L;

  /** The common and internal spanning tree, of which every VLAN is a part so far. */
  private static final int CIST = 0;

  private static final int BLOCKING = 0;
  private static final int FORWARDING = 2;

  /** The digest that control learns from. */
  static final String LEARNING = "learn_t";

  private static final Duration LIST_TIME = Duration.ofMillis(10);
  private static final int LIST_SIZE = 256;
  private static final Duration ACK_TIME = Duration.ofSeconds(1);

  /** The instance of a copy for control, which no logical port has. */
  static final long TO_CONTROL = 0;

  /** From here on, by VID. A VLAN's own group has its VID. */
  private static final int REPORT_GROUPS = 0x1000;

  private static final int QUERY_GROUPS = 0x2000;
  private static final int UNREGISTERED_GROUPS = 0x3000;

  /** The largest number of a multicast group; bmv2 knows no larger one. */
  static final int LAST_GROUP = 0x7FFF;

  /** A membership message, as packet-in says. */
  static final int MEMBERSHIP = 4;

  private final LogicalPorts ports;
  private final int cpuPort;
  private final Function<String, @Nullable Policer> policers;

  /**
   * Makes it.
   *
   * @param policers finds policers by their names
   */
  Intent(LogicalPorts ports, int cpuPort, Function<String, @Nullable Policer> policers) {
    this.ports = ports;
    this.cpuPort = cpuPort;
    this.policers = policers;
  }

  /** What the dataplane holds whatever the configuration: the way to the CPU and back. */
  static List<Entity> base(int cpuPort, long bridge) {
    return List.of(
        new DigestConfig(LEARNING, LIST_TIME, LIST_SIZE, ACK_TIME),
        new CloneSession(SAMPLES, Set.of(new Replica(cpuPort, SAMPLE)), 0, 0),
        TableEntry.of("trap")
            .ternary("dst_addr", ControlFrames.probeAddress(bridge), ADDRESS_MASK)
            .ternary("ether_type", ControlFrames.LOOPBACK, ETHER_TYPE_MASK)
            .priority(1)
            .action(Action.of("to_cpu").with("port", cpuPort).with("reason", TRAP_PROBE)),
        TableEntry.of("reception").exact("port", cpuPort).action("from_cpu"),
        TableEntry.of("trap")
            .ternary("dst_addr", RESERVED_ADDRESS, RESERVED_ADDRESS_MASK)
            .priority(1)
            .action(
                Action.of("to_cpu").with("port", cpuPort).with("reason", TRAP_RESERVED_ADDRESS)));
  }

  /** By which address a target knows the bridge: that of its probes, but for the first octet. */
  static OptionalLong address(Collection<Entity> held) {
    for (Entity entity : held) {
      if (entity instanceof TableEntry entry
          && entry.table().equals("trap")
          && entry.action() != null
          && number(entry.action(), "reason") == TRAP_PROBE
          && entry.matches().get("dst_addr") instanceof Match.Ternary ternary) {
        return OptionalLong.of(ternary.value().toLong());
      }
    }
    return OptionalLong.empty();
  }

  List<Entity> of(ConfigurationObject object) {
    return switch (object) {
      case Interface networkInterface -> of(networkInterface);
      case Vlan vlan -> of(vlan);
      case StaticEntry entry -> of(entry);
      case FilteringDatabase _, SampleCollector _ -> List.of();
      case QualityOfService qos -> QualityOfServiceIntent.of(qos, ports, policers);
      case AccessList _, Attachment _, MirrorSession _ -> List.of(); // See Attachments.
    };
  }

  /** The ports that an object names and the switch does not have. */
  Set<String> missing(ConfigurationObject object) {
    Set<String> named = ConfigurationCheck.named(object);
    named.removeIf(name -> ports.number(name).isPresent());
    return named;
  }

  /** What an entry of the table {@code source} says; the port 0 is none: a blackhole. */
  record Source(Station station, int port, boolean isStatic) {}

  static Optional<Source> source(Entity entity) {
    if (!(entity instanceof TableEntry entry) || !entry.table().equals("source")) {
      return Optional.empty();
    }
    Action action = entry.action();
    if (action == null) {
      return Optional.empty();
    }
    return Optional.of(
        action.params().isEmpty()
            ? new Source(sourceOf(entry), 0, true)
            : new Source(
                sourceOf(entry),
                (int) number(action, "logical_port"),
                number(action, "is_static") == 1));
  }

  /** The station of an entry, or of a key, of the table {@code source}. */
  static Station sourceOf(TableEntry entry) {
    return new Station((int) number(entry, "fid"), number(entry, "src_addr"));
  }

  static long number(TableEntry entry, String field) {
    if (entry.matches().get(field) instanceof Match.Exact(Value value)) {
      return value.toLong();
    }
    throw new IllegalArgumentException("No field " + field + " in " + entry);
  }

  private static long number(Action action, String param) {
    return Objects.requireNonNull(action.params().get(param)).toLong();
  }

  /** The key of a physical port's reception entry. */
  static Entity reception(int port) {
    return TableEntry.of("reception").exact("port", port).key();
  }

  /** The key of an S-channel's reception entry. */
  static Entity reception(int port, int sVid) {
    return channelReception(port, sVid).key();
  }

  private static TableEntry channelReception(int port, int sVid) {
    return TableEntry.of("channel_reception").exact("port", port).exact("s_vid", sVid);
  }

  /** By which logical ports a target knows S-channels. */
  static Map<Place, Integer> channels(Collection<Entity> held) {
    Map<Place, Integer> channels = new HashMap<>();
    for (Entity entity : held) {
      if (entity instanceof TableEntry entry
          && entry.table().equals("channel_reception")
          && entry.action() != null) {
        channels.put(
            new Place((int) number(entry, "port"), (int) number(entry, "s_vid")),
            (int) number(entry.action(), "logical_port"));
      }
    }
    return channels;
  }

  /** Whether a reception entry lets its port reflect. */
  static boolean reflects(Entity reception) {
    Action receive = reception instanceof TableEntry entry ? entry.action() : null;
    return receive != null && Value.of(1).equals(receive.params().get("reflective_relay"));
  }

  private List<Entity> of(Interface networkInterface) {
    OptionalInt number = ports.number(networkInterface.name());
    if (number.isEmpty() || !networkInterface.enabled()) {
      return List.of();
    }
    int port = number.getAsInt();
    BridgePort bridgePort = networkInterface.bridgePort();
    SChannel channel = networkInterface.sChannel();
    if (bridgePort == null) {
      return channel == null && networkInterface.sComponent()
          ? List.of(TableEntry.of("reception").exact("port", port).action("channels_only"))
          : List.of();
    }
    int physical = ports.physical(networkInterface.name()).orElseThrow();
    List<Entity> entities = new ArrayList<>();
    if (channel == null) {
      entities.add(
          TableEntry.of("reception")
              .exact("port", port)
              .action(
                  received(Action.of("receive"), port, bridgePort)
                      .with("s_component", networkInterface.sComponent())));
    } else {
      entities.add(
          channelReception(physical, channel.sVid())
              .action(received(Action.of("receive_channel"), port, bridgePort)));
      entities.add(
          TableEntry.of("channel_transmission")
              .exact("transmission_port", port)
              .action(Action.of("s_tagged").with("s_vid", channel.sVid())));
    }
    entities.add(
        TableEntry.of("transmission")
            .exact("transmission_port", port)
            .action(Action.of("transmit").with("port", physical)));
    entities.add(
        TableEntry.of("ingress_state")
            .exact("reception_port", port)
            .exact("mstid", CIST)
            .action(Action.of("set_ingress_state").with("state", FORWARDING)));
    entities.add(
        TableEntry.of("egress_state")
            .exact("transmission_port", port)
            .exact("mstid", CIST)
            .action(Action.of("set_egress_state").with("state", FORWARDING)));
    FloodLimits limits = bridgePort.protection().limits();
    limit(entities, FLOOD_RATE, port * FLOOD_CLASSES + BROADCAST, limits.broadcast());
    limit(entities, FLOOD_RATE, port * FLOOD_CLASSES + MULTICAST, limits.multicast());
    limit(entities, FLOOD_RATE, port * FLOOD_CLASSES + UNKNOWN_UNICAST, limits.unknownUnicast());
    limit(entities, REFLECTION_RATE, port, limits.reflected());
    return entities;
  }

  private static void limit(List<Entity> entities, String meter, int index, int rate) {
    if (rate != ConfigurationObject.UNLIMITED) {
      entities.add(MeterCell.of(meter, index, rate, rate));
    }
  }

  /** The same entities with port states that let nothing pass. */
  static List<Entity> blocking(List<Entity> entities) {
    return entities.stream()
        .map(
            entity ->
                entity instanceof TableEntry entry
                        && entry.action() != null
                        && entry.action().params().containsKey("state")
                    ? entry.action(entry.action().with("state", BLOCKING))
                    : entity)
        .toList();
  }

  /** The cells of each meter that may have rates, given the ports and what else a target holds. */
  static Map<String, Collection<Long>> meterCells(
      Collection<Integer> ports, Collection<Entity> held) {
    Map<String, Collection<Long>> cells = new HashMap<>(QualityOfServiceIntent.cells(held));
    cells.put(FLOOD_RATE, cells(FLOOD_RATE, ports));
    cells.put(REFLECTION_RATE, cells(REFLECTION_RATE, ports));
    return cells;
  }

  /** The cells of a meter that logical ports have. */
  static List<Long> cells(String meter, Collection<Integer> ports) {
    List<Long> cells = new ArrayList<>();
    for (int port : ports) {
      if (meter.equals(REFLECTION_RATE)) {
        cells.add((long) port);
      } else {
        for (int flood = BROADCAST; flood <= UNKNOWN_UNICAST; flood++) {
          cells.add((long) port * FLOOD_CLASSES + flood);
        }
      }
    }
    return cells;
  }

  private static Action received(Action action, int port, BridgePort bridgePort) {
    AcceptableFrameTypes types = bridgePort.admission().frameTypes();
    return action
        .with("logical_port", port)
        .with("pvid", bridgePort.admission().pvid())
        .with("admit_tagged", types != AcceptableFrameTypes.UNTAGGED_ONLY)
        .with("admit_untagged", types != AcceptableFrameTypes.TAGGED_ONLY)
        .with("ingress_filtering", bridgePort.admission().ingressFiltering())
        .with("reflective_relay", bridgePort.reflectiveRelay() == ReflectiveRelay.FORCED)
        .with("mac_learning", macLearning(bridgePort.learning().mode()))
        .with(
            "sampling",
            bridgePort.samplingRate() == 0
                ? 0
                : Math.min(SAMPLE_ALL - 1, SAMPLE_ALL / bridgePort.samplingRate()));
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
                    .with("group", vlan.vid())
                    .with("unregistered", unregistered(vlan))
                    .with("queries", queries(vlan))
                    .with("reports", reports(vlan))));
    Set<Replica> replicas = new LinkedHashSet<>();
    members(entities, replicas, vlan.vid(), vlan.tagged(), "tagged");
    members(entities, replicas, vlan.vid(), vlan.untagged(), "untagged");
    entities.add(new MulticastGroup(vlan.vid(), replicas));
    if (vlan.multicast().snooping()) {
      Set<Replica> queries = new LinkedHashSet<>(replicas);
      queries.add(new Replica(cpuPort, TO_CONTROL));
      entities.add(new MulticastGroup(queries(vlan), queries));
    }
    return entities;
  }

  /** The multicast group of frames to groups that are not registered; 0 discards them. */
  static int unregistered(Vlan vlan) {
    return switch (vlan.multicast().unregistered()) {
      case FLOOD -> vlan.vid();
      case FILTER -> 0;
      case ROUTER_PORTS -> UNREGISTERED_GROUPS + vlan.vid();
    };
  }

  /** The multicast group of IGMP and MLD queries: every member, and control. */
  private static int queries(Vlan vlan) {
    return vlan.multicast().snooping() ? QUERY_GROUPS + vlan.vid() : vlan.vid();
  }

  /** The multicast group of IGMP and MLD reports: the router ports, and control. */
  static int reports(Vlan vlan) {
    return vlan.multicast().snooping() ? REPORT_GROUPS + vlan.vid() : vlan.vid();
  }

  /** Where frames to a registered group go. */
  static TableEntry group(int fid, long mac, int group) {
    return TableEntry.of("fdb")
        .exact("fid", fid)
        .exact("dst_addr", mac)
        .action(Action.of("forward_group").with("group", group));
  }

  /** What an entry for a registered group says. */
  record Group(int fid, long mac, int number) {}

  static List<Group> groups(Collection<Entity> held) {
    List<Group> groups = new ArrayList<>();
    for (Entity entity : held) {
      if (entity instanceof TableEntry entry
          && entry.table().equals("fdb")
          && entry.action() != null
          && entry.action().name().equals("forward_group")) {
        groups.add(
            new Group(
                (int) number(entry, "fid"),
                number(entry, "dst_addr"),
                (int) number(entry.action(), "group")));
      }
    }
    return groups;
  }

  private void members(
      List<Entity> entities, Set<Replica> replicas, int vid, Set<String> names, String action) {
    for (String name : names) {
      OptionalInt number = ports.number(name);
      if (number.isEmpty()) {
        continue;
      }
      int port = number.getAsInt();
      replicas.add(new Replica(ports.physical(name).orElseThrow(), port));
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

  private static int macLearning(MacLearning learning) {
    return switch (learning) {
      case OFF -> 0;
      case ON -> 1;
      case FORBIDDEN -> 2;
    };
  }

  private List<Entity> of(StaticEntry entry) {
    String name = entry.port();
    if (name == null) {
      return List.of(
          destinationKey(new Station(entry.fid(), entry.address())).action("blackhole"),
          sourceKey(new Station(entry.fid(), entry.address())).action("barred"));
    }
    OptionalInt port = ports.number(name);
    return port.isEmpty()
        ? List.of()
        : List.of(
            destination(new Station(entry.fid(), entry.address()), port.getAsInt()),
            source(new Station(entry.fid(), entry.address()), port.getAsInt(), true));
  }

  private static TableEntry destinationKey(Station station) {
    return TableEntry.of("fdb").exact("fid", station.fid()).exact("dst_addr", station.address());
  }

  private static TableEntry sourceKey(Station station) {
    return TableEntry.of("source").exact("fid", station.fid()).exact("src_addr", station.address());
  }

  /** Where frames to a station go. */
  static TableEntry destination(Station station, int port) {
    return destinationKey(station).action(Action.of("forward").with("logical_port", port));
  }

  /** Where frames from a station come from. */
  static TableEntry source(Station station, int port, boolean isStatic) {
    return sourceKey(station)
        .action(Action.of("known").with("logical_port", port).with("is_static", isStatic));
  }
}
