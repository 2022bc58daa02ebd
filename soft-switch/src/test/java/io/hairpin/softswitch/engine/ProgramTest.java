package io.hairpin.softswitch.engine;

import static java.nio.ByteOrder.BIG_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.google.errorprone.annotations.FormatMethod;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProgramTest {
  private static void refuses(String json, String message) {
    assertThatExceptionOfType(ProgramException.class)
        .isThrownBy(
            () -> Program.load(json.getBytes(StandardCharsets.UTF_8), () -> 0, new Replication()))
        .withMessageContaining(message);
  }

  private static String bridge() {
    return new String(Bench.json("bridge.json"), StandardCharsets.UTF_8);
  }

  @Test
  void namesThePrimitiveThatItLacks() {
    refuses(
        bridge().replaceFirst("\"op\" : \"mark_to_drop\"", "\"op\" : \"teleport\""),
        "action In.drop: primitive 'teleport' is not supported");
  }

  @Test
  void namesTheFieldThatIsMissing() {
    refuses(
        bridge().replace("[\"ethernet\", \"dst\"]", "[\"ethernet\", \"nowhere\"]"),
        "table In.fdb: no field nowhere in ethernet_t");
  }

  @Test
  void namesTheTableItCannotRun() {
    refuses(
        bridge().replaceFirst("\"type\" : \"simple\"", "\"type\" : \"strange\""),
        "table In.ports: type 'strange'");
  }

  @Test
  void namesTheNodeThatIsMissing() {
    refuses(
        bridge().replaceFirst("\"init_table\" : \"[^\"]*\"", "\"init_table\" : \"lost\""),
        "control ingress: no node lost");
  }

  @Test
  void refusesWhatIsNoProgram() {
    refuses("", "the program is not");
    refuses("{", "the program is not");
    refuses("[]", "the program is not");
    refuses("{}", "the program has 0 parsers");
    refuses("[".repeat(100_000), "the program is not");
  }

  /** Sends a packet to whom it was told to, but not the first one of all. */
  private static final class Failing implements Transmitter {
    final List<Integer> ports = new ArrayList<>();
    private boolean failed;

    @Override
    public void transmit(int port, MemorySegment h, int hl, Frame frame, int offset, int length) {
      if (!failed) {
        failed = true;
        throw new IllegalStateException("the first one");
      }
      ports.add(port);
    }

    @Override
    public void digest(DigestList list, MemorySegment sample) {}
  }

  @Test
  void whatAPacketThatFailedHasLeftToStartAgainDoesNotMeetTheNext() throws ProgramException {
    // Recirculates the members of group 1.
    String json =
        new String(Bench.json("queues.json"), StandardCharsets.UTF_8).replace("0x03", "0x01");
    var replication = new Replication();
    replication.putGroup(1, List.of(new Replication.Replica(3, 1), new Replication.Replica(4, 2)));
    var out = new Failing();
    Processor processor =
        Program.load(json.getBytes(StandardCharsets.UTF_8), () -> 0, replication).processor(out);
    var frame = new Frame(Arena.ofAuto().allocate(64));
    frame.place(0, 64);
    frame.memory().set(ValueLayout.JAVA_INT_UNALIGNED.withOrder(BIG_ENDIAN), 0, 0x07000100);
    assertThatIllegalStateException().isThrownBy(() -> processor.process(1, frame));
    frame.memory().set(ValueLayout.JAVA_INT_UNALIGNED.withOrder(BIG_ENDIAN), 0, 0x02000000);
    processor.process(1, frame);
    assertThat(out.ports).containsExactly(2);
  }

  private static JsonObject parsedBridge() {
    return JsonParser.parseString(bridge()).getAsJsonObject();
  }

  private static JsonObject first(JsonObject o, String member) {
    return o.getAsJsonArray(member).get(0).getAsJsonObject();
  }

  @Test
  void runsControlsOfHundredsOfNodes() {
    JsonObject root = parsedBridge();
    JsonObject ingress = first(root, "pipelines");
    for (int i = 0; i < 300; i++) {
      String next = i == 299 ? ingress.get("init_table").getAsString() : "chain_" + (i + 1);
      ingress
          .getAsJsonArray("conditionals")
          .add(
              JsonParser.parseString(
                  """
                  {"name": "chain_%d", "expression": {"type": "bool", "value": %b},
                   "true_next": %s, "false_next": %s}
                  """
                      .formatted(
                          i,
                          i % 2 == 0,
                          i % 2 == 0 ? "\"" + next + "\"" : "null",
                          i % 2 == 0 ? "null" : "\"" + next + "\"")));
    }
    ingress.addProperty("init_table", "chain_0");
    var bench = new Bench(root.toString().getBytes(StandardCharsets.UTF_8));
    bench.table("In.ports").insert(Bench.entry(Bench.key(1), "In.receive", 10));
    bench.table("In.vlans").insert(Bench.entry(Bench.key(10), "In.group", 7));
    bench.table("In.fdb").setDefault(Bench.action("In.forward", 3));
    assertThat(bench.send(1, "0200000000020200000000010800"))
        .containsExactly(new Bench.Sent(3, "0200000000020200000000010800"));
  }

  @Test
  void refusesControlsThatNeverEnd() {
    JsonObject root = parsedBridge();
    JsonObject ingress = first(root, "pipelines");
    ingress
        .getAsJsonArray("conditionals")
        .add(
            JsonParser.parseString(
                """
                {"name": "again", "expression": {"type": "bool", "value": true},
                 "true_next": "again", "false_next": null}
                """));
    refuses(root.toString(), "control ingress: its nodes form a loop");
  }

  @FormatMethod
  private static JsonObject json(String text, Object... values) {
    return JsonParser.parseString(text.formatted(values)).getAsJsonObject();
  }

  /** A parser state of many operations, and of transitions that look at 16 bits of 48. */
  private static JsonObject longState() {
    JsonObject root = parsedBridge();
    JsonObject start = first(first(root, "parsers"), "parse_states");
    for (int i = 0; i < 1500; i++) {
      start
          .getAsJsonArray("parser_ops")
          .add(
              json(
                  """
                  {"op": "set", "parameters": [
                    {"type": "field", "value": ["scalars", "%s"]},
                    {"type": "hexstr", "value": "0x%x"}]}
                  """,
                  first(root, "header_types")
                      .getAsJsonArray("fields")
                      .get(0)
                      .getAsJsonArray()
                      .get(0)
                      .getAsString(),
                  i));
    }
    return root;
  }

  @Test
  void splitsWhatIsTooLongForTheJit() {
    var bench = new Bench(longState().toString().getBytes(StandardCharsets.UTF_8));
    assertThat(bench.program.longestMethod()).isLessThan(8000);
    bench.table("In.ports").insert(Bench.entry(Bench.key(1), "In.receive", 10));
    bench.table("In.vlans").insert(Bench.entry(Bench.key(10), "In.group", 7));
    bench.table("In.fdb").setDefault(Bench.action("In.forward", 3));
    assertThat(bench.send(1, "0200000000020200000000010800"))
        .containsExactly(new Bench.Sent(3, "0200000000020200000000010800"));
  }

  @Test
  void splitsActionsBetweenTheirJumps() {
    JsonObject root = parsedBridge();
    JsonObject forward =
        root.getAsJsonArray("actions").asList().stream()
            .map(a -> a.getAsJsonObject())
            .filter(a -> a.get("name").getAsString().equals("In.forward"))
            .findFirst()
            .orElseThrow();
    int own = forward.getAsJsonArray("primitives").size();
    // Every other of these is jumped over.
    for (int i = 0; i < 1000; i++) {
      forward
          .getAsJsonArray("primitives")
          .add(
              i % 4 == 1
                  ? json(
                      """
                      {"op": "_jump", "parameters": [{"type": "hexstr", "value": "0x%x"}]}
                      """,
                      own + i + 2)
                  : json(
                      """
                      {"op": "assign", "parameters": [
                        {"type": "field", "value": ["ethernet", "src"]},
                        {"type": "expression", "value": {"type": "expression", "value": {
                          "op": "+", "left": {"type": "field", "value": ["ethernet", "src"]},
                          "right": {"type": "hexstr", "value": "0x1"}}}}]}
                      """));
    }
    var bench = new Bench(root.toString().getBytes(StandardCharsets.UTF_8));
    assertThat(bench.program.longestMethod()).isLessThan(8000);
    bench.table("In.ports").insert(Bench.entry(Bench.key(1), "In.receive", 10));
    bench.table("In.vlans").insert(Bench.entry(Bench.key(10), "In.group", 7));
    bench.table("In.fdb").setDefault(Bench.action("In.forward", 3));
    assertThat(bench.send(1, "0200000000020000000000000800"))
        .containsExactly(new Bench.Sent(3, "0200000000020000000001f40800"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bridge", "router", "arithmetic", "stacks", "externs"})
  void keepsMethodsSmallEnoughForTheJit(String program) {
    assertThat(Bench.of(program + ".json").program.longestMethod()).isBetween(1, 7999);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bridge", "router", "arithmetic", "stacks", "externs"})
  void neverThrowsForWhatAFrameHolds(String program) {
    Bench bench = Bench.of(program + ".json");
    if (program.equals("bridge")) {
      bench.table("In.vlans").setDefault(Bench.action("In.group", 5));
      bench.table("In.sources").setDefault(Bench.action("In.learn"));
      bench.replication.putGroup(5, List.of(new Replication.Replica(1, 1)));
      for (int port = 0; port < 512; port++) {
        bench.table("In.ports").insert(Bench.entry(Bench.key(port), "In.receive", port));
      }
    }
    var random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      byte[] frame = new byte[random.nextInt(random.nextInt(16) == 0 ? 9000 : 100)];
      random.nextBytes(frame);
      if (frame.length > 13 && random.nextBoolean()) {
        byte[] type = HexFormat.of().parseHex(random.nextBoolean() ? "8100" : "0800");
        System.arraycopy(type, 0, frame, 12, 2);
      }
      int port = random.nextInt(512);
      assertThatCode(() -> bench.send(port, frame)).doesNotThrowAnyException();
    }
  }

  @Test
  void mutationsOfAProgramLoadOrAreRefused() {
    String json = bridge();
    var random = new Random(11);
    int refused = 0;
    for (int i = 0; i < 300; i++) {
      var mutant = new StringBuilder(json);
      for (int j = random.nextInt(4); j >= 0; j--) {
        int at = random.nextInt(mutant.length());
        switch (random.nextInt(3)) {
          case 0 -> mutant.deleteCharAt(at);
          case 1 -> mutant.setCharAt(at, json.charAt(random.nextInt(json.length())));
          default -> mutant.insert(at, json.charAt(random.nextInt(json.length())));
        }
      }
      try {
        Program.load(
            mutant.toString().getBytes(StandardCharsets.UTF_8), () -> 0, new Replication());
      } catch (ProgramException e) {
        assertThat(e).message().isNotEmpty();
        refused++;
      }
    }
    assertThat(refused).isPositive();
  }
}
