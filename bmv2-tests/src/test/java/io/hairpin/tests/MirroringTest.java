package io.hairpin.tests;

import static io.hairpin.tests.Configuration.flat;
import static io.hairpin.tests.Configuration.tagged;
import static io.hairpin.tests.Configuration.untagged;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Copies of frames, by port, by VLAN and by entries of access lists. */
final class MirroringTest extends OnEveryTarget {

  private static final Frame FRAME = Frame.of(BOB, ALICE);

  /** Sessions below {@code <mirroring>}. */
  private static String mirroring(String... sessions) {
    return "<bridge xmlns=\"urn:hairpin:yang:bridge\">"
        + "<mirroring xmlns=\"urn:hairpin:yang:mirroring\">"
        + String.join("", sessions)
        + "</mirroring></bridge>";
  }

  private static String session(int id, String content) {
    return "<session><id>%d</id>%s</session>".formatted(id, content);
  }

  private static String to(int... ports) {
    StringBuilder xml = new StringBuilder();
    for (int port : ports) {
      xml.append("<destination-port>port").append(port).append("</destination-port>");
    }
    return xml.toString();
  }

  private static String ofPort(String side, int port) {
    return "<%s><port>port%d</port></%s>".formatted(side, port, side);
  }

  private static String ofVlan(String side, int vid) {
    return "<%s><vid>%d</vid></%s>".formatted(side, vid, side);
  }

  /** Alice behind port 1 and Bob behind port 2, in VLAN 10, tagged at port 2 and on port 3. */
  private static Configuration bridge() {
    return Configuration.ports(1, 2, 3)
        .pvid(1, 10)
        .vlan(10, tagged(2, 3), untagged(1))
        .station(10, BOB, 2)
        .station(10, ALICE, 1);
  }

  /**
   * Sentinels pass the mirrored ports too: they are no part of what is looked at. A copy that
   * egress made enters the queue of its port after the frame left, so it has come only after the
   * sentinels that follow those of the frame.
   */
  private Map<Integer, List<Frame>> sent(int port, Frame... frames) throws Exception {
    Map<Integer, List<Frame>> out = rig.send(port, frames);
    rig.settle()
        .forEach((on, late) -> out.computeIfAbsent(on, _ -> new ArrayList<>()).addAll(late));
    out.values().forEach(list -> list.removeIf(MirroringTest::isSentinel));
    out.values().removeIf(List::isEmpty);
    return out;
  }

  private static boolean isSentinel(Frame frame) {
    return frame.toString().contains("02000000fe00");
  }

  @Test
  void aReceivedFrameIsCopiedAsItWasReceived() throws Exception {
    rig.configure(bridge());
    rig.edit(mirroring(session(1, to(3) + ofPort("ingress", 1))));

    assertThat(sent(1, FRAME)).isEqualTo(Map.of(2, List.of(FRAME.tagged(10)), 3, List.of(FRAME)));
    assertThat(sent(2, Frame.of(ALICE, BOB).tagged(10))).isEqualTo(on(Frame.of(ALICE, BOB), 1));
  }

  @Test
  void aTransmittedFrameIsCopiedAsItIsTransmitted() throws Exception {
    rig.configure(bridge());
    rig.edit(mirroring(session(1, to(3) + ofPort("egress", 2))));

    assertThat(sent(1, FRAME)).isEqualTo(on(FRAME.tagged(10), 2, 3));
  }

  @Test
  void aFrameThatIsDiscardedIsCopied() throws Exception {
    rig.configure(bridge());
    rig.edit(mirroring(session(1, to(3) + ofPort("ingress", 1))));

    assertThat(sent(1, FRAME.tagged(99))).isEqualTo(on(FRAME.tagged(99), 3));
  }

  @Test
  void theFramesOfAVlanAreCopiedOnEveryPort() throws Exception {
    rig.configure(bridge().vlan(20, tagged(1, 2), untagged()).station(20, BOB, 2));
    rig.edit(mirroring(session(2, to(3) + ofVlan("ingress", 10))));

    assertThat(sent(1, FRAME)).isEqualTo(Map.of(2, List.of(FRAME.tagged(10)), 3, List.of(FRAME)));
    assertThat(sent(1, FRAME.tagged(20))).isEqualTo(on(FRAME.tagged(20), 2));
  }

  @Test
  void aFrameThatTwoSessionsWantIsCopiedForEach() throws Exception {
    rig.configure(flat().station(1, BOB, 2));
    rig.edit(
        mirroring(
            session(1, to(3) + ofPort("ingress", 1)), session(4, to(2) + ofVlan("ingress", 1))));

    assertThat(sent(1, FRAME)).isEqualTo(Map.of(2, List.of(FRAME, FRAME), 3, List.of(FRAME)));
  }

  @Test
  void aSessionMayHaveSeveralDestinations() throws Exception {
    rig.configure(flat().station(1, BOB, 2));
    rig.edit(mirroring(session(1, to(1, 3) + ofPort("ingress", 1))));

    assertThat(sent(1, FRAME)).isEqualTo(on(FRAME, 1, 2, 3));
  }

  @Test
  void whatAnEntryOfAnAccessListMatchesIsCopiedEvenWhereItDrops() throws Exception {
    rig.configure(flat().station(1, BOB, 2));
    rig.edit(
        mirroring(session(3, to(3)))
            + """
            <acls xmlns="urn:ietf:params:xml:ns:yang:ietf-access-control-list">
              <acl>
                <name>list</name>
                <aces>
                  <ace>
                    <name>drop</name>
                    <matches>
                      <udp><destination-port><port>53</port></destination-port></udp>
                    </matches>
                    <actions>
                      <forwarding>drop</forwarding>
                      <mirror-session xmlns="urn:hairpin:yang:mirroring">3</mirror-session>
                    </actions>
                  </ace>
                </aces>
              </acl>
              <attachment-points>
                <interface>
                  <interface-id>port1</interface-id>
                  <ingress>
                    <acl-sets><acl-set><name>list</name></acl-set></acl-sets>
                  </ingress>
                </interface>
              </attachment-points>
            </acls>
            """);
    Frame dns = Packet.udp(1, 53).ipv4("10.0.0.1", "10.0.0.2");

    assertThat(rig.send(1, dns)).isEqualTo(on(dns, 3));
    assertThat(rig.send(1, FRAME)).isEqualTo(on(FRAME, 2));
  }

  @Test
  void aCopyGetsTheTagOfTheRemoteVlan() throws Exception {
    rig.configure(bridge());
    rig.edit(mirroring(session(1, to(3) + "<remote-vid>999</remote-vid>" + ofPort("egress", 2))));

    assertThat(sent(1, FRAME))
        .isEqualTo(Map.of(2, List.of(FRAME.tagged(10)), 3, List.of(FRAME.tagged(10).tagged(999))));
  }

  @Test
  void aCopyIsCutOff() throws Exception {
    rig.configure(flat().station(1, BOB, 2));
    rig.edit(mirroring(session(1, to(3) + "<truncate>64</truncate>" + ofPort("ingress", 1))));
    Frame longer = FRAME.ofLength(200);

    assertThat(sent(1, longer))
        .isEqualTo(Map.of(2, List.of(longer), 3, List.of(FRAME.ofLength(64))));
  }

  @Test
  void aCopyForARemoteVlanIsCutOffBehindItsTag() throws Exception {
    rig.configure(flat().station(1, BOB, 2));
    rig.edit(
        mirroring(
            session(
                1,
                to(3)
                    + "<remote-vid>999</remote-vid><truncate>64</truncate>"
                    + ofPort("ingress", 1))));
    Frame longer = FRAME.ofLength(200);

    assertThat(sent(1, longer))
        .isEqualTo(Map.of(2, List.of(longer), 3, List.of(FRAME.ofLength(64).tagged(999))));
  }

  @Test
  void copiesAreCounted() throws Exception {
    rig.configure(flat().station(1, BOB, 2));
    rig.edit(mirroring(session(2, to(3) + ofPort("egress", 2))));
    long before = copies();

    rig.send(1, FRAME, FRAME);

    // The sentinel for port 2 is one more.
    assertThat(copies()).isEqualTo(before + 3);
  }

  private long copies() throws Exception {
    return Long.parseLong(
        rig.get(
                """
                <bridge xmlns="urn:hairpin:yang:bridge">
                  <mirroring xmlns="urn:hairpin:yang:mirroring"/>
                </bridge>
                """)
            .data("bridge/mirroring/session/statistics/frames")
            .getFirst());
  }

  @Test
  void aSessionThatIsGoneCopiesNothing() throws Exception {
    rig.configure(bridge());
    rig.edit(mirroring(session(1, to(3) + ofPort("ingress", 1))));

    rig.configure(bridge());

    assertThat(rig.send(1, FRAME)).isEqualTo(on(FRAME.tagged(10), 2));
  }

  @Test
  void aRestartOfTheManagementPlaneWritesNothing() throws Exception {
    rig.configure(flat().station(1, BOB, 2));
    rig.edit(mirroring(session(1, to(3) + ofPort("ingress", 1)), session(2, to(2, 3))));
    rig.killManagement();
    rig.tap().reset();

    rig.startManagement(Rig.PORTS);

    assertThat(rig.tap().updates()).isEmpty();
    assertThat(sent(1, FRAME)).isEqualTo(on(FRAME, 2, 3));
  }

  @Test
  void aDestinationThatIsNoPhysicalPortIsRefused() throws Exception {
    rig.configure(flat());

    assertThat(rig.refusal(mirroring(session(1, to(9)))).toString()).contains("port9");
  }
}
