package io.hairpin.p4runtime.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.hairpin.p4runtime.v1.IdleTimeoutNotification;
import io.hairpin.p4runtime.v1.P4Data;
import io.hairpin.p4runtime.v1.PacketMetadata;
import io.hairpin.p4runtime.v1.SetForwardingPipelineConfigRequest;
import io.hairpin.p4runtime.v1.StreamError;
import io.hairpin.p4runtime.v1.StreamMessageRequest;
import io.hairpin.p4runtime.v1.StreamMessageResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SessionTest {
  private static final Duration MIN = Duration.ofMillis(100);
  private static final Duration MAX = Duration.ofMillis(300);

  /** A retry that waits to be run. */
  private record Retry(Duration delay, Runnable task) {}

  private final RecordingListener listener = new RecordingListener();
  private final BlockingQueue<Retry> retries = new LinkedBlockingQueue<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private FakeTarget target;
  private Session session;

  @BeforeEach
  void connect() throws IOException, InterruptedException {
    target = new FakeTarget();
    session = connect(Example.PIPELINE, 7, listener);
    assertThat(listener.next()).isEqualTo("primary");
  }

  private Session connect(Pipeline pipeline, long electionId, Listener hears) {
    ManagedChannel channel = target.channel();
    Session connected =
        new Session(
            channel,
            pipeline,
            new Settings(
                FakeTarget.DEVICE, ElectionId.of(electionId), Duration.ofSeconds(20), MIN, MAX),
            hears,
            (delay, task) -> retries.add(new Retry(delay, task)));
    connected.open();
    open.add(channel::shutdownNow);
    open.add(connected);
    return connected;
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
    target.close();
  }

  private Retry nextRetry() throws InterruptedException {
    Retry retry = retries.poll(20, TimeUnit.SECONDS);
    assertThat(retry).as("a retry within 20 s").isNotNull();
    return retry;
  }

  private Set<Entity> readAll() {
    Set<Entity> read = new HashSet<>();
    session.read(EnumSet.allOf(Entity.Kind.class), read::add);
    return read;
  }

  @Test
  void theHighestElectionIdIsPrimaryAndTheNextTakesOver() throws Exception {
    RecordingListener higher = new RecordingListener();
    Session other = connect(Example.PIPELINE, -1, higher);
    assertThat(higher.next()).isEqualTo("primary");
    assertThat(listener.next()).isEqualTo("backup");
    assertThat(session.isPrimary()).isFalse();
    assertThat(other.isPrimary()).isTrue();
    other.close();
    assertThat(listener.next()).isEqualTo("primary");
    assertThat(session.isPrimary()).isTrue();
  }

  @Test
  void aBackupMayReadButNotWrite() throws Exception {
    session.pushPipeline();
    session.write(List.of(Update.insert(Example.fdb(1, 1))));
    RecordingListener lower = new RecordingListener();
    Session backup = connect(Example.PIPELINE, 1, lower);
    assertThat(lower.next()).isEqualTo("backup");
    List<Entity> read = new ArrayList<>();
    backup.read(Set.of(Entity.Kind.TABLE_ENTRY), read::add);
    assertThat(read).hasSize(1);
    P4RuntimeException refused =
        catchThrowableOfType(
            P4RuntimeException.class,
            () -> backup.write(List.of(Update.insert(Example.fdb(2, 1)))));
    assertThat(refused.code()).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThatThrownBy(() -> backup.packetOut(ByteString.EMPTY, metadata()))
        .isInstanceOf(P4RuntimeException.class)
        .hasMessageContaining("not primary");
  }

  @Test
  void aLostStreamIsOpenedAgainAndPrimaryIsHeardAgain() throws Exception {
    target.endStreams(Status.UNAVAILABLE);
    assertThat(listener.next()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(session.isPrimary()).isFalse();
    nextRetry().task.run();
    assertThat(listener.next()).isEqualTo("primary");
  }

  @Test
  void retriesSlowDownToALimitAndAreQuickAgainAfterSuccess() throws Exception {
    target.refuseStreams(Status.RESOURCE_EXHAUSTED);
    target.endStreams(Status.UNAVAILABLE);
    List<Duration> delays = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      listener.next();
      Retry retry = nextRetry();
      delays.add(retry.delay);
      if (i == 3) {
        target.refuseStreams(null);
      }
      retry.task.run();
    }
    assertThat(delays).containsExactly(MIN, MIN.multipliedBy(2), MAX, MAX);
    assertThat(listener.next()).isEqualTo("primary");
    target.endStreams(Status.UNAVAILABLE);
    listener.next();
    assertThat(nextRetry().delay).isEqualTo(MIN);
  }

  @Test
  void anElectionIdThatIsTakenIsHeardAsRefusal() throws Exception {
    RecordingListener second = new RecordingListener();
    connect(Example.PIPELINE, 7, second);
    assertThat(second.next()).isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void aClosedSessionLeavesArbitrationAndDoesNotConnectAgain() throws Exception {
    RecordingListener lower = new RecordingListener();
    connect(Example.PIPELINE, 1, lower);
    assertThat(lower.next()).isEqualTo("backup");
    session.close();
    assertThat(lower.next()).isEqualTo("primary");
    assertThat(retries).isEmpty();
    assertThatThrownBy(() -> session.packetOut(ByteString.EMPTY, metadata()))
        .isInstanceOf(P4RuntimeException.class)
        .hasMessageContaining("not connected");
  }

  @Test
  void aTargetWithoutPipelineHasNoCookie() {
    assertThat(session.pipelineCookie()).isEmpty();
  }

  @Test
  void aPushedPipelineIsKnownByItsCookie() {
    session.pushPipeline();
    assertThat(session.pipelineCookie()).hasValue(Example.PIPELINE.cookie());
  }

  @Test
  void aPushClearsReplicationOnceThePipelineIsVerified() {
    session.pushPipeline();
    session.write(
        List.of(
            Update.insert(new MulticastGroup(1, Set.of(new Replica(1, 0)))),
            Update.insert(new CloneSession(2, Set.of(new Replica(1, 0)), 0, 0))));
    session.pushPipeline();
    assertThat(target.entities()).isEmpty();
  }

  @Test
  void aRefusedPipelineChangesNothing() throws Exception {
    session.pushPipeline();
    Update group = Update.insert(new MulticastGroup(1, Set.of(new Replica(1, 0))));
    session.write(List.of(group));
    RecordingListener heard = new RecordingListener();
    Session bad = connect(Pipeline.of(Example.P4_INFO, new byte[0]), 9, heard);
    assertThat(heard.next()).isEqualTo("primary");
    assertThatThrownBy(bad::pushPipeline)
        .isInstanceOf(P4RuntimeException.class)
        .hasMessageContaining("No program");
    assertThat(target.pushes).endsWith(SetForwardingPipelineConfigRequest.Action.VERIFY);
    assertThat(target.entities()).hasSize(1);
  }

  @Test
  void whatIsWrittenIsReadBackEqual() {
    session.pushPipeline();
    List<Entity> wanted =
        List.of(
            new DigestConfig("learn_t", Duration.ofMillis(100), 16, Duration.ofSeconds(1)),
            new MulticastGroup(1, Set.of(new Replica(1, 1), new Replica(511, 0xffff_ffffL))),
            new CloneSession(2, Set.of(new Replica(255, 0)), 0, 128),
            TableEntry.ofDefault("Ingress.state", set(1)),
            TableEntry.of("Ingress.state").exact("port", 0).action(set(2)),
            TableEntry.of("fdb")
                .exact("fid", 1)
                .exact("dst_addr", Value.of(new byte[] {0, 0, 0, 0, 0, 5}))
                .action(Action.of("forward").with("port", 0))
                .idleTimeout(Duration.ofSeconds(300)),
            TableEntry.of("acl").optional("vid", 1).priority(3).action("NoAction"));
    session.write(wanted.stream().map(Update::insert).toList());
    assertThat(readAll()).containsExactlyInAnyOrderElementsOf(wanted);
    assertThat(Update.difference(readAll(), wanted)).isEmpty();
  }

  private static Action set(long state) {
    return Action.of("set").with("state", state).with("reason", 0);
  }

  @Test
  void whatTheProgramSetItselfIsNotRead() {
    session.pushPipeline();
    Codec codec = new Codec(Example.PIPELINE);
    TableEntry entry = TableEntry.of("Ingress.state").exact("port", 1).action(set(1));
    var constEntry = codec.encode(Update.insert(entry)).getEntity().toBuilder();
    constEntry.getTableEntryBuilder().setIsConst(true);
    target.put(constEntry.build());
    TableEntry initial = TableEntry.ofDefault("fdb", Action.of("flood"));
    target.put(codec.encode(Update.modify(initial)).getEntity());
    assertThat(readAll()).isEmpty();
  }

  @Test
  void paddedValuesOfOthersAreReadCanonically() {
    session.pushPipeline();
    var padded =
        new Codec(Example.PIPELINE)
            .encode(Update.insert(Example.fdb(5, 3))).getEntity().toBuilder();
    padded
        .getTableEntryBuilder()
        .getMatchBuilder(0)
        .getExactBuilder()
        .setValue(ByteString.copyFrom(new byte[] {0, 0, 0, 0, 0, 5}));
    target.put(padded.build());
    assertThat(readAll()).containsExactly(PipelineTest.canonical(Example.fdb(5, 3)));
  }

  @Test
  void aDefaultActionIsModifiedAndItsDeletionResetsIt() {
    session.pushPipeline();
    TableEntry entry = TableEntry.ofDefault("Ingress.state", set(1));
    session.write(List.of(Update.insert(entry)));
    session.write(List.of(Update.delete(entry)));
    assertThat(target.writes)
        .extracting(write -> write.getUpdates(0).getType())
        .containsOnly(io.hairpin.p4runtime.v1.Update.Type.MODIFY);
    assertThat(readAll()).isEmpty();
  }

  @Test
  void eachFailedUpdateIsNamedAndTheOthersAreDone() {
    session.pushPipeline();
    session.write(List.of(Update.insert(Example.fdb(1, 1))));
    WriteException e =
        catchThrowableOfType(
            WriteException.class,
            () ->
                session.write(
                    List.of(
                        Update.insert(Example.fdb(2, 1)),
                        Update.insert(Example.fdb(1, 1)),
                        Update.delete(Example.fdb(3, 1)))));
    assertThat(e.failures())
        .extracting(WriteException.Failure::update, WriteException.Failure::code)
        .containsExactly(
            tuple(Update.insert(Example.fdb(1, 1)), Status.Code.ALREADY_EXISTS),
            tuple(Update.delete(Example.fdb(3, 1)), Status.Code.NOT_FOUND));
    assertThat(e)
        .hasMessageContaining("2 of 3 updates failed")
        .hasMessageContaining("fdb.fdb{dst_addr=0x1, fid=0x1} -> forward{port=0x1}")
        .hasMessageContaining("ALREADY_EXISTS (as the fake says)");
    assertThat(readAll()).hasSize(2);
  }

  @Test
  void aFullTableIsTold() {
    session.pushPipeline();
    target.setTableSize(1);
    WriteException e =
        catchThrowableOfType(
            WriteException.class,
            () ->
                session.write(
                    List.of(Update.insert(Example.fdb(1, 1)), Update.insert(Example.fdb(2, 1)))));
    assertThat(e.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  @Test
  void anUpdateThatDoesNotFitThePipelineStopsTheWholeWrite() {
    session.pushPipeline();
    assertThatThrownBy(
            () ->
                session.write(
                    List.of(
                        Update.insert(Example.fdb(1, 1)), Update.insert(TableEntry.of("none")))))
        .isInstanceOf(PipelineException.class);
    assertThat(target.writes).isEmpty();
  }

  @Test
  void aWriteIsSplitBySizeTypeAndKind() {
    session.pushPipeline();
    List<Update> updates = new ArrayList<>();
    updates.add(Update.insert(new MulticastGroup(1, Set.of())));
    LongStream.range(0, 501).forEach(i -> updates.add(Update.insert(Example.fdb(i, 1))));
    updates.add(Update.delete(Example.fdb(1, 1)));
    session.write(updates);
    assertThat(target.writes)
        .extracting(write -> write.getUpdatesCount())
        .containsExactly(1, 500, 1, 1);
  }

  @Test
  void countersAreReadByNameAndIndex() {
    session.pushPipeline();
    assertThat(session.readCounter("received", List.of(0L, 7L)))
        .isEqualTo(Map.of(0L, new CounterValue(1, 100), 7L, new CounterValue(8, 800)));
    assertThatThrownBy(() -> session.readCounter("received", List.of(8L)))
        .isInstanceOf(PipelineException.class)
        .hasMessageContaining("0..7");
  }

  @Test
  void forHowLongEntriesWereIdleIsReadByTheirKeys() {
    session.pushPipeline();
    session.write(List.of(Update.insert(Example.fdb(1, 1).idleTimeout(Duration.ofSeconds(9)))));
    target.pass(Duration.ofSeconds(3));

    assertThat(session.readIdleTimes(List.of(Example.fdb(1, 1), Example.fdb(2, 1))))
        .isEqualTo(Map.of(PipelineTest.canonical(Example.fdb(1, 1)).key(), Duration.ofSeconds(3)));
    assertThat(session.readIdleTimes(List.of())).isEmpty();
  }

  private static Map<String, Value> metadata() {
    return Map.of("port", Value.of(3), "pad", Value.of(0));
  }

  @Test
  void aPacketOutCarriesItsMetadataById() throws Exception {
    session.packetOut(ByteString.copyFromUtf8("frame"), metadata());
    StreamMessageRequest heard = target.heard.poll(20, TimeUnit.SECONDS);
    assertThat(heard).isNotNull();
    assertThat(heard.getPacket().getPayload().toStringUtf8()).isEqualTo("frame");
    assertThat(heard.getPacket().getMetadataList())
        .extracting(PacketMetadata::getMetadataId, field -> field.getValue().byteAt(0))
        .containsExactly(tuple(1, (byte) 3), tuple(2, (byte) 0));
  }

  @Test
  void aPacketOutWithoutAFieldIsRefused() {
    assertThatThrownBy(() -> session.packetOut(ByteString.EMPTY, Map.of("port", Value.of(1))))
        .isInstanceOf(PipelineException.class)
        .hasMessageContaining("packet_out lacks pad");
  }

  @Test
  void aPacketInIsHeardWithItsMetadataByName() throws Exception {
    target.toPrimary(
        StreamMessageResponse.newBuilder()
            .setPacket(
                io.hairpin.p4runtime.v1.PacketIn.newBuilder()
                    .setPayload(ByteString.copyFromUtf8("frame"))
                    .addMetadata(
                        PacketMetadata.newBuilder()
                            .setMetadataId(1)
                            .setValue(ByteString.copyFrom(new byte[] {0, 4}))))
            .build());
    assertThat(listener.next())
        .isEqualTo(new PacketIn(ByteString.copyFromUtf8("frame"), Map.of("port", Value.of(4))));
  }

  @Test
  void aMessageThatCannotBeReadLosesOnlyItself() throws Exception {
    target.toPrimary(
        StreamMessageResponse.newBuilder()
            .setDigest(io.hairpin.p4runtime.v1.DigestList.newBuilder().setDigestId(99))
            .build());
    target.toPrimary(
        StreamMessageResponse.newBuilder()
            .setPacket(io.hairpin.p4runtime.v1.PacketIn.getDefaultInstance())
            .build());
    assertThat(listener.next()).isEqualTo(new PacketIn(ByteString.EMPTY, Map.of()));
  }

  @Test
  void digestsAreHeardByNameAndAcknowledged() throws Exception {
    P4Data.Builder learnt = P4Data.newBuilder();
    learnt
        .getStructBuilder()
        .addMembers(P4Data.newBuilder().setBitstring(ByteString.copyFrom(new byte[] {0, 9})))
        .addMembers(P4Data.newBuilder().setBool(true));
    target.toPrimary(
        StreamMessageResponse.newBuilder()
            .setDigest(
                io.hairpin.p4runtime.v1.DigestList.newBuilder()
                    .setDigestId(0x17000001)
                    .setListId(5)
                    .addData(learnt))
            .build());
    DigestList digests = (DigestList) listener.next();
    assertThat(digests)
        .isEqualTo(
            new DigestList(
                "learn_t", 5, List.of(Map.of("src_addr", Value.of(9), "moved", Value.of(1)))));
    session.acknowledge(digests);
    StreamMessageRequest heard = target.heard.poll(20, TimeUnit.SECONDS);
    assertThat(heard).isNotNull();
    assertThat(heard.getDigestAck().getListId()).isEqualTo(5);
  }

  @Test
  void idleEntriesAreHeardAsKeys() throws Exception {
    var entry = new Codec(Example.PIPELINE).encode(Update.insert(Example.fdb(1, 1))).getEntity();
    target.toPrimary(
        StreamMessageResponse.newBuilder()
            .setIdleTimeoutNotification(
                IdleTimeoutNotification.newBuilder().addTableEntry(entry.getTableEntry()))
            .build());
    assertThat(listener.next()).isEqualTo(List.of(PipelineTest.canonical(Example.fdb(1, 1)).key()));
  }

  @Test
  void whatTheTargetCouldNotDoIsHeard() throws Exception {
    target.toPrimary(
        StreamMessageResponse.newBuilder()
            .setError(StreamError.newBuilder().setCanonicalCode(3).setMessage("no such port"))
            .build());
    assertThat(listener.next()).isEqualTo("INVALID_ARGUMENT: no such port");
  }

  @Test
  void aListenerMayCallTheSessionAndWait() throws Exception {
    BlockingQueue<Object> pushed = new LinkedBlockingQueue<>();
    BlockingQueue<Session> self = new LinkedBlockingQueue<>();
    Listener pushes =
        new Listener() {
          @Override
          public void primary() {
            try {
              Session own = self.take();
              own.pushPipeline();
              pushed.add(own.pipelineCookie());
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          }

          @Override
          public void backup() {}

          @Override
          public void disconnected(Status reason) {}
        };
    self.add(connect(Example.PIPELINE, 100, pushes));
    assertThat(pushed.poll(20, TimeUnit.SECONDS)).isNotNull();
  }
}
