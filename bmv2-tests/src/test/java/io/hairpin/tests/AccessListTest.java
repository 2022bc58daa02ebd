package io.hairpin.tests;

import static io.hairpin.tests.Configuration.flat;
import static io.hairpin.tests.Configuration.tagged;
import static io.hairpin.tests.Configuration.untagged;
import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.p4runtime.v1.Update;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** RFC 8519: access lists on ports and VLANs, on both sides. */
final class AccessListTest extends OnEveryTarget {

  private static final Frame HTTP = Packet.tcp(40000, 80, Packet.SYN).ipv4("10.0.0.1", "10.0.1.1");
  private static final Frame HTTPS =
      Packet.tcp(40000, 443, Packet.SYN).ipv4("10.0.0.1", "10.0.1.1");
  private static final Frame DNS = Packet.udp(40000, 53).ipv4("10.0.0.1", "10.0.1.1");
  private static final Frame DNS6 = Packet.udp(40000, 53).ipv6("2001:db8::1", "2001:db8:1::1");

  private static final String DROP = "<forwarding>drop</forwarding>";
  private static final String ACCEPT = "<forwarding>accept</forwarding>";

  /** An empty container is none in YANG: a field that may be anything stands for the header. */
  private static final String ANY_TCP =
      "<tcp><source-port><operator>gte</operator><port>0</port></source-port></tcp>";

  private static final String ANY_UDP = ANY_TCP.replace("tcp", "udp");

  /** An access list named "list". */
  private static String list(String... aces) {
    return "<acl><name>list</name>" + aces(aces) + "</acl>";
  }

  private static String aces(String... aces) {
    return "<aces>" + String.join("", aces) + "</aces>";
  }

  private static String ace(String name, String matches, String actions) {
    return "<ace><name>%s</name><matches>%s</matches><actions>%s</actions></ace>"
        .formatted(name, matches, actions);
  }

  private static String dropping(String matches) {
    return list(ace("drop", matches, DROP));
  }

  private static String attached(String point, String side, String... lists) {
    StringBuilder xml = new StringBuilder("<" + side + "><acl-sets>");
    for (String list : lists) {
      xml.append("<acl-set><name>").append(list).append("</name></acl-set>");
    }
    xml.append("</acl-sets></").append(side).append('>');
    return point.startsWith("port")
        ? "<interface><interface-id>" + point + "</interface-id>" + xml + "</interface>"
        : "<vlan xmlns=\"urn:hairpin:yang:access-lists\"><vid>"
            + point
            + "</vid>"
            + xml
            + "</vlan>";
  }

  /** In the order list, attachment, as content of {@code <acls>}. */
  private static String acls(String lists, String attachments) {
    return "<acls xmlns=\"urn:ietf:params:xml:ns:yang:ietf-access-control-list\""
        + " xmlns:acl=\"urn:ietf:params:xml:ns:yang:ietf-access-control-list\">"
        + lists
        + "<attachment-points>"
        + attachments
        + "</attachment-points></acls>";
  }

  /** Three ports in VLAN 1 with Bob behind the second, and the list "list" at the first. */
  private static Configuration guarded(String list) {
    return flat().station(1, BOB, 2).and(acls(list, attached("port1", "ingress", "list")));
  }

  private void assertOnlyDropped(Frame dropped, Frame... passing) throws Exception {
    assertDiscarded(rig.observe(1, dropped), "ingress access-list");
    for (Frame frame : passing) {
      assertThat(rig.send(1, frame)).isEqualTo(on(frame, 2));
    }
  }

  @Test
  void aFrameIsDroppedByItsTcpPort() throws Exception {
    rig.configure(
        guarded(dropping("<tcp><destination-port><port>80</port></destination-port></tcp>")));

    assertOnlyDropped(HTTP, HTTPS, DNS);
  }

  @Test
  void aRangeOfPortsIncludesItsEnds() throws Exception {
    rig.configure(
        guarded(
            dropping(
                "<udp><destination-port><lower-port>50</lower-port><upper-port>53</upper-port>"
                    + "</destination-port></udp>")));

    assertOnlyDropped(DNS, HTTP, Packet.udp(1, 49).ipv4("10.0.0.1", "10.0.1.1"));
    assertOnlyDropped(
        Packet.udp(1, 50).ipv4("10.0.0.1", "10.0.1.1"),
        Packet.udp(1, 54).ipv4("10.0.0.1", "10.0.1.1"));
  }

  @Test
  void aPortThatIsExcludedPasses() throws Exception {
    rig.configure(
        guarded(
            dropping(
                "<tcp><destination-port><operator>neq</operator><port>80</port>"
                    + "</destination-port></tcp>")));

    assertOnlyDropped(HTTPS, HTTP);
    assertOnlyDropped(Packet.tcp(1, 79, 0).ipv4("10.0.0.1", "10.0.1.1"), DNS);
  }

  @Test
  void aFrameIsDroppedByItsIpv4Network() throws Exception {
    rig.configure(
        guarded(
            dropping(
                    "<ipv4><protocol>17</protocol>"
                        + "<destination-ipv4-network>10.0.0.0/23</destination-ipv4-network>"
                        + "<source-ipv4-network>10.0.0.1/32</source-ipv4-network></ipv4>")
                .replace("<name>list</name>", "<name>list</name><type>acl:ipv4-acl-type</type>")));

    assertOnlyDropped(
        DNS,
        HTTP,
        DNS6,
        Packet.udp(1, 53).ipv4("10.0.0.2", "10.0.1.1"),
        Packet.udp(1, 53).ipv4("10.0.0.1", "10.0.2.1"));
  }

  @Test
  void aFrameIsDroppedByItsIpv6Network() throws Exception {
    rig.configure(
        guarded(
            dropping(
                    "<ipv6><destination-ipv6-network>2001:db8:1::/72</destination-ipv6-network></ipv6>")
                .replace("<name>list</name>", "<name>list</name><type>acl:ipv6-acl-type</type>")));

    assertOnlyDropped(
        DNS6,
        DNS,
        Packet.udp(1, 53).ipv6("2001:db8::1", "2001:db8:2::1"),
        Packet.udp(1, 53).ipv6("2001:db8::1", "2001:db8:1:0:ff00::1"));
  }

  @Test
  void aFrameIsDroppedByDscp() throws Exception {
    rig.configure(
        guarded(
            dropping("<ipv4><dscp>46</dscp></ipv4>")
                .replace("<name>list</name>", "<name>list</name><type>acl:ipv4-acl-type</type>")));

    assertOnlyDropped(Packet.udp(1, 2).dscp(46).ipv4("10.0.0.1", "10.0.1.1"), DNS);
  }

  @Test
  void aConnectionMayBeAnsweredAndNotBegun() throws Exception {
    rig.configure(
        guarded(
            dropping(
                "<tcp><flags>syn</flags>"
                    + "<flags-mask xmlns=\"urn:hairpin:yang:access-lists\">syn ack</flags-mask>"
                    + "</tcp>")));

    assertOnlyDropped(
        HTTP, Packet.tcp(80, 40000, Packet.SYN | Packet.ACK).ipv4("10.0.0.1", "10.0.1.1"));
  }

  @Test
  void aFrameIsDroppedByIcmpType() throws Exception {
    rig.configure(guarded(dropping("<icmp><type>8</type></icmp>")));

    assertOnlyDropped(
        Packet.icmp(Packet.ICMP, 8, 0).ipv4("10.0.0.1", "10.0.1.1"),
        Packet.icmp(Packet.ICMP, 0, 0).ipv4("10.0.0.1", "10.0.1.1"),
        Packet.icmp(Packet.ICMPV6, 128, 0).ipv6("2001:db8::1", "2001:db8::2"));
  }

  @Test
  void aFrameIsDroppedByItsAddressUnderAMask() throws Exception {
    rig.configure(
        guarded(
            dropping(
                    "<eth><source-mac-address>02:00:00:00:00:00</source-mac-address>"
                        + "<source-mac-address-mask>ff:ff:00:00:00:f0</source-mac-address-mask>"
                        + "<ethertype>35000</ethertype></eth>")
                .replace("<name>list</name>", "<name>list</name><type>acl:eth-acl-type</type>")));
    Frame frame = Frame.of(BOB, ALICE, 35000);

    assertOnlyDropped(
        frame,
        Frame.of(BOB, ALICE, 35001),
        Frame.of(BOB, "02:00:00:00:00:1a", 35000),
        Frame.of(BOB, "02:01:00:00:00:0a", 35000));
  }

  @Test
  void anEtherTypeIsTheOneBehindTheTag() throws Exception {
    rig.configure(
        ports()
            .and(
                acls(
                    dropping("<eth><ethertype>ipv4</ethertype></eth>")
                        .replace(
                            "<name>list</name>", "<name>list</name><type>acl:eth-acl-type</type>"),
                    attached("port1", "ingress", "list"))));

    assertOnlyDropped(HTTP.tagged(10), DNS6.tagged(10));
  }

  private static Configuration ports() {
    return Configuration.ports(1, 2, 3)
        .vlan(10, tagged(1, 2, 3), untagged())
        .vlan(20, tagged(1, 2, 3), untagged())
        .station(10, BOB, 2)
        .station(20, BOB, 2);
  }

  @Test
  void aFrameIsDroppedByVlanAndPcp() throws Exception {
    rig.configure(
        ports()
            .and(
                acls(
                    dropping(
                        "<vlan xmlns=\"urn:hairpin:yang:access-lists\"><vid>10</vid><pcp>5</pcp>"
                            + "</vlan>"),
                    attached("port1", "ingress", "list"))));
    Frame frame = Frame.of(BOB, ALICE);

    assertOnlyDropped(frame.tagged(10, 5), frame.tagged(10, 4), frame.tagged(20, 5));
  }

  @Test
  void aListOfAVlanIsMetOnEveryPort() throws Exception {
    rig.configure(ports().and(acls(dropping(""), attached("10", "ingress", "list"))));
    Frame frame = Frame.of(BOB, ALICE);

    assertOnlyDropped(frame.tagged(10), frame.tagged(20));
    assertDiscarded(rig.observe(3, frame.tagged(10)), "ingress access-list");
  }

  @Test
  void theFirstEntryThatMatchesDecides() throws Exception {
    rig.configure(
        guarded(
            list(
                ace(
                    "dns",
                    "<udp><destination-port><port>53</port></destination-port></udp>",
                    ACCEPT),
                ace("udp", ANY_UDP, DROP),
                ace(
                    "http",
                    "<tcp><destination-port><port>80</port></destination-port></tcp>",
                    DROP),
                ace("rest", "", ACCEPT))));

    assertOnlyDropped(HTTP, DNS, HTTPS, Frame.of(BOB, ALICE));
    assertOnlyDropped(Packet.udp(1, 54).ipv4("10.0.0.1", "10.0.1.1"));
  }

  @Test
  void listsOfOnePortAreAskedInTheirOrder() throws Exception {
    String first = "<acl><name>first</name>" + aces(ace("dns", ANY_UDP, ACCEPT)) + "</acl>";
    rig.configure(
        flat()
            .station(1, BOB, 2)
            .and(
                acls(
                    first
                        + list(ace("drop", "<ipv4><ttl>64</ttl></ipv4>", DROP))
                            .replace(
                                "<name>list</name>",
                                "<name>list</name><type>acl:ipv4-acl-type</type>"),
                    attached("port1", "ingress", "first", "list"))));

    assertOnlyDropped(HTTP, DNS);
  }

  @Test
  void whatThePortsListAcceptsTheVlansListMayDrop() throws Exception {
    String accepting = "<acl><name>all</name>" + aces(ace("all", "", ACCEPT)) + "</acl>";
    rig.configure(
        flat()
            .station(1, BOB, 2)
            .and(
                acls(
                    accepting + dropping(ANY_UDP),
                    attached("port1", "ingress", "all") + attached("1", "ingress", "list"))));

    assertOnlyDropped(DNS, HTTP);
  }

  @Test
  void anEgressListIsMetOnlyByWhatLeavesByItsPort() throws Exception {
    rig.configure(flat().and(acls(dropping(ANY_UDP), attached("port2", "egress", "list"))));

    Outcome outcome = rig.observe(1, DNS);

    assertThat(outcome.out()).isEqualTo(on(DNS, 3));
    assertThat(outcome.counts().discards())
        .isEqualTo(Map.of("egress access-list", 1L, "egress reception-port", 1L));
    assertThat(rig.send(1, HTTP)).isEqualTo(on(HTTP, 2, 3));
  }

  @Test
  void anEgressListOfAVlanIsMetOnEveryPort() throws Exception {
    rig.configure(ports().and(acls(dropping(ANY_UDP), attached("10", "egress", "list"))));

    assertDiscarded(rig.observe(1, DNS.tagged(10)), "egress access-list");
    assertThat(rig.send(1, DNS.tagged(20))).isEqualTo(on(DNS.tagged(20), 2));
  }

  @Test
  void aFrameIsRedirectedWhateverItsDestination() throws Exception {
    rig.configure(
        guarded(
            list(
                ace(
                    "ids",
                    ANY_TCP,
                    ACCEPT
                        + "<redirect xmlns=\"urn:hairpin:yang:access-lists\">port3</redirect>"))));

    assertThat(rig.send(1, HTTP)).isEqualTo(on(HTTP, 3));
    assertThat(rig.send(1, DNS)).isEqualTo(on(DNS, 2));
  }

  @Test
  void portsAreFoundBehindIpv4Options() throws Exception {
    rig.configure(
        guarded(dropping("<tcp><destination-port><port>80</port></destination-port></tcp>")));

    for (int words : List.of(1, 10)) {
      assertOnlyDropped(
          Packet.tcp(1, 80, 0).options(words).ipv4("10.0.0.1", "10.0.1.1"),
          Packet.tcp(1, 81, 0).options(words).ipv4("10.0.0.1", "10.0.1.1"));
    }
  }

  @Test
  void aLaterFragmentHasNoPorts() throws Exception {
    rig.configure(
        guarded(dropping("<tcp><destination-port><port>80</port></destination-port></tcp>")));

    assertOnlyDropped(HTTP, Packet.tcp(1, 80, 0).fragment(2).ipv4("10.0.0.1", "10.0.1.1"));
  }

  @Test
  void anIpHeaderThatIsCutShortMatchesAsNone() throws Exception {
    rig.configure(guarded(dropping(ANY_TCP)));
    Frame inIp = HTTP.ofLength(14 + 19);
    Frame inTcp = HTTP.ofLength(14 + 20 + 19);
    Frame inOptions = Packet.tcp(1, 80, 0).options(10).ipv4("10.0.0.1", "10.0.1.1").ofLength(60);

    assertOnlyDropped(HTTP, inIp, inTcp, inOptions);
  }

  @Test
  void anIpv6HeaderThatIsCutShortMatchesAsNone() throws Exception {
    rig.configure(guarded(dropping(ANY_UDP)));

    assertOnlyDropped(DNS6, DNS6.ofLength(14 + 39), DNS6.ofLength(14 + 47));
  }

  @Test
  void aHeaderOfAnotherVersionMatchesAsNone() throws Exception {
    rig.configure(
        guarded(
            dropping("<ipv4><ttl>64</ttl></ipv4>")
                .replace("<name>list</name>", "<name>list</name><type>acl:ipv4-acl-type</type>")));
    byte[] wrongVersion = HTTP.bytes();
    wrongVersion[14] = 0x65;
    byte[] shortHeader = HTTP.bytes();
    shortHeader[14] = 0x44;

    assertOnlyDropped(HTTP, new Frame(wrongVersion), new Frame(shortHeader));
  }

  @Test
  void anAddressThatIsNotAllowedIsNotLearnt() throws Exception {
    rig.configure(
        flat()
            .macLearning(1, "on")
            .and(acls(dropping(ANY_UDP), attached("port1", "ingress", "list"))));
    rig.send(1, DNS);
    rig.send(1, Frame.of(BOB, "02:00:00:00:00:0c"));

    Rig.eventually(
        () ->
            rig.get(
                    "<bridge xmlns=\"urn:hairpin:yang:bridge\"><filtering-database><entry/>"
                        + "</filtering-database></bridge>")
                .data("bridge/filtering-database/entry/mac-address"),
        learnt -> learnt.contains("02:00:00:00:00:0c"));

    Frame toAlice = Frame.of(ALICE, BOB);
    assertThat(rig.send(3, toAlice)).isEqualTo(on(toAlice, 1, 2));
  }

  @Test
  void eachEntryCountsWhatItMatches() throws Exception {
    rig.configure(
        flat()
            .station(1, BOB, 2)
            .and(
                acls(
                    list(
                        ace(
                            "http",
                            "<tcp><destination-port><port>80</port></destination-port></tcp>",
                            DROP),
                        ace("rest", ANY_UDP, ACCEPT)),
                    attached("port1", "ingress", "list") + attached("port3", "ingress", "list"))));

    rig.send(1, HTTP, HTTP, DNS);
    rig.send(3, HTTP);

    assertThat(statistics()).isEqualTo(Map.of("http", "3 180", "rest", "1 60"));
  }

  private Map<String, String> statistics() throws Exception {
    Reply reply = rig.get("<acls xmlns=\"urn:ietf:params:xml:ns:yang:ietf-access-control-list\"/>");
    List<String> names = reply.data("acls/acl/aces/ace/name");
    List<String> packets = reply.data("acls/acl/aces/ace/statistics/matched-packets");
    List<String> octets = reply.data("acls/acl/aces/ace/statistics/matched-octets");
    Map<String, String> statistics = new TreeMap<>();
    for (int i = 0; i < names.size(); i++) {
      statistics.put(names.get(i), packets.get(i) + " " + octets.get(i));
    }
    return statistics;
  }

  @Test
  void anEntryInsertedBetweenTwoIsOneWrite() throws Exception {
    rig.configure(guarded(list(ace("udp", ANY_UDP, DROP), ace("rest", "", ACCEPT))));
    rig.tap().reset();

    rig.edit(
        acls(
            "<acl><name>list</name><aces>"
                + ace(
                        "http",
                        "<tcp><destination-port><port>80</port></destination-port></tcp>",
                        DROP)
                    .replace(
                        "<ace>",
                        "<ace xmlns:yang=\"urn:ietf:params:xml:ns:yang:1\" yang:insert=\"after\""
                            + " yang:key=\"[acl:name='udp']\">")
                + "</aces></acl>",
            ""));

    assertThat(rig.tap().updates())
        .singleElement()
        .satisfies(update -> assertThat(update.getType()).isEqualTo(Update.Type.INSERT));
    assertOnlyDropped(HTTP, HTTPS);
  }

  @Test
  void aListThatIsAttachedToAnotherPortTooIsOneWrite() throws Exception {
    rig.configure(guarded(list(ace("udp", ANY_UDP, DROP), ace("rest", "", ACCEPT))));
    rig.tap().reset();

    rig.edit(acls("", attached("port3", "ingress", "list")));

    assertThat(rig.tap().updates()).hasSize(1);
    assertDiscarded(rig.observe(3, DNS), "ingress access-list");
  }

  @Test
  void aRestartOfTheManagementPlaneWritesNothing() throws Exception {
    rig.configure(
        guarded(
            list(
                ace(
                    "dns",
                    "<udp><destination-port><operator>neq</operator><port>53</port></destination-port></udp>",
                    DROP),
                ace("rest", "", ACCEPT))));
    rig.edit(
        acls(
            "<acl><name>list</name><aces>"
                + ace(
                        "http",
                        "<tcp><destination-port><port>80</port></destination-port></tcp>",
                        DROP)
                    .replace(
                        "<ace>",
                        "<ace xmlns:yang=\"urn:ietf:params:xml:ns:yang:1\" yang:insert=\"first\">")
                + "</aces></acl>",
            ""));
    rig.killManagement();
    rig.tap().reset();

    rig.startManagement(Rig.PORTS);

    assertThat(rig.tap().updates()).isEmpty();
    assertOnlyDropped(HTTP, HTTPS, DNS);
  }

  @Test
  void rejectIsRefused() throws Exception {
    rig.configure(flat());

    assertThat(
            rig.refusal(acls(list(ace("no", "", "<forwarding>reject</forwarding>")), ""))
                .toString())
        .contains("'reject' is not supported");
  }

  @Test
  void aRedirectInAnEgressListIsRefused() throws Exception {
    rig.configure(flat());

    assertThat(
            rig.refusal(
                    acls(
                        list(
                            ace(
                                "ids",
                                "",
                                ACCEPT
                                    + "<redirect"
                                    + " xmlns=\"urn:hairpin:yang:access-lists\">port3</redirect>")),
                        attached("port2", "egress", "list")))
                .toString())
        .contains("invalid-value")
        .contains("only ingress access lists can");
  }

  @Test
  void aMatchThatTheTypeDoesNotAllowIsRefused() throws Exception {
    rig.configure(flat());

    assertThat(
            rig.refusal(
                    acls(
                        dropping("<ipv4><ttl>64</ttl></ipv4>")
                            .replace(
                                "<name>list</name>",
                                "<name>list</name><type>acl:eth-acl-type</type>"),
                        ""))
                .isOk())
        .isFalse();
  }
}
