package io.hairpin.softswitch.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** A program on the bench: frames go in as hex, and what comes out is kept. */
final class Bench implements Transmitter {
  /** A frame that came out. */
  record Sent(int port, String frame) {}

  /** A digest that came out. */
  record Digest(String list, String sample) {}

  private static final int HEADROOM = 64;

  final Replication replication = new Replication();
  final List<Sent> sent = new ArrayList<>();
  final List<Digest> digests = new ArrayList<>();
  final Program program;
  long microseconds = 1_000_000;
  private final Processor processor;
  private final MemorySegment memory = Arena.ofAuto().allocate(1 << 17);
  private final Frame frame = new Frame(memory);

  Bench(byte[] json) {
    try {
      program = Program.load(json, () -> microseconds, replication);
    } catch (ProgramException e) {
      throw new AssertionError(e);
    }
    processor = program.processor(this);
  }

  Bench(Program program) {
    this.program = program;
    processor = program.processor(this);
  }

  static Bench of(String resource) {
    return new Bench(json(resource));
  }

  static byte[] json(String resource) {
    try (InputStream in = Bench.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new AssertionError("no resource " + resource);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Table table(String name) {
    Table table = program.table(name);
    if (table == null) {
      throw new AssertionError("no table " + name + " among " + program.tables());
    }
    return table;
  }

  CounterArray counter(String name) {
    CounterArray counter = program.counter(name);
    if (counter == null) {
      throw new AssertionError("no counter " + name);
    }
    return counter;
  }

  /** Sends a frame and returns what came of it. */
  List<Sent> send(int port, String hex) {
    return send(port, HexFormat.of().parseHex(hex.replace(" ", "")));
  }

  List<Sent> send(int port, byte[] bytes) {
    sent.clear();
    MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, HEADROOM, bytes.length);
    frame.place(HEADROOM, bytes.length);
    processor.process(port, frame);
    return List.copyOf(sent);
  }

  /** A second opinion, with the entries that there are now. */
  Interpreter interpreter(byte[] json) {
    return new Interpreter(json, program, replication, () -> microseconds);
  }

  /** What comes of a frame in its opinion. */
  static List<Sent> send(Interpreter interpreter, int port, byte[] frame) {
    List<Sent> all = new ArrayList<>();
    interpreter.process(
        port,
        frame,
        frame.length,
        (to, bytes, length) -> all.add(new Sent(to, HexFormat.of().formatHex(bytes, 0, length))));
    return all;
  }

  @Override
  public void transmit(
      int port,
      MemorySegment headers,
      int headerLength,
      Frame from,
      int payloadOffset,
      int payloadLength) {
    byte[] bytes = new byte[headerLength + payloadLength];
    MemorySegment.copy(headers, ValueLayout.JAVA_BYTE, 0, bytes, 0, headerLength);
    MemorySegment.copy(
        from.memory(), ValueLayout.JAVA_BYTE, payloadOffset, bytes, headerLength, payloadLength);
    sent.add(new Sent(port, HexFormat.of().formatHex(bytes)));
  }

  @Override
  public void digest(DigestList list, MemorySegment sample) {
    byte[] bytes = sample.toArray(ValueLayout.JAVA_BYTE);
    digests.add(new Digest(list.name(), HexFormat.of().formatHex(bytes)));
  }

  static BigInteger big(long value) {
    return new BigInteger(Long.toUnsignedString(value));
  }

  static Match exact(long value) {
    return new Match.Exact(big(value));
  }

  static List<Match> key(long... values) {
    return Arrays.stream(values).mapToObj(Bench::exact).toList();
  }

  static Action action(String name, long... arguments) {
    return new Action(name, Arrays.stream(arguments).mapToObj(Bench::big).toList());
  }

  static Entry entry(List<Match> key, String action, long... arguments) {
    return new Entry(key, 0, action(action, arguments));
  }
}
