package io.hairpin.softswitch.engine;

import static io.hairpin.softswitch.engine.Bench.action;
import static io.hairpin.softswitch.engine.Bench.entry;
import static io.hairpin.softswitch.engine.Bench.key;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.hairpin.softswitch.engine.TraceEvent.Change;
import io.hairpin.softswitch.engine.TraceEvent.Detail;
import io.hairpin.softswitch.engine.TraceEvent.Kind;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class TraceTest {
  private static final String FRAME = "0200000000020200000000010800";

  private static Bench bridge() {
    Bench bench = Bench.of("bridge.json");
    bench.table("In.ports").insert(entry(key(1), "In.receive", 10));
    bench.table("In.vlans").insert(entry(key(10), "In.group", 300));
    bench.table("In.fdb").insert(entry(key(0x020000000002L, 10), "In.forward", 2));
    bench.table("In.sources").setDefault(action("In.learn"));
    bench.table("Out.members").insert(entry(key(2, 10), "Out.tagged"));
    bench.replication.putGroup(
        300, List.of(new Replication.Replica(3, 300), new Replication.Replica(4, 400)));
    return bench;
  }

  private static Trace trace(Bench bench, int port, String hex) {
    return bench.program.trace(port, HexFormat.of().parseHex(hex));
  }

  private static TraceEvent only(Trace trace, Kind kind, String name) {
    List<TraceEvent> found =
        trace.events().stream().filter(e -> e.kind() == kind && e.name().equals(name)).toList();
    assertThat(found).as("%s %s in %s", kind, name, trace.text()).hasSize(1);
    return found.getFirst();
  }

  @Test
  void tellsStatesWithTheFieldsTheyExtract() {
    Trace trace = trace(bridge(), 1, FRAME);
    TraceEvent start = only(trace, Kind.STATE, "start");
    assertThat(start.changes())
        .contains(
            new Change("ethernet.$valid$", "0x0", "0x1"),
            new Change("ethernet.dst", "0x0", "0x20000000002"));
    assertThat(only(trace, Kind.PARSED, "NoError").changes()).isEmpty();
  }

  @Test
  void tellsTheKeyAndTheEntryOfATable() {
    assertThat(only(trace(bridge(), 1, FRAME), Kind.TABLE, "In.fdb").details())
        .containsExactly(
            new Detail("hdr.ethernet.dst", "0x20000000002"),
            new Detail("meta.vid", "0xa"),
            new Detail("hit", "[0x20000000002, 0xa]"));
    assertThat(only(trace(bridge(), 5, FRAME), Kind.TABLE, "In.ports").details())
        .contains(new Detail("", "miss"));
  }

  @Test
  void tellsAnActionWithItsArgumentsAndWhatItChanged() {
    TraceEvent forward = only(trace(bridge(), 1, FRAME), Kind.ACTION, "In.forward");
    assertThat(forward.details()).containsExactly(new Detail("port", "0x2"));
    assertThat(forward.changes())
        .containsExactly(new Change("standard_metadata.egress_spec", "0x0", "0x2"));
  }

  @Test
  void tellsWhatIsSent() {
    Bench bench = bridge();
    TraceEvent sent = only(trace(bench, 1, FRAME), Kind.SENT, "2");
    assertThat(sent.details().getLast().value()).isEqualTo(bench.send(1, FRAME).getFirst().frame());
  }

  @Test
  void tellsTheReplicasOfAGroup() {
    Trace trace = trace(bridge(), 1, "ffffffffffff0200000000010800");
    assertThat(only(trace, Kind.MULTICAST, "300").details())
        .containsExactly(new Detail("ports", "[3, 4]"));
    assertThat(only(trace, Kind.EGRESS, "4").details()).contains(new Detail("egress_rid", "0x190"));
    assertThat(only(trace, Kind.SENT, "4").changes()).isEmpty();
  }

  @Test
  void tellsWhyAPacketIsDropped() {
    Trace trace = trace(bridge(), 5, FRAME);
    assertThat(trace.events().getLast().kind()).isEqualTo(Kind.DROPPED);
    assertThat(trace.events().getLast().name())
        .isEqualTo("egress_spec is 511 at the end of ingress");
  }

  @Test
  void tellsTheDigestAndTheCounter() {
    Trace trace = trace(bridge(), 1, FRAME);
    assertThat(only(trace, Kind.COUNT, "In.received").details())
        .containsExactly(new Detail("", "1"));
    assertThat(trace.events()).anyMatch(e -> e.kind() == Kind.DIGEST);
  }

  @Test
  void tellsTheParsersError() {
    only(trace(bridge(), 1, "020000"), Kind.PARSED, "PacketTooShort");
  }

  @Test
  void changesNothing() {
    Bench bench = bridge();
    trace(bench, 1, FRAME);
    assertThat(bench.sent).isEmpty();
    assertThat(bench.digests).isEmpty();
    assertThat(bench.counter("In.received").read(1)).isEqualTo(new CounterValue(0, 0));
    assertThat(bench.table("In.fdb").counter(key(0x020000000002L, 10), 0))
        .isEqualTo(new CounterValue(0, 0));
  }

  @Test
  void runsOnCopiesOfRegistersAndMeters() {
    Bench bench = Bench.of("externs.json");
    RegisterArray cells = Objects.requireNonNull(bench.program.register("In.cells"));
    MeterArray meters = Objects.requireNonNull(bench.program.meter("In.by_bytes"));
    meters.setRates(1, new MeterRates(0, 12, 0, 12));
    String metered = "010100000000000000000000";
    for (int i = 0; i < 3; i++) {
      Trace trace = trace(bench, 1, metered);
      assertThat(only(trace, Kind.SENT, "1").details().getLast().value()).isEqualTo(metered);
    }
    assertThat(cells.get(1)).isEqualTo(Bench.big(0));
    assertThat(bench.send(1, metered).getFirst().frame()).isEqualTo(metered);
    assertThat(cells.get(1)).isEqualTo(Bench.big(1));
    // The bucket is empty now, for the trace too.
    assertThat(only(trace(bench, 1, metered), Kind.SENT, "1").details().getLast().value())
        .isEqualTo("010100000000000000000002");
  }

  @Test
  void tellsEveryPassOfAPacketThatStartsAgain() {
    Trace resubmitted = trace(Bench.of("externs.json"), 1, "080100000000000000000000");
    assertThat(resubmitted.events()).filteredOn(e -> e.kind() == Kind.RECEIVED).hasSize(3);
    assertThat(resubmitted.events()).filteredOn(e -> e.kind() == Kind.RESUBMIT).hasSize(2);
    Trace recirculated = trace(Bench.of("externs.json"), 1, "0a0100000000000000000000");
    assertThat(recirculated.events()).filteredOn(e -> e.kind() == Kind.RECIRCULATE).hasSize(2);
    only(recirculated, Kind.SENT, "1");
  }

  @Test
  void tellsClones() {
    Bench bench = Bench.of("stacks.json");
    bench.replication.putSession(
        5, new Replication.CloneSession(List.of(new Replication.Replica(17, 4)), 0));
    Trace trace = trace(bench, 20, "000103aabbcc");
    assertThat(trace.text()).contains("clone 5: ports [17]");
    assertThat(trace.events()).anyMatch(e -> e.kind() == Kind.SENT && e.name().equals("17"));
  }

  @Test
  void assertionsThatDoNotHoldAreTold() {
    Trace trace = trace(Bench.of("externs.json"), 1, "060100000000000000000000");
    assertThat(trace.events().getLast().name())
        .isEqualTo("an assertion of the program does not hold");
  }

  @Test
  void isReadable() {
    assertThat(trace(bridge(), 1, FRAME).text())
        .startsWith("received on port 1: 14 octets\n")
        .contains("  parser state start\n      ethernet is valid now\n      ethernet.dst = 0x2")
        .contains("  table In.fdb: hdr.ethernet.dst 0x20000000002, meta.vid 0xa, hit [0x2")
        .contains("  action In.forward(port 0x2)\n      standard_metadata.egress_spec = 0x2, was")
        .contains("  counter In.received[1]")
        .endsWith("sent to port 2: 18 octets, 0200000000020200000000018100000a0800\n");
  }

  @Test
  void isJson() {
    JsonObject json = JsonParser.parseString(trace(bridge(), 1, FRAME).json()).getAsJsonObject();
    assertThat(json.get("port").getAsInt()).isEqualTo(1);
    assertThat(json.get("frame").getAsString()).isEqualTo(FRAME);
    JsonObject first = json.getAsJsonArray("events").get(0).getAsJsonObject();
    assertThat(first.get("kind").getAsString()).isEqualTo("RECEIVED");
  }
}
