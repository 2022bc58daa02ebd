package io.hairpin.netconf.server;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.PathArgument;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerChild;
import org.opendaylight.yangtools.yang.data.api.schema.LeafSetEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafSetNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapNode;
import org.opendaylight.yangtools.yang.data.api.schema.NormalizedNode;
import org.opendaylight.yangtools.yang.data.api.schema.SystemLeafSetNode;
import org.opendaylight.yangtools.yang.data.api.schema.SystemMapNode;
import org.opendaylight.yangtools.yang.data.spi.node.ImmutableNodes;

/**
 * The entries of a list or leaf-list while an edit changes them. Those that the system orders are
 * shared with the node before; those that the user orders are copied.
 */
final class Entries {
  /** Where the insert attribute (RFC 7950 sections 7.7.9 and 7.8.6) puts an entry. */
  enum Insert {
    FIRST,
    LAST,
    BEFORE,
    AFTER
  }

  private final Definition definition;
  private final @Nullable DataContainerChild base;
  private final Set<PathArgument> seen = new HashSet<>();
  private SystemMapNode.@Nullable Builder map;
  private SystemLeafSetNode.@Nullable Builder<Object> leafSet;
  private @Nullable Map<PathArgument, NormalizedNode> ordered;

  @SuppressWarnings("unchecked") // The values of a leaf-list come from one codec.
  Entries(Definition definition, @Nullable DataContainerChild base) {
    this.definition = definition;
    this.base = base;
    if (definition.userOrdered) {
      Map<PathArgument, NormalizedNode> copy = new LinkedHashMap<>();
      switch (base) {
        case MapNode list -> list.body().forEach(entry -> copy.put(entry.name(), entry));
        case LeafSetNode<?> list -> list.body().forEach(entry -> copy.put(entry.name(), entry));
        case null, default -> {}
      }
      ordered = copy;
    } else if (definition.kind == Definition.Kind.LIST) {
      map =
          base instanceof SystemMapNode before
              ? ImmutableNodes.builderFactory().newSystemMapBuilder(before)
              : ImmutableNodes.newSystemMapBuilder();
      map.withNodeIdentifier(definition.id);
    } else {
      leafSet =
          base instanceof SystemLeafSetNode<?> before
              ? ImmutableNodes.builderFactory()
                  .newSystemLeafSetBuilder((SystemLeafSetNode<Object>) before)
              : ImmutableNodes.newSystemLeafSetBuilder();
      leafSet.withNodeIdentifier(definition.id);
    }
  }

  /** Notes that the edit names an entry; false if it has done so before. */
  boolean see(PathArgument id) {
    return seen.add(id);
  }

  /** An entry as it was before the edit. */
  @Nullable NormalizedNode get(PathArgument id) {
    return base == null ? null : Differences.child(base, id);
  }

  /** Whether an entry is there now, in an ordered list. */
  boolean contains(PathArgument id) {
    return ordered != null && ordered.containsKey(id);
  }

  @SuppressWarnings("unchecked") // The values of a leaf-list come from one codec.
  void put(NormalizedNode entry) {
    if (ordered != null) {
      ordered.put(entry.name(), entry);
    } else if (map != null) {
      map.withChild((MapEntryNode) entry);
    } else if (leafSet != null) {
      leafSet.withChild((LeafSetEntryNode<Object>) entry);
    }
  }

  /** Puts an entry to a place of its own; the anchor is another entry that is there. */
  void insert(NormalizedNode entry, Insert where, @Nullable PathArgument anchor) {
    Map<PathArgument, NormalizedNode> before = ordered;
    if (before == null) {
      throw new IllegalStateException(definition + " is ordered by the system");
    }
    before.remove(entry.name());
    if (where == Insert.LAST) {
      before.put(entry.name(), entry);
      return;
    }
    Map<PathArgument, NormalizedNode> after = new LinkedHashMap<>();
    if (where == Insert.FIRST) {
      after.put(entry.name(), entry);
    }
    before.forEach(
        (id, other) -> {
          boolean here = id.equals(anchor);
          if (here && where == Insert.BEFORE) {
            after.put(entry.name(), entry);
          }
          after.put(id, other);
          if (here && where == Insert.AFTER) {
            after.put(entry.name(), entry);
          }
        });
    ordered = after;
  }

  void remove(PathArgument id) {
    if (ordered != null) {
      ordered.remove(id);
    } else if (map != null) {
      map.withoutChild(id);
    } else if (leafSet != null) {
      leafSet.withoutChild(id);
    }
  }

  /** The list as the edit leaves it, or null if it is empty. */
  @SuppressWarnings("unchecked") // The values of a leaf-list come from one codec.
  @Nullable DataContainerChild build() {
    if (ordered == null) {
      DataContainerChild built =
          map != null ? map.build() : leafSet != null ? leafSet.build() : null;
      boolean empty =
          switch (built) {
            case MapNode list -> list.isEmpty();
            case LeafSetNode<?> list -> list.isEmpty();
            case null, default -> true;
          };
      return empty ? null : built;
    }
    if (ordered.isEmpty()) {
      return null;
    }
    if (definition.kind == Definition.Kind.LIST) {
      var list = ImmutableNodes.newUserMapBuilder().withNodeIdentifier(definition.id);
      ordered.values().forEach(entry -> list.withChild((MapEntryNode) entry));
      return list.build();
    }
    var list = ImmutableNodes.<Object>newUserLeafSetBuilder().withNodeIdentifier(definition.id);
    ordered.values().forEach(entry -> list.withChild((LeafSetEntryNode<Object>) entry));
    return list.build();
  }
}
