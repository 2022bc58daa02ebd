package io.hairpin.softswitch.p4runtime;

import static io.hairpin.softswitch.p4runtime.Refusal.invalid;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.hairpin.p4runtime.config.v1.ActionRef;
import io.hairpin.p4runtime.config.v1.MatchField;
import io.hairpin.p4runtime.config.v1.MatchField.MatchType;
import io.hairpin.p4runtime.config.v1.MeterSpec;
import io.hairpin.p4runtime.v1.ActionProfileActionSet;
import io.hairpin.p4runtime.v1.CounterData;
import io.hairpin.p4runtime.v1.DirectCounterEntry;
import io.hairpin.p4runtime.v1.DirectMeterEntry;
import io.hairpin.p4runtime.v1.FieldMatch;
import io.hairpin.p4runtime.v1.MeterConfig;
import io.hairpin.p4runtime.v1.MeterCounterData;
import io.hairpin.p4runtime.v1.TableAction;
import io.hairpin.p4runtime.v1.TableEntry;
import io.hairpin.p4runtime.v1.Update;
import io.hairpin.softswitch.engine.Action;
import io.hairpin.softswitch.engine.Choice;
import io.hairpin.softswitch.engine.CounterValue;
import io.hairpin.softswitch.engine.Entry;
import io.hairpin.softswitch.engine.KeyField;
import io.hairpin.softswitch.engine.Match;
import io.hairpin.softswitch.engine.MatchKind;
import io.hairpin.softswitch.engine.MeterCounts;
import io.hairpin.softswitch.engine.MeterRates;
import io.hairpin.softswitch.engine.Table;
import io.hairpin.softswitch.engine.TableException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One table's entries as P4Runtime sees them (9.1), over the engine's table. */
final class TableEntries {
  private final io.hairpin.p4runtime.config.v1.Table info;
  private final String what;
  private final Table table;
  private final Field[] fields;
  private final ActionCodec actions;
  private final @Nullable ActionProfileEntries profile;
  // Of entries that have any.
  private final Map<Key, Kept> kept = new HashMap<>();
  private Kept keptOfDefault = Kept.NOTHING;
  private MeterSpec meter = MeterSpec.getDefaultInstance();

  // Of entries that have a time-out.
  private final Map<Key, Long> timeouts = new HashMap<>();
  private final Map<Key, Long> notified = new HashMap<>();

  /** Asks for all direct resources. */
  private static final TableEntry ALL =
      TableEntry.newBuilder()
          .setCounterData(CounterData.getDefaultInstance())
          .setMeterConfig(MeterConfig.getDefaultInstance())
          .build();

  private static final Match ANY = new Match.Any();

  private record Key(List<Match> match, int priority) {}

  /** A match field. */
  private record Field(
      int id, MatchType type, MatchKind kind, int width, BigInteger ones, Codec codec) {}

  /** What is kept of an entry that the engine has no place for. */
  private record Kept(long cookie, ByteString metadata, @Nullable ActionProfileActionSet set) {
    static final Kept NOTHING = new Kept(0, ByteString.EMPTY, null);

    @SuppressWarnings("deprecation") // clients before 1.2 use controller_metadata
    static Kept of(TableEntry entry, @Nullable ActionProfileActionSet set) {
      return entry.getControllerMetadata() == 0 && entry.getMetadata().isEmpty() && set == null
          ? NOTHING
          : new Kept(entry.getControllerMetadata(), entry.getMetadata(), set);
    }

    @SuppressWarnings("deprecation") // clients before 1.2 use controller_metadata
    void addTo(TableEntry.Builder entry) {
      entry.setControllerMetadata(cookie).setMetadata(metadata);
    }

    /** Whether a request, where what is unset asks for all, asks for this. */
    @SuppressWarnings("deprecation") // clients before 1.2 use controller_metadata
    boolean isAskedForBy(TableEntry request) {
      return (request.getControllerMetadata() == 0 || request.getControllerMetadata() == cookie)
          && (request.getMetadata().isEmpty() || request.getMetadata().equals(metadata));
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
      ActionCodec actions,
      @Nullable ActionProfileEntries profile,
      Types types) {
    this.info = info;
    this.what = "table '" + name() + "'";
    this.table = table;
    this.actions = actions;
    this.profile = profile;
    List<KeyField> key = table.key();
    if (key.size() != info.getMatchFieldsCount()) {
      throw invalid(
          "%s: %d match fields in P4Info, %d in the program",
          what, info.getMatchFieldsCount(), key.size());
    }
    fields = new Field[key.size()];
    for (int i = 0; i < fields.length; i++) {
      fields[i] = field(info.getMatchFields(i), key.get(i), types);
    }
    if (table.isConst() && !info.getIsConstTable()) {
      table.unlock((int) Math.min(Integer.MAX_VALUE, Math.max(0, info.getSize())));
    }
  }

  private Field field(MatchField field, KeyField key, Types types) {
    MatchKind kind =
        switch (field.getMatchType()) {
          case EXACT -> MatchKind.EXACT;
          case LPM -> MatchKind.LPM;
          case TERNARY -> MatchKind.TERNARY;
          case RANGE -> MatchKind.RANGE;
          case OPTIONAL -> MatchKind.OPTIONAL;
          case UNSPECIFIED, UNRECOGNIZED ->
              throw invalid(
                  "%s: match field '%s' is neither exact, lpm, ternary, range nor optional",
                  what, field.getName());
        };
    String name = "%s: match field '%s'".formatted(what, field.getName());
    // p4c writes optional fields as ternary ones.
    boolean same =
        kind == key.kind() || (kind == MatchKind.OPTIONAL && key.kind() == MatchKind.TERNARY);
    if (!same) {
      throw invalid("%s is %s in P4Info, %s in the program", name, kind, key.kind());
    }
    if (types.isNamed(field.getTypeName())
        && kind != MatchKind.EXACT
        && kind != MatchKind.OPTIONAL) {
      throw invalid("%s is %s, but its values are strings", name, kind);
    }
    return new Field(
        field.getId(),
        field.getMatchType(),
        key.kind(),
        key.width(),
        BigInteger.ONE.shiftLeft(key.width()).subtract(BigInteger.ONE),
        types.codec(name, field.getBitwidth(), field.getTypeName(), key.width()));
  }

  private String name() {
    return info.getPreamble().getName();
  }

  int id() {
    return info.getPreamble().getId();
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
      throw invalid("%s: is_const must be false in a write", what);
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
      throw invalid("%s: this entry cannot have an idle timeout", what);
    }
    if (entry.hasTimeSinceLastHit()) {
      throw invalid("%s: time_since_last_hit cannot be written", what);
    }
    if (entry.getIdleTimeoutNs() < 0) {
      throw invalid("%s: idle_timeout_ns %d", what, entry.getIdleTimeoutNs());
    }
    if ((entry.hasMeterConfig() || entry.hasMeterCounterData()) && !table.hasMeter()) {
      throw invalid("%s has no direct meter", what);
    }
    if (entry.hasMeterCounterData()) {
      Meters.checkCleared(entry.getMeterCounterData(), what);
    }
    if (entry.hasCounterData() && !table.hasCounter()) {
      throw invalid("%s has no direct counter", what);
    }
  }

  private void writeEntry(Update.Type type, TableEntry entry) {
    List<Match> match = match(entry.getMatchList());
    int priority = priority(entry);
    if (type == Update.Type.DELETE) {
      table.delete(match, priority);
      forget(match, priority);
      return;
    }
    MeterRates rates =
        entry.hasMeterConfig() ? Meters.rates(entry.getMeterConfig(), meter, what) : null;
    ActionProfileActionSet set = null;
    if (profile != null && entry.getAction().hasActionProfileActionSet()) {
      set = profile.canonical(entry.getAction().getActionProfileActionSet());
    }
    switch (type) {
      case INSERT -> {
        if (fields.length == 0) {
          throw invalid("%s has no key, so that it has a default entry only", what);
        }
        if (!entry.hasAction()) {
          throw invalid("%s: an entry needs an action", what);
        }
        var made = new Entry(match, priority, choice(entry.getAction()));
        if (profile != null) {
          profile.checkRoom(set, null);
        }
        table.insert(made);
        if (profile != null) {
          profile.use(set, null);
        }
      }
      case MODIFY -> {
        checkMetadata(entry);
        ActionProfileActionSet before = set(match, priority);
        if (entry.hasAction()) {
          var next = new Entry(match, priority, choice(entry.getAction()));
          if (profile != null) {
            profile.checkRoom(set, before);
          }
          table.modify(next);
          if (profile != null) {
            profile.use(set, before);
          }
        } else if (table.get(match, priority) == null) {
          throw noEntry();
        } else {
          set = before;
        }
      }
      case DELETE, UNSPECIFIED, UNRECOGNIZED -> throw invalid("update without a type");
    }
    remember(match, priority, Kept.of(entry, set));
    if (entry.hasCounterData()) {
      table.setCounter(match, priority, value(entry.getCounterData()));
    }
    if (table.hasMeter()) {
      table.setMeter(match, priority, rates);
      if (entry.hasMeterCounterData()) {
        table.setMeterCounts(match, priority, MeterCounts.NONE);
      }
    }
    if (table.hasIdleTimeout()) {
      age(match, priority, entry.getIdleTimeoutNs());
    }
  }

  private void checkMetadata(TableEntry entry) {
    if (table.isConst() && !Kept.of(entry, null).equals(Kept.NOTHING)) {
      throw new Refusal(
          Status.Code.PERMISSION_DENIED, "%s: its entries are constant, so is metadata", what);
    }
  }

  private Choice choice(TableAction given) {
    if (profile != null) {
      return profile.choice(given);
    }
    return action(given, ActionRef.Scope.DEFAULT_ONLY);
  }

  private Action action(TableAction given, ActionRef.Scope wrong) {
    if (given.getTypeCase() != TableAction.TypeCase.ACTION) {
      throw invalid("%s: %s; ACTION is wanted", what, given.getTypeCase());
    }
    return actions.decode(given.getAction(), wrong);
  }

  private @Nullable ActionProfileActionSet set(List<Match> match, int priority) {
    return profile == null ? null : kept(match, priority).set;
  }

  /** Sets an entry's time-out, in nanoseconds; the engine's is in microseconds. */
  private void age(List<Match> match, int priority, long nanoseconds) {
    var key = new Key(match, priority);
    table.setIdleTimeout(match, priority, nanoseconds / 1000 + (nanoseconds % 1000 == 0 ? 0 : 1));
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

  /**
   * What undoes a write that comes next to an entry that is there.
   *
   * @param entry the entry as it is to be written, or the key of its direct counter or meter
   * @param counted whether its direct counter is written
   * @throws Refusal where there is none
   */
  Runnable undo(Update.Type type, TableEntry entry, boolean counted) {
    if (entry.getIsDefaultAction()) {
      return undoDefault(counted);
    }
    List<Match> match = match(entry.getMatchList());
    int priority = priority(entry);
    Table.Kept before;
    Runnable meters;
    try {
      before = table.keep(match, priority);
      meters = type == Update.Type.DELETE ? () -> {} : undoResources(match, priority, counted);
    } catch (TableException e) {
      throw Refusal.of(e);
    }
    var key = new Key(match, priority);
    Kept data = kept(match, priority);
    Long timeout = timeouts.get(key);
    Long reported = notified.get(key);
    return () -> {
      ActionProfileActionSet now = set(match, priority);
      table.restore(before);
      remember(match, priority, data);
      if (profile != null) {
        profile.use(data.set, now);
      }
      if (table.hasIdleTimeout()) {
        age(match, priority, timeout == null ? 0 : timeout);
      }
      if (reported != null) {
        notified.put(key, reported);
      }
      meters.run();
    };
  }

  private Runnable undoResources(List<Match> match, int priority, boolean counted) {
    CounterValue counter = counted && table.hasCounter() ? table.counter(match, priority) : null;
    if (!table.hasMeter()) {
      return () -> {
        if (counter != null) {
          table.setCounter(match, priority, counter);
        }
      };
    }
    MeterRates rates = table.meter(match, priority);
    MeterCounts counts = table.meterCounts(match, priority);
    return () -> {
      if (counter != null) {
        table.setCounter(match, priority, counter);
      }
      table.setMeter(match, priority, rates);
      table.setMeterCounts(match, priority, counts);
    };
  }

  private Runnable undoDefault(boolean counted) {
    Table.Kept before = table.keepDefault();
    Kept data = keptOfDefault;
    CounterValue counter = counted && table.hasCounter() ? table.defaultCounter() : null;
    MeterRates rates = table.hasMeter() ? table.defaultMeter() : null;
    MeterCounts counts = table.hasMeter() ? table.defaultMeterCounts() : MeterCounts.NONE;
    return () -> {
      table.restore(before);
      keptOfDefault = data;
      if (counter != null) {
        table.setDefaultCounter(counter);
      }
      if (table.hasMeter()) {
        table.setDefaultMeter(rates);
        table.setDefaultMeterCounts(counts);
      }
    };
  }

  private Kept kept(List<Match> match, int priority) {
    return kept.isEmpty()
        ? Kept.NOTHING
        : kept.getOrDefault(new Key(match, priority), Kept.NOTHING);
  }

  private void forget(List<Match> match, int priority) {
    if (!kept.isEmpty() || !timeouts.isEmpty()) {
      var key = new Key(match, priority);
      Kept before = kept.remove(key);
      timeouts.remove(key);
      notified.remove(key);
      if (before != null && profile != null) {
        profile.use(null, before.set);
      }
    }
  }

  private void remember(List<Match> match, int priority, Kept data) {
    if (!data.equals(Kept.NOTHING)) {
      kept.put(new Key(match, priority), data);
    } else if (!kept.isEmpty()) {
      kept.remove(new Key(match, priority));
    }
  }

  private void writeDefault(Update.Type type, TableEntry entry) {
    if (type != Update.Type.MODIFY) {
      throw invalid("%s: the default entry can only be modified", what);
    }
    checkDefault(entry);
    if (profile != null) {
      throw new Refusal(
          Status.Code.PERMISSION_DENIED,
          "%s: the default entry of a table with an action profile is constant",
          what);
    }
    MeterRates rates =
        entry.hasMeterConfig() ? Meters.rates(entry.getMeterConfig(), meter, what) : null;
    if (entry.hasAction()) {
      table.setDefault(action(entry.getAction(), ActionRef.Scope.TABLE_ONLY));
      keptOfDefault = Kept.of(entry, null);
    } else {
      table.resetDefault();
      keptOfDefault = Kept.NOTHING;
    }
    if (entry.hasCounterData()) {
      table.setDefaultCounter(value(entry.getCounterData()));
    }
    if (table.hasMeter()) {
      table.setDefaultMeter(rates);
      if (entry.hasMeterCounterData()) {
        table.setDefaultMeterCounts(MeterCounts.NONE);
      }
    }
  }

  private void checkDefault(TableEntry entry) {
    if (entry.getMatchCount() != 0 || entry.getPriority() != 0) {
      throw invalid("%s: the default entry has no match and no priority", what);
    }
  }

  private Refusal noEntry() {
    return new Refusal(Status.Code.NOT_FOUND, "%s: there is no entry with this key", what);
  }

  private int priority(TableEntry entry) {
    int priority = entry.getPriority();
    if (table.hasPriorities() ? priority <= 0 : priority != 0) {
      throw invalid(
          "%s: priority %d; this table wants %s",
          what, priority, table.hasPriorities() ? "one above 0" : "0");
    }
    return priority;
  }

  private List<Match> match(List<FieldMatch> given) {
    var match = new Match[fields.length];
    for (int i = 0; i < given.size(); i++) {
      FieldMatch one = given.get(i);
      int at = place(one.getFieldId(), i);
      if (match[at] != null) {
        throw invalid("%s is given twice", fields[at].codec.what);
      }
      match[at] = match(fields[at], one);
    }
    for (int i = 0; i < match.length; i++) {
      if (match[i] == null) {
        if (fields[i].kind == MatchKind.EXACT) {
          throw invalid("%s is missing", fields[i].codec.what);
        }
        match[i] = ANY;
      }
    }
    return List.of(match);
  }

  private int place(int id, int likely) {
    if (likely < fields.length && fields[likely].id == id) {
      return likely;
    }
    for (int i = 0; i < fields.length; i++) {
      if (fields[i].id == id) {
        return i;
      }
    }
    throw invalid(
        "%s has no match field %s; it has %s",
        what,
        Integer.toUnsignedString(id),
        info.getMatchFieldsList().stream()
            .map(field -> Integer.toUnsignedString(field.getId()) + " '" + field.getName() + "'")
            .toList());
  }

  private static Match match(Field field, FieldMatch given) {
    Codec codec = field.codec;
    boolean fits =
        switch (given.getFieldMatchTypeCase()) {
          case EXACT -> field.type == MatchType.EXACT;
          case LPM -> field.type == MatchType.LPM;
          case TERNARY -> field.type == MatchType.TERNARY;
          case RANGE -> field.type == MatchType.RANGE;
          case OPTIONAL -> field.type == MatchType.OPTIONAL;
          case OTHER, FIELDMATCHTYPE_NOT_SET -> false;
        };
    if (!fits) {
      throw invalid("%s: %s; %s is wanted", codec.what, given.getFieldMatchTypeCase(), field.type);
    }
    return switch (given.getFieldMatchTypeCase()) {
      case LPM -> {
        int prefix = given.getLpm().getPrefixLen();
        int length = prefix + field.width - codec.width();
        if (prefix < 1 || prefix > codec.width() || length < 1) {
          throw invalid(
              "%s: prefix length %d is not between %d and %d (leave the field out to match any)",
              codec.what, prefix, Math.max(1, codec.width() - field.width + 1), codec.width());
        }
        BigInteger value = codec.decode(given.getLpm().getValue());
        if (value.signum() != 0 && value.getLowestSetBit() < field.width - length) {
          throw invalid("%s: 0x%x has ones below its prefix of %d bits", codec.what, value, prefix);
        }
        yield new Match.Lpm(value, length);
      }
      case TERNARY -> {
        BigInteger value = codec.decode(given.getTernary().getValue());
        BigInteger mask = codec.decode(given.getTernary().getMask());
        if (mask.signum() == 0) {
          throw invalid("%s: a mask of 0 (leave the field out to match any)", codec.what);
        }
        if (value.andNot(mask).signum() != 0) {
          throw invalid("%s: 0x%x has ones where its mask 0x%x has none", codec.what, value, mask);
        }
        yield new Match.Ternary(value, mask);
      }
      case RANGE -> {
        BigInteger low = codec.decode(given.getRange().getLow());
        BigInteger high = codec.decode(given.getRange().getHigh());
        if (low.compareTo(high) > 0) {
          throw invalid("%s: 0x%x to 0x%x is no range", codec.what, low, high);
        }
        if (low.signum() == 0 && high.equals(field.ones)) {
          throw invalid("%s: the whole range (leave the field out to match any)", codec.what);
        }
        yield new Match.Range(low, high);
      }
      case OPTIONAL -> {
        BigInteger value = codec.decode(given.getOptional().getValue());
        yield field.kind == MatchKind.TERNARY
            ? new Match.Ternary(value, field.ones)
            : new Match.Exact(value);
      }
      default -> new Match.Exact(codec.decode(given.getExact().getValue()));
    };
  }

  /** Gives every entry that a request's entry asks for. */
  void read(TableEntry request, Consumer<TableEntry> out) {
    if (request.hasTimeSinceLastHit()
        && (request.getIsDefaultAction()
            || (request.getTableId() != 0 && !table.hasIdleTimeout()))) {
      throw invalid("%s: this entry has no time_since_last_hit", what);
    }
    if (request.getIsDefaultAction()) {
      checkDefault(request);
      TableEntry.Builder found = defaultEntry();
      addDefaultResources(request, found);
      out.accept(found.build());
      return;
    }
    for (Entry entry : selected(request)) {
      if (request.getPriority() != 0 && request.getPriority() != entry.priority()) {
        continue;
      }
      TableEntry.Builder found = entry(entry);
      // Members, groups and sets filter nothing.
      if (request.getAction().hasAction()
          && request.getAction().getAction().getActionId()
              != found.getAction().getAction().getActionId()) {
        continue;
      }
      if (!kept(entry.key(), entry.priority()).isAskedForBy(request)) {
        continue;
      }
      addResources(request, entry, found);
      out.accept(found.build());
    }
  }

  private void addResources(TableEntry request, Entry entry, TableEntry.Builder found) {
    if (request.hasCounterData() && table.hasCounter()) {
      found.setCounterData(data(table.counter(entry.key(), entry.priority())));
    }
    if (request.hasMeterConfig()) {
      addMeter(entry, found);
    }
    if (request.hasMeterCounterData() && table.hasMeter()) {
      found.setMeterCounterData(Meters.data(table.meterCounts(entry.key(), entry.priority())));
    }
    if (request.hasTimeSinceLastHit() && table.hasIdleTimeout()) {
      found
          .getTimeSinceLastHitBuilder()
          .setElapsedNs(1000 * table.idleTime(entry.key(), entry.priority()));
    }
  }

  private void addDefaultResources(TableEntry request, TableEntry.Builder found) {
    if (request.hasCounterData() && table.hasCounter()) {
      found.setCounterData(data(table.defaultCounter()));
    }
    MeterRates rates = request.hasMeterConfig() && table.hasMeter() ? table.defaultMeter() : null;
    if (rates != null) {
      found.setMeterConfig(Meters.config(rates));
    }
    if (request.hasMeterCounterData() && table.hasMeter()) {
      found.setMeterCounterData(Meters.data(table.defaultMeterCounts()));
    }
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
    Kept data = kept(entry.key(), entry.priority());
    TableEntry.Builder found = key(entry).setAction(action(entry.choice(), data));
    data.addTo(found);
    if (!timeouts.isEmpty()) {
      found.setIdleTimeoutNs(timeouts.getOrDefault(new Key(entry.key(), entry.priority()), 0L));
    }
    return found.setIsConst(table.isConst());
  }

  private TableAction action(Choice choice, Kept data) {
    var encoded = TableAction.newBuilder();
    return switch (choice) {
      case Action action -> encoded.setAction(actions.encode(action)).build();
      case Choice.Member(int id) -> encoded.setActionProfileMemberId(id).build();
      case Choice.Group(int id) -> encoded.setActionProfileGroupId(id).build();
      case Choice.OneShot _ ->
          encoded.setActionProfileActionSet(Objects.requireNonNull(data.set)).build();
    };
  }

  private TableEntry.Builder key(Entry entry) {
    TableEntry.Builder found =
        TableEntry.newBuilder()
            .setTableId(info.getPreamble().getId())
            .setPriority(entry.priority());
    for (int i = 0; i < fields.length; i++) {
      Field field = fields[i];
      Codec codec = field.codec;
      FieldMatch.Builder match = FieldMatch.newBuilder().setFieldId(field.id);
      boolean optional = field.type == MatchType.OPTIONAL;
      switch (entry.key().get(i)) {
        case Match.Exact(var value) when optional ->
            match.setOptional(FieldMatch.Optional.newBuilder().setValue(codec.encode(value)));
        case Match.Exact(var value) ->
            match.setExact(FieldMatch.Exact.newBuilder().setValue(codec.encode(value)));
        case Match.Lpm(var value, var prefix) ->
            match.setLpm(
                FieldMatch.LPM
                    .newBuilder()
                    .setValue(codec.encode(value))
                    .setPrefixLen(prefix + codec.width() - field.width));
        case Match.Ternary(var value, var _) when optional ->
            match.setOptional(FieldMatch.Optional.newBuilder().setValue(codec.encode(value)));
        case Match.Ternary(var value, var mask) ->
            match.setTernary(
                FieldMatch.Ternary.newBuilder()
                    .setValue(codec.encode(value))
                    .setMask(codec.encode(mask)));
        case Match.Range(var low, var high) ->
            match.setRange(
                FieldMatch.Range.newBuilder()
                    .setLow(codec.encode(low))
                    .setHigh(codec.encode(high)));
        case Match.Any() -> {
          continue;
        }
      }
      found.addMatch(match);
    }
    return found;
  }

  private TableEntry.Builder defaultEntry() {
    TableEntry.Builder found =
        TableEntry.newBuilder()
            .setTableId(id())
            .setIsDefaultAction(true)
            .setIsConst(info.getConstDefaultActionId() != 0 || profile != null);
    keptOfDefault.addTo(found);
    Action action = table.defaultAction();
    if (action != null) {
      found.setAction(TableAction.newBuilder().setAction(actions.encode(action)));
    }
    return found;
  }

  /** Gives the direct counters that a request's entry asks for. */
  void readCounters(TableEntry request, Consumer<DirectCounterEntry> out) {
    if (!table.hasCounter()) {
      throw invalid("%s has no direct counter", what);
    }
    if (request.getIsDefaultAction()) {
      checkDefault(request);
      out.accept(counter(defaultKey(), data(table.defaultCounter())));
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

  private TableEntry.Builder defaultKey() {
    return TableEntry.newBuilder().setTableId(id()).setIsDefaultAction(true);
  }

  private static DirectCounterEntry counter(TableEntry.Builder key, CounterData data) {
    return DirectCounterEntry.newBuilder()
        .setTableEntry(key.clearCounterData().clearIsConst())
        .setData(data)
        .build();
  }

  private void checkMeter() {
    if (!table.hasMeter()) {
      throw invalid("%s has no direct meter", what);
    }
  }

  /** Gives the direct meters that a request's entry asks for. */
  void readMeters(DirectMeterEntry request, Consumer<DirectMeterEntry> out) {
    TableEntry key = request.getTableEntry();
    checkMeter();
    TableEntry.Builder asking = TableEntry.newBuilder().setMeterConfig(MeterConfig.newBuilder());
    if (request.hasCounterData()) {
      asking.setMeterCounterData(MeterCounterData.getDefaultInstance());
    }
    TableEntry wanted = asking.build();
    if (key.getIsDefaultAction()) {
      checkDefault(key);
      TableEntry.Builder found = defaultKey();
      addDefaultResources(wanted, found);
      out.accept(meter(found));
      return;
    }
    Collection<Entry> entries = selected(key);
    if (key.getMatchCount() != 0 && entries.isEmpty()) {
      throw noEntry();
    }
    for (Entry entry : entries) {
      TableEntry.Builder found = key(entry);
      addResources(wanted, entry, found);
      out.accept(meter(found));
    }
  }

  private static DirectMeterEntry meter(TableEntry.Builder found) {
    var direct = DirectMeterEntry.newBuilder();
    if (found.hasMeterConfig()) {
      direct.setConfig(found.getMeterConfig());
    }
    if (found.hasMeterCounterData()) {
      direct.setCounterData(found.getMeterCounterData());
    }
    return direct.setTableEntry(found.clearMeterConfig().clearMeterCounterData()).build();
  }

  /** Sets a direct meter, or makes all green again. */
  void writeMeter(DirectMeterEntry entry) {
    TableEntry key = entry.getTableEntry();
    checkMeter();
    if (entry.hasCounterData()) {
      Meters.checkCleared(entry.getCounterData(), what);
    }
    MeterRates rates = entry.hasConfig() ? Meters.rates(entry.getConfig(), meter, what) : null;
    try {
      if (key.getIsDefaultAction()) {
        checkDefault(key);
        table.setDefaultMeter(rates);
        if (entry.hasCounterData()) {
          table.setDefaultMeterCounts(MeterCounts.NONE);
        }
        return;
      }
      List<Match> match = match(key.getMatchList());
      int priority = priority(key);
      table.setMeter(match, priority, rates);
      if (entry.hasCounterData()) {
        table.setMeterCounts(match, priority, MeterCounts.NONE);
      }
    } catch (TableException e) {
      throw Refusal.of(e);
    }
  }

  /** Sets a direct counter. */
  void writeCounter(TableEntry key, CounterValue value) {
    if (!table.hasCounter()) {
      throw invalid("%s has no direct counter", what);
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
    if (!from.table.isConst()) {
      if (table.isConst() && !from.isEmpty()) {
        throw invalid("%s: its entries are constant now", what);
      }
      if (!table.isConst()) {
        table.entries().forEach(entry -> table.delete(entry.key(), entry.priority()));
        from.read(
            ALL, entry -> write(Update.Type.INSERT, entry.toBuilder().clearIsConst().build()));
      }
    }
    TableEntry.Builder miss = from.defaultEntry().clearIsConst();
    from.addDefaultResources(ALL, miss);
    if (profile == null
        && from.profile == null
        && miss.hasAction()
        && info.getConstDefaultActionId() == 0
        && from.info.getConstDefaultActionId() == 0
        && !from.table.hasFirstDefault()) {
      write(Update.Type.MODIFY, miss.build());
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
