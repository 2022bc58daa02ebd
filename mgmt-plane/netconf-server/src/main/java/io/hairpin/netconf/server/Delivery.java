package io.hairpin.netconf.server;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends to one subscriber what there is for him, one thing after the other, as long as his session
 * lasts. It waits for nobody but him: an event, a change or a timer wakes it, and then it sends in
 * a thread of its own. Thread-safe.
 */
final class Delivery {
  private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);

  /** Where what is sent comes from; called by one thread at a time. */
  interface Feed {
    /**
     * Sends what is due, and says with {@link Delivery#wakeAt} when to ask again.
     *
     * @return whether there may be more
     */
    boolean send() throws IOException;

    /** Is not asked any more. */
    void close();
  }

  /** Is done between two messages. */
  interface Step {
    void run() throws IOException;
  }

  private final Session session;
  private final Time time;
  private final Runnable atEnd;
  private final AtomicInteger wakes = new AtomicInteger();
  private final AtomicBoolean ended = new AtomicBoolean();
  private final Queue<Step> steps = new ConcurrentLinkedQueue<>();
  private final Runnable ending = this::end;
  private volatile @Nullable Feed feed;
  private volatile boolean started;
  private volatile Runnable timer = () -> {};

  /**
   * Makes a delivery that has not begun.
   *
   * @param atEnd is called once, when nothing more is sent
   */
  Delivery(Session session, Time time, Runnable atEnd) {
    this.session = session;
    this.time = time;
    this.atEnd = atEnd;
    session.onEnd(ending);
  }

  /** Sets where what is sent comes from; only before the start and in a step. */
  void turnTo(Feed next) {
    Feed before = feed;
    feed = next;
    if (before != null) {
      before.close();
    }
    if (ended.get()) {
      next.close();
    }
  }

  @Nullable Feed feed() {
    return feed;
  }

  /** Begins to send. */
  void start() {
    started = true;
    wake();
  }

  /** Lets something be done before anything else is sent. */
  void then(Step step) {
    steps.add(step);
    wake();
  }

  /** There may be something to send. */
  void wake() {
    if (started && wakes.getAndIncrement() == 0) {
      Thread.ofVirtual().name("netconf-subscription-" + session.id()).start(this::run);
    }
  }

  /** Wakes it when it is time, in place of the time that was told before. */
  void wakeAt(Instant at) {
    timer.run();
    Duration delay = Duration.between(time.now(), at);
    if (delay.isPositive()) {
      timer = time.after(delay, this::wake);
      if (ended.get()) {
        timer.run();
      }
    }
    // It may be time by now.
    if (!time.now().isBefore(at)) {
      wake();
    }
  }

  private void run() {
    int seen;
    do {
      seen = wakes.get();
      try {
        work();
      } catch (IOException e) {
        session.kill("a notification could not be sent: " + e.getMessage());
        end();
      } catch (RuntimeException e) {
        LOG.error("a subscription of session {} failed", session.id(), e);
        session.kill("its subscription failed");
        end();
      }
    } while (!wakes.compareAndSet(seen, 0));
  }

  private void work() throws IOException {
    for (Step step = steps.poll(); step != null; step = steps.poll()) {
      if (!ended.get()) {
        step.run();
      }
    }
    Feed present = feed;
    if (present != null && !ended.get() && !present.send()) {
      end();
    }
  }

  /**
   * Sends a message, unless the delivery has ended.
   *
   * @return whether it was sent
   */
  boolean send(Reply message) throws IOException {
    return session.notify(message, () -> !ended.get());
  }

  /** Ends it, and sends a last word. */
  void end(Reply lastWord) throws IOException {
    if (end()) {
      session.notify(lastWord, () -> true);
    }
  }

  /**
   * Sends nothing more, but for what is under way.
   *
   * @return false if it had ended before
   */
  boolean end() {
    if (!ended.compareAndSet(false, true)) {
      return false;
    }
    timer.run();
    session.forget(ending);
    Feed present = feed;
    if (present != null) {
      present.close();
    }
    atEnd.run();
    return true;
  }
}
