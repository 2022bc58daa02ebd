package io.hairpin.softswitch.port;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.hairpin.softswitch.engine.Frame;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Does what a sender left to its hardware, for receivers that have none: stores the partial
 * checksum and cuts an aggregate into its segments (TCP over IPv4 and IPv6, UDP), in the words of
 * {@code struct virtio_net_hdr}. Holds scratch memory; not thread-safe.
 */
final class Offload {
  static final int NEEDS_CHECKSUM = 1;
  static final int NONE = 0;
  static final int TCP4 = 1;
  static final int TCP6 = 4;
  static final int UDP = 5;
  static final int ECN = 0x80;

  private static final int FIN_PSH = 0x09;
  private static final int CWR = 0x80;
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  /** Takes complete frames. */
  interface Sink {
    /** Takes one frame, from byte 0 of a memory that is valid only during the call. */
    void accept(MemorySegment memory, int length);
  }

  private final MemorySegment whole;
  private final MemorySegment piece;

  Offload() {
    whole = Arena.ofAuto().allocate(2 * Port.LONGEST);
    piece = Arena.ofAuto().allocate(2 * Port.LONGEST);
  }

  /**
   * Completes one frame. What the program cut off its end still counts for its checksum, and each
   * segment of an aggregate is cut alike.
   *
   * @return whether it could; where not, the sink was given nothing
   */
  boolean complete(
      MemorySegment headers,
      int headerLength,
      Frame frame,
      int payloadOffset,
      int payloadLength,
      Sink sink) {
    boolean plain = (frame.flags() & NEEDS_CHECKSUM) == 0 && frame.gsoType() == NONE;
    int rest = plain ? payloadLength : frame.offset() + frame.length() - payloadOffset;
    int length = headerLength + rest;
    if (length > whole.byteSize()) {
      return false;
    }
    MemorySegment.copy(headers, 0, whole, 0, headerLength);
    MemorySegment.copy(frame.memory(), payloadOffset, whole, headerLength, rest);
    if (plain) {
      sink.accept(whole, length);
      return true;
    }
    int keep = headerLength + payloadLength;
    int start = frame.checksumStart() + headerLength - (payloadOffset - frame.offset());
    int field = start + frame.checksumOffset();
    if (start < Port.ETHERNET_HEADER || field + 2 > length) {
      return false;
    }
    if (frame.gsoType() == NONE) {
      store(whole, field, sum(whole, start, length, 0));
      sink.accept(whole, Math.min(length, keep));
      return true;
    }
    return cut(length, keep, start, frame.gsoType() & ~ECN, frame.gsoSize(), sink);
  }

  private boolean cut(int length, int keep, int l4, int type, int size, Sink sink) {
    int l3 = Port.ETHERNET_HEADER;
    while (l3 < l4 && Port.isTag(whole.get(SHORT, l3 - 2) & 0xffff)) {
      l3 += Port.TAG;
    }
    int etherType = whole.get(SHORT, l3 - 2) & 0xffff;
    boolean ip4 = etherType == 0x0800 && type != TCP6 && l4 >= l3 + 20;
    boolean ip6 = etherType == 0x86dd && type != TCP4 && l4 >= l3 + 40;
    boolean tcp = type == TCP4 || type == TCP6;
    int field = tcp ? 16 : 6;
    int headers =
        tcp ? l4 + ((whole.get(JAVA_BYTE, Math.min(l4 + 12, length - 1)) & 0xf0) >> 2) : l4 + 8;
    if (!(ip4 || ip6)
        || !(tcp || type == UDP)
        || size <= 0
        || headers > length
        || headers < l4 + (tcp ? 20 : 8)) {
      return false;
    }
    int id = ip4 ? whole.get(SHORT, l3 + 4) : 0;
    int sequence = tcp ? whole.get(INT, l4 + 4) : 0;
    int flags = tcp ? whole.get(JAVA_BYTE, l4 + 13) : 0;
    int at = headers;
    do {
      int data = Math.min(size, length - at);
      boolean first = at == headers;
      boolean last = at + data == length;
      int end = headers + data;
      MemorySegment.copy(whole, 0, piece, 0, headers);
      MemorySegment.copy(whole, at, piece, headers, data);
      if (ip4) {
        piece.set(SHORT, l3 + 2, (short) (end - l3));
        piece.set(SHORT, l3 + 4, (short) id++);
        piece.set(SHORT, l3 + 10, (short) 0);
        piece.set(
            SHORT,
            l3 + 10,
            (short) ~sum(piece, l3, l3 + ((piece.get(JAVA_BYTE, l3) & 0xf) << 2), 0));
      } else {
        piece.set(SHORT, l3 + 4, (short) (end - l3 - 40));
      }
      if (tcp) {
        piece.set(INT, l4 + 4, sequence + at - headers);
        int keptFlags = flags & ~(last ? 0 : FIN_PSH) & ~(first ? 0 : CWR);
        piece.set(JAVA_BYTE, l4 + 13, (byte) keptFlags);
      } else {
        piece.set(SHORT, l4 + 4, (short) (end - l4));
      }
      piece.set(SHORT, l4 + field, (short) 0);
      long pseudo = (tcp ? 6L : 17L) + end - l4;
      pseudo += ip4 ? sum(piece, l3 + 12, l3 + 20, 0) : sum(piece, l3 + 8, l3 + 40, 0);
      store(piece, l4 + field, sum(piece, l4, end, pseudo));
      sink.accept(piece, Math.min(end, keep));
      at += data;
    } while (at < length);
    return true;
  }

  /** RFC 1071: the ones' complement sum of 16-bit words, folded. */
  private static int sum(MemorySegment memory, int from, int to, long initial) {
    long sum = initial;
    int at = from;
    for (; at + 4 <= to; at += 4) {
      sum += memory.get(INT, at) & 0xffff_ffffL;
    }
    for (; at + 2 <= to; at += 2) {
      sum += memory.get(SHORT, at) & 0xffff;
    }
    if (at < to) {
      sum += (memory.get(JAVA_BYTE, at) & 0xff) << 8;
    }
    while (sum > 0xffff) {
      sum = (sum >>> 16) + (sum & 0xffff);
    }
    return (int) sum;
  }

  /** A checksum of 0 is stored as all ones: in UDP 0 means none, elsewhere both are the same. */
  private static void store(MemorySegment memory, int field, int sum) {
    int checksum = ~sum & 0xffff;
    memory.set(SHORT, field, (short) (checksum == 0 ? 0xffff : checksum));
  }
}
