package io.hairpin.softswitch.p4runtime;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.math.BigInteger;

/**
 * How the values of a match field, a parameter or a piece of metadata look to clients, and the
 * numbers that the program has for them. Thread-safe.
 */
abstract sealed class Codec {
  /** What the values are of, for messages. */
  final String what;

  private Codec(String what) {
    this.what = what;
  }

  /**
   * The program's number.
   *
   * @throws Refusal where the bytes stand for none
   */
  abstract BigInteger decode(ByteString bytes);

  /** What clients see of a number. */
  abstract ByteString encode(BigInteger value);

  /** How many bits the numbers of clients have; 0 where they see names. */
  abstract int width();

  /** Numbers, which clients may write with another width than the program does. */
  static final class Numbers extends Codec {
    private final int clients;
    private final int programs;

    Numbers(String what, int clients, int programs) {
      super(what);
      this.clients = clients;
      this.programs = programs;
    }

    @Override
    BigInteger decode(ByteString bytes) {
      BigInteger value = Bytes.decode(bytes, clients, what);
      if (value.bitLength() > programs) {
        throw new Refusal(
            Status.Code.OUT_OF_RANGE,
            "%s: 0x%x is wider than the %d bits that the program has for it",
            what,
            value,
            programs);
      }
      return value;
    }

    @Override
    ByteString encode(BigInteger value) {
      return Bytes.encode(value);
    }

    @Override
    int width() {
      return clients;
    }
  }

  /** Names. */
  static final class Named extends Codec {
    private final Names names;
    private final int programs;

    Named(String what, Names names, int programs) {
      super(what);
      this.names = names;
      this.programs = programs;
    }

    @Override
    BigInteger decode(ByteString bytes) {
      if (bytes.isEmpty() || !bytes.isValidUtf8()) {
        throw new Refusal(Status.Code.OUT_OF_RANGE, "%s: empty, or not UTF-8", what);
      }
      return names.number(bytes.toStringUtf8(), programs, what);
    }

    @Override
    ByteString encode(BigInteger value) {
      return ByteString.copyFromUtf8(names.name(value));
    }

    @Override
    int width() {
      return 0;
    }
  }
}
