package io.hairpin.tests;

import static io.hairpin.tests.Configuration.channel;
import static io.hairpin.tests.Configuration.flat;
import static io.hairpin.tests.Configuration.ports;
import static io.hairpin.tests.Configuration.tagged;
import static io.hairpin.tests.Configuration.untagged;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * 802.1Q 43 and 22.6: several ports of the bridge behind one physical port, told by their S-tag.
 */
final class SChannelTest extends OnEveryTarget {

  private static final int RED = channel(1, 10);
  private static final int BLUE = channel(1, 20);
  private static final Frame TO_BOB = Frame.of(BOB, ALICE);

  /** Two S-channels on port 1, which is the default channel, and port 2: all untagged in VLAN 1. */
  private static Configuration channels() {
    return ports(1, 2, RED, BLUE).vlan(1, tagged(), untagged(1, 2, RED, BLUE));
  }

  @Test
  void aFloodOfAChannelReachesTheOtherChannelsOfItsPort() throws Exception {
    rig.configure(channels());

    Map<Integer, List<Frame>> out = rig.send(1, TO_BOB.sTagged(10));

    assertThat(out).containsOnlyKeys(1, 2);
    assertThat(out.get(1)).containsExactlyInAnyOrder(TO_BOB, TO_BOB.sTagged(20));
    assertThat(out.get(2)).containsExactly(TO_BOB);
  }

  @Test
  void aFloodReachesEveryChannelWithItsTag() throws Exception {
    rig.configure(channels());

    assertThat(rig.send(2, TO_BOB).get(1))
        .containsExactlyInAnyOrder(TO_BOB, TO_BOB.sTagged(10), TO_BOB.sTagged(20));
  }

  @Test
  void unicastGoesFromChannelToChannelOfOnePortWithoutReflectiveRelay() throws Exception {
    rig.configure(channels().station(1, BOB, BLUE));

    assertThat(rig.send(1, TO_BOB.sTagged(10))).isEqualTo(on(TO_BOB.sTagged(20), 1));
  }

  @Test
  void unicastBackToItsChannelIsDiscardedWhileOff() throws Exception {
    rig.configure(channels().station(1, BOB, RED));

    assertDiscarded(rig.observe(1, TO_BOB.sTagged(10)), "ingress reception-port");
  }

  @Test
  void unicastBackToItsChannelIsReflectedWhenForced() throws Exception {
    rig.configure(channels().reflecting(RED).station(1, BOB, RED));
    Frame frame = TO_BOB.sTagged(10);

    assertThat(rig.send(1, frame)).isEqualTo(on(frame, 1));
  }

  @Test
  void aChannelThatReflectsDoesNotMakeItsPortReflect() throws Exception {
    rig.configure(channels().reflecting(RED).station(1, BOB, 1));

    assertDiscarded(rig.observe(1, TO_BOB), "ingress reception-port");
  }

  @Test
  void aFloodIsReflectedToItsChannelOnceWhenForced() throws Exception {
    rig.configure(channels().reflecting(RED));

    assertThat(rig.send(1, TO_BOB.sTagged(10)).get(1))
        .containsExactlyInAnyOrder(TO_BOB, TO_BOB.sTagged(10), TO_BOB.sTagged(20));
  }

  @Test
  void withoutAnSTagWithAPriorityTagOrWithTheDefaultSVidAFrameIsOfThePort() throws Exception {
    rig.configure(channels().station(1, BOB, 2));

    Outcome outcome = rig.observe(1, TO_BOB, TO_BOB.sTagged(0, 3), TO_BOB.sTagged(1));

    assertThat(outcome.out()).isEqualTo(Map.of(2, List.of(TO_BOB, TO_BOB, TO_BOB)));
    assertThat(outcome.counts().port(RED, "received-frames")).isZero();
  }

  @Test
  void anSTagOfNoChannelIsDiscarded() throws Exception {
    rig.configure(channels());

    assertDiscarded(rig.observe(1, TO_BOB.sTagged(30)), "ingress unknown-channel");
  }

  @Test
  void aTruncatedSTagIsDiscarded() throws Exception {
    rig.configure(channels());

    assertDiscarded(rig.observe(1, TO_BOB.sTagged(10).ofLength(16)), "ingress malformed");
  }

  @Test
  void thePriorityOfTheSTagIsThatOfTheFrame() throws Exception {
    rig.configure(ports(1, 2, RED).vlan(1, tagged(2), untagged(RED)));

    assertThat(rig.send(1, TO_BOB.sTagged(10, 5))).isEqualTo(on(TO_BOB.tagged(1, 5), 2));
    assertThat(rig.send(2, TO_BOB.tagged(1, 6))).isEqualTo(on(TO_BOB.sTagged(10, 6), 1));
  }

  @Test
  void aCTagBehindTheSTagSaysVlanAndPriority() throws Exception {
    rig.configure(ports(1, 2, RED).vlan(7, tagged(2, RED), untagged()));
    Frame frame = TO_BOB.eligibleToBeDropped(7, 4);

    assertThat(rig.send(1, frame.sTagged(10, 1))).isEqualTo(on(frame, 2));
    assertThat(rig.send(2, frame)).isEqualTo(on(frame.pushed(0x88A8, 4 << 13 | 1 << 12 | 10), 1));
  }

  @Test
  void everyChannelHasItsOwnPvid() throws Exception {
    rig.configure(
        ports(1, 2, 3, RED, BLUE)
            .pvid(RED, 7)
            .pvid(BLUE, 8)
            .vlan(7, tagged(2), untagged(RED))
            .vlan(8, tagged(3), untagged(BLUE)));

    assertThat(rig.send(1, TO_BOB.sTagged(10))).isEqualTo(on(TO_BOB.tagged(7), 2));
    assertThat(rig.send(1, TO_BOB.sTagged(20))).isEqualTo(on(TO_BOB.tagged(8), 3));
  }

  @Test
  void aChannelFiltersByItsOwnVlans() throws Exception {
    rig.configure(ports(1, 2, RED).vlan(7, tagged(1, 2), untagged()));

    assertDiscarded(rig.observe(1, TO_BOB.tagged(7).sTagged(10)), "ingress ingress-filtering");
  }

  @Test
  void anSTagIsWhatACustomerSendsWhereThePortCarriesNoChannels() throws Exception {
    rig.configure(ports(1, 2, RED).vlan(1, tagged(RED), untagged(2)));
    Frame frame = TO_BOB.tagged(9).sTagged(30);

    assertThat(rig.send(2, frame)).isEqualTo(on(frame.tagged(1).sTagged(10), 1));
    assertThat(rig.send(1, frame.tagged(1).sTagged(10))).isEqualTo(on(frame, 2));
  }

  @Test
  void everyChannelCountsItsOwnFrames() throws Exception {
    rig.configure(channels().reflecting(RED).station(1, BOB, RED));
    Frame frame = TO_BOB.sTagged(10);

    Counts counts = rig.observe(1, frame).counts();

    assertThat(counts.port(RED, "received-frames")).isEqualTo(1);
    assertThat(counts.port(RED, "reflected-frames")).isEqualTo(1);
    assertThat(counts.port(RED, "transmitted-frames")).isEqualTo(1);
    assertThat(counts.port(BLUE, "transmitted-frames")).isZero();
    assertThat(counts.port(1, "reflected-frames")).isZero();
  }

  @Test
  void aDisabledPortCarriesNoChannel() throws Exception {
    rig.configure(ports(1, 2, 3, RED).disabled(1).vlan(1, tagged(), untagged(2, 3, RED)));

    assertThat(rig.send(2, TO_BOB)).isEqualTo(on(TO_BOB, 3));
    assertDiscarded(rig.observe(1, TO_BOB.sTagged(10)), "ingress unknown-port");
  }

  @Test
  void aPortThatIsNoPortOfTheBridgeCarriesChannels() throws Exception {
    rig.configure(ports(1, 2, 3, RED).notBridged(1).vlan(1, tagged(), untagged(2, 3, RED)));

    assertThat(rig.send(1, TO_BOB.sTagged(10))).isEqualTo(on(TO_BOB, 2, 3));
    assertDiscarded(rig.observe(1, TO_BOB), "ingress unknown-port");
  }

  @Test
  void aPortCarries167ChannelsBesidesItself() throws Exception {
    int[] channels = IntStream.rangeClosed(2, 168).map(sVid -> channel(1, sVid)).toArray();
    rig.configure(
        ports(IntStream.concat(IntStream.of(1, 2), IntStream.of(channels)).toArray())
            .vlan(1, tagged(), untagged(channels))
            .withoutIngressFiltering(2)
            .station(1, ALICE, channel(1, 2))
            .station(1, BOB, channel(1, 168)));
    Frame toAlice = Frame.of(ALICE, BOB);

    assertThat(rig.send(2, TO_BOB, toAlice))
        .isEqualTo(Map.of(1, List.of(TO_BOB.sTagged(168), toAlice.sTagged(2))));
  }

  @Test
  void a168thChannelIsRefused() throws Exception {
    rig.configure(channels());
    int[] channels = IntStream.rangeClosed(2, 169).map(sVid -> channel(1, sVid)).toArray();

    assertThat(rig.refusal(ports(channels).interfaces()).toString())
        .contains("'port1' has 167 S-channels, the most");
  }

  @Test
  void aRestartOfTheManagementPlaneWritesNothing() throws Exception {
    rig.configure(channels());
    rig.configure(ports(1, 2, BLUE).vlan(1, tagged(), untagged(1, 2, BLUE)));
    rig.configure(channels());
    rig.stopManagement();
    rig.tap().reset();

    rig.startManagement(Rig.PORTS);

    assertThat(rig.tap().updates()).isEmpty();
    assertThat(rig.send(2, TO_BOB).get(1)).contains(TO_BOB.sTagged(10), TO_BOB.sTagged(20));
  }

  @Test
  void aChannelIsAnInterfaceOverItsPort() throws Exception {
    rig.configure(channels());

    Reply reply =
        rig.get(
            """
            <interfaces xmlns="urn:ietf:params:xml:ns:yang:ietf-interfaces">
              <interface><name/><lower-layer-if/><higher-layer-if/></interface>
            </interfaces>
            """);

    assertThat(reply.data("interfaces/interface[name='port1.10']/lower-layer-if"))
        .containsExactly("port1");
    assertThat(reply.data("interfaces/interface[name='port1']/higher-layer-if"))
        .containsExactlyInAnyOrder("port1.10", "port1.20");
  }

  @Test
  void theLongestFrameKeepsItsRoomWithBothTags() throws Exception {
    rig.configure(ports(1, 2, RED).vlan(7, tagged(2, RED), untagged()));
    Frame frame = TO_BOB.ofLength(1514).tagged(7);

    assertThat(rig.send(2, frame)).isEqualTo(on(frame.sTagged(10), 1));
  }

  @Test
  void aChannelOnAPortThatCarriesNoneIsRefused() throws Exception {
    rig.configure(flat());

    assertThat(rig.refusal(ports(RED).interfaces()).toString())
        .contains("'port1' has no s-component");
  }

  @Test
  void anSVidTwiceOnOnePortIsRefused() throws Exception {
    rig.configure(channels());

    assertThat(rig.refusal(ports(RED).interfaces().replace("port1.10<", "other<")).toString())
        .contains("s-vid 10 of 'port1' is");
  }

  @Test
  void aChannelThatAVlanNamesIsNotDeleted() throws Exception {
    rig.configure(channels());

    assertThat(
            rig.refusal(
                    """
                    <interfaces xmlns="urn:ietf:params:xml:ns:yang:ietf-interfaces">
                      <interface nc:operation="delete"><name>port1.10</name></interface>
                    </interfaces>
                    """)
                .toString())
        .contains("VLAN 1 names 'port1.10'");
  }
}
