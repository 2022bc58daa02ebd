package io.hairpin.netconf.server;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifierWithPredicates;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeWithValue;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerChild;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafSetEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafSetNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.NormalizedNode;
import org.opendaylight.yangtools.yang.data.api.schema.UnkeyedListEntryNode;
import org.opendaylight.yangtools.yang.data.spi.node.ImmutableNodes;

/**
 * How default data is reported (RFC 6243 section 3). The server's basic mode is explicit: what was
 * set is reported, whatever its value.
 */
enum Defaults {
  EXPLICIT("explicit"),
  TRIM("trim"),
  REPORT_ALL("report-all"),
  REPORT_ALL_TAGGED("report-all-tagged");

  static final String CAPABILITY =
      Namespaces.CAPABILITY
          + "with-defaults:1.0?basic-mode=explicit&also-supported=report-all,report-all-tagged,trim";

  private final String text;

  Defaults(String text) {
    this.text = text;
  }

  /** What the parameter with-defaults of an operation asks for. */
  static Defaults of(Element input) throws RpcException {
    for (Element child : input.children()) {
      if (child.is(Namespaces.WITH_DEFAULTS, "with-defaults")) {
        for (Defaults mode : values()) {
          if (mode.text.equals(child.text().strip())) {
            return mode;
          }
        }
        throw Parameters.invalid(child, "explicit, trim, report-all or report-all-tagged");
      }
    }
    return EXPLICIT;
  }

  boolean reportsAll() {
    return this == REPORT_ALL || this == REPORT_ALL_TAGGED;
  }

  /** Whether a node has its default value; the key of a list entry never has. */
  static boolean isDefault(Definition parent, Definition definition, NormalizedNode node) {
    if (parent.keys.contains(definition.name())) {
      return false;
    }
    List<Object> defaults = definition.defaults().stream().map(Values::equatable).toList();
    return switch (node) {
      case LeafNode<?> leaf ->
          !defaults.isEmpty() && defaults.getFirst().equals(Values.equatable(leaf.body()));
      case LeafSetNode<?> list -> {
        List<Object> values = new ArrayList<>();
        list.body().forEach(entry -> values.add(Values.equatable(entry.body())));
        yield !defaults.isEmpty()
            && (definition.userOrdered
                ? values.equals(defaults)
                : new HashSet<>(values).equals(new HashSet<>(defaults)));
      }
      default -> false;
    };
  }

  /**
   * Adds the defaults in use; what has none is shared.
   *
   * @param wanted the top-level nodes that are of interest
   * @param withState whether state data has defaults too
   */
  static ContainerNode fill(
      Definition root, ContainerNode data, Predicate<Definition> wanted, boolean withState) {
    Filling filling = new Filling(withState);
    DataNode top = DataNode.root(root, data);
    Draft draft = new Draft(data);
    for (Definition child : root.all()) {
      if (wanted.test(child)) {
        filling.children(top, child, draft);
      }
    }
    var builder = ImmutableNodes.newContainerBuilder().withNodeIdentifier(data.name());
    draft.finish().forEach(builder::withChild);
    return builder.build();
  }

  /**
   * Writes data in this mode.
   *
   * @param data with the defaults in use where the mode reports them
   * @param set the same without them
   */
  void write(XmlWriter out, Definition root, ContainerNode data, ContainerNode set)
      throws IOException {
    if (this == REPORT_ALL_TAGGED) {
      new DataWriter(out).tagged(root, data, set);
    } else {
      new DataWriter(out, this == TRIM).children(root, data);
    }
  }

  /** Writes a whole configuration in this mode. */
  void write(XmlWriter out, Definition root, ContainerNode set) throws IOException {
    write(out, root, reportsAll() ? fill(root, set, node -> true, false) : set, set);
  }

  private static final class Filling {
    private final boolean withState;

    Filling(boolean withState) {
      this.withState = withState;
    }

    /** Fills the children of one definition. */
    private void children(DataNode parent, Definition definition, Draft draft) {
      if ((!definition.config && !withState)
          || parent.definition.keys.contains(definition.name())
          || !definition.hasDefaults()) {
        return;
      }
      List<DataNode> nodes = parent.children(definition);
      if (nodes.isEmpty()) {
        return;
      }
      DataContainerChild filled =
          switch (definition.kind) {
            case LEAF -> leaf(nodes.getFirst());
            case LEAF_LIST -> leafList(definition, nodes);
            case CONTAINER -> container(nodes.getFirst());
            case LIST -> list(definition, nodes);
            case ANY -> null;
          };
      if (filled != null) {
        draft.put(definition, filled);
      }
    }

    private Draft below(DataNode node) {
      Draft draft = new Draft((DataContainerNode) node.data);
      for (Definition child : node.definition.all()) {
        children(node, child, draft);
      }
      return draft;
    }

    private @Nullable DataContainerChild leaf(DataNode node) {
      if (node.data != null || node.value == null) {
        return null;
      }
      return ImmutableNodes.leafNode(node.definition.id, node.value);
    }

    private @Nullable DataContainerChild leafList(Definition definition, List<DataNode> nodes) {
      if (nodes.getFirst().data != null) {
        return null;
      }
      List<LeafSetEntryNode<Object>> entries = new ArrayList<>();
      for (DataNode node : nodes) {
        if (node.value != null) {
          entries.add(
              ImmutableNodes.leafSetEntry(new NodeWithValue<>(definition.name(), node.value)));
        }
      }
      if (definition.userOrdered) {
        var builder =
            ImmutableNodes.<Object>newUserLeafSetBuilder().withNodeIdentifier(definition.id);
        entries.forEach(builder::withChild);
        return builder.build();
      }
      var builder =
          ImmutableNodes.<Object>newSystemLeafSetBuilder().withNodeIdentifier(definition.id);
      entries.forEach(builder::withChild);
      return builder.build();
    }

    private @Nullable DataContainerChild container(DataNode node) {
      var builder = ImmutableNodes.newContainerBuilder().withNodeIdentifier(node.definition.id);
      below(node).finish().forEach(builder::withChild);
      ContainerNode filled = builder.build();
      return filled.isEmpty() && node.data == null ? null : filled;
    }

    private DataContainerChild list(Definition definition, List<DataNode> nodes) {
      if (definition.keys.isEmpty()) {
        var list = ImmutableNodes.newUnkeyedListBuilder().withNodeIdentifier(definition.id);
        nodes.forEach(node -> list.withChild(unkeyed(node)));
        return list.build();
      }
      if (definition.userOrdered) {
        var list = ImmutableNodes.newUserMapBuilder().withNodeIdentifier(definition.id);
        nodes.forEach(node -> list.withChild(entry(node)));
        return list.build();
      }
      var list = ImmutableNodes.newSystemMapBuilder().withNodeIdentifier(definition.id);
      nodes.forEach(node -> list.withChild(entry(node)));
      return list.build();
    }

    private UnkeyedListEntryNode unkeyed(DataNode node) {
      var entry =
          ImmutableNodes.newUnkeyedListEntryBuilder().withNodeIdentifier(node.definition.id);
      below(node).finish().forEach(entry::withChild);
      return entry.build();
    }

    private MapEntryNode entry(DataNode node) {
      var entry =
          ImmutableNodes.newMapEntryBuilder()
              .withNodeIdentifier((NodeIdentifierWithPredicates) node.name);
      below(node).finish().forEach(entry::withChild);
      return entry.build();
    }
  }
}
