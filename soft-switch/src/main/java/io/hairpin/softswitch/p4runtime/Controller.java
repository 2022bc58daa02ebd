package io.hairpin.softswitch.p4runtime;

import io.grpc.Status;
import io.hairpin.p4runtime.v1.StreamMessageResponse;
import io.hairpin.p4runtime.v1.Uint128;
import org.jspecify.annotations.Nullable;

/** A connected controller: its stream, and what it has said in arbitration. */
final class Controller {
  private final Outbox<StreamMessageResponse> outbox;

  // Guarded by the arbitration.
  /** The role that it bid for; null before. */
  @Nullable String role;

  @Nullable Uint128 electionId;

  Controller(Outbox<StreamMessageResponse> outbox) {
    this.outbox = outbox;
  }

  boolean offer(StreamMessageResponse message) {
    return outbox.offer(message);
  }

  void send(StreamMessageResponse message) {
    outbox.send(message);
  }

  void end(Status status) {
    outbox.end(status);
  }
}
