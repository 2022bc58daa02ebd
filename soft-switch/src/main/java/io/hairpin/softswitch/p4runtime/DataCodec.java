package io.hairpin.softswitch.p4runtime;

import static io.hairpin.softswitch.p4runtime.Refusal.invalid;

import com.google.protobuf.ByteString;
import io.hairpin.p4runtime.config.v1.P4BitstringLikeTypeSpec;
import io.hairpin.p4runtime.config.v1.P4DataTypeSpec;
import io.hairpin.p4runtime.config.v1.P4NewTypeSpec;
import io.hairpin.p4runtime.config.v1.P4StructTypeSpec;
import io.hairpin.p4runtime.config.v1.P4TypeInfo;
import io.hairpin.p4runtime.v1.P4Data;
import io.hairpin.p4runtime.v1.P4StructLike;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Values of one type of P4Info, as digests and registers carry them (8.4). The program has a number
 * for each part of them.
 */
final class DataCodec {
  /** How many types may lie in one another. */
  private static final int DEEPEST = 32;

  /** How many parts a type may have. */
  private static final int MOST = 4096;

  private final String what;
  private final Shape shape;
  private int shapes;
  private final List<Integer> widths = new ArrayList<>();

  /** What a value is made of. */
  private sealed interface Shape {}

  private enum Kind {
    BIT,
    INT,
    BOOL,
    ENUM_VALUE
  }

  private record Leaf(Kind kind, int width) implements Shape {}

  /** Members by name, or in order. */
  private record Members(boolean named, List<Shape> parts) implements Shape {}

  /** One of the names. */
  private record Symbol(boolean error, List<String> names, int width) implements Shape {}

  /**
   * Binds P4Info to the program.
   *
   * @param program how many bits the program has for each part
   * @throws Refusal where they disagree, or it is a type that no number stands for
   */
  DataCodec(String what, P4DataTypeSpec spec, P4TypeInfo types, List<Integer> program) {
    this.what = what;
    shape = shape(spec, types, program, 0);
    if (!widths.equals(program)) {
      throw invalid("%s has parts of %s bits in P4Info, %s in the program", what, widths, program);
    }
  }

  private Shape shape(P4DataTypeSpec spec, P4TypeInfo types, List<Integer> program, int depth) {
    if (depth > DEEPEST || ++shapes > MOST) {
      throw invalid(
          "%s: its type has over %d parts, or they lie over %d deep", what, MOST, DEEPEST);
    }
    return switch (spec.getTypeSpecCase()) {
      case BITSTRING -> bits(spec.getBitstring());
      case BOOL -> leaf(Kind.BOOL, 1);
      case TUPLE ->
          new Members(
              false,
              spec.getTuple().getMembersList().stream()
                  .map(member -> shape(member, types, program, depth + 1))
                  .toList());
      case STRUCT -> {
        String name = spec.getStruct().getName();
        if (!types.containsStructs(name)) {
          throw invalid("%s: P4Info has no struct '%s'", what, name);
        }
        yield new Members(
            true,
            types.getStructsOrThrow(name).getMembersList().stream()
                .map(P4StructTypeSpec.Member::getTypeSpec)
                .map(member -> shape(member, types, program, depth + 1))
                .toList());
      }
      case SERIALIZABLE_ENUM -> {
        String name = spec.getSerializableEnum().getName();
        if (!types.containsSerializableEnums(name)) {
          throw invalid("%s: P4Info has no enum '%s'", what, name);
        }
        yield leaf(
            Kind.ENUM_VALUE,
            types.getSerializableEnumsOrThrow(name).getUnderlyingType().getBitwidth());
      }
      case NEW_TYPE -> {
        String name = spec.getNewType().getName();
        P4NewTypeSpec type = types.getNewTypesOrDefault(name, P4NewTypeSpec.getDefaultInstance());
        yield type.hasOriginalType()
            ? shape(type.getOriginalType(), types, program, depth + 1)
            // What clients see of it elsewhere, P4Data has no place for.
            : leaf(Kind.BIT, next(program));
      }
      case ENUM -> {
        String name = spec.getEnum().getName();
        if (!types.containsEnums(name)) {
          throw invalid("%s: P4Info has no enum '%s'", what, name);
        }
        var names =
            types.getEnumsOrThrow(name).getMembersList().stream()
                .map(member -> member.getName())
                .toList();
        yield symbol(false, names, program);
      }
      case ERROR -> symbol(true, types.getError().getMembersList(), program);
      case HEADER, HEADER_UNION, HEADER_STACK, HEADER_UNION_STACK, TYPESPEC_NOT_SET ->
          throw invalid("%s is a %s, which is not sent", what, spec.getTypeSpecCase());
    };
  }

  private int next(List<Integer> program) {
    if (widths.size() >= program.size()) {
      throw invalid("%s has more parts in P4Info than in the program: %s", what, program);
    }
    return program.get(widths.size());
  }

  private Shape symbol(boolean error, List<String> names, List<Integer> program) {
    int width = next(program);
    widths.add(width);
    return new Symbol(error, names, width);
  }

  private Leaf leaf(Kind kind, int width) {
    widths.add(width);
    return new Leaf(kind, width);
  }

  private Shape bits(P4BitstringLikeTypeSpec spec) {
    return switch (spec.getTypeSpecCase()) {
      case BIT -> leaf(Kind.BIT, spec.getBit().getBitwidth());
      case INT -> leaf(Kind.INT, spec.getInt().getBitwidth());
      case VARBIT, TYPESPEC_NOT_SET ->
          throw invalid("%s is a %s, which is not sent", what, spec.getTypeSpecCase());
    };
  }

  /** What clients see of the numbers of all parts. */
  P4Data encode(Iterator<BigInteger> numbers) {
    return encode(shape, numbers);
  }

  private static P4Data encode(Shape shape, Iterator<BigInteger> numbers) {
    var data = P4Data.newBuilder();
    switch (shape) {
      case Members members -> {
        var all = P4StructLike.newBuilder();
        members.parts.forEach(part -> all.addMembers(encode(part, numbers)));
        if (members.named) {
          data.setStruct(all);
        } else {
          data.setTuple(all);
        }
      }
      case Symbol symbol -> {
        int at = numbers.next().intValue();
        String name = at < symbol.names.size() ? symbol.names.get(at) : Integer.toString(at);
        if (symbol.error) {
          data.setError(name);
        } else {
          data.setEnum(name);
        }
      }
      case Leaf leaf -> {
        BigInteger number = numbers.next();
        switch (leaf.kind) {
          case BIT -> data.setBitstring(Bytes.encode(number));
          case INT -> data.setBitstring(Bytes.encodeSigned(number, leaf.width));
          case BOOL -> data.setBool(number.signum() != 0);
          case ENUM_VALUE -> data.setEnumValue(Bytes.encode(number));
        }
      }
    }
    return data.build();
  }

  /**
   * The program's number for a value of one part.
   *
   * @throws Refusal where it is not of this type
   */
  BigInteger decode(P4Data data) {
    ByteString bytes =
        data.hasEnumValue() && shape instanceof Leaf(Kind kind, int _) && kind == Kind.ENUM_VALUE
            ? data.getEnumValue()
            : data.getBitstring();
    return switch (shape) {
      case Leaf(Kind kind, int width) when kind == Kind.BIT && data.hasBitstring() ->
          Bytes.decode(bytes, width, what);
      case Leaf(Kind kind, int width) when kind == Kind.INT && data.hasBitstring() ->
          Bytes.decodeSigned(bytes, width, what);
      case Leaf(Kind kind, int width) when kind == Kind.ENUM_VALUE && data.hasEnumValue() ->
          Bytes.decode(bytes, width, what);
      case Leaf(Kind kind, int _) when kind == Kind.BOOL && data.hasBool() ->
          data.getBool() ? BigInteger.ONE : BigInteger.ZERO;
      default -> throw invalid("%s: %s is not of its type", what, data.getDataCase());
    };
  }
}
