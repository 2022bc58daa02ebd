package io.hairpin.netconf.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerChild;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapNode;
import org.opendaylight.yangtools.yang.model.api.DataNodeContainer;
import org.opendaylight.yangtools.yang.model.api.DataSchemaNode;
import org.opendaylight.yangtools.yang.model.api.LeafSchemaNode;

/** A container or list entry, read by the names of what is below, with the schema's defaults. */
record ConfigNode(
    DataNodeContainer schema, @Nullable DataContainerNode node, YangInstanceIdentifier path) {

  private DataSchemaNode schema(String name) {
    for (DataSchemaNode child : schema.getChildNodes()) {
      if (child.getQName().getLocalName().equals(name)) {
        return child;
      }
    }
    throw new IllegalArgumentException("no node '" + name + "' in " + schema);
  }

  private @Nullable DataContainerChild child(DataSchemaNode of) {
    return node == null ? null : node.childByArg(NodeIdentifier.create(of.getQName()));
  }

  /** The value of a leaf, or its default. */
  Optional<Object> find(String leaf) {
    DataSchemaNode of = schema(leaf);
    return child(of) instanceof LeafNode<?> value
        ? Optional.of(value.body())
        : ((LeafSchemaNode) of).getType().getDefaultValue().map(Object.class::cast);
  }

  Object get(String leaf) {
    return find(leaf).orElseThrow(() -> new IllegalStateException(path + " has no " + leaf));
  }

  String text(String leaf) {
    return get(leaf).toString();
  }

  int number(String leaf) {
    return Integer.parseInt(text(leaf));
  }

  boolean has(String name) {
    return child(schema(name)) != null;
  }

  ConfigNode container(String name) {
    DataSchemaNode of = schema(name);
    return new ConfigNode(
        (DataNodeContainer) of, child(of) instanceof DataContainerNode c ? c : null, at(name));
  }

  List<ConfigNode> list(String name) {
    DataSchemaNode of = schema(name);
    List<ConfigNode> entries = new ArrayList<>();
    if (child(of) instanceof MapNode map) {
      map.body()
          .forEach(
              entry ->
                  entries.add(
                      new ConfigNode((DataNodeContainer) of, entry, at(name).node(entry.name()))));
    }
    return entries;
  }

  YangInstanceIdentifier at(String name) {
    return path.node(NodeIdentifier.create(schema(name).getQName()));
  }

  /** Refuses the value of a leaf. */
  RefusedException refused(String leaf, String message) {
    return new RefusedException(at(leaf), ErrorTag.INVALID_VALUE, null, message);
  }
}
