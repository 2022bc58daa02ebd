package io.hairpin.netconf.server;

import com.google.common.collect.Sets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerChild;

/** Running with the state data over it, as {@code <get>} shows it; thread-safe once complete. */
final class Operational {
  private final Definition root;
  private final Datastores datastores;
  private final Map<Definition, List<StateProvider>> states = new LinkedHashMap<>();

  /** Of each top-level node with state, what all its providers tell the changes of. */
  private final Map<Definition, Set<Definition>> told = new LinkedHashMap<>();

  private final Set<Runnable> followers = ConcurrentHashMap.newKeySet();

  Operational(Definition root, Datastores datastores) {
    this.root = root;
    this.datastores = datastores;
  }

  /** Adds state below a top-level node; before the first session. */
  void add(QName top, StateProvider provider) {
    Definition at = definition(List.of(top));
    states.computeIfAbsent(at, key -> new ArrayList<>()).add(provider);
    Set<Definition> tells = new HashSet<>();
    for (List<QName> way : provider.whenChanged(() -> followers.forEach(Runnable::run))) {
      tells.add(definition(way));
    }
    told.merge(at, tells, Sets::intersection);
  }

  private Definition definition(List<QName> way) {
    Definition at = root;
    for (QName name : way) {
      Definition below = at.child(name);
      if (below == null) {
        throw new IllegalArgumentException("%s leads to no node of the schema".formatted(way));
      }
      at = below;
    }
    return at;
  }

  void addAll(Map<QName, StateProvider> providers) {
    providers.forEach(this::add);
  }

  /**
   * Reads the present data.
   *
   * @param wanted the top-level nodes whose state is of interest; that of others may be missing
   */
  ContainerNode read(Predicate<Definition> wanted) {
    ContainerNode data = datastores.read(Datastores.Name.RUNNING, Actor.SERVER);
    for (Map.Entry<Definition, List<StateProvider>> state : states.entrySet()) {
      if (wanted.test(state.getKey())) {
        for (StateProvider provider : state.getValue()) {
          DataContainerChild above = provider.state().orElse(null);
          data = above == null ? data : Overlay.over(data, above);
        }
      }
    }
    return data;
  }

  /** The nodes that a selection may touch and of which nobody tells the changes. */
  List<Definition> untold(Selection selection) {
    List<Definition> untold = new ArrayList<>();
    told.forEach(
        (top, tells) -> {
          if (!tells.isEmpty()) {
            untold(top, tells, selection, untold);
          } else if (selection.mayTouch(top)) {
            untold.add(top);
          }
        });
    return untold;
  }

  /** Configuration changes by commits, and where state stands below it, with that. */
  private static void untold(
      Definition at, Set<Definition> told, Selection selection, List<Definition> into) {
    if (told.contains(at) || !selection.mayTouch(at)) {
      return;
    }
    if (at.config || told.stream().anyMatch(node -> node.isWithin(at))) {
      at.all().forEach(child -> untold(child, told, selection, into));
    } else {
      into.add(at);
    }
  }

  /** Tells of every change of state from now on that can be told; what it does must not block. */
  void follow(Runnable follower) {
    followers.add(follower);
  }

  void leave(Runnable follower) {
    followers.remove(follower);
  }
}
