package io.hairpin.netconf.server;

import static io.hairpin.netconf.server.Parameters.invalid;
import static io.hairpin.netconf.server.Parameters.only;
import static io.hairpin.netconf.server.Parameters.required;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.opendaylight.yangtools.yang.common.ErrorTag;

/** All operations by their names: the protocol's, and after them those of other modules. */
final class Operations {
  private record Name(String namespace, String name) {}

  private final Schema schema;
  private final Sessions sessions;
  private final Invocations invocations;
  private final AccessControl access;
  private final Map<Name, Operation> known = new ConcurrentHashMap<>();

  Operations(
      Schema schema,
      Datastores datastores,
      Sessions sessions,
      Operational operational,
      Invocations invocations) {
    this.schema = schema;
    this.sessions = sessions;
    this.invocations = invocations;
    access = datastores.access();
    Sources sources = new Sources(datastores);
    new Retrieval(schema, datastores, sources, operational).register(this);
    new Configuration(schema.root(), datastores, sources).register(this);
    new Nmda(schema.root(), datastores, sources, operational).register(this);
    new Commits(datastores).register(this);
    new Locking(schema.root(), datastores, sources).register(this);
    add(Namespaces.BASE, "close-session", this::closeSession);
    add(Namespaces.BASE, "kill-session", this::killSession);
    add(Namespaces.MONITORING, "get-schema", this::getSchema);
  }

  void add(String namespace, String name, Operation operation) {
    known.put(new Name(namespace, name), operation);
  }

  Reply run(Session session, Element input) throws RpcException {
    access.demandOperation(session.actor(), input);
    Operation operation = known.get(new Name(input.namespace, input.name));
    return operation == null ? invocations.run(session, input) : operation.run(session, input);
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
    other.kill(session);
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
