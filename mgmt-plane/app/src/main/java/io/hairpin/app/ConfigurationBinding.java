package io.hairpin.app;

import io.hairpin.bridge.Change;
import io.hairpin.bridge.ConfigurationObject;
import io.hairpin.bridge.ConfigurationObject.AcceptableFrameTypes;
import io.hairpin.bridge.ConfigurationObject.AddressLearning;
import io.hairpin.bridge.ConfigurationObject.Admission;
import io.hairpin.bridge.ConfigurationObject.BridgePort;
import io.hairpin.bridge.ConfigurationObject.FilteringDatabase;
import io.hairpin.bridge.ConfigurationObject.FloodLimits;
import io.hairpin.bridge.ConfigurationObject.GroupMembership;
import io.hairpin.bridge.ConfigurationObject.Interface;
import io.hairpin.bridge.ConfigurationObject.MacLearning;
import io.hairpin.bridge.ConfigurationObject.Multicast;
import io.hairpin.bridge.ConfigurationObject.ObjectKey;
import io.hairpin.bridge.ConfigurationObject.Protection;
import io.hairpin.bridge.ConfigurationObject.ReflectiveRelay;
import io.hairpin.bridge.ConfigurationObject.SChannel;
import io.hairpin.bridge.ConfigurationObject.SampleCollector;
import io.hairpin.bridge.ConfigurationObject.StaticEntry;
import io.hairpin.bridge.ConfigurationObject.Vlan;
import io.hairpin.bridge.InvalidConfigurationException;
import io.hairpin.bridge.MacAddress;
import io.hairpin.netconf.server.RefusedException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeWithValue;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.PathArgument;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapNode;
import org.opendaylight.yangtools.yang.data.api.schema.NormalizedNode;
import org.opendaylight.yangtools.yang.data.api.schema.NormalizedNodes;
import org.opendaylight.yangtools.yang.model.api.DataNodeContainer;
import org.opendaylight.yangtools.yang.model.api.EffectiveModelContext;
import org.opendaylight.yangtools.yang.model.api.LeafListSchemaNode;
import org.opendaylight.yangtools.yang.model.api.ListSchemaNode;

/** From configuration data of our modules and those that they augment to the bridge's records. */
final class ConfigurationBinding {

  /** A list of which each entry is one object of the bridge, or a container that is one. */
  private record Listing(
      YangInstanceIdentifier path,
      DataNodeContainer schema,
      Function<Data, ConfigurationObject> reader) {

    ConfigurationObject read(NormalizedNode entry) {
      return reader.apply(new Data(schema, (DataContainerNode) entry));
    }
  }

  private final List<Listing> listings;

  ConfigurationBinding(EffectiveModelContext model) {
    listings =
        List.of(
            listing(model, ConfigurationBinding::networkInterface, "interfaces", "interface"),
            listing(model, ConfigurationBinding::vlan, "bridge", "vlan"),
            listing(model, ConfigurationBinding::filteringDatabase, "bridge", "filtering-database"),
            listing(model, ConfigurationBinding::sampleCollector, "bridge", "sampling"),
            listing(
                model,
                ConfigurationBinding::staticEntry,
                "bridge",
                "filtering-database",
                "static-entry"),
            listing(model, AccessListBinding::accessList, "acls", "acl"),
            listing(
                model,
                AccessListBinding::interfaceAttachment,
                "acls",
                "attachment-points",
                "interface"),
            listing(model, AccessListBinding::vlanAttachment, "acls", "attachment-points", "vlan"),
            listing(model, AccessListBinding::mirrorSession, "bridge", "mirroring", "session"),
            listing(model, QualityOfServiceBinding::port, "interfaces", "interface"),
            listing(model, QualityOfServiceBinding::vlanPolicing, "bridge", "vlan"),
            listing(model, QualityOfServiceBinding::policer, "bridge", "qos", "policer"),
            listing(
                model, QualityOfServiceBinding::trafficClass, "bridge", "qos", "traffic-class"));
  }

  /** Reads a whole configuration. */
  List<ConfigurationObject> read(ContainerNode root) {
    List<ConfigurationObject> objects = new ArrayList<>();
    for (Listing listing : listings) {
      switch (find(root, listing.path())) {
        case MapNode list -> list.body().forEach(entry -> objects.add(listing.read(entry)));
        case ContainerNode container -> objects.add(listing.read(container));
        case null, default -> {}
      }
    }
    return objects;
  }

  /** Reads what a commit changes, at the cost of what it changes. */
  Change read(io.hairpin.netconf.server.Change change) {
    List<ConfigurationObject> put = new ArrayList<>();
    List<ObjectKey> removed = new ArrayList<>();
    for (Listing listing : listings) {
      for (YangInstanceIdentifier entry : affected(listing, change)) {
        NormalizedNode after = find(change.after(), entry);
        NormalizedNode before = find(change.before(), entry);
        if (after != null) {
          put.add(listing.read(after));
        } else if (before != null) {
          removed.add(listing.read(before).key());
        }
      }
    }
    return new Change(put, removed);
  }

  /** Says a refusal of the bridge in terms of the data. */
  RefusedException refused(
      InvalidConfigurationException invalid, io.hairpin.netconf.server.Change change) {
    return new RefusedException(
        path(invalid, change), ErrorTag.INVALID_VALUE, null, String.valueOf(invalid.getMessage()));
  }

  private @Nullable YangInstanceIdentifier path(
      InvalidConfigurationException invalid, io.hairpin.netconf.server.Change change) {
    for (Listing listing : listings) {
      for (YangInstanceIdentifier entry : affected(listing, change)) {
        NormalizedNode after = find(change.after(), entry);
        if (after != null && listing.read(after).key().equals(invalid.object())) {
          var attribute = Data.child(listing.schema(), invalid.attribute());
          YangInstanceIdentifier node = entry.node(NodeIdentifier.create(attribute.getQName()));
          return attribute instanceof LeafListSchemaNode
              ? node.node(new NodeWithValue<>(attribute.getQName(), invalid.value()))
              : node;
        }
      }
    }
    return null;
  }

  private static Set<YangInstanceIdentifier> affected(
      Listing listing, io.hairpin.netconf.server.Change change) {
    Set<YangInstanceIdentifier> entries = new LinkedHashSet<>();
    for (var edit : change.edits()) {
      int depth = listing.path().getPathArguments().size();
      List<PathArgument> arguments = edit.path().getPathArguments();
      if (arguments.size() > depth) {
        if (listing.path().contains(edit.path())) {
          entries.add(
              listing.schema() instanceof ListSchemaNode
                  ? listing.path().node(arguments.get(depth))
                  : listing.path());
        }
      } else if (edit.path().contains(listing.path())) {
        addEntries(entries, listing, change.before());
        addEntries(entries, listing, change.after());
      }
    }
    return entries;
  }

  private static void addEntries(
      Set<YangInstanceIdentifier> entries, Listing listing, ContainerNode root) {
    switch (find(root, listing.path())) {
      case MapNode list ->
          list.body().forEach(entry -> entries.add(listing.path().node(entry.name())));
      case ContainerNode _ -> entries.add(listing.path());
      case null, default -> {}
    }
  }

  private static @Nullable NormalizedNode find(ContainerNode root, YangInstanceIdentifier path) {
    Optional<NormalizedNode> found = NormalizedNodes.findNode(root, path);
    return found.orElse(null);
  }

  private static Listing listing(
      EffectiveModelContext model, Function<Data, ConfigurationObject> reader, String... names) {
    DataNodeContainer schema = model;
    List<PathArgument> path = new ArrayList<>();
    for (String name : names) {
      var child = Data.child(schema, name);
      QName qname = child.getQName();
      path.add(NodeIdentifier.create(qname));
      schema = (DataNodeContainer) child;
    }
    return new Listing(YangInstanceIdentifier.of(path), schema, reader);
  }

  private static Interface networkInterface(Data data) {
    return new Interface(
        data.get("name"),
        data.flag("enabled"),
        data.presence("s-component").isPresent(),
        data.presence("s-channel").map(ConfigurationBinding::sChannel).orElse(null),
        data.presence("bridge-port").map(ConfigurationBinding::bridgePort).orElse(null));
  }

  private static SChannel sChannel(Data data) {
    return new SChannel(data.get("port"), data.number("s-vid"));
  }

  private static BridgePort bridgePort(Data data) {
    Data multicast = data.container("multicast");
    return new BridgePort(
        new Admission(
            data.number("pvid"),
            constant(AcceptableFrameTypes.class, data.get("acceptable-frame-types")),
            data.flag("ingress-filtering")),
        constant(ReflectiveRelay.class, data.container("reflective-relay").get("rr-admin")),
        new AddressLearning(
            constant(MacLearning.class, data.get("mac-learning")), limit(data, "mac-limit")),
        protection(data.container("flood-limits"), data.container("loop-protection")),
        data.find("sampling-rate").map(Integer::parseInt).orElse(0),
        new GroupMembership(multicast.flag("fast-leave"), limit(multicast, "group-limit")));
  }

  private static int limit(Data data, String leaf) {
    return data.find(leaf).map(Integer::parseInt).orElse(ConfigurationObject.UNLIMITED);
  }

  private static Protection protection(Data limits, Data loops) {
    return new Protection(
        new FloodLimits(
            limit(limits, "broadcast"),
            limit(limits, "multicast"),
            limit(limits, "unknown-unicast"),
            limit(limits, "reflected")),
        loops.flag("bpdu-guard"),
        loops.flag("loop-detection"),
        limit(loops, "move-limit"),
        loops.get("action").equals("shutdown"),
        Duration.ofSeconds(loops.number("recovery-time")));
  }

  private static Vlan vlan(Data data) {
    int vid = data.number("vid");
    return new Vlan(
        vid,
        data.find("fid").map(Integer::parseInt).orElse(vid),
        data.set("tagged-port"),
        data.set("untagged-port"),
        limit(data, "mac-limit"),
        multicast(data.container("multicast")));
  }

  private static Multicast multicast(Data data) {
    return new Multicast(
        data.flag("snooping"),
        constant(Multicast.Unregistered.class, data.get("unregistered")),
        data.set("router-port"),
        data.list("static-group").stream()
            .collect(
                Collectors.toMap(
                    group -> MacAddress.parse(group.get("mac-address")),
                    group -> group.set("port"))));
  }

  private static FilteringDatabase filteringDatabase(Data data) {
    return new FilteringDatabase(Duration.ofSeconds(data.number("ageing-time")));
  }

  private static StaticEntry staticEntry(Data data) {
    return new StaticEntry(
        data.number("fid"),
        MacAddress.parse(data.get("mac-address")),
        data.find("port").orElse(null));
  }

  private static SampleCollector sampleCollector(Data data) {
    return new SampleCollector(
        InetAddress.ofLiteral(data.get("collector")),
        data.number("udp-port"),
        InetAddress.ofLiteral(data.get("agent")));
  }

  private static <E extends Enum<E>> E constant(Class<E> type, String yangName) {
    return Enum.valueOf(type, yangName.toUpperCase(Locale.ROOT).replace('-', '_'));
  }
}
