package io.hairpin.netconf.server;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.util.ImmutableOffsetMapTemplate;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifierWithPredicates;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.PathArgument;
import org.opendaylight.yangtools.yang.data.codec.xml.XmlCodec;
import org.opendaylight.yangtools.yang.data.codec.xml.XmlCodecFactory;
import org.opendaylight.yangtools.yang.model.api.CaseSchemaNode;
import org.opendaylight.yangtools.yang.model.api.ChoiceSchemaNode;
import org.opendaylight.yangtools.yang.model.api.ContainerSchemaNode;
import org.opendaylight.yangtools.yang.model.api.DataNodeContainer;
import org.opendaylight.yangtools.yang.model.api.DataSchemaNode;
import org.opendaylight.yangtools.yang.model.api.EffectiveModelContext;
import org.opendaylight.yangtools.yang.model.api.LeafListSchemaNode;
import org.opendaylight.yangtools.yang.model.api.LeafSchemaNode;
import org.opendaylight.yangtools.yang.model.api.ListSchemaNode;
import org.opendaylight.yangtools.yang.model.api.SchemaContext;
import org.opendaylight.yangtools.yang.model.api.TypeAware;
import org.opendaylight.yangtools.yang.model.util.SchemaInferenceStack;

/**
 * A data node of the schema as it stands in XML: choices and cases do not nest here, but each node
 * tells the branches that lead to it. Built as far as it is used; thread-safe.
 */
final class Definition {
  /** What kind of node it is. */
  enum Kind {
    CONTAINER,
    LIST,
    LEAF,
    LEAF_LIST,
    ANY
  }

  /** A choice, and which of its cases each of its direct children belongs to. */
  record Choice(NodeIdentifier id, Map<QName, QName> cases) {}

  /** One case of a choice. */
  record Branch(Choice choice, QName choiceCase) {}

  final NodeIdentifier id;
  final Kind kind;

  /** Of a container: whether it means something by being there. */
  final boolean presence;

  /** Whether it is configuration; false for state data. */
  final boolean config;

  final boolean userOrdered;

  /** The branches between the parent and this node, outermost first. */
  final List<Branch> branches;

  /** The keys of a list, in order. */
  final List<QName> keys;

  /** The place among its siblings: keys first, then as the modules have them. */
  final int order;

  /** Where the children are defined; for a leaf it means nothing. */
  final DataNodeContainer container;

  final @Nullable DataSchemaNode schema;
  private final @Nullable ImmutableOffsetMapTemplate<QName> keyTemplate;
  private final @Nullable Definition parent;
  private final XmlCodecFactory codecs;
  private volatile @Nullable Map<String, List<Definition>> children;
  private volatile @Nullable XmlCodec<?> codec;

  private Definition(
      @Nullable Definition parent,
      @Nullable DataSchemaNode schema,
      QName name,
      DataNodeContainer container,
      List<Branch> branches,
      int order,
      XmlCodecFactory codecs) {
    this.parent = parent;
    this.schema = schema;
    this.container = container;
    this.branches = branches;
    this.order = order;
    this.codecs = codecs;
    id = new NodeIdentifier(name);
    config = schema == null || schema.effectiveConfig().orElse(true);
    presence = schema instanceof ContainerSchemaNode c && c.isPresenceContainer();
    keys = schema instanceof ListSchemaNode list ? list.getKeyDefinition() : List.of();
    keyTemplate = keys.size() < 2 ? null : ImmutableOffsetMapTemplate.ordered(keys);
    kind =
        switch (schema) {
          case ListSchemaNode list -> Kind.LIST;
          case LeafSchemaNode leaf -> Kind.LEAF;
          case LeafListSchemaNode leafList -> Kind.LEAF_LIST;
          case DataNodeContainer c -> Kind.CONTAINER;
          case null -> Kind.CONTAINER;
          default -> Kind.ANY;
        };
    userOrdered =
        switch (schema) {
          case ListSchemaNode list -> list.isUserOrdered();
          case LeafListSchemaNode leafList -> leafList.isUserOrdered();
          case null, default -> false;
        };
  }

  static Definition root(EffectiveModelContext context) {
    return new Definition(
        null, null, SchemaContext.NAME, context, List.of(), 0, XmlCodecFactory.create(context));
  }

  QName name() {
    return id.getNodeType();
  }

  String namespace() {
    return name().getNamespace().toString();
  }

  String localName() {
    return name().getLocalName();
  }

  /** All children of this local name: several where modules augment with the same name. */
  List<Definition> named(String localName) {
    return children().getOrDefault(localName, List.of());
  }

  @Nullable Definition child(String namespace, String localName) {
    for (Definition child : named(localName)) {
      if (child.namespace().equals(namespace)) {
        return child;
      }
    }
    return null;
  }

  @Nullable Definition child(QName name) {
    for (Definition child : named(name.getLocalName())) {
      if (child.name().equals(name)) {
        return child;
      }
    }
    return null;
  }

  /** The definition one step down a path: lists' entries and choices stay where they are. */
  Definition step(PathArgument step) {
    Definition child = step instanceof NodeIdentifier ? child(step.getNodeType()) : null;
    return child == null ? this : child;
  }

  Definition top() {
    return parent == null ? this : parent.top();
  }

  NodeIdentifierWithPredicates entry(Object[] keyValues) {
    return keyTemplate == null
        ? NodeIdentifierWithPredicates.of(name(), keys.getFirst(), keyValues[0])
        : NodeIdentifierWithPredicates.of(name(), keyTemplate.instantiateWithValues(keyValues));
  }

  EffectiveModelContext context() {
    return codecs.modelContext();
  }

  @SuppressWarnings("unchecked") // The values come from the same codec.
  XmlCodec<Object> codec() {
    XmlCodec<?> present = codec;
    if (present == null) {
      present = makeCodec();
      codec = present;
    }
    return (XmlCodec<Object>) present;
  }

  private XmlCodec<?> makeCodec() {
    SchemaInferenceStack stack = SchemaInferenceStack.of(context());
    enter(stack);
    return switch (schema) {
      case LeafSchemaNode leaf -> codecs.codecFor(leaf, stack);
      case LeafListSchemaNode leafList -> codecs.codecFor(leafList, stack);
      case null, default -> throw new IllegalStateException(name() + " has no value");
    };
  }

  private void enter(SchemaInferenceStack stack) {
    if (parent != null) {
      parent.enter(stack);
      stack.enterDataTree(name());
    }
  }

  /** The type of a leaf or leaf-list; null for others. */
  @Nullable TypeAware typed() {
    return schema instanceof TypeAware typed ? typed : null;
  }

  private Map<String, List<Definition>> children() {
    Map<String, List<Definition>> present = children;
    if (present == null) {
      present = new HashMap<>();
      collect(container, List.of(), keys.size(), present);
      children = present;
    }
    return present;
  }

  private int collect(
      DataNodeContainer from, List<Branch> path, int first, Map<String, List<Definition>> into) {
    int next = first;
    for (DataSchemaNode node : from.getChildNodes()) {
      if (node instanceof ChoiceSchemaNode choice) {
        Map<QName, QName> cases = new HashMap<>();
        Choice described = new Choice(new NodeIdentifier(choice.getQName()), cases);
        for (CaseSchemaNode choiceCase : choice.getCases()) {
          choiceCase.getChildNodes().forEach(c -> cases.put(c.getQName(), choiceCase.getQName()));
        }
        for (CaseSchemaNode choiceCase : choice.getCases()) {
          List<Branch> deeper = new ArrayList<>(path);
          deeper.add(new Branch(described, choiceCase.getQName()));
          next = collect(choiceCase, List.copyOf(deeper), next, into);
        }
      } else {
        int key = keys.indexOf(node.getQName());
        int at = key < 0 ? next++ : key;
        DataNodeContainer below = node instanceof DataNodeContainer c ? c : container;
        into.computeIfAbsent(node.getQName().getLocalName(), name -> new ArrayList<>(1))
            .add(new Definition(this, node, node.getQName(), below, path, at, codecs));
      }
    }
    return next;
  }

  @Override
  public String toString() {
    return name().toString();
  }
}
