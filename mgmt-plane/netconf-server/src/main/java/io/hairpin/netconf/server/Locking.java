package io.hairpin.netconf.server;

import static io.hairpin.netconf.server.Parameters.only;
import static io.hairpin.netconf.server.Parameters.required;

/** The operations lock and unlock (RFC 6241 sections 7.5 and 7.6). */
final class Locking {
  private final Datastores datastores;
  private final Sources sources;

  Locking(Datastores datastores, Sources sources) {
    this.datastores = datastores;
    this.sources = sources;
  }

  void register(Operations operations) {
    operations.add(Namespaces.BASE, "lock", this::lock);
    operations.add(Namespaces.BASE, "unlock", this::unlock);
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
}
