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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames that no station should send: discarded with a reason, or relayed untouched. */
final class MalformedTest extends OnEveryTarget {

  private static final int IPV4 = 0x0800;
  private static final int IPV6 = 0x86DD;
  private static final int S_TAG = 0x88A8;
  private static final int C_TAG = 0x8100;
  private static final int TAGS = 20;
  private static final Frame FRAME = Frame.of(BOB, ALICE);

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 16, 17})
  void aTruncatedTagIsDiscarded(int length) throws Exception {
    rig.configure(flat());

    assertDiscarded(rig.observe(1, FRAME.tagged(1).ofLength(length)), "ingress malformed");
  }

  @ParameterizedTest
  @ValueSource(ints = {18, 19, 20, 21})
  void aTruncatedTagBehindAnSTagIsDiscarded(int length) throws Exception {
    rig.configure(ports(1, 2, channel(1, 10)).vlan(1, tagged(), untagged(2, channel(1, 10))));

    assertDiscarded(
        rig.observe(1, FRAME.tagged(1).sTagged(10).ofLength(length)), "ingress malformed");
  }

  @ParameterizedTest
  @ValueSource(ints = {C_TAG, S_TAG})
  void aStackOfTagsIsCarriedBehindTheFirst(int tpid) throws Exception {
    rig.configure(ports(1, 2, 3).vlan(1, tagged(1, 2), untagged(3)));
    Frame stack =
        IntStream.range(0, TAGS)
            .boxed()
            .reduce(FRAME, (frame, vid) -> frame.pushed(tpid, vid), (a, _) -> a);
    Frame outermost = stack.tagged(1);

    assertThat(rig.send(1, outermost)).isEqualTo(Map.of(2, List.of(outermost), 3, List.of(stack)));
  }

  @Test
  void aStackOfSTagsIsCarriedBehindThatOfAChannel() throws Exception {
    rig.configure(ports(1, 2, channel(1, 10)).vlan(1, tagged(), untagged(2, channel(1, 10))));
    Frame stack = FRAME.tagged(9).sTagged(8).sTagged(7);

    assertThat(rig.send(1, stack.sTagged(10))).isEqualTo(on(stack, 2));
    assertThat(rig.send(2, stack)).isEqualTo(on(stack.sTagged(10), 1));
  }

  @ParameterizedTest
  @ValueSource(ints = {14, 15, 17, 33, 34, 53})
  void aTruncatedPacketIsRelayedUntouched(int length) throws Exception {
    rig.configure(flat());
    Frame ipv4 = Frame.of(BOB, ALICE, IPV4).ofLength(length);
    Frame ipv6 = Frame.of(BOB, ALICE, IPV6).ofLength(length);

    assertThat(rig.send(1, ipv4)).isEqualTo(on(ipv4, 2, 3));
    assertThat(rig.send(1, ipv6)).isEqualTo(on(ipv6, 2, 3));
  }
}
