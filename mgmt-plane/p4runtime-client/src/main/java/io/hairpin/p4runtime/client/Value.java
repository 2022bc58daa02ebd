package io.hairpin.p4runtime.client;

import com.google.protobuf.ByteString;
import java.math.BigInteger;

/**
 * An unsigned number of any width, in P4Runtime's canonical form: big-endian in as few bytes as
 * hold it, and at least one (P4Runtime specification, section Bytestrings). Two values are equal
 * where their numbers are, however many bytes they were written with.
 *
 * @param bytes the canonical bytes
 */
public record Value(ByteString bytes) implements Comparable<Value> {

  /**
   * Makes the bytes canonical.
   *
   * @throws IllegalArgumentException if there are no bytes
   */
  public Value {
    if (bytes.isEmpty()) {
      throw new IllegalArgumentException("A value has at least one byte");
    }
    int zeros = 0;
    while (zeros < bytes.size() - 1 && bytes.byteAt(zeros) == 0) {
      zeros++;
    }
    bytes = bytes.substring(zeros);
  }

  /**
   * The value of a number.
   *
   * @param number taken as unsigned
   * @return the value
   */
  public static Value of(long number) {
    byte[] bytes = new byte[Long.BYTES];
    for (int i = 0; i < Long.BYTES; i++) {
      bytes[i] = (byte) (number >>> (Long.SIZE - Byte.SIZE * (i + 1)));
    }
    return of(bytes);
  }

  /**
   * The value of bytes, such as an address.
   *
   * @param bytes big-endian, at least one
   * @return the value
   * @throws IllegalArgumentException if there are no bytes
   */
  public static Value of(byte[] bytes) {
    return new Value(ByteString.copyFrom(bytes));
  }

  static Value of(BigInteger number) {
    return of(number.toByteArray());
  }

  BigInteger number() {
    return new BigInteger(1, bytes.toByteArray());
  }

  /**
   * The number.
   *
   * @return the number, unsigned
   * @throws ArithmeticException if it has more than 64 bits
   */
  public long toLong() {
    if (bytes.size() > Long.BYTES) {
      throw new ArithmeticException(this + " has more than 64 bits");
    }
    long number = 0;
    for (byte next : bytes) {
      number = number << Byte.SIZE | Byte.toUnsignedLong(next);
    }
    return number;
  }

  /**
   * The number in a fixed count of bytes, such as an address.
   *
   * @param length the count of bytes
   * @return the bytes, big-endian
   * @throws ArithmeticException if it does not fit
   */
  public byte[] toBytes(int length) {
    if (bitLength() > length * Byte.SIZE) {
      throw new ArithmeticException(this + " has more than " + length + " bytes");
    }
    byte[] padded = new byte[length];
    if (length > 0) {
      bytes.copyTo(padded, length - bytes.size());
    }
    return padded;
  }

  /**
   * The bits that the number needs.
   *
   * @return 0 for the number 0
   */
  public int bitLength() {
    return bytes.size() * Byte.SIZE
        - (Integer.numberOfLeadingZeros(Byte.toUnsignedInt(bytes.byteAt(0))) - 24);
  }

  @Override
  public int compareTo(Value other) {
    int byLength = Integer.compare(bytes.size(), other.bytes.size());
    return byLength != 0
        ? byLength
        : ByteString.unsignedLexicographicalComparator().compare(bytes, other.bytes);
  }

  @Override
  public String toString() {
    return "0x" + number().toString(16);
  }
}
