package io.hairpin.softswitch.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An array of counters that the program declares. Each thread that runs packets has a part of it to
 * itself and control has one; a counter is the sum of its parts. Thread-safe.
 */
public final class CounterArray {
  private final String name;
  private final int size;
  private final Part control;
  private final List<Part> parts = new ArrayList<>();

  CounterArray(String name, int size) {
    this.name = name;
    this.size = size;
    this.control = part();
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
    return size;
  }

  /**
   * Reads a counter.
   *
   * @param index 0 to size - 1
   * @return its value
   * @throws IndexOutOfBoundsException where there is no such counter
   */
  public synchronized CounterValue read(int index) {
    Objects.checkIndex(index, size);
    long packets = 0;
    long bytes = 0;
    for (Part part : parts) {
      packets += part.packets(index);
      bytes += part.bytes(index);
    }
    return new CounterValue(packets, bytes);
  }

  /**
   * Sets a counter.
   *
   * @param index 0 to size - 1
   * @param value what it is to hold
   * @throws IndexOutOfBoundsException where there is no such counter
   */
  public synchronized void write(int index, CounterValue value) {
    CounterValue now = read(index);
    control.add(index, value.packets() - now.packets(), value.bytes() - now.bytes());
  }

  /** A part for another thread. */
  synchronized Part part() {
    var part = new Part(size);
    parts.add(part);
    return part;
  }

  /** What one thread has counted; any may read it. */
  static final class Part {
    private static final VarHandle CELLS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle PIECES = MethodHandles.arrayElementVarHandle(long[][].class);
    // How many counters a piece has, as a power of two. Of a large array most are never used.
    private static final int PIECE = 8;
    private static final int LAST = (1 << PIECE) - 1;

    private final int size;
    // Packets and bytes side by side: one cache line a counter.
    private final long[] @Nullable [] pieces;

    Part(int size) {
      this.size = size;
      this.pieces = new long[(size + LAST) >> PIECE][];
    }

    /** Counts one packet; an index outside the array counts nothing, as in bmv2. */
    void count(long index, int bytes) {
      if (index >= 0 && index < size) {
        add((int) index, 1, bytes);
      }
    }

    private void add(int index, long packets, long bytes) {
      long[] piece = pieces[index >> PIECE];
      if (piece == null) {
        piece = new long[2 * Math.min(size, LAST + 1)];
        PIECES.setRelease(pieces, index >> PIECE, piece);
      }
      int cell = 2 * (index & LAST);
      CELLS.setOpaque(piece, cell, piece[cell] + packets);
      CELLS.setOpaque(piece, cell + 1, piece[cell + 1] + bytes);
    }

    private long packets(int index) {
      return cell(index, 0);
    }

    private long bytes(int index) {
      return cell(index, 1);
    }

    private long cell(int index, int which) {
      long[] piece = (long[]) PIECES.getAcquire(pieces, index >> PIECE);
      return piece == null ? 0 : (long) CELLS.getOpaque(piece, 2 * (index & LAST) + which);
    }
  }
}
