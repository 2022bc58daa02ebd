package io.hairpin.tests;

import static io.hairpin.tests.Configuration.flat;
import static io.hairpin.tests.Configuration.ports;
import static io.hairpin.tests.Configuration.tagged;
import static io.hairpin.tests.Configuration.untagged;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** 802.1Q 8.6.1: whether a frame may leave by the port that it came in on. */
final class ReflectiveRelayTest extends OnEveryTarget {

  private static final Frame TO_BOB = Frame.of(BOB, ALICE);

  /** Alice and Bob are stations behind one uplink, port 1. */
  private static Configuration stations() {
    return flat().station(1, ALICE, 1).station(1, BOB, 1);
  }

  @Test
  void knownUnicastToItsReceptionPortIsDiscardedWhileOff() throws Exception {
    rig.configure(stations());

    assertDiscarded(rig.observe(1, TO_BOB), "ingress reception-port");
  }

  @Test
  void knownUnicastToItsReceptionPortCountsAsSuppressedWhileOff() throws Exception {
    rig.configure(stations());

    Counts counts = rig.observe(1, TO_BOB).counts();

    assertThat(counts.port(1, "suppressed-frames")).isEqualTo(1);
    assertThat(counts.port(1, "suppressed-octets")).isEqualTo(TO_BOB.length());
  }

  @Test
  void knownUnicastToItsReceptionPortIsReflectedOnceWhenForced() throws Exception {
    rig.configure(stations().reflecting(1));

    assertThat(rig.send(1, TO_BOB)).isEqualTo(on(TO_BOB, 1));
  }

  @Test
  void aReflectedFrameIsCounted() throws Exception {
    rig.configure(stations().reflecting(1));

    Counts counts = rig.observe(1, TO_BOB).counts();

    assertThat(counts.port(1, "reflected-frames")).isEqualTo(1);
    assertThat(counts.port(1, "reflected-octets")).isEqualTo(TO_BOB.length());
    assertThat(counts.port(1, "suppressed-frames")).isZero();
  }

  @Test
  void stationsBehindOneUplinkTalkBothWaysWhenForced() throws Exception {
    rig.configure(stations().reflecting(1));
    Frame toAlice = Frame.of(ALICE, BOB);

    assertThat(rig.send(1, TO_BOB, toAlice, TO_BOB))
        .isEqualTo(Map.of(1, List.of(TO_BOB, toAlice, TO_BOB)));
  }

  @Test
  void knownUnicastElsewhereIsNotReflected() throws Exception {
    rig.configure(flat().reflecting(1).station(1, BOB, 2));

    assertThat(rig.send(1, TO_BOB)).isEqualTo(on(TO_BOB, 2));
  }

  @Test
  void knownUnicastElsewhereDoesNotCountAsReflected() throws Exception {
    rig.configure(flat().reflecting(1).station(1, BOB, 2));

    assertThat(rig.observe(1, TO_BOB).counts().port(1, "reflected-frames")).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {BOB, BROADCAST, "01:00:5e:00:00:01", "33:33:00:00:00:01"})
  void aFloodLeavesEverywhereButBackWhileOff(String destination) throws Exception {
    rig.configure(flat());
    Frame frame = Frame.of(destination, ALICE);

    assertThat(rig.send(1, frame)).isEqualTo(on(frame, 2, 3));
  }

  @ParameterizedTest
  @ValueSource(strings = {BOB, BROADCAST, "01:00:5e:00:00:01", "33:33:00:00:00:01"})
  void aFloodLeavesEverywhereOnceAndBackWhenForced(String destination) throws Exception {
    rig.configure(flat().reflecting(1));
    Frame frame = Frame.of(destination, ALICE);

    assertThat(rig.send(1, frame)).isEqualTo(on(frame, 1, 2, 3));
  }

  @Test
  void aFloodCountsOneSuppressedReplicaWhileOff() throws Exception {
    rig.configure(flat());

    Counts counts = rig.observe(1, Frame.of(BROADCAST, ALICE)).counts();

    assertThat(counts.port(1, "suppressed-frames")).isEqualTo(1);
    assertThat(counts.discards()).isEqualTo(Map.of("egress reception-port", 1L));
  }

  @Test
  void aFloodCountsOneReflectedReplicaWhenForced() throws Exception {
    rig.configure(flat().reflecting(1));

    Counts counts = rig.observe(1, Frame.of(BROADCAST, ALICE)).counts();

    assertThat(counts.port(1, "reflected-frames")).isEqualTo(1);
    assertThat(counts.discards()).isEmpty();
  }

  @Test
  void unicastOfAnotherPortIsNotReflected() throws Exception {
    rig.configure(flat().reflecting(1).station(1, BOB, 2));

    assertDiscarded(rig.observe(2, TO_BOB), "ingress reception-port");
  }

  @Test
  void aFloodOfAnotherPortIsNotReflected() throws Exception {
    rig.configure(flat().reflecting(1));

    assertThat(rig.send(2, TO_BOB)).isEqualTo(on(TO_BOB, 1, 3));
  }

  @Test
  void whereEveryPortReflectsAFloodLeavesByEachOnce() throws Exception {
    rig.configure(flat().reflecting(1).reflecting(2).reflecting(3));

    assertThat(rig.send(3, TO_BOB)).isEqualTo(on(TO_BOB, 1, 2, 3));
  }

  @Test
  void unicastReflectedAtATaggedPortKeepsItsTag() throws Exception {
    rig.configure(
        ports(1, 2, 3).reflecting(1).vlan(10, tagged(1), untagged(2, 3)).station(10, BOB, 1));
    Frame frame = TO_BOB.eligibleToBeDropped(10, 5);

    assertThat(rig.send(1, frame)).isEqualTo(on(frame, 1));
  }

  @Test
  void aFloodReflectedAtATaggedPortKeepsItsTag() throws Exception {
    rig.configure(ports(1, 2, 3).reflecting(1).vlan(10, tagged(1), untagged(2)));
    Frame frame = TO_BOB.tagged(10, 3);

    assertThat(rig.send(1, frame)).isEqualTo(Map.of(1, List.of(frame), 2, List.of(TO_BOB)));
  }

  @Test
  void reflectionStaysInItsVlan() throws Exception {
    rig.configure(
        ports(1, 2, 3)
            .reflecting(1)
            .vlan(10, tagged(1, 2), untagged())
            .vlan(20, tagged(1, 3), untagged()));
    Frame frame = TO_BOB.tagged(20);

    assertThat(rig.send(1, frame)).isEqualTo(on(frame, 1, 3));
  }

  @Test
  void aFloodIsNotReflectedWhereThePortIsNoMember() throws Exception {
    rig.configure(
        ports(1, 2, 3).reflecting(1).withoutIngressFiltering(1).vlan(10, tagged(2, 3), untagged()));
    Frame frame = TO_BOB.tagged(10);

    assertThat(rig.send(1, frame)).isEqualTo(on(frame, 2, 3));
  }

  @Test
  void reflectionEndsWhenItIsSwitchedOff() throws Exception {
    rig.configure(stations().reflecting(1));

    rig.configure(stations().notReflecting(1));

    assertThat(rig.send(1, TO_BOB)).isEmpty();
  }
}
