package io.hairpin.netconf.server;

import static io.hairpin.netconf.server.Parameters.invalid;
import static io.hairpin.netconf.server.Parameters.only;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stream NETCONF with its replay log, and subscriptions to it by create-subscription (RFC
 * 5277). A subscriber reads from the log in a thread of his own; one whose place in the log is gone
 * before he has read it loses his session, and may ask for a replay in the next.
 */
final class Notifications {
  private static final Logger LOG = LoggerFactory.getLogger(Notifications.class);
  static final String STREAM = "NETCONF";

  private final Definition root;
  private final AccessControl access;
  private final InstantSource clock;
  private final EventLog log;
  private final Instant created;
  private final StateBuilder netmod;

  Notifications(Schema schema, AccessControl access, InstantSource clock, int capacity) {
    this.access = access;
    root = schema.root();
    this.clock = clock;
    log = new EventLog(capacity, clock);
    created = clock.instant();
    netmod = new StateBuilder(schema.module(Namespaces.NETMOD));
  }

  void register(Operations operations) {
    operations.add(Namespaces.NOTIFICATION, "create-subscription", this::createSubscription);
  }

  Map<QName, StateProvider> providers() {
    var stream =
        netmod.entry(
            "stream",
            Map.of("name", STREAM),
            List.of(
                netmod.leaf("description", "all notifications of this server"),
                netmod.leaf("replaySupport", true),
                netmod.leaf("replayLogCreationTime", created.toString())));
    var streams =
        netmod.container(
            "netconf", netmod.container("streams", netmod.list("stream", List.of(stream))));
    return Map.of(streams.name().getNodeType(), () -> Optional.of(streams));
  }

  EventLog log() {
    return log;
  }

  Instant created() {
    return created;
  }

  void publish(Event event) {
    LOG.debug("notification {}", event.definition().localName());
    log.add(event);
  }

  /** Ends all subscriptions without a word. */
  void close() {
    log.close();
  }

  private Reply createSubscription(Session session, Element input) throws RpcException {
    only(input, "stream", "filter", "startTime", "stopTime");
    Element stream = input.child("stream").orElse(null);
    if (stream != null && !stream.text().strip().equals(STREAM)) {
      throw invalid(stream, "the stream " + STREAM);
    }
    EventFilter filter = EventFilter.of(input.child("filter").orElse(null), root);
    Element start = input.child("startTime").orElse(null);
    Element stop = input.child("stopTime").orElse(null);
    Instant from = time(start);
    Instant until = time(stop);
    if (start == null && stop != null) {
      throw RpcError.protocol(ErrorTag.MISSING_ELEMENT, "stopTime needs startTime")
          .withInfo("bad-element", "startTime")
          .asException();
    }
    if (start != null && from != null && from.isAfter(clock.instant())) {
      throw bad(start, "startTime is later than now");
    }
    if (stop != null && until != null && until.isBefore(from)) {
      throw bad(stop, "stopTime is earlier than startTime");
    }
    if (!session.subscribe()) {
      throw RpcError.protocol(ErrorTag.OPERATION_FAILED, "this session has a subscription already")
          .asException();
    }
    Subscriber subscriber =
        new Subscriber(session, filter, from == null ? log.next() : log.since(from), from, until);
    session.afterReply(subscriber::start);
    session.onEnd(subscriber::stop);
    return Reply.OK;
  }

  private static RpcException bad(Element element, String message) {
    return RpcError.protocol(ErrorTag.BAD_ELEMENT, message)
        .withInfo("bad-element", element.name)
        .asException();
  }

  private static @Nullable Instant time(@Nullable Element element) throws RpcException {
    if (element == null) {
      return null;
    }
    try {
      return OffsetDateTime.parse(element.text().strip()).toInstant();
    } catch (DateTimeParseException e) {
      throw invalid(element, "a date-and-time such as " + Instant.EPOCH);
    }
  }

  private final class Subscriber {
    private final Session session;
    private final EventFilter filter;
    private final @Nullable Instant from;
    private final @Nullable Instant until;
    private final long replayed;
    private final Thread thread;
    private long number;

    Subscriber(
        Session session,
        EventFilter filter,
        long number,
        @Nullable Instant from,
        @Nullable Instant until) {
      this.session = session;
      this.filter = filter;
      this.number = number;
      this.from = from;
      this.until = until;
      replayed = log.next();
      thread = Thread.ofVirtual().name("netconf-subscription-" + session.id()).unstarted(this::run);
    }

    void start() {
      thread.start();
    }

    void stop() {
      thread.interrupt();
    }

    private void run() {
      try {
        if (from != null) {
          boolean more = follow(replayed);
          session.notify(control("replayComplete"));
          if (!more) {
            finish();
            return;
          }
        }
        if (!follow(Long.MAX_VALUE)) {
          finish();
        }
      } catch (EventLog.LostException e) {
        session.kill("it takes notifications too slowly: " + e.getMessage());
      } catch (IOException e) {
        session.kill("a notification could not be sent: " + e.getMessage());
      } catch (InterruptedException e) {
        LOG.debug("the subscription of session {} ends", session.id());
      } catch (RuntimeException e) {
        LOG.error("the subscription of session {} failed", session.id(), e);
        session.kill("its subscription failed");
      }
    }

    private void finish() throws IOException {
      session.unsubscribe();
      session.notify(control("notificationComplete"));
    }

    /** Sends the events before a number; false when an event is after stopTime, or that is over. */
    private boolean follow(long end)
        throws IOException, InterruptedException, EventLog.LostException {
      while (number < end) {
        Event event = log.await(number, until);
        if (event == null || (until != null && event.time().isAfter(until))) {
          return false;
        }
        number++;
        if (filter.selects(event) && access.mayReceive(session.actor(), event)) {
          session.notify(event);
        }
      }
      return true;
    }

    private Event control(String name) {
      var content = netmod.container(name);
      Definition definition = root.notifications().get(netmod.name(name));
      if (definition == null) {
        throw new IllegalStateException(name + " is not in the schema");
      }
      return Event.of(root, clock.instant(), definition, YangInstanceIdentifier.of(), content);
    }
  }
}
