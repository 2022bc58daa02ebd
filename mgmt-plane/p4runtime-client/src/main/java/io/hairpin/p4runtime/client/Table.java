package io.hairpin.p4runtime.client;

import io.hairpin.p4runtime.config.v1.ActionRef;
import io.hairpin.p4runtime.config.v1.MatchField;
import io.hairpin.p4runtime.config.v1.P4Info;
import io.hairpin.p4runtime.config.v1.TableActionCall;
import io.hairpin.p4runtime.v1.FieldMatch;
import io.hairpin.p4runtime.v1.TableAction;
import java.math.BigInteger;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A table of the pipeline: what its entries may be, and their wire form. */
final class Table {

  /** An action as this table may use it. */
  record TableAct(
      ActionRef.Scope scope, Names<Integer> params, Optional<Restriction> restriction) {}

  private final io.hairpin.p4runtime.config.v1.Table info;
  private final Names<MatchField> fields;
  private final Names<TableAct> actions;
  private final boolean prioritized;
  private final @Nullable Action initialDefault;
  private final Optional<Restriction> restriction;

  Table(io.hairpin.p4runtime.config.v1.Table info, P4Info p4Info) {
    this.info = info;
    String name = info.getPreamble().getAlias();
    fields =
        new Names<>(
            "match field of table " + name,
            info.getMatchFieldsList().stream()
                .map(field -> new Names.Candidate<>(field.getId(), field.getName(), "", field))
                .toList());
    Map<Integer, io.hairpin.p4runtime.config.v1.Action> byId = new HashMap<>();
    p4Info.getActionsList().forEach(action -> byId.put(action.getPreamble().getId(), action));
    actions =
        new Names<>(
            "action of table " + name,
            info.getActionRefsList().stream().map(ref -> candidate(ref, byId)).toList());
    prioritized =
        info.getMatchFieldsList().stream()
            .anyMatch(
                field ->
                    switch (field.getMatchType()) {
                      case TERNARY, RANGE, OPTIONAL -> true;
                      default -> false;
                    });
    initialDefault =
        info.hasInitialDefaultAction() ? initialDefault(info.getInitialDefaultAction()) : null;
    restriction = Restriction.of(info);
  }

  private static Names.Candidate<TableAct> candidate(
      ActionRef ref, Map<Integer, io.hairpin.p4runtime.config.v1.Action> byId) {
    io.hairpin.p4runtime.config.v1.Action action = byId.get(ref.getId());
    if (action == null) {
      throw new PipelineException("The P4Info has no action of id 0x%08x".formatted(ref.getId()));
    }
    Names<Integer> params =
        new Names<>(
            "parameter of action " + action.getPreamble().getAlias(),
            action.getParamsList().stream()
                .map(
                    param ->
                        new Names.Candidate<>(
                            param.getId(), param.getName(), "", param.getBitwidth()))
                .toList());
    return Names.Candidate.of(
        action.getPreamble(), new TableAct(ref.getScope(), params, Restriction.of(action)));
  }

  private Action initialDefault(TableActionCall call) {
    Names.Named<TableAct> action = actions.get(call.getActionId());
    Map<String, Value> params = new HashMap<>();
    for (TableActionCall.Argument argument : call.getArgumentsList()) {
      params.put(
          action.object().params.get(argument.getParamId()).name(), new Value(argument.getValue()));
    }
    return new Action(action.name(), new TreeMap<>(params));
  }

  io.hairpin.p4runtime.config.v1.Table info() {
    return info;
  }

  Names<MatchField> fields() {
    return fields;
  }

  Names<TableAct> actions() {
    return actions;
  }

  static void checkWidth(String owner, String name, Value value, int width) {
    // A width of 0 is that of a type which the controller sees as a string.
    if (width > 0 && value.bitLength() > width) {
      throw new PipelineException(
          "%s: %s = %s does not fit in %d bits".formatted(owner, name, value, width));
    }
  }

  /** Whether an entry that was read is the program's own, and not a controller's to write. */
  boolean isProgrammed(TableEntry entry) {
    return entry.isDefault()
        ? info.getConstDefaultActionId() != 0
            || entry.action() == null
            || entry.action().equals(initialDefault)
        : info.getIsConstTable();
  }

  /** Whether entries may have idle timeouts, of which the target notifies. */
  boolean notifiesIdle() {
    return info.getIdleTimeoutBehavior()
        == io.hairpin.p4runtime.config.v1.Table.IdleTimeoutBehavior.NOTIFY_CONTROL;
  }

  /** The entry with canonical names and values; without its action it is a key. */
  TableEntry canonical(String table, TableEntry entry) {
    if (entry.isDefault()) {
      if (info.getConstDefaultActionId() != 0) {
        throw new PipelineException("Table " + table + ": its default action is const");
      }
      if (!entry.matches().isEmpty() || entry.priority() != 0) {
        throw new PipelineException(
            "Table " + table + ": a default entry has neither matches nor priority");
      }
    } else {
      if (info.getIsConstTable()) {
        throw new PipelineException("Table " + table + ": its entries are const");
      }
      if (prioritized ? entry.priority() < 1 : entry.priority() != 0) {
        throw new PipelineException(
            "Table %s: priority %d, but %s"
                .formatted(
                    table,
                    entry.priority(),
                    prioritized
                        ? "a ternary, range or optional key needs one above 0"
                        : "only a ternary, range or optional key may have one"));
      }
    }
    if (!entry.idleTimeout().isZero() && (entry.isDefault() || !notifiesIdle())) {
      throw new PipelineException(
          "Table %s: no idle timeout is supported, but %s is asked for"
              .formatted(entry.isDefault() ? table + " default" : table, entry.idleTimeout()));
    }
    TreeMap<String, Match> matches = new TreeMap<>();
    entry
        .matches()
        .forEach(
            (name, match) -> {
              Names.Named<MatchField> field = fields.get(name);
              Match canonical = canonical(table, field, match);
              if (canonical != null) {
                matches.put(field.name(), canonical);
              }
            });
    if (!entry.isDefault()) {
      for (Names.Named<MatchField> field : fields.values()) {
        if (field.object().getMatchType() == MatchField.MatchType.EXACT
            && !matches.containsKey(field.name())) {
          throw new PipelineException(
              "Table %s: the exact match field %s is missing".formatted(table, field.name()));
        }
      }
    }
    Action action = entry.action();
    TableEntry canonical =
        new TableEntry(
            table,
            matches,
            entry.priority(),
            entry.isDefault(),
            action == null ? null : canonical(table, action, entry.isDefault()),
            entry.idleTimeout());
    if (!entry.isDefault()) {
      restriction.ifPresent(legal -> legal.check(canonical));
    }
    if (action != null) {
      actions.get(action.name()).object().restriction.ifPresent(legal -> legal.check(canonical));
    }
    return canonical;
  }

  private static @Nullable Match canonical(
      String table, Names.Named<MatchField> field, Match match) {
    String owner = "Table " + table;
    int width = field.object().getBitwidth();
    MatchField.MatchType type =
        switch (match) {
          case Match.Exact _ -> MatchField.MatchType.EXACT;
          case Match.Lpm _ -> MatchField.MatchType.LPM;
          case Match.Ternary _ -> MatchField.MatchType.TERNARY;
          case Match.Range _ -> MatchField.MatchType.RANGE;
          case Match.Optional _ -> MatchField.MatchType.OPTIONAL;
        };
    if (type != field.object().getMatchType()) {
      throw new PipelineException(
          "%s: match field %s is %s, not %s"
              .formatted(owner, field.name(), field.object().getMatchType(), type));
    }
    return switch (match) {
      case Match.Exact(Value value) -> {
        checkWidth(owner, field.name(), value, width);
        yield match;
      }
      case Match.Optional(Value value) -> {
        checkWidth(owner, field.name(), value, width);
        yield match;
      }
      case Match.Ternary(Value _, Value mask) -> {
        checkWidth(owner, field.name() + " mask", mask, width);
        yield mask.bitLength() == 0 ? null : match;
      }
      case Match.Lpm(Value value, int length) -> {
        checkWidth(owner, field.name(), value, width);
        if (length < 0 || length > width) {
          throw new PipelineException(
              "%s: the prefix %s/%d of %s is not of 0 to %d bits"
                  .formatted(owner, value, length, field.name(), width));
        }
        BigInteger number = value.number();
        int rest = width - length;
        yield length == 0
            ? null
            : new Match.Lpm(Value.of(number.shiftRight(rest).shiftLeft(rest)), length);
      }
      case Match.Range(Value low, Value high) -> {
        checkWidth(owner, field.name(), high, width);
        boolean all =
            low.bitLength() == 0
                && high.number().equals(BigInteger.ONE.shiftLeft(width).subtract(BigInteger.ONE));
        yield all ? null : match;
      }
    };
  }

  private Action canonical(String table, Action call, boolean isDefault) {
    Names.Named<TableAct> action = actions.get(call.name());
    ActionRef.Scope wrong = isDefault ? ActionRef.Scope.TABLE_ONLY : ActionRef.Scope.DEFAULT_ONLY;
    if (action.object().scope == wrong) {
      throw new PipelineException(
          "Table %s: action %s is %s".formatted(table, action.name(), wrong));
    }
    String owner = "Table " + table + ", action " + action.name();
    Names<Integer> params = action.object().params;
    TreeMap<String, Value> values = new TreeMap<>();
    call.params()
        .forEach(
            (name, value) -> {
              Names.Named<Integer> param = params.get(name);
              checkWidth(owner, param.name(), value, param.object());
              values.put(param.name(), value);
            });
    for (Names.Named<Integer> param : params.values()) {
      if (!values.containsKey(param.name())) {
        throw new PipelineException(
            "%s lacks %s; it needs %s".formatted(owner, param.name(), params.all()));
      }
    }
    return new Action(action.name(), values);
  }

  /** The wire form of a canonical entry. */
  io.hairpin.p4runtime.v1.TableEntry encode(TableEntry entry) {
    io.hairpin.p4runtime.v1.TableEntry.Builder wire =
        io.hairpin.p4runtime.v1.TableEntry.newBuilder()
            .setTableId(info.getPreamble().getId())
            .setPriority(entry.priority())
            .setIsDefaultAction(entry.isDefault())
            .setIdleTimeoutNs(entry.idleTimeout().toNanos());
    entry.matches().forEach((name, match) -> wire.addMatch(encode(fields.get(name).id(), match)));
    Action call = entry.action();
    if (call != null) {
      Names.Named<TableAct> action = actions.get(call.name());
      io.hairpin.p4runtime.v1.Action.Builder to =
          wire.getActionBuilder().getActionBuilder().setActionId(action.id());
      call.params()
          .forEach(
              (name, value) ->
                  to.addParamsBuilder()
                      .setParamId(action.object().params.get(name).id())
                      .setValue(value.bytes()));
    }
    return wire.build();
  }

  private static FieldMatch encode(int id, Match match) {
    FieldMatch.Builder wire = FieldMatch.newBuilder().setFieldId(id);
    switch (match) {
      case Match.Exact(Value value) -> wire.getExactBuilder().setValue(value.bytes());
      case Match.Lpm(Value value, int length) ->
          wire.getLpmBuilder().setValue(value.bytes()).setPrefixLen(length);
      case Match.Ternary(Value value, Value mask) ->
          wire.getTernaryBuilder().setValue(value.bytes()).setMask(mask.bytes());
      case Match.Range(Value low, Value high) ->
          wire.getRangeBuilder().setLow(low.bytes()).setHigh(high.bytes());
      case Match.Optional(Value value) -> wire.getOptionalBuilder().setValue(value.bytes());
    }
    return wire.build();
  }

  /** The entry of a wire form, with canonical names. */
  TableEntry decode(String table, io.hairpin.p4runtime.v1.TableEntry wire) {
    TreeMap<String, Match> matches = new TreeMap<>();
    for (FieldMatch match : wire.getMatchList()) {
      Names.Named<MatchField> field = fields.get(match.getFieldId());
      Match canonical = canonical(table, field, decode(table, field.name(), match));
      if (canonical != null) {
        matches.put(field.name(), canonical);
      }
    }
    return new TableEntry(
        table,
        matches,
        prioritized ? wire.getPriority() : 0,
        wire.getIsDefaultAction(),
        wire.hasAction() ? decode(table, wire.getAction()) : null,
        Duration.ofNanos(wire.getIdleTimeoutNs()));
  }

  private static Match decode(String table, String field, FieldMatch match) {
    return switch (match.getFieldMatchTypeCase()) {
      case EXACT -> new Match.Exact(new Value(match.getExact().getValue()));
      case LPM ->
          new Match.Lpm(new Value(match.getLpm().getValue()), match.getLpm().getPrefixLen());
      case TERNARY ->
          new Match.Ternary(
              new Value(match.getTernary().getValue()), new Value(match.getTernary().getMask()));
      case RANGE ->
          new Match.Range(
              new Value(match.getRange().getLow()), new Value(match.getRange().getHigh()));
      case OPTIONAL -> new Match.Optional(new Value(match.getOptional().getValue()));
      case OTHER, FIELDMATCHTYPE_NOT_SET ->
          throw new PipelineException(
              "Table %s: match field %s came as %s"
                  .formatted(table, field, match.getFieldMatchTypeCase()));
    };
  }

  private Action decode(String table, TableAction wire) {
    if (!wire.hasAction()) {
      throw new PipelineException("Table " + table + ": an action came as " + wire.getTypeCase());
    }
    Names.Named<TableAct> action = actions.get(wire.getAction().getActionId());
    TreeMap<String, Value> params = new TreeMap<>();
    List<io.hairpin.p4runtime.v1.Action.Param> values = wire.getAction().getParamsList();
    for (io.hairpin.p4runtime.v1.Action.Param param : values) {
      params.put(
          action.object().params.get(param.getParamId()).name(), new Value(param.getValue()));
    }
    return new Action(action.name(), params);
  }
}
