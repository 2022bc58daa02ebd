package io.hairpin.netconf.server;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.common.QNameModule;
import org.opendaylight.yangtools.yang.common.Revision;
import org.opendaylight.yangtools.yang.common.Uint32;
import org.opendaylight.yangtools.yang.common.XMLNamespace;
import org.opendaylight.yangtools.yang.common.YangVersion;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifierWithPredicates;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerChild;
import org.opendaylight.yangtools.yang.data.api.schema.MapEntryNode;
import org.opendaylight.yangtools.yang.data.spi.node.ImmutableNodes;
import org.opendaylight.yangtools.yang.model.api.Module;

/** What the server tells about itself: capabilities, and ietf-netconf-monitoring (RFC 6022). */
final class Monitoring {
  private final Schema schema;
  private final Datastores datastores;
  private final Sessions sessions;
  private final List<String> capabilities;

  Monitoring(Schema schema, Datastores datastores, Sessions sessions, List<String> capabilities) {
    this.schema = schema;
    this.datastores = datastores;
    this.sessions = sessions;
    this.capabilities = capabilities;
  }

  /** The capabilities of hello: the protocol's, then the modules of YANG 1 (RFC 6020, 5.6.4). */
  static List<String> capabilities(Schema schema) {
    List<String> all = new ArrayList<>();
    all.add(Namespaces.BASE_1_0);
    all.add(Namespaces.BASE_1_1);
    all.add(Namespaces.CAPABILITY + "candidate:1.0");
    all.add(Namespaces.CAPABILITY + "rollback-on-error:1.0");
    all.add(Namespaces.CAPABILITY + "validate:1.1");
    for (Module module : schema.context().getModules()) {
      if (module.getYangVersion() == YangVersion.VERSION_1 && schema.implemented(module)) {
        String revision =
            module.getRevision().map(Revision::toString).map(r -> "&revision=" + r).orElse("");
        String features =
            String.join(
                ",", module.getFeatures().stream().map(f -> f.getQName().getLocalName()).toList());
        all.add(
            "%s?module=%s%s%s"
                .formatted(
                    module.getNamespace(),
                    module.getName(),
                    revision,
                    features.isEmpty() ? "" : "&features=" + features));
      }
    }
    return List.copyOf(all);
  }

  Map<QName, StateProvider> providers() {
    Map<QName, StateProvider> providers = new LinkedHashMap<>();
    module(Namespaces.MONITORING)
        .ifPresent(m -> providers.put(QName.create(m, "netconf-state"), () -> state(m)));
    return providers;
  }

  private Optional<QNameModule> module(String namespace) {
    return schema.context().findModules(XMLNamespace.of(namespace)).stream()
        .map(Module::getQNameModule)
        .findFirst();
  }

  private static DataContainerChild leaf(QNameModule module, String name, Object value) {
    return ImmutableNodes.leafNode(QName.create(module, name), value);
  }

  private static ContainerNode container(
      QNameModule module, String name, List<? extends DataContainerChild> children) {
    var builder =
        ImmutableNodes.newContainerBuilder()
            .withNodeIdentifier(new NodeIdentifier(QName.create(module, name)));
    children.forEach(builder::withChild);
    return builder.build();
  }

  private static DataContainerChild list(
      QNameModule module, String name, List<MapEntryNode> entries) {
    var builder =
        ImmutableNodes.newSystemMapBuilder()
            .withNodeIdentifier(new NodeIdentifier(QName.create(module, name)));
    entries.forEach(builder::withChild);
    return builder.build();
  }

  private static MapEntryNode entry(
      QNameModule module, String name, Map<String, Object> keys, List<DataContainerChild> others) {
    Map<QName, Object> named = new LinkedHashMap<>();
    keys.forEach((key, value) -> named.put(QName.create(module, key), value));
    var builder =
        ImmutableNodes.newMapEntryBuilder()
            .withNodeIdentifier(NodeIdentifierWithPredicates.of(QName.create(module, name), named));
    named.forEach((key, value) -> builder.withChild(ImmutableNodes.leafNode(key, value)));
    others.forEach(builder::withChild);
    return builder.build();
  }

  private Optional<ContainerNode> state(QNameModule m) {
    return Optional.of(
        container(
            m,
            "netconf-state",
            List.of(
                container(m, "capabilities", List.of(capabilityList(m))),
                container(m, "datastores", List.of(list(m, "datastore", datastoreList(m)))),
                container(m, "schemas", List.of(list(m, "schema", schemaList(m)))),
                container(m, "sessions", List.of(list(m, "session", sessionList(m)))))));
  }

  private DataContainerChild capabilityList(QNameModule m) {
    var builder =
        ImmutableNodes.<Object>newSystemLeafSetBuilder()
            .withNodeIdentifier(new NodeIdentifier(QName.create(m, "capability")));
    capabilities.forEach(
        c -> builder.withChild(ImmutableNodes.leafSetEntry(QName.create(m, "capability"), c)));
    return builder.build();
  }

  private List<MapEntryNode> datastoreList(QNameModule m) {
    List<MapEntryNode> entries = new ArrayList<>();
    for (Datastores.Name name : Datastores.Name.values()) {
      List<DataContainerChild> locks =
          datastores
              .lockOf(name)
              .map(lock -> List.<DataContainerChild>of(locks(m, lock)))
              .orElse(List.of());
      entries.add(entry(m, "datastore", Map.of("name", name.toString()), locks));
    }
    return entries;
  }

  private static ContainerNode locks(QNameModule m, Datastores.Lock lock) {
    ContainerNode global =
        container(
            m,
            "global-lock",
            List.of(
                leaf(m, "locked-by-session", Uint32.valueOf(lock.session())),
                leaf(m, "locked-time", lock.since().toString())));
    var choice =
        ImmutableNodes.newChoiceBuilder()
            .withNodeIdentifier(new NodeIdentifier(QName.create(m, "lock-type")))
            .withChild(global)
            .build();
    return container(m, "locks", List.of(choice));
  }

  private List<MapEntryNode> schemaList(QNameModule m) {
    List<MapEntryNode> entries = new ArrayList<>();
    QName yang = QName.create(m, "yang");
    QName location = QName.create(m, "location");
    for (Schema.Source source : schema.sources()) {
      Map<String, Object> keys = new LinkedHashMap<>();
      keys.put("identifier", source.name());
      keys.put("version", source.revision());
      keys.put("format", yang);
      var locations =
          ImmutableNodes.<Object>newSystemLeafSetBuilder()
              .withNodeIdentifier(new NodeIdentifier(location))
              .withChild(ImmutableNodes.leafSetEntry(location, "NETCONF"))
              .build();
      entries.add(
          entry(m, "schema", keys, List.of(leaf(m, "namespace", source.namespace()), locations)));
    }
    return entries;
  }

  private List<MapEntryNode> sessionList(QNameModule m) {
    List<MapEntryNode> entries = new ArrayList<>();
    for (Session session : sessions.all()) {
      entries.add(
          entry(
              m,
              "session",
              Map.of("session-id", Uint32.valueOf(session.id())),
              List.of(
                  leaf(m, "transport", QName.create(m, "netconf-ssh")),
                  leaf(m, "username", session.user()),
                  leaf(m, "source-host", session.peer()),
                  leaf(m, "login-time", session.login().toString()))));
    }
    return entries;
  }
}
