package io.hairpin.netconf.server;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.PathArgument;
import org.opendaylight.yangtools.yang.data.api.schema.ChoiceNode;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DistinctNodeContainer;
import org.opendaylight.yangtools.yang.data.api.schema.MapNode;
import org.opendaylight.yangtools.yang.data.api.schema.NormalizedNode;
import org.opendaylight.yangtools.yang.data.api.schema.SystemLeafSetNode;
import org.opendaylight.yangtools.yang.data.api.schema.UserLeafSetNode;
import org.opendaylight.yangtools.yang.data.api.schema.UserMapNode;

/** Finds what differs between two trees that share what is the same. */
final class Differences {
  private final List<Change.Edit> edits = new ArrayList<>();

  private Differences() {}

  static List<Change.Edit> between(ContainerNode before, ContainerNode after, Touched touched) {
    Differences differences = new Differences();
    differences.walk(YangInstanceIdentifier.of(), before, after, touched);
    return differences.edits;
  }

  private void walk(
      YangInstanceIdentifier path, NormalizedNode before, NormalizedNode after, Touched touched) {
    if (touched.whole() || isOrdered(after)) {
      compare(path, before, after);
      return;
    }
    for (Map.Entry<PathArgument, Touched> child : touched.children().entrySet()) {
      PathArgument step = child.getKey();
      NormalizedNode b = child(before, step);
      NormalizedNode a = child(after, step);
      if (a != null && b != null) {
        walk(path.node(step), b, a, child.getValue());
      } else {
        compare(path.node(step), b, a);
      }
    }
  }

  @SuppressWarnings(
      "ReferenceEquality") // What is shared is the same; the rest is compared in depth.
  private void compare(
      YangInstanceIdentifier path,
      @Nullable NormalizedNode before,
      @Nullable NormalizedNode after) {
    if (before == after) {
      return;
    }
    boolean structure = isMixin(before == null ? after : before);
    if (before == null || after == null) {
      if (!structure) {
        edits.add(new Change.Edit(path, before, after));
      } else {
        for (NormalizedNode child : children(before == null ? after : before)) {
          compare(
              path.node(child.name()),
              before == null ? null : child,
              before == null ? child : null);
        }
      }
    } else if (isOrdered(before) && !sameOrder(before, after)) {
      edits.add(new Change.Edit(path, before, after));
    } else if (structure || before instanceof DataContainerNode || isOrdered(before)) {
      for (NormalizedNode child : children(before)) {
        compare(path.node(child.name()), child, child(after, child.name()));
      }
      for (NormalizedNode child : children(after)) {
        if (child(before, child.name()) == null) {
          compare(path.node(child.name()), null, child);
        }
      }
    } else if (!before.equals(after)) {
      edits.add(new Change.Edit(path, before, after));
    }
  }

  /** What has no place of its own in XML and no order to keep: it is told by its children. */
  private static boolean isMixin(@Nullable NormalizedNode node) {
    return node instanceof ChoiceNode
        || node instanceof SystemLeafSetNode<?>
        || (node instanceof MapNode && !(node instanceof UserMapNode));
  }

  private static boolean isOrdered(NormalizedNode node) {
    return node instanceof UserMapNode || node instanceof UserLeafSetNode<?>;
  }

  private static boolean sameOrder(NormalizedNode before, NormalizedNode after) {
    Iterator<NormalizedNode> others = children(after).iterator();
    for (NormalizedNode entry : children(before)) {
      if (!others.hasNext() || !entry.name().equals(others.next().name())) {
        return false;
      }
    }
    return !others.hasNext();
  }

  @SuppressWarnings("unchecked") // Every distinct container holds nodes.
  private static Iterable<NormalizedNode> children(@Nullable NormalizedNode node) {
    return node instanceof DistinctNodeContainer<?, ?> container
        ? (Iterable<NormalizedNode>) (Iterable<?>) container.body()
        : List.of();
  }

  /** The child of a node by its name, or null if there is none. */
  @SuppressWarnings("unchecked") // A key of another kind is simply not found.
  static @Nullable NormalizedNode child(NormalizedNode node, PathArgument name) {
    return node instanceof DistinctNodeContainer<?, ?> container
        ? ((DistinctNodeContainer<PathArgument, NormalizedNode>) container).childByArg(name)
        : null;
  }
}
