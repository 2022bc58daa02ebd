package io.hairpin.netconf.server;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The last events of a stream, numbered from 0. Whoever reads them follows by number, so a reader
 * costs nothing but his place, and one who is too slow finds that his place is gone. Thread-safe.
 */
final class EventLog {
  /** What was to be read next is no longer kept. */
  static final class LostException extends Exception {
    LostException(long events) {
      super(events + " events were lost: the log keeps no more");
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final @Nullable Event[] kept;
  private final InstantSource clock;
  private long next;
  private boolean closed;

  EventLog(int capacity, InstantSource clock) {
    kept = new Event[capacity];
    this.clock = clock;
  }

  void add(Event event) {
    lock.lock();
    try {
      kept[(int) (next % kept.length)] = event;
      next++;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The number that the next event will have. */
  long next() {
    lock.lock();
    try {
      return next;
    } finally {
      lock.unlock();
    }
  }

  private long oldest() {
    return Math.max(0, next - kept.length);
  }

  /** The number of the oldest event kept that is not before a time. */
  long since(Instant start) {
    lock.lock();
    try {
      for (long number = oldest(); number < next; number++) {
        Event event = kept[(int) (number % kept.length)];
        if (event != null && !event.time().isBefore(start)) {
          return number;
        }
      }
      return next;
    } finally {
      lock.unlock();
    }
  }

  /** The time of the oldest event kept; null if there is none. */
  @Nullable Instant oldestTime() {
    lock.lock();
    try {
      Event event = kept[(int) (oldest() % kept.length)];
      return event == null ? null : event.time();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for an event.
   *
   * @param until when to give up; null for never
   * @return the event; null if it was time to give up, or the log was closed
   */
  @Nullable Event await(long number, @Nullable Instant until)
      throws LostException, InterruptedException {
    lock.lock();
    try {
      while (number >= next && !closed) {
        if (until == null) {
          changed.await();
        } else {
          long millis = clock.instant().until(until).toMillis();
          if (millis < 0) {
            return null;
          }
          // At least one, so that the time is over when it wakes up.
          boolean woken = changed.await(millis + 1, TimeUnit.MILLISECONDS);
          if (!woken && number >= next) {
            return null;
          }
        }
      }
      if (number < oldest()) {
        throw new LostException(oldest() - number);
      }
      return number < next ? kept[(int) (number % kept.length)] : null;
    } finally {
      lock.unlock();
    }
  }

  /** Lets no one wait any longer. */
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
