package io.hairpin.softswitch.engine;

import java.math.BigInteger;

/** One field of an entry's key. Values are unsigned and fit the field's width. */
public sealed interface Match {
  /**
   * The field has this value.
   *
   * @param value the value
   */
  record Exact(BigInteger value) implements Match {}

  /**
   * The field begins with these bits.
   *
   * @param value the value, zero below the prefix
   * @param prefixLength how many leading bits count, 0 to the field's width
   */
  record Lpm(BigInteger value, int prefixLength) implements Match {}

  /**
   * The field has this value where the mask has ones.
   *
   * @param value the value, zero where the mask is
   * @param mask the bits that count
   */
  record Ternary(BigInteger value, BigInteger mask) implements Match {}

  /**
   * The field lies between two bounds.
   *
   * @param low the lowest value
   * @param high the highest value
   */
  record Range(BigInteger low, BigInteger high) implements Match {}

  /** The field may have any value: for ternary, LPM, range and optional fields. */
  record Any() implements Match {}
}
