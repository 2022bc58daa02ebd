package io.hairpin.netconf.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.common.XMLNamespace;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifierWithPredicates;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeWithValue;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.PathArgument;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerChild;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.NormalizedNode;
import org.opendaylight.yangtools.yang.data.spi.node.ImmutableNodes;

/**
 * Applies the content of {@code <config>} to a datastore (RFC 6241 section 7.2, RFC 7950 sections
 * 7.5.8, 7.6.7, 7.7.9, 7.8.6 and 8.3): it makes a new tree that shares all that stays, and tells
 * what it touched. The cost follows the edit, not the datastore.
 */
final class Editor {
  /** The operation attribute. */
  enum Operation {
    MERGE,
    REPLACE,
    CREATE,
    DELETE,
    REMOVE,
    NONE;

    boolean deletes() {
      return this == DELETE || this == REMOVE;
    }
  }

  /** What an edit made; errors are here only where it was to go on after them. */
  record Result(ContainerNode root, Touched touched, List<RpcError> errors) {}

  private final boolean continueOnError;
  private final boolean plain;
  private final List<RpcError> errors = new ArrayList<>();

  private Editor(boolean continueOnError, boolean plain) {
    this.continueOnError = continueOnError;
    this.plain = plain;
  }

  /** Makes data of an operation's input or a notification; attributes mean nothing in it. */
  static ContainerNode parse(Definition definition, Element element, YangInstanceIdentifier path)
      throws RpcException {
    Draft draft = new Draft(null);
    new Editor(false, true)
        .children(definition, draft, element, Operation.MERGE, Touched.everything(), path);
    return container(definition, draft);
  }

  static Result edit(
      Definition root,
      ContainerNode base,
      Element config,
      Operation defaultOperation,
      boolean continueOnError)
      throws RpcException {
    Editor editor = new Editor(continueOnError, false);
    boolean replaced = defaultOperation == Operation.REPLACE;
    Draft draft = new Draft(replaced ? null : base);
    Touched touched = replaced ? Touched.everything() : new Touched();
    editor.children(root, draft, config, defaultOperation, touched, YangInstanceIdentifier.of());
    return new Result(container(root, draft), touched, editor.errors);
  }

  private static ContainerNode container(Definition definition, Draft draft) {
    var builder = ImmutableNodes.newContainerBuilder().withNodeIdentifier(definition.id);
    draft.finish().forEach(builder::withChild);
    return builder.build();
  }

  private void children(
      Definition parent,
      Draft draft,
      Element element,
      Operation inherited,
      Touched touched,
      YangInstanceIdentifier path)
      throws RpcException {
    if (element.hasText()) {
      throw RpcError.application(
              ErrorTag.BAD_ELEMENT,
              "%s takes elements, not the text '%s'"
                  .formatted(element.name, element.text().strip()))
          .withPath(path)
          .withInfo("bad-element", element.name)
          .asException();
    }
    for (Element child : element.children()) {
      try {
        child(parent, draft, child, inherited, touched, path);
      } catch (RpcException e) {
        if (!continueOnError) {
          throw e;
        }
        errors.addAll(e.errors());
      }
    }
  }

  private void child(
      Definition parent,
      Draft draft,
      Element element,
      Operation inherited,
      Touched touched,
      YangInstanceIdentifier path)
      throws RpcException {
    Definition definition = lookUp(parent, element, path);
    YangInstanceIdentifier at = path;
    for (Definition.Branch branch : definition.branches) {
      at = at.node(branch.choice().id());
    }
    at = at.node(definition.id);
    Attributes attributes = attributes(definition, element, inherited, at);
    if (attributes.isDefault && !attributes.operation.deletes()) {
      attributes = toDefault(definition, draft, element, attributes, at);
    }
    Operation operation = attributes.operation;
    if (parent.keys.contains(definition.name())) {
      if (operation.deletes() && operation != inherited) {
        throw badAttribute("operation", element, at, "the key of a list entry cannot be deleted");
      }
      return;
    }
    boolean changed =
        switch (definition.kind) {
          case LIST ->
              definition.keys.isEmpty()
                  ? keylessEntry(definition, draft, element, at)
                  : listEntry(definition, draft, element, attributes, touched, at);
          case LEAF_LIST -> leafListEntry(definition, draft, element, attributes, touched, at);
          case CONTAINER, LEAF, ANY -> {
            if (!draft.see(definition.id)) {
              throw duplicate(element, at);
            }
            yield definition.kind == Definition.Kind.CONTAINER
                ? container(definition, draft, element, operation, touched, at)
                : leaf(definition, draft, element, operation, touched, at);
          }
        };
    if (changed) {
      QName other = draft.choose(definition, touched);
      if (other != null) {
        throw RpcError.application(
                ErrorTag.BAD_ELEMENT,
                "%s and the nodes of case %s exclude each other"
                    .formatted(element.name, other.getLocalName()))
            .withPath(at)
            .withInfo("bad-element", element.name)
            .asException();
      }
    }
  }

  private static Definition lookUp(Definition parent, Element element, YangInstanceIdentifier path)
      throws RpcException {
    Definition definition = parent.child(element.namespace, element.name);
    if (definition == null) {
      boolean known =
          !element.namespace.isEmpty()
              && !parent
                  .context()
                  .findModuleStatements(XMLNamespace.of(element.namespace))
                  .isEmpty();
      String where = parent.schema == null ? "the configuration" : parent.localName();
      RpcError error =
          known
              ? RpcError.application(
                  ErrorTag.UNKNOWN_ELEMENT,
                  "%s has no node %s in namespace %s"
                      .formatted(where, element.name, element.namespace))
              : RpcError.application(
                  ErrorTag.UNKNOWN_NAMESPACE,
                  element.namespace.isEmpty()
                      ? "%s is in no namespace".formatted(element.name)
                      : "no module has namespace '%s' of %s"
                          .formatted(element.namespace, element.name));
      error = error.withPath(path).withInfo("bad-element", element.name);
      throw (known ? error : error.withInfo("bad-namespace", element.namespace)).asException();
    }
    if (!definition.config) {
      throw RpcError.application(
              ErrorTag.UNKNOWN_ELEMENT, element.name + " is state data, not configuration")
          .withPath(path)
          .withInfo("bad-element", element.name)
          .asException();
    }
    return definition;
  }

  private record Attributes(
      Operation operation,
      Entries.@Nullable Insert insert,
      @Nullable String anchor,
      boolean isDefault) {}

  private Attributes attributes(
      Definition definition, Element element, Operation inherited, YangInstanceIdentifier path)
      throws RpcException {
    Operation operation = inherited;
    Entries.Insert insert = null;
    boolean isDefault = false;
    String anchor = null;
    String anchorName = definition.kind == Definition.Kind.LIST ? "key" : "value";
    for (Element.Attribute attribute : element.attributes) {
      boolean yang =
          !plain && attribute.namespace().equals(Namespaces.YANG) && definition.userOrdered;
      if (!plain
          && attribute.namespace().equals(Namespaces.BASE)
          && attribute.name().equals("operation")) {
        operation = operation(attribute.value(), element, path);
      } else if (attribute.namespace().equals(Namespaces.DEFAULT)
          && attribute.name().equals("default")) {
        isDefault = isDefault(attribute.value(), definition, element, path);
      } else if (yang && attribute.name().equals("insert")) {
        insert =
            switch (attribute.value()) {
              case "first" -> Entries.Insert.FIRST;
              case "last" -> Entries.Insert.LAST;
              case "before" -> Entries.Insert.BEFORE;
              case "after" -> Entries.Insert.AFTER;
              default ->
                  throw badAttribute(
                      "insert",
                      element,
                      path,
                      "insert is '%s', not first, last, before or after"
                          .formatted(attribute.value()));
            };
      } else if (yang && attribute.name().equals(anchorName)) {
        anchor = attribute.value();
      } else {
        throw RpcError.application(
                ErrorTag.UNKNOWN_ATTRIBUTE,
                "attribute %s of %s means nothing here".formatted(attribute.name(), element.name))
            .withPath(path)
            .withInfo("bad-attribute", attribute.name())
            .withInfo("bad-element", element.name)
            .asException();
      }
    }
    boolean relative = insert == Entries.Insert.BEFORE || insert == Entries.Insert.AFTER;
    if (relative && anchor == null) {
      throw RpcError.application(
              ErrorTag.MISSING_ATTRIBUTE,
              "insert before or after needs the attribute " + anchorName)
          .withPath(path)
          .withInfo("bad-attribute", anchorName)
          .withInfo("bad-element", element.name)
          .asException();
    }
    return new Attributes(operation, insert, relative ? anchor : null, isDefault);
  }

  /** RFC 6243 section 4.5.2: a value that is tagged is as if it were not set. */
  private static Attributes toDefault(
      Definition definition,
      Draft draft,
      Element element,
      Attributes attributes,
      YangInstanceIdentifier path)
      throws RpcException {
    if (attributes.operation == Operation.NONE) {
      return attributes;
    }
    if (attributes.operation == Operation.CREATE) {
      demand(Operation.CREATE, draft.get(definition) != null, element, path);
    }
    return new Attributes(Operation.REMOVE, null, null, true);
  }

  /** RFC 6243 section 4.5.2: what is tagged must have the default value. */
  private static boolean isDefault(
      String attribute, Definition definition, Element element, YangInstanceIdentifier path)
      throws RpcException {
    if (attribute.equals("false") || attribute.equals("0")) {
      return false;
    }
    if (!attribute.equals("true") && !attribute.equals("1")) {
      throw badAttribute(
          "default", element, path, "default is '%s', not true or false".formatted(attribute));
    }
    if (definition.kind != Definition.Kind.LEAF && definition.kind != Definition.Kind.LEAF_LIST) {
      throw badAttribute("default", element, path, "only a value can be a default");
    }
    Object value = Values.parse(definition, element, path);
    if (definition.defaults().stream().noneMatch(each -> Objects.deepEquals(each, value))) {
      throw RpcError.application(
              ErrorTag.INVALID_VALUE,
              "'%s' is tagged as the default of %s, which it is not"
                  .formatted(element.text().strip(), element.name))
          .withPath(path)
          .asException();
    }
    return true;
  }

  private static Operation operation(String value, Element element, YangInstanceIdentifier path)
      throws RpcException {
    return switch (value) {
      case "merge", "replace", "create", "delete", "remove" ->
          Operation.valueOf(value.toUpperCase(Locale.ROOT));
      default ->
          throw badAttribute(
              "operation",
              element,
              path,
              "operation is '%s', not merge, replace, create, delete or remove".formatted(value));
    };
  }

  private static RpcException badAttribute(
      String attribute, Element element, YangInstanceIdentifier path, String message) {
    return RpcError.application(ErrorTag.BAD_ATTRIBUTE, message)
        .withPath(path)
        .withInfo("bad-attribute", attribute)
        .withInfo("bad-element", element.name)
        .asException();
  }

  private static RpcException duplicate(Element element, YangInstanceIdentifier path) {
    return RpcError.application(
            ErrorTag.BAD_ELEMENT, element.name + " stands twice for the same node")
        .withPath(path)
        .withInfo("bad-element", element.name)
        .asException();
  }

  /** Checks what an operation demands of the node before. */
  private static void demand(
      Operation operation, boolean present, Element element, YangInstanceIdentifier path)
      throws RpcException {
    String node = described(element, path);
    if (operation == Operation.CREATE && present) {
      throw RpcError.application(
              ErrorTag.DATA_EXISTS, node + " exists already, so it cannot be created")
          .withPath(path)
          .asException();
    }
    if ((operation == Operation.DELETE || operation == Operation.NONE) && !present) {
      throw RpcError.application(
              ErrorTag.DATA_MISSING,
              operation == Operation.NONE
                  ? node + " does not exist, and no operation creates it"
                  : node + " does not exist, so it cannot be deleted")
          .withPath(path)
          .asException();
    }
  }

  /** The name of a node; of an entry of a list or leaf-list also which one it is. */
  private static String described(Element element, YangInstanceIdentifier path) {
    return switch (path.getLastPathArgument()) {
      case NodeIdentifierWithPredicates entry ->
          entry.entrySet().stream()
              .map(key -> key.getKey().getLocalName() + " '" + key.getValue() + "'")
              .collect(Collectors.joining(", ", element.name + " with ", ""));
      case NodeWithValue<?> item -> element.name + " '" + item.getValue() + "'";
      case null, default -> element.name;
    };
  }

  /** Returns whether the node is there because of the edit. */
  private boolean container(
      Definition definition,
      Draft draft,
      Element element,
      Operation operation,
      Touched touched,
      YangInstanceIdentifier path)
      throws RpcException {
    DataContainerNode before = (DataContainerNode) draft.get(definition);
    Touched place = Draft.touch(touched, definition);
    if (operation != Operation.NONE || definition.presence) {
      demand(operation, before != null, element, path);
    }
    if (operation.deletes()) {
      place.mark();
      draft.remove(definition);
      return false;
    }
    if (before == null || operation == Operation.REPLACE) {
      place.mark();
    }
    Draft below = new Draft(operation == Operation.REPLACE ? null : before);
    children(definition, below, element, operation, place, path);
    ContainerNode after = container(definition, below);
    if (after.isEmpty() && !definition.presence) {
      place.mark();
      draft.remove(definition);
      return false;
    }
    draft.put(definition, after);
    return before == null || operation != Operation.NONE;
  }

  private boolean leaf(
      Definition definition,
      Draft draft,
      Element element,
      Operation operation,
      Touched touched,
      YangInstanceIdentifier path)
      throws RpcException {
    DataContainerChild before = draft.get(definition);
    demand(operation, before != null, element, path);
    if (operation == Operation.NONE) {
      return false;
    }
    if (operation.deletes()) {
      Draft.touch(touched, definition).mark();
      draft.remove(definition);
      return false;
    }
    DataContainerChild after =
        definition.kind == Definition.Kind.ANY
            ? any(definition, element)
            : ImmutableNodes.leafNode(definition.id, Values.parse(definition, element, path));
    if (!after.equals(before)) {
      Draft.touch(touched, definition).mark();
      draft.put(definition, after);
    }
    return true;
  }

  /** The content of anydata or anyxml; yangtools has no anyxml of another class than a DOM. */
  private static DataContainerChild any(Definition definition, Element element) {
    return ImmutableNodes.newAnydataBuilder(Element.class)
        .withNodeIdentifier(definition.id)
        .withValue(element)
        .build();
  }

  private boolean leafListEntry(
      Definition definition,
      Draft draft,
      Element element,
      Attributes attributes,
      Touched touched,
      YangInstanceIdentifier path)
      throws RpcException {
    Object value = Values.parse(definition, element, path);
    var id = new NodeWithValue<>(definition.name(), value);
    YangInstanceIdentifier at = path.node(id);
    Entries entries = draft.entries(definition);
    if (!entries.see(id)) {
      throw duplicate(element, at);
    }
    Operation operation = attributes.operation;
    boolean present = entries.get(id) != null;
    demand(operation, present, element, at);
    if (operation == Operation.NONE) {
      return false;
    }
    Touched place = Draft.touch(touched, definition);
    if (operation.deletes()) {
      place.at(id).mark();
      entries.remove(id);
      return false;
    }
    PathArgument anchor = null;
    if (attributes.anchor != null) {
      Object other = Values.parse(definition, attributes.anchor, element.scope, at);
      anchor = new NodeWithValue<>(definition.name(), other);
    }
    place(entries, ImmutableNodes.leafSetEntry(id), attributes, anchor, element, at);
    if (!present || attributes.insert != null) {
      place.at(id).mark();
    }
    return true;
  }

  private boolean listEntry(
      Definition definition,
      Draft draft,
      Element element,
      Attributes attributes,
      Touched touched,
      YangInstanceIdentifier path)
      throws RpcException {
    NodeIdentifierWithPredicates id = entryId(definition, element, path);
    YangInstanceIdentifier at = path.node(id);
    Entries entries = draft.entries(definition);
    if (!entries.see(id)) {
      throw duplicate(element, at);
    }
    Operation operation = attributes.operation;
    MapEntryNode before = (MapEntryNode) entries.get(id);
    demand(operation, before != null, element, at);
    Touched place = Draft.touch(touched, definition).at(id);
    if (operation.deletes()) {
      place.mark();
      entries.remove(id);
      return false;
    }
    if (before == null || operation == Operation.REPLACE) {
      place.mark();
    }
    Draft below = new Draft(operation == Operation.REPLACE ? null : before);
    for (Map.Entry<QName, Object> key : id.entrySet()) {
      Definition leaf = definition.child(key.getKey());
      if (leaf != null) {
        below.put(leaf, ImmutableNodes.leafNode(leaf.id, key.getValue()));
      }
    }
    children(definition, below, element, operation, place, at);
    var builder = ImmutableNodes.newMapEntryBuilder().withNodeIdentifier(id);
    below.finish().forEach(builder::withChild);
    PathArgument anchor =
        attributes.anchor == null ? null : anchor(definition, attributes.anchor, element, at);
    place(entries, builder.build(), attributes, anchor, element, at);
    if (attributes.insert != null) {
      place.mark();
    }
    return operation != Operation.NONE;
  }

  /** An entry of a list without keys, which only operations, notifications and state have. */
  private boolean keylessEntry(
      Definition definition, Draft draft, Element element, YangInstanceIdentifier path)
      throws RpcException {
    Draft below = new Draft(null);
    children(definition, below, element, Operation.MERGE, Touched.everything(), path);
    var builder = ImmutableNodes.newUnkeyedListEntryBuilder().withNodeIdentifier(definition.id);
    below.finish().forEach(builder::withChild);
    draft.add(definition, builder.build());
    return true;
  }

  private static void place(
      Entries entries,
      NormalizedNode entry,
      Attributes attributes,
      @Nullable PathArgument anchor,
      Element element,
      YangInstanceIdentifier path)
      throws RpcException {
    if (attributes.insert == null) {
      entries.put(entry);
      return;
    }
    if (anchor != null && !entries.contains(anchor)) {
      throw RpcError.application(
              ErrorTag.BAD_ATTRIBUTE,
              "%s cannot stand next to '%s', which does not exist"
                  .formatted(element.name, attributes.anchor))
          .withAppTag("missing-instance")
          .withPath(path)
          .withInfo("bad-attribute", anchor instanceof NodeWithValue ? "value" : "key")
          .withInfo("bad-element", element.name)
          .asException();
    }
    if (!entry.name().equals(anchor)) {
      entries.insert(entry, attributes.insert, anchor);
    } else {
      entries.put(entry);
    }
  }

  /** The entry of a list that an element names by its keys. */
  static NodeIdentifierWithPredicates entryId(
      Definition definition, Element element, YangInstanceIdentifier path) throws RpcException {
    Object[] values = new Object[definition.keys.size()];
    for (int i = 0; i < values.length; i++) {
      Definition leaf = definition.child(definition.keys.get(i));
      Element found = null;
      for (Element child : element.children()) {
        if (leaf != null && child.is(leaf.namespace(), leaf.localName())) {
          if (found != null) {
            throw duplicate(child, path.node(leaf.id));
          }
          found = child;
        }
      }
      if (found == null || leaf == null) {
        String key = definition.keys.get(i).getLocalName();
        throw RpcError.application(
                ErrorTag.MISSING_ELEMENT,
                "an entry of %s needs its key %s".formatted(element.name, key))
            .withPath(path)
            .withInfo("bad-element", key)
            .asException();
      }
      values[i] = Values.parse(leaf, found, path.node(leaf.id));
    }
    return definition.entry(values);
  }

  /** Parses the key attribute, {@code [prefix:name='value']...}. */
  private static PathArgument anchor(
      Definition definition, String text, Element element, YangInstanceIdentifier path)
      throws RpcException {
    Object[] values = new Object[definition.keys.size()];
    int at = 0;
    for (int found = 0; at < text.length(); found++) {
      int equals = text.indexOf('=', at);
      boolean open = text.charAt(at) == '[' && equals > 0 && equals + 1 < text.length();
      char quote = open ? text.charAt(equals + 1) : 0;
      int end = quote == '\'' || quote == '"' ? text.indexOf(quote, equals + 2) : -1;
      if (end < 0 || !text.startsWith("]", end + 1) || found == values.length) {
        break;
      }
      String name = text.substring(at + 1, equals).strip();
      String local = name.substring(name.indexOf(':') + 1);
      for (int i = 0; i < values.length; i++) {
        Definition leaf = definition.child(definition.keys.get(i));
        if (leaf != null && leaf.localName().equals(local)) {
          values[i] = Values.parse(leaf, text.substring(equals + 2, end), element.scope, path);
        }
      }
      at = end + 2;
    }
    for (Object value : values) {
      if (value == null || at < text.length()) {
        throw badAttribute(
            "key",
            element,
            path,
            "key is %s, not of the form [PREFIX:KEY='VALUE'] for each of %s"
                .formatted(text, definition.keys.stream().map(QName::getLocalName).toList()));
      }
    }
    return definition.entry(values);
  }
}
