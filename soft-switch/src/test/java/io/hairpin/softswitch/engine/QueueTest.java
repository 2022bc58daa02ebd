package io.hairpin.softswitch.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.hairpin.softswitch.engine.Bench.Sent;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Packets that wait between ingress and egress. */
class QueueTest {
  private static final String PAYLOAD = "a0a1a2a3a4a5";

  private final Bench bench = Bench.of("queues.json");
  private final Processor ingress = bench.program.processor(bench, this::room);
  private final Processor egress = bench.program.processor(bench, this::room);
  private final ArrayDeque<Held> waiting = new ArrayDeque<>();
  private final List<Held> spare = new ArrayList<>();
  private final List<String> asked = new ArrayList<>();
  private boolean asking = true;
  private int closedPort = -1;

  private final class Held extends WaitingPacket {
    @Override
    protected void enqueue() {
      waiting.add(this);
    }
  }

  private @Nullable WaitingPacket room(int port, int priority) {
    if (asking) {
      asked.add(port + ":" + priority);
    }
    if (port == closedPort) {
      return null;
    }
    Held packet = spare.isEmpty() ? new Held() : spare.removeLast();
    packet.found(waiting.size());
    return packet;
  }

  private void receive(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    MemorySegment memory = Arena.ofAuto().allocate(bytes.length + 64);
    MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 64, bytes.length);
    var frame = new Frame(memory);
    frame.place(64, bytes.length);
    ingress.process(1, frame);
    memory.fill((byte) 0xff);
  }

  private void goOn() {
    Held next = Objects.requireNonNull(waiting.poll(), "nothing waits");
    next.left(waiting.size());
    egress.resume(next);
    spare.add(next);
  }

  @Test
  void isToldHowItWaited() {
    receive("02030000" + PAYLOAD);
    receive("02030000" + PAYLOAD);
    receive("02030000" + PAYLOAD);
    assertThat(bench.sent).isEmpty();
    bench.microseconds += 250;
    goOn();
    goOn();
    // Priority, enq_qdepth, deq_qdepth, enq_timestamp, deq_timedelta.
    assertThat(bench.sent)
        .containsExactly(
            new Sent(2, "02030000" + "03" + "00" + "02" + "4240" + "00fa" + PAYLOAD),
            new Sent(2, "02030000" + "03" + "01" + "01" + "4240" + "00fa" + PAYLOAD));
  }

  @Test
  void eachReplicaWaitsByItself() {
    bench.replication.putGroup(
        1, List.of(new Replication.Replica(3, 1), new Replication.Replica(4, 2)));
    closedPort = 3;
    receive("02050100" + PAYLOAD);
    assertThat(asked).containsExactly("3:5", "4:5");
    goOn();
    assertThat(bench.sent).extracting(Sent::port).containsExactly(4);
    assertThat(waiting).isEmpty();
  }

  @Test
  void aCloneWaitsByItsSessionsClassOfService() {
    bench.replication.putSession(
        5, new Replication.CloneSession(List.of(new Replication.Replica(7, 1)), 0, 6));
    receive("02010200" + PAYLOAD);
    assertThat(asked).containsExactly("7:6", "2:1");
    goOn();
    goOn();
    assertThat(bench.sent).extracting(Sent::port).containsExactly(7, 2);
  }

  @Test
  void aRecirculatedPacketWaitsAgain() {
    receive("02010300" + PAYLOAD);
    goOn();
    assertThat(bench.sent).isEmpty();
    goOn();
    assertThat(bench.sent)
        .containsExactly(new Sent(2, "02010000" + "01" + "00" + "00" + "4240" + "0000" + PAYLOAD));
    assertThat(asked).containsExactly("2:1", "2:1");
  }

  @Test
  void isCutAsEgressSays() {
    receive("02010400" + PAYLOAD);
    goOn();
    assertThat(bench.sent).containsExactly(new Sent(2, "02010400"));
  }

  @Test
  void onceWarmNothingIsAllocated() {
    var sink =
        new Transmitter() {
          long frames;

          @Override
          public void transmit(int port, MemorySegment h, int hl, Frame f, int offset, int length) {
            frames++;
          }

          @Override
          public void digest(DigestList list, MemorySegment sample) {}
        };
    asking = false;
    EgressQueue queue = this::room;
    Processor in = bench.program.processor(sink, queue);
    Processor out = bench.program.processor(sink, queue);
    MemorySegment memory = Arena.ofAuto().allocate(64);
    var frame = new Frame(memory);
    memory.set(ValueLayout.JAVA_BYTE, 0, (byte) 2);
    frame.place(0, 64);
    int rounds = 100_000;
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = 0;
    for (int round = 0; round < 2 * rounds; round++) {
      if (round == rounds) {
        before = threads.getCurrentThreadAllocatedBytes();
      }
      in.process(1, frame);
      Held next = Objects.requireNonNull(waiting.poll());
      out.resume(next);
      spare.add(next);
    }
    assertThat((threads.getCurrentThreadAllocatedBytes() - before) / rounds).isZero();
    assertThat(sink.frames).isEqualTo(2L * rounds);
  }
}
