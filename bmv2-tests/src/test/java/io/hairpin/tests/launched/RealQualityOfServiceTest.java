package io.hairpin.tests.launched;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Priorities: whom the switch believes, what it transmits, and which queue it uses. */
final class RealQualityOfServiceTest extends OnRealInterfaces {

  /** Expedited forwarding (DSCP 46) in the octet that ping takes. */
  private static final String EF = "0xb8";

  private static final int ECHO = 8;
  private static final String BROADCAST = "ff:ff:ff:ff:ff:ff";

  /** Two of these are what is green at once, ten are what is not red. */
  private static final int LONG = 990;

  private static final int MANY = 40;

  private static String qos(String content) {
    return "<qos xmlns=\"urn:hairpin:yang:qos\">" + content + "</qos>";
  }

  private long queued(int queue) throws Exception {
    return Long.parseLong(
        hairpin
            .get(
                bridge(
                    qos(
                        "<queued><traffic-class>%d</traffic-class><frames/></queued>"
                            .formatted(queue))),
                "frames")
            .getFirst());
  }

  @Test
  void aTrustedDscpBecomesThePcpAndTheQueue() throws Exception {
    hairpin.configure(
        interfaces(
            port(
                1,
                qos(
                    "<trust>dscp-pcp</trust>"
                        + "<dscp-decoding><dscp>46</dscp><priority>6</priority></dscp-decoding>")),
            port(2)),
        bridge(
            vlan(1, untagged(1), tagged(2)),
            qos(
                "<traffic-class><priority>6</priority><traffic-class>7</traffic-class>"
                    + "</traffic-class>"),
            "<filtering-database/>"));
    stations.in(
        "one", "ip", "neigh", "replace", "10.0.0.2", "lladdr", Testbed.mac(2), "dev", "eth0");
    atTheEnd(() -> stations.in("one", "ip", "neigh", "del", "10.0.0.2", "dev", "eth0"));
    Launched two = wire("two");
    long before = queued(7);

    stations.in("one", "sh", "-c", "ping -c 1 -W 0.1 -Q %s 10.0.0.2 || true".formatted(EF));

    await(two, echo("8100c001", ECHO));
    assertThat(queued(7)).isEqualTo(before + 1);
  }

  @Test
  void aTagThatIsNotTrustedIsForgotten() throws Exception {
    hairpin.configure(
        interfaces(port(1, qos("<trust>none</trust>")), port(2), port(3)),
        bridge(vlan(10, tagged(1, 2, 3))));
    Launched one = wire("one");
    Launched two = wire("two");
    Launched three = wire("three");

    one.write(frame(BROADCAST, Testbed.mac(1), "8100a00a"));
    two.awaitLine(frame(BROADCAST, Testbed.mac(1), "8100000a"));

    three.write(frame(BROADCAST, Testbed.mac(3), "8100a00a"));
    two.awaitLine(frame(BROADCAST, Testbed.mac(3), "8100a00a"));
  }

  @Test
  void aPriorityIsMarkedWithADscpThatTheReceiverAccepts() throws Exception {
    hairpin.configure(
        interfaces(
            port(1, qos("<default-priority>5</default-priority>")),
            port(2, qos("<marking><priority>5</priority><dscp>46</dscp></marking>"))),
        bridge(vlan(1, untagged(1, 2))));
    Launched two = wire("two");

    // The receiver answers: the checksum is right.
    assertThat(stations.reaches("one", "10.0.0.2")).isTrue();

    assertThat(two.awaitLines(echo("", ECHO).asPredicate()).getLast()).matches("^.{28}45b8.*");
  }

  /** A target that is slow may lose some frames before it meters them. */
  @Test
  void aPolicerPassesMarksAndDiscardsByRate() throws Exception {
    hairpin.configure(
        interfaces(port(1, qos("<policer>strict</policer>")), port(2)),
        bridge(
            vlan(1, untagged(1), tagged(2)),
            qos(
                """
                <policer>
                  <name>strict</name>
                  <committed-information-rate>8000</committed-information-rate>
                  <committed-burst-size>2000</committed-burst-size>
                  <peak-information-rate>8000</peak-information-rate>
                  <peak-burst-size>10000</peak-burst-size>
                </policer>
                """)));
    Launched one = wire("one");
    Launched two = wire("two");
    List<Long> before = policed();

    for (int i = 0; i < MANY; i++) {
      one.write(frame(BROADCAST, Testbed.mac(1), "", LONG));
    }

    two.awaitLine(frame(BROADCAST, Testbed.mac(1), "81000001", LONG));
    two.awaitLine(frame(BROADCAST, Testbed.mac(1), "81001001", LONG));
    // Received, conforming, exceeding, violating, transmitted, until the five agree.
    List<Long> counts =
        WiredSwitch.eventually(
            () -> since(before),
            all ->
                all.get(0) == all.get(1) + all.get(2) + all.get(3)
                    && all.get(4) == all.get(1) + all.get(2)
                    && all.get(3) > 0);
    assertThat(counts.get(1)).isBetween(2L, MANY / 2L);
    assertThat(counts.get(2)).isBetween(1L, MANY / 2L);
  }

  private List<Long> policed() throws Exception {
    List<Long> counts = new ArrayList<>(List.of(hairpin.count("port1", "received-frames")));
    for (String colour : List.of("conforming", "exceeding", "violating")) {
      counts.add(
          Long.valueOf(
              hairpin
                  .get(
                      "<interfaces xmlns=\"urn:ietf:params:xml:ns:yang:ietf-interfaces\">"
                          + "<interface><name>port1</name>"
                          + "<bridge-port xmlns=\"urn:hairpin:yang:bridge\">"
                          + qos("<policed><%s-frames/></policed>".formatted(colour))
                          + "</bridge-port></interface></interfaces>",
                      colour + "-frames")
                  .getFirst()));
    }
    counts.add(hairpin.count("port2", "transmitted-frames"));
    return counts;
  }

  private List<Long> since(List<Long> before) throws Exception {
    List<Long> now = policed();
    return IntStream.range(0, now.size()).mapToObj(i -> now.get(i) - before.get(i)).toList();
  }
}
