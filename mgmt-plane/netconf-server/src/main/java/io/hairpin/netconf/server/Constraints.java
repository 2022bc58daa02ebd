package io.hairpin.netconf.server;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.PathArgument;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.model.api.EffectiveStatementEquivalent;
import org.opendaylight.yangtools.yang.model.api.MustConstraintAware;
import org.opendaylight.yangtools.yang.model.api.MustDefinition;
import org.opendaylight.yangtools.yang.model.api.meta.EffectiveStatement;
import org.opendaylight.yangtools.yang.model.api.stmt.RequireInstanceEffectiveStatement;
import org.opendaylight.yangtools.yang.model.api.stmt.TypeEffectiveStatement;
import org.opendaylight.yangtools.yang.model.api.stmt.TypedefEffectiveStatement;
import org.opendaylight.yangtools.yang.model.api.type.InstanceIdentifierTypeDefinition;
import org.opendaylight.yangtools.yang.model.api.type.LeafrefTypeDefinition;

/**
 * The constraints of a schema that look beyond their own node: when, must, leafref and
 * instance-identifier (RFC 7950 sections 7.5.3, 7.21.5, 9.9 and 9.13). From the expressions it is
 * known what each of them reads; so for a change only those are looked at that stand in it or read
 * what it touched. Thread-safe.
 */
final class Constraints {
  /** What one definition demands. */
  sealed interface Rule {
    Definition on();
  }

  record When(Definition on, Definition.Condition condition) implements Rule {}

  record Must(Definition on, XPath expression, MustDefinition must) implements Rule {}

  record Leafref(Definition on, XPath path) implements Rule {}

  record Instance(Definition on) implements Rule {}

  /**
   * A rule that reads a definition.
   *
   * @param read what it reads
   * @param pivot the definition of which one instance holds what is read and who reads it
   * @param onLoss whether only the loss of what is read can break the rule
   */
  private record Reader(Rule rule, Definition read, Definition pivot, boolean onLoss) {
    /** Whether it reads a key, which is there as long as its entry is. */
    boolean readsKeyOf(Definition list) {
      return read.parent() == list && list.keys.contains(read.name());
    }
  }

  private final Definition root;
  private final Map<Definition, List<Rule>> rules = new HashMap<>();
  private final Map<Definition, List<Reader>> readers = new HashMap<>();
  private final Set<Definition> holders = new HashSet<>();
  private final List<Instance> instances = new ArrayList<>();
  private final Map<Definition, Set<Reader>> outside = new ConcurrentHashMap<>();

  Constraints(Definition root) {
    this.root = root;
    collect(root);
  }

  private void collect(Definition definition) {
    if (!definition.config) {
      return;
    }
    List<Rule> found = new ArrayList<>();
    for (Definition.Condition condition : definition.conditions) {
      found.add(new When(definition, condition));
    }
    if (definition.schema instanceof MustConstraintAware aware) {
      for (MustDefinition must : aware.getMustConstraints()) {
        found.add(
            new Must(definition, XPath.of(must.getXpath(), definition.name().getModule()), must));
      }
    }
    if (definition.typed() != null) {
      if (definition.typed().getType() instanceof LeafrefTypeDefinition type
          && type.requireInstance()) {
        XPath path = XPath.of(type.getPathStatement(), definition.name().getModule());
        found.add(new Leafref(definition, path));
      } else if (definition.typed().getType() instanceof InstanceIdentifierTypeDefinition
          && definition.schema instanceof EffectiveStatementEquivalent<?> node
          && requiresInstance(node.asEffectiveStatement())) {
        Instance instance = new Instance(definition);
        found.add(instance);
        instances.add(instance);
      }
    }
    if (!found.isEmpty()) {
      rules.put(definition, found);
      for (Definition at = definition; at != null; at = at.parent()) {
        holders.add(at);
      }
      found.forEach(this::index);
    }
    definition.all().forEach(this::collect);
  }

  /** It does unless it says otherwise (RFC 7950 section 9.9.3); the parsed type has it reversed. */
  private boolean requiresInstance(EffectiveStatement<?, ?> typed) {
    for (EffectiveStatement<?, ?> part : typed.effectiveSubstatements()) {
      if (part instanceof TypeEffectiveStatement<?> type) {
        for (EffectiveStatement<?, ?> said : type.effectiveSubstatements()) {
          if (said instanceof RequireInstanceEffectiveStatement require) {
            return require.argument();
          }
        }
        return root.context().findModuleStatement(type.argument()).stream()
            .flatMap(module -> module.streamEffectiveSubstatements(TypedefEffectiveStatement.class))
            .filter(typedef -> typedef.argument().equals(type.argument()))
            .findFirst()
            .map(this::requiresInstance)
            .orElse(true);
      }
    }
    return true;
  }

  private void index(Rule rule) {
    switch (rule) {
      case When(Definition on, Definition.Condition condition) -> {
        Definition parent = on.parent();
        Definition at = condition.ofParent() && parent != null ? parent : on;
        condition.expression().reads(at).forEach(read -> add(rule, read, false));
      }
      case Must(Definition on, XPath expression, MustDefinition must) ->
          expression.reads(on).forEach(read -> add(rule, read, false));
      case Leafref(Definition on, XPath path) -> {
        Set<XPath.Place> others = new LinkedHashSet<>();
        path.targets(on, others).forEach(target -> add(rule, target, true));
        others.forEach(read -> add(rule, read, false));
      }
      case Instance instance -> {}
    }
  }

  private void add(Rule rule, XPath.Place read, boolean onLoss) {
    readers
        .computeIfAbsent(read.at(), key -> new ArrayList<>())
        .add(new Reader(rule, read.at(), read.pivot(), onLoss));
  }

  /** The top-level nodes that the rules of an operation or notification may read. */
  Set<QName> reads() {
    Set<QName> tops = new HashSet<>();
    for (Definition read : readers.keySet()) {
      Definition at = read;
      for (Definition up = at.parent(); up != null && up.parent() != null; up = up.parent()) {
        at = up;
      }
      tops.add(at.name());
    }
    return tops;
  }

  /** Whether an instance-identifier may refer to anything. */
  boolean readsAnything() {
    return !instances.isEmpty();
  }

  /** The rules outside of a node of a definition that read what is in it. */
  private Set<Reader> outside(Definition definition) {
    return outside.computeIfAbsent(
        definition,
        key -> {
          Set<Reader> found = new LinkedHashSet<>();
          gather(
              key,
              reader -> {
                for (Definition at = key.parent(); at != null; at = at.parent()) {
                  if (at == reader.pivot) {
                    found.add(reader);
                  }
                }
              });
          return found;
        });
  }

  private void gather(Definition definition, Consumer<Reader> into) {
    readers.getOrDefault(definition, List.of()).forEach(into);
    definition.all().forEach(child -> gather(child, into));
  }

  /** The rules that a change may have broken, each with the nodes to look at. */
  final class Affected {
    private final Map<Rule, Set<DataNode>> nodes = new LinkedHashMap<>();
    private final DataNode before;
    private final DataNode after;

    /** The nodes above an affected when, which may now lack something. */
    final List<DataNode> parents = new ArrayList<>();

    Affected(ContainerNode dataBefore, ContainerNode dataAfter, Touched touched) {
      before = DataNode.root(root, dataBefore);
      after = DataNode.root(root, dataAfter);
      if (touched.whole()) {
        inside(after);
      } else {
        Map<Definition, Map<DataNode, Set<Reader>>> hits = new LinkedHashMap<>();
        walk(root, before, after, touched, hits);
        hits.forEach(
            (pivot, places) ->
                places.forEach(
                    (place, found) -> found.forEach(reader -> below(reader.rule, place))));
      }
    }

    /** Everything in an operation or notification, which stands among data that are given. */
    Affected(DataNode place) {
      before = place;
      after = place;
      inside(place);
    }

    /** Follows what was touched, along the choices. */
    private void walk(
        Definition at,
        @Nullable DataNode was,
        DataNode is,
        Touched touched,
        Map<Definition, Map<DataNode, Set<Reader>>> hits) {
      for (Map.Entry<PathArgument, Touched> child : touched.children().entrySet()) {
        Definition definition = at.child(child.getKey().getNodeType());
        if (definition == null) {
          walk(at, was, is, child.getValue(), hits);
        } else if (definition.kind == Definition.Kind.LIST
            || definition.kind == Definition.Kind.LEAF_LIST) {
          if (child.getValue().whole()) {
            change(definition, nodes(was, definition), nodes(is, definition), is, hits);
          }
          for (Map.Entry<PathArgument, Touched> entry : child.getValue().children().entrySet()) {
            DataNode b = was == null ? null : was.entry(definition, entry.getKey());
            step(definition, b, is.entry(definition, entry.getKey()), entry.getValue(), is, hits);
          }
        } else {
          DataNode b = nodes(was, definition).stream().findFirst().orElse(null);
          DataNode a = nodes(is, definition).stream().findFirst().orElse(null);
          step(definition, b, a, child.getValue(), is, hits);
        }
      }
    }

    private static List<DataNode> nodes(@Nullable DataNode parent, Definition definition) {
      return parent == null ? List.of() : parent.children(definition);
    }

    private void step(
        Definition definition,
        @Nullable DataNode was,
        @Nullable DataNode is,
        Touched touched,
        DataNode parent,
        Map<Definition, Map<DataNode, Set<Reader>>> hits) {
      if (is == null || touched.whole()) {
        change(
            definition,
            was == null ? List.of() : List.of(was),
            is == null ? List.of() : List.of(is),
            parent,
            hits);
      } else {
        walk(definition, was, is, touched, hits);
      }
    }

    private void change(
        Definition definition,
        List<DataNode> was,
        List<DataNode> is,
        DataNode parent,
        Map<Definition, Map<DataNode, Set<Reader>>> hits) {
      if (holders.contains(definition)) {
        is.forEach(this::inside);
      }
      boolean lost = was.stream().anyMatch(node -> node.data != null);
      Set<PathArgument> stay = new HashSet<>();
      is.forEach(node -> stay.add(node.name));
      boolean gone = was.stream().anyMatch(node -> !stay.contains(node.name));
      for (Reader reader : outside(definition)) {
        if (!reader.onLoss || (reader.readsKeyOf(definition) ? gone : lost)) {
          hits.computeIfAbsent(reader.pivot, key -> new LinkedHashMap<>())
              .computeIfAbsent(parent.ancestor(reader.pivot), key -> new LinkedHashSet<>())
              .add(reader);
        }
      }
      if (lost) {
        instances.forEach(
            instance ->
                hits.computeIfAbsent(root, key -> new LinkedHashMap<>())
                    .computeIfAbsent(after, key -> new LinkedHashSet<>())
                    .add(new Reader(instance, root, root, true)));
      }
    }

    /** Everything in a node that the change made. */
    private void inside(DataNode node) {
      for (Rule rule : rules.getOrDefault(node.definition, List.of())) {
        add(rule, node);
      }
      for (Definition child : node.definition.all()) {
        if (holders.contains(child)) {
          node.children(child).forEach(this::inside);
        }
      }
    }

    private void add(Rule rule, DataNode node) {
      nodes.computeIfAbsent(rule, key -> new LinkedHashSet<>()).add(node);
    }

    /** All nodes that have a rule, below one. */
    private void below(Rule rule, DataNode top) {
      List<Definition> way = new ArrayList<>();
      for (Definition at = rule.on(); at != null && at != top.definition; at = at.parent()) {
        way.addFirst(at);
      }
      follow(rule, top, way);
    }

    private void follow(Rule rule, DataNode at, List<Definition> way) {
      if (way.isEmpty()) {
        add(rule, at);
        return;
      }
      if (way.size() == 1 && rule instanceof When) {
        parents.add(at);
      }
      for (DataNode child : at.children(way.getFirst())) {
        follow(rule, child, way.subList(1, way.size()));
      }
    }

    /** The configured nodes whose when says that they may not be. */
    Set<DataNode> forbidden() {
      Set<DataNode> found = new LinkedHashSet<>();
      nodes.forEach(
          (rule, places) -> {
            if (rule instanceof When(Definition on, Definition.Condition condition)) {
              for (DataNode node : places) {
                if (node.data != null && node.parent != null && !holds(condition, node)) {
                  found.add(node);
                }
              }
            }
          });
      return found;
    }

    /** Checks all but the whens. */
    void check(List<RpcError> errors) {
      nodes.forEach(
          (rule, places) -> {
            for (DataNode node : places) {
              if (errors.size() >= Validator.MAX_ERRORS) {
                return;
              }
              switch (rule) {
                case When when -> {}
                case Must must -> check(must, node, errors);
                case Leafref(Definition on, XPath path) -> {
                  if (node.value != null && !path.selects(node, node.value)) {
                    errors.add(missing(node, "no instance that it refers to has this value"));
                  }
                }
                case Instance instance -> {
                  if (node.value instanceof YangInstanceIdentifier path
                      && after.root().follow(path) == null) {
                    errors.add(missing(node, "there is no such instance"));
                  }
                }
              }
            }
          });
    }

    private void check(Must rule, DataNode node, List<RpcError> errors) {
      if (!rule.expression.test(node)) {
        errors.add(
            node.error(
                    ErrorTag.OPERATION_FAILED,
                    rule.must
                        .getErrorMessage()
                        .orElseGet(
                            () ->
                                "%s must hold: %s"
                                    .formatted(node.definition.localName(), rule.must.getXpath())))
                .withAppTag(rule.must.getErrorAppTag().orElse("must-violation")));
      }
    }

    private static RpcError missing(DataNode node, String why) {
      return node.error(
              ErrorTag.DATA_MISSING,
              "%s is '%s', but %s".formatted(node.definition.localName(), node.text(), why))
          .withAppTag("instance-required");
    }
  }

  private static boolean holds(Definition.Condition condition, DataNode node) {
    DataNode parent = node.parent;
    return condition.expression().test(condition.ofParent() && parent != null ? parent : node);
  }
}
