package io.hairpin.netconf.server;

import static io.hairpin.netconf.server.Parameters.only;

/** The operation commit (RFC 6241 section 8.3). */
final class Commits {
  private final Datastores datastores;

  Commits(Datastores datastores) {
    this.datastores = datastores;
  }

  void register(Operations operations) {
    operations.add(Namespaces.BASE, "commit", this::commit);
  }

  private Reply commit(Session session, Element input) throws RpcException {
    only(input);
    datastores.commit(session.id());
    return Reply.OK;
  }
}
