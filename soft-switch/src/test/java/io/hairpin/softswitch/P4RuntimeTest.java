package io.hairpin.softswitch;

import static io.hairpin.softswitch.Testbed.action;
import static io.hairpin.softswitch.Testbed.entity;
import static io.hairpin.softswitch.Testbed.number;
import static io.hairpin.softswitch.Testbed.station;
import static io.hairpin.softswitch.Testbed.tableId;
import static io.hairpin.softswitch.Testbed.wire;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.hairpin.p4runtime.v1.CapabilitiesRequest;
import io.hairpin.p4runtime.v1.CloneSessionEntry;
import io.hairpin.p4runtime.v1.CounterData;
import io.hairpin.p4runtime.v1.CounterEntry;
import io.hairpin.p4runtime.v1.DigestEntry;
import io.hairpin.p4runtime.v1.DigestList;
import io.hairpin.p4runtime.v1.DigestListAck;
import io.hairpin.p4runtime.v1.DirectCounterEntry;
import io.hairpin.p4runtime.v1.Entity;
import io.hairpin.p4runtime.v1.FieldMatch;
import io.hairpin.p4runtime.v1.ForwardingPipelineConfig;
import io.hairpin.p4runtime.v1.GetForwardingPipelineConfigRequest;
import io.hairpin.p4runtime.v1.GetForwardingPipelineConfigRequest.ResponseType;
import io.hairpin.p4runtime.v1.Index;
import io.hairpin.p4runtime.v1.MasterArbitrationUpdate;
import io.hairpin.p4runtime.v1.MulticastGroupEntry;
import io.hairpin.p4runtime.v1.PacketMetadata;
import io.hairpin.p4runtime.v1.PacketOut;
import io.hairpin.p4runtime.v1.PacketReplicationEngineEntry;
import io.hairpin.p4runtime.v1.ReadRequest;
import io.hairpin.p4runtime.v1.Replica;
import io.hairpin.p4runtime.v1.Role;
import io.hairpin.p4runtime.v1.SetForwardingPipelineConfigRequest.Action;
import io.hairpin.p4runtime.v1.StreamError;
import io.hairpin.p4runtime.v1.StreamMessageRequest;
import io.hairpin.p4runtime.v1.TableEntry;
import io.hairpin.p4runtime.v1.Update;
import io.hairpin.p4runtime.v1.WriteRequest;
import io.hairpin.softswitch.Testbed.Sent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The P4Runtime server through its front door, over gRPC in process. */
class P4RuntimeTest {
  private static final String SOURCE = "020000000001";
  private static final String FRAME = "0200000000aa" + SOURCE + "0800" + "00".repeat(46);
  private static final int SENT = 1;

  private Testbed testbed;

  @BeforeEach
  void start() throws IOException {
    testbed = Testbed.running();
  }

  @AfterEach
  void stop() {
    testbed.close();
  }

  private static void assertRefused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, Status.Code code, String words) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            io.grpc.StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(code);
              assertThat(e.getStatus().getDescription()).contains(words);
            });
  }

  // Tables

  @Test
  void anInsertedEntryForwards() {
    testbed.write(Update.Type.INSERT, entity(station(0x0200000000aaL, "send", 2)));
    testbed.inject(1, FRAME);
    assertThat(testbed.poll()).isEqualTo(new Sent(2, FRAME));
  }

  @Test
  void aModifiedEntryForwardsElsewhere() {
    testbed.write(Update.Type.INSERT, entity(station(0x0200000000aaL, "send", 2)));
    testbed.write(Update.Type.MODIFY, entity(station(0x0200000000aaL, "send", 3)));
    testbed.inject(1, FRAME);
    assertThat(testbed.poll()).isEqualTo(new Sent(3, FRAME));
  }

  @Test
  void aDeletedEntryForwardsNothing() {
    testbed.write(Update.Type.INSERT, entity(station(0x0200000000aaL, "send", 2)));
    testbed.write(
        Update.Type.DELETE,
        entity(station(0x0200000000aaL, "send", 2).toBuilder().clearAction().build()));
    testbed.inject(1, FRAME);
    assertThat(testbed.poll()).isNull();
  }

  @Test
  void aMissRunsTheDefaultEntryUntilItIsReset() {
    TableEntry miss =
        TableEntry.newBuilder()
            .setTableId(tableId("stations"))
            .setIsDefaultAction(true)
            .setAction(action("send", 3))
            .build();
    testbed.write(Update.Type.MODIFY, entity(miss));
    testbed.inject(1, FRAME);
    assertThat(testbed.poll()).isEqualTo(new Sent(3, FRAME));
    testbed.write(Update.Type.MODIFY, entity(miss.toBuilder().clearAction().build()));
    testbed.inject(1, FRAME);
    assertThat(testbed.poll()).isNull();
  }

  @Test
  void entriesOfAllKindsAreReadBackAsWritten() {
    TableEntry filter =
        TableEntry.newBuilder()
            .setTableId(tableId("filters"))
            .addMatch(
                FieldMatch.newBuilder()
                    .setFieldId(1)
                    .setTernary(
                        FieldMatch.Ternary.newBuilder()
                            .setValue(number(0x020000000000L))
                            .setMask(number(0xff0000000000L))))
            .addMatch(
                FieldMatch.newBuilder()
                    .setFieldId(2)
                    .setRange(
                        FieldMatch.Range.newBuilder().setLow(number(0)).setHigh(number(0x600))))
            .addMatch(
                FieldMatch.newBuilder()
                    .setFieldId(3)
                    .setOptional(FieldMatch.Optional.newBuilder().setValue(number(1))))
            .setPriority(10)
            .setAction(action("drop"))
            .setMetadata(ByteString.copyFromUtf8("mine"))
            .build();
    TableEntry any =
        TableEntry.newBuilder()
            .setTableId(tableId("filters"))
            .setPriority(1)
            .setAction(action("NoAction"))
            .build();
    TableEntry vendor =
        TableEntry.newBuilder()
            .setTableId(tableId("vendors"))
            .addMatch(
                FieldMatch.newBuilder()
                    .setFieldId(1)
                    .setLpm(
                        FieldMatch.LPM
                            .newBuilder()
                            .setValue(number(0x020000000000L))
                            .setPrefixLen(24)))
            .setAction(action("learn"))
            .build();
    TableEntry station = station(0xaa, "send", 256);
    testbed.write(Update.Type.INSERT, entity(filter), entity(any), entity(vendor), entity(station));
    assertThat(testbed.read(entity(TableEntry.getDefaultInstance())))
        .contains(entity(filter), entity(any), entity(vendor), entity(station))
        .hasSize(5); // and the constant one of reserved
    assertThat(
            testbed.read(
                entity(
                    TableEntry.newBuilder()
                        .setTableId(tableId("filters"))
                        .setPriority(10)
                        .build())))
        .containsExactly(entity(filter));
  }

  @Test
  void aPaddedNumberIsReadBackShort() {
    testbed.write(
        Update.Type.INSERT,
        entity(
            TableEntry.newBuilder()
                .setTableId(tableId("stations"))
                .addMatch(
                    FieldMatch.newBuilder()
                        .setFieldId(1)
                        .setExact(
                            FieldMatch.Exact.newBuilder()
                                .setValue(ByteString.copyFrom(new byte[] {0, 0, 0, 0, 0, 0, 5}))))
                .setAction(action("send", 2))
                .build()));
    assertThat(testbed.read(entity(station(5, "send", 2).toBuilder().clearAction().build())))
        .containsExactly(entity(station(5, "send", 2)));
  }

  @Test
  void eachUpdateHasItsOwnError() {
    var errors =
        testbed.errors(
            Update.Type.INSERT,
            entity(station(1, "send", 1)),
            entity(station(1, "send", 1)),
            entity(station(2, "send", 1)),
            entity(station(3, "send", 1)),
            entity(station(4, "send", 1)),
            entity(station(5, "send", 1)));
    assertThat(errors)
        .extracting(error -> Status.fromCodeValue(error.getCanonicalCode()).getCode())
        .containsExactly(
            Status.Code.OK,
            Status.Code.ALREADY_EXISTS,
            Status.Code.OK,
            Status.Code.OK,
            Status.Code.OK,
            Status.Code.RESOURCE_EXHAUSTED);
  }

  @Test
  void modifyingWhatIsNotThereIsNotFound() {
    assertThat(testbed.error(Update.Type.MODIFY, entity(station(1, "send", 1))))
        .startsWith("NOT_FOUND");
  }

  @Test
  void deletingWhatIsNotThereIsNotFound() {
    assertThat(testbed.error(Update.Type.DELETE, entity(station(1, "send", 1))))
        .startsWith("NOT_FOUND");
  }

  @Test
  void aValueThatIsTooWideIsNamed() {
    assertThat(testbed.error(Update.Type.INSERT, entity(station(1L << 48, "send", 1))))
        .startsWith("OUT_OF_RANGE")
        .contains("stations", "'dst'", "0x1000000000000", "48 bits");
  }

  @Test
  void anArgumentThatIsTooWideIsNamed() {
    assertThat(testbed.error(Update.Type.INSERT, entity(station(1, "send", 512))))
        .startsWith("OUT_OF_RANGE")
        .contains("send", "'port'", "0x200", "9 bits");
  }

  @Test
  void anUnknownFieldIsNamedWithThoseThereAre() {
    assertThat(
            testbed.error(
                Update.Type.INSERT,
                entity(station(1, "send", 1).toBuilder().addMatch(Testbed.exact(9, 1)).build())))
        .isEqualTo(
            "INVALID_ARGUMENT: table 'TestIngress.stations' has no match field 9; it has [1"
                + " 'dst']");
  }

  @Test
  void anActionOfAnotherTableIsRefused() {
    assertThat(testbed.error(Update.Type.INSERT, entity(station(1, "learn"))))
        .startsWith("INVALID_ARGUMENT")
        .contains("stations");
  }

  @Test
  void aDefaultOnlyActionIsRefusedForAnEntry() {
    assertThat(testbed.error(Update.Type.INSERT, entity(station(1, "drop"))))
        .startsWith("PERMISSION_DENIED")
        .contains("DEFAULT_ONLY");
  }

  @Test
  void aConstantTableIsNotWritten() {
    TableEntry entry =
        TableEntry.newBuilder()
            .setTableId(tableId("reserved"))
            .addMatch(Testbed.exact(1, 7))
            .setAction(action("to_cpu", 1))
            .build();
    assertThat(testbed.error(Update.Type.INSERT, entity(entry))).startsWith("PERMISSION_DENIED");
  }

  @Test
  void aConstantDefaultIsNotWritten() {
    TableEntry miss =
        TableEntry.newBuilder()
            .setTableId(tableId("wires"))
            .setIsDefaultAction(true)
            .setAction(action("send", 1))
            .build();
    assertThat(testbed.error(Update.Type.MODIFY, entity(miss))).startsWith("PERMISSION_DENIED");
  }

  @Test
  void aPriorityIsRefusedWhereThereIsNone() {
    assertThat(
            testbed.error(
                Update.Type.INSERT,
                entity(station(1, "send", 1).toBuilder().setPriority(3).build())))
        .startsWith("INVALID_ARGUMENT")
        .contains("priority 3");
  }

  @Test
  void anEmptyMaskIsRefused() {
    assertThat(
            testbed.error(
                Update.Type.INSERT,
                entity(
                    TableEntry.newBuilder()
                        .setTableId(tableId("filters"))
                        .setPriority(1)
                        .addMatch(
                            FieldMatch.newBuilder()
                                .setFieldId(1)
                                .setTernary(
                                    FieldMatch.Ternary.newBuilder()
                                        .setValue(number(0))
                                        .setMask(number(0))))
                        .setAction(action("drop"))
                        .build())))
        .startsWith("INVALID_ARGUMENT")
        .contains("mask");
  }

  @Test
  void isConstIsRefusedInEveryWrite() {
    testbed.write(Update.Type.INSERT, entity(station(1, "send", 1)));
    Entity constant = entity(station(1, "send", 1).toBuilder().setIsConst(true).build());
    for (Update.Type type : List.of(Update.Type.INSERT, Update.Type.MODIFY, Update.Type.DELETE)) {
      assertThat(testbed.error(type, constant)).startsWith("INVALID_ARGUMENT").contains("is_const");
    }
  }

  @Test
  @SuppressWarnings("deprecation") // controller_metadata is what clients before 1.2 use
  void theControllersDataComeBackAndFilter() {
    TableEntry one =
        station(1, "send", 1).toBuilder()
            .setControllerMetadata(11)
            .setMetadata(ByteString.copyFromUtf8("one"))
            .build();
    testbed.write(Update.Type.INSERT, entity(one), entity(station(2, "send", 2)));
    TableEntry table = TableEntry.newBuilder().setTableId(tableId("stations")).build();
    assertThat(testbed.read(entity(table.toBuilder().setControllerMetadata(11).build())))
        .containsExactly(entity(one));
    assertThat(testbed.read(entity(table.toBuilder().setControllerMetadata(12).build()))).isEmpty();
  }

  @Test
  void aReadGivesWhatItCanAndAnErrorForEachPart() {
    testbed.write(Update.Type.INSERT, entity(station(1, "send", 1)));
    var found = new ArrayList<Entity>();
    var responses =
        testbed.stub.read(
            ReadRequest.newBuilder()
                .setDeviceId(Testbed.DEVICE)
                .addEntities(Entity.getDefaultInstance())
                .addEntities(entity(station(1, "send", 1)))
                .build());
    assertThatThrownBy(
            () -> responses.forEachRemaining(part -> found.addAll(part.getEntitiesList())))
        .isInstanceOfSatisfying(
            io.grpc.StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNKNOWN);
              assertThat(Testbed.errors(e))
                  .extracting(io.hairpin.p4runtime.v1.Error::getCanonicalCode)
                  .containsExactly(Status.Code.INVALID_ARGUMENT.value(), 0);
            });
    assertThat(found).containsExactly(entity(station(1, "send", 1)));
  }

  @Test
  void aReadOfManyEntriesComesWhole() {
    testbed.write(
        Update.Type.INSERT,
        IntStream.range(0, 64).mapToObj(port -> wire(port, "send", 1)).toArray(Entity[]::new));
    assertThat(testbed.read(entity(TableEntry.newBuilder().setTableId(tableId("wires")).build())))
        .hasSize(64);
  }

  // Counters

  @Test
  void aDirectCounterCountsHits() {
    TableEntry station = station(0x0200000000aaL, "send", 2);
    testbed.write(Update.Type.INSERT, entity(station));
    testbed.inject(1, FRAME);
    testbed.inject(1, FRAME);
    assertThat(
            testbed.read(
                Entity.newBuilder()
                    .setDirectCounterEntry(
                        DirectCounterEntry.newBuilder()
                            .setTableEntry(station.toBuilder().clearAction()))
                    .build()))
        .extracting(found -> found.getDirectCounterEntry().getData())
        .containsExactly(counted(2, 120));
  }

  @Test
  void aTableEntryBringsItsCounterWhenAsked() {
    TableEntry station = station(0x0200000000aaL, "send", 2);
    testbed.write(
        Update.Type.INSERT, entity(station.toBuilder().setCounterData(counted(5, 500)).build()));
    testbed.inject(1, FRAME);
    assertThat(
            testbed.read(
                entity(
                    TableEntry.newBuilder()
                        .setTableId(tableId("stations"))
                        .setCounterData(CounterData.getDefaultInstance())
                        .build())))
        .extracting(found -> found.getTableEntry().getCounterData())
        .containsExactly(counted(6, 560));
  }

  @Test
  void anIndexedCounterIsReadAndSet() {
    int counter = Testbed.CONFIG.getP4Info().getCounters(0).getPreamble().getId();
    Entity entry =
        Entity.newBuilder()
            .setCounterEntry(
                CounterEntry.newBuilder()
                    .setCounterId(counter)
                    .setIndex(Index.newBuilder().setIndex(1))
                    .setData(counted(10, 1000)))
            .build();
    testbed.write(Update.Type.MODIFY, entry);
    testbed.inject(1, FRAME);
    assertThat(testbed.read(entry))
        .extracting(found -> found.getCounterEntry().getData())
        .containsExactly(counted(11, 1060));
    assertThat(
            testbed.read(
                Entity.newBuilder().setCounterEntry(CounterEntry.getDefaultInstance()).build()))
        .hasSize(8);
  }

  @Test
  void anIndexBeyondACounterIsOutOfRange() {
    int counter = Testbed.CONFIG.getP4Info().getCounters(0).getPreamble().getId();
    assertThat(
            testbed.error(
                Update.Type.MODIFY,
                Entity.newBuilder()
                    .setCounterEntry(
                        CounterEntry.newBuilder()
                            .setCounterId(counter)
                            .setIndex(Index.newBuilder().setIndex(8)))
                    .build()))
        .isEqualTo("OUT_OF_RANGE: counter 'TestIngress.received': index 8 is not below its size 8");
  }

  private static CounterData counted(long packets, long bytes) {
    return CounterData.newBuilder().setPacketCount(packets).setByteCount(bytes).build();
  }

  // Replication

  private static Entity group(int id, Replica... replicas) {
    return Entity.newBuilder()
        .setPacketReplicationEngineEntry(
            PacketReplicationEngineEntry.newBuilder()
                .setMulticastGroupEntry(
                    MulticastGroupEntry.newBuilder()
                        .setMulticastGroupId(id)
                        .addAllReplicas(List.of(replicas))))
        .build();
  }

  private static Replica replica(int port, int instance) {
    return Replica.newBuilder().setPort(number(port)).setInstance(instance).build();
  }

  @SuppressWarnings("deprecation") // what older clients send
  private static Replica numbered(int port, int instance) {
    return Replica.newBuilder().setEgressPort(port).setInstance(instance).build();
  }

  @Test
  void aGroupReplicatesToPortsOfBothForms() {
    Entity group = group(9, replica(2, 1), numbered(3, 1), replica(1, 1));
    testbed.write(Update.Type.INSERT, group, entity(station(0x0200000000aaL, "flood", 9)));
    testbed.inject(1, FRAME);
    var sent = new ArrayList<Sent>();
    testbed.sent.drainTo(sent);
    assertThat(sent)
        .containsExactlyInAnyOrder(new Sent(1, FRAME), new Sent(2, FRAME), new Sent(3, FRAME));
    assertThat(testbed.read(group(9))).containsExactly(group);
    assertThat(
            testbed.read(
                Entity.newBuilder()
                    .setPacketReplicationEngineEntry(
                        PacketReplicationEngineEntry.getDefaultInstance())
                    .build()))
        .containsExactly(group);
  }

  @Test
  void aModifiedGroupReplicatesAnew() {
    testbed.write(
        Update.Type.INSERT, group(9, replica(2, 1)), entity(station(0x0200000000aaL, "flood", 9)));
    testbed.write(Update.Type.MODIFY, group(9, replica(3, 1)));
    testbed.inject(1, FRAME);
    assertThat(testbed.sent).containsExactly(new Sent(3, FRAME));
  }

  @Test
  void aPortThatCannotBeIsRefused() {
    assertThat(testbed.error(Update.Type.INSERT, group(9, replica(512, 1))))
        .isEqualTo("INVALID_ARGUMENT: multicast group 9: port 512 is not between 0 and 511");
  }

  @Test
  void aReplicaGivenTwiceIsRefused() {
    assertThat(testbed.error(Update.Type.INSERT, group(9, replica(2, 1), numbered(2, 1))))
        .startsWith("INVALID_ARGUMENT")
        .contains("port 2 with instance 1");
  }

  @Test
  void groupZeroIsRefused() {
    assertThat(testbed.error(Update.Type.INSERT, group(0, replica(2, 1))))
        .isEqualTo("INVALID_ARGUMENT: multicast_group_id 0 is not between 1 and 65535");
  }

  @Test
  void aCloneSessionIsReadBackAndDeleted() {
    Entity session =
        Entity.newBuilder()
            .setPacketReplicationEngineEntry(
                PacketReplicationEngineEntry.newBuilder()
                    .setCloneSessionEntry(
                        CloneSessionEntry.newBuilder()
                            .setSessionId(5)
                            .addReplicas(replica(64, 0))
                            .setPacketLengthBytes(128)))
            .build();
    testbed.write(Update.Type.INSERT, session);
    assertThat(testbed.read(session)).containsExactly(session);
    testbed.write(Update.Type.DELETE, session);
    assertThat(testbed.read(session)).isEmpty();
  }

  // Arbitration

  @Test
  void theHighestBidderIsPrimary() {
    Testbed.Stream second = testbed.controller(5);
    MasterArbitrationUpdate notice = testbed.primary().take().getArbitration();
    assertThat(notice.getStatus().getCode()).isEqualTo(Status.Code.ALREADY_EXISTS.value());
    assertThat(notice.getElectionId()).isEqualTo(Testbed.electionId(5));
    assertRefused(
        () -> testbed.write(Update.Type.INSERT, entity(station(1, "send", 1))),
        Status.Code.PERMISSION_DENIED,
        "election_id 1");
    second.complete();
    assertThat(testbed.primary().take().getArbitration().getStatus().getCode())
        .isEqualTo(Status.Code.NOT_FOUND.value());
  }

  @Test
  void aLowerBidderIsBackup() {
    MasterArbitrationUpdate answer = new BidOf(0).answer();
    assertThat(answer.getStatus().getCode()).isEqualTo(Status.Code.ALREADY_EXISTS.value());
  }

  private final class BidOf {
    private final MasterArbitrationUpdate answer;

    BidOf(long electionId) {
      answer = testbed.new Stream().bid(electionId);
    }

    MasterArbitrationUpdate answer() {
      return answer;
    }
  }

  @Test
  void aPrimaryThatComesBackIsPrimaryAgain() {
    testbed.primary().complete();
    assertThat(testbed.primary().end().getCode()).isEqualTo(Status.Code.OK);
    assertThat(new BidOf(1).answer().getStatus().getCode()).isEqualTo(Status.Code.OK.value());
  }

  @Test
  void anElectionIdInUseEndsTheStream() {
    Testbed.Stream second = testbed.new Stream();
    second.send(Testbed.Stream.bidding(1).build());
    assertThat(second.end().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void anotherDeviceEndsTheStream() {
    Testbed.Stream second = testbed.new Stream();
    second.send(
        StreamMessageRequest.newBuilder()
            .setArbitration(MasterArbitrationUpdate.newBuilder().setDeviceId(8))
            .build());
    Status end = second.end();
    assertThat(end.getCode()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(end.getDescription()).isEqualTo("device_id 8 is not here, only 7");
  }

  private static StreamMessageRequest bidding(long electionId, Role role) {
    StreamMessageRequest.Builder bid = Testbed.Stream.bidding(electionId);
    bid.getArbitrationBuilder().setRole(role);
    return bid.build();
  }

  private static WriteRequest.Builder writing(String role, long electionId) {
    return WriteRequest.newBuilder()
        .setDeviceId(Testbed.DEVICE)
        .setRole(role)
        .setElectionId(Testbed.electionId(electionId));
  }

  @Test
  void eachRoleHasAPrimaryOfItsOwn() {
    Role spare = Role.newBuilder().setName("spare").build();
    Testbed.Stream second = testbed.new Stream();
    second.send(bidding(1, spare));
    MasterArbitrationUpdate answer = second.take().getArbitration();
    assertThat(answer.getStatus().getCode()).isEqualTo(Status.Code.OK.value());
    assertThat(answer.getRole()).isEqualTo(spare);
    Update insert =
        Update.newBuilder()
            .setType(Update.Type.INSERT)
            .setEntity(entity(station(0x0200000000aaL, "send", 2)))
            .build();
    assertThat(testbed.stub.write(writing("spare", 1).addUpdates(insert).build())).isNotNull();
    testbed.inject(1, FRAME);
    assertThat(testbed.poll()).isEqualTo(new Sent(2, FRAME));
  }

  @Test
  void anElectionIdCountsForItsRoleAlone() {
    Testbed.Stream second = testbed.new Stream();
    second.send(bidding(9, Role.newBuilder().setName("spare").build()));
    assertThat(second.take().hasArbitration()).isTrue();
    assertRefused(
        () -> testbed.stub.write(writing("", 9).build()),
        Status.Code.PERMISSION_DENIED,
        "election_id 9");
  }

  @Test
  void aRoleThatNobodyBidForIsNotFound() {
    assertRefused(
        () -> testbed.stub.write(writing("spare", 1).build()), Status.Code.NOT_FOUND, "'spare'");
  }

  @Test
  void aRoleIsForTheWholeStream() {
    Testbed.Stream second = testbed.controller(2);
    second.send(bidding(3, Role.newBuilder().setName("spare").build()));
    assertThat(second.end().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
  }

  @Test
  void aRoleWithAConfigEndsTheStream() {
    Testbed.Stream second = testbed.new Stream();
    second.send(
        bidding(
            2,
            Role.newBuilder()
                .setName("spare")
                .setConfig(com.google.protobuf.Any.getDefaultInstance())
                .build()));
    assertThat(second.end().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void anUnknownDeviceIsNotFound() {
    assertRefused(
        () -> testbed.stub.write(WriteRequest.newBuilder().setDeviceId(8).build()),
        Status.Code.NOT_FOUND,
        "device_id 8");
  }

  // Pipelines

  @Test
  void theConfigIsReadBackInParts() {
    for (ResponseType type : ResponseType.values()) {
      if (type == ResponseType.UNRECOGNIZED) {
        continue;
      }
      ForwardingPipelineConfig config = config(type);
      assertThat(config.getCookie().getCookie()).isEqualTo(42);
      assertThat(config.hasP4Info())
          .isEqualTo(type == ResponseType.ALL || type == ResponseType.P4INFO_AND_COOKIE);
      assertThat(config.getP4DeviceConfig().isEmpty())
          .isEqualTo(type == ResponseType.COOKIE_ONLY || type == ResponseType.P4INFO_AND_COOKIE);
    }
  }

  private ForwardingPipelineConfig config(ResponseType type) {
    return testbed
        .stub
        .getForwardingPipelineConfig(
            GetForwardingPipelineConfigRequest.newBuilder()
                .setDeviceId(Testbed.DEVICE)
                .setResponseType(type)
                .build())
        .getConfig();
  }

  private static ForwardingPipelineConfig marked(long cookie) {
    return Testbed.CONFIG.toBuilder()
        .setCookie(ForwardingPipelineConfig.Cookie.newBuilder().setCookie(cookie))
        .build();
  }

  @Test
  void aFailedPushChangesNothing() {
    testbed.write(Update.Type.INSERT, entity(station(0x0200000000aaL, "send", 2)));
    assertRefused(
        () ->
            testbed.push(
                Action.VERIFY_AND_COMMIT,
                marked(43).toBuilder().setP4DeviceConfig(ByteString.copyFromUtf8("{")).build()),
        Status.Code.INVALID_ARGUMENT,
        "p4_device_config");
    testbed.inject(1, FRAME);
    assertThat(testbed.poll()).isEqualTo(new Sent(2, FRAME));
    assertThat(config(ResponseType.COOKIE_ONLY).getCookie().getCookie()).isEqualTo(42);
  }

  @Test
  void p4InfoThatDoesNotDescribeTheProgramIsRefused() {
    var info = Testbed.CONFIG.getP4Info().toBuilder();
    info.getTablesBuilder(0).getPreambleBuilder().setName("TestIngress.elsewhere");
    assertRefused(
        () -> testbed.push(Action.VERIFY, marked(43).toBuilder().setP4Info(info).build()),
        Status.Code.INVALID_ARGUMENT,
        "'TestIngress.elsewhere'");
  }

  @Test
  void verifyChangesNothing() {
    testbed.push(Action.VERIFY, marked(43));
    assertThat(config(ResponseType.COOKIE_ONLY).getCookie().getCookie()).isEqualTo(42);
  }

  @Test
  void aSavedPipelineTakesWritesAndForwardsOnceCommitted() {
    testbed.write(Update.Type.INSERT, entity(station(0x0200000000aaL, "send", 2)));
    testbed.push(Action.VERIFY_AND_SAVE, marked(43));
    testbed.write(Update.Type.INSERT, entity(station(0x0200000000aaL, "send", 3)));
    testbed.inject(1, FRAME);
    assertThat(testbed.poll()).isEqualTo(new Sent(2, FRAME));
    testbed.commit();
    testbed.inject(1, FRAME);
    assertThat(testbed.poll()).isEqualTo(new Sent(3, FRAME));
  }

  @Test
  void aCommitWithoutASavedPipelineIsNotFound() {
    assertRefused(
        () ->
            testbed.stub.setForwardingPipelineConfig(
                io.hairpin.p4runtime.v1.SetForwardingPipelineConfigRequest.newBuilder()
                    .setDeviceId(Testbed.DEVICE)
                    .setElectionId(Testbed.electionId(1))
                    .setAction(Action.COMMIT)
                    .build()),
        Status.Code.NOT_FOUND,
        "saved");
  }

  @Test
  void aNewPipelineBeginsEmpty() {
    testbed.write(
        Update.Type.INSERT, entity(station(0x0200000000aaL, "flood", 9)), group(9, replica(2, 1)));
    testbed.push(Action.VERIFY_AND_COMMIT, marked(43));
    assertThat(testbed.read(group(0))).isEmpty();
    testbed.inject(1, FRAME);
    assertThat(testbed.poll()).isNull();
  }

  @Test
  void reconcilingKeepsWhatWasWritten() {
    testbed.write(
        Update.Type.INSERT, entity(station(0x0200000000aaL, "flood", 9)), group(9, replica(2, 1)));
    List<Entity> before = testbed.read(entity(TableEntry.getDefaultInstance()));
    testbed.push(Action.RECONCILE_AND_COMMIT, marked(43));
    testbed.inject(1, FRAME);
    assertThat(testbed.poll()).isEqualTo(new Sent(2, FRAME));
    assertThat(testbed.read(entity(TableEntry.getDefaultInstance()))).hasSameElementsAs(before);
  }

  @Test
  void readingWithoutAPipelineFailsFirst() throws IOException {
    try (var fresh = new Testbed(SoftSwitch.builder())) {
      assertRefused(
          () -> fresh.read(group(0)), Status.Code.FAILED_PRECONDITION, "forwarding pipeline");
    }
  }

  @Test
  void theVersionIsTold() {
    assertThat(
            testbed
                .stub
                .capabilities(CapabilitiesRequest.newBuilder().setDeviceId(Testbed.DEVICE).build())
                .getP4RuntimeApiVersion())
        .isEqualTo("1.5.0");
  }

  // Packets

  private static PacketMetadata metadata(int id, long value) {
    return PacketMetadata.newBuilder().setMetadataId(id).setValue(number(value)).build();
  }

  private static StreamMessageRequest packetOut(PacketMetadata... metadata) {
    return StreamMessageRequest.newBuilder()
        .setPacket(
            PacketOut.newBuilder()
                .setPayload(ByteString.fromHex(FRAME))
                .addAllMetadata(List.of(metadata)))
        .build();
  }

  @Test
  void aPacketOutLeavesByThePortItsMetadataNames() throws InterruptedException {
    testbed.primary().send(packetOut(metadata(1, 3), metadata(2, 0)));
    assertThat(testbed.sent.poll(Testbed.PATIENCE_SECONDS, java.util.concurrent.TimeUnit.SECONDS))
        .isEqualTo(new Sent(3, FRAME));
  }

  @Test
  void aPacketOutWithoutAllItsMetadataIsReported() {
    testbed.primary().send(packetOut(metadata(1, 3)));
    StreamError error = testbed.primary().take().getError();
    assertThat(error.getCanonicalCode()).isEqualTo(Status.Code.INVALID_ARGUMENT.value());
    assertThat(error.getMessage()).isEqualTo("packet_out: metadata 2 'unused' is missing");
    assertThat(error.hasPacketOut()).isTrue();
  }

  @Test
  void aBackupMaySendNoPacketOut() {
    Testbed.Stream backup = testbed.new Stream();
    backup.bid(0);
    backup.send(packetOut(metadata(1, 3), metadata(2, 0)));
    assertThat(backup.take().getError().getCanonicalCode())
        .isEqualTo(Status.Code.PERMISSION_DENIED.value());
  }

  @Test
  void aFrameForTheCpuPortIsAPacketIn() {
    String lldp = "0180c200000e" + SOURCE + "88cc" + "00".repeat(46);
    testbed.inject(2, lldp);
    var packet = testbed.primary().take().getPacket();
    assertThat(packet.getMetadataList()).containsExactly(metadata(1, 2), metadata(2, 14));
    assertThat(packet.getPayload()).isEqualTo(ByteString.fromHex(lldp));
  }

  // Digests

  private static Entity digest(DigestEntry.Config config) {
    return Entity.newBuilder()
        .setDigestEntry(
            DigestEntry.newBuilder()
                .setDigestId(Testbed.CONFIG.getP4Info().getDigests(0).getPreamble().getId())
                .setConfig(config))
        .build();
  }

  private void learnFrom(String prefix, Entity digest) {
    testbed.write(
        Update.Type.INSERT,
        digest,
        entity(
            TableEntry.newBuilder()
                .setTableId(tableId("vendors"))
                .addMatch(
                    FieldMatch.newBuilder()
                        .setFieldId(1)
                        .setLpm(
                            FieldMatch.LPM
                                .newBuilder()
                                .setValue(ByteString.fromHex(prefix + "0000000000"))
                                .setPrefixLen(8)))
                .setAction(action("learn"))
                .build()));
  }

  private static String frameFrom(int station) {
    return "0200000000aa" + "02000000%04x".formatted(station) + "0800" + "00".repeat(46);
  }

  @Test
  void aListIsSentWhenItIsFull() {
    learnFrom(
        "02",
        digest(
            DigestEntry.Config.newBuilder()
                .setMaxTimeoutNs(Long.MAX_VALUE)
                .setMaxListSize(2)
                .build()));
    testbed.inject(1, frameFrom(1));
    testbed.inject(1, frameFrom(1));
    testbed.inject(3, frameFrom(2));
    DigestList list = testbed.primary().take().getDigest();
    assertThat(list.getDataList())
        .extracting(data -> data.getStruct().getMembers(0).getBitstring())
        .containsExactly(number(0x020000000001L), number(0x020000000002L));
    assertThat(list.getDataList())
        .extracting(data -> data.getStruct().getMembers(1).getBitstring())
        .containsExactly(number(1), number(3));
  }

  @Test
  void aListIsSentWhenItsTimeIsOver() {
    learnFrom("02", digest(DigestEntry.Config.newBuilder().setMaxTimeoutNs(1_000_000).build()));
    testbed.inject(1, frameFrom(1));
    assertThat(testbed.primary().take().getDigest().getDataCount()).isEqualTo(SENT);
  }

  @Test
  void whatWasSentStaysSilentUntilItIsAcknowledged() {
    learnFrom(
        "02",
        digest(
            DigestEntry.Config.newBuilder()
                .setMaxListSize(1)
                .setAckTimeoutNs(Long.MAX_VALUE)
                .build()));
    testbed.inject(1, frameFrom(1));
    DigestList first = testbed.primary().take().getDigest();
    testbed.inject(1, frameFrom(1));
    testbed.inject(1, frameFrom(2));
    DigestList second = testbed.primary().take().getDigest();
    assertThat(second.getData(0).getStruct().getMembers(0).getBitstring())
        .isEqualTo(number(0x020000000002L));
    testbed
        .primary()
        .send(
            StreamMessageRequest.newBuilder()
                .setDigestAck(
                    DigestListAck.newBuilder()
                        .setDigestId(first.getDigestId())
                        .setListId(first.getListId()))
                .build());
    // An answered message behind the acknowledgement: it has been read.
    testbed.primary().bid(1);
    testbed.inject(1, frameFrom(1));
    assertThat(testbed.primary().take().getDigest().getData(0).getStruct().getMembers(0))
        .isEqualTo(first.getData(0).getStruct().getMembers(0));
  }

  @Test
  void aDigestWithoutConfigIsSilent() {
    learnFrom("02", digest(DigestEntry.Config.newBuilder().setMaxListSize(1).build()));
    testbed.write(Update.Type.DELETE, digest(DigestEntry.Config.getDefaultInstance()));
    testbed.inject(1, frameFrom(1));
    assertThat(testbed.primary().bid(1).getStatus().getCode()).isEqualTo(Status.Code.OK.value());
  }

  @Test
  void anAcknowledgementOfNoDigestIsReported() {
    testbed
        .primary()
        .send(
            StreamMessageRequest.newBuilder()
                .setDigestAck(DigestListAck.newBuilder().setDigestId(99))
                .build());
    StreamError error = testbed.primary().take().getError();
    assertThat(error.getCanonicalCode()).isEqualTo(Status.Code.INVALID_ARGUMENT.value());
    assertThat(error.hasDigestListAck()).isTrue();
  }
}
