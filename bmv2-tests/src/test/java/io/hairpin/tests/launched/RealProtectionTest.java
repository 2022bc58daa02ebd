package io.hairpin.tests.launched;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Storms and loops on cables. */
final class RealProtectionTest extends OnRealInterfaces {

  private static final String FRAMES = Launched.HOME.resolve("bmv2-tests/demo/frames").toString();
  private static final int RATE = 1;
  private static final int STORM = 200;

  @Test
  void aCableFromPortToPortIsFoundAndShutDown() throws Exception {
    String guarded =
        """
        <loop-protection>
          <loop-detection>true</loop-detection>
          <action>shutdown</action>
        </loop-protection>
        """;
    int a = Testbed.CABLED;
    int b = Testbed.CABLED + 1;

    hairpin.configure(
        interfaces(port(1), port(2), port(a, guarded), port(b, guarded)),
        bridge(vlan(1, untagged(1, 2, a, b))));

    // The one that is shut down first ends the loop.
    List<String> alarms =
        WiredSwitch.eventually(
            hairpin::alarms,
            all -> all.stream().anyMatch(alarm -> alarm.startsWith("loop-detected")));
    assertThat(stations.reaches("one", "10.0.0.2")).isTrue();
    int found = alarms.contains("loop-detected port" + a) ? a : b;
    assertThat(operStatus(found)).isEqualTo("down");
  }

  private String operStatus(int port) throws Exception {
    return hairpin
        .get(
            "<interfaces xmlns=\"urn:ietf:params:xml:ns:yang:ietf-interfaces\"><interface>"
                + "<name>port%d</name><oper-status/></interface></interfaces>".formatted(port),
            "oper-status")
        .getFirst();
  }

  /** The one that sees a frame above its rate ends it, and tells. */
  @Test
  void twoSwitchesThatReflectToEachOtherComeToRest() throws Exception {
    String reflecting =
        """
        <flood-limits><reflected>%d</reflected></flood-limits>
        <reflective-relay><rr-admin>forced</rr-admin></reflective-relay>
        """
            .formatted(RATE);
    try (WiredSwitch other = bed.other()) {
      hairpin.configure(
          interfaces(port(1), port(Testbed.OUTWARD, reflecting)),
          bridge(vlan(1, untagged(1, Testbed.OUTWARD))));
      other.configure(
          interfaces(port(Testbed.OTHER, reflecting)), bridge(vlan(1, untagged(Testbed.OTHER))));
      long before = laps();

      wire("one").write(broadcast(Testbed.mac(1)));

      WiredSwitch.eventually(
          () ->
              hairpin.alarms().contains("flood-rate port" + Testbed.OUTWARD)
                  || other.alarms().contains("flood-rate port" + Testbed.OTHER),
          told -> told);
      long laps = laps();
      for (long last = -1; laps != last; laps = laps()) {
        last = laps;
      }
      assertThat(laps - before).isBetween((long) RATE, 50L * RATE);
    }
  }

  private long laps() throws Exception {
    return hairpin.count("port" + Testbed.OUTWARD, "transmitted-frames");
  }

  /** A target that is slow may lose some of the storm before it counts them. */
  @Test
  void aStormIsHeldToItsRateAndTold() throws Exception {
    hairpin.configure(
        interfaces(
            port(1, "<flood-limits><broadcast>%d</broadcast></flood-limits>".formatted(RATE)),
            port(2)),
        bridge(vlan(1, untagged(1, 2))));
    long received = hairpin.count("port1", "received-frames");
    long transmitted = hairpin.count("port2", "transmitted-frames");
    long discarded = hairpin.count("port1", "broadcast-discarded-frames");

    stations.in("one", FRAMES, "eth0", "send", Integer.toString(STORM));
    hairpin.awaitAlarm("flood-rate port1");

    // What was received, was discarded, and passed, until the three agree.
    List<Long> counts =
        WiredSwitch.eventually(
            () ->
                List.of(
                    hairpin.count("port1", "received-frames") - received,
                    hairpin.count("port1", "broadcast-discarded-frames") - discarded,
                    hairpin.count("port2", "transmitted-frames") - transmitted),
            all -> all.get(0) == all.get(1) + all.get(2));
    assertThat(counts.getLast()).isBetween((long) RATE, STORM / 2L);
  }

  @Test
  void aBridgeWithASpanningTreeBlocksItsPortUntilItIsGone() throws Exception {
    hairpin.configure(
        interfaces(
            port(1, "<loop-protection><recovery-time>10</recovery-time></loop-protection>"),
            port(2)),
        bridge(vlan(1, untagged(1, 2))));
    stations.in("one", "ip", "link", "add", "br0", "type", "bridge", "stp_state", "1");
    atTheEnd(
        () -> stations.in("one", "sh", "-c", "! ip link show br0 >&0 2>&0 || ip link del br0"));

    stations.in("one", "ip", "link", "set", "eth0", "master", "br0");
    stations.in("one", "ip", "link", "set", "br0", "up");

    hairpin.awaitAlarm("bpdu-received port1");
    assertThat(stations.reachesNot("two", "10.0.0.1")).isTrue();
    stations.in("one", "ip", "link", "del", "br0");
    WiredSwitch.eventually(hairpin::alarms, alarms -> !alarms.contains("bpdu-received port1"));
    assertThat(stations.reaches("two", "10.0.0.1")).isTrue();
  }
}
