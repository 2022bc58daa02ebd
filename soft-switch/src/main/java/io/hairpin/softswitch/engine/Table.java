package io.hairpin.softswitch.engine;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A table of a program. Any thread may read and write it while packets flow; writes take effect one
 * by one, in the order of their calls, and never make a packet wait.
 *
 * <p>Entries are found by tuple space search (Srinivasan, Suri, Varghese 1999): one hash map for
 * each mask that is in use, in the order of the best entry in each. An exact table has one mask, an
 * LPM table one for each prefix length, and a range is made of prefixes.
 */
public final class Table {
  private static final int MAX_PREFIXES = 4096;
  private static final BigInteger ONE = BigInteger.ONE;
  private static final long[] NOTHING = {};

  /** Where a key field is in the words of a key: beside others, or in words of its own. */
  private record Part(KeyField field, int word, int shift) {}

  private final Source.Apply code;
  private final Actions actions;
  private final @Nullable ActionProfile profile;
  private final LongSupplier clock;
  private final List<KeyField> key = new ArrayList<>();
  private final List<Part> parts = new ArrayList<>();
  private final int words;
  private final boolean priorities;
  private final boolean ranges;
  private final int lpm;
  private final Map<Words, Tuple> byMask = new HashMap<>();
  private final @Nullable Hits missHits;
  private final @Nullable CounterArray misses;
  private final Bound firstMiss;
  private boolean constant;
  private int capacity;
  private int size;
  private long sequence;
  // Where the last entry went: most often the next one goes there too.
  private @Nullable Tuple lastTuple;
  private volatile Tuple[] tuples = {};
  private volatile Bound miss;

  Table(Source.Apply code, @Nullable ActionProfile profile, LongSupplier clock) {
    this.code = code;
    this.actions = new Actions("table " + code.name(), code.actions());
    this.profile = profile;
    this.clock = clock;
    boolean anyPriority = false;
    boolean anyRange = false;
    int lpmPart = -1;
    int[] room = new int[code.key().size() + 1];
    int count = 0;
    for (Source.TableKey k : code.key()) {
      KeyField field = new KeyField(k.name(), k.kind(), k.width());
      key.add(field);
      switch (k.kind()) {
        case EXACT -> {}
        case LPM -> lpmPart = key.size() - 1;
        case TERNARY, OPTIONAL -> anyPriority = true;
        case RANGE -> {
          anyPriority = true;
          anyRange = true;
        }
      }
    }
    // Small fields share a word with the fields before them, first fit; wide ones come last.
    int[] where = new int[key.size()];
    int[] shift = new int[key.size()];
    for (int i = 0; i < key.size(); i++) {
      int width = key.get(i).width();
      if (width <= 64) {
        int w = 0;
        while (w < count && room[w] + width > 64) {
          w++;
        }
        count = Math.max(count, w + 1);
        where[i] = w;
        shift[i] = room[w];
        room[w] += width;
      }
    }
    for (int i = 0; i < key.size(); i++) {
      int width = key.get(i).width();
      if (width > 64) {
        where[i] = count;
        count += Layout.Field.words(width);
      }
      parts.add(new Part(key.get(i), where[i], shift[i]));
    }
    this.words = count;
    this.priorities = anyPriority;
    this.ranges = anyRange;
    this.lpm = lpmPart;
    this.missHits = hits();
    this.misses = code.counted() ? new CounterArray(code.name(), 1) : null;
    this.constant = code.entries() != null;
    this.capacity = code.capacity();
    Source.Default otherwise = code.otherwise();
    this.firstMiss =
        otherwise == null
            ? Bound.miss(-1, NOTHING, missHits)
            : Bound.miss(
                otherwise.action(),
                actions.words(otherwise.action(), otherwise.arguments()),
                missHits);
    this.miss = firstMiss;
    List<Source.ConstEntry> constants = code.entries();
    if (constants != null) {
      int lowest = 0;
      for (Source.ConstEntry c : constants) {
        lowest = Math.max(lowest, c.priority());
      }
      for (Source.ConstEntry c : constants) {
        Source.ActionCode action = code.actions().get(c.action());
        int priority = priorities ? lowest + 1 - c.priority() : 0;
        add(new Entry(c.key(), priority, new Action(action.name(), c.arguments())));
      }
    }
  }

  /**
   * The table's name in the program.
   *
   * @return the name
   */
  public String name() {
    return code.name();
  }

  /**
   * The fields of its key.
   *
   * @return the fields in the order of {@link Entry#key()}
   */
  public List<KeyField> key() {
    return List.copyOf(key);
  }

  /**
   * The actions that its entries may run.
   *
   * @return their names
   */
  public List<String> actions() {
    return actions.names();
  }

  /**
   * The parameters of one of its actions.
   *
   * @param action the action's name
   * @return the parameters in the order of {@link Action#arguments()}
   * @throws TableException where it has no such action
   */
  public List<Parameter> parameters(String action) {
    return actions.parameters(action);
  }

  /**
   * The action profile that holds what its entries run.
   *
   * @return the profile, or null where entries have actions of their own
   */
  public @Nullable ActionProfile profile() {
    return profile;
  }

  /**
   * Whether entries that are not hit for a while are reported.
   *
   * @return true where {@link #setIdleTimeout} works
   */
  public boolean hasIdleTimeout() {
    return code.ages();
  }

  /**
   * Whether hits are metered.
   *
   * @return true where {@link #setMeter} works
   */
  public boolean hasMeter() {
    return code.meter() != null;
  }

  /**
   * What its meters count.
   *
   * @return true for bytes, false for packets or where there are no meters
   */
  public boolean metersBytes() {
    Source.DirectMeter meter = code.meter();
    return meter != null && meter.bytes();
  }

  /**
   * Whether entries need a priority: a table with a ternary, range or optional field.
   *
   * @return true where the priority must be above 0, false where it must be 0
   */
  public boolean hasPriorities() {
    return priorities;
  }

  /**
   * Whether the program's entries are all it will ever have.
   *
   * @return true where inserts, modifications and deletions are refused
   */
  public boolean isConst() {
    return constant;
  }

  /**
   * Lets control change the entries that the program declares: p4c's JSON has the same for {@code
   * entries} and {@code const entries}.
   *
   * @param room how many entries are to fit
   */
  public synchronized void unlock(int room) {
    constant = false;
    capacity = Math.max(room, size);
  }

  /**
   * Whether hits are counted.
   *
   * @return true where {@link #counter} works
   */
  public boolean hasCounter() {
    return code.counted();
  }

  /**
   * How many entries fit.
   *
   * @return the program's size of the table
   */
  public int capacity() {
    return capacity;
  }

  /**
   * How many entries there are, without the default entry.
   *
   * @return the number
   */
  public synchronized int size() {
    return size;
  }

  /**
   * Adds an entry.
   *
   * @param entry the entry
   * @throws TableException where it is invalid, exists, does not fit, or entries are constant
   */
  public synchronized void insert(Entry entry) {
    requireWritable();
    add(entry);
  }

  /**
   * Gives the entry with this key and priority another action; its counter goes on.
   *
   * @param entry the entry
   * @throws TableException where it is invalid, does not exist, or entries are constant
   */
  public synchronized void modify(Entry entry) {
    requireWritable();
    Bound old = installed(entry.key(), entry.priority());
    Bound next;
    if (profile == null) {
      Action action = own(entry.choice());
      int place = actions.place(action);
      next = old.with(place, actions.words(place, action.arguments()), null);
    } else {
      next = old.with(-1, NOTHING, profile.target(entry.choice()));
    }
    replace(old, next);
  }

  /** An entry as it is installed, with its counter, meter and age. */
  public static final class Kept {
    private final Bound bound;

    private Kept(Bound bound) {
      this.bound = bound;
    }
  }

  /**
   * Keeps an entry for {@link #restore}.
   *
   * @param keyFields its key
   * @param priority its priority
   * @return the entry
   * @throws TableException where it is invalid or does not exist
   */
  public synchronized Kept keep(List<Match> keyFields, int priority) {
    return new Kept(installed(keyFields, priority));
  }

  /**
   * Puts an entry back after it was modified or deleted. Nothing else may have taken its place, and
   * what it runs must exist.
   *
   * @param kept the entry
   */
  public synchronized void restore(Kept kept) {
    Bound bound = kept.bound;
    if (!bound.hit) {
      miss = bound;
      return;
    }
    if (profile != null && bound.target != null) {
      // Members and groups may have gone and come back meanwhile.
      bound = bound.with(-1, NOTHING, profile.target(bound.target.choice()));
    }
    Bound now = find(bound);
    if (now == null) {
      install(bound, prefixes(bound));
    } else {
      replace(now, bound);
    }
  }

  /**
   * Keeps the default entry for {@link #restore}.
   *
   * @return the entry
   */
  public Kept keepDefault() {
    return new Kept(miss);
  }

  private void replace(Bound old, Bound next) {
    if (profile != null && next.target != null) {
      profile.use(next.target, 1);
    }
    for (Prefix p : prefixes(old)) {
      known(p.mask).replace(p.value, next);
    }
    release(old);
  }

  private void release(Bound bound) {
    if (profile != null && bound.target != null) {
      profile.use(bound.target, -1);
    }
  }

  private Action own(Choice choice) {
    if (choice instanceof Action action) {
      return action;
    }
    throw refused(TableException.Reason.INVALID, "has no action profile, so no " + choice);
  }

  /**
   * Removes an entry.
   *
   * @param keyFields its key
   * @param priority its priority
   * @throws TableException where it is invalid, does not exist, or entries are constant
   */
  public synchronized void delete(List<Match> keyFields, int priority) {
    requireWritable();
    Bound old = installed(keyFields, priority);
    size--;
    for (Prefix p : prefixes(old)) {
      Tuple tuple = known(p.mask);
      tuple.remove(p.value, old);
      if (tuple.isEmpty()) {
        byMask.remove(new Words(p.mask));
        lastTuple = null;
        publish(tuple, -1);
      }
    }
    release(old);
  }

  /**
   * Reads an entry.
   *
   * @param keyFields its key
   * @param priority its priority
   * @return the entry, or null where there is none
   * @throws TableException where the key is not one of this table's
   */
  public synchronized @Nullable Entry get(List<Match> keyFields, int priority) {
    Bound found = find(probe(keyFields, priority));
    return found == null ? null : entry(found);
  }

  /**
   * Reads all entries.
   *
   * @return a snapshot, without the default entry, in no particular order
   */
  public synchronized Collection<Entry> entries() {
    List<Entry> all = new ArrayList<>(size);
    for (Bound bound : all()) {
      all.add(entry(bound));
    }
    return all;
  }

  /** All entries, each once. */
  private Collection<Bound> all() {
    // A range lies in several places.
    Collection<Bound> all = ranges ? new LinkedHashSet<>() : new ArrayList<>(size);
    byMask.values().forEach(tuple -> tuple.addTo(all));
    return all;
  }

  /**
   * What a miss runs.
   *
   * @return the default entry's action, or null where a miss does nothing
   */
  public @Nullable Action defaultAction() {
    Bound m = miss;
    return m.action < 0 ? null : action(m);
  }

  /**
   * Sets what a miss runs.
   *
   * @param action the default entry's action
   * @throws TableException where it is invalid, or the default entry is constant
   */
  public synchronized void setDefault(Action action) {
    requireChangeableDefault();
    int place = actions.place(action);
    miss = Bound.miss(place, actions.words(place, action.arguments()), missHits);
  }

  /**
   * Sets what a miss runs back to what the program says.
   *
   * @throws TableException where the default entry is constant
   */
  public synchronized void resetDefault() {
    requireChangeableDefault();
    miss = firstMiss;
  }

  /**
   * Whether a miss runs what the program says.
   *
   * @return false where control has set it
   */
  @SuppressWarnings("ReferenceEquality") // what control sets may be equal
  public boolean hasFirstDefault() {
    return miss == firstMiss;
  }

  /**
   * Reads an entry's direct counter.
   *
   * @param keyFields its key
   * @param priority its priority
   * @return what it has counted
   * @throws TableException where there is no such entry, or hits are not counted
   */
  public synchronized CounterValue counter(List<Match> keyFields, int priority) {
    return counted(installed(keyFields, priority)).value();
  }

  /**
   * Sets an entry's direct counter.
   *
   * @param keyFields its key
   * @param priority its priority
   * @param value what it is to hold
   * @throws TableException where there is no such entry, or hits are not counted
   */
  public synchronized void setCounter(List<Match> keyFields, int priority, CounterValue value) {
    counted(installed(keyFields, priority)).set(value);
  }

  /**
   * Reads the default entry's direct counter.
   *
   * @return what it has counted
   * @throws TableException where hits are not counted
   */
  public CounterValue defaultCounter() {
    return requireCounted(misses).read(0);
  }

  /**
   * Sets the default entry's direct counter.
   *
   * @param value what it is to hold
   * @throws TableException where hits are not counted
   */
  public void setDefaultCounter(CounterValue value) {
    requireCounted(misses).write(0, value);
  }

  /**
   * Reads an entry's direct meter.
   *
   * @param keyFields its key
   * @param priority its priority
   * @return the rates, or null where it has none and all packets are green
   * @throws TableException where there is no such entry, or hits are not metered
   */
  public synchronized @Nullable MeterRates meter(List<Match> keyFields, int priority) {
    return metered(installed(keyFields, priority)).rates();
  }

  /**
   * Sets an entry's direct meter; its buckets are full then.
   *
   * @param keyFields its key
   * @param priority its priority
   * @param rates the rates, or null to make all packets green
   * @throws TableException where there is no such entry, or hits are not metered
   */
  public synchronized void setMeter(
      List<Match> keyFields, int priority, @Nullable MeterRates rates) {
    metered(installed(keyFields, priority)).set(rates, clock.getAsLong());
  }

  /**
   * Reads the default entry's direct meter.
   *
   * @return the rates, or null where it has none
   * @throws TableException where hits are not metered
   */
  public @Nullable MeterRates defaultMeter() {
    return metered(miss).rates();
  }

  /**
   * Sets the default entry's direct meter; its buckets are full then.
   *
   * @param rates the rates, or null for none
   * @throws TableException where hits are not metered
   */
  public void setDefaultMeter(@Nullable MeterRates rates) {
    metered(miss).set(rates, clock.getAsLong());
  }

  /**
   * Reads what an entry's direct meter has coloured.
   *
   * @param keyFields its key
   * @param priority its priority
   * @return the counts
   * @throws TableException where there is no such entry, or hits are not metered
   */
  public synchronized MeterCounts meterCounts(List<Match> keyFields, int priority) {
    return metered(installed(keyFields, priority)).counts();
  }

  /**
   * Sets what an entry's direct meter has coloured.
   *
   * @param keyFields its key
   * @param priority its priority
   * @param counts the counts
   * @throws TableException where there is no such entry, or hits are not metered
   */
  public synchronized void setMeterCounts(List<Match> keyFields, int priority, MeterCounts counts) {
    metered(installed(keyFields, priority)).setCounts(counts);
  }

  /**
   * Reads what the default entry's direct meter has coloured.
   *
   * @return the counts
   * @throws TableException where hits are not metered
   */
  public MeterCounts defaultMeterCounts() {
    return metered(miss).counts();
  }

  /**
   * Sets what the default entry's direct meter has coloured.
   *
   * @param counts the counts
   * @throws TableException where hits are not metered
   */
  public void setDefaultMeterCounts(MeterCounts counts) {
    metered(miss).setCounts(counts);
  }

  /**
   * Sets how long an entry may go without a hit before {@link #idle} has it.
   *
   * @param keyFields its key
   * @param priority its priority
   * @param microseconds how long, 0 for ever
   * @throws TableException where there is no such entry, or the table has no idle time-outs
   */
  public synchronized void setIdleTimeout(List<Match> keyFields, int priority, long microseconds) {
    if (microseconds < 0) {
      throw refused(TableException.Reason.INVALID, "has no idle time-out " + microseconds);
    }
    aging(installed(keyFields, priority)).timeout = microseconds;
  }

  /**
   * Reads how long an entry may go without a hit.
   *
   * @param keyFields its key
   * @param priority its priority
   * @return microseconds, 0 for ever
   * @throws TableException where there is no such entry, or the table has no idle time-outs
   */
  public synchronized long idleTimeout(List<Match> keyFields, int priority) {
    return aging(installed(keyFields, priority)).timeout;
  }

  /**
   * Reads how long an entry has gone without a hit.
   *
   * @param keyFields its key
   * @param priority its priority
   * @return microseconds since its last hit, or since it was inserted
   * @throws TableException where there is no such entry, or the table has no idle time-outs
   */
  public synchronized long idleTime(List<Match> keyFields, int priority) {
    return Math.max(0, clock.getAsLong() - aging(installed(keyFields, priority)).last);
  }

  /**
   * Finds the entries that have gone without a hit for as long as they may.
   *
   * @return a snapshot, in no particular order
   */
  public synchronized List<Entry> idle() {
    List<Entry> found = new ArrayList<>();
    if (code.ages()) {
      long now = clock.getAsLong();
      for (Bound bound : all()) {
        Hits hits = aging(bound);
        if (hits.timeout > 0 && now - hits.last >= hits.timeout) {
          found.add(entry(bound));
        }
      }
    }
    return found;
  }

  private Meter metered(Bound bound) {
    Meter meter = bound.hits == null ? null : bound.hits.meter;
    if (meter == null) {
      throw refused(TableException.Reason.INVALID, "has no direct meter");
    }
    return meter;
  }

  private Hits aging(Bound bound) {
    Hits hits = bound.hits;
    if (hits == null || !code.ages()) {
      throw refused(TableException.Reason.INVALID, "has no idle time-outs");
    }
    return hits;
  }

  // The packet path

  int words() {
    return words;
  }

  /** Where a key field lies: word * 64 + shift. */
  int position(int field) {
    return parts.get(field).word * 64 + parts.get(field).shift;
  }

  /** The only counter of what meets no entry; null where that is not counted. */
  @Nullable CounterArray misses() {
    return misses;
  }

  /** What a key without words meets. */
  Bound lookup() {
    return lookup(NOTHING);
  }

  /** What a key of one word meets. */
  Bound lookup(long word) {
    Bound best = null;
    for (Tuple tuple : tuples) {
      if (best != null && best.rank >= tuple.highest) {
        break;
      }
      Bound found = tuple.find(word);
      if (found != null && (best == null || found.rank > best.rank)) {
        best = found;
      }
    }
    return best == null ? miss : best;
  }

  /** What a key meets. */
  Bound lookup(long[] words) {
    Bound best = null;
    for (Tuple tuple : tuples) {
      if (best != null && best.rank >= tuple.highest) {
        break;
      }
      Bound found = tuple.find(words);
      if (found != null && (best == null || found.rank > best.rank)) {
        best = found;
      }
    }
    return best == null ? miss : best;
  }

  // Writes

  private void add(Entry entry) {
    Bound probe = probe(entry.key(), entry.priority());
    int place = -1;
    long[] arguments = NOTHING;
    ActionProfile.Target target = null;
    if (profile == null) {
      Action action = own(entry.choice());
      place = actions.place(action);
      arguments = actions.words(place, action.arguments());
    } else {
      target = profile.target(entry.choice());
    }
    if (find(probe) != null) {
      throw refused(
          TableException.Reason.ALREADY_EXISTS, "has an entry already for " + entry.key());
    }
    if (size >= capacity) {
      throw refused(TableException.Reason.FULL, "is full: it has " + capacity + " entries");
    }
    List<Prefix> prefixes = prefixes(probe);
    Tuple alike = ranges ? null : tuple(probe.mask);
    // Of entries with the same priority the older wins.
    long order = 0xFFFF_FFFFL - (sequence++ & 0xFFFF_FFFFL);
    Bound bound =
        new Bound(
            probe.value,
            alike == null ? probe.mask : alike.mask,
            probe.priority,
            (probe.rank << Tuple.ORDER) + order,
            place,
            arguments,
            hits(),
            target);
    install(bound, prefixes);
  }

  private void install(Bound bound, List<Prefix> prefixes) {
    if (profile != null && bound.target != null) {
      profile.use(bound.target, 1);
    }
    size++;
    for (Prefix p : prefixes) {
      Tuple tuple = tuple(p.mask);
      if (tuple == null) {
        tuple = new Tuple(p.mask);
        byMask.put(new Words(p.mask), tuple);
        lastTuple = tuple;
      }
      boolean fresh = tuple.isEmpty();
      long before = tuple.highest;
      tuple.add(p.value, bound);
      if (fresh || (tuple.highest > before && tuples.length > 1)) {
        publish(tuple, 1);
      }
    }
  }

  private @Nullable Hits hits() {
    Source.DirectMeter meter = code.meter();
    if (!code.counted() && !code.ages() && meter == null) {
      return null;
    }
    var hits = new Hits(meter == null ? null : new Meter(meter.bytes()));
    if (code.ages()) {
      hits.touch(clock);
    }
    return hits;
  }

  /** Publishes the tuples in the order of their highest rank, with this one or without it. */
  private void publish(Tuple changed, int sign) {
    List<Tuple> next = new ArrayList<>(Arrays.asList(tuples));
    next.remove(changed);
    if (sign > 0) {
      int i = 0;
      while (i < next.size() && next.get(i).highest >= changed.highest) {
        i++;
      }
      next.add(i, changed);
    }
    tuples = next.toArray(Tuple[]::new);
  }

  private @Nullable Tuple tuple(long[] mask) {
    Tuple last = lastTuple;
    if (last != null && Arrays.equals(last.mask, mask)) {
      return last;
    }
    Tuple found = byMask.get(new Words(mask));
    if (found != null) {
      lastTuple = found;
    }
    return found;
  }

  private Tuple known(long[] mask) {
    Tuple tuple = tuple(mask);
    if (tuple == null) {
      throw new IllegalStateException("table " + name() + " lost the entries of a mask");
    }
    return tuple;
  }

  /** Finds the entry that is equal to one. */
  private @Nullable Bound find(Bound probe) {
    Prefix first = first(probe);
    Tuple tuple = tuple(first.mask);
    return tuple == null ? null : tuple.get(first.value, probe);
  }

  private Bound installed(List<Match> keyFields, int priority) {
    Bound found = find(probe(keyFields, priority));
    if (found == null) {
      throw refused(
          TableException.Reason.NOT_FOUND,
          "has no entry for " + keyFields + (priorities ? " with priority " + priority : ""));
    }
    return found;
  }

  /** An entry without an action, equal to the one that is installed; its rank is its weight. */
  private Bound probe(List<Match> keyFields, int priority) {
    if (keyFields.size() != key.size()) {
      throw refused(
          TableException.Reason.INVALID,
          "has " + key.size() + " key fields, not " + keyFields.size());
    }
    if (priorities ? priority <= 0 : priority != 0) {
      throw refused(
          TableException.Reason.INVALID,
          priorities
              ? "needs a priority above 0, not " + priority
              : "has no priorities, so it must be 0, not " + priority);
    }
    long[] value = new long[words];
    long[] mask = new long[words];
    long weight = priority;
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      int width = part.field.width();
      if (width <= Long.SIZE
          && part.field.kind() == MatchKind.EXACT
          && keyFields.get(i) instanceof Match.Exact(BigInteger number)
          && number.signum() >= 0
          && number.bitLength() <= width) {
        value[part.word] |= number.longValue() << part.shift;
        mask[part.word] |= Bits.mask(width) << part.shift;
        continue;
      }
      BigInteger all = Wide.mask(width);
      BigInteger v;
      BigInteger m;
      switch (keyFields.get(i)) {
        case Match.Exact(BigInteger exact)
            when part.field.kind() == MatchKind.EXACT
                || part.field.kind() == MatchKind.TERNARY
                || part.field.kind() == MatchKind.OPTIONAL -> {
          v = exact;
          m = all;
        }
        case Match.Lpm(BigInteger prefix, int length) when part.field.kind() == MatchKind.LPM -> {
          if (length < 0 || length > width) {
            throw invalid(part.field, "prefix length " + length + " is not between 0 and " + width);
          }
          v = prefix;
          m = Wide.mask(length).shiftLeft(width - length);
        }
        case Match.Ternary(BigInteger ternary, BigInteger ones)
            when part.field.kind() == MatchKind.TERNARY -> {
          v = ternary;
          m = ones;
        }
        case Match.Range(BigInteger low, BigInteger high)
            when part.field.kind() == MatchKind.RANGE -> {
          if (low.compareTo(high) > 0) {
            throw invalid(part.field, "low " + low + " is above high " + high);
          }
          v = low;
          m = high;
        }
        case Match.Any() when part.field.kind() != MatchKind.EXACT -> {
          v = BigInteger.ZERO;
          m = part.field.kind() == MatchKind.RANGE ? all : BigInteger.ZERO;
        }
        default ->
            throw invalid(part.field, keyFields.get(i) + " does not match by " + part.field.kind());
      }
      if (v.signum() < 0 || v.bitLength() > width || m.signum() < 0 || m.bitLength() > width) {
        throw invalid(part.field, keyFields.get(i) + " does not fit " + width + " bits");
      }
      if (part.field.kind() != MatchKind.RANGE && !v.andNot(m).equals(BigInteger.ZERO)) {
        throw invalid(part.field, keyFields.get(i) + " has ones where its mask has zeros");
      }
      if (!priorities && i == lpm) {
        weight = m.bitCount();
      }
      put(v, value, part);
      put(m, mask, part);
    }
    return new Bound(value, mask, priority, weight, -1, NOTHING, null, null);
  }

  private TableException invalid(KeyField field, String why) {
    return new TableException(
        TableException.Reason.INVALID,
        "table " + name() + ", key field " + field.name() + ": " + why);
  }

  private TableException refused(TableException.Reason reason, String why) {
    return new TableException(reason, "table " + name() + " " + why);
  }

  private static void put(BigInteger number, long[] words, Part part) {
    if (part.field.width() <= 64) {
      words[part.word] |= number.longValue() << part.shift;
    } else {
      Wide.store(number, words, part.word, part.field.width());
    }
  }

  private static BigInteger take(long[] words, Part part) {
    int width = part.field.width();
    return width <= 64
        ? Wide.unsigned(words[part.word] >>> part.shift & Bits.mask(width))
        : Wide.load(words, part.word, Layout.Field.words(width));
  }

  /** Value and mask under which an entry lies in a tuple. */
  private static final class Prefix {
    final long[] value;
    final long[] mask;

    Prefix(long[] value, long[] mask) {
      this.value = value;
      this.mask = mask;
    }
  }

  private List<Prefix> prefixes(Bound bound) {
    if (!ranges) {
      return List.of(new Prefix(bound.value, bound.mask));
    }
    List<Prefix> all = List.of(new Prefix(new long[words], new long[words]));
    for (Part part : parts) {
      BigInteger low = take(bound.value, part);
      BigInteger high = take(bound.mask, part);
      List<Prefix> next = new ArrayList<>();
      if (part.field.kind() == MatchKind.RANGE) {
        while (low.compareTo(high) <= 0) {
          int free = free(low, high, part);
          BigInteger mask = Wide.mask(part.field.width()).andNot(Wide.mask(free));
          for (Prefix p : all) {
            next.add(extend(p, low, mask, part));
          }
          low = low.add(ONE.shiftLeft(free));
        }
      } else {
        for (Prefix p : all) {
          next.add(extend(p, low, high, part));
        }
      }
      all = next;
      if (all.size() > MAX_PREFIXES) {
        throw refused(
            TableException.Reason.INVALID,
            "would need over " + MAX_PREFIXES + " prefixes for the ranges of one entry");
      }
    }
    return all;
  }

  /** How many of the lowest bits may be anything in the first prefix of a range. */
  private static int free(BigInteger low, BigInteger high, Part part) {
    int free = low.signum() == 0 ? part.field.width() : low.getLowestSetBit();
    while (low.add(ONE.shiftLeft(free)).subtract(ONE).compareTo(high) > 0) {
      free--;
    }
    return free;
  }

  /** The first of an entry's prefixes. */
  private Prefix first(Bound bound) {
    if (!ranges) {
      return new Prefix(bound.value, bound.mask);
    }
    var first = new Prefix(new long[words], new long[words]);
    for (Part part : parts) {
      BigInteger low = take(bound.value, part);
      BigInteger mask = take(bound.mask, part);
      if (part.field.kind() == MatchKind.RANGE) {
        mask = Wide.mask(part.field.width()).andNot(Wide.mask(free(low, mask, part)));
      }
      put(low, first.value, part);
      put(mask, first.mask, part);
    }
    return first;
  }

  private static Prefix extend(Prefix prefix, BigInteger value, BigInteger mask, Part part) {
    long[] v = prefix.value.clone();
    long[] m = prefix.mask.clone();
    put(value, v, part);
    put(mask, m, part);
    return new Prefix(v, m);
  }

  private Action action(Bound bound) {
    return actions.action(bound);
  }

  /** An entry as control wrote it. */
  Entry entry(Bound bound) {
    List<Match> matches = new ArrayList<>();
    for (Part part : parts) {
      BigInteger value = take(bound.value, part);
      BigInteger mask = take(bound.mask, part);
      matches.add(
          switch (part.field.kind()) {
            case EXACT -> new Match.Exact(value);
            case OPTIONAL -> mask.signum() == 0 ? new Match.Any() : new Match.Exact(value);
            case LPM ->
                mask.signum() == 0 ? new Match.Any() : new Match.Lpm(value, mask.bitCount());
            case TERNARY -> mask.signum() == 0 ? new Match.Any() : new Match.Ternary(value, mask);
            case RANGE ->
                value.signum() == 0 && mask.equals(Wide.mask(part.field.width()))
                    ? new Match.Any()
                    : new Match.Range(value, mask);
          });
    }
    return new Entry(
        matches, bound.priority, bound.target == null ? action(bound) : bound.target.choice());
  }

  private void requireWritable() {
    if (isConst()) {
      throw refused(TableException.Reason.CONSTANT, "has constant entries");
    }
  }

  private void requireChangeableDefault() {
    Source.Default otherwise = code.otherwise();
    if (otherwise != null && otherwise.constant()) {
      throw refused(TableException.Reason.CONSTANT, "has a constant default action");
    }
  }

  private Hits counted(Bound bound) {
    return requireCounted(code.counted() ? bound.hits : null);
  }

  private <T> T requireCounted(@Nullable T counter) {
    if (counter == null) {
      throw refused(TableException.Reason.INVALID, "has no direct counter");
    }
    return counter;
  }
}
