package io.hairpin.softswitch.port;

import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.softswitch.engine.Action;
import io.hairpin.softswitch.engine.Entry;
import io.hairpin.softswitch.engine.Match;
import io.hairpin.softswitch.engine.Program;
import io.hairpin.softswitch.engine.ProgramException;
import io.hairpin.softswitch.engine.Replication;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A switch whose packets wait between ingress and egress; queues.p4 says where they go. */
class QueueTest {
  private static final int DEPTH = 8;
  private static final long INTERVAL = 1_000_000;

  private final AtomicLong now = new AtomicLong();
  private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
  private Dataplane dataplane;

  QueueTest() throws IOException {
    var spec =
        new QueueSpec(
            2,
            List.of(new QueueSpec.Setting(-1, DEPTH)),
            List.of(QueueSpec.Setting.parse("1000"), QueueSpec.Setting.parse("3=0")));
    dataplane =
        new Dataplane(
            List.of(PortSpec.of(1), PortSpec.of(2), PortSpec.of(3)),
            -1,
            _ -> {},
            null,
            spec,
            now::get);
  }

  @BeforeEach
  void start() {
    dataplane.run(program("queues.json"));
    dataplane.connect((port, frame) -> received.add(port + " " + HexFormat.of().formatHex(frame)));
  }

  @AfterEach
  void stop() {
    dataplane.close();
  }

  private static Program program(String name) {
    try (InputStream in = Program.class.getResourceAsStream(name)) {
      return Program.load(
          Objects.requireNonNull(in, name).readAllBytes(), () -> 0, new Replication());
    } catch (IOException | ProgramException e) {
      throw new AssertionError(e);
    }
  }

  private void send(int port, int priority) {
    dataplane.inject(1, new byte[] {(byte) port, (byte) priority, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8});
  }

  private int priorityOfTheNext() throws InterruptedException {
    String next = Objects.requireNonNull(received.poll(30, TimeUnit.SECONDS), "no frame");
    return Integer.parseInt(next.substring(10, 12));
  }

  private long discarded(int port, Discard why) {
    return dataplane.ports().get(port - 1).counters().discarded(why);
  }

  @Test
  void underOverloadTheHigherClassGetsThrough() throws InterruptedException {
    send(2, 0);
    assertThat(priorityOfTheNext()).isZero();
    // The port's interval has begun: nothing leaves while these come.
    for (int i = 0; i < 20; i++) {
      send(2, 0);
      send(2, 1);
    }
    assertThat(discarded(2, Discard.EGRESS_QUEUE_FULL)).isEqualTo(2 * (20 - DEPTH));
    now.addAndGet(DEPTH * INTERVAL);
    for (int i = 0; i < DEPTH; i++) {
      assertThat(priorityOfTheNext()).isEqualTo(1);
    }
    assertThat(received).isEmpty();
    now.addAndGet(DEPTH * INTERVAL);
    for (int i = 0; i < DEPTH; i++) {
      assertThat(priorityOfTheNext()).isZero();
    }
  }

  @Test
  void aPortWithoutALimitIsNotHeldUpByOneWithALimit() throws InterruptedException {
    send(2, 0);
    send(2, 0);
    send(3, 0);
    var ports = new HashSet<Character>();
    for (int i = 0; i < 2; i++) {
      ports.add(Objects.requireNonNull(received.poll(30, TimeUnit.SECONDS)).charAt(0));
    }
    assertThat(ports).containsExactlyInAnyOrder('2', '3');
  }

  @Test
  void dropsAPriorityThatHasNoQueue() throws InterruptedException {
    send(3, 2);
    send(3, 1);
    assertThat(priorityOfTheNext()).isEqualTo(1);
    assertThat(discarded(3, Discard.NO_SUCH_QUEUE)).isEqualTo(1);
  }

  @Test
  void countsWhatIsForNoPortWhereItCame() throws InterruptedException {
    send(9, 0);
    send(3, 0);
    assertThat(priorityOfTheNext()).isZero();
    assertThat(discarded(1, Discard.NO_SUCH_PORT)).isEqualTo(1);
  }

  @Test
  void whatWaitsLeavesByTheProgramThatItCameInBy() throws InterruptedException {
    send(2, 0);
    assertThat(priorityOfTheNext()).isZero();
    send(2, 1);
    Program bridge = program("bridge.json");
    insert(bridge, "In.ports", 1, "In.receive", 10);
    insert(bridge, "In.vlans", 10, "In.group", 7);
    Objects.requireNonNull(bridge.table("In.fdb"))
        .setDefault(new Action("In.forward", List.of(BigInteger.valueOf(3))));
    dataplane.run(bridge);
    now.addAndGet(INTERVAL);
    assertThat(priorityOfTheNext()).isEqualTo(1);
    send(2, 1);
    assertThat(received.poll(30, TimeUnit.SECONDS)).isEqualTo("3 020100000102030405060708");
  }

  private static void insert(Program program, String table, int key, String action, int argument) {
    Objects.requireNonNull(program.table(table))
        .insert(
            new Entry(
                List.of(new Match.Exact(BigInteger.valueOf(key))),
                0,
                new Action(action, List.of(BigInteger.valueOf(argument)))));
  }
}
