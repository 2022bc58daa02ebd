package io.hairpin.netconf.server;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.data.api.schema.ChoiceNode;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerChild;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.ForeignDataNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafSetEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafSetNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapNode;
import org.opendaylight.yangtools.yang.data.api.schema.NormalizedNode;
import org.opendaylight.yangtools.yang.data.api.schema.UnkeyedListEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.UnkeyedListNode;

/**
 * Writes data nodes as XML (RFC 7950): the keys of a list entry come first, in order; what the
 * system orders, by {@link Order}.
 */
final class DataWriter {
  private final XmlWriter out;
  private final boolean append;
  private final boolean trim;

  DataWriter(XmlWriter out) {
    this(out, false, false);
  }

  /** One that may leave out the leafs that have their default values. */
  DataWriter(XmlWriter out, boolean trim) {
    this(out, false, trim);
  }

  private DataWriter(XmlWriter out, boolean append, boolean trim) {
    this.out = out;
    this.append = append;
    this.trim = trim;
  }

  /** One that says, with an operation, that an entry goes to the end of its list. */
  DataWriter appending() {
    return new DataWriter(out, true, trim);
  }

  private record Child(Definition definition, NormalizedNode node) {}

  /** Writes what stands below a container or list entry, in the order of the schema. */
  void children(Definition parent, DataContainerNode node) throws IOException {
    for (Child child : sorted(parent, node)) {
      if (!trim || !Defaults.isDefault(parent, child.definition, child.node)) {
        node(child.definition, child.node, null);
      }
    }
  }

  private static List<Child> sorted(Definition parent, DataContainerNode node) {
    List<Child> children = new ArrayList<>();
    collect(parent, node, children);
    children.sort(Comparator.comparingInt(child -> child.definition.order));
    return children;
  }

  /**
   * Writes as {@link #children}, and tags what is there by default (RFC 6243 section 6).
   *
   * @param set the same container or entry without any defaults, or null if it is not there
   */
  void tagged(Definition parent, DataContainerNode node, @Nullable NormalizedNode set)
      throws IOException {
    for (Child child : sorted(parent, node)) {
      Definition definition = child.definition;
      NormalizedNode own = find(set, definition);
      switch (child.node) {
        case ContainerNode container -> taggedBelow(definition, container, own);
        case MapNode list -> {
          for (MapEntryNode entry : Order.of(definition, list)) {
            taggedBelow(
                definition, entry, own == null ? null : Differences.child(own, entry.name()));
          }
        }
        case LeafNode<?> leaf when own == null -> byDefault(definition, leaf.body());
        case LeafSetNode<?> list when own == null -> {
          for (LeafSetEntryNode<?> entry : Order.of(definition, list)) {
            byDefault(definition, entry.body());
          }
        }
        default -> node(definition, child.node, null);
      }
    }
  }

  private static @Nullable NormalizedNode find(
      @Nullable NormalizedNode parent, Definition definition) {
    NormalizedNode at = parent;
    for (Definition.Branch branch : definition.branches) {
      at = at == null ? null : Differences.child(at, branch.choice().id());
    }
    return at == null ? null : Differences.child(at, definition.id);
  }

  private void taggedBelow(
      Definition definition, DataContainerNode node, @Nullable NormalizedNode set)
      throws IOException {
    start(definition, null);
    tagged(definition, node, set);
    out.end();
  }

  private void byDefault(Definition definition, Object value) throws IOException {
    start(definition, null);
    out.attribute("xmlns:wd", Namespaces.DEFAULT).attribute("wd:default", "true");
    text(definition, value);
  }

  private static void collect(Definition parent, DataContainerNode node, List<Child> into) {
    for (DataContainerChild child : node.body()) {
      if (child instanceof ChoiceNode choice) {
        collect(parent, choice, into);
        continue;
      }
      Definition definition = parent.childOrGuest(child.name().getNodeType());
      if (definition == null) {
        throw new IllegalStateException(child.name() + " is not in the schema below " + parent);
      }
      into.add(new Child(definition, child));
    }
  }

  /**
   * Writes a node with its element; a list or leaf-list is written entry by entry.
   *
   * @param operation the operation attribute, or null for none
   */
  void node(Definition definition, NormalizedNode node, @Nullable String operation)
      throws IOException {
    switch (node) {
      case MapNode list -> {
        for (MapEntryNode entry : Order.of(definition, list)) {
          node(definition, entry, operation);
        }
      }
      case UnkeyedListNode list -> {
        for (UnkeyedListEntryNode entry : list.body()) {
          node(definition, entry, operation);
        }
      }
      case LeafSetNode<?> list -> {
        for (LeafSetEntryNode<?> entry : Order.of(definition, list)) {
          value(definition, entry.body(), operation);
        }
      }
      case DataContainerNode container -> {
        start(definition, operation);
        children(definition, container);
        out.end();
      }
      case LeafNode<?> leaf -> value(definition, leaf.body(), operation);
      case LeafSetEntryNode<?> entry -> value(definition, entry.body(), operation);
      case ForeignDataNode<?> any -> {
        if (any.body() instanceof Element element) {
          foreign(element, null, operation);
        }
      }
      default -> throw new IllegalStateException("cannot write " + node.contract());
    }
  }

  void start(Definition definition, @Nullable String operation) throws IOException {
    out.start(definition.namespace(), definition.localName());
    operation(operation);
  }

  private void operation(@Nullable String operation) {
    if (operation != null) {
      out.attribute("xmlns:nc", Namespaces.BASE).attribute("nc:operation", operation);
      if (append) {
        out.attribute("xmlns:yang", Namespaces.YANG).attribute("yang:insert", "last");
      }
    }
  }

  void value(Definition definition, Object value, @Nullable String operation) throws IOException {
    start(definition, operation);
    text(definition, value);
  }

  private void text(Definition definition, Object value) throws IOException {
    Values.Prefixes prefixes = new Values.Prefixes(definition.context());
    String text = Values.text(definition, value, prefixes);
    prefixes.declare(out);
    out.text(text).end();
  }

  @SuppressWarnings("ReferenceEquality") // A scope inside another one begins where that one ends.
  private void foreign(Element element, Element.@Nullable Scope outer, @Nullable String operation)
      throws IOException {
    out.start(element.namespace, element.name);
    operation(operation);
    Set<String> declared = new HashSet<>(operation == null ? Set.of("") : Set.of("", "nc", "yang"));
    for (Element.Scope s = element.scope; s != null && s != outer; s = s.outer()) {
      if (declared.add(s.prefix())) {
        out.attribute("xmlns:" + s.prefix(), s.uri());
      }
    }
    for (Element.Attribute attribute : element.attributes) {
      if (!attribute.namespace().equals(Namespaces.BASE)) {
        String prefix = attribute.prefix().isEmpty() ? "" : attribute.prefix() + ":";
        out.attribute(prefix + attribute.name(), attribute.value());
      }
    }
    out.text(element.text());
    for (Element child : element.children()) {
      foreign(child, element.scope, null);
    }
    out.end();
  }
}
