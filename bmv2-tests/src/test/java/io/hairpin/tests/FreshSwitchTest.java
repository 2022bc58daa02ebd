package io.hairpin.tests;

import static io.hairpin.tests.Configuration.flat;
import static io.hairpin.tests.Configuration.ports;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Nothing is forwarded but by configuration. */
final class FreshSwitchTest extends OnEveryTarget {

  private static final Frame FRAME = Frame.of(BROADCAST, ALICE);

  @Test
  void aSwitchWithoutConfigurationForwardsNothing() throws Exception {
    rig.configure(Configuration.empty());
    Counts before = rig.counts();

    for (int port : Rig.PORTS) {
      rig.ports().receive(port, FRAME);
      rig.ports().receive(port, FRAME.tagged(1));
    }

    Rig.eventually(
        () -> rig.counts().since(before).discards(),
        discards -> discards.equals(Map.of("ingress unknown-port", 6L)));
    rig.edit(flat().xml());
    rig.configure(flat());
  }

  @Test
  void portsWithoutVlanForwardNothing() throws Exception {
    rig.configure(ports(1, 2, 3));

    assertDiscarded(rig.observe(1, FRAME), "ingress unknown-vlan");
  }

  @Test
  void aVlanWithoutMembersForwardsNothing() throws Exception {
    rig.configure(
        ports(1, 2, 3)
            .withoutIngressFiltering(1)
            .vlan(1, Configuration.tagged(), Configuration.untagged()));

    assertThat(rig.send(1, FRAME)).isEmpty();
  }
}
