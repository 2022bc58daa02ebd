package io.hairpin.softswitch.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;

/** An array of counters that the program declares. Thread-safe. */
public final class CounterArray {
  private static final VarHandle CELLS = MethodHandles.arrayElementVarHandle(long[].class);

  private final String name;
  // Packets and bytes side by side: one cache line a counter.
  private final long[] cells;

  CounterArray(String name, int size) {
    this.name = name;
    this.cells = new long[2 * size];
  }

  /**
   * The array's name in the program.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * How many counters it has.
   *
   * @return the size
   */
  public int size() {
    return cells.length / 2;
  }

  /**
   * Reads a counter.
   *
   * @param index 0 to size - 1
   * @return its value
   * @throws IndexOutOfBoundsException where there is no such counter
   */
  public CounterValue read(int index) {
    Objects.checkIndex(index, size());
    return new CounterValue(
        (long) CELLS.getVolatile(cells, 2 * index), (long) CELLS.getVolatile(cells, 2 * index + 1));
  }

  /**
   * Sets a counter.
   *
   * @param index 0 to size - 1
   * @param value what it is to hold
   * @throws IndexOutOfBoundsException where there is no such counter
   */
  public void write(int index, CounterValue value) {
    Objects.checkIndex(index, size());
    CELLS.setVolatile(cells, 2 * index, value.packets());
    CELLS.setVolatile(cells, 2 * index + 1, value.bytes());
  }

  /** Counts one packet; an index outside the array counts nothing, as in bmv2. */
  void count(long index, int bytes) {
    if (index >= 0 && index < size()) {
      int cell = 2 * (int) index;
      long unused = (long) CELLS.getAndAdd(cells, cell, 1L);
      unused = (long) CELLS.getAndAdd(cells, cell + 1, (long) bytes);
    }
  }
}
