package io.hairpin.softswitch.engine;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One of bmv2's checksums and hashes, over whole bytes. Thread-safe; packets read its parameters
 * without a lock.
 */
public final class Hash {
  private static final int MAX_REMEMBERED = 1 << 16;

  /**
   * The parameters of a CRC.
   *
   * @param polynomial the polynomial without its highest term
   * @param initial what the remainder begins with
   * @param xor what is added to the result
   * @param dataReflected whether each byte is taken from its lowest bit on
   * @param remainderReflected whether the remainder is turned round before it is added to
   */
  public record Crc(
      long polynomial, long initial, long xor, boolean dataReflected, boolean remainderReflected) {}

  /** A CRC's parameters with the remainders of all bytes. */
  private static final class Tabled {
    final Crc crc;
    final int width;
    final long[] table;

    Tabled(int width, Crc crc) {
      this.crc = crc;
      this.width = width;
      this.table = Hash.table(width, crc.polynomial);
    }
  }

  private final Source.Algorithm algorithm;
  private volatile @Nullable Tabled crc;
  // bmv2's key is zero until somebody sets it.
  private volatile int[] key = {0};
  private final AtomicLong turn = new AtomicLong();
  private final Map<ByteBuffer, Long> remembered = new ConcurrentHashMap<>();

  Hash(Source.Algorithm algorithm) {
    this.algorithm = algorithm;
    this.crc =
        switch (algorithm) {
          case CRC8 -> new Tabled(8, new Crc(0x07, 0, 0, false, false));
          case CRC16 -> new Tabled(16, new Crc(0x8005, 0, 0, true, true));
          case CRC_CCITT -> new Tabled(16, new Crc(0x1021, 0xFFFF, 0, false, false));
          case CRC32 -> new Tabled(32, new Crc(0x04C11DB7, 0xFFFF_FFFFL, 0xFFFF_FFFFL, true, true));
          case CRC64 -> new Tabled(64, new Crc(0x1B, 0, 0, true, true));
          default -> null;
        };
  }

  /** The same function, which goes on by itself. */
  Hash copy() {
    var copy = new Hash(algorithm);
    copy.crc = crc;
    copy.key = key;
    copy.turn.set(turn.get());
    copy.remembered.putAll(remembered);
    return copy;
  }

  /**
   * Sets the parameters of a CRC; its width stays.
   *
   * @param next the parameters
   * @throws IllegalArgumentException where it is no CRC, or they do not fit its width
   */
  public void setCrc(Crc next) {
    Tabled old = crc;
    if (old == null) {
      throw new IllegalArgumentException(algorithm + " is no CRC");
    }
    long mask = Bits.mask(old.width);
    if (((next.polynomial | next.initial | next.xor) & ~mask) != 0) {
      throw new IllegalArgumentException(next + " does not fit " + old.width + " bits");
    }
    crc = new Tabled(old.width, next);
  }

  /**
   * Sets the key of a Toeplitz hash.
   *
   * @param next the key: a multiple of four bytes
   * @throws IllegalArgumentException where it is no Toeplitz hash, or the key has another length
   */
  public void setKey(byte[] next) {
    if (algorithm != Source.Algorithm.TOEPLITZ) {
      throw new IllegalArgumentException(algorithm + " has no key");
    }
    if (next.length == 0 || next.length % 4 != 0) {
      throw new IllegalArgumentException(
          "a key of " + next.length + " bytes is not a multiple of four");
    }
    int[] words = new int[next.length / 4];
    for (int i = 0; i < words.length; i++) {
      words[i] = word(next, i * 4, next.length);
    }
    key = words;
  }

  long of(byte[] data, int length) {
    return switch (algorithm) {
      case CSUM16 -> checksum(data, length);
      case XOR16 -> words(data, length, true);
      case XOR32 -> xor32(data, length);
      case XXH64 -> xxh64(data, length);
      case TOEPLITZ -> toeplitz(data, length);
      case ROUND_ROBIN -> turn.getAndIncrement();
      case ROUND_ROBIN_CONSISTENT -> consistent(data, length);
      case RANDOM -> ThreadLocalRandom.current().nextLong();
      case CRC8, CRC16, CRC32, CRC64, CRC_CCITT -> crc(data, length);
      case IDENTITY -> identity(data, length);
    };
  }

  /** The next number for an input that is new, the same again for one that is not. */
  private long consistent(byte[] data, int length) {
    Long known = remembered.get(ByteBuffer.wrap(data, 0, length));
    if (known != null) {
      return known;
    }
    if (remembered.size() >= MAX_REMEMBERED) {
      remembered.clear();
    }
    return remembered.computeIfAbsent(
        ByteBuffer.wrap(Arrays.copyOf(data, length)), k -> turn.getAndIncrement());
  }

  private static long xor32(byte[] data, int length) {
    long sum = 0;
    for (int i = 0; i < length; i++) {
      sum ^= (data[i] & 0xFFL) << (24 - i % 4 * 8);
    }
    return sum;
  }

  private static final long P1 = 0x9E3779B185EBCA87L;
  private static final long P2 = 0xC2B2AE3D27D4EB4FL;
  private static final long P3 = 0x165667B19E3779F9L;
  private static final long P4 = 0x85EBCA77C2B2AE63L;
  private static final long P5 = 0x27D4EB2F165667C5L;

  /** XXH64 with seed 0. */
  private static long xxh64(byte[] data, int length) {
    int i = 0;
    long h;
    if (length >= 32) {
      long a = 0x60EA27EEADC0B5D6L; // P1 + P2
      long b = P2;
      long c = 0;
      long d = -P1;
      for (; i + 32 <= length; i += 32) {
        a = round(a, little(data, i, 8));
        b = round(b, little(data, i + 8, 8));
        c = round(c, little(data, i + 16, 8));
        d = round(d, little(data, i + 24, 8));
      }
      h =
          Long.rotateLeft(a, 1)
              + Long.rotateLeft(b, 7)
              + Long.rotateLeft(c, 12)
              + Long.rotateLeft(d, 18);
      h = (h ^ round(0, a)) * P1 + P4;
      h = (h ^ round(0, b)) * P1 + P4;
      h = (h ^ round(0, c)) * P1 + P4;
      h = (h ^ round(0, d)) * P1 + P4;
    } else {
      h = P5;
    }
    h += length;
    for (; i + 8 <= length; i += 8) {
      h = Long.rotateLeft(h ^ round(0, little(data, i, 8)), 27) * P1 + P4;
    }
    if (i + 4 <= length) {
      h = Long.rotateLeft(h ^ (little(data, i, 4) * P1), 23) * P2 + P3;
      i += 4;
    }
    for (; i < length; i++) {
      h = Long.rotateLeft(h ^ ((data[i] & 0xFF) * P5), 11) * P1;
    }
    h = (h ^ (h >>> 33)) * P2;
    h = (h ^ (h >>> 29)) * P3;
    return h ^ (h >>> 32);
  }

  private static long round(long sum, long input) {
    return Long.rotateLeft(sum + input * P2, 31) * P1;
  }

  private static long little(byte[] data, int from, int bytes) {
    long value = 0;
    for (int i = bytes - 1; i >= 0; i--) {
      value = (value << 8) | (data[from + i] & 0xFF);
    }
    return value;
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

  private long crc(byte[] data, int length) {
    Tabled t = crc;
    if (t == null) {
      throw new IllegalStateException(algorithm + " is no CRC");
    }
    int width = t.width;
    boolean reflected = t.crc.dataReflected;
    long mask = Bits.mask(width);
    long remainder = t.crc.initial;
    for (int i = 0; i < length; i++) {
      int in = data[i] & 0xFF;
      int value = reflected ? Integer.reverse(in) >>> 24 : in;
      remainder = (t.table[value ^ (int) (remainder >>> (width - 8))] ^ (remainder << 8)) & mask;
    }
    return (t.crc.remainderReflected ? reflect(remainder, width) : remainder) ^ t.crc.xor;
  }

  /** Adds a window of 32 bits of the key for each bit of the input that is set. */
  private long toeplitz(byte[] data, int length) {
    int[] k = key;
    int sum = 0;
    for (int i = 0; i * 4 < length; i++) {
      long window = ((long) k[i % k.length] << 32) | (k[(i + 1) % k.length] & 0xFFFF_FFFFL);
      for (int rest = word(data, i * 4, length); rest != 0; rest &= rest - 1) {
        sum ^= (int) (window >>> (1 + Integer.numberOfTrailingZeros(rest)));
      }
    }
    return sum & 0xFFFF_FFFFL;
  }

  /** Four bytes as a number, zeros where they end earlier. */
  private static int word(byte[] data, int from, int length) {
    int value = 0;
    for (int i = from; i < from + 4; i++) {
      value = (value << 8) | (i < length ? data[i] & 0xFF : 0);
    }
    return value;
  }

  private static long reflect(long value, int width) {
    return Long.reverse(value) >>> (64 - width);
  }
}
