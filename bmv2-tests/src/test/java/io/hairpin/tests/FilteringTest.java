package io.hairpin.tests;

import static io.hairpin.tests.Configuration.flat;
import static io.hairpin.tests.Configuration.ports;
import static io.hairpin.tests.Configuration.tagged;
import static io.hairpin.tests.Configuration.untagged;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** 802.1Q 8.6.3 and 8.8: which addresses go where, and which nowhere. */
final class FilteringTest extends OnEveryTarget {

  private static final Frame FRAME = Frame.of(BOB, ALICE);

  @Test
  void knownUnicastLeavesByItsPortAlone() throws Exception {
    rig.configure(flat().station(1, BOB, 3));

    assertThat(rig.send(1, FRAME)).isEqualTo(on(FRAME, 3));
  }

  @Test
  void unicastToAnotherAddressThanTheKnownIsFlooded() throws Exception {
    rig.configure(flat().station(1, ALICE, 3));

    assertThat(rig.send(1, FRAME)).isEqualTo(on(FRAME, 2, 3));
  }

  @Test
  void aStationThatMovesIsReachedBehindItsNewPort() throws Exception {
    rig.configure(flat().station(1, BOB, 3));

    rig.configure(flat().station(1, BOB, 2));

    assertThat(rig.send(1, FRAME)).isEqualTo(on(FRAME, 2));
  }

  @Test
  void aDeletedStaticEntryFloodsAgain() throws Exception {
    rig.configure(flat().station(1, BOB, 3));

    rig.edit(
        """
        <bridge xmlns="urn:hairpin:yang:bridge">
          <filtering-database>
            <static-entry nc:operation="delete">
              <fid>1</fid><mac-address>02:00:00:00:00:0b</mac-address>
            </static-entry>
          </filtering-database>
        </bridge>
        """);

    assertThat(rig.send(1, FRAME)).isEqualTo(on(FRAME, 2, 3));
  }

  @Test
  void unicastToAPortThatIsNotOfTheBridgeIsDiscarded() throws Exception {
    rig.configure(flat().notBridged(3).station(1, BOB, 3));

    assertDiscarded(rig.observe(1, FRAME), "ingress no-transmission-port");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
  void aReservedAddressIsNeverForwardedThoughThePortReflects(int last) throws Exception {
    rig.configure(flat().reflecting(1));

    assertThat(rig.send(1, Frame.of("01:80:c2:00:00:%02x".formatted(last), ALICE))).isEmpty();
  }

  @Test
  void aTaggedFrameToAReservedAddressIsNotForwardedEither() throws Exception {
    rig.configure(ports(1, 2, 3).reflecting(1).vlan(10, tagged(1, 2, 3), untagged()));

    assertThat(rig.send(1, Frame.of("01:80:c2:00:00:0e", ALICE).tagged(10))).isEmpty();
  }

  @Test
  void theAddressAfterTheReservedOnesIsFlooded() throws Exception {
    rig.configure(flat());
    Frame frame = Frame.of("01:80:c2:00:00:10", ALICE);

    assertThat(rig.send(1, frame)).isEqualTo(on(frame, 2, 3));
  }

  @Test
  void aFrameFromAGroupAddressIsDiscarded() throws Exception {
    rig.configure(flat());

    assertDiscarded(rig.observe(1, Frame.of(BOB, "03:00:00:00:00:0a")), "ingress source-address");
  }

  @Test
  void aFrameToTheAddressZeroIsDiscarded() throws Exception {
    rig.configure(flat());

    assertDiscarded(
        rig.observe(1, Frame.of("00:00:00:00:00:00", ALICE).ofLength(64)), "ingress cpu-header");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 6, 12, 13})
  void aFrameShorterThanItsAddressesAndTypeIsDiscarded(int length) throws Exception {
    rig.configure(flat());

    assertDiscarded(rig.observe(1, FRAME.ofLength(length)), "ingress malformed");
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 16, 17})
  void aFrameThatEndsWithinItsTagIsDiscarded(int length) throws Exception {
    rig.configure(flat());

    assertDiscarded(rig.observe(1, FRAME.tagged(1).ofLength(length)), "ingress malformed");
  }

  @Test
  void aFrameWithoutContentIsForwarded() throws Exception {
    rig.configure(flat());
    Frame frame = FRAME.ofLength(14);

    assertThat(rig.send(1, frame)).isEqualTo(on(frame, 2, 3));
  }

  @Test
  void aFrameOf1500OctetsOfContentIsForwardedWhole() throws Exception {
    rig.configure(flat());
    Frame frame = FRAME.carrying("z".repeat(46)).ofLength(1514);

    assertThat(rig.send(1, frame)).isEqualTo(on(frame, 2, 3));
  }

  @Test
  void aFrameOf1500OctetsOfContentGetsATagInAddition() throws Exception {
    rig.configure(ports(1, 2, 3).pvid(1, 10).vlan(10, tagged(2), untagged(1)));
    Frame frame = FRAME.ofLength(1514);

    assertThat(rig.send(1, frame)).isEqualTo(on(frame.tagged(10), 2));
  }
}
