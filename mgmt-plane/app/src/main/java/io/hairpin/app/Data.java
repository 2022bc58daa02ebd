package io.hairpin.app;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.api.schema.ChoiceNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerChild;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafSetNode;
import org.opendaylight.yangtools.yang.model.api.CaseSchemaNode;
import org.opendaylight.yangtools.yang.model.api.ChoiceSchemaNode;
import org.opendaylight.yangtools.yang.model.api.DataNodeContainer;
import org.opendaylight.yangtools.yang.model.api.DataSchemaNode;
import org.opendaylight.yangtools.yang.model.api.LeafSchemaNode;

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
    return lookUp(schema, name)
        .orElseThrow(() -> new IllegalArgumentException("No node '" + name + "' in " + schema));
  }

  private static Optional<DataSchemaNode> lookUp(DataNodeContainer schema, String name) {
    for (DataSchemaNode child : schema.getChildNodes()) {
      if (child instanceof ChoiceSchemaNode choice) {
        for (CaseSchemaNode one : choice.getCases()) {
          Optional<DataSchemaNode> found = lookUp(one, name);
          if (found.isPresent()) {
            return found;
          }
        }
      } else if (child.getQName().getLocalName().equals(name)) {
        return Optional.of(child);
      }
    }
    return Optional.empty();
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

  private @Nullable DataContainerChild node(QName name) {
    return node == null ? null : node(node, NodeIdentifier.create(name));
  }

  private static @Nullable DataContainerChild node(DataContainerNode in, NodeIdentifier name) {
    DataContainerChild found = in.childByArg(name);
    for (DataContainerChild child : in.body()) {
      if (found == null && child instanceof ChoiceNode choice) {
        found = node(choice, name);
      }
    }
    return found;
  }

  private static String text(Object value) {
    return value instanceof QName identity ? identity.getLocalName() : value.toString();
  }
}
