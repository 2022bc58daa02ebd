package io.hairpin.netconf.server;

import io.hairpin.netconf.server.ServerConfiguration.Limits;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** When the peer of a session was last heard and last took something. Thread-safe. */
final class Activity {
  /** How long a peer may take nothing of what is written to him. */
  static final Duration STALL = Duration.ofSeconds(60);

  private final long began;
  private volatile boolean greeted;
  private volatile boolean waiting;
  private volatile boolean writing;
  private volatile long since;

  Activity(long now) {
    began = now;
    since = now;
  }

  /** The peer's hello is in. */
  void greeted() {
    greeted = true;
  }

  /** The next request is awaited. */
  void waits(long now) {
    since = now;
    waiting = true;
  }

  /** A request begins; it may take as long as it takes. */
  void begins() {
    waiting = false;
  }

  /** A stream that notices when the peer sends something. */
  InputStream watched(InputStream in) {
    return new FilterInputStream(in) {
      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        int n = super.read(bytes, offset, length);
        since = System.nanoTime();
        return n;
      }
    };
  }

  /** A stream that notices when the peer takes nothing. */
  OutputStream watched(OutputStream out) {
    return new FilterOutputStream(out) {
      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        since = System.nanoTime();
        writing = true;
        try {
          out.write(bytes, offset, length);
        } finally {
          writing = false;
        }
      }
    };
  }

  /** Why the session is to be ended, or null. */
  @Nullable String overdue(long now, Limits limits, boolean subscriber) {
    if (writing) {
      return exceeds(now - since, STALL)
          ? "the peer took nothing for %d seconds".formatted(STALL.toSeconds())
          : null;
    }
    if (!greeted) {
      return exceeds(now - began, limits.helloTimeout())
          ? "hello-timeout of %d seconds".formatted(limits.helloTimeout().toSeconds())
          : null;
    }
    Duration idle = limits.idleTimeout();
    return waiting && !subscriber && idle.isPositive() && exceeds(now - since, idle)
        ? "idle-timeout of %d seconds".formatted(idle.toSeconds())
        : null;
  }

  private static boolean exceeds(long nanos, Duration limit) {
    return nanos > limit.toNanos();
  }
}
