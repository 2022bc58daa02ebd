package io.hairpin.softswitch.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigInteger;
import java.util.Objects;

/**
 * An array of registers that the program declares. Thread-safe; of a register of more than 64 bits,
 * one word at a time is read and written.
 */
public final class RegisterArray {
  private static final VarHandle CELLS = MethodHandles.arrayElementVarHandle(long[].class);

  private final String name;
  private final int size;
  private final int width;
  private final int words;
  private final long[] cells;

  RegisterArray(Source.Register source) {
    this.name = source.name();
    this.size = source.size();
    this.width = source.width();
    this.words = Layout.Field.words(width);
    this.cells = new long[size * words];
  }

  private RegisterArray(RegisterArray of) {
    this.name = of.name;
    this.size = of.size;
    this.width = of.width;
    this.words = of.words;
    this.cells = of.cells.clone();
  }

  /** An array that holds what this one holds now. */
  RegisterArray copy() {
    return new RegisterArray(this);
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
   * How many registers it has.
   *
   * @return the size
   */
  public int size() {
    return size;
  }

  /**
   * How wide each register is.
   *
   * @return the width in bits
   */
  public int width() {
    return width;
  }

  /**
   * Reads a register.
   *
   * @param index 0 to size - 1
   * @return its value, unsigned
   * @throws IndexOutOfBoundsException where there is no such register
   */
  public BigInteger get(int index) {
    Objects.checkIndex(index, size);
    var copy = new long[words];
    for (int i = 0; i < words; i++) {
      copy[i] = (long) CELLS.getVolatile(cells, index * words + i);
    }
    return Wide.load(copy, 0, words);
  }

  /**
   * Sets a register.
   *
   * @param index 0 to size - 1
   * @param value what it is to hold, unsigned
   * @throws IndexOutOfBoundsException where there is no such register
   * @throws IllegalArgumentException where the value does not fit
   */
  public void set(int index, BigInteger value) {
    Objects.checkIndex(index, size);
    if (value.signum() < 0 || value.bitLength() > width) {
      throw new IllegalArgumentException(
          "register " + name + ": " + value + " does not fit " + width + " bits");
    }
    write(index, value);
  }

  boolean has(long index) {
    return index >= 0 && index < size;
  }

  long read(long index) {
    return (long) CELLS.getOpaque(cells, (int) index);
  }

  /** Reads a register into the words of a field. */
  void read(long index, long[] to, int word, int fieldWidth) {
    int wanted = Layout.Field.words(fieldWidth);
    for (int i = 0; i < wanted; i++) {
      long value = i < words ? (long) CELLS.getOpaque(cells, (int) index * words + i) : 0;
      to[word + i] = value & Bits.mask(fieldWidth - 64 * i);
    }
  }

  /** Where the words of a register begin, or -1 where there is no such register. */
  int first(long index) {
    return has(index) ? (int) index * words : -1;
  }

  void word(int first, int word, long value) {
    if (first >= 0) {
      CELLS.setVolatile(cells, first + word, value);
    }
  }

  void write(long index, long value) {
    if (has(index)) {
      CELLS.setOpaque(cells, (int) index, value);
    }
  }

  void write(long index, BigInteger value) {
    if (has(index)) {
      BigInteger rest = value.and(Wide.mask(width));
      for (int i = 0; i < words; i++) {
        CELLS.setVolatile(cells, (int) index * words + i, rest.longValue());
        rest = rest.shiftRight(64);
      }
    }
  }
}
