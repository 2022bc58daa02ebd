package io.hairpin.p4runtime.client;

import com.google.protobuf.ByteString;
import io.hairpin.p4runtime.config.v1.Digest;
import io.hairpin.p4runtime.config.v1.P4StructTypeSpec;
import io.hairpin.p4runtime.v1.CloneSessionEntry;
import io.hairpin.p4runtime.v1.DigestEntry;
import io.hairpin.p4runtime.v1.Index;
import io.hairpin.p4runtime.v1.MeterConfig;
import io.hairpin.p4runtime.v1.MeterEntry;
import io.hairpin.p4runtime.v1.MulticastGroupEntry;
import io.hairpin.p4runtime.v1.P4Data;
import io.hairpin.p4runtime.v1.PacketReplicationEngineEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The wire form of entities, updates and digests. */
final class Codec {
  private final Pipeline pipeline;

  Codec(Pipeline pipeline) {
    this.pipeline = pipeline;
  }

  io.hairpin.p4runtime.v1.Update encode(Update update) {
    boolean delete = update.type() == Update.Type.DELETE;
    Entity entity = pipeline.canonical(delete ? update.entity().key() : update.entity());
    if (!delete && entity instanceof TableEntry entry && entry.action() == null) {
      throw new PipelineException("No action in " + update);
    }
    // P4Runtime only modifies default actions, meters and counters; without a value the program's
    // own returns.
    boolean modify =
        update.type() == Update.Type.MODIFY
            || entity.kind() == Entity.Kind.DEFAULT_ENTRY
            || entity.kind() == Entity.Kind.METER_CELL
            || entity.kind() == Entity.Kind.COUNTER_CELL;
    io.hairpin.p4runtime.v1.Entity wire =
        delete && entity instanceof MeterCell cell
            ? io.hairpin.p4runtime.v1.Entity.newBuilder().setMeterEntry(cell(cell)).build()
            : encode(entity);
    return io.hairpin.p4runtime.v1.Update.newBuilder()
        .setType(
            modify
                ? io.hairpin.p4runtime.v1.Update.Type.MODIFY
                : delete
                    ? io.hairpin.p4runtime.v1.Update.Type.DELETE
                    : io.hairpin.p4runtime.v1.Update.Type.INSERT)
        .setEntity(wire)
        .build();
  }

  /** What names a cell of a meter. */
  MeterEntry.Builder cell(MeterCell cell) {
    return MeterEntry.newBuilder()
        .setMeterId(pipeline.meters().get(cell.meter()).id())
        .setIndex(Index.newBuilder().setIndex(cell.index()));
  }

  io.hairpin.p4runtime.v1.Entity encode(Entity entity) {
    io.hairpin.p4runtime.v1.Entity.Builder wire = io.hairpin.p4runtime.v1.Entity.newBuilder();
    switch (entity) {
      case TableEntry entry ->
          wire.setTableEntry(pipeline.tables().get(entry.table()).object().encode(entry));
      case MulticastGroup group ->
          wire.getPacketReplicationEngineEntryBuilder()
              .getMulticastGroupEntryBuilder()
              .setMulticastGroupId(group.id())
              .addAllReplicas(encode(group.replicas()));
      case CloneSession session ->
          wire.getPacketReplicationEngineEntryBuilder()
              .getCloneSessionEntryBuilder()
              .setSessionId(session.id())
              .addAllReplicas(encode(session.replicas()))
              .setClassOfService(session.classOfService())
              .setPacketLengthBytes(session.packetLength());
      case CounterCell cell ->
          wire.getCounterEntryBuilder()
              .setCounterId(pipeline.counters().get(cell.counter()).id())
              .setIndex(Index.newBuilder().setIndex(cell.index()))
              .getDataBuilder()
              .setPacketCount(cell.packets())
              .setByteCount(cell.bytes());
      case MeterCell cell ->
          wire.setMeterEntry(
              cell(cell)
                  .setConfig(
                      MeterConfig.newBuilder()
                          .setCir(cell.committedRate())
                          .setCburst(cell.committedBurst())
                          .setPir(cell.peakRate())
                          .setPburst(cell.peakBurst())));
      case DigestConfig config ->
          wire.getDigestEntryBuilder()
              .setDigestId(pipeline.digests().get(config.digest()).id())
              .getConfigBuilder()
              .setMaxTimeoutNs(config.maxTimeout().toNanos())
              .setMaxListSize(config.maxListSize())
              .setAckTimeoutNs(config.ackTimeout().toNanos());
    }
    return wire.build();
  }

  private static List<io.hairpin.p4runtime.v1.Replica> encode(Set<Replica> replicas) {
    return replicas.stream()
        .map(
            replica ->
                io.hairpin.p4runtime.v1.Replica.newBuilder()
                    .setPort(Value.of(replica.port()).bytes())
                    .setInstance((int) replica.instance())
                    .build())
        .toList();
  }

  /** What to ask for to read all entities of a kind. */
  List<io.hairpin.p4runtime.v1.Entity> wildcards(Entity.Kind kind) {
    return switch (kind) {
      case TABLE_ENTRY -> List.of(wildcard(false));
      case DEFAULT_ENTRY -> List.of(wildcard(true));
      case COUNTER_CELL -> List.of(); // What they hold is the target's own.
      case METER_CELL ->
          pipeline.meters().values().stream()
              .map(
                  meter ->
                      io.hairpin.p4runtime.v1.Entity.newBuilder()
                          .setMeterEntry(MeterEntry.newBuilder().setMeterId(meter.id()))
                          .build())
              .toList();
      case MULTICAST_GROUP ->
          List.of(
              wildcard(
                  PacketReplicationEngineEntry.newBuilder()
                      .setMulticastGroupEntry(MulticastGroupEntry.getDefaultInstance())));
      case CLONE_SESSION ->
          List.of(
              wildcard(
                  PacketReplicationEngineEntry.newBuilder()
                      .setCloneSessionEntry(CloneSessionEntry.getDefaultInstance())));
      // bmv2 knows no wildcard here.
      case DIGEST_CONFIG ->
          pipeline.digests().values().stream()
              .map(
                  digest ->
                      io.hairpin.p4runtime.v1.Entity.newBuilder()
                          .setDigestEntry(DigestEntry.newBuilder().setDigestId(digest.id()))
                          .build())
              .toList();
    };
  }

  private static io.hairpin.p4runtime.v1.Entity wildcard(boolean isDefault) {
    return io.hairpin.p4runtime.v1.Entity.newBuilder()
        .setTableEntry(
            io.hairpin.p4runtime.v1.TableEntry.newBuilder().setIsDefaultAction(isDefault))
        .build();
  }

  private static io.hairpin.p4runtime.v1.Entity wildcard(
      PacketReplicationEngineEntry.Builder entry) {
    return io.hairpin.p4runtime.v1.Entity.newBuilder()
        .setPacketReplicationEngineEntry(entry)
        .build();
  }

  /** The entity of a wire form, or null where it is the program's own and not to be written. */
  @Nullable Entity decode(io.hairpin.p4runtime.v1.Entity wire) {
    return switch (wire.getEntityCase()) {
      case TABLE_ENTRY -> {
        Names.Named<Table> table = pipeline.tables().get(wire.getTableEntry().getTableId());
        TableEntry entry = decode(table, wire.getTableEntry());
        yield wire.getTableEntry().getIsConst() || table.object().isProgrammed(entry)
            ? null
            : entry;
      }
      case PACKET_REPLICATION_ENGINE_ENTRY -> decode(wire.getPacketReplicationEngineEntry());
      case METER_ENTRY -> decode(wire.getMeterEntry());
      case DIGEST_ENTRY -> {
        DigestEntry.Config config = wire.getDigestEntry().getConfig();
        yield new DigestConfig(
            pipeline.digests().get(wire.getDigestEntry().getDigestId()).name(),
            Duration.ofNanos(config.getMaxTimeoutNs()),
            config.getMaxListSize(),
            Duration.ofNanos(config.getAckTimeoutNs()));
      }
      default -> throw new PipelineException("No entity is known as " + wire.getEntityCase());
    };
  }

  /** bmv2 tells rates below zero, not none, of a cell without any. */
  private @Nullable MeterCell decode(MeterEntry wire) {
    MeterConfig config = wire.getConfig();
    return !wire.hasConfig() || config.getPir() < 0
        ? null
        : new MeterCell(
            pipeline.meters().get(wire.getMeterId()).name(),
            wire.getIndex().getIndex(),
            config.getCir(),
            config.getCburst(),
            config.getPir(),
            config.getPburst());
  }

  TableEntry decode(io.hairpin.p4runtime.v1.TableEntry wire) {
    return decode(pipeline.tables().get(wire.getTableId()), wire);
  }

  private static TableEntry decode(
      Names.Named<Table> table, io.hairpin.p4runtime.v1.TableEntry wire) {
    return table.object().decode(table.name(), wire);
  }

  private static Entity decode(PacketReplicationEngineEntry wire) {
    return switch (wire.getTypeCase()) {
      case MULTICAST_GROUP_ENTRY -> {
        MulticastGroupEntry group = wire.getMulticastGroupEntry();
        yield new MulticastGroup(group.getMulticastGroupId(), decode(group.getReplicasList()));
      }
      case CLONE_SESSION_ENTRY -> {
        CloneSessionEntry session = wire.getCloneSessionEntry();
        yield new CloneSession(
            session.getSessionId(),
            decode(session.getReplicasList()),
            session.getClassOfService(),
            session.getPacketLengthBytes());
      }
      case TYPE_NOT_SET -> throw new PipelineException("A replication entry came without a type");
    };
  }

  private static Set<Replica> decode(List<io.hairpin.p4runtime.v1.Replica> replicas) {
    return replicas.stream().map(Codec::decode).collect(Collectors.toUnmodifiableSet());
  }

  @SuppressWarnings("deprecation") // other clients may have written the older form
  private static Replica decode(io.hairpin.p4runtime.v1.Replica wire) {
    long port =
        wire.hasPort()
            ? new Value(wire.getPort()).toLong()
            : Integer.toUnsignedLong(wire.getEgressPort());
    return new Replica(port, Integer.toUnsignedLong(wire.getInstance()));
  }

  DigestList decode(io.hairpin.p4runtime.v1.DigestList wire) {
    Names.Named<Digest> digest = pipeline.digests().get(wire.getDigestId());
    List<Map<String, Value>> digests = new ArrayList<>();
    for (P4Data data : wire.getDataList()) {
      digests.add(members(digest, data));
    }
    return new DigestList(digest.name(), wire.getListId(), digests);
  }

  private Map<String, Value> members(Names.Named<Digest> digest, P4Data data) {
    return switch (data.getDataCase()) {
      case STRUCT -> {
        String type = digest.object().getTypeSpec().getStruct().getName();
        List<String> names =
            pipeline
                .p4Info()
                .getTypeInfo()
                .getStructsOrDefault(type, P4StructTypeSpec.getDefaultInstance())
                .getMembersList()
                .stream()
                .map(P4StructTypeSpec.Member::getName)
                .toList();
        yield members(digest.name(), names, data.getStruct().getMembersList());
      }
      case TUPLE -> {
        List<P4Data> values = data.getTuple().getMembersList();
        yield members(
            digest.name(),
            IntStream.range(0, values.size()).mapToObj(Integer::toString).toList(),
            values);
      }
      default -> Map.of("0", value(digest.name(), data));
    };
  }

  private static Map<String, Value> members(
      String digest, List<String> names, List<P4Data> values) {
    if (names.size() != values.size()) {
      throw new PipelineException(
          "Digest %s came with %d members, not %s".formatted(digest, values.size(), names));
    }
    Map<String, Value> members = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      members.put(names.get(i), value(digest, values.get(i)));
    }
    return members;
  }

  private static Value value(String digest, P4Data data) {
    return switch (data.getDataCase()) {
      case BITSTRING -> new Value(data.getBitstring());
      case ENUM_VALUE -> new Value(data.getEnumValue());
      case BOOL -> Value.of(data.getBool() ? 1 : 0);
      default ->
          throw new PipelineException(
              "Digest %s: a member came as %s; numbers and bool are read"
                  .formatted(digest, data.getDataCase()));
    };
  }

  /** The wire form of a packet-out. */
  io.hairpin.p4runtime.v1.PacketOut encode(ByteString payload, Map<String, Value> metadata) {
    return io.hairpin.p4runtime.v1.PacketOut.newBuilder()
        .setPayload(payload)
        .addAllMetadata(pipeline.packetOut().encode(new HashMap<>(metadata)))
        .build();
  }

  PacketIn decode(io.hairpin.p4runtime.v1.PacketIn wire) {
    return new PacketIn(wire.getPayload(), pipeline.packetIn().decode(wire.getMetadataList()));
  }
}
