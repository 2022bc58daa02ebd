package io.hairpin.netconf.server;

/** One protocol operation: it fails or says what to reply. */
@FunctionalInterface
interface Operation {
  /**
   * Carries out a request.
   *
   * @param input the element of the operation, with its parameters
   */
  Reply run(Session session, Element input) throws RpcException;
}
