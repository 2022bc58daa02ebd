package io.hairpin.netconf.server;

import java.io.Closeable;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** What time it is, and what is to be done later. Thread-safe. */
interface Time extends Closeable {
  Instant now();

  /**
   * Does something later, in a thread of its own.
   *
   * @return takes the task back; it may be running by then
   */
  Runnable after(Duration delay, Runnable task);

  @Override
  void close();

  /** The clock of the system. */
  static Time system() {
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("netconf-timer").factory());
    return new Time() {
      @Override
      public Instant now() {
        return Instant.now();
      }

      @Override
      public Runnable after(Duration delay, Runnable task) {
        ScheduledFuture<?> future =
            timer.schedule(
                () -> Thread.ofVirtual().name("netconf-later").start(task),
                delay.toMillis(),
                TimeUnit.MILLISECONDS);
        return () -> future.cancel(false);
      }

      @Override
      public void close() {
        timer.shutdownNow();
      }
    };
  }
}
