package io.hairpin.p4runtime.client;

/**
 * One copy that replication makes.
 *
 * @param port the egress port, 1 to 2^32-1; bmv2 refuses 0
 * @param instance tells the copies of one port apart, 0 to 2^32-1
 */
public record Replica(long port, long instance) implements Comparable<Replica> {
  private static final long MAX = 0xffff_ffffL;

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if one is outside
   */
  public Replica {
    if (port < 1 || port > MAX) {
      throw new IllegalArgumentException("Replica port " + port + " is not in 1.." + MAX);
    }
    if (instance < 0 || instance > MAX) {
      throw new IllegalArgumentException("Replica instance " + instance + " is not in 0.." + MAX);
    }
  }

  @Override
  public int compareTo(Replica other) {
    int byPort = Long.compare(port, other.port);
    return byPort != 0 ? byPort : Long.compare(instance, other.instance);
  }
}
