package io.hairpin.netconf.transport;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes messages into a byte stream, framed as {@link MessageReader} reads them. Messages are sent
 * as they are written, in pieces of bounded size. Not thread-safe.
 */
public final class MessageWriter {
  private static final byte[] END_OF_MESSAGE = "]]>]]>".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] END_OF_CHUNKS = "\n##\n".getBytes(StandardCharsets.US_ASCII);
  private static final int HEADER = 16;
  private static final int CHUNK = 32_768;

  private final OutputStream out;
  private boolean chunked;

  /**
   * Makes a writer.
   *
   * @param out where the bytes go
   */
  public MessageWriter(OutputStream out) {
    this.out = out;
  }

  /** Switches to chunked framing, from the next message on. */
  public void useChunks() {
    chunked = true;
  }

  /**
   * Begins a message; the one before must be closed.
   *
   * @return takes the content, which must not be empty; closing it ends the message and flushes
   */
  public OutputStream message() {
    return new Message(chunked);
  }

  private final class Message extends OutputStream {
    private final boolean inChunks;
    private final byte[] buffer = new byte[HEADER + CHUNK + END_OF_MESSAGE.length];
    private int size;
    private boolean closed;

    Message(boolean inChunks) {
      this.inChunks = inChunks;
    }

    @Override
    public void write(int b) throws IOException {
      if (size == CHUNK) {
        send(new byte[0]);
      }
      buffer[HEADER + size++] = (byte) b;
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
      int from = offset;
      int left = length;
      while (left > 0) {
        if (size == CHUNK) {
          send(new byte[0]);
        }
        int n = Math.min(left, CHUNK - size);
        System.arraycopy(source, from, buffer, HEADER + size, n);
        size += n;
        from += n;
        left -= n;
      }
    }

    @Override
    public void close() throws IOException {
      if (!closed) {
        closed = true;
        send(inChunks ? END_OF_CHUNKS : END_OF_MESSAGE);
        out.flush();
      }
    }

    /** One write a piece: header, content and, at the end, the mark. */
    private void send(byte[] mark) throws IOException {
      int start = HEADER;
      if (inChunks && size > 0) {
        byte[] header = ("\n#" + size + "\n").getBytes(StandardCharsets.US_ASCII);
        start -= header.length;
        System.arraycopy(header, 0, buffer, start, header.length);
      }
      System.arraycopy(mark, 0, buffer, HEADER + size, mark.length);
      out.write(buffer, start, HEADER + size + mark.length - start);
      size = 0;
    }
  }
}
