package io.hairpin.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.TextFormat;
import io.grpc.ManagedChannel;
import io.hairpin.bridge.ConfigurationObject.AcceptableFrameTypes;
import io.hairpin.bridge.ConfigurationObject.AddressLearning;
import io.hairpin.bridge.ConfigurationObject.Admission;
import io.hairpin.bridge.ConfigurationObject.BridgePort;
import io.hairpin.bridge.ConfigurationObject.FilteringDatabase;
import io.hairpin.bridge.ConfigurationObject.FloodLimits;
import io.hairpin.bridge.ConfigurationObject.GroupMembership;
import io.hairpin.bridge.ConfigurationObject.Interface;
import io.hairpin.bridge.ConfigurationObject.InterfaceKey;
import io.hairpin.bridge.ConfigurationObject.MacLearning;
import io.hairpin.bridge.ConfigurationObject.Protection;
import io.hairpin.bridge.ConfigurationObject.ReflectiveRelay;
import io.hairpin.bridge.ConfigurationObject.StaticEntry;
import io.hairpin.bridge.ConfigurationObject.StaticEntryKey;
import io.hairpin.bridge.ConfigurationObject.Vlan;
import io.hairpin.bridge.ConfigurationObject.VlanKey;
import io.hairpin.bridge.Ports.Port;
import io.hairpin.p4runtime.client.ElectionId;
import io.hairpin.p4runtime.client.FakeTarget;
import io.hairpin.p4runtime.client.Pipeline;
import io.hairpin.p4runtime.client.Session;
import io.hairpin.p4runtime.client.Settings;
import io.hairpin.p4runtime.config.v1.P4Info;
import io.hairpin.p4runtime.config.v1.Table;
import io.hairpin.p4runtime.v1.Entity;
import io.hairpin.p4runtime.v1.StreamMessageRequest;
import io.hairpin.p4runtime.v1.StreamMessageResponse;
import io.hairpin.p4runtime.v1.Update;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass(name = "idle sources are {0}")
@EnumSource
@SuppressWarnings("NullAway.Init") // Set before each test.
class LearningTest {

  /** How the bridge gets to know which stations are silent. */
  enum Silence {
    NOTIFIED,
    POLLED
  }

  @Parameter Silence silence;

  private static final long ALICE = 0x0200_0000_000AL;
  private static final long BOB = 0x0200_0000_000BL;
  private static final int FDB = 0x02000006;
  private static final int SOURCE = 0x0200000A;

  private final List<AutoCloseable> open = new ArrayList<>();
  private FakeTarget target;
  private Instant now = Instant.parse("2026-01-02T03:04:05Z");
  private long elections;
  private long lists;
  private int digest;
  private String missing = "";

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
  void aStationIsLearntWithItsDestinationWrittenFirst() throws Exception {
    Bridge bridge = started(both());
    int writes = target.writes.size();

    heard(1, ALICE);

    assertThat(bridge.state().filteringEntries()).containsExactly(learnt(ALICE, "port1"));
    assertThat(target.writes.subList(writes, target.writes.size()))
        .extracting(request -> request.getUpdates(0).getEntity().getTableEntry().getTableId())
        .containsExactly(FDB, SOURCE);
  }

  @Test
  void aStationThatMovesIsRewritten() throws Exception {
    Bridge bridge = started(both());
    heard(1, ALICE);

    heard(2, ALICE);

    assertThat(bridge.state().filteringEntries()).containsExactly(learnt(ALICE, "port2"));
  }

  @Test
  void nothingIsLearntOnAPortThatIsShutForWhatMovesToIt() throws Exception {
    Bridge bridge = started(both(guarded("port2")));
    heard(1, ALICE, BOB);

    heard(2, ALICE, BOB);

    assertThat(bridge.alarms()).extracting(Alarm::type).containsExactly(Alarm.Type.MAC_MOVE_RATE);
    assertThat(bridge.state().filteringEntries())
        .containsExactly(learnt(ALICE, "port1"), learnt(BOB, "port1"));
  }

  @Test
  void aSourceThatWasNotWrittenIsLearntTheNextTime() throws Exception {
    Bridge bridge = started(both());
    target.setTableSize(target.entities().size() + 1);
    heard(1, ALICE);
    assertThat(bridge.state().filteringEntries()).isEmpty();
    target.setTableSize(100);

    heard(1, ALICE);

    assertThat(bridge.state().filteringEntries()).containsExactly(learnt(ALICE, "port1"));
  }

  @Test
  void aFullTableIsNoAlarmAndLeavesNothingBehind() throws Exception {
    Bridge bridge = started(both());
    int before = target.entities().size();
    target.setTableSize(before + 1);

    heard(1, ALICE);

    assertThat(bridge.alarms()).isEmpty();
    assertThat(target.entities()).hasSize(before);
  }

  @Test
  void aStaticEntryWinsOverALearntOne() throws Exception {
    Bridge bridge = started(both());
    heard(1, ALICE);

    bridge.prepare(put(new StaticEntry(1, ALICE, "port2"))).apply();
    heard(1, ALICE);

    assertThat(bridge.state().filteringEntries())
        .containsExactly(
            new FilteringEntry(1, ALICE, Optional.of("port2"), FilteringEntry.Type.STATIC));
  }

  @Test
  void aStationIsLearntOnceItsStaticEntryIsGone() throws Exception {
    Bridge bridge = started(both(new StaticEntry(1, ALICE, "port2")));
    bridge.prepare(new Change(List.of(), List.of(new StaticEntryKey(1, ALICE)))).apply();

    heard(1, ALICE);

    assertThat(bridge.state().filteringEntries()).containsExactly(learnt(ALICE, "port1"));
  }

  @Test
  void nothingIsLearntWhereLearningIsOff() throws Exception {
    Bridge bridge = started(vlan(), port("port1", MacLearning.OFF, 10));

    heard(1, ALICE);

    assertThat(bridge.state().filteringEntries()).isEmpty();
  }

  @Test
  void noMoreThanTheLimitIsLearntOnAPort() throws Exception {
    Bridge bridge = started(vlan(), port("port1", MacLearning.ON, 1));

    heard(1, ALICE, BOB);

    assertThat(bridge.state().filteringEntries()).containsExactly(learnt(ALICE, "port1"));
  }

  @Test
  void whatIsSilentForTheAgeingTimeIsForgotten() throws Exception {
    Bridge bridge = started(both(new FilteringDatabase(Duration.ofSeconds(10))));
    int before = target.entities().size();
    heard(1, ALICE);

    pass(bridge, 10);

    assertThat(target.entities()).hasSize(before);
  }

  @Test
  void whatIsSilentIsForgottenWithItsSourceRemovedFirst() throws Exception {
    Bridge bridge = started(both());
    heard(1, ALICE);
    int writes = target.writes.size();

    pass(bridge, 300);

    assertThat(target.writes.subList(writes, target.writes.size()))
        .extracting(request -> request.getUpdates(0).getEntity().getTableEntry().getTableId())
        .containsExactly(SOURCE, FDB);
  }

  @Test
  void whatIsNotSilentForTheWholeTimeStays() throws Exception {
    Bridge bridge = started(both());
    heard(1, ALICE);

    pass(bridge, 299);

    assertThat(bridge.state().filteringEntries()).containsExactly(learnt(ALICE, "port1"));
  }

  @Test
  void aStationThatWasHeardSinceItWasFoundToBeIdleStays() throws Exception {
    Bridge bridge = started(both());
    heard(1, ALICE);
    target.pass(Duration.ofMinutes(5));
    StreamMessageResponse late = target.idle();
    target.hit();

    target.toPrimary(late);
    settle();

    assertThat(bridge.state().filteringEntries()).containsExactly(learnt(ALICE, "port1"));
  }

  @Test
  void aStationThatMovedSinceItWasFoundToBeIdleStaysWhereItIs() throws Exception {
    Bridge bridge = started(both());
    heard(1, ALICE);
    target.pass(Duration.ofMinutes(5));
    StreamMessageResponse late = target.idle();
    target.hit();
    heard(2, ALICE);

    target.toPrimary(late);
    settle();

    assertThat(bridge.state().filteringEntries()).containsExactly(learnt(ALICE, "port2"));
  }

  @Test
  void whatIsToldAgainOfAStationThatIsForgottenIsIgnored() throws Exception {
    Bridge bridge = started(both());
    heard(1, ALICE);
    target.pass(Duration.ofMinutes(5));
    StreamMessageResponse idle = target.idle();
    target.toPrimary(idle);
    target.toPrimary(idle);
    settle();

    assertThat(bridge.alarms()).isEmpty();
  }

  @Test
  void anotherAgeingTimeHoldsForWhatWasLearntBefore() throws Exception {
    Bridge bridge = started(both());
    heard(1, ALICE);

    bridge.prepare(put(new FilteringDatabase(Duration.ofSeconds(20)))).apply();
    bridge.learning().renewTimeouts();
    pass(bridge, 20);

    assertThat(bridge.state().filteringEntries()).isEmpty();
  }

  @Test
  void aLongerAgeingTimeHoldsAlsoBeforeTheSourcesHaveIt() throws Exception {
    Bridge bridge = started(both());
    heard(1, ALICE);
    bridge.prepare(put(new FilteringDatabase(Duration.ofSeconds(400)))).apply();

    pass(bridge, 300);

    assertThat(bridge.state().filteringEntries()).containsExactly(learnt(ALICE, "port1"));
  }

  @Test
  void anotherAgeingTimeRewritesTheSourcesWhereTheTargetHasIt() throws Exception {
    Bridge bridge = started(both(new StaticEntry(1, BOB, "port2")));
    heard(1, ALICE);
    int writes = target.writes.size();

    bridge.prepare(put(new FilteringDatabase(Duration.ofSeconds(20)))).apply();
    bridge.learning().renewTimeouts();

    assertThat(target.writes.subList(writes, target.writes.size()))
        .flatExtracting(request -> request.getUpdatesList())
        .extracting(update -> update.getEntity().getTableEntry().getIdleTimeoutNs())
        .isEqualTo(silence == Silence.NOTIFIED ? List.of(20_000_000_000L) : List.of());
  }

  @Test
  void anotherAgeingTimeThatTheTargetDoesNotTakeIsTriedAgain() throws Exception {
    Bridge bridge = started(both());
    heard(1, ALICE);
    target.refuse(update -> update.getType() == Update.Type.MODIFY);
    bridge.prepare(put(new FilteringDatabase(Duration.ofSeconds(20)))).apply();
    bridge.learning().renewTimeouts();

    target.refuse(_ -> false);
    bridge.learning().renewTimeouts();

    assertThat(idleTimeouts())
        .containsExactly(silence == Silence.NOTIFIED ? Duration.ofSeconds(20) : Duration.ZERO);
  }

  @Test
  void whatFailsEverySecondKeepsNothingElseFromItsTurn() throws Exception {
    missing = "flood_discards";
    Bridge bridge = started(both(limited("port2")));
    heard(1, ALICE);
    bridge.prepare(put(new FilteringDatabase(Duration.ofSeconds(20)))).apply();
    now = now.plusSeconds(20);

    bridge.tick();

    assertThat(idleTimeouts())
        .isEqualTo(silence == Silence.NOTIFIED ? List.of(Duration.ofSeconds(20)) : List.of());
  }

  @Test
  void whatWasLimitedBeforeAPortIsWatchedAgainIsNoFlood() throws Exception {
    Bridge bridge = started(both(limited("port2")));
    bridge.tick();
    bridge.prepare(put(guarded("port2"))).apply();
    target.count(100);
    bridge.prepare(put(limited("port2"))).apply();

    bridge.tick();

    assertThat(bridge.alarms()).isEmpty();
  }

  private List<Duration> idleTimeouts() {
    return target.entities().stream()
        .map(Entity::getTableEntry)
        .filter(entry -> entry.getTableId() == SOURCE)
        .map(entry -> Duration.ofNanos(entry.getIdleTimeoutNs()))
        .toList();
  }

  @Test
  void anotherAgeingTimeAfterARestartHoldsForWhatWasLearntBefore() throws Exception {
    started(both());
    heard(1, ALICE);

    Bridge bridge = started(both(new FilteringDatabase(Duration.ofSeconds(20))));
    pass(bridge, 20);

    assertThat(bridge.state().filteringEntries()).isEmpty();
  }

  @Test
  void whatIsHeardAgainStays() throws Exception {
    Bridge bridge = started(both());
    heard(1, ALICE);
    pass(bridge, 299);
    target.hit();
    pass(bridge, 0);

    pass(bridge, 299);

    assertThat(bridge.state().filteringEntries()).containsExactly(learnt(ALICE, "port1"));
  }

  @Test
  void aStaticEntryDoesNotAge() throws Exception {
    Bridge bridge = started(both(new StaticEntry(1, ALICE, "port2")));

    pass(bridge, 1000);

    assertThat(bridge.state().filteringEntries()).hasSize(1);
  }

  @Test
  void aPortThatIsDisabledIsFlushed() throws Exception {
    Bridge bridge = started(both());
    heard(1, ALICE);
    heard(2, BOB);

    bridge
        .prepare(
            put(new Interface("port1", false, bridgePort(MacLearning.ON, 10, Protection.DEFAULT))))
        .apply();

    assertThat(bridge.state().filteringEntries()).containsExactly(learnt(BOB, "port2"));
  }

  @Test
  void aPortThatLeavesTheBridgeIsFlushed() throws Exception {
    Bridge bridge = started(both());
    heard(1, ALICE);

    bridge.prepare(new Change(List.of(), List.of(new InterfaceKey("port1")))).apply();

    assertThat(bridge.state().filteringEntries()).isEmpty();
  }

  @Test
  void aVlanThatIsRemovedIsFlushed() throws Exception {
    Bridge bridge = started(both());
    heard(1, ALICE);

    bridge.prepare(new Change(List.of(), List.of(new VlanKey(1)))).apply();

    assertThat(bridge.state().filteringEntries()).isEmpty();
  }

  @Test
  void aPortThatLeavesAVlanIsFlushedThere() throws Exception {
    Bridge bridge = started(both());
    heard(1, ALICE);
    heard(2, BOB);

    bridge.prepare(put(new Vlan(1, 1, Set.of(), Set.of("port2")))).apply();

    assertThat(bridge.state().filteringEntries()).containsExactly(learnt(BOB, "port2"));
  }

  @Test
  void aChangeOfReflectiveRelayFlushesNothing() throws Exception {
    Bridge bridge = started(both());
    heard(1, ALICE);

    bridge
        .prepare(
            put(
                new Interface(
                    "port1",
                    true,
                    new BridgePort(
                        new Admission(1, AcceptableFrameTypes.ALL, true),
                        ReflectiveRelay.FORCED,
                        new AddressLearning(MacLearning.ON, 10),
                        Protection.DEFAULT,
                        0,
                        GroupMembership.DEFAULT))))
        .apply();

    assertThat(bridge.state().filteringEntries()).containsExactly(learnt(ALICE, "port1"));
  }

  @Test
  void aRestartOfTheManagementPlaneKeepsWhatWasLearnt() throws Exception {
    started(both());
    heard(1, ALICE);
    int writes = target.writes.size();

    Bridge bridge = started(both());

    assertThat(target.writes).hasSize(writes);
    assertThat(bridge.state().filteringEntries()).containsExactly(learnt(ALICE, "port1"));
  }

  @Test
  void whatWasAdoptedAgesAsWell() throws Exception {
    started(both());
    heard(1, ALICE);
    Bridge bridge = started(both());

    pass(bridge, 300);

    assertThat(bridge.state().filteringEntries()).isEmpty();
  }

  @Test
  void aRestartForgetsWhatThePortMayNotLearnAnyMore() throws Exception {
    started(both());
    heard(1, ALICE);

    Bridge bridge = started(vlan(), port("port1", MacLearning.FORBIDDEN, 10));

    assertThat(bridge.state().filteringEntries()).isEmpty();
  }

  /** Lets time pass without a frame, and waits until the bridge knows. */
  private void pass(Bridge bridge, long seconds) throws Exception {
    now = now.plusSeconds(seconds);
    target.pass(Duration.ofSeconds(seconds));
    if (silence == Silence.NOTIFIED) {
      target.toPrimary(target.idle());
      settle();
    } else {
      bridge.learning().age();
    }
  }

  /** Waits until the bridge has taken in what the target said: nothing is learnt on this port. */
  private void settle() throws Exception {
    heard(9, BOB);
  }

  /** Lets the target ask to learn, and waits until the answer is there. */
  private void heard(int port, long... addresses) throws Exception {
    lists++;
    target.digest(
        digest,
        lists,
        Arrays.stream(addresses)
            .mapToObj(address -> new long[] {port, 1, address})
            .toArray(long[][]::new));
    StreamMessageRequest answer = target.heard.poll(30, TimeUnit.SECONDS);
    assertThat(answer).isNotNull();
    assertThat(answer.getDigestAck().getListId()).isEqualTo(lists);
  }

  @Test
  void whatIsFlushedIsLearntAgain() throws Exception {
    Bridge bridge = started(both());
    heard(1, ALICE);
    heard(2, BOB);

    assertThat(bridge.flush(Optional.of("port1"), OptionalInt.empty(), OptionalLong.empty()))
        .isOne();
    assertThat(bridge.state().filteringEntries()).containsExactly(learnt(BOB, "port2"));

    heard(1, ALICE);
    assertThat(bridge.state().filteringEntries())
        .containsExactly(learnt(ALICE, "port1"), learnt(BOB, "port2"));
  }

  @Test
  void flushingAPortThatIsNotThereIsRefused() throws Exception {
    Bridge bridge = started(both());

    assertThatThrownBy(
            () -> bridge.flush(Optional.of("port9"), OptionalInt.empty(), OptionalLong.empty()))
        .hasMessage("there is no port 'port9'; the switch has port1, port2");
  }

  private static FilteringEntry learnt(long address, String port) {
    return new FilteringEntry(1, address, Optional.of(port), FilteringEntry.Type.LEARNT);
  }

  private static ConfigurationObject[] both(ConfigurationObject... more) {
    List<ConfigurationObject> objects = new ArrayList<>();
    objects.add(vlan());
    objects.add(port("port1", MacLearning.ON, 10));
    objects.add(port("port2", MacLearning.ON, 10));
    objects.addAll(List.of(more));
    return objects.toArray(ConfigurationObject[]::new);
  }

  private static Vlan vlan() {
    return new Vlan(1, 1, Set.of(), Set.of("port1", "port2"));
  }

  private static Interface port(String name, MacLearning learning, int limit) {
    return new Interface(name, true, bridgePort(learning, limit, Protection.DEFAULT));
  }

  /** A port to which one station may move, and no more. */
  private static Interface guarded(String name) {
    return guarded(name, FloodLimits.DEFAULT);
  }

  /** A port whose floods are watched. */
  private static Interface limited(String name) {
    return guarded(name, new FloodLimits(1, 1, 1, 1));
  }

  private static Interface guarded(String name, FloodLimits limits) {
    Protection protection = new Protection(limits, true, false, 1, true, Duration.ofMinutes(5));
    return new Interface(name, true, bridgePort(MacLearning.ON, 10, protection));
  }

  private static BridgePort bridgePort(MacLearning learning, int limit, Protection protection) {
    return new BridgePort(
        new Admission(1, AcceptableFrameTypes.ALL, true),
        ReflectiveRelay.OFF,
        new AddressLearning(learning, limit),
        protection,
        0,
        GroupMembership.DEFAULT);
  }

  private static Change put(ConfigurationObject object) {
    return new Change(List.of(object), List.of());
  }

  private Bridge started(ConfigurationObject... configuration) throws IOException {
    Pipeline pipeline = Pipeline.of(p4Info(), resource("hairpin.json"));
    List<Port> ports = IntStream.rangeClosed(1, 2).mapToObj(Port::unreported).toList();
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
            () -> ports,
            510,
            listener -> Session.connect(channel, pipeline, settings, listener),
            () -> now,
            Duration.ofMillis(1));
    open.add(bridge);
    bridge.start(List.of(configuration));
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!bridge.alarms().isEmpty()) {
      assertThat(System.nanoTime()).as("the time to wait").isLessThan(deadline);
      Thread.onSpinWait();
    }
    digest =
        target.entities().stream()
            .filter(Entity::hasDigestEntry)
            .findFirst()
            .orElseThrow()
            .getDigestEntry()
            .getDigestId();
    return bridge;
  }

  /** The pipeline's, with the table of sources and without the counter, as the test wants it. */
  private String p4Info() throws IOException {
    P4Info.Builder info =
        TextFormat.parse(
            new String(resource("hairpin.p4info.txtpb"), StandardCharsets.UTF_8), P4Info.class)
            .toBuilder();
    info.getTablesBuilderList().stream()
        .filter(table -> table.getPreamble().getAlias().equals("source"))
        .forEach(
            table ->
                table.setIdleTimeoutBehavior(
                    silence == Silence.NOTIFIED
                        ? Table.IdleTimeoutBehavior.NOTIFY_CONTROL
                        : Table.IdleTimeoutBehavior.NO_TIMEOUT));
    for (int i = info.getCountersCount() - 1; i >= 0; i--) {
      if (info.getCounters(i).getPreamble().getAlias().equals(missing)) {
        info.removeCounters(i);
      }
    }
    return TextFormat.printer().printToString(info);
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = LearningTest.class.getResourceAsStream("/io/hairpin/p4src/" + name)) {
      return in.readAllBytes();
    }
  }
}
