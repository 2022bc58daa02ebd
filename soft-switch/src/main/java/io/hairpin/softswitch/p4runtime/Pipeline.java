package io.hairpin.softswitch.p4runtime;

import static io.hairpin.softswitch.p4runtime.Refusal.invalid;

import com.google.protobuf.ByteString;
import io.hairpin.p4runtime.config.v1.Action;
import io.hairpin.p4runtime.config.v1.ControllerPacketMetadata;
import io.hairpin.p4runtime.config.v1.P4Info;
import io.hairpin.p4runtime.config.v1.PlatformProperties;
import io.hairpin.p4runtime.v1.ActionProfileGroup;
import io.hairpin.p4runtime.v1.ActionProfileMember;
import io.hairpin.p4runtime.v1.DigestEntry;
import io.hairpin.p4runtime.v1.DirectCounterEntry;
import io.hairpin.p4runtime.v1.DirectMeterEntry;
import io.hairpin.p4runtime.v1.Entity;
import io.hairpin.p4runtime.v1.ForwardingPipelineConfig;
import io.hairpin.p4runtime.v1.PacketIn;
import io.hairpin.p4runtime.v1.PacketOut;
import io.hairpin.p4runtime.v1.TableEntry;
import io.hairpin.p4runtime.v1.Update;
import io.hairpin.softswitch.engine.ActionProfile;
import io.hairpin.softswitch.engine.DigestList;
import io.hairpin.softswitch.engine.Links;
import io.hairpin.softswitch.engine.Program;
import io.hairpin.softswitch.engine.ProgramException;
import io.hairpin.softswitch.engine.Replication;
import io.hairpin.softswitch.engine.Table;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
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
  private final Types types;
  private final Map<Integer, ActionProfileEntries> profiles = new TreeMap<>();
  private final Map<Integer, TableEntries> tables = new TreeMap<>();
  private final IndexedEntries indexed;
  private final Map<Integer, TableEntries> directCounters = new HashMap<>();
  private final Map<Integer, TableEntries> directMeters = new HashMap<>();
  private final Map<Integer, ValueSetEntries> valueSets = new TreeMap<>();
  private final Map<Integer, DigestBuffer> digests = new TreeMap<>();
  private final Map<String, DigestBuffer> digestsByName = new HashMap<>();
  private final ReplicationEntries replication;
  private final ControllerHeader packetIn;
  private final ControllerHeader packetOut;
  private final LongSupplier microseconds;

  /**
   * Loads a pipeline.
   *
   * @param links which ports' links work
   * @param ports which ports there are
   * @param microseconds the switch's clock
   * @param digestLists sends a digest list to the primary
   * @throws Refusal INVALID_ARGUMENT where the program cannot run, or P4Info does not describe it
   */
  Pipeline(
      ForwardingPipelineConfig config,
      Links links,
      IntPredicate ports,
      LongSupplier microseconds,
      Predicate<io.hairpin.p4runtime.v1.DigestList> digestLists,
      ScheduledExecutorService timer,
      InstantSource clock) {
    this.config = config;
    this.microseconds = microseconds;
    var engine = new Replication(links);
    replication = new ReplicationEntries(engine);
    try {
      program = Program.load(config.getP4DeviceConfig().toByteArray(), microseconds, engine);
    } catch (ProgramException e) {
      throw invalid("p4_device_config: %s", String.valueOf(e.getMessage()));
    }
    P4Info info = config.getP4Info();
    checkSupport(info);
    types = new Types(info.getTypeInfo());
    bindTables(info, ports);
    for (var one : info.getDirectCountersList()) {
      TableEntries table = tables.get(one.getDirectTableId());
      if (table == null || !table.hasCounter()) {
        throw missing("direct counter", one.getPreamble().getName());
      }
      directCounters.put(one.getDirectTableId(), table);
    }
    for (var one : info.getDirectMetersList()) {
      TableEntries table = tables.get(one.getDirectTableId());
      if (table == null || !table.hasMeter()) {
        throw missing("direct meter", one.getPreamble().getName());
      }
      table.metered(Meters.spec(one.getSpec(), one.getPreamble()));
      directMeters.put(one.getDirectTableId(), table);
    }
    indexed = new IndexedEntries(info, program);
    for (var one : info.getValueSetsList()) {
      String name = one.getPreamble().getName();
      valueSets.put(one.getPreamble().getId(), new ValueSetEntries(one, program.valueSet(name)));
    }
    for (var one : info.getDigestsList()) {
      String name = one.getPreamble().getName();
      DigestList list =
          program.digests().stream()
              .filter(digest -> digest.name().equals(name))
              .findFirst()
              .orElseThrow(() -> missing("digest", name));
      var digest =
          new DigestBuffer(one, list.widths(), info.getTypeInfo(), digestLists, timer, clock);
      digests.put(one.getPreamble().getId(), digest);
      digestsByName.put(name, digest);
    }
    packetIn = new ControllerHeader("packet_in", header(info, "packet_in"), program::header, types);
    packetOut =
        new ControllerHeader("packet_out", header(info, "packet_out"), program::header, types);
  }

  private void bindTables(P4Info info, IntPredicate ports) {
    var actions = new HashMap<Integer, Action>();
    info.getActionsList().forEach(action -> actions.put(action.getPreamble().getId(), action));
    var selectors = new HashMap<Integer, io.hairpin.p4runtime.config.v1.ActionProfile>();
    info.getActionProfilesList().forEach(one -> selectors.put(one.getPreamble().getId(), one));
    for (var one : info.getTablesList()) {
      String name = one.getPreamble().getName();
      Table table = program.table(name);
      if (table == null) {
        throw missing("table", name);
      }
      var selector = selectors.get(one.getImplementationId());
      ActionProfile engine = table.profile();
      String implementation = engine == null ? "" : engine.name();
      if (one.getImplementationId() == 0
          ? engine != null
          : selector == null || !selector.getPreamble().getName().equals(implementation)) {
        throw invalid(
            "table '%s': implementation %s in P4Info, '%s' in the program",
            name, Integer.toUnsignedString(one.getImplementationId()), implementation);
      }
      var codec =
          new ActionCodec("table '" + name + "'", one.getActionRefsList(), actions, table, types);
      ActionProfileEntries profile =
          selector == null || engine == null
              ? null
              : profiles.computeIfAbsent(
                  selector.getPreamble().getId(),
                  _ -> new ActionProfileEntries(selector, engine, codec, ports));
      tables.put(one.getPreamble().getId(), new TableEntries(one, table, codec, profile, types));
    }
    for (int id : selectors.keySet()) {
      if (!profiles.containsKey(id)) {
        throw invalid("action profile %s has no table", Integer.toUnsignedString(id));
      }
    }
  }

  private static void checkSupport(P4Info info) {
    if (info.getExternsCount() != 0) {
      throw invalid("there is no extern '%s'", info.getExterns(0).getExternTypeName());
    }
    String arch = info.getPkgInfo().getArch();
    if (!arch.isEmpty() && !arch.equals("v1model")) {
      throw invalid("pkg_info: architecture '%s'; this switch runs v1model", arch);
    }
    PlatformProperties wanted = info.getPkgInfo().getPlatformProperties();
    if (wanted.getMulticastGroupTableSize() > ReplicationEntries.LAST_GROUP) {
      throw invalid(
          "pkg_info: %d multicast groups; this switch has %d",
          wanted.getMulticastGroupTableSize(), ReplicationEntries.LAST_GROUP);
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
      case COUNTER_ENTRY -> indexed.write(type, entity.getCounterEntry());
      case METER_ENTRY -> indexed.write(type, entity.getMeterEntry());
      case REGISTER_ENTRY -> indexed.write(type, entity.getRegisterEntry());
      case DIRECT_METER_ENTRY -> writeMeter(type, entity.getDirectMeterEntry());
      case VALUE_SET_ENTRY ->
          valueSet(entity.getValueSetEntry().getValueSetId())
              .write(type, entity.getValueSetEntry());
      case DIRECT_COUNTER_ENTRY -> writeCounter(type, entity.getDirectCounterEntry());
      case DIGEST_ENTRY ->
          digest(entity.getDigestEntry().getDigestId())
              .write(type, entity.getDigestEntry().getConfig());
      case ACTION_PROFILE_MEMBER ->
          profile(entity.getActionProfileMember().getActionProfileId())
              .write(type, entity.getActionProfileMember());
      case ACTION_PROFILE_GROUP ->
          profile(entity.getActionProfileGroup().getActionProfileId())
              .write(type, entity.getActionProfileGroup());
      case ENTITY_NOT_SET -> throw invalid("update without an entity");
      case EXTERN_ENTRY -> throw invalid("there are no externs");
    }
  }

  /**
   * What undoes an update that is to be written and will succeed.
   *
   * @throws Refusal where the update would be refused
   */
  Runnable reverse(Update update) {
    Entity entity = update.getEntity();
    if (update.getType() == Update.Type.INSERT) {
      return () -> write(update.toBuilder().setType(Update.Type.DELETE).build());
    }
    switch (entity.getEntityCase()) {
      case TABLE_ENTRY -> {
        return table(entity.getTableEntry().getTableId())
            .undo(
                update.getType(), entity.getTableEntry(), entity.getTableEntry().hasCounterData());
      }
      case DIRECT_COUNTER_ENTRY -> {
        TableEntry key = entity.getDirectCounterEntry().getTableEntry();
        return table(key.getTableId()).undo(update.getType(), key, true);
      }
      case DIRECT_METER_ENTRY -> {
        TableEntry key = entity.getDirectMeterEntry().getTableEntry();
        return table(key.getTableId()).undo(update.getType(), key, false);
      }
      case METER_ENTRY -> {
        return indexed.undo(entity.getMeterEntry());
      }
      default -> {}
    }
    if (update.getType() == Update.Type.DELETE && entity.hasDigestEntry()) {
      return digest(entity.getDigestEntry().getDigestId()).undelete();
    }
    Update.Type type =
        update.getType() == Update.Type.DELETE ? Update.Type.INSERT : Update.Type.MODIFY;
    var reverse = new ArrayList<Update>();
    read(
        entity, before -> reverse.add(Update.newBuilder().setType(type).setEntity(before).build()));
    return () -> reverse.forEach(this::write);
  }

  private TableEntries table(int id) {
    TableEntries table = tables.get(id);
    if (table == null) {
      throw invalid("there is no table %s", Integer.toUnsignedString(id));
    }
    return table;
  }

  private ActionProfileEntries profile(int id) {
    ActionProfileEntries profile = profiles.get(id);
    if (profile == null) {
      throw invalid("there is no action profile %s", Integer.toUnsignedString(id));
    }
    return profile;
  }

  private ValueSetEntries valueSet(int id) {
    ValueSetEntries set = valueSets.get(id);
    if (set == null) {
      throw invalid("there is no value set %s", Integer.toUnsignedString(id));
    }
    return set;
  }

  private DigestBuffer digest(int id) {
    DigestBuffer digest = digests.get(id);
    if (digest == null) {
      throw invalid("there is no digest %s", Integer.toUnsignedString(id));
    }
    return digest;
  }

  private void writeCounter(Update.Type type, DirectCounterEntry entry) {
    IndexedEntries.checkModify(type, "direct counter");
    TableEntries table = table(entry.getTableEntry().getTableId());
    if (entry.hasData()) {
      table.writeCounter(entry.getTableEntry(), TableEntries.value(entry.getData()));
    } else {
      table.readCounters(entry.getTableEntry(), _ -> {});
    }
  }

  private void writeMeter(Update.Type type, DirectMeterEntry entry) {
    IndexedEntries.checkModify(type, "direct meter");
    table(entry.getTableEntry().getTableId()).writeMeter(entry);
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
      case COUNTER_ENTRY -> indexed.read(request.getCounterEntry(), out);
      case METER_ENTRY -> indexed.read(request.getMeterEntry(), out);
      case REGISTER_ENTRY -> indexed.read(request.getRegisterEntry(), out);
      case DIRECT_METER_ENTRY -> {
        DirectMeterEntry entry = request.getDirectMeterEntry();
        Consumer<DirectMeterEntry> found =
            meter -> out.accept(Entity.newBuilder().setDirectMeterEntry(meter).build());
        int table = entry.getTableEntry().getTableId();
        if (table == 0) {
          directMeters.values().forEach(one -> one.readMeters(entry, found));
        } else {
          table(table).readMeters(entry, found);
        }
      }
      case VALUE_SET_ENTRY -> {
        int id = request.getValueSetEntry().getValueSetId();
        Collection<ValueSetEntries> asked = id == 0 ? valueSets.values() : List.of(valueSet(id));
        asked.forEach(set -> out.accept(Entity.newBuilder().setValueSetEntry(set.read()).build()));
      }
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
      case ACTION_PROFILE_MEMBER -> {
        ActionProfileMember member = request.getActionProfileMember();
        profiles(member.getActionProfileId(), member.getMemberId())
            .forEach(
                profile ->
                    profile.readMembers(
                        member.getMemberId(),
                        found ->
                            out.accept(Entity.newBuilder().setActionProfileMember(found).build())));
      }
      case ACTION_PROFILE_GROUP -> {
        ActionProfileGroup group = request.getActionProfileGroup();
        profiles(group.getActionProfileId(), group.getGroupId())
            .forEach(
                profile ->
                    profile.readGroups(
                        group.getGroupId(),
                        found ->
                            out.accept(Entity.newBuilder().setActionProfileGroup(found).build())));
      }
      case ENTITY_NOT_SET -> throw invalid("request without an entity");
      case EXTERN_ENTRY -> {
        if (request.getExternEntry().getExternTypeId() != 0) {
          throw invalid("there are no externs");
        }
      }
    }
  }

  private Collection<ActionProfileEntries> profiles(int id, int part) {
    if (id != 0) {
      return List.of(profile(id));
    }
    if (part != 0) {
      throw invalid("action_profile_id 0 asks for all of them, no member or group with it");
    }
    return profiles.values();
  }

  private static Entity entity(TableEntry entry) {
    return Entity.newBuilder().setTableEntry(entry).build();
  }

  /**
   * Takes over all that another pipeline holds.
   *
   * @throws Refusal INVALID_ARGUMENT where it does not fit here
   */
  void reconcile(Pipeline from) {
    try {
      take(from);
    } catch (Refusal e) {
      throw invalid("the forwarding state cannot be preserved: %s", String.valueOf(e.getMessage()));
    }
  }

  private void take(Pipeline from) {
    types.reconcile(from.types);
    from.profiles.forEach(
        (id, profile) -> {
          if (profiles.containsKey(id) || !profile.isEmpty()) {
            profile(id).reconcile(profile);
          }
        });
    from.tables.forEach(
        (id, table) -> {
          if (tables.containsKey(id) || !table.isEmpty()) {
            table(id).reconcile(table);
          }
        });
    indexed.reconcile(from.indexed);
    from.valueSets.forEach(
        (id, set) -> {
          if (set.read().getMembersCount() != 0) {
            valueSet(id).write(Update.Type.MODIFY, set.read());
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

  /** Goes by the links as they are now. */
  void linksChanged() {
    program.linksChanged();
  }

  /** Gives the entries of each table that have been idle for as long as they may. */
  void idle(Consumer<List<TableEntry>> out) {
    for (TableEntries table : tables.values()) {
      List<TableEntry> idle = table.idle(microseconds.getAsLong());
      if (!idle.isEmpty()) {
        out.accept(idle);
      }
    }
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
