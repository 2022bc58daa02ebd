package io.hairpin.netconf.server;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.common.QNameModule;
import org.opendaylight.yangtools.yang.common.Uint32;
import org.opendaylight.yangtools.yang.common.Uint64;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerChild;
import org.opendaylight.yangtools.yang.data.api.schema.MapEntryNode;

/** A subscription by establish-subscription, and what its receiver is told of it (RFC 8639). */
final class DynamicSubscription implements StreamFeed.Manner {
  private final Definition root;
  private final Time time;
  private final StateBuilder sn;
  private final QNameModule yp;
  private final Session session;
  private final int id;
  private final Delivery delivery;
  private final LongAdder sent = new LongAdder();
  private final LongAdder excluded = new LongAdder();
  private final AtomicReference<Terms> terms;
  private volatile boolean suspended;

  DynamicSubscription(
      Schema schema, Time time, Session session, int id, Terms terms, Runnable atEnd) {
    root = schema.root();
    sn = new StateBuilder(schema.module(Namespaces.SUBSCRIBED));
    yp = schema.module(Namespaces.PUSH);
    this.time = time;
    this.session = session;
    this.id = id;
    this.terms = new AtomicReference<>(terms);
    delivery = new Delivery(session, time, atEnd);
  }

  int id() {
    return id;
  }

  Session session() {
    return session;
  }

  Delivery delivery() {
    return delivery;
  }

  Terms terms() {
    return terms.get();
  }

  private Reply notice(String name, List<? extends DataContainerChild> content) {
    List<DataContainerChild> children = new ArrayList<>(content);
    children.add(sn.leaf("id", Uint32.valueOf(id)));
    return Event.of(
            root,
            time.now(),
            Objects.requireNonNull(root.notifications().get(sn.name(name))),
            YangInstanceIdentifier.of(),
            sn.container(name, children.toArray(DataContainerChild[]::new)))
        .message();
  }

  private Reply terminated(QName reason) {
    return notice("subscription-terminated", List.of(sn.leaf("reason", reason)));
  }

  /** Has other terms, by which {@link #goOn} goes. */
  void agree(Terms now) {
    terms.set(now);
  }

  /** The same, unless others than those before were agreed to meanwhile. */
  boolean agree(Terms before, Terms now) {
    return terms.compareAndSet(before, now);
  }

  /** Goes on by its terms with a feed of them; only in a step. */
  void goOn(Delivery.Feed feed) throws IOException {
    suspended = false;
    delivery.turnTo(feed);
    delivery.send(notice("subscription-modified", about()));
  }

  /** Ends it, and tells why (section 2.7.3). */
  void terminate(QName reason) {
    delivery.then(() -> delivery.end(terminated(reason)));
  }

  /** Ends it since its filter cannot be evaluated with the data that there are now. */
  @Override
  public void filterFails() throws IOException {
    delivery.end(terminated(sn.name("filter-unavailable")));
  }

  /** Sends nothing for some time, and tells why (section 2.7.4). */
  void suspend(SubscriptionError reason) throws IOException {
    suspend(QName.create(yp, reason.identity()));
  }

  private void suspend(QName reason) throws IOException {
    if (!suspended) {
      suspended = true;
      delivery.send(notice("subscription-suspended", List.of(sn.leaf("reason", reason))));
    }
  }

  void resume() throws IOException {
    if (suspended) {
      suspended = false;
      delivery.send(notice("subscription-resumed", List.of()));
    }
  }

  /** Sends all that is selected of a datastore (RFC 8641 section 3.7). */
  void push(ContainerNode data) throws IOException {
    push(
        "push-update",
        out -> {
          out.start(Namespaces.PUSH, "datastore-contents");
          new DataWriter(out).children(root, data);
          out.end();
        });
  }

  /** Sends what has changed of it. */
  void push(YangPatch patch, String patchId) throws IOException {
    push(
        "push-change-update",
        out -> {
          out.start(Namespaces.PUSH, "datastore-changes");
          patch.write(out, patchId);
          out.end();
        });
  }

  private void push(String name, Reply content) throws IOException {
    counted(true);
    delivery.send(
        Event.message(
            time.now(),
            out -> {
              out.start(Namespaces.PUSH, name);
              out.leaf(Namespaces.PUSH, "id", Integer.toString(id));
              content.write(out);
              out.end();
            }));
  }

  @Override
  public void replayed() throws IOException {
    delivery.send(notice("replay-completed", List.of()));
  }

  /** That stop-time has come is told so: subscription-completed is for configured ones only. */
  @Override
  public void completed() throws IOException {
    delivery.end(terminated(sn.name("no-such-subscription")));
  }

  @Override
  public boolean lost(EventLog.LostException why) throws IOException {
    suspend(sn.name("unsupportable-volume"));
    resume();
    return true;
  }

  @Override
  public void counted(boolean isSent) {
    (isSent ? sent : excluded).increment();
  }

  private List<DataContainerChild> about() {
    List<DataContainerChild> about = new ArrayList<>(terms().parameters().body());
    about.removeIf(child -> child.name().getNodeType().equals(sn.name("encoding")));
    about.add(sn.leaf("encoding", sn.name("encode-xml")));
    return about;
  }

  /** Its entry in the list of subscriptions. */
  MapEntryNode state() {
    List<DataContainerChild> about = about();
    about.add(
        sn.container(
            "receivers",
            sn.list(
                "receiver",
                List.of(
                    sn.entry(
                        "receiver",
                        Map.of("name", "session " + session.id()),
                        List.of(
                            sn.leaf("sent-event-records", Uint64.valueOf(sent.sum())),
                            sn.leaf("excluded-event-records", Uint64.valueOf(excluded.sum())),
                            sn.leaf("state", suspended ? "suspended" : "active")))))));
    return sn.entry("subscription", Map.of("id", Uint32.valueOf(id)), about);
  }
}
