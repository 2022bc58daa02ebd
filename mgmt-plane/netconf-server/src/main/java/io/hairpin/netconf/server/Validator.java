package io.hairpin.netconf.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.PathArgument;
import org.opendaylight.yangtools.yang.data.api.schema.ChoiceNode;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerChild;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafSetNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapNode;
import org.opendaylight.yangtools.yang.data.api.schema.UnkeyedListEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.UnkeyedListNode;
import org.opendaylight.yangtools.yang.model.api.CaseSchemaNode;
import org.opendaylight.yangtools.yang.model.api.ChoiceSchemaNode;
import org.opendaylight.yangtools.yang.model.api.ContainerSchemaNode;
import org.opendaylight.yangtools.yang.model.api.DataNodeContainer;
import org.opendaylight.yangtools.yang.model.api.DataSchemaNode;
import org.opendaylight.yangtools.yang.model.api.ElementCountConstraint;
import org.opendaylight.yangtools.yang.model.api.ElementCountConstraintAware;
import org.opendaylight.yangtools.yang.model.api.LeafListSchemaNode;
import org.opendaylight.yangtools.yang.model.api.ListSchemaNode;
import org.opendaylight.yangtools.yang.model.api.MandatoryAware;
import org.opendaylight.yangtools.yang.model.api.stmt.UniqueEffectiveStatement;

/**
 * Checks what a valid configuration must hold beyond the types, which the editor has checked (RFC
 * 7950 sections 8.1 and 15). It looks only at what was touched, at what stands around it, and at
 * what refers to it.
 */
final class Validator {
  static final int MAX_ERRORS = 100;

  private final Definition root;
  private final Constraints constraints;
  private final Unique unique = new Unique();
  private final Map<DataNodeContainer, Boolean> demanding = new ConcurrentHashMap<>();

  Validator(Definition root) {
    this.root = root;
    constraints = new Constraints(root);
  }

  /**
   * Checks a configuration that is to follow another.
   *
   * @param touched what may differ; what is deleted here is added
   * @return the configuration without the nodes that were there before and that a when, now false,
   *     deletes (RFC 7950 section 8.2)
   */
  ContainerNode check(ContainerNode before, ContainerNode data, Touched touched)
      throws RpcException {
    ContainerNode after = data;
    while (true) {
      Constraints.Affected affected = constraints.new Affected(before, after, touched);
      Set<DataNode> forbidden = affected.forbidden();
      if (forbidden.isEmpty()) {
        affected.parents.forEach(parent -> touched.to(parent.path()));
        report(before, after, touched, affected);
        return after;
      }
      after = delete(DataNode.root(root, before), after, forbidden, touched);
    }
  }

  /** Checks an operation's input or output or a notification in its place among the data. */
  List<RpcError> check(DataNode place) {
    Constraints.Affected affected = constraints.new Affected(place);
    List<RpcError> errors = new ArrayList<>();
    for (DataNode node : affected.forbidden()) {
      errors.add(forbidden(node));
    }
    Check check = new Check(place, null);
    if (place.data instanceof ContainerNode data) {
      check.container(root.container, root, place.path(), data, null);
    }
    errors.addAll(check.errors);
    affected.check(errors);
    return errors.subList(0, Math.min(errors.size(), MAX_ERRORS));
  }

  /** The top-level nodes that {@link #check(DataNode)} may look at; null for any of them. */
  @Nullable Set<QName> reads() {
    return constraints.readsAnything() ? null : constraints.reads();
  }

  private static RpcError forbidden(DataNode node) {
    return RpcError.application(
            ErrorTag.UNKNOWN_ELEMENT,
            "%s may not be here: its when is false".formatted(node.definition.localName()))
        .withPath(node.path())
        .withInfo("bad-element", node.definition.localName());
  }

  /** An error in one line, with its path. */
  String describe(RpcError error) {
    YangInstanceIdentifier path = error.path();
    return path == null || path.isEmpty()
        ? error.message()
        : Values.path(root, path, new Values.Prefixes(root.context())) + ": " + error.message();
  }

  private ContainerNode delete(
      DataNode before, ContainerNode data, Set<DataNode> forbidden, Touched touched)
      throws RpcException {
    List<RpcError> errors = new ArrayList<>();
    List<Change.Edit> edits = new ArrayList<>();
    for (DataNode node : forbidden) {
      YangInstanceIdentifier path = node.path();
      DataNode was = before.follow(path);
      if (was == null || !Objects.equals(was.data, node.data)) {
        errors.add(forbidden(node));
      } else if (forbidden.stream().noneMatch(other -> node.isBelow(other))) {
        edits.add(new Change.Edit(path, node.data, null));
        touched.to(path).mark();
      }
    }
    if (!errors.isEmpty()) {
      throw new RpcException(errors.subList(0, Math.min(errors.size(), MAX_ERRORS)));
    }
    return Journal.apply(root, data, edits).root();
  }

  private void report(
      ContainerNode before, ContainerNode data, Touched touched, Constraints.Affected affected)
      throws RpcException {
    Check check = new Check(DataNode.root(root, data), DataNode.root(root, before));
    check.container(
        root.container, root, YangInstanceIdentifier.of(), data, touched.whole() ? null : touched);
    affected.check(check.errors);
    if (!check.errors.isEmpty()) {
      throw new RpcException(check.errors.subList(0, Math.min(check.errors.size(), MAX_ERRORS)));
    }
  }

  private static boolean isConfig(DataSchemaNode node) {
    return node.effectiveConfig().orElse(true);
  }

  /** Whether a container that is not there may lack something all the same. */
  private boolean isDemanding(DataNodeContainer container) {
    Boolean known = demanding.get(container);
    if (known == null) {
      known = false;
      for (DataSchemaNode child : container.getChildNodes()) {
        known |=
            isConfig(child)
                && switch (child) {
                  case ContainerSchemaNode below ->
                      !below.isPresenceContainer() && isDemanding(below);
                  case ElementCountConstraintAware counted ->
                      counted
                          .getElementCountConstraint()
                          .map(ElementCountConstraint::getMinElements)
                          .isPresent();
                  case MandatoryAware mandatory -> mandatory.isMandatory();
                  default -> false;
                };
      }
      demanding.put(container, known);
    }
    return known;
  }

  private final class Check {
    private final List<RpcError> errors = new ArrayList<>();
    private final DataNode top;

    /** The valid configuration before, as {@link #top}; null where there is none. */
    private final @Nullable DataNode before;

    private final YangInstanceIdentifier base;

    Check(DataNode top, @Nullable DataNode before) {
      this.top = top;
      this.before = before;
      base = top.path();
    }

    /** The node at the end of a path, or null if it is not there. */
    private @Nullable DataNode at(YangInstanceIdentifier path) {
      return top.follow(path.relativeTo(base).orElseThrow());
    }

    /** Whether a node that is lacking may be there as far as its whens are concerned. */
    private boolean mayBe(YangInstanceIdentifier parent, @Nullable Definition child) {
      DataNode holder = at(parent);
      return holder == null || child == null || holder.mayBe(child);
    }

    /**
     * Checks the children of a node.
     *
     * @param node the container, list entry or choice; null if it is not there but could lack
     *     something all the same
     * @param touched what was touched below, or null for everything
     */
    void container(
        DataNodeContainer schema,
        Definition at,
        YangInstanceIdentifier path,
        @Nullable DataContainerNode node,
        @Nullable Touched touched) {
      for (DataSchemaNode child : schema.getChildNodes()) {
        if (!isConfig(child)) {
          continue;
        }
        NodeIdentifier id = new NodeIdentifier(child.getQName());
        Definition definition = at.child(child.getQName());
        DataContainerChild data = node == null ? null : node.childByArg(id);
        Touched below = touched == null ? null : touched.get(id);
        boolean skip = touched != null && below == null;
        if (below != null && below.whole()) {
          below = null;
        }
        switch (child) {
          case ContainerSchemaNode container -> {
            if (data == null) {
              if (definition != null
                  && !container.isPresenceContainer()
                  && isDemanding(container)
                  && mayBe(path, definition)) {
                container(container, definition, path.node(id), null, null);
              }
            } else if (!skip && definition != null) {
              container(container, definition, path.node(id), (DataContainerNode) data, below);
            }
          }
          case ChoiceSchemaNode choice -> choice(choice, at, path, id, data, below, skip);
          case ListSchemaNode list -> {
            int size =
                switch (data) {
                  case MapNode map -> map.size();
                  case UnkeyedListNode keyless -> keyless.size();
                  case null, default -> 0;
                };
            count(list, definition, path, id, size);
            if (data instanceof UnkeyedListNode keyless && definition != null) {
              for (UnkeyedListEntryNode entry : keyless.body()) {
                container(list, definition, path.node(id), entry, null);
              }
            }
            if (data instanceof MapNode map && !skip && definition != null) {
              list(list, definition, path.node(id), map, below);
            }
          }
          case LeafListSchemaNode list ->
              count(
                  list, definition, path, id, data instanceof LeafSetNode<?> set ? set.size() : 0);
          case MandatoryAware mandatory -> {
            if (data == null && mandatory.isMandatory() && mayBe(path, definition)) {
              errors.add(
                  RpcError.application(
                          ErrorTag.DATA_MISSING,
                          "mandatory node %s is missing".formatted(name(child)))
                      .withPath(path.node(id)));
            }
          }
          default -> {}
        }
      }
    }

    private void choice(
        ChoiceSchemaNode choice,
        Definition at,
        YangInstanceIdentifier path,
        NodeIdentifier id,
        @Nullable DataContainerChild data,
        @Nullable Touched touched,
        boolean skip) {
      if (!(data instanceof ChoiceNode node)) {
        DataNode holder = choice.isMandatory() ? at(path) : null;
        if (holder != null && holder.mayHave(id)) {
          errors.add(
              RpcError.application(
                      ErrorTag.DATA_MISSING,
                      "one of %s must be there: choice %s is mandatory"
                          .formatted(
                              choice.getCases().stream()
                                  .flatMap(c -> c.getChildNodes().stream())
                                  .map(Validator::name)
                                  .toList(),
                              name(choice)))
                  .withAppTag("missing-choice")
                  .withPath(path)
                  .withInfo(Namespaces.YANG, "missing-choice", name(choice)));
        }
        return;
      }
      if (skip) {
        return;
      }
      for (CaseSchemaNode choiceCase : choice.getCases()) {
        boolean active =
            choiceCase.getChildNodes().stream()
                .anyMatch(c -> node.childByArg(new NodeIdentifier(c.getQName())) != null);
        if (active) {
          container(choiceCase, at, path.node(id), node, touched);
        }
      }
    }

    private void count(
        ElementCountConstraintAware schema,
        @Nullable Definition definition,
        YangInstanceIdentifier parent,
        NodeIdentifier id,
        int elements) {
      ElementCountConstraint limits = schema.getElementCountConstraint().orElse(null);
      if (limits == null) {
        return;
      }
      String name = id.getNodeType().getLocalName();
      YangInstanceIdentifier path = parent.node(id);
      Integer min = limits.getMinElements();
      if (min != null && elements < min && (elements > 0 || mayBe(parent, definition))) {
        errors.add(
            RpcError.application(
                    ErrorTag.OPERATION_FAILED,
                    "%s has %d elements, at least %d are needed".formatted(name, elements, min))
                .withAppTag("too-few-elements")
                .withPath(path));
      }
      Integer max = limits.getMaxElements();
      if (max != null && elements > max) {
        errors.add(
            RpcError.application(
                    ErrorTag.OPERATION_FAILED,
                    "%s has %d elements, at most %d are allowed".formatted(name, elements, max))
                .withAppTag("too-many-elements")
                .withPath(path));
      }
    }

    private void list(
        ListSchemaNode schema,
        Definition definition,
        YangInstanceIdentifier path,
        MapNode list,
        @Nullable Touched touched) {
      YangInstanceIdentifier parent = Objects.requireNonNull(path.getParent());
      DataNode holder = schema.getUniqueConstraints().isEmpty() ? null : at(parent);
      if (holder != null) {
        DataNode old = before == null ? null : before.follow(parent);
        for (UniqueEffectiveStatement each : schema.getUniqueConstraints()) {
          unique.check(each, definition, old, holder, touched, errors);
        }
      }
      if (touched == null) {
        for (MapEntryNode entry : list.body()) {
          container(schema, definition, path.node(entry.name()), entry, null);
        }
      } else {
        for (Map.Entry<PathArgument, Touched> below : touched.children().entrySet()) {
          if (Differences.child(list, below.getKey()) instanceof MapEntryNode entry) {
            Touched deeper = below.getValue().whole() ? null : below.getValue();
            container(schema, definition, path.node(entry.name()), entry, deeper);
          }
        }
      }
    }
  }

  private static String name(DataSchemaNode node) {
    return node.getQName().getLocalName();
  }
}
