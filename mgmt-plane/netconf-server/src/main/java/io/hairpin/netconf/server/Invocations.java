package io.hairpin.netconf.server;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The RPCs and actions of modules (RFC 7950 sections 7.14 and 7.15): checks the input, calls the
 * handler, checks the output.
 */
final class Invocations {
  private static final Logger LOG = LoggerFactory.getLogger(Invocations.class);

  private final Definition root;
  private final Guests guests;
  private final AccessControl access;
  private final Map<Definition.Operation, OperationHandler> handlers = new HashMap<>();

  Invocations(
      Definition root,
      Guests guests,
      AccessControl access,
      Map<QName, OperationHandler> rpcs,
      Map<List<QName>, OperationHandler> actions) {
    this.root = root;
    this.guests = guests;
    this.access = access;
    rpcs.forEach((name, handler) -> handlers.put(find(List.of(name)), handler));
    actions.forEach((path, handler) -> handlers.put(find(path), handler));
  }

  private Definition.Operation find(List<QName> path) {
    Definition at = root;
    for (QName step : path.subList(0, Math.max(0, path.size() - 1))) {
      Definition child = at.child(step);
      if (child == null) {
        throw new IllegalArgumentException(
            "%s has no data node %s".formatted(at == root ? "the schema" : at, step));
      }
      at = child;
    }
    Definition.Operation operation = path.isEmpty() ? null : at.operations().get(path.getLast());
    if (operation == null) {
      throw new IllegalArgumentException(
          "%s has no operation %s; it has %s"
              .formatted(at == root ? "the schema" : at, path, at.operations().keySet()));
    }
    return operation;
  }

  /** Carries out an RPC, or the action in an element action. */
  Reply run(Session session, Element element) throws RpcException {
    if (element.is(Namespaces.YANG, "action")) {
      return action(session, root, element, YangInstanceIdentifier.of());
    }
    Definition.Operation rpc = operation(root, element);
    if (rpc == null) {
      throw unsupported(element);
    }
    return invoke(session, rpc, element, YangInstanceIdentifier.of());
  }

  private static RpcException unsupported(Element element) {
    return RpcError.protocol(
            ErrorTag.OPERATION_NOT_SUPPORTED,
            "there is no operation %s in namespace '%s'".formatted(element.name, element.namespace))
        .withInfo("bad-element", element.name)
        .asException();
  }

  private static Definition.@Nullable Operation operation(Definition holder, Element element) {
    for (Definition.Operation operation : holder.operations().values()) {
      if (element.is(operation.input().namespace(), operation.input().localName())) {
        return operation;
      }
    }
    return null;
  }

  /** Follows the containers and list entries of section 7.15.2 down to the action. */
  private Reply action(
      Session session, Definition holder, Element element, YangInstanceIdentifier path)
      throws RpcException {
    Element next = null;
    for (Element child : element.children()) {
      boolean key =
          holder.keys.stream()
              .anyMatch(k -> child.is(k.getNamespace().toString(), k.getLocalName()));
      if (key) {
        continue;
      }
      if (next != null) {
        throw RpcError.protocol(
                ErrorTag.BAD_ELEMENT,
                "%s leads to one action, not to %s and %s"
                    .formatted(element.name, next.name, child.name))
            .withInfo("bad-element", child.name)
            .asException();
      }
      next = child;
    }
    if (next == null) {
      throw RpcError.protocol(
              ErrorTag.MISSING_ELEMENT, "%s does not lead to an action".formatted(element.name))
          .withPath(path)
          .withInfo("bad-element", element.name)
          .asException();
    }
    Definition.Operation found = holder == root ? null : operation(holder, next);
    if (found != null) {
      return invoke(session, found, next, path);
    }
    Definition definition = holder.child(next.namespace, next.name);
    YangInstanceIdentifier at = path;
    if (definition != null) {
      for (Definition.Branch branch : definition.branches) {
        at = at.node(branch.choice().id());
      }
      at = at.node(definition.id);
      if (definition.kind == Definition.Kind.CONTAINER) {
        return action(session, definition, next, at);
      }
      if (definition.kind == Definition.Kind.LIST && !definition.keys.isEmpty()) {
        return action(session, definition, next, at.node(Editor.entryId(definition, next, at)));
      }
    }
    throw RpcError.protocol(
            ErrorTag.UNKNOWN_ELEMENT,
            "%s has no action, container or list %s"
                .formatted(holder == root ? "the schema" : holder.localName(), next.name))
        .withPath(path)
        .withInfo("bad-element", next.name)
        .asException();
  }

  private Reply invoke(
      Session session, Definition.Operation operation, Element element, YangInstanceIdentifier at)
      throws RpcException {
    OperationHandler handler = handlers.get(operation);
    if (handler == null) {
      throw unsupported(element);
    }
    if (!at.isEmpty()) {
      access.demandAction(session.actor(), at, operation.input());
    }
    if (guests.find(at) == null) {
      throw RpcError.application(
              ErrorTag.DATA_MISSING, "there is no node on which to %s".formatted(element.name))
          .withPath(at)
          .asException();
    }
    ContainerNode input = input(operation, element, at);
    ContainerNode output;
    try {
      output =
          handler
              .invoke(
                  new Invocation(operation.input().name(), at, input, session.user(), session.id()))
              .orElseGet(Datastores::empty);
    } catch (RefusedException e) {
      throw e.toRpcException();
    }
    check(operation.output(), at, output);
    if (output.isEmpty()) {
      return Reply.OK;
    }
    return out -> new DataWriter(out).children(operation.output(), output);
  }

  /** The parameters of an RPC, which are checked against the schema. */
  ContainerNode input(Element rpc) throws RpcException {
    Definition.Operation operation = operation(root, rpc);
    if (operation == null) {
      throw unsupported(rpc);
    }
    return input(operation, rpc, YangInstanceIdentifier.of());
  }

  private ContainerNode input(
      Definition.Operation operation, Element element, YangInstanceIdentifier at)
      throws RpcException {
    Definition definition = operation.input();
    ContainerNode input = Editor.parse(definition, element, at.node(definition.id));
    List<RpcError> errors = guests.check(definition, at, input);
    if (!errors.isEmpty()) {
      throw new RpcException(errors.stream().map(Invocations::asInput).toList());
    }
    return input;
  }

  /** A parameter that is missing is an element that is missing (RFC 6241 appendix A). */
  private static RpcError asInput(RpcError error) {
    YangInstanceIdentifier path = error.path();
    if (!error.tag().equals(ErrorTag.DATA_MISSING)
        || error.appTag() != null
        || path == null
        || path.isEmpty()) {
      return error;
    }
    return RpcError.application(ErrorTag.MISSING_ELEMENT, error.message())
        .withPath(path)
        .withInfo("bad-element", path.getLastPathArgument().getNodeType().getLocalName());
  }

  private void check(Definition definition, YangInstanceIdentifier at, ContainerNode output)
      throws RpcException {
    String wrong = Guests.misfit(definition, output);
    // An action may delete the node that it belongs to.
    if (wrong == null && guests.find(at) != null) {
      List<RpcError> errors = guests.check(definition, at, output);
      wrong = errors.isEmpty() ? null : errors.getFirst().message();
    }
    if (wrong != null) {
      LOG.error("the output of {} does not fit its schema: {}", definition.name(), wrong);
      throw RpcError.application(
              ErrorTag.OPERATION_FAILED,
              "the server's output of %s does not fit its schema: %s"
                  .formatted(definition.localName(), wrong))
          .asException();
    }
  }
}
