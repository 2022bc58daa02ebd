package io.hairpin.softswitch.engine;

import java.math.BigInteger;
import java.util.List;

/**
 * Expressions as bmv2's JSON has them: numbers of any size without a width (the compiler inserts
 * the truncations that the program asks for), truth values, and places where headers are.
 */
sealed interface Expr {
  /** A number. */
  sealed interface Data extends Expr {}

  /** A truth value. */
  sealed interface Bool extends Expr {}

  /** Where a header's words are in the state. */
  sealed interface Place extends Expr {
    Layout.HeaderType type();

    /** Where the other headers of its union begin, from its first word on. */
    List<Integer> rivals();
  }

  record Const(BigInteger value) implements Data {}

  record FieldOf(Place header, Layout.Field field) implements Data {}

  /** The hidden field {@code $valid$}. */
  record ValidBit(Place header) implements Data {}

  /** An action's argument: its first word in the entry's arguments. */
  record Argument(int word, int width) implements Data {}

  enum Arithmetic {
    ADD,
    SUBTRACT,
    MULTIPLY,
    DIVIDE,
    REMAINDER,
    SHIFT_LEFT,
    SHIFT_RIGHT,
    AND,
    OR,
    XOR
  }

  record Binary(Arithmetic op, Data left, Data right) implements Data {}

  record Complement(Data value) implements Data {}

  enum Cast {
    TWO_COMPLEMENT,
    SATURATE_UNSIGNED,
    SATURATE_SIGNED
  }

  record Resize(Cast cast, Data value, int width) implements Data {}

  record Choice(Bool condition, Data yes, Data no) implements Data {}

  /** Bits of the packet from the parser's position on. */
  record Lookahead(int bit, int width) implements Data {
    int bytes() {
      return (bit + width + 7) / 8;
    }
  }

  record OfBool(Bool value) implements Data {}

  /** How many elements of a stack were extracted or pushed, plus a constant. */
  record StackCount(Layout.Stack stack, int plus) implements Data {}

  record Truth(boolean value) implements Bool {}

  enum Order {
    EQUAL,
    NOT_EQUAL,
    LESS,
    LESS_OR_EQUAL,
    GREATER,
    GREATER_OR_EQUAL
  }

  record Compare(Order order, Data left, Data right) implements Bool {}

  record Same(Bool left, Bool right, boolean equal) implements Bool {}

  record And(Bool left, Bool right) implements Bool {}

  record Or(Bool left, Bool right) implements Bool {}

  record Not(Bool value) implements Bool {}

  record Valid(Place header) implements Bool {}

  record NonZero(Data value) implements Bool {}

  record SameHeader(Place left, Place right, boolean equal) implements Bool {}

  /** Compares fields of variable length. */
  record SameVariable(FieldOf left, FieldOf right, boolean equal) implements Bool {}

  record At(Layout.Header header) implements Place {
    @Override
    public Layout.HeaderType type() {
      return header.type();
    }

    @Override
    public List<Integer> rivals() {
      return header.rivals();
    }
  }

  /** The element that was extracted last. */
  record Last(Layout.Stack stack, Layout.Member member) implements Place {
    @Override
    public Layout.HeaderType type() {
      return member.type();
    }

    @Override
    public List<Integer> rivals() {
      return Layout.rivals(stack.members(), member);
    }
  }

  /** The element with a computed index. */
  record Element(Layout.Stack stack, Data index, Layout.Member member) implements Place {
    @Override
    public Layout.HeaderType type() {
      return member.type();
    }

    @Override
    public List<Integer> rivals() {
      return Layout.rivals(stack.members(), member);
    }
  }

  /** A union, by its headers; only an operand of operations on unions. */
  record Union(List<Place> headers) implements Expr {}

  /** A whole stack; only an operand of stack operations. */
  record Whole(Layout.Stack stack) implements Expr {}
}
