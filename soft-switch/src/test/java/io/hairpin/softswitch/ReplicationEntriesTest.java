package io.hairpin.softswitch;

import static io.hairpin.softswitch.Testbed.number;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.hairpin.p4runtime.v1.BackupReplica;
import io.hairpin.p4runtime.v1.CloneSessionEntry;
import io.hairpin.p4runtime.v1.Entity;
import io.hairpin.p4runtime.v1.MulticastGroupEntry;
import io.hairpin.p4runtime.v1.PacketReplicationEngineEntry;
import io.hairpin.p4runtime.v1.Replica;
import io.hairpin.p4runtime.v1.SetForwardingPipelineConfigRequest;
import io.hairpin.p4runtime.v1.Update;
import io.hairpin.softswitch.port.Link;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Backup replicas, metadata, class of service (P4Runtime 9.5), over the program of profiles.p4. */
class ReplicationEntriesTest {
  private Testbed testbed;

  @BeforeEach
  void start() throws IOException {
    testbed = Testbed.running(SoftSwitch.builder().port(1).port(2).port(3).port(4));
    testbed.push(
        SetForwardingPipelineConfigRequest.Action.VERIFY_AND_COMMIT, Testbed.config("profiles"));
  }

  @AfterEach
  void stop() {
    testbed.close();
  }

  private static BackupReplica backup(int port, int instance) {
    return BackupReplica.newBuilder().setPort(number(port)).setInstance(instance).build();
  }

  private static Replica replica(int port, int instance, BackupReplica... backups) {
    return Replica.newBuilder()
        .setPort(number(port))
        .setInstance(instance)
        .addAllBackupReplicas(List.of(backups))
        .build();
  }

  private static Entity group(Replica... replicas) {
    return Entity.newBuilder()
        .setPacketReplicationEngineEntry(
            PacketReplicationEngineEntry.newBuilder()
                .setMulticastGroupEntry(
                    MulticastGroupEntry.newBuilder()
                        .setMulticastGroupId(5)
                        .setMetadata(ByteString.copyFromUtf8("mine"))
                        .addAllReplicas(List.of(replicas))))
        .build();
  }

  private static Entity session(int classOfService) {
    return Entity.newBuilder()
        .setPacketReplicationEngineEntry(
            PacketReplicationEngineEntry.newBuilder()
                .setCloneSessionEntry(
                    CloneSessionEntry.newBuilder()
                        .setSessionId(3)
                        .setClassOfService(classOfService)
                        .addReplicas(replica(2, 0))))
        .build();
  }

  /** Where a frame for the group goes, as port:instance. */
  private List<String> copies() {
    testbed.inject(4, "06050000" + "00".repeat(56));
    var copies = new ArrayList<String>();
    for (var sent = testbed.poll(); sent != null; sent = testbed.poll()) {
      copies.add(sent.port() + ":" + Integer.parseInt(sent.frame().substring(6, 8), 16));
    }
    return copies;
  }

  @Test
  void aBackupTakesThePlaceOfAReplicaWhosePortIsDown() {
    testbed.write(Update.Type.INSERT, group(replica(1, 1, backup(2, 2), backup(3, 3))));
    assertThat(copies()).containsExactly("1:1");
    testbed.device.setLink(1, Link.DOWN);
    assertThat(copies()).containsExactly("2:2");
    testbed.device.setLink(2, Link.DOWN);
    assertThat(copies()).containsExactly("3:3");
    testbed.device.setLink(3, Link.DOWN);
    assertThat(copies()).isEmpty();
    testbed.device.setLink(2, Link.UP);
    assertThat(copies()).containsExactly("2:2");
    testbed.device.setLink(1, Link.UP);
    assertThat(copies()).containsExactly("1:1");
  }

  @Test
  void theOtherReplicasAreMadeWhereOneHasNoPortLeft() {
    testbed.write(
        Update.Type.INSERT, group(replica(1, 1, backup(2, 2)), replica(3, 3), replica(3, 4)));
    testbed.device.setLink(1, Link.DOWN);
    testbed.device.setLink(2, Link.DOWN);
    assertThat(copies()).containsExactly("3:3", "3:4");
  }

  @Test
  void backupsAndMetadataAreReadBackAsWritten() {
    Entity group = group(replica(1, 1, backup(3, 2), backup(2, 3)), replica(2, 1));
    testbed.write(Update.Type.INSERT, group);
    assertThat(testbed.read(group)).containsExactly(group);
  }

  @Test
  void backupsAreRefusedThatCannotBe() {
    assertThat(testbed.error(Update.Type.INSERT, group(replica(1, 1, backup(1, 2)))))
        .startsWith("INVALID_ARGUMENT")
        .contains("backup of itself");
    assertThat(testbed.error(Update.Type.INSERT, group(replica(1, 1, backup(2, 2)), replica(2, 2))))
        .startsWith("INVALID_ARGUMENT")
        .contains("twice");
    assertThat(testbed.error(Update.Type.INSERT, group(replica(1, 1, backup(512, 2)))))
        .startsWith("INVALID_ARGUMENT")
        .contains("512");
    assertThat(testbed.error(Update.Type.INSERT, group(replica(1, 1, backup(2, 65_536)))))
        .startsWith("INVALID_ARGUMENT");
  }

  @Test
  void clonesHaveTheClassOfTheirSession() {
    testbed.write(Update.Type.INSERT, session(6));
    testbed.inject(1, "07030000" + "00".repeat(56));
    assertThat(testbed.poll()).isEqualTo(new Testbed.Sent(2, "07030006" + "00".repeat(56)));
    assertThat(testbed.read(session(0))).containsExactly(session(6));
  }

  @Test
  void aClassThatThereIsNotIsRefused() {
    assertThat(testbed.error(Update.Type.INSERT, session(8)))
        .startsWith("INVALID_ARGUMENT")
        .contains("class_of_service 8");
  }
}
