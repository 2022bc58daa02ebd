package io.hairpin.softswitch.engine;

import java.math.BigInteger;

/** Numbers that no long holds: the way between words and big integers. */
final class Wide {
  private static final BigInteger WORD = BigInteger.ONE.shiftLeft(64);

  private Wide() {}

  static BigInteger mask(int width) {
    return BigInteger.ONE.shiftLeft(width).subtract(BigInteger.ONE);
  }

  static BigInteger unsigned(long value) {
    BigInteger big = BigInteger.valueOf(value);
    return value < 0 ? big.add(WORD) : big;
  }

  /** The number in the words, the least significant first. */
  static BigInteger load(long[] words, int from, int count) {
    BigInteger value = BigInteger.ZERO;
    for (int i = count - 1; i >= 0; i--) {
      value = value.shiftLeft(64).or(unsigned(words[from + i]));
    }
    return value;
  }

  static BigInteger loadSigned(long[] words, int from, int count, int width) {
    return wrap(load(words, from, count), width);
  }

  /** Stores the lowest bits of a number. */
  static void store(BigInteger value, long[] words, int from, int width) {
    BigInteger rest = value.and(mask(width));
    for (int i = 0; i < Layout.Field.words(width); i++) {
      words[from + i] = rest.longValue();
      rest = rest.shiftRight(64);
    }
  }

  /** The number in two's complement of a width that is equal modulo two to the width. */
  static BigInteger wrap(BigInteger value, int width) {
    BigInteger low = value.and(mask(width));
    return low.testBit(width - 1) ? low.subtract(BigInteger.ONE.shiftLeft(width)) : low;
  }

  static BigInteger clamp(BigInteger value, BigInteger low, BigInteger high) {
    return value.max(low).min(high);
  }

  /** A shift that keeps {@code bits} bits: what is beyond them nobody looks at. */
  static BigInteger shiftLeft(BigInteger value, long count, int bits) {
    return count < 0 || count >= bits ? BigInteger.ZERO : value.shiftLeft((int) count);
  }

  static BigInteger shiftRight(BigInteger value, long count) {
    return value.shiftRight((int) Math.min(count < 0 ? Long.MAX_VALUE : count, 1 << 20));
  }

  static BigInteger divide(BigInteger left, BigInteger right) {
    return right.signum() == 0 ? BigInteger.ZERO : left.divide(right);
  }

  static BigInteger remainder(BigInteger left, BigInteger right) {
    return right.signum() == 0 ? BigInteger.ZERO : left.remainder(right);
  }

  static BigInteger bool(boolean value) {
    return value ? BigInteger.ONE : BigInteger.ZERO;
  }

  static long shiftLeft(long value, long count) {
    return count < 0 || count > 63 ? 0 : value << count;
  }

  static long shiftRight(long value, long count) {
    return value >> (count < 0 || count > 63 ? 63 : count);
  }

  static long shiftRightUnsigned(long value, long count) {
    return count < 0 || count > 63 ? 0 : value >>> count;
  }

  static long divide(long left, long right) {
    return right == 0 ? 0 : left / right;
  }

  static long remainder(long left, long right) {
    return right == 0 ? 0 : left % right;
  }

  static long divideUnsigned(long left, long right) {
    return right == 0 ? 0 : Long.divideUnsigned(left, right);
  }

  static long remainderUnsigned(long left, long right) {
    return right == 0 ? 0 : Long.remainderUnsigned(left, right);
  }

  static long minUnsigned(long left, long right) {
    return Long.compareUnsigned(left, right) < 0 ? left : right;
  }
}
