package io.hairpin.netconf.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.PathArgument;
import org.opendaylight.yangtools.yang.data.api.schema.ChoiceNode;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerChild;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafSetEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafSetNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapNode;
import org.opendaylight.yangtools.yang.data.api.schema.NormalizedNode;
import org.opendaylight.yangtools.yang.data.api.schema.UnkeyedListEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.UnkeyedListNode;
import org.opendaylight.yangtools.yang.data.api.schema.UserLeafSetNode;
import org.opendaylight.yangtools.yang.data.api.schema.UserMapNode;
import org.opendaylight.yangtools.yang.data.spi.node.ImmutableNodes;

/**
 * Keeps parts of a tree, shared where they are whole: what is marked, what stands above it, and the
 * keys of the entries. The cost follows what is kept, but for what the user orders.
 */
final class Pruning {
  /** The entries of lists without keys of which something is kept; a path cannot tell them. */
  private final Set<NormalizedNode> keyless;

  private Pruning(Set<NormalizedNode> keyless) {
    this.keyless = keyless;
  }

  static ContainerNode of(ContainerNode root, Touched kept, Set<NormalizedNode> keyless) {
    if (kept.whole()) {
      return root;
    }
    var builder = ImmutableNodes.newContainerBuilder().withNodeIdentifier(root.name());
    new Pruning(keyless).children(root, kept).forEach(builder::withChild);
    return builder.build();
  }

  private List<DataContainerChild> children(DataContainerNode node, Touched kept) {
    List<DataContainerChild> parts = new ArrayList<>();
    kept.children()
        .forEach(
            (step, below) -> {
              DataContainerChild part =
                  Differences.child(node, step) instanceof DataContainerChild child
                      ? child(child, below)
                      : null;
              if (part != null) {
                parts.add(part);
              }
            });
    return parts;
  }

  private @Nullable DataContainerChild child(DataContainerChild node, Touched kept) {
    if (kept.whole()) {
      return node;
    }
    return switch (node) {
      case ChoiceNode choice -> {
        List<DataContainerChild> parts = children(choice, kept);
        var builder = ImmutableNodes.newChoiceBuilder().withNodeIdentifier(choice.name());
        parts.forEach(builder::withChild);
        yield parts.isEmpty() ? null : builder.build();
      }
      case ContainerNode container -> {
        var builder = ImmutableNodes.newContainerBuilder().withNodeIdentifier(container.name());
        children(container, kept).forEach(builder::withChild);
        yield builder.build();
      }
      case MapNode list -> list(list, kept);
      case UnkeyedListNode list -> unkeyed(list, kept);
      case LeafSetNode<?> list -> leafList(list, kept);
      default -> null;
    };
  }

  private @Nullable DataContainerChild list(MapNode list, Touched kept) {
    if (list instanceof UserMapNode) {
      var builder = ImmutableNodes.newUserMapBuilder().withNodeIdentifier(list.name());
      for (MapEntryNode entry : list.body()) {
        Touched below = kept.get(entry.name());
        if (below != null) {
          builder.withChild(entry(entry, below));
        }
      }
      return builder.build();
    }
    var builder = ImmutableNodes.newSystemMapBuilder().withNodeIdentifier(list.name());
    kept.children()
        .forEach(
            (step, below) -> {
              if (Differences.child(list, step) instanceof MapEntryNode entry) {
                builder.withChild(entry(entry, below));
              }
            });
    return builder.build();
  }

  private MapEntryNode entry(MapEntryNode entry, Touched kept) {
    if (kept.whole()) {
      return entry;
    }
    var builder = ImmutableNodes.newMapEntryBuilder().withNodeIdentifier(entry.name());
    children(entry, kept).forEach(builder::withChild);
    for (QName key : entry.name().keySet()) {
      builder.withChild(ImmutableNodes.leafNode(key, entry.name().getValue(key)));
    }
    return builder.build();
  }

  private @Nullable DataContainerChild unkeyed(UnkeyedListNode list, Touched kept) {
    var builder = ImmutableNodes.newUnkeyedListBuilder().withNodeIdentifier(list.name());
    Touched below = kept.get(list.name());
    for (UnkeyedListEntryNode entry : list.body()) {
      if (below != null && below.whole() && keyless.contains(entry)) {
        builder.withChild(entry);
      } else if (below != null && keyless.contains(entry)) {
        var part = ImmutableNodes.newUnkeyedListEntryBuilder().withNodeIdentifier(entry.name());
        children(entry, below).forEach(part::withChild);
        builder.withChild(part.build());
      }
    }
    return builder.build();
  }

  @SuppressWarnings("unchecked") // The values of a leaf-list come from one codec.
  private static DataContainerChild leafList(LeafSetNode<?> list, Touched kept) {
    if (list instanceof UserLeafSetNode<?>) {
      var builder = ImmutableNodes.<Object>newUserLeafSetBuilder().withNodeIdentifier(list.name());
      for (LeafSetEntryNode<?> entry : list.body()) {
        if (kept.get(entry.name()) != null) {
          builder.withChild((LeafSetEntryNode<Object>) entry);
        }
      }
      return builder.build();
    }
    var builder = ImmutableNodes.<Object>newSystemLeafSetBuilder().withNodeIdentifier(list.name());
    for (PathArgument step : kept.children().keySet()) {
      if (Differences.child(list, step) instanceof LeafSetEntryNode<?> entry) {
        builder.withChild((LeafSetEntryNode<Object>) entry);
      }
    }
    return builder.build();
  }
}
