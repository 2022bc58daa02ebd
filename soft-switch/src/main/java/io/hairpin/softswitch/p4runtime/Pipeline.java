package io.hairpin.softswitch.p4runtime;

import static io.hairpin.softswitch.p4runtime.Refusal.invalid;
import static io.hairpin.softswitch.p4runtime.Refusal.unimplemented;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.hairpin.p4runtime.config.v1.Action;
import io.hairpin.p4runtime.config.v1.ControllerPacketMetadata;
import io.hairpin.p4runtime.config.v1.P4Info;
import io.hairpin.p4runtime.v1.CounterData;
import io.hairpin.p4runtime.v1.CounterEntry;
import io.hairpin.p4runtime.v1.DigestEntry;
import io.hairpin.p4runtime.v1.DirectCounterEntry;
import io.hairpin.p4runtime.v1.Entity;
import io.hairpin.p4runtime.v1.ForwardingPipelineConfig;
import io.hairpin.p4runtime.v1.Index;
import io.hairpin.p4runtime.v1.PacketIn;
import io.hairpin.p4runtime.v1.PacketOut;
import io.hairpin.p4runtime.v1.TableEntry;
import io.hairpin.p4runtime.v1.Update;
import io.hairpin.softswitch.engine.CounterArray;
import io.hairpin.softswitch.engine.DigestList;
import io.hairpin.softswitch.engine.Program;
import io.hairpin.softswitch.engine.ProgramException;
import io.hairpin.softswitch.engine.Replication;
import io.hairpin.softswitch.engine.Table;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A forwarding pipeline: P4Info bound to the program that it describes, and all the state that was
 * written to it. Pipelines share nothing, so a switch changes from one to the other at once. Writes
 * exclude reads and one another; the caller sees to that.
 */
final class Pipeline {
  private final ForwardingPipelineConfig config;
  private final Program program;
  private final Map<Integer, TableEntries> tables = new TreeMap<>();
  private final Map<Integer, CounterArray> counters = new TreeMap<>();
  private final Map<Integer, TableEntries> directCounters = new HashMap<>();
  private final Map<Integer, DigestBuffer> digests = new TreeMap<>();
  private final Map<String, DigestBuffer> digestsByName = new HashMap<>();
  private final ReplicationEntries replication;
  private final ControllerHeader packetIn;
  private final ControllerHeader packetOut;

  /**
   * Loads a pipeline.
   *
   * @param microseconds the switch's clock
   * @param digestLists sends a digest list to the primary
   * @throws Refusal where the program cannot run, or P4Info does not describe it
   */
  Pipeline(
      ForwardingPipelineConfig config,
      LongSupplier microseconds,
      Predicate<io.hairpin.p4runtime.v1.DigestList> digestLists,
      ScheduledExecutorService timer,
      InstantSource clock) {
    this.config = config;
    var engine = new Replication();
    replication = new ReplicationEntries(engine);
    try {
      program = Program.load(config.getP4DeviceConfig().toByteArray(), microseconds, engine);
    } catch (ProgramException e) {
      throw invalid("p4_device_config: %s", String.valueOf(e.getMessage()));
    }
    P4Info info = config.getP4Info();
    checkSupport(info);
    var actions = new HashMap<Integer, Action>();
    info.getActionsList().forEach(action -> actions.put(action.getPreamble().getId(), action));
    for (var one : info.getTablesList()) {
      Table table = program.table(one.getPreamble().getName());
      if (table == null) {
        throw missing("table", one.getPreamble().getName());
      }
      tables.put(one.getPreamble().getId(), new TableEntries(one, table, actions));
    }
    for (var one : info.getDirectCountersList()) {
      TableEntries table = tables.get(one.getDirectTableId());
      if (table == null || !table.hasCounter()) {
        throw missing("direct counter", one.getPreamble().getName());
      }
      directCounters.put(one.getDirectTableId(), table);
    }
    for (var one : info.getCountersList()) {
      CounterArray counter = program.counter(one.getPreamble().getName());
      if (counter == null) {
        throw missing("counter", one.getPreamble().getName());
      }
      if (counter.size() != one.getSize()) {
        throw invalid(
            "counter '%s': size %d in P4Info, %d in the program",
            counter.name(), one.getSize(), counter.size());
      }
      counters.put(one.getPreamble().getId(), counter);
    }
    for (var one : info.getDigestsList()) {
      String name = one.getPreamble().getName();
      DigestList list =
          program.digests().stream()
              .filter(digest -> digest.name().equals(name))
              .findFirst()
              .orElseThrow(() -> missing("digest", name));
      var digest = new DigestBuffer(one, list.widths(), digestLists, timer, clock);
      digests.put(one.getPreamble().getId(), digest);
      digestsByName.put(name, digest);
    }
    packetIn = new ControllerHeader("packet_in", header(info, "packet_in"));
    packetOut = new ControllerHeader("packet_out", header(info, "packet_out"));
  }

  private static void checkSupport(P4Info info) {
    if (info.getActionProfilesCount() != 0) {
      throw unimplemented("action profile '%s'", info.getActionProfiles(0).getPreamble().getName());
    }
    if (info.getMetersCount() != 0) {
      throw unimplemented("meter '%s'", info.getMeters(0).getPreamble().getName());
    }
    if (info.getDirectMetersCount() != 0) {
      throw unimplemented("direct meter '%s'", info.getDirectMeters(0).getPreamble().getName());
    }
    if (info.getValueSetsCount() != 0) {
      throw unimplemented("value set '%s'", info.getValueSets(0).getPreamble().getName());
    }
    if (info.getExternsCount() != 0) {
      throw unimplemented("extern '%s'", info.getExterns(0).getExternTypeName());
    }
  }

  private static Refusal missing(String kind, String name) {
    return invalid("%s '%s' is in P4Info, but not in the program", kind, name);
  }

  private static @Nullable ControllerPacketMetadata header(P4Info info, String name) {
    return info.getControllerPacketMetadataList().stream()
        .filter(header -> header.getPreamble().getName().equals(name))
        .findFirst()
        .orElse(null);
  }

  ForwardingPipelineConfig config() {
    return config;
  }

  Program program() {
    return program;
  }

  /**
   * Applies one update.
   *
   * @throws Refusal where it is refused; nothing is changed
   */
  void write(Update update) {
    Entity entity = update.getEntity();
    Update.Type type = update.getType();
    if (type == Update.Type.UNSPECIFIED || type == Update.Type.UNRECOGNIZED) {
      throw invalid("update without a type");
    }
    switch (entity.getEntityCase()) {
      case TABLE_ENTRY ->
          table(entity.getTableEntry().getTableId()).write(type, entity.getTableEntry());
      case PACKET_REPLICATION_ENGINE_ENTRY ->
          replication.write(type, entity.getPacketReplicationEngineEntry());
      case COUNTER_ENTRY -> writeCounter(type, entity.getCounterEntry());
      case DIRECT_COUNTER_ENTRY -> writeCounter(type, entity.getDirectCounterEntry());
      case DIGEST_ENTRY ->
          digest(entity.getDigestEntry().getDigestId())
              .write(type, entity.getDigestEntry().getConfig());
      case ENTITY_NOT_SET -> throw invalid("update without an entity");
      case EXTERN_ENTRY,
          ACTION_PROFILE_MEMBER,
          ACTION_PROFILE_GROUP,
          METER_ENTRY,
          DIRECT_METER_ENTRY,
          VALUE_SET_ENTRY,
          REGISTER_ENTRY ->
          throw unimplemented("%s", entity.getEntityCase());
    }
  }

  /**
   * What undoes an update that is to be written and will succeed, in this order.
   *
   * @throws Refusal where the update would be refused
   */
  List<Update> reverse(Update update) {
    Entity entity = update.getEntity();
    if (update.getType() == Update.Type.INSERT) {
      return List.of(update.toBuilder().setType(Update.Type.DELETE).build());
    }
    Update.Type type =
        update.getType() == Update.Type.DELETE ? Update.Type.INSERT : Update.Type.MODIFY;
    var reverse = new ArrayList<Update>();
    Consumer<Entity> restore =
        before -> reverse.add(Update.newBuilder().setType(type).setEntity(before).build());
    switch (entity.getEntityCase()) {
      case TABLE_ENTRY -> {
        TableEntry before =
            table(entity.getTableEntry().getTableId()).written(entity.getTableEntry());
        if (before != null) {
          restore.accept(entity(before));
        }
      }
      case DIRECT_COUNTER_ENTRY -> {
        TableEntry key = entity.getDirectCounterEntry().getTableEntry();
        TableEntry before = table(key.getTableId()).written(key);
        if (before != null) {
          restore.accept(
              Entity.newBuilder()
                  .setDirectCounterEntry(
                      DirectCounterEntry.newBuilder()
                          .setTableEntry(key)
                          .setData(before.getCounterData()))
                  .build());
        }
      }
      case COUNTER_ENTRY ->
          read(
              Entity.newBuilder()
                  .setCounterEntry(entity.getCounterEntry().toBuilder().clearData())
                  .build(),
              restore);
      default -> read(entity, restore);
    }
    return reverse;
  }

  private TableEntries table(int id) {
    TableEntries table = tables.get(id);
    if (table == null) {
      throw invalid("there is no table %s", Integer.toUnsignedString(id));
    }
    return table;
  }

  private CounterArray counter(int id) {
    CounterArray counter = counters.get(id);
    if (counter == null) {
      throw invalid("there is no counter %s", Integer.toUnsignedString(id));
    }
    return counter;
  }

  private DigestBuffer digest(int id) {
    DigestBuffer digest = digests.get(id);
    if (digest == null) {
      throw invalid("there is no digest %s", Integer.toUnsignedString(id));
    }
    return digest;
  }

  private void writeCounter(Update.Type type, CounterEntry entry) {
    checkModify(type, "counter");
    CounterArray counter = counter(entry.getCounterId());
    if (entry.hasIndex()) {
      int index = index(counter, entry.getIndex());
      if (entry.hasData()) {
        counter.write(index, TableEntries.value(entry.getData()));
      }
    } else if (entry.hasData()) {
      for (int i = 0; i < counter.size(); i++) {
        counter.write(i, TableEntries.value(entry.getData()));
      }
    }
  }

  private void writeCounter(Update.Type type, DirectCounterEntry entry) {
    checkModify(type, "direct counter");
    TableEntries table = table(entry.getTableEntry().getTableId());
    if (entry.hasData()) {
      table.writeCounter(entry.getTableEntry(), TableEntries.value(entry.getData()));
    } else {
      table.readCounters(entry.getTableEntry(), _ -> {});
    }
  }

  private static void checkModify(Update.Type type, String what) {
    if (type != Update.Type.MODIFY) {
      throw invalid("a %s can only be modified", what);
    }
  }

  private static int index(CounterArray counter, Index index) {
    if (index.getIndex() < 0) {
      throw invalid("counter '%s': index %d is negative", counter.name(), index.getIndex());
    }
    if (index.getIndex() >= counter.size()) {
      throw new Refusal(
          Status.Code.OUT_OF_RANGE,
          "counter '%s': index %d is not below its size %d",
          counter.name(),
          index.getIndex(),
          counter.size());
    }
    return (int) index.getIndex();
  }

  /**
   * Gives all that a request asks for.
   *
   * @throws Refusal where the request is refused; some of it may have been given
   */
  void read(Entity request, Consumer<Entity> out) {
    switch (request.getEntityCase()) {
      case TABLE_ENTRY -> {
        var entry = request.getTableEntry();
        if (entry.getTableId() != 0) {
          table(entry.getTableId()).read(entry, found -> out.accept(entity(found)));
        } else if (entry.getMatchCount() != 0 || entry.hasAction() || entry.getPriority() != 0) {
          throw invalid("table_id 0 asks for all tables, no match, action or priority with it");
        } else {
          tables.values().forEach(table -> table.read(entry, found -> out.accept(entity(found))));
        }
      }
      case COUNTER_ENTRY -> readCounters(request.getCounterEntry(), out);
      case DIRECT_COUNTER_ENTRY -> {
        var key = request.getDirectCounterEntry().getTableEntry();
        Consumer<DirectCounterEntry> found =
            counter -> out.accept(Entity.newBuilder().setDirectCounterEntry(counter).build());
        if (key.getTableId() == 0) {
          directCounters.values().forEach(table -> table.readCounters(key, found));
        } else {
          table(key.getTableId()).readCounters(key, found);
        }
      }
      case PACKET_REPLICATION_ENGINE_ENTRY ->
          replication.read(
              request.getPacketReplicationEngineEntry(),
              found ->
                  out.accept(Entity.newBuilder().setPacketReplicationEngineEntry(found).build()));
      case DIGEST_ENTRY -> {
        int id = request.getDigestEntry().getDigestId();
        if (id != 0) {
          digest(id);
        }
        digests.forEach(
            (key, digest) -> {
              DigestEntry found = digest.read();
              if (found != null && (id == 0 || id == key)) {
                out.accept(Entity.newBuilder().setDigestEntry(found).build());
              }
            });
      }
      case ENTITY_NOT_SET -> throw invalid("request without an entity");
      case EXTERN_ENTRY,
          ACTION_PROFILE_MEMBER,
          ACTION_PROFILE_GROUP,
          METER_ENTRY,
          DIRECT_METER_ENTRY,
          VALUE_SET_ENTRY,
          REGISTER_ENTRY ->
          throw unimplemented("%s", request.getEntityCase());
    }
  }

  private static Entity entity(TableEntry entry) {
    return Entity.newBuilder().setTableEntry(entry).build();
  }

  private void readCounters(CounterEntry request, Consumer<Entity> out) {
    if (request.getCounterId() == 0) {
      counters.forEach((id, counter) -> readCounters(id, counter, out));
    } else if (request.hasIndex()) {
      CounterArray counter = counter(request.getCounterId());
      out.accept(counterEntry(request.getCounterId(), counter, index(counter, request.getIndex())));
    } else {
      readCounters(request.getCounterId(), counter(request.getCounterId()), out);
    }
  }

  private static void readCounters(int id, CounterArray counter, Consumer<Entity> out) {
    for (int i = 0; i < counter.size(); i++) {
      out.accept(counterEntry(id, counter, i));
    }
  }

  private static Entity counterEntry(int id, CounterArray counter, int index) {
    CounterData data = TableEntries.data(counter.read(index));
    return Entity.newBuilder()
        .setCounterEntry(
            CounterEntry.newBuilder()
                .setCounterId(id)
                .setIndex(Index.newBuilder().setIndex(index))
                .setData(data))
        .build();
  }

  /**
   * Takes over all that another pipeline holds.
   *
   * @throws Refusal where it does not fit here
   */
  void reconcile(Pipeline from) {
    from.tables.forEach(
        (id, table) -> {
          if (tables.containsKey(id) || !table.isEmpty()) {
            table(id).reconcile(table);
          }
        });
    from.counters.forEach(
        (id, counter) -> {
          CounterArray mine = counters.get(id);
          for (int i = 0; mine != null && i < Math.min(mine.size(), counter.size()); i++) {
            mine.write(i, counter.read(i));
          }
        });
    from.digests.forEach(
        (id, digest) -> {
          if (digest.read() != null) {
            digest(id).reconcile(digest);
          }
        });
    replication.reconcile(from.replication);
  }

  /** The frame to inject at the CPU port. */
  byte[] packetOut(PacketOut packet) {
    byte[] header = packetOut.encode(packet.getMetadataList());
    ByteString payload = packet.getPayload();
    byte[] frame = new byte[header.length + payload.size()];
    System.arraycopy(header, 0, frame, 0, header.length);
    payload.copyTo(frame, header.length);
    return frame;
  }

  /** What control is given of a frame at the CPU port; null where it is shorter than its header. */
  @Nullable PacketIn packetIn(byte[] frame) {
    int header = packetIn.length();
    return frame.length < header
        ? null
        : PacketIn.newBuilder()
            .addAllMetadata(packetIn.decode(frame))
            .setPayload(ByteString.copyFrom(frame, header, frame.length - header))
            .build();
  }

  void sample(String digest, byte[] sample) {
    DigestBuffer one = digestsByName.get(digest);
    if (one != null) {
      one.sample(sample);
    }
  }

  /**
   * Takes an acknowledgement.
   *
   * @throws Refusal where there is no such digest
   */
  void acknowledge(int digest, long list) {
    digest(digest).acknowledge(list);
  }

  /** The primary has changed. */
  void forgetUnacknowledged() {
    digests.values().forEach(DigestBuffer::forget);
  }
}
