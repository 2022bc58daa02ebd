package io.hairpin.netconf.server;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.schema.ChoiceNode;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerChild;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafSetEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafSetNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapNode;
import org.opendaylight.yangtools.yang.data.api.schema.SystemLeafSetNode;
import org.opendaylight.yangtools.yang.data.api.schema.UnkeyedListEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.UnkeyedListNode;
import org.opendaylight.yangtools.yang.data.spi.node.ImmutableNodes;

/**
 * Subtree filtering (RFC 6241 section 6). What is selected whole is shared with the data; a list
 * entry is looked up where the filter gives all its keys. The keys of an entry of which anything is
 * selected are selected too; a containment node below which nothing is selected is left out.
 */
final class Filter implements Selection {
  private final List<Element> top;

  /**
   * Makes a filter.
   *
   * @param filter the filter element; its children are the filter
   */
  Filter(Element filter) {
    top = filter.children();
  }

  @Override
  public ContainerNode select(Definition root, ContainerNode data) {
    var builder = ImmutableNodes.newContainerBuilder().withNodeIdentifier(data.name());
    for (DataContainerChild child : children(root, data.body(), top)) {
      builder.withChild(child);
    }
    return builder.build();
  }

  @Override
  public boolean mayTouch(Definition node) {
    List<Element> below = below(node);
    return below == null || !below.isEmpty();
  }

  /** What is asked of the children of a node; null where that is all of them. */
  private @Nullable List<Element> below(Definition node) {
    Definition parent = node.parent();
    if (parent == null) {
      return top;
    }
    List<Element> here = below(parent);
    if (here == null) {
      return null;
    }
    List<Element> below = new ArrayList<>();
    for (Element filter : matching(here, node.name())) {
      if (filter.children().stream().allMatch(Filter::isContentMatch)) {
        return null;
      }
      below.addAll(filter.children());
    }
    return below;
  }

  @Override
  public boolean isByPath(Definition root) {
    return isByPath(root, top);
  }

  private static boolean isByPath(Definition parent, List<Element> filters) {
    for (Element filter : filters) {
      for (Definition child : parent.named(filter.name)) {
        if (matches(filter, child.name())
            && (isContentMatch(filter)
                ? !parent.keys.contains(child.name())
                : !isByPath(child, filter.children()))) {
          return false;
        }
      }
    }
    return true;
  }

  /**
   * Section 6.2.1: an element without a namespace stands for every namespace. Section 6.2.2: an
   * attribute must match one of the data, where there are none.
   */
  private static boolean matches(Element filter, QName name) {
    return filter.name.equals(name.getLocalName())
        && (filter.namespace.isEmpty() || filter.namespace.equals(name.getNamespace().toString()))
        && filter.attributes.isEmpty();
  }

  private static boolean isContentMatch(Element filter) {
    return filter.children().isEmpty() && filter.hasText();
  }

  private static List<Element> matching(List<Element> filters, QName name) {
    List<Element> found = new ArrayList<>(1);
    for (Element filter : filters) {
      if (matches(filter, name)) {
        found.add(filter);
      }
    }
    return found;
  }

  private static List<DataContainerChild> children(
      Definition parent, Collection<DataContainerChild> data, List<Element> filters) {
    List<DataContainerChild> selected = new ArrayList<>();
    for (DataContainerChild node : data) {
      DataContainerChild part = child(parent, node, filters);
      if (part != null) {
        selected.add(part);
      }
    }
    return selected;
  }

  private static @Nullable DataContainerChild child(
      Definition parent, DataContainerChild node, List<Element> filters) {
    if (node instanceof ChoiceNode choice) {
      List<DataContainerChild> below = children(parent, choice.body(), filters);
      var builder = ImmutableNodes.newChoiceBuilder().withNodeIdentifier(choice.name());
      below.forEach(builder::withChild);
      return below.isEmpty() ? null : builder.build();
    }
    QName name = node.name().getNodeType();
    List<Element> own = matching(filters, name);
    Definition definition = own.isEmpty() ? null : parent.childOrGuest(name);
    if (definition == null) {
      return null;
    }
    return switch (node) {
      case MapNode list -> list(definition, list, own);
      case UnkeyedListNode list -> unkeyed(definition, list, own);
      case LeafSetNode<?> list -> leafList(definition, list, own);
      case ContainerNode container -> {
        Part selection = part(definition, container, own);
        if (selection.whole) {
          yield container;
        }
        List<DataContainerChild> below = children(definition, container.body(), selection.filters);
        var builder = ImmutableNodes.newContainerBuilder().withNodeIdentifier(container.name());
        below.forEach(builder::withChild);
        yield below.isEmpty() ? null : builder.build();
      }
      case LeafNode<?> leaf -> isSelected(definition, leaf.body(), own) ? leaf : null;
      default -> own.stream().anyMatch(f -> !isContentMatch(f)) ? node : null;
    };
  }

  /** What several filter elements for one node select of it. */
  private record Part(boolean whole, List<Element> filters) {}

  private static Part part(Definition definition, DataContainerNode node, List<Element> own) {
    List<Element> below = new ArrayList<>();
    for (Element filter : own) {
      if (!contentMatches(definition, node, filter)) {
        continue;
      }
      if (filter.children().stream().allMatch(Filter::isContentMatch)) {
        return new Part(true, List.of());
      }
      below.addAll(filter.children());
    }
    return new Part(false, below);
  }

  /** Section 6.2.5: all content match nodes must hold; on a node with children none can. */
  private static boolean contentMatches(
      Definition definition, DataContainerNode node, Element filter) {
    if (filter.hasText()) {
      return false;
    }
    for (Element wanted : filter.children()) {
      if (isContentMatch(wanted)
          && definition.named(wanted.name).stream().noneMatch(d -> holds(d, node, wanted))) {
        return false;
      }
    }
    return true;
  }

  private static boolean holds(Definition definition, DataContainerNode node, Element wanted) {
    if (!matches(wanted, definition.name())) {
      return false;
    }
    DataContainerNode holder = node;
    for (Definition.Branch branch : definition.branches) {
      if (!(holder.childByArg(branch.choice().id()) instanceof ChoiceNode choice)) {
        return false;
      }
      holder = choice;
    }
    return switch (holder.childByArg(definition.id)) {
      case LeafNode<?> leaf -> isValue(definition, leaf.body(), wanted);
      case LeafSetNode<?> list ->
          list.body().stream().anyMatch(e -> isValue(definition, e.body(), wanted));
      case null, default -> false;
    };
  }

  private static boolean isSelected(Definition definition, Object value, List<Element> own) {
    return own.stream()
        .anyMatch(f -> isContentMatch(f) ? isValue(definition, value, f) : f.children().isEmpty());
  }

  /** Section 6.2.5: white space around the text does not count. */
  private static boolean isValue(Definition definition, Object value, Element wanted) {
    return Objects.deepEquals(value, parse(definition, wanted));
  }

  /** The value that a content match asks for, or null if the text is no value of the type. */
  private static @Nullable Object parse(Definition definition, Element wanted) {
    try {
      String text = wanted.text().strip();
      return Values.parse(definition, text, wanted.scope, YangInstanceIdentifier.of());
    } catch (RpcException e) {
      return null;
    }
  }

  private static @Nullable DataContainerChild leafList(
      Definition definition, LeafSetNode<?> list, List<Element> own) {
    if (own.stream().anyMatch(f -> !isContentMatch(f) && f.children().isEmpty())) {
      return list;
    }
    List<LeafSetEntryNode<?>> found = new ArrayList<>();
    for (LeafSetEntryNode<?> entry : list.body()) {
      if (isSelected(definition, entry.body(), own)) {
        found.add(entry);
      }
    }
    return found.isEmpty() ? null : leafSet(list, found);
  }

  @SuppressWarnings("unchecked") // The values of a leaf-list come from one codec.
  private static DataContainerChild leafSet(
      LeafSetNode<?> list, List<LeafSetEntryNode<?>> entries) {
    if (list instanceof SystemLeafSetNode<?>) {
      var builder =
          ImmutableNodes.<Object>newSystemLeafSetBuilder().withNodeIdentifier(list.name());
      entries.forEach(entry -> builder.withChild((LeafSetEntryNode<Object>) entry));
      return builder.build();
    }
    var builder = ImmutableNodes.<Object>newUserLeafSetBuilder().withNodeIdentifier(list.name());
    entries.forEach(entry -> builder.withChild((LeafSetEntryNode<Object>) entry));
    return builder.build();
  }

  private static @Nullable DataContainerChild list(
      Definition definition, MapNode list, List<Element> own) {
    if (own.stream().anyMatch(f -> f.children().isEmpty() && !f.hasText())) {
      return list;
    }
    List<MapEntryNode> found = new ArrayList<>();
    for (MapEntryNode entry : candidates(definition, list, own)) {
      MapEntryNode part = entry(definition, entry, own);
      if (part != null) {
        found.add(part);
      }
    }
    if (found.isEmpty()) {
      return null;
    }
    if (definition.userOrdered) {
      var builder = ImmutableNodes.newUserMapBuilder().withNodeIdentifier(list.name());
      found.forEach(builder::withChild);
      return builder.build();
    }
    var builder = ImmutableNodes.newSystemMapBuilder().withNodeIdentifier(list.name());
    found.forEach(builder::withChild);
    return builder.build();
  }

  /** The entries that can be selected: those with the keys that the filters give, or all. */
  private static Collection<MapEntryNode> candidates(
      Definition definition, MapNode list, List<Element> own) {
    if (definition.userOrdered) {
      return list.body();
    }
    Set<MapEntryNode> keyed = new LinkedHashSet<>();
    for (Element filter : own) {
      Object[] values = new Object[definition.keys.size()];
      for (int i = 0; i < values.length; i++) {
        Definition leaf = definition.child(definition.keys.get(i));
        Element wanted = null;
        for (Element child : filter.children()) {
          if (leaf != null && isContentMatch(child) && matches(child, leaf.name())) {
            wanted = child;
          }
        }
        if (leaf == null || wanted == null) {
          return list.body();
        }
        Object value = parse(leaf, wanted);
        if (value == null) {
          values = new Object[0];
          break;
        }
        values[i] = value;
      }
      if (values.length > 0) {
        MapEntryNode entry = list.childByArg(definition.entry(values));
        if (entry != null) {
          keyed.add(entry);
        }
      }
    }
    return keyed;
  }

  private static @Nullable MapEntryNode entry(
      Definition definition, MapEntryNode entry, List<Element> own) {
    Part selection = part(definition, entry, own);
    if (selection.whole) {
      return entry;
    }
    List<DataContainerChild> below = children(definition, entry.body(), selection.filters);
    if (below.isEmpty()) {
      return null;
    }
    var builder = ImmutableNodes.newMapEntryBuilder().withNodeIdentifier(entry.name());
    below.forEach(builder::withChild);
    for (QName key : definition.keys) {
      builder.withChild(ImmutableNodes.leafNode(key, entry.name().getValue(key)));
    }
    return builder.build();
  }

  private static @Nullable DataContainerChild unkeyed(
      Definition definition, UnkeyedListNode list, List<Element> own) {
    List<UnkeyedListEntryNode> found = new ArrayList<>();
    for (UnkeyedListEntryNode entry : list.body()) {
      Part selection = part(definition, entry, own);
      List<DataContainerChild> below =
          selection.whole ? List.of() : children(definition, entry.body(), selection.filters);
      if (selection.whole) {
        found.add(entry);
      } else if (!below.isEmpty()) {
        var builder = ImmutableNodes.newUnkeyedListEntryBuilder().withNodeIdentifier(entry.name());
        below.forEach(builder::withChild);
        found.add(builder.build());
      }
    }
    var builder = ImmutableNodes.newUnkeyedListBuilder().withNodeIdentifier(list.name());
    found.forEach(builder::withChild);
    return found.isEmpty() ? null : builder.build();
  }
}
