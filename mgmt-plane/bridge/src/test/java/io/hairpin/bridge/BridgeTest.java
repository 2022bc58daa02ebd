package io.hairpin.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.hairpin.bridge.ConfigurationObject.AcceptableFrameTypes;
import io.hairpin.bridge.ConfigurationObject.AddressLearning;
import io.hairpin.bridge.ConfigurationObject.Admission;
import io.hairpin.bridge.ConfigurationObject.BridgePort;
import io.hairpin.bridge.ConfigurationObject.GroupMembership;
import io.hairpin.bridge.ConfigurationObject.Interface;
import io.hairpin.bridge.ConfigurationObject.InterfaceKey;
import io.hairpin.bridge.ConfigurationObject.MacLearning;
import io.hairpin.bridge.ConfigurationObject.Protection;
import io.hairpin.bridge.ConfigurationObject.ReflectiveRelay;
import io.hairpin.bridge.ConfigurationObject.StaticEntry;
import io.hairpin.bridge.ConfigurationObject.Vlan;
import io.hairpin.bridge.ConfigurationObject.VlanKey;
import io.hairpin.bridge.Ports.Port;
import io.hairpin.bridge.QualityOfService.Policer;
import io.hairpin.p4runtime.client.ElectionId;
import io.hairpin.p4runtime.client.FakeTarget;
import io.hairpin.p4runtime.client.Pipeline;
import io.hairpin.p4runtime.client.Session;
import io.hairpin.p4runtime.client.Settings;
import io.hairpin.p4runtime.client.Value;
import io.hairpin.p4runtime.v1.CounterData;
import io.hairpin.p4runtime.v1.CounterEntry;
import io.hairpin.p4runtime.v1.Entity;
import io.hairpin.p4runtime.v1.SetForwardingPipelineConfigRequest.Action;
import io.hairpin.p4runtime.v1.Update;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BridgeTest {

  private static final int CPU_PORT = 510;

  /** What the target holds without any configuration. */
  private static final int BASE = 5;

  private static final int PORT = 5;
  private static final int VLAN = 4;

  private static final int ACCEPT_INGRESS_VLAN = 0x010000A0;
  private static final int POLICERS = 1023;
  private static final int SEQUENCES = 4095;

  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final long STATION = 0x5254_0000_0001L;

  private final List<AutoCloseable> open = new ArrayList<>();
  private FakeTarget target;
  private long elections;

  @BeforeEach
  void startTarget() throws IOException {
    target = new FakeTarget();
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable closeable : open.reversed()) {
      closeable.close();
    }
    target.close();
  }

  @Test
  void anEmptyTargetGetsThePipelineAndTheIntent() throws Exception {
    started(2, port("port1"), vlan(10, "port1"));

    assertThat(target.pushes).containsOnlyOnce(Action.VERIFY_AND_COMMIT);
    assertThat(target.entities()).hasSize(BASE + PORT + VLAN);
  }

  @Test
  void aRestartOfTheManagementPlaneWritesNothing() throws Exception {
    started(2, port("port1"), port("port2"), vlan(10, "port1", "port2"), station(10, "port2"));
    int writes = target.writes.size();

    started(2, port("port1"), port("port2"), vlan(10, "port1", "port2"), station(10, "port2"));

    assertThat(target.writes).hasSize(writes);
    assertThat(target.pushes).containsOnlyOnce(Action.VERIFY_AND_COMMIT);
  }

  @Test
  void aRestartWritesOnlyTheDifference() throws Exception {
    started(2, port("port1"), vlan(10, "port1"));
    int writes = target.writes.size();

    started(2, port("port1"), vlan(10, "port1"), station(10, "port1"));

    assertThat(updatesSince(writes))
        .extracting(Update::getType)
        .containsExactly(Update.Type.INSERT, Update.Type.INSERT);
  }

  @Test
  void anEntryThatNobodyWantsIsRemoved() throws Exception {
    started(2, vlan(10), vlan(11));
    int writes = target.writes.size();

    started(2, vlan(10));

    assertThat(updatesSince(writes))
        .extracting(Update::getType)
        .containsExactly(Update.Type.DELETE, Update.Type.DELETE);
  }

  @Test
  void aChangeWritesOnlyWhatItChanges() throws Exception {
    Bridge bridge = started(2, port("port1"), port("port2"), vlan(10, "port1", "port2"));
    int writes = target.writes.size();

    bridge.prepare(put(reflecting("port1"))).apply();

    assertThat(updatesSince(writes))
        .singleElement()
        .satisfies(
            update -> {
              assertThat(update.getType()).isEqualTo(Update.Type.MODIFY);
              assertThat(update.getEntity().getTableEntry().getTableId()).isEqualTo(0x02000001);
            });
  }

  @Test
  void everyPortAndVlanThatNamesAPolicerHasACellWithItsRates() throws Exception {
    started(2, policer(8000), policed("port1", "p"), policed(10, "p"), policed(11, null));

    assertThat(target.entities())
        .filteredOn(Entity::hasMeterEntry)
        .extracting(entity -> entity.getMeterEntry().getIndex().getIndex())
        .containsExactlyInAnyOrder(1L, 10L);
  }

  @Test
  void otherRatesOfAPolicerWriteItsCellsAlone() throws Exception {
    Bridge bridge = started(2, policer(8000), policed("port1", "p"), policed(10, "p"), acl("p"));
    bridge.prepare(put(attached())).apply();
    int writes = target.writes.size();

    bridge.prepare(put(policer(16_000))).apply();

    assertThat(updatesSince(writes))
        .hasSize(3)
        .allSatisfy(
            update ->
                assertThat(update.getEntity().getMeterEntry().getConfig().getCir())
                    .isEqualTo(2000));
  }

  @Test
  void aRestartTakesOverWhatThePolicersOfEntriesAreKnownAs() throws Exception {
    started(2, policer(8000), acl("q"), new Policer("q", 9000, 2000, 9000, 2000), attached())
        .prepare(put(acl("p", "q")))
        .apply();
    int writes = target.writes.size();

    started(2, policer(8000), acl("p", "q"), new Policer("q", 9000, 2000, 9000, 2000), attached());

    assertThat(updatesSince(writes)).isEmpty();
  }

  @Test
  void asManyOtherPolicersAsThereCanBeTakeThePlaceOfAll() throws Exception {
    Bridge bridge = started(2, attached(), policing("old", POLICERS));
    Set<Long> known = policersOfEntries();

    bridge.prepare(put(policing("other", POLICERS))).apply();

    assertThat(known).hasSize(POLICERS);
    assertThat(policersOfEntries()).isEqualTo(known);
  }

  @Test
  void morePolicersOfEntriesThanThereCanBeAreRefused() throws Exception {
    Bridge bridge = started(2, attached());

    assertThatThrownBy(() -> bridge.prepare(put(policing("p", POLICERS + 1))))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessage(
            "access list list: there are numbers for 1023 policers, but attached access lists name"
                + " 1024");
  }

  @Test
  void moreSequencesOfAccessListsThanThereCanBeAreRefused() throws Exception {
    Bridge bridge = started(SEQUENCES + 1);
    List<ConfigurationObject> attachments =
        IntStream.rangeClosed(1, SEQUENCES + 1)
            .<ConfigurationObject>mapToObj(
                port ->
                    new Attachment(
                        new Attachment.PortPoint("port" + port), List.of("list" + port), List.of()))
            .toList();

    assertThatThrownBy(() -> bridge.prepare(new Change(attachments, List.of())))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessage(
            "attachment to interface port1: table ingress_port_ace has numbers for 4095 different"
                + " sequences of access lists, not for 4096");
  }

  @Test
  void aPolicerOfEntriesCountsFromZero() throws Exception {
    Bridge bridge = started(2, policer(8000), acl("p"), attached());
    int writes = target.writes.size();

    bridge.prepare(put(new Policer("q", 9000, 2000, 9000, 2000), acl("p", "q"))).apply();

    assertThat(countersSince(writes))
        .allSatisfy(
            counter -> assertThat(counter.getData()).isEqualTo(CounterData.getDefaultInstance()))
        .extracting(counter -> counter.getIndex().getIndex())
        .containsExactlyInAnyOrder(8L, 9L, 10L);
  }

  @Test
  void aPolicerThatIsNewWhileTheTargetIsAwayCountsFromZero() throws Exception {
    Bridge bridge = started(2, policer(8000), acl("p"), attached());
    int writes = target.writes.size();
    target.refuseStreams(Status.UNAVAILABLE.withDescription("away"));
    target.endStreams(Status.UNAVAILABLE.withDescription("away"));
    await(() -> alarmTypes(bridge).contains(Alarm.Type.TARGET_UNREACHABLE));
    bridge.prepare(put(list(ace('p', "q")), new Policer("q", 8000, 2000, 8000, 2000))).apply();

    target.refuseStreams(null);

    await(() -> alarmTypes(bridge).isEmpty());
    assertThat(countersSince(writes)).hasSize(3);
  }

  @Test
  void aTargetThatKeepsItsCountsIsInstalledNevertheless() throws Exception {
    target.refuse(update -> update.getEntity().hasCounterEntry());

    Bridge bridge = started(2, policer(8000), acl("p"), attached());

    assertThat(bridge.alarms()).isEmpty();
    assertThat(policersOfEntries()).containsExactly(1L);
  }

  @Test
  void aRateThatATargetTellsAsOneLessIsNotWrittenAgain() throws Exception {
    started(2, policer(8000), policed(10, "p"));
    Entity told =
        target.entities().stream().filter(Entity::hasMeterEntry).findFirst().orElseThrow();
    Entity.Builder less = told.toBuilder();
    less.getMeterEntryBuilder().getConfigBuilder().setCir(999).setPir(999);
    target.put(less.build());
    int writes = target.writes.size();

    started(2, policer(8000), policed(10, "p"));

    assertThat(updatesSince(writes)).isEmpty();
  }

  @Test
  void aPeakRateBelowTheCommittedRateIsRefused() throws Exception {
    Bridge bridge = started(2);

    assertThatThrownBy(() -> bridge.prepare(put(new Policer("p", 8000, 2000, 7992, 2000))))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessage(
            "policer p: peak-information-rate 7992 is below committed-information-rate 8000;"
                + " it is that or more");
  }

  @Test
  void removingWhatWasConfiguredEmptiesTheTarget() throws Exception {
    Bridge bridge = started(2, port("port1"), vlan(10, "port1"));

    bridge
        .prepare(new Change(List.of(), List.of(new InterfaceKey("port1"), new VlanKey(10))))
        .apply();

    assertThat(target.entities()).hasSize(BASE);
  }

  @Test
  void aDisabledInterfaceHasNoEntries() throws Exception {
    Bridge bridge = started(2, port("port1"));

    bridge.prepare(put(new Interface("port1", false, relaying(ReflectiveRelay.OFF)))).apply();

    assertThat(target.entities()).hasSize(BASE);
  }

  @Test
  void whatIsCommittedWhileTheTargetIsAwayIsInstalledWhenItIsBack() throws Exception {
    Bridge bridge = started(2, port("port1"));
    target.refuseStreams(Status.UNAVAILABLE.withDescription("away"));
    target.endStreams(Status.UNAVAILABLE.withDescription("away"));
    await(() -> alarmTypes(bridge).contains(Alarm.Type.TARGET_UNREACHABLE));

    bridge.prepare(put(vlan(10, "port1"))).apply();
    assertThat(target.entities()).hasSize(BASE + PORT);
    target.refuseStreams(null);

    await(() -> alarmTypes(bridge).isEmpty());
    assertThat(target.entities()).hasSize(BASE + PORT + VLAN);
  }

  @Test
  void aRefusedEntryIsAnAlarmUntilItIsInstalled() throws Exception {
    target.setTableSize(BASE + 1);
    Bridge bridge = started(2);

    bridge.prepare(put(vlan(10))).apply();

    assertThat(bridge.alarms())
        .singleElement()
        .satisfies(
            alarm -> {
              assertThat(alarm.type()).isEqualTo(Alarm.Type.NOT_INSTALLED);
              assertThat(alarm.resource()).contains("vlan");
              assertThat(alarm.text()).contains("RESOURCE_EXHAUSTED");
              assertThat(alarm.raised()).isEqualTo(NOW);
            });
  }

  @Test
  void aRefusedEntryIsInstalledWithTheNextChangeThatLeavesRoom() throws Exception {
    target.setTableSize(BASE + 1);
    Bridge bridge = started(2);
    bridge.prepare(put(vlan(10))).apply();
    target.setTableSize(100);

    bridge.prepare(put(vlan(11))).apply();

    assertThat(bridge.alarms()).isEmpty();
    assertThat(target.entities()).hasSize(BASE + 2 + 2);
  }

  @Test
  void whatDoesNotFitBesideWhatItReplacesIsInstalledAfterThat() throws Exception {
    target.setTableSize(BASE + 2);
    Bridge bridge = started(2, vlan(10));

    bridge.prepare(new Change(List.of(vlan(11)), List.of(new VlanKey(10)))).apply();

    assertThat(bridge.alarms()).isEmpty();
    assertThat(target.entities()).hasSize(BASE + 2);
  }

  @Test
  void theAlarmOfARefusedEntryEndsWithItsConfiguration() throws Exception {
    target.setTableSize(BASE + 1);
    Bridge bridge = started(2);
    bridge.prepare(put(vlan(10))).apply();

    bridge.prepare(new Change(List.of(), List.of(new VlanKey(10)))).apply();

    assertThat(bridge.alarms()).isEmpty();
    assertThat(target.entities()).hasSize(BASE);
  }

  @Test
  void aRequestThatFailedOnAConnectedTargetIsTriedAgain() throws Exception {
    Bridge bridge = started(2);
    target.failOnce(Status.DEADLINE_EXCEEDED);

    bridge.prepare(put(vlan(10))).apply();

    await(() -> target.entities().size() == BASE + 2);
    await(() -> bridge.alarms().isEmpty());
  }

  @Test
  void anotherControllerThatIsPrimaryIsAnAlarm() throws Exception {
    Bridge bridge = started(2);

    started(2, vlan(10));

    await(() -> alarmTypes(bridge).contains(Alarm.Type.TARGET_UNREACHABLE));
  }

  @Test
  void anEntryThatIsAlreadyThereDoesNotStayInTheWay() throws Exception {
    Bridge bridge = started(2);
    Bridge other = started(2, vlan(10));
    await(() -> alarmTypes(bridge).contains(Alarm.Type.TARGET_UNREACHABLE));
    Entity stray = target.entities().getLast();
    other.close();
    await(() -> alarmTypes(bridge).isEmpty());
    assertThat(target.entities()).doesNotContain(stray);
    bridge.prepare(put(vlan(11))).apply();
    target.put(stray);

    bridge.prepare(put(vlan(10))).apply();

    await(() -> alarmTypes(bridge).isEmpty());
    assertThat(target.entities()).hasSize(BASE + 2 + 2);
  }

  @Test
  void whileTheTargetIsReadAgainItsStateIsToldAsBefore() throws Exception {
    Bridge bridge = started(2, port("port1"), vlan(10, "port1"), station(10, "port1"));
    bridge.prepare(put(vlan(11))).apply();
    Entity stray = target.entities().getLast();
    bridge.prepare(new Change(List.of(), List.of(new VlanKey(11)))).apply();
    Queue<Integer> told = new ConcurrentLinkedQueue<>();
    target.whenRead(() -> told.add(bridge.state().filteringEntries().size()));
    target.put(stray);

    bridge.prepare(put(vlan(11))).apply();

    await(() -> !told.isEmpty() && alarmTypes(bridge).isEmpty());
    assertThat(told).containsOnly(1);
  }

  @Test
  void aPortThatTheSwitchDoesNotHaveIsRefused() throws Exception {
    Bridge bridge = started(2);

    assertThatThrownBy(() -> bridge.prepare(put(vlan(10, "port9"))))
        .isInstanceOfSatisfying(
            InvalidConfigurationException.class,
            e -> {
              assertThat(e.object()).isEqualTo(new VlanKey(10));
              assertThat(e.attribute()).isEqualTo("untagged-port");
              assertThat(e.value()).isEqualTo("port9");
            })
        .hasMessage("VLAN 10: there is no port 'port9'; the switch has port1, port2");
  }

  @Test
  void aPortThatIsTaggedAndUntaggedInOneVlanIsRefused() throws Exception {
    Bridge bridge = started(2);

    assertThatThrownBy(
            () -> bridge.prepare(put(new Vlan(10, 10, Set.of("port1"), Set.of("port1")))))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessage("VLAN 10: 'port1' is a tagged-port already; it can be one of the two");
  }

  @Test
  void aVanishedPortIsKeptUnappliedWithAnAlarm() throws Exception {
    Bridge bridge = started(1, port("port1"), port("port2"), vlan(10, "port1", "port2"));

    assertThat(bridge.alarms())
        .extracting(Alarm::type, Alarm::resource)
        .containsExactly(org.assertj.core.groups.Tuple.tuple(Alarm.Type.PORT_MISSING, "port2"));
    assertThat(target.entities()).hasSize(BASE + PORT + VLAN);
  }

  @Test
  void anEditBesideAVanishedPortIsTaken() throws Exception {
    Bridge bridge = started(1, vlan(10, "port2"));

    bridge.prepare(put(vlan(10, "port1", "port2"))).apply();

    assertThat(target.entities()).hasSize(BASE + VLAN);
  }

  @Test
  void theAlarmOfAVanishedPortEndsWithItsConfiguration() throws Exception {
    Bridge bridge = started(1, port("port2"), vlan(10, "port2"));

    bridge.prepare(new Change(List.of(vlan(10)), List.of(new InterfaceKey("port2")))).apply();

    assertThat(bridge.alarms()).isEmpty();
  }

  @Test
  void forcedReflectiveRelayIsAnAlarmWhileItLasts() throws Exception {
    Bridge bridge = started(2, reflecting("port1"));
    assertThat(alarmTypes(bridge)).containsExactly(Alarm.Type.REFLECTIVE_RELAY_FORCED);

    bridge.prepare(put(port("port1"))).apply();

    assertThat(bridge.alarms()).isEmpty();
  }

  @Test
  void reflectiveRelayIsReadBackFromTheTarget() throws Exception {
    Bridge bridge = started(2, reflecting("port1"), port("port2"));

    assertThat(bridge.state().ports())
        .extracting(state -> state.reflectiveRelay().orElseThrow())
        .containsExactly(true, false);
  }

  @Test
  void reflectiveRelayIsUnknownWhileTheTargetIsAway() throws Exception {
    Bridge bridge = started(1, reflecting("port1"));
    target.refuseStreams(Status.UNAVAILABLE.withDescription("away"));
    target.endStreams(Status.UNAVAILABLE.withDescription("away"));
    await(() -> alarmTypes(bridge).contains(Alarm.Type.TARGET_UNREACHABLE));

    assertThat(bridge.state().ports())
        .extracting(PortState::reflectiveRelay)
        .allMatch(o -> o.isEmpty());
  }

  private Bridge started(int ports, ConfigurationObject... configuration) throws IOException {
    List<Port> list = IntStream.rangeClosed(1, ports).mapToObj(Port::unreported).toList();
    Pipeline pipeline =
        Pipeline.of(
            new String(resource("hairpin.p4info.txtpb"), StandardCharsets.UTF_8),
            resource("hairpin.json"));
    ManagedChannel channel = target.channel();
    open.add(channel::shutdownNow);
    Settings settings =
        new Settings(
            FakeTarget.DEVICE,
            ElectionId.of(++elections),
            Duration.ofSeconds(30),
            Duration.ofMillis(1),
            Duration.ofMillis(10));
    Bridge bridge =
        new Bridge(
            () -> list,
            CPU_PORT,
            listener -> Session.connect(channel, pipeline, settings, listener),
            InstantSource.fixed(NOW),
            Duration.ofMillis(1));
    open.add(bridge);
    bridge.start(List.of(configuration));
    await(() -> !alarmTypes(bridge).contains(Alarm.Type.TARGET_UNREACHABLE));
    return bridge;
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = BridgeTest.class.getResourceAsStream("/io/hairpin/p4src/" + name)) {
      return in.readAllBytes();
    }
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("the time to wait").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private List<Update> updatesSince(int writes) {
    return target.writes.subList(writes, target.writes.size()).stream()
        .flatMap(request -> request.getUpdatesList().stream())
        .toList();
  }

  private List<CounterEntry> countersSince(int writes) {
    return updatesSince(writes).stream()
        .filter(update -> update.getEntity().hasCounterEntry())
        .map(update -> update.getEntity().getCounterEntry())
        .toList();
  }

  /** What the policers are known as that the target's entries of access lists name. */
  private Set<Long> policersOfEntries() {
    return target.entities().stream()
        .map(entity -> entity.getTableEntry().getAction().getAction())
        .filter(action -> action.getActionId() == ACCEPT_INGRESS_VLAN)
        .map(action -> new Value(action.getParams(1).getValue()).toLong())
        .collect(Collectors.toSet());
  }

  private static List<Alarm.Type> alarmTypes(Bridge bridge) {
    return bridge.alarms().stream().map(Alarm::type).toList();
  }

  private static Change put(ConfigurationObject... objects) {
    return new Change(List.of(objects), List.of());
  }

  private static Policer policer(long rate) {
    return new Policer("p", rate, 2000, rate, 2000);
  }

  private static ConfigurationObject policed(String port, String policer) {
    return new QualityOfService.Port(port, 0, true, false, Map.of(), Map.of(), Map.of(), policer);
  }

  private static ConfigurationObject policed(int vid, @Nullable String policer) {
    return new QualityOfService.VlanPolicing(vid, policer);
  }

  /** A list with an entry for each of some policers. */
  private static AccessList acl(String... policers) {
    return list(
        Stream.of(policers)
            .map(policer -> ace(policer.charAt(0), policer))
            .toArray(AccessList.Ace[]::new));
  }

  /** A list with entries that name as many policers. */
  private static AccessList policing(String name, int policers) {
    return list(
        IntStream.range(0, policers)
            .mapToObj(i -> ace(i, name + i))
            .toArray(AccessList.Ace[]::new));
  }

  private static AccessList list(AccessList.Ace... aces) {
    return new AccessList("list", AccessList.Type.ANY, List.of(aces));
  }

  private static AccessList.Ace ace(int etherType, String policer) {
    return new AccessList.Ace(
        policer,
        new AccessList.Matches(
            null,
            null,
            OptionalInt.of(0x8800 + etherType),
            OptionalInt.empty(),
            OptionalInt.empty(),
            null,
            null),
        new AccessList.Actions(
            AccessList.Forwarding.ACCEPT, null, Set.of(), policer, OptionalInt.empty()));
  }

  private static Attachment attached() {
    return new Attachment(new Attachment.VlanPoint(10), List.of("list"), List.of());
  }

  private static Interface port(String name) {
    return new Interface(name, true, relaying(ReflectiveRelay.OFF));
  }

  private static Interface reflecting(String name) {
    return new Interface(name, true, relaying(ReflectiveRelay.FORCED));
  }

  private static BridgePort relaying(ReflectiveRelay reflectiveRelay) {
    return new BridgePort(
        new Admission(1, AcceptableFrameTypes.ALL, true),
        reflectiveRelay,
        new AddressLearning(MacLearning.ON, Integer.MAX_VALUE),
        Protection.DEFAULT,
        0,
        GroupMembership.DEFAULT);
  }

  private static Vlan vlan(int vid, String... untagged) {
    return new Vlan(vid, vid, Set.of(), Set.of(untagged));
  }

  private static StaticEntry station(int fid, String port) {
    return new StaticEntry(fid, STATION, port);
  }
}
