package io.hairpin.netconf.server;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;

/**
 * Sends what changes of what is selected of a datastore (RFC 8641 section 3.1), not sooner than the
 * dampening period after the update before. What changed back meanwhile is told with the value that
 * it has. The changes of configuration are those of the commits.
 */
final class ChangeFeed implements Delivery.Feed, Watcher {
  /** More commits that wait for a slow receiver become one. */
  private static final int MAX_PENDING = 100;

  /** Where more nodes have changed, those that differ are told, not those that changed back. */
  private static final int MAX_EDITS = 10_000;

  private final DynamicSubscription subscription;
  private final PushView view;
  private final Time time;
  private final Terms.OnChange terms;
  private final @Nullable Instant until;
  private final Runnable follower = this::changedState;

  /** A change that is not looked at yet; the data are null where they are to be read. */
  private record Pending(Touched touched, @Nullable ContainerNode after) {}

  private final Deque<Pending> pending = new ArrayDeque<>();

  /** What the receiver has. */
  private ContainerNode sent;

  /** What is selected after the last change that was looked at. */
  private ContainerNode current;

  private Access access;

  /** From what was sent to what is current, by place, in the order of the changes. */
  private final Map<YangInstanceIdentifier, Change.Edit> edits = new LinkedHashMap<>();

  private boolean wholeIsDue;
  private @Nullable Instant last;
  private int patches;

  ChangeFeed(
      DynamicSubscription subscription,
      PushView view,
      Time time,
      Terms.OnChange terms,
      @Nullable Instant until)
      throws RpcException {
    this.subscription = subscription;
    this.view = view;
    this.time = time;
    this.terms = terms;
    this.until = until;
    wholeIsDue = terms.sync();
    access = view.access();
    if (view.isOperational()) {
      view.operational().follow(follower);
    }
    ContainerNode start = view.datastores().follow(view.name(), this);
    try {
      current = view.isOperational() ? view.now() : view.of(start, access);
    } catch (RpcException e) {
      close();
      throw e;
    }
    sent = current;
  }

  @Override
  public void changed(Actor by, Datastores.Name datastore, Change change) {
    if (datastore != view.name()) {
      if (datastore == Datastores.Name.RUNNING) {
        // It may have other rules of access.
        add(new Pending(new Touched(), view.datastores().read(view.name(), Actor.SERVER)));
      }
      return;
    }
    Touched touched = new Touched();
    change.edits().forEach(edit -> touched.to(edit.path()).mark());
    add(new Pending(touched, change.after()));
  }

  private void changedState() {
    add(new Pending(Touched.everything(), null));
  }

  private void add(Pending change) {
    synchronized (pending) {
      if (change.after == null && !pending.isEmpty() && pending.getLast().after == null) {
        return;
      }
      if (pending.size() < MAX_PENDING) {
        pending.add(change);
      } else {
        Pending other = pending.removeLast();
        other.touched.add(change.touched);
        pending.add(new Pending(other.touched, change.after));
      }
    }
    subscription.delivery().wake();
  }

  private @Nullable Pending poll() {
    synchronized (pending) {
      return pending.poll();
    }
  }

  /** Sends the whole next; only in a step. */
  void resync() {
    wholeIsDue = true;
  }

  private void lookAtChanges() throws RpcException {
    for (Pending change = poll(); change != null; change = poll()) {
      ContainerNode after = change.after;
      Access rights = view.access();
      ContainerNode next =
          view.isOperational() || after == null ? view.now() : view.of(after, rights);
      Touched touched =
          view.isOperational()
                  || !view.target().selection().isByPath(view.root())
                  || !isSameAccess(rights)
              ? Touched.everything()
              : change.touched;
      for (Change.Edit edit : Differences.between(current, next, touched)) {
        Change.Edit before = edits.remove(edit.path());
        edits.put(
            edit.path(),
            before == null ? edit : new Change.Edit(edit.path(), before.before(), edit.after()));
      }
      current = next;
      if (edits.size() > MAX_EDITS) {
        edits.clear();
        for (Change.Edit edit : Differences.between(sent, current, Touched.everything())) {
          edits.put(edit.path(), edit);
        }
      }
    }
  }

  @SuppressWarnings("ReferenceEquality") // Other rights are another object.
  private boolean isSameAccess(Access now) {
    boolean same = now == access;
    access = now;
    return same;
  }

  @Override
  public boolean send() throws IOException {
    Instant now = time.now();
    if (until != null && !now.isBefore(until)) {
      subscription.completed();
      return false;
    }
    try {
      lookAtChanges();
    } catch (RpcException e) {
      subscription.filterFails();
      return false;
    }
    if (wholeIsDue) {
      wholeIsDue = false;
      subscription.push(current);
      sent(now);
    } else if (!edits.isEmpty()) {
      Instant due = last == null ? now : last.plus(terms.dampening());
      if (now.isBefore(due)) {
        subscription.delivery().wakeAt(until != null && until.isBefore(due) ? until : due);
        return true;
      }
      sendChanges(now);
    }
    if (until != null) {
      subscription.delivery().wakeAt(until);
    }
    return true;
  }

  /** Sends what has changed, be it dampened or not; only in a step. */
  void flush() throws IOException, RpcException {
    lookAtChanges();
    sendChanges(time.now());
  }

  private void sendChanges(Instant now) throws IOException {
    YangPatch patch = new YangPatch(view.root(), terms.excluded());
    lasting().forEach(patch::add);
    if (!patch.isEmpty()) {
      patches++;
      subscription.push(patch, Integer.toString(patches));
    }
    sent(now);
  }

  /** The edits without those below a place that another edit has changed as a whole since. */
  private List<Change.Edit> lasting() {
    Set<YangInstanceIdentifier> later = new HashSet<>();
    List<Change.Edit> lasting = new ArrayList<>();
    for (Change.Edit edit : List.copyOf(edits.values()).reversed()) {
      YangInstanceIdentifier above = edit.path().getParent();
      while (above != null && !later.contains(above)) {
        above = above.getParent();
      }
      if (above == null) {
        lasting.add(edit);
      }
      later.add(edit.path());
    }
    return lasting.reversed();
  }

  private void sent(Instant at) {
    last = at;
    sent = current;
    edits.clear();
  }

  @Override
  public void close() {
    view.datastores().leave(this);
    view.operational().leave(follower);
  }
}
