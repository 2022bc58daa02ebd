package io.hairpin.softswitch.engine;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.hairpin.softswitch.engine.Bench.Sent;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A second opinion of the compiler: walks the JSON as it stands, with big integers and linear
 * search, and shares no code with the engine but the entries that its tables hold.
 */
final class Interpreter {
  private static final class Header {
    boolean valid;
    final JsonArray fields;
    final Map<String, BigInteger> values = new LinkedHashMap<>();

    Header(JsonArray fields) {
      this.fields = fields;
      clear();
    }

    void clear() {
      for (JsonElement f : fields) {
        values.put(f.getAsJsonArray().get(0).getAsString(), BigInteger.ZERO);
      }
    }

    int bits() {
      int bits = 0;
      for (JsonElement f : fields) {
        bits += f.getAsJsonArray().get(1).getAsInt();
      }
      return bits;
    }

    void copy(Header from) {
      valid = from.valid;
      if (valid) {
        values.putAll(from.values);
      }
    }

    void take(Header from) {
      valid = from.valid;
      values.putAll(from.values);
    }

    JsonArray field(String name) {
      for (JsonElement f : fields) {
        if (f.getAsJsonArray().get(0).getAsString().equals(name)) {
          return f.getAsJsonArray();
        }
      }
      throw new AssertionError(name);
    }

    void set(String name, BigInteger value) {
      JsonArray f = field(name);
      int width = f.get(1).getAsInt();
      boolean signed = f.size() > 2 && f.get(2).getAsBoolean();
      BigInteger modulus = BigInteger.TWO.pow(width);
      BigInteger v = value;
      if (f.size() > 3 && f.get(3).getAsBoolean()) {
        BigInteger low = signed ? modulus.shiftRight(1).negate() : BigInteger.ZERO;
        BigInteger high = (signed ? modulus.shiftRight(1) : modulus).subtract(BigInteger.ONE);
        v = v.max(low).min(high);
      }
      v = v.mod(modulus);
      if (signed && v.testBit(width - 1)) {
        v = v.subtract(modulus);
      }
      values.put(name, v);
    }
  }

  private static final class ParserError extends Exception {
    private static final long serialVersionUID = 1;

    ParserError(String name) {
      super(name);
    }
  }

  private final JsonObject root;
  private final Bench bench;
  private final Map<String, JsonArray> types = new HashMap<>();
  private Map<String, Header> headers = new HashMap<>();
  private Map<String, Integer> counts = new HashMap<>();
  private final Map<String, BigInteger[]> registers = new HashMap<>();
  private final List<Sent> sent = new ArrayList<>();
  private List<BigInteger> arguments = List.of();
  private byte[] frame = {};
  private int position;
  private int length;
  private int cut;
  private boolean exited;
  private int clone;
  private int cloneFields;

  Interpreter(byte[] json, Bench bench) {
    this.root = JsonParser.parseString(new String(json, StandardCharsets.UTF_8)).getAsJsonObject();
    this.bench = bench;
    for (JsonObject t : objects(root, "header_types")) {
      types.put(name(t), t.getAsJsonArray("fields"));
    }
    for (JsonObject r : objects(root, "register_arrays")) {
      var cells = new BigInteger[r.get("size").getAsInt()];
      java.util.Arrays.fill(cells, BigInteger.ZERO);
      registers.put(name(r), cells);
    }
  }

  private static List<JsonObject> objects(JsonObject o, String member) {
    List<JsonObject> all = new ArrayList<>();
    o.getAsJsonArray(member).forEach(e -> all.add(e.getAsJsonObject()));
    return all;
  }

  private static String name(JsonObject o) {
    return o.get("name").getAsString();
  }

  private JsonObject find(String member, String name) {
    for (JsonObject o : objects(root, member)) {
      if (name(o).equals(name)) {
        return o;
      }
    }
    throw new AssertionError(member + " " + name);
  }

  private void std(String field, long value) {
    headers.get("standard_metadata").set(field, BigInteger.valueOf(value));
  }

  private int std(String field) {
    return headers.get("standard_metadata").values.get(field).intValue();
  }

  List<Sent> send(int port, byte[] bytes) {
    sent.clear();
    frame = bytes;
    length = bytes.length;
    clone = -1;
    parse(port);
    control("ingress");
    if (clone >= 0) {
      Replication.CloneSession session = bench.replication.session(clone);
      int fields = cloneFields;
      clone = -1;
      if (session != null) {
        var keptHeaders = headers;
        var keptCounts = counts;
        int keptPosition = position;
        int keptLength = length;
        int keptCut = cut;
        length = bytes.length;
        parse(port);
        resetMetadata(fields, keptHeaders);
        std("instance_type", 1);
        replicate(session.replicas());
        headers = keptHeaders;
        counts = keptCounts;
        position = keptPosition;
        length = keptLength;
        cut = keptCut;
        clone = -1;
      }
    }
    if (std("mcast_grp") != 0) {
      std("instance_type", 5);
      List<Replication.Replica> group = bench.replication.group(std("mcast_grp"));
      if (group != null) {
        replicate(group);
      }
    } else if (std("egress_spec") != 511) {
      std("instance_type", 0);
      egress(std("egress_spec"));
    }
    return List.copyOf(sent);
  }

  private void resetMetadata(int list, Map<String, Header> from) {
    for (JsonObject h : objects(root, "headers")) {
      if (h.get("metadata").getAsBoolean()) {
        headers.get(name(h)).clear();
      }
    }
    for (JsonObject l : objects(root, "field_lists")) {
      if (l.get("id").getAsInt() == list) {
        for (JsonObject e : objects(l, "elements")) {
          String header = e.getAsJsonArray("value").get(0).getAsString();
          String field = e.getAsJsonArray("value").get(1).getAsString();
          headers.get(header).values.put(field, from.get(header).values.get(field));
        }
      }
    }
  }

  private Map<String, Header> copyOfHeaders() {
    Map<String, Header> copy = new HashMap<>();
    headers.forEach(
        (n, h) -> {
          var c = new Header(h.fields);
          c.take(h);
          copy.put(n, c);
        });
    return copy;
  }

  private void replicate(List<Replication.Replica> replicas) {
    var kept = headers;
    int keptLength = length;
    int keptCut = cut;
    for (Replication.Replica replica : replicas) {
      headers = kept;
      headers = copyOfHeaders();
      length = keptLength;
      cut = keptCut;
      clone = -1;
      std("egress_rid", replica.instance());
      egress(replica.port());
    }
  }

  private void egress(int port) {
    std("egress_port", port);
    std("egress_spec", 0);
    std("packet_length", length);
    for (String clock : List.of("enq_timestamp", "egress_global_timestamp")) {
      std(clock, bench.microseconds);
    }
    clone = Math.min(clone, -1);
    control("egress");
    int session = clone;
    int fields = cloneFields;
    clone = -1;
    var kept = copyOfHeaders();
    int keptLength = length;
    int keptCut = cut;
    if (std("egress_spec") != 511) {
      deparse();
    }
    Replication.CloneSession clones = session < 0 ? null : bench.replication.session(session);
    if (clones != null) {
      headers = kept;
      length = keptLength;
      cut = keptCut;
      Map<String, Header> from = copyOfHeaders();
      resetMetadata(fields, from);
      std("instance_type", 2);
      replicate(clones.replicas());
    }
  }

  private void deparse() {
    for (JsonObject sum : objects(root, "checksums")) {
      if (sum.get("update").getAsBoolean() && applies(sum)) {
        JsonArray target = sum.getAsJsonArray("target");
        headers
            .get(target.get(0).getAsString())
            .set(target.get(1).getAsString(), calculate(sum.get("calculation").getAsString()));
      }
    }
    var bits = new StringBuilder();
    for (JsonElement n :
        root.getAsJsonArray("deparsers").get(0).getAsJsonObject().getAsJsonArray("order")) {
      Header h = headers.get(n.getAsString());
      if (h.valid) {
        for (JsonElement f : h.fields) {
          String field = f.getAsJsonArray().get(0).getAsString();
          bits.append(binary(h.values.get(field), f.getAsJsonArray().get(1).getAsInt()));
        }
      }
    }
    byte[] head = bytes(bits);
    var out = new java.io.ByteArrayOutputStream();
    out.writeBytes(head);
    out.write(frame, position, frame.length - position);
    byte[] all = out.toByteArray();
    sent.add(
        new Sent(std("egress_port"), HexFormat.of().formatHex(all, 0, Math.min(all.length, cut))));
  }

  private static String binary(BigInteger value, int width) {
    var text = new StringBuilder();
    for (int i = width - 1; i >= 0; i--) {
      text.append(value.testBit(i) ? '1' : '0');
    }
    return text.toString();
  }

  private static byte[] bytes(CharSequence bits) {
    var bytes = new byte[(bits.length() + 7) / 8];
    for (int i = 0; i < bits.length(); i++) {
      if (bits.charAt(i) == '1') {
        bytes[i / 8] |= (byte) (0x80 >>> i % 8);
      }
    }
    return bytes;
  }

  private boolean applies(JsonObject sum) {
    JsonElement condition = sum.get("if_cond");
    return condition == null
        || condition.isJsonNull()
        || truth(evaluate(condition.getAsJsonObject()));
  }

  private BigInteger calculate(String name) {
    JsonObject calculation = find("calculations", name);
    var bits = new StringBuilder();
    for (JsonObject input : objects(calculation, "input")) {
      if (input.get("type").getAsString().equals("field")) {
        JsonArray ref = input.getAsJsonArray("value");
        Header h = headers.get(ref.get(0).getAsString());
        if (h.valid) {
          String field = ref.get(1).getAsString();
          bits.append(binary(h.values.get(field), h.field(field).get(1).getAsInt()));
        }
      } else {
        bits.append(binary(hex(input.get("value")), input.get("bitwidth").getAsInt()));
      }
    }
    byte[] data = bytes(bits);
    return switch (calculation.get("algo").getAsString()) {
      case "csum16" -> {
        int sum = 0;
        for (int i = 0; i < data.length; i++) {
          sum += (data[i] & 0xFF) << (i % 2 == 0 ? 8 : 0);
          sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        yield BigInteger.valueOf(~sum & 0xFFFF);
      }
      case "crc16" -> {
        int crc = 0;
        for (byte b : data) {
          crc ^= b & 0xFF;
          for (int i = 0; i < 8; i++) {
            crc = (crc & 1) != 0 ? (crc >>> 1) ^ 0xA001 : crc >>> 1;
          }
        }
        yield BigInteger.valueOf(crc);
      }
      default -> throw new AssertionError(calculation);
    };
  }

  // Parser

  private void parse(int port) {
    headers = new HashMap<>();
    counts = new HashMap<>();
    for (JsonObject h : objects(root, "headers")) {
      Header made = new Header(types.get(h.get("header_type").getAsString()));
      made.valid = h.get("metadata").getAsBoolean();
      headers.put(name(h), made);
    }
    position = 0;
    cut = Integer.MAX_VALUE;
    exited = false;
    std("ingress_port", port);
    std("packet_length", frame.length);
    std("ingress_global_timestamp", bench.microseconds);
    JsonObject parser = root.getAsJsonArray("parsers").get(0).getAsJsonObject();
    String error = "NoError";
    String next = parser.get("init_state").getAsString();
    try {
      while (next != null) {
        next = state(parser, next);
      }
    } catch (ParserError e) {
      error = String.valueOf(e.getMessage());
    }
    for (JsonElement e : root.getAsJsonArray("errors")) {
      if (e.getAsJsonArray().get(0).getAsString().equals(error)
          || e.getAsJsonArray().get(1).getAsString().equals(error)) {
        std("parser_error", e.getAsJsonArray().get(1).getAsInt());
      }
    }
    boolean wrong = false;
    for (JsonObject sum : objects(root, "checksums")) {
      JsonArray target = sum.getAsJsonArray("target");
      Header h = headers.get(target.get(0).getAsString());
      if (sum.get("verify").getAsBoolean() && h.valid && applies(sum)) {
        BigInteger actual = h.values.get(target.get(1).getAsString());
        wrong |= !actual.equals(calculate(sum.get("calculation").getAsString()));
      }
    }
    std("checksum_error", wrong ? 1 : 0);
  }

  private @org.jspecify.annotations.Nullable String state(JsonObject parser, String name)
      throws ParserError {
    JsonObject state =
        objects(parser, "parse_states").stream()
            .filter(o -> name(o).equals(name))
            .findFirst()
            .orElseThrow();
    for (JsonObject op : objects(state, "parser_ops")) {
      JsonArray p = op.getAsJsonArray("parameters");
      JsonElement first = p.get(0);
      switch (op.get("op").getAsString()) {
        case "extract" -> {
          String what = first.getAsJsonObject().get("value").getAsString();
          if (first.getAsJsonObject().get("type").getAsString().equals("stack")) {
            List<String> elements = elements(what);
            int used = counts.getOrDefault(what, 0);
            if (used >= elements.size()) {
              throw new ParserError("StackOutOfBounds");
            }
            extract(headers.get(elements.get(used)));
            counts.put(what, used + 1);
          } else {
            extract(headers.get(what));
          }
        }
        case "set" -> {
          JsonArray to = first.getAsJsonObject().getAsJsonArray("value");
          headers
              .get(to.get(0).getAsString())
              .set(to.get(1).getAsString(), number(p.get(1).getAsJsonObject()));
        }
        case "verify" -> {
          if (!truth(evaluate(first.getAsJsonObject()))) {
            throw new ParserError(number(p.get(1).getAsJsonObject()).toString());
          }
        }
        case "primitive" -> primitive(first.getAsJsonObject());
        default -> throw new AssertionError(op);
      }
    }
    List<BigInteger> key = new ArrayList<>();
    List<Integer> widths = new ArrayList<>();
    for (JsonObject part : objects(state, "transition_key")) {
      JsonArray ref = part.getAsJsonArray("value");
      switch (part.get("type").getAsString()) {
        case "lookahead" -> widths.add(ref.get(1).getAsInt());
        case "stack_field" -> {
          Header h = headers.get(elements(ref.get(0).getAsString()).getFirst());
          widths.add(h.field(ref.get(1).getAsString()).get(1).getAsInt());
        }
        default -> {
          Header h = headers.get(ref.get(0).getAsString());
          widths.add(h.field(ref.get(1).getAsString()).get(1).getAsInt());
        }
      }
      key.add(number(part));
    }
    BigInteger joined = BigInteger.ZERO;
    for (int i = 0; i < key.size(); i++) {
      joined = joined.shiftLeft((widths.get(i) + 7) / 8 * 8).or(key.get(i));
    }
    String otherwise = null;
    for (JsonObject t : objects(state, "transitions")) {
      String next = t.get("next_state").isJsonNull() ? null : t.get("next_state").getAsString();
      if (t.get("type").getAsString().equals("default")) {
        otherwise = next;
        continue;
      }
      BigInteger value = hex(t.get("value"));
      BigInteger mask = t.get("mask").isJsonNull() ? BigInteger.ONE.negate() : hex(t.get("mask"));
      if (joined.and(mask).equals(value.and(mask))) {
        return next;
      }
    }
    return otherwise;
  }

  private BigInteger peek(int bit, int width) throws ParserError {
    if (frame.length - position < (bit + width + 7) / 8) {
      throw new ParserError("PacketTooShort");
    }
    BigInteger value = BigInteger.ZERO;
    for (int i = bit; i < bit + width; i++) {
      int b = frame[position + i / 8] >>> (7 - i % 8) & 1;
      value = value.shiftLeft(1).or(BigInteger.valueOf(b));
    }
    return value;
  }

  private void extract(Header h) throws ParserError {
    int bits = h.bits();
    if (frame.length - position < bits / 8) {
      throw new ParserError("PacketTooShort");
    }
    int bit = 0;
    for (JsonElement f : h.fields) {
      int width = f.getAsJsonArray().get(1).getAsInt();
      h.set(f.getAsJsonArray().get(0).getAsString(), peek(bit, width));
      bit += width;
    }
    h.valid = true;
    position += bits / 8;
  }

  private List<String> elements(String stack) {
    List<String> names = new ArrayList<>();
    for (JsonElement id : find("header_stacks", stack).getAsJsonArray("header_ids")) {
      for (JsonObject h : objects(root, "headers")) {
        if (h.get("id").getAsInt() == id.getAsInt()) {
          names.add(name(h));
        }
      }
    }
    return names;
  }

  // Controls

  private void control(String name) {
    JsonObject control = find("pipelines", name);
    exited = false;
    JsonElement next = control.get("init_table");
    while (next != null && !next.isJsonNull() && !exited) {
      next = node(control, next.getAsString());
    }
    exited = false;
  }

  private @org.jspecify.annotations.Nullable JsonElement node(JsonObject control, String name) {
    for (JsonObject c : objects(control, "conditionals")) {
      if (name(c).equals(name)) {
        return c.get(truth(evaluate(c.getAsJsonObject("expression"))) ? "true_next" : "false_next");
      }
    }
    for (JsonObject t : objects(control, "tables")) {
      if (name(t).equals(name)) {
        return table(t);
      }
    }
    throw new AssertionError(name);
  }

  private @org.jspecify.annotations.Nullable JsonElement table(JsonObject t) {
    Table table = bench.table(name(t));
    List<BigInteger> key = new ArrayList<>();
    for (JsonObject k : objects(t, "key")) {
      JsonArray target = k.getAsJsonArray("target");
      Header h = headers.get(target.get(0).getAsString());
      String field = target.get(1).getAsString();
      boolean hidden = field.equals("$valid$");
      BigInteger value =
          hidden
              ? BigInteger.valueOf(h.valid ? 1 : 0)
              : h.valid ? h.values.get(field) : BigInteger.ZERO;
      JsonElement mask = k.get("mask");
      key.add(mask == null || mask.isJsonNull() ? value : value.and(hex(mask)));
    }
    Entry best = null;
    int rank = -1;
    for (Entry e : table.entries()) {
      int prefix = matches(e.key(), key, table.key());
      int r = table.hasPriorities() ? e.priority() : prefix;
      if (prefix >= 0 && r > rank) {
        best = e;
        rank = r;
      }
    }
    Action action = best == null ? table.defaultAction() : best.action();
    JsonObject next = t.getAsJsonObject("next_tables");
    String chosen = "";
    if (action != null) {
      int id =
          t.getAsJsonArray("action_ids").get(table.actions().indexOf(action.name())).getAsInt();
      arguments = action.arguments();
      run(
          objects(root, "actions").stream()
              .filter(a -> a.get("id").getAsInt() == id)
              .findFirst()
              .orElseThrow());
      arguments = List.of();
      chosen = action.name();
    }
    return next.has("__HIT__") || next.has("__MISS__")
        ? next.get(best == null ? "__MISS__" : "__HIT__")
        : next.get(chosen);
  }

  private static int matches(List<Match> matches, List<BigInteger> key, List<KeyField> fields) {
    int prefix = 0;
    for (int i = 0; i < key.size(); i++) {
      BigInteger k = key.get(i);
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

  private void run(JsonObject action) {
    List<JsonObject> primitives = objects(action, "primitives");
    int i = 0;
    while (i < primitives.size()) {
      JsonObject p = primitives.get(i);
      List<JsonObject> o = objects(p, "parameters");
      switch (p.get("op").getAsString()) {
        case "_jump" -> i = number(o.get(0)).intValue();
        case "_jump_if_zero" ->
            i = number(o.get(0)).signum() == 0 ? number(o.get(1)).intValue() : i + 1;
        default -> {
          primitive(p);
          i++;
        }
      }
    }
  }

  private void primitive(JsonObject p) {
    List<JsonObject> o = objects(p, "parameters");
    switch (p.get("op").getAsString()) {
      case "assign" -> assign(o.get(0), number(o.get(1)));
      case "assign_header" -> header(o.get(0)).copy(header(o.get(1)));
      case "add_header" -> {
        Header h = header(o.get(0));
        if (!h.valid) {
          h.clear();
          h.valid = true;
          length += h.bits() / 8;
        }
      }
      case "remove_header" -> {
        Header h = header(o.get(0));
        if (h.valid) {
          h.valid = false;
          length -= h.bits() / 8;
        }
      }
      case "mark_to_drop" -> {
        std("egress_spec", 511);
        std("mcast_grp", 0);
      }
      case "push" -> shift(o.get(0).get("value").getAsString(), number(o.get(1)).intValue());
      case "pop" -> shift(o.get(0).get("value").getAsString(), -number(o.get(1)).intValue());
      case "count", "generate_digest", "log_msg" -> {}
      case "exit" -> exited = true;
      case "truncate" -> cut = number(o.get(0)).intValueExact();
      case "clone_ingress_pkt_to_egress", "clone_egress_pkt_to_egress" -> {
        clone = number(o.get(0)).intValue() & 0x7FFF;
        cloneFields = number(o.get(1)).intValue();
      }
      case "modify_field_with_hash_based_offset" ->
          assign(
              o.get(0),
              calculate(o.get(2).get("value").getAsString())
                  .mod(number(o.get(3)))
                  .add(number(o.get(1))));
      case "register_read" -> {
        BigInteger[] cells = registers.get(o.get(1).get("value").getAsString());
        int index = number(o.get(2)).intValue();
        if (index < cells.length) {
          assign(o.get(0), cells[index]);
        }
      }
      case "register_write" -> {
        BigInteger[] cells = registers.get(o.get(0).get("value").getAsString());
        int index = number(o.get(1)).intValue();
        if (index < cells.length) {
          cells[index] = number(o.get(2));
        }
      }
      default -> throw new AssertionError(p);
    }
  }

  private void assign(JsonObject to, BigInteger value) {
    JsonArray ref = to.getAsJsonArray("value");
    headers.get(ref.get(0).getAsString()).set(ref.get(1).getAsString(), value);
  }

  private void shift(String stack, int by) {
    List<String> names = elements(stack);
    int size = names.size();
    counts.merge(stack, 0, Integer::sum);
    counts.put(stack, Math.clamp(counts.get(stack) + by, 0, size));
    List<Header> old = new ArrayList<>();
    for (String n : names) {
      Header copy = new Header(headers.get(n).fields);
      copy.take(headers.get(n));
      old.add(copy);
    }
    for (int i = 0; i < size; i++) {
      Header h = headers.get(names.get(i));
      int from = i - by;
      if (from >= 0 && from < size) {
        h.take(old.get(from));
      } else {
        h.clear();
        h.valid = false;
      }
    }
  }

  private Header header(JsonObject o) {
    Object found = evaluate(o);
    if (found instanceof Header h) {
      return h;
    }
    throw new AssertionError(o);
  }

  // Expressions: a BigInteger, a Boolean, a Header or the name of a stack

  private static BigInteger hex(JsonElement e) {
    String text = e.getAsString().replace("0x", "");
    return new BigInteger(text, 16);
  }

  private static boolean truth(Object value) {
    return value instanceof Boolean b ? b : ((BigInteger) value).signum() != 0;
  }

  private BigInteger number(JsonObject o) {
    Object value = evaluate(o);
    return value instanceof Boolean b ? (b ? BigInteger.ONE : BigInteger.ZERO) : (BigInteger) value;
  }

  private Object evaluate(JsonObject o) {
    JsonElement value = o.get("value");
    return switch (o.get("type").getAsString()) {
      case "hexstr" -> hex(value);
      case "bool" -> value.getAsBoolean();
      case "local", "runtime_data" -> arguments.get(value.getAsInt());
      case "header" -> headers.get(value.getAsString());
      case "header_stack" -> value.getAsString();
      case "field" -> {
        Header h = headers.get(value.getAsJsonArray().get(0).getAsString());
        String field = value.getAsJsonArray().get(1).getAsString();
        yield field.equals("$valid$") ? BigInteger.valueOf(h.valid ? 1 : 0) : h.values.get(field);
      }
      case "stack_field" -> {
        String stack = value.getAsJsonArray().get(0).getAsString();
        int last = Math.max(0, counts.getOrDefault(stack, 0) - 1);
        yield headers
            .get(elements(stack).get(last))
            .values
            .get(value.getAsJsonArray().get(1).getAsString());
      }
      case "lookahead" -> {
        try {
          yield peek(
              value.getAsJsonArray().get(0).getAsInt(), value.getAsJsonArray().get(1).getAsInt());
        } catch (ParserError e) {
          throw sneaky(e);
        }
      }
      case "expression" -> {
        JsonObject inner = value.getAsJsonObject();
        yield inner.has("op") ? operation(inner) : evaluate(inner);
      }
      default -> throw new AssertionError(o);
    };
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> RuntimeException sneaky(Throwable e) throws T {
    throw (T) e;
  }

  private Object operation(JsonObject o) {
    String op = o.get("op").getAsString();
    JsonElement left = o.get("left");
    JsonObject right = o.getAsJsonObject("right");
    if (op.equals("?")) {
      return evaluate(truth(evaluate(o.getAsJsonObject("cond"))) ? left.getAsJsonObject() : right);
    }
    Object l = left.isJsonNull() ? BigInteger.ZERO : evaluate(left.getAsJsonObject());
    Object r = evaluate(right);
    if (l instanceof Header a && r instanceof Header b) {
      boolean same = a.valid == b.valid && (!a.valid || a.values.equals(b.values));
      return op.equals("==") == same;
    }
    switch (op) {
      case "and":
        return truth(l) && truth(r);
      case "or":
        return truth(l) || truth(r);
      case "not":
        return !truth(r);
      case "d2b":
        return truth(r);
      case "b2d":
        return truth(r) ? BigInteger.ONE : BigInteger.ZERO;
      case "valid":
        return ((Header) r).valid;
      default:
    }
    if (l instanceof Boolean || r instanceof Boolean) {
      return op.equals("==") == (truth(l) == truth(r));
    }
    BigInteger a = (BigInteger) l;
    BigInteger b = (BigInteger) r;
    return switch (op) {
      case "+" -> a.add(b);
      case "-" -> a.subtract(b);
      case "*" -> a.multiply(b);
      case "/" -> a.divide(b);
      case "%" -> a.mod(b);
      case "&" -> a.and(b);
      case "|" -> a.or(b);
      case "^" -> a.xor(b);
      case "~" -> b.not();
      case "<<" -> a.shiftLeft(b.intValueExact());
      case ">>" -> a.shiftRight(b.intValueExact());
      case "==" -> a.equals(b);
      case "!=" -> !a.equals(b);
      case "<" -> a.compareTo(b) < 0;
      case "<=" -> a.compareTo(b) <= 0;
      case ">" -> a.compareTo(b) > 0;
      case ">=" -> a.compareTo(b) >= 0;
      case "two_comp_mod" -> {
        BigInteger modulus = BigInteger.TWO.pow(b.intValueExact());
        BigInteger m = a.mod(modulus);
        yield m.shiftLeft(1).compareTo(modulus) >= 0 ? m.subtract(modulus) : m;
      }
      case "usat_cast" ->
          a.max(BigInteger.ZERO)
              .min(BigInteger.TWO.pow(b.intValueExact()).subtract(BigInteger.ONE));
      case "sat_cast" -> {
        BigInteger half = BigInteger.TWO.pow(b.intValueExact() - 1);
        yield a.max(half.negate()).min(half.subtract(BigInteger.ONE));
      }
      default -> throw new AssertionError(op);
    };
  }
}
