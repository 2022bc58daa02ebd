package io.hairpin.tests;

import static io.hairpin.tests.Configuration.channel;
import static io.hairpin.tests.Configuration.flat;
import static io.hairpin.tests.Configuration.ports;
import static io.hairpin.tests.Configuration.tagged;
import static io.hairpin.tests.Configuration.untagged;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Node;

/** 802.1Q 8.7: where the stations are is learnt from their frames. */
final class LearningTest extends OnEveryTarget {

  private static final Frame TO_ALICE = Frame.of(ALICE, BOB);
  private static final String CAROL = "02:00:00:00:00:0c";

  /** Frames to it are discarded after their source was looked at. */
  private static final String NOBODY = "02:00:00:00:00:0d";

  private static final int BURST = 20_000;

  private static final String AGEING_TIME =
      """
      <bridge xmlns="urn:hairpin:yang:bridge">
        <filtering-database><ageing-time>10</ageing-time></filtering-database>
      </bridge>
      """;

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
  void aRestartOfTheManagementPlaneWritesNothingOfWhatWasLearnt() throws Exception {
    rig.configure(learningOn(1));
    rig.send(1, Frame.of(BROADCAST, ALICE));
    awaitEntry(ALICE, "port1 learnt");
    rig.killManagement();
    rig.tap().reset();

    rig.startManagement(Rig.PORTS);

    assertThat(rig.tap().updates()).isEmpty();
  }

  @Test
  void anotherAgeingTimeIsGivenToTheSourcesThatWereLearnt() throws Exception {
    rig.configure(learningOn(1).station(1, BOB, 2));
    rig.send(1, Frame.of(BROADCAST, ALICE));
    awaitEntry(ALICE, "port1 learnt");
    rig.tap().reset();

    rig.edit(AGEING_TIME);

    Rig.eventually(rig.tap()::updates, updates -> !updates.isEmpty());
    assertThat(rig.tap().updates())
        .extracting(update -> update.getEntity().getTableEntry().getIdleTimeoutNs())
        .containsOnly(10_000_000_000L);
  }

  @Test
  void aSilentStationIsFloodedToAgain() throws Exception {
    rig.configure(learningOn(1));
    rig.edit(AGEING_TIME);
    rig.send(1, Frame.of(BROADCAST, ALICE));
    awaitEntry(ALICE, "port1 learnt");

    Rig.eventually(this::entries, entries -> !entries.containsKey(ALICE));

    assertThat(rig.send(3, TO_ALICE)).isEqualTo(on(TO_ALICE, 1, 2));
  }

  @Test
  void framesToABlackholeAreDiscarded() throws Exception {
    rig.configure(flat().blackhole(1, ALICE));

    assertDiscarded(rig.observe(1, TO_ALICE), "ingress blackhole");
  }

  @Test
  void framesFromABlackholeAreDiscarded() throws Exception {
    rig.configure(flat().blackhole(1, ALICE));

    assertDiscarded(rig.observe(1, Frame.of(BROADCAST, ALICE)), "ingress blackhole");
  }

  @Test
  void vlansOfOneFidShareWhatIsLearnt() throws Exception {
    rig.configure(
        ports(1, 2, 3)
            .macLearning(1, "on")
            .vlan(10, 10, tagged(1), untagged())
            .vlan(20, 10, tagged(1, 2, 3), untagged()));
    rig.send(1, Frame.of(BROADCAST, ALICE).tagged(10));
    awaitEntry(ALICE, "port1 learnt");

    assertThat(rig.send(3, TO_ALICE.tagged(20))).isEqualTo(on(TO_ALICE.tagged(20), 1));
  }

  @Test
  void vlansOfTheirOwnFidsLearnOnTheirOwn() throws Exception {
    rig.configure(
        ports(1, 2, 3)
            .macLearning(1, "on")
            .vlan(10, tagged(1), untagged())
            .vlan(20, tagged(1, 2, 3), untagged()));
    rig.send(1, Frame.of(BROADCAST, ALICE).tagged(10));
    awaitEntry(ALICE, "port1 learnt");

    assertThat(rig.send(3, TO_ALICE.tagged(20))).isEqualTo(on(TO_ALICE.tagged(20), 1, 2));
  }

  @Test
  void aChannelLearnsOnItsOwn() throws Exception {
    int channel = channel(1, 10);
    rig.configure(
        ports(1, 2, channel).macLearning(channel, "on").vlan(1, tagged(), untagged(1, 2, channel)));

    rig.send(1, Frame.of(BROADCAST, BOB), Frame.of(BROADCAST, ALICE).sTagged(10));
    awaitEntry(ALICE, "port1.10 learnt");

    assertThat(rig.send(2, TO_ALICE)).isEqualTo(on(TO_ALICE.sTagged(10), 1));
    assertThat(entries()).doesNotContainKey(BOB);
  }

  @Test
  void aVlanLearnsNoMoreThanItsLimit() throws Exception {
    rig.configure(learningOn(1).vlan(2, tagged(1), untagged()));
    rig.edit(
        """
        <bridge xmlns="urn:hairpin:yang:bridge">
          <vlan><vid>1</vid><mac-limit>1</mac-limit></vlan>
        </bridge>
        """);

    rig.send(1, Frame.of(BROADCAST, ALICE), Frame.of(BROADCAST, BOB));
    awaitEntry(ALICE, "port1 learnt");
    rig.send(1, Frame.of(BROADCAST, BOB), Frame.of(BROADCAST, CAROL).tagged(2));
    awaitEntry(CAROL, "port1 learnt");

    assertThat(entries()).doesNotContainKey(BOB);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<port>port1</port>",
        "<vid>1</vid>",
        "<mac-address>02:00:00:00:00:0a</mac-address>",
        "<port>port1</port><vid>1</vid>"
      })
  void whatIsFlushedIsFloodedAgain(String what) throws Exception {
    rig.configure(learningOn(1));
    rig.send(1, Frame.of(BROADCAST, ALICE));
    awaitEntry(ALICE, "port1 learnt");

    assertThat(flush(what).nodes("//flushed").getFirst().getTextContent()).isNotEqualTo("0");

    assertThat(rig.send(3, TO_ALICE)).isEqualTo(on(TO_ALICE, 1, 2));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<port>port2</port>",
        "<vid>4094</vid>",
        "<mac-address>02:00:00:00:00:0b</mac-address>"
      })
  void whatIsNotMeantIsNotFlushed(String what) throws Exception {
    rig.configure(learningOn(1));
    rig.send(1, Frame.of(BROADCAST, ALICE));
    awaitEntry(ALICE, "port1 learnt");

    flush(what);

    assertThat(rig.send(3, TO_ALICE)).isEqualTo(on(TO_ALICE, 1));
  }

  @Test
  void flushingAPortThatIsNotThereIsRefused() throws Exception {
    rig.configure(learningOn(1));

    assertThat(flush("<port>port9</port>").toString()).contains("there is no port 'port9'");
  }

  private Reply flush(String what) throws Exception {
    return rig.rpc(
        """
        <action xmlns="urn:ietf:params:xml:ns:yang:1">
          <bridge xmlns="urn:hairpin:yang:bridge">
            <filtering-database><flush>%s</flush></filtering-database>
          </bridge>
        </action>
        """
            .formatted(what));
  }

  @Test
  void aBurstOfNewAddressesIsLearntWithoutLosingOneForGood() throws Exception {
    rig.configure(learningOn(1).blackhole(1, NOBODY));
    Set<String> missing = new TreeSet<>();
    for (int i = 0; i < BURST; i++) {
      missing.add("02:01:00:%02x:%02x:%02x".formatted(i >> 16, i >> 8 & 0xFF, i & 0xFF));
    }

    Rig.eventually(
        () -> {
          for (String address : missing) {
            rig.ports().receive(1, Frame.of(NOBODY, address));
          }
          rig.settle();
          missing.removeAll(entries().keySet());
          return missing.size();
        },
        left -> left == 0);
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
    Map<String, String> entries = new TreeMap<>();
    for (Node entry : reply.nodes("//filtering-database/entry")) {
      Map<String, String> leaves = new TreeMap<>();
      for (Node leaf = entry.getFirstChild(); leaf != null; leaf = leaf.getNextSibling()) {
        leaves.put(leaf.getNodeName(), leaf.getTextContent());
      }
      entries.put(
          String.valueOf(leaves.get("mac-address")), leaves.get("port") + " " + leaves.get("type"));
    }
    return entries;
  }
}
