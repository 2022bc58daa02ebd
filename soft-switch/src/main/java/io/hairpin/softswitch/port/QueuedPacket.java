package io.hairpin.softswitch.port;

import io.hairpin.softswitch.engine.Program;
import io.hairpin.softswitch.engine.WaitingPacket;
import org.jspecify.annotations.Nullable;

/** A packet in a queue of an egress port, and where it came from. */
final class QueuedPacket extends WaitingPacket {
  private final EgressQueues queues;
  private int port;
  int priority;
  // Nanoseconds of the queues' clock.
  long since;
  @Nullable Program program;
  @Nullable Port reception;

  QueuedPacket(EgressQueues queues) {
    this.queues = queues;
  }

  int port() {
    return port;
  }

  /** It is to wait behind so many others. */
  void place(int egressPort, int queue, int others) {
    port = egressPort;
    priority = queue;
    found(others);
  }

  /** It leaves so many others behind. */
  void leave(int others) {
    left(others);
  }

  @Override
  protected void enqueue() {
    queues.put(this);
  }
}
