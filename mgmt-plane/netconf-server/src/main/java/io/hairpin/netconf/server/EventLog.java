package io.hairpin.netconf.server;

import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
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
  private final Set<Runnable> readers = ConcurrentHashMap.newKeySet();
  private final @Nullable Event[] kept;
  private @Nullable Instant aged;
  private long next;

  EventLog(int capacity) {
    kept = new Event[capacity];
  }

  /**
   * Adds an event. It is made when it is its turn, so that no reader whose time comes after the
   * event's finds the log without it.
   */
  void add(Supplier<Event> happening) {
    lock.lock();
    try {
      Event event = happening.get();
      int place = (int) (next % kept.length);
      Event gone = kept[place];
      aged = gone == null ? null : gone.time();
      kept[place] = event;
      next++;
    } finally {
      lock.unlock();
    }
    readers.forEach(Runnable::run);
  }

  /** Tells a reader of every event from now on; what it does must not block. */
  void follow(Runnable reader) {
    readers.add(reader);
  }

  void leave(Runnable reader) {
    readers.remove(reader);
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

  /** The time of the last event that is no longer kept; null if all are. */
  @Nullable Instant agedTime() {
    lock.lock();
    try {
      return aged;
    } finally {
      lock.unlock();
    }
  }

  /**
   * An event by its number.
   *
   * @return null if it is yet to come
   */
  @Nullable Event get(long number) throws LostException {
    lock.lock();
    try {
      if (number < oldest()) {
        throw new LostException(oldest() - number);
      }
      return number < next ? kept[(int) (number % kept.length)] : null;
    } finally {
      lock.unlock();
    }
  }
}
