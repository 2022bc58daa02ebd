package io.hairpin.softswitch.engine;

import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_byte;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compiles a program to one hidden class: a method for each parser state, condition, table, action
 * and header type, so that each is small enough for the JIT. Tables are constants of the class.
 */
final class Compiler {
  private static final Logger LOG = LoggerFactory.getLogger(Compiler.class);

  /** HotSpot never compiles a method with more bytes of bytecode ({@code HugeMethodLimit}). */
  private static final int MAX_CODE = 8000;

  private static final int CHUNK = 128;
  // No state: none of a part of the transitions fits.
  private static final int NOWHERE = -2;
  // How many steps a method has, and how many where that makes too long ones.
  private static final List<Integer> MAX_STEPS = List.of(16, 4, 1);
  private static final ClassDesc SELF = ClassDesc.of("io.hairpin.softswitch.engine.Compiled");
  private static final MethodTypeDesc VOID = MethodTypeDesc.of(CD_void);
  private static final MethodTypeDesc INT = MethodTypeDesc.of(CD_int);
  private static final MethodTypeDesc TEST = MethodTypeDesc.of(CD_boolean);

  /** A compiled program. */
  static final class Compiled {
    // How many bytes of bytecode its longest method has.
    final int longest;
    private final MethodHandle constructor;

    Compiled(MethodHandle constructor, int longest) {
      this.constructor = constructor;
      this.longest = longest;
    }

    Pipeline make(Pipeline.Shared shared, Transmitter out) {
      try {
        return (Pipeline) constructor.invokeExact(shared, out);
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new LinkageError("the compiled program has no constructor", e);
      }
    }
  }

  private final Source source;
  private final Map<String, Table> tables;
  private final Externs externs;
  private final Map<String, ValueSet> valueSets;
  private final List<CounterArray> counters;
  private final boolean traced;
  private final int maxSteps;
  private final List<Object> constants = new ArrayList<>();
  private final Map<String, Integer> headerTypes = new LinkedHashMap<>();
  private final Set<Layout.HeaderType> extracted = new LinkedHashSet<>();
  private final Map<String, String> origins = new LinkedHashMap<>();

  private Compiler(Source source, Program program, Externs externs, boolean traced, int maxSteps) {
    this.source = source;
    this.tables = program.tables;
    this.externs = externs;
    this.valueSets = program.valueSets;
    this.counters = program.counters;
    this.traced = traced;
    this.maxSteps = maxSteps;
  }

  /**
   * Compiles a program.
   *
   * @param traced whether the class is to tell its {@link Tracer} what it does, and counts nothing
   */
  static Compiled compile(Source source, Program program, Externs externs, boolean traced)
      throws ProgramException {
    for (int maxSteps : MAX_STEPS) {
      var compiler = new Compiler(source, program, externs, traced, maxSteps);
      boolean last = maxSteps == MAX_STEPS.getLast();
      try {
        byte[] bytes = ClassFile.of().build(SELF, compiler::build);
        int longest = compiler.longest(bytes, last);
        if (longest <= MAX_CODE || last) {
          return compiler.define(bytes, longest);
        }
      } catch (IllegalArgumentException e) {
        // Among others: a method over 65,535 bytes.
        if (last) {
          throw new ProgramException("the program cannot be compiled: " + e.getMessage(), e);
        }
      }
    }
    throw new IllegalStateException("no way to split methods");
  }

  private Compiled define(byte[] bytes, int longest) {
    try {
      MethodHandles.Lookup lookup =
          MethodHandles.lookup()
              .defineHiddenClassWithClassData(bytes, List.copyOf(constants), true);
      MethodHandle constructor =
          lookup.findConstructor(
              lookup.lookupClass(),
              MethodType.methodType(void.class, Pipeline.Shared.class, Transmitter.class));
      return new Compiled(
          constructor.asType(
              MethodType.methodType(Pipeline.class, Pipeline.Shared.class, Transmitter.class)),
          longest);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("the compiled program does not link", e);
    }
  }

  /** How many bytes the largest input of a calculation has. */
  static int calculationBytes(Source source, int payload) {
    List<Source.Calculation> all = new ArrayList<>();
    source.checksums().forEach(c -> all.add(c.calculation()));
    for (Source.Profile profile : source.profiles().values()) {
      Source.Calculation selector = profile.selector();
      if (selector != null) {
        all.add(selector);
      }
    }
    for (Source.ActionCode action : source.actions()) {
      for (Source.Step step : action.steps()) {
        if (step instanceof Source.Hash hash) {
          all.add(hash.calculation());
        }
      }
    }
    // Headers with a field of variable length go through the same buffer.
    int most = source.headers().values().stream().mapToInt(h -> h.type().bytes()).max().orElse(0);
    for (Source.ValueSetOf set : source.valueSets()) {
      most = Math.max(most, (set.width() + 7) / 8);
    }
    for (Source.Calculation c : all) {
      int bits = c.inputs().stream().mapToInt(Source.Input::width).sum();
      most = Math.max(most, (bits + 7) / 8 + (c.payload() ? payload : 0));
    }
    return most;
  }

  /** Finds how long the longest method is. */
  private int longest(byte[] bytes, boolean warn) {
    int longest = 0;
    for (MethodModel method : ClassFile.of().parse(bytes).methods()) {
      int length = method.code().map(c -> ((CodeAttribute) c).codeLength()).orElse(0);
      longest = Math.max(longest, length);
      if (warn && length > MAX_CODE) {
        String name = method.methodName().stringValue();
        LOG.warn(
            "{} is slow: its {} bytes of bytecode are over the {} that the JIT compiles",
            origins.getOrDefault(name, name),
            length,
            MAX_CODE);
      }
    }
    return longest;
  }

  private void build(ClassBuilder b) {
    b.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SYNTHETIC);
    b.withSuperclass(Emitter.PIPELINE);
    MethodTypeDesc init =
        MethodTypeDesc.of(
            CD_void, Emitter.desc(Pipeline.Shared.class), Emitter.desc(Transmitter.class));
    b.withMethodBody(
        INIT_NAME,
        init,
        0,
        c ->
            c.aload(0)
                .aload(1)
                .aload(2)
                .invokespecial(Emitter.PIPELINE, INIT_NAME, init)
                .return_());
    for (Source.ActionCode action : source.actions()) {
      action(b, action);
    }
    action(b, source.beforeDeparser());
    parser(b);
    control(b, "ingress", source.ingress());
    control(b, "egress", source.egress());
    checksums(b);
    deparser(b);
  }

  /** One method for an action; where it is long, others for the runs of steps between its jumps. */
  private void action(ClassBuilder b, Source.ActionCode action) {
    String name = "action_" + action.index();
    String origin = "action " + action.name();
    List<Source.Step> steps = action.steps();
    List<List<Source.Step>> parts = new ArrayList<>();
    method(
        b,
        name,
        origin,
        Emitter.ACTION,
        e -> {
          if (traced && !action.equals(source.beforeDeparser())) {
            e.c.aload(0);
            e.constant(action);
            e.c.aload(1);
            e.inherited(
                "traceAction", CD_void, Emitter.desc(Source.ActionCode.class), Emitter.LONGS);
          }
          e.steps(
              steps,
              steps.size() <= maxSteps ? Integer.MAX_VALUE : maxSteps,
              part -> {
                e.c.aload(0).aload(1);
                e.c.invokevirtual(SELF, name + "_" + parts.size(), Emitter.ACTION);
                parts.add(part);
              });
          e.c.return_();
        });
    for (int i = 0; i < parts.size(); i++) {
      List<Source.Step> part = parts.get(i);
      method(
          b,
          name + "_" + i,
          origin,
          Emitter.ACTION,
          e -> {
            part.forEach(e::step);
            e.c.return_();
          });
    }
  }

  private void method(
      ClassBuilder b, String name, String origin, MethodTypeDesc type, Consumer<Emitter> body) {
    origins.put(name, origin);
    b.withMethodBody(name, type, 0, c -> body.accept(new Emitter(c, this)));
  }

  // What emitters ask for

  int constant(Object value) {
    constants.add(value);
    return constants.size() - 1;
  }

  private static <T> T of(Map<String, T> all, String name) {
    T found = all.get(name);
    if (found == null) {
      throw new IllegalStateException("nothing made of " + name);
    }
    return found;
  }

  boolean traced() {
    return traced;
  }

  CounterArray counter(Source.Counter counter) {
    return of(externs.counters, counter.name());
  }

  /** The place of an array among the parts that a processor has. */
  int part(CounterArray array) {
    return counters.indexOf(array);
  }

  RegisterArray register(Source.Register register) {
    return of(externs.registers, register.name());
  }

  MeterArray meter(Source.Meter meter) {
    return of(externs.meters, meter.name());
  }

  /** A calculation's function; some remember what they were asked before. */
  Hash hash(Source.Calculation calculation) {
    return externs.hashes.computeIfAbsent(
        calculation.name(), i -> new Hash(calculation.algorithm()));
  }

  private int number(Layout.HeaderType type) {
    return headerTypes.computeIfAbsent(type.name(), t -> headerTypes.size());
  }

  // Parser

  private void parser(ClassBuilder b) {
    List<Source.State> states = source.parser();
    method(
        b,
        "state",
        "the parser",
        MethodTypeDesc.of(CD_int, CD_int),
        e -> {
          List<SwitchCase> cases = new ArrayList<>();
          Label none = e.c.newLabel();
          for (int i = 0; i < states.size(); i++) {
            cases.add(SwitchCase.of(i, e.c.newLabel()));
          }
          e.c.iload(1).tableswitch(0, states.size() - 1, none, cases);
          for (int i = 0; i < states.size(); i++) {
            e.c.labelBinding(cases.get(i).target());
            e.c.aload(0).invokevirtual(SELF, "state_" + i, INT).ireturn();
          }
          e.c.labelBinding(none);
          e.c.loadConstant(-1).ireturn();
        });
    for (int i = 0; i < states.size(); i++) {
      state(b, "state_" + i, states.get(i));
    }
    for (Layout.HeaderType type : extracted) {
      method(
          b,
          "extract_" + number(type),
          "header type " + type.name(),
          extractType(type),
          e -> e.extract(type));
    }
  }

  /** One method for a state; where it is long, others for its operations and transitions. */
  private void state(ClassBuilder b, String name, Source.State state) {
    String origin = "parser state " + state.name();
    List<List<Source.ParserOp>> ops = parts(state.ops(), maxSteps);
    List<List<Source.Transition>> transitions = parts(state.transitions(), 8 * maxSteps);
    method(
        b,
        name,
        origin,
        INT,
        e -> {
          CodeBuilder c = e.c;
          Label fail = c.newLabel();
          if (traced) {
            c.aload(0);
            e.constant(state);
            e.inherited("traceState", CD_void, Emitter.desc(Source.State.class));
          }
          if (ops.size() == 1) {
            ops(e, ops.getFirst(), fail);
          } else {
            for (int i = 0; i < ops.size(); i++) {
              c.aload(0).invokevirtual(SELF, name + "_ops_" + i, TEST).ifeq(fail);
            }
          }
          if (transitions.size() == 1) {
            transitions(e, state, transitions.getFirst(), state.otherwise(), fail);
          } else {
            for (int i = 0; i < transitions.size(); i++) {
              Label no = c.newLabel();
              int next = e.local(CD_int);
              c.aload(0).invokevirtual(SELF, name + "_next_" + i, INT).istore(next);
              c.iload(next).loadConstant(NOWHERE).if_icmpeq(no);
              c.iload(next).ireturn();
              c.labelBinding(no);
            }
            c.loadConstant(state.otherwise()).ireturn();
          }
          c.labelBinding(fail);
          c.loadConstant(-1).ireturn();
        });
    for (int i = 0; i < ops.size() && ops.size() > 1; i++) {
      List<Source.ParserOp> part = ops.get(i);
      method(
          b,
          name + "_ops_" + i,
          origin,
          TEST,
          e -> {
            Label fail = e.c.newLabel();
            ops(e, part, fail);
            e.c.iconst_1().ireturn();
            e.c.labelBinding(fail);
            e.c.iconst_0().ireturn();
          });
    }
    for (int i = 0; i < transitions.size() && transitions.size() > 1; i++) {
      List<Source.Transition> part = transitions.get(i);
      method(
          b,
          name + "_next_" + i,
          origin,
          INT,
          e -> {
            Label fail = e.c.newLabel();
            transitions(e, state, part, NOWHERE, fail);
            e.c.labelBinding(fail);
            e.c.loadConstant(-1).ireturn();
          });
    }
  }

  /** Parts of at most so many; one, empty, of nothing. */
  private static <T> List<List<T>> parts(List<T> all, int most) {
    List<List<T>> parts = new ArrayList<>();
    for (int i = 0; i == 0 || i < all.size(); i += most) {
      parts.add(all.subList(i, Math.min(all.size(), i + most)));
    }
    return parts;
  }

  private void ops(Emitter e, List<Source.ParserOp> ops, Label fail) {
    CodeBuilder c = e.c;
    for (Source.ParserOp op : ops) {
      switch (op) {
        case Source.Extract extract -> {
          int base = e.local(CD_int);
          c.loadConstant(extract.header().base()).istore(base);
          extract(e, extract.header().type(), base, extract.bits(), fail);
          e.defeat(extract.header().rivals(), base);
        }
        case Source.ExtractNext next -> {
          Layout.Stack stack = next.stack();
          int base = e.local(CD_int);
          c.aload(0).loadConstant(stack.base()).loadConstant(stack.words());
          c.loadConstant(stack.depth()).loadConstant(stack.count());
          e.inherited("next", CD_int, CD_int, CD_int, CD_int, CD_int);
          c.istore(base).iload(base).iflt(fail);
          c.iload(base).loadConstant(next.member().offset()).iadd().istore(base);
          extract(e, next.member().type(), base, next.bits(), fail);
          e.defeat(Layout.rivals(stack.members(), next.member()), base);
          e.s();
          c.loadConstant(stack.count()).dup2().laload().lconst_1().ladd().lastore();
        }
        case Source.Verify verify -> {
          Label good = c.newLabel();
          Label bad = c.newLabel();
          e.unless(verify.condition(), bad);
          c.goto_(good);
          c.labelBinding(bad);
          c.aload(0);
          e.low(verify.error());
          c.putfield(Emitter.PIPELINE, "error", CD_long);
          c.goto_(fail);
          c.labelBinding(good);
        }
        case Source.Advance advance -> {
          c.aload(0);
          e.low(advance.bits());
          e.inherited("advance", CD_boolean, CD_long);
          c.ifeq(fail);
        }
        case Source.Run(Source.Assign assign)
            when assign.value() instanceof Expr.Lookahead ahead -> {
          require(e, ahead, fail);
          e.step(assign);
        }
        case Source.Run run -> e.step(run.step());
      }
    }
  }

  private static MethodTypeDesc extractType(Layout.HeaderType type) {
    return type.variable() == null ? Emitter.EXTRACT : Emitter.EXTRACT_VARIABLE;
  }

  private void extract(
      Emitter e, Layout.HeaderType type, int base, Expr.@Nullable Data bits, Label fail) {
    extracted.add(type);
    e.c.aload(0).iload(base);
    if (bits != null) {
      e.low(bits);
    }
    e.c.invokevirtual(SELF, "extract_" + number(type), extractType(type)).ifeq(fail);
  }

  private static void require(Emitter e, Expr.Lookahead ahead, Label fail) {
    e.c.aload(0).loadConstant(ahead.bytes());
    e.inherited("has", CD_boolean, CD_int);
    e.c.ifeq(fail);
  }

  /** Returns the next state: of the first of these transitions that fits. */
  private void transitions(
      Emitter e,
      Source.State state,
      List<Source.Transition> transitions,
      int otherwiseState,
      Label fail) {
    CodeBuilder c = e.c;
    if (transitions.isEmpty()) {
      c.loadConstant(otherwiseState).ireturn();
      return;
    }
    // Words of the key in locals, each with the bits of the transitions' values that it meets.
    List<Integer> locals = new ArrayList<>();
    List<int[]> origin = new ArrayList<>();
    for (int i = 0; i < state.key().size(); i++) {
      Expr.Data part = state.key().get(i);
      int width = Emitter.width(part);
      if (part instanceof Expr.Lookahead ahead) {
        require(e, ahead, fail);
      }
      for (int w = 0; w < Layout.Field.words(width); w++) {
        int local = e.local(CD_long);
        e.word(part, w);
        c.lstore(local);
        locals.add(local);
        origin.add(new int[] {i, w, width});
      }
    }
    if (locals.size() == 1 && origin.getFirst()[2] < 32 && allExact(state, transitions)) {
      Map<Integer, Integer> first = new TreeMap<>();
      for (Source.Transition t : transitions) {
        if (t instanceof Source.Case v) {
          first.putIfAbsent(v.values().getFirst().intValue(), v.next());
        }
      }
      Label otherwise = c.newLabel();
      List<SwitchCase> cases = new ArrayList<>();
      first.keySet().forEach(v -> cases.add(SwitchCase.of(v, c.newLabel())));
      c.lload(locals.getFirst()).l2i().lookupswitch(otherwise, cases);
      int i = 0;
      for (int next : first.values()) {
        c.labelBinding(cases.get(i++).target());
        c.loadConstant(next).ireturn();
      }
      c.labelBinding(otherwise);
      c.loadConstant(otherwiseState).ireturn();
      return;
    }
    for (Source.Transition t : transitions) {
      Label no = c.newLabel();
      switch (t) {
        case Source.Case v -> {
          for (int i = 0; i < locals.size(); i++) {
            int[] o = origin.get(i);
            int bits = Math.min(64, o[2] - 64 * o[1]);
            long mask = v.masks().get(o[0]).shiftRight(64 * o[1]).longValue() & Bits.mask(bits);
            long value = v.values().get(o[0]).shiftRight(64 * o[1]).longValue() & mask;
            if (mask != 0) {
              c.lload(locals.get(i));
              e.mask(mask, Bits.mask(bits));
              c.loadConstant(value).lcmp().ifne(no);
            }
          }
        }
        case Source.InSet v -> {
          // The set wants the key's parts without gaps, the first on top.
          c.aload(0).iconst_0().putfield(Emitter.PIPELINE, "bits", CD_int);
          int local = 0;
          for (int i = 0; i < state.key().size(); i++) {
            int width = Emitter.width(state.key().get(i));
            int words = Layout.Field.words(width);
            for (int w = words - 1; w >= 0; w--) {
              int bits = Math.min(64, width - 64 * w);
              c.aload(0).lload(locals.get(local + w)).loadConstant(bits);
              e.inherited("append", CD_void, CD_long, CD_int);
            }
            local += words;
          }
          c.aload(0);
          e.constant(of(valueSets, v.set().name()));
          List<Integer> widths = state.key().stream().map(Emitter::width).toList();
          e.constant(ValueSet.bytes(v.masks(), widths));
          e.inherited("inSet", CD_boolean, Emitter.desc(ValueSet.class), CD_byte.arrayType());
          c.ifeq(no);
        }
      }
      c.loadConstant(t.next()).ireturn();
      c.labelBinding(no);
    }
    c.loadConstant(otherwiseState).ireturn();
  }

  private static boolean allExact(Source.State state, List<Source.Transition> transitions) {
    int width = Emitter.width(state.key().getFirst());
    return transitions.stream()
        .allMatch(t -> t instanceof Source.Case v && v.masks().getFirst().equals(Wide.mask(width)));
  }

  // Controls

  private void control(ClassBuilder b, String name, Source.Control control) {
    List<Source.Node> nodes = control.nodes();
    int chunks = (nodes.size() + CHUNK - 1) / CHUNK;
    MethodTypeDesc chunkType = MethodTypeDesc.of(CD_int, CD_int);
    method(
        b,
        name,
        "control " + name,
        VOID,
        e -> {
          CodeBuilder c = e.c;
          if (control.start() < 0) {
            c.return_();
            return;
          }
          int node = e.local(CD_int);
          c.loadConstant(control.start()).istore(node);
          Label loop = c.newBoundLabel();
          Label end = c.newLabel();
          c.iload(node).iflt(end);
          List<SwitchCase> cases = new ArrayList<>();
          for (int i = 0; i < chunks; i++) {
            cases.add(SwitchCase.of(i, c.newLabel()));
          }
          c.iload(node).loadConstant(CHUNK).idiv().tableswitch(0, chunks - 1, end, cases);
          for (int i = 0; i < chunks; i++) {
            c.labelBinding(cases.get(i).target());
            c.aload(0).iload(node).invokevirtual(SELF, name + "_" + i, chunkType).istore(node);
            c.goto_(loop);
          }
          c.labelBinding(end);
          c.return_();
        });
    for (int i = 0; i < chunks; i++) {
      int from = i * CHUNK;
      int to = Math.min(nodes.size(), from + CHUNK);
      method(
          b, name + "_" + i, "control " + name, chunkType, e -> chunk(e, name, control, from, to));
    }
    for (int i = 0; i < nodes.size(); i++) {
      String method = name + "_node_" + i;
      switch (nodes.get(i)) {
        case Source.Conditional conditional ->
            method(
                b,
                method,
                "conditional " + conditional.name(),
                TEST,
                e -> {
                  Label no = e.c.newLabel();
                  e.unless(conditional.condition(), no);
                  traceCondition(e, conditional, true);
                  e.c.iconst_1().ireturn();
                  e.c.labelBinding(no);
                  traceCondition(e, conditional, false);
                  e.c.iconst_0().ireturn();
                });
        case Source.Apply apply ->
            method(b, method, "table " + apply.name(), INT, e -> table(e, apply));
        case Source.Call call -> {}
      }
    }
  }

  private void traceCondition(Emitter e, Source.Conditional conditional, boolean holds) {
    if (traced) {
      e.c.aload(0);
      e.constant(conditional);
      e.c.loadConstant(holds ? 1 : 0);
      e.inherited("traceCondition", CD_void, Emitter.desc(Source.Conditional.class), CD_boolean);
    }
  }

  private void chunk(Emitter e, String name, Source.Control control, int from, int to) {
    CodeBuilder c = e.c;
    Map<Integer, Label> labels = new TreeMap<>();
    for (int i = from; i < to; i++) {
      labels.put(i, c.newLabel());
    }
    Label end = c.newLabel();
    List<SwitchCase> cases = new ArrayList<>();
    labels.forEach((i, label) -> cases.add(SwitchCase.of(i, label)));
    c.iload(1).tableswitch(from, to - 1, end, cases);
    for (int i = from; i < to; i++) {
      Source.Node node = control.nodes().get(i);
      String method = name + "_node_" + i;
      c.labelBinding(labels.getOrDefault(i, end));
      switch (node) {
        case Source.Conditional conditional -> {
          Label no = c.newLabel();
          c.aload(0).invokevirtual(SELF, method, TEST).ifeq(no);
          go(c, conditional.yes(), labels, end);
          c.labelBinding(no);
          go(c, conditional.no(), labels, end);
        }
        case Source.Call call -> {
          c.aload(0).aconst_null();
          c.invokevirtual(SELF, "action_" + call.action().index(), Emitter.ACTION);
          if (call.action().exits()) {
            c.aload(0).getfield(Emitter.PIPELINE, "exited", CD_boolean).ifne(end);
          }
          go(c, call.next(), labels, end);
        }
        case Source.Apply apply -> {
          c.aload(0).invokevirtual(SELF, method, INT);
          Set<Integer> targets = new LinkedHashSet<>(apply.successors());
          if (targets.size() == 1 && apply.actions().stream().noneMatch(Source.ActionCode::exits)) {
            c.pop();
            go(c, targets.iterator().next(), labels, end);
          } else {
            targets.remove(-1);
            List<SwitchCase> ways =
                targets.stream().sorted().map(t -> SwitchCase.of(t, c.newLabel())).toList();
            c.lookupswitch(end, ways);
            for (SwitchCase way : ways) {
              c.labelBinding(way.target());
              go(c, way.caseValue(), labels, end);
            }
          }
        }
      }
    }
    c.labelBinding(end);
    c.loadConstant(-1).ireturn();
  }

  private static void go(CodeBuilder c, int next, Map<Integer, Label> labels, Label end) {
    Label label = labels.get(next);
    if (next < 0) {
      c.goto_(end);
    } else if (label != null) {
      c.goto_(label);
    } else {
      c.loadConstant(next).ireturn();
    }
  }

  private Table table(Source.Apply apply) {
    return of(tables, apply.name());
  }

  private void table(Emitter e, Source.Apply apply) {
    CodeBuilder c = e.c;
    Source.Default otherwise = apply.otherwise();
    if (apply.key().isEmpty()
        && !apply.counted()
        && otherwise != null
        && otherwise.constant()
        && otherwise.arguments().isEmpty()) {
      // A statement that p4c made a table of.
      Source.ActionCode action = apply.actions().get(otherwise.action());
      c.aload(0).aconst_null();
      c.invokevirtual(SELF, "action_" + action.index(), Emitter.ACTION);
      leave(e, apply, action, otherwise.action(), -1);
      return;
    }
    Table table = table(apply);
    if (table.words() == 0) {
      e.constant(table);
      c.invokevirtual(Emitter.TABLE, "lookup", MethodTypeDesc.of(Emitter.BOUND));
    } else if (table.words() == 1) {
      e.constant(table);
      keyWord(e, apply, table, 0);
      c.invokevirtual(Emitter.TABLE, "lookup", MethodTypeDesc.of(Emitter.BOUND, CD_long));
    } else {
      for (int w = 0; w < table.words(); w++) {
        c.aload(0).getfield(Emitter.PIPELINE, "k", Emitter.LONGS).loadConstant(w);
        keyWord(e, apply, table, w);
        c.lastore();
      }
      e.constant(table);
      c.aload(0).getfield(Emitter.PIPELINE, "k", Emitter.LONGS);
      c.invokevirtual(Emitter.TABLE, "lookup", MethodTypeDesc.of(Emitter.BOUND, Emitter.LONGS));
    }
    int bound = e.local(Emitter.BOUND);
    c.astore(bound);
    if (traced) {
      c.aload(0);
      e.constant(apply);
      e.constant(table);
      c.aload(bound);
      e.inherited(
          "traceTable", CD_void, Emitter.desc(Source.Apply.class), Emitter.TABLE, Emitter.BOUND);
    }
    CounterArray misses = table.misses();
    if (misses != null && !traced) {
      Label missed = c.newLabel();
      Label counted = c.newLabel();
      c.aload(bound).getfield(Emitter.BOUND, "hit", CD_boolean).ifeq(missed);
      c.aload(bound).getfield(Emitter.BOUND, "hits", Emitter.desc(Hits.class));
      c.aload(0).getfield(Emitter.PIPELINE, "ingressLength", CD_int);
      c.invokevirtual(Emitter.desc(Hits.class), "count", MethodTypeDesc.of(CD_void, CD_int));
      c.goto_(counted);
      c.labelBinding(missed);
      e.count(misses, new Expr.Const(BigInteger.ZERO));
      c.labelBinding(counted);
    }
    Source.DirectMeter meter = apply.meter();
    if (meter != null) {
      Label unmetered = c.newLabel();
      int colour = e.local(CD_long);
      c.aload(bound)
          .invokevirtual(Emitter.BOUND, "isMetered", MethodTypeDesc.of(CD_boolean))
          .ifeq(unmetered);
      c.aload(bound).getfield(Emitter.BOUND, "hits", Emitter.desc(Hits.class));
      c.aload(0).getfield(Emitter.PIPELINE, "ingressLength", CD_int);
      e.clock();
      c.invokevirtual(
          Emitter.desc(Hits.class),
          traced ? "tryMeter" : "meter",
          MethodTypeDesc.of(CD_long, CD_int, Emitter.CLOCK));
      c.lstore(colour);
      e.storeLocal(meter.to(), colour);
      c.labelBinding(unmetered);
    }
    if (apply.ages() && !traced) {
      Label missed = c.newLabel();
      c.aload(bound).getfield(Emitter.BOUND, "hit", CD_boolean).ifeq(missed);
      c.aload(bound).getfield(Emitter.BOUND, "hits", Emitter.desc(Hits.class));
      e.clock();
      c.invokevirtual(Emitter.desc(Hits.class), "touch", MethodTypeDesc.of(CD_void, Emitter.CLOCK));
      c.labelBinding(missed);
    }
    int chosen = bound;
    Source.Profile profile = apply.profile();
    if (profile != null) {
      chosen = e.local(Emitter.BOUND);
      c.aload(bound);
      Source.Calculation selector = profile.selector();
      if (selector == null) {
        c.lconst_0();
      } else {
        Label single = c.newLabel();
        Label hashed = c.newLabel();
        c.aload(bound)
            .invokevirtual(Emitter.BOUND, "isGroup", MethodTypeDesc.of(CD_boolean))
            .ifeq(single);
        e.calculate(selector);
        c.goto_(hashed);
        c.labelBinding(single);
        c.lconst_0();
        c.labelBinding(hashed);
      }
      c.invokevirtual(Emitter.BOUND, "choose", MethodTypeDesc.of(Emitter.BOUND, CD_long));
      c.astore(chosen);
    }
    List<SwitchCase> cases = new ArrayList<>();
    Label nothing = c.newLabel();
    for (int i = 0; i < apply.actions().size(); i++) {
      cases.add(SwitchCase.of(i, c.newLabel()));
    }
    c.aload(chosen).getfield(Emitter.BOUND, "action", CD_int);
    c.tableswitch(0, Math.max(0, cases.size() - 1), nothing, cases);
    for (int i = 0; i < cases.size(); i++) {
      Source.ActionCode action = apply.actions().get(i);
      c.labelBinding(cases.get(i).target());
      c.aload(0).aload(chosen).getfield(Emitter.BOUND, "arguments", Emitter.LONGS);
      c.invokevirtual(SELF, "action_" + action.index(), Emitter.ACTION);
      leave(e, apply, action, i, bound);
    }
    c.labelBinding(nothing);
    c.loadConstant(apply.missed()).ireturn();
  }

  /** Returns the next node after an action; without an entry it was a miss. */
  private static void leave(
      Emitter e, Source.Apply apply, Source.ActionCode action, int place, int bound) {
    CodeBuilder c = e.c;
    if (action.exits()) {
      Label on = c.newLabel();
      c.aload(0).getfield(Emitter.PIPELINE, "exited", CD_boolean).ifeq(on);
      c.loadConstant(-1).ireturn();
      c.labelBinding(on);
    }
    if (!apply.byHit()) {
      c.loadConstant(apply.next().get(place)).ireturn();
    } else if (bound < 0 || apply.hit() == apply.miss()) {
      c.loadConstant(apply.miss()).ireturn();
    } else {
      Label miss = c.newLabel();
      c.aload(bound).getfield(Emitter.BOUND, "hit", CD_boolean).ifeq(miss);
      c.loadConstant(apply.hit()).ireturn();
      c.labelBinding(miss);
      c.loadConstant(apply.miss()).ireturn();
    }
  }

  /** Pushes one word of a table's key; a field of an invalid header counts as zero. */
  private static void keyWord(Emitter e, Source.Apply apply, Table table, int word) {
    boolean first = true;
    for (int i = 0; i < apply.key().size(); i++) {
      Source.TableKey key = apply.key().get(i);
      int from = table.position(i) / 64;
      int shift = table.position(i) % 64;
      int part = word - from;
      if (part < 0 || part >= Layout.Field.words(key.width())) {
        continue;
      }
      e.word(key.value(), part);
      int bits = Math.min(64, key.width() - 64 * part);
      long mask = key.mask().shiftRight(64 * part).longValue() & Bits.mask(bits);
      e.mask(mask, Bits.mask(bits));
      if (key.value() instanceof Expr.FieldOf f
          && f.header() instanceof Expr.At at
          && !at.header().metadata()) {
        e.s();
        e.c.loadConstant(at.header().base()).laload().lneg().land();
      }
      if (shift > 0) {
        e.c.loadConstant(shift).lshl();
      }
      if (!first) {
        e.c.lor();
      }
      first = false;
    }
  }

  // Checksums and deparser

  private void checksums(ClassBuilder b) {
    List<Source.Checksum> all = source.checksums();
    method(
        b,
        "verify",
        "checksums",
        TEST,
        e -> {
          int wrong = e.local(CD_int);
          e.c.iconst_0().istore(wrong);
          for (int i = 0; i < all.size(); i++) {
            if (all.get(i).verify()) {
              e.c
                  .iload(wrong)
                  .aload(0)
                  .invokevirtual(SELF, "verify_" + i, TEST)
                  .ior()
                  .istore(wrong);
            }
          }
          e.c.iload(wrong).ireturn();
        });
    for (int i = 0; i < all.size(); i++) {
      Source.Checksum sum = all.get(i);
      if (sum.verify()) {
        method(
            b,
            "verify_" + i,
            "checksum " + sum.name(),
            TEST,
            e -> {
              CodeBuilder c = e.c;
              Label skip = c.newLabel();
              e.s();
              c.loadConstant(sum.header().base()).laload().l2i().ifeq(skip);
              if (sum.condition() != null) {
                e.unless(sum.condition(), skip);
              }
              e.calculate(sum.calculation());
              e.low(sum.target());
              c.lcmp().ifeq(skip);
              c.iconst_1().ireturn();
              c.labelBinding(skip);
              c.iconst_0().ireturn();
            });
      }
      if (sum.update()) {
        method(
            b,
            "update_" + i,
            "checksum " + sum.name(),
            VOID,
            e -> {
              CodeBuilder c = e.c;
              Label skip = c.newLabel();
              if (sum.condition() != null) {
                e.unless(sum.condition(), skip);
              }
              int sumLocal = e.local(CD_long);
              e.calculate(sum.calculation());
              c.lstore(sumLocal);
              e.storeLocal(sum.target(), sumLocal);
              c.labelBinding(skip);
              c.return_();
            });
      }
    }
  }

  private void deparser(ClassBuilder b) {
    List<Layout.Header> order = source.deparser();
    int chunks = (order.size() + CHUNK - 1) / CHUNK;
    method(
        b,
        "deparse",
        "the deparser",
        VOID,
        e -> {
          for (int i = 0; i < source.checksums().size(); i++) {
            if (source.checksums().get(i).update()) {
              e.c.aload(0).invokevirtual(SELF, "update_" + i, VOID);
            }
          }
          if (!source.beforeDeparser().steps().isEmpty()) {
            e.c.aload(0).aconst_null();
            e.c.invokevirtual(SELF, "action_" + source.beforeDeparser().index(), Emitter.ACTION);
          }
          for (int i = 0; i < chunks; i++) {
            e.c.aload(0).invokevirtual(SELF, "deparse_" + i, VOID);
          }
          e.c.return_();
        });
    Map<String, Layout.HeaderType> emitted = new LinkedHashMap<>();
    for (int i = 0; i < chunks; i++) {
      List<Layout.Header> part = order.subList(i * CHUNK, Math.min(order.size(), (i + 1) * CHUNK));
      part.forEach(h -> emitted.put(h.type().name(), h.type()));
      method(
          b,
          "deparse_" + i,
          "the deparser",
          VOID,
          e -> {
            for (Layout.Header header : part) {
              Label skip = e.c.newLabel();
              e.s();
              e.c.loadConstant(header.base()).laload().l2i().ifeq(skip);
              e.c.aload(0).loadConstant(header.base());
              e.c.invokevirtual(SELF, "emit_" + number(header.type()), Emitter.EMIT);
              e.c.labelBinding(skip);
            }
            e.c.return_();
          });
    }
    for (Layout.HeaderType type : emitted.values()) {
      method(
          b, "emit_" + number(type), "header type " + type.name(), Emitter.EMIT, e -> e.emit(type));
    }
  }
}
