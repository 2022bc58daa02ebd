package io.hairpin.netconf.server;

import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;

/** What the source and the target of an operation name. */
final class Sources {
  private final Datastores datastores;

  Sources(Datastores datastores) {
    this.datastores = datastores;
  }

  /** The datastore that a source or target names. */
  static Datastores.Name datastore(Element holder) throws RpcException {
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

  static Datastores.Name writable(Element holder) throws RpcException {
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

  static void noUrl(Element input) throws RpcException {
    if (input.child("url").isPresent()) {
      throw RpcError.protocol(ErrorTag.UNKNOWN_ELEMENT, "this server has no capability :url")
          .withInfo("bad-element", "url")
          .asException();
    }
  }

  /** The configuration that a source names or holds. */
  ContainerNode read(Element source) throws RpcException {
    noUrl(source);
    Element config = source.child("config").orElse(null);
    if (config != null && source.children().size() == 1) {
      return datastores.parse(config);
    }
    return datastores.read(datastore(source));
  }
}
