package io.hairpin.tests;

import static io.hairpin.tests.Configuration.tagged;
import static io.hairpin.tests.Configuration.untagged;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** 802.1Q 6.9.3 and 8.6.6: priorities, what frames are transmitted with, and queues. */
final class QualityOfServiceTest extends OnEveryTarget {

  private static final Frame FRAME = Frame.of(BOB, ALICE);

  /** Alice untagged and tagged behind port 1, Bob behind port 2 with tags. */
  private static Configuration bridge() {
    return Configuration.ports(1, 2, 3)
        .pvid(1, 10)
        .vlan(10, tagged(2, 3), untagged(1))
        .station(10, BOB, 2);
  }

  private static String qos(int port, String content) {
    return """
    <interfaces xmlns="urn:ietf:params:xml:ns:yang:ietf-interfaces">
      <interface>
        <name>port%d</name>
        <bridge-port xmlns="urn:hairpin:yang:bridge">
          <qos xmlns="urn:hairpin:yang:qos">%s</qos>
        </bridge-port>
      </interface>
    </interfaces>
    """
        .formatted(port, content);
  }

  private static Frame dscp(int dscp) {
    return Packet.udp(1, 2).dscp(dscp).ipv4("10.0.0.1", "10.0.0.2");
  }

  private static Frame dscp6(int dscp) {
    return Packet.udp(1, 2).dscp(dscp).ipv6("2001:db8::1", "2001:db8::2");
  }

  @Test
  void thePcpPassesWhereNothingIsConfigured() throws Exception {
    rig.configure(bridge());

    assertThat(rig.send(1, FRAME.tagged(10, 5))).isEqualTo(on(FRAME.tagged(10, 5), 2));
    assertThat(rig.send(1, dscp(46))).isEqualTo(on(dscp(46).tagged(10, 0), 2));
  }

  @Test
  void anUntaggedFrameHasTheDefaultPriority() throws Exception {
    rig.configure(bridge());
    rig.edit(qos(1, "<default-priority>3</default-priority>"));

    assertThat(rig.send(1, FRAME)).isEqualTo(on(FRAME.tagged(10, 3), 2));
    assertThat(rig.send(1, FRAME.tagged(10, 5))).isEqualTo(on(FRAME.tagged(10, 5), 2));
  }

  @Test
  void nobodyIsTrusted() throws Exception {
    rig.configure(bridge());
    rig.edit(qos(1, "<trust>none</trust>"));

    assertThat(rig.send(1, FRAME.tagged(10, 5))).isEqualTo(on(FRAME.tagged(10, 0), 2));
  }

  @Test
  void aPcpIsDecoded() throws Exception {
    rig.configure(bridge());
    rig.edit(qos(1, "<pcp-decoding><pcp>5</pcp><priority>2</priority></pcp-decoding>"));

    assertThat(rig.send(1, FRAME.tagged(10, 5))).isEqualTo(on(FRAME.tagged(10, 2), 2));
    assertThat(rig.send(1, FRAME.tagged(10, 6))).isEqualTo(on(FRAME.tagged(10, 6), 2));
  }

  @Test
  void aDscpIsDecoded() throws Exception {
    rig.configure(bridge());
    rig.edit(
        qos(
            1,
            "<trust>dscp-pcp</trust>"
                + "<dscp-decoding><dscp>46</dscp><priority>6</priority></dscp-decoding>"));

    assertThat(rig.send(1, dscp(46))).isEqualTo(on(dscp(46).tagged(10, 6), 2));
    assertThat(rig.send(1, dscp6(46))).isEqualTo(on(dscp6(46).tagged(10, 6), 2));
    assertThat(rig.send(1, dscp(8))).isEqualTo(on(dscp(8).tagged(10, 1), 2));
    assertThat(rig.send(1, FRAME.tagged(10, 4))).isEqualTo(on(FRAME.tagged(10, 4), 2));
  }

  @Test
  void aPriorityIsTransmittedAsAnotherPcp() throws Exception {
    rig.configure(bridge());
    rig.edit(qos(2, "<marking><priority>5</priority><pcp>0</pcp></marking>"));

    assertThat(rig.send(1, FRAME.tagged(10, 5))).isEqualTo(on(FRAME.tagged(10, 0), 2));
    assertThat(rig.send(1, FRAME.tagged(10, 4))).isEqualTo(on(FRAME.tagged(10, 4), 2));
  }

  @Test
  void aDscpIsMarkedAndTheChecksumFollows() throws Exception {
    rig.configure(bridge());
    rig.edit(qos(2, "<marking><priority>5</priority><dscp>46</dscp></marking>"));

    assertThat(rig.send(1, dscp(0).tagged(10, 5))).isEqualTo(on(dscp(46).tagged(10, 5), 2));
    assertThat(rig.send(1, dscp(63).tagged(10, 5))).isEqualTo(on(dscp(46).tagged(10, 5), 2));
    assertThat(rig.send(1, dscp6(0).tagged(10, 5))).isEqualTo(on(dscp6(46).tagged(10, 5), 2));
    assertThat(rig.send(1, FRAME.tagged(10, 5))).isEqualTo(on(FRAME.tagged(10, 5), 2));
  }

  @Test
  void anEntryOfAnAccessListSetsThePriority() throws Exception {
    rig.configure(bridge());
    rig.edit(
        """
        <acls xmlns="urn:ietf:params:xml:ns:yang:ietf-access-control-list">
          <acl>
            <name>voice</name>
            <aces>
              <ace>
                <name>rtp</name>
                <matches>
                  <udp><destination-port><port>2</port></destination-port></udp>
                </matches>
                <actions>
                  <forwarding>accept</forwarding>
                  <priority xmlns="urn:hairpin:yang:qos">6</priority>
                </actions>
              </ace>
            </aces>
          </acl>
          <attachment-points>
            <interface>
              <interface-id>port1</interface-id>
              <ingress><acl-sets><acl-set><name>voice</name></acl-set></acl-sets></ingress>
            </interface>
          </attachment-points>
        </acls>
        """);

    assertThat(rig.send(1, dscp(0))).isEqualTo(on(dscp(0).tagged(10, 6), 2));
    assertThat(rig.send(1, FRAME)).isEqualTo(on(FRAME.tagged(10, 0), 2));
  }

  @Test
  void aPriorityWaitsInItsQueue() throws Exception {
    rig.configure(bridge());
    rig.edit(
        """
        <bridge xmlns="urn:hairpin:yang:bridge">
          <qos xmlns="urn:hairpin:yang:qos">
            <traffic-class><priority>5</priority><traffic-class>7</traffic-class></traffic-class>
          </qos>
        </bridge>
        """);
    Map<String, Long> before = queued();

    assertThat(rig.send(1, FRAME.tagged(10, 5))).isEqualTo(on(FRAME.tagged(10, 5), 2));

    assertThat(queued().get("7")).isEqualTo(before.get("7") + 1);
  }

  private Map<String, Long> queued() throws Exception {
    Reply reply =
        rig.get(
            "<bridge xmlns=\"urn:hairpin:yang:bridge\"><qos xmlns=\"urn:hairpin:yang:qos\"/>"
                + "</bridge>");
    List<String> queues = reply.data("bridge/qos/queued/traffic-class");
    List<String> frames = reply.data("bridge/qos/queued/frames");
    Map<String, Long> queued = new TreeMap<>();
    for (int i = 0; i < queues.size(); i++) {
      queued.put(queues.get(i), Long.valueOf(frames.get(i)));
    }
    return queued;
  }

  @Test
  void aRestartOfTheManagementPlaneWritesNothing() throws Exception {
    rig.configure(bridge());
    rig.edit(
        qos(
            1,
            "<trust>dscp</trust>"
                + "<dscp-decoding><dscp>0</dscp><priority>3</priority></dscp-decoding>"
                + "<marking><priority>0</priority><dscp>0</dscp></marking>"));
    rig.killManagement();
    rig.tap().reset();

    rig.startManagement(Rig.PORTS);

    assertThat(rig.tap().updates()).isEmpty();
    assertThat(rig.send(1, dscp(0))).isEqualTo(on(dscp(0).tagged(10, 3), 2));
  }
}
