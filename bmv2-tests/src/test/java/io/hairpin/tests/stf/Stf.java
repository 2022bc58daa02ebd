package io.hairpin.tests.stf;

import io.hairpin.softswitch.engine.Action;
import io.hairpin.softswitch.engine.CounterArray;
import io.hairpin.softswitch.engine.CounterValue;
import io.hairpin.softswitch.engine.DigestList;
import io.hairpin.softswitch.engine.Entry;
import io.hairpin.softswitch.engine.Frame;
import io.hairpin.softswitch.engine.KeyField;
import io.hairpin.softswitch.engine.Match;
import io.hairpin.softswitch.engine.MatchKind;
import io.hairpin.softswitch.engine.MeterArray;
import io.hairpin.softswitch.engine.MeterRates;
import io.hairpin.softswitch.engine.Parameter;
import io.hairpin.softswitch.engine.Processor;
import io.hairpin.softswitch.engine.Program;
import io.hairpin.softswitch.engine.ProgramException;
import io.hairpin.softswitch.engine.RegisterArray;
import io.hairpin.softswitch.engine.Replication;
import io.hairpin.softswitch.engine.Table;
import io.hairpin.softswitch.engine.Transmitter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Runs a script of p4c's simple test framework: entries, groups and frames that go in, one
 * statement a line, and the frames that must come out of each port, in their order. A port that no
 * statement names is not connected, unless the script says {@code no_packet}.
 */
public final class Stf {
  /** What the entries and frames of a script go to. */
  public interface Device {
    /** Adds an entry. */
    void insert(Table table, Entry entry);

    /** Sets what a miss runs. */
    void setDefault(Table table, Action action);

    /** Lets a frame arrive. */
    void receive(int port, byte[] frame);

    /** The frames that came out of each port; there should be so many in all. */
    Map<Integer, List<String>> transmitted(int wanted);
  }

  private static final Pattern NAME = Pattern.compile("[\\w$.\\[\\]]+");
  private static final Pattern CALL = Pattern.compile("(" + NAME + ")\\s*\\(([^)]*)\\)");
  private static final Pattern PAIR =
      Pattern.compile("(" + NAME + ")\\s*:\\s*([\\w*]+(?:\\s*(?:/|\\.\\.)\\s*[\\w*]+)?)");
  private static final Pattern CHECK =
      Pattern.compile("(" + NAME + ")\\s*\\(\\s*(\\w+)\\s*\\)\\s*(.*)");
  private static final BigInteger ONE = BigInteger.ONE;

  private final Replication replication = new Replication();
  private final Program program;
  private final Device device;
  private final Map<Integer, List<@Nullable String>> expected = new TreeMap<>();
  private final List<Replication.Replica[]> nodes = new ArrayList<>();
  private final Map<Integer, List<Replication.Replica>> groups = new HashMap<>();
  private final Map<Integer, Integer> sessionGroups = new HashMap<>();
  private boolean quiet;
  private long microseconds;

  private Stf(byte[] json, @Nullable Device device) throws ProgramException {
    program = Program.load(json, () -> microseconds, replication);
    this.device = device == null ? new Engine(program) : device;
  }

  /** The engine alone, in this thread. */
  private static final class Engine implements Device, Transmitter {
    private final Processor processor;
    private final Map<Integer, List<String>> sent = new TreeMap<>();

    Engine(Program program) {
      processor = program.processor(this);
    }

    @Override
    public void insert(Table table, Entry entry) {
      table.insert(entry);
    }

    @Override
    public void setDefault(Table table, Action action) {
      table.setDefault(action);
    }

    @Override
    public void receive(int port, byte[] bytes) {
      MemorySegment memory = Arena.ofAuto().allocate(Math.max(1, bytes.length));
      MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
      var frame = new Frame(memory);
      frame.place(0, bytes.length);
      processor.process(port, frame);
    }

    @Override
    public Map<Integer, List<String>> transmitted(int wanted) {
      return sent;
    }

    @Override
    public void transmit(
        int port,
        MemorySegment headers,
        int headerLength,
        Frame frame,
        int payloadOffset,
        int payloadLength) {
      byte[] bytes = new byte[headerLength + payloadLength];
      MemorySegment.copy(headers, ValueLayout.JAVA_BYTE, 0, bytes, 0, headerLength);
      MemorySegment.copy(
          frame.memory(), ValueLayout.JAVA_BYTE, payloadOffset, bytes, headerLength, payloadLength);
      sent.computeIfAbsent(port, p -> new ArrayList<>()).add(HexFormat.of().formatHex(bytes));
    }

    @Override
    public void digest(DigestList list, MemorySegment sample) {}
  }

  /**
   * Runs a script.
   *
   * @return what went wrong, a line each; empty where all is as expected
   */
  static List<String> run(byte[] json, String script) throws ProgramException {
    return run(json, script, null);
  }

  /**
   * Runs a script on a device that runs the same program; statements for registers, counters,
   * meters, groups and clones are for the engine only.
   *
   * @return what went wrong, a line each; empty where all is as expected
   */
  public static List<String> run(byte[] json, String script, @Nullable Device device)
      throws ProgramException {
    var stf = new Stf(json, device);
    List<String> wrong = new ArrayList<>();
    int number = 0;
    for (String line : script.lines().toList()) {
      number++;
      int comment = line.indexOf('#');
      // p4testgen writes names in quotation marks.
      String statement =
          (comment < 0 ? line : line.substring(0, comment)).replace("\"", "").strip();
      if (!statement.isEmpty()) {
        try {
          stf.execute(statement);
        } catch (RuntimeException e) {
          wrong.add("line " + number + ", '" + statement + "': " + e);
        }
      }
    }
    stf.compare(wrong);
    return wrong;
  }

  private void execute(String statement) {
    String[] words = statement.split("\\s+");
    String rest = statement.substring(words[0].length()).strip();
    switch (words[0].toLowerCase(Locale.ROOT)) {
      case "packet" -> {
        int port = Integer.parseInt(words[1]);
        expected.computeIfAbsent(port, p -> new ArrayList<>());
        device.receive(
            port, HexFormat.of().parseHex(rest.substring(words[1].length()).replaceAll("\\s", "")));
      }
      case "expect" -> {
        String data = rest.substring(words[1].length()).replaceAll("\\s", "");
        expected
            .computeIfAbsent(Integer.parseInt(words[1]), p -> new ArrayList<>())
            .add(data.isEmpty() ? null : data.toLowerCase(Locale.ROOT));
      }
      case "no_packet" -> quiet = true;
      // Frames are through when the statement that sends them is.
      case "wait" -> microseconds += 1_000_000;
      case "add" -> add(rest);
      case "setdefault" -> {
        Table table = table(words[1]);
        device.setDefault(table, action(table, rest.substring(words[1].length())));
      }
      case "remove" -> removeAll();
      case "check_counter" -> checkCounter(rest);
      case "check_register" -> checkRegister(rest);
      case "register_write" -> register(words[1]).set(integer(words[2]), number(words[3]));
      case "register_reset" -> {
        RegisterArray array = register(words[1]);
        for (int i = 0; i < array.size(); i++) {
          array.set(i, BigInteger.ZERO);
        }
      }
      case "counter_write" ->
          counter(words[1])
              .write(integer(words[2]), new CounterValue(integer(words[4]), integer(words[3])));
      case "meter_set_rates" -> meter(words[1]).setRates(integer(words[2]), rates(words, 3));
      case "meter_array_set_rates" -> {
        MeterArray array = meter(words[1]);
        for (int i = 0; i < array.size(); i++) {
          array.setRates(i, rates(words, 2));
        }
      }
      // These only print.
      case "register_read", "counter_read", "meter_get_rates", "mirroring_get" -> {}
      case "mirroring_add" ->
          replication.putSession(
              integer(words[1]),
              new Replication.CloneSession(
                  List.of(new Replication.Replica(integer(words[2]), 0)), 0));
      case "mirroring_add_mc" -> {
        sessionGroups.put(integer(words[1]), integer(words[2]));
        putGroups();
      }
      case "mirroring_delete" -> replication.removeSession(integer(words[1]));
      case "mc_mgrp_create" -> groups.put(integer(words[1]), new ArrayList<>());
      case "mc_node_create" -> {
        var node = new Replication.Replica[words.length - 2];
        for (int i = 2; i < words.length; i++) {
          node[i - 2] = new Replication.Replica(integer(words[i]), integer(words[1]));
        }
        nodes.add(node);
      }
      case "mc_node_associate" -> {
        groups.get(integer(words[1])).addAll(List.of(nodes.get(integer(words[2]))));
        putGroups();
      }
      default -> throw new IllegalArgumentException("no such statement");
    }
  }

  private void putGroups() {
    groups.forEach(replication::putGroup);
    sessionGroups.forEach(
        (session, group) ->
            replication.putSession(
                session, new Replication.CloneSession(groups.getOrDefault(group, List.of()), 0)));
  }

  // Frames

  private void compare(List<String> wrong) {
    Map<Integer, List<String>> sent =
        device.transmitted(expected.values().stream().mapToInt(List::size).sum());
    if (quiet) {
      sent.keySet().forEach(port -> expected.computeIfAbsent(port, p -> new ArrayList<>()));
    }
    expected.forEach(
        (port, wanted) -> {
          List<String> out = sent.getOrDefault(port, List.of());
          if (out.size() != wanted.size()) {
            wrong.add(
                "port "
                    + port
                    + ": "
                    + wanted.size()
                    + " frames expected, "
                    + out.size()
                    + " came out: "
                    + out);
            return;
          }
          for (int i = 0; i < out.size(); i++) {
            String one = wanted.get(i);
            if (one != null && !fits(one, out.get(i))) {
              wrong.add(
                  "port "
                      + port
                      + ", frame "
                      + (i + 1)
                      + ": expected "
                      + one
                      + ", came out "
                      + out.get(i));
            }
          }
        });
  }

  /** A star fits any digit; what follows the expected digits does not matter unless $ ends them. */
  private static boolean fits(String wanted, String found) {
    boolean whole = wanted.endsWith("$");
    String digits = whole ? wanted.substring(0, wanted.length() - 1) : wanted;
    if (found.length() < digits.length() || (whole && found.length() > digits.length())) {
      return false;
    }
    for (int i = 0; i < digits.length(); i++) {
      if (digits.charAt(i) != '*' && digits.charAt(i) != found.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  // Tables

  private void add(String rest) {
    Matcher call = CALL.matcher(rest);
    if (!call.find()) {
      throw new IllegalArgumentException("no action");
    }
    String[] words = rest.substring(0, call.start()).strip().split("\\s+", 2);
    Table table = table(words[0]);
    String key = words.length > 1 ? words[1].strip() : "";
    int priority = 0;
    Matcher number = Pattern.compile("^(\\d+)(?=\\s|$)").matcher(key);
    if (number.find()) {
      priority = Integer.parseInt(number.group());
      key = key.substring(number.end());
    }
    var matches = new Match[table.key().size()];
    for (int i = 0; i < matches.length; i++) {
      matches[i] =
          table.key().get(i).kind() == MatchKind.EXACT
              ? new Match.Exact(BigInteger.ZERO)
              : new Match.Any();
    }
    Matcher pair = PAIR.matcher(key);
    while (pair.find()) {
      int field = field(table, pair.group(1));
      matches[field] = match(table.key().get(field), pair.group(2).replaceAll("\\s", ""));
    }
    device.insert(
        table,
        new Entry(
            List.of(matches),
            table.hasPriorities() ? priority + 1 : 0,
            action(table, call.group())));
  }

  private static int field(Table table, String name) {
    String wanted = name.replaceAll("\\$(\\d+)", "[$1]");
    List<String> forms =
        List.of(
            wanted, wanted + "$", wanted + ".$valid$", wanted.replaceAll("valid$", "\\$valid\\$"));
    List<KeyField> key = table.key();
    for (boolean suffix : new boolean[] {false, true}) {
      for (int i = 0; i < key.size(); i++) {
        String field = key.get(i).name();
        for (String form : forms) {
          if (suffix ? field.endsWith("." + form) : field.equals(form)) {
            return i;
          }
        }
      }
    }
    throw new IllegalArgumentException("no key field " + name + " among " + key);
  }

  private static Match match(KeyField field, String text) {
    int digit = text.startsWith("0x") ? 4 : text.startsWith("0b") ? 1 : 0;
    switch (field.kind()) {
      case RANGE -> {
        String[] bounds = text.split("\\.\\.");
        return new Match.Range(number(bounds[0]), number(bounds[bounds.length - 1]));
      }
      case LPM -> {
        int slash = text.indexOf('/');
        int stars = text.length() - text.replace("*", "").length();
        int length =
            slash >= 0
                ? integer(text.substring(slash + 1))
                : digit == 0
                    ? field.width()
                    : Math.min(field.width(), (text.length() - 2 - stars) * digit);
        BigInteger value = number((slash >= 0 ? text.substring(0, slash) : text).replace('*', '0'));
        BigInteger mask = ones(length).shiftLeft(field.width() - length);
        return length == 0 ? new Match.Any() : new Match.Lpm(value.and(mask), length);
      }
      case EXACT -> {
        return new Match.Exact(number(text));
      }
      default -> {
        BigInteger value = number(text.replace('*', '0'));
        BigInteger mask = ones(field.width());
        if (text.indexOf('*') >= 0) {
          for (int i = 0; i < text.length(); i++) {
            if (text.charAt(text.length() - 1 - i) == '*') {
              mask = mask.andNot(ones(digit).shiftLeft(i * digit));
            }
          }
        }
        // As in p4c, digits that are not written are not matched.
        if (digit > 0) {
          mask = mask.and(ones((text.length() - 2) * digit));
        }
        if (mask.signum() == 0) {
          return new Match.Any();
        }
        return field.kind() == MatchKind.OPTIONAL
            ? new Match.Exact(value)
            : new Match.Ternary(value.and(mask), mask);
      }
    }
  }

  private static BigInteger ones(int width) {
    return ONE.shiftLeft(width).subtract(ONE);
  }

  private static Action action(Table table, String text) {
    Matcher call = CALL.matcher(text);
    if (!call.find()) {
      throw new IllegalArgumentException("no action");
    }
    String name = named("action", call.group(1), table.actions(), Function.identity());
    List<Parameter> parameters = table.parameters(name);
    var arguments = new BigInteger[parameters.size()];
    Matcher pair = PAIR.matcher(call.group(2));
    while (pair.find()) {
      for (int i = 0; i < arguments.length; i++) {
        if (parameters.get(i).name().equals(pair.group(1))) {
          arguments[i] = number(pair.group(2)).and(ones(parameters.get(i).width()));
        }
      }
    }
    return new Action(name, List.of(arguments));
  }

  private void removeAll() {
    for (Table table : program.tables()) {
      if (!table.isConst()) {
        for (Entry entry : table.entries()) {
          table.delete(entry.key(), entry.priority());
        }
      }
    }
  }

  // Counters, registers, meters

  private void checkCounter(String rest) {
    Matcher check = CHECK.matcher(rest);
    if (!check.matches()) {
      throw new IllegalArgumentException("no counter");
    }
    CounterValue value = counter(check.group(1)).read(integer(check.group(2)));
    String[] condition =
        check.group(3).isBlank()
            ? new String[] {"packets", "==", "0"}
            : check.group(3).split("\\s+");
    long found = condition[0].equals("bytes") ? value.bytes() : value.packets();
    require(condition[1], BigInteger.valueOf(found), number(condition[2]));
  }

  private void checkRegister(String rest) {
    Matcher check = CHECK.matcher(rest);
    if (!check.matches()) {
      throw new IllegalArgumentException("no register");
    }
    String[] condition = check.group(3).split("\\s+");
    require(
        condition[0], register(check.group(1)).get(integer(check.group(2))), number(condition[1]));
  }

  private static void require(String operator, BigInteger found, BigInteger wanted) {
    int order = found.compareTo(wanted);
    boolean holds =
        switch (operator) {
          case "==" -> order == 0;
          case "!=" -> order != 0;
          case "<" -> order < 0;
          case "<=" -> order <= 0;
          case ">" -> order > 0;
          case ">=" -> order >= 0;
          default -> throw new IllegalArgumentException("no operator " + operator);
        };
    if (!holds) {
      throw new IllegalStateException("it is " + found);
    }
  }

  /** Rates are given a microsecond, each with its burst: the committed one, then the peak. */
  private static MeterRates rates(String[] words, int from) {
    String[] committed = words[from].split(":");
    String[] peak = words[from + 1].split(":");
    return new MeterRates(
        (long) (Double.parseDouble(committed[0]) * 1e6),
        Long.parseLong(committed[1]),
        (long) (Double.parseDouble(peak[0]) * 1e6),
        Long.parseLong(peak[1]));
  }

  private Table table(String name) {
    return named("table", name, program.tables(), Table::name);
  }

  private CounterArray counter(String name) {
    return named("counter", name, program.counters(), CounterArray::name);
  }

  private RegisterArray register(String name) {
    return named("register", name, program.registers(), RegisterArray::name);
  }

  private MeterArray meter(String name) {
    return named("meter", name, program.meters(), MeterArray::name);
  }

  /** Finds what has this name, or else the only one whose name ends with it. */
  private static <T> T named(
      String what, String name, Collection<T> all, Function<T, String> nameOf) {
    List<T> ending = new ArrayList<>();
    for (T one : all) {
      if (nameOf.apply(one).equals(name)) {
        return one;
      }
      if (nameOf.apply(one).endsWith(name)) {
        ending.add(one);
      }
    }
    if (ending.size() != 1) {
      throw new IllegalArgumentException(
          what
              + " "
              + name
              + " is "
              + ending.size()
              + " among "
              + all.stream().map(nameOf).toList());
    }
    return ending.getFirst();
  }

  private static int integer(String text) {
    return number(text).intValueExact();
  }

  private static BigInteger number(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.startsWith("0x")) {
      return new BigInteger(lower.substring(2), 16);
    }
    if (lower.startsWith("0b")) {
      return new BigInteger(lower.substring(2), 2);
    }
    return new BigInteger(lower);
  }
}
