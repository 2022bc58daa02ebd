package io.hairpin.netconf.server;

import static io.hairpin.netconf.server.Parameters.invalid;
import static io.hairpin.netconf.server.Parameters.missing;
import static io.hairpin.netconf.server.Parameters.required;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;

/** The operations get-data and edit-data (RFC 8526), also of the operational datastore. */
final class Nmda {
  static final String NAMESPACE = "urn:ietf:params:xml:ns:yang:ietf-netconf-nmda";
  static final String DATASTORES = "urn:ietf:params:xml:ns:yang:ietf-datastores";
  static final String OPERATIONAL = "operational";

  private final Definition root;
  private final Datastores datastores;
  private final Sources sources;
  private final Operational operational;

  Nmda(Definition root, Datastores datastores, Sources sources, Operational operational) {
    this.root = root;
    this.datastores = datastores;
    this.sources = sources;
    this.operational = operational;
  }

  void register(Operations operations) {
    operations.add(NAMESPACE, "get-data", this::getData);
    operations.add(NAMESPACE, "edit-data", this::editData);
  }

  /** Rejects parameters that an operation does not have, and those that stand twice. */
  private static void only(Element input, Set<String> names, Set<String> lists)
      throws RpcException {
    List<String> seen = new ArrayList<>();
    for (Element child : input.children()) {
      boolean known = names.contains(child.name) || lists.contains(child.name);
      if (!known || !child.namespace.equals(NAMESPACE)) {
        throw RpcError.protocol(
                ErrorTag.UNKNOWN_ELEMENT,
                "%s has no parameter %s".formatted(input.name, child.name))
            .withInfo("bad-element", child.name)
            .asException();
      }
      if (seen.contains(child.name) && !lists.contains(child.name)) {
        throw RpcError.protocol(
                ErrorTag.BAD_ELEMENT, "parameter %s stands twice".formatted(child.name))
            .withInfo("bad-element", child.name)
            .asException();
      }
      seen.add(child.name);
    }
  }

  /** The local name of an identity of a module; an error if it is of another. */
  private static String identity(Element element, String namespace, String allowed)
      throws RpcException {
    String text = element.text().strip();
    int colon = text.indexOf(':');
    String uri = element.scope.getNamespaceURI(colon < 0 ? "" : text.substring(0, colon));
    if (!namespace.equals(uri)) {
      throw invalid(element, allowed);
    }
    return text.substring(colon + 1);
  }

  private String datastore(Element input) throws RpcException {
    Element element = required(input, "datastore");
    List<String> known = new ArrayList<>();
    datastores.names().forEach(name -> known.add(name.toString()));
    known.add(OPERATIONAL);
    String name = identity(element, DATASTORES, "a datastore of ietf-datastores: " + known);
    if (!known.contains(name)) {
      throw invalid(element, "one of the datastores " + known);
    }
    return name;
  }

  private Reply getData(Session session, Element input) throws RpcException {
    only(
        input,
        Set.of(
            "datastore",
            "subtree-filter",
            "xpath-filter",
            "config-filter",
            "max-depth",
            "with-origin",
            "with-defaults"),
        Set.of("origin-filter", "negated-origin-filter"));
    String store = datastore(input);
    boolean isOperational = store.equals(OPERATIONAL);
    Selection selection = selection(input);
    Element withOrigin = input.child("with-origin").orElse(null);
    OriginData.Filter filter =
        new OriginData.Filter(
            configFilter(input),
            origins(input, "origin-filter"),
            origins(input, "negated-origin-filter"),
            maxDepth(input));
    if (!isOperational && (withOrigin != null || filter.hasOrigins())) {
      throw RpcError.protocol(
              ErrorTag.INVALID_VALUE, "only the operational datastore has origins, not " + store)
          .withInfo("bad-element", withOrigin != null ? "with-origin" : "origin-filter")
          .asException();
    }
    Access access = datastores.access().of(session.actor());
    ContainerNode running = datastores.read(Datastores.Name.RUNNING, session.actor());
    if (!isOperational) {
      Defaults defaults = Defaults.of(input);
      ContainerNode set =
          access.readable(
              datastores.read(
                  Datastores.Name.valueOf(store.toUpperCase(Locale.ROOT)), session.actor()));
      ContainerNode whole =
          defaults.reportsAll()
              ? access.readable(Defaults.fill(root, set, selection::mayTouch, false))
              : set;
      ContainerNode selected =
          new OriginData(root, set, set, filter).select(selection.select(root, whole));
      return out -> {
        out.start(NAMESPACE, "data");
        defaults.write(out, root, selected, set);
        out.end();
      };
    }
    Element defaults = input.child("with-defaults").orElse(null);
    if (defaults != null) {
      throw invalid(defaults, "a parameter of the operational datastore, which has all defaults");
    }
    ContainerNode present = access.readable(operational.read(selection::mayTouch));
    ContainerNode whole = access.readable(Defaults.fill(root, present, selection::mayTouch, true));
    OriginData origins = new OriginData(root, present, running, filter);
    ContainerNode selected = origins.select(selection.select(root, whole));
    return out -> {
      out.start(NAMESPACE, "data");
      if (withOrigin != null) {
        origins.write(out, selected);
      } else {
        new DataWriter(out).children(root, selected);
      }
      out.end();
    };
  }

  private Selection selection(Element input) throws RpcException {
    Element subtree = input.child("subtree-filter").orElse(null);
    Element xpath = input.child("xpath-filter").orElse(null);
    if (subtree != null && xpath != null) {
      throw RpcError.protocol(
              ErrorTag.BAD_ELEMENT, "subtree-filter and xpath-filter exclude each other")
          .withInfo("bad-element", "xpath-filter")
          .asException();
    }
    return subtree != null
        ? new Filter(subtree)
        : xpath != null ? new XPathFilter(root, xpath.text().strip(), xpath) : Selection.EVERYTHING;
  }

  private static @Nullable Boolean configFilter(Element input) throws RpcException {
    Element element = input.child("config-filter").orElse(null);
    if (element == null) {
      return null;
    }
    return switch (element.text().strip()) {
      case "true" -> true;
      case "false" -> false;
      default -> throw invalid(element, "true or false");
    };
  }

  private static int maxDepth(Element input) throws RpcException {
    Element element = input.child("max-depth").orElse(null);
    if (element == null || element.text().strip().equals("unbounded")) {
      return Integer.MAX_VALUE;
    }
    try {
      int depth = Integer.parseInt(element.text().strip());
      if (depth >= 1 && depth <= 65_535) {
        return depth;
      }
    } catch (NumberFormatException e) {
      throw invalid(element, "1 to 65535 or unbounded");
    }
    throw invalid(element, "1 to 65535 or unbounded");
  }

  private static List<String> origins(Element input, String parameter) throws RpcException {
    List<String> origins = new ArrayList<>();
    for (Element child : input.children()) {
      if (child.name.equals(parameter)) {
        origins.add(identity(child, OriginData.NAMESPACE, "an origin of ietf-origin"));
      }
    }
    return origins;
  }

  private Reply editData(Session session, Element input) throws RpcException {
    only(input, Set.of("datastore", "default-operation", "config", "url"), Set.of());
    String store = datastore(input);
    Element element = required(input, "datastore");
    if (store.equals(OPERATIONAL) || store.equals("startup")) {
      throw invalid(element, "a datastore that can be edited");
    }
    Datastores.Name target = Datastores.Name.valueOf(store.toUpperCase(Locale.ROOT));
    if (target == Datastores.Name.RUNNING && !datastores.features().writableRunning()) {
      throw invalid(element, "candidate: running is changed by commit only");
    }
    Editor.Operation operation = Editor.Operation.MERGE;
    Element given = input.child("default-operation").orElse(null);
    if (given != null) {
      String text = given.text().strip();
      if (!Set.of("merge", "replace", "none").contains(text)) {
        throw invalid(given, "merge, replace or none");
      }
      operation = Editor.Operation.valueOf(text.toUpperCase(Locale.ROOT));
    }
    Element config = input.child("config").orElse(null);
    Element url = input.child("url").orElse(null);
    if (config == null && url == null) {
      throw missing(input, "config");
    }
    if (config != null && url != null) {
      throw RpcError.protocol(ErrorTag.BAD_ELEMENT, "config and url exclude each other")
          .withInfo("bad-element", "url")
          .asException();
    }
    datastores.edit(
        session.actor(),
        target,
        config != null ? config : sources.files().read(Objects.requireNonNull(url)),
        operation,
        false,
        Datastores.Test.NONE);
    return Reply.OK;
  }
}
