package io.hairpin.tests.launched;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Copies of what stations send, as analysers see them. Ports 3 and 4 carry copies alone. */
final class RealMirroringTest extends OnRealInterfaces {

  private static final int ECHO = 8;
  private static final int ECHO_REPLY = 0;

  private void configure(String... sessions) throws Exception {
    hairpin.configure(
        interfaces(port(1), port(2), port(3), port(4)),
        bridge(
            vlan(1, untagged(1, 2)),
            vlan(10, tagged(1, 2)),
            "<mirroring xmlns=\"urn:hairpin:yang:mirroring\">"
                + String.join("", sessions)
                + "</mirroring>"));
  }

  private static String session(int id, int destination, String content) {
    return "<session><id>%d</id><destination-port>port%d</destination-port>%s</session>"
        .formatted(id, destination, content);
  }

  private List<String> copies(int session) throws Exception {
    return hairpin.get(
        bridge(
            "<mirroring xmlns=\"urn:hairpin:yang:mirroring\"><session><id>%d</id><statistics/>"
                    .formatted(session)
                + "</session></mirroring>"),
        "frames");
  }

  /** Frames that were received on two ports are copied in any order. */
  private static void awaitBothWays(Launched analyser, String tag) throws InterruptedException {
    List<Pattern> missing = new ArrayList<>(List.of(echo(tag, ECHO), echo(tag, ECHO_REPLY)));
    analyser.awaitLines(
        line -> {
          missing.removeIf(frame -> frame.matcher(line).find());
          return missing.isEmpty();
        });
  }

  @Test
  void bothSidesOfAPortAreSeenByAnAnalyser() throws Exception {
    configure(
        session(1, 3, "<ingress><port>port1</port></ingress><egress><port>port1</port></egress>"));
    Launched analyser = wire("three");

    assertThat(stations.reaches("one", "10.0.0.2")).isTrue();

    awaitBothWays(analyser, "");
  }

  @Test
  void aVlanIsSeenInTheRemoteVlan() throws Exception {
    configure(session(2, 3, "<remote-vid>99</remote-vid><ingress><vid>1</vid></ingress>"));
    Launched analyser = wire("three");

    assertThat(stations.reaches("one", "10.0.0.2")).isTrue();

    awaitBothWays(analyser, "81000063");
  }

  @Test
  void twoSessionsCopyOneFrameOnceEach() throws Exception {
    configure(
        session(1, 3, "<ingress><port>port1</port></ingress>"),
        session(4, 4, "<ingress><vid>10</vid></ingress>"));
    Launched ofPort = wire("three");
    Launched ofVlan = wire("four");
    // In a VLAN in which stations send nothing of themselves.
    String first = frame("ff:ff:ff:ff:ff:ff", Testbed.mac(1), "8100000a");
    String second = frame("ff:ff:ff:ff:ff:ff", Testbed.mac(2), "8100000a");
    long before = Long.parseLong(copies(4).getFirst());

    wire("one").write(first);
    List<String> seen = new ArrayList<>(ofVlan.awaitLines(first::equals));
    ofPort.awaitLine(first);
    wire("two").write(second);
    seen.addAll(ofVlan.awaitLines(second::equals));

    assertThat(seen).containsOnlyOnce(first);
    assertThat(copies(4)).isEqualTo(List.of(Long.toString(before + 2)));
  }

  @Test
  void whatAnEntryDropsIsCopiedAndCutShort() throws Exception {
    configure(session(3, 3, "<truncate>64</truncate>"));
    hairpin.merge(
        """
        <acls xmlns="urn:ietf:params:xml:ns:yang:ietf-access-control-list">
          <acl>
            <name>list</name>
            <aces>
              <ace>
                <name>echo</name>
                <matches><icmp><type>8</type></icmp></matches>
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
              <ingress><acl-sets><acl-set><name>list</name></acl-set></acl-sets></ingress>
            </interface>
          </attachment-points>
        </acls>
        """);
    Launched analyser = wire("three");

    assertThat(stations.reachesNot("one", "10.0.0.2")).isTrue();

    assertThat(await(analyser, echo("", ECHO)).getLast()).hasSize(2 * 64);
  }
}
