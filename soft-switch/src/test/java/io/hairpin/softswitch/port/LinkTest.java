package io.hairpin.softswitch.port;

import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.softswitch.engine.DigestList;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What control is told of links. */
class LinkTest {
  /** What a thread is in that gets no further by itself. */
  private static final Set<Thread.State> STOPPED =
      EnumSet.of(Thread.State.BLOCKED, Thread.State.WAITING, Thread.State.TERMINATED);

  private final List<Link> told = Collections.synchronizedList(new ArrayList<>());

  private static Dataplane dataplane() throws IOException {
    return new Dataplane(List.of(PortSpec.of(1)), -1, _ -> {}, null, null, () -> 0);
  }

  /** Takes what it is told of links; of nothing else there is any. */
  private abstract static class OfLinks implements Control {
    @Override
    public final boolean packetIn(byte[] frame) {
      return false;
    }

    @Override
    public final void digest(DigestList list, byte[] sample) {}
  }

  @Test
  void aLinkThatChangedBeforeControlWasConnectedIsTold() throws Exception {
    try (Dataplane dataplane = dataplane()) {
      dataplane.setLink(1, Link.DOWN);
      dataplane.setControl(
          new OfLinks() {
            @Override
            public void linkChanged(PortState port) {
              told.add(port.link());
            }
          });
    }
    assertThat(told).containsExactly(Link.DOWN);
  }

  @Test
  void aChangeWhileControlIsConnectedIsToldLast() throws Exception {
    try (Dataplane dataplane = dataplane()) {
      Thread change = Thread.ofPlatform().unstarted(() -> dataplane.setLink(1, Link.DOWN));
      dataplane.setControl(
          new OfLinks() {
            @Override
            public void linkChanged(PortState port) {
              if (change.getState() == Thread.State.NEW) {
                change.start();
                while (!STOPPED.contains(change.getState())) {
                  Thread.onSpinWait();
                }
              }
              told.add(port.link());
            }
          });
      change.join();
    }
    assertThat(told).containsExactly(Link.UNKNOWN, Link.DOWN);
  }
}
