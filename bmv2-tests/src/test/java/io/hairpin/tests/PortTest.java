package io.hairpin.tests;

import static io.hairpin.tests.Configuration.flat;
import static io.hairpin.tests.Configuration.ports;
import static io.hairpin.tests.Configuration.untagged;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Ports that are taken out of service and put back. */
final class PortTest extends OnEveryTarget {

  private static final Frame FRAME = Frame.of(BOB, ALICE);

  /** Port 3 stays a member of the VLAN though it is no interface. */
  private static Configuration withoutPort3() {
    return ports(1, 2).vlan(1, Configuration.tagged(), untagged(1, 2, 3));
  }

  @Test
  void aDisabledPortDoesNotReceive() throws Exception {
    rig.configure(flat().disabled(3));

    assertDiscarded(rig.observe(3, FRAME), "ingress unknown-port");
  }

  @Test
  void aDisabledPortDoesNotTransmitWhatIsFlooded() throws Exception {
    rig.configure(flat().reflecting(1).disabled(3));
    Counts before = rig.counts();

    assertThat(rig.send(1, FRAME)).isEqualTo(on(FRAME, 1, 2));
    Rig.eventually(
        () -> rig.counts().since(before).discards(),
        discards -> discards.equals(Map.of("egress port-state", 1L)));
  }

  @Test
  void aDisabledPortDoesNotTransmitWhatIsSentToIt() throws Exception {
    rig.configure(flat().disabled(3).station(1, BOB, 3));

    assertDiscarded(rig.observe(1, FRAME), "ingress no-transmission-port");
  }

  @Test
  void aPortThatIsEnabledAgainTransmits() throws Exception {
    rig.configure(flat().disabled(3));

    rig.configure(flat());

    assertThat(rig.send(1, FRAME)).isEqualTo(on(FRAME, 2, 3));
  }

  @Test
  void aPortThatIsEnabledAgainReceives() throws Exception {
    rig.configure(flat().disabled(3));

    rig.configure(flat());

    assertThat(rig.send(3, FRAME)).isEqualTo(on(FRAME, 1, 2));
  }

  @Test
  void aDisabledPortDoesNotReflectThoughForced() throws Exception {
    rig.configure(flat().reflecting(3).disabled(3));

    assertDiscarded(rig.observe(3, FRAME), "ingress unknown-port");
  }

  @Test
  void aDeletedPortDoesNotReceive() throws Exception {
    rig.configure(flat());

    rig.configure(withoutPort3());

    assertDiscarded(rig.observe(3, FRAME), "ingress unknown-port");
  }

  @Test
  void aDeletedPortDoesNotTransmit() throws Exception {
    rig.configure(flat());
    rig.configure(withoutPort3());
    Counts before = rig.counts();

    assertThat(rig.send(1, FRAME)).isEqualTo(on(FRAME, 2));
    Rig.eventually(
        () -> rig.counts().since(before).discards(),
        discards -> discards.equals(Map.of("egress port-state", 1L, "egress reception-port", 1L)));
  }

  @Test
  void anInterfaceThatIsNoPortOfTheBridgeDoesNotReceive() throws Exception {
    rig.configure(flat().notBridged(3));

    assertDiscarded(rig.observe(3, FRAME), "ingress unknown-port");
  }
}
