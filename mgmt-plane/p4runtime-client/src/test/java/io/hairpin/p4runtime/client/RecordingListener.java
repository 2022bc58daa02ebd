package io.hairpin.p4runtime.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Keeps what it hears: a word for arbitration, the object itself else. */
final class RecordingListener implements Listener {
  private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

  Object next() throws InterruptedException {
    Object event = events.poll(20, TimeUnit.SECONDS);
    assertThat(event).as("an event within 20 s").isNotNull();
    return event;
  }

  @Override
  public void primary() {
    events.add("primary");
  }

  @Override
  public void backup() {
    events.add("backup");
  }

  @Override
  public void disconnected(Status reason) {
    events.add(reason.getCode());
  }

  @Override
  public void packetIn(PacketIn packet) {
    events.add(packet);
  }

  @Override
  public void digests(DigestList digests) {
    events.add(digests);
  }

  @Override
  public void idle(List<TableEntry> entries) {
    events.add(entries);
  }

  @Override
  public void rejected(Status reason) {
    events.add(reason.getCode() + ": " + reason.getDescription());
  }
}
