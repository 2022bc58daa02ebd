package io.hairpin.softswitch.engine;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A second opinion of the compiler, and what compiling is measured against: a plain walk over the
 * tree of p4c's bmv2 JSON, on longs; on big integers only where a number may be too large. It has
 * what the programs of the tests use and refuses the rest, and it shares nothing with the engine
 * but the entries that the tables held when it was made.
 */
public final class Interpreter {
  /** Takes what comes out. */
  public interface Output {
    /** A frame is sent; the bytes hold it from the first on, during the call only. */
    void send(int port, byte[] bytes, int length);
  }

  private static final int DROP = 511;
  private static final int NARROW = 62;
  private static final int NONE = -1;

  @SuppressWarnings("StaticAssignmentOfThrowable") // It has no trace.
  private static final ParserError TOO_SHORT = new ParserError("PacketTooShort", 0);

  /** A number below two to the power of {@code bits}; a truth value is 1 or 0. */
  private record Expr(int bits, LongSupplier value, Supplier<BigInteger> big) {
    static Expr narrow(int bits, LongSupplier value) {
      return new Expr(bits, value, () -> BigInteger.valueOf(value.getAsLong()));
    }

    static Expr wide(int bits, Supplier<BigInteger> big) {
      return new Expr(bits, () -> big.get().longValue(), big);
    }

    boolean narrow() {
      return bits <= NARROW;
    }

    long get() {
      return value.getAsLong();
    }
  }

  private interface Test2 {
    boolean test(long left, long right);
  }

  private interface Operator {
    long apply(long left, long right);
  }

  private interface BigOperator {
    BigInteger apply(BigInteger left, BigInteger right);
  }

  /** Where a header is: computed for an element of a stack. */
  private interface Place {
    Header get();
  }

  /**
   * A field; in the words of narrow or of wide numbers. One of variable length has a word besides
   * that tells its present width.
   */
  private record Field(
      String name, int width, boolean signed, boolean saturating, int word, int present) {}

  private static final int FIXED = -1;

  /** A header; its first word says whether it is valid. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Header(int id, int base, Field[] fields, int bits) {
    Field field(String name) {
      return Arrays.stream(fields).filter(f -> f.name.equals(name)).findFirst().orElseThrow();
    }
  }

  @SuppressWarnings("ArrayRecordComponent")
  private record Stack(Header[] elements, int count) {}

  @SuppressWarnings("ArrayRecordComponent")
  private record State(Runnable[] steps, Expr[] key, int[] widths, List<Way> ways, int otherwise) {}

  /** A transition. */
  private record Way(BigInteger value, BigInteger mask, long low, long lowMask, int next) {}

  private interface Node {
    /** Returns the next node. */
    @Nullable Node run();
  }

  private static final class Bound {
    final Runnable[] steps;
    final Expr[] arguments;
    final @Nullable Node next;
    final @Nullable Entry entry;

    Bound(Runnable[] steps, Expr[] arguments, @Nullable Node next, @Nullable Entry entry) {
      this.steps = steps;
      this.arguments = arguments;
      this.next = next;
      this.entry = entry;
    }
  }

  /** A key all of whose parts are narrow and exact. */
  private static final class Key {
    final long[] words;

    Key(int size) {
      words = new long[size];
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key && Arrays.equals(words, key.words);
    }

    @Override
    public int hashCode() {
      long hash = 0;
      for (long word : words) {
        hash = (hash ^ word) * 0x9E3779B97F4A7C15L;
      }
      return (int) (hash >>> 32);
    }
  }

  private static final class ParserError extends RuntimeException {
    private static final long serialVersionUID = 1;
    final int code;

    ParserError(String name, int code) {
      super(name, null, false, false);
      this.code = code;
    }
  }

  private final JsonObject root;
  private final Program program;
  private final Replication replication;
  private final LongSupplier clock;
  private final Map<String, Header> headers = new HashMap<>();
  private final Map<String, Stack> stacks = new HashMap<>();
  private final Map<Integer, Runnable[]> actions = new HashMap<>();
  private final Map<String, Node> nodes = new HashMap<>();
  private final Map<String, long[]> counters = new HashMap<>();
  private final Map<String, BigInteger[]> registers = new HashMap<>();
  private final Map<String, Integer> errors = new HashMap<>();
  private final Map<Integer, Field[]> fieldLists = new HashMap<>();
  private final List<Header> metadata = new ArrayList<>();
  private final List<Header> order = new ArrayList<>();
  private final List<Runnable> updates = new ArrayList<>();
  private final List<Expr> wrongSums = new ArrayList<>();
  private List<Integer> parameters = List.of();
  private final State[] states;
  private final int firstState;
  private final @Nullable Node ingress;
  private final @Nullable Node egress;
  private final Map<String, Field> standard = new HashMap<>();

  private final long[] s;
  private final BigInteger[] wide;
  private final byte[] out = new byte[1 << 17];
  private Expr[] arguments = {};
  private byte[] in = out;
  private int position;
  private int end;
  private int length;
  private int cut;
  private int jump;
  private int clone;
  private int cloneFields;
  private boolean exited;
  private Output output = (port, bytes, size) -> {};

  private final Field ingressPort;
  private final Field egressSpec;
  private final Field egressPort;
  private final Field instanceType;
  private final Field packetLength;
  private final Field mcastGrp;
  private final Field egressRid;
  private final Field parserError;
  private final Field checksumError;
  private final Field[] clocks;

  /** Everything that one packet changes. */
  private static final class Kept {
    long[] s = {};
    BigInteger[] wide = {};
    int position;
    int length;
    int cut;
  }

  private final Kept replica = new Kept();

  /**
   * Reads a program.
   *
   * @param json p4c's output for bmv2
   * @param program the same program, which has the entries
   */
  public Interpreter(byte[] json, Program program, Replication replication, LongSupplier clock) {
    this.program = program;
    this.replication = replication;
    this.clock = clock;
    root = JsonParser.parseString(new String(json, StandardCharsets.UTF_8)).getAsJsonObject();
    int words = 0;
    int wides = 0;
    for (JsonObject o : objects(root, "headers")) {
      JsonArray described = find("header_types", text(o, "header_type")).getAsJsonArray("fields");
      var fields = new Field[described.size()];
      int base = words++;
      int bits = 0;
      for (int i = 0; i < fields.length; i++) {
        JsonArray f = described.get(i).getAsJsonArray();
        boolean varies = f.get(1).getAsString().equals("*");
        int width =
            varies
                ? 8 * find("header_types", text(o, "header_type")).get("max_length").getAsInt()
                : f.get(1).getAsInt();
        boolean signed = f.size() > 2 && f.get(2).getAsBoolean();
        boolean saturating = f.size() > 3 && f.get(3).getAsBoolean();
        int word = width <= NARROW && !varies ? words++ : wides++;
        int present = varies ? words++ : FIXED;
        fields[i] = new Field(f.get(0).getAsString(), width, signed, saturating, word, present);
        bits += varies ? 0 : width;
      }
      var header = new Header(o.get("id").getAsInt(), base, fields, bits);
      headers.put(text(o, "name"), header);
      if (o.get("metadata").getAsBoolean()) {
        metadata.add(header);
      }
    }
    for (JsonObject o : objects(root, "header_stacks")) {
      Header[] elements =
          o.getAsJsonArray("header_ids").asList().stream()
              .map(id -> byId(id.getAsInt()))
              .toArray(Header[]::new);
      stacks.put(text(o, "name"), new Stack(elements, words++));
    }
    s = new long[words];
    wide = new BigInteger[wides];
    Arrays.fill(wide, BigInteger.ZERO);
    for (Field field : header("standard_metadata").fields) {
      standard.put(field.name, field);
    }
    ingressPort = standard("ingress_port");
    egressSpec = standard("egress_spec");
    egressPort = standard("egress_port");
    instanceType = standard("instance_type");
    packetLength = standard("packet_length");
    mcastGrp = standard("mcast_grp");
    egressRid = standard("egress_rid");
    parserError = standard("parser_error");
    checksumError = standard("checksum_error");
    clocks = new Field[] {standard("enq_timestamp"), standard("egress_global_timestamp")};
    for (JsonObject o : objects(root, "counter_arrays")) {
      if (!o.get("is_direct").getAsBoolean()) {
        counters.put(text(o, "name"), new long[2 * o.get("size").getAsInt()]);
      }
    }
    for (JsonObject o : objects(root, "register_arrays")) {
      var cells = new BigInteger[o.get("size").getAsInt()];
      Arrays.fill(cells, BigInteger.ZERO);
      registers.put(text(o, "name"), cells);
    }
    for (JsonElement e : root.getAsJsonArray("errors")) {
      errors.put(e.getAsJsonArray().get(0).getAsString(), e.getAsJsonArray().get(1).getAsInt());
    }
    for (JsonObject o : objects(root, "field_lists")) {
      fieldLists.put(
          o.get("id").getAsInt(),
          objects(o, "elements").stream()
              .map(e -> field(e.getAsJsonArray("value")))
              .toArray(Field[]::new));
    }
    for (JsonObject o : objects(root, "actions")) {
      parameters =
          objects(o, "runtime_data").stream().map(p -> p.get("bitwidth").getAsInt()).toList();
      actions.put(o.get("id").getAsInt(), steps(o.getAsJsonArray("primitives")));
    }
    JsonObject parser = objects(root, "parsers").getFirst();
    List<JsonObject> described = objects(parser, "parse_states");
    List<String> names = described.stream().map(o -> text(o, "name")).toList();
    states = described.stream().map(o -> state(o, names)).toArray(State[]::new);
    firstState = names.indexOf(text(parser, "init_state"));
    ingress = control(find("pipelines", "ingress"));
    egress = control(find("pipelines", "egress"));
    for (JsonElement name : objects(root, "deparsers").getFirst().getAsJsonArray("order")) {
      order.add(header(name.getAsString()));
    }
    objects(root, "checksums").forEach(this::checksum);
  }

  // Reading

  private static List<JsonObject> objects(JsonObject o, String member) {
    return o.getAsJsonArray(member).asList().stream().map(JsonElement::getAsJsonObject).toList();
  }

  private static String text(JsonObject o, String member) {
    JsonElement value = o.get(member);
    return value == null || value.isJsonNull() ? "" : value.getAsString();
  }

  private JsonObject find(String member, String name) {
    return objects(root, member).stream()
        .filter(o -> text(o, "name").equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static BigInteger hex(JsonElement value) {
    return new BigInteger(value.getAsString().replace("0x", ""), 16);
  }

  private static <T> T found(@Nullable T value, Object name) {
    return Objects.requireNonNull(value, () -> "the interpreter has no " + name);
  }

  private Header header(String name) {
    return found(headers.get(name), name);
  }

  private Header byId(int id) {
    return headers.values().stream().filter(h -> h.id == id).findFirst().orElseThrow();
  }

  private Stack stack(JsonElement name) {
    return found(stacks.get(name.getAsString()), name);
  }

  private Field standard(String name) {
    return found(standard.get(name), name);
  }

  private Field field(JsonArray reference) {
    return header(reference.get(0).getAsString()).field(reference.get(1).getAsString());
  }

  private static long mask(int width) {
    return (1L << width) - 1;
  }

  private static BigInteger ones(int width) {
    return BigInteger.ONE.shiftLeft(width).subtract(BigInteger.ONE);
  }

  // Fields

  private Expr value(Field f) {
    int word = f.word;
    return f.width <= NARROW
        ? Expr.narrow(f.width, () -> s[word])
        : Expr.wide(f.width, () -> wide[word]);
  }

  private void set(Field f, BigInteger value) {
    BigInteger v = value;
    if (f.saturating) {
      BigInteger low = f.signed ? BigInteger.ONE.shiftLeft(f.width - 1).negate() : BigInteger.ZERO;
      v = v.max(low).min(ones(f.signed ? f.width - 1 : f.width));
    }
    v = v.and(ones(f.width));
    if (f.signed && v.testBit(f.width - 1)) {
      v = v.subtract(BigInteger.ONE.shiftLeft(f.width));
    }
    if (f.width <= NARROW) {
      s[f.word] = v.longValue();
    } else {
      wide[f.word] = v;
    }
  }

  private void set(Field f, long value) {
    if (f.width > NARROW || f.saturating) {
      set(f, BigInteger.valueOf(value));
    } else {
      int unused = 64 - f.width;
      s[f.word] = f.signed ? value << unused >> unused : value & mask(f.width);
    }
  }

  private Runnable assign(Field to, Expr value) {
    if (value.narrow() && to.width <= NARROW && !to.saturating && !to.signed) {
      int word = to.word;
      long mask = mask(to.width);
      LongSupplier from = value.value;
      return () -> s[word] = from.getAsLong() & mask;
    }
    return value.narrow() ? () -> set(to, value.get()) : () -> set(to, value.big.get());
  }

  private void copy(Field to, Field from) {
    if (to.width <= NARROW) {
      s[to.word] = s[from.word];
    } else {
      wide[to.word] = wide[from.word];
    }
  }

  private void take(Header to, Header from) {
    s[to.base] = s[from.base];
    for (int i = 0; i < to.fields.length; i++) {
      copy(to.fields[i], from.fields[i]);
    }
  }

  private void clear(Header header) {
    for (Field field : header.fields) {
      set(field, 0);
    }
  }

  private boolean same(Header left, Header right) {
    boolean same = s[left.base] == s[right.base];
    for (int i = 0; same && s[left.base] != 0 && i < left.fields.length; i++) {
      same = value(left.fields[i]).big.get().equals(value(right.fields[i]).big.get());
    }
    return same;
  }

  // Expressions

  private Place place(JsonObject o) {
    JsonElement value = o.get("value");
    if (text(o, "type").equals("header")) {
      Header header = header(value.getAsString());
      return () -> header;
    }
    throw new IllegalArgumentException("the interpreter has no header " + o);
  }

  private Expr expression(JsonObject o) {
    JsonElement value = o.get("value");
    return switch (text(o, "type")) {
      case "hexstr" -> {
        BigInteger constant = hex(value);
        long low = constant.longValue();
        int bits = constant.bitLength();
        yield bits <= NARROW ? Expr.narrow(bits, () -> low) : Expr.wide(bits, () -> constant);
      }
      case "bool" -> {
        long constant = value.getAsBoolean() ? 1 : 0;
        yield Expr.narrow(1, () -> constant);
      }
      case "runtime_data", "local" -> {
        int index = value.getAsInt();
        yield new Expr(
            parameters.get(index), () -> arguments[index].get(), () -> arguments[index].big.get());
      }
      case "field" -> {
        JsonArray reference = value.getAsJsonArray();
        if (reference.get(1).getAsString().equals("$valid$")) {
          int base = header(reference.get(0).getAsString()).base;
          yield Expr.narrow(1, () -> s[base]);
        }
        yield value(field(reference));
      }
      case "stack_field" -> {
        Stack stack = stack(value.getAsJsonArray().get(0));
        String name = value.getAsJsonArray().get(1).getAsString();
        Expr[] each =
            Arrays.stream(stack.elements).map(h -> value(h.field(name))).toArray(Expr[]::new);
        yield new Expr(
            each[0].bits, () -> last(stack, each).get(), () -> last(stack, each).big.get());
      }
      case "lookahead" -> {
        int bit = value.getAsJsonArray().get(0).getAsInt();
        int width = value.getAsJsonArray().get(1).getAsInt();
        yield width <= NARROW
            ? Expr.narrow(
                width,
                () -> {
                  require((bit + width + 7) / 8);
                  return bits(position * 8 + bit, width);
                })
            : Expr.wide(
                width,
                () -> {
                  require((bit + width + 7) / 8);
                  return bigBits(position * 8 + bit, width);
                });
      }
      case "expression" -> {
        JsonObject inner = value.getAsJsonObject();
        yield inner.has("op") ? operation(inner) : expression(inner);
      }
      default -> throw new IllegalArgumentException("the interpreter has no " + o);
    };
  }

  private Expr last(Stack stack, Expr[] each) {
    return each[(int) Math.max(0, s[stack.count] - 1)];
  }

  private static boolean isHeader(JsonElement operand) {
    return operand.isJsonObject() && text(operand.getAsJsonObject(), "type").equals("header");
  }

  private Expr operation(JsonObject o) {
    String op = text(o, "op");
    JsonObject second = o.getAsJsonObject("right");
    if (op.equals("valid")) {
      int base = place(second).get().base;
      return Expr.narrow(1, () -> s[base]);
    }
    if (isHeader(second)) {
      Header left = place(o.getAsJsonObject("left")).get();
      Header right = place(second).get();
      long equal = op.equals("==") ? 1 : 0;
      return Expr.narrow(1, () -> same(left, right) ? equal : 1 - equal);
    }
    Expr r = expression(second);
    Expr l =
        o.get("left").isJsonNull()
            ? Expr.narrow(0, () -> 0)
            : expression(o.getAsJsonObject("left"));
    return switch (op) {
      case "?" -> {
        Expr condition = expression(o.getAsJsonObject("cond"));
        yield new Expr(
            Math.max(l.bits, r.bits),
            () -> condition.get() != 0 ? l.get() : r.get(),
            () -> condition.get() != 0 ? l.big.get() : r.big.get());
      }
      case "and" -> Expr.narrow(1, () -> l.get() != 0 && r.get() != 0 ? 1 : 0);
      case "or" -> Expr.narrow(1, () -> l.get() != 0 || r.get() != 0 ? 1 : 0);
      case "not" -> Expr.narrow(1, () -> r.get() == 0 ? 1 : 0);
      case "b2d" -> r;
      case "d2b" -> compare(r, Expr.narrow(0, () -> 0), (a, b) -> a != b);
      case "==" -> compare(l, r, (a, b) -> a == b);
      case "!=" -> compare(l, r, (a, b) -> a != b);
      case "<" -> compare(l, r, (a, b) -> a < b);
      case "<=" -> compare(l, r, (a, b) -> a <= b);
      case ">" -> compare(l, r, (a, b) -> a > b);
      case ">=" -> compare(l, r, (a, b) -> a >= b);
      case "+" -> both(Math.max(l.bits, r.bits) + 1, l, r, (a, b) -> a + b, BigInteger::add);
      case "-" -> both(Math.max(l.bits, r.bits) + 1, l, r, (a, b) -> a - b, BigInteger::subtract);
      case "*" -> both(l.bits + r.bits, l, r, (a, b) -> a * b, BigInteger::multiply);
      case "/" -> both(l.bits, l, r, (a, b) -> a / b, BigInteger::divide);
      case "%" -> both(l.bits, l, r, (a, b) -> a % b, BigInteger::remainder);
      case "&" -> both(Math.max(l.bits, r.bits), l, r, (a, b) -> a & b, BigInteger::and);
      case "|" -> both(Math.max(l.bits, r.bits), l, r, (a, b) -> a | b, BigInteger::or);
      case "^" -> both(Math.max(l.bits, r.bits), l, r, (a, b) -> a ^ b, BigInteger::xor);
      case "~" -> both(r.bits, r, r, (a, b) -> ~a, (a, b) -> a.not());
      case "<<" -> {
        boolean constant = text(second, "type").equals("hexstr");
        int bits = constant ? l.bits + (int) Math.min(4096, r.get()) : 4096;
        yield both(bits, l, r, (a, b) -> a << b, (a, b) -> a.shiftLeft(b.intValueExact()));
      }
      case ">>" ->
          both(
              l.bits,
              l,
              r,
              (a, b) -> a >> Math.min(b, 63),
              (a, b) -> a.shiftRight(b.intValueExact()));
      case "two_comp_mod" -> cast((int) r.get(), l, true, false);
      case "sat_cast" -> cast((int) r.get(), l, true, true);
      case "usat_cast" -> cast((int) r.get(), l, false, true);
      default -> throw new IllegalArgumentException("the interpreter has no " + op);
    };
  }

  private static Expr both(int bits, Expr l, Expr r, Operator on, BigOperator wideOn) {
    if (l.narrow() && r.narrow() && bits <= NARROW) {
      LongSupplier left = l.value;
      LongSupplier right = r.value;
      return Expr.narrow(bits, () -> on.apply(left.getAsLong(), right.getAsLong()));
    }
    return Expr.wide(bits, () -> wideOn.apply(l.big.get(), r.big.get()));
  }

  private static Expr compare(Expr l, Expr r, Test2 test) {
    if (l.narrow() && r.narrow()) {
      LongSupplier left = l.value;
      LongSupplier right = r.value;
      return Expr.narrow(1, () -> test.test(left.getAsLong(), right.getAsLong()) ? 1 : 0);
    }
    return Expr.narrow(1, () -> test.test(l.big.get().compareTo(r.big.get()), 0) ? 1 : 0);
  }

  private static Expr cast(int width, Expr value, boolean signed, boolean saturate) {
    BigInteger low = signed ? BigInteger.ONE.shiftLeft(width - 1).negate() : BigInteger.ZERO;
    BigInteger high = ones(signed ? width - 1 : width);
    return Expr.wide(
        width,
        () -> {
          BigInteger v = value.big.get();
          if (saturate) {
            return v.max(low).min(high);
          }
          v = v.and(ones(width));
          return v.testBit(width - 1) ? v.subtract(BigInteger.ONE.shiftLeft(width)) : v;
        });
  }

  // Primitives

  private Runnable[] steps(JsonArray primitives) {
    return primitives.asList().stream()
        .map(p -> step(p.getAsJsonObject()))
        .toArray(Runnable[]::new);
  }

  private Runnable step(JsonObject primitive) {
    List<JsonElement> o = primitive.getAsJsonArray("parameters").asList();
    JsonObject first = o.isEmpty() ? new JsonObject() : o.getFirst().getAsJsonObject();
    String op = text(primitive, "op");
    return switch (op) {
      case "primitive" -> step(first);
      case "set", "assign" ->
          assign(field(first.getAsJsonArray("value")), expression(o.get(1).getAsJsonObject()));
      case "extract" -> extract(first);
      case "extract_VL" -> {
        Header header = header(text(first, "value"));
        Expr width = expression(o.get(1).getAsJsonObject());
        yield () -> {
          for (Field field : header.fields) {
            if (field.present != FIXED) {
              s[field.present] = width.get();
            }
          }
          extract(header);
        };
      }
      case "verify" -> {
        Expr holds = expression(first);
        Expr error = expression(o.get(1).getAsJsonObject());
        yield () -> {
          if (holds.get() == 0) {
            throw new ParserError("verify", (int) error.get());
          }
        };
      }
      case "add_header" -> {
        Header header = place(first).get();
        yield () -> {
          if (s[header.base] == 0) {
            clear(header);
            s[header.base] = 1;
            length += header.bits / 8;
          }
        };
      }
      case "remove_header" -> {
        Header header = place(first).get();
        yield () -> {
          length -= s[header.base] == 0 ? 0 : header.bits / 8;
          s[header.base] = 0;
        };
      }
      case "assign_header" -> {
        Header to = place(first).get();
        Header from = place(o.get(1).getAsJsonObject()).get();
        yield () -> {
          if (s[from.base] == 0) {
            s[to.base] = 0;
          } else {
            take(to, from);
          }
        };
      }
      case "push", "pop" -> {
        Stack stack = stack(first.get("value"));
        int by = (int) expression(o.get(1).getAsJsonObject()).get();
        yield () -> shift(stack, op.equals("push") ? by : -by);
      }
      case "mark_to_drop" ->
          () -> {
            s[egressSpec.word] = DROP;
            s[mcastGrp.word] = 0;
          };
      case "count" -> {
        long[] cells = found(counters.get(text(first, "value")), first);
        Expr index = expression(o.get(1).getAsJsonObject());
        yield () -> {
          int cell = 2 * (int) index.get();
          if (cell < cells.length) {
            cells[cell]++;
            cells[cell + 1] += end;
          }
        };
      }
      case "register_read" -> {
        Field to = field(first.getAsJsonArray("value"));
        BigInteger[] cells = found(registers.get(text(o.get(1).getAsJsonObject(), "value")), o);
        Expr index = expression(o.get(2).getAsJsonObject());
        yield () -> {
          if (index.get() < cells.length) {
            set(to, cells[(int) index.get()]);
          }
        };
      }
      case "register_write" -> {
        BigInteger[] cells = found(registers.get(text(first, "value")), first);
        Expr index = expression(o.get(1).getAsJsonObject());
        Expr value = expression(o.get(2).getAsJsonObject());
        yield () -> {
          if (index.get() < cells.length) {
            cells[(int) index.get()] = value.big.get();
          }
        };
      }
      case "modify_field_with_hash_based_offset" -> {
        Field to = field(first.getAsJsonArray("value"));
        Supplier<BigInteger> hash = calculation(text(o.get(2).getAsJsonObject(), "value"));
        Expr base = expression(o.get(1).getAsJsonObject());
        Expr size = expression(o.get(3).getAsJsonObject());
        yield () -> set(to, hash.get().mod(size.big.get()).add(base.big.get()));
      }
      case "clone_ingress_pkt_to_egress", "clone_egress_pkt_to_egress" -> {
        Expr session = expression(first);
        Expr fields = expression(o.get(1).getAsJsonObject());
        yield () -> {
          clone = (int) session.get() & 0x7FFF;
          cloneFields = (int) fields.get();
        };
      }
      case "truncate" -> {
        Expr to = expression(first);
        yield () -> cut = (int) to.get();
      }
      case "exit" -> () -> exited = true;
      case "_jump" -> {
        int target = (int) expression(first).get();
        yield () -> jump = target;
      }
      case "_jump_if_zero" -> {
        Expr condition = expression(first);
        int target = (int) expression(o.get(1).getAsJsonObject()).get();
        yield () -> {
          if (condition.get() == 0) {
            jump = target;
          }
        };
      }
      case "execute_meter" -> {
        // Of meters without rates.
        MeterArray meters = found(program.meter(text(first, "value")), first);
        Expr index = expression(o.get(1).getAsJsonObject());
        Field to = field(o.get(2).getAsJsonObject().getAsJsonArray("value"));
        yield () -> {
          if (index.get() < meters.size()) {
            set(to, 0);
          }
        };
      }
      case "modify_field_rng_uniform" -> {
        Field to = field(first.getAsJsonArray("value"));
        Expr low = expression(o.get(1).getAsJsonObject());
        Expr high = expression(o.get(2).getAsJsonObject());
        yield () -> set(to, ThreadLocalRandom.current().nextLong(low.get(), high.get() + 1));
      }
      case "generate_digest", "log_msg" -> () -> {};
      default -> throw new IllegalArgumentException("the interpreter has no " + op);
    };
  }

  private void shift(Stack stack, int by) {
    Header[] elements = stack.elements;
    int size = elements.length;
    s[stack.count] = Math.clamp(s[stack.count] + by, 0, size);
    for (int i = 0; i < size; i++) {
      // From the end that nothing is moved over.
      int to = by > 0 ? size - 1 - i : i;
      int from = to - by;
      if (from >= 0 && from < size) {
        take(elements[to], elements[from]);
      } else {
        clear(elements[to]);
        s[elements[to].base] = 0;
      }
    }
  }

  private void run(Runnable[] steps) {
    for (int i = 0; i < steps.length; i = jump) {
      jump = i + 1;
      steps[i].run();
    }
  }

  // Parser

  private State state(JsonObject state, List<String> names) {
    List<Expr> key = new ArrayList<>();
    List<Integer> widths = new ArrayList<>();
    for (JsonObject part : objects(state, "transition_key")) {
      Expr e = expression(part);
      key.add(e);
      widths.add((e.bits + 7) / 8 * 8);
    }
    List<Way> ways = new ArrayList<>();
    int otherwise = NONE;
    for (JsonObject t : objects(state, "transitions")) {
      int next = names.indexOf(text(t, "next_state"));
      if (text(t, "type").equals("default")) {
        otherwise = next;
      } else {
        BigInteger mask = t.get("mask").isJsonNull() ? BigInteger.ONE.negate() : hex(t.get("mask"));
        BigInteger value = hex(t.get("value")).and(mask);
        ways.add(new Way(value, mask, value.longValue(), mask.longValue(), next));
      }
    }
    return new State(
        steps(state.getAsJsonArray("parser_ops")),
        key.toArray(Expr[]::new),
        widths.stream().mapToInt(w -> w).toArray(),
        ways,
        otherwise);
  }

  private Runnable extract(JsonObject what) {
    if (text(what, "type").equals("regular")) {
      Header header = header(text(what, "value"));
      return () -> extract(header);
    }
    Stack stack = stack(what.get("value"));
    return () -> {
      if (s[stack.count] >= stack.elements.length) {
        throw new ParserError("StackOutOfBounds", errors.getOrDefault("StackOutOfBounds", 0));
      }
      extract(stack.elements[(int) s[stack.count]]);
      s[stack.count]++;
    };
  }

  private void require(int bytes) {
    if (end - position < bytes) {
      throw TOO_SHORT;
    }
  }

  private void extract(Header header) {
    int bits = header.bits;
    for (Field field : header.fields) {
      bits += field.present == FIXED ? 0 : (int) s[field.present];
    }
    require(bits / 8);
    int bit = position * 8;
    for (Field field : header.fields) {
      if (field.present != FIXED) {
        int width = (int) s[field.present];
        wide[field.word] = bigBits(bit, width);
        bit += width;
        continue;
      }
      if (field.width <= NARROW && !field.signed) {
        s[field.word] = bits(bit, field.width);
      } else {
        set(field, bigBits(bit, field.width));
      }
      bit += field.width;
    }
    position = bit / 8;
    s[header.base] = 1;
  }

  private long bits(int first, int width) {
    long value = 0;
    for (int bit = first; bit < first + width; ) {
      int take = Math.min(8 - bit % 8, first + width - bit);
      int part = (in[bit / 8] & 0xff) >>> (8 - bit % 8 - take) & (1 << take) - 1;
      value = value << take | part;
      bit += take;
    }
    return value;
  }

  private BigInteger bigBits(int first, int width) {
    BigInteger value = BigInteger.ZERO;
    for (int bit = first; bit < first + width; ) {
      int take = Math.min(32, first + width - bit);
      value = value.shiftLeft(take).or(BigInteger.valueOf(bits(bit, take)));
      bit += take;
    }
    return value;
  }

  private void parse(int port) {
    Arrays.fill(s, 0);
    Arrays.fill(wide, BigInteger.ZERO);
    for (Header header : metadata) {
      s[header.base] = 1;
    }
    position = 0;
    length = end;
    cut = Integer.MAX_VALUE;
    exited = false;
    clone = NONE;
    s[ingressPort.word] = port;
    s[packetLength.word] = end;
    set(standard("ingress_global_timestamp"), clock.getAsLong());
    int error = errors.getOrDefault("NoError", 0);
    try {
      for (int next = firstState; next >= 0; ) {
        State state = states[next];
        for (Runnable step : state.steps) {
          step.run();
        }
        next = next(state);
      }
    } catch (ParserError e) {
      error = e == TOO_SHORT ? errors.getOrDefault("PacketTooShort", 0) : e.code;
    }
    s[parserError.word] = error;
    for (Expr wrong : wrongSums) {
      s[checksumError.word] |= wrong.get();
    }
  }

  private static int next(State state) {
    if (state.key.length == 1 && state.key[0].narrow()) {
      long key = state.key[0].get();
      for (int i = 0; i < state.ways.size(); i++) {
        Way way = state.ways.get(i);
        if ((key & way.lowMask) == way.low) {
          return way.next;
        }
      }
      return state.otherwise;
    }
    BigInteger key = BigInteger.ZERO;
    for (int i = 0; i < state.key.length; i++) {
      key = key.shiftLeft(state.widths[i]).or(state.key[i].big.get());
    }
    for (Way way : state.ways) {
      if (key.and(way.mask).equals(way.value)) {
        return way.next;
      }
    }
    return state.otherwise;
  }

  // Controls

  /** A node that is known by its name before it is read. */
  private static final class Named implements Node {
    private @Nullable Node node;

    @Override
    public @Nullable Node run() {
      return Objects.requireNonNull(node).run();
    }
  }

  private @Nullable Node node(@Nullable JsonElement name) {
    return name == null || name.isJsonNull()
        ? null
        : nodes.computeIfAbsent(name.getAsString(), n -> new Named());
  }

  private void name(JsonObject o, Node node) {
    ((Named) found(node(o.get("name")), o)).node = node;
  }

  private @Nullable Node control(JsonObject control) {
    for (JsonObject c : objects(control, "conditionals")) {
      LongSupplier condition = expression(c.getAsJsonObject("expression")).value;
      Node yes = node(c.get("true_next"));
      Node no = node(c.get("false_next"));
      name(c, () -> condition.getAsLong() != 0 ? yes : no);
    }
    objects(control, "tables").forEach(t -> name(t, table(t)));
    return node(control.get("init_table"));
  }

  private Node table(JsonObject t) {
    Table table = found(program.table(text(t, "name")), t);
    List<Expr> parts = new ArrayList<>();
    for (JsonObject k : objects(t, "key")) {
      parts.add(part(k));
    }
    Expr[] key = parts.toArray(Expr[]::new);
    Action otherwise = table.defaultAction();
    JsonObject next = t.getAsJsonObject("next_tables");
    Bound miss =
        otherwise == null
            ? new Bound(new Runnable[0], new Expr[0], node(next.get("__MISS__")), null)
            : bound(t, table, otherwise, null);
    if (key.length == 0) {
      return () -> run(miss);
    }
    if (Arrays.stream(key).allMatch(Expr::narrow)
        && table.key().stream().allMatch(f -> f.kind() == MatchKind.EXACT)) {
      Map<Key, Bound> entries = new HashMap<>();
      for (Entry entry : table.entries()) {
        var made = new Key(key.length);
        for (int i = 0; i < key.length; i++) {
          made.words[i] = ((Match.Exact) entry.key().get(i)).value().longValue();
        }
        entries.put(made, bound(t, table, entry.action(), entry));
      }
      var probe = new Key(key.length);
      return () -> {
        for (int i = 0; i < key.length; i++) {
          probe.words[i] = key[i].get();
        }
        Bound found = entries.get(probe);
        return run(found == null ? miss : found);
      };
    }
    List<Bound> entries =
        table.entries().stream().map(e -> bound(t, table, e.action(), e)).toList();
    return () -> run(best(table, entries, key, miss));
  }

  /** A part of a key; of a header that is not valid it is zero. */
  private Expr part(JsonObject k) {
    JsonArray target = k.getAsJsonArray("target");
    Header header = header(target.get(0).getAsString());
    JsonElement masked = k.get("mask");
    boolean valid = target.get(1).getAsString().equals("$valid$");
    if (valid) {
      return Expr.narrow(1, () -> s[header.base]);
    }
    Field f = header.field(target.get(1).getAsString());
    BigInteger mask = masked == null || masked.isJsonNull() ? ones(f.width) : hex(masked);
    if (f.width <= NARROW) {
      long low = mask.longValue();
      return Expr.narrow(f.width, () -> s[header.base] == 0 ? 0 : s[f.word] & low);
    }
    return Expr.wide(f.width, () -> s[header.base] == 0 ? BigInteger.ZERO : wide[f.word].and(mask));
  }

  private Bound bound(JsonObject t, Table table, Action action, @Nullable Entry entry) {
    int place = table.actions().indexOf(action.name());
    Runnable[] steps =
        found(actions.get(t.getAsJsonArray("action_ids").get(place).getAsInt()), action);
    Expr[] values =
        action.arguments().stream()
            .map(
                a ->
                    a.bitLength() <= NARROW
                        ? Expr.narrow(a.bitLength(), a::longValue)
                        : Expr.wide(a.bitLength(), () -> a))
            .toArray(Expr[]::new);
    JsonObject next = t.getAsJsonObject("next_tables");
    boolean byHit = next.has("__HIT__") || next.has("__MISS__");
    String way = byHit ? (entry == null ? "__MISS__" : "__HIT__") : action.name();
    return new Bound(steps, values, node(next.get(way)), entry);
  }

  private @Nullable Node run(Bound bound) {
    arguments = bound.arguments;
    run(bound.steps);
    return exited ? null : bound.next;
  }

  private static Bound best(Table table, List<Bound> entries, Expr[] key, Bound miss) {
    Bound best = miss;
    int rank = -1;
    for (Bound bound : entries) {
      Entry entry = Objects.requireNonNull(bound.entry);
      int prefix = matches(entry.key(), key, table.key());
      int r = table.hasPriorities() ? entry.priority() : prefix;
      if (prefix >= 0 && r > rank) {
        best = bound;
        rank = r;
      }
    }
    return best;
  }

  private static int matches(List<Match> matches, Expr[] key, List<KeyField> fields) {
    int prefix = 0;
    for (int i = 0; i < key.length; i++) {
      BigInteger k = key[i].big.get();
      int width = fields.get(i).width();
      boolean fits =
          switch (matches.get(i)) {
            case Match.Exact m -> m.value().equals(k);
            case Match.Lpm m -> {
              prefix += m.prefixLength();
              int rest = width - m.prefixLength();
              yield k.shiftRight(rest).equals(m.value().shiftRight(rest));
            }
            case Match.Ternary m -> k.and(m.mask()).equals(m.value());
            case Match.Range m -> m.low().compareTo(k) <= 0 && k.compareTo(m.high()) <= 0;
            case Match.Any m -> true;
          };
      if (!fits) {
        return -1;
      }
    }
    return prefix;
  }

  private void control(@Nullable Node start) {
    exited = false;
    for (Node node = start; node != null; ) {
      node = node.run();
    }
    exited = false;
  }

  // Checksums and hashes

  private void checksum(JsonObject sum) {
    JsonArray target = sum.getAsJsonArray("target");
    Header header = header(target.get(0).getAsString());
    Field field = field(target);
    Supplier<BigInteger> right = calculation(text(sum, "calculation"));
    JsonElement condition = sum.get("if_cond");
    Expr applies =
        condition == null || condition.isJsonNull()
            ? Expr.narrow(1, () -> 1)
            : expression(condition.getAsJsonObject());
    if (sum.get("verify").getAsBoolean()) {
      Expr actual = value(field);
      wrongSums.add(
          Expr.narrow(
              1,
              () ->
                  s[header.base] != 0 && applies.get() != 0 && !actual.big.get().equals(right.get())
                      ? 1
                      : 0));
    }
    if (sum.get("update").getAsBoolean()) {
      updates.add(
          () -> {
            if (applies.get() != 0) {
              set(field, right.get());
            }
          });
    }
  }

  private Supplier<BigInteger> calculation(String name) {
    JsonObject calculation = find("calculations", name);
    List<Runnable> inputs = new ArrayList<>();
    var bytes = new byte[256];
    int[] bit = {0};
    for (JsonObject input : objects(calculation, "input")) {
      if (text(input, "type").equals("field")) {
        JsonArray reference = input.getAsJsonArray("value");
        Header header = header(reference.get(0).getAsString());
        Field f = field(reference);
        inputs.add(
            () -> {
              if (s[header.base] != 0) {
                bit[0] = put(bytes, bit[0], f);
              }
            });
      } else {
        BigInteger constant = hex(input.get("value"));
        int width = input.get("bitwidth").getAsInt();
        inputs.add(() -> bit[0] = put(bytes, bit[0], width, constant));
      }
    }
    String algorithm = text(calculation, "algo");
    return () -> {
      Arrays.fill(bytes, (byte) 0);
      bit[0] = 0;
      inputs.forEach(Runnable::run);
      return BigInteger.valueOf(hash(algorithm, bytes, (bit[0] + 7) / 8));
    };
  }

  private static int hash(String algorithm, byte[] data, int length) {
    int sum = 0;
    for (int i = 0; i < length; i++) {
      switch (algorithm) {
        case "csum16" -> {
          sum += (data[i] & 0xFF) << (i % 2 == 0 ? 8 : 0);
          sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        case "crc16" -> {
          sum ^= data[i] & 0xFF;
          for (int j = 0; j < 8; j++) {
            sum = (sum & 1) != 0 ? (sum >>> 1) ^ 0xA001 : sum >>> 1;
          }
        }
        default -> throw new IllegalArgumentException("the interpreter has no " + algorithm);
      }
    }
    return algorithm.equals("csum16") ? ~sum & 0xFFFF : sum;
  }

  // The switch

  /** Runs one frame. */
  public void process(int port, byte[] frame, int frameLength, Output to) {
    output = to;
    in = frame;
    end = frameLength;
    parse(port);
    control(ingress);
    if (clone != NONE) {
      cloneIngress(port);
    }
    int group = (int) s[mcastGrp.word];
    int spec = (int) s[egressSpec.word];
    if (group != 0) {
      s[instanceType.word] = 5;
      List<Replication.Replica> replicas = replication.group(group);
      if (replicas != null) {
        replicate(replicas);
      }
    } else if (spec != DROP) {
      s[instanceType.word] = 0;
      egress(spec);
    }
  }

  private void cloneIngress(int port) {
    Replication.CloneSession session = replication.session(clone);
    int fields = cloneFields;
    if (session != null) {
      Kept kept = keep(new Kept());
      parse(port);
      resetMetadata(fields, kept);
      s[instanceType.word] = 1;
      replicate(session.replicas());
      restore(kept);
    }
    clone = NONE;
  }

  private void resetMetadata(int list, Kept from) {
    metadata.forEach(this::clear);
    for (Field field : fieldLists.getOrDefault(list, new Field[0])) {
      if (field.width <= NARROW) {
        s[field.word] = from.s[field.word];
      } else {
        wide[field.word] = from.wide[field.word];
      }
    }
  }

  private Kept keep(Kept kept) {
    if (kept.s.length == 0) {
      kept.s = new long[s.length];
      kept.wide = new BigInteger[wide.length];
    }
    System.arraycopy(s, 0, kept.s, 0, s.length);
    System.arraycopy(wide, 0, kept.wide, 0, wide.length);
    kept.position = position;
    kept.length = length;
    kept.cut = cut;
    return kept;
  }

  private void restore(Kept kept) {
    System.arraycopy(kept.s, 0, s, 0, s.length);
    System.arraycopy(kept.wide, 0, wide, 0, wide.length);
    position = kept.position;
    length = kept.length;
    cut = kept.cut;
  }

  private void replicate(List<Replication.Replica> replicas) {
    Kept kept = keep(s[instanceType.word] == 5 ? replica : new Kept());
    for (int i = 0; i < replicas.size(); i++) {
      restore(kept);
      clone = NONE;
      s[egressRid.word] = replicas.get(i).instance();
      egress(replicas.get(i).port());
    }
  }

  private void egress(int port) {
    s[egressPort.word] = port;
    s[egressSpec.word] = 0;
    s[packetLength.word] = length;
    for (Field field : clocks) {
      set(field, clock.getAsLong());
    }
    clone = NONE;
    control(egress);
    Replication.CloneSession session = clone == NONE ? null : replication.session(clone);
    int fields = cloneFields;
    Kept kept = session == null ? null : keep(new Kept());
    if (s[egressSpec.word] != DROP) {
      deparse();
    }
    if (session != null && kept != null) {
      restore(kept);
      resetMetadata(fields, kept);
      s[instanceType.word] = 2;
      replicate(session.replicas());
    }
  }

  private void deparse() {
    for (Runnable update : updates) {
      update.run();
    }
    int bit = 0;
    for (int i = 0; i < order.size(); i++) {
      Header header = order.get(i);
      if (s[header.base] != 0) {
        for (Field field : header.fields) {
          bit = put(out, bit, field);
        }
      }
    }
    System.arraycopy(in, position, out, bit / 8, end - position);
    output.send((int) s[egressPort.word], out, Math.min(bit / 8 + end - position, cut));
  }

  private int put(byte[] to, int bit, Field field) {
    if (field.present != FIXED) {
      return put(to, bit, (int) s[field.present], wide[field.word]);
    }
    return field.width <= NARROW
        ? put(to, bit, field.width, s[field.word])
        : put(to, bit, field.width, wide[field.word]);
  }

  private static int put(byte[] to, int first, int width, BigInteger value) {
    int bit = first;
    for (int left = width; left > 0; ) {
      int take = Math.min(32, left);
      left -= take;
      bit = put(to, bit, take, value.shiftRight(left).longValue());
    }
    return bit;
  }

  private static int put(byte[] to, int first, int width, long value) {
    int bit = first;
    for (int left = width; left > 0; ) {
      int free = 8 - bit % 8;
      int take = Math.min(free, left);
      int part = (int) (value >>> (left - take)) & (1 << take) - 1;
      int old = free == 8 ? 0 : to[bit / 8];
      to[bit / 8] = (byte) (old | part << (free - take));
      bit += take;
      left -= take;
    }
    return bit;
  }
}
