package io.hairpin.netconf.server;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;

/** Sends what is selected of a datastore again and again (RFC 8641 section 3.1). */
final class PeriodicFeed implements Delivery.Feed {
  private final DynamicSubscription subscription;
  private final PushView view;
  private final Time time;
  private final Duration period;
  private final @Nullable Instant until;
  private final int limit;
  private final Instant anchor;
  private Instant due;

  PeriodicFeed(
      DynamicSubscription subscription,
      PushView view,
      Time time,
      Terms.Periodic periodic,
      @Nullable Instant until,
      int limit) {
    this.subscription = subscription;
    this.view = view;
    this.time = time;
    period = periodic.period();
    this.until = until;
    this.limit = limit;
    Instant now = time.now();
    anchor = periodic.anchor() == null ? now : periodic.anchor();
    due = anchor.equals(now) ? now : next(now);
  }

  /** The first time after another that is whole periods before or after the anchor. */
  private Instant next(Instant after) {
    long periods = Math.floorDiv(Duration.between(anchor, after).toMillis(), period.toMillis());
    return anchor.plusMillis((periods + 1) * period.toMillis());
  }

  @Override
  public boolean send() throws IOException {
    Instant now = time.now();
    if (until != null && !now.isBefore(until)) {
      subscription.completed();
      return false;
    }
    if (!now.isBefore(due)) {
      try {
        push();
      } catch (RpcException e) {
        subscription.filterFails();
        return false;
      }
      due = next(now);
    }
    subscription.delivery().wakeAt(until != null && until.isBefore(due) ? until : due);
    return true;
  }

  private void push() throws IOException, RpcException {
    ContainerNode data = view.now();
    if (PushView.count(data) > limit) {
      subscription.suspend(SubscriptionError.UPDATE_TOO_BIG);
    } else {
      subscription.resume();
      subscription.push(data);
    }
  }

  @Override
  public void close() {}
}
