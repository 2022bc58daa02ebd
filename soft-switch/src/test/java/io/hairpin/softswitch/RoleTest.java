package io.hairpin.softswitch;

import static io.hairpin.softswitch.Testbed.DEVICE;
import static io.hairpin.softswitch.Testbed.electionId;
import static io.hairpin.softswitch.Testbed.entity;
import static io.hairpin.softswitch.Testbed.number;
import static io.hairpin.softswitch.Testbed.station;
import static io.hairpin.softswitch.Testbed.tableId;
import static io.hairpin.softswitch.Testbed.wire;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.hairpin.p4runtime.role.P4RoleConfig;
import io.hairpin.p4runtime.v1.Entity;
import io.hairpin.p4runtime.v1.MasterArbitrationUpdate;
import io.hairpin.p4runtime.v1.PacketReplicationEngineEntry;
import io.hairpin.p4runtime.v1.ReadRequest;
import io.hairpin.p4runtime.v1.Role;
import io.hairpin.p4runtime.v1.SetForwardingPipelineConfigRequest;
import io.hairpin.p4runtime.v1.StreamMessageRequest;
import io.hairpin.p4runtime.v1.TableEntry;
import io.hairpin.p4runtime.v1.Uint128;
import io.hairpin.p4runtime.v1.Update;
import io.hairpin.p4runtime.v1.WriteRequest;
import io.hairpin.softswitch.Testbed.Stream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What roles with a config may do (P4Runtime 5.2). */
class RoleTest {
  private static final String FRAME = "0200000000aa" + "020000000001" + "0800" + "00".repeat(46);

  private Testbed testbed;

  @BeforeEach
  void start() throws IOException {
    testbed = Testbed.running();
  }

  @AfterEach
  void stop() {
    testbed.close();
  }

  private static P4RoleConfig.Builder stations() {
    return P4RoleConfig.newBuilder().addSharedP4Ids(tableId("stations"));
  }

  private static StreamMessageRequest bid(String role, P4RoleConfig.Builder config, long id) {
    return StreamMessageRequest.newBuilder()
        .setArbitration(
            MasterArbitrationUpdate.newBuilder()
                .setDeviceId(DEVICE)
                .setElectionId(electionId(id))
                .setRole(Role.newBuilder().setName(role).setConfig(Any.pack(config.build()))))
        .build();
  }

  private Stream join(String role, P4RoleConfig.Builder config) {
    Stream stream = testbed.new Stream();
    stream.send(bid(role, config, 1));
    assertThat(stream.take().getArbitration().getStatus().getCode()).isZero();
    return stream;
  }

  private List<Status.Code> write(String role, Entity... entities) {
    var request =
        WriteRequest.newBuilder().setDeviceId(DEVICE).setRole(role).setElectionId(electionId(1));
    for (Entity entity : entities) {
      request.addUpdates(Update.newBuilder().setType(Update.Type.INSERT).setEntity(entity));
    }
    try {
      Objects.requireNonNull(testbed.stub.write(request.build()));
      return List.of();
    } catch (StatusRuntimeException e) {
      return Testbed.errors(e).stream()
          .map(error -> Status.fromCodeValue(error.getCanonicalCode()).getCode())
          .toList();
    }
  }

  @Test
  void aRoleWritesWhatIsItsOwn() {
    join("bridge", stations());
    assertThat(write("bridge", entity(station(1, "send", 1)), wire(1, "send", 2)))
        .containsExactly(Status.Code.OK, Status.Code.PERMISSION_DENIED);
    Entity group =
        Entity.newBuilder()
            .setPacketReplicationEngineEntry(PacketReplicationEngineEntry.getDefaultInstance())
            .build();
    assertThat(write("bridge", group)).containsExactly(Status.Code.PERMISSION_DENIED);
  }

  @Test
  void aRoleReadsWhatIsItsOwn() {
    join("bridge", stations());
    testbed.write(Update.Type.INSERT, entity(station(1, "send", 1)), wire(1, "send", 2));
    var found = new ArrayList<Entity>();
    testbed
        .stub
        .read(
            ReadRequest.newBuilder()
                .setDeviceId(DEVICE)
                .setRole("bridge")
                .addEntities(entity(TableEntry.getDefaultInstance()))
                .addEntities(wire(1, "send", 2))
                .build())
        .forEachRemaining(response -> found.addAll(response.getEntitiesList()));
    assertThat(found).containsExactly(entity(station(1, "send", 1)));
  }

  @Test
  void packetInsGoToRolesThatReceiveAndWant() {
    Stream all = join("all", stations().setReceivesPacketIns(true));
    Stream none = join("none", stations());
    Stream some =
        join(
            "some",
            stations()
                .setReceivesPacketIns(true)
                .setPacketInFilter(
                    P4RoleConfig.PacketFilter.newBuilder().setMetadataId(1).setValue(number(2))));
    testbed.write(Update.Type.INSERT, entity(station(0x0200000000aaL, "to_cpu", 1)));
    testbed.inject(1, FRAME);
    testbed.inject(2, FRAME);
    assertThat(List.of(port(all), port(all))).containsExactly(1, 2);
    assertThat(port(some)).isEqualTo(2);
    none.send(bid("none", stations(), 1));
    assertThat(none.take().hasArbitration()).isTrue();
  }

  private static int port(Stream stream) {
    return new java.math.BigInteger(
            1, stream.take().getPacket().getMetadata(0).getValue().toByteArray())
        .intValue();
  }

  @Test
  void aRolePushesAPipelineWhereItMay() {
    join("bridge", stations());
    join("owner", stations().setCanPushPipeline(true));
    assertThatThrownBy(() -> push("bridge"))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContainingAll("PERMISSION_DENIED", "can_push_pipeline");
    push("owner");
  }

  private void push(String role) {
    Objects.requireNonNull(
        testbed.stub.setForwardingPipelineConfig(
            SetForwardingPipelineConfigRequest.newBuilder()
                .setDeviceId(DEVICE)
                .setRole(role)
                .setElectionId(electionId(1))
                .setAction(SetForwardingPipelineConfigRequest.Action.VERIFY)
                .setConfig(Testbed.CONFIG)
                .build()));
  }

  @Test
  void theConfigOfThePrimaryIsInNotifications() {
    Stream first = join("bridge", stations());
    Stream second = testbed.new Stream();
    second.send(bid("bridge", stations().setCanPushPipeline(true), 2));
    Any config = Any.pack(stations().setCanPushPipeline(true).build());
    assertThat(first.take().getArbitration().getRole().getConfig()).isEqualTo(config);
    assertThat(second.take().getArbitration().getRole().getConfig()).isEqualTo(config);
  }

  @Test
  void whatIsExclusiveIsNoOtherRoles() {
    join("bridge", P4RoleConfig.newBuilder().addExclusiveP4Ids(tableId("stations")));
    Stream other = testbed.new Stream();
    other.send(bid("other", stations(), 1));
    assertThat(other.end().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void aConfigOfAnotherSchemeEndsTheStream() {
    Stream stream = testbed.new Stream();
    stream.send(
        StreamMessageRequest.newBuilder()
            .setArbitration(
                MasterArbitrationUpdate.newBuilder()
                    .setDeviceId(DEVICE)
                    .setElectionId(electionId(1))
                    .setRole(
                        Role.newBuilder()
                            .setName("bridge")
                            .setConfig(Any.pack(Uint128.getDefaultInstance()))))
            .build());
    Status end = stream.end();
    assertThat(end.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(end.getDescription()).contains("stratum.P4RoleConfig");
  }

  @Test
  void theDefaultRoleTakesNoConfig() {
    Stream stream = testbed.new Stream();
    stream.send(bid("", stations(), 9));
    assertThat(stream.end().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void aRoleHasNoMoreThan64Streams() {
    for (int i = 1; i <= 64; i++) {
      Stream stream = testbed.new Stream();
      stream.send(bid("bridge", stations(), i));
      stream.take();
    }
    Stream last = testbed.new Stream();
    last.send(bid("bridge", stations(), 65));
    assertThat(last.end().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }
}
