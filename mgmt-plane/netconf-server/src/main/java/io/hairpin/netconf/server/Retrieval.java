package io.hairpin.netconf.server;

import static io.hairpin.netconf.server.Parameters.only;
import static io.hairpin.netconf.server.Parameters.required;

import org.opendaylight.yangtools.yang.common.ErrorTag;
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
    only(input, "filter");
    return data(input, datastores.read(Datastores.Name.RUNNING, session.actor()), true);
  }

  private Reply getConfig(Session session, Element input) throws RpcException {
    only(input, "source", "filter");
    Datastores.Name source = sources.datastore(required(input, "source"));
    return data(input, datastores.read(source, session.actor()), false);
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
    ContainerNode data =
        withState ? operational.read(filter == null ? name -> true : filter::mayTouch) : config;
    ContainerNode selected = filter == null ? data : filter.select(schema.root(), data);
    return out -> {
      out.start(Namespaces.BASE, "data");
      new DataWriter(out).children(schema.root(), selected);
      out.end();
    };
  }
}
