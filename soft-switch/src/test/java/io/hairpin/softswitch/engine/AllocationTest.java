package io.hairpin.softswitch.engine;

import static io.hairpin.softswitch.engine.Bench.entry;
import static io.hairpin.softswitch.engine.Bench.key;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Once warm, a processor allocates nothing for a frame. */
class AllocationTest {
  private static final int ROUNDS = 100_000;

  /** Sends nowhere. */
  private static final class Sink implements Transmitter {
    long frames;
    long digests;

    @Override
    public void transmit(int port, MemorySegment h, int hl, Frame frame, int offset, int length) {
      frames++;
    }

    @Override
    public void digest(DigestList list, MemorySegment sample) {
      digests++;
    }
  }

  private static long allocated(Processor processor, List<String> frames) {
    List<Frame> made =
        frames.stream()
            .map(
                hex -> {
                  byte[] bytes = HexFormat.of().parseHex(hex);
                  MemorySegment memory = Arena.ofAuto().allocate(bytes.length + 64);
                  MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 64, bytes.length);
                  var frame = new Frame(memory);
                  frame.place(64, bytes.length);
                  return frame;
                })
            .toList();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = 0;
    for (int round = 0; round < 2 * ROUNDS; round++) {
      if (round == ROUNDS) {
        before = threads.getCurrentThreadAllocatedBytes();
      }
      for (int i = 0; i < made.size(); i++) {
        processor.process(1 + i % 2, made.get(i));
      }
    }
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  @Test
  void nothingOnTheBridge() throws ProgramException {
    var replication = new Replication();
    Program program = Program.load(Bench.json("bridge.json"), System::nanoTime, replication);
    fill(program, "In.ports", entry(key(1), "In.receive", 10));
    fill(program, "In.ports", entry(key(2), "In.receive", 10));
    fill(program, "In.vlans", entry(key(10), "In.group", 300));
    fill(program, "In.fdb", entry(key(0x020000000002L, 10), "In.forward", 2));
    fill(program, "Out.members", entry(key(2, 10), "Out.tagged"));
    fill(program, "In.sources", entry(key(1, 10, 1), "In.learn"));
    replication.putGroup(
        300, List.of(new Replication.Replica(3, 300), new Replication.Replica(4, 400)));
    var sink = new Sink();
    long bytes =
        allocated(
            program.processor(sink),
            List.of(
                "0200000000020200000000010800" + "00".repeat(46),
                "ffffffffffff0000000000018100000a0800" + "00".repeat(46),
                "ffffffffffff0000000000010800" + "00".repeat(46)));
    assertThat(sink.frames).isEqualTo(2 * ROUNDS * (1 + 2 + 2));
    assertThat(sink.digests).isEqualTo(2 * ROUNDS);
    assertThat(bytes / ROUNDS).isZero();
  }

  @Test
  void nothingForExternsAndPacketsThatStartAgain() throws ProgramException {
    var replication = new Replication();
    Program program = Program.load(Bench.json("externs.json"), System::nanoTime, replication);
    fill(program, "In.meters_hits", entry(key(1), "In.metered"));
    Objects.requireNonNull(program.table("In.meters_hits"))
        .setMeter(key(1), 0, new MeterRates(10, 10, 20, 20));
    Objects.requireNonNull(program.meter("In.by_bytes"))
        .setRates(1, new MeterRates(10, 10, 20, 20));
    ActionProfile spread = Objects.requireNonNull(program.actionProfile("In.spread"));
    spread.insertMember(1, Bench.action("In.forward", 2));
    spread.insertMember(2, Bench.action("In.forward", 3));
    spread.insertGroup(1, List.of(new ActionProfile.Share(1, 1), new ActionProfile.Share(2, 3)));
    fill(program, "In.by_selector", new Entry(List.of(new Match.Any()), 1, new Choice.Group(1)));
    Objects.requireNonNull(program.valueSet("P.kinds"))
        .replace(List.of(new ValueSet.Member(Bench.big(9), Bench.big(0xFF))));
    List<String> frames = new ArrayList<>();
    for (int kind = 1; kind <= 12; kind++) {
      frames.add("%02x010003".formatted(kind) + "00".repeat(8) + "0501020304050607");
    }
    var sink = new Sink();
    long bytes = allocated(program.processor(sink), frames);
    // Kind 6 breaks an assertion.
    assertThat(sink.frames).isEqualTo(2 * ROUNDS * 11);
    assertThat(bytes / ROUNDS).isZero();
  }

  @Test
  void nothingForClones() throws ProgramException {
    var replication = new Replication();
    Program program = Program.load(Bench.json("stacks.json"), System::nanoTime, replication);
    replication.putSession(
        5, new Replication.CloneSession(List.of(new Replication.Replica(17, 4)), 0));
    replication.putSession(
        6,
        new Replication.CloneSession(
            List.of(new Replication.Replica(18, 1), new Replication.Replica(19, 2)), 10));
    var sink = new Sink();
    long bytes =
        allocated(
            program.processor(sink), List.of("000103aabbcc" + "00".repeat(8), "000108aabbcc"));
    // One and its clone of ingress; one and its two clones of egress.
    assertThat(sink.frames).isEqualTo(2 * ROUNDS * (2 + 3));
    assertThat(bytes / ROUNDS).isZero();
  }

  private static void fill(Program program, String name, Entry entry) {
    Objects.requireNonNull(program.table(name)).insert(entry);
  }
}
