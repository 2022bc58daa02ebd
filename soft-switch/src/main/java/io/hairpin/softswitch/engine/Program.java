package io.hairpin.softswitch.engine;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  final Map<String, CounterArray> counters = new LinkedHashMap<>();
  final Map<String, RegisterArray> registers = new LinkedHashMap<>();
  final Map<String, MeterArray> meters = new LinkedHashMap<>();
  final Map<String, ValueSet> valueSets = new LinkedHashMap<>();
  final Map<String, Hash> hashes = new LinkedHashMap<>();
  private final Map<String, ActionProfile> profiles = new LinkedHashMap<>();
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
        }
      }
    }
    for (Source.Counter c : source.counters()) {
      counters.put(c.name(), new CounterArray(c.name(), c.size()));
    }
    for (Source.Register r : source.registers()) {
      registers.put(r.name(), new RegisterArray(r));
    }
    for (Source.Meter m : source.meters()) {
      meters.put(m.name(), new MeterArray(m, microseconds));
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
            Compiler.calculationBytes(source, MAX_FRAME));
    compiled = Compiler.compile(source, this);
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
    Source source = Reader.read(json);
    try {
      return new Program(source, microseconds, random, replication);
    } catch (Reader.Unsupported | TableException e) {
      throw new ProgramException(String.valueOf(e.getMessage()), e);
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
    return counters.get(name);
  }

  /**
   * All arrays of indirect counters.
   *
   * @return the arrays
   */
  public Collection<CounterArray> counters() {
    return List.copyOf(counters.values());
  }

  /**
   * Finds an array of registers.
   *
   * @param name its name in the program
   * @return the array, or null where there is none
   */
  public @Nullable RegisterArray register(String name) {
    return registers.get(name);
  }

  /**
   * All arrays of registers.
   *
   * @return the arrays
   */
  public Collection<RegisterArray> registers() {
    return List.copyOf(registers.values());
  }

  /**
   * Finds an array of indirect meters.
   *
   * @param name its name in the program
   * @return the array, or null where there is none
   */
  public @Nullable MeterArray meter(String name) {
    return meters.get(name);
  }

  /**
   * All arrays of indirect meters.
   *
   * @return the arrays
   */
  public Collection<MeterArray> meters() {
    return List.copyOf(meters.values());
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
    return hashes.get(name);
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

  /**
   * Makes a processor: all that one thread needs to run frames through the program.
   *
   * @param out where frames go
   * @return the processor
   */
  public Processor processor(Transmitter out) {
    return compiled.make(shared, out);
  }
}
