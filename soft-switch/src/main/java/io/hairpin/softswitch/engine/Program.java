package io.hairpin.softswitch.engine;

import java.util.Collection;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A loaded program: p4c's bmv2 JSON for v1model, compiled to bytecode, with its tables and
 * counters. Programs share nothing but the replication engine, so a switch changes its pipeline by
 * handing frames to processors of another program. Thread-safe.
 */
@SuppressWarnings("DoNotCallSuggester") // until it is written
public final class Program {
  /** Egress port of a frame that is dropped. */
  public static final int DROP_PORT = 511;

  private Program() {}

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
    throw new ProgramException("nothing is supported yet");
  }

  /**
   * Finds a table.
   *
   * @param name its name in the program, such as {@code Ingress.fdb}
   * @return the table, or null where there is none
   */
  public @Nullable Table table(String name) {
    throw new UnsupportedOperationException();
  }

  /**
   * All tables.
   *
   * @return the tables of ingress and egress
   */
  public Collection<Table> tables() {
    throw new UnsupportedOperationException();
  }

  /**
   * Finds an array of indirect counters.
   *
   * @param name its name in the program
   * @return the array, or null where there is none
   */
  public @Nullable CounterArray counter(String name) {
    throw new UnsupportedOperationException();
  }

  /**
   * All arrays of indirect counters.
   *
   * @return the arrays
   */
  public Collection<CounterArray> counters() {
    throw new UnsupportedOperationException();
  }

  /**
   * All digests that the program may send.
   *
   * @return the lists
   */
  public List<DigestList> digests() {
    throw new UnsupportedOperationException();
  }

  /**
   * Makes a processor: all that one thread needs to run frames through the program.
   *
   * @param out where frames go
   * @return the processor
   */
  public Processor processor(Transmitter out) {
    throw new UnsupportedOperationException();
  }
}
