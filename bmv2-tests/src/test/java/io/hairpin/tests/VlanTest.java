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
import org.junit.jupiter.params.provider.CsvSource;

/** 802.1Q 6.9, 8.6.2 and 8.6.4: which VLAN a frame is of, who gets it, and with what tag. */
final class VlanTest extends OnEveryTarget {

  private static final int S_TAG = 0x88A8;
  private static final Frame FRAME = Frame.of(BOB, ALICE);

  /** VLAN 10 is untagged on port 1 and tagged on port 2, VLAN 20 is on ports 1 and 3. */
  private static Configuration two() {
    return ports(1, 2, 3)
        .pvid(1, 10)
        .vlan(10, tagged(2), untagged(1))
        .vlan(20, tagged(1, 3), untagged());
  }

  @Test
  void aFloodStaysInItsVlan() throws Exception {
    rig.configure(two());

    assertThat(rig.send(1, FRAME.tagged(20))).isEqualTo(on(FRAME.tagged(20), 3));
  }

  @Test
  void anUntaggedFrameIsOfThePvid() throws Exception {
    rig.configure(two());

    assertThat(rig.send(1, FRAME)).isEqualTo(on(FRAME.tagged(10), 2));
  }

  @Test
  void aTaggedFrameLeavesWithoutTagByTheUntaggedSet() throws Exception {
    rig.configure(two());

    assertThat(rig.send(2, FRAME.tagged(10, 7))).isEqualTo(on(FRAME, 1));
  }

  @Test
  void anUntaggedFrameBetweenUntaggedPortsIsUnchanged() throws Exception {
    rig.configure(flat());

    assertThat(rig.send(1, FRAME)).isEqualTo(on(FRAME, 2, 3));
  }

  @Test
  void aTaggedFrameIsOfItsVidWhereThatIsThePvidToo() throws Exception {
    rig.configure(two());

    assertThat(rig.send(1, FRAME.tagged(10))).isEqualTo(on(FRAME.tagged(10), 2));
  }

  @Test
  void priorityAndDropEligibilityAreKeptFromTagToTag() throws Exception {
    rig.configure(two());
    Frame frame = FRAME.eligibleToBeDropped(20, 6);

    assertThat(rig.send(1, frame)).isEqualTo(on(frame, 3));
  }

  @Test
  void aPriorityTaggedFrameIsOfThePvidAndKeepsItsPriority() throws Exception {
    rig.configure(two());

    assertThat(rig.send(1, FRAME.eligibleToBeDropped(0, 5)))
        .isEqualTo(on(FRAME.eligibleToBeDropped(10, 5), 2));
  }

  @Test
  void aPriorityTaggedFrameLeavesWithoutTagByTheUntaggedSet() throws Exception {
    rig.configure(flat());

    assertThat(rig.send(1, FRAME.tagged(0, 5))).isEqualTo(on(FRAME, 2, 3));
  }

  @Test
  void aChangeOfThePvidMovesUntaggedFrames() throws Exception {
    rig.configure(two());

    rig.configure(two().pvid(1, 20));

    assertThat(rig.send(1, FRAME)).isEqualTo(on(FRAME.tagged(20), 3));
  }

  @Test
  void aFrameOfAVlanThatDoesNotExistIsDiscarded() throws Exception {
    rig.configure(two());

    assertDiscarded(rig.observe(1, FRAME.tagged(30)), "ingress unknown-vlan");
  }

  @Test
  void aFrameOfVid4095IsDiscarded() throws Exception {
    rig.configure(two());

    assertDiscarded(rig.observe(1, FRAME.tagged(4095)), "ingress unknown-vlan");
  }

  @Test
  void ingressFilteringDiscardsFramesOfAVlanThatThePortIsNoMemberOf() throws Exception {
    rig.configure(two());

    assertDiscarded(rig.observe(2, FRAME.tagged(20)), "ingress ingress-filtering");
  }

  @Test
  void withoutIngressFilteringTheyAreRelayedToTheMembers() throws Exception {
    rig.configure(two().withoutIngressFiltering(2));

    assertThat(rig.send(2, FRAME.tagged(20))).isEqualTo(on(FRAME.tagged(20), 1, 3));
  }

  @Test
  void unicastToAPortThatIsNoMemberIsDiscarded() throws Exception {
    rig.configure(two().station(10, BOB, 3));

    assertDiscarded(rig.observe(1, FRAME), "egress egress-member");
  }

  @ParameterizedTest
  @CsvSource({"tagged-only, untagged", "tagged-only, priority", "untagged-only, tagged"})
  void aFrameOfATypeThatIsNotAcceptableIsDiscarded(String admitted, String type) throws Exception {
    rig.configure(two().admitting(1, admitted));

    assertDiscarded(rig.observe(1, ofType(type)), "ingress frame-type");
  }

  @ParameterizedTest
  @CsvSource({
    "all, untagged",
    "all, priority",
    "all, tagged",
    "tagged-only, tagged",
    "untagged-only, untagged",
    "untagged-only, priority"
  })
  void aFrameOfAnAcceptableTypeIsRelayed(String admitted, String type) throws Exception {
    rig.configure(two().admitting(1, admitted));

    assertThat(rig.send(1, ofType(type))).isEqualTo(on(FRAME.tagged(10), 2));
  }

  private static Frame ofType(String type) {
    return switch (type) {
      case "untagged" -> FRAME;
      case "priority" -> FRAME.tagged(0);
      default -> FRAME.tagged(10);
    };
  }

  @Test
  void vlansOfTheirOwnFidDoNotShareAddresses() throws Exception {
    rig.configure(
        ports(1, 2, 3)
            .vlan(10, tagged(1, 2, 3), untagged())
            .vlan(20, tagged(1, 2, 3), untagged())
            .station(10, BOB, 2));

    assertThat(rig.send(1, FRAME.tagged(20))).isEqualTo(on(FRAME.tagged(20), 2, 3));
  }

  @Test
  void vlansWithTheSameFidShareAddresses() throws Exception {
    rig.configure(
        ports(1, 2, 3)
            .vlan(10, tagged(1, 2, 3), untagged())
            .vlan(20, 10, tagged(1, 2, 3), untagged())
            .station(10, BOB, 2));

    assertThat(rig.send(1, FRAME.tagged(20))).isEqualTo(on(FRAME.tagged(20), 2));
  }

  @Test
  void aServiceTaggedFrameIsUntaggedAndKeepsItsContent() throws Exception {
    rig.configure(flat());
    Frame frame = FRAME.pushed(S_TAG, 20);

    assertThat(rig.send(1, frame)).isEqualTo(on(frame, 2, 3));
  }

  @Test
  void aServiceTaggedFrameGetsTheTagOfThePvidInFront() throws Exception {
    rig.configure(two());
    Frame frame = FRAME.pushed(S_TAG, 20);

    assertThat(rig.send(1, frame)).isEqualTo(on(frame.tagged(10), 2));
  }

  @Test
  void aFrameWithTwoTagsKeepsTheInnerOneWhereTheOuterIsTakenOff() throws Exception {
    rig.configure(two());
    Frame inner = FRAME.tagged(20, 4);

    assertThat(rig.send(2, inner.tagged(10))).isEqualTo(on(inner, 1));
  }

  @Test
  void aFrameWithTwoTagsKeepsBothFromTagToTag() throws Exception {
    rig.configure(two());
    Frame frame = FRAME.tagged(10, 4).tagged(20, 2);

    assertThat(rig.send(1, frame)).isEqualTo(on(frame, 3));
  }

  @Test
  void aVlanIsTaggedForOneMemberAndUntaggedForAnother() throws Exception {
    rig.configure(ports(1, 2, 3).pvid(1, 10).vlan(10, tagged(2), untagged(1, 3)));

    assertThat(rig.send(1, FRAME))
        .isEqualTo(Map.of(2, List.of(FRAME.tagged(10)), 3, List.of(FRAME)));
  }

  @Test
  void aMemberThatMovesToTheUntaggedSetGetsNoTagAnyMore() throws Exception {
    rig.configure(ports(1, 2, 3).vlan(10, tagged(1, 2, 3), untagged()));

    rig.configure(ports(1, 2, 3).vlan(10, tagged(1, 3), untagged(2)));

    assertThat(rig.send(1, FRAME.tagged(10)))
        .isEqualTo(Map.of(2, List.of(FRAME), 3, List.of(FRAME.tagged(10))));
  }

  @Test
  void aDeletedMemberGetsNothingAnyMore() throws Exception {
    rig.configure(ports(1, 2, 3).vlan(10, tagged(1, 2, 3), untagged()));

    rig.edit(
        """
        <bridge xmlns="urn:hairpin:yang:bridge">
          <vlan><vid>10</vid><tagged-port nc:operation="delete">port3</tagged-port></vlan>
        </bridge>
        """);

    assertThat(rig.send(1, FRAME.tagged(10))).isEqualTo(on(FRAME.tagged(10), 2));
  }

  @Test
  void aDeletedVlanForwardsNothingAnyMore() throws Exception {
    rig.configure(two());

    rig.edit(
        """
        <bridge xmlns="urn:hairpin:yang:bridge">
          <vlan nc:operation="delete"><vid>20</vid></vlan>
        </bridge>
        """);

    assertDiscarded(rig.observe(1, FRAME.tagged(20)), "ingress unknown-vlan");
  }

  @Test
  void aDeletedVlanLeavesTheOthersAlone() throws Exception {
    rig.configure(two());

    rig.edit(
        """
        <bridge xmlns="urn:hairpin:yang:bridge">
          <vlan nc:operation="delete"><vid>20</vid></vlan>
        </bridge>
        """);

    assertThat(rig.send(1, FRAME)).isEqualTo(on(FRAME.tagged(10), 2));
  }

  @Test
  void aVlanThatComesBackForwardsAgain() throws Exception {
    rig.configure(two());
    rig.configure(ports(1, 2, 3).pvid(1, 10).vlan(10, tagged(2), untagged(1)));

    rig.configure(two());

    assertThat(rig.send(1, FRAME.tagged(20))).isEqualTo(on(FRAME.tagged(20), 3));
  }
}
