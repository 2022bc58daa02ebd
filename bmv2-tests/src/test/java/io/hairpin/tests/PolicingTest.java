package io.hairpin.tests;

import static io.hairpin.tests.Configuration.channel;
import static io.hairpin.tests.Configuration.ports;
import static io.hairpin.tests.Configuration.tagged;
import static io.hairpin.tests.Configuration.untagged;
import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.p4runtime.v1.Update;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 2698: policers of ports, VLANs and entries of access lists. */
final class PolicingTest extends OnEveryTarget {

  /** Below what bmv2 queues for a port. */
  private static final int MANY = 50;

  /** How many frames the smallest burst is. */
  private static final int BURST = 2;

  /** Frames to one that is behind port 2, where they leave with a tag. */
  private static final Frame FRAME = Frame.of(BOB, ALICE).ofLength(990);

  private static final Frame GREEN = FRAME.tagged(10);
  private static final Frame YELLOW = FRAME.eligibleToBeDropped(10, 0);

  /** Two frames, and none more for as long as a test may last. */
  private static final String STRICT = policer("strict", 8, 2000, 8, 2000);

  /** Two frames are green, and none is red. */
  private static final String LENIENT =
      policer("lenient", 8, 2000, 1_000_000_000_000L, 1_000_000_000);

  /** Sentinels arrive on ports 1 and 2 only: what port 3 lets through is the tests' alone. */
  private static Configuration bridge() {
    return ports(1, 2, 3)
        .pvid(1, 10)
        .pvid(3, 10)
        .vlan(10, tagged(2), untagged(1, 3))
        .station(10, BOB, 2);
  }

  private static String policer(
      String name, long committedRate, long committedBurst, long peakRate, long peakBurst) {
    return """
    <policer>
      <name>%s</name>
      <committed-information-rate>%d</committed-information-rate>
      <committed-burst-size>%d</committed-burst-size>
      <peak-information-rate>%d</peak-information-rate>
      <peak-burst-size>%d</peak-burst-size>
    </policer>
    """
        .formatted(name, committedRate, committedBurst, peakRate, peakBurst);
  }

  private static String policers(String policers) {
    return """
    <bridge xmlns="urn:hairpin:yang:bridge">
      <qos xmlns="urn:hairpin:yang:qos">%s</qos>
    </bridge>
    """
        .formatted(policers);
  }

  private static String ofPort(String port, String policer) {
    return """
    <interfaces xmlns="urn:ietf:params:xml:ns:yang:ietf-interfaces">
      <interface>
        <name>%s</name>
        <bridge-port xmlns="urn:hairpin:yang:bridge">
          <qos xmlns="urn:hairpin:yang:qos"><policer>%s</policer></qos>
        </bridge-port>
      </interface>
    </interfaces>
    """
        .formatted(port, policer);
  }

  private static String ofVlan(String policer) {
    return """
    <bridge xmlns="urn:hairpin:yang:bridge">
      <vlan><vid>10</vid><qos xmlns="urn:hairpin:yang:qos"><policer>%s</policer></qos></vlan>
    </bridge>
    """
        .formatted(policer);
  }

  /** Two entries that name one policer, of a list at ports 1 and 3. */
  private static String ofEntries(String side, String policer) {
    return """
    <acls xmlns="urn:ietf:params:xml:ns:yang:ietf-access-control-list">
      <acl>
        <name>list</name>
        <type xmlns:acl="urn:ietf:params:xml:ns:yang:ietf-access-control-list">%s</type>
        <aces>%s%s</aces>
      </acl>
      <attachment-points>%s%s</attachment-points>
    </acls>
    """
        .formatted(
            "acl:eth-acl-type",
            entry(ALICE, policer),
            entry(BOB, policer),
            attached(1, side),
            attached(3, side));
  }

  private static String entry(String source, String policer) {
    return """
    <ace>
      <name>%s</name>
      <matches><eth><source-mac-address>%s</source-mac-address></eth></matches>
      <actions>
        <forwarding>accept</forwarding>
        <policer xmlns="urn:hairpin:yang:qos">%s</policer>
      </actions>
    </ace>
    """
        .formatted("from " + source, source, policer);
  }

  private static String attached(int port, String side) {
    return "<interface><interface-id>port%d</interface-id>".formatted(port)
        + "<%s><acl-sets><acl-set><name>list</name></acl-set></acl-sets></%s></interface>"
            .formatted(side, side);
  }

  private static Frame[] many(Frame frame) {
    return Collections.nCopies(MANY, frame).toArray(Frame[]::new);
  }

  /** With buckets that are full: a meter that has the rates already is not written again. */
  private void police(String... edits) throws Exception {
    police(bridge(), edits);
  }

  private void police(Configuration configuration, String... edits) throws Exception {
    rig.configure(configuration);
    for (String edit : edits) {
      rig.edit(edit);
    }
  }

  private void assertPoliced(int port) throws Exception {
    Outcome outcome = rig.observe(port, many(FRAME));

    assertThat(outcome.out().get(2)).hasSize(BURST).containsOnly(GREEN);
    assertThat(outcome.counts().discards())
        .isEqualTo(Map.of("ingress policer", (long) MANY - BURST));
  }

  private void assertNotPoliced(int port) throws Exception {
    assertThat(rig.send(port, many(FRAME)).get(2)).hasSize(MANY).containsOnly(GREEN);
  }

  @Test
  void whatAPortReceivesAboveThePeakRateIsDiscarded() throws Exception {
    police(policers(STRICT), ofPort("port3", "strict"));

    assertPoliced(3);
    assertNotPoliced(1);
  }

  @Test
  void whatAVlanReceivesAboveThePeakRateIsDiscarded() throws Exception {
    police(policers(STRICT), ofVlan("strict"));

    assertPoliced(1);
  }

  @Test
  void portsThatNameOnePolicerHaveMetersOfTheirOwn() throws Exception {
    int channel = channel(3, 20);
    Configuration configuration =
        ports(1, 2, 3, channel)
            .pvid(3, 10)
            .pvid(channel, 10)
            .vlan(10, tagged(2), untagged(3, channel))
            .station(10, BOB, 2);
    police(
        configuration, policers(STRICT), ofPort("port3", "strict"), ofPort("port3.20", "strict"));
    rig.send(3, many(FRAME));

    assertThat(rig.send(3, many(FRAME.sTagged(20))).get(2)).hasSize(BURST);
  }

  @Test
  void entriesThatNameOnePolicerShareItsMeter() throws Exception {
    police(policers(STRICT), ofEntries("ingress", "strict"));
    Frame other = Frame.of(ALICE, BOB).ofLength(990);
    Frame third = Frame.of(BOB, "02:00:00:00:00:0c").ofLength(990);

    assertPoliced(3);
    assertThat(rig.observe(1, other).counts().discards()).isEqualTo(Map.of("ingress policer", 1L));
    assertThat(rig.send(3, many(third)).get(2)).hasSize(MANY);
  }

  @Test
  void whatIsAboveTheCommittedRateIsEligibleToBeDropped() throws Exception {
    police(policers(LENIENT), ofVlan("lenient"));

    List<Frame> expected = new ArrayList<>(Collections.nCopies(BURST, GREEN));
    expected.addAll(Collections.nCopies(MANY - BURST, YELLOW));
    assertThat(rig.send(3, many(FRAME)).get(2)).isEqualTo(expected);
  }

  @Test
  void thePortTellsWhatItsPolicerMadeOfFrames() throws Exception {
    police(policers(STRICT), ofPort("port3", "strict"));
    Policed before = ofPort3();

    rig.send(3, many(FRAME));

    assertThat(ofPort3().since(before)).isEqualTo(new Policed(BURST, 0, MANY - BURST));
  }

  @Test
  void theVlanTellsWhatItsPolicerMadeOfFrames() throws Exception {
    police(policers(LENIENT), ofVlan("lenient"));
    Policed before = ofVlan10();

    rig.send(3, many(FRAME));

    assertThat(ofVlan10().since(before)).isEqualTo(new Policed(BURST, MANY - BURST, 0));
  }

  @Test
  void thePolicerTellsWhatItMadeOfFramesThatEntriesMatched() throws Exception {
    police(policers(STRICT), ofEntries("ingress", "strict"));
    Policed before = ofPolicer();

    rig.send(3, many(FRAME));

    assertThat(ofPolicer().since(before)).isEqualTo(new Policed(BURST, 0, MANY - BURST));
  }

  @Test
  void aPolicerThatEntriesDidNotNameBeforeCountsFromZero() throws Exception {
    police(policers(STRICT), ofEntries("ingress", "strict"));
    rig.send(3, many(FRAME));
    rig.configure(bridge());

    police(policers(LENIENT), ofEntries("ingress", "lenient"));

    assertThat(ofPolicer()).isEqualTo(new Policed(0, 0, 0));
  }

  /** Frames by what became of them. */
  private record Policed(long conforming, long exceeding, long violating) {

    Policed since(Policed before) {
      return new Policed(
          conforming - before.conforming,
          exceeding - before.exceeding,
          violating - before.violating);
    }
  }

  private Policed ofPort3() throws Exception {
    return policed(
        "<interfaces xmlns=\"urn:ietf:params:xml:ns:yang:ietf-interfaces\"><interface>"
            + "<name>port3</name></interface></interfaces>",
        "interfaces/interface/bridge-port/qos");
  }

  private Policed ofVlan10() throws Exception {
    return policed(
        "<bridge xmlns=\"urn:hairpin:yang:bridge\"><vlan><vid>10</vid></vlan></bridge>",
        "bridge/vlan/qos");
  }

  private Policed ofPolicer() throws Exception {
    return policed(policers("<policer/>"), "bridge/qos/policer");
  }

  private Policed policed(String filter, String parent) throws Exception {
    Reply reply = rig.get(filter);
    List<Long> counts =
        Stream.of("conforming", "exceeding", "violating")
            .map(color -> reply.data(parent + "/policed/" + color + "-frames"))
            .map(found -> Long.valueOf(found.getFirst()))
            .toList();
    return new Policed(counts.get(0), counts.get(1), counts.get(2));
  }

  @Test
  void aFrameThatIsPolicedTwiceHasTheWorstOfItsColours() throws Exception {
    police(policers(STRICT + LENIENT), ofPort("port3", "strict"), ofVlan("lenient"));

    assertThat(rig.send(3, many(FRAME)).get(2)).hasSize(BURST);
  }

  @Test
  void aFrameThatIsDiscardedTeachesNothing() throws Exception {
    police(bridge().macLearning(3, "on"), policers(STRICT), ofPort("port3", "strict"));
    rig.send(3, many(Frame.of(BOB, "02:00:00:00:00:0e").ofLength(990)));

    assertThat(rig.observe(3, FRAME).counts().discards()).isEqualTo(Map.of("ingress policer", 1L));
    assertThat(rig.send(1, Frame.of(ALICE, BOB)).keySet()).containsExactly(2, 3);
  }

  @Test
  void otherRatesWriteTheMetersThatHaveThemAndNothingElse() throws Exception {
    police(
        policers(STRICT),
        ofPort("port3", "strict"),
        ofVlan("strict"),
        ofEntries("ingress", "strict"));
    rig.tap().reset();

    rig.edit(policers(policer("strict", 1_000_000_000L, 1_000_000, 1_000_000_000L, 1_000_000)));

    assertThat(rig.tap().updates())
        .extracting(Update::getType, update -> update.getEntity().hasMeterEntry())
        .containsOnly(org.assertj.core.groups.Tuple.tuple(Update.Type.MODIFY, true))
        .hasSize(3);
    assertNotPoliced(3);
  }

  @Test
  void whatIsNoLongerPolicedPasses() throws Exception {
    police(policers(STRICT), ofPort("port3", "strict"), ofVlan("strict"));

    rig.configure(bridge());

    assertNotPoliced(3);
  }

  /** 125,125 octets per second is a rate that bmv2 tells as one less. */
  @Test
  void aRestartOfTheManagementPlaneWritesNothing() throws Exception {
    police(
        policers(STRICT + policer("odd", 1_001_000, 1_000_000, 1_001_000, 1_000_000)),
        ofPort("port3", "strict"),
        ofVlan("odd"),
        ofEntries("ingress", "odd"));
    rig.killManagement();
    rig.tap().reset();

    rig.startManagement(Rig.PORTS);

    assertThat(rig.tap().updates()).isEmpty();
    assertPoliced(3);
  }

  @Test
  void aPolicerThatIsNamedIsNotRemoved() throws Exception {
    police(policers(STRICT), ofVlan("strict"));

    Reply refusal =
        rig.refusal(policers("<policer nc:operation=\"delete\"><name>strict</name></policer>"));

    assertThat(refusal.toString()).contains("instance-required").contains("strict");
    assertPoliced(1);
  }

  @ParameterizedTest
  @CsvSource({
    "80000, 2000, 79992, 2000, 'policer p: peak-information-rate 79992 is below"
        + " committed-information-rate 80000; it is that or more'",
    "7, 2000, 80000, 2000, 8..1000000000000",
    "8000, 1999, 8000, 2000, 2000..1000000000",
    "8000, 2000, 8000, 1999, 2000..1000000000"
  })
  void ratesThatCannotBeAreRefused(
      long committedRate, long committedBurst, long peakRate, long peakBurst, String why)
      throws Exception {
    rig.configure(bridge());

    Reply refusal =
        rig.refusal(policers(policer("p", committedRate, committedBurst, peakRate, peakBurst)));

    assertThat(refusal.toString()).contains(why);
  }

  @Test
  void aListWhoseEntriesArePolicedIsNotForEgress() throws Exception {
    rig.configure(bridge());

    assertThat(rig.refusal(policers(STRICT) + ofEntries("egress", "strict")).toString())
        .contains("polices or sets the priority, which only ingress access lists can");
  }
}
