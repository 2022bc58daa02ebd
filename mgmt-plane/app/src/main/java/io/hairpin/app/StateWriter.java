package io.hairpin.app;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifierWithPredicates;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerChild;
import org.opendaylight.yangtools.yang.data.api.schema.MapEntryNode;
import org.opendaylight.yangtools.yang.data.impl.codec.TypeDefinitionAwareCodec;
import org.opendaylight.yangtools.yang.data.spi.node.ImmutableNodes;
import org.opendaylight.yangtools.yang.model.api.ContainerSchemaNode;
import org.opendaylight.yangtools.yang.model.api.DataNodeContainer;
import org.opendaylight.yangtools.yang.model.api.DataSchemaNode;
import org.opendaylight.yangtools.yang.model.api.LeafListSchemaNode;
import org.opendaylight.yangtools.yang.model.api.LeafSchemaNode;
import org.opendaylight.yangtools.yang.model.api.ListSchemaNode;

/** Writes state data by the names of its nodes; the counterpart of {@link Data}. */
final class StateWriter {

  private final DataNodeContainer schema;
  private final List<DataContainerChild> children = new ArrayList<>();
  private final Map<QName, Object> values = new LinkedHashMap<>();

  private StateWriter(DataNodeContainer schema) {
    this.schema = schema;
  }

  /** Writes a container; empty where nothing was written into it. */
  static Optional<ContainerNode> container(
      DataNodeContainer parent, String name, Consumer<StateWriter> content) {
    ContainerSchemaNode schema = (ContainerSchemaNode) Data.child(parent, name);
    StateWriter writer = new StateWriter(schema);
    content.accept(writer);
    return writer.children.isEmpty()
        ? Optional.empty()
        : Optional.of(
            ImmutableNodes.newContainerBuilder()
                .withNodeIdentifier(NodeIdentifier.create(schema.getQName()))
                .withValue(writer.children)
                .build());
  }

  /** Writes a container that is known by its schema, as the output of an operation. */
  static <S extends DataNodeContainer & DataSchemaNode> Optional<ContainerNode> of(
      S schema, Consumer<StateWriter> content) {
    StateWriter writer = new StateWriter(schema);
    content.accept(writer);
    return Optional.of(
        ImmutableNodes.newContainerBuilder()
            .withNodeIdentifier(NodeIdentifier.create(schema.getQName()))
            .withValue(writer.children)
            .build());
  }

  void container(String name, Consumer<StateWriter> content) {
    container(schema, name, content).ifPresent(children::add);
  }

  void leaf(String name, Object value) {
    LeafSchemaNode leaf = (LeafSchemaNode) Data.child(schema, name);
    Object typed = TypeDefinitionAwareCodec.from(leaf.getType()).deserialize(value.toString());
    values.put(leaf.getQName(), typed);
    children.add(ImmutableNodes.leafNode(leaf.getQName(), typed));
  }

  /** Of strings, or of references to strings. */
  void leafList(String name, Collection<String> items) {
    if (items.isEmpty()) {
      return;
    }
    LeafListSchemaNode list = (LeafListSchemaNode) Data.child(schema, name);
    var set =
        ImmutableNodes.<String>newSystemLeafSetBuilder()
            .withNodeIdentifier(NodeIdentifier.create(list.getQName()));
    items.forEach(set::withChildValue);
    children.add(set.build());
  }

  <T> void list(String name, Collection<T> items, BiConsumer<StateWriter, T> content) {
    if (items.isEmpty()) {
      return;
    }
    ListSchemaNode list = (ListSchemaNode) Data.child(schema, name);
    List<MapEntryNode> entries = new ArrayList<>();
    for (T item : items) {
      StateWriter entry = new StateWriter(list);
      content.accept(entry, item);
      Map<QName, Object> keys = new LinkedHashMap<>(entry.values);
      keys.keySet().retainAll(list.getKeyDefinition());
      entries.add(
          ImmutableNodes.newMapEntryBuilder()
              .withNodeIdentifier(NodeIdentifierWithPredicates.of(list.getQName(), keys))
              .withValue(entry.children)
              .build());
    }
    NodeIdentifier identifier = NodeIdentifier.create(list.getQName());
    children.add(
        list.isUserOrdered()
            ? ImmutableNodes.newUserMapBuilder()
                .withNodeIdentifier(identifier)
                .withValue(entries)
                .build()
            : ImmutableNodes.newSystemMapBuilder()
                .withNodeIdentifier(identifier)
                .withValue(entries)
                .build());
  }
}
