package io.hairpin.softswitch.engine;

/** bmv2's checksums and hashes, over whole bytes. */
final class Hash {
  private static final long[] CRC16 = table(16, 0x8005);
  private static final long[] CRC32 = table(32, 0x04C11DB7);
  private static final long[] CCITT = table(16, 0x1021);

  private Hash() {}

  static long of(Source.Algorithm algorithm, byte[] data, int length) {
    return switch (algorithm) {
      case CSUM16 -> checksum(data, length);
      case XOR16 -> words(data, length, true);
      case CRC16 -> reflect(crc(CRC16, 16, true, 0, data, length), 16);
      case CRC32 -> reflect(crc(CRC32, 32, true, 0xFFFF_FFFFL, data, length), 32) ^ 0xFFFF_FFFFL;
      case CRC_CCITT -> crc(CCITT, 16, false, 0xFFFF, data, length);
      case IDENTITY -> identity(data, length);
    };
  }

  /** RFC 1071: the ones' complement of the ones' complement sum; an odd byte is a high byte. */
  private static long checksum(byte[] data, int length) {
    long sum = words(data, length, false);
    while (sum >>> 16 != 0) {
      sum = (sum & 0xFFFF) + (sum >>> 16);
    }
    return ~sum & 0xFFFF;
  }

  private static long words(byte[] data, int length, boolean xor) {
    long sum = 0;
    for (int i = 0; i < length; i += 2) {
      int word = ((data[i] & 0xFF) << 8) | (i + 1 < length ? data[i + 1] & 0xFF : 0);
      sum = xor ? (sum ^ word) : (sum + word);
    }
    return sum;
  }

  /** The first eight bytes as a number. */
  private static long identity(byte[] data, int length) {
    long value = 0;
    for (int i = 0; i < Math.min(8, length); i++) {
      value = (value << 8) | (data[i] & 0xFF);
    }
    return value;
  }

  private static long[] table(int width, long polynomial) {
    long[] table = new long[256];
    long mask = Bits.mask(width);
    for (int i = 0; i < 256; i++) {
      long remainder = (long) i << (width - 8);
      for (int bit = 0; bit < 8; bit++) {
        boolean carry = ((remainder >>> (width - 1)) & 1) != 0;
        remainder = ((remainder << 1) ^ (carry ? polynomial : 0)) & mask;
      }
      table[i] = remainder;
    }
    return table;
  }

  private static long crc(
      long[] table, int width, boolean reflected, long start, byte[] data, int length) {
    long remainder = start;
    long mask = Bits.mask(width);
    for (int i = 0; i < length; i++) {
      int in = data[i] & 0xFF;
      int value = reflected ? Integer.reverse(in) >>> 24 : in;
      remainder = (table[value ^ (int) (remainder >>> (width - 8))] ^ (remainder << 8)) & mask;
    }
    return remainder;
  }

  private static long reflect(long value, int width) {
    return Long.reverse(value) >>> (64 - width);
  }
}
