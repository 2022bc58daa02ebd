package io.hairpin.tests.launched;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 8519: access lists meet the traffic of stations. */
final class RealAccessListTest extends OnRealInterfaces {

  private static final int FIRST = 5000;
  private static final int LAST = 5009;
  private static final int BEHIND = 5010;

  /** A list of one entry, at one place. */
  private static String list(String matches, String actions, String point, String side) {
    String sets =
        "<%s><acl-sets><acl-set><name>list</name></acl-set></acl-sets></%s>".formatted(side, side);
    String attached =
        point.startsWith("port")
            ? "<interface><interface-id>%s</interface-id>%s</interface>"
            : "<vlan xmlns=\"urn:hairpin:yang:access-lists\"><vid>%s</vid>%s</vlan>";
    return """
    <acls xmlns="urn:ietf:params:xml:ns:yang:ietf-access-control-list">
      <acl>
        <name>list</name>
        <aces><ace><name>entry</name><matches>%s</matches><actions>%s</actions></ace></aces>
      </acl>
      <attachment-points>%s</attachment-points>
    </acls>
    """
        .formatted(matches, actions, attached.formatted(point, sets));
  }

  private List<String> matched() throws Exception {
    return hairpin.get(
        "<acls xmlns=\"urn:ietf:params:xml:ns:yang:ietf-access-control-list\"/>",
        "matched-packets");
  }

  @ParameterizedTest
  @CsvSource({"port1, ingress", "port2, egress", "1, ingress", "1, egress"})
  void datagramsToARangeOfPortsAreDroppedAndCounted(String point, String side) throws Exception {
    hairpin.configure(
        flat(),
        list(
            "<udp><destination-port><lower-port>%d</lower-port><upper-port>%d</upper-port>"
                    .formatted(FIRST, LAST)
                + "</destination-port></udp>",
            "<forwarding>drop</forwarding>",
            point,
            side));
    assertThat(stations.reaches("one", "10.0.0.2")).isTrue();
    // What is flooded meets a list of the VLAN on each port that it leaves by.
    awaitLearnt(2, Testbed.mac(2));
    Launched two = wire("two");

    datagram("one", "10.0.0.2", FIRST, "dropped");
    datagram("one", "10.0.0.2", LAST, "dropped");
    datagram("one", "10.0.0.2", BEHIND, "accepted");

    assertThat(await(two, datagramTo("", BEHIND)))
        .noneMatch(datagramTo("", FIRST).asPredicate())
        .noneMatch(datagramTo("", LAST).asPredicate());
    assertThat(matched()).isEqualTo(List.of("2"));
  }

  @Test
  void aConnectionIsRedirectedToAnIntrusionDetectionSystem() throws Exception {
    hairpin.configure(
        flat(),
        list(
            "<tcp><destination-port><operator>eq</operator><port>80</port></destination-port></tcp>",
            "<forwarding>accept</forwarding>"
                + "<redirect xmlns=\"urn:hairpin:yang:access-lists\">port3</redirect>",
            "port1",
            "ingress"));
    assertThat(stations.reaches("one", "10.0.0.2")).isTrue();
    Launched ids = wire("three");
    Launched two = wire("two");
    Pattern connection =
        Pattern.compile("^%s.{12}0800.{18}06.{24}0050".formatted(Testbed.mac(2).replace(":", "")));

    stations.in("one", "sh", "-c", "timeout 5 bash -c '> /dev/tcp/10.0.0.2/80' || true");
    datagram("one", "10.0.0.2", BEHIND, "not redirected");

    await(ids, connection);
    assertThat(await(two, datagramTo("", BEHIND))).noneMatch(connection.asPredicate());
  }
}
