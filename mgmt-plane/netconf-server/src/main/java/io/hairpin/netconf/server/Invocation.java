package io.hairpin.netconf.server;

import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;

/**
 * One call of an RPC or an action.
 *
 * @param operation the name of the RPC or action
 * @param at the data node that an action belongs to, with choices and lists as yangtools puts them
 *     in a path; of an RPC the root
 * @param input holds the input parameters; defaults are not filled in
 * @param user the user of the session
 * @param session the number of the session (RFC 6241 section 8.1)
 */
public record Invocation(
    QName operation, YangInstanceIdentifier at, ContainerNode input, String user, int session) {}
