package io.hairpin.netconf.server;

import static io.hairpin.netconf.server.Parameters.invalid;
import static io.hairpin.netconf.server.Parameters.missing;
import static io.hairpin.netconf.server.Parameters.only;
import static io.hairpin.netconf.server.Parameters.required;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;

/** Locks of datastores (RFC 6241 sections 7.5 and 7.6) and of parts of running (RFC 5717). */
final class Locking {
  private final Definition root;
  private final Datastores datastores;
  private final Sources sources;

  Locking(Definition root, Datastores datastores, Sources sources) {
    this.root = root;
    this.datastores = datastores;
    this.sources = sources;
  }

  void register(Operations operations) {
    operations.add(Namespaces.BASE, "lock", this::lock);
    operations.add(Namespaces.BASE, "unlock", this::unlock);
    operations.add(Namespaces.PARTIAL_LOCK, "partial-lock", this::partialLock);
    operations.add(Namespaces.PARTIAL_LOCK, "partial-unlock", this::partialUnlock);
  }

  private Reply lock(Session session, Element input) throws RpcException {
    only(input, "target");
    datastores.lock(sources.datastore(required(input, "target")), session.actor());
    return Reply.OK;
  }

  private Reply unlock(Session session, Element input) throws RpcException {
    only(input, "target");
    datastores.unlock(sources.datastore(required(input, "target")), session.actor());
    return Reply.OK;
  }

  private Reply partialLock(Session session, Element input) throws RpcException {
    List<XPathFilter> filters = new ArrayList<>();
    List<String> selects = new ArrayList<>();
    for (Element child : input.children()) {
      if (!child.is(Namespaces.PARTIAL_LOCK, "select")) {
        only(input, "select");
      }
      filters.add(new XPathFilter(root, child.text().strip(), child));
      selects.add(child.text().strip());
    }
    if (filters.isEmpty()) {
      throw missing(input, "select");
    }
    Locks.Part lock =
        datastores.lockPart(session.actor(), selects, running -> select(filters, running));
    return out -> {
      out.leaf(Namespaces.PARTIAL_LOCK, "lock-id", Integer.toString(lock.id()));
      for (YangInstanceIdentifier node : lock.nodes()) {
        Values.Prefixes prefixes = new Values.Prefixes(root.context());
        String path = Values.path(root, node, prefixes);
        out.start(Namespaces.PARTIAL_LOCK, "locked-node");
        prefixes.declare(out);
        out.text(path).end();
      }
    };
  }

  private List<YangInstanceIdentifier> select(List<XPathFilter> filters, ContainerNode running)
      throws RpcException {
    Set<YangInstanceIdentifier> nodes = new LinkedHashSet<>();
    for (XPathFilter filter : filters) {
      for (DataNode node : filter.nodes(root, running)) {
        if (node.data != null) {
          nodes.add(node.path());
        }
      }
    }
    if (nodes.isEmpty()) {
      throw new RpcException(
          RpcError.protocol(ErrorTag.INVALID_VALUE, "nothing in running is selected")
              .withAppTag("no-matches"));
    }
    return List.copyOf(nodes);
  }

  private Reply partialUnlock(Session session, Element input) throws RpcException {
    only(input, "lock-id");
    Element id = required(input, "lock-id");
    try {
      datastores.unlockPart(session.actor(), Integer.parseUnsignedInt(id.text().strip()));
    } catch (NumberFormatException e) {
      throw invalid(id, "the number of a lock");
    }
    return Reply.OK;
  }
}
