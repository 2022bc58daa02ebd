package io.hairpin.netconf.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.spi.node.ImmutableNodes;

/** The events that a stream keeps. */
class EventLogTest {
  private static Event event() {
    Definition root = Served.SCHEMA.root();
    QName plain = QName.create("urn:test:operations", "2026-01-04", "plain");
    return Event.of(
        root,
        Instant.EPOCH,
        Objects.requireNonNull(root.notifications().get(plain)),
        YangInstanceIdentifier.of(),
        ImmutableNodes.newContainerBuilder().withNodeIdentifier(new NodeIdentifier(plain)).build());
  }

  @Test
  void whoReadsWhileAnEventIsMadeFindsIt() {
    EventLog log = new EventLog(1);
    CompletableFuture<Event> found = new CompletableFuture<>();
    Thread reader =
        Thread.ofVirtual()
            .unstarted(
                () -> {
                  try {
                    found.complete(log.get(0));
                  } catch (EventLog.LostException e) {
                    found.completeExceptionally(e);
                  }
                });
    Event event = event();
    log.add(
        () -> {
          reader.start();
          while (reader.getState() != Thread.State.WAITING && !found.isDone()) {
            Thread.onSpinWait();
          }
          return event;
        });
    assertThat(found.join()).isSameAs(event);
  }
}
