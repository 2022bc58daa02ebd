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
    var value = new BigInteger(1, bytes.toByteArray());
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

  static ByteString canonical(ByteString bytes) {
    int zeros = 0;
    while (zeros < bytes.size() - 1 && bytes.byteAt(zeros) == 0) {
      zeros++;
    }
    return bytes.substring(zeros);
  }
}
