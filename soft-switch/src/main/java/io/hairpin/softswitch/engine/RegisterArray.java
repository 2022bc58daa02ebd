package io.hairpin.softswitch.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** An array of registers of up to 64 bits; an index outside it reads 0 and writes nothing. */
final class RegisterArray {
  private static final VarHandle CELLS = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] cells;

  RegisterArray(int size) {
    this.cells = new long[size];
  }

  boolean has(long index) {
    return index >= 0 && index < cells.length;
  }

  long read(long index) {
    return (long) CELLS.getOpaque(cells, (int) index);
  }

  void write(long index, long value) {
    if (has(index)) {
      CELLS.setOpaque(cells, (int) index, value);
    }
  }
}
