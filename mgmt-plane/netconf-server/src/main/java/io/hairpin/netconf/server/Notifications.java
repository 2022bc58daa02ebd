package io.hairpin.netconf.server;

import static io.hairpin.netconf.server.Parameters.invalid;
import static io.hairpin.netconf.server.Parameters.only;

import java.io.IOException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stream NETCONF with its replay log, and subscriptions to it by create-subscription (RFC
 * 5277). A subscriber whose place in the log is gone before he has read it loses his session, and
 * may ask for a replay in the next.
 */
final class Notifications {
  private static final Logger LOG = LoggerFactory.getLogger(Notifications.class);
  static final String STREAM = "NETCONF";
  static final String DESCRIPTION = "all notifications of this server";

  private final Definition root;
  private final AccessControl access;
  private final Time time;
  private final EventLog log;
  private final Instant created;
  private final StateBuilder netmod;

  Notifications(Schema schema, AccessControl access, Time time, int capacity) {
    this.access = access;
    root = schema.root();
    this.time = time;
    log = new EventLog(capacity);
    created = time.now();
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
                netmod.leaf("description", DESCRIPTION),
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

  /**
   * Tells all who want to hear of it that something has happened just now.
   *
   * @param at the data node that the notification belongs to; empty for one of a module
   */
  void publish(Definition definition, YangInstanceIdentifier at, ContainerNode content) {
    LOG.debug("notification {}", definition.localName());
    log.add(() -> Event.of(root, time.now(), definition, at, content));
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
    Instant from = instant(start);
    Instant until = instant(stop);
    if (start == null && stop != null) {
      throw RpcError.protocol(ErrorTag.MISSING_ELEMENT, "stopTime needs startTime")
          .withInfo("bad-element", "startTime")
          .asException();
    }
    if (start != null && from != null && from.isAfter(time.now())) {
      throw bad(start, "startTime is later than now");
    }
    if (stop != null && until != null && until.isBefore(from)) {
      throw bad(stop, "stopTime is earlier than startTime");
    }
    switch (session.subscribed()) {
      case EXCLUSIVELY ->
          throw RpcError.protocol(
                  ErrorTag.OPERATION_FAILED, "this session has a subscription already")
              .asException();
      case DYNAMICALLY ->
          throw RpcError.protocol(
                  ErrorTag.OPERATION_NOT_SUPPORTED,
                  "this session has subscriptions by establish-subscription, and the two do not"
                      + " mix")
              .asException();
      case NOT -> session.subscribeExclusively(true);
    }
    Delivery delivery = new Delivery(session, time, () -> session.subscribeExclusively(false));
    delivery.turnTo(
        feed(
            delivery,
            new Manner(session, delivery),
            session,
            new StreamFeed.Wanted(filter, from, until)));
    session.afterReply(delivery::start);
    return Reply.OK;
  }

  /** What a subscriber wants of the stream. */
  StreamFeed feed(
      Delivery delivery, StreamFeed.Manner manner, Session session, StreamFeed.Wanted wanted) {
    return new StreamFeed(log, delivery, manner, session, access, time, wanted);
  }

  private static RpcException bad(Element element, String message) {
    return RpcError.protocol(ErrorTag.BAD_ELEMENT, message)
        .withInfo("bad-element", element.name)
        .asException();
  }

  private static @Nullable Instant instant(@Nullable Element element) throws RpcException {
    if (element == null) {
      return null;
    }
    try {
      return OffsetDateTime.parse(element.text().strip()).toInstant();
    } catch (DateTimeParseException e) {
      throw invalid(element, "a date-and-time such as " + Instant.EPOCH);
    }
  }

  /** As RFC 5277 has it. */
  private final class Manner implements StreamFeed.Manner {
    private final Session session;
    private final Delivery delivery;

    Manner(Session session, Delivery delivery) {
      this.session = session;
      this.delivery = delivery;
    }

    @Override
    public void replayed() throws IOException {
      delivery.send(control("replayComplete"));
    }

    @Override
    public void completed() throws IOException {
      delivery.end(control("notificationComplete"));
    }

    @Override
    public boolean lost(EventLog.LostException why) {
      session.kill("it takes notifications too slowly: " + why.getMessage());
      return false;
    }

    @Override
    public void filterFails() {
      session.kill("the filter of its subscription cannot be evaluated");
    }

    @Override
    public void counted(boolean sent) {}

    private Reply control(String name) {
      return Event.of(
              root,
              time.now(),
              Objects.requireNonNull(root.notifications().get(netmod.name(name))),
              YangInstanceIdentifier.of(),
              netmod.container(name))
          .message();
    }
  }
}
