package io.hairpin.tests.launched;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Where stations are. */
final class RealLearningTest extends OnRealInterfaces {

  private static final String ALICE = "02:00:00:00:00:0a";
  private static final String BOB = "02:00:00:00:00:0b";
  private static final String CAROL = "02:00:00:00:00:0c";

  @Test
  void aStationIsLearntFlushedAndLearntAgain() throws Exception {
    hairpin.configure(flat());
    awaitLearnt(1, Testbed.mac(1), this::reach);

    assertThat(
            hairpin.rpc(
                """
                <action xmlns="urn:ietf:params:xml:ns:yang:1">
                  <bridge xmlns="urn:hairpin:yang:bridge">
                    <filtering-database><flush><port>port1</port></flush></filtering-database>
                  </bridge>
                </action>
                """))
        .contains(">1</flushed>");

    awaitLearnt(1, Testbed.mac(1), this::reach);
  }

  private void reach() {
    assertThat(stations.reaches("one", "10.0.0.2")).isTrue();
  }

  @Test
  void aStationThatMovesIsFoundBehindItsNewPort() throws Exception {
    hairpin.configure(flat());
    Launched one = wire("one");
    Launched three = wire("three");
    Launched four = wire("four");
    one.write(broadcast(ALICE));
    awaitLearnt(1, ALICE);

    three.write(broadcast(ALICE));
    awaitLearnt(3, ALICE);

    four.write(frame(ALICE, BOB, ""));
    three.awaitLine(frame(ALICE, BOB, ""));
    four.write(broadcast(BOB));
    assertThat(one.awaitLines(broadcast(BOB)::equals)).doesNotContain(frame(ALICE, BOB, ""));
  }

  @Test
  void aPortLearnsNoMoreThanItsLimit() throws Exception {
    hairpin.configure(
        interfaces(port(1, "<mac-limit>1</mac-limit>"), port(2)), bridge(vlan(1, untagged(1, 2))));
    Launched one = wire("one");
    one.write(broadcast(ALICE));
    awaitLearnt(1, ALICE);

    one.write(broadcast(BOB));
    wire("two").write(broadcast(CAROL));
    awaitLearnt(2, CAROL);

    assertThat(learntOn(1)).isEqualTo(List.of(ALICE));
  }

  @Test
  void aStationThatIsSilentIsForgotten() throws Exception {
    hairpin.configure(
        flat("<filtering-database><ageing-time>10</ageing-time></filtering-database>"));
    wire("one").write(broadcast(ALICE));
    awaitLearnt(1, ALICE);

    WiredSwitch.eventually(() -> learntOn(1), learnt -> !learnt.contains(ALICE));
  }

  @Test
  void whereLearningIsForbiddenAStationHasToBeKnown() throws Exception {
    hairpin.configure(
        interfaces(port(1, "<mac-learning>forbidden</mac-learning>"), port(2)),
        bridge(
            vlan(1, untagged(1, 2)),
            "<filtering-database><static-entry><fid>1</fid><mac-address>%s</mac-address>"
                    .formatted(Testbed.mac(1))
                + "<port>port1</port></static-entry></filtering-database>"));
    assertThat(stations.reaches("one", "10.0.0.2")).isTrue();
    Launched one = wire("one");
    Launched two = wire("two");

    one.write(broadcast(ALICE));
    one.write(broadcast(Testbed.mac(1)));

    assertThat(two.awaitLines(broadcast(Testbed.mac(1))::equals)).doesNotContain(broadcast(ALICE));
  }

  @Test
  void aStationInABlackholeIsCutOff() throws Exception {
    hairpin.configure(flat());
    assertThat(stations.reaches("one", "10.0.0.2")).isTrue();

    hairpin.merge(
        bridge(
            "<filtering-database><static-entry><fid>1</fid><mac-address>%s</mac-address>"
                    .formatted(Testbed.mac(2))
                + "<blackhole/></static-entry></filtering-database>"));

    assertThat(stations.reachesNot("one", "10.0.0.2")).isTrue();
    assertThat(stations.reaches("one", "10.0.0.3")).isTrue();
  }
}
