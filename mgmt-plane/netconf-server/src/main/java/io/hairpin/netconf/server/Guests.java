package io.hairpin.netconf.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.api.schema.ChoiceNode;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerChild;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.ForeignDataNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafSetNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapNode;
import org.opendaylight.yangtools.yang.data.api.schema.UnkeyedListNode;
import org.opendaylight.yangtools.yang.model.api.type.UnionTypeDefinition;

/**
 * Checks what stands among the data but is none: inputs and outputs of operations, notifications
 * (RFC 7950 sections 7.14 to 7.16, and 6.4.1 for what their constraints read). Thread-safe.
 */
final class Guests {
  private final Definition root;
  private final Operational operational;
  private final Map<Definition, Validator> validators = new ConcurrentHashMap<>();

  Guests(Definition root, Operational operational) {
    this.root = root;
    this.operational = operational;
  }

  /** The data node at the end of a path, in running or in the operational state; or null. */
  @Nullable DataNode find(YangInstanceIdentifier path) {
    if (path.isEmpty()) {
      return DataNode.root(root, Datastores.empty());
    }
    QName top = path.getPathArguments().getFirst().getNodeType();
    return DataNode.root(root, operational.read(node -> node.name().equals(top))).follow(path);
  }

  /** Checks content that has the right shape; nothing comes back where all is well. */
  List<RpcError> check(Definition definition, YangInstanceIdentifier at, ContainerNode content) {
    Validator validator = validators.computeIfAbsent(definition, Validator::new);
    Set<QName> reads = validator.reads();
    QName top = at.isEmpty() ? null : at.getPathArguments().getFirst().getNodeType();
    ContainerNode data =
        operational.read(
            node -> reads == null || reads.contains(node.name()) || node.name().equals(top));
    DataNode holder = DataNode.root(root, data).follow(at);
    if (holder == null) {
      return List.of(
          RpcError.application(ErrorTag.DATA_MISSING, "there is no such node").withPath(at));
    }
    return validator.check(DataNode.guest(holder, definition, content));
  }

  /** Says what of content that was made in Java does not fit the schema; null where all does. */
  static @Nullable String misfit(Definition parent, DataContainerNode node) {
    for (DataContainerChild child : node.body()) {
      String wrong =
          child instanceof ChoiceNode choice ? misfit(parent, choice) : misfitChild(parent, child);
      if (wrong != null) {
        return wrong;
      }
    }
    return null;
  }

  private static @Nullable String misfitChild(Definition parent, DataContainerChild child) {
    QName name = child.name().getNodeType();
    Definition definition = parent.child(name);
    if (definition == null) {
      return "%s has no %s".formatted(parent, name);
    }
    boolean fits =
        switch (definition.kind) {
          case CONTAINER -> child instanceof ContainerNode;
          case LEAF -> child instanceof LeafNode<?>;
          case LEAF_LIST -> child instanceof LeafSetNode<?>;
          case LIST ->
              definition.keys.isEmpty()
                  ? child instanceof UnkeyedListNode
                  : child instanceof MapNode;
          case ANY -> child instanceof ForeignDataNode<?>;
        };
    if (!fits) {
      return "%s cannot be a %s".formatted(name, child.contract().getSimpleName());
    }
    List<DataContainerNode> below = new ArrayList<>();
    List<Object> values = new ArrayList<>();
    switch (child) {
      case ContainerNode container -> below.add(container);
      case LeafNode<?> leaf -> values.add(leaf.body());
      case LeafSetNode<?> list -> list.body().forEach(entry -> values.add(entry.body()));
      case MapNode list -> below.addAll(list.body());
      case UnkeyedListNode list -> below.addAll(list.body());
      default -> {}
    }
    for (Object value : values) {
      String wrong = misfitValue(definition, value);
      if (wrong != null) {
        return wrong;
      }
    }
    for (DataContainerNode each : below) {
      if (each instanceof MapEntryNode entry) {
        for (QName key : definition.keys) {
          if (entry.childByArg(new NodeIdentifier(key)) == null) {
            return "an entry of %s lacks its key %s".formatted(name, key.getLocalName());
          }
        }
      }
      String wrong = misfit(definition, each);
      if (wrong != null) {
        return wrong;
      }
    }
    return null;
  }

  private static @Nullable String misfitValue(Definition leaf, Object value) {
    Values.Prefixes prefixes = new Values.Prefixes(leaf.context());
    try {
      String text = Values.text(leaf, value, prefixes);
      Object parsed =
          Values.parse(leaf, text, prefixes.scope(), YangInstanceIdentifier.of(leaf.id));
      boolean sameType =
          parsed instanceof byte[]
              || parsed.equals(value)
              || (leaf.typed() != null && leaf.typed().getType() instanceof UnionTypeDefinition);
      return sameType
          ? null
          : "'%s' of %s is a %s, not a %s"
              .formatted(text, leaf, value.getClass().getName(), parsed.getClass().getName());
    } catch (RpcException e) {
      return e.errors().getFirst().message();
    }
  }
}
