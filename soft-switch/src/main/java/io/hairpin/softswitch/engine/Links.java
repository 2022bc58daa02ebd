package io.hairpin.softswitch.engine;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Which ports' links work, for what programs send past a port that is down: members of groups that
 * watch a port, and replicas that have backups. All work until told otherwise. Thread-safe.
 */
public final class Links {
  private static final int PORTS = 512;

  private final AtomicLongArray down = new AtomicLongArray(PORTS / Long.SIZE);

  /** Links that all work. */
  public Links() {}

  /**
   * Says whether a port's link works.
   *
   * @param port the port, 0 to 511
   * @param up whether it works
   * @return whether that is news
   */
  public boolean set(int port, boolean up) {
    long bit = 1L << port;
    int word = port / Long.SIZE;
    long before =
        up ? down.getAndUpdate(word, w -> w & ~bit) : down.getAndUpdate(word, w -> w | bit);
    return (before & bit) == 0 != up;
  }

  /**
   * Tells whether a port's link works.
   *
   * @param port the port
   * @return false where it is known to be down
   */
  public boolean isUp(int port) {
    return port < 0 || port >= PORTS || (down.get(port / Long.SIZE) & 1L << port) == 0;
  }
}
