package io.hairpin.p4runtime.client;

import io.hairpin.p4runtime.config.v1.Action.Param;
import io.hairpin.p4runtime.config.v1.MatchField;
import io.hairpin.p4runtime.config.v1.Preamble;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which entries of a table and which calls of an action are legal, as the program's {@code
 * @entry_restriction} and {@code @action_restriction} say it in the language of P4-Constraints:
 * clauses that end in semicolons, of comparisons with numbers, joined by {@code !}, {@code &&},
 * {@code ||} and {@code ->}. A field stands for its value, which a ternary or a range field has
 * only where all of it is given; {@code ::value}, {@code ::mask}, {@code ::low}, {@code ::high} and
 * {@code ::prefix_length} are its parts, {@code ::priority} the entry's priority. A parameter of an
 * action stands for its value.
 */
final class Restriction {

  private static final Pattern ANNOTATION =
      Pattern.compile("@(entry|action)_restriction\\(\"(.*)\"\\)", Pattern.DOTALL);

  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s*(?:(?<number>0[xX][0-9a-fA-F]+|0[bB][01]+|\\d+)"
              + "|(?<name>[A-Za-z_][\\w.]*(?:::\\w+)?|::priority)"
              + "|(?<operator>->|&&|\\|\\||==|!=|<=|>=|[<>!();]))");

  private static final Pattern COMMENT = Pattern.compile("//[^\\n]*");

  /** A condition and its text. */
  private record Clause(String text, Predicate<TableEntry> condition) {}

  /** A side of a comparison: what it is in an entry, and whether it is there whole. */
  private record Operand(Function<TableEntry, BigInteger> value, Predicate<TableEntry> whole) {}

  private final List<Clause> clauses = new ArrayList<>();
  private final Map<String, MatchField> fields = new HashMap<>();
  private final Set<String> params = new HashSet<>();
  private final String source;
  private final String owner;
  private final Matcher tokens;
  private String token = "";
  private int start;
  private int end;

  private Restriction(String owner, String text, List<MatchField> matchFields, List<Param> list) {
    this.owner = owner;
    source = COMMENT.matcher(text).replaceAll("");
    tokens = TOKEN.matcher(source);
    matchFields.forEach(field -> fields.put(field.getName(), field));
    list.forEach(param -> params.add(param.getName()));
    next();
    while (!token.isEmpty()) {
      int from = start;
      Predicate<TableEntry> condition = implication();
      clauses.add(
          new Clause(source.substring(from, start).strip().replaceAll("\\s+", " "), condition));
      if (!token.isEmpty()) {
        expect(";");
      }
    }
  }

  /**
   * The restriction among a table's annotations.
   *
   * @throws PipelineException if it cannot be read
   */
  static Optional<Restriction> of(io.hairpin.p4runtime.config.v1.Table table) {
    return of("entry", "table", table.getPreamble(), table.getMatchFieldsList(), List.of());
  }

  /**
   * The restriction among an action's annotations.
   *
   * @throws PipelineException if it cannot be read
   */
  static Optional<Restriction> of(io.hairpin.p4runtime.config.v1.Action action) {
    return of("action", "action", action.getPreamble(), List.of(), action.getParamsList());
  }

  private static Optional<Restriction> of(
      String kind, String object, Preamble preamble, List<MatchField> fields, List<Param> params) {
    for (String annotation : preamble.getAnnotationsList()) {
      Matcher matcher = ANNOTATION.matcher(annotation);
      if (matcher.matches() && matcher.group(1).equals(kind)) {
        return Optional.of(
            new Restriction(object + " " + preamble.getAlias(), matcher.group(2), fields, params));
      }
    }
    return Optional.empty();
  }

  /**
   * Checks an entry with canonical names and values, that calls the action if it is one's.
   *
   * @throws PipelineException if the entry is illegal
   */
  void check(TableEntry entry) {
    for (Clause clause : clauses) {
      if (!clause.condition().test(entry)) {
        throw new PipelineException(
            "Table %s: %s is illegal: the program demands of %s %s"
                .formatted(entry.table(), entry, owner, clause.text()));
      }
    }
  }

  private Predicate<TableEntry> implication() {
    Predicate<TableEntry> condition = disjunction();
    if (token.equals("->")) {
      next();
      Predicate<TableEntry> consequence = implication();
      return condition.negate().or(consequence);
    }
    return condition;
  }

  private Predicate<TableEntry> disjunction() {
    Predicate<TableEntry> condition = conjunction();
    while (token.equals("||")) {
      next();
      condition = condition.or(conjunction());
    }
    return condition;
  }

  private Predicate<TableEntry> conjunction() {
    Predicate<TableEntry> condition = term();
    while (token.equals("&&")) {
      next();
      condition = condition.and(term());
    }
    return condition;
  }

  private Predicate<TableEntry> term() {
    if (token.equals("!")) {
      next();
      return term().negate();
    }
    if (token.equals("(")) {
      next();
      Predicate<TableEntry> condition = implication();
      expect(")");
      return condition;
    }
    return comparison();
  }

  private Predicate<TableEntry> comparison() {
    Operand left = operand();
    String operator = token;
    next();
    Operand right = operand();
    Predicate<Integer> holds =
        switch (operator) {
          case "==" -> order -> order == 0;
          case "!=" -> order -> order != 0;
          case "<" -> order -> order < 0;
          case "<=" -> order -> order <= 0;
          case ">" -> order -> order > 0;
          case ">=" -> order -> order >= 0;
          default -> throw wrong("a comparison, not '" + operator + "'");
        };
    Predicate<TableEntry> compared =
        entry ->
            left.whole().test(entry)
                && right.whole().test(entry)
                && holds.test(left.value().apply(entry).compareTo(right.value().apply(entry)));
    // What is not there whole differs from any number.
    return operator.equals("!=")
        ? compared.or(entry -> !left.whole().test(entry) || !right.whole().test(entry))
        : compared;
  }

  private Operand operand() {
    String text = token;
    if (text.isEmpty()) {
      throw wrong("a field or a number, not the end");
    }
    next();
    if (Character.isDigit(text.charAt(0))) {
      BigInteger number =
          switch (text.length() > 1 ? Character.toLowerCase(text.charAt(1)) : '0') {
            case 'x' -> new BigInteger(text.substring(2), 16);
            case 'b' -> new BigInteger(text.substring(2), 2);
            default -> new BigInteger(text);
          };
      return new Operand(_ -> number, _ -> true);
    }
    if (text.equals("::priority")) {
      return new Operand(entry -> BigInteger.valueOf(entry.priority()), _ -> true);
    }
    int colons = text.indexOf("::");
    String name = colons < 0 ? text : text.substring(0, colons);
    if (params.contains(text)) {
      return whole(entry -> param(entry, text));
    }
    MatchField field = fields.get(name);
    if (field == null) {
      throw wrong(
          "one of " + Stream.concat(fields.keySet().stream(), params.stream()).sorted().toList());
    }
    return operand(field, colons < 0 ? "" : text.substring(colons + 2));
  }

  private Operand operand(MatchField field, String part) {
    String name = field.getName();
    BigInteger ones = BigInteger.ONE.shiftLeft(field.getBitwidth()).subtract(BigInteger.ONE);
    MatchField.MatchType type = field.getMatchType();
    return switch (part) {
      case "" ->
          new Operand(
              entry -> value(entry.matches().get(name)),
              entry ->
                  switch (entry.matches().get(name)) {
                    case Match.Ternary(Value _, Value mask) -> mask.number().equals(ones);
                    case Match.Range(Value low, Value high) -> low.equals(high);
                    case Match.Lpm(Value _, int length) -> length == field.getBitwidth();
                    case Match.Exact _, Match.Optional _ -> true;
                    case null -> false;
                  });
      case "value" -> whole(entry -> value(entry.matches().get(name)));
      case "mask" -> {
        demand(type, MatchField.MatchType.TERNARY, field, part);
        yield whole(
            entry ->
                entry.matches().get(name) instanceof Match.Ternary(Value _, Value mask)
                    ? mask.number()
                    : BigInteger.ZERO);
      }
      case "low" -> {
        demand(type, MatchField.MatchType.RANGE, field, part);
        yield whole(entry -> value(entry.matches().get(name)));
      }
      case "high" -> {
        demand(type, MatchField.MatchType.RANGE, field, part);
        yield whole(
            entry ->
                entry.matches().get(name) instanceof Match.Range(Value _, Value high)
                    ? high.number()
                    : ones);
      }
      case "prefix_length" -> {
        demand(type, MatchField.MatchType.LPM, field, part);
        yield whole(
            entry ->
                entry.matches().get(name) instanceof Match.Lpm(Value _, int length)
                    ? BigInteger.valueOf(length)
                    : BigInteger.ZERO);
      }
      default -> throw wrong("no part '" + part + "' of a field");
    };
  }

  private static Operand whole(Function<TableEntry, BigInteger> value) {
    return new Operand(value, _ -> true);
  }

  private void demand(
      MatchField.MatchType type, MatchField.MatchType needed, MatchField field, String part) {
    if (type != needed) {
      throw wrong("no '::%s' of %s, which is %s".formatted(part, field.getName(), type));
    }
  }

  /** The value, or the lower end of a range; zero of what is left out. */
  private static BigInteger value(@Nullable Match match) {
    return switch (match) {
      case Match.Exact(Value value) -> value.number();
      case Match.Optional(Value value) -> value.number();
      case Match.Ternary(Value value, Value _) -> value.number();
      case Match.Lpm(Value value, int _) -> value.number();
      case Match.Range(Value low, Value _) -> low.number();
      case null -> BigInteger.ZERO;
    };
  }

  private static BigInteger param(TableEntry entry, String name) {
    Action action = Objects.requireNonNull(entry.action());
    return Objects.requireNonNull(action.params().get(name)).number();
  }

  private void expect(String expected) {
    if (!token.equals(expected)) {
      throw wrong("'" + expected + "', not '" + token + "'");
    }
    next();
  }

  private void next() {
    tokens.region(end, source.length());
    if (tokens.lookingAt()) {
      end = tokens.end();
      token = tokens.group().strip();
      start = end - token.length();
    } else if (source.substring(end).isBlank()) {
      token = "";
      start = source.length();
      end = start;
    } else {
      throw wrong("something else at '" + source.substring(end).strip() + "'");
    }
  }

  private PipelineException wrong(String expected) {
    return new PipelineException(
        "The restriction of %s cannot be read: expected %s".formatted(owner, expected));
  }
}
