package io.hairpin.softswitch.p4runtime;

import static io.hairpin.softswitch.p4runtime.Refusal.invalid;
import static io.hairpin.softswitch.p4runtime.Refusal.unimplemented;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.hairpin.p4runtime.config.v1.ActionRef;
import io.hairpin.p4runtime.config.v1.MatchField;
import io.hairpin.p4runtime.config.v1.MeterSpec;
import io.hairpin.p4runtime.v1.CounterData;
import io.hairpin.p4runtime.v1.DirectCounterEntry;
import io.hairpin.p4runtime.v1.DirectMeterEntry;
import io.hairpin.p4runtime.v1.FieldMatch;
import io.hairpin.p4runtime.v1.MeterConfig;
import io.hairpin.p4runtime.v1.TableAction;
import io.hairpin.p4runtime.v1.TableEntry;
import io.hairpin.p4runtime.v1.Update;
import io.hairpin.softswitch.engine.Action;
import io.hairpin.softswitch.engine.CounterValue;
import io.hairpin.softswitch.engine.Entry;
import io.hairpin.softswitch.engine.KeyField;
import io.hairpin.softswitch.engine.Match;
import io.hairpin.softswitch.engine.MatchKind;
import io.hairpin.softswitch.engine.MeterRates;
import io.hairpin.softswitch.engine.Table;
import io.hairpin.softswitch.engine.TableException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One table's entries as P4Runtime sees them (9.1), over the engine's table. */
final class TableEntries {
  private final io.hairpin.p4runtime.config.v1.Table info;
  private final Table table;
  private final Map<Integer, io.hairpin.p4runtime.config.v1.Action> actions = new HashMap<>();
  private final Map<String, Integer> actionIds = new HashMap<>();
  private final Map<Key, Cookie> cookies = new HashMap<>();
  private Cookie defaultCookie = Cookie.NONE;
  private MeterSpec meter = MeterSpec.getDefaultInstance();

  // Of entries that have a time-out.
  private final Map<Key, Long> timeouts = new HashMap<>();
  private final Map<Key, Long> notified = new HashMap<>();

  private record Key(List<Match> match, int priority) {}

  /** What a client keeps with an entry. */
  private record Cookie(long number, ByteString bytes) {
    static final Cookie NONE = new Cookie(0, ByteString.EMPTY);

    @SuppressWarnings("deprecation") // clients before 1.2 use controller_metadata
    static Cookie of(TableEntry entry) {
      return new Cookie(entry.getControllerMetadata(), entry.getMetadata());
    }

    @SuppressWarnings("deprecation") // clients before 1.2 use controller_metadata
    void addTo(TableEntry.Builder entry) {
      entry.setControllerMetadata(number).setMetadata(bytes);
    }

    /** Whether a request, where what is unset asks for all, asks for this. */
    boolean isAskedForBy(Cookie request) {
      return (request.number == 0 || request.number == number)
          && (request.bytes.isEmpty() || request.bytes.equals(bytes));
    }
  }

  /**
   * Binds P4Info to the program.
   *
   * @throws Refusal where they disagree
   */
  TableEntries(
      io.hairpin.p4runtime.config.v1.Table info,
      Table table,
      Map<Integer, io.hairpin.p4runtime.config.v1.Action> allActions) {
    this.info = info;
    this.table = table;
    List<KeyField> key = table.key();
    if (key.size() != info.getMatchFieldsCount()) {
      throw invalid(
          "table '%s': %d match fields in P4Info, %d in the program",
          name(), info.getMatchFieldsCount(), key.size());
    }
    for (int i = 0; i < key.size(); i++) {
      check(info.getMatchFields(i), key.get(i));
    }
    if (info.getImplementationId() != 0) {
      throw unimplemented("table '%s': action profiles and selectors", name());
    }
    for (ActionRef ref : info.getActionRefsList()) {
      io.hairpin.p4runtime.config.v1.Action action = allActions.get(ref.getId());
      if (action == null) {
        throw invalid("table '%s': P4Info has no action %d", name(), ref.getId());
      }
      if (!table.actions().contains(action.getPreamble().getName())) {
        throw invalid(
            "table '%s': action '%s' is in P4Info, but the program's table has only %s",
            name(), action.getPreamble().getName(), table.actions());
      }
      actions.put(ref.getId(), action);
      actionIds.put(action.getPreamble().getName(), ref.getId());
    }
  }

  private void check(MatchField field, KeyField key) {
    MatchKind kind =
        switch (field.getMatchType()) {
          case EXACT -> MatchKind.EXACT;
          case LPM -> MatchKind.LPM;
          case TERNARY -> MatchKind.TERNARY;
          case RANGE -> MatchKind.RANGE;
          case OPTIONAL -> MatchKind.OPTIONAL;
          case UNSPECIFIED, UNRECOGNIZED ->
              throw unimplemented(
                  "table '%s': match field '%s' is neither exact, lpm, ternary, range nor optional",
                  name(), field.getName());
        };
    // p4c writes optional fields as ternary ones.
    boolean same =
        kind == key.kind() || (kind == MatchKind.OPTIONAL && key.kind() == MatchKind.TERNARY);
    if (!same || field.getBitwidth() != key.width()) {
      throw invalid(
          "table '%s': match field '%s' is %s of %d bits in P4Info, %s of %d bits in the program",
          name(), field.getName(), kind, field.getBitwidth(), key.kind(), key.width());
    }
  }

  private String name() {
    return info.getPreamble().getName();
  }

  boolean hasCounter() {
    return table.hasCounter();
  }

  boolean hasMeter() {
    return table.hasMeter();
  }

  /** Says what its direct meter is. */
  void metered(MeterSpec spec) {
    meter = spec;
  }

  boolean isEmpty() {
    return table.size() == 0;
  }

  /** Applies one update. Callers exclude one another. */
  void write(Update.Type type, TableEntry entry) {
    if (entry.getIsConst()) {
      throw invalid("table '%s': is_const must be false in a write", name());
    }
    if (type != Update.Type.DELETE) {
      checkResources(entry);
    }
    try {
      if (entry.getIsDefaultAction()) {
        writeDefault(type, entry);
      } else {
        writeEntry(type, entry);
      }
    } catch (TableException e) {
      throw Refusal.of(e);
    }
  }

  private void checkResources(TableEntry entry) {
    if ((entry.getIdleTimeoutNs() != 0 || entry.hasTimeSinceLastHit())
        && (entry.getIsDefaultAction()
            || info.getIdleTimeoutBehavior()
                == io.hairpin.p4runtime.config.v1.Table.IdleTimeoutBehavior.NO_TIMEOUT)) {
      throw invalid("table '%s': this entry cannot have an idle timeout", name());
    }
    if (entry.hasTimeSinceLastHit()) {
      throw invalid("table '%s': time_since_last_hit cannot be written", name());
    }
    if (entry.getIdleTimeoutNs() < 0) {
      throw invalid("table '%s': idle_timeout_ns %d", name(), entry.getIdleTimeoutNs());
    }
    if ((entry.hasMeterConfig() || entry.hasMeterCounterData()) && !table.hasMeter()) {
      throw invalid("table '%s' has no direct meter", name());
    }
    IndexedEntries.checkNoColours(entry.hasMeterCounterData(), name());
    if (entry.hasMeterConfig() && entry.getIsDefaultAction()) {
      throw unimplemented("table '%s': a direct meter for the default entry", name());
    }
    if (entry.hasCounterData() && !table.hasCounter()) {
      throw invalid("table '%s' has no direct counter", name());
    }
  }

  private void writeEntry(Update.Type type, TableEntry entry) {
    List<Match> match = match(entry.getMatchList());
    int priority = priority(entry);
    var key = new Key(match, priority);
    MeterRates rates = rates(entry.hasMeterConfig(), entry.getMeterConfig());
    switch (type) {
      case INSERT -> {
        if (match.isEmpty()) {
          throw invalid("table '%s' has no key, so that it has a default entry only", name());
        }
        if (!entry.hasAction()) {
          throw invalid("table '%s': an entry needs an action", name());
        }
        table.insert(new Entry(match, priority, action(entry.getAction(), false)));
        remember(key, Cookie.of(entry));
      }
      case MODIFY -> {
        if (entry.hasAction()) {
          table.modify(new Entry(match, priority, action(entry.getAction(), false)));
        } else if (table.get(match, priority) == null) {
          throw noEntry();
        }
        remember(key, Cookie.of(entry));
      }
      case DELETE -> {
        table.delete(match, priority);
        cookies.remove(key);
        timeouts.remove(key);
        notified.remove(key);
        return;
      }
      case UNSPECIFIED, UNRECOGNIZED -> throw invalid("update without a type");
    }
    if (entry.hasCounterData()) {
      table.setCounter(match, priority, value(entry.getCounterData()));
    }
    if (table.hasMeter()) {
      table.setMeter(match, priority, rates);
    }
    if (table.hasIdleTimeout()) {
      age(key, entry.getIdleTimeoutNs());
    }
  }

  private @Nullable MeterRates rates(boolean given, MeterConfig config) {
    return given ? Meters.rates(config, meter, name()) : null;
  }

  /** Sets an entry's time-out, in nanoseconds; the engine's is in microseconds. */
  private void age(Key key, long nanoseconds) {
    table.setIdleTimeout(key.match, key.priority, (nanoseconds + 999) / 1000);
    notified.remove(key);
    if (nanoseconds == 0) {
      timeouts.remove(key);
    } else {
      timeouts.put(key, nanoseconds);
    }
  }

  /**
   * The entries that have been idle for as long as they may, and of which that was not said within
   * that time.
   *
   * @param now microseconds of the switch's clock
   */
  synchronized List<TableEntry> idle(long now) {
    if (timeouts.isEmpty()) {
      return List.of();
    }
    var found = new ArrayList<TableEntry>();
    for (Entry entry : table.idle()) {
      var key = new Key(entry.key(), entry.priority());
      Long before = notified.get(key);
      if (before == null || now - before >= table.idleTimeout(key.match, key.priority)) {
        notified.put(key, now);
        found.add(entry(entry).clearAction().clearIsConst().build());
      }
    }
    return found;
  }

  private void remember(Key key, Cookie cookie) {
    if (cookie.equals(Cookie.NONE)) {
      cookies.remove(key);
    } else {
      cookies.put(key, cookie);
    }
  }

  private void writeDefault(Update.Type type, TableEntry entry) {
    if (type != Update.Type.MODIFY) {
      throw invalid("table '%s': the default entry can only be modified", name());
    }
    checkDefault(entry);
    if (entry.hasAction()) {
      table.setDefault(action(entry.getAction(), true));
      defaultCookie = Cookie.of(entry);
    } else {
      table.resetDefault();
      defaultCookie = Cookie.NONE;
    }
    if (entry.hasCounterData()) {
      table.setDefaultCounter(value(entry.getCounterData()));
    }
  }

  private void checkDefault(TableEntry entry) {
    if (entry.getMatchCount() != 0 || entry.getPriority() != 0) {
      throw invalid("table '%s': the default entry has no match and no priority", name());
    }
  }

  private Refusal noEntry() {
    return new Refusal(
        Status.Code.NOT_FOUND, "table '%s': there is no entry with this key", name());
  }

  private int priority(TableEntry entry) {
    int priority = entry.getPriority();
    if (table.hasPriorities() ? priority <= 0 : priority != 0) {
      throw invalid(
          "table '%s': priority %d; this table wants %s",
          name(), priority, table.hasPriorities() ? "one above 0" : "0");
    }
    return priority;
  }

  private List<Match> match(List<FieldMatch> given) {
    var match = new Match[table.key().size()];
    for (FieldMatch one : given) {
      int at = 0;
      while (at < match.length && info.getMatchFields(at).getId() != one.getFieldId()) {
        at++;
      }
      if (at == match.length) {
        throw invalid(
            "table '%s' has no match field %d; it has %s",
            name(),
            one.getFieldId(),
            info.getMatchFieldsList().stream()
                .map(field -> field.getId() + " '" + field.getName() + "'")
                .toList());
      }
      MatchField field = info.getMatchFields(at);
      if (match[at] != null) {
        throw invalid("table '%s': match field '%s' is given twice", name(), field.getName());
      }
      match[at] = match(field, table.key().get(at).kind(), one);
    }
    for (int i = 0; i < match.length; i++) {
      if (match[i] == null) {
        if (table.key().get(i).kind() == MatchKind.EXACT) {
          throw invalid(
              "table '%s': match field '%s' is missing", name(), info.getMatchFields(i).getName());
        }
        match[i] = new Match.Any();
      }
    }
    return List.of(match);
  }

  private Match match(MatchField field, MatchKind kind, FieldMatch given) {
    String what = "table '%s': match field '%s'".formatted(name(), field.getName());
    int width = field.getBitwidth();
    boolean fits =
        switch (given.getFieldMatchTypeCase()) {
          case EXACT -> field.getMatchType() == MatchField.MatchType.EXACT;
          case LPM -> field.getMatchType() == MatchField.MatchType.LPM;
          case TERNARY -> field.getMatchType() == MatchField.MatchType.TERNARY;
          case RANGE -> field.getMatchType() == MatchField.MatchType.RANGE;
          case OPTIONAL -> field.getMatchType() == MatchField.MatchType.OPTIONAL;
          case OTHER, FIELDMATCHTYPE_NOT_SET -> false;
        };
    if (!fits) {
      throw invalid(
          "%s: %s; %s is wanted", what, given.getFieldMatchTypeCase(), field.getMatchType());
    }
    return switch (given.getFieldMatchTypeCase()) {
      case LPM -> {
        int prefix = given.getLpm().getPrefixLen();
        if (prefix < 1 || prefix > width) {
          throw invalid(
              "%s: prefix length %d is not between 1 and %d (leave the field out to match any)",
              what, prefix, width);
        }
        BigInteger value = Bytes.decode(given.getLpm().getValue(), width, what);
        if (value.signum() != 0 && value.getLowestSetBit() < width - prefix) {
          throw invalid("%s: 0x%x has ones below its prefix of %d bits", what, value, prefix);
        }
        yield new Match.Lpm(value, prefix);
      }
      case TERNARY -> {
        BigInteger value = Bytes.decode(given.getTernary().getValue(), width, what);
        BigInteger mask = Bytes.decode(given.getTernary().getMask(), width, what + " (mask)");
        if (mask.signum() == 0) {
          throw invalid("%s: a mask of 0 (leave the field out to match any)", what);
        }
        if (value.andNot(mask).signum() != 0) {
          throw invalid("%s: 0x%x has ones where its mask 0x%x has none", what, value, mask);
        }
        yield new Match.Ternary(value, mask);
      }
      case RANGE -> {
        BigInteger low = Bytes.decode(given.getRange().getLow(), width, what + " (low)");
        BigInteger high = Bytes.decode(given.getRange().getHigh(), width, what + " (high)");
        if (low.compareTo(high) > 0) {
          throw invalid("%s: 0x%x to 0x%x is no range", what, low, high);
        }
        if (low.signum() == 0 && high.bitCount() == width) {
          throw invalid("%s: the whole range (leave the field out to match any)", what);
        }
        yield new Match.Range(low, high);
      }
      case OPTIONAL -> {
        BigInteger value = Bytes.decode(given.getOptional().getValue(), width, what);
        yield kind == MatchKind.TERNARY
            ? new Match.Ternary(value, BigInteger.ONE.shiftLeft(width).subtract(BigInteger.ONE))
            : new Match.Exact(value);
      }
      default -> new Match.Exact(Bytes.decode(given.getExact().getValue(), width, what));
    };
  }

  private Action action(TableAction given, boolean isDefault) {
    if (given.getTypeCase() != TableAction.TypeCase.ACTION) {
      throw invalid("table '%s': %s; ACTION is wanted", name(), given.getTypeCase());
    }
    int id = given.getAction().getActionId();
    io.hairpin.p4runtime.config.v1.Action action = actions.get(id);
    if (action == null) {
      throw invalid("table '%s' has no action %d; it has %s", name(), id, actionIds.keySet());
    }
    checkScope(id, action.getPreamble().getName(), isDefault);
    String what = "table '%s': action '%s'".formatted(name(), action.getPreamble().getName());
    var arguments = new BigInteger[action.getParamsCount()];
    for (var param : given.getAction().getParamsList()) {
      int at = 0;
      while (at < arguments.length && action.getParams(at).getId() != param.getParamId()) {
        at++;
      }
      if (at == arguments.length) {
        throw invalid("%s has no parameter %d", what, param.getParamId());
      }
      if (arguments[at] != null) {
        throw invalid("%s: parameter '%s' is given twice", what, action.getParams(at).getName());
      }
      var declared = action.getParams(at);
      if (declared.getBitwidth() <= 0) {
        throw unimplemented("%s: parameter '%s' has no bitwidth", what, declared.getName());
      }
      arguments[at] =
          Bytes.decode(
              param.getValue(),
              declared.getBitwidth(),
              what + ": parameter '" + declared.getName() + "'");
    }
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i] == null) {
        throw invalid("%s: parameter '%s' is missing", what, action.getParams(i).getName());
      }
    }
    return new Action(action.getPreamble().getName(), Arrays.asList(arguments));
  }

  private void checkScope(int id, String action, boolean isDefault) {
    ActionRef.Scope wrong = isDefault ? ActionRef.Scope.TABLE_ONLY : ActionRef.Scope.DEFAULT_ONLY;
    for (ActionRef ref : info.getActionRefsList()) {
      if (ref.getId() == id && ref.getScope() == wrong) {
        throw new Refusal(
            Status.Code.PERMISSION_DENIED, "table '%s': action '%s' is %s", name(), action, wrong);
      }
    }
  }

  /** Gives every entry that a request's entry asks for. */
  void read(TableEntry request, Consumer<TableEntry> out) {
    IndexedEntries.checkNoColours(request.hasMeterCounterData(), name());
    if (request.hasTimeSinceLastHit()
        && (request.getIsDefaultAction()
            || (request.getTableId() != 0 && !table.hasIdleTimeout()))) {
      throw invalid("table '%s': this entry has no time_since_last_hit", name());
    }
    boolean counted = request.hasCounterData() && table.hasCounter();
    if (request.getIsDefaultAction()) {
      checkDefault(request);
      out.accept(defaultEntry(counted));
      return;
    }
    for (Entry entry : selected(request)) {
      if (request.getPriority() != 0 && request.getPriority() != entry.priority()) {
        continue;
      }
      TableEntry.Builder found = entry(entry);
      if (request.hasAction()
          && request.getAction().getAction().getActionId()
              != found.getAction().getAction().getActionId()) {
        continue;
      }
      if (!Cookie.of(found.build()).isAskedForBy(Cookie.of(request))) {
        continue;
      }
      if (counted) {
        found.setCounterData(data(table.counter(entry.key(), entry.priority())));
      }
      if (request.hasMeterConfig()) {
        addMeter(entry, found);
      }
      if (request.hasTimeSinceLastHit() && table.hasIdleTimeout()) {
        found
            .getTimeSinceLastHitBuilder()
            .setElapsedNs(1000 * table.idleTime(entry.key(), entry.priority()));
      }
      out.accept(found.build());
    }
  }

  /** What there is with an entry's key, as it would be written; null where there is nothing. */
  @Nullable TableEntry written(TableEntry key) {
    boolean counted = table.hasCounter();
    if (key.getIsDefaultAction()) {
      return defaultEntry(counted).toBuilder().clearIsConst().build();
    }
    Entry entry = table.get(match(key.getMatchList()), priority(key));
    if (entry == null) {
      return null;
    }
    TableEntry.Builder found = entry(entry).clearIsConst();
    if (table.isConst()) {
      found.clearAction();
    }
    if (counted) {
      found.setCounterData(data(table.counter(entry.key(), entry.priority())));
    }
    addMeter(entry, found);
    return found.build();
  }

  private void addMeter(Entry entry, TableEntry.Builder found) {
    MeterRates rates = table.hasMeter() ? table.meter(entry.key(), entry.priority()) : null;
    if (rates != null) {
      found.setMeterConfig(Meters.config(rates));
    }
  }

  private Collection<Entry> selected(TableEntry request) {
    if (request.getMatchCount() == 0) {
      return table.entries();
    }
    List<Match> match = match(request.getMatchList());
    if (table.hasPriorities() && request.getPriority() == 0) {
      return table.entries().stream().filter(entry -> entry.key().equals(match)).toList();
    }
    Entry entry = table.get(match, priority(request));
    return entry == null ? List.of() : List.of(entry);
  }

  private TableEntry.Builder entry(Entry entry) {
    TableEntry.Builder found = key(entry).setAction(action(entry.action()));
    var key = new Key(entry.key(), entry.priority());
    cookies.getOrDefault(key, Cookie.NONE).addTo(found);
    found.setIdleTimeoutNs(timeouts.getOrDefault(key, 0L));
    return found.setIsConst(table.isConst());
  }

  private TableEntry.Builder key(Entry entry) {
    TableEntry.Builder found =
        TableEntry.newBuilder()
            .setTableId(info.getPreamble().getId())
            .setPriority(entry.priority());
    for (int i = 0; i < entry.key().size(); i++) {
      FieldMatch.Builder field = FieldMatch.newBuilder().setFieldId(info.getMatchFields(i).getId());
      boolean optional = info.getMatchFields(i).getMatchType() == MatchField.MatchType.OPTIONAL;
      switch (entry.key().get(i)) {
        case Match.Exact(var value) when optional ->
            field.setOptional(FieldMatch.Optional.newBuilder().setValue(Bytes.encode(value)));
        case Match.Exact(var value) ->
            field.setExact(FieldMatch.Exact.newBuilder().setValue(Bytes.encode(value)));
        case Match.Lpm(var value, var prefix) ->
            field.setLpm(
                FieldMatch.LPM.newBuilder().setValue(Bytes.encode(value)).setPrefixLen(prefix));
        case Match.Ternary(var value, var _) when optional ->
            field.setOptional(FieldMatch.Optional.newBuilder().setValue(Bytes.encode(value)));
        case Match.Ternary(var value, var mask) ->
            field.setTernary(
                FieldMatch.Ternary.newBuilder()
                    .setValue(Bytes.encode(value))
                    .setMask(Bytes.encode(mask)));
        case Match.Range(var low, var high) ->
            field.setRange(
                FieldMatch.Range.newBuilder()
                    .setLow(Bytes.encode(low))
                    .setHigh(Bytes.encode(high)));
        case Match.Any() -> {
          continue;
        }
      }
      found.addMatch(field);
    }
    return found;
  }

  private TableEntry defaultEntry(boolean counted) {
    TableEntry.Builder found =
        TableEntry.newBuilder()
            .setTableId(info.getPreamble().getId())
            .setIsDefaultAction(true)
            .setIsConst(info.getConstDefaultActionId() != 0);
    defaultCookie.addTo(found);
    Action action = table.defaultAction();
    if (action != null) {
      found.setAction(action(action));
    }
    if (counted) {
      found.setCounterData(data(table.defaultCounter()));
    }
    return found.build();
  }

  private TableAction action(Action action) {
    Integer id = actionIds.get(action.name());
    if (id == null) {
      throw new IllegalStateException(
          "table '" + name() + "' runs action '" + action.name() + "', which P4Info lacks");
    }
    var encoded = io.hairpin.p4runtime.v1.Action.newBuilder().setActionId(id);
    List<io.hairpin.p4runtime.config.v1.Action.Param> params = params(id);
    for (int i = 0; i < params.size(); i++) {
      encoded.addParams(
          io.hairpin.p4runtime.v1.Action.Param.newBuilder()
              .setParamId(params.get(i).getId())
              .setValue(Bytes.encode(action.arguments().get(i))));
    }
    return TableAction.newBuilder().setAction(encoded).build();
  }

  private List<io.hairpin.p4runtime.config.v1.Action.Param> params(int action) {
    io.hairpin.p4runtime.config.v1.Action info = actions.get(action);
    return info == null ? List.of() : info.getParamsList();
  }

  /** Gives the direct counters that a request's entry asks for. */
  void readCounters(TableEntry request, Consumer<DirectCounterEntry> out) {
    if (!table.hasCounter()) {
      throw invalid("table '%s' has no direct counter", name());
    }
    if (request.getIsDefaultAction()) {
      checkDefault(request);
      TableEntry found = defaultEntry(true);
      out.accept(counter(withoutContent(found), found.getCounterData()));
      return;
    }
    Collection<Entry> entries = selected(request);
    if (request.getMatchCount() != 0 && entries.isEmpty()) {
      throw noEntry();
    }
    for (Entry entry : entries) {
      out.accept(counter(key(entry), data(table.counter(entry.key(), entry.priority()))));
    }
  }

  private static TableEntry.Builder withoutContent(TableEntry entry) {
    return TableEntry.newBuilder()
        .setTableId(entry.getTableId())
        .setIsDefaultAction(entry.getIsDefaultAction());
  }

  private static DirectCounterEntry counter(TableEntry.Builder key, CounterData data) {
    return DirectCounterEntry.newBuilder()
        .setTableEntry(key.clearCounterData().clearIsConst())
        .setData(data)
        .build();
  }

  private void checkMeter(TableEntry key) {
    if (!table.hasMeter()) {
      throw invalid("table '%s' has no direct meter", name());
    }
    if (key.getIsDefaultAction()) {
      throw unimplemented("table '%s': a direct meter for the default entry", name());
    }
  }

  /** Gives the direct meters that a request's entry asks for. */
  void readMeters(DirectMeterEntry request, Consumer<DirectMeterEntry> out) {
    TableEntry key = request.getTableEntry();
    checkMeter(key);
    IndexedEntries.checkNoColours(request.hasCounterData(), name());
    Collection<Entry> entries = selected(key);
    if (key.getMatchCount() != 0 && entries.isEmpty()) {
      throw noEntry();
    }
    for (Entry entry : entries) {
      var found = DirectMeterEntry.newBuilder().setTableEntry(key(entry));
      MeterRates rates = table.meter(entry.key(), entry.priority());
      if (rates != null) {
        found.setConfig(Meters.config(rates));
      }
      out.accept(found.build());
    }
  }

  /** Sets a direct meter, or makes all green again. */
  void writeMeter(DirectMeterEntry entry) {
    TableEntry key = entry.getTableEntry();
    checkMeter(key);
    IndexedEntries.checkNoColours(entry.hasCounterData(), name());
    List<Match> match = match(key.getMatchList());
    int priority = priority(key);
    try {
      table.setMeter(match, priority, rates(entry.hasConfig(), entry.getConfig()));
    } catch (TableException e) {
      throw Refusal.of(e);
    }
  }

  /** Sets a direct counter. */
  void writeCounter(TableEntry key, CounterValue value) {
    if (!table.hasCounter()) {
      throw invalid("table '%s' has no direct counter", name());
    }
    try {
      if (key.getIsDefaultAction()) {
        checkDefault(key);
        table.setDefaultCounter(value);
      } else {
        table.setCounter(match(key.getMatchList()), priority(key), value);
      }
    } catch (TableException e) {
      throw Refusal.of(e);
    }
  }

  /**
   * Takes over all that another pipeline's table of the same id holds.
   *
   * @throws Refusal where something does not fit
   */
  void reconcile(TableEntries from) {
    if (!table.isConst()) {
      var initial = new ArrayList<Entry>(table.entries());
      for (Entry entry : initial) {
        table.delete(entry.key(), entry.priority());
      }
      from.read(
          TableEntry.newBuilder()
              .setCounterData(CounterData.getDefaultInstance())
              .setMeterConfig(MeterConfig.getDefaultInstance())
              .build(),
          entry -> write(Update.Type.INSERT, entry.toBuilder().clearIsConst().build()));
    }
    TableEntry miss = from.defaultEntry(from.hasCounter() && hasCounter());
    if (!miss.getIsConst() && miss.hasAction() && info.getConstDefaultActionId() == 0) {
      write(Update.Type.MODIFY, miss);
    }
  }

  static CounterValue value(CounterData data) {
    return new CounterValue(data.getPacketCount(), data.getByteCount());
  }

  static CounterData data(CounterValue value) {
    return CounterData.newBuilder()
        .setPacketCount(value.packets())
        .setByteCount(value.bytes())
        .build();
  }
}
