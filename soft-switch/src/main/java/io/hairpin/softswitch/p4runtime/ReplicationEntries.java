package io.hairpin.softswitch.p4runtime;

import static io.hairpin.softswitch.p4runtime.Refusal.invalid;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.hairpin.p4runtime.v1.BackupReplica;
import io.hairpin.p4runtime.v1.CloneSessionEntry;
import io.hairpin.p4runtime.v1.MulticastGroupEntry;
import io.hairpin.p4runtime.v1.PacketReplicationEngineEntry;
import io.hairpin.p4runtime.v1.Replica;
import io.hairpin.p4runtime.v1.Update;
import io.hairpin.softswitch.engine.Replication;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The packet replication engine as P4Runtime sees it (9.5), over the engine's. */
final class ReplicationEntries {
  static final int LAST_GROUP = 65_535;
  private static final int LAST_SESSION = 32_767;
  private static final int LAST_PORT = 511;
  private static final int LAST_INSTANCE = 65_535;
  private static final int PORT_BITS = 9;
  private static final int LAST_CLASS = 7;

  private final Replication replication;
  // As written, with canonical ports.
  private final Map<Integer, MulticastGroupEntry> groups = new TreeMap<>();
  private final Map<Integer, CloneSessionEntry> sessions = new TreeMap<>();

  ReplicationEntries(Replication replication) {
    this.replication = replication;
  }

  /** Applies one update. Callers exclude one another. */
  void write(Update.Type type, PacketReplicationEngineEntry entry) {
    switch (entry.getTypeCase()) {
      case MULTICAST_GROUP_ENTRY -> write(type, entry.getMulticastGroupEntry());
      case CLONE_SESSION_ENTRY -> write(type, entry.getCloneSessionEntry());
      case TYPE_NOT_SET ->
          throw invalid("packet replication engine entry is neither group nor session");
    }
  }

  private void write(Update.Type type, MulticastGroupEntry entry) {
    int id = id("multicast_group_id", entry.getMulticastGroupId(), LAST_GROUP);
    String what = "multicast group " + id;
    checkExistence(type, groups.containsKey(id), what);
    if (type == Update.Type.DELETE) {
      groups.remove(id);
      replication.removeGroup(id);
    } else {
      var replicas = canonical(what, entry.getReplicasList());
      groups.put(id, entry.toBuilder().clearReplicas().addAllReplicas(replicas).build());
      replication.putGroup(id, engineReplicas(replicas));
    }
  }

  private void write(Update.Type type, CloneSessionEntry entry) {
    int id = id("session_id", entry.getSessionId(), LAST_SESSION);
    String what = "clone session " + id;
    checkExistence(type, sessions.containsKey(id), what);
    if (type == Update.Type.DELETE) {
      sessions.remove(id);
      replication.removeSession(id);
      return;
    }
    if (entry.getClassOfService() < 0 || entry.getClassOfService() > LAST_CLASS) {
      throw invalid(
          "%s: class_of_service %s is not between 0 and %d",
          what, Integer.toUnsignedString(entry.getClassOfService()), LAST_CLASS);
    }
    if (entry.getPacketLengthBytes() < 0) {
      throw invalid("%s: packet_length_bytes %d", what, entry.getPacketLengthBytes());
    }
    var replicas = canonical(what, entry.getReplicasList());
    sessions.put(id, entry.toBuilder().clearReplicas().addAllReplicas(replicas).build());
    replication.putSession(
        id,
        new Replication.CloneSession(
            engineReplicas(replicas), entry.getPacketLengthBytes(), entry.getClassOfService()));
  }

  private static int id(String what, int id, int last) {
    if (id < 1 || id > last) {
      throw invalid("%s %s is not between 1 and %d", what, Integer.toUnsignedString(id), last);
    }
    return id;
  }

  private static void checkExistence(Update.Type type, boolean exists, String what) {
    switch (type) {
      case INSERT -> {
        if (exists) {
          throw new Refusal(Status.Code.ALREADY_EXISTS, "%s exists already", what);
        }
      }
      case MODIFY, DELETE -> {
        if (!exists) {
          throw new Refusal(Status.Code.NOT_FOUND, "there is no %s", what);
        }
      }
      case UNSPECIFIED, UNRECOGNIZED -> throw invalid("update without a type");
    }
  }

  private static List<Replica> canonical(String what, List<Replica> given) {
    var replicas = new ArrayList<Replica>(given.size());
    var distinct = new HashSet<Replication.Replica>();
    for (Replica replica : given) {
      int port = port(what, replica);
      checkDistinct(what, port, replica.getInstance(), distinct);
      Replica.Builder canonical = replica.toBuilder().clearBackupReplicas();
      if (replica.hasPort()) {
        canonical.setPort(Bytes.canonical(replica.getPort()));
      }
      for (BackupReplica backup : replica.getBackupReplicasList()) {
        int other = port(what, backup.getPort());
        if (other == port) {
          throw invalid("%s: port %d is a backup of itself", what, port);
        }
        checkDistinct(what, other, backup.getInstance(), distinct);
        canonical.addBackupReplicas(backup.toBuilder().setPort(Bytes.canonical(backup.getPort())));
      }
      replicas.add(canonical.build());
    }
    return replicas;
  }

  private static void checkDistinct(
      String what, int port, int instance, Set<Replication.Replica> others) {
    if (instance < 0 || instance > LAST_INSTANCE) {
      throw invalid(
          "%s: instance %s is not between 0 and %d",
          what, Integer.toUnsignedString(instance), LAST_INSTANCE);
    }
    if (!others.add(new Replication.Replica(port, instance))) {
      throw invalid("%s: port %d with instance %d is given twice", what, port, instance);
    }
  }

  private static int port(String what, ByteString port) {
    BigInteger number = Bytes.decode(port, Integer.SIZE, what + ": port");
    if (number.bitLength() > PORT_BITS) {
      throw wrongPort(what, number.toString());
    }
    return number.intValue();
  }

  @SuppressWarnings("deprecation") // egress_port is what clients before 1.4 send
  private static int port(String what, Replica replica) {
    return switch (replica.getPortKindCase()) {
      case PORT -> port(what, replica.getPort());
      case EGRESS_PORT -> {
        if (replica.getEgressPort() >>> PORT_BITS != 0) {
          throw wrongPort(what, Integer.toUnsignedString(replica.getEgressPort()));
        }
        yield replica.getEgressPort();
      }
      case PORTKIND_NOT_SET -> throw invalid("%s: a replica without a port", what);
    };
  }

  private static Refusal wrongPort(String what, String port) {
    return invalid("%s: port %s is not between 0 and %d", what, port, LAST_PORT);
  }

  private static List<Replication.Replica> engineReplicas(List<Replica> replicas) {
    return replicas.stream()
        .map(
            replica ->
                new Replication.Replica(
                    port("replica", replica),
                    replica.getInstance(),
                    replica.getBackupReplicasList().stream()
                        .map(
                            backup ->
                                new Replication.Replica(
                                    port("backup replica", backup.getPort()), backup.getInstance()))
                        .toList()))
        .toList();
  }

  /** Gives every group or session that a request asks for. */
  void read(PacketReplicationEngineEntry request, Consumer<PacketReplicationEngineEntry> out) {
    switch (request.getTypeCase()) {
      case MULTICAST_GROUP_ENTRY ->
          select(
              groups,
              request.getMulticastGroupEntry().getMulticastGroupId(),
              group ->
                  out.accept(
                      PacketReplicationEngineEntry.newBuilder()
                          .setMulticastGroupEntry(group)
                          .build()));
      case CLONE_SESSION_ENTRY ->
          select(
              sessions,
              request.getCloneSessionEntry().getSessionId(),
              session ->
                  out.accept(
                      PacketReplicationEngineEntry.newBuilder()
                          .setCloneSessionEntry(session)
                          .build()));
      case TYPE_NOT_SET -> readAll(out);
    }
  }

  private void readAll(Consumer<PacketReplicationEngineEntry> out) {
    for (MulticastGroupEntry group : groups.values()) {
      out.accept(PacketReplicationEngineEntry.newBuilder().setMulticastGroupEntry(group).build());
    }
    for (CloneSessionEntry session : sessions.values()) {
      out.accept(PacketReplicationEngineEntry.newBuilder().setCloneSessionEntry(session).build());
    }
  }

  private static <T> void select(Map<Integer, T> from, int id, Consumer<T> out) {
    if (id == 0) {
      from.values().forEach(out);
    } else {
      @Nullable T found = from.get(id);
      if (found != null) {
        out.accept(found);
      }
    }
  }

  /** Takes over all that another pipeline's engine holds. */
  void reconcile(ReplicationEntries from) {
    from.readAll(entry -> write(Update.Type.INSERT, entry));
  }
}
