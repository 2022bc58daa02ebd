package io.hairpin.netconf.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifierWithPredicates;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeWithValue;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.PathArgument;
import org.opendaylight.yangtools.yang.data.api.schema.ChoiceNode;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DistinctNodeContainer;
import org.opendaylight.yangtools.yang.data.api.schema.NormalizedNode;
import org.opendaylight.yangtools.yang.data.api.schema.UnkeyedListNode;
import org.opendaylight.yangtools.yang.data.api.schema.ValueNode;

/**
 * A node of the accessible tree of RFC 7950 section 6.4.1: what is configured, and besides the
 * defaults in use and the containers without presence. Made as it is asked for.
 */
final class DataNode {
  final @Nullable DataNode parent;
  final Definition definition;
  final PathArgument name;

  /** What is configured; null for a default or a container that only might hold something. */
  final @Nullable NormalizedNode data;

  /** Of a leaf or an entry of a leaf-list. */
  final @Nullable Object value;

  private @Nullable DataNode guest;

  private DataNode(
      @Nullable DataNode parent,
      Definition definition,
      PathArgument name,
      @Nullable NormalizedNode data,
      @Nullable Object value) {
    this.parent = parent;
    this.definition = definition;
    this.name = name;
    this.data = data;
    this.value = value;
  }

  static DataNode root(Definition root, ContainerNode data) {
    return new DataNode(null, root, root.id, data, null);
  }

  /** An operation or a notification in its place among the data (RFC 7950 section 6.4.1). */
  static DataNode guest(DataNode parent, Definition definition, ContainerNode data) {
    DataNode guest = new DataNode(parent, definition, definition.id, data, null);
    parent.guest = guest;
    return guest;
  }

  /** The operation or notification of this name that stands here; or null. */
  @Nullable DataNode guest(QName wanted) {
    if (guest != null && guest.definition.name().equals(wanted)) {
      return guest;
    }
    Definition its = data == null ? null : definition.guest(wanted);
    NormalizedNode found = its == null || data == null ? null : Differences.child(data, its.id);
    return its == null || found == null ? null : made(its, found);
  }

  DataNode root() {
    return parent == null ? this : parent.root();
  }

  /** The nearest node of a definition, this one or one above it. */
  DataNode ancestor(Definition wanted) {
    DataNode node = this;
    while (node.definition != wanted) {
      node = Objects.requireNonNull(node.parent);
    }
    return node;
  }

  boolean isBelow(DataNode other) {
    for (DataNode at = parent; at != null; at = at.parent) {
      if (at.equals(other)) {
        return true;
      }
    }
    return false;
  }

  List<DataNode> children() {
    List<DataNode> all = new ArrayList<>();
    definition.all().forEach(child -> all.addAll(children(child)));
    for (QName name : definition.notifications().keySet()) {
      DataNode event = guest(name);
      if (event != null) {
        all.add(event);
      }
    }
    return all;
  }

  /** The nodes of one definition, which is a child of this one's. */
  List<DataNode> children(Definition child) {
    NormalizedNode found = find(child);
    if (found instanceof DistinctNodeContainer<?, ?> entries
        && (child.kind == Definition.Kind.LIST || child.kind == Definition.Kind.LEAF_LIST)) {
      List<DataNode> nodes = new ArrayList<>(entries.size());
      entries.body().forEach(entry -> nodes.add(made(child, entry)));
      return nodes;
    }
    if (found instanceof UnkeyedListNode entries) {
      return entries.body().stream().map(entry -> made(child, entry)).toList();
    }
    if (found != null) {
      return List.of(made(child, found));
    }
    return switch (child.kind) {
      case LEAF, LEAF_LIST -> defaults(child);
      case CONTAINER ->
          !child.presence && isActive(child) && mayBe(child) ? List.of(dummy(child)) : List.of();
      case LIST, ANY -> List.of();
    };
  }

  /** How many children of one definition there are, without looking at each. */
  int count(Definition child) {
    return find(child) instanceof DistinctNodeContainer<?, ?> entries
            && (child.kind == Definition.Kind.LIST || child.kind == Definition.Kind.LEAF_LIST)
        ? entries.size()
        : children(child).size();
  }

  /** One entry of a list or leaf-list, or null if it is not there. */
  @Nullable DataNode entry(Definition list, PathArgument id) {
    NormalizedNode entries = find(list);
    NormalizedNode entry = entries == null ? null : Differences.child(entries, id);
    return entry == null ? null : made(list, entry);
  }

  private DataNode made(Definition child, NormalizedNode node) {
    return new DataNode(
        this, child, node.name(), node, node instanceof ValueNode<?> v ? v.body() : null);
  }

  /**
   * Whether every when of a child that is not there holds; a placeholder stands for it then (RFC
   * 7950 section 7.21.5).
   */
  boolean mayBe(Definition child) {
    return holds(child.conditions, dummy(child));
  }

  /** Whether every when of a choice holds. */
  boolean mayHave(NodeIdentifier choice) {
    return holds(definition.choiceConditions(choice.getNodeType()), this);
  }

  private boolean holds(List<Definition.Condition> conditions, DataNode node) {
    return conditions.stream().allMatch(c -> c.expression().test(c.ofParent() ? this : node));
  }

  private DataNode dummy(Definition child) {
    return new DataNode(this, child, child.id, null, null);
  }

  /** What is configured of a child; of a list or leaf-list all of it. */
  @Nullable NormalizedNode find(Definition child) {
    NormalizedNode holder = data;
    for (Definition.Branch branch : child.branches) {
      holder = holder == null ? null : Differences.child(holder, branch.choice().id());
    }
    return holder == null ? null : Differences.child(holder, child.id);
  }

  /** Whether the cases that lead to a child are those that are chosen. */
  private boolean isActive(Definition child) {
    NormalizedNode holder = data;
    for (Definition.Branch branch : child.branches) {
      holder = holder == null ? null : Differences.child(holder, branch.choice().id());
      QName chosen = branch.choice().defaultCase();
      if (holder instanceof ChoiceNode choice && !choice.isEmpty()) {
        chosen = branch.choice().cases().get(choice.body().iterator().next().name().getNodeType());
      }
      if (!branch.choiceCase().equals(chosen)) {
        return false;
      }
    }
    return true;
  }

  /** The default values in use (RFC 7950 sections 7.6.1 and 7.7.2). */
  private List<DataNode> defaults(Definition child) {
    List<Object> values = child.defaults();
    if (values.isEmpty() || !isActive(child) || !mayBe(child)) {
      return List.of();
    }
    List<DataNode> nodes = new ArrayList<>(values.size());
    for (Object each : values) {
      PathArgument id =
          child.kind == Definition.Kind.LEAF ? child.id : new NodeWithValue<>(child.name(), each);
      nodes.add(new DataNode(this, child, id, null, each));
    }
    return nodes;
  }

  /** The value as canonical text; of a node without a value, the text of all below it. */
  String text() {
    if (value != null) {
      return Values.text(definition, value, new Values.Prefixes(definition.context()));
    }
    StringBuilder text = new StringBuilder();
    if (definition.kind != Definition.Kind.ANY) {
      children().forEach(child -> text.append(child.text()));
    }
    return text.toString();
  }

  /** The place in the tree, with choices and lists as yangtools has them. */
  YangInstanceIdentifier path() {
    if (parent == null) {
      return YangInstanceIdentifier.of();
    }
    YangInstanceIdentifier path = parent.path();
    for (Definition.Branch branch : definition.branches) {
      path = path.node(branch.choice().id());
    }
    path = path.node(definition.id);
    return name instanceof NodeIdentifier ? path : path.node(name);
  }

  /** Follows a path; null where it leads nowhere. */
  @Nullable DataNode follow(YangInstanceIdentifier path) {
    DataNode at = this;
    Definition list = null;
    for (PathArgument step : path.getPathArguments()) {
      if (step instanceof NodeIdentifierWithPredicates || step instanceof NodeWithValue<?>) {
        DataNode entry = list == null ? null : at.entry(list, step);
        if (entry == null) {
          return null;
        }
        at = entry;
        list = null;
        continue;
      }
      Definition child = at.definition.child(step.getNodeType());
      if (child == null) {
        continue;
      }
      if (child.kind == Definition.Kind.LIST || child.kind == Definition.Kind.LEAF_LIST) {
        list = child;
        continue;
      }
      List<DataNode> found = at.children(child);
      if (found.isEmpty()) {
        return null;
      }
      at = found.getFirst();
    }
    return list == null ? at : null;
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // Entries without keys have nothing else of their own.
  public boolean equals(@Nullable Object other) {
    return other instanceof DataNode node
        && node.definition == definition
        && node.name.equals(name)
        && (definition.kind != Definition.Kind.LIST
            || !definition.keys.isEmpty()
            || node.data == data)
        && Objects.equals(node.parent, parent);
  }

  @Override
  public int hashCode() {
    return 31 * Objects.hashCode(parent) + name.hashCode();
  }

  @Override
  public String toString() {
    return path().toString();
  }

  /** An error about this node. */
  RpcError error(ErrorTag tag, String message) {
    return RpcError.application(tag, message).withPath(path());
  }
}
