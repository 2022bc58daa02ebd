package io.hairpin.softswitch.port;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes frames into a file with their times to the nanosecond: pcapng where its name ends so, with
 * the direction of each frame, else pcap. Allocates nothing for a frame. Thread-safe.
 */
final class PcapWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PcapWriter.class);

  /** A frame that a port received, epb_flags of pcapng. */
  static final int INBOUND = 1;

  /** A frame that a port is to transmit. */
  static final int OUTBOUND = 2;

  static final int PCAP_NANOSECONDS = 0xa1b23c4d;
  static final int SECTION_HEADER = 0x0a0d0d0a;
  static final int BYTE_ORDER = 0x1a2b3c4d;
  static final int INTERFACE_DESCRIPTION = 1;
  static final int ENHANCED_PACKET = 6;
  static final int ETHERNET = 1;
  static final int TSRESOL = 9;

  private static final int BUFFER = 256 << 10;
  private static final int LONGEST = 2 * Port.LONGEST;
  private static final long SECOND = 1_000_000_000;

  private final Path file;
  private final FileChannel channel;
  private final boolean next;
  private final MemorySegment buffer = Arena.ofAuto().allocate(BUFFER, 8);
  private final ByteBuffer bytes = buffer.asByteBuffer();
  private final long epoch = System.currentTimeMillis() * 1_000_000 - System.nanoTime();
  private int used;
  private boolean failed;

  /**
   * Begins a file, in place of one that is there.
   *
   * @param what the interface's name in a pcapng file
   * @throws IOException where it cannot be written
   */
  PcapWriter(Path file, String what) throws IOException {
    this.file = file;
    next = file.toString().endsWith(".pcapng");
    channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING);
    if (next) {
      section();
      interfaceDescription(what.getBytes(StandardCharsets.UTF_8));
    } else {
      put(PCAP_NANOSECONDS);
      put((short) 2, (short) 4);
      put(0); // the zone: UTC
      put(0); // accuracy
      put(LONGEST);
      put(ETHERNET);
    }
    flush();
  }

  private void section() {
    put(SECTION_HEADER);
    put(28);
    put(BYTE_ORDER);
    put((short) 1, (short) 0);
    put(-1); // the section's length is not known
    put(-1);
    put(28);
  }

  private void interfaceDescription(byte[] name) {
    int padded = (name.length + 3) & ~3;
    int length = 20 + 4 + padded + 8 + 4;
    put(INTERFACE_DESCRIPTION);
    put(length);
    put((short) ETHERNET, (short) 0);
    put(0); // no limit of a frame's length
    put((short) 2, (short) name.length); // if_name
    MemorySegment.copy(name, 0, buffer, JAVA_BYTE, used, name.length);
    pad(used + name.length, used + padded);
    put((short) TSRESOL, (short) 1);
    put(9); // nanoseconds
    put(0); // the end of the options
    put(length);
  }

  private void put(int value) {
    buffer.set(JAVA_INT_UNALIGNED, used, value);
    used += 4;
  }

  private void put(short first, short second) {
    buffer.set(JAVA_SHORT_UNALIGNED, used, first);
    buffer.set(JAVA_SHORT_UNALIGNED, used + 2, second);
    used += 4;
  }

  private void pad(int from, int to) {
    for (int i = from; i < to; i++) {
      buffer.set(JAVA_BYTE, i, (byte) 0);
    }
    used = to;
  }

  /**
   * Records a frame, which stands in two parts; what fails is logged once, and ends the recording.
   *
   * @param direction {@link #INBOUND} or {@link #OUTBOUND}
   */
  synchronized void record(
      int direction,
      MemorySegment headers,
      int headersOffset,
      int headersLength,
      MemorySegment rest,
      int restOffset,
      int restLength) {
    int length = headersLength + restLength;
    int padded = (length + 3) & ~3;
    if (failed || length > LONGEST) {
      return;
    }
    if (used + padded + 48 > BUFFER) {
      flush();
    }
    long time = epoch + System.nanoTime();
    if (next) {
      put(ENHANCED_PACKET);
      put(32 + padded + 12);
      put(0); // the interface
      put((int) (time >>> 32));
      put((int) time);
    } else {
      put((int) (time / SECOND));
      put((int) (time % SECOND));
    }
    put(length);
    put(length);
    MemorySegment.copy(headers, headersOffset, buffer, used, headersLength);
    MemorySegment.copy(rest, restOffset, buffer, used + (long) headersLength, restLength);
    if (next) {
      pad(used + length, used + padded);
      put((short) 2, (short) 4); // epb_flags
      put(direction);
      put(0); // the end of the options
      put(32 + padded + 12);
    } else {
      used += length;
    }
  }

  /** Writes what was recorded so far. */
  synchronized void flush() {
    if (used == 0) {
      return;
    }
    try {
      bytes.clear().limit(used);
      while (bytes.hasRemaining()) {
        int _ = channel.write(bytes);
      }
    } catch (IOException e) {
      failed = true;
      LOG.error("{}: nothing more is recorded: {}", file, e.toString());
    }
    used = 0;
  }

  @Override
  public synchronized void close() {
    flush();
    failed = true;
    try {
      channel.close();
    } catch (IOException e) {
      LOG.error("{}: {}", file, e.toString());
    }
  }
}
