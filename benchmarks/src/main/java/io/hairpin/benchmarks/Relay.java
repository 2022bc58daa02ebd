package io.hairpin.benchmarks;

import com.google.protobuf.ByteString;
import com.google.protobuf.TextFormat;
import io.hairpin.p4runtime.config.v1.P4Info;
import io.hairpin.p4runtime.v1.Action;
import io.hairpin.p4runtime.v1.Entity;
import io.hairpin.p4runtime.v1.FieldMatch;
import io.hairpin.p4runtime.v1.MulticastGroupEntry;
import io.hairpin.p4runtime.v1.PacketReplicationEngineEntry;
import io.hairpin.p4runtime.v1.Replica;
import io.hairpin.p4runtime.v1.TableAction;
import io.hairpin.p4runtime.v1.TableEntry;
import io.hairpin.softswitch.engine.Entry;
import io.hairpin.softswitch.engine.Interpreter;
import io.hairpin.softswitch.engine.Match;
import io.hairpin.softswitch.engine.Program;
import io.hairpin.softswitch.engine.ProgramException;
import io.hairpin.softswitch.engine.Replication;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * A bridge as the pipeline's tables say it: ports 1 to N, all in VLAN 1 without tags, port 1 with
 * reflective relay. Stations with an even number are on port 2, those with an odd one on port 1.
 */
record Relay(int ports, int stations) {
  static final int FDB_ENTRIES = 64_000;
  static final int FRAME_LENGTH = 64;
  static final int GROUP = 1;
  static final byte[] JSON = resource("hairpin.json");
  static final P4Info P4INFO = p4Info();

  private static final String INGRESS = "HairpinIngress.";
  private static final String EGRESS = "HairpinEgress.";
  private static final int FORWARDING = 2;
  private static final long STATIONS = 0x0200_0000_0000L;
  private static final long UNKNOWN = 0x02ff_0000_0000L;
  private static final long SENDER = 0x02aa_0000_0001L;
  private static final short ETHERTYPE = (short) 0x88b5;

  /** An entry of a table all of whose fields match exactly. */
  static final class Row {
    final String table;
    final long[] key;
    final String action;
    final long[] arguments;

    Row(String table, long[] key, String action, long... arguments) {
      this.table = table;
      this.key = key;
      this.action = action;
      this.arguments = arguments;
    }
  }

  private static byte[] resource(String name) {
    try (InputStream in = Program.class.getResourceAsStream("/io/hairpin/p4src/" + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static P4Info p4Info() {
    var info = P4Info.newBuilder();
    try {
      TextFormat.merge(new String(resource("hairpin.p4info.txtpb"), StandardCharsets.UTF_8), info);
    } catch (TextFormat.ParseException e) {
      throw new IllegalStateException(e);
    }
    return info.build();
  }

  private static long[] key(long... values) {
    return values;
  }

  static long address(int station) {
    return STATIONS + station;
  }

  static int port(int station) {
    return station % 2 == 0 ? 2 : 1;
  }

  static Row forward(long address, long port) {
    return new Row(
        INGRESS + "filtering_database.fdb",
        key(1, address),
        INGRESS + "filtering_database.forward",
        port);
  }

  /** A member of a VLAN that nothing is in; it changes no frame. */
  static Row member(long vid, long port) {
    return new Row(EGRESS + "vlan.egress_member", key(port, vid), EGRESS + "vlan.untagged");
  }

  List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    rows.add(
        new Row(
            INGRESS + "admission.vlan",
            key(1),
            INGRESS + "admission.relay",
            1,
            0,
            GROUP,
            GROUP,
            GROUP,
            GROUP));
    for (int port = 1; port <= ports; port++) {
      rows.add(
          new Row(
              INGRESS + "reception.reception",
              key(port),
              INGRESS + "reception.receive",
              port,
              1,
              1,
              1,
              1,
              port == 1 ? 1 : 0,
              0,
              0,
              0));
      rows.add(
          new Row(INGRESS + "admission.ingress_member", key(port, 1), INGRESS + "admission.admit"));
      rows.add(
          new Row(
              INGRESS + "state.ingress_state",
              key(port, 0),
              INGRESS + "state.set_ingress_state",
              FORWARDING));
      rows.add(
          new Row(
              INGRESS + "transmission.transmission",
              key(port),
              INGRESS + "transmission.transmit",
              port));
      rows.add(
          new Row(
              EGRESS + "state.egress_state",
              key(port, 0),
              EGRESS + "state.set_egress_state",
              FORWARDING));
      rows.add(member(1, port));
    }
    for (int station = 0; station < stations; station++) {
      rows.add(forward(address(station), port(station)));
    }
    return rows;
  }

  /** The compiled program with this bridge in its tables, and the groups of that. */
  Program program(Replication replication) {
    Program program;
    try {
      program = Program.load(JSON, () -> System.nanoTime() / 1000, replication);
    } catch (ProgramException e) {
      throw new IllegalStateException(e);
    }
    for (Row row : rows()) {
      Objects.requireNonNull(program.table(row.table), row.table)
          .insert(
              new Entry(
                  Arrays.stream(row.key).<Match>mapToObj(v -> new Match.Exact(big(v))).toList(),
                  0,
                  new io.hairpin.softswitch.engine.Action(
                      row.action, Arrays.stream(row.arguments).mapToObj(Relay::big).toList())));
    }
    replication.putGroup(
        GROUP,
        IntStream.rangeClosed(1, ports)
            .mapToObj(port -> new Replication.Replica(port, port))
            .toList());
    return program;
  }

  /** The interpreter with this bridge in its tables. */
  Interpreter interpreter() {
    var replication = new Replication();
    return new Interpreter(JSON, program(replication), replication, () -> 0);
  }

  /** This bridge in P4Runtime. */
  List<Entity> entities() {
    List<Entity> entities = new ArrayList<>();
    rows().forEach(row -> entities.add(entity(row)));
    var group = MulticastGroupEntry.newBuilder().setMulticastGroupId(GROUP);
    for (int port = 1; port <= ports; port++) {
      group.addReplicas(Replica.newBuilder().setPort(bytes(port)).setInstance(port));
    }
    entities.add(
        Entity.newBuilder()
            .setPacketReplicationEngineEntry(
                PacketReplicationEngineEntry.newBuilder().setMulticastGroupEntry(group))
            .build());
    return entities;
  }

  static Entity entity(Row row) {
    var entry = TableEntry.newBuilder();
    P4INFO.getTablesList().stream()
        .filter(table -> table.getPreamble().getName().equals(row.table))
        .forEach(table -> entry.setTableId(table.getPreamble().getId()));
    for (int i = 0; i < row.key.length; i++) {
      entry.addMatch(
          FieldMatch.newBuilder()
              .setFieldId(i + 1)
              .setExact(FieldMatch.Exact.newBuilder().setValue(bytes(row.key[i]))));
    }
    var action = Action.newBuilder();
    P4INFO.getActionsList().stream()
        .filter(a -> a.getPreamble().getName().equals(row.action))
        .forEach(a -> action.setActionId(a.getPreamble().getId()));
    for (int i = 0; i < row.arguments.length; i++) {
      action.addParams(
          Action.Param.newBuilder().setParamId(i + 1).setValue(bytes(row.arguments[i])));
    }
    return Entity.newBuilder()
        .setTableEntry(entry.setAction(TableAction.newBuilder().setAction(action)))
        .build();
  }

  private static BigInteger big(long value) {
    return BigInteger.valueOf(value);
  }

  /** P4Runtime's canonical form: big-endian without leading zeros. */
  private static ByteString bytes(long value) {
    byte[] eight = ByteBuffer.allocate(8).putLong(value).array();
    int first = Math.min(7, Long.numberOfLeadingZeros(value) / 8);
    return ByteString.copyFrom(eight, first, 8 - first);
  }

  /** A frame to a station. */
  static byte[] frame(int station) {
    return frame(address(station));
  }

  /** A frame to an address that no table holds. */
  static byte[] flooded(int number) {
    return frame(UNKNOWN + number);
  }

  private static byte[] frame(long destination) {
    var frame = ByteBuffer.allocate(FRAME_LENGTH);
    frame.putShort((short) (destination >>> 32)).putInt((int) destination);
    frame.putShort((short) (SENDER >>> 32)).putInt((int) SENDER);
    frame.putShort(ETHERTYPE);
    return frame.array();
  }
}
