package io.hairpin.softswitch;

import static io.hairpin.softswitch.Testbed.entity;
import static io.hairpin.softswitch.Testbed.station;
import static io.hairpin.softswitch.Testbed.tableId;
import static io.hairpin.softswitch.Testbed.wire;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.TextFormat;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.hairpin.p4runtime.v1.CounterData;
import io.hairpin.p4runtime.v1.CounterEntry;
import io.hairpin.p4runtime.v1.DigestEntry;
import io.hairpin.p4runtime.v1.DirectCounterEntry;
import io.hairpin.p4runtime.v1.Entity;
import io.hairpin.p4runtime.v1.Error;
import io.hairpin.p4runtime.v1.ForwardingPipelineConfig;
import io.hairpin.p4runtime.v1.Index;
import io.hairpin.p4runtime.v1.MeterConfig;
import io.hairpin.p4runtime.v1.MulticastGroupEntry;
import io.hairpin.p4runtime.v1.PacketReplicationEngineEntry;
import io.hairpin.p4runtime.v1.Replica;
import io.hairpin.p4runtime.v1.SetForwardingPipelineConfigRequest;
import io.hairpin.p4runtime.v1.TableEntry;
import io.hairpin.p4runtime.v1.Update;
import io.hairpin.p4runtime.v1.WriteRequest;
import io.hairpin.p4runtime.v1.WriteRequest.Atomicity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Batches of which all is done, or nothing, or what can be (P4Runtime 12.2). */
class AtomicityTest {
  private static final int COUNTER =
      Testbed.CONFIG.getP4Info().getCounters(0).getPreamble().getId();
  private static final int DIGEST = Testbed.CONFIG.getP4Info().getDigests(0).getPreamble().getId();

  private Testbed testbed;

  @BeforeEach
  void start() throws IOException {
    testbed = Testbed.running();
  }

  @AfterEach
  void stop() {
    testbed.close();
  }

  private static Update update(Update.Type type, Entity entity) {
    return Update.newBuilder().setType(type).setEntity(entity).build();
  }

  private static Entity counter(int index, long packets) {
    return Entity.newBuilder()
        .setCounterEntry(
            CounterEntry.newBuilder()
                .setCounterId(COUNTER)
                .setIndex(Index.newBuilder().setIndex(index))
                .setData(CounterData.newBuilder().setPacketCount(packets)))
        .build();
  }

  private static Entity group(int... ports) {
    var group = MulticastGroupEntry.newBuilder().setMulticastGroupId(5);
    for (int port : ports) {
      group.addReplicas(Replica.newBuilder().setPort(Testbed.number(port)));
    }
    return Entity.newBuilder()
        .setPacketReplicationEngineEntry(
            PacketReplicationEngineEntry.newBuilder().setMulticastGroupEntry(group))
        .build();
  }

  private static Entity digest(int size) {
    return Entity.newBuilder()
        .setDigestEntry(
            DigestEntry.newBuilder()
                .setDigestId(DIGEST)
                .setConfig(DigestEntry.Config.newBuilder().setMaxListSize(size)))
        .build();
  }

  private static TableEntry miss(int port) {
    return TableEntry.newBuilder()
        .setTableId(tableId("stations"))
        .setIsDefaultAction(true)
        .setAction(Testbed.action("send", port))
        .build();
  }

  private void write(Atomicity atomicity, List<Update> updates) {
    assertThat(
            testbed.stub.write(
                WriteRequest.newBuilder()
                    .setDeviceId(Testbed.DEVICE)
                    .setElectionId(Testbed.electionId(1))
                    .setAtomicity(atomicity)
                    .addAllUpdates(updates)
                    .build()))
        .isNotNull();
  }

  private List<Entity> everything() {
    var all = new ArrayList<Entity>();
    TableEntry tables =
        TableEntry.newBuilder().setCounterData(CounterData.getDefaultInstance()).build();
    all.addAll(testbed.read(entity(tables)));
    all.addAll(testbed.read(entity(miss(0).toBuilder().clearAction().build())));
    all.addAll(
        testbed.read(
            Entity.newBuilder().setCounterEntry(CounterEntry.getDefaultInstance()).build()));
    all.addAll(
        testbed.read(
            Entity.newBuilder()
                .setPacketReplicationEngineEntry(PacketReplicationEngineEntry.getDefaultInstance())
                .build()));
    all.addAll(
        testbed.read(Entity.newBuilder().setDigestEntry(DigestEntry.getDefaultInstance()).build()));
    return all;
  }

  @ParameterizedTest
  @EnumSource(
      value = Atomicity.class,
      names = {"ROLLBACK_ON_ERROR", "DATAPLANE_ATOMIC"})
  void aFailedBatchLeavesAllAsItWas(Atomicity atomicity) {
    TableEntry counted =
        station(1, "send", 1).toBuilder()
            .setMetadata(ByteString.copyFromUtf8("mine"))
            .setCounterData(CounterData.newBuilder().setPacketCount(4).setByteCount(400))
            .build();
    testbed.write(
        Update.Type.INSERT, entity(counted), entity(station(2, "send", 2)), group(1, 2), digest(3));
    testbed.write(Update.Type.MODIFY, entity(miss(3)), counter(1, 10));
    List<Entity> before = everything();
    DirectCounterEntry zero =
        DirectCounterEntry.newBuilder()
            .setTableEntry(station(2, "send", 2))
            .setData(CounterData.newBuilder().setPacketCount(77))
            .build();
    List<Update> updates =
        List.of(
            update(Update.Type.DELETE, entity(station(1, "send", 1))),
            update(Update.Type.INSERT, entity(station(1, "send", 3))),
            update(Update.Type.MODIFY, entity(station(2, "send", 3))),
            update(Update.Type.MODIFY, Entity.newBuilder().setDirectCounterEntry(zero).build()),
            update(Update.Type.MODIFY, entity(miss(1))),
            update(Update.Type.MODIFY, group(3)),
            update(Update.Type.DELETE, digest(0)),
            update(
                Update.Type.MODIFY,
                Entity.newBuilder()
                    .setCounterEntry(counter(0, 9).getCounterEntry().toBuilder().clearIndex())
                    .build()),
            update(Update.Type.INSERT, wire(1, "send", 1)),
            update(Update.Type.DELETE, wire(2, "send", 1)),
            update(Update.Type.INSERT, wire(3, "send", 1)));
    assertThatThrownBy(() -> write(atomicity, updates))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e ->
                assertThat(Testbed.errors(e))
                    .extracting(Error::getCanonicalCode)
                    .hasSize(11)
                    .containsOnly(Status.Code.ABORTED.value(), Status.Code.NOT_FOUND.value())
                    .element(9)
                    .isEqualTo(Status.Code.NOT_FOUND.value()));
    assertThat(everything()).containsExactlyInAnyOrderElementsOf(before);
  }

  /** Members, groups, sets, direct resources: all that the program of profiles.p4 has. */
  @ParameterizedTest
  @EnumSource(
      value = Atomicity.class,
      names = {"ROLLBACK_ON_ERROR", "DATAPLANE_ATOMIC"})
  void aFailedBatchLeavesProfilesAndDirectResourcesAsTheyWere(Atomicity atomicity) {
    ForwardingPipelineConfig config = Testbed.config("profiles");
    testbed.push(SetForwardingPipelineConfigRequest.Action.VERIFY_AND_COMMIT, config);
    MeterConfig rates = MeterConfig.newBuilder().setCburst(1).setPburst(1).setEburst(2).build();
    Entity measured =
        parse(
            """
            table_entry { table_id: %d match { field_id: 1 exact { value: "\001" } }
              action { action { action_id: %d } } metadata: "mine"
              counter_data { packet_count: 5 } meter_config { cburst: 1 pburst: 1 eburst: 2 } }
            """,
            config, "measured", "metered");
    Entity set =
        parse(
            """
            table_entry { table_id: %d match { field_id: 1 exact { value: "\001" } }
              action { action_profile_action_set { action_profile_actions { weight: 3 action {
                action_id: %d params { param_id: 1 value: "\005" } } } } } }
            """,
            config, "by_number", "answer");
    Entity member =
        parse(
            """
            action_profile_member { action_profile_id: %d member_id: 1
              action { action_id: %d params { param_id: 1 value: "\005" } } }
            """,
            config, "weighed", "answer");
    Entity group =
        parse(
            """
            action_profile_group { action_profile_id: %d group_id: 1 max_size: 4
              members { member_id: 1 weight: 2 } }
            """,
            config, "weighed");
    Entity pointing =
        parse(
            """
            table_entry { table_id: %d match { field_id: 1 exact { value: "\001" } }
              action { action_profile_group_id: 1 } }
            """,
            config, "by_weight");
    Entity miss =
        parse(
            """
            table_entry { table_id: %d is_default_action: true action { action { action_id: %d } }
              metadata: "miss" counter_data { packet_count: 9 }
              meter_config { cburst: 1 pburst: 1 eburst: 2 } }
            """,
            config, "measured", "metered");
    testbed.write(Update.Type.INSERT, measured, set, member);
    testbed.write(Update.Type.INSERT, group);
    testbed.write(Update.Type.INSERT, pointing);
    testbed.write(Update.Type.MODIFY, miss);
    // Both of its counters and the colours of its meter are to come back.
    testbed.inject(1, "04010000" + "00".repeat(56));
    List<Entity> before = FuzzTest.everything(testbed, config.getP4Info());
    TableEntry.Builder cleared = measured.getTableEntry().toBuilder().clearMetadata();
    cleared.clearMeterConfig().setCounterData(CounterData.getDefaultInstance());
    cleared.getMeterCounterDataBuilder();
    assertThat(measured.getTableEntry().getMeterConfig()).isEqualTo(rates);
    List<Update> updates =
        List.of(
            update(Update.Type.MODIFY, entity(cleared.build())),
            update(Update.Type.DELETE, measured),
            update(Update.Type.INSERT, measured),
            update(
                Update.Type.MODIFY, entity(miss.getTableEntry().toBuilder().clearAction().build())),
            update(Update.Type.DELETE, set),
            update(Update.Type.DELETE, pointing),
            update(Update.Type.DELETE, group),
            update(Update.Type.DELETE, member),
            update(Update.Type.DELETE, member));
    assertThatThrownBy(() -> write(atomicity, updates)).isInstanceOf(StatusRuntimeException.class);
    assertThat(FuzzTest.everything(testbed, config.getP4Info()))
        .containsExactlyInAnyOrderElementsOf(before);
    testbed.inject(1, "02010000" + "00".repeat(56));
    testbed.inject(1, "03010000" + "00".repeat(56));
    assertThat(testbed.sent).hasSize(3);
  }

  private static Entity parse(String text, ForwardingPipelineConfig config, String... names) {
    var entity = Entity.newBuilder();
    Object[] ids = Stream.of(names).map(name -> Testbed.id(config, name)).toArray();
    try {
      TextFormat.merge(text.formatted(ids), entity);
    } catch (TextFormat.ParseException e) {
      throw new AssertionError(e);
    }
    return entity.build();
  }

  @ParameterizedTest
  @EnumSource(
      value = Atomicity.class,
      names = {"ROLLBACK_ON_ERROR", "DATAPLANE_ATOMIC"})
  void aBatchWithoutErrorIsDone(Atomicity atomicity) {
    write(
        atomicity,
        List.of(
            update(Update.Type.INSERT, entity(station(1, "send", 1))),
            update(Update.Type.INSERT, entity(station(2, "send", 1))),
            update(Update.Type.DELETE, entity(station(1, "send", 1)))));
    assertThat(
            testbed.read(entity(TableEntry.newBuilder().setTableId(tableId("stations")).build())))
        .containsExactly(entity(station(2, "send", 1)));
  }

  @Test
  void aBatchThatContinuesDoesWhatCanBeDone() {
    assertThatThrownBy(
            () ->
                write(
                    Atomicity.CONTINUE_ON_ERROR,
                    List.of(
                        update(Update.Type.INSERT, entity(station(1, "send", 1))),
                        update(Update.Type.DELETE, entity(station(9, "send", 1))),
                        update(Update.Type.INSERT, entity(station(2, "send", 1))))))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e ->
                assertThat(Testbed.errors(e))
                    .extracting(Error::getCanonicalCode)
                    .containsExactly(0, Status.Code.NOT_FOUND.value(), 0));
    assertThat(
            testbed.read(entity(TableEntry.newBuilder().setTableId(tableId("stations")).build())))
        .containsExactlyInAnyOrder(entity(station(1, "send", 1)), entity(station(2, "send", 1)));
  }

  /** A batch that takes its time between its first update and its last one. */
  private static List<Update> batch(Update first, Update last) {
    var updates = new ArrayList<>(List.of(first));
    for (int i = 0; i < 2000; i++) {
      updates.add(update(Update.Type.MODIFY, counter(1, i)));
    }
    updates.add(last);
    return updates;
  }

  /**
   * Both tables of the program send the frame to the same port before and after each batch, but not
   * in the middle of one, where the second table's entry wins.
   */
  @Test
  void noFrameSeesHalfOfAnAtomicBatch() throws InterruptedException {
    String frame = "0200000000aa" + "020000000001" + "0800" + "00".repeat(46);
    TableEntry station = station(0x0200000000aaL, "send", 2);
    testbed.write(Update.Type.INSERT, entity(station));
    var stopped = new AtomicBoolean();
    Thread traffic =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!stopped.get()) {
                    testbed.inject(1, frame);
                  }
                });
    for (int i = 0; i < 25; i++) {
      // In between, port 3 would be seen.
      write(
          Atomicity.DATAPLANE_ATOMIC,
          batch(
              update(Update.Type.MODIFY, entity(station(0x0200000000aaL, "send", 3))),
              update(Update.Type.INSERT, wire(1, "send", 2))));
      write(
          Atomicity.DATAPLANE_ATOMIC,
          batch(
              update(Update.Type.DELETE, wire(1, "send", 2)),
              update(Update.Type.MODIFY, entity(station))));
    }
    stopped.set(true);
    traffic.join();
    assertThat(testbed.sent).isNotEmpty().extracting(Testbed.Sent::port).containsOnly(2);
  }
}
