package io.hairpin.softswitch.engine;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** A value set that a parser state selects by. Thread-safe; packets read it without a lock. */
public final class ValueSet {
  private final Source.ValueSetOf source;
  private volatile List<Member> members = List.of();
  // Values, then masks, in the order of the members.
  private volatile byte[][] bytes = {};

  /**
   * A member: what it matches has the value where the mask has ones.
   *
   * @param value the parts of the key side by side, the first on top; zero where the mask is
   * @param mask the bits that count
   */
  public record Member(BigInteger value, BigInteger mask) {}

  ValueSet(Source.ValueSetOf source) {
    this.source = source;
  }

  /**
   * The set's name in the program.
   *
   * @return the name
   */
  public String name() {
    return source.name();
  }

  /**
   * How wide its values are.
   *
   * @return the width of all parts of the key together, in bits
   */
  public int width() {
    return source.width();
  }

  /**
   * How many members fit.
   *
   * @return the program's size of the set
   */
  public int capacity() {
    return source.capacity();
  }

  /**
   * Reads the members.
   *
   * @return a snapshot
   */
  public List<Member> members() {
    return members;
  }

  /**
   * Replaces all members at once.
   *
   * @param next the new members
   * @throws TableException where they are too many, or one is invalid
   */
  public synchronized void replace(List<Member> next) {
    if (next.size() > capacity()) {
      throw new TableException(
          TableException.Reason.FULL,
          "value set " + name() + " holds " + capacity() + " members, not " + next.size());
    }
    List<byte[]> made = new ArrayList<>();
    for (Member m : next) {
      if (m.value().signum() < 0
          || m.mask().signum() < 0
          || m.mask().bitLength() > width()
          || !m.value().andNot(m.mask()).equals(BigInteger.ZERO)) {
        throw new TableException(
            TableException.Reason.INVALID,
            "value set "
                + name()
                + ": "
                + m
                + " does not fit "
                + width()
                + " bits, or has ones where its mask has zeros");
      }
      made.add(bytes(List.of(m.value()), List.of(width())));
      made.add(bytes(List.of(m.mask()), List.of(width())));
    }
    members = List.copyOf(next);
    bytes = made.toArray(byte[][]::new);
  }

  /** Numbers side by side in whole bytes, zeros behind them. */
  static byte[] bytes(List<BigInteger> values, List<Integer> widths) {
    BigInteger all = BigInteger.ZERO;
    int width = 0;
    for (int i = 0; i < values.size(); i++) {
      all = all.shiftLeft(widths.get(i)).or(values.get(i));
      width += widths.get(i);
    }
    int length = (width + 7) / 8;
    all = all.shiftLeft(length * 8 - width);
    var result = new byte[length];
    for (int i = 0; i < length; i++) {
      result[i] = all.shiftRight((length - 1 - i) * 8).byteValue();
    }
    return result;
  }

  boolean contains(byte[] key, int length, byte[] mask) {
    byte[][] all = bytes;
    for (int i = 0; i < all.length; i += 2) {
      if (matches(key, length, mask, all[i], all[i + 1])) {
        return true;
      }
    }
    return false;
  }

  private static boolean matches(byte[] key, int length, byte[] mask, byte[] value, byte[] ones) {
    for (int i = 0; i < length; i++) {
      if (((key[i] ^ value[i]) & mask[i] & ones[i]) != 0) {
        return false;
      }
    }
    return true;
  }
}
