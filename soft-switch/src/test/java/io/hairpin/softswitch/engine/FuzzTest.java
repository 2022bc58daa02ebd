package io.hairpin.softswitch.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Programs that no compiler would write, and random frames through what of them loads: they are
 * refused or run, and never hang or throw anything else. {@code -Dhairpin.fuzz} multiplies the
 * number of programs.
 */
class FuzzTest {
  private static final int PROGRAMS = 150 * Integer.getInteger("hairpin.fuzz", 1);
  private static final int FRAMES = 20;

  private Random random = new Random(0);

  @ParameterizedTest
  @ValueSource(strings = {"bridge", "router", "arithmetic", "stacks", "externs"})
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  void programsAreRefusedOrRun(String name) {
    random = new Random(name.hashCode());
    byte[] original = Bench.json(name + ".json");
    int refused = 0;
    for (int i = 0; i < PROGRAMS; i++) {
      JsonObject root =
          JsonParser.parseString(new String(original, StandardCharsets.UTF_8)).getAsJsonObject();
      for (int j = random.nextInt(3); j >= 0; j--) {
        mutate(root);
      }
      byte[] json = root.toString().getBytes(StandardCharsets.UTF_8);
      try {
        run(Program.load(json, () -> 1_000_000, new Replication()));
      } catch (ProgramException e) {
        assertThat(e.getMessage()).isNotEmpty();
        refused++;
      } catch (RuntimeException | Error e) {
        fail("%s, program %d: %s".formatted(name, i, root), e);
      }
    }
    assertThat(refused).isBetween(1, PROGRAMS - 1);
  }

  private void run(Program program) {
    var bench = new Bench(program);
    for (int i = 0; i < FRAMES; i++) {
      byte[] frame = new byte[random.nextInt(80)];
      random.nextBytes(frame);
      if (frame.length > 13 && random.nextBoolean()) {
        byte[] type = HexFormat.of().parseHex(random.nextBoolean() ? "8100" : "0800");
        System.arraycopy(type, 0, frame, 12, 2);
      }
      bench.send(random.nextInt(512), frame);
    }
  }

  /** Changes one value, somewhere. */
  private void mutate(JsonObject root) {
    List<JsonElement> inner = new ArrayList<>();
    collect(root, inner);
    JsonElement at = inner.get(random.nextInt(inner.size()));
    if (at instanceof JsonArray array && !array.isEmpty()) {
      int i = random.nextInt(array.size());
      switch (random.nextInt(4)) {
        case 0 -> array.remove(i);
        case 1 -> array.add(array.get(i).deepCopy());
        case 2 -> array.set(i, array.get(random.nextInt(array.size())).deepCopy());
        default -> array.set(i, changed(array.get(i), inner));
      }
    } else if (at instanceof JsonObject object && !object.isEmpty()) {
      List<String> names = List.copyOf(object.keySet());
      String name = names.get(random.nextInt(names.size()));
      if (random.nextInt(4) == 0) {
        object.remove(name);
      } else {
        object.add(name, changed(object.get(name), inner));
      }
    }
  }

  private JsonElement changed(JsonElement old, List<JsonElement> inner) {
    if (old instanceof JsonPrimitive p && p.isNumber() && random.nextInt(4) != 0) {
      int number = p.getAsInt();
      int[] others = {0, 1, -1, number + 1, number - 1, 2 * number, 64, 1 << 20, 1 << 30};
      return new JsonPrimitive(others[random.nextInt(others.length)]);
    }
    if (old instanceof JsonPrimitive p && p.isString() && p.getAsString().startsWith("0x")) {
      String[] others = {"0x0", "0x1", "0xffffffffffffffffffffffff", "-0x1", "0x", "ab"};
      return new JsonPrimitive(others[random.nextInt(others.length)]);
    }
    return switch (random.nextInt(4)) {
      case 0 -> JsonNull.INSTANCE;
      case 1 -> new JsonPrimitive("nothing");
      case 2 -> new JsonPrimitive(random.nextBoolean());
      default -> inner.get(random.nextInt(inner.size())).deepCopy();
    };
  }

  private static void collect(JsonElement e, List<JsonElement> inner) {
    if (e instanceof JsonArray array) {
      inner.add(array);
      array.forEach(x -> collect(x, inner));
    } else if (e instanceof JsonObject object) {
      inner.add(object);
      object.asMap().values().forEach(x -> collect(x, inner));
    }
  }
}
