package io.hairpin.softswitch.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compiler and interpreter agree on expressions that no compiler would write. */
class RandomExpressionsTest {
  private static final int PROGRAMS = 40;
  private static final int FRAMES = 40;
  private static final List<String> FIELDS =
      List.of(
          "a3", "b5", "a13", "b11", "a64", "b64", "a128", "b128", "i8", "i8", "i16", "i16", "i64",
          "i64", "n", "c7");

  private Random random = new Random(0);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void agree(long seed) {
    random = new Random(seed);
    for (int i = 0; i < PROGRAMS; i++) {
      byte[] json = program();
      Bench bench = new Bench(json);
      Interpreter interpreter = bench.interpreter(json);
      for (int j = 0; j < FRAMES; j++) {
        byte[] frame = new byte[80];
        random.nextBytes(frame);
        for (int k = 0; k < frame.length; k++) {
          if (random.nextInt(3) == 0) {
            frame[k] = (byte) (random.nextBoolean() ? 0 : 0xFF);
          }
        }
        assertThat(bench.send(1, frame))
            .as(
                "seed %d, program %d, frame %s: %s",
                seed, i, HexFormat.of().formatHex(frame), new String(json, StandardCharsets.UTF_8))
            .isEqualTo(Bench.send(interpreter, 1, frame));
      }
    }
  }

  /** The arithmetic program with other expressions in its assignments. */
  private byte[] program() {
    JsonObject root =
        JsonParser.parseString(new String(Bench.json("arithmetic.json"), StandardCharsets.UTF_8))
            .getAsJsonObject();
    for (JsonElement action : root.getAsJsonArray("actions")) {
      for (JsonElement primitive : action.getAsJsonObject().getAsJsonArray("primitives")) {
        JsonObject p = primitive.getAsJsonObject();
        JsonArray parameters = p.getAsJsonArray("parameters");
        if (p.get("op").getAsString().equals("assign")
            && parameters.get(0).getAsJsonObject().get("value").toString().startsWith("[\"y\"")) {
          parameters.set(1, wrap(number(3)));
        }
      }
    }
    return root.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static JsonObject value(String type, JsonElement value) {
    var o = new JsonObject();
    o.addProperty("type", type);
    o.add("value", value);
    return o;
  }

  private static JsonObject wrap(JsonObject expression) {
    return value("expression", expression);
  }

  private JsonObject constant(int bits) {
    var o = new JsonObject();
    o.addProperty("type", "hexstr");
    o.addProperty("value", "0x" + new BigInteger(bits, random).toString(16));
    return o;
  }

  private static JsonObject constantOf(int number) {
    var o = new JsonObject();
    o.addProperty("type", "hexstr");
    o.addProperty("value", "0x" + Integer.toHexString(number));
    return o;
  }

  private JsonObject field(String name) {
    var reference = new JsonArray();
    reference.add("x");
    reference.add(name);
    return value("field", reference);
  }

  private static JsonObject operation(String op, JsonElement left, JsonElement right) {
    var o = new JsonObject();
    o.addProperty("op", op);
    o.add("left", left);
    o.add("right", right);
    return value("expression", o);
  }

  private JsonObject number(int depth) {
    if (depth == 0 || random.nextInt(8) == 0) {
      return random.nextInt(4) == 0
          ? constant(1 + random.nextInt(70))
          : field(FIELDS.get(random.nextInt(FIELDS.size())));
    }
    return switch (random.nextInt(14)) {
      case 0, 1 -> operation("+", number(depth - 1), number(depth - 1));
      case 2, 3 -> operation("-", number(depth - 1), number(depth - 1));
      case 4 -> operation("*", number(depth - 1), number(depth - 1));
      case 5 -> operation("&", number(depth - 1), number(depth - 1));
      case 6 -> operation("|", number(depth - 1), number(depth - 1));
      case 7 -> operation("^", number(depth - 1), number(depth - 1));
      case 8 -> operation("~", JsonNull.INSTANCE, number(depth - 1));
      case 9 ->
          operation(
              random.nextBoolean() ? "<<" : ">>",
              number(depth - 1),
              random.nextBoolean() ? field("n") : constantOf(random.nextInt(140)));
      case 10 -> operation("two_comp_mod", number(depth - 1), constantOf(2 + random.nextInt(130)));
      case 11 ->
          operation(
              random.nextBoolean() ? "usat_cast" : "sat_cast",
              number(depth - 1),
              constantOf(2 + random.nextInt(130)));
      case 12 ->
          operation(
              random.nextBoolean() ? "/" : "%",
              operation("usat_cast", number(depth - 1), constantOf(1 + random.nextInt(130))),
              constantOf(1 + random.nextInt(1000)));
      default -> {
        JsonObject choice = operation("?", number(depth - 1), number(depth - 1));
        choice.getAsJsonObject("value").add("cond", condition(depth - 1));
        yield choice;
      }
    };
  }

  private JsonObject condition(int depth) {
    if (depth <= 0 || random.nextInt(3) != 0) {
      List<String> orders = List.of("==", "!=", "<", "<=", ">", ">=");
      return operation(
          orders.get(random.nextInt(orders.size())),
          number(Math.max(0, depth)),
          number(Math.max(0, depth)));
    }
    return switch (random.nextInt(4)) {
      case 0 -> operation("and", condition(depth - 1), condition(depth - 1));
      case 1 -> operation("or", condition(depth - 1), condition(depth - 1));
      case 2 -> operation("not", JsonNull.INSTANCE, condition(depth - 1));
      default -> operation("d2b", JsonNull.INSTANCE, number(depth - 1));
    };
  }
}
