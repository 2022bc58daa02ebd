package io.hairpin.softswitch.engine;

import static io.hairpin.softswitch.engine.Bench.action;
import static io.hairpin.softswitch.engine.Bench.entry;
import static io.hairpin.softswitch.engine.Bench.key;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The compiled program and the interpreter of its JSON do the same with the same frames. */
class SecondOpinionTest {
  private static final int FRAMES = 3000;

  private final Random random = new Random(20_251);

  private int sent;

  private void compare(Bench bench, Interpreter interpreter, int port, byte[] frame) {
    List<Bench.Sent> out = bench.send(port, frame);
    assertThat(out)
        .as("port %d, frame %s", port, HexFormat.of().formatHex(frame))
        .isEqualTo(Bench.send(interpreter, port, frame));
    sent += out.size();
  }

  @AfterEach
  void enoughCameOut() {
    assertThat(sent).isGreaterThan(FRAMES / 10);
  }

  private byte[] frame(int least, int most) {
    byte[] bytes = new byte[random.nextInt(least, most + 1)];
    random.nextBytes(bytes);
    for (int i = 0; i < bytes.length; i++) {
      // Edges are where widths go wrong.
      if (random.nextInt(4) == 0) {
        bytes[i] = (byte) (random.nextBoolean() ? 0 : 0xFF);
      }
    }
    return bytes;
  }

  @Test
  void onArithmetic() {
    Bench bench = Bench.of("arithmetic.json");
    Interpreter interpreter = bench.interpreter(Bench.json("arithmetic.json"));
    for (int i = 0; i < FRAMES; i++) {
      compare(bench, interpreter, 1, frame(50, 80));
    }
  }

  @Test
  void onStacksAndClones() {
    Bench bench = Bench.of("stacks.json");
    bench.replication.putSession(
        5, new Replication.CloneSession(List.of(new Replication.Replica(17, 4)), 0));
    bench.replication.putSession(
        6,
        new Replication.CloneSession(
            List.of(new Replication.Replica(18, 1), new Replication.Replica(19, 2)), 0));
    Interpreter interpreter = bench.interpreter(Bench.json("stacks.json"));
    for (int i = 0; i < FRAMES; i++) {
      byte[] frame = frame(0, 30);
      for (int j = 0; j + 1 < frame.length; j += 2) {
        frame[j + 1] = (byte) (random.nextInt(3) == 0 ? 1 : 0);
        if (random.nextBoolean()) {
          frame[j] = (byte) random.nextInt(10);
        }
      }
      compare(bench, interpreter, random.nextInt(32), frame);
    }
  }

  @Test
  void onTheBridge() {
    Bench bench = Bench.of("bridge.json");
    for (int port = 0; port < 6; port++) {
      bench.table("In.ports").insert(entry(key(port), "In.receive", port % 2 + 1));
    }
    for (int vlan = 1; vlan < 4; vlan++) {
      bench.table("In.vlans").insert(entry(key(vlan), "In.group", vlan));
      bench.replication.putGroup(
          vlan,
          List.of(
              new Replication.Replica(vlan, 1),
              new Replication.Replica(vlan + 1, 2),
              new Replication.Replica(5, 3)));
      for (int address = 0; address < 8; address++) {
        bench.table("In.fdb").insert(entry(key(address, vlan), "In.forward", random.nextInt(8)));
      }
      for (int port = 0; port < 8; port += 2) {
        bench.table("Out.members").insert(entry(key(port, vlan), "Out.tagged"));
      }
    }
    Interpreter interpreter = bench.interpreter(Bench.json("bridge.json"));
    for (int i = 0; i < FRAMES; i++) {
      byte[] frame = frame(0, 40);
      for (int j = 0; j < Math.min(6, frame.length); j++) {
        frame[j] = (byte) (j == 5 ? random.nextInt(10) : 0);
      }
      if (frame.length > 16 && random.nextBoolean()) {
        frame[12] = (byte) 0x81;
        frame[13] = 0;
        frame[14] &= (byte) 0xF0;
        frame[15] = (byte) random.nextInt(5);
      }
      compare(bench, interpreter, random.nextInt(7), frame);
    }
  }

  @Test
  void onTheRouter() {
    Bench bench = Bench.of("router.json");
    Table routes = bench.table("In.routes");
    for (int i = 0; i < 200; i++) {
      int length = random.nextInt(33);
      BigInteger value = address().shiftRight(32 - length).shiftLeft(32 - length);
      var match = new Match.Lpm(value, length);
      if (routes.get(List.of(match), 0) == null) {
        routes.insert(
            new Entry(
                List.of(match), 0, action("In.route", random.nextInt(1000), random.nextInt(500))));
      }
    }
    Table acl = bench.table("In.acl");
    for (int i = 1; i < 200; i++) {
      int half = random.nextInt();
      BigInteger mask = BigInteger.valueOf(half & random.nextInt() & 0x0F0F_0F0FL);
      int low = random.nextInt(65536);
      int high = random.nextInt(low, 65536);
      acl.insert(
          new Entry(
              List.of(
                  random.nextInt(5) == 0
                      ? new Match.Any()
                      : new Match.Ternary(address().and(mask), mask),
                  random.nextInt(3) == 0
                      ? new Match.Any()
                      : new Match.Range(BigInteger.valueOf(low), BigInteger.valueOf(high)),
                  random.nextBoolean() ? new Match.Any() : Bench.exact(17),
                  Bench.exact(random.nextInt(2))),
              i,
              random.nextInt(4) == 0
                  ? action("In.drop")
                  : action("In.classify", random.nextInt(3))));
    }
    Interpreter interpreter = bench.interpreter(Bench.json("router.json"));
    for (int i = 0; i < FRAMES; i++) {
      byte[] frame = frame(20, 60);
      frame[12] = 8;
      frame[13] = (byte) (random.nextInt(10) == 0 ? 1 : 0);
      frame[14] = (byte) (random.nextInt(10) == 0 ? 0x55 : 0x45);
      if (frame.length > 42) {
        frame[20] = 0;
        frame[21] = 0;
        frame[23] = (byte) (random.nextBoolean() ? 17 : 6);
        long source = address().longValue();
        long destination = address().longValue();
        for (int j = 0; j < 4; j++) {
          frame[26 + j] = (byte) (source >>> (24 - 8 * j));
          frame[30 + j] = (byte) (destination >>> (24 - 8 * j));
        }
        if (random.nextInt(8) != 0) {
          checksum(frame);
        }
      }
      compare(bench, interpreter, random.nextInt(512), frame);
    }
  }

  /** Addresses of few different nibbles, so that prefixes and masks often match. */
  private BigInteger address() {
    return BigInteger.valueOf(random.nextInt() & 0x0301_0103L);
  }

  private static void checksum(byte[] frame) {
    frame[24] = 0;
    frame[25] = 0;
    int sum = 0;
    for (int i = 14; i < 34; i += 2) {
      sum += ((frame[i] & 0xFF) << 8) | (frame[i + 1] & 0xFF);
    }
    sum = (sum & 0xFFFF) + (sum >>> 16);
    sum = ~((sum & 0xFFFF) + (sum >>> 16));
    frame[24] = (byte) (sum >>> 8);
    frame[25] = (byte) sum;
  }
}
