package io.hairpin.tests;

import static io.hairpin.tests.Configuration.flat;
import static io.hairpin.tests.Configuration.ports;
import static io.hairpin.tests.Configuration.tagged;
import static io.hairpin.tests.Configuration.untagged;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SortedSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/** A restart of either side is no event for the other. */
final class RestartTest extends OnEveryTarget {

  private static final Frame FRAME = Frame.of(BOB, ALICE);

  /** All that can be configured, a little of each. */
  private static Configuration much() {
    return ports(1, 2, 3)
        .reflecting(1)
        .pvid(2, 10)
        .admitting(3, "tagged-only")
        .withoutIngressFiltering(3)
        .vlan(1, tagged(), untagged(1))
        .vlan(10, 1, tagged(3), untagged(2))
        .station(1, BOB, 1);
  }

  @Test
  void theManagementPlaneIsKilledAndBackWithoutAnEventForTheFrames() throws Exception {
    rig.configure(much());
    SortedSet<String> running = rig.running();
    rig.tap().reset();
    AtomicBoolean enough = new AtomicBoolean();
    CountDownLatch flowing = new CountDownLatch(1);
    CompletableFuture<Long> reflected =
        CompletableFuture.supplyAsync(() -> reflect(flowing, enough));
    assertThat(flowing.await(1, TimeUnit.MINUTES)).isTrue();

    rig.killManagement();
    rig.startManagement(Rig.PORTS);
    enough.set(true);

    SoftAssertions all = new SoftAssertions();
    all.assertThat(reflected.get()).as("frames sent and reflected in order").isPositive();
    all.assertThat(rig.running()).as("configuration").isEqualTo(running);
    all.assertThat(rig.tap().updates()).as("writes").isEmpty();
    all.assertThat(rig.tap().pipelines()).as("pipelines").isEmpty();
    all.assertThat(rig.alarms()).containsExactly("reflective-relay-forced port1");
    all.assertThat(rig.send(1, FRAME)).isEqualTo(on(FRAME, 1));
    all.assertAll();
  }

  /** Sends frames, each when the one before is back, until it is enough; tells how many. */
  private long reflect(CountDownLatch flowing, AtomicBoolean enough) {
    try {
      long sent = 0;
      while (!enough.get()) {
        Frame frame = FRAME.carrying("frame " + ++sent);
        rig.ports().receive(1, frame);
        assertThat(rig.ports().next()).isEqualTo(new FramePorts.Transmitted(1, frame));
        flowing.countDown();
      }
      return sent;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aChangeAfterTheRestartIsInstalled() throws Exception {
    rig.configure(flat());
    rig.killManagement();
    rig.startManagement(Rig.PORTS);

    rig.configure(flat().station(1, BOB, 2));

    assertThat(rig.send(1, FRAME)).isEqualTo(on(FRAME, 2));
  }

  @Test
  void aPortThatVanishedStaysInTheConfigurationWithAnAlarm() throws Exception {
    rig.configure(flat());
    SortedSet<String> running = rig.running();
    rig.stopManagement();
    try {
      rig.startManagement(List.of(1, 2));

      SoftAssertions all = new SoftAssertions();
      all.assertThat(rig.running()).isEqualTo(running);
      all.assertThat(rig.alarms()).containsExactly("port-missing port3");
      rig.ports().receive(1, FRAME);
      all.assertThat(rig.ports().next()).isEqualTo(new FramePorts.Transmitted(2, FRAME));
      rig.ports().receive(2, FRAME);
      all.assertThat(rig.ports().next()).isEqualTo(new FramePorts.Transmitted(1, FRAME));
      all.assertAll();
    } finally {
      rig.stopManagement();
      rig.startManagement(Rig.PORTS);
    }
    assertThat(rig.alarms()).isEmpty();
    assertThat(rig.send(1, FRAME)).isEqualTo(on(FRAME, 2, 3));
  }

  @Test
  void aTargetThatRestartsEmptyIsFilledAgain() throws Exception {
    rig.configure(much());

    rig.stopTarget();
    awaitLoss();
    rig.startTarget();

    assertThat(rig.send(1, FRAME)).isEqualTo(on(FRAME, 1));
    assertThat(rig.send(2, FRAME.carrying("priority").tagged(0, 5))).isEmpty();
  }

  @Test
  void aFloodAfterTheTargetsRestartLeavesByEachPortOnce() throws Exception {
    rig.configure(flat().reflecting(1));

    rig.stopTarget();
    awaitLoss();
    rig.startTarget();

    assertThat(rig.send(1, FRAME)).isEqualTo(on(FRAME, 1, 2, 3));
  }

  @Test
  void whileTheTargetIsAwayItsStateIsUntold() throws Exception {
    rig.configure(flat().reflecting(1));
    rig.stopTarget();
    try {
      awaitLoss();

      assertThat(rig.counts().values()).isEmpty();
      assertThat(
              rig.get("<interfaces xmlns=\"urn:ietf:params:xml:ns:yang:ietf-interfaces\"/>")
                  .nodes("//rr-oper"))
          .isEmpty();
    } finally {
      rig.startTarget();
    }
  }

  @Test
  void whatIsCommittedWhileTheTargetIsAwayIsInstalledWhenItIsBack() throws Exception {
    rig.configure(flat());
    rig.stopTarget();
    awaitLoss();

    rig.edit(flat().station(1, BOB, 3).xml());
    rig.startTarget();

    assertThat(rig.send(1, FRAME)).isEqualTo(on(FRAME, 3));
  }

  private void awaitLoss() throws Exception {
    Rig.eventually(rig::alarms, alarms -> alarms.contains("target-unreachable target"));
  }
}
