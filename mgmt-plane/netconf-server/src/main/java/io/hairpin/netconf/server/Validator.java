package io.hairpin.netconf.server;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
import org.opendaylight.yangtools.yang.data.api.schema.LeafNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafSetNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapNode;
import org.opendaylight.yangtools.yang.data.api.schema.NormalizedNode;
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
import org.opendaylight.yangtools.yang.model.api.stmt.SchemaNodeIdentifier;
import org.opendaylight.yangtools.yang.model.api.stmt.UniqueEffectiveStatement;

/**
 * Checks what a valid configuration must hold beyond the types, which the editor has checked:
 * mandatory nodes and choices, numbers of elements, and unique (RFC 7950 sections 8.1 and 15). It
 * looks only at what was touched, and at what stands around it.
 */
final class Validator {
  private static final int MAX_ERRORS = 100;

  private final DataNodeContainer root;
  private final Map<DataNodeContainer, Boolean> demanding = new ConcurrentHashMap<>();

  Validator(DataNodeContainer root) {
    this.root = root;
  }

  void check(ContainerNode data, Touched touched) throws RpcException {
    Check check = new Check();
    check.container(root, YangInstanceIdentifier.of(), data, touched.whole() ? null : touched);
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

    /**
     * Checks the children of a node.
     *
     * @param node the container, list entry or choice; null if it is not there but could lack
     *     something all the same
     * @param touched what was touched below, or null for everything
     */
    void container(
        DataNodeContainer schema,
        YangInstanceIdentifier path,
        @Nullable DataContainerNode node,
        @Nullable Touched touched) {
      for (DataSchemaNode child : schema.getChildNodes()) {
        if (!isConfig(child)) {
          continue;
        }
        NodeIdentifier id = new NodeIdentifier(child.getQName());
        DataContainerChild data = node == null ? null : node.childByArg(id);
        Touched below = touched == null ? null : touched.get(id);
        boolean skip = touched != null && below == null;
        if (below != null && below.whole()) {
          below = null;
        }
        switch (child) {
          case ContainerSchemaNode container -> {
            if (data == null) {
              if (!container.isPresenceContainer() && isDemanding(container)) {
                container(container, path.node(id), null, null);
              }
            } else if (!skip) {
              container(container, path.node(id), (DataContainerNode) data, below);
            }
          }
          case ChoiceSchemaNode choice -> choice(choice, path, id, data, below, skip);
          case ListSchemaNode list -> {
            count(list, path.node(id), data instanceof MapNode map ? map.size() : 0);
            if (data instanceof MapNode map && !skip) {
              list(list, path.node(id), map, below);
            }
          }
          case LeafListSchemaNode list ->
              count(list, path.node(id), data instanceof LeafSetNode<?> set ? set.size() : 0);
          case MandatoryAware mandatory -> {
            if (data == null && mandatory.isMandatory()) {
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
        YangInstanceIdentifier path,
        NodeIdentifier id,
        @Nullable DataContainerChild data,
        @Nullable Touched touched,
        boolean skip) {
      if (!(data instanceof ChoiceNode node)) {
        if (choice.isMandatory()) {
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
          container(choiceCase, path.node(id), node, touched);
        }
      }
    }

    private void count(
        ElementCountConstraintAware schema, YangInstanceIdentifier path, int elements) {
      ElementCountConstraint limits = schema.getElementCountConstraint().orElse(null);
      if (limits == null) {
        return;
      }
      String name = path.getLastPathArgument().getNodeType().getLocalName();
      Integer min = limits.getMinElements();
      if (min != null && elements < min) {
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
        YangInstanceIdentifier path,
        MapNode list,
        @Nullable Touched touched) {
      for (UniqueEffectiveStatement unique : schema.getUniqueConstraints()) {
        unique(unique, path, list);
      }
      if (touched == null) {
        for (MapEntryNode entry : list.body()) {
          container(schema, path.node(entry.name()), entry, null);
        }
      } else {
        for (Map.Entry<PathArgument, Touched> below : touched.children().entrySet()) {
          if (Differences.child(list, below.getKey()) instanceof MapEntryNode entry) {
            Touched deeper = below.getValue().whole() ? null : below.getValue();
            container(schema, path.node(entry.name()), entry, deeper);
          }
        }
      }
    }

    private void unique(
        UniqueEffectiveStatement unique, YangInstanceIdentifier path, MapNode list) {
      Collection<SchemaNodeIdentifier.Descendant> leaves = unique.argument();
      Map<List<Object>, MapEntryNode> known = new HashMap<>();
      for (MapEntryNode entry : list.body()) {
        Map<SchemaNodeIdentifier.Descendant, Object> values = new LinkedHashMap<>();
        for (SchemaNodeIdentifier.Descendant leaf : leaves) {
          NormalizedNode node = entry;
          for (QName step : leaf.getNodeIdentifiers()) {
            node = node == null ? null : Differences.child(node, new NodeIdentifier(step));
          }
          if (node instanceof LeafNode<?> value) {
            values.put(leaf, value.body());
          }
        }
        // Entries that lack one of the leaves are not compared (RFC 7950 section 7.8.3).
        if (values.size() == leaves.size()) {
          MapEntryNode other = known.putIfAbsent(List.copyOf(values.values()), entry);
          if (other != null) {
            errors.add(
                RpcError.application(
                        ErrorTag.OPERATION_FAILED,
                        "entries %s and %s have the same %s"
                            .formatted(
                                other.name().values(),
                                entry.name().values(),
                                leaves.stream().map(Validator::names).toList()))
                    .withAppTag("data-not-unique")
                    .withPath(path.node(entry.name())));
          }
        }
      }
    }
  }

  private static String names(SchemaNodeIdentifier.Descendant leaf) {
    return String.join("/", leaf.getNodeIdentifiers().stream().map(QName::getLocalName).toList());
  }

  private static String name(DataSchemaNode node) {
    return node.getQName().getLocalName();
  }
}
