package io.hairpin.softswitch.engine;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.stream.JsonReader;
import java.io.StringReader;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Reads p4c's bmv2 JSON for v1model. */
final class Reader {
  private static final int MAX_DEPTH = 1_000;
  private static final int MAX_SIZE = 1 << 24;
  private static final int MAX_WIDTH = 1 << 16;
  private static final String VALID = "$valid$";

  /** A construct that cannot be run; becomes a {@link ProgramException}. */
  static final class Unsupported extends RuntimeException {
    private static final long serialVersionUID = 1;

    Unsupported(String message) {
      super(message);
    }
  }

  private final JsonObject root;
  private final Map<String, Layout.HeaderType> types = new HashMap<>();
  private final Map<String, Layout.Header> headers = new LinkedHashMap<>();
  private final Map<String, Layout.Stack> stacks = new HashMap<>();
  private final Map<String, Source.Counter> counters = new LinkedHashMap<>();
  private final Map<String, Source.Register> registers = new LinkedHashMap<>();
  private final Map<String, Source.Meter> meters = new LinkedHashMap<>();
  private final Map<String, Source.DirectMeter> directMeters = new HashMap<>();
  private final Map<String, Source.ValueSetOf> valueSets = new LinkedHashMap<>();
  private final Map<String, Source.Profile> profiles = new LinkedHashMap<>();
  private final Map<String, Expr.Union> unions = new HashMap<>();
  private final Map<String, Source.Calculation> calculations = new LinkedHashMap<>();
  private final Map<Integer, Source.Digest> digests = new LinkedHashMap<>();
  private final Map<Integer, List<Expr.FieldOf>> fieldLists = new HashMap<>();
  private final Map<Integer, Source.ActionCode> actions = new LinkedHashMap<>();
  private List<Source.Parameter> parameters = List.of();
  private boolean clocked;
  private int words;

  private Reader(JsonObject root) {
    this.root = root;
  }

  static Source read(byte[] json) throws ProgramException {
    try {
      var in = new JsonReader(new StringReader(new String(json, StandardCharsets.UTF_8)));
      in.setNestingLimit(MAX_DEPTH);
      return new Reader(JsonParser.parseReader(in).getAsJsonObject()).program();
    } catch (Unsupported e) {
      throw new ProgramException(String.valueOf(e.getMessage()), e);
    } catch (JsonParseException e) {
      throw new ProgramException("the program is not JSON: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      throw new ProgramException("the program is not bmv2 JSON as p4c writes it: " + e, e);
    }
  }

  private Source program() {
    refuseAny("extern_instances", "extern");
    readHeaders();
    for (JsonObject o : objects(root, "parse_vsets")) {
      int capacity = o.has("max_size") ? number(o, "max_size") : Integer.MAX_VALUE;
      var set =
          new Source.ValueSetOf(
              name(o), valueSets.size(), width(o, "compressed_bitwidth"), capacity);
      valueSets.put(set.name(), set);
    }
    for (JsonObject o : objects(root, "meter_arrays")) {
      readMeter(o);
    }
    for (JsonObject o : objects(root, "counter_arrays")) {
      if (!flag(o, "is_direct")) {
        var counter = new Source.Counter(name(o), counters.size(), size(o, "size"));
        counters.put(counter.name(), counter);
      }
    }
    for (JsonObject o : objects(root, "register_arrays")) {
      int width = width(o, "bitwidth");
      var register = new Source.Register(name(o), registers.size(), size(o, "size"), width);
      registers.put(register.name(), register);
    }
    for (JsonObject o : objects(root, "calculations")) {
      readCalculation(o);
    }
    for (JsonObject o : objects(root, "learn_lists")) {
      List<Expr.FieldOf> fields = new ArrayList<>();
      for (JsonObject element : objects(o, "elements")) {
        fields.add(writable("digest " + name(o), element));
      }
      digests.put(number(o, "id"), new Source.Digest(name(o), number(o, "id"), fields));
    }
    for (JsonObject o : objects(root, "field_lists")) {
      List<Expr.FieldOf> fields = new ArrayList<>();
      for (JsonObject element : objects(o, "elements")) {
        fields.add(writable("field list " + name(o), element));
      }
      fieldLists.put(number(o, "id"), fields);
    }
    Map<String, Integer> errors = new HashMap<>();
    for (JsonElement e : array(root, "errors")) {
      errors.put(e.getAsJsonArray().get(0).getAsString(), e.getAsJsonArray().get(1).getAsInt());
    }
    for (JsonObject o : objects(root, "actions")) {
      readAction(o);
    }
    List<Source.State> parser = readParser();
    List<Layout.Header> order = new ArrayList<>();
    List<Source.Step> beforeDeparser = new ArrayList<>();
    for (JsonObject deparser : objects(root, "deparsers")) {
      for (JsonObject primitive : objects(deparser, "primitives")) {
        beforeDeparser.add(step("deparser " + name(deparser), primitive));
      }
      for (JsonElement header : array(deparser, "order")) {
        order.add(header("deparser " + name(deparser), header.getAsString()));
      }
    }
    var none = new Source.Control("", List.of(), -1);
    Map<String, Source.Control> controls = new HashMap<>();
    for (JsonObject o : objects(root, "pipelines")) {
      controls.put(name(o), readControl(o));
    }
    List<Source.Checksum> checksums = new ArrayList<>();
    for (JsonObject o : objects(root, "checksums")) {
      checksums.add(readChecksum(o));
    }
    return new Source(
        words,
        headers,
        errors,
        parser,
        new Source.ActionCode("the deparser", actions.size(), List.of(), 0, beforeDeparser),
        order,
        List.copyOf(actions.values()),
        controls.getOrDefault("ingress", none),
        controls.getOrDefault("egress", none),
        List.copyOf(counters.values()),
        List.copyOf(registers.values()),
        List.copyOf(meters.values()),
        List.copyOf(valueSets.values()),
        profiles,
        checksums,
        digests,
        fieldLists,
        clocked);
  }

  private void refuseAny(String member, String what) {
    for (JsonObject o : objects(root, member)) {
      throw new Unsupported(what + " " + name(o) + " is not supported");
    }
  }

  private void readMeter(JsonObject o) {
    String where = "meter " + name(o);
    if (number(o, "rate_count") != 2) {
      throw new Unsupported(where + ": " + number(o, "rate_count") + " rates, not two");
    }
    boolean bytes =
        switch (text(o, "type")) {
          case "bytes" -> true;
          case "packets" -> false;
          default -> throw new Unsupported(where + ": type '" + text(o, "type") + "'");
        };
    if (flag(o, "is_direct")) {
      directMeters.put(
          name(o), new Source.DirectMeter(name(o), bytes, field(where, array(o, "result_target"))));
    } else {
      meters.put(name(o), new Source.Meter(name(o), meters.size(), size(o, "size"), bytes));
    }
  }

  private void readHeaders() {
    for (JsonObject o : objects(root, "header_types")) {
      List<Layout.Field> fields = new ArrayList<>();
      int bit = 0;
      int word = 1;
      for (JsonElement e : array(o, "fields")) {
        JsonArray tuple = e.getAsJsonArray();
        String field = tuple.get(0).getAsString();
        boolean variable = tuple.get(1).getAsString().equals("*");
        int width = variable ? variableWidth(o) : tuple.get(1).getAsInt();
        if (width < 0 || width > MAX_WIDTH) {
          throw new Unsupported(
              "header type " + name(o) + ": field " + field + " of " + width + " bits");
        }
        boolean signed = tuple.size() > 2 && tuple.get(2).getAsBoolean();
        boolean saturating = tuple.size() > 3 && tuple.get(3).getAsBoolean();
        var made = new Layout.Field(field, width, signed, saturating, variable, bit, word);
        fields.add(made);
        bit += width;
        word += made.words();
      }
      types.put(name(o), new Layout.HeaderType(name(o), fields, bit, word));
    }
    Map<Integer, JsonObject> byId = new LinkedHashMap<>();
    for (JsonObject o : objects(root, "headers")) {
      byId.put(number(o, "id"), o);
    }
    // The elements of a stack lie side by side, so stacks come first.
    for (JsonObject o : objects(root, "header_stacks")) {
      int base = words;
      var member = new Layout.Member("", type(o), 0);
      int depth = 0;
      for (JsonElement id : array(o, "header_ids")) {
        place(known("header stack " + name(o), "header", byId, id.getAsInt()), List.of());
        depth++;
      }
      stacks.put(
          name(o),
          new Layout.Stack(name(o), List.of(member), member.type().words(), depth, base, words++));
    }
    readUnions(byId);
    for (JsonObject o : byId.values()) {
      if (!headers.containsKey(name(o))) {
        place(o, List.of());
      }
    }
  }

  private static int variableWidth(JsonObject type) {
    int fixed = 0;
    int variable = 0;
    for (JsonElement e : array(type, "fields")) {
      JsonElement width = e.getAsJsonArray().get(1);
      if (width.getAsString().equals("*")) {
        variable++;
      } else {
        fixed += width.getAsInt();
      }
    }
    int width = 8 * number(type, "max_length") - fixed;
    if (variable > 1 || width < 0) {
      throw new Unsupported(
          "header type "
              + name(type)
              + ": "
              + variable
              + " fields of variable length share "
              + width
              + " bits");
    }
    return width;
  }

  private void readUnions(Map<Integer, JsonObject> byId) {
    Map<String, List<Layout.Member>> unionTypes = new HashMap<>();
    for (JsonObject o : objects(root, "header_union_types")) {
      List<Layout.Member> members = new ArrayList<>();
      int offset = 0;
      for (JsonElement e : array(o, "headers")) {
        Layout.HeaderType type =
            known(
                "header union type " + name(o),
                "header type",
                types,
                e.getAsJsonArray().get(1).getAsString());
        members.add(new Layout.Member(e.getAsJsonArray().get(0).getAsString(), type, offset));
        offset += type.words();
      }
      unionTypes.put(name(o), members);
    }
    Map<Integer, JsonObject> described = new LinkedHashMap<>();
    for (JsonObject o : objects(root, "header_unions")) {
      described.put(number(o, "id"), o);
    }
    for (JsonObject o : objects(root, "header_union_stacks")) {
      String where = "stack of header unions " + name(o);
      List<Layout.Member> members =
          known(where, "header union type", unionTypes, text(o, "union_type"));
      int base = words;
      int depth = 0;
      for (JsonElement id : array(o, "header_union_ids")) {
        placeUnion(known(where, "header union", described, id.getAsInt()), unionTypes, byId);
        depth++;
      }
      int each = members.stream().mapToInt(m -> m.type().words()).sum();
      stacks.put(name(o), new Layout.Stack(name(o), members, each, depth, base, words++));
    }
    for (JsonObject o : described.values()) {
      if (!unions.containsKey(name(o))) {
        placeUnion(o, unionTypes, byId);
      }
    }
  }

  private void placeUnion(
      JsonObject o, Map<String, List<Layout.Member>> unionTypes, Map<Integer, JsonObject> byId) {
    String where = "header union " + name(o);
    List<Layout.Member> members =
        known(where, "header union type", unionTypes, text(o, "union_type"));
    List<JsonElement> ids = array(o, "header_ids").asList();
    if (ids.size() != members.size()) {
      throw new Unsupported(where + ": " + ids.size() + " headers, its type has " + members.size());
    }
    List<Expr.Place> places = new ArrayList<>();
    for (int i = 0; i < members.size(); i++) {
      JsonObject header = known(where, "header", byId, ids.get(i).getAsInt());
      places.add(new Expr.At(place(header, Layout.rivals(members, members.get(i)))));
    }
    unions.put(name(o), new Expr.Union(places));
  }

  private Layout.Header place(JsonObject o, List<Integer> rivals) {
    Layout.HeaderType type = type(o);
    boolean metadata = flag(o, "metadata");
    if (!metadata && type.bits() % 8 != 0) {
      throw new Unsupported(
          "header " + name(o) + ": " + type.bits() + " bits are not a whole number of bytes");
    }
    var header = new Layout.Header(name(o), type, metadata, words, rivals);
    headers.put(name(o), header);
    words += type.words();
    return header;
  }

  private Layout.HeaderType type(JsonObject o) {
    Layout.HeaderType type = types.get(o.get("header_type").getAsString());
    if (type == null) {
      throw new Unsupported("header " + name(o) + ": no header type " + o.get("header_type"));
    }
    return type;
  }

  private void readCalculation(JsonObject o) {
    calculations.put(name(o), calculation(name(o), o));
  }

  private Source.Calculation calculation(String name, JsonObject o) {
    String where = "calculation " + name;
    List<Source.Input> inputs = new ArrayList<>();
    boolean payload = false;
    for (JsonObject input : objects(o, "input")) {
      switch (text(input, "type")) {
        case "field" -> {
          Expr.FieldOf field = field(where, array(input, "value"));
          inputs.add(new Source.Input(field, field.field().width(), headerOf(field)));
        }
        case "hexstr" ->
            inputs.add(
                new Source.Input(
                    new Expr.Const(hex(input.get("value"))), width(input, "bitwidth"), null));
        case "header" -> {
          Layout.Header header = header(where, text(input, "value"));
          for (Layout.Field field : header.type().fields()) {
            inputs.add(
                new Source.Input(
                    new Expr.FieldOf(new Expr.At(header), field), field.width(), header));
          }
        }
        case "payload" -> payload = true;
        default -> throw new Unsupported(where + ": input " + input + " is not supported");
      }
    }
    Source.Algorithm algorithm =
        switch (text(o, "algo")) {
          case "csum16", "cksum16" -> Source.Algorithm.CSUM16;
          case "xor16" -> Source.Algorithm.XOR16;
          case "xor32" -> Source.Algorithm.XOR32;
          case "crc8_custom" -> Source.Algorithm.CRC8;
          case "crc16", "crc16_custom" -> Source.Algorithm.CRC16;
          case "crc32", "crc32_custom" -> Source.Algorithm.CRC32;
          case "crc64", "crc64_custom" -> Source.Algorithm.CRC64;
          case "crcCCITT" -> Source.Algorithm.CRC_CCITT;
          case "xxh64" -> Source.Algorithm.XXH64;
          case "toeplitz" -> Source.Algorithm.TOEPLITZ;
          case "identity" -> Source.Algorithm.IDENTITY;
          case "round_robin" -> Source.Algorithm.ROUND_ROBIN;
          case "round_robin_consistent" -> Source.Algorithm.ROUND_ROBIN_CONSISTENT;
          case "random" -> Source.Algorithm.RANDOM;
          default ->
              throw new Unsupported(
                  where + ": algorithm '" + text(o, "algo") + "' is not supported");
        };
    return new Source.Calculation(name, algorithm, inputs, payload);
  }

  private static Layout.@Nullable Header headerOf(Expr.FieldOf field) {
    return field.header() instanceof Expr.At at && !at.header().metadata() ? at.header() : null;
  }

  private Source.Checksum readChecksum(JsonObject o) {
    String where = "checksum " + name(o);
    Source.Calculation calculation = calculations.get(text(o, "calculation"));
    if (!text(o, "type").equals("generic") || calculation == null) {
      throw new Unsupported(where + ": type '" + text(o, "type") + "' is not supported");
    }
    Expr.FieldOf target = field(where, array(o, "target"));
    if (!(target.header() instanceof Expr.At at)) {
      throw new Unsupported(where + ": its target is not a field");
    }
    JsonElement condition = o.get("if_cond");
    return new Source.Checksum(
        name(o),
        target,
        at.header(),
        calculation,
        condition == null || condition.isJsonNull()
            ? null
            : bool(where, condition.getAsJsonObject()),
        !o.has("verify") || flag(o, "verify"),
        !o.has("update") || flag(o, "update"));
  }

  // Actions

  private void readAction(JsonObject o) {
    String where = "action " + name(o);
    List<Source.Parameter> declared = new ArrayList<>();
    int word = 0;
    for (JsonObject p : objects(o, "runtime_data")) {
      int width = width(p, "bitwidth");
      declared.add(new Source.Parameter(name(p), width, word));
      word += Layout.Field.words(width);
    }
    parameters = declared;
    List<Source.Step> steps = new ArrayList<>();
    for (JsonObject primitive : objects(o, "primitives")) {
      steps.add(step(where, primitive));
    }
    parameters = List.of();
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i) instanceof Source.Jump jump
          && (jump.target() < 0 || jump.target() > steps.size())) {
        throw new Unsupported(
            where + ": a jump from step " + i + " to " + jump.target() + " is not supported");
      }
    }
    actions.put(
        number(o, "id"), new Source.ActionCode(name(o), actions.size(), declared, word, steps));
  }

  private Source.Step step(String where, JsonObject primitive) {
    String op = text(primitive, "op");
    List<JsonObject> p = objects(primitive, "parameters");
    String at = where + ": primitive '" + op + "'";
    return switch (op) {
      case "assign", "modify_field", "assign_VL" -> assignment(at, p.get(0), p.get(1));
      case "assign_header", "copy_header" ->
          copyHeader(at, place(at, p.get(0)), place(at, p.get(1)));
      case "assign_union" -> {
        Expr.Union to = union(at, p.get(0));
        Expr.Union from = union(at, p.get(1));
        List<Source.CopyHeader> copies = new ArrayList<>();
        forEachPair(at, to, from, (l, r) -> copies.add(copyHeader(at, l, r)));
        yield new Source.CopyUnion(copies);
      }
      case "assign_header_stack", "assign_union_stack" -> {
        Layout.Stack to = stack(at, text(p.get(0), "value"));
        Layout.Stack from = stack(at, text(p.get(1), "value"));
        if (!to.members().equals(from.members()) || to.depth() != from.depth()) {
          throw new Unsupported(at + ": " + to.name() + " and " + from.name() + " differ in type");
        }
        yield new Source.CopyStack(to, from);
      }
      case "add_header" -> new Source.AddHeader(place(at, p.get(0)));
      case "remove_header" -> new Source.RemoveHeader(place(at, p.get(0)));
      case "mark_to_drop", "drop" -> new Source.MarkToDrop();
      case "push" ->
          new Source.Push(
              stack(at, text(p.get(0), "value")), hex(p.get(1).get("value")).intValue());
      case "pop" ->
          new Source.Pop(stack(at, text(p.get(0), "value")), hex(p.get(1).get("value")).intValue());
      case "count" ->
          new Source.Count(
              known(at, "counter array", counters, text(p.get(0), "value")), data(at, p.get(1)));
      case "register_read" ->
          new Source.RegisterRead(
              writable(at, p.get(0)),
              known(at, "register array", registers, text(p.get(1), "value")),
              data(at, p.get(2)));
      case "register_write" ->
          new Source.RegisterWrite(
              known(at, "register array", registers, text(p.get(0), "value")),
              data(at, p.get(1)),
              data(at, p.get(2)));
      case "modify_field_with_hash_based_offset" -> {
        Source.Calculation calculation =
            known(at, "calculation", calculations, text(p.get(2), "value"));
        yield new Source.Hash(
            writable(at, p.get(0)), data(at, p.get(1)), calculation, data(at, p.get(3)));
      }
      case "clone_ingress_pkt_to_egress", "clone_egress_pkt_to_egress" ->
          new Source.Clone(data(at, p.get(0)), data(at, p.get(1)));
      case "generate_digest" -> new Source.SendDigest(data(at, p.get(1)));
      case "truncate" -> new Source.Truncate(data(at, p.get(0)));
      case "resubmit" -> new Source.Resubmit(data(at, p.get(0)));
      case "recirculate" -> new Source.Recirculate(data(at, p.get(0)));
      case "execute_meter" ->
          new Source.ExecuteMeter(
              known(at, "meter", meters, text(p.get(0), "value")),
              data(at, p.get(1)),
              writable(at, p.get(2)));
      case "modify_field_rng_uniform" ->
          new Source.Random(writable(at, p.get(0)), data(at, p.get(1)), data(at, p.get(2)));
      case "assert", "assume" -> new Source.Assert(bool(at, p.get(0)));
      case "exit" -> new Source.Exit();
      case "_jump" -> new Source.Jump(null, hex(p.get(0).get("value")).intValue());
      case "_jump_if_zero" ->
          new Source.Jump(data(at, p.get(0)), hex(p.get(1).get("value")).intValue());
      case "log_msg" -> {
        List<Expr.Data> values = new ArrayList<>();
        for (JsonObject value : objects(p.get(1), "value")) {
          values.add(data(at, value));
        }
        // What stands between the braces does not matter to bmv2.
        String format = text(p.get(0), "value").replaceAll("(?<!\\\\)\\{[^}]*}", "{}");
        yield new Source.Log(format, values);
      }
      case "no_op" -> new Source.Nothing();
      default -> throw new Unsupported(at + " is not supported");
    };
  }

  private Source.Step assignment(String at, JsonObject target, JsonObject value) {
    Expr.FieldOf to = anyField(at, target);
    if (!to.field().variable()) {
      return new Source.Assign(to, data(at, value));
    }
    Expr.FieldOf from = anyField(at, value);
    if (!from.field().variable() || from.field().width() != to.field().width()) {
      throw new Unsupported(
          at + ": " + to.field().name() + " and " + from.field().name() + " differ in type");
    }
    return new Source.AssignVariable(to, from);
  }

  private static Source.CopyHeader copyHeader(String at, Expr.Place to, Expr.Place from) {
    if (!to.type().equals(from.type())) {
      throw new Unsupported(
          at + ": headers of types " + to.type().name() + " and " + from.type().name() + " differ");
    }
    return new Source.CopyHeader(to, from);
  }

  private static void forEachPair(
      String at, Expr.Union left, Expr.Union right, BiConsumer<Expr.Place, Expr.Place> action) {
    if (left.headers().size() != right.headers().size()) {
      throw new Unsupported(at + ": two header unions differ in type");
    }
    for (int i = 0; i < left.headers().size(); i++) {
      action.accept(left.headers().get(i), right.headers().get(i));
    }
  }

  // Parser

  private List<Source.State> readParser() {
    List<JsonObject> parsers = objects(root, "parsers");
    if (parsers.size() != 1) {
      throw new Unsupported("the program has " + parsers.size() + " parsers, not one");
    }
    JsonObject parser = parsers.getFirst();
    List<JsonObject> described = objects(parser, "parse_states");
    Map<String, Integer> index = new HashMap<>();
    String start = text(parser, "init_state");
    described.sort((a, b) -> Boolean.compare(name(b).equals(start), name(a).equals(start)));
    for (JsonObject state : described) {
      index.put(name(state), index.size());
    }
    if (!index.containsKey(start)) {
      throw new Unsupported("parser " + name(parser) + ": no state " + start);
    }
    List<Source.State> states = new ArrayList<>();
    for (JsonObject state : described) {
      states.add(readState(state, index));
    }
    return states;
  }

  private Source.State readState(JsonObject o, Map<String, Integer> index) {
    String where = "parser state " + name(o);
    List<Source.ParserOp> ops = new ArrayList<>();
    for (JsonObject op : objects(o, "parser_ops")) {
      JsonArray p = array(op, "parameters");
      String at = where + ": operation '" + text(op, "op") + "'";
      switch (text(op, "op")) {
        case "extract" -> ops.add(extract(at, p.get(0).getAsJsonObject(), null));
        case "extract_VL" ->
            ops.add(extract(at, p.get(0).getAsJsonObject(), data(at, p.get(1).getAsJsonObject())));
        case "set" ->
            ops.add(
                new Source.Run(
                    assignment(at, p.get(0).getAsJsonObject(), p.get(1).getAsJsonObject())));
        case "verify" -> {
          JsonElement error = p.get(1);
          Expr.Data code =
              error.isJsonPrimitive()
                  ? new Expr.Const(error.getAsBigInteger())
                  : data(at, error.getAsJsonObject());
          ops.add(new Source.Verify(bool(at, p.get(0).getAsJsonObject()), code));
        }
        case "shift" ->
            ops.add(
                new Source.Advance(
                    new Expr.Const(BigInteger.valueOf(8).multiply(p.get(0).getAsBigInteger()))));
        case "advance" -> ops.add(new Source.Advance(data(at, p.get(0).getAsJsonObject())));
        case "primitive" -> {
          Source.Step step = step(where, p.get(0).getAsJsonObject());
          if (step instanceof Source.Jump) {
            throw new Unsupported(at + ": jumps are not supported");
          }
          ops.add(new Source.Run(step));
        }
        default -> throw new Unsupported(at + " is not supported");
      }
    }
    List<Expr.Data> key = new ArrayList<>();
    List<Integer> widths = new ArrayList<>();
    for (JsonObject part : objects(o, "transition_key")) {
      String at = where + ": transition key";
      Expr.Data data = data(at, part);
      switch (data) {
        case Expr.FieldOf f -> widths.add(f.field().width());
        case Expr.ValidBit v -> widths.add(1);
        case Expr.Lookahead l -> widths.add(l.width());
        default ->
            throw new Unsupported(at + " of type '" + text(part, "type") + "' is not supported");
      }
      key.add(data);
    }
    List<Source.Transition> transitions = new ArrayList<>();
    int otherwise = -1;
    for (JsonObject t : objects(o, "transitions")) {
      JsonElement named = t.get("next_state");
      int next = -1;
      if (named != null && !named.isJsonNull()) {
        next = known(where, "parser state", index, named.getAsString());
      }
      String type = t.has("type") ? text(t, "type") : "hexstr";
      if (type.equals("default") || (type.equals("hexstr") && text(t, "value").equals("default"))) {
        otherwise = next;
      } else if (type.equals("hexstr") || type.equals("parse_vset")) {
        JsonElement mask = t.get("mask");
        List<BigInteger> masks =
            mask == null || mask.isJsonNull()
                ? widths.stream().map(Wide::mask).toList()
                : split(hex(mask), widths);
        if (type.equals("hexstr")) {
          transitions.add(new Source.Case(split(hex(t.get("value")), widths), masks, next));
        } else {
          Source.ValueSetOf set = known(where, "value set", valueSets, text(t, "value"));
          if (widths.stream().mapToInt(w -> w).sum() != set.width()) {
            throw new Unsupported(
                where
                    + ": value set "
                    + set.name()
                    + " has "
                    + set.width()
                    + " bits, the key has "
                    + widths);
          }
          transitions.add(new Source.InSet(set, masks, next));
        }
      } else {
        throw new Unsupported(where + ": transition of type '" + type + "' is not supported");
      }
    }
    return new Source.State(name(o), ops, key, transitions, otherwise);
  }

  private Source.ParserOp extract(String at, JsonObject what, Expr.@Nullable Data bits) {
    JsonElement value = what.get("value");
    Source.ParserOp op =
        switch (text(what, "type")) {
          case "regular" -> new Source.Extract(header(at, value.getAsString()), bits);
          case "stack" -> {
            Layout.Stack stack = stack(at, value.getAsString());
            yield new Source.ExtractNext(stack, stack.members().getFirst(), bits);
          }
          case "union_stack" -> {
            Layout.Stack stack = stack(at, value.getAsJsonArray().get(0).getAsString());
            yield new Source.ExtractNext(
                stack, member(at, stack, value.getAsJsonArray().get(1).getAsString()), bits);
          }
          default ->
              throw new Unsupported(at + " to a " + text(what, "type") + " is not supported");
        };
    Layout.HeaderType type =
        op instanceof Source.ExtractNext next
            ? next.member().type()
            : ((Source.Extract) op).header().type();
    if ((type.variable() == null) != (bits == null)) {
      throw new Unsupported(at + " does not suit header type " + type.name());
    }
    return op;
  }

  private static Layout.Member member(String where, Layout.Stack stack, String name) {
    for (Layout.Member member : stack.members()) {
      if (member.name().equals(name)) {
        return member;
      }
    }
    throw new Unsupported(where + ": no header " + name + " in " + stack.name());
  }

  /** Parts a number that holds each part in as many whole bytes as it needs. */
  private static List<BigInteger> split(BigInteger joined, List<Integer> widths) {
    var parts = new BigInteger[widths.size()];
    BigInteger rest = joined;
    for (int i = parts.length - 1; i >= 0; i--) {
      parts[i] = rest.and(Wide.mask(widths.get(i)));
      rest = rest.shiftRight((widths.get(i) + 7) / 8 * 8);
    }
    return List.of(parts);
  }

  // Controls

  private Source.Control readControl(JsonObject o) {
    for (JsonObject p : objects(o, "action_profiles")) {
      JsonObject selector = p.getAsJsonObject("selector");
      profiles.put(
          name(p),
          new Source.Profile(
              name(p),
              p.has("max_size") ? number(p, "max_size") : Integer.MAX_VALUE,
              selector == null ? null : calculation("selector of " + name(p), selector)));
    }
    Map<String, Integer> index = new HashMap<>();
    for (String member : List.of("tables", "conditionals", "action_calls")) {
      for (JsonObject node : objects(o, member)) {
        index.put(name(node), index.size());
      }
    }
    List<Source.Node> nodes = new ArrayList<>();
    for (JsonObject table : objects(o, "tables")) {
      nodes.add(readTable(table, index));
    }
    for (JsonObject c : objects(o, "conditionals")) {
      String where = "conditional " + name(c);
      nodes.add(
          new Source.Conditional(
              name(c),
              bool(where, c.getAsJsonObject("expression")),
              next(where, index, c.get("true_next")),
              next(where, index, c.get("false_next"))));
    }
    for (JsonObject c : objects(o, "action_calls")) {
      String where = "action call " + name(c);
      Source.ActionCode action = action(where, number(c, "action_id"));
      nodes.add(new Source.Call(name(c), action, next(where, index, c.get("next_node"))));
    }
    requireNoLoop(name(o), nodes);
    return new Source.Control(
        name(o), nodes, next("control " + name(o), index, o.get("init_table")));
  }

  /** A control that came back to a node would never let a packet go. */
  private static void requireNoLoop(String control, List<Source.Node> nodes) {
    int[] waiting = new int[nodes.size()];
    for (Source.Node node : nodes) {
      node.successors().stream().filter(n -> n >= 0).forEach(n -> waiting[n]++);
    }
    Deque<Integer> ready = new ArrayDeque<>();
    for (int i = 0; i < waiting.length; i++) {
      if (waiting[i] == 0) {
        ready.add(i);
      }
    }
    int done = 0;
    for (; !ready.isEmpty(); done++) {
      for (int next : nodes.get(ready.remove()).successors()) {
        if (next >= 0 && --waiting[next] == 0) {
          ready.add(next);
        }
      }
    }
    if (done < nodes.size()) {
      throw new Unsupported("control " + control + ": its nodes form a loop");
    }
  }

  private static int next(String where, Map<String, Integer> index, @Nullable JsonElement name) {
    return name == null || name.isJsonNull() ? -1 : known(where, "node", index, name.getAsString());
  }

  private Source.ActionCode action(String where, int id) {
    Source.ActionCode action = actions.get(id);
    if (action == null) {
      throw new Unsupported(where + ": no action " + id);
    }
    return action;
  }

  private Source.Apply readTable(JsonObject o, Map<String, Integer> index) {
    String where = "table " + name(o);
    Source.Profile profile =
        switch (text(o, "type")) {
          case "simple" -> null;
          case "indirect", "indirect_ws" ->
              known(where, "action profile", profiles, text(o, "action_profile"));
          default -> throw new Unsupported(where + ": type '" + text(o, "type") + "'");
        };
    JsonElement metered = o.get("direct_meters");
    Source.DirectMeter meter =
        metered == null || metered.isJsonNull()
            ? null
            : known(where, "direct meter", directMeters, metered.getAsString());
    List<Source.TableKey> key = new ArrayList<>();
    for (JsonObject k : objects(o, "key")) {
      key.add(tableKey(where, k));
    }
    List<Source.ActionCode> list = new ArrayList<>();
    Map<Integer, Integer> places = new HashMap<>();
    for (JsonElement id : array(o, "action_ids")) {
      places.put(id.getAsInt(), list.size());
      list.add(action(where, id.getAsInt()));
    }
    JsonObject nextTables = o.getAsJsonObject("next_tables");
    boolean byHit = nextTables.has("__HIT__") || nextTables.has("__MISS__");
    List<Integer> next = new ArrayList<>();
    for (Source.ActionCode action : list) {
      next.add(byHit ? -1 : next(where, index, nextTables.get(action.name())));
    }
    int miss = next(where, index, nextTables.get("__MISS__"));
    Source.Default otherwise = null;
    if (o.has("default_entry")) {
      JsonObject entry = o.getAsJsonObject("default_entry");
      int id = number(entry, "action_id");
      otherwise =
          new Source.Default(
              known(where, "action", places, id),
              arguments(where, action(where, id), array(entry, "action_data")),
              flag(entry, "action_entry_const"));
    }
    List<Source.ConstEntry> entries = null;
    if (o.has("entries")) {
      entries = new ArrayList<>();
      for (JsonObject entry : objects(o, "entries")) {
        List<Match> matches = new ArrayList<>();
        List<JsonObject> parts = objects(entry, "match_key");
        for (int i = 0; i < key.size(); i++) {
          matches.add(match(where, key.get(i), parts.get(i)));
        }
        JsonObject chosen = entry.getAsJsonObject("action_entry");
        int id = number(chosen, "action_id");
        entries.add(
            new Source.ConstEntry(
                matches,
                number(entry, "priority"),
                known(where, "action", places, id),
                arguments(where, action(where, id), array(chosen, "action_data"))));
      }
    }
    return new Source.Apply(
        name(o),
        key,
        list,
        byHit,
        next,
        next(where, index, nextTables.get("__HIT__")),
        miss,
        byHit ? miss : next(where, index, o.get("base_default_next")),
        entries == null ? number(o, "max_size") : entries.size(),
        flag(o, "with_counters"),
        flag(o, "support_timeout"),
        meter,
        profile,
        otherwise,
        entries);
  }

  private Source.TableKey tableKey(String where, JsonObject k) {
    String matchType = text(k, "match_type");
    MatchKind kind =
        switch (matchType) {
          case "exact", "valid" -> MatchKind.EXACT;
          case "lpm" -> MatchKind.LPM;
          case "ternary" -> MatchKind.TERNARY;
          case "range" -> MatchKind.RANGE;
          case "optional" -> MatchKind.OPTIONAL;
          default ->
              throw new Unsupported(where + ": match type '" + matchType + "' is not supported");
        };
    Expr.Data value;
    String name;
    if (matchType.equals("valid")) {
      value = new Expr.ValidBit(new Expr.At(header(where, text(k, "target"))));
      name = text(k, "target");
    } else {
      value = reference(where, array(k, "target"));
      name =
          array(k, "target").get(0).getAsString() + "." + array(k, "target").get(1).getAsString();
    }
    int width = value instanceof Expr.FieldOf f ? f.field().width() : 1;
    JsonElement mask = k.get("mask");
    return new Source.TableKey(
        k.has("name") ? text(k, "name") : name,
        kind,
        value,
        width,
        mask == null || mask.isJsonNull() ? Wide.mask(width) : hex(mask).and(Wide.mask(width)));
  }

  private static Match match(String where, Source.TableKey key, JsonObject o) {
    return switch (text(o, "match_type")) {
      case "exact" -> new Match.Exact(hex(o.get("key")));
      case "valid" -> new Match.Exact(Wide.bool(o.get("key").getAsBoolean()));
      case "lpm" -> {
        int length = number(o, "prefix_length");
        BigInteger mask = Wide.mask(length).shiftLeft(key.width() - length);
        yield new Match.Lpm(hex(o.get("key")).and(mask), length);
      }
      case "ternary", "optional" -> {
        BigInteger mask = hex(o.get("mask")).and(Wide.mask(key.width()));
        BigInteger value = hex(o.get("key")).and(mask);
        if (mask.signum() == 0) {
          yield new Match.Any();
        }
        yield key.kind() == MatchKind.OPTIONAL
            ? new Match.Exact(value)
            : new Match.Ternary(value, mask);
      }
      case "range" -> new Match.Range(hex(o.get("start")), hex(o.get("end")));
      default ->
          throw new Unsupported(
              where + ": entry with '" + text(o, "match_type") + "' is not supported");
    };
  }

  private static List<BigInteger> arguments(
      String where, Source.ActionCode action, JsonArray values) {
    if (values.size() != action.parameters().size()) {
      throw new Unsupported(
          where
              + ": action "
              + action.name()
              + " takes "
              + action.parameters().size()
              + " arguments, not "
              + values.size());
    }
    List<BigInteger> arguments = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      arguments.add(hex(values.get(i)).and(Wide.mask(action.parameters().get(i).width())));
    }
    return arguments;
  }

  // Expressions

  private Expr.Data data(String where, JsonObject o) {
    return switch (expression(where, o)) {
      case Expr.FieldOf f when f.field().variable() ->
          throw new Unsupported(where + ": " + f.field().name() + " has a variable length");
      case Expr.Data data -> data;
      case Expr.Bool bool -> new Expr.OfBool(bool);
      case Expr.Union u -> throw new Unsupported(where + ": a union where a number should be");
      case Expr.Place p -> throw new Unsupported(where + ": a header where a number should be");
      case Expr.Whole w -> throw new Unsupported(where + ": a stack where a number should be");
    };
  }

  private Expr.Bool bool(String where, JsonObject o) {
    return switch (expression(where, o)) {
      case Expr.Bool bool -> bool;
      case Expr.Data data -> new Expr.NonZero(data);
      case Expr.Union u -> throw new Unsupported(where + ": a union where a condition should be");
      case Expr.Place p -> throw new Unsupported(where + ": a header where a condition should be");
      case Expr.Whole w -> throw new Unsupported(where + ": a stack where a condition should be");
    };
  }

  private Expr.Place place(String where, JsonObject o) {
    if (expression(where, o) instanceof Expr.Place place) {
      return place;
    }
    throw new Unsupported(where + ": no header where one should be: " + o);
  }

  private Layout.Stack wholeStack(String where, JsonObject o) {
    if (expression(where, o) instanceof Expr.Whole whole) {
      return whole.stack();
    }
    throw new Unsupported(where + ": no stack where one should be: " + o);
  }

  private Expr.Union union(String where, JsonObject o) {
    if (expression(where, o) instanceof Expr.Union union) {
      return union;
    }
    throw new Unsupported(where + ": no header union where one should be: " + o);
  }

  private Expr.FieldOf writable(String where, JsonObject o) {
    Expr.FieldOf field = anyField(where, o);
    if (field.field().variable()) {
      throw new Unsupported(where + ": " + field.field().name() + " has a variable length");
    }
    return field;
  }

  private Expr.FieldOf anyField(String where, JsonObject o) {
    if (expression(where, o) instanceof Expr.FieldOf field) {
      return field;
    }
    throw new Unsupported(
        where + ": a target of type '" + text(o, "type") + "' is not supported, a field is");
  }

  private Expr.FieldOf field(String where, JsonArray reference) {
    if (reference(where, reference) instanceof Expr.FieldOf field) {
      return field;
    }
    throw new Unsupported(where + ": " + reference + " is not a field that can be used here");
  }

  private Expr.Data reference(String where, JsonArray reference) {
    Layout.Header header = header(where, reference.get(0).getAsString());
    String name = reference.get(1).getAsString();
    if (name.equals(VALID)) {
      return new Expr.ValidBit(new Expr.At(header));
    }
    if (header.metadata() && (name.contains("timestamp") || name.equals("deq_timedelta"))) {
      clocked = true;
    }
    return new Expr.FieldOf(new Expr.At(header), field(where, header.type(), name));
  }

  private static Layout.Field field(String where, Layout.HeaderType type, String name) {
    for (Layout.Field field : type.fields()) {
      if (field.name().equals(name)) {
        return field;
      }
    }
    throw new Unsupported(where + ": no field " + name + " in " + type.name());
  }

  private Expr expression(String where, JsonObject o) {
    String type = text(o, "type");
    JsonElement value = o.get("value");
    return switch (type) {
      case "field" -> reference(where, value.getAsJsonArray());
      case "hexstr" -> new Expr.Const(hex(value));
      case "bool" -> new Expr.Truth(value.getAsBoolean());
      case "local", "runtime_data" -> {
        int index = value.getAsInt();
        if (index < 0 || index >= parameters.size()) {
          throw new Unsupported(where + ": no parameter " + index);
        }
        Source.Parameter p = parameters.get(index);
        yield new Expr.Argument(p.word(), p.width());
      }
      case "header" -> new Expr.At(header(where, value.getAsString()));
      case "header_stack" -> new Expr.Whole(stack(where, value.getAsString()));
      case "stack_field" -> {
        Layout.Stack stack = stack(where, value.getAsJsonArray().get(0).getAsString());
        Layout.Member member = stack.members().getFirst();
        yield new Expr.FieldOf(
            new Expr.Last(stack, member),
            field(where, member.type(), value.getAsJsonArray().get(1).getAsString()));
      }
      case "header_union" -> known(where, "header union", unions, value.getAsString());
      case "header_union_stack" -> new Expr.Whole(stack(where, value.getAsString()));
      case "union_stack_field" -> {
        JsonArray path = value.getAsJsonArray();
        Layout.Stack stack = stack(where, path.get(0).getAsString());
        Layout.Member member = member(where, stack, path.get(1).getAsString());
        yield new Expr.FieldOf(
            new Expr.Last(stack, member), field(where, member.type(), path.get(2).getAsString()));
      }
      case "lookahead" ->
          new Expr.Lookahead(
              value.getAsJsonArray().get(0).getAsInt(), value.getAsJsonArray().get(1).getAsInt());
      case "expression" -> {
        JsonObject inner = value.getAsJsonObject();
        yield inner.has("op") ? operation(where, inner) : expression(where, inner);
      }
      default -> throw new Unsupported(where + ": operand of type '" + type + "' is not supported");
    };
  }

  private Expr operation(String where, JsonObject o) {
    String op = text(o, "op");
    return switch (op) {
      case "+" -> binary(where, Expr.Arithmetic.ADD, o);
      case "-" -> binary(where, Expr.Arithmetic.SUBTRACT, o);
      case "*" -> binary(where, Expr.Arithmetic.MULTIPLY, o);
      case "/" -> binary(where, Expr.Arithmetic.DIVIDE, o);
      case "%" -> binary(where, Expr.Arithmetic.REMAINDER, o);
      case "<<" -> binary(where, Expr.Arithmetic.SHIFT_LEFT, o);
      case ">>" -> binary(where, Expr.Arithmetic.SHIFT_RIGHT, o);
      case "&" -> binary(where, Expr.Arithmetic.AND, o);
      case "|" -> binary(where, Expr.Arithmetic.OR, o);
      case "^" -> binary(where, Expr.Arithmetic.XOR, o);
      case "~" -> new Expr.Complement(data(where, right(o)));
      case "==", "==h", "==u", "==b" -> equality(where, o, true);
      case "!=", "!=h", "!=u", "!=b" -> equality(where, o, false);
      case "<" -> compare(where, Expr.Order.LESS, o);
      case "<=" -> compare(where, Expr.Order.LESS_OR_EQUAL, o);
      case ">" -> compare(where, Expr.Order.GREATER, o);
      case ">=" -> compare(where, Expr.Order.GREATER_OR_EQUAL, o);
      case "and" -> new Expr.And(bool(where, left(o)), bool(where, right(o)));
      case "or" -> new Expr.Or(bool(where, left(o)), bool(where, right(o)));
      case "not" -> new Expr.Not(bool(where, right(o)));
      case "valid" -> new Expr.Valid(place(where, right(o)));
      case "d2b" -> new Expr.NonZero(data(where, right(o)));
      case "b2d" -> new Expr.OfBool(bool(where, right(o)));
      case "?" -> choice(where, o);
      case "two_comp_mod" -> resize(where, Expr.Cast.TWO_COMPLEMENT, o);
      case "usat_cast" -> resize(where, Expr.Cast.SATURATE_UNSIGNED, o);
      case "sat_cast" -> resize(where, Expr.Cast.SATURATE_SIGNED, o);
      case "valid_union" -> {
        Expr.Bool any = new Expr.Truth(false);
        for (Expr.Place header : union(where, right(o)).headers()) {
          any = any instanceof Expr.Truth ? new Expr.Valid(header) : or(any, header);
        }
        yield any;
      }
      case "dereference_stack", "dereference_header_stack" -> {
        Layout.Stack stack = wholeStack(where, left(o));
        yield new Expr.Element(stack, data(where, right(o)), stack.members().getFirst());
      }
      case "dereference_union_stack" -> {
        Layout.Stack stack = wholeStack(where, left(o));
        Expr.Data index = data(where, right(o));
        yield new Expr.Union(
            stack.members().stream()
                .<Expr.Place>map(m -> new Expr.Element(stack, index, m))
                .toList());
      }
      case "access_union_header" -> union(where, left(o)).headers().get(o.get("right").getAsInt());
      case "access_field" -> {
        Expr.Place header = place(where, left(o));
        yield new Expr.FieldOf(header, header.type().fields().get(o.get("right").getAsInt()));
      }
      case "last_stack_index" -> new Expr.StackCount(wholeStack(where, right(o)), -1);
      case "size_stack" -> new Expr.StackCount(wholeStack(where, right(o)), 0);
      default -> throw new Unsupported(where + ": operator '" + op + "' is not supported");
    };
  }

  private static Expr.Bool or(Expr.Bool left, Expr.Place right) {
    return new Expr.Or(left, new Expr.Valid(right));
  }

  private static JsonObject left(JsonObject o) {
    return o.getAsJsonObject("left");
  }

  private static JsonObject right(JsonObject o) {
    return o.getAsJsonObject("right");
  }

  private Expr.Data binary(String where, Expr.Arithmetic op, JsonObject o) {
    JsonElement left = o.get("left");
    Expr.Data first =
        left == null || left.isJsonNull()
            ? new Expr.Const(BigInteger.ZERO)
            : data(where, left.getAsJsonObject());
    return new Expr.Binary(op, first, data(where, right(o)));
  }

  private Expr.Bool compare(String where, Expr.Order order, JsonObject o) {
    return new Expr.Compare(order, data(where, left(o)), data(where, right(o)));
  }

  private Expr.Bool equality(String where, JsonObject o, boolean equal) {
    Expr left = expression(where, left(o));
    Expr right = expression(where, right(o));
    if (left instanceof Expr.Place l && right instanceof Expr.Place r) {
      return new Expr.SameHeader(l, r, equal);
    }
    if (left instanceof Expr.FieldOf l
        && right instanceof Expr.FieldOf r
        && l.field().variable()
        && r.field().variable()
        && l.field().width() == r.field().width()) {
      return new Expr.SameVariable(l, r, equal);
    }
    if (left instanceof Expr.Union l && right instanceof Expr.Union r) {
      List<Expr.Bool> same = new ArrayList<>();
      forEachPair(where, l, r, (a, b) -> same.add(new Expr.SameHeader(a, b, true)));
      Expr.Bool all = same.stream().reduce(Expr.And::new).orElse(new Expr.Truth(true));
      return equal ? all : new Expr.Not(all);
    }
    if (left instanceof Expr.Bool l && right instanceof Expr.Bool r) {
      return new Expr.Same(l, r, equal);
    }
    return compare(where, equal ? Expr.Order.EQUAL : Expr.Order.NOT_EQUAL, o);
  }

  private Expr.Data choice(String where, JsonObject o) {
    return new Expr.Choice(
        bool(where, o.getAsJsonObject("cond")), data(where, left(o)), data(where, right(o)));
  }

  private Expr.Data resize(String where, Expr.Cast cast, JsonObject o) {
    if (!(data(where, right(o)) instanceof Expr.Const width)) {
      throw new Unsupported(where + ": a cast to a computed width is not supported");
    }
    int bits = width.value().intValueExact();
    if (bits < 1 || bits > MAX_WIDTH) {
      throw new Unsupported(where + ": a cast to " + bits + " bits is not supported");
    }
    return new Expr.Resize(cast, data(where, left(o)), bits);
  }

  // JSON

  private Layout.Header header(String where, String name) {
    return known(where, "header", headers, name);
  }

  private Layout.Stack stack(String where, String name) {
    return known(where, "header stack", stacks, name);
  }

  private static <K, V> V known(String where, String what, Map<K, V> all, K name) {
    V found = all.get(name);
    if (found == null) {
      throw new Unsupported(where + ": no " + what + " " + name);
    }
    return found;
  }

  private static String name(JsonObject o) {
    return text(o, "name");
  }

  private static String text(JsonObject o, String member) {
    JsonElement e = o.get(member);
    if (e == null || e.isJsonNull()) {
      throw new Unsupported("the program has no '" + member + "' in " + brief(o));
    }
    return e.getAsString();
  }

  private static int number(JsonObject o, String member) {
    JsonElement e = o.get(member);
    if (e == null || e.isJsonNull()) {
      throw new Unsupported("the program has no '" + member + "' in " + brief(o));
    }
    return e.getAsInt();
  }

  /** How many cells an array has. */
  private static int size(JsonObject o, String member) {
    int size = number(o, member);
    if (size < 0 || size > MAX_SIZE) {
      throw new Unsupported(
          name(o) + ": " + member + " " + size + " is not between 0 and " + MAX_SIZE);
    }
    return size;
  }

  private static int width(JsonObject o, String member) {
    int width = number(o, member);
    if (width < 0 || width > MAX_WIDTH) {
      throw new Unsupported(
          "a width of " + width + " bits is not between 0 and " + MAX_WIDTH + " in " + brief(o));
    }
    return width;
  }

  private static String brief(JsonObject o) {
    String all = o.toString();
    return all.length() > 200 ? all.substring(0, 200) + "..." : all;
  }

  private static boolean flag(JsonObject o, String member) {
    JsonElement e = o.get(member);
    return e != null && !e.isJsonNull() && e.getAsBoolean();
  }

  private static JsonArray array(JsonObject o, String member) {
    JsonElement e = o.get(member);
    return e == null || e.isJsonNull() ? new JsonArray() : e.getAsJsonArray();
  }

  private static List<JsonObject> objects(JsonObject o, String member) {
    List<JsonObject> found = new ArrayList<>();
    for (JsonElement e : array(o, member)) {
      found.add(e.getAsJsonObject());
    }
    return found;
  }

  private static BigInteger hex(JsonElement e) {
    String text = e.getAsString();
    boolean negative = text.startsWith("-");
    String digits = negative ? text.substring(1) : text;
    if (digits.startsWith("0x")) {
      digits = digits.substring(2);
    }
    BigInteger value = new BigInteger(digits, 16);
    return negative ? value.negate() : value;
  }
}
