package io.hairpin.tests;

import static io.hairpin.tests.Configuration.flat;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 4541: groups go where they are wanted. */
final class MulticastTest extends OnEveryTarget {

  private static final String GROUP = "233.252.0.1";
  private static final String GROUP_6 = "ff3e::1234:5678";
  private static final Frame TO_GROUP = Membership.to(GROUP);
  private static final String SNOOPING = "<snooping>true</snooping>";
  private static final String FILTER = "<unregistered>filter</unregistered>";

  /** Three ports in VLAN 1, in which groups are treated so. */
  private void configure(Configuration configuration, String... multicast) throws Exception {
    rig.configure(configuration);
    rig.edit(
        "<bridge xmlns=\"urn:hairpin:yang:bridge\"><vlan><vid>1</vid><multicast>"
            + String.join("", multicast)
            + "</multicast></vlan></bridge>");
  }

  private void join(int port, String station, String group) throws Exception {
    rig.send(port, Membership.join(station, group));
    awaitMembership(group + " port" + port + " " + station);
  }

  private void leave(int port, String station) throws Exception {
    rig.send(port, Membership.leave(station, GROUP));
    Rig.eventually(this::memberships, all -> !all.contains(GROUP + " port" + port + " " + station));
  }

  private void awaitMembership(String membership) throws Exception {
    Rig.eventually(this::memberships, all -> all.contains(membership));
  }

  private void awaitRouter(String port) throws Exception {
    Rig.eventually(() -> multicast("router-port-oper"), ports -> ports.contains(port));
  }

  private Set<String> memberships() throws Exception {
    List<String> groups = multicast("membership/group");
    List<String> ports = multicast("membership/port");
    List<String> stations = multicast("membership/station");
    Set<String> memberships = new TreeSet<>();
    for (int i = 0; i < groups.size(); i++) {
      memberships.add(groups.get(i) + " " + ports.get(i) + " " + stations.get(i));
    }
    return memberships;
  }

  private List<String> multicast(String path) throws Exception {
    return rig.get(
            "<bridge"
                + " xmlns=\"urn:hairpin:yang:bridge\"><vlan><vid>1</vid><multicast/></vlan></bridge>")
        .data("bridge/vlan/multicast/" + path);
  }

  @Test
  void whoJoinedAloneReceives() throws Exception {
    configure(flat(), SNOOPING);

    join(2, BOB, GROUP);

    assertThat(rig.send(1, TO_GROUP)).isEqualTo(on(TO_GROUP, 2));
  }

  @Test
  void anIgmpVersion3ReportIsAJoin() throws Exception {
    configure(flat(), SNOOPING);

    rig.send(2, Membership.joinV3(BOB, GROUP));
    awaitMembership(GROUP + " port2 " + BOB);

    assertThat(rig.send(1, TO_GROUP)).isEqualTo(on(TO_GROUP, 2));
  }

  @Test
  void anMldReportIsAJoin() throws Exception {
    configure(flat(), SNOOPING);
    Frame frame = Membership.to(GROUP_6);

    rig.send(2, Membership.joinV6(BOB, GROUP_6));
    awaitMembership("ff3e:0:0:0:0:0:1234:5678 port2 " + BOB);

    assertThat(rig.send(1, frame)).isEqualTo(on(frame, 2));
  }

  @Test
  void whoLeavesCutsOffNoOtherBehindThePort() throws Exception {
    configure(flat(), SNOOPING);
    join(2, ALICE, GROUP);
    join(2, BOB, GROUP);

    leave(2, ALICE);

    assertThat(rig.send(1, TO_GROUP)).isEqualTo(on(TO_GROUP, 2));
  }

  @Test
  void theLastWhoLeavesEndsIt() throws Exception {
    configure(flat(), SNOOPING, FILTER);
    join(2, BOB, GROUP);

    leave(2, BOB);

    assertThat(rig.send(1, TO_GROUP)).isEmpty();
  }

  @Test
  void aGroupIsReflectedToItsMemberBehindTheReceptionPort() throws Exception {
    configure(flat().reflecting(1), SNOOPING);

    join(1, BOB, GROUP);

    assertThat(rig.send(1, TO_GROUP)).isEqualTo(on(TO_GROUP, 1));
  }

  @Test
  void aReportGoesToRouterPortsAlone() throws Exception {
    configure(flat().reflecting(1), SNOOPING, "<router-port>port3</router-port>");
    Frame report = Membership.join(ALICE, GROUP);

    assertThat(rig.send(1, report)).isEqualTo(on(report, 3));
  }

  @Test
  void aRouterIsFoundByItsQueryWhichGoesToAll() throws Exception {
    configure(flat(), SNOOPING);
    Frame query = Membership.query(BOB);
    Frame report = Membership.join(ALICE, GROUP);

    assertThat(rig.send(2, query)).isEqualTo(on(query, 1, 3));
    awaitRouter("port2");

    assertThat(rig.send(1, report)).isEqualTo(on(report, 2));
    assertThat(multicast("querier/port")).containsExactly("port2");
  }

  @Test
  void aRouterPortReceivesEveryRegisteredGroup() throws Exception {
    configure(flat(), SNOOPING, "<router-port>port3</router-port>");

    join(2, BOB, GROUP);

    assertThat(rig.send(1, TO_GROUP)).isEqualTo(on(TO_GROUP, 2, 3));
  }

  @Test
  void anUnregisteredGroupIsFlooded() throws Exception {
    configure(flat(), SNOOPING);

    assertThat(rig.send(1, TO_GROUP)).isEqualTo(on(TO_GROUP, 2, 3));
  }

  @Test
  void anUnregisteredGroupIsDiscardedWhereItIsFiltered() throws Exception {
    configure(flat(), FILTER);

    assertDiscarded(rig.observe(1, TO_GROUP), "ingress unregistered-group");
  }

  @Test
  void anUnregisteredGroupGoesToRouterPortsAloneWhereTheVlanSaysSo() throws Exception {
    configure(flat(), "<unregistered>router-ports</unregistered><router-port>port3</router-port>");

    assertThat(rig.send(1, TO_GROUP)).isEqualTo(on(TO_GROUP, 3));
  }

  @ParameterizedTest
  @ValueSource(strings = {"224.0.0.251", "ff02::1", "ff02::1:ff00:7"})
  void whatRoutingAndAddressResolutionStandOnIsFlooded(String group) throws Exception {
    configure(flat(), SNOOPING, FILTER);
    Frame frame = Membership.to(group);

    assertThat(rig.send(1, frame)).isEqualTo(on(frame, 2, 3));
  }

  @Test
  void aBroadcastIsFloodedWhereGroupsAreFiltered() throws Exception {
    configure(flat(), FILTER);
    Frame frame = Frame.of(BROADCAST, ALICE);

    assertThat(rig.send(1, frame)).isEqualTo(on(frame, 2, 3));
  }

  @Test
  void aStaticGroupHasItsPortsWithoutSnooping() throws Exception {
    configure(
        flat(),
        FILTER,
        "<static-group><mac-address>",
        Membership.mac(GROUP),
        "</mac-address><port>port3</port></static-group>");

    assertThat(rig.send(1, TO_GROUP)).isEqualTo(on(TO_GROUP, 3));
  }

  @Test
  void membershipMessagesAreFloodedWhereNothingSnoops() throws Exception {
    rig.configure(flat());
    Frame report = Membership.join(ALICE, GROUP);

    assertThat(rig.send(1, report)).isEqualTo(on(report, 2, 3));
  }

  @Test
  void aReportWithAWrongChecksumRegistersNothing() throws Exception {
    configure(flat(), SNOOPING, FILTER);
    byte[] octets = Membership.join(BOB, GROUP).bytes();
    octets[14 + 24 + 4]++;

    rig.send(2, new Frame(octets));
    join(3, ALICE, "233.252.0.9");

    assertThat(memberships()).containsExactly("233.252.0.9 port3 " + ALICE);
  }

  @Test
  void groupsEndWithThePortThatTheyAreWantedOn() throws Exception {
    configure(flat(), SNOOPING, FILTER);
    join(2, BOB, GROUP);

    configure(flat().disabled(2), SNOOPING, FILTER);
    configure(flat(), SNOOPING, FILTER);

    assertThat(rig.send(1, TO_GROUP)).isEmpty();
  }

  @Test
  void aRestartOfTheManagementPlaneCutsOffNobody() throws Exception {
    configure(flat(), SNOOPING, FILTER);
    rig.send(3, Membership.query(ALICE));
    awaitRouter("port3");
    join(2, BOB, GROUP);
    rig.killManagement();
    rig.tap().reset();

    rig.startManagement(Rig.PORTS);

    assertThat(rig.tap().updates()).isEmpty();
    assertThat(rig.send(1, TO_GROUP)).isEqualTo(on(TO_GROUP, 2, 3));
    assertThat(multicast("router-port-oper")).containsExactly("port3");
  }

  @Test
  void aTargetThatRestartsEmptyGetsTheGroupsAgain() throws Exception {
    configure(flat(), SNOOPING, FILTER);
    join(2, BOB, GROUP);

    rig.stopTarget();
    Rig.eventually(rig::alarms, alarms -> alarms.contains("target-unreachable target"));
    rig.startTarget();

    assertThat(rig.send(1, TO_GROUP)).isEqualTo(on(TO_GROUP, 2));
  }
}
