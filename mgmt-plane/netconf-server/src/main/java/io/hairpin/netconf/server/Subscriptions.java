package io.hairpin.netconf.server;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.Empty;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.common.Uint32;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerChild;
import org.opendaylight.yangtools.yang.data.api.schema.LeafNode;

/**
 * The dynamic subscriptions of RFC 8639 and RFC 8641, over NETCONF as RFC 8640 has it: each belongs
 * to the session that established it. Thread-safe.
 */
final class Subscriptions implements Watcher {
  /** A session that wants more is refused. */
  static final int MAX_OF_SESSION = 100;

  private final Schema schema;
  private final Datastores datastores;
  private final Operational operational;
  private final int maxPush;
  private final Invocations invocations;
  private final Notifications notifications;
  private final Time time;
  private final TermsReader reader;
  private final StateBuilder sn;
  private final StateBuilder yp;
  private final AtomicInteger last = new AtomicInteger();
  private final Map<Integer, DynamicSubscription> all = new ConcurrentSkipListMap<>();

  Subscriptions(
      Schema schema,
      Datastores datastores,
      Operational operational,
      Invocations invocations,
      Notifications notifications,
      Time time,
      int maxPush) {
    this.schema = schema;
    this.datastores = datastores;
    this.operational = operational;
    this.maxPush = maxPush;
    this.invocations = invocations;
    this.notifications = notifications;
    this.time = time;
    reader = new TermsReader(schema, datastores, time);
    sn = new StateBuilder(schema.module(Namespaces.SUBSCRIBED));
    yp = new StateBuilder(schema.module(Namespaces.PUSH));
  }

  void register(Operations operations) {
    operations.add(Namespaces.SUBSCRIBED, "establish-subscription", this::establish);
    operations.add(Namespaces.SUBSCRIBED, "modify-subscription", this::modify);
    operations.add(Namespaces.SUBSCRIBED, "delete-subscription", this::delete);
    operations.add(Namespaces.SUBSCRIBED, "kill-subscription", this::kill);
    operations.add(Namespaces.PUSH, "resync-subscription", this::resync);
  }

  /** The streams and the subscriptions that there are. */
  Map<QName, StateProvider> providers() {
    return Map.of(
        sn.name("streams"),
        () -> Optional.of(streams()),
        sn.name("subscriptions"),
        () ->
            Optional.of(
                sn.container(
                    "subscriptions",
                    sn.list(
                        "subscription",
                        all.values().stream().map(DynamicSubscription::state).toList()))));
  }

  private ContainerNode streams() {
    List<DataContainerChild> about = new ArrayList<>();
    about.add(sn.leaf("description", Notifications.DESCRIPTION));
    about.add(sn.leaf("replay-support", Empty.value()));
    about.add(sn.leaf("replay-log-creation-time", notifications.created().toString()));
    Instant aged = notifications.log().agedTime();
    if (aged != null) {
      about.add(sn.leaf("replay-log-aged-time", aged.toString()));
    }
    return sn.container(
        "streams",
        sn.list(
            "stream", List.of(sn.entry("stream", Map.of("name", Notifications.STREAM), about))));
  }

  private ContainerNode input(Element rpc, SubscriptionError.Request request) throws RpcException {
    try {
      return invocations.input(rpc);
    } catch (RpcException e) {
      throw understood(e, request);
    }
  }

  /** Values that the schema does not have are refused as the subscription's own errors. */
  private static RpcException understood(RpcException e, SubscriptionError.Request request) {
    RpcError error = e.errors().getFirst();
    YangInstanceIdentifier path = error.path();
    if (!error.tag().equals(ErrorTag.INVALID_VALUE) || path == null || path.isEmpty()) {
      return e;
    }
    String leaf = path.getLastPathArgument().getNodeType().getLocalName();
    return switch (leaf) {
      case "encoding" ->
          SubscriptionError.ENCODING_UNSUPPORTED.in(request, error.message(), Map.of());
      case "datastore" ->
          SubscriptionError.DATASTORE_NOT_SUBSCRIBABLE.in(request, error.message(), Map.of());
      case "stream-xpath-filter", "datastore-xpath-filter" ->
          SubscriptionError.FILTER_UNSUPPORTED.in(
              request, error.message(), Map.of("filter-failure-hint", error.message()));
      default -> e;
    };
  }

  private static boolean isPush(Element rpc) {
    return rpc.children().stream().anyMatch(child -> child.namespace.equals(Namespaces.PUSH));
  }

  private Reply establish(Session session, Element rpc) throws RpcException {
    SubscriptionError.Request request =
        isPush(rpc)
            ? SubscriptionError.Request.ESTABLISH_DATASTORE
            : SubscriptionError.Request.ESTABLISH_STREAM;
    if (session.subscribed() == Session.Subscribed.EXCLUSIVELY) {
      throw RpcError.protocol(
              ErrorTag.OPERATION_NOT_SUPPORTED,
              "this session has a subscription by create-subscription, and the two do not mix")
          .asException();
    }
    ContainerNode input = input(rpc, request);
    Terms first = reader.established(session.actor(), input);
    int id = last.incrementAndGet();
    DynamicSubscription subscription =
        new DynamicSubscription(schema, time, session, id, first, () -> over(session, id));
    all.put(id, subscription);
    Terms terms;
    try {
      if (session.subscribe() > MAX_OF_SESSION) {
        throw SubscriptionError.INSUFFICIENT_RESOURCES.in(
            request,
            "this session has %d subscriptions, which is the limit".formatted(MAX_OF_SESSION),
            Map.of());
      }
      // From here on changes of its configured filter are heard, and before it may have changed.
      terms = reader.established(session.actor(), input);
      subscription.agree(terms);
      demandFeasible(session, terms, request);
      subscription.delivery().turnTo(feed(subscription, terms));
    } catch (RpcException e) {
      subscription.delivery().end();
      throw e;
    }
    session.afterReply(subscription.delivery()::start);
    Instant revised = revisedStart(terms);
    return out -> {
      out.leaf(Namespaces.SUBSCRIBED, "id", Integer.toString(id));
      if (revised != null) {
        out.leaf(Namespaces.SUBSCRIBED, "replay-start-time-revision", revised.toString());
      }
    };
  }

  private void over(Session session, int id) {
    all.remove(id);
    session.unsubscribe();
  }

  /** From when the log has events, where that is after the time that was asked for. */
  private @Nullable Instant revisedStart(Terms terms) {
    if (!(terms.target() instanceof Terms.Stream(EventFilter filter, Instant from))
        || from == null) {
      return null;
    }
    Instant aged = notifications.log().agedTime();
    Instant first = aged == null ? notifications.created() : aged;
    return from.isBefore(first) ? first : null;
  }

  private Delivery.Feed feed(DynamicSubscription subscription, Terms terms) throws RpcException {
    return switch (terms.target()) {
      case Terms.Stream stream ->
          notifications.feed(
              subscription.delivery(), subscription, subscription.session(), wanted(stream, terms));
      case Terms.Datastore datastore -> {
        PushView view = view(subscription.session(), datastore);
        yield switch (datastore.trigger()) {
          case Terms.Periodic periodic ->
              new PeriodicFeed(subscription, view, time, periodic, terms.until(), maxPush);
          case Terms.OnChange change ->
              new ChangeFeed(subscription, view, time, change, terms.until());
        };
      }
    };
  }

  private PushView view(Session session, Terms.Datastore target) {
    return new PushView(schema.root(), datastores, operational, session.actor(), target);
  }

  /** Refuses what cannot be sent of a datastore, or is too much for one update. */
  private void demandFeasible(Session session, Terms terms, SubscriptionError.Request request)
      throws RpcException {
    if (!(terms.target() instanceof Terms.Datastore target)) {
      return;
    }
    PushView view = view(session, target);
    long size;
    try {
      size = PushView.count(view.now());
    } catch (RpcException e) {
      String why = e.errors().getFirst().message();
      throw SubscriptionError.FILTER_UNSUPPORTED.in(
          request, why, Map.of("filter-failure-hint", why));
    }
    if (target.trigger() instanceof Terms.OnChange change) {
      String why = null;
      List<Definition> untold =
          view.isOperational() ? operational.untold(target.selection()) : List.of();
      if (target.name().equals(Datastores.Name.CANDIDATE.toString())) {
        why = "candidate can be had periodically only";
      } else if (!untold.isEmpty()) {
        why =
            "the state at %s can be had periodically only"
                .formatted(untold.stream().map(Definition::path).collect(Collectors.joining(", ")));
      }
      if (why != null) {
        throw SubscriptionError.ON_CHANGE_UNSUPPORTED.in(
            request, why, Map.of("filter-failure-hint", why));
      }
      if (change.sync()) {
        demandSize(size, SubscriptionError.SYNC_TOO_BIG, request);
      }
    } else {
      demandSize(size, SubscriptionError.UPDATE_TOO_BIG, request);
    }
  }

  private void demandSize(long size, SubscriptionError error, SubscriptionError.Request request)
      throws RpcException {
    if (size > maxPush) {
      Map<String, Object> hints = new LinkedHashMap<>();
      hints.put("object-count-estimate", size);
      hints.put("object-count-limit", maxPush);
      throw error.in(
          request, "%d nodes are selected, and %d is the limit".formatted(size, maxPush), hints);
    }
  }

  /** Whether it can go on; one that is periodic is suspended while there is too much. */
  private boolean isFeasible(Session session, Terms terms) {
    if (!(terms.target() instanceof Terms.Datastore datastore)
        || datastore.trigger() instanceof Terms.Periodic) {
      return true;
    }
    try {
      demandFeasible(session, terms, SubscriptionError.Request.MODIFY_DATASTORE);
      return true;
    } catch (RpcException e) {
      return false;
    }
  }

  private static StreamFeed.Wanted wanted(Terms.Stream stream, Terms terms) {
    return new StreamFeed.Wanted(stream.filter(), stream.from(), terms.until());
  }

  private DynamicSubscription own(
      Session session, Uint32 id, SubscriptionError error, SubscriptionError.Request request)
      throws RpcException {
    DynamicSubscription found = all.get(id.intValue());
    if (found == null || found.session() != session) {
      throw error.in(request, "this session has no subscription %s".formatted(id), Map.of());
    }
    return found;
  }

  private static Uint32 id(ContainerNode input, StateBuilder module) {
    return TermsReader.find(input, module.name("id")) instanceof LeafNode<?> leaf
            && leaf.body() instanceof Uint32 id
        ? id
        : Uint32.ZERO;
  }

  private Reply modify(Session session, Element rpc) throws RpcException {
    SubscriptionError.Request request =
        isPush(rpc)
            ? SubscriptionError.Request.MODIFY_DATASTORE
            : SubscriptionError.Request.MODIFY_STREAM;
    ContainerNode input = input(rpc, request);
    DynamicSubscription subscription =
        own(session, id(input, sn), SubscriptionError.NO_SUCH_SUBSCRIPTION, request);
    Terms terms = reader.modified(session.actor(), subscription.terms(), input);
    demandFeasible(session, terms, request);
    subscription.agree(terms);
    // Its configured filter may have changed meanwhile.
    session.afterReply(() -> subscription.delivery().then(() -> renew(subscription)));
    return Reply.OK;
  }

  /** Goes on by other terms, after what was to be sent by those before. */
  private void goOn(DynamicSubscription subscription) throws IOException {
    Terms terms = subscription.terms();
    Delivery.Feed before = subscription.delivery().feed();
    try {
      if (before instanceof ChangeFeed changes) {
        changes.flush();
      }
      subscription.goOn(
          terms.target() instanceof Terms.Stream stream && before instanceof StreamFeed present
              ? present.with(wanted(stream, terms))
              : feed(subscription, terms));
    } catch (RpcException e) {
      subscription.filterFails();
    }
  }

  private Reply resync(Session session, Element rpc) throws RpcException {
    SubscriptionError.Request request = SubscriptionError.Request.RESYNC;
    DynamicSubscription subscription =
        own(
            session,
            id(input(rpc, request), yp),
            SubscriptionError.NO_SUCH_SUBSCRIPTION_RESYNC,
            request);
    if (!(subscription.terms().target() instanceof Terms.Datastore target)
        || !(target.trigger() instanceof Terms.OnChange change)
        || !change.sync()) {
      throw SubscriptionError.ON_CHANGE_SYNC_UNSUPPORTED.in(
          request,
          "subscription %d is not on-change with sync-on-start".formatted(subscription.id()),
          Map.of());
    }
    demandSize(
        PushView.count(view(session, target).now()), SubscriptionError.SYNC_TOO_BIG, request);
    session.afterReply(
        () ->
            subscription
                .delivery()
                .then(
                    () -> {
                      if (subscription.delivery().feed() instanceof ChangeFeed feed) {
                        feed.resync();
                      }
                    }));
    return Reply.OK;
  }

  private Reply delete(Session session, Element rpc) throws RpcException {
    SubscriptionError.Request request = SubscriptionError.Request.DELETE;
    own(session, id(input(rpc, request), sn), SubscriptionError.NO_SUCH_SUBSCRIPTION, request)
        .delivery()
        .end();
    return Reply.OK;
  }

  private Reply kill(Session session, Element rpc) throws RpcException {
    SubscriptionError.Request request = SubscriptionError.Request.DELETE;
    Uint32 id = id(input(rpc, request), sn);
    DynamicSubscription killed = all.remove(id.intValue());
    if (killed == null) {
      throw SubscriptionError.NO_SUCH_SUBSCRIPTION.in(
          request, "there is no subscription %s".formatted(id), Map.of());
    }
    killed.terminate(sn.name("no-such-subscription"));
    return Reply.OK;
  }

  /**
   * A configured filter that is changed counts from then on; one that is gone ends what uses it.
   */
  @Override
  public void changed(Actor by, Datastores.Name datastore, Change change) {
    if (datastore != Datastores.Name.RUNNING) {
      return;
    }
    Touched touched = null;
    for (DynamicSubscription subscription : all.values()) {
      String name = subscription.terms().filterName();
      if (name != null) {
        if (touched == null) {
          touched = new Touched();
          for (Change.Edit edit : change.edits()) {
            touched.to(edit.path()).mark();
          }
        }
        if (touched.overlaps(filter(subscription.terms(), name))) {
          subscription.delivery().then(() -> renew(subscription));
        }
      }
    }
  }

  private YangInstanceIdentifier filter(Terms terms, String name) {
    boolean stream = terms.target() instanceof Terms.Stream;
    QName list = stream ? sn.name("stream-filter") : yp.name("selection-filter");
    StateBuilder module = stream ? sn : yp;
    return YangInstanceIdentifier.of(sn.name("filters"))
        .node(list)
        .node(
            module
                .entry(list.getLocalName(), Map.of(stream ? "name" : "filter-id", name), List.of())
                .name());
  }

  /** Goes on by its terms with its filter as it is now; only in a step. */
  private void renew(DynamicSubscription subscription) throws IOException {
    Session session = subscription.session();
    Terms before = subscription.terms();
    Terms now = reader.renewed(session.actor(), before);
    if (now == null || !isFeasible(session, now)) {
      subscription.terminate(sn.name("filter-unavailable"));
    } else if (subscription.agree(before, now)) {
      goOn(subscription);
    }
  }
}
