package io.hairpin.softswitch.port;

import io.hairpin.softswitch.engine.Frame;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A port whose frames come from a capture and go to another one. They come as far apart as they
 * were captured, the first one a second after a pipeline was loaded, so that its tables can be
 * filled.
 */
final class FilePort extends ReceivingPort {
  private static final Logger LOG = LoggerFactory.getLogger(FilePort.class);
  private static final long BEFORE_THE_FIRST = TimeUnit.SECONDS.toNanos(1);

  private final String name;
  private final @Nullable PcapReader in;
  private final @Nullable PcapWriter out;

  /**
   * Opens the port.
   *
   * @param name {@code IN,OUT}, of which one may be empty
   * @throws IOException where the one cannot be read, or the other not be written
   */
  FilePort(int number, String name) throws IOException {
    super(number);
    this.name = name;
    int comma = name.indexOf(',');
    String from = comma < 0 ? name : name.substring(0, comma);
    String to = comma < 0 ? "" : name.substring(comma + 1);
    try {
      in = from.isEmpty() ? null : new PcapReader(from, Files.newInputStream(Path.of(from)));
      out = to.isEmpty() ? null : new PcapWriter(Path.of(to), "port" + number);
    } catch (NoSuchFileException e) {
      throw new IOException("port " + number + ": " + e.getFile() + ": no such file", e);
    } catch (IOException e) {
      throw new IOException("port " + number + ": " + e.getMessage(), e);
    }
  }

  @Override
  Link link() {
    return Link.UP;
  }

  @Override
  int mtu() {
    return LONGEST - ETHERNET_HEADER;
  }

  @Override
  PortState state() {
    return new PortState(number(), null, Link.UP, 0, null, mtu(), tally().read());
  }

  @Override
  Sender sender(Offload offload) {
    return new CompletingSender(this, offload) {
      @Override
      boolean deliver(MemorySegment memory, int length) {
        if (out == null) {
          return false;
        }
        out.record(PcapWriter.OUTBOUND, memory, 0, length, memory, 0, 0);
        return true;
      }

      @Override
      public void flush() {
        if (out != null) {
          out.flush();
        }
      }
    };
  }

  @Override
  Receiver receiver(Dataplane dataplane) {
    return new Replay(dataplane);
  }

  @Override
  void close() {
    if (out != null) {
      out.close();
    }
    if (in != null) {
      try {
        in.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public String toString() {
    return "port %d: '%s'".formatted(number(), name);
  }

  /** The frames of the capture, one at a time. */
  private final class Replay implements Receiver {
    private final Dataplane dataplane;
    private final MemorySegment memory = Arena.ofAuto().allocate(LONGEST);
    private @Nullable ByteBuffer next;
    private boolean running;
    private boolean ended = in == null;
    private long epoch;

    Replay(Dataplane dataplane) {
      this.dataplane = dataplane;
    }

    @Override
    public MemorySegment memory() {
      return memory;
    }

    @Override
    public int await() {
      long wait = TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MILLISECONDS);
      if (next == null && !ended) {
        read();
      }
      if (next != null && in != null && (running || dataplane.program() != null)) {
        long now = System.nanoTime();
        if (!running) {
          running = true;
          epoch = now + BEFORE_THE_FIRST - in.time();
        }
        wait = Math.min(wait, epoch + in.time() - now);
        if (wait <= 0) {
          return 1;
        }
      }
      dataplane.awaitStop(wait);
      return 0;
    }

    private void read() {
      try {
        next = in == null ? null : in.next();
        ended = next == null;
      } catch (IOException e) {
        ended = true;
        LOG.error("port {}: no more frames: {}", number(), e.getMessage());
      }
    }

    @Override
    public int place(int i, Frame frame) {
      ByteBuffer bytes = next;
      if (bytes == null || in == null) {
        return 0;
      }
      int length = bytes.remaining();
      if (length < in.original() || length > LONGEST) {
        return -in.original();
      }
      MemorySegment.copy(MemorySegment.ofBuffer(bytes), 0, memory, 0, length);
      frame.place(0, length);
      frame.clearOffload();
      return length;
    }

    @Override
    public void release() {
      next = null;
    }

    @Override
    public void close() {
      // The file is the port's.
    }
  }
}
