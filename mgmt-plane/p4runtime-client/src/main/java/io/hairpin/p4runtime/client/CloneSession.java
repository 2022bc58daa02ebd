package io.hairpin.p4runtime.client;

import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * A clone session of the packet replication engine.
 *
 * @param id the session, 1 to 2^31-1 (bmv2: to 32767)
 * @param replicas the copies
 * @param classOfService the class of service of the copies; bmv2 knows only 0
 * @param packetLength the bytes after which a copy is cut; 0 for never
 */
public record CloneSession(int id, Set<Replica> replicas, int classOfService, int packetLength)
    implements Entity {

  /**
   * Copies the replicas.
   *
   * @throws IllegalArgumentException if the id is not positive or another number is negative
   */
  public CloneSession {
    if (id < 1 || classOfService < 0 || packetLength < 0) {
      throw new IllegalArgumentException(
          "Clone session %d (class %d, length %d): the id is above 0, the others not below"
              .formatted(id, classOfService, packetLength));
    }
    replicas = Collections.unmodifiableSet(new TreeSet<>(replicas));
  }

  @Override
  public Kind kind() {
    return Kind.CLONE_SESSION;
  }

  @Override
  public CloneSession key() {
    return new CloneSession(id, Set.of(), 0, 0);
  }
}
