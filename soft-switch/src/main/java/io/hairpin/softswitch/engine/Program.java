package io.hairpin.softswitch.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A loaded program: p4c's bmv2 JSON for v1model, compiled to bytecode, with its tables and
 * counters. Programs share nothing but the replication engine, so a switch changes its pipeline by
 * handing frames to processors of another program. Thread-safe.
 */
public final class Program {
  /** Egress port of a frame that is dropped. */
  public static final int DROP_PORT = 511;

  private static final int MAX_FRAME = 1 << 17;

  final Map<String, Table> tables = new LinkedHashMap<>();
  final Map<String, ValueSet> valueSets = new LinkedHashMap<>();
  // In the order in which processors have their parts.
  final List<CounterArray> counters = new ArrayList<>();
  private final Externs externs = new Externs();
  private final Map<String, ActionProfile> profiles = new LinkedHashMap<>();
  // A lane that comes back to the program goes on with its own.
  private final Map<Transmitter, CounterArray.Part[]> parts = new ConcurrentHashMap<>();
  private final LongAdder failures = new LongAdder();
  private final List<DigestList> digests;
  private final Pipeline.Shared shared;
  private final Compiler.Compiled compiled;

  private Program(
      Source source, LongSupplier microseconds, LongSupplier random, Replication replication)
      throws ProgramException {
    int keyWords = 0;
    for (Source.Control control : List.of(source.ingress(), source.egress())) {
      for (Source.Node node : control.nodes()) {
        if (node instanceof Source.Apply apply) {
          Table table = new Table(apply, profile(apply, replication.links()), microseconds);
          keyWords = Math.max(keyWords, table.words());
          tables.put(table.name(), table);
          CounterArray misses = table.misses();
          if (misses != null) {
            counters.add(misses);
          }
        }
      }
    }
    for (Source.Counter c : source.counters()) {
      var array = new CounterArray(c.name(), c.size());
      externs.counters.put(c.name(), array);
      counters.add(array);
    }
    for (Source.Register r : source.registers()) {
      externs.registers.put(r.name(), new RegisterArray(r));
    }
    for (Source.Meter m : source.meters()) {
      externs.meters.put(m.name(), new MeterArray(m, microseconds));
    }
    for (Source.ValueSetOf set : source.valueSets()) {
      valueSets.put(set.name(), new ValueSet(set));
    }
    digests = source.digests().values().stream().map(Pipeline::list).toList();
    int headerBytes = source.deparser().stream().mapToInt(h -> h.type().bytes()).sum();
    shared =
        new Pipeline.Shared(
            source,
            microseconds,
            random,
            failures,
            replication,
            keyWords,
            headerBytes,
            Compiler.calculationBytes(source, MAX_FRAME),
            null);
    compiled = Compiler.compile(source, this, externs, false);
  }

  private @Nullable ActionProfile profile(Source.Apply apply, Links links) throws ProgramException {
    Source.Profile profile = apply.profile();
    if (profile == null) {
      return null;
    }
    ActionProfile made =
        profiles.computeIfAbsent(
            profile.name(), name -> new ActionProfile(profile, apply.actions(), links));
    List<String> names = apply.actions().stream().map(Source.ActionCode::name).toList();
    if (!made.actions().equals(names)) {
      throw new ProgramException(
          "table "
              + apply.name()
              + ": its actions "
              + names
              + " are not those of another table of "
              + "action profile "
              + profile.name()
              + ": "
              + made.actions());
    }
    return made;
  }

  /**
   * Loads a program.
   *
   * @param json p4c's output for bmv2
   * @param microseconds the switch's clock: microseconds since it started
   * @param replication where multicast groups and clone sessions are
   * @return the program, its tables filled with the entries it declares
   * @throws ProgramException where the JSON does not parse, or uses what the engine lacks
   */
  public static Program load(byte[] json, LongSupplier microseconds, Replication replication)
      throws ProgramException {
    return load(json, microseconds, () -> ThreadLocalRandom.current().nextLong(), replication);
  }

  /**
   * Loads a program that takes its random numbers from a source of the caller's.
   *
   * @param json p4c's output for bmv2
   * @param microseconds the switch's clock: microseconds since it started
   * @param random 64 random bits at a time; called by all processors, on their threads
   * @param replication where multicast groups and clone sessions are
   * @return the program, its tables filled with the entries it declares
   * @throws ProgramException where the JSON does not parse, or uses what the engine lacks
   */
  public static Program load(
      byte[] json, LongSupplier microseconds, LongSupplier random, Replication replication)
      throws ProgramException {
    try {
      Source source = Reader.read(json);
      return new Program(source, microseconds, random, replication);
    } catch (Reader.Unsupported | TableException e) {
      throw new ProgramException(String.valueOf(e.getMessage()), e);
    } catch (RuntimeException | LinkageError e) {
      throw new ProgramException("the program is not one that p4c writes: " + e, e);
    } catch (StackOverflowError e) {
      throw new ProgramException("the program's expressions are nested too deeply", e);
    }
  }

  /**
   * Finds a table.
   *
   * @param name its name in the program, such as {@code Ingress.fdb}
   * @return the table, or null where there is none
   */
  public @Nullable Table table(String name) {
    return tables.get(name);
  }

  /**
   * All tables.
   *
   * @return the tables of ingress and egress, also those that p4c makes of statements
   */
  public Collection<Table> tables() {
    return List.copyOf(tables.values());
  }

  /**
   * Finds an array of indirect counters.
   *
   * @param name its name in the program
   * @return the array, or null where there is none
   */
  public @Nullable CounterArray counter(String name) {
    return externs.counters.get(name);
  }

  /**
   * All arrays of indirect counters.
   *
   * @return the arrays
   */
  public Collection<CounterArray> counters() {
    return List.copyOf(externs.counters.values());
  }

  /**
   * Finds an array of registers.
   *
   * @param name its name in the program
   * @return the array, or null where there is none
   */
  public @Nullable RegisterArray register(String name) {
    return externs.registers.get(name);
  }

  /**
   * All arrays of registers.
   *
   * @return the arrays
   */
  public Collection<RegisterArray> registers() {
    return List.copyOf(externs.registers.values());
  }

  /**
   * Finds an array of indirect meters.
   *
   * @param name its name in the program
   * @return the array, or null where there is none
   */
  public @Nullable MeterArray meter(String name) {
    return externs.meters.get(name);
  }

  /**
   * All arrays of indirect meters.
   *
   * @return the arrays
   */
  public Collection<MeterArray> meters() {
    return List.copyOf(externs.meters.values());
  }

  /**
   * Finds a value set.
   *
   * @param name its name in the program
   * @return the set, or null where there is none
   */
  public @Nullable ValueSet valueSet(String name) {
    return valueSets.get(name);
  }

  /**
   * All value sets.
   *
   * @return the sets
   */
  public Collection<ValueSet> valueSets() {
    return List.copyOf(valueSets.values());
  }

  /**
   * Finds an action profile.
   *
   * @param name its name in the program
   * @return the profile, or null where there is none
   */
  public @Nullable ActionProfile actionProfile(String name) {
    return profiles.get(name);
  }

  /**
   * All action profiles that tables use.
   *
   * @return the profiles
   */
  public Collection<ActionProfile> actionProfiles() {
    return List.copyOf(profiles.values());
  }

  /** Goes by the links of the replication engine's ports as they are now. */
  public void linksChanged() {
    profiles.values().forEach(ActionProfile::linksChanged);
  }

  /**
   * Finds a header type by the names of its fields.
   *
   * @param fields the names in order
   * @return the fields with their widths in bits; empty where there is no such type
   */
  public List<Parameter> header(List<String> fields) {
    return shared.source().headers().values().stream()
        .map(header -> header.type().fields())
        .map(all -> all.stream().map(f -> new Parameter(f.name(), f.width())).toList())
        .filter(all -> all.stream().map(Parameter::name).toList().equals(fields))
        .findFirst()
        .orElse(List.of());
  }

  /**
   * Finds a checksum or hash.
   *
   * @param name the calculation's name in the program's JSON, such as {@code calc_0}
   * @return the hash, or null where the program calculates none of this name
   */
  public @Nullable Hash hash(String name) {
    return externs.hashes.get(name);
  }

  /**
   * How many packets were dropped because an assertion or assumption of the program did not hold,
   * or because an action went round in a loop over 65,536 times.
   *
   * @return the number since it was loaded
   */
  public long failedAssertions() {
    return failures.sum();
  }

  /**
   * All digests that the program may send.
   *
   * @return the lists
   */
  public List<DigestList> digests() {
    return digests;
  }

  /** How many bytes of bytecode the longest method has that it is compiled to. */
  int longestMethod() {
    return compiled.longest;
  }

  /**
   * Finds out what becomes of a frame. Nothing is sent and nothing changes: no counter counts, and
   * registers and meters are copies. Where the program takes random numbers, another frame may go
   * another way.
   *
   * @param port the port it is received on, 0 to 511
   * @param frame its octets
   * @return its way through the tables and groups as they are now
   */
  public Trace trace(int port, byte[] frame) {
    var tracer = new Tracer(shared.source());
    Compiler.Compiled traced;
    try {
      traced = Compiler.compile(shared.source(), this, externs.copy(), true);
    } catch (ProgramException e) {
      throw new IllegalStateException("the program compiles, but not to be traced", e);
    }
    Pipeline pipeline = traced.make(shared.with(tracer), tracer);
    // Not on the heap: the code that every packet runs would meet two kinds of memory.
    MemorySegment memory = Arena.ofAuto().allocate(Math.max(1, frame.length), 8);
    MemorySegment.copy(frame, 0, memory, ValueLayout.JAVA_BYTE, 0, frame.length);
    var received = new Frame(memory);
    received.place(0, frame.length);
    pipeline.process(port, received);
    return new Trace(port, HexFormat.of().formatHex(frame), tracer.events(pipeline.s));
  }

  /**
   * Makes a processor: all that one thread needs to run frames through the program. Of those that
   * have the same transmitter one at a time may run, for they count in the same place.
   *
   * @param out where frames go
   * @return the processor
   */
  public Processor processor(Transmitter out) {
    return make(out);
  }

  private Pipeline make(Transmitter out) {
    Pipeline made = compiled.make(shared, out);
    made.counters =
        parts.computeIfAbsent(
            out, _ -> counters.stream().map(CounterArray::part).toArray(CounterArray.Part[]::new));
    return made;
  }

  /**
   * Makes a processor whose packets wait between ingress and egress.
   *
   * @param out where frames go, as for the other kind
   * @param queue what they wait in; {@link Processor#resume} takes them on from there
   * @return the processor
   */
  public Processor processor(Transmitter out, EgressQueue queue) {
    Pipeline made = make(out);
    made.queue = queue;
    return made;
  }
}
