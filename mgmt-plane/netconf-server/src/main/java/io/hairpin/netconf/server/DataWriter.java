package io.hairpin.netconf.server;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.schema.ChoiceNode;
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

/** Writes data nodes as XML (RFC 7950): the keys of a list entry come first, in order. */
final class DataWriter {
  private final XmlWriter out;
  private final boolean append;

  DataWriter(XmlWriter out) {
    this(out, false);
  }

  private DataWriter(XmlWriter out, boolean append) {
    this.out = out;
    this.append = append;
  }

  /** One that says, with an operation, that an entry goes to the end of its list. */
  DataWriter appending() {
    return new DataWriter(out, true);
  }

  /** Writes what stands below a container or list entry. */
  void children(Definition parent, DataContainerNode node) throws IOException {
    for (QName key : parent.keys) {
      Definition definition = parent.child(key);
      if (definition != null && node.childByArg(definition.id) instanceof LeafNode<?> leaf) {
        value(definition, leaf.body(), null);
      }
    }
    for (DataContainerChild child : node.body()) {
      if (!parent.keys.contains(child.name().getNodeType())) {
        child(parent, child);
      }
    }
  }

  private void child(Definition parent, DataContainerChild node) throws IOException {
    if (node instanceof ChoiceNode choice) {
      for (DataContainerChild child : choice.body()) {
        child(parent, child);
      }
      return;
    }
    Definition definition = parent.child(node.name().getNodeType());
    if (definition == null) {
      throw new IllegalStateException(node.name() + " is not in the schema below " + parent);
    }
    node(definition, node, null);
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
        for (MapEntryNode entry : list.body()) {
          node(definition, entry, operation);
        }
      }
      case UnkeyedListNode list -> {
        for (UnkeyedListEntryNode entry : list.body()) {
          node(definition, entry, operation);
        }
      }
      case LeafSetNode<?> list -> {
        for (LeafSetEntryNode<?> entry : list.body()) {
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
          foreign(element, operation);
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
    Values.Prefixes prefixes = new Values.Prefixes(definition.context());
    String text = Values.text(definition, value, prefixes);
    prefixes.declare(out);
    out.text(text).end();
  }

  private void foreign(Element element, @Nullable String operation) throws IOException {
    out.start(element.namespace, element.name);
    operation(operation);
    for (Element.Scope s = element.scope; s != null; s = s.outer()) {
      if (!s.prefix().isEmpty() && s.uri().equals(element.scope.getNamespaceURI(s.prefix()))) {
        if (operation == null || !s.prefix().equals("nc")) {
          out.attribute("xmlns:" + s.prefix(), s.uri());
        }
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
      foreign(child, null);
    }
    out.end();
  }
}
