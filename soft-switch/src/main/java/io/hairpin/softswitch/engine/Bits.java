package io.hairpin.softswitch.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Big-endian loads and stores at any offset. */
final class Bits {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private Bits() {}

  static long get1(MemorySegment from, int offset) {
    return from.get(ValueLayout.JAVA_BYTE, offset) & 0xFFL;
  }

  static long get2(MemorySegment from, int offset) {
    return from.get(SHORT, offset) & 0xFFFFL;
  }

  static long get4(MemorySegment from, int offset) {
    return from.get(INT, offset) & 0xFFFFFFFFL;
  }

  static long get8(MemorySegment from, int offset) {
    return from.get(LONG, offset);
  }

  static void put1(long value, MemorySegment to, int offset) {
    to.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
  }

  static void put2(long value, MemorySegment to, int offset) {
    to.set(SHORT, offset, (short) value);
  }

  static void put4(long value, MemorySegment to, int offset) {
    to.set(INT, offset, (int) value);
  }

  static void put8(long value, MemorySegment to, int offset) {
    to.set(LONG, offset, value);
  }

  /** The lowest {@code width} bits set. */
  static long mask(int width) {
    return width >= 64 ? -1L : (1L << width) - 1;
  }
}
