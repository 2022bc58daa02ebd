package io.hairpin.netconf.server;

import java.util.Locale;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DistinctNodeContainer;
import org.opendaylight.yangtools.yang.data.api.schema.NormalizedNode;
import org.opendaylight.yangtools.yang.data.api.schema.UnkeyedListEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.UnkeyedListNode;

/** What a subscriber selects of a datastore, as far as he may read it when it is looked at. */
record PushView(
    Definition root,
    Datastores datastores,
    Operational operational,
    Actor actor,
    Terms.Datastore target) {
  boolean isOperational() {
    return target.name().equals(Nmda.OPERATIONAL);
  }

  /** The configuration datastore; running where it is operational. */
  Datastores.Name name() {
    return isOperational()
        ? Datastores.Name.RUNNING
        : Datastores.Name.valueOf(target.name().toUpperCase(Locale.ROOT));
  }

  Access access() {
    return datastores.access().of(actor);
  }

  /**
   * What get-data would give now (RFC 8526).
   *
   * @throws RpcException if the filter cannot be evaluated with these data
   */
  ContainerNode now() throws RpcException {
    if (!isOperational()) {
      return of(datastores.read(name(), actor), access());
    }
    Access access = access();
    ContainerNode present = access.readable(operational.read(target.selection()::mayTouch));
    return select(
        access.readable(Defaults.fill(root, present, target.selection()::mayTouch, true)));
  }

  /** The same of a configuration, for one who has these rights. */
  ContainerNode of(ContainerNode configuration, Access access) throws RpcException {
    return select(access.readable(configuration));
  }

  private ContainerNode select(ContainerNode readable) throws RpcException {
    return target.selection().select(root, readable);
  }

  /** How many containers, entries and leafs there are in data. */
  static long count(NormalizedNode node) {
    long count = 1;
    switch (node) {
      case DistinctNodeContainer<?, ?> container -> {
        for (NormalizedNode child : container.body()) {
          count += count(child);
        }
      }
      case UnkeyedListNode list -> {
        for (UnkeyedListEntryNode entry : list.body()) {
          count += count(entry);
        }
      }
      default -> {}
    }
    return count;
  }
}
