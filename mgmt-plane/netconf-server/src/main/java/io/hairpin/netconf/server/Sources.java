package io.hairpin.netconf.server;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;

/** What the source and the target of an operation name. */
final class Sources {
  /** Where a configuration is. */
  sealed interface Place {}

  /** A datastore. */
  record Datastore(Datastores.Name name) implements Place {}

  /** A file (RFC 6241 section 8.8). */
  record File(Element url) implements Place {}

  /** What stands in the request. */
  record Inline(Element config) implements Place {}

  private final Datastores datastores;
  private final @Nullable UrlFiles files;

  Sources(Datastores datastores) {
    this.datastores = datastores;
    files =
        datastores.features().files() == null ? null : new UrlFiles(datastores.features().files());
  }

  /** What a source or target names or holds: a datastore, a file, or a whole configuration. */
  Place place(Element holder) throws RpcException {
    if (holder.children().size() != 1) {
      throw RpcError.protocol(
              holder.children().isEmpty() ? ErrorTag.MISSING_ELEMENT : ErrorTag.BAD_ELEMENT,
              "%s must hold one of %s".formatted(holder.name, known(holder)))
          .withInfo("bad-element", holder.name)
          .asException();
    }
    Element child = holder.children().getFirst();
    for (Datastores.Name name : datastores.names()) {
      if (child.is(Namespaces.BASE, name.toString())) {
        return new Datastore(name);
      }
    }
    if (files != null && child.is(Namespaces.BASE, "url")) {
      return new File(child);
    }
    if (holder.name.equals("source") && child.is(Namespaces.BASE, "config")) {
      return new Inline(child);
    }
    throw RpcError.protocol(
            ErrorTag.UNKNOWN_ELEMENT,
            "%s is %s, not one of %s".formatted(holder.name, child.name, known(holder)))
        .withInfo("bad-element", child.name)
        .asException();
  }

  private List<String> known(Element holder) {
    List<String> known = new ArrayList<>();
    datastores.names().forEach(name -> known.add(name.toString()));
    if (files != null) {
      known.add("url");
    }
    if (holder.name.equals("source")) {
      known.add("config");
    }
    return known;
  }

  /** The datastore that a source or target names; nothing else will do. */
  Datastores.Name datastore(Element holder) throws RpcException {
    if (place(holder) instanceof Datastore datastore) {
      return datastore.name;
    }
    Element child = holder.children().getFirst();
    throw RpcError.protocol(
            ErrorTag.BAD_ELEMENT,
            "%s is %s, not one of %s".formatted(holder.name, child.name, datastores.names()))
        .withInfo("bad-element", child.name)
        .asException();
  }

  /** Rejects running where it is changed by commit only. */
  void demandWritable(Datastores.Name name) throws RpcException {
    if (name == Datastores.Name.RUNNING && !datastores.features().writableRunning()) {
      throw RpcError.protocol(
              ErrorTag.UNKNOWN_ELEMENT,
              "running is changed by commit only; the target is candidate")
          .withInfo("bad-element", "running")
          .asException();
    }
  }

  /** The configuration at a place. */
  ContainerNode read(Place place, Actor actor) throws RpcException {
    return switch (place) {
      case Datastore(Datastores.Name name) ->
          datastores.access().of(actor).readable(datastores.read(name, actor));
      case File(Element url) -> datastores.parse(files().read(url));
      case Inline(Element config) -> datastores.parse(config);
    };
  }

  UrlFiles files() throws RpcException {
    if (files == null) {
      throw RpcError.protocol(ErrorTag.UNKNOWN_ELEMENT, "this server has no capability :url")
          .withInfo("bad-element", "url")
          .asException();
    }
    return files;
  }
}
