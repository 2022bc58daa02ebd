package io.hairpin.tests;

import static io.hairpin.tests.Configuration.flat;
import static io.hairpin.tests.Configuration.ports;
import static io.hairpin.tests.Configuration.tagged;
import static io.hairpin.tests.Configuration.untagged;
import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.tests.FramePorts.Transmitted;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Storms and loops stay bounded. */
final class ProtectionTest extends OnEveryTarget {

  /** Below what bmv2 queues for a port. */
  private static final int MANY = 50;

  private static final int LIMIT = 5;
  private static final int LOOPBACK = 0x9000;
  private static final String HELD = "<recovery-time>600</recovery-time>";
  private static final String RECOVERING = "<recovery-time>1</recovery-time>";
  private static final Frame TO_ALL = Frame.of(BROADCAST, ALICE);

  @Test
  void aFrameFromItsOwnDestinationIsDiscarded() throws Exception {
    rig.configure(flat());

    assertDiscarded(rig.observe(1, Frame.of(ALICE, ALICE)), "ingress same-address");
  }

  @ParameterizedTest
  @CsvSource({
    "broadcast, ff:ff:ff:ff:ff:ff",
    "multicast, 01:00:5e:00:00:01",
    "unknown-unicast, 02:00:00:00:00:0b"
  })
  void aFloodAboveItsRateIsDiscardedAndTold(String kind, String destination) throws Exception {
    limited(1, kind);

    Outcome outcome = rig.observe(1, many(Frame.of(destination, ALICE)));

    int passed = outcome.out().get(2).size();
    assertThat(passed).isBetween(LIMIT, MANY - 1);
    assertThat(outcome.counts().port(1, kind + "-discarded-frames")).isEqualTo(MANY - passed);
    assertThat(outcome.counts().discards())
        .containsEntry("ingress " + kind + "-rate", (long) MANY - passed);
    awaitAlarm("flood-rate port1");
  }

  @Test
  void everyKindOfFloodHasARateOfItsOwn() throws Exception {
    rig.configure(flat().flooding(1, rate("broadcast") + rate("unknown-unicast")));

    assertThat(rig.send(1, many(Frame.of("01:00:5e:00:00:01", ALICE))).get(2)).hasSize(MANY);
  }

  @Test
  void whatIsKnownIsNoFlood() throws Exception {
    rig.configure(
        flat()
            .flooding(1, rate("broadcast") + rate("multicast") + rate("unknown-unicast"))
            .station(1, BOB, 2));

    assertThat(rig.send(1, many(Frame.of(BOB, ALICE))).get(2)).hasSize(MANY);
  }

  @Test
  void aRateThatIsTakenAwayLimitsNothing() throws Exception {
    rig.configure(flat().flooding(1, rate("broadcast")));

    rig.configure(flat());

    assertThat(rig.send(1, many(TO_ALL)).get(2)).hasSize(MANY);
  }

  @Test
  void ratesOutliveTheManagementPlane() throws Exception {
    limited(1, "broadcast");
    rig.stopManagement();
    rig.tap().reset();

    rig.startManagement(Rig.PORTS);

    assertThat(rig.tap().updates()).isEmpty();
    assertThat(rig.send(1, many(TO_ALL)).get(2)).hasSizeBetween(LIMIT, MANY - 1);
  }

  @Test
  void aFloodAboveTheRateOfReflectionIsFloodedAndNotReflected() throws Exception {
    rig.configure(flat());
    rig.configure(flat().reflecting(1).flooding(1, rate("reflected")));

    Outcome outcome = rig.observe(1, many(TO_ALL));

    int reflected = outcome.out().get(1).size();
    assertThat(outcome.out().get(2)).hasSize(MANY);
    assertThat(reflected).isBetween(LIMIT, MANY - 1);
    assertThat(outcome.counts().port(1, "reflected-frames")).isEqualTo(reflected);
    assertThat(outcome.counts().port(1, "limited-frames")).isEqualTo(MANY - reflected);
    awaitAlarm("flood-rate port1");
  }

  @Test
  void unicastIsReflectedAtAnyRate() throws Exception {
    rig.configure(flat().reflecting(1).flooding(1, rate("reflected")).station(1, BOB, 1));

    assertThat(rig.send(1, many(Frame.of(BOB, ALICE))).get(1)).hasSize(MANY);
  }

  /** Ports 1 and 2 are two bridges, cabled to each other, that both reflect. */
  @Test
  void aHairpinAtBothEndsOfALinkComesToRest() throws Exception {
    rig.configure(flat());
    rig.configure(
        ports(1, 2, 3)
            .reflecting(1)
            .reflecting(2)
            .flooding(1, "<reflected>1</reflected>")
            .flooding(2, "<reflected>1</reflected>")
            .pvid(1, 10)
            .pvid(2, 20)
            .pvid(3, 10)
            .vlan(10, tagged(), untagged(1, 3))
            .vlan(20, tagged(), untagged(2)));
    int at = 2;
    int hops = 0;

    List<Frame> circling = rig.send(3, TO_ALL).getOrDefault(1, List.of());
    while (!circling.isEmpty()) {
      assertThat(++hops).as("times that the frame went from one end to the other").isLessThan(1000);
      circling = rig.send(at, circling.toArray(Frame[]::new)).getOrDefault(at, List.of());
      at = 3 - at;
    }

    assertThat(hops).isGreaterThan(1);
  }

  @Test
  void aBpduBlocksThePort() throws Exception {
    guarded(flat().protecting(1, HELD));

    rig.ports().receive(1, bpdu());
    awaitAlarm("bpdu-received port1");

    Counts before = rig.counts();
    rig.ports().receive(1, TO_ALL);
    rig.ports().receive(2, TO_ALL);
    assertThat(rig.ports().next()).isEqualTo(new Transmitted(3, TO_ALL));
    Rig.eventually(
        () -> rig.counts().since(before).discards(),
        discards ->
            discards.getOrDefault("ingress port-state", 0L) == 1
                && discards.getOrDefault("egress port-state", 0L) == 1);
  }

  @Test
  void aPortIsLetGoWhenNoMoreBpdusCome() throws Exception {
    guarded(flat().protecting(1, RECOVERING).protecting(2, HELD));

    rig.ports().receive(1, bpdu());
    rig.ports().receive(2, bpdu());

    awaitRecovery("bpdu-received port2");
    rig.ports().receive(1, TO_ALL);
    assertThat(rig.ports().next()).isEqualTo(new Transmitted(3, TO_ALL));
  }

  /** Waits for an alarm that stays, and then until those from before it are gone. */
  private void awaitRecovery(String staying) throws Exception {
    awaitAlarm(staying);
    Rig.eventually(rig::alarms, List.of(staying)::equals);
  }

  @Test
  void aBpduIsIgnoredWhereThereIsNoGuard() throws Exception {
    guarded(flat().protecting(1, "<bpdu-guard>false</bpdu-guard>").protecting(2, HELD));

    rig.ports().receive(1, bpdu());
    rig.ports().receive(2, bpdu());
    awaitAlarm("bpdu-received port2");

    assertThat(rig.alarms()).doesNotContain("bpdu-received port1");
  }

  @Test
  void aPortWithALoopIsShutDownUntilTheRecoveryTimeIsOver() throws Exception {
    String shutdown = "<action>shutdown</action>";
    guarded(probing().protecting(2, shutdown + HELD));
    Transmitted probe = rig.ports().next();
    assertThat(probe.port()).isEqualTo(1);
    assertThat(etherType(probe.frame())).isEqualTo(LOOPBACK);

    rig.ports().receive(2, probe.frame());
    awaitAlarm("loop-detected port2");

    Counts before = rig.counts();
    rig.ports().receive(2, TO_ALL);
    Rig.eventually(
        () -> rig.counts().since(before).discards(),
        discards -> discards.getOrDefault("ingress unknown-port", 0L) == 1);
    assertThat(operStatus(2)).isEqualTo("down");

    rig.configure(probing().protecting(2, shutdown + RECOVERING).protecting(3, HELD));
    rig.ports().receive(2, probe.frame());
    rig.ports().receive(3, bpdu());
    awaitRecovery("bpdu-received port3");
    assertThat(operStatus(2)).isEqualTo("unknown");
    // A probe may be on its way still: those who come after do not expect it.
    rig.configure(flat());
  }

  private static Configuration probing() {
    return flat().protecting(1, "<loop-detection>true</loop-detection>");
  }

  @Test
  void tooManyMovesToAPortAreTold() throws Exception {
    rig.configure(
        flat()
            .macLearning(1, "on")
            .macLearning(2, "on")
            .protecting(2, "<move-limit>1</move-limit>"));

    // Moves are counted anew every ten seconds, and not each frame is reported.
    Rig.eventually(
        () -> {
          rig.ports().receive(isBehind(ALICE, "port1") ? 2 : 1, TO_ALL);
          return rig.alarms();
        },
        alarms -> alarms.contains("mac-move-rate port2"));
  }

  /** Begins with no port held back: whatever one is for ends when its configuration changes. */
  private void guarded(Configuration configuration) throws Exception {
    rig.configure(flat());
    rig.configure(configuration);
  }

  /** With a bucket that is full: one that is configured already is not written again. */
  private void limited(int port, String kind) throws Exception {
    rig.configure(flat());
    rig.configure(flat().flooding(port, rate(kind)));
  }

  private static String rate(String kind) {
    return "<%s>%d</%s>".formatted(kind, LIMIT, kind);
  }

  private static Frame[] many(Frame frame) {
    return Collections.nCopies(MANY, frame).toArray(Frame[]::new);
  }

  private static Frame bpdu() {
    ByteBuffer octets = ByteBuffer.allocate(60);
    octets.put(Frame.of("01:80:c2:00:00:00", ALICE).bytes(), 0, 12);
    octets.putShort((short) 38).put((byte) 0x42).put((byte) 0x42).put((byte) 3);
    return new Frame(octets.array());
  }

  private static int etherType(Frame frame) {
    return Short.toUnsignedInt(ByteBuffer.wrap(frame.bytes()).getShort(12));
  }

  private void awaitAlarm(String alarm) throws Exception {
    Rig.eventually(rig::alarms, alarms -> alarms.contains(alarm));
  }

  private boolean isBehind(String address, String port) throws Exception {
    return rig.get(
            """
            <bridge xmlns="urn:hairpin:yang:bridge">
              <filtering-database>
                <entry><mac-address>%s</mac-address></entry>
              </filtering-database>
            </bridge>
            """
                .formatted(address))
        .data("bridge/filtering-database/entry/port")
        .equals(List.of(port));
  }

  private String operStatus(int port) throws Exception {
    return rig.get(
            """
            <interfaces xmlns="urn:ietf:params:xml:ns:yang:ietf-interfaces">
              <interface><name>port%d</name><oper-status/></interface>
            </interfaces>
            """
                .formatted(port))
        .data("interfaces/interface/oper-status")
        .getFirst();
  }
}
