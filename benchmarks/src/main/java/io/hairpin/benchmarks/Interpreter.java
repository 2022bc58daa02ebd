package io.hairpin.benchmarks;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What compiling is measured against: a plain walk over the tree of p4c's bmv2 JSON, on longs, with
 * hash tables. It has what the project's pipeline uses, and refuses the rest; it shares no code
 * with the engine.
 */
final class Interpreter {
  /** Takes what comes out. */
  interface Output {
    /**
     * A frame is sent.
     *
     * @param port where
     * @param bytes holds it from the first byte on; valid only during the call
     * @param length its length
     */
    void send(int port, byte[] bytes, int length);
  }

  private static final int DROP = 511;
  private static final int REPLICA = 5;
  private static final int LONGEST = 2048;

  /** An expression: closures, so that the walk is one virtual call a node. */
  private interface Expr {
    long value();
  }

  private final class Lookahead implements Expr {
    private final int bit;
    private final int width;

    Lookahead(int bit, int width) {
      this.bit = bit;
      this.width = width;
    }

    boolean tooLong() {
      return length - position < (bit + width + 7) / 8;
    }

    @Override
    public long value() {
      return bits(position * 8 + bit, width);
    }
  }

  private record Field(int width, int word) {}

  /** Words: whether it is valid, then one a field. */
  private record Header(int base, List<Field> fields, int bits) {}

  private enum Primitive {
    ASSIGN,
    EXTRACT,
    ADD_HEADER,
    REMOVE_HEADER,
    MARK_TO_DROP,
    COUNT,
    JUMP,
    JUMP_IF_ZERO
  }

  private record Step(
      Primitive op, int to, long mask, @Nullable Header header, List<Expr> operands) {}

  private record Code(List<Step> steps) {}

  private record State(
      List<Step> steps, List<Expr> key, Map<Long, String> next, String otherwise) {}

  private sealed interface Node {}

  private record Test(Expr condition, String yes, String no) implements Node {}

  private record Table(
      List<Expr> key,
      List<Integer> widths,
      Map<Long, Bound> entries,
      Map<String, Code> actions,
      Map<String, String> next,
      Bound otherwise)
      implements Node {}

  /** What a key meets. */
  private static final class Bound {
    final String action;
    final long[] arguments;
    final boolean hit;

    Bound(String action, long[] arguments, boolean hit) {
      this.action = action;
      this.arguments = arguments;
      this.hit = hit;
    }
  }

  private final Map<String, Header> headers = new LinkedHashMap<>();
  private final Map<String, Map<String, Field>> fields = new HashMap<>();
  private final Map<String, State> states = new HashMap<>();
  private final Map<Integer, Code> actions = new HashMap<>();
  private final Map<String, Node> nodes = new HashMap<>();
  private final Map<String, long[]> counters = new HashMap<>();
  private final List<long[]> counterArrays = new ArrayList<>();
  private final List<Integer> metadata = new ArrayList<>();
  private final List<Header> order = new ArrayList<>();
  private final Map<Integer, int[]> groups = new HashMap<>();
  private final String firstState;
  private final String ingress;
  private final String egress;
  private final int tooShort;
  private final int egressPort;
  private final int egressRid;
  private final int egressSpec;
  private final int ingressPort;
  private final int instanceType;
  private final int mcastGrp;
  private final int packetLength;
  private final int parserError;

  private final long[] s;
  private final long[] kept;
  private final byte[] out = new byte[LONGEST];
  private long[] arguments = {};
  private byte[] in = out;
  private int position;
  private int length;
  private int lengthNow;

  Interpreter(byte[] json) {
    JsonObject root =
        JsonParser.parseString(new String(json, StandardCharsets.UTF_8)).getAsJsonObject();
    int words = 0;
    for (JsonObject header : objects(root, "headers")) {
      Map<String, Field> byName = new HashMap<>();
      List<Field> all = new ArrayList<>();
      int bits = 0;
      int base = words++;
      for (JsonElement f :
          find(root, "header_types", text(header, "header_type")).getAsJsonArray("fields")) {
        int width = f.getAsJsonArray().get(1).getAsInt();
        var field = new Field(width, words++);
        byName.put(f.getAsJsonArray().get(0).getAsString(), field);
        all.add(field);
        bits += width;
      }
      byName.put("$valid$", new Field(1, base));
      fields.put(text(header, "name"), byName);
      headers.put(text(header, "name"), new Header(base, all, bits));
      if (header.get("metadata").getAsBoolean()) {
        metadata.add(base);
      }
    }
    egressPort = standard("egress_port");
    egressRid = standard("egress_rid");
    egressSpec = standard("egress_spec");
    ingressPort = standard("ingress_port");
    instanceType = standard("instance_type");
    mcastGrp = standard("mcast_grp");
    packetLength = standard("packet_length");
    parserError = standard("parser_error");
    s = new long[words];
    kept = new long[words];
    for (JsonObject array : objects(root, "counter_arrays")) {
      long[] cells = new long[2 * array.get("size").getAsInt()];
      counters.put(text(array, "name"), cells);
      counterArrays.add(cells);
    }
    int error = 0;
    for (JsonElement e : root.getAsJsonArray("errors")) {
      if (e.getAsJsonArray().get(0).getAsString().equals("PacketTooShort")) {
        error = e.getAsJsonArray().get(1).getAsInt();
      }
    }
    tooShort = error;
    for (JsonObject action : objects(root, "actions")) {
      actions.put(
          action.get("id").getAsInt(), new Code(steps(action.getAsJsonArray("primitives"))));
    }
    JsonObject parser = objects(root, "parsers").getFirst();
    firstState = text(parser, "init_state");
    for (JsonObject state : objects(parser, "parse_states")) {
      states.put(text(state, "name"), state(state));
    }
    ingress = control(find(root, "pipelines", "ingress"));
    egress = control(find(root, "pipelines", "egress"));
    for (JsonElement name : objects(root, "deparsers").getFirst().getAsJsonArray("order")) {
      order.add(header(name.getAsString()));
    }
  }

  // Reading

  private static List<JsonObject> objects(JsonObject o, String member) {
    return o.getAsJsonArray(member).asList().stream().map(JsonElement::getAsJsonObject).toList();
  }

  private static String text(JsonObject o, String member) {
    JsonElement value = o.get(member);
    return value == null || value.isJsonNull() ? "" : value.getAsString();
  }

  private static JsonObject find(JsonObject root, String member, String name) {
    return objects(root, member).stream()
        .filter(o -> text(o, "name").equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static long hex(JsonElement value) {
    return new BigInteger(value.getAsString().substring(2), 16).longValue();
  }

  private Header header(String name) {
    Header header = headers.get(name);
    if (header == null) {
      throw new IllegalArgumentException("no header " + name);
    }
    return header;
  }

  private Field field(JsonArray reference) {
    Field field =
        fields
            .getOrDefault(reference.get(0).getAsString(), Map.of())
            .get(reference.get(1).getAsString());
    if (field == null) {
      throw new IllegalArgumentException("no field " + reference);
    }
    return field;
  }

  private int standard(String name) {
    var reference = new JsonArray();
    reference.add("standard_metadata");
    reference.add(name);
    return field(reference).word;
  }

  private static long mask(int width) {
    return width == 64 ? -1 : (1L << width) - 1;
  }

  private List<Step> steps(JsonArray primitives) {
    List<Step> steps = new ArrayList<>();
    for (JsonElement p : primitives) {
      steps.add(step(p.getAsJsonObject()));
    }
    return steps;
  }

  private Step step(JsonObject primitive) {
    List<JsonObject> operands = objects(primitive, "parameters");
    String op = text(primitive, "op");
    return switch (op) {
      case "primitive" -> step(operands.getFirst());
      case "set", "assign" -> {
        Field to = field(operands.get(0).getAsJsonArray("value"));
        yield new Step(
            Primitive.ASSIGN, to.word, mask(to.width), null, List.of(expression(operands.get(1))));
      }
      case "extract", "add_header", "remove_header" ->
          new Step(
              Primitive.valueOf(op.toUpperCase(Locale.ROOT)),
              0,
              0,
              header(text(operands.getFirst(), "value")),
              List.of());
      case "mark_to_drop" -> new Step(Primitive.MARK_TO_DROP, 0, 0, null, List.of());
      case "count" -> {
        long[] cells = counters.get(text(operands.getFirst(), "value"));
        yield new Step(
            Primitive.COUNT,
            counterArrays.indexOf(cells),
            0,
            null,
            List.of(expression(operands.get(1))));
      }
      case "_jump", "_jump_if_zero" ->
          new Step(
              op.equals("_jump") ? Primitive.JUMP : Primitive.JUMP_IF_ZERO,
              0,
              0,
              null,
              operands.stream().map(this::expression).toList());
      default -> throw new IllegalArgumentException("the interpreter has no " + op);
    };
  }

  private Expr expression(JsonObject o) {
    JsonElement value = o.get("value");
    return switch (text(o, "type")) {
      case "hexstr" -> {
        long constant = hex(value);
        yield () -> constant;
      }
      case "bool" -> {
        long constant = value.getAsBoolean() ? 1 : 0;
        yield () -> constant;
      }
      case "runtime_data", "local" -> {
        int index = value.getAsInt();
        yield () -> arguments[index];
      }
      case "field" -> {
        int index = field(value.getAsJsonArray()).word;
        yield () -> s[index];
      }
      case "lookahead" -> {
        int bit = value.getAsJsonArray().get(0).getAsInt();
        int width = value.getAsJsonArray().get(1).getAsInt();
        yield new Lookahead(bit, width);
      }
      case "expression" -> {
        JsonObject inner = value.getAsJsonObject();
        if (!inner.has("op")) {
          yield expression(inner);
        }
        Expr right = expression(inner.getAsJsonObject("right"));
        Expr left =
            inner.get("left").isJsonNull() ? right : expression(inner.getAsJsonObject("left"));
        yield operation(text(inner, "op"), left, right);
      }
      default -> throw new IllegalArgumentException("the interpreter has no " + o);
    };
  }

  private static Expr operation(String op, Expr left, Expr right) {
    return switch (op) {
      case "and" -> () -> left.value() != 0 && right.value() != 0 ? 1 : 0;
      case "or" -> () -> left.value() != 0 || right.value() != 0 ? 1 : 0;
      case "not" -> () -> right.value() == 0 ? 1 : 0;
      case "d2b" -> () -> right.value() != 0 ? 1 : 0;
      case "b2d" -> right;
      case "==" -> () -> left.value() == right.value() ? 1 : 0;
      case "!=" -> () -> left.value() != right.value() ? 1 : 0;
      case "&" -> () -> left.value() & right.value();
      case ">>" -> () -> left.value() >>> right.value();
      default -> throw new IllegalArgumentException("the interpreter has no " + op);
    };
  }

  private State state(JsonObject state) {
    Map<Long, String> next = new HashMap<>();
    String otherwise = "";
    for (JsonObject t : objects(state, "transitions")) {
      if (text(t, "type").equals("default")) {
        otherwise = text(t, "next_state");
      } else {
        next.putIfAbsent(hex(t.get("value")), text(t, "next_state"));
      }
    }
    return new State(
        steps(state.getAsJsonArray("parser_ops")),
        objects(state, "transition_key").stream().map(this::expression).toList(),
        next,
        otherwise);
  }

  private String control(JsonObject control) {
    for (JsonObject c : objects(control, "conditionals")) {
      nodes.put(
          text(c, "name"),
          new Test(
              expression(c.getAsJsonObject("expression")),
              text(c, "true_next"),
              text(c, "false_next")));
    }
    for (JsonObject t : objects(control, "tables")) {
      Map<String, Code> byName = new HashMap<>();
      List<String> names =
          t.getAsJsonArray("actions").asList().stream().map(JsonElement::getAsString).toList();
      List<Integer> ids =
          t.getAsJsonArray("action_ids").asList().stream().map(JsonElement::getAsInt).toList();
      String otherwise = "";
      JsonObject entry = t.getAsJsonObject("default_entry");
      for (int i = 0; i < ids.size(); i++) {
        byName.put(names.get(i), action(ids.get(i)));
        if (entry.get("action_id").getAsInt() == ids.get(i)) {
          otherwise = names.get(i);
        }
      }
      Map<String, String> next = new HashMap<>();
      JsonObject successors = t.getAsJsonObject("next_tables");
      successors.keySet().forEach(name -> next.put(name, text(successors, name)));
      List<Integer> widths = new ArrayList<>();
      List<Expr> key = new ArrayList<>();
      for (JsonObject k : objects(t, "key")) {
        Field f = field(k.getAsJsonArray("target"));
        key.add(() -> s[f.word]);
        widths.add(f.width);
      }
      nodes.put(
          text(t, "name"),
          new Table(
              key,
              widths,
              new HashMap<>(),
              byName,
              next,
              new Bound(otherwise, new long[0], false)));
    }
    return text(control, "init_table");
  }

  private Code action(int id) {
    Code code = actions.get(id);
    if (code == null) {
      throw new IllegalArgumentException("no action " + id);
    }
    return code;
  }

  // Writing tables

  void insert(String table, long[] key, String action, long... values) {
    if (nodes.get(table) instanceof Table t) {
      t.entries.put(join(t, key), new Bound(action, values, true));
    } else {
      throw new IllegalArgumentException("no table " + table);
    }
  }

  private static long join(Table table, long[] key) {
    long joined = 0;
    for (int i = 0; i < key.length; i++) {
      joined = joined << table.widths.get(i) | key[i];
    }
    return joined;
  }

  void group(int id, int... ports) {
    groups.put(id, ports);
  }

  // Running

  /** Runs one frame. */
  void process(int port, byte[] frame, int frameLength, Output to) {
    Arrays.fill(s, 0);
    for (int base : metadata) {
      s[base] = 1;
    }
    in = frame;
    position = 0;
    length = frameLength;
    lengthNow = frameLength;
    s[ingressPort] = port;
    s[packetLength] = frameLength;
    parse();
    control(ingress);
    int group = (int) s[mcastGrp];
    int spec = (int) s[egressSpec];
    if (group != 0) {
      s[instanceType] = REPLICA;
      System.arraycopy(s, 0, kept, 0, s.length);
      for (int replica : groups.getOrDefault(group, new int[0])) {
        System.arraycopy(kept, 0, s, 0, s.length);
        s[egressRid] = replica;
        egress(replica, to);
      }
    } else if (spec != DROP) {
      egress(spec, to);
    }
  }

  private void parse() {
    String name = firstState;
    State state = states.get(name);
    while (state != null) {
      for (Step step : state.steps) {
        if (!step(step)) {
          s[parserError] = tooShort;
          return;
        }
      }
      String next = state.otherwise;
      if (!state.key.isEmpty()) {
        next = state.next.getOrDefault(state.key.getFirst().value(), next);
      }
      state = states.get(next);
    }
  }

  private void control(String start) {
    Node node = nodes.get(start);
    while (node != null) {
      node =
          switch (node) {
            case Test test -> nodes.get(test.condition.value() != 0 ? test.yes : test.no);
            case Table table -> nodes.get(apply(table));
          };
    }
  }

  private String apply(Table table) {
    long joined = 0;
    for (int i = 0; i < table.key.size(); i++) {
      joined = joined << table.widths.get(i) | table.key.get(i).value();
    }
    Bound bound = table.entries.getOrDefault(joined, table.otherwise);
    Code code = table.actions.get(bound.action);
    if (code != null) {
      arguments = bound.arguments;
      run(code);
    }
    String next = table.next.get(bound.action);
    return next != null ? next : table.next.getOrDefault(bound.hit ? "__HIT__" : "__MISS__", "");
  }

  private void run(Code code) {
    int i = 0;
    while (i < code.steps.size()) {
      Step step = code.steps.get(i);
      switch (step.op) {
        case JUMP -> i = (int) step.operands.getFirst().value();
        case JUMP_IF_ZERO ->
            i = step.operands.get(0).value() == 0 ? (int) step.operands.get(1).value() : i + 1;
        default -> {
          step(step);
          i++;
        }
      }
    }
  }

  /** Returns false where the packet is too short. */
  private boolean step(Step step) {
    Header header = step.header;
    switch (step.op) {
      case ASSIGN -> {
        if (step.operands.getFirst() instanceof Lookahead ahead && ahead.tooLong()) {
          return false;
        }
        s[step.to] = step.operands.getFirst().value() & step.mask;
      }
      case COUNT -> {
        int index = (int) step.operands.getFirst().value();
        long[] cells = counterArrays.get(step.to);
        if (2 * index < cells.length) {
          cells[2 * index]++;
          cells[2 * index + 1] += length;
        }
      }
      case MARK_TO_DROP -> {
        s[egressSpec] = DROP;
        s[mcastGrp] = 0;
      }
      default -> {
        return header == null || step(step.op, header);
      }
    }
    return true;
  }

  private boolean step(Primitive op, Header header) {
    boolean valid = s[header.base] != 0;
    switch (op) {
      case EXTRACT -> {
        if (length - position < header.bits / 8) {
          return false;
        }
        int bit = position * 8;
        for (Field field : header.fields) {
          s[field.word] = bits(bit, field.width);
          bit += field.width;
        }
        position = bit / 8;
        s[header.base] = 1;
      }
      case ADD_HEADER -> {
        if (!valid) {
          Arrays.fill(s, header.base, header.base + 1 + header.fields.size(), 0);
          s[header.base] = 1;
          lengthNow += header.bits / 8;
        }
      }
      default -> {
        if (valid) {
          s[header.base] = 0;
          lengthNow -= header.bits / 8;
        }
      }
    }
    return true;
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

  private void egress(int port, Output to) {
    s[egressPort] = port;
    s[egressSpec] = 0;
    s[packetLength] = lengthNow;
    control(egress);
    if (s[egressSpec] == DROP) {
      return;
    }
    int bit = 0;
    for (Header header : order) {
      if (s[header.base] != 0) {
        for (Field field : header.fields) {
          put(bit, field.width, s[field.word]);
          bit += field.width;
        }
      }
    }
    System.arraycopy(in, position, out, bit / 8, length - position);
    to.send(port, out, bit / 8 + length - position);
  }

  private void put(int first, int width, long value) {
    int left = width;
    for (int bit = first; left > 0; ) {
      int free = 8 - bit % 8;
      int take = Math.min(free, left);
      int part = (int) (value >>> (left - take)) & (1 << take) - 1;
      int old = free == 8 ? 0 : out[bit / 8];
      out[bit / 8] = (byte) (old | part << (free - take));
      bit += take;
      left -= take;
    }
  }
}
