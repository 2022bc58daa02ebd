package io.hairpin.netconf.server;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.common.XMLNamespace;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifierWithPredicates;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeWithValue;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.PathArgument;
import org.opendaylight.yangtools.yang.data.api.schema.ChoiceNode;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerChild;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DistinctNodeContainer;
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
import org.opendaylight.yangtools.yang.model.api.EffectiveStatementEquivalent;
import org.opendaylight.yangtools.yang.model.api.ModuleLike;
import org.opendaylight.yangtools.yang.model.api.SchemaNode;

/**
 * What one user may do (RFC 8341 section 3.4): the rules of his groups, compiled. Where the rules
 * decide alike on all that can be below a node, its data are not looked at. Thread-safe.
 */
final class Access {
  /** The bits of access-operations. */
  enum Operation {
    CREATE,
    READ,
    UPDATE,
    DELETE,
    EXEC
  }

  /** What a rule is about; the types without a member match all of their kind. */
  sealed interface Subject {
    /** A rule without a rule-type. */
    record Anything() implements Subject {}

    /** A protocol operation, or {@code *}. */
    record Rpc(String name) implements Subject {}

    /** A notification, or {@code *}. */
    record Notification(String name) implements Subject {}

    /** Data nodes, an action, or a notification of a data node, with all below. */
    record Node(NodePath path) implements Subject {}
  }

  /** A rule; the module is its name or {@code *}. */
  record Rule(String module, Subject subject, Set<Operation> operations, boolean permit) {
    private boolean matches(String ofModule, Operation operation) {
      return operations.contains(operation) && (module.equals("*") || module.equals(ofModule));
    }
  }

  /** What holds where no rule does. */
  record Defaults(boolean read, boolean write, boolean exec) {
    private boolean permits(Operation operation) {
      return switch (operation) {
        case READ -> read;
        case EXEC -> exec;
        case CREATE, UPDATE, DELETE -> write;
      };
    }
  }

  private static final String NAMESPACE = "urn:ietf:params:xml:ns:yang:ietf-netconf-acm";
  private static final int DEAD = -1;

  private final Definition root;
  private final List<Rule> rules;
  private final List<NodePath> paths = new ArrayList<>();
  private final Defaults defaults;
  private final boolean unrestricted;
  private final Map<List<Integer>, Scope> scopes = new ConcurrentHashMap<>();
  private final Map<Definition, Sensitivity> sensitivities = new ConcurrentHashMap<>();

  private Access(Definition root, List<Rule> rules, Defaults defaults, boolean unrestricted) {
    this.root = root;
    this.rules = List.copyOf(rules);
    this.defaults = defaults;
    this.unrestricted = unrestricted;
    for (Rule rule : rules) {
      paths.add(
          rule.subject instanceof Subject.Node(NodePath path) ? path : new NodePath(List.of()));
    }
  }

  static Access unrestricted(Definition root) {
    return new Access(root, List.of(), new Defaults(true, true, true), true);
  }

  static Access of(Definition root, List<Rule> rules, Defaults defaults) {
    return new Access(root, rules, defaults, false);
  }

  boolean isUnrestricted() {
    return unrestricted;
  }

  /** Whether a node says default-deny-write or default-deny-all; what is below it says so too. */
  private enum Sensitivity {
    NONE,
    WRITE,
    ALL;

    private static Sensitivity of(@Nullable SchemaNode schema) {
      Sensitivity found = NONE;
      // The extensions are kept in what is declared only.
      if (schema instanceof EffectiveStatementEquivalent<?> node
          && node.asEffectiveStatement().getDeclared() != null) {
        for (var part : node.asEffectiveStatement().getDeclared().declaredSubstatements()) {
          QName name = part.statementDefinition().getStatementName();
          if (name.getNamespace().toString().equals(NAMESPACE)) {
            if (name.getLocalName().equals("default-deny-all")) {
              return ALL;
            }
            if (name.getLocalName().equals("default-deny-write")) {
              found = WRITE;
            }
          }
        }
      }
      return found;
    }

    private boolean denies(Operation operation) {
      return this == ALL
          || (this == WRITE && operation != Operation.READ && operation != Operation.EXEC);
    }
  }

  private Sensitivity sensitivity(Definition definition) {
    Sensitivity known = sensitivities.get(definition);
    if (known == null) {
      Definition parent = definition.parent();
      known = Sensitivity.of(definition.schema);
      if (parent != null && sensitivity(parent).compareTo(known) > 0) {
        known = sensitivity(parent);
      }
      sensitivities.put(definition, known);
    }
    return known;
  }

  private static String module(Definition definition) {
    return definition
        .context()
        .findModule(definition.name().getModule())
        .map(ModuleLike::getName)
        .orElse("");
  }

  /** Which rules hold at a node, and which may hold further down. */
  private final class Scope {
    /** Of each rule, how many steps of its path lead here; DEAD where it leads elsewhere. */
    private final int[] depths;

    private final boolean open;
    private final Map<Operation, Map<Definition, Boolean>> uniform = new EnumMap<>(Operation.class);

    Scope(int[] depths) {
      this.depths = depths;
      boolean more = false;
      for (int i = 0; i < depths.length; i++) {
        more |= depths[i] != DEAD && depths[i] < paths.get(i).steps().size();
      }
      open = more;
      for (Operation operation : Operation.values()) {
        uniform.put(operation, new ConcurrentHashMap<>());
      }
    }

    /** One step down. */
    Scope at(Definition child, @Nullable PathArgument entry) {
      if (!open) {
        return this;
      }
      int[] next = depths.clone();
      for (int i = 0; i < next.length; i++) {
        List<NodePath.Step> steps = paths.get(i).steps();
        if (next[i] != DEAD && next[i] < steps.size()) {
          next[i] = steps.get(next[i]).matches(child.name(), entry) ? next[i] + 1 : DEAD;
        }
      }
      return scope(next);
    }

    boolean permits(Operation operation, Definition definition) {
      if (unrestricted) {
        return true;
      }
      String module = module(definition);
      for (int i = 0; i < depths.length; i++) {
        Rule rule = rules.get(i);
        boolean data =
            rule.subject instanceof Subject.Anything || rule.subject instanceof Subject.Node;
        if (data && depths[i] == paths.get(i).steps().size() && rule.matches(module, operation)) {
          return rule.permit;
        }
      }
      return !sensitivity(definition).denies(operation) && defaults.permits(operation);
    }

    /** Whether a node and all that can be below it is permitted, as far as the schema tells. */
    boolean permitsAll(Operation operation, Definition definition) {
      if (unrestricted) {
        return true;
      }
      Map<Definition, Boolean> known = uniform.get(operation);
      Boolean all = known == null ? null : known.get(definition);
      if (all == null) {
        all = definition.parent() == null || permits(operation, definition);
        if (definition.kind == Definition.Kind.CONTAINER
            || definition.kind == Definition.Kind.LIST) {
          for (Definition child : definition.all()) {
            all = all && at(child, null).permitsAll(operation, child) && !mayDiffer(child);
          }
        }
        if (known != null) {
          known.put(definition, all);
        }
      }
      return all;
    }

    /** Whether a rule tells the entries of a list or leaf-list apart. */
    private boolean mayDiffer(Definition child) {
      for (int i = 0; open && i < depths.length; i++) {
        List<NodePath.Step> steps = paths.get(i).steps();
        if (depths[i] != DEAD
            && depths[i] < steps.size()
            && steps.get(depths[i]).name().equals(child.name())
            && !steps.get(depths[i]).keys().isEmpty()) {
          return true;
        }
      }
      return false;
    }
  }

  private Scope scope(int[] depths) {
    List<Integer> key = Arrays.stream(depths).boxed().toList();
    return scopes.computeIfAbsent(key, k -> new Scope(depths));
  }

  private Scope top() {
    return scope(new int[rules.size()]);
  }

  /** The data that may be read; what may not is left out with all below it. */
  ContainerNode readable(ContainerNode data) {
    Scope top = top();
    if (unrestricted || top.permitsAll(Operation.READ, root)) {
      return data;
    }
    return ImmutableNodes.newContainerBuilder()
        .withNodeIdentifier(data.name())
        .withValue(children(root, data, top))
        .build();
  }

  private Collection<DataContainerChild> children(
      Definition parent, DataContainerNode node, Scope scope) {
    List<DataContainerChild> readable = new ArrayList<>();
    for (DataContainerChild child : node.body()) {
      DataContainerChild part = child(parent, child, scope);
      if (part != null) {
        readable.add(part);
      }
    }
    return readable;
  }

  private @Nullable DataContainerChild child(
      Definition parent, DataContainerChild node, Scope scope) {
    if (node instanceof ChoiceNode choice) {
      Collection<DataContainerChild> below = children(parent, choice, scope);
      return below.isEmpty()
          ? null
          : ImmutableNodes.newChoiceBuilder()
              .withNodeIdentifier(choice.name())
              .withValue(below)
              .build();
    }
    Definition definition = parent.childOrGuest(node.name().getNodeType());
    if (definition == null) {
      return null;
    }
    if (!scope.mayDiffer(definition)
        && scope.at(definition, null).permitsAll(Operation.READ, definition)) {
      return node;
    }
    return switch (node) {
      case ContainerNode container -> {
        Scope inside = scope.at(definition, null);
        yield inside.permits(Operation.READ, definition)
            ? ImmutableNodes.newContainerBuilder()
                .withNodeIdentifier(container.name())
                .withValue(children(definition, container, inside))
                .build()
            : null;
      }
      case MapNode list -> list(definition, list, scope);
      case UnkeyedListNode list -> {
        Scope inside = scope.at(definition, null);
        if (!inside.permits(Operation.READ, definition)) {
          yield null;
        }
        var builder = ImmutableNodes.newUnkeyedListBuilder().withNodeIdentifier(list.name());
        for (UnkeyedListEntryNode entry : list.body()) {
          builder.withChild(
              ImmutableNodes.newUnkeyedListEntryBuilder()
                  .withNodeIdentifier(entry.name())
                  .withValue(children(definition, entry, inside))
                  .build());
        }
        yield builder.build();
      }
      case LeafSetNode<?> list -> leafList(definition, list, scope);
      default -> scope.at(definition, null).permits(Operation.READ, definition) ? node : null;
    };
  }

  private @Nullable DataContainerChild list(Definition definition, MapNode list, Scope scope) {
    List<MapEntryNode> readable = new ArrayList<>();
    for (MapEntryNode entry : list.body()) {
      Scope inside = scope.at(definition, entry.name());
      if (inside.permitsAll(Operation.READ, definition)) {
        readable.add(entry);
      } else if (inside.permits(Operation.READ, definition)) {
        var builder =
            ImmutableNodes.newMapEntryBuilder()
                .withNodeIdentifier(entry.name())
                .withValue(children(definition, entry, inside));
        // An entry cannot be without its keys.
        entry
            .name()
            .entrySet()
            .forEach(
                key -> builder.withChild(ImmutableNodes.leafNode(key.getKey(), key.getValue())));
        readable.add(builder.build());
      }
    }
    if (readable.isEmpty()) {
      return null;
    }
    return list instanceof UserMapNode
        ? ImmutableNodes.newUserMapBuilder()
            .withNodeIdentifier(list.name())
            .withValue(readable)
            .build()
        : ImmutableNodes.newSystemMapBuilder()
            .withNodeIdentifier(list.name())
            .withValue(readable)
            .build();
  }

  @SuppressWarnings("unchecked") // The values of a leaf-list come from one codec.
  private @Nullable DataContainerChild leafList(
      Definition definition, LeafSetNode<?> list, Scope scope) {
    List<LeafSetEntryNode<Object>> readable = new ArrayList<>();
    for (LeafSetEntryNode<?> entry : list.body()) {
      if (scope.at(definition, entry.name()).permits(Operation.READ, definition)) {
        readable.add((LeafSetEntryNode<Object>) entry);
      }
    }
    if (readable.isEmpty()) {
      return null;
    }
    return list instanceof UserLeafSetNode<?>
        ? ImmutableNodes.<Object>newUserLeafSetBuilder()
            .withNodeIdentifier(new NodeIdentifier(definition.name()))
            .withValue(readable)
            .build()
        : ImmutableNodes.<Object>newSystemLeafSetBuilder()
            .withNodeIdentifier(new NodeIdentifier(definition.name()))
            .withValue(readable)
            .build();
  }

  /** The first node that a change may not touch; null if it may all. */
  @Nullable YangInstanceIdentifier forbidden(List<Change.Edit> edits) {
    if (unrestricted) {
      return null;
    }
    for (Change.Edit edit : edits) {
      YangInstanceIdentifier found = forbidden(edit);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private @Nullable YangInstanceIdentifier forbidden(Change.Edit edit) {
    Scope scope = top();
    Definition at = root;
    List<PathArgument> steps = edit.path().getPathArguments();
    for (int i = 0; i < steps.size(); i++) {
      PathArgument step = steps.get(i);
      Definition child = at.child(step.getNodeType());
      if (child == null
          || step instanceof NodeIdentifierWithPredicates
          || step instanceof NodeWithValue) {
        continue;
      }
      at = child;
      boolean entries =
          child.kind == Definition.Kind.LIST || child.kind == Definition.Kind.LEAF_LIST;
      if (entries && i + 1 == steps.size()) {
        return reordered(scope, at, edit);
      }
      scope = scope.at(child, entries ? steps.get(i + 1) : null);
    }
    if (edit.before() == null && edit.after() != null) {
      return forbidden(Operation.CREATE, scope, at, edit.path(), edit.after());
    }
    if (edit.after() == null && edit.before() != null) {
      return forbidden(Operation.DELETE, scope, at, edit.path(), edit.before());
    }
    return scope.permits(Operation.UPDATE, at) ? null : edit.path();
  }

  /** A list that the user orders stands as a whole where its order changes. */
  private @Nullable YangInstanceIdentifier reordered(
      Scope scope, Definition list, Change.Edit edit) {
    for (NormalizedNode entry : entries(edit.before())) {
      NormalizedNode after =
          edit.after() == null ? null : Differences.child(edit.after(), entry.name());
      Scope inside = scope.at(list, entry.name());
      YangInstanceIdentifier path = edit.path().node(entry.name());
      YangInstanceIdentifier found =
          after == null
              ? forbidden(Operation.DELETE, inside, list, path, entry)
              : inside.permits(Operation.UPDATE, list) ? null : path;
      if (found != null) {
        return found;
      }
    }
    for (NormalizedNode entry : entries(edit.after())) {
      if (edit.before() == null || Differences.child(edit.before(), entry.name()) == null) {
        YangInstanceIdentifier found =
            forbidden(
                Operation.CREATE,
                scope.at(list, entry.name()),
                list,
                edit.path().node(entry.name()),
                entry);
        if (found != null) {
          return found;
        }
      }
    }
    return null;
  }

  @SuppressWarnings("unchecked") // Every distinct container holds nodes.
  private static Iterable<NormalizedNode> entries(@Nullable NormalizedNode node) {
    return node instanceof DistinctNodeContainer<?, ?> container
        ? (Iterable<NormalizedNode>) (Iterable<?>) container.body()
        : List.of();
  }

  /** The first node in one that appears or disappears that may not. */
  private @Nullable YangInstanceIdentifier forbidden(
      Operation operation,
      Scope scope,
      Definition definition,
      YangInstanceIdentifier path,
      NormalizedNode node) {
    // A container without presence comes and goes with what it holds.
    boolean means = definition.kind != Definition.Kind.CONTAINER || definition.presence;
    if (means && !scope.permits(operation, definition)) {
      return path;
    }
    if (scope.permitsAll(operation, definition) || !(node instanceof DataContainerNode holder)) {
      return null;
    }
    return below(operation, scope, definition, path, holder);
  }

  private @Nullable YangInstanceIdentifier below(
      Operation operation,
      Scope scope,
      Definition parent,
      YangInstanceIdentifier path,
      DataContainerNode holder) {
    for (DataContainerChild child : holder.body()) {
      YangInstanceIdentifier at = path.node(child.name());
      YangInstanceIdentifier found = null;
      Definition definition = parent.child(child.name().getNodeType());
      if (child instanceof ChoiceNode choice) {
        found = below(operation, scope, parent, at, choice);
      } else if (definition == null || parent.keys.contains(definition.name())) {
        continue;
      } else if (child instanceof MapNode || child instanceof LeafSetNode<?>) {
        for (NormalizedNode entry : entries(child)) {
          found =
              forbidden(
                  operation,
                  scope.at(definition, entry.name()),
                  definition,
                  at.node(entry.name()),
                  entry);
          if (found != null) {
            return found;
          }
        }
      } else {
        found = forbidden(operation, scope.at(definition, null), definition, at, child);
      }
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /** Section 3.4.4: whether a protocol operation may be carried out. */
  boolean mayExecute(String namespace, String name, @Nullable SchemaNode rpc) {
    if (unrestricted || (namespace.equals(Namespaces.BASE) && name.equals("close-session"))) {
      return true;
    }
    String module =
        root.context().findModules(XMLNamespace.of(namespace)).stream()
            .map(ModuleLike::getName)
            .findFirst()
            .orElse("");
    for (Rule rule : rules) {
      boolean about =
          switch (rule.subject) {
            case Subject.Anything anything -> true;
            case Subject.Rpc(String wanted) -> wanted.equals("*") || wanted.equals(name);
            case Subject.Notification notification -> false;
            case Subject.Node node -> false;
          };
      if (about && rule.matches(module, Operation.EXEC)) {
        return rule.permit;
      }
    }
    boolean never =
        namespace.equals(Namespaces.BASE)
            && (name.equals("kill-session") || name.equals("delete-config"));
    boolean sensitive = Sensitivity.of(rpc) == Sensitivity.ALL;
    return !never && !sensitive && defaults.exec;
  }

  /**
   * Section 3.1.3: whether an action of a data node, which must be readable, may be carried out.
   */
  boolean mayExecute(YangInstanceIdentifier at, Definition action) {
    Scope scope = readableScope(at);
    return scope != null && scope.at(action, null).permits(Operation.EXEC, action);
  }

  /** The rules at a data node; null if it, or one above it, may not be read. */
  private @Nullable Scope readableScope(YangInstanceIdentifier path) {
    Scope scope = top();
    Definition at = root;
    List<PathArgument> steps = path.getPathArguments();
    for (int i = 0; i < steps.size(); i++) {
      Definition child = at.child(steps.get(i).getNodeType());
      if (child == null || !(steps.get(i) instanceof NodeIdentifier)) {
        continue;
      }
      at = child;
      boolean list = child.kind == Definition.Kind.LIST && i + 1 < steps.size();
      scope = scope.at(child, list ? steps.get(i + 1) : null);
      if (!scope.permits(Operation.READ, at)) {
        return null;
      }
    }
    return scope;
  }

  /** Section 3.4.6: whether a notification may be received. */
  boolean mayReceive(Event event) {
    Definition definition = event.definition();
    if (unrestricted || definition.namespace().equals(Namespaces.NETMOD)) {
      return true;
    }
    Scope scope = readableScope(event.at());
    if (scope == null) {
      return false;
    }
    if (!event.at().isEmpty()) {
      return scope.at(definition, null).permits(Operation.READ, definition);
    }
    String module = module(definition);
    for (Rule rule : rules) {
      boolean about =
          switch (rule.subject) {
            case Subject.Anything anything -> true;
            case Subject.Notification(String wanted) ->
                wanted.equals("*") || wanted.equals(definition.localName());
            case Subject.Rpc rpc -> false;
            case Subject.Node(NodePath path) ->
                path.steps().size() == 1
                    && path.steps().getFirst().name().equals(definition.name());
          };
      if (about && rule.matches(module, Operation.READ)) {
        return rule.permit;
      }
    }
    return sensitivity(definition) != Sensitivity.ALL && defaults.read;
  }

  /** All of access-operations. */
  static Set<Operation> everything() {
    return EnumSet.allOf(Operation.class);
  }
}
