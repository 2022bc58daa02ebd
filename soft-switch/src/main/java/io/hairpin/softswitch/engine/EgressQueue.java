package io.hairpin.softswitch.engine;

import org.jspecify.annotations.Nullable;

/** What packets wait in between ingress and egress. */
@FunctionalInterface
public interface EgressQueue {
  /**
   * Finds room for one packet; called on the thread that processes it.
   *
   * @param port its egress port, 0 to 65535
   * @param priority its priority, 0 to 7
   * @return what the packet is copied into before {@link WaitingPacket#enqueue} is called; null
   *     where it is dropped
   */
  @Nullable WaitingPacket room(int port, int priority);
}
