package io.hairpin.softswitch.port;

import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.softswitch.engine.Program;
import io.hairpin.softswitch.engine.ProgramException;
import io.hairpin.softswitch.engine.Replication;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is thrown where frames are processed: it costs the frame, not the thread. */
class FailureTest {
  private static final int PATIENCE_SECONDS = 30;
  // To port 2, priority 0.
  private static final byte[] FRAME = {2, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

  private final AtomicBoolean failed = new AtomicBoolean();
  private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();

  private Dataplane dataplane(PortSpec first, boolean queued) throws IOException, ProgramException {
    QueueSpec queues = queued ? new QueueSpec(1, List.of(), List.of()) : null;
    var dataplane =
        new Dataplane(List.of(first, PortSpec.of(2)), -1, _ -> {}, null, queues, System::nanoTime);
    dataplane.connect(this::receive);
    try (InputStream in = Program.class.getResourceAsStream("queues.json")) {
      dataplane.run(
          Program.load(Objects.requireNonNull(in).readAllBytes(), () -> 0, new Replication()));
    }
    return dataplane;
  }

  /** Fails on the first frame. */
  private boolean receive(int port, byte[] frame) {
    if (failed.compareAndSet(false, true)) {
      throw new StackOverflowError("the first one");
    }
    return received.add(frame);
  }

  private void expectTheSecondFrame(Dataplane dataplane) throws InterruptedException {
    assertThat(received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isNotNull();
    assertThat(dataplane.ports().getFirst().counters().discards())
        .isEqualTo(Map.of(Discard.FAILED, 1L));
  }

  @Test
  void anInjectedFrameThatEndsInAnErrorIsCounted() throws Exception {
    try (Dataplane dataplane = dataplane(PortSpec.of(1), false)) {
      dataplane.inject(1, FRAME);
      dataplane.inject(1, FRAME);
      expectTheSecondFrame(dataplane);
    }
  }

  @Test
  void aPortGoesOnAfterAFrameThatEndsInAnError(@TempDir Path directory) throws Exception {
    try (Dataplane dataplane = dataplane(twoFrames(directory), false)) {
      expectTheSecondFrame(dataplane);
    }
  }

  @Test
  void queuesGoOnAfterAPacketThatEndsInAnError() throws Exception {
    try (Dataplane dataplane = dataplane(PortSpec.of(1), true)) {
      dataplane.inject(1, FRAME);
      dataplane.inject(1, FRAME);
      expectTheSecondFrame(dataplane);
    }
  }

  @Test
  @SuppressWarnings("try") // It goes on until the dataplane is closed.
  void aThreadGoesOnAfterAStepThatFails() throws Exception {
    try (Dataplane dataplane = dataplane(PortSpec.of(1), false)) {
      Runnable step =
          () -> {
            if (received.isEmpty()) {
              receive(2, FRAME);
            }
          };
      Thread thread = Thread.ofPlatform().start(() -> dataplane.repeat(step));
      assertThat(received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(FRAME);
      dataplane.close();
      thread.join();
    }
  }

  private static PortSpec twoFrames(Path directory) throws IOException {
    ByteBuffer pcap = ByteBuffer.allocate(24 + 2 * (16 + FRAME.length));
    pcap.putInt(0xa1b2c3d4).putInt(0x0002_0004).putLong(0).putInt(0xffff).putInt(1);
    for (int i = 0; i < 2; i++) {
      pcap.putLong(0).putInt(FRAME.length).putInt(FRAME.length).put(FRAME);
    }
    return PortSpec.parse(
        "1=pcap:" + Files.write(directory.resolve("in.pcap"), pcap.array()) + ",");
  }
}
