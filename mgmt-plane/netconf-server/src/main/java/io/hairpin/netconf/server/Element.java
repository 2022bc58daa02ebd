package io.hairpin.netconf.server;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.namespace.NamespaceContext;
import org.jspecify.annotations.Nullable;

/**
 * An XML element as it was received, with the prefixes in scope, which values such as identityrefs
 * need. Comments and processing instructions are gone. Not changed after parsing.
 */
final class Element {
  /** An attribute that is no namespace declaration; namespace and prefix may be empty. */
  record Attribute(String namespace, String prefix, String name, String value) {}

  /** A prefix declaration and those around it. */
  record Scope(@Nullable Scope outer, String prefix, String uri) implements NamespaceContext {
    static final Scope NONE = new Scope(null, "", "");

    @Override
    public @Nullable String getNamespaceURI(String wanted) {
      for (Scope scope = this; scope != null; scope = scope.outer) {
        if (scope.prefix.equals(wanted)) {
          return scope.uri;
        }
      }
      return wanted.equals("xml") ? XMLConstants.XML_NS_URI : null;
    }

    @Override
    public @Nullable String getPrefix(String wanted) {
      for (Scope scope = this; scope != null; scope = scope.outer) {
        if (scope.uri.equals(wanted) && wanted.equals(getNamespaceURI(scope.prefix))) {
          return scope.prefix;
        }
      }
      return null;
    }

    @Override
    public Iterator<String> getPrefixes(String wanted) {
      String prefix = getPrefix(wanted);
      return (prefix == null ? List.<String>of() : List.of(prefix)).iterator();
    }
  }

  final String namespace;
  final String name;
  final Scope scope;
  final List<Attribute> attributes;
  private List<Element> children = List.of();
  private String text = "";

  Element(String namespace, String name, Scope scope, List<Attribute> attributes) {
    this.namespace = namespace;
    this.name = name;
    this.scope = scope;
    this.attributes = attributes;
  }

  void add(Element child) {
    if (children.isEmpty()) {
      children = new ArrayList<>(4);
    }
    children.add(child);
  }

  void append(String more) {
    text = text.isEmpty() ? more : text + more;
  }

  List<Element> children() {
    return children;
  }

  String text() {
    return text;
  }

  boolean hasText() {
    return !text.isBlank();
  }

  boolean is(String wantedNamespace, String wantedName) {
    return name.equals(wantedName) && namespace.equals(wantedNamespace);
  }

  /** The first child of this name in the same namespace. */
  Optional<Element> child(String wanted) {
    for (Element child : children) {
      if (child.is(namespace, wanted)) {
        return Optional.of(child);
      }
    }
    return Optional.empty();
  }

  Optional<String> attribute(String wantedNamespace, String wanted) {
    for (Attribute attribute : attributes) {
      if (attribute.name.equals(wanted) && attribute.namespace.equals(wantedNamespace)) {
        return Optional.of(attribute.value);
      }
    }
    return Optional.empty();
  }
}
