package io.hairpin.netconf.server;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.util.ImmutableOffsetMapTemplate;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.common.QNameModule;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifierWithPredicates;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.PathArgument;
import org.opendaylight.yangtools.yang.data.codec.xml.XmlCodec;
import org.opendaylight.yangtools.yang.data.codec.xml.XmlCodecFactory;
import org.opendaylight.yangtools.yang.model.api.ActionNodeContainer;
import org.opendaylight.yangtools.yang.model.api.AugmentationSchemaNode;
import org.opendaylight.yangtools.yang.model.api.AugmentationTarget;
import org.opendaylight.yangtools.yang.model.api.CaseSchemaNode;
import org.opendaylight.yangtools.yang.model.api.ChoiceSchemaNode;
import org.opendaylight.yangtools.yang.model.api.ContainerSchemaNode;
import org.opendaylight.yangtools.yang.model.api.DataNodeContainer;
import org.opendaylight.yangtools.yang.model.api.DataSchemaNode;
import org.opendaylight.yangtools.yang.model.api.EffectiveModelContext;
import org.opendaylight.yangtools.yang.model.api.LeafListSchemaNode;
import org.opendaylight.yangtools.yang.model.api.LeafSchemaNode;
import org.opendaylight.yangtools.yang.model.api.ListSchemaNode;
import org.opendaylight.yangtools.yang.model.api.MandatoryAware;
import org.opendaylight.yangtools.yang.model.api.Module;
import org.opendaylight.yangtools.yang.model.api.ModuleImport;
import org.opendaylight.yangtools.yang.model.api.NotificationDefinition;
import org.opendaylight.yangtools.yang.model.api.NotificationNodeContainer;
import org.opendaylight.yangtools.yang.model.api.OperationDefinition;
import org.opendaylight.yangtools.yang.model.api.SchemaContext;
import org.opendaylight.yangtools.yang.model.api.SchemaNode;
import org.opendaylight.yangtools.yang.model.api.TypeAware;
import org.opendaylight.yangtools.yang.model.api.TypeDefinition;
import org.opendaylight.yangtools.yang.model.api.UsesNode;
import org.opendaylight.yangtools.yang.model.util.SchemaInferenceStack;

/**
 * A data node of the schema as it stands in XML: choices and cases do not nest here, but each node
 * tells the branches that lead to it. Built as far as it is used; thread-safe.
 */
final class Definition {
  /** What kind of node it is. */
  enum Kind {
    CONTAINER,
    LIST,
    LEAF,
    LEAF_LIST,
    ANY
  }

  /** A choice, and which of its cases each of its direct children belongs to. */
  record Choice(NodeIdentifier id, Map<QName, QName> cases, @Nullable QName defaultCase) {}

  /** One case of a choice. */
  record Branch(Choice choice, QName choiceCase) {}

  /** An RPC or action: what it takes and what it gives, both under its own name. */
  record Operation(Definition input, Definition output, SchemaNode schema) {}

  /** A when that decides on a node: evaluated there, or at the data node above it. */
  record Condition(XPath expression, boolean ofParent) {}

  final NodeIdentifier id;
  final Kind kind;

  /** Whether its value is an expression or a path, whose prefixes are names of modules here. */
  final boolean xpath;

  /** Of a container: whether it means something by being there. */
  final boolean presence;

  /** Whether it is configuration; false for state data. What is no data at all counts as such. */
  final boolean config;

  /** Whether it is an operation or a notification, or in one. */
  private final boolean guest;

  final boolean userOrdered;

  /** The branches between the parent and this node, outermost first. */
  final List<Branch> branches;

  /** Every when of the node, its cases and choices, and what put them here; outermost first. */
  final List<Condition> conditions;

  /** The keys of a list, in order. */
  final List<QName> keys;

  /** The place among its siblings: keys first, then as the modules have them. */
  final int order;

  /** Where the children are defined; for a leaf it means nothing. */
  final DataNodeContainer container;

  final @Nullable SchemaNode schema;
  private final @Nullable ImmutableOffsetMapTemplate<QName> keyTemplate;
  private final @Nullable Definition parent;
  private final List<QName> way;
  private final XmlCodecFactory codecs;

  /** The modules whose nodes there are; those that are only imported add none. */
  private final Set<QNameModule> implemented;

  private volatile @Nullable Map<String, List<Definition>> children;
  private volatile @Nullable List<Definition> ordered;
  private volatile @Nullable XmlCodec<?> codec;
  private volatile @Nullable List<Object> defaults;
  private volatile @Nullable Boolean hasDefaults;
  private volatile @Nullable Map<QName, Operation> operations;
  private volatile @Nullable Map<QName, Definition> notifications;
  private volatile Map<QName, List<Condition>> choiceConditions = Map.of();

  private Definition(
      @Nullable Definition parent,
      @Nullable SchemaNode schema,
      QName name,
      List<QName> way,
      DataNodeContainer container,
      List<Branch> branches,
      List<Condition> conditions,
      int order,
      XmlCodecFactory codecs,
      Set<QNameModule> implemented) {
    this.way = way;
    this.implemented = implemented;
    this.conditions = conditions;
    this.parent = parent;
    this.schema = schema;
    this.container = container;
    this.branches = branches;
    this.order = order;
    this.codecs = codecs;
    id = new NodeIdentifier(name);
    guest = !way.isEmpty() || (parent != null && parent.guest);
    // The statement config is ignored there (RFC 7950 section 7.21.1).
    config =
        guest || !(schema instanceof DataSchemaNode data) || data.effectiveConfig().orElse(true);
    presence =
        !way.isEmpty() || (schema instanceof ContainerSchemaNode c && c.isPresenceContainer());
    keys = schema instanceof ListSchemaNode list ? list.getKeyDefinition() : List.of();
    keyTemplate = keys.size() < 2 ? null : ImmutableOffsetMapTemplate.ordered(keys);
    kind =
        switch (schema) {
          case ListSchemaNode list -> Kind.LIST;
          case LeafSchemaNode leaf -> Kind.LEAF;
          case LeafListSchemaNode leafList -> Kind.LEAF_LIST;
          case DataNodeContainer c -> Kind.CONTAINER;
          case null -> Kind.CONTAINER;
          default -> Kind.ANY;
        };
    xpath = schema instanceof TypeAware typed && isXPath(typed.getType());
    userOrdered =
        switch (schema) {
          case ListSchemaNode list -> list.isUserOrdered();
          case LeafListSchemaNode leafList -> leafList.isUserOrdered();
          case null, default -> false;
        };
  }

  static Definition root(EffectiveModelContext context, Set<QNameModule> implemented) {
    return new Definition(
        null,
        null,
        SchemaContext.NAME,
        List.of(),
        context,
        List.of(),
        List.of(),
        0,
        XmlCodecFactory.create(context),
        implemented);
  }

  QName name() {
    return id.getNodeType();
  }

  String namespace() {
    return name().getNamespace().toString();
  }

  String localName() {
    return name().getLocalName();
  }

  /** All children of this local name: several where modules augment with the same name. */
  List<Definition> named(String localName) {
    return children().getOrDefault(localName, List.of());
  }

  @Nullable Definition child(String namespace, String localName) {
    for (Definition child : named(localName)) {
      if (child.namespace().equals(namespace)) {
        return child;
      }
    }
    return null;
  }

  @Nullable Definition child(QName name) {
    for (Definition child : named(name.getLocalName())) {
      if (child.name().equals(name)) {
        return child;
      }
    }
    return null;
  }

  /** The definition one step down a path: lists' entries and choices stay where they are. */
  Definition step(PathArgument step) {
    Definition child = step instanceof NodeIdentifier ? child(step.getNodeType()) : null;
    return child == null ? this : child;
  }

  /** Whether it is another node or stands below it. */
  boolean isWithin(Definition other) {
    return equals(other) || (parent != null && parent.isWithin(other));
  }

  /** The local names on the way to it, for messages. */
  String path() {
    return parent == null ? "" : parent.path() + "/" + localName();
  }

  Definition top() {
    return parent == null ? this : parent.top();
  }

  NodeIdentifierWithPredicates entry(Object[] keyValues) {
    return keyTemplate == null
        ? NodeIdentifierWithPredicates.of(name(), keys.getFirst(), keyValues[0])
        : NodeIdentifierWithPredicates.of(name(), keyTemplate.instantiateWithValues(keyValues));
  }

  EffectiveModelContext context() {
    return codecs.modelContext();
  }

  @SuppressWarnings("unchecked") // The values come from the same codec.
  XmlCodec<Object> codec() {
    XmlCodec<?> present = codec;
    if (present == null) {
      present = makeCodec();
      codec = present;
    }
    return (XmlCodec<Object>) present;
  }

  private XmlCodec<?> makeCodec() {
    SchemaInferenceStack stack = SchemaInferenceStack.of(context());
    enter(stack);
    return switch (schema) {
      case LeafSchemaNode leaf -> codecs.codecFor(leaf, stack);
      case LeafListSchemaNode leafList -> codecs.codecFor(leafList, stack);
      case null, default -> throw new IllegalStateException(name() + " has no value");
    };
  }

  private void enter(SchemaInferenceStack stack) {
    if (parent != null) {
      parent.enter(stack);
      if (way.isEmpty()) {
        stack.enterDataTree(name());
      } else {
        way.forEach(stack::enterSchemaTree);
      }
    }
  }

  private static boolean isXPath(TypeDefinition<?> type) {
    for (TypeDefinition<?> at = type; at != null; at = at.getBaseType()) {
      if (at.getQName().getLocalName().equals("xpath1.0")) {
        return true;
      }
    }
    return false;
  }

  /** The RPCs (of the root) or actions that belong to this node. */
  Map<QName, Operation> operations() {
    Map<QName, Operation> present = operations;
    if (present == null) {
      present = new LinkedHashMap<>();
      if (schema == null && container instanceof EffectiveModelContext all) {
        for (OperationDefinition rpc : all.getOperations()) {
          if (!implemented.contains(rpc.getQName().getModule())) {
            continue;
          }
          present.put(rpc.getQName(), operation(rpc));
        }
      } else if (schema instanceof ActionNodeContainer holder) {
        for (OperationDefinition action : holder.getActions()) {
          present.put(action.getQName(), operation(action));
        }
      }
      operations = present;
    }
    return present;
  }

  private Operation operation(OperationDefinition operation) {
    return new Operation(
        guest(operation, operation.getInput(), operation.getInput()),
        guest(operation, operation.getOutput(), operation.getOutput()),
        operation);
  }

  private Definition guest(SchemaNode named, SchemaNode holder, DataNodeContainer container) {
    List<QName> way =
        named.getQName().equals(holder.getQName())
            ? List.of(named.getQName())
            : List.of(named.getQName(), holder.getQName());
    return new Definition(
        this,
        holder,
        named.getQName(),
        way,
        container,
        List.of(),
        List.of(),
        0,
        codecs,
        implemented);
  }

  /** The notifications that are defined at this node. */
  Map<QName, Definition> notifications() {
    Map<QName, Definition> present = notifications;
    if (present == null) {
      present = new LinkedHashMap<>();
      Object owner = schema == null ? container : schema;
      if (owner instanceof NotificationNodeContainer holder) {
        for (NotificationDefinition notification : holder.getNotifications()) {
          if (!implemented.contains(notification.getQName().getModule())) {
            continue;
          }
          present.put(notification.getQName(), guest(notification, notification, notification));
        }
      }
      notifications = present;
    }
    return present;
  }

  /** A data node, or what stands among the data and is none. */
  @Nullable Definition childOrGuest(QName name) {
    Definition child = child(name);
    return child == null ? guest(name) : child;
  }

  /** The input of an operation, or a notification, that stands among the data here; or null. */
  @Nullable Definition guest(QName name) {
    Operation operation = operations().get(name);
    return operation == null ? notifications().get(name) : operation.input;
  }

  /** The type of a leaf or leaf-list; null for others. */
  @Nullable TypeAware typed() {
    return schema instanceof TypeAware typed ? typed : null;
  }

  private Map<String, List<Definition>> children() {
    Map<String, List<Definition>> present = children;
    if (present == null) {
      present = new HashMap<>();
      Map<QName, List<Condition>> whens = new HashMap<>();
      if (kind == Kind.CONTAINER || kind == Kind.LIST) {
        collect(container, List.of(), List.of(), keys.size(), present, whens);
      }
      choiceConditions = whens;
      children = present;
    }
    return present;
  }

  private int collect(
      DataNodeContainer from,
      List<Branch> path,
      List<Condition> outer,
      int first,
      Map<String, List<Definition>> into,
      Map<QName, List<Condition>> whens) {
    int next = first;
    for (DataSchemaNode node : from.getChildNodes()) {
      if (!implemented.contains(node.getQName().getModule())) {
        continue;
      }
      List<Condition> conditions = new ArrayList<>(outer);
      inherited(from, node, conditions);
      own(node, node instanceof ChoiceSchemaNode, conditions);
      if (node instanceof ChoiceSchemaNode choice) {
        whens.put(choice.getQName(), conditions);
        Map<QName, QName> cases = new HashMap<>();
        Choice described =
            new Choice(
                new NodeIdentifier(choice.getQName()),
                cases,
                choice.getDefaultCase().map(CaseSchemaNode::getQName).orElse(null));
        for (CaseSchemaNode choiceCase : choice.getCases()) {
          choiceCase.getChildNodes().forEach(c -> cases.put(c.getQName(), choiceCase.getQName()));
        }
        for (CaseSchemaNode choiceCase : choice.getCases()) {
          List<Branch> deeper = new ArrayList<>(path);
          deeper.add(new Branch(described, choiceCase.getQName()));
          List<Condition> below = new ArrayList<>(conditions);
          inherited(choice, choiceCase, below);
          own(choiceCase, true, below);
          next = collect(choiceCase, List.copyOf(deeper), below, next, into, whens);
        }
      } else {
        int key = keys.indexOf(node.getQName());
        int at = key < 0 ? next++ : key;
        DataNodeContainer below = node instanceof DataNodeContainer c ? c : container;
        into.computeIfAbsent(node.getQName().getLocalName(), name -> new ArrayList<>(1))
            .add(
                new Definition(
                    this,
                    node,
                    node.getQName(),
                    List.of(),
                    below,
                    path,
                    List.copyOf(conditions),
                    at,
                    codecs,
                    implemented));
      }
    }
    return next;
  }

  private static void own(DataSchemaNode node, boolean ofParent, List<Condition> into) {
    node.getWhenCondition()
        .ifPresent(
            when -> into.add(new Condition(XPath.of(when, node.getQName().getModule()), ofParent)));
  }

  /** The whens of the augment or the uses that put a node where it is. */
  private static void inherited(Object target, DataSchemaNode node, List<Condition> into) {
    QName name = node.getQName();
    if (target instanceof AugmentationTarget augmented) {
      for (AugmentationSchemaNode augment : augmented.getAvailableAugmentations()) {
        if (augment.dataChildByName(name) != null) {
          augment
              .getWhenCondition()
              .ifPresent(when -> into.add(new Condition(XPath.of(when, name.getModule()), true)));
        }
      }
    }
    if (target instanceof DataNodeContainer container) {
      for (UsesNode uses : container.getUses()) {
        QName there =
            QName.create(uses.getSourceGrouping().getQName().getModule(), name.getLocalName());
        if (uses.getSourceGrouping().dataChildByName(there) != null) {
          uses.getWhenCondition()
              .ifPresent(when -> into.add(new Condition(XPath.of(when, name.getModule()), true)));
        }
      }
    }
  }

  @Nullable Definition parent() {
    return parent;
  }

  /** All children, whatever their name, in the order of the schema. */
  List<Definition> all() {
    List<Definition> present = ordered;
    if (present == null) {
      present =
          children().values().stream()
              .flatMap(List::stream)
              .sorted(Comparator.comparingInt(child -> child.order))
              .toList();
      ordered = present;
    }
    return present;
  }

  /** The default values of a leaf or leaf-list (RFC 7950 sections 7.6.1 and 7.7.2). */
  List<Object> defaults() {
    List<Object> present = defaults;
    if (present == null) {
      present = List.copyOf(makeDefaults());
      defaults = present;
    }
    return present;
  }

  private List<Object> makeDefaults() {
    Collection<?> texts =
        switch (schema) {
          case LeafListSchemaNode list -> list.getDefaults();
          case MandatoryAware leaf when leaf.isMandatory() -> List.of();
          case TypeAware leaf ->
              leaf.getType().getDefaultValue().<Collection<?>>map(List::of).orElse(List.of());
          case null, default -> List.of();
        };
    List<Object> values = new ArrayList<>();
    for (Object text : texts) {
      try {
        values.add(
            Values.parse(this, text.toString(), moduleScope(), YangInstanceIdentifier.of(id)));
      } catch (RpcException e) {
        throw new IllegalStateException("the default of " + this + " is wrong", e);
      }
    }
    return values;
  }

  /** Whether the node or anything below it has a default, not counting the keys of lists. */
  boolean hasDefaults() {
    Boolean present = hasDefaults;
    if (present == null) {
      present =
          !defaults().isEmpty()
              || all().stream().anyMatch(c -> !keys.contains(c.name()) && c.hasDefaults());
      hasDefaults = present;
    }
    return present;
  }

  /** Every when of a choice among the children. */
  List<Condition> choiceConditions(QName choice) {
    children();
    return choiceConditions.getOrDefault(choice, List.of());
  }

  /** The prefixes of the module that the node is in. */
  Element.Scope moduleScope() {
    Module module = context().findModule(name().getModule()).orElseThrow();
    Element.Scope scope = new Element.Scope(Element.Scope.NONE, module.getPrefix(), namespace());
    for (ModuleImport used : module.getImports()) {
      String uri =
          context()
              .findModules(used.getModuleName().getLocalName())
              .iterator()
              .next()
              .getNamespace()
              .toString();
      scope = new Element.Scope(scope, used.getPrefix(), uri);
    }
    return new Element.Scope(scope, "", namespace());
  }

  @Override
  public String toString() {
    return name().toString();
  }
}
