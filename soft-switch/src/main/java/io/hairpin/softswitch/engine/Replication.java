package io.hairpin.softswitch.engine;

import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The packet replication engine: multicast groups and clone sessions. It outlives programs. Control
 * threads write while packets flow; a packet sees a group wholly before or wholly after a write.
 */
public final class Replication {
  private static final int LAST_ID = 65535;
  private static final int LAST_PORT = 511;

  // Indexed by id, published whole: packets read without a lock.
  private volatile @Nullable Group[] groups = {};
  private volatile @Nullable CloneSession[] sessions = {};

  /**
   * One copy of a frame.
   *
   * @param port where it goes, 0 to 511
   * @param instance what {@code egress_rid} is for it, 0 to 65535
   */
  public record Replica(int port, int instance) {
    /**
     * Checks the numbers.
     *
     * @param port where it goes, 0 to 511
     * @param instance what {@code egress_rid} is for it, 0 to 65535
     * @throws IllegalArgumentException where one is out of range
     */
    public Replica {
      check("replica's port", port, 0, LAST_PORT);
      check("replica's instance", instance, 0, LAST_ID);
    }
  }

  /**
   * Where clones go.
   *
   * @param replicas the copies
   * @param packetLength clones are cut to so many bytes before egress; 0 keeps them whole
   */
  public record CloneSession(List<Replica> replicas, int packetLength) {
    /**
     * Keeps the replicas unmodifiable.
     *
     * @param replicas the copies
     * @param packetLength clones are cut to so many bytes before egress; 0 keeps them whole
     * @throws IllegalArgumentException where the length is negative
     */
    public CloneSession {
      replicas = List.copyOf(replicas);
      check("clone session's packet length", packetLength, 0, Integer.MAX_VALUE);
    }
  }

  private record Group(List<Replica> replicas) {}

  /** An engine without groups and sessions. */
  public Replication() {}

  /**
   * Makes or replaces a multicast group.
   *
   * @param id 1 to 65535
   * @param replicas the copies
   * @throws IllegalArgumentException where the id is out of range
   */
  public synchronized void putGroup(int id, List<Replica> replicas) {
    check("multicast group", id, 1, LAST_ID);
    @Nullable Group[] next = Arrays.copyOf(groups, Math.max(groups.length, id + 1));
    next[id] = new Group(List.copyOf(replicas));
    groups = next;
  }

  /**
   * Removes a multicast group; packets sent to it are dropped.
   *
   * @param id the group
   * @return whether there was one
   */
  public synchronized boolean removeGroup(int id) {
    if (group(id) == null) {
      return false;
    }
    @Nullable Group[] next = groups.clone();
    next[id] = null;
    groups = next;
    return true;
  }

  /**
   * Reads a multicast group.
   *
   * @param id the group
   * @return its replicas, or null where there is no such group
   */
  public @Nullable List<Replica> group(int id) {
    @Nullable Group[] all = groups;
    Group group = id >= 0 && id < all.length ? all[id] : null;
    return group == null ? null : group.replicas;
  }

  /**
   * Reads all multicast groups.
   *
   * @return a snapshot in the order of their ids
   */
  public SortedMap<Integer, List<Replica>> groups() {
    var found = new TreeMap<Integer, List<Replica>>();
    @Nullable Group[] all = groups;
    for (int id = 0; id < all.length; id++) {
      Group group = all[id];
      if (group != null) {
        found.put(id, group.replicas);
      }
    }
    return found;
  }

  /**
   * Makes or replaces a clone session.
   *
   * @param id 0 to 32767
   * @param session where clones go
   * @throws IllegalArgumentException where the id is out of range
   */
  public synchronized void putSession(int id, CloneSession session) {
    check("clone session", id, 0, 32767);
    @Nullable CloneSession[] next = Arrays.copyOf(sessions, Math.max(sessions.length, id + 1));
    next[id] = session;
    sessions = next;
  }

  /**
   * Removes a clone session; clones sent to it are dropped.
   *
   * @param id the session
   * @return whether there was one
   */
  public synchronized boolean removeSession(int id) {
    if (session(id) == null) {
      return false;
    }
    @Nullable CloneSession[] next = sessions.clone();
    next[id] = null;
    sessions = next;
    return true;
  }

  /**
   * Reads a clone session.
   *
   * @param id the session
   * @return the session, or null where there is no such session
   */
  public @Nullable CloneSession session(int id) {
    @Nullable CloneSession[] all = sessions;
    return id >= 0 && id < all.length ? all[id] : null;
  }

  /**
   * Reads all clone sessions.
   *
   * @return a snapshot in the order of their ids
   */
  public SortedMap<Integer, CloneSession> sessions() {
    var found = new TreeMap<Integer, CloneSession>();
    @Nullable CloneSession[] all = sessions;
    for (int id = 0; id < all.length; id++) {
      CloneSession session = all[id];
      if (session != null) {
        found.put(id, session);
      }
    }
    return found;
  }

  private static void check(String what, int value, int low, int high) {
    if (value < low || value > high) {
      throw new IllegalArgumentException(
          what + " " + value + " is not between " + low + " and " + high);
    }
  }
}
