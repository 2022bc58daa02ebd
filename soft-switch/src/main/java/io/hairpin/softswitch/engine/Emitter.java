package io.hairpin.softswitch.engine;

import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicConstantDesc;
import java.lang.constant.MethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes the code of one method.
 *
 * <p>Expressions have no widths, so each gets an interval that holds all its values. Where a long
 * holds the interval, exactly or modulo 2^64 where no more is asked for, the code works on longs;
 * only what is left works on big integers.
 */
final class Emitter {
  static final ClassDesc PIPELINE = desc(Pipeline.class);
  static final ClassDesc TABLE = desc(Table.class);
  static final ClassDesc BOUND = desc(Bound.class);
  static final ClassDesc LONGS = CD_long.arrayType();
  static final ClassDesc CLOCK = desc(LongSupplier.class);
  static final MethodTypeDesc ACTION = MethodTypeDesc.of(CD_void, LONGS);
  static final MethodTypeDesc EXTRACT = MethodTypeDesc.of(CD_boolean, CD_int);
  static final MethodTypeDesc EXTRACT_VARIABLE = MethodTypeDesc.of(CD_boolean, CD_int, CD_long);
  static final MethodTypeDesc EMIT = MethodTypeDesc.of(CD_void, CD_int);

  private static final ClassDesc BIG = desc(BigInteger.class);
  private static final ClassDesc WIDE = desc(Wide.class);
  private static final ClassDesc BITS = desc(Bits.class);
  private static final ClassDesc SEGMENT = desc(MemorySegment.class);
  private static final DirectMethodHandleDesc CLASS_DATA_AT =
      MethodHandleDesc.ofMethod(
          DirectMethodHandleDesc.Kind.STATIC,
          desc(MethodHandles.class),
          "classDataAt",
          MethodTypeDesc.of(
              ConstantDescs.CD_Object,
              ConstantDescs.CD_MethodHandles_Lookup,
              ConstantDescs.CD_String,
              ConstantDescs.CD_Class,
              CD_int));
  private static final BigInteger ZERO = BigInteger.ZERO;
  private static final BigInteger ONE = BigInteger.ONE;
  private static final BigInteger MIN = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);
  private static final BigInteger UMAX = Wide.mask(64);
  private static final int EXACT = 4096;

  final CodeBuilder c;
  private final Compiler compiler;
  private final int state;

  Emitter(CodeBuilder c, Compiler compiler) {
    this.c = c;
    this.compiler = compiler;
    this.state = c.allocateLocal(TypeKind.REFERENCE);
    c.aload(0).getfield(PIPELINE, "s", LONGS).astore(state);
  }

  static ClassDesc desc(Class<?> type) {
    return ClassDesc.ofDescriptor(type.descriptorString());
  }

  int local(ClassDesc type) {
    return c.allocateLocal(TypeKind.from(type));
  }

  /** Pushes the state. */
  void s() {
    c.aload(state);
  }

  /** Pushes the clock. */
  void clock() {
    c.aload(0).getfield(PIPELINE, "clock", CLOCK);
  }

  void inherited(String name, ClassDesc result, ClassDesc... parameters) {
    c.invokevirtual(PIPELINE, name, MethodTypeDesc.of(result, parameters));
  }

  /** Pushes an object as a constant. */
  void constant(Object value) {
    c.loadConstant(
        DynamicConstantDesc.ofNamed(
            CLASS_DATA_AT,
            ConstantDescs.DEFAULT_NAME,
            desc(value.getClass()),
            compiler.constant(value)));
  }

  /** Masks the long on the stack, unless all its bits count. */
  void mask(long mask, long all) {
    if (mask != all) {
      c.loadConstant(mask).land();
    }
  }

  // Intervals

  private record Interval(BigInteger low, BigInteger high) {
    boolean signed() {
      return low.compareTo(MIN) >= 0 && high.compareTo(MAX) <= 0;
    }

    boolean unsigned() {
      return low.signum() >= 0 && high.compareTo(UMAX) <= 0;
    }

    boolean within(Interval other) {
      return low.compareTo(other.low) >= 0 && high.compareTo(other.high) <= 0;
    }

    Interval join(Interval other) {
      return new Interval(low.min(other.low), high.max(other.high));
    }

    int bits() {
      return Math.max(low.bitLength(), high.bitLength());
    }

    static Interval hull(BigInteger... values) {
      BigInteger low = values[0];
      BigInteger high = values[0];
      for (BigInteger v : values) {
        low = low.min(v);
        high = high.max(v);
      }
      return new Interval(low, high);
    }

    static Interval unsigned(int width) {
      return new Interval(ZERO, Wide.mask(width));
    }

    static Interval signed(int width) {
      return new Interval(ONE.shiftLeft(width - 1).negate(), Wide.mask(width - 1));
    }

    static Interval of(Layout.Field field) {
      return field.signed() ? signed(field.width()) : unsigned(field.width());
    }
  }

  private static Interval interval(Expr.Data data) {
    return switch (data) {
      case Expr.Const v -> new Interval(v.value(), v.value());
      case Expr.FieldOf f -> Interval.of(f.field());
      case Expr.ValidBit v -> new Interval(ZERO, ONE);
      case Expr.OfBool v -> new Interval(ZERO, ONE);
      case Expr.Argument a -> Interval.unsigned(a.width());
      case Expr.Lookahead l -> Interval.unsigned(l.width());
      case Expr.StackCount s ->
          new Interval(BigInteger.valueOf(s.plus()), BigInteger.valueOf(s.stack().depth()));
      case Expr.Complement v -> {
        Interval i = interval(v.value());
        yield new Interval(i.high().not(), i.low().not());
      }
      case Expr.Choice v -> interval(v.yes()).join(interval(v.no()));
      case Expr.Resize v ->
          v.cast() == Expr.Cast.SATURATE_UNSIGNED
              ? Interval.unsigned(v.width())
              : Interval.signed(v.width());
      case Expr.Binary v -> interval(v);
    };
  }

  private static Interval interval(Expr.Binary v) {
    Interval l = interval(v.left());
    Interval r = interval(v.right());
    boolean positive = l.low().signum() >= 0 && r.low().signum() >= 0;
    return switch (v.op()) {
      case ADD -> new Interval(l.low().add(r.low()), l.high().add(r.high()));
      case SUBTRACT -> new Interval(l.low().subtract(r.high()), l.high().subtract(r.low()));
      case MULTIPLY ->
          Interval.hull(
              l.low().multiply(r.low()),
              l.low().multiply(r.high()),
              l.high().multiply(r.low()),
              l.high().multiply(r.high()));
      case DIVIDE, SHIFT_RIGHT -> l.join(new Interval(ZERO, ZERO));
      case REMAINDER -> {
        BigInteger most = l.high().abs().max(l.low().abs());
        yield new Interval(l.low().signum() < 0 ? most.negate() : ZERO, most);
      }
      case SHIFT_LEFT -> {
        int most = r.high().bitLength() > 12 ? EXACT : r.high().intValue();
        yield Interval.hull(
            ZERO, l.low(), l.high(), l.low().shiftLeft(most), l.high().shiftLeft(most));
      }
      case AND -> {
        if (l.low().signum() >= 0 && r.low().signum() >= 0) {
          yield new Interval(ZERO, l.high().min(r.high()));
        }
        if (l.low().signum() >= 0 || r.low().signum() >= 0) {
          yield new Interval(ZERO, l.low().signum() >= 0 ? l.high() : r.high());
        }
        yield Interval.signed(Math.max(l.bits(), r.bits()) + 1);
      }
      case OR, XOR -> {
        int bits = Math.max(l.bits(), r.bits());
        yield positive ? Interval.unsigned(bits) : Interval.signed(bits + 1);
      }
    };
  }

  /** The width of a part of a key. */
  static int width(Expr.Data data) {
    return switch (data) {
      case Expr.FieldOf f -> f.field().width();
      case Expr.Lookahead l -> l.width();
      case Expr.Argument a -> a.width();
      case Expr.ValidBit v -> 1;
      default -> throw new IllegalArgumentException("no width: " + data);
    };
  }

  // Places

  /** Pushes a header's first word plus an offset. */
  private void index(Expr.Place place, int offset) {
    switch (place) {
      case Expr.At at -> c.loadConstant(at.header().base() + offset);
      case Expr.Last last -> {
        Layout.Stack t = last.stack();
        c.aload(0).loadConstant(t.base()).loadConstant(t.words()).loadConstant(t.count());
        inherited("last", CD_int, CD_int, CD_int, CD_int);
        c.loadConstant(last.member().offset() + offset).iadd();
      }
      case Expr.Element element -> {
        Layout.Stack t = element.stack();
        c.aload(0).loadConstant(t.base()).loadConstant(t.words()).loadConstant(t.depth());
        low(element.index());
        inherited("element", CD_int, CD_int, CD_int, CD_int, CD_long);
        c.loadConstant(element.member().offset() + offset).iadd();
      }
    }
  }

  private void load(Expr.Place place, int offset) {
    s();
    index(place, offset);
    c.laload();
  }

  // Numbers as longs

  /** Pushes the lowest 64 bits of a number. */
  void low(Expr.Data data) {
    switch (data) {
      case Expr.Const v -> c.loadConstant(v.value().longValue());
      case Expr.FieldOf f -> load(f.header(), f.field().word());
      case Expr.ValidBit v -> load(v.header(), 0);
      case Expr.Argument a -> c.aload(1).loadConstant(a.word()).laload();
      case Expr.Lookahead l -> {
        int bits = Math.min(64, l.width());
        peek(l.bit() + l.width() - bits, bits, l.bytes());
      }
      case Expr.OfBool v -> {
        test(v.value());
        c.i2l();
      }
      case Expr.StackCount v -> {
        s();
        c.loadConstant(v.stack().count()).laload().loadConstant((long) v.plus()).ladd();
      }
      case Expr.Complement v -> {
        low(v.value());
        c.loadConstant(-1L).lxor();
      }
      case Expr.Choice v -> {
        Label no = c.newLabel();
        Label end = c.newLabel();
        unless(v.condition(), no);
        low(v.yes());
        c.goto_(end);
        c.labelBinding(no);
        low(v.no());
        c.labelBinding(end);
      }
      case Expr.Resize v -> low(v);
      case Expr.Binary v -> low(v);
    }
  }

  private void low(Expr.Resize v) {
    Interval from = interval(v.value());
    Interval to = interval((Expr.Data) v);
    if (from.within(to)) {
      low(v.value());
    } else if (v.cast() == Expr.Cast.TWO_COMPLEMENT) {
      low(v.value());
      extend(v.width());
    } else if (from.signed() && to.signed()) {
      low(v.value());
      clamp(to);
    } else if (from.unsigned() && to.unsigned()) {
      low(v.value());
      c.loadConstant(to.high().longValue());
      c.invokestatic(WIDE, "minUnsigned", MethodTypeDesc.of(CD_long, CD_long, CD_long));
    } else {
      bigResize(v);
      c.invokevirtual(BIG, "longValue", MethodTypeDesc.of(CD_long));
    }
  }

  private void clamp(Interval to) {
    MethodTypeDesc type = MethodTypeDesc.of(CD_long, CD_long, CD_long);
    c.loadConstant(to.low().longValue()).invokestatic(desc(Math.class), "max", type);
    c.loadConstant(to.high().longValue()).invokestatic(desc(Math.class), "min", type);
  }

  private void extend(int width) {
    if (width < 64) {
      c.loadConstant(64 - width).lshl().loadConstant(64 - width).lshr();
    }
  }

  private void low(Expr.Binary v) {
    Interval l = interval(v.left());
    Interval r = interval(v.right());
    switch (v.op()) {
      case ADD -> both(v).ladd();
      case SUBTRACT -> both(v).lsub();
      case MULTIPLY -> both(v).lmul();
      case AND -> {
        // A mask of ones that changes nothing is p4c's way to widen.
        if (v.right() instanceof Expr.Const m && idle(l, m.value())) {
          low(v.left());
        } else if (v.left() instanceof Expr.Const m && idle(r, m.value())) {
          low(v.right());
        } else {
          both(v).land();
        }
      }
      case OR -> both(v).lor();
      case XOR -> both(v).lxor();
      case SHIFT_LEFT -> {
        low(v.left());
        if (v.right() instanceof Expr.Const n && n.value().bitLength() < 7 && r.unsigned()) {
          shiftBy(n.value().intValue());
        } else if (r.signed() || r.unsigned()) {
          low(v.right());
          c.invokestatic(WIDE, "shiftLeft", MethodTypeDesc.of(CD_long, CD_long, CD_long));
        } else {
          count(v.right());
          c.invokestatic(WIDE, "shiftLeft", MethodTypeDesc.of(CD_long, CD_long, CD_long));
        }
      }
      case SHIFT_RIGHT, DIVIDE, REMAINDER -> {
        boolean shift = v.op() == Expr.Arithmetic.SHIFT_RIGHT;
        boolean signed = l.signed() && (r.signed() || shift);
        if (signed || (l.unsigned() && (r.unsigned() || shift))) {
          low(v.left());
          if (shift) {
            count(v.right());
          } else {
            low(v.right());
          }
          String name =
              switch (v.op()) {
                case SHIFT_RIGHT -> "shiftRight";
                case DIVIDE -> "divide";
                default -> "remainder";
              };
          c.invokestatic(
              WIDE,
              signed ? name : name + "Unsigned",
              MethodTypeDesc.of(CD_long, CD_long, CD_long));
        } else {
          bigBinary(v, EXACT);
          c.invokevirtual(BIG, "longValue", MethodTypeDesc.of(CD_long));
        }
      }
    }
  }

  private static boolean idle(Interval of, BigInteger mask) {
    return mask.signum() >= 0
        && mask.bitCount() == mask.bitLength()
        && of.low().signum() >= 0
        && of.high().bitLength() <= mask.bitLength();
  }

  private void shiftBy(int count) {
    if (count > 63) {
      c.pop2().lconst_0();
    } else if (count > 0) {
      c.loadConstant(count).lshl();
    }
  }

  /** Pushes a shift count, clipped to what a long holds. */
  private void count(Expr.Data data) {
    Interval r = interval(data);
    if (r.signed() || r.unsigned()) {
      low(data);
    } else {
      big(data, EXACT);
      bigConstant(ZERO);
      bigConstant(MAX);
      c.invokestatic(WIDE, "clamp", MethodTypeDesc.of(BIG, BIG, BIG, BIG));
      c.invokevirtual(BIG, "longValue", MethodTypeDesc.of(CD_long));
    }
  }

  private CodeBuilder both(Expr.Binary v) {
    low(v.left());
    low(v.right());
    return c;
  }

  /** Pushes 64 bits of the unsigned image of a part of a key, from bit 64 * word on. */
  void word(Expr.Data data, int word) {
    switch (data) {
      case Expr.FieldOf f -> {
        load(f.header(), f.field().word() + word);
        if (f.field().signed() && f.field().width() < 64) {
          c.loadConstant(Bits.mask(f.field().width())).land();
        }
      }
      case Expr.Lookahead l -> {
        int to = l.bit() + l.width() - 64 * word;
        int from = Math.max(l.bit(), to - 64);
        peek(from, to - from, l.bytes());
      }
      case Expr.Argument a -> c.aload(1).loadConstant(a.word() + word).laload();
      default -> low(data);
    }
  }

  /** Whether {@link #word} can give a number's words, and how many those are; else 0. */
  private static int wordsOf(Expr.Data data) {
    return switch (data) {
      case Expr.FieldOf f when !f.field().signed() -> f.field().words();
      case Expr.Lookahead l -> Layout.Field.words(l.width());
      case Expr.Argument a -> Layout.Field.words(a.width());
      case Expr.ValidBit v -> 1;
      default -> 0;
    };
  }

  // Numbers as big integers

  /**
   * Pushes a number as a big integer; where it is only needed modulo {@code 2^bits}, only that is
   * right.
   */
  private void big(Expr.Data data, int bits) {
    Interval i = interval(data);
    if (data instanceof Expr.Const v) {
      bigConstant(v.value());
    } else if (i.signed()) {
      low(data);
      c.invokestatic(BIG, "valueOf", MethodTypeDesc.of(BIG, CD_long));
    } else if (i.unsigned()) {
      low(data);
      c.invokestatic(WIDE, "unsigned", MethodTypeDesc.of(BIG, CD_long));
    } else {
      switch (data) {
        case Expr.FieldOf f -> {
          s();
          index(f.header(), f.field().word());
          c.loadConstant(f.field().words());
          if (f.field().signed()) {
            c.loadConstant(f.field().width());
            c.invokestatic(
                WIDE, "loadSigned", MethodTypeDesc.of(BIG, LONGS, CD_int, CD_int, CD_int));
          } else {
            c.invokestatic(WIDE, "load", MethodTypeDesc.of(BIG, LONGS, CD_int, CD_int));
          }
        }
        case Expr.Argument a -> {
          c.aload(1).loadConstant(a.word()).loadConstant(Layout.Field.words(a.width()));
          c.invokestatic(WIDE, "load", MethodTypeDesc.of(BIG, LONGS, CD_int, CD_int));
        }
        case Expr.Lookahead l -> {
          c.aload(0).loadConstant(l.bit()).loadConstant(l.width());
          inherited("lookahead", BIG, CD_int, CD_int);
        }
        case Expr.Complement v -> {
          big(v.value(), bits);
          c.invokevirtual(BIG, "not", MethodTypeDesc.of(BIG));
        }
        case Expr.Choice v -> {
          Label no = c.newLabel();
          Label end = c.newLabel();
          unless(v.condition(), no);
          big(v.yes(), bits);
          c.goto_(end);
          c.labelBinding(no);
          big(v.no(), bits);
          c.labelBinding(end);
        }
        case Expr.Resize v -> bigResize(v);
        case Expr.Binary v -> bigBinary(v, bits);
        case Expr.Const v -> throw new IllegalStateException("a constant");
        case Expr.OfBool v -> throw new IllegalStateException("a bit");
        case Expr.ValidBit v -> throw new IllegalStateException("a bit");
        case Expr.StackCount v -> throw new IllegalStateException("a small number");
      }
    }
  }

  private void bigResize(Expr.Resize v) {
    if (v.cast() == Expr.Cast.TWO_COMPLEMENT) {
      big(v.value(), v.width());
      c.loadConstant(v.width());
      c.invokestatic(WIDE, "wrap", MethodTypeDesc.of(BIG, BIG, CD_int));
    } else {
      Interval i = interval((Expr.Data) v);
      big(v.value(), EXACT);
      bigConstant(i.low());
      bigConstant(i.high());
      c.invokestatic(WIDE, "clamp", MethodTypeDesc.of(BIG, BIG, BIG, BIG));
    }
  }

  private void bigBinary(Expr.Binary v, int bits) {
    MethodTypeDesc plain = MethodTypeDesc.of(BIG, BIG);
    switch (v.op()) {
      case ADD -> bothBig(v, bits).invokevirtual(BIG, "add", plain);
      case SUBTRACT -> bothBig(v, bits).invokevirtual(BIG, "subtract", plain);
      case MULTIPLY -> bothBig(v, bits).invokevirtual(BIG, "multiply", plain);
      case OR -> bothBig(v, bits).invokevirtual(BIG, "or", plain);
      case XOR -> bothBig(v, bits).invokevirtual(BIG, "xor", plain);
      case AND -> {
        int needed = bits;
        for (Expr.Data side : List.of(v.left(), v.right())) {
          Interval i = interval(side);
          if (i.low().signum() >= 0) {
            needed = Math.min(needed, Math.max(1, i.high().bitLength()));
          }
        }
        // Bits above a mask do not matter to the other side.
        big(v.left(), v.right() instanceof Expr.Const ? needed : bits);
        big(v.right(), v.left() instanceof Expr.Const ? needed : bits);
        c.invokevirtual(BIG, "and", plain);
      }
      case SHIFT_LEFT -> {
        big(v.left(), bits);
        count(v.right());
        c.loadConstant(bits);
        c.invokestatic(WIDE, "shiftLeft", MethodTypeDesc.of(BIG, BIG, CD_long, CD_int));
      }
      case SHIFT_RIGHT -> {
        big(v.left(), EXACT);
        count(v.right());
        c.invokestatic(WIDE, "shiftRight", MethodTypeDesc.of(BIG, BIG, CD_long));
      }
      case DIVIDE, REMAINDER -> {
        big(v.left(), EXACT);
        big(v.right(), EXACT);
        c.invokestatic(
            WIDE,
            v.op() == Expr.Arithmetic.DIVIDE ? "divide" : "remainder",
            MethodTypeDesc.of(BIG, BIG, BIG));
      }
    }
  }

  private CodeBuilder bothBig(Expr.Binary v, int bits) {
    big(v.left(), bits);
    big(v.right(), bits);
    return c;
  }

  private void bigConstant(BigInteger value) {
    if (value.bitLength() < 64) {
      c.loadConstant(value.longValue());
      c.invokestatic(BIG, "valueOf", MethodTypeDesc.of(BIG, CD_long));
    } else {
      constant(value);
    }
  }

  // Conditions

  /** Pushes a condition as 1 or 0. */
  private void test(Expr.Bool bool) {
    Label no = c.newLabel();
    Label end = c.newLabel();
    unless(bool, no);
    c.iconst_1().goto_(end);
    c.labelBinding(no);
    c.iconst_0();
    c.labelBinding(end);
  }

  /** Goes to a label unless a condition holds. */
  void unless(Expr.Bool bool, Label no) {
    switch (bool) {
      case Expr.Truth v -> {
        if (!v.value()) {
          c.goto_(no);
          // What follows is not reached, but must not look as if it fell off.
          Label dead = c.newLabel();
          c.labelBinding(dead);
        }
      }
      case Expr.And v -> {
        unless(v.left(), no);
        unless(v.right(), no);
      }
      case Expr.Or v -> {
        Label right = c.newLabel();
        Label yes = c.newLabel();
        unless(v.left(), right);
        c.goto_(yes);
        c.labelBinding(right);
        unless(v.right(), no);
        c.labelBinding(yes);
      }
      case Expr.Not v -> {
        Label yes = c.newLabel();
        unless(v.value(), yes);
        c.goto_(no);
        c.labelBinding(yes);
      }
      case Expr.Same v -> {
        test(v.left());
        test(v.right());
        if (v.equal()) {
          c.if_icmpne(no);
        } else {
          c.if_icmpeq(no);
        }
      }
      case Expr.Valid v -> {
        load(v.header(), 0);
        c.l2i().ifeq(no);
      }
      case Expr.NonZero v -> unless(nonZero(v), no);
      case Expr.SameHeader v -> {
        c.aload(0);
        index(v.left(), 0);
        index(v.right(), 0);
        c.loadConstant(v.left().type().words());
        inherited("sameHeader", CD_boolean, CD_int, CD_int, CD_int);
        if (v.equal()) {
          c.ifeq(no);
        } else {
          c.ifne(no);
        }
      }
      case Expr.SameVariable v -> {
        c.aload(0);
        index(v.left().header(), v.left().field().word());
        index(v.right().header(), v.right().field().word());
        c.loadConstant(v.left().field().words());
        inherited("sameWords", CD_boolean, CD_int, CD_int, CD_int);
        if (v.equal()) {
          c.ifeq(no);
        } else {
          c.ifne(no);
        }
      }
      case Expr.Compare v -> unless(v, no);
    }
  }

  private static Expr.Compare nonZero(Expr.NonZero v) {
    return new Expr.Compare(Expr.Order.NOT_EQUAL, v.value(), new Expr.Const(ZERO));
  }

  private void unless(Expr.Compare v, Label no) {
    Interval l = interval(v.left());
    Interval r = interval(v.right());
    if (l.signed() && r.signed()) {
      low(v.left());
      low(v.right());
      c.lcmp();
    } else if (l.unsigned() && r.unsigned()) {
      low(v.left());
      low(v.right());
      c.invokestatic(
          desc(Long.class), "compareUnsigned", MethodTypeDesc.of(CD_int, CD_long, CD_long));
    } else {
      big(v.left(), EXACT);
      big(v.right(), EXACT);
      c.invokevirtual(BIG, "compareTo", MethodTypeDesc.of(CD_int, BIG));
    }
    switch (v.order()) {
      case EQUAL -> c.ifne(no);
      case NOT_EQUAL -> c.ifeq(no);
      case LESS -> c.ifge(no);
      case LESS_OR_EQUAL -> c.ifgt(no);
      case GREATER -> c.ifle(no);
      case GREATER_OR_EQUAL -> c.iflt(no);
    }
  }

  // Steps

  /** Runs steps; a straight run longer than the limit is given away in parts. */
  void steps(List<Source.Step> steps, int limit, Consumer<List<Source.Step>> away) {
    Map<Integer, Label> targets = new TreeMap<>();
    for (Source.Step step : steps) {
      if (step instanceof Source.Jump jump) {
        targets.computeIfAbsent(jump.target(), t -> c.newLabel());
        targets.computeIfAbsent(steps.size(), t -> c.newLabel());
      }
    }
    for (int i = 0; i < steps.size(); ) {
      bind(targets.get(i));
      if (steps.get(i) instanceof Source.Jump jump) {
        jump(jump, label(targets, jump.target()), jump.target() <= i ? end(targets, steps) : null);
        i++;
        continue;
      }
      int to = i + 1;
      while (to < steps.size()
          && to - i < limit
          && !targets.containsKey(to)
          && !(steps.get(to) instanceof Source.Jump)) {
        to++;
      }
      if (limit == Integer.MAX_VALUE) {
        steps.subList(i, to).forEach(this::step);
      } else {
        away.accept(steps.subList(i, to));
      }
      i = to;
    }
    bind(targets.get(steps.size()));
  }

  private void bind(@Nullable Label label) {
    if (label != null) {
      c.labelBinding(label);
    }
  }

  private static Label end(Map<Integer, Label> targets, List<Source.Step> steps) {
    return label(targets, steps.size());
  }

  private static Label label(Map<Integer, Label> targets, int step) {
    Label label = targets.get(step);
    if (label == null) {
      throw new IllegalStateException("no label at step " + step);
    }
    return label;
  }

  /** Jumps; one that goes back leaves the action where a packet has done so too often. */
  private void jump(Source.Jump jump, Label target, @Nullable Label end) {
    Label on = c.newLabel();
    Label to = end == null ? target : c.newLabel();
    Expr.Data condition = jump.condition();
    if (condition == null) {
      c.goto_(to);
    } else {
      unless(nonZero(new Expr.NonZero(condition)), to);
    }
    if (end != null) {
      c.goto_(on);
      c.labelBinding(to);
      c.aload(0);
      inherited("mayLoop", CD_boolean);
      c.ifeq(end);
      c.goto_(target);
      c.labelBinding(on);
    }
  }

  void step(Source.Step step) {
    switch (step) {
      case Source.Assign v -> assign(v.to(), v.value());
      case Source.AssignVariable v -> {
        s();
        index(v.from().header(), v.from().field().word());
        s();
        index(v.to().header(), v.to().field().word());
        c.loadConstant(v.to().field().words());
        c.invokestatic(
            desc(System.class),
            "arraycopy",
            MethodTypeDesc.of(
                CD_void, ConstantDescs.CD_Object, CD_int, ConstantDescs.CD_Object, CD_int, CD_int));
      }
      case Source.CopyHeader v -> copyHeader(v, true);
      case Source.CopyUnion v -> v.headers().forEach(h -> copyHeader(h, false));
      case Source.CopyStack v -> {
        c.aload(0).loadConstant(v.to().base()).loadConstant(v.from().base());
        c.loadConstant(v.to().words() * v.to().depth());
        c.loadConstant(v.to().count()).loadConstant(v.from().count());
        inherited("copyStack", CD_void, CD_int, CD_int, CD_int, CD_int, CD_int);
      }
      case Source.AddHeader v -> {
        Layout.HeaderType type = v.header().type();
        int base = base(v.header());
        c.aload(0).iload(base).loadConstant(type.words());
        c.loadConstant(least(type));
        inherited("addHeader", CD_void, CD_int, CD_int, CD_int);
        defeat(v.header().rivals(), base);
      }
      case Source.RemoveHeader v -> {
        Layout.HeaderType type = v.header().type();
        Layout.Field variable = type.variable();
        int base = base(v.header());
        c.aload(0).iload(base).loadConstant(least(type));
        if (variable != null) {
          s();
          c.iload(base).loadConstant(variable.word()).iadd().laload().l2i();
          c.loadConstant(3).ishr().iadd();
        }
        inherited("removeHeader", CD_void, CD_int, CD_int);
      }
      case Source.MarkToDrop v -> {
        s();
        c.aload(0).getfield(PIPELINE, "egressSpec", CD_int);
        c.loadConstant((long) Program.DROP_PORT).lastore();
        s();
        c.aload(0).getfield(PIPELINE, "mcastGrp", CD_int).lconst_0().lastore();
      }
      case Source.Push v -> shift("push", v.stack(), v.count());
      case Source.Pop v -> shift("pop", v.stack(), v.count());
      case Source.Count v when compiler.traced() -> {
        c.aload(0);
        constant(compiler.counter(v.counter()));
        low(v.index());
        inherited("traceCount", CD_void, desc(CounterArray.class), CD_long);
      }
      case Source.Count v -> count(compiler.counter(v.counter()), v.index());
      case Source.RegisterRead v -> {
        ClassDesc type = desc(RegisterArray.class);
        Label outside = c.newLabel();
        int index = local(CD_long);
        int value = local(CD_long);
        low(v.index());
        c.lstore(index);
        constant(compiler.register(v.register()));
        c.lload(index).invokevirtual(type, "has", MethodTypeDesc.of(CD_boolean, CD_long));
        c.ifeq(outside);
        constant(compiler.register(v.register()));
        if (v.register().width() > 64) {
          c.lload(index).aload(0).getfield(PIPELINE, "s", LONGS);
          index(v.to().header(), v.to().field().word());
          c.loadConstant(v.to().field().width());
          c.invokevirtual(type, "read", MethodTypeDesc.of(CD_void, CD_long, LONGS, CD_int, CD_int));
        } else {
          c.lload(index).invokevirtual(type, "read", MethodTypeDesc.of(CD_long, CD_long));
          c.lstore(value);
          storeLocal(v.to(), value);
        }
        c.labelBinding(outside);
      }
      case Source.RegisterWrite v -> {
        constant(compiler.register(v.register()));
        low(v.index());
        if (v.register().width() > 64 && wordsOf(v.value()) > 0) {
          // Without a big integer on the way.
          c.invokevirtual(desc(RegisterArray.class), "first", MethodTypeDesc.of(CD_int, CD_long));
          int first = local(CD_int);
          c.istore(first);
          for (int i = 0; i < Layout.Field.words(v.register().width()); i++) {
            constant(compiler.register(v.register()));
            c.iload(first).loadConstant(i);
            if (i < wordsOf(v.value())) {
              word(v.value(), i);
              mask(Bits.mask(v.register().width() - 64 * i), -1L);
            } else {
              c.lconst_0();
            }
            c.invokevirtual(
                desc(RegisterArray.class),
                "word",
                MethodTypeDesc.of(CD_void, CD_int, CD_int, CD_long));
          }
          return;
        }
        if (v.register().width() > 64) {
          big(v.value(), v.register().width());
          c.invokevirtual(
              desc(RegisterArray.class), "write", MethodTypeDesc.of(CD_void, CD_long, BIG));
          return;
        }
        low(v.value());
        mask(Bits.mask(v.register().width()), -1L);
        c.invokevirtual(
            desc(RegisterArray.class), "write", MethodTypeDesc.of(CD_void, CD_long, CD_long));
      }
      case Source.Resubmit v -> {
        c.aload(0);
        low(v.fieldList());
        c.loadConstant(0xFFFFL).land().l2i().putfield(PIPELINE, "resubmit", CD_int);
      }
      case Source.Recirculate v -> {
        c.aload(0);
        low(v.fieldList());
        c.loadConstant(0xFFFFL).land().l2i().putfield(PIPELINE, "recirculate", CD_int);
      }
      case Source.ExecuteMeter v -> {
        ClassDesc type = desc(MeterArray.class);
        Label outside = c.newLabel();
        int index = local(CD_long);
        int colour = local(CD_long);
        low(v.index());
        c.lstore(index);
        constant(compiler.meter(v.meter()));
        c.lload(index).invokevirtual(type, "has", MethodTypeDesc.of(CD_boolean, CD_long));
        c.ifeq(outside);
        constant(compiler.meter(v.meter()));
        c.lload(index).aload(0).getfield(PIPELINE, "ingressLength", CD_int);
        c.invokevirtual(type, "execute", MethodTypeDesc.of(CD_long, CD_long, CD_int));
        c.lstore(colour);
        storeLocal(v.to(), colour);
        c.labelBinding(outside);
      }
      case Source.Random v -> {
        Label empty = c.newLabel();
        int low = local(CD_long);
        int high = local(CD_long);
        int value = local(CD_long);
        low(v.low());
        c.lstore(low);
        low(v.high());
        c.lstore(high);
        c.lload(low)
            .lload(high)
            .invokestatic(
                desc(Long.class), "compareUnsigned", MethodTypeDesc.of(CD_int, CD_long, CD_long));
        c.ifgt(empty);
        c.aload(0).lload(low).lload(high);
        inherited("random", CD_long, CD_long, CD_long);
        c.lstore(value);
        storeLocal(v.to(), value);
        c.labelBinding(empty);
      }
      case Source.Assert v -> {
        Label bad = c.newLabel();
        Label good = c.newLabel();
        unless(v.condition(), bad);
        c.goto_(good);
        c.labelBinding(bad);
        c.aload(0);
        inherited("fail", CD_void);
        c.labelBinding(good);
      }
      case Source.Hash v -> {
        int value = local(CD_long);
        calculate(v.calculation());
        low(v.base());
        low(v.size());
        c.invokestatic(PIPELINE, "offset", MethodTypeDesc.of(CD_long, CD_long, CD_long, CD_long));
        c.lstore(value);
        storeLocal(v.to(), value);
      }
      case Source.Clone v -> {
        c.aload(0);
        low(v.session());
        low(v.fieldList());
        inherited("clone", CD_void, CD_long, CD_long);
      }
      case Source.SendDigest v -> {
        c.aload(0);
        low(v.list());
        c.loadConstant(0xFFFFL).land().l2i().putfield(PIPELINE, "digest", CD_int);
      }
      case Source.Truncate v -> {
        c.aload(0);
        low(v.length());
        inherited("truncate", CD_void, CD_long);
      }
      case Source.Exit v -> c.aload(0).iconst_1().putfield(PIPELINE, "exited", CD_boolean);
      case Source.Jump v -> throw new IllegalStateException("a jump outside an action");
      case Source.Log v -> {
        Label quiet = c.newLabel();
        c.aload(0);
        inherited("logs", CD_boolean);
        c.ifeq(quiet);
        c.aload(0).loadConstant(v.format());
        c.loadConstant(v.arguments().size()).anewarray(ConstantDescs.CD_Object);
        for (int i = 0; i < v.arguments().size(); i++) {
          c.dup().loadConstant(i);
          big(v.arguments().get(i), EXACT);
          c.aastore();
        }
        inherited("log", CD_void, ConstantDescs.CD_String, ConstantDescs.CD_Object.arrayType());
        c.labelBinding(quiet);
      }
      case Source.Nothing v -> {}
    }
  }

  /** Counts the packet in this thread's part of an array. */
  void count(CounterArray array, Expr.Data index) {
    ClassDesc type = desc(CounterArray.Part.class);
    c.aload(0).getfield(PIPELINE, "counters", type.arrayType());
    c.loadConstant(compiler.part(array)).aaload();
    low(index);
    c.aload(0).getfield(PIPELINE, "ingressLength", CD_int);
    c.invokevirtual(type, "count", MethodTypeDesc.of(CD_void, CD_long, CD_int));
  }

  /** How many bytes a header has without its field of variable length. */
  private static int least(Layout.HeaderType type) {
    Layout.Field variable = type.variable();
    return (type.bits() - (variable == null ? 0 : variable.width())) / 8;
  }

  /** Puts a header's first word in a local. */
  private int base(Expr.Place place) {
    int base = local(CD_int);
    index(place, 0);
    c.istore(base);
    return base;
  }

  /** Where the header at a local is valid, the other headers of its union are not. */
  void defeat(List<Integer> rivals, int base) {
    if (rivals.isEmpty()) {
      return;
    }
    Label invalid = c.newLabel();
    s();
    c.iload(base).laload().l2i().ifeq(invalid);
    for (int rival : rivals) {
      s();
      c.iload(base).loadConstant(rival).iadd().lconst_0().lastore();
    }
    c.labelBinding(invalid);
  }

  private void copyHeader(Source.CopyHeader v, boolean alone) {
    int to = base(v.to());
    c.aload(0).iload(to);
    index(v.from(), 0);
    c.loadConstant(v.to().type().words());
    inherited("copyHeader", CD_void, CD_int, CD_int, CD_int);
    if (alone) {
      defeat(v.to().rivals(), to);
    }
  }

  private void shift(String name, Layout.Stack t, int count) {
    c.aload(0).loadConstant(t.base()).loadConstant(t.words()).loadConstant(t.depth());
    c.loadConstant(t.count()).loadConstant(count);
    inherited(name, CD_void, CD_int, CD_int, CD_int, CD_int, CD_int);
  }

  private void assign(Expr.FieldOf to, Expr.Data value) {
    Layout.Field f = to.field();
    Interval from = interval(value);
    Interval fits = Interval.of(f);
    boolean saturate = f.saturating() && !from.within(fits);
    if (f.words() == 1) {
      s();
      index(to.header(), f.word());
      if (saturate) {
        low(
            new Expr.Resize(
                f.signed() ? Expr.Cast.SATURATE_SIGNED : Expr.Cast.SATURATE_UNSIGNED,
                value,
                f.width()));
      } else {
        low(value);
        if (!from.within(fits)) {
          wrap(f);
        }
      }
      c.lastore();
      return;
    }
    int words = wordsOf(value);
    if (words > 0 && !saturate) {
      int given = width(value);
      for (int i = 0; i < f.words(); i++) {
        s();
        index(to.header(), f.word() + i);
        if (i < words) {
          word(value, i);
          int room = f.width() - 64 * i;
          if (room < 64 && given > f.width()) {
            c.loadConstant(Bits.mask(room)).land();
          }
        } else {
          c.lconst_0();
        }
        c.lastore();
      }
      return;
    }
    big(value, saturate ? EXACT : f.width());
    if (saturate) {
      bigConstant(fits.low());
      bigConstant(fits.high());
      c.invokestatic(WIDE, "clamp", MethodTypeDesc.of(BIG, BIG, BIG, BIG));
    }
    s();
    index(to.header(), f.word());
    c.loadConstant(f.width());
    c.invokestatic(WIDE, "store", MethodTypeDesc.of(CD_void, BIG, LONGS, CD_int, CD_int));
  }

  private void wrap(Layout.Field f) {
    if (f.signed()) {
      extend(f.width());
    } else {
      mask(Bits.mask(f.width()), -1L);
    }
  }

  /** Assigns an unsigned number in a local. */
  void storeLocal(Expr.FieldOf to, int local) {
    Layout.Field f = to.field();
    for (int i = 0; i < f.words(); i++) {
      s();
      index(to.header(), f.word() + i);
      if (i == 0) {
        c.lload(local);
        if (f.words() == 1) {
          wrap(f);
        }
      } else {
        c.lconst_0();
      }
      c.lastore();
    }
  }

  /** Pushes the result of a calculation. */
  void calculate(Source.Calculation calculation) {
    c.aload(0).iconst_0().putfield(PIPELINE, "bits", CD_int);
    for (Source.Input input : calculation.inputs()) {
      Label skip = c.newLabel();
      Layout.Header header = input.header();
      if (header != null) {
        s();
        c.loadConstant(header.base()).laload().l2i().ifeq(skip);
      }
      if (input.value() instanceof Expr.FieldOf f && f.field().variable()) {
        c.aload(0);
        index(f.header(), f.field().word());
        inherited("appendVariable", CD_void, CD_int);
        c.labelBinding(skip);
        continue;
      }
      for (int i = Layout.Field.words(input.width()) - 1; i >= 0; i--) {
        c.aload(0);
        if (input.value() instanceof Expr.Const v) {
          c.loadConstant(v.value().shiftRight(64 * i).longValue());
        } else {
          word(input.value(), i);
        }
        c.loadConstant(Math.min(64, input.width() - 64 * i));
        inherited("append", CD_void, CD_long, CD_int);
      }
      c.labelBinding(skip);
    }
    if (calculation.payload()) {
      c.aload(0);
      inherited("appendPayload", CD_void);
    }
    c.aload(0);
    constant(compiler.hash(calculation));
    inherited("finish", CD_long, desc(Hash.class));
  }

  // Packets

  /** Pushes bits of the packet from the parser's position on; so many bytes are there. */
  private void peek(int bit, int width, int bytes) {
    int first = bit / 8;
    int last = (bit + width - 1) / 8;
    int span = last - first + 1;
    int size = span <= 1 ? 1 : Integer.highestOneBit(span - 1) << 1;
    int start = Math.min(first, bytes - size);
    if (size <= 8 && start >= 0 && start + size > last) {
      c.aload(0).getfield(PIPELINE, "in", SEGMENT);
      c.aload(0).getfield(PIPELINE, "position", CD_int);
      if (start > 0) {
        c.loadConstant(start).iadd();
      }
      c.invokestatic(BITS, "get" + size, MethodTypeDesc.of(CD_long, SEGMENT, CD_int));
      int below = (start + size) * 8 - bit - width;
      if (below > 0) {
        c.loadConstant(below).lushr();
      }
      if (bit > start * 8) {
        mask(Bits.mask(width), -1L);
      }
      return;
    }
    int head = (first + Integer.highestOneBit(span - 1)) * 8 - bit;
    peek(bit, head, bytes);
    c.loadConstant(width - head).lshl();
    peek(bit + head, width - head, bytes);
    c.lor();
  }

  /**
   * The body that extracts a header at the parser's position; its first word is an argument, and
   * the length of its field of variable length where it has one.
   */
  void extract(Layout.HeaderType type) {
    if (type.variable() != null) {
      c.aload(0);
      constant(type);
      c.iload(1).lload(2);
      inherited("extract", CD_boolean, desc(Layout.HeaderType.class), CD_int, CD_long);
      c.ireturn();
      return;
    }
    Label fail = c.newLabel();
    c.aload(0).loadConstant(type.bytes());
    inherited("has", CD_boolean, CD_int);
    c.ifeq(fail);
    for (Layout.Field field : type.fields()) {
      for (int i = 0; i < field.words(); i++) {
        int to = field.bit() + field.width() - 64 * i;
        int from = Math.max(field.bit(), to - 64);
        s();
        c.iload(1).loadConstant(field.word() + i).iadd();
        if (field.width() == 0) {
          c.lconst_0();
        } else {
          peek(from, to - from, type.bytes());
        }
        if (field.signed() && field.words() == 1) {
          extend(field.width());
        }
        c.lastore();
      }
    }
    s();
    c.iload(1).lconst_1().lastore();
    c.aload(0).dup().getfield(PIPELINE, "position", CD_int).loadConstant(type.bytes()).iadd();
    c.putfield(PIPELINE, "position", CD_int);
    c.iconst_1().ireturn();
    c.labelBinding(fail);
    c.iconst_0().ireturn();
  }

  /** The body that writes a header behind what is written; its first word is an argument. */
  void emit(Layout.HeaderType type) {
    if (type.variable() != null) {
      c.aload(0);
      constant(type);
      c.iload(1);
      inherited("emit", CD_void, desc(Layout.HeaderType.class), CD_int);
      c.return_();
      return;
    }
    int at = local(CD_int);
    c.aload(0).getfield(PIPELINE, "outLength", CD_int).istore(at);
    int from = 0;
    while (from < type.bytes()) {
      int size = Math.min(8, Integer.highestOneBit(type.bytes() - from));
      gather(type, from * 8, (from + size) * 8);
      c.aload(0).getfield(PIPELINE, "out", SEGMENT).iload(at).loadConstant(from).iadd();
      c.invokestatic(BITS, "put" + size, MethodTypeDesc.of(CD_void, CD_long, SEGMENT, CD_int));
      from += size;
    }
    c.aload(0).iload(at).loadConstant(type.bytes()).iadd();
    c.putfield(PIPELINE, "outLength", CD_int);
    c.return_();
  }

  /** Pushes the bits of a header between two offsets; bits above them may be anything. */
  private void gather(Layout.HeaderType type, int from, int to) {
    boolean first = true;
    for (Layout.Field field : type.fields()) {
      for (int i = 0; i < field.words(); i++) {
        int end = field.bit() + field.width() - 64 * i;
        int start = Math.max(field.bit(), end - 64);
        if (end <= from || start >= to) {
          continue;
        }
        s();
        c.iload(1).loadConstant(field.word() + i).iadd().laload();
        if (field.signed() && start > from) {
          mask(Bits.mask(end - start), -1L);
        }
        if (end < to) {
          c.loadConstant(to - end).lshl();
        } else if (end > to) {
          c.loadConstant(end - to).lushr();
        }
        if (!first) {
          c.lor();
        }
        first = false;
      }
    }
    if (first) {
      c.lconst_0();
    }
  }
}
