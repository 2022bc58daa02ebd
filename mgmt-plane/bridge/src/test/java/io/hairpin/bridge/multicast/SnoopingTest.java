package io.hairpin.bridge.multicast;

import static io.hairpin.bridge.multicast.GroupMessageParserTest.ip;
import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.bridge.multicast.GroupMessage.GroupRecord;
import io.hairpin.bridge.multicast.GroupMessage.Kind;
import io.hairpin.bridge.multicast.GroupMessage.Query;
import io.hairpin.bridge.multicast.GroupMessage.Report;
import io.hairpin.bridge.multicast.Snooping.Host;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SnoopingTest {

  private static final int VLAN = 10;
  private static final Host ALICE = new Host(1, 0x0200_0000_000AL);
  private static final Host BOB = new Host(1, 0x0200_0000_000BL);
  private static final Host CAROL = new Host(2, 0x0200_0000_000CL);
  private static final InetAddress GROUP = ip("233.252.0.1");
  private static final long MAC = 0x0100_5E7C_0001L;

  private final Set<Integer> fast = new HashSet<>(Set.of(1, 2));
  private int limit = 100;
  private Instant now = Instant.parse("2026-01-02T03:04:05Z");
  private final Snooping snooping = new Snooping(() -> now, fast::contains, _ -> limit);

  private Set<Long> hear(Host host, Kind kind, InetAddress group, InetAddress... sources) {
    return snooping
        .receive(
            VLAN,
            host,
            new Report(
                ip("192.0.2.1"),
                List.of(new GroupRecord(kind, group, new HashSet<>(Arrays.asList(sources))))))
        .groups();
  }

  private Map<Long, Set<Integer>> members() {
    Map<Long, Set<Integer>> members = new TreeMap<>();
    snooping.groups(VLAN).forEach(mac -> members.put(mac, snooping.ports(VLAN, mac)));
    return members;
  }

  private Set<Long> join(Host host) {
    return hear(host, Kind.TO_EXCLUDE, GROUP);
  }

  private Set<Long> leave(Host host) {
    return hear(host, Kind.TO_INCLUDE, GROUP);
  }

  private void query(Host router, String sender, InetAddress group) {
    snooping.receive(
        VLAN,
        router,
        new Query(
            ip(sender), group, Set.of(), Duration.ofSeconds(1), false, 2, Duration.ofSeconds(60)));
  }

  private void pass(int seconds) {
    now = now.plusSeconds(seconds);
    snooping.expire();
  }

  @Test
  void whoJoinsReceives() {
    assertThat(join(ALICE)).containsExactly(MAC);

    assertThat(members()).isEqualTo(Map.of(MAC, Set.of(1)));
  }

  @Test
  void aSecondHostOfAPortChangesNoPorts() {
    join(ALICE);

    assertThat(join(BOB)).isEmpty();
  }

  @Test
  void whoLeavesCutsOffNoOtherBehindThePort() {
    join(ALICE);
    join(BOB);

    assertThat(leave(ALICE)).isEmpty();

    assertThat(members()).isEqualTo(Map.of(MAC, Set.of(1)));
  }

  @Test
  void theLastWhoLeavesAPortEndsItAtOnceWhereLeaveIsFast() {
    join(ALICE);
    join(CAROL);

    assertThat(leave(ALICE)).containsExactly(MAC);

    assertThat(members()).isEqualTo(Map.of(MAC, Set.of(2)));
  }

  @Test
  void whereLeaveIsNotFastAQuerierMayAskFirst() {
    fast.remove(1);
    join(ALICE);

    assertThat(leave(ALICE)).isEmpty();
    pass(1);
    assertThat(members()).isNotEmpty();

    pass(1);
    assertThat(members()).isEmpty();
  }

  @Test
  void whoIsNotHeardAgainIsGoneAfterTheMembershipInterval() {
    join(ALICE);
    pass(259);
    assertThat(members()).isNotEmpty();

    pass(1);

    assertThat(members()).isEmpty();
  }

  @Test
  void theQuerierTellsTheMembershipInterval() {
    query(CAROL, "192.0.2.254", ip("0.0.0.0"));
    join(ALICE);
    pass(120);
    assertThat(members()).isNotEmpty();

    pass(1); // 2 times 60 s, and 1 s to answer

    assertThat(members()).isEmpty();
  }

  @Test
  void whoIsAskedForAGroupAndDoesNotAnswerIsGone() {
    join(ALICE);
    join(CAROL);
    query(CAROL, "192.0.2.254", GROUP);
    join(CAROL);

    pass(2);

    assertThat(members()).isEqualTo(Map.of(MAC, Set.of(2)));
  }

  @Test
  void aQueryWithTheSuppressFlagLeavesTheTimers() {
    join(ALICE);
    snooping.receive(
        VLAN,
        CAROL,
        new Query(
            ip("192.0.2.254"), GROUP, Set.of(), Duration.ofSeconds(1), true, 2, Duration.ZERO));

    pass(10);

    assertThat(members()).isNotEmpty();
  }

  @Test
  void aRouterIsWhereAQueryComesFrom() {
    query(CAROL, "192.0.2.254", ip("0.0.0.0"));

    assertThat(snooping.routers(VLAN)).containsExactly(2);
  }

  @Test
  void aQueryWithoutAnAddressComesFromNoRouter() {
    query(CAROL, "0.0.0.0", ip("0.0.0.0"));

    assertThat(snooping.routers(VLAN)).isEmpty();
    assertThat(snooping.queriers(VLAN)).isEmpty();
  }

  @Test
  void aRouterThatIsSilentIsForgotten() {
    query(CAROL, "192.0.2.254", ip("0.0.0.0"));

    pass(121);

    assertThat(snooping.routers(VLAN)).isEmpty();
    assertThat(snooping.queriers(VLAN)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"192.0.2.1, 192.0.2.1", "192.0.2.255, 192.0.2.254"})
  void theQuerierIsTheOneWithTheLowestAddress(String other, String elected) {
    query(CAROL, "192.0.2.254", ip("0.0.0.0"));

    query(ALICE, other, ip("0.0.0.0"));

    assertThat(snooping.queriers(VLAN))
        .extracting(Snooping.Querier::address)
        .containsExactly(ip(elected));
    assertThat(snooping.routers(VLAN)).containsExactlyInAnyOrder(1, 2);
  }

  @Test
  void ipv4AndIpv6HaveAQuerierEach() {
    query(CAROL, "192.0.2.254", ip("0.0.0.0"));
    query(ALICE, "fe80::1", ip("::"));

    assertThat(snooping.queriers(VLAN)).hasSize(2);
  }

  @Test
  void whoIncludesNoSourceLeaves() {
    hear(ALICE, Kind.IS_INCLUDE, GROUP, ip("192.0.2.9"), ip("192.0.2.8"));
    hear(ALICE, Kind.BLOCK_OLD, GROUP, ip("192.0.2.9"));
    assertThat(members()).isNotEmpty();

    hear(ALICE, Kind.BLOCK_OLD, GROUP, ip("192.0.2.8"));

    assertThat(members()).isEmpty();
  }

  @Test
  void whoExcludesSomeSourcesStays() {
    join(ALICE);

    hear(ALICE, Kind.BLOCK_OLD, GROUP, ip("192.0.2.9"));

    assertThat(members()).isNotEmpty();
  }

  @Test
  void whoAllowsASourceReceives() {
    hear(ALICE, Kind.ALLOW_NEW, GROUP, ip("192.0.2.9"));

    assertThat(members()).isEqualTo(Map.of(MAC, Set.of(1)));
  }

  @Test
  void groupsWithOneMacAddressShareTheirPorts() {
    hear(ALICE, Kind.TO_EXCLUDE, ip("233.252.0.1"));
    hear(CAROL, Kind.TO_EXCLUDE, ip("233.124.0.1"));

    assertThat(members()).isEqualTo(Map.of(MAC, Set.of(1, 2)));
  }

  @Test
  void anIpv6GroupHasItsLastFourOctetsAsMacAddress() {
    hear(ALICE, Kind.TO_EXCLUDE, ip("ff3e::1234:5678"));

    assertThat(members()).isEqualTo(Map.of(0x3333_1234_5678L, Set.of(1)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"224.0.0.251", "239.128.0.1", "ff02::1", "ff3e::1", "ff02::1:ff00:1", "ff01::5"})
  void whatIsAlwaysFloodedIsNotRegistered(String group) {
    assertThat(hear(ALICE, Kind.TO_EXCLUDE, ip(group))).isEmpty();

    assertThat(snooping.memberships(VLAN)).isEmpty();
  }

  @Test
  void noMoreGroupsThanTheLimitAreTaken() {
    limit = 1;
    join(ALICE);

    assertThat(hear(BOB, Kind.TO_EXCLUDE, ip("233.252.0.2"))).isEmpty();

    assertThat(members()).containsOnlyKeys(MAC);
  }

  @Test
  void whatIsBehindALostPortIsForgotten() {
    join(ALICE);
    join(CAROL);
    query(CAROL, "192.0.2.254", ip("0.0.0.0"));

    assertThat(snooping.forgetPort(2))
        .containsExactly(new Snooping.Changed(VLAN, true, Set.of(MAC)));

    assertThat(members()).isEqualTo(Map.of(MAC, Set.of(1)));
    assertThat(snooping.routers(VLAN)).isEmpty();
  }

  @Test
  void vlansAreApart() {
    join(ALICE);

    assertThat(snooping.groups(20)).isEmpty();
  }

  @Test
  void whatIsTakenOverForwardsUntilItMustHaveBeenToldAgain() {
    snooping.adopt(VLAN, MAC, 3);
    snooping.adopt(VLAN, 0x3333_1234_5678L, 3);
    snooping.adoptRouter(VLAN, 2);

    assertThat(members()).isEqualTo(Map.of(MAC, Set.of(3), 0x3333_1234_5678L, Set.of(3)));
    assertThat(snooping.routers(VLAN)).containsExactly(2);

    pass(260);
    assertThat(members()).isEmpty();
    assertThat(snooping.routers(VLAN)).isEmpty();
  }
}
