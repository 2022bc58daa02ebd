package io.hairpin.tests;

import static io.hairpin.tests.Configuration.flat;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** 802.1Q 8.7: where the stations are is learnt from their frames. */
final class LearningTest extends OnEveryTarget {

  private static final Frame TO_ALICE = Frame.of(ALICE, BOB);

  private static Configuration learningOn(int... ports) {
    Configuration configuration = flat();
    for (int port : ports) {
      configuration.macLearning(port, "on");
    }
    return configuration;
  }

  @Test
  void aStationThatSentAFrameIsNoLongerFloodedTo() throws Exception {
    rig.configure(learningOn(1));

    rig.send(1, Frame.of(BROADCAST, ALICE));
    awaitEntry(ALICE, "port1 learnt");

    assertThat(rig.send(3, TO_ALICE)).isEqualTo(on(TO_ALICE, 1));
  }

  @Test
  void aStationThatMovesIsReachedBehindItsNewPort() throws Exception {
    rig.configure(learningOn(1, 2));
    rig.send(1, Frame.of(BROADCAST, ALICE));
    awaitEntry(ALICE, "port1 learnt");

    rig.send(2, Frame.of(BROADCAST, ALICE));
    awaitEntry(ALICE, "port2 learnt");

    assertThat(rig.send(3, TO_ALICE)).isEqualTo(on(TO_ALICE, 2));
  }

  @Test
  void aStaticEntryIsNotMovedByFrames() throws Exception {
    rig.configure(learningOn(1, 2).station(1, ALICE, 2));

    rig.send(1, Frame.of(BROADCAST, ALICE), Frame.of(BROADCAST, BOB));
    awaitEntry(BOB, "port1 learnt");

    assertThat(rig.send(3, TO_ALICE)).isEqualTo(on(TO_ALICE, 2));
  }

  @Test
  void anUnknownSourceIsDiscardedWhereLearningIsForbidden() throws Exception {
    rig.configure(flat().macLearning(1, "forbidden").station(4094, "02:00:00:00:fe:00", 1));

    assertDiscarded(rig.observe(1, Frame.of(BROADCAST, ALICE)), "ingress unknown-source");
  }

  @Test
  void aKnownSourcePassesWhereLearningIsForbidden() throws Exception {
    rig.configure(
        flat()
            .macLearning(1, "forbidden")
            .station(4094, "02:00:00:00:fe:00", 1)
            .station(1, ALICE, 1));
    Frame frame = Frame.of(BROADCAST, ALICE);

    assertThat(rig.send(1, frame)).isEqualTo(on(frame, 2, 3));
  }

  @Test
  void aFrameThatIsNotAdmittedTeachesNothing() throws Exception {
    rig.configure(learningOn(1).admitting(1, "tagged-only"));

    rig.send(1, Frame.of(BROADCAST, ALICE));
    rig.send(1, Frame.of(BROADCAST, BOB).tagged(1));
    awaitEntry(BOB, "port1 learnt");

    assertThat(entries()).doesNotContainKey(ALICE);
  }

  @Test
  void whatWasLearntIsFloodedAgainWhenItsPortWasDisabled() throws Exception {
    rig.configure(learningOn(1));
    rig.send(1, Frame.of(BROADCAST, ALICE));
    awaitEntry(ALICE, "port1 learnt");

    rig.configure(learningOn(1).disabled(1));
    rig.configure(learningOn(1));

    assertThat(rig.send(3, TO_ALICE)).isEqualTo(on(TO_ALICE, 1, 2));
  }

  @Test
  void aRestartOfTheManagementPlaneKeepsWhatWasLearnt() throws Exception {
    rig.configure(learningOn(1));
    rig.send(1, Frame.of(BROADCAST, ALICE));
    awaitEntry(ALICE, "port1 learnt");

    rig.killManagement();
    rig.startManagement(Rig.PORTS);

    assertThat(rig.send(3, TO_ALICE)).isEqualTo(on(TO_ALICE, 1));
  }

  @Test
  void aSilentStationIsFloodedToAgain() throws Exception {
    rig.configure(learningOn(1));
    rig.edit(
        """
        <bridge xmlns="urn:hairpin:yang:bridge">
          <filtering-database><ageing-time>10</ageing-time></filtering-database>
        </bridge>
        """);
    rig.send(1, Frame.of(BROADCAST, ALICE));
    awaitEntry(ALICE, "port1 learnt");

    Rig.eventually(this::entries, entries -> !entries.containsKey(ALICE));

    assertThat(rig.send(3, TO_ALICE)).isEqualTo(on(TO_ALICE, 1, 2));
  }

  private void awaitEntry(String address, String expected) throws Exception {
    Rig.eventually(this::entries, entries -> expected.equals(entries.get(address)));
  }

  /** Port and type of the entries, by address. */
  private Map<String, String> entries() throws Exception {
    Reply reply =
        rig.get(
            """
            <bridge xmlns="urn:hairpin:yang:bridge">
              <filtering-database><entry/></filtering-database>
            </bridge>
            """);
    List<String> addresses = reply.data("bridge/filtering-database/entry/mac-address");
    List<String> ports = reply.data("bridge/filtering-database/entry/port");
    List<String> types = reply.data("bridge/filtering-database/entry/type");
    Map<String, String> entries = new TreeMap<>();
    for (int i = 0; i < addresses.size(); i++) {
      entries.put(addresses.get(i), ports.get(i) + " " + types.get(i));
    }
    return entries;
  }
}
