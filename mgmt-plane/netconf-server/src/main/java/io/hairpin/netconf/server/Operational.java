package io.hairpin.netconf.server;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerChild;

/** Running with the state data over it, as {@code <get>} shows it; thread-safe. */
final class Operational {
  private final Datastores datastores;
  private final Map<QName, List<StateProvider>> states;

  Operational(Datastores datastores, Map<QName, List<StateProvider>> states) {
    this.datastores = datastores;
    this.states = states;
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
}
