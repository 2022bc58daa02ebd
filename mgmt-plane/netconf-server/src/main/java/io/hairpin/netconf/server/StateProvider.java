package io.hairpin.netconf.server;

import java.util.Optional;
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
   * before the first session; where any provider of a top-level node cannot tell, its state can be
   * subscribed to periodically only.
   *
   * @param changed is to be called after every change that may be in what {@link #state} gives;
   *     from any thread, it returns at once
   * @return whether that will be done; false unless overridden
   */
  default boolean whenChanged(Runnable changed) {
    return false;
  }
}
