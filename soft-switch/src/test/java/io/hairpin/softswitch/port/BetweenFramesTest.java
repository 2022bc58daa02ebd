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
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A change between two frames, and frames that are in the program when it is to be made. */
class BetweenFramesTest {
  private static final int PATIENCE_SECONDS = 30;
  // To port 2, priority 0.
  private static final byte[] FRAME = {2, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

  private final AtomicInteger received = new AtomicInteger();

  private static Program program() throws IOException, ProgramException {
    try (InputStream in = Program.class.getResourceAsStream("queues.json")) {
      return Program.load(Objects.requireNonNull(in).readAllBytes(), () -> 0, new Replication());
    }
  }

  private static Dataplane dataplane(PortSpec first) throws IOException {
    return new Dataplane(List.of(first, PortSpec.of(2)), -1, _ -> {}, null, null, () -> 0);
  }

  /** Waits until a thread cannot go on, or has ended. */
  private static void settle(Thread thread) {
    while (thread.getState() != Thread.State.WAITING
        && thread.getState() != Thread.State.TERMINATED) {
      Thread.onSpinWait();
    }
  }

  /** A capture of one frame. */
  private static PortSpec capture(Path directory) throws IOException {
    ByteBuffer pcap = ByteBuffer.allocate(24 + 16 + FRAME.length);
    pcap.putInt(0xa1b2c3d4).putInt(0x0002_0004).putLong(0).putInt(0xffff).putInt(1);
    pcap.putLong(0).putInt(FRAME.length).putInt(FRAME.length).put(FRAME);
    Path file = directory.resolve("in.pcap");
    Files.write(file, pcap.array());
    return PortSpec.parse("1=pcap:" + file + ",");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aChangeWaitsForTheFrameThatIsInTheProgram(boolean byPortsThread, @TempDir Path directory)
      throws Exception {
    var inside = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var changed = new AtomicBoolean();
    try (Dataplane dataplane = dataplane(byPortsThread ? capture(directory) : PortSpec.of(1))) {
      dataplane.connect(
          (_, _) -> {
            inside.countDown();
            try {
              return goOn.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
          });
      dataplane.run(program());
      if (!byPortsThread) {
        Thread.ofPlatform().start(() -> dataplane.inject(1, FRAME));
      }
      assertThat(inside.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      Thread change =
          Thread.ofPlatform().start(() -> dataplane.betweenFrames(() -> changed.set(true)));
      settle(change);
      assertThat(changed).isFalse();
      goOn.countDown();
      change.join();
      assertThat(changed).isTrue();
    }
  }

  @Test
  void aFrameThatArrivesMeanwhileWaitsForTheChange() throws Exception {
    try (Dataplane dataplane = dataplane(PortSpec.of(1))) {
      dataplane.connect((_, _) -> received.incrementAndGet() > 0);
      dataplane.run(program());
      Thread frame = Thread.ofPlatform().unstarted(() -> dataplane.inject(1, FRAME));
      dataplane.betweenFrames(
          () -> {
            frame.start();
            settle(frame);
            assertThat(received).hasValue(0);
          });
      frame.join();
      assertThat(received).hasValue(1);
    }
  }
}
