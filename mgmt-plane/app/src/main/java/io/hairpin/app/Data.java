package io.hairpin.app;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.api.schema.ChoiceNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerChild;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafSetNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapNode;
import org.opendaylight.yangtools.yang.model.api.ChoiceSchemaNode;
import org.opendaylight.yangtools.yang.model.api.DataNodeContainer;
import org.opendaylight.yangtools.yang.model.api.DataSchemaNode;
import org.opendaylight.yangtools.yang.model.api.LeafSchemaNode;
import org.opendaylight.yangtools.yang.model.api.TypeDefinition;
import org.opendaylight.yangtools.yang.model.api.type.EnumTypeDefinition;
import org.opendaylight.yangtools.yang.model.api.type.UnionTypeDefinition;

/** A container or list entry, read by the names of its leaves, with the schema's defaults. */
final class Data {

  private final DataNodeContainer schema;
  private final @Nullable DataContainerNode node;

  /**
   * Views a node.
   *
   * @param schema its schema
   * @param node the node; null for a container of which nothing is set
   */
  Data(DataNodeContainer schema, @Nullable DataContainerNode node) {
    this.schema = schema;
    this.node = node;
  }

  /** The schema of a child by its local name, of whatever module, and in whatever choice. */
  static DataSchemaNode child(DataNodeContainer schema, String name) {
    return search(schema, name)
        .orElseThrow(() -> new IllegalArgumentException("No node '" + name + "' in " + schema));
  }

  /** Choices and cases have no place of their own in the data, so none in these names. */
  private static Optional<DataSchemaNode> search(DataNodeContainer schema, String name) {
    for (DataSchemaNode child : schema.getChildNodes()) {
      if (!(child instanceof ChoiceSchemaNode) && child.getQName().getLocalName().equals(name)) {
        return Optional.of(child);
      }
    }
    return schema.getChildNodes().stream()
        .filter(ChoiceSchemaNode.class::isInstance)
        .flatMap(choice -> ((ChoiceSchemaNode) choice).getCases().stream())
        .flatMap(alternative -> search(alternative, name).stream())
        .findFirst();
  }

  String get(String leaf) {
    return find(leaf)
        .orElseThrow(() -> new IllegalStateException("Leaf '" + leaf + "' has no value"));
  }

  int number(String leaf) {
    return Integer.parseInt(get(leaf));
  }

  boolean flag(String leaf) {
    return Boolean.parseBoolean(get(leaf));
  }

  Optional<String> find(String leaf) {
    DataSchemaNode leafSchema = child(schema, leaf);
    if (node(leafSchema.getQName()) instanceof LeafNode<?> value) {
      return Optional.of(text(value.body()));
    }
    return ((LeafSchemaNode) leafSchema).getType().getDefaultValue().map(Data::text);
  }

  Set<String> set(String leafList) {
    Set<String> values = new LinkedHashSet<>();
    if (node(child(schema, leafList).getQName()) instanceof LeafSetNode<?> list) {
      list.body().forEach(entry -> values.add(text(entry.body())));
    }
    return values;
  }

  /** A container that may be absent; one without presence is always there. */
  Optional<Data> presence(String container) {
    DataSchemaNode containerSchema = child(schema, container);
    return node(containerSchema.getQName()) instanceof DataContainerNode inner
        ? Optional.of(new Data((DataNodeContainer) containerSchema, inner))
        : Optional.empty();
  }

  Data container(String name) {
    return presence(name).orElseGet(() -> new Data((DataNodeContainer) child(schema, name), null));
  }

  /** The entries of a list in their order. */
  List<Data> list(String name) {
    DataSchemaNode listSchema = child(schema, name);
    List<Data> entries = new ArrayList<>();
    if (node(listSchema.getQName()) instanceof MapNode list) {
      list.body().forEach(entry -> entries.add(new Data((DataNodeContainer) listSchema, entry)));
    }
    return entries;
  }

  /** The bits of a leaf that are set. */
  Optional<Set<String>> bits(String leaf) {
    return node(child(schema, leaf).getQName()) instanceof LeafNode<?> value
            && value.body() instanceof Set<?> bits
        ? Optional.of(bits.stream().map(Object::toString).collect(Collectors.toSet()))
        : Optional.empty();
  }

  /** The number of a leaf that may have a name for it. */
  Optional<Integer> value(String leaf) {
    TypeDefinition<?> type = ((LeafSchemaNode) child(schema, leaf)).getType();
    return find(leaf).map(text -> named(type, text).orElseGet(() -> Integer.parseInt(text)));
  }

  private static Optional<Integer> named(TypeDefinition<?> type, String text) {
    return switch (type) {
      case EnumTypeDefinition names ->
          names.getValues().stream()
              .filter(pair -> pair.getName().equals(text))
              .map(EnumTypeDefinition.EnumPair::getValue)
              .findFirst();
      case UnionTypeDefinition union ->
          union.getTypes().stream().flatMap(member -> named(member, text).stream()).findFirst();
      default -> Optional.empty();
    };
  }

  private @Nullable DataContainerChild node(QName name) {
    return node == null ? null : node(node, name);
  }

  private static @Nullable DataContainerChild node(DataContainerNode parent, QName name) {
    DataContainerChild found = parent.childByArg(NodeIdentifier.create(name));
    if (found != null && !(found instanceof ChoiceNode)) {
      return found;
    }
    for (DataContainerChild child : parent.body()) {
      if (child instanceof ChoiceNode choice) {
        DataContainerChild inside = node(choice, name);
        if (inside != null) {
          return inside;
        }
      }
    }
    return null;
  }

  private static String text(Object value) {
    return value instanceof QName identity ? identity.getLocalName() : value.toString();
  }
}
