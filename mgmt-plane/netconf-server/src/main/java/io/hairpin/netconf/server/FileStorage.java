package io.hairpin.netconf.server;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One log file: a magic number, then records. A record is its length (4 bytes), its number from 0
 * (8), the CRC-32C of these (4), the document, the CRC-32C of the document (4); all big-endian.
 * Record 0 is the snapshot, or an empty document where none was ever taken.
 *
 * <p>Only what was never acknowledged may be cut off: a record that ends the file and is short, or
 * holds NUL bytes in place of blocks that never reached the disk (a document has none). All else
 * that does not agree with its checksum was damaged later, and is an error.
 */
final class FileStorage implements Storage {
  private static final Logger LOG = LoggerFactory.getLogger(FileStorage.class);

  private static final byte[] MAGIC = {'H', 'P', 'N', 'J', 0, 0, 0, 1};
  private static final int HEADER = 16;
  private static final int CHECKSUM = 4;
  private static final long MIN_GROWTH = 1L << 20;

  private static final String LOG_NAME = "running.log";
  private static final String UNFINISHED = "running.log.new";

  private final Disk disk;

  /** The name of the log in messages. */
  private final String log;

  private Disk.@Nullable File channel;
  private long end;
  private long next;
  private long snapshotSize;
  private @Nullable IOException broken;

  FileStorage(Disk disk) {
    this.disk = disk;
    log = disk + "/" + LOG_NAME;
  }

  @Override
  public List<byte[]> open() throws IOException {
    try {
      disk.open();
      disk.delete(UNFINISHED);
      if (!disk.exists(LOG_NAME)) {
        prepare(new byte[0]).close();
        publish();
      }
      Disk.File file = disk.open(LOG_NAME);
      channel = file;
      return read(file);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private List<byte[]> read(Disk.File file) throws IOException {
    long size = file.size();
    if (!Arrays.equals(get(file, 0, (int) Math.min(size, MAGIC.length)), MAGIC)) {
      throw new IOException(log + " is no log of a datastore");
    }
    List<byte[]> documents = new ArrayList<>();
    end = MAGIC.length;
    next = 0;
    while (end < size) {
      byte[] document = record(file, size);
      if (document == null) {
        break;
      }
      if (next == 0) {
        snapshotSize = document.length;
      }
      if (document.length > 0) {
        documents.add(document);
      }
      end += HEADER + document.length + CHECKSUM;
      next++;
    }
    if (next == 0) {
      throw new IOException(log + " has no snapshot");
    }
    if (end < size) {
      LOG.warn(
          "{}: the last record, number {}, was not written to its end and never acknowledged;"
              + " its {} bytes from offset {} are cut off",
          log,
          next,
          size - end,
          end);
      file.truncate(end);
      file.sync();
    }
    return documents;
  }

  /** Reads the record at the end, or returns null if it is torn. */
  private byte @Nullable [] record(Disk.File file, long size) throws IOException {
    long left = size - end;
    if (left < HEADER) {
      return null;
    }
    byte[] header = get(file, end, HEADER);
    ByteBuffer fields = ByteBuffer.wrap(header);
    int length = fields.getInt();
    long number = fields.getLong();
    if (crc(header, HEADER - 4) != fields.getInt()) {
      if (header[HEADER - 1] == 0 && onlyNul(file, end + HEADER, size)) {
        return null;
      }
      throw damaged("its header does not agree with its checksum");
    }
    if (number != next || length < 0) {
      throw damaged("it is record %d of %d bytes".formatted(number, length));
    }
    if (left < HEADER + (long) length + CHECKSUM) {
      return null;
    }
    byte[] rest = get(file, end + HEADER, length + CHECKSUM);
    if (crc(rest, length) != ByteBuffer.wrap(rest).getInt(length)) {
      boolean last = left == HEADER + (long) length + CHECKSUM;
      if (last && (hasNul(rest, length) || lacksChecksum(rest, length))) {
        return null;
      }
      throw damaged("its document does not agree with its checksum");
    }
    return Arrays.copyOf(rest, length);
  }

  private IOException damaged(String how) {
    return new IOException(
        "%s is damaged: at offset %d, where record %d begins, %s".formatted(log, end, next, how));
  }

  private static byte[] get(Disk.File file, long position, int size) throws IOException {
    byte[] bytes = new byte[size];
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      if (file.read(buffer, position + buffer.position()) < 0) {
        throw new EOFException("the file became shorter while it was read");
      }
    }
    return bytes;
  }

  private static boolean onlyNul(Disk.File file, long from, long to) throws IOException {
    for (long at = from; at < to; at += 8192) {
      for (byte b : get(file, at, (int) Math.min(8192, to - at))) {
        if (b != 0) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean hasNul(byte[] bytes, int length) {
    for (int i = 0; i < length; i++) {
      if (bytes[i] == 0) {
        return true;
      }
    }
    return false;
  }

  /** Whether the checksum behind a document is what it should be, but for bytes that are NUL. */
  private static boolean lacksChecksum(byte[] bytes, int length) {
    byte[] wanted = ByteBuffer.allocate(CHECKSUM).putInt(crc(bytes, length)).array();
    for (int i = 0; i < CHECKSUM; i++) {
      if (bytes[length + i] != 0 && bytes[length + i] != wanted[i]) {
        return false;
      }
    }
    return true;
  }

  private static int crc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  private static ByteBuffer frame(long number, byte[] document) {
    byte[] bytes = new byte[HEADER + document.length + CHECKSUM];
    ByteBuffer record = ByteBuffer.wrap(bytes);
    record.putInt(document.length).putLong(number);
    record.putInt(crc(bytes, HEADER - 4));
    record.put(document).putInt(crc(document, document.length));
    return record.flip();
  }

  private static void put(Disk.File file, ByteBuffer bytes, long position) throws IOException {
    while (bytes.hasRemaining()) {
      file.write(bytes, position + bytes.position());
    }
  }

  private Disk.File opened() throws IOException {
    if (broken != null) {
      throw new IOException("the storage failed before: " + broken.getMessage(), broken);
    }
    if (channel == null) {
      throw new IOException("the storage is not open");
    }
    return channel;
  }

  @Override
  public void append(byte[] change) throws IOException {
    Disk.File file = opened();
    ByteBuffer record = frame(next, change);
    int size = record.remaining();
    try {
      put(file, record, end);
      file.sync();
    } catch (IOException e) {
      takeBack(file, e);
      throw e;
    }
    end += size;
    next++;
  }

  /** A record that may be half there must not be: if it cannot be cut off, nothing more is. */
  private void takeBack(Disk.File file, IOException cause) {
    try {
      file.truncate(end);
      file.sync();
    } catch (IOException e) {
      cause.addSuppressed(e);
      broken = cause;
    }
  }

  @Override
  public boolean snapshotDue() {
    return broken == null && end - snapshotSize > Math.max(MIN_GROWTH, snapshotSize);
  }

  @Override
  public void replace(byte[] snapshot) throws IOException {
    Disk.File old = opened();
    Disk.File file = prepare(snapshot);
    try {
      publish();
    } catch (IOException e) {
      // Which of the two logs a start would find is not known.
      broken = e;
      file.close();
      throw e;
    }
    channel = file;
    next = 1;
    end = file.size();
    snapshotSize = snapshot.length;
    old.close();
  }

  /** Writes a new log beside the old one. */
  private Disk.File prepare(byte[] snapshot) throws IOException {
    Disk.File file = disk.create(UNFINISHED);
    try {
      put(file, ByteBuffer.wrap(MAGIC), 0);
      put(file, frame(0, snapshot), MAGIC.length);
      file.sync();
      return file;
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /** Puts the new log in the place of the old one. */
  private void publish() throws IOException {
    disk.rename(UNFINISHED, LOG_NAME);
    disk.sync();
  }

  @Override
  public String toString() {
    return log;
  }

  @Override
  public void close() throws IOException {
    Disk.File file = channel;
    channel = null;
    try {
      if (file != null) {
        file.close();
      }
    } finally {
      disk.close();
    }
  }
}
