package io.hairpin.softswitch.port;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the frames of a capture of Ethernet, pcap (micro- or nanoseconds) or pcapng, of either byte
 * order. Not thread-safe.
 */
final class PcapReader implements AutoCloseable {
  private static final int PCAP_MICROSECONDS = 0xa1b2c3d4;
  private static final int PACKET = 2; // obsolete, but written by old programs
  private static final int SIMPLE_PACKET = 3;
  private static final int IF_TSOFFSET = 14;
  private static final int LONGEST_BLOCK = 1 << 20;
  private static final int FILE_HEADER = 24;
  private static final long SECOND = 1_000_000_000;

  private final String name;
  private final InputStream in;
  private final List<Interface> interfaces = new ArrayList<>();
  private final boolean next;
  private ByteOrder order;
  private ByteBuffer block = ByteBuffer.allocate(4096);
  private long position;
  private int nanosecondsOfTick;
  private int checkSequence;
  private long time;
  private int original;

  /** What pcapng says of an interface: units a second are 10^n, or 2^n where the top bit is set. */
  private record Interface(int linkType, int snapLength, int resolution, long offset) {}

  /**
   * Begins to read.
   *
   * @param name what messages call it
   * @throws IOException where it is no capture of Ethernet
   */
  PcapReader(String name, InputStream stream) throws IOException {
    this.name = name;
    in = new BufferedInputStream(stream, 1 << 16);
    order = ByteOrder.BIG_ENDIAN;
    if (!read(4)) {
      throw broken("is empty");
    }
    int magic = block.getInt(0);
    next = magic == PcapWriter.SECTION_HEADER;
    if (next) {
      section();
    } else {
      file(magic);
    }
  }

  private void file(int magic) throws IOException {
    if (Integer.reverseBytes(magic) == PCAP_MICROSECONDS
        || Integer.reverseBytes(magic) == PcapWriter.PCAP_NANOSECONDS) {
      order = ByteOrder.LITTLE_ENDIAN;
    } else if (magic != PCAP_MICROSECONDS && magic != PcapWriter.PCAP_NANOSECONDS) {
      throw broken("is neither pcap nor pcapng");
    }
    nanosecondsOfTick =
        magic == PCAP_MICROSECONDS || Integer.reverseBytes(magic) == PCAP_MICROSECONDS ? 1000 : 1;
    need(FILE_HEADER - 4);
    int link = block.getInt(16);
    checkLinkType(link & 0xffff);
    // A flag, and half the length of the frame check sequence.
    checkSequence = (link & 0x0400_0000) == 0 ? 0 : (link >>> 28) * 2;
  }

  private void checkLinkType(int type) throws IOException {
    if (type != PcapWriter.ETHERNET) {
      throw broken("has link type %d, not Ethernet (1)".formatted(type));
    }
  }

  private IOException broken(String what) {
    return new IOException("%s %s (at octet %d)".formatted(name, what, position));
  }

  /** Reads so many octets into the block; false at the end of the file. */
  private boolean read(int octets) throws IOException {
    if (octets > block.capacity()) {
      block = ByteBuffer.allocate(octets);
    }
    block.clear().limit(octets).order(order);
    int got = in.readNBytes(block.array(), 0, octets);
    if (got == 0 && octets > 0) {
      return false;
    }
    if (got < octets) {
      throw new EOFException(broken("ends within a record").getMessage());
    }
    position += octets;
    return true;
  }

  private void need(int octets) throws IOException {
    if (!read(octets)) {
      throw new EOFException(broken("ends within a record").getMessage());
    }
  }

  /**
   * Reads the next frame.
   *
   * @return its octets, as many as were captured, until the next call; null at the end
   * @throws IOException where the file is broken
   */
  @Nullable ByteBuffer next() throws IOException {
    return next ? nextBlock() : nextRecord();
  }

  private @Nullable ByteBuffer nextRecord() throws IOException {
    if (!read(16)) {
      return null;
    }
    time =
        (block.getInt(0) & 0xffff_ffffL) * SECOND
            + (block.getInt(4) & 0xffff_ffffL) * nanosecondsOfTick;
    int captured = block.getInt(8);
    original = block.getInt(12);
    if (captured < 0 || captured > LONGEST_BLOCK || original < 0) {
      throw broken("has a frame of %d octets".formatted(captured & 0xffff_ffffL));
    }
    need(captured);
    int kept = Math.max(0, Math.min(captured, original - checkSequence));
    original = Math.max(0, original - checkSequence);
    return block.slice(0, kept);
  }

  private @Nullable ByteBuffer nextBlock() throws IOException {
    while (read(4)) {
      int type = block.getInt(0);
      if (type == PcapWriter.SECTION_HEADER) {
        section();
        continue;
      }
      need(4);
      body(block.getInt(0), 8);
      ByteBuffer frame =
          switch (type) {
            case PcapWriter.INTERFACE_DESCRIPTION -> {
              describe();
              yield null;
            }
            case PcapWriter.ENHANCED_PACKET -> packet(at(0));
            case PACKET -> packet(shortAt(0));
            case SIMPLE_PACKET -> simple();
            default -> null;
          };
      if (frame != null) {
        return frame;
      }
    }
    return null;
  }

  private void section() throws IOException {
    need(8);
    if (block.getInt(4) == Integer.reverseBytes(PcapWriter.BYTE_ORDER)) {
      order = order == ByteOrder.BIG_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
      block.order(order);
    } else if (block.getInt(4) != PcapWriter.BYTE_ORDER) {
      throw broken("has no byte order");
    }
    int length = block.getInt(0);
    interfaces.clear();
    body(length, 12);
    if (shortAt(0) != 1) {
      throw broken("has another version than 1");
    }
  }

  /** Reads the rest of a block, of which so many octets were read, and its length again. */
  private void body(int length, int read) throws IOException {
    if (length < read + 4 || length % 4 != 0 || length > LONGEST_BLOCK) {
      throw broken("has a block of %d octets".formatted(length & 0xffff_ffffL));
    }
    need(length - read);
    if (block.getInt(length - read - 4) != length) {
      throw broken("has a block whose two lengths differ");
    }
    block.limit(length - read - 4);
  }

  private int at(int index) throws IOException {
    if (index + 4 > block.limit()) {
      throw broken("has a block that is too short");
    }
    return block.getInt(index);
  }

  private int shortAt(int index) throws IOException {
    int _ = at(index);
    return block.getShort(index) & 0xffff;
  }

  private void describe() throws IOException {
    int linkType = shortAt(0);
    int snapLength = at(4);
    int resolution = 6;
    long offset = 0;
    int option = 8;
    while (option + 4 <= block.limit()) {
      int code = block.getShort(option) & 0xffff;
      int length = block.getShort(option + 2) & 0xffff;
      if (code == 0 || option + 4 + length > block.limit()) {
        break;
      }
      if (code == PcapWriter.TSRESOL && length == 1) {
        resolution = block.get(option + 4) & 0xff;
      } else if (code == IF_TSOFFSET && length == 8) {
        offset = block.getLong(option + 4);
      }
      option += 4 + ((length + 3) & ~3);
    }
    if ((resolution & 0x80) == 0 ? resolution > 18 : resolution > 0x80 + 62) {
      throw broken("has times finer than can be read (if_tsresol %d)".formatted(resolution));
    }
    interfaces.add(new Interface(linkType, snapLength, resolution, offset));
  }

  private Interface described(int index) throws IOException {
    if (index < 0 || index >= interfaces.size()) {
      throw broken("has a frame of interface %d, which it does not describe".formatted(index));
    }
    Interface one = interfaces.get(index);
    checkLinkType(one.linkType);
    return one;
  }

  private ByteBuffer packet(int index) throws IOException {
    Interface of = described(index);
    long ticks = ((at(4) & 0xffff_ffffL) << 32) | (at(8) & 0xffff_ffffL);
    time = nanoseconds(ticks, of.resolution) + of.offset * SECOND;
    int captured = at(12);
    original = at(16);
    if (captured < 0 || captured > block.limit() - 20 || original < 0) {
      throw broken("has a frame of %d octets in a block".formatted(captured & 0xffff_ffffL));
    }
    return block.slice(20, captured);
  }

  private ByteBuffer simple() throws IOException {
    int snapLength = described(0).snapLength;
    original = at(0);
    int captured = Math.min(original, block.limit() - 4);
    if (snapLength > 0) {
      captured = Math.min(captured, snapLength);
    }
    if (original < 0) {
      throw broken("has a frame of %d octets".formatted(original & 0xffff_ffffL));
    }
    return block.slice(4, captured);
  }

  private static long nanoseconds(long ticks, int resolution) {
    int bits = resolution & 0x7f;
    if ((resolution & 0x80) != 0) {
      if (bits == 0) {
        return ticks * SECOND;
      }
      long part = ticks & ((1L << bits) - 1);
      long fraction =
          bits <= 30 ? (part * SECOND) >>> bits : ((part >>> (bits - 30)) * SECOND) >>> 30;
      return (ticks >>> bits) * SECOND + fraction;
    }
    long unit = 1;
    for (int i = 0; i < bits; i++) {
      unit *= 10;
    }
    long part = Long.remainderUnsigned(ticks, unit);
    return Long.divideUnsigned(ticks, unit) * SECOND
        + (bits <= 9 ? part * (SECOND / unit) : part / (unit / SECOND));
  }

  /** When the frame was captured: nanoseconds since 1970. */
  long time() {
    return time;
  }

  /** How long the frame was, which may be longer than what was captured. */
  int original() {
    return original;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
