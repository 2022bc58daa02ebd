package io.hairpin.p4runtime.client;

/**
 * What a client is elected by: the highest is primary. An unsigned number of 128 bits.
 *
 * @param high the higher 64 bits, unsigned
 * @param low the lower 64 bits, unsigned
 */
public record ElectionId(long high, long low) implements Comparable<ElectionId> {

  /**
   * An election id of 64 bits.
   *
   * @param low the number, unsigned; not 0, which can never be primary
   * @return the election id
   */
  public static ElectionId of(long low) {
    return new ElectionId(0, low);
  }

  @Override
  public int compareTo(ElectionId other) {
    int byHigh = Long.compareUnsigned(high, other.high);
    return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
  }
}
