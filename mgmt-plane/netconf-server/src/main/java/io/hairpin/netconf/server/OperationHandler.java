package io.hairpin.netconf.server;

import java.util.Optional;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;

/**
 * Carries out an RPC or an action of a YANG module (RFC 7950 sections 7.14 and 7.15). Called in the
 * thread of the session, so it may wait; from several threads at once. Sessions that end do not
 * interrupt it.
 */
@FunctionalInterface
public interface OperationHandler {
  /**
   * Carries out the operation.
   *
   * @param invocation what is asked for; the input is valid in the schema, and the node that an
   *     action belongs to was there
   * @return a container, of any name, of the output parameters; empty where there are none. Output
   *     that the schema does not allow is logged and answered with operation-failed
   * @throws RefusedException if it cannot be carried out; it becomes the rpc-error
   */
  Optional<ContainerNode> invoke(Invocation invocation) throws RefusedException;
}
