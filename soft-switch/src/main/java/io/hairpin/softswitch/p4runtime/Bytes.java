package io.hairpin.softswitch.p4runtime;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.math.BigInteger;

/** Bytestrings: unsigned numbers, big-endian, the shortest form canonical (P4Runtime 8.4). */
final class Bytes {
  private Bytes() {}

  /**
   * Reads a number.
   *
   * @throws Refusal OUT_OF_RANGE where it is empty or wider than it may be
   */
  static BigInteger decode(ByteString bytes, int width, String what) {
    if (bytes.isEmpty()) {
      throw new Refusal(
          Status.Code.OUT_OF_RANGE, "%s: empty; a number of %d bits is wanted", what, width);
    }
    BigInteger value;
    if (bytes.size() <= Long.BYTES - 1) {
      long small = 0;
      for (int i = 0; i < bytes.size(); i++) {
        small = (small << Byte.SIZE) | (bytes.byteAt(i) & 0xff);
      }
      value = BigInteger.valueOf(small);
    } else {
      value = new BigInteger(1, bytes.toByteArray());
    }
    if (value.bitLength() > width) {
      throw new Refusal(
          Status.Code.OUT_OF_RANGE, "%s: 0x%x is wider than %d bits", what, value, width);
    }
    return value;
  }

  static ByteString encode(BigInteger value) {
    byte[] bytes = value.toByteArray();
    return bytes.length > 1 && bytes[0] == 0
        ? ByteString.copyFrom(bytes, 1, bytes.length - 1)
        : ByteString.copyFrom(bytes);
  }

  /**
   * Reads a number in two's complement.
   *
   * @return its lowest bits, as many as its width, as an unsigned number
   * @throws Refusal OUT_OF_RANGE where it is empty or wider than it may be
   */
  static BigInteger decodeSigned(ByteString bytes, int width, String what) {
    if (bytes.isEmpty()) {
      throw new Refusal(
          Status.Code.OUT_OF_RANGE, "%s: empty; a number of %d bits is wanted", what, width);
    }
    var value = new BigInteger(bytes.toByteArray());
    if (value.bitLength() >= width) {
      throw new Refusal(
          Status.Code.OUT_OF_RANGE, "%s: %d is wider than %d bits", what, value, width);
    }
    return value.signum() < 0 ? value.add(BigInteger.ONE.shiftLeft(width)) : value;
  }

  /** Writes a number, given by its lowest bits, in two's complement. */
  static ByteString encodeSigned(BigInteger bits, int width) {
    BigInteger value =
        bits.testBit(width - 1) ? bits.subtract(BigInteger.ONE.shiftLeft(width)) : bits;
    return ByteString.copyFrom(value.toByteArray());
  }

  static ByteString canonical(ByteString bytes) {
    int zeros = 0;
    while (zeros < bytes.size() - 1 && bytes.byteAt(zeros) == 0) {
      zeros++;
    }
    return bytes.substring(zeros);
  }
}
