package io.hairpin.netconf.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.QNameModule;
import org.opendaylight.yangtools.yang.common.Revision;
import org.opendaylight.yangtools.yang.common.XMLNamespace;
import org.opendaylight.yangtools.yang.model.api.EffectiveModelContext;
import org.opendaylight.yangtools.yang.model.api.Module;
import org.opendaylight.yangtools.yang.model.api.meta.StatementSourceException;
import org.opendaylight.yangtools.yang.model.api.source.SourceDependency;
import org.opendaylight.yangtools.yang.model.api.source.SourceIdentifier;
import org.opendaylight.yangtools.yang.model.api.stmt.FeatureSet;
import org.opendaylight.yangtools.yang.model.spi.source.SourceInfo;
import org.opendaylight.yangtools.yang.model.spi.source.StringYangTextSource;
import org.opendaylight.yangtools.yang.parser.api.YangParserException;
import org.opendaylight.yangtools.yang.parser.api.YangParserFactory;
import org.opendaylight.yangtools.yang.parser.api.YangSyntaxErrorException;
import org.opendaylight.yangtools.yang.parser.rfc7950.repo.TextToIRTransformer;

/**
 * The YANG modules (RFC 7950) that a server serves: parsed once, with their sources for {@code
 * get-schema}. The protocol's own modules are always among them. Immutable.
 */
public final class Schema {
  private static final List<String> OWN_MODULES =
      List.of(
          "ietf-netconf",
          "ietf-netconf-monitoring",
          "ietf-netconf-nmda",
          "ietf-netconf-notifications",
          "ietf-netconf-partial-lock",
          "ietf-netconf-with-defaults",
          "hairpin-subscriptions-deviations",
          "ietf-origin",
          "ietf-subscribed-notifications",
          "ietf-yang-library",
          "ietf-yang-push",
          "nc-notifications",
          "notifications",
          ServerConfiguration.MODULE);
  private static final Pattern LINE = Pattern.compile(" on line (\\d+)");
  private static final String RESOURCES = "META-INF/yang";

  /** A module or submodule as it is served by get-schema. */
  record Source(String name, String revision, String module, boolean imported, String text) {}

  private final EffectiveModelContext context;
  private final List<Source> sources;
  private final Definition root;

  private Schema(EffectiveModelContext context, List<Source> sources) {
    this.context = context;
    this.sources = sources;
    this.root =
        Definition.root(
            context,
            context.getModules().stream()
                .filter(this::isImplemented)
                .map(Module::getQNameModule)
                .collect(Collectors.toUnmodifiableSet()));
  }

  /**
   * Begins a schema.
   *
   * @return a builder without any module but the protocol's own
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The modules as yangtools models them.
   *
   * @return the effective model
   */
  public EffectiveModelContext context() {
    return context;
  }

  /** The module of a namespace, which must be there. */
  QNameModule module(String namespace) {
    return context.findModules(XMLNamespace.of(namespace)).stream()
        .map(Module::getQNameModule)
        .findFirst()
        .orElseThrow();
  }

  /** The names of all modules as prefixes. */
  Element.Scope moduleNames() {
    Element.Scope scope = Element.Scope.NONE;
    for (Module module : context.getModules()) {
      scope = new Element.Scope(scope, module.getName(), module.getNamespace().toString());
    }
    return scope;
  }

  List<Source> sources() {
    return sources;
  }

  /** Whether a module is more than a supplier of types and groupings. */
  boolean isImplemented(Module module) {
    return sources.stream().anyMatch(s -> s.name.equals(module.getName()) && !s.imported);
  }

  /** The namespace of the module that a source is, or belongs to. */
  String namespace(Source source) {
    return context.findModules(source.module).stream()
        .map(module -> module.getNamespace().toString())
        .findFirst()
        .orElse("");
  }

  Definition root() {
    return root;
  }

  /** Chooses the modules of a schema. Not thread-safe. */
  public static final class Builder {
    private final Set<String> modules = new LinkedHashSet<>(OWN_MODULES);
    private final Map<String, TreeMap<String, Found>> found = new HashMap<>();
    private final Map<String, Set<String>> features = new LinkedHashMap<>();

    /** A source that may be used; the revision is the empty string where it is not known. */
    private record Found(String name, String text, String origin) {}

    private Builder() {
      features("ietf-subscribed-notifications", "encode-xml", "replay", "subtree", "xpath");
      ClassLoader loader = Schema.class.getClassLoader();
      classPath(loader == null ? ClassLoader.getSystemClassLoader() : loader);
    }

    /**
     * Looks for modules in {@code META-INF/yang} of the directories and jars of a class path.
     * Finding a module does not implement it.
     *
     * @param loader the class loader to ask
     * @return this builder
     */
    public Builder classPath(ClassLoader loader) {
      try {
        for (URL url : (Iterable<URL>) loader.resources(RESOURCES)::iterator) {
          if (url.openConnection() instanceof JarURLConnection jar) {
            jar.setUseCaches(false);
            try (var file = jar.getJarFile()) {
              String prefix = jar.getEntryName();
              for (JarEntry entry : (Iterable<JarEntry>) file.stream()::iterator) {
                if (entry.getName().startsWith(prefix) && entry.getName().endsWith(".yang")) {
                  try (var in = file.getInputStream(entry)) {
                    String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                    add(entry.getName(), text, url + entry.getName().substring(prefix.length()));
                  }
                }
              }
            }
          } else if ("file".equals(url.getProtocol())) {
            scan(Path.of(url.toURI()));
          }
        }
      } catch (IOException | URISyntaxException e) {
        throw new SchemaException("cannot read " + RESOURCES + " of the class path: " + e, e);
      }
      return this;
    }

    /**
     * Implements every module of a directory.
     *
     * @param directory holds {@code NAME.yang} or {@code NAME@REVISION.yang}
     * @return this builder
     */
    public Builder directory(Path directory) {
      modules.addAll(scan(directory));
      return this;
    }

    /**
     * Implements modules that were found on a class path; what they import is found too.
     *
     * @param names the modules' names
     * @return this builder
     */
    public Builder modules(String... names) {
      modules.addAll(List.of(names));
      return this;
    }

    /**
     * Chooses the features of a module (RFC 7950 section 7.20.1); without this it has all of them.
     *
     * @param module the module's name
     * @param names those of its features that are supported
     * @return this builder
     */
    public Builder features(String module, String... names) {
      features.put(module, Set.of(names));
      return this;
    }

    private List<String> scan(Path directory) {
      List<String> names = new ArrayList<>();
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : (Iterable<Path>) files.sorted()::iterator) {
          if (file.toString().endsWith(".yang")) {
            names.add(add(file.toString(), Files.readString(file), file.toString()));
          }
        }
      } catch (IOException | UncheckedIOException e) {
        throw new SchemaException("cannot read " + directory + ": " + e, e);
      }
      return names;
    }

    private String add(String fileName, String text, String origin) {
      String base = fileName.substring(fileName.lastIndexOf('/') + 1);
      base = base.substring(0, base.length() - ".yang".length());
      int at = base.indexOf('@');
      String name = at < 0 ? base : base.substring(0, at);
      String revision = at < 0 ? "" : base.substring(at + 1);
      found
          .computeIfAbsent(name, key -> new TreeMap<>())
          .putIfAbsent(revision, new Found(name, text, origin));
      return name;
    }

    /**
     * Parses the modules and all that they import.
     *
     * @return the schema
     * @throws SchemaException if a module is missing or wrong; the message names file and line. Or
     *     if a module whose features were chosen is not there or has no such feature
     */
    public Schema build() {
      var parser =
          ServiceLoader.load(YangParserFactory.class).findFirst().orElseThrow().createParser();
      Map<SourceIdentifier, Source> sources = new LinkedHashMap<>();
      Map<String, String> origins = new HashMap<>();
      record Wanted(String name, @Nullable Revision revision, String by) {}
      var wanted = new ArrayDeque<Wanted>();
      modules.forEach(name -> wanted.add(new Wanted(name, null, "")));
      Set<Found> done = new LinkedHashSet<>();
      Map<String, QNameModule> chosen = new LinkedHashMap<>();
      try {
        while (!wanted.isEmpty()) {
          Wanted next = wanted.remove();
          Found source =
              find(next.name, next.revision)
                  .orElseThrow(
                      () ->
                          new SchemaException(
                              "no source for YANG module %s%s%s; found: %s"
                                  .formatted(
                                      next.name,
                                      next.revision == null ? "" : "@" + next.revision,
                                      next.by,
                                      found.keySet().stream().sorted().toList())));
          if (!done.add(source)) {
            continue;
          }
          origins.put(source.name, source.origin);
          var ir =
              TextToIRTransformer.transformText(
                  new StringYangTextSource(
                      new SourceIdentifier(source.name), source.text, source.origin));
          SourceInfo info = ir.extractSourceInfo();
          parser.addSource(ir);
          String module =
              info instanceof SourceInfo.Submodule part
                  ? part.belongsTo().name().getLocalName()
                  : source.name;
          String revision =
              info.revisions().stream().map(Revision::toString).max(String::compareTo).orElse("");
          sources.put(
              info.sourceId(),
              new Source(
                  source.name, revision, module, !modules.contains(source.name), source.text));
          if (info instanceof SourceInfo.Module whole && features.containsKey(source.name)) {
            chosen.put(
                source.name,
                revision.isEmpty()
                    ? QNameModule.of(whole.namespace())
                    : QNameModule.of(whole.namespace(), Revision.of(revision)));
          }
          String by = ", needed by " + source.origin;
          for (SourceDependency needed : info.imports()) {
            wanted.add(new Wanted(needed.name().getLocalName(), needed.revision(), by));
          }
          for (SourceDependency needed : info.includes()) {
            wanted.add(new Wanted(needed.name().getLocalName(), needed.revision(), by));
          }
        }
        FeatureSet.Builder supported = FeatureSet.builder();
        chosen.forEach((name, id) -> supported.addModuleFeatures(id, features.get(name)));
        parser.setSupportedFeatures(supported.build());
        EffectiveModelContext context = parser.buildEffectiveModel();
        features.forEach((name, wantedOfIt) -> demandFeatures(context, name, wantedOfIt));
        return new Schema(context, List.copyOf(sources.values()));
      } catch (YangSyntaxErrorException e) {
        throw new SchemaException(locate(e, origins), e);
      } catch (YangParserException
          | SourceInfo.ExtractorException
          | IOException
          | RuntimeException e) {
        if (e instanceof SchemaException already) {
          throw already;
        }
        throw new SchemaException(locate(e), e);
      }
    }

    private static void demandFeatures(
        EffectiveModelContext context, String name, Set<String> wanted) {
      Set<String> present = new TreeSet<>();
      Collection<? extends Module> modules = context.findModules(name);
      modules.forEach(m -> m.getFeatures().forEach(f -> present.add(f.getQName().getLocalName())));
      if (modules.isEmpty() || !present.containsAll(wanted)) {
        throw new SchemaException(
            modules.isEmpty()
                ? "features of %s: there is no such module".formatted(name)
                : "features of %s: it has no %s"
                    .formatted(
                        name, wanted.stream().filter(f -> !present.contains(f)).sorted().toList()));
      }
    }

    private Optional<Found> find(String name, @Nullable Revision revision) {
      TreeMap<String, Found> revisions = found.get(name);
      if (revisions == null) {
        return Optional.empty();
      }
      if (revision == null || !revisions.containsKey(revision.toString())) {
        // A file without a revision in its name may be the one; the parser has the last word.
        Found unnamed = revisions.get("");
        return revision != null
            ? Optional.ofNullable(unnamed)
            : Optional.of(unnamed == null ? revisions.lastEntry().getValue() : unnamed);
      }
      return Optional.of(revisions.get(revision.toString()));
    }

    /** Several errors come as one without a place; each of its lines ends in the line number. */
    private static String locate(YangSyntaxErrorException e, Map<String, String> origins) {
      String name = e.getSource().map(id -> id.name().getLocalName()).orElse("?");
      String file = origins.getOrDefault(name, name);
      String text = String.valueOf(e.getMessage());
      Matcher line = LINE.matcher(text);
      return e.getLine() == 0 && line.find()
          ? "%s:%s: %s".formatted(file, line.group(1), text)
          : "%s:%d:%d: %s".formatted(file, e.getLine(), e.getCharPositionInLine(), text);
    }

    /** The first mistake, and rather one in a file than one that follows from it in a jar. */
    private static String locate(Throwable e) {
      List<StatementSourceException> located = new ArrayList<>();
      String message = collect(e, located);
      return located.stream()
          .filter(each -> !each.sourceRef().toString().startsWith("jar:"))
          .findFirst()
          .or(() -> located.stream().findFirst())
          .map(each -> each.sourceRef() + ": " + each.getMessage())
          .orElse(message);
    }

    /** Finds what has a place; tells the innermost message. */
    private static String collect(Throwable e, List<StatementSourceException> into) {
      if (e instanceof StatementSourceException located) {
        into.add(located);
      }
      String message = String.valueOf(e.getMessage());
      if (e.getCause() != null) {
        message = collect(e.getCause(), into);
      }
      for (Throwable suppressed : e.getSuppressed()) {
        collect(suppressed, into);
      }
      return message;
    }
  }
}
