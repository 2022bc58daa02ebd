package io.hairpin.softswitch.engine;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A program as its JSON says it, with every name resolved.
 *
 * @param words how many words a processor's state has
 * @param headers all header and metadata instances by name
 * @param errors the numbers of parser errors by name
 * @param parser the parser's states; the first is where it starts
 * @param beforeDeparser what the deparser does before it emits
 * @param deparser the headers in the order they are emitted
 * @param clocked whether the program looks at a timestamp
 */
record Source(
    int words,
    Map<String, Layout.Header> headers,
    Map<String, Integer> errors,
    List<State> parser,
    ActionCode beforeDeparser,
    List<Layout.Header> deparser,
    List<ActionCode> actions,
    Control ingress,
    Control egress,
    List<Counter> counters,
    List<Register> registers,
    List<Meter> meters,
    List<ValueSetOf> valueSets,
    Map<String, Profile> profiles,
    List<Checksum> checksums,
    Map<Integer, Digest> digests,
    Map<Integer, List<Expr.FieldOf>> fieldLists,
    boolean clocked) {

  /** One primitive of an action. */
  sealed interface Step {}

  record Assign(Expr.FieldOf to, Expr.Data value) implements Step {}

  record AssignVariable(Expr.FieldOf to, Expr.FieldOf from) implements Step {}

  record CopyHeader(Expr.Place to, Expr.Place from) implements Step {}

  record CopyUnion(List<CopyHeader> headers) implements Step {}

  record CopyStack(Layout.Stack to, Layout.Stack from) implements Step {}

  record AddHeader(Expr.Place header) implements Step {}

  record RemoveHeader(Expr.Place header) implements Step {}

  record MarkToDrop() implements Step {}

  record Push(Layout.Stack stack, int count) implements Step {}

  record Pop(Layout.Stack stack, int count) implements Step {}

  record Count(Counter counter, Expr.Data index) implements Step {}

  record RegisterRead(Expr.FieldOf to, Register register, Expr.Data index) implements Step {}

  record RegisterWrite(Register register, Expr.Data index, Expr.Data value) implements Step {}

  record Hash(Expr.FieldOf to, Expr.Data base, Calculation calculation, Expr.Data size)
      implements Step {}

  record Clone(Expr.Data session, Expr.Data fieldList) implements Step {}

  record SendDigest(Expr.Data list) implements Step {}

  record Truncate(Expr.Data length) implements Step {}

  record Resubmit(Expr.Data fieldList) implements Step {}

  record Recirculate(Expr.Data fieldList) implements Step {}

  record ExecuteMeter(Meter meter, Expr.Data index, Expr.FieldOf to) implements Step {}

  record Random(Expr.FieldOf to, Expr.Data low, Expr.Data high) implements Step {}

  /** Drops the packet where the condition does not hold. */
  record Assert(Expr.Bool condition) implements Step {}

  /** Writes a message to the log; each {} of the format takes an argument. */
  record Log(String format, List<Expr.Data> arguments) implements Step {}

  record Exit() implements Step {}

  /** Goes to a step, always or only where the condition is zero. */
  record Jump(Expr.@Nullable Data condition, int target) implements Step {}

  record Nothing() implements Step {}

  /** One operation of a parser state. */
  sealed interface ParserOp {}

  /**
   * Extracts a header.
   *
   * @param bits how long its field of variable length is; null where it has none
   */
  record Extract(Layout.Header header, Expr.@Nullable Data bits) implements ParserOp {}

  record ExtractNext(Layout.Stack stack, Layout.Member member, Expr.@Nullable Data bits)
      implements ParserOp {}

  record Verify(Expr.Bool condition, Expr.Data error) implements ParserOp {}

  record Advance(Expr.Data bits) implements ParserOp {}

  record Run(Step step) implements ParserOp {}

  /** Moves on to a state, or out of the parser, where the key fits. */
  sealed interface Transition {
    int next();
  }

  /** Each part of the key fits under its mask. */
  record Case(List<BigInteger> values, List<BigInteger> masks, int next) implements Transition {}

  /** A value set holds the key, each part of it under its mask. */
  record InSet(ValueSetOf set, List<BigInteger> masks, int next) implements Transition {}

  record ValueSetOf(String name, int index, int width, int capacity) {}

  /**
   * A parser state.
   *
   * @param key what transitions look at: fields and look-ahead
   * @param otherwise the next state where no transition fits; -1 leaves the parser
   */
  record State(
      String name,
      List<ParserOp> ops,
      List<Expr.Data> key,
      List<Transition> transitions,
      int otherwise) {}

  record Parameter(String name, int width, int word) {}

  record ActionCode(
      String name, int index, List<Parameter> parameters, int words, List<Step> steps) {
    boolean exits() {
      return steps.stream()
          .anyMatch(s -> s instanceof Exit || s instanceof Assert || s instanceof Jump);
    }
  }

  /** A step of a control; next nodes are indexes into the control, -1 ends it. */
  sealed interface Node {
    String name();

    /** The nodes that may come next, -1 among them where the control may end. */
    List<Integer> successors();
  }

  record Conditional(String name, Expr.Bool condition, int yes, int no) implements Node {
    @Override
    public List<Integer> successors() {
      return List.of(yes, no);
    }
  }

  record Call(String name, ActionCode action, int next) implements Node {
    @Override
    public List<Integer> successors() {
      return List.of(next);
    }
  }

  /**
   * Applies a table.
   *
   * @param next the next node for each action; used where {@code byHit} is false
   * @param missed the next node where there is no default action
   */
  record Apply(
      String name,
      List<TableKey> key,
      List<ActionCode> actions,
      boolean byHit,
      List<Integer> next,
      int hit,
      int miss,
      int missed,
      int capacity,
      boolean counted,
      boolean ages,
      @Nullable DirectMeter meter,
      @Nullable Profile profile,
      @Nullable Default otherwise,
      @Nullable List<ConstEntry> entries)
      implements Node {
    @Override
    public List<Integer> successors() {
      List<Integer> all = byHit ? new ArrayList<>(List.of(hit, miss)) : new ArrayList<>(next);
      if (otherwise == null) {
        all.add(missed);
      }
      return all;
    }
  }

  record TableKey(String name, MatchKind kind, Expr.Data value, int width, BigInteger mask) {}

  /**
   * A default entry.
   *
   * @param action its place among the table's actions
   */
  record Default(int action, List<BigInteger> arguments, boolean constant) {}

  record ConstEntry(List<Match> key, int priority, int action, List<BigInteger> arguments) {}

  record Control(String name, List<Node> nodes, int start) {}

  record Counter(String name, int index, int size) {}

  record Register(String name, int index, int size, int width) {}

  record Meter(String name, int index, int size, boolean bytes) {}

  /** A table's meter, and where it puts the colour. */
  record DirectMeter(String name, boolean bytes, Expr.FieldOf to) {}

  record Profile(String name, int capacity, @Nullable Calculation selector) {}

  enum Algorithm {
    CSUM16,
    XOR16,
    XOR32,
    CRC8,
    CRC16,
    CRC32,
    CRC64,
    CRC_CCITT,
    XXH64,
    TOEPLITZ,
    IDENTITY,
    ROUND_ROBIN,
    ROUND_ROBIN_CONSISTENT,
    RANDOM
  }

  /** One input of a calculation; a field's header says whether it takes part. */
  record Input(Expr.Data value, int width, Layout.@Nullable Header header) {}

  record Calculation(String name, Algorithm algorithm, List<Input> inputs, boolean payload) {}

  record Checksum(
      String name,
      Expr.FieldOf target,
      Layout.Header header,
      Calculation calculation,
      Expr.@Nullable Bool condition,
      boolean verify,
      boolean update) {}

  record Digest(String name, int id, List<Expr.FieldOf> fields) {}
}
