package io.hairpin.tests.launched;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Groups that Linux joins, leaves and asks for. */
final class RealMulticastTest extends OnRealInterfaces {

  private static final String GROUP = "233.252.0.1";
  private static final String OTHER_GROUP = "233.252.0.2";
  private static final int PORT = 5000;
  private static final String ALICE = "02:00:00:00:00:0a";
  private static final String BOB = "02:00:00:00:00:0b";

  /** Frames to a group other than those that every station is a member of. */
  private static final Pattern TO_A_GROUP = Pattern.compile("^(01005e7c|333312)");

  /** An uplink that reflects, on port 1; groups that nobody is known to want go nowhere. */
  private void configure() throws Exception {
    hairpin.configure(
        interfaces(
            port(1, "<reflective-relay><rr-admin>forced</rr-admin></reflective-relay>"),
            port(2),
            port(3),
            port(4)),
        bridge(
            vlan(
                1,
                "<multicast><snooping>true</snooping><unregistered>filter</unregistered>"
                    + "</multicast>",
                untagged(1, 2, 3, 4))));
  }

  /** A station behind the uplink of port 1, with IPv6 too. */
  private void host(String name, String mac, String address) throws Exception {
    stations.station(name);
    atTheEnd(() -> stations.remove(name));
    stations.useIpv6(name);
    stations.vepa("one", name);
    stations.in(name, "ip", "link", "set", "eth0", "address", mac);
    stations.address(name, "eth0", address);
    stations.in(name, "ip", "route", "add", "224.0.0.0/4", "dev", "eth0");
  }

  private List<String> membersOf(String group) throws Exception {
    return hairpin.get(
        bridge(
            vlan(
                1,
                "<multicast><membership><group>%s</group><port>port1</port><station/>"
                        .formatted(group)
                    + "</membership></multicast>")),
        "station");
  }

  private List<String> routerPorts() throws Exception {
    return hairpin.get(
        bridge(vlan(1, "<multicast><router-port-oper/></multicast>")), "router-port-oper");
  }

  /** Known as hosts say it: the switch writes IPv6 addresses in full. */
  @ParameterizedTest
  @CsvSource({"233.252.0.1, 233.252.0.1", "ff3e::1200:1, ff3e:0:0:0:0:0:1200:1"})
  void whatOneStationLeavesTheOtherBehindTheUplinkKeeps(String group, String known)
      throws Exception {
    configure();
    host("alice", ALICE, "10.0.0.11/24");
    host("bob", BOB, "10.0.0.12/24");
    host("sender", "02:00:00:00:00:0c", "10.0.0.13/24");
    Launched alice = start("alice", "member", "eth0", group, Integer.toString(PORT));
    Launched bob = start("bob", "member", "eth0", group, Integer.toString(PORT));
    Launched four = wire("four");
    WiredSwitch.eventually(() -> membersOf(known), all -> all.containsAll(List.of(ALICE, BOB)));

    datagram("sender", group, PORT, "first");
    alice.awaitLine("first");
    bob.awaitLine("first");
    alice.close();
    WiredSwitch.eventually(() -> membersOf(known), all -> !all.contains(ALICE));
    datagram("sender", group, PORT, "second");

    bob.awaitLine("second");
    wire("two").write(broadcast(Testbed.mac(2)));
    assertThat(four.awaitLines(broadcast(Testbed.mac(2))::equals))
        .noneMatch(TO_A_GROUP.asPredicate());
  }

  @Test
  void aQuerierIsFoundAndHearsWhoWantsWhat() throws Exception {
    configure();
    host("alice", ALICE, "10.0.0.11/24");
    stations.in(
        "three",
        "ip link add br0 type bridge mcast_querier 1 mcast_query_use_ifaddr 1 mcast_igmp_version 3"
            .split(" ", -1));
    atTheEnd(() -> stations.in("three", "ip", "link", "del", "br0"));
    stations.address("three", "br0", "10.0.0.103/24");
    stations.in("three", "ip", "link", "set", "eth0", "master", "br0");
    WiredSwitch.eventually(this::routerPorts, ports -> ports.equals(List.of("port3")));

    start("alice", "member", "eth0", GROUP, Integer.toString(PORT));

    WiredSwitch.eventually(
        () -> stations.in("three", "bridge", "mdb", "show", "dev", "br0"),
        groups -> groups.contains("port eth0 grp " + GROUP));
  }

  @Test
  void anUnregisteredGroupIsFilteredOrFlooded() throws Exception {
    configure();
    host("sender", "02:00:00:00:00:0c", "10.0.0.13/24");
    Launched two = wire("two");

    datagram("sender", OTHER_GROUP, PORT, "filtered");
    wire("one").write(broadcast(Testbed.mac(1)));
    assertThat(two.awaitLines(broadcast(Testbed.mac(1))::equals))
        .noneMatch(TO_A_GROUP.asPredicate());

    hairpin.merge(bridge(vlan(1, "<multicast><unregistered>flood</unregistered></multicast>")));
    datagram("sender", OTHER_GROUP, PORT, "flooded");
    await(two, TO_A_GROUP);
  }
}
