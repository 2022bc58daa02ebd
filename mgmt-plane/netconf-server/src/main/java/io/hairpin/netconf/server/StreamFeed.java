package io.hairpin.netconf.server;

import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The events of a stream that one subscriber wants and may have, read from its log. */
final class StreamFeed implements Delivery.Feed {
  /** How a subscriber is told what is not an event of the stream. */
  interface Manner {
    /** All that is replayed was sent. */
    void replayed() throws IOException;

    /** It is over: stopTime has come. */
    void completed() throws IOException;

    /**
     * Events are lost, since he was too slow.
     *
     * @return whether it goes on with what is new
     */
    boolean lost(EventLog.LostException why) throws IOException;

    /** Its filter cannot be evaluated with an event. */
    void filterFails() throws IOException;

    /** An event was looked at, and is sent next or not; who receives it finds it counted. */
    void counted(boolean sent);
  }

  /**
   * What of the stream.
   *
   * @param from where replay begins; null without it
   * @param until when it is over; null for never
   */
  record Wanted(EventFilter filter, @Nullable Instant from, @Nullable Instant until) {}

  private final EventLog log;
  private final Delivery delivery;
  private final Manner manner;
  private final Session session;
  private final AccessControl access;
  private final Time time;
  private final Wanted wanted;
  private final Runnable reader;

  /** Where what is new begins. */
  private final long live;

  private long number;
  private boolean replaying;

  StreamFeed(
      EventLog log,
      Delivery delivery,
      Manner manner,
      Session session,
      AccessControl access,
      Time time,
      Wanted wanted) {
    this(
        log,
        delivery,
        manner,
        session,
        access,
        time,
        wanted,
        log.next(),
        wanted.from == null ? log.next() : log.since(wanted.from),
        wanted.from != null);
  }

  private StreamFeed(
      EventLog log,
      Delivery delivery,
      Manner manner,
      Session session,
      AccessControl access,
      Time time,
      Wanted wanted,
      long live,
      long number,
      boolean replaying) {
    this.log = log;
    this.delivery = delivery;
    this.manner = manner;
    this.session = session;
    this.access = access;
    this.time = time;
    this.wanted = wanted;
    this.live = live;
    this.number = number;
    this.replaying = replaying;
    reader = delivery::wake;
    log.follow(reader);
  }

  /** The same from the same place, for other wishes. */
  StreamFeed with(Wanted other) {
    return new StreamFeed(
        log, delivery, manner, session, access, time, other, live, number, replaying);
  }

  @Override
  public boolean send() throws IOException {
    // Asked before the log, so that nothing is missed that came before that time.
    boolean late = wanted.until != null && !time.now().isBefore(wanted.until);
    while (true) {
      Event event;
      try {
        event = number >= live && replaying ? null : log.get(number);
      } catch (EventLog.LostException e) {
        // What comes while he is told is not lost.
        number = log.next();
        if (!manner.lost(e)) {
          return false;
        }
        continue;
      }
      boolean over =
          event == null ? late : wanted.until != null && event.time().isAfter(wanted.until);
      if (replaying && (event == null || over)) {
        replaying = false;
        manner.replayed();
        continue;
      }
      if (over) {
        manner.completed();
        return false;
      }
      if (event == null) {
        if (wanted.until != null) {
          delivery.wakeAt(wanted.until);
        }
        return true;
      }
      number++;
      boolean selected;
      try {
        selected = wanted.filter.selects(event) && access.mayReceive(session.actor(), event);
      } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
        manner.filterFails();
        return false;
      }
      manner.counted(selected);
      if (selected && !delivery.send(event.message())) {
        return false;
      }
    }
  }

  @Override
  public void close() {
    log.leave(reader);
  }
}
