package io.hairpin.netconf.server;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.api.schema.ChoiceNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerChild;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.UnkeyedListEntryNode;
import org.opendaylight.yangtools.yang.data.spi.node.ImmutableNodes;

/** The children of a container, list entry or choice while an edit changes them. */
final class Draft {
  private final Map<NodeIdentifier, DataContainerChild> children = new LinkedHashMap<>();
  private final Map<NodeIdentifier, Draft> choices = new LinkedHashMap<>();
  private final Map<NodeIdentifier, Entries> entries = new LinkedHashMap<>();
  private final Map<NodeIdentifier, List<UnkeyedListEntryNode>> keyless = new LinkedHashMap<>();
  private final Set<NodeIdentifier> seen = new HashSet<>();
  private @Nullable QName chosen;

  Draft(@Nullable DataContainerNode base) {
    if (base != null) {
      base.body().forEach(child -> children.put(child.name(), child));
    }
  }

  /** Notes that the edit names a node; false if it has done so before. */
  boolean see(NodeIdentifier id) {
    return seen.add(id);
  }

  @Nullable DataContainerChild get(Definition definition) {
    return holder(definition).children.get(definition.id);
  }

  void put(Definition definition, DataContainerChild node) {
    holder(definition).children.put(definition.id, node);
  }

  void remove(Definition definition) {
    holder(definition).children.remove(definition.id);
  }

  Entries entries(Definition definition) {
    Draft holder = holder(definition);
    return holder.entries.computeIfAbsent(
        definition.id, id -> new Entries(definition, holder.children.get(id)));
  }

  /** Adds an entry to a list without keys. */
  void add(Definition definition, UnkeyedListEntryNode entry) {
    holder(definition).keyless.computeIfAbsent(definition.id, id -> new ArrayList<>()).add(entry);
  }

  private Draft holder(Definition definition) {
    Draft holder = this;
    for (Definition.Branch branch : definition.branches) {
      holder = holder.holderOf(branch);
    }
    return holder;
  }

  /**
   * Chooses the cases that lead to a node and removes the nodes of the others.
   *
   * @return null, or the case that the same edit has chosen before
   */
  @Nullable QName choose(Definition definition, Touched touched) {
    Draft holder = this;
    Touched at = touched;
    for (Definition.Branch branch : definition.branches) {
      holder = holder.holderOf(branch);
      at = at.at(branch.choice().id());
      if (holder.chosen != null && !holder.chosen.equals(branch.choiceCase())) {
        return holder.chosen;
      }
      holder.chosen = branch.choiceCase();
      Map<QName, QName> cases = branch.choice().cases();
      for (NodeIdentifier id : Set.copyOf(holder.children.keySet())) {
        if (!branch.choiceCase().equals(cases.get(id.getNodeType()))) {
          holder.children.remove(id);
          holder.choices.remove(id);
          holder.entries.remove(id);
          holder.keyless.remove(id);
          at.at(id).mark();
        }
      }
    }
    return null;
  }

  private Draft holderOf(Definition.Branch branch) {
    return choices.computeIfAbsent(
        branch.choice().id(), id -> new Draft(children.get(id) instanceof ChoiceNode c ? c : null));
  }

  /** The children as the edit leaves them. */
  Collection<DataContainerChild> finish() {
    for (Map.Entry<NodeIdentifier, Entries> list : entries.entrySet()) {
      replace(list.getKey(), list.getValue().build());
    }
    keyless.forEach(
        (id, added) -> {
          var list = ImmutableNodes.newUnkeyedListBuilder().withNodeIdentifier(id);
          added.forEach(list::withChild);
          children.put(id, list.build());
        });
    for (Map.Entry<NodeIdentifier, Draft> choice : choices.entrySet()) {
      Collection<DataContainerChild> below = choice.getValue().finish();
      ChoiceNode node = null;
      if (!below.isEmpty()) {
        var builder = ImmutableNodes.newChoiceBuilder().withNodeIdentifier(choice.getKey());
        below.forEach(builder::withChild);
        node = builder.build();
      }
      replace(choice.getKey(), node);
    }
    return children.values();
  }

  private void replace(NodeIdentifier id, @Nullable DataContainerChild node) {
    if (node == null) {
      children.remove(id);
    } else {
      children.put(id, node);
    }
  }

  /** Where the steps of a path to a node lead: through the choices to its own place. */
  static Touched touch(Touched touched, Definition definition) {
    Touched at = touched;
    for (Definition.Branch branch : definition.branches) {
      at = at.at(branch.choice().id());
    }
    return at.at(definition.id);
  }
}
