package io.hairpin.netconf.server;

import static io.hairpin.netconf.server.Parameters.only;
import static io.hairpin.netconf.server.Parameters.required;

import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;

/** The operations get and get-config (RFC 6241 sections 7.1 and 7.7). */
final class Retrieval {
  private final Schema schema;
  private final Datastores datastores;
  private final Sources sources;
  private final Operational operational;

  Retrieval(Schema schema, Datastores datastores, Sources sources, Operational operational) {
    this.schema = schema;
    this.datastores = datastores;
    this.sources = sources;
    this.operational = operational;
  }

  void register(Operations operations) {
    operations.add(Namespaces.BASE, "get", this::get);
    operations.add(Namespaces.BASE, "get-config", this::getConfig);
  }

  private Reply get(Session session, Element input) throws RpcException {
    only(input, "filter", "with-defaults");
    return data(session, input, datastores.read(Datastores.Name.RUNNING, session.actor()), true);
  }

  private Reply getConfig(Session session, Element input) throws RpcException {
    only(input, "source", "filter", "with-defaults");
    Datastores.Name source = sources.datastore(required(input, "source"));
    return data(session, input, datastores.read(source, session.actor()), false);
  }

  private Reply data(Session session, Element input, ContainerNode config, boolean withState)
      throws RpcException {
    Element element = input.child("filter").orElse(null);
    Selection selection =
        element == null ? Selection.EVERYTHING : Selection.of(schema.root(), element);
    Access access = datastores.access().of(session.actor());
    ContainerNode data =
        access.readable(withState ? operational.read(selection::mayTouch) : config);
    Defaults defaults = Defaults.of(input);
    ContainerNode whole =
        defaults.reportsAll()
            ? access.readable(Defaults.fill(schema.root(), data, selection::mayTouch, withState))
            : data;
    ContainerNode selected = selection.select(schema.root(), whole);
    return out -> {
      out.start(Namespaces.BASE, "data");
      defaults.write(out, schema.root(), selected, data);
      out.end();
    };
  }
}
