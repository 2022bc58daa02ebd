package io.hairpin.netconf.server;

import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.common.Revision;
import org.opendaylight.yangtools.yang.common.Uint32;
import org.opendaylight.yangtools.yang.common.YangVersion;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerChild;
import org.opendaylight.yangtools.yang.data.api.schema.MapEntryNode;
import org.opendaylight.yangtools.yang.model.api.FeatureDefinition;
import org.opendaylight.yangtools.yang.model.api.Module;
import org.opendaylight.yangtools.yang.model.api.ModuleLike;
import org.opendaylight.yangtools.yang.model.api.Submodule;

/**
 * What the server tells about itself: its capabilities, ietf-netconf-monitoring (RFC 6022) and
 * ietf-yang-library (RFC 8525), also as it was (RFC 7895).
 */
final class Monitoring {
  private static final String LIBRARY = "urn:ietf:params:xml:ns:yang:ietf-yang-library";
  private static final String DATASTORES = "urn:ietf:params:xml:ns:yang:ietf-datastores";

  private final Schema schema;
  private final Datastores datastores;
  private final Sessions sessions;
  private final Instant started = Instant.now();
  private final List<String> capabilities;
  private final StateBuilder monitoring;
  private final StateBuilder library;
  private final String contentId;
  private final ContainerNode yangLibrary;
  private final ContainerNode modulesState;
  private final DataContainerChild schemas;

  Monitoring(Schema schema, Datastores datastores, Sessions sessions) {
    this.schema = schema;
    this.datastores = datastores;
    this.sessions = sessions;
    monitoring = new StateBuilder(schema.module(Namespaces.MONITORING));
    library = new StateBuilder(schema.module(LIBRARY));
    List<DataContainerChild> content = makeLibrary();
    contentId = contentId(content);
    yangLibrary =
        library.container(
            "yang-library",
            Stream.concat(content.stream(), Stream.of(library.leaf("content-id", contentId)))
                .toArray(DataContainerChild[]::new));
    modulesState = makeModulesState();
    capabilities = makeCapabilities();
    schemas = makeSchemas();
  }

  List<String> capabilities() {
    return capabilities;
  }

  Map<QName, StateProvider> providers() {
    return Map.of(
        monitoring.name("netconf-state"),
        () -> Optional.of(state()),
        library.name("yang-library"),
        () -> Optional.of(yangLibrary),
        library.name("modules-state"),
        () -> Optional.of(modulesState));
  }

  private static String revision(ModuleLike module) {
    return module.getRevision().map(Revision::toString).orElse("");
  }

  /** The features of a module that this server has. */
  private List<String> features(ModuleLike module) {
    return module.getFeatures().stream()
        .map(FeatureDefinition::getQName)
        .map(QName::getLocalName)
        .filter(
            feature ->
                !module.getNamespace().toString().equals(Namespaces.BASE)
                    || datastores.features().has(feature))
        .toList();
  }

  /** The capabilities of hello: the protocol's, then the modules of YANG 1 (RFC 6020, 5.6.4). */
  private List<String> makeCapabilities() {
    List<String> all = new ArrayList<>();
    all.add(Namespaces.BASE_1_0);
    all.add(Namespaces.BASE_1_1);
    Features optional = datastores.features();
    if (optional.writableRunning()) {
      all.add(Namespaces.CAPABILITY + "writable-running:1.0");
    }
    all.add(Namespaces.CAPABILITY + "candidate:1.0");
    all.add(Namespaces.CAPABILITY + "confirmed-commit:1.1");
    all.add(Namespaces.CAPABILITY + "rollback-on-error:1.0");
    all.add(Namespaces.CAPABILITY + "validate:1.1");
    all.add(Namespaces.CAPABILITY + "notification:1.0");
    all.add(Namespaces.CAPABILITY + "interleave:1.0");
    all.add(Namespaces.CAPABILITY + "xpath:1.0");
    all.add(Namespaces.CAPABILITY + "partial-lock:1.0");
    all.add(Defaults.CAPABILITY);
    if (optional.startup()) {
      all.add(Namespaces.CAPABILITY + "startup:1.0");
    }
    if (optional.files() != null) {
      all.add(Namespaces.CAPABILITY + "url:1.0?scheme=file");
    }
    if (optional.privateCandidates()) {
      all.add(Features.PRIVATE_CANDIDATE + "?supported-resolution-modes=revert-on-conflict");
    }
    all.add(
        "%syang-library:1.1?revision=%s&content-id=%s"
            .formatted(Namespaces.CAPABILITY, library.module().revisionUnion(), contentId));
    for (Module module : schema.context().getModules()) {
      if (module.getYangVersion() == YangVersion.VERSION_1 && schema.isImplemented(module)) {
        String revision = revision(module);
        List<String> features = features(module);
        all.add(
            "%s?module=%s%s%s"
                .formatted(
                    module.getNamespace(),
                    module.getName(),
                    revision.isEmpty() ? "" : "&revision=" + revision,
                    features.isEmpty() ? "" : "&features=" + String.join(",", features)));
      }
    }
    return List.copyOf(all);
  }

  private ContainerNode state() {
    return monitoring.container(
        "netconf-state",
        monitoring.container("capabilities", monitoring.leafList("capability", capabilities)),
        monitoring.container("datastores", monitoring.list("datastore", datastores())),
        monitoring.container("schemas", schemas),
        monitoring.container("sessions", monitoring.list("session", sessions())),
        monitoring.container("statistics", statistics()));
  }

  private List<MapEntryNode> datastores() {
    List<MapEntryNode> entries = new ArrayList<>();
    for (Datastores.Name name : datastores.names()) {
      DataContainerChild lock = datastores.lockOf(name).map(this::lock).orElse(null);
      if (lock == null && name == Datastores.Name.RUNNING) {
        List<MapEntryNode> parts = datastores.partialLocks().stream().map(this::part).toList();
        lock = parts.isEmpty() ? null : monitoring.list("partial-lock", parts);
      }
      List<ContainerNode> locks =
          lock == null
              ? List.of()
              : List.of(monitoring.container("locks", monitoring.choice("lock-type", lock)));
      entries.add(monitoring.entry("datastore", Map.of("name", name.toString()), locks));
    }
    return entries;
  }

  private ContainerNode lock(Locks.Lock lock) {
    return monitoring.container(
        "global-lock",
        monitoring.leaf("locked-by-session", Uint32.valueOf(lock.session())),
        monitoring.leaf("locked-time", lock.since().toString()));
  }

  private MapEntryNode part(Locks.Part part) {
    return monitoring.entry(
        "partial-lock",
        Map.of("lock-id", Uint32.valueOf(part.id())),
        List.of(
            monitoring.leaf("locked-by-session", Uint32.valueOf(part.session())),
            monitoring.leaf("locked-time", part.since().toString()),
            monitoring.leafList("select", new LinkedHashSet<>(part.selects())),
            monitoring.leafList("locked-node", part.nodes())));
  }

  private DataContainerChild makeSchemas() {
    List<MapEntryNode> entries = new ArrayList<>();
    for (Schema.Source source : schema.sources()) {
      Map<String, Object> keys = new LinkedHashMap<>();
      keys.put("identifier", source.name());
      keys.put("version", source.revision());
      keys.put("format", monitoring.name("yang"));
      entries.add(
          monitoring.entry(
              "schema",
              keys,
              List.of(
                  monitoring.leaf("namespace", schema.namespace(source)),
                  monitoring.leafList("location", List.of("NETCONF")))));
    }
    return monitoring.list("schema", entries);
  }

  private DataContainerChild counter(String name, LongAdder count) {
    return monitoring.leaf(name, Uint32.fromIntBits(count.intValue()));
  }

  /** The totals of RFC 6022 section 2.1.5, of all sessions since the start. */
  private DataContainerChild[] statistics() {
    Counters total = sessions.total();
    return new DataContainerChild[] {
      monitoring.leaf("netconf-start-time", started.toString()),
      counter("in-bad-hellos", total.inBadHellos),
      counter("in-sessions", total.inSessions),
      counter("dropped-sessions", total.droppedSessions),
      counter("in-rpcs", total.inRpcs),
      counter("in-bad-rpcs", total.inBadRpcs),
      counter("out-rpc-errors", total.outRpcErrors),
      counter("out-notifications", total.outNotifications)
    };
  }

  private List<MapEntryNode> sessions() {
    List<MapEntryNode> entries = new ArrayList<>();
    for (Session session : sessions.all()) {
      entries.add(
          monitoring.entry(
              "session",
              Map.of("session-id", Uint32.valueOf(session.id())),
              List.of(
                  monitoring.leaf(
                      "transport", monitoring.name(session.peer().transport().identity())),
                  monitoring.leaf("username", session.user()),
                  monitoring.leaf("source-host", session.peer().host()),
                  monitoring.leaf("login-time", session.login().toString()),
                  counter("in-rpcs", session.counters().inRpcs),
                  counter("in-bad-rpcs", session.counters().inBadRpcs),
                  counter("out-rpc-errors", session.counters().outRpcErrors),
                  counter("out-notifications", session.counters().outNotifications))));
    }
    return entries;
  }

  /** RFC 8525 section 3: it changes when the library does, or the text of a module. */
  private String contentId(List<DataContainerChild> content) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (XmlWriter out =
          new XmlWriter(new DigestOutputStream(OutputStream.nullOutputStream(), digest))) {
        Definition root = schema.root();
        out.start(LIBRARY, "all");
        new DataWriter(out)
            .children(
                Objects.requireNonNull(root.child(library.name("yang-library"))),
                library.container("yang-library", content.toArray(DataContainerChild[]::new)));
        for (Schema.Source source : schema.sources()) {
          out.leaf(LIBRARY, "source", source.text());
        }
        out.end();
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 8);
    } catch (IOException | NoSuchAlgorithmException e) {
      throw new AssertionError("every JVM has SHA-256, and nothing is written anywhere", e);
    }
  }

  private List<DataContainerChild> makeLibrary() {
    List<MapEntryNode> implemented = new ArrayList<>();
    List<MapEntryNode> imported = new ArrayList<>();
    for (Module module : schema.context().getModules()) {
      List<DataContainerChild> about = new ArrayList<>();
      about.add(library.leaf("namespace", module.getNamespace().toString()));
      if (!module.getSubmodules().isEmpty()) {
        about.add(library.list("submodule", submodules(module)));
      }
      if (schema.isImplemented(module)) {
        module.getRevision().ifPresent(r -> about.add(library.leaf("revision", r.toString())));
        if (!module.getFeatures().isEmpty()) {
          about.add(library.leafList("feature", features(module)));
        }
        List<String> deviations = deviations(module).stream().map(Module::getName).toList();
        if (!deviations.isEmpty()) {
          about.add(library.leafList("deviation", deviations));
        }
        implemented.add(library.entry("module", Map.of("name", module.getName()), about));
      } else {
        imported.add(library.entry("import-only-module", nameAndRevision(module), about));
      }
    }
    MapEntryNode set =
        library.entry(
            "module-set",
            Map.of("name", "all"),
            List.of(
                library.list("module", implemented), library.list("import-only-module", imported)));
    MapEntryNode whole =
        library.entry(
            "schema",
            Map.of("name", "all"),
            List.of(library.leafList("module-set", List.of("all"))));
    StateBuilder ds = new StateBuilder(schema.module(DATASTORES));
    List<MapEntryNode> stores = new ArrayList<>();
    for (Datastores.Name name : datastores.names()) {
      stores.add(
          library.entry(
              "datastore",
              Map.of("name", ds.name(name.toString())),
              List.of(library.leaf("schema", "all"))));
    }
    stores.add(
        library.entry(
            "datastore",
            Map.of("name", ds.name("operational")),
            List.of(library.leaf("schema", "all"))));
    return List.of(
        library.list("module-set", List.of(set)),
        library.list("schema", List.of(whole)),
        library.list("datastore", stores));
  }

  private static Map<String, Object> nameAndRevision(ModuleLike module) {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("name", module.getName());
    keys.put("revision", revision(module));
    return keys;
  }

  /** The library as RFC 7895 has it: there are clients that look nowhere else. */
  private ContainerNode makeModulesState() {
    List<MapEntryNode> modules = new ArrayList<>();
    for (Module module : schema.context().getModules()) {
      boolean implemented = schema.isImplemented(module);
      List<DataContainerChild> about = new ArrayList<>();
      about.add(library.leaf("namespace", module.getNamespace().toString()));
      if (implemented && !module.getFeatures().isEmpty()) {
        about.add(library.leafList("feature", features(module)));
      }
      about.add(library.leaf("conformance-type", implemented ? "implement" : "import"));
      if (implemented) {
        about.add(byRevision("deviation", deviations(module)));
      }
      about.add(byRevision("submodule", module.getSubmodules()));
      modules.add(library.entry("module", nameAndRevision(module), about));
    }
    return library.container(
        "modules-state", library.leaf("module-set-id", contentId), library.list("module", modules));
  }

  private DataContainerChild byRevision(String list, Collection<? extends ModuleLike> modules) {
    return library.list(
        list,
        modules.stream()
            .map(module -> library.entry(list, nameAndRevision(module), List.of()))
            .toList());
  }

  /** The modules that say where this server does not follow a module. */
  private List<? extends Module> deviations(Module of) {
    return schema.context().getModules().stream()
        .filter(
            module ->
                module.getDeviations().stream()
                    .anyMatch(
                        deviation ->
                            deviation
                                .getTargetPath()
                                .lastNodeIdentifier()
                                .getModule()
                                .equals(of.getQNameModule())))
        .toList();
  }

  private List<MapEntryNode> submodules(Module module) {
    List<MapEntryNode> entries = new ArrayList<>();
    for (Submodule submodule : module.getSubmodules()) {
      List<DataContainerChild> about =
          submodule
              .getRevision()
              .map(r -> List.of(library.leaf("revision", r.toString())))
              .orElse(List.of());
      entries.add(library.entry("submodule", Map.of("name", submodule.getName()), about));
    }
    return entries;
  }
}
