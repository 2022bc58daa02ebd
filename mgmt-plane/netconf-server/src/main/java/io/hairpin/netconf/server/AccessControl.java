package io.hairpin.netconf.server;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.common.Uint32;
import org.opendaylight.yangtools.yang.common.XMLNamespace;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafSetEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafSetNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapNode;
import org.opendaylight.yangtools.yang.data.api.schema.NormalizedNode;
import org.opendaylight.yangtools.yang.model.api.Module;
import org.opendaylight.yangtools.yang.model.api.SchemaNode;

/**
 * The access control model of RFC 8341, where the schema implements ietf-netconf-acm; without it
 * everybody may do everything. The rules are those of running; they are compiled once for each user
 * and change. As a participant it refuses rules that lead to nothing. Thread-safe.
 */
final class AccessControl implements Participant {
  private static final String NAMESPACE = "urn:ietf:params:xml:ns:yang:ietf-netconf-acm";

  private final Definition root;
  private final @Nullable StateBuilder names;
  private final Set<String> recovery;
  private final Function<String, Set<String>> externalGroups;
  private final AtomicInteger deniedOperations = new AtomicInteger();
  private final AtomicInteger deniedWrites = new AtomicInteger();
  private final AtomicInteger deniedNotifications = new AtomicInteger();
  private final Access unrestricted;
  private volatile Policy policy;

  /** The users' rights as one configuration of the model has them. */
  private record Policy(@Nullable NormalizedNode source, Map<String, Access> users) {}

  AccessControl(Schema schema, Set<String> recovery, Function<String, Set<String>> externalGroups) {
    root = schema.root();
    names =
        schema.context().findModules(XMLNamespace.of(NAMESPACE)).stream()
            .filter(schema::isImplemented)
            .map(Module::getQNameModule)
            .map(StateBuilder::new)
            .findFirst()
            .orElse(null);
    this.recovery = Set.copyOf(recovery);
    this.externalGroups = externalGroups;
    unrestricted = Access.unrestricted(root);
    policy = new Policy(null, new ConcurrentHashMap<>());
  }

  /** The state data of the model. */
  Map<QName, StateProvider> providers() {
    StateBuilder nacm = names;
    if (nacm == null) {
      return Map.of();
    }
    return Map.of(
        nacm.name("nacm"),
        () ->
            Optional.of(
                nacm.container(
                    "nacm",
                    nacm.leaf("denied-operations", counter(deniedOperations)),
                    nacm.leaf("denied-data-writes", counter(deniedWrites)),
                    nacm.leaf("denied-notifications", counter(deniedNotifications)))));
  }

  private static Uint32 counter(AtomicInteger count) {
    return Uint32.fromIntBits(count.get());
  }

  /** What a user may do now. */
  Access of(Actor actor) {
    StateBuilder nacm = names;
    if (nacm == null || actor.session() == 0 || recovery.contains(actor.user())) {
      return unrestricted;
    }
    Policy present = policy;
    return present.users.computeIfAbsent(actor.user(), user -> compile(nacm, present.source, user));
  }

  /** Refuses an operation that the user may not carry out. */
  void demandOperation(Actor actor, Element operation) throws RpcException {
    Access access = of(actor);
    if (access.isUnrestricted() || operation.is(Namespaces.YANG, "action")) {
      return;
    }
    SchemaNode rpc = null;
    for (Definition.Operation known : root.operations().values()) {
      if (operation.is(known.input().namespace(), known.input().localName())) {
        rpc = known.schema();
      }
    }
    if (!access.mayExecute(operation.namespace, operation.name, rpc)) {
      deniedOperations.incrementAndGet();
      throw RpcError.protocol(
              ErrorTag.ACCESS_DENIED,
              "%s may not carry out %s".formatted(actor.user(), operation.name))
          .asException();
    }
  }

  /** Refuses an action that the user may not carry out. */
  void demandAction(Actor actor, YangInstanceIdentifier at, Definition action) throws RpcException {
    if (!of(actor).mayExecute(at, action)) {
      deniedOperations.incrementAndGet();
      throw RpcError.application(
              ErrorTag.ACCESS_DENIED,
              "%s may not carry out %s".formatted(actor.user(), action.localName()))
          .withPath(at)
          .asException();
    }
  }

  /** Refuses a change that touches what the user may not. */
  void demandWrite(Actor actor, List<Change.Edit> edits) throws RpcException {
    YangInstanceIdentifier forbidden = of(actor).forbidden(edits);
    if (forbidden != null) {
      deniedWrites.incrementAndGet();
      throw RpcError.application(
              ErrorTag.ACCESS_DENIED, "%s may not change this node".formatted(actor.user()))
          .withPath(forbidden)
          .asException();
    }
  }

  /** Whether a user may receive a notification; one that is kept from him is counted. */
  boolean mayReceive(Actor actor, Event event) {
    boolean may = of(actor).mayReceive(event);
    if (!may) {
      deniedNotifications.incrementAndGet();
    }
    return may;
  }

  @Override
  public void start(ContainerNode running) {
    policy = new Policy(nacm(running), new ConcurrentHashMap<>());
  }

  private @Nullable NormalizedNode nacm(ContainerNode running) {
    return names == null ? null : running.childByArg(new NodeIdentifier(names.name("nacm")));
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // What is not changed is shared.
  public Prepared prepare(Change change) throws RefusedException {
    NormalizedNode after = nacm(change.after());
    boolean same = nacm(change.before()) == after;
    if (!same && names != null && after != null) {
      check(names, after);
    }
    return new Prepared() {
      @Override
      public void apply() {
        if (!same) {
          policy = new Policy(after, new ConcurrentHashMap<>());
        }
      }

      @Override
      public void abort() {}
    };
  }

  private void check(StateBuilder nacm, NormalizedNode source) throws RefusedException {
    YangInstanceIdentifier lists =
        YangInstanceIdentifier.of(nacm.name("nacm")).node(nacm.name("rule-list"));
    for (MapEntryNode list : entries(nacm, source, "rule-list")) {
      for (MapEntryNode rule : entries(nacm, list, "rule")) {
        try {
          rule(nacm, rule, "");
        } catch (IllegalArgumentException e) {
          throw new RefusedException(
              lists
                  .node(list.name())
                  .node(nacm.name("rule"))
                  .node(rule.name())
                  .node(nacm.name("rule-type"))
                  .node(nacm.name("path")),
              ErrorTag.INVALID_VALUE,
              null,
              String.valueOf(e.getMessage()));
        }
      }
    }
  }

  private Access compile(StateBuilder nacm, @Nullable NormalizedNode source, String user) {
    if (!isTrue(leaf(nacm, source, "enable-nacm"))) {
      return unrestricted;
    }
    Set<String> groups = new HashSet<>();
    if (isTrue(leaf(nacm, source, "enable-external-groups"))) {
      groups.addAll(externalGroups.apply(user));
    }
    NormalizedNode configured = child(nacm, source, "groups");
    for (MapEntryNode group : entries(nacm, configured, "group")) {
      if (values(nacm, group, "user-name").contains(user)) {
        groups.add(String.valueOf(leaf(nacm, group, "name")));
      }
    }
    List<Access.Rule> rules = new ArrayList<>();
    for (MapEntryNode list : entries(nacm, source, "rule-list")) {
      Collection<String> wanted = values(nacm, list, "group");
      // A user without groups is not subject to any rule (section 3.4.4, step 5).
      if (!groups.isEmpty()
          && (wanted.contains("*") || wanted.stream().anyMatch(groups::contains))) {
        for (MapEntryNode rule : entries(nacm, list, "rule")) {
          rules.add(rule(nacm, rule, user));
        }
      }
    }
    return Access.of(
        root,
        rules,
        new Access.Defaults(
            isPermit(leaf(nacm, source, "read-default"), true),
            isPermit(leaf(nacm, source, "write-default"), false),
            isPermit(leaf(nacm, source, "exec-default"), true)));
  }

  private Access.Rule rule(StateBuilder nacm, MapEntryNode rule, String user) {
    NormalizedNode type = child(nacm, rule, "rule-type");
    Object rpc = leaf(nacm, type, "rpc-name");
    Object notification = leaf(nacm, type, "notification-name");
    Object path = leaf(nacm, type, "path");
    Access.Subject subject =
        rpc != null
            ? new Access.Subject.Rpc(rpc.toString())
            : notification != null
                ? new Access.Subject.Notification(notification.toString())
                : path != null
                    ? new Access.Subject.Node(NodePath.parse(path.toString(), root, user))
                    : new Access.Subject.Anything();
    Object module = leaf(nacm, rule, "module-name");
    return new Access.Rule(
        module == null ? "*" : module.toString(),
        subject,
        operations(leaf(nacm, rule, "access-operations")),
        isPermit(leaf(nacm, rule, "action"), false));
  }

  private static Set<Access.Operation> operations(@Nullable Object value) {
    if (!(value instanceof Collection<?> bits)) {
      return Access.everything();
    }
    Set<Access.Operation> operations = EnumSet.noneOf(Access.Operation.class);
    bits.forEach(
        bit -> operations.add(Access.Operation.valueOf(bit.toString().toUpperCase(Locale.ROOT))));
    return operations;
  }

  private static boolean isTrue(@Nullable Object value) {
    return value == null || Boolean.TRUE.equals(value);
  }

  private static boolean isPermit(@Nullable Object value, boolean byDefault) {
    return value == null ? byDefault : value.equals("permit");
  }

  private static @Nullable NormalizedNode child(
      StateBuilder nacm, @Nullable NormalizedNode node, String name) {
    return node instanceof DataContainerNode
        ? Differences.child(node, new NodeIdentifier(nacm.name(name)))
        : null;
  }

  private static @Nullable Object leaf(
      StateBuilder nacm, @Nullable NormalizedNode node, String name) {
    return child(nacm, node, name) instanceof LeafNode<?> leaf ? leaf.body() : null;
  }

  private static Collection<MapEntryNode> entries(
      StateBuilder nacm, @Nullable NormalizedNode node, String name) {
    return child(nacm, node, name) instanceof MapNode list ? list.body() : List.of();
  }

  private static Collection<String> values(
      StateBuilder nacm, @Nullable NormalizedNode node, String name) {
    List<String> values = new ArrayList<>();
    if (child(nacm, node, name) instanceof LeafSetNode<?> list) {
      for (LeafSetEntryNode<?> entry : list.body()) {
        values.add(String.valueOf(entry.body()));
      }
    }
    return values;
  }
}
