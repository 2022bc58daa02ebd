package io.hairpin.netconf.transport;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Reads messages out of a byte stream: end-of-message framing (RFC 6242 section 4.3) at first,
 * chunked framing (section 4.2) once both sides have announced base:1.1. Not thread-safe.
 */
public final class MessageReader {
  private static final byte[] END_OF_MESSAGE = {']', ']', '>', ']', ']', '>'};
  private static final int MAX_SIZE_DIGITS = 10;
  private static final long MAX_CHUNK = 4_294_967_295L;

  private final InputStream in;
  private final long limit;
  private final byte[] buffer = new byte[16_384];
  private int position;
  private int end;
  private boolean chunked;
  private Message current = new Message(false);

  /**
   * Makes a reader.
   *
   * @param in where the bytes come from
   * @param limit the largest message that is accepted, in bytes
   */
  public MessageReader(InputStream in, long limit) {
    this.in = in;
    this.limit = limit;
    current.done = true;
  }

  /** Switches to chunked framing, from the next message on. */
  public void useChunks() {
    chunked = true;
  }

  /**
   * Waits for the next message, passing over what is left of the one before.
   *
   * @return the content of the message, which ends where the message ends and throws {@link
   *     FramingException} where the framing is broken; empty when the peer has closed the stream
   *     between two messages
   * @throws IOException if the stream fails, ends amid a message, or its framing is broken
   */
  public Optional<InputStream> next() throws IOException {
    current.skipRest();
    if (!chunked) {
      skipWhitespace();
    }
    if (position == end && !fill()) {
      return Optional.empty();
    }
    current = new Message(chunked);
    return Optional.of(current);
  }

  /** Clients often put a line break after the end-of-message mark. */
  private void skipWhitespace() throws IOException {
    while (position < end || fill()) {
      byte b = buffer[position];
      if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
        return;
      }
      position++;
    }
  }

  private boolean fill() throws IOException {
    int n = in.read(buffer, 0, buffer.length);
    position = 0;
    end = Math.max(n, 0);
    return n > 0;
  }

  private int readByte() throws IOException {
    if (position == end && !fill()) {
      throw new EOFException("the stream ended amid a message");
    }
    return buffer[position++] & 0xff;
  }

  private final class Message extends InputStream {
    private final boolean inChunks;
    private long total;
    private long left;
    private int chunks;
    private int matched;
    private int pending;
    private boolean done;

    Message(boolean inChunks) {
      this.inChunks = inChunks;
    }

    void skipRest() throws IOException {
      byte[] waste = new byte[done ? 0 : 4096];
      while (!done) {
        read(waste, 0, waste.length);
      }
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (done) {
        return -1;
      }
      if (length == 0) {
        return 0;
      }
      int n = inChunks ? readChunked(target, offset, length) : readMarked(target, offset, length);
      if (n < 0) {
        done = true;
      } else {
        total += n;
        if (total > limit) {
          throw new FramingException("the message exceeds " + limit + " bytes", true);
        }
      }
      return n;
    }

    private int readChunked(byte[] target, int offset, int length) throws IOException {
      if (left == 0) {
        left = readChunkHeader();
        if (left == 0) {
          return -1;
        }
      }
      if (position == end && !fill()) {
        throw new EOFException("the stream ended amid a chunk");
      }
      int n = (int) Math.min(Math.min(left, length), end - position);
      System.arraycopy(buffer, position, target, offset, n);
      position += n;
      left -= n;
      return n;
    }

    /** Reads {@code LF # size LF}, or {@code LF # # LF}, for which it returns 0. */
    private long readChunkHeader() throws IOException {
      expect('\n');
      expect('#');
      int b = readByte();
      if (b == '#') {
        expect('\n');
        if (chunks == 0) {
          throw new FramingException("end of chunks without a chunk", false);
        }
        return 0;
      }
      if (b < '1' || b > '9') {
        throw new FramingException("chunk size begins with " + show(b) + ", not 1 to 9", false);
      }
      long size = 0;
      for (int digits = 1; b != '\n'; digits++) {
        if (b < '0' || b > '9' || digits > MAX_SIZE_DIGITS) {
          throw new FramingException("chunk size has " + show(b) + " at digit " + digits, false);
        }
        size = size * 10 + b - '0';
        b = readByte();
      }
      if (size > MAX_CHUNK) {
        throw new FramingException("chunk size " + size + " exceeds " + MAX_CHUNK, false);
      }
      chunks++;
      return size;
    }

    private void expect(char wanted) throws IOException {
      int b = readByte();
      if (b != wanted) {
        throw new FramingException(
            "chunk header has " + show(b) + " in place of " + show(wanted), false);
      }
    }

    private static String show(int b) {
      return b > ' ' && b < 0x7f ? "'" + (char) b + "'" : "0x%02x".formatted(b);
    }

    /**
     * Hands out bytes up to the mark; bytes that began like the mark come out when they did not.
     */
    private int readMarked(byte[] target, int offset, int length) throws IOException {
      int n = 0;
      while (n < length) {
        if (pending > 0) {
          target[offset + n++] = END_OF_MESSAGE[nextPending()];
          continue;
        }
        if (n > 0 && position == end) {
          return n;
        }
        byte b = (byte) readByte();
        if (b == END_OF_MESSAGE[matched]) {
          matched++;
          if (matched == END_OF_MESSAGE.length) {
            if (n > 0) {
              done = true;
              return n;
            }
            return -1;
          }
          continue;
        }
        if (matched == 0) {
          target[offset + n++] = b;
          continue;
        }
        position--;
        fallBack();
      }
      return n;
    }

    private int released;

    private int nextPending() {
      int index = released++;
      if (--pending == 0) {
        released = 0;
      }
      return index;
    }

    /** The longest shorter prefix of the mark that may still be under way. */
    private void fallBack() {
      int shorter = matched - 1;
      while (shorter > 0 && !isBorder(shorter)) {
        shorter--;
      }
      pending = matched - shorter;
      matched = shorter;
    }

    private boolean isBorder(int size) {
      for (int i = 0; i < size; i++) {
        if (END_OF_MESSAGE[i] != END_OF_MESSAGE[matched - size + i]) {
          return false;
        }
      }
      return true;
    }
  }
}
