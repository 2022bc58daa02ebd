package io.hairpin.softswitch.p4runtime;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * What is on its way to one client of a stream. Any thread may send; nobody waits. A client that
 * does not read loses what is offered beyond the limit.
 *
 * @param <T> the stream's messages
 */
final class Outbox<T> {
  private static final int LIMIT = 4096;

  private final ServerCallStreamObserver<T> call;
  private final Queue<T> queue = new ArrayDeque<>();
  private final Runnable drained;
  private boolean open = true;

  /**
   * Sends on a call; to be made while the call is being set up.
   *
   * @param drained runs when the client has caught up, maybe often
   */
  Outbox(ServerCallStreamObserver<T> call, Runnable drained) {
    this.call = call;
    this.drained = drained;
    call.setOnReadyHandler(this::drain);
  }

  /** Sends a message that can be lost; returns whether it was taken. */
  synchronized boolean offer(T message) {
    return queue.size() < LIMIT && send(message);
  }

  /** Sends a message that cannot be lost; returns false where the stream has ended. */
  synchronized boolean send(T message) {
    if (!open) {
      return false;
    }
    if (queue.isEmpty() && call.isReady()) {
      call.onNext(message);
    } else {
      queue.add(message);
    }
    return true;
  }

  private void drain() {
    synchronized (this) {
      while (open && call.isReady()) {
        T next = queue.poll();
        if (next == null) {
          break;
        }
        call.onNext(next);
      }
    }
    drained.run();
  }

  /** Whether the client is far behind: its own requests had better wait. */
  synchronized boolean isCrowded() {
    return queue.size() >= LIMIT / 2;
  }

  /** Ends the stream; what is queued goes first unless it failed. */
  synchronized void end(Status status) {
    if (open) {
      open = false;
      if (status.isOk()) {
        queue.forEach(call::onNext);
        call.onCompleted();
      } else {
        call.onError(status.asRuntimeException());
      }
      queue.clear();
    }
  }

  /** The client is gone. */
  synchronized void abandon() {
    open = false;
    queue.clear();
  }
}
