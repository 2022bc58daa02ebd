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
  private static final int LAST_CLASS = 7;

  private final Links links;

  // Indexed by id, published whole: packets read without a lock.
  private volatile @Nullable Group[] groups = {};
  private volatile @Nullable CloneSession[] sessions = {};

  /**
   * One copy of a frame.
   *
   * @param port where it goes, 0 to 511
   * @param instance what {@code egress_rid} is for it, 0 to 65535
   * @param backups what takes its place while its link is down: the first whose link works; where
   *     there is none, there is no copy
   */
  public record Replica(int port, int instance, List<Replica> backups) {
    /**
     * Checks the numbers.
     *
     * @param port where it goes, 0 to 511
     * @param instance what {@code egress_rid} is for it, 0 to 65535
     * @param backups what takes its place while its link is down
     * @throws IllegalArgumentException where one is out of range
     */
    public Replica {
      check("replica's port", port, 0, LAST_PORT);
      check("replica's instance", instance, 0, LAST_ID);
      backups = List.copyOf(backups);
    }

    /**
     * A copy that nothing takes the place of: it is made whether or not the link works.
     *
     * @param port where it goes, 0 to 511
     * @param instance what {@code egress_rid} is for it, 0 to 65535
     * @throws IllegalArgumentException where one is out of range
     */
    public Replica(int port, int instance) {
      this(port, instance, List.of());
    }
  }

  /**
   * Where clones go.
   *
   * @param replicas the copies
   * @param packetLength clones are cut to so many bytes before egress; 0 keeps them whole
   * @param classOfService the clones' {@code priority}, 0 to 7
   */
  public record CloneSession(List<Replica> replicas, int packetLength, int classOfService) {
    /**
     * Keeps the replicas unmodifiable.
     *
     * @param replicas the copies
     * @param packetLength clones are cut to so many bytes before egress; 0 keeps them whole
     * @param classOfService the clones' {@code priority}, 0 to 7
     * @throws IllegalArgumentException where a number is out of range
     */
    public CloneSession {
      replicas = List.copyOf(replicas);
      check("clone session's packet length", packetLength, 0, Integer.MAX_VALUE);
      check("clone session's class of service", classOfService, 0, LAST_CLASS);
    }

    /**
     * A session whose clones are of class 0.
     *
     * @param replicas the copies
     * @param packetLength clones are cut to so many bytes before egress; 0 keeps them whole
     * @throws IllegalArgumentException where the length is negative
     */
    public CloneSession(List<Replica> replicas, int packetLength) {
      this(replicas, packetLength, 0);
    }
  }

  private record Group(List<Replica> replicas) {}

  /** An engine without groups and sessions, for ports whose links all work. */
  public Replication() {
    this(new Links());
  }

  /**
   * An engine without groups and sessions.
   *
   * @param links which ports' links work
   */
  public Replication(Links links) {
    this.links = links;
  }

  /**
   * Which ports' links work.
   *
   * @return what programs that use this engine go by
   */
  public Links links() {
    return links;
  }

  /** What is made of a replica now: itself, a backup, or nothing. */
  @Nullable Replica live(Replica replica) {
    List<Replica> backups = replica.backups();
    if (backups.isEmpty() || links.isUp(replica.port())) {
      return replica;
    }
    for (int i = 0; i < backups.size(); i++) {
      if (links.isUp(backups.get(i).port())) {
        return backups.get(i);
      }
    }
    return null;
  }

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
