package io.hairpin.softswitch.engine;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  private final Map<String, Table> tables = new LinkedHashMap<>();
  private final Map<String, CounterArray> counters = new LinkedHashMap<>();
  private final List<DigestList> digests;
  private final Pipeline.Shared shared;
  private final Compiler.Compiled compiled;

  private Program(Source source, LongSupplier microseconds, Replication replication)
      throws ProgramException {
    int keyWords = 0;
    for (Source.Control control : List.of(source.ingress(), source.egress())) {
      for (Source.Node node : control.nodes()) {
        if (node instanceof Source.Apply apply) {
          Table table = new Table(apply);
          keyWords = Math.max(keyWords, table.words());
          tables.put(table.name(), table);
        }
      }
    }
    for (Source.Counter c : source.counters()) {
      counters.put(c.name(), new CounterArray(c.name(), c.size()));
    }
    digests = source.digests().values().stream().map(Pipeline::list).toList();
    int headerBytes = source.deparser().stream().mapToInt(h -> h.type().bytes()).sum();
    shared =
        new Pipeline.Shared(
            source,
            microseconds,
            replication,
            keyWords,
            headerBytes,
            Compiler.calculationBytes(source, MAX_FRAME));
    compiled = Compiler.compile(source, tables, counters);
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
    Source source = Reader.read(json);
    try {
      return new Program(source, microseconds, replication);
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
