package io.hairpin.netconf.server;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerChild;

/** The operations of RFC 6241 sections 7 and 8, and get-schema of RFC 6022. */
final class Operations {
  /** One operation: it fails or says what to reply. */
  @FunctionalInterface
  private interface Operation {
    Reply run(Session session, Element input) throws RpcException;
  }

  private final Schema schema;
  private final Datastores datastores;
  private final Sessions sessions;
  private final Map<QName, List<StateProvider>> states;
  private final Map<String, Operation> base = new HashMap<>();

  Operations(
      Schema schema,
      Datastores datastores,
      Sessions sessions,
      Map<QName, List<StateProvider>> states) {
    this.schema = schema;
    this.datastores = datastores;
    this.sessions = sessions;
    this.states = states;
    base.put("get", this::get);
    base.put("get-config", this::getConfig);
    base.put("edit-config", this::editConfig);
    base.put("copy-config", this::copyConfig);
    base.put("delete-config", this::deleteConfig);
    base.put("commit", this::commit);
    base.put("discard-changes", this::discardChanges);
    base.put("validate", this::validate);
    base.put("lock", this::lock);
    base.put("unlock", this::unlock);
    base.put("close-session", this::closeSession);
    base.put("kill-session", this::killSession);
  }

  Reply run(Session session, Element input) throws RpcException {
    Operation operation = null;
    if (input.namespace.equals(Namespaces.BASE)) {
      operation = base.get(input.name);
    } else if (input.is(Namespaces.MONITORING, "get-schema")) {
      operation = this::getSchema;
    }
    if (operation == null) {
      throw RpcError.protocol(
              ErrorTag.OPERATION_NOT_SUPPORTED,
              "there is no operation %s in namespace '%s'".formatted(input.name, input.namespace))
          .withInfo("bad-element", input.name)
          .asException();
    }
    return operation.run(session, input);
  }

  /** Rejects parameters that an operation does not have (RFC 7950 section 8.3.1). */
  private static void only(Element input, String... names) throws RpcException {
    Set<String> allowed = Set.of(names);
    Set<String> seen = new HashSet<>();
    for (Element child : input.children()) {
      if (!child.namespace.equals(input.namespace) || !allowed.contains(child.name)) {
        throw RpcError.protocol(
                ErrorTag.UNKNOWN_ELEMENT,
                "%s has no parameter %s in %s; it has %s"
                    .formatted(
                        input.name,
                        child.name,
                        child.namespace.isEmpty()
                            ? "no namespace"
                            : "namespace '" + child.namespace + "'",
                        allowed.isEmpty() ? "none" : allowed.stream().sorted().toList()))
            .withInfo("bad-element", child.name)
            .asException();
      }
      if (!seen.add(child.name)) {
        throw RpcError.protocol(
                ErrorTag.BAD_ELEMENT, "parameter %s stands twice".formatted(child.name))
            .withInfo("bad-element", child.name)
            .asException();
      }
    }
  }

  private static Element required(Element input, String name) throws RpcException {
    return input.child(name).orElseThrow(() -> missing(input, name));
  }

  private static RpcException missing(Element input, String name) {
    return RpcError.protocol(ErrorTag.MISSING_ELEMENT, "%s needs %s".formatted(input.name, name))
        .withInfo("bad-element", name)
        .asException();
  }

  private static RpcException invalid(Element element, String allowed) {
    return RpcError.protocol(
            ErrorTag.INVALID_VALUE,
            "%s is '%s', not %s".formatted(element.name, element.text().strip(), allowed))
        .withInfo("bad-element", element.name)
        .asException();
  }

  /** The datastore that a source or target names. */
  private static Datastores.Name datastore(Element holder) throws RpcException {
    if (holder.children().size() != 1) {
      throw RpcError.protocol(
              holder.children().isEmpty() ? ErrorTag.MISSING_ELEMENT : ErrorTag.BAD_ELEMENT,
              "%s must name one datastore, running or candidate".formatted(holder.name))
          .withInfo("bad-element", holder.name)
          .asException();
    }
    Element name = holder.children().getFirst();
    if (name.is(Namespaces.BASE, "running")) {
      return Datastores.Name.RUNNING;
    }
    if (name.is(Namespaces.BASE, "candidate")) {
      return Datastores.Name.CANDIDATE;
    }
    throw RpcError.protocol(
            ErrorTag.UNKNOWN_ELEMENT,
            "%s is %s, not running or candidate".formatted(holder.name, name.name))
        .withInfo("bad-element", name.name)
        .asException();
  }

  private static Datastores.Name writable(Element holder) throws RpcException {
    Datastores.Name name = datastore(holder);
    if (name == Datastores.Name.RUNNING) {
      throw RpcError.protocol(
              ErrorTag.UNKNOWN_ELEMENT,
              "running is changed by commit only; the target is candidate")
          .withInfo("bad-element", "running")
          .asException();
    }
    return name;
  }

  private Reply get(Session session, Element input) throws RpcException {
    only(input, "filter");
    return data(input, datastores.read(Datastores.Name.RUNNING), true);
  }

  private Reply getConfig(Session session, Element input) throws RpcException {
    only(input, "source", "filter");
    Datastores.Name source = datastore(required(input, "source"));
    return data(input, datastores.read(source), false);
  }

  private Reply data(Element input, ContainerNode config, boolean withState) throws RpcException {
    Element element = input.child("filter").orElse(null);
    Filter filter = null;
    if (element != null) {
      String type =
          element
              .attribute("", "type")
              .or(() -> element.attribute(Namespaces.BASE, "type"))
              .orElse("subtree");
      if (!type.equals("subtree")) {
        throw RpcError.protocol(
                ErrorTag.BAD_ATTRIBUTE, "filter type is '%s', not subtree".formatted(type))
            .withInfo("bad-attribute", "type")
            .withInfo("bad-element", "filter")
            .asException();
      }
      filter = new Filter(element);
    }
    ContainerNode data = config;
    if (withState) {
      for (Map.Entry<QName, List<StateProvider>> state : states.entrySet()) {
        if (filter == null || filter.mayTouch(state.getKey())) {
          for (StateProvider provider : state.getValue()) {
            DataContainerChild above = provider.state().orElse(null);
            data = above == null ? data : Overlay.over(data, above);
          }
        }
      }
    }
    ContainerNode selected = filter == null ? data : filter.select(schema.root(), data);
    return out -> {
      out.start(Namespaces.BASE, "data");
      new DataWriter(out).children(schema.root(), selected);
      out.end();
    };
  }

  private Reply editConfig(Session session, Element input) throws RpcException {
    only(input, "target", "default-operation", "test-option", "error-option", "config", "url");
    writable(required(input, "target"));
    Editor.Operation defaultOperation = Editor.Operation.MERGE;
    Element given = input.child("default-operation").orElse(null);
    if (given != null) {
      String text = given.text().strip();
      if (!Set.of("merge", "replace", "none").contains(text)) {
        throw invalid(given, "merge, replace or none");
      }
      defaultOperation = Editor.Operation.valueOf(text.toUpperCase(Locale.ROOT));
    }
    // Constraints of a candidate are checked at validate and commit (RFC 7950 section 8.3.3),
    // unless
    // the client asks for it now.
    Datastores.Test test = Datastores.Test.NONE;
    given = input.child("test-option").orElse(null);
    if (given != null) {
      test =
          switch (given.text().strip()) {
            case "set" -> Datastores.Test.NONE;
            case "test-then-set" -> Datastores.Test.THEN_SET;
            case "test-only" -> Datastores.Test.ONLY;
            default -> throw invalid(given, "test-then-set, set or test-only");
          };
    }
    boolean continueOnError = false;
    given = input.child("error-option").orElse(null);
    if (given != null) {
      continueOnError =
          switch (given.text().strip()) {
            case "stop-on-error", "rollback-on-error" -> false;
            case "continue-on-error" -> true;
            default ->
                throw invalid(given, "stop-on-error, continue-on-error or rollback-on-error");
          };
    }
    noUrl(input);
    Element config = required(input, "config");
    datastores.edit(session.id(), config, defaultOperation, continueOnError, test);
    return Reply.OK;
  }

  private static void noUrl(Element input) throws RpcException {
    if (input.child("url").isPresent()) {
      throw RpcError.protocol(ErrorTag.UNKNOWN_ELEMENT, "this server has no capability :url")
          .withInfo("bad-element", "url")
          .asException();
    }
  }

  /** The configuration that a source names or holds. */
  private ContainerNode source(Element source) throws RpcException {
    noUrl(source);
    Element config = source.child("config").orElse(null);
    if (config != null && source.children().size() == 1) {
      return datastores.parse(config);
    }
    return datastores.read(datastore(source));
  }

  private Reply copyConfig(Session session, Element input) throws RpcException {
    only(input, "target", "source");
    writable(required(input, "target"));
    datastores.copyToCandidate(session.id(), source(required(input, "source")));
    return Reply.OK;
  }

  private Reply deleteConfig(Session session, Element input) throws RpcException {
    only(input, "target");
    Datastores.Name target = datastore(required(input, "target"));
    throw RpcError.protocol(
            ErrorTag.OPERATION_NOT_SUPPORTED, target + " cannot be deleted, only edited")
        .asException();
  }

  private Reply commit(Session session, Element input) throws RpcException {
    only(input);
    datastores.commit(session.id());
    return Reply.OK;
  }

  private Reply discardChanges(Session session, Element input) throws RpcException {
    only(input);
    datastores.discard(session.id());
    return Reply.OK;
  }

  private Reply validate(Session session, Element input) throws RpcException {
    only(input, "source");
    datastores.validate(source(required(input, "source")));
    return Reply.OK;
  }

  private Reply lock(Session session, Element input) throws RpcException {
    only(input, "target");
    datastores.lock(datastore(required(input, "target")), session.id());
    return Reply.OK;
  }

  private Reply unlock(Session session, Element input) throws RpcException {
    only(input, "target");
    datastores.unlock(datastore(required(input, "target")), session.id());
    return Reply.OK;
  }

  private Reply closeSession(Session session, Element input) throws RpcException {
    only(input);
    session.endAfterReply();
    return Reply.OK;
  }

  private Reply killSession(Session session, Element input) throws RpcException {
    only(input, "session-id");
    Element id = required(input, "session-id");
    int wanted;
    try {
      wanted = Integer.parseUnsignedInt(id.text().strip());
    } catch (NumberFormatException e) {
      throw invalid(id, "a session's number");
    }
    if (wanted == session.id()) {
      throw invalid(id, "another session than this one, which close-session ends");
    }
    Session other = sessions.find(wanted);
    if (other == null) {
      throw invalid(id, "one of the sessions " + sessions.ids());
    }
    other.kill();
    return Reply.OK;
  }

  private Reply getSchema(Session session, Element input) throws RpcException {
    only(input, "identifier", "version", "format");
    Element identifier = required(input, "identifier");
    String name = identifier.text().strip();
    String version = input.child("version").map(e -> e.text().strip()).orElse(null);
    Element format = input.child("format").orElse(null);
    if (format != null) {
      String text = format.text().strip();
      if (!text.substring(text.indexOf(':') + 1).equals("yang")) {
        throw invalid(format, "yang");
      }
    }
    List<Schema.Source> found =
        schema.sources().stream()
            .filter(s -> s.name().equals(name))
            .filter(s -> version == null || s.revision().equals(version))
            .toList();
    if (found.isEmpty()) {
      throw invalid(
          identifier,
          "a module" + (version == null ? "" : " of revision " + version) + " of this server");
    }
    if (found.size() > 1) {
      throw RpcError.application(
              ErrorTag.OPERATION_FAILED,
              "there are several revisions of %s: %s"
                  .formatted(name, found.stream().map(Schema.Source::revision).toList()))
          .withAppTag("data-not-unique")
          .asException();
    }
    return out -> out.leaf(Namespaces.MONITORING, "data", found.getFirst().text());
  }
}
