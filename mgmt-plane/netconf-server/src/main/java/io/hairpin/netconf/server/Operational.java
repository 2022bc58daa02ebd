package io.hairpin.netconf.server;

import java.util.ArrayList;
import java.util.HashMap;
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
  private final Datastores datastores;
  private final Map<QName, List<StateProvider>> states = new LinkedHashMap<>();

  /** Of each top-level node, whether all its providers tell when their state changes. */
  private final Map<QName, Boolean> told = new HashMap<>();

  private final Set<Runnable> followers = ConcurrentHashMap.newKeySet();

  Operational(Datastores datastores) {
    this.datastores = datastores;
  }

  /** Adds state below a top-level node; before the first session. */
  void add(QName root, StateProvider provider) {
    states.computeIfAbsent(root, key -> new ArrayList<>()).add(provider);
    told.merge(
        root, provider.whenChanged(() -> followers.forEach(Runnable::run)), Boolean::logicalAnd);
  }

  void addAll(Map<QName, StateProvider> providers) {
    providers.forEach(this::add);
  }

  /**
   * Reads the present data.
   *
   * @param wanted the top-level nodes whose state is of interest; that of others may be missing
   */
  ContainerNode read(Predicate<QName> wanted) {
    ContainerNode data = datastores.read(Datastores.Name.RUNNING, Actor.SERVER);
    for (Map.Entry<QName, List<StateProvider>> state : states.entrySet()) {
      if (wanted.test(state.getKey())) {
        for (StateProvider provider : state.getValue()) {
          DataContainerChild above = provider.state().orElse(null);
          data = above == null ? data : Overlay.over(data, above);
        }
      }
    }
    return data;
  }

  /** The top-level nodes of which nobody tells when their state changes. */
  List<QName> untold(Predicate<QName> wanted) {
    return told.entrySet().stream()
        .filter(each -> !each.getValue())
        .map(Map.Entry::getKey)
        .filter(wanted)
        .sorted()
        .toList();
  }

  /** Tells of every change of state from now on that can be told; what it does must not block. */
  void follow(Runnable follower) {
    followers.add(follower);
  }

  void leave(Runnable follower) {
    followers.remove(follower);
  }
}
