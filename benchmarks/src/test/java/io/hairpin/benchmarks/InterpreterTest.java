package io.hairpin.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.softswitch.engine.DigestList;
import io.hairpin.softswitch.engine.Frame;
import io.hairpin.softswitch.engine.Interpreter;
import io.hairpin.softswitch.engine.Processor;
import io.hairpin.softswitch.engine.Replication;
import io.hairpin.softswitch.engine.Transmitter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class InterpreterTest {
  private static final int FRAMES = 20_000;
  private static final int STATIONS = 16;

  private record Sent(int port, String frame) {}

  private final Random random = new Random(8021);
  private final List<Sent> sent = new ArrayList<>();

  private final Transmitter compiledOut =
      new Transmitter() {
        @Override
        public void transmit(
            int port, MemorySegment headers, int length, Frame from, int offset, int payload) {
          byte[] bytes = new byte[length + payload];
          MemorySegment.copy(headers, ValueLayout.JAVA_BYTE, 0, bytes, 0, length);
          MemorySegment.copy(from.memory(), ValueLayout.JAVA_BYTE, offset, bytes, length, payload);
          sent.add(new Sent(port, HexFormat.of().formatHex(bytes)));
        }

        @Override
        public void digest(DigestList list, MemorySegment sample) {}
      };

  /** To a station or to nobody, with or without a tag, some of them cut short. */
  private byte[] frame() {
    byte[] frame =
        random.nextInt(4) == 0
            ? Relay.flooded(random.nextInt(9))
            : Relay.frame(random.nextInt(STATIONS));
    if (random.nextInt(3) == 0) {
      frame[12] = (byte) 0x81;
      frame[13] = 0;
      frame[14] = (byte) (random.nextInt() & 0xf0);
      frame[15] = (byte) random.nextInt(3);
    }
    if (random.nextInt(20) == 0) {
      frame[6] |= 1;
    }
    return random.nextInt(10) == 0 ? java.util.Arrays.copyOf(frame, random.nextInt(20)) : frame;
  }

  @Test
  void doesWhatTheCompiledProgramDoesFrameByFrame() {
    var relay = new Relay(4, STATIONS);
    Processor processor = relay.program(new Replication()).processor(compiledOut);
    Interpreter interpreter = relay.interpreter();
    MemorySegment memory = Arena.ofAuto().allocate(256);
    var slot = new Frame(memory);
    int all = 0;
    for (int i = 0; i < FRAMES; i++) {
      byte[] frame = frame();
      int port = random.nextInt(6);
      sent.clear();
      MemorySegment.copy(frame, 0, memory, ValueLayout.JAVA_BYTE, 64, frame.length);
      slot.place(64, frame.length);
      processor.process(port, slot);
      List<Sent> compiled = List.copyOf(sent);
      all += compiled.size();
      sent.clear();
      interpreter.process(
          port,
          frame,
          frame.length,
          (to, bytes, length) ->
              sent.add(new Sent(to, HexFormat.of().formatHex(bytes, 0, length))));
      assertThat(sent)
          .as("port %d, frame %s", port, HexFormat.of().formatHex(frame))
          .isEqualTo(compiled);
    }
    assertThat(all).isGreaterThan(FRAMES / 3);
  }
}
