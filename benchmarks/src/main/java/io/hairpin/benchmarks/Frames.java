package io.hairpin.benchmarks;

import io.hairpin.softswitch.engine.DigestList;
import io.hairpin.softswitch.engine.Frame;
import io.hairpin.softswitch.engine.Interpreter;
import io.hairpin.softswitch.engine.Processor;
import io.hairpin.softswitch.engine.Program;
import io.hairpin.softswitch.engine.Replication;
import io.hairpin.softswitch.engine.Transmitter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Each thread runs frames through the project's pipeline, one a call. */
@State(Scope.Thread)
public class Frames {
  private static final int NUMBER = 1024;
  private static final int STRIDE = 192;
  private static final int HEADROOM = 64;

  /** By number and not by time: where other processes run, the JIT has little of that. */
  private static final int WARM_UP = 2_000_000;

  private static final int WARM_UP_INTERPRETED = 200_000;

  /** Counts what comes out. */
  private static final class Sink implements Transmitter, Interpreter.Output {
    private long frames;

    @Override
    public void transmit(int port, MemorySegment h, int hl, Frame frame, int offset, int length) {
      frames++;
    }

    @Override
    public void digest(DigestList list, MemorySegment sample) {}

    @Override
    public void send(int port, byte[] bytes, int length) {
      frames++;
    }
  }

  /**
   * How long the thread has run, so that what else the machine does counts less, and for how many
   * frames.
   */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Processing {
    /** Frames that were run. */
    public long frames;

    /** Nanoseconds of CPU time. */
    public long nanoseconds;

    // JMH sets the counters to zero after the set-up, so it cannot be kept in one.
    private long began;

    /** For JMH. */
    public Processing() {}

    /** Begins. */
    @Setup(Level.Iteration)
    public void begin() {
      began = cpuTime();
    }

    /** Ends. */
    @TearDown(Level.Iteration)
    public void end() {
      nanoseconds = cpuTime() - began;
    }

    private static long cpuTime() {
      return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
  }

  // Of the fork that runs this case, and no other.
  private static @Nullable Program shared;

  /** What becomes of the frames. */
  @Param({"forward", "reflect", "flood to 2", "flood to 8"})
  private String way = "forward";

  /** What runs them. */
  @Param({"compiled", "traced", "interpreted"})
  private String engine = "compiled";

  private final Sink sink = new Sink();
  private final MemorySegment memory = Arena.ofAuto().allocate((long) NUMBER * STRIDE, 64);
  private final Frame frame = new Frame(memory);
  private final byte[][] copies = new byte[NUMBER][];
  private int port = 1;
  private int next;
  private @Nullable Processor processor;
  private @Nullable Interpreter interpreter;

  /** For JMH. */
  public Frames() {}

  /** Fills the tables and makes the frames. */
  @Setup
  public void fill() {
    int copiesOut = way.startsWith("flood") ? Character.digit(way.charAt(9), 10) : 1;
    // Flooded frames come from a port without reflective relay: it gets none back.
    port = way.startsWith("flood") ? 2 : 1;
    var relay = new Relay(copiesOut + 1, Relay.FDB_ENTRIES);
    var random = new Random(1);
    for (int i = 0; i < NUMBER; i++) {
      int station = random.nextInt(Relay.FDB_ENTRIES) & ~1;
      copies[i] =
          switch (way) {
            case "forward" -> Relay.frame(station);
            case "reflect" -> Relay.frame(station + 1);
            default -> Relay.flooded(i);
          };
      MemorySegment.copy(
          copies[i],
          0,
          memory,
          ValueLayout.JAVA_BYTE,
          (long) i * STRIDE + HEADROOM,
          copies[i].length);
    }
    if (!engine.equals("interpreted")) {
      Program program = program(relay);
      processor = program.processor(sink);
      if (engine.equals("traced") && program.trace(port, copies[0]).events().isEmpty()) {
        throw new IllegalStateException("an empty trace");
      }
    } else {
      interpreter = relay.interpreter();
    }
    long _ = run(new Processing());
    if (sink.frames != copiesOut) {
      throw new IllegalStateException(way + ": " + sink.frames + " frames came out of one");
    }
    int frames = engine.equals("interpreted") ? WARM_UP_INTERPRETED : WARM_UP;
    var unmeasured = new Processing();
    for (int i = 0; i < frames; i++) {
      long _ = run(unmeasured);
    }
  }

  /** The program that all threads share. */
  private static Program program(Relay relay) {
    synchronized (Frames.class) {
      Program program = shared;
      if (program == null) {
        program = relay.program(new Replication());
        shared = program;
      }
      return program;
    }
  }

  /**
   * Runs the next frame.
   *
   * @param processing the thread's time
   * @return how many frames came out so far
   */
  @Benchmark
  public long run(Processing processing) {
    processing.frames++;
    int i = next++ & NUMBER - 1;
    Processor compiled = processor;
    if (compiled != null) {
      frame.place(i * STRIDE + HEADROOM, Relay.FRAME_LENGTH);
      compiled.process(port, frame);
    } else if (interpreter != null) {
      interpreter.process(port, copies[i], Relay.FRAME_LENGTH, sink);
    }
    return sink.frames;
  }
}
