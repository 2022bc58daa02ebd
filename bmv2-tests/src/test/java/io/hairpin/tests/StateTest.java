package io.hairpin.tests;

import static io.hairpin.tests.Configuration.flat;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code <get>} tells an operator. */
final class StateTest extends OnEveryTarget {

  private static final Frame FRAME = Frame.of(BOB, ALICE);

  private String port(int port, String path) throws Exception {
    Reply reply = rig.get("<interfaces xmlns=\"urn:ietf:params:xml:ns:yang:ietf-interfaces\"/>");
    return String.join(
        " ", reply.data("interfaces/interface[name='port%d']/%s".formatted(port, path)));
  }

  @Test
  void aReceivedFrameIsCountedOnItsPort() throws Exception {
    rig.configure(flat().station(1, BOB, 2));
    Counts before = rig.counts();

    rig.ports().receive(1, FRAME);
    assertThat(rig.ports().next()).isEqualTo(new FramePorts.Transmitted(2, FRAME));

    Counts counted = rig.counts().since(before);
    assertThat(counted.port(1, "received-frames")).isEqualTo(1);
    assertThat(counted.port(1, "received-octets")).isEqualTo(FRAME.length());
  }

  @Test
  void aTransmittedFrameIsCountedOnItsPort() throws Exception {
    rig.configure(flat().station(1, BOB, 2));
    Counts before = rig.counts();

    rig.ports().receive(1, FRAME);
    assertThat(rig.ports().next()).isEqualTo(new FramePorts.Transmitted(2, FRAME));

    Counts counted = rig.counts().since(before);
    assertThat(counted.port(2, "transmitted-frames")).isEqualTo(1);
    assertThat(counted.port(2, "transmitted-octets")).isEqualTo(FRAME.length());
  }

  @Test
  void aFrameIsNotCountedOnPortsThatItDoesNotPass() throws Exception {
    rig.configure(flat().station(1, BOB, 2));
    Counts before = rig.counts();

    rig.ports().receive(1, FRAME);
    assertThat(rig.ports().next()).isEqualTo(new FramePorts.Transmitted(2, FRAME));

    Counts counted = rig.counts().since(before);
    assertThat(counted.port(1, "transmitted-frames")).isZero();
    assertThat(counted.port(2, "received-frames")).isZero();
    assertThat(counted.port(3, "transmitted-frames")).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ingress", "egress"})
  void everyReasonToDiscardIsListed(String side) throws Exception {
    Reply reply = rig.get("<bridge xmlns=\"urn:hairpin:yang:bridge\"><discard/></bridge>");

    assertThat(reply.data("bridge/discard[side='%s']/reason".formatted(side)))
        .containsExactlyInAnyOrder(
            "malformed",
            "unknown-port",
            "source-address",
            "reserved-address",
            "frame-type",
            "unknown-vlan",
            "ingress-filtering",
            "port-state",
            "reception-port",
            "egress-member",
            "no-transmission-port",
            "cpu-header",
            "unknown-source",
            "unknown-channel",
            "same-address",
            "blackhole",
            "broadcast-rate",
            "multicast-rate",
            "unknown-unicast-rate",
            "access-list",
            "policer",
            "unregistered-group");
  }

  @Test
  void aPortReflectsAsTheTargetHoldsIt() throws Exception {
    rig.configure(flat().reflecting(1));

    assertThat(port(1, "bridge-port/reflective-relay/rr-oper")).isEqualTo("true");
  }

  @Test
  void aPortDoesNotReflectByDefault() throws Exception {
    rig.configure(flat());

    assertThat(port(1, "bridge-port/reflective-relay/rr-oper")).isEqualTo("false");
  }

  @Test
  void aDisabledPortDoesNotReflect() throws Exception {
    rig.configure(flat().reflecting(1).disabled(1));

    assertThat(port(1, "bridge-port/reflective-relay/rr-oper")).isEqualTo("false");
  }

  @Test
  void theLinkOfATargetThatReportsNoneIsUnknown() throws Exception {
    rig.configure(flat());

    assertThat(port(1, "oper-status")).isEqualTo("unknown");
  }

  @Test
  void aDisabledPortIsDown() throws Exception {
    rig.configure(flat().disabled(2));

    assertThat(List.of(port(1, "admin-status"), port(2, "admin-status")))
        .containsExactly("up", "down");
  }

  @Test
  void forcedReflectiveRelayIsAnAlarm() throws Exception {
    rig.configure(flat().reflecting(2));

    assertThat(rig.alarms()).containsExactly("reflective-relay-forced port2");
  }

  @Test
  void theAlarmIsGoneWhenReflectiveRelayIsOff() throws Exception {
    rig.configure(flat().reflecting(2));

    rig.configure(flat());

    assertThat(rig.alarms()).isEmpty();
  }
}
