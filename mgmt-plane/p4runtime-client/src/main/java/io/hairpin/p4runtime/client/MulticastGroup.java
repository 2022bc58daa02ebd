package io.hairpin.p4runtime.client;

import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * A multicast group of the packet replication engine.
 *
 * @param id the group, 1 to 2^31-1 (bmv2: to 32767)
 * @param replicas the copies
 */
public record MulticastGroup(int id, Set<Replica> replicas) implements Entity {

  /**
   * Copies the replicas.
   *
   * @throws IllegalArgumentException if the id is not positive
   */
  public MulticastGroup {
    if (id < 1) {
      throw new IllegalArgumentException("Multicast group " + id + " is not above 0");
    }
    replicas = Collections.unmodifiableSet(new TreeSet<>(replicas));
  }

  @Override
  public Kind kind() {
    return Kind.MULTICAST_GROUP;
  }

  @Override
  public MulticastGroup key() {
    return new MulticastGroup(id, Set.of());
  }
}
