package io.hairpin.netconf.server;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerChild;

/**
 * Contributes state ({@code config false}) data below one top-level node. It is merged over the
 * running configuration, list entries by their keys, so the lists on the way to a state node carry
 * their key leaves. Asked for every {@code <get>} that may select the node, from several threads at
 * once.
 */
@FunctionalInterface
public interface StateProvider {
  /**
   * Reads the present state.
   *
   * @return the top-level node with the state below it, or empty if there is none
   */
  Optional<? extends DataContainerChild> state();

  /**
   * Asks to be told when the state has changed, for subscriptions on change (RFC 8641). Asked once,
   * before the first session. What not all providers of a top-level node tell can be subscribed to
   * periodically only.
   *
   * @param changed is to be called after every change that may be in what {@link #state} gives of
   *     these nodes, also of configuration that stands above them; from any thread, it returns at
   *     once
   * @return the nodes of which that will be done, each with all below it, by the names on the way
   *     from the top-level node, which is the first, without choices; none unless overridden
   */
  default Set<List<QName>> whenChanged(Runnable changed) {
    return Set.of();
  }
}
