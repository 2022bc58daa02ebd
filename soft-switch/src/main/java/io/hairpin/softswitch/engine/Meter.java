package io.hairpin.softswitch.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A meter with three colours: two rates as bmv2 runs it, or a single one. Without rates all is
 * green. It counts what it colours.
 */
final class Meter {
  static final int GREEN = 0;
  private static final int YELLOW = 1;
  private static final int RED = 2;

  private static final VarHandle CELLS = MethodHandles.arrayElementVarHandle(long[].class);

  private final boolean bytes;
  // Packets and bytes of each colour.
  private final long[] cells = new long[2 * (RED + 1)];
  private volatile @Nullable MeterRates rates;
  private long begin;
  // Tokens that came since the beginning: counted from there, so that nothing is lost in rounding.
  private long committedCame;
  private long peakCame;
  private long committed;
  private long peak;
  private long excess;

  Meter(boolean bytes) {
    this.bytes = bytes;
  }

  /** A meter as this one is now, which goes on by itself. */
  synchronized Meter copy() {
    var copy = new Meter(bytes);
    copy.rates = rates;
    copy.begin = begin;
    copy.committedCame = committedCame;
    copy.peakCame = peakCame;
    copy.committed = committed;
    copy.peak = peak;
    copy.excess = excess;
    return copy;
  }

  @Nullable MeterRates rates() {
    return rates;
  }

  /** Sets the rates, with full buckets; null makes all green. */
  synchronized void set(@Nullable MeterRates next, long now) {
    begin = now;
    committedCame = 0;
    peakCame = 0;
    if (next != null) {
      committed = next.committedBurst();
      peak = next.peakBurst();
      excess = next.excessBurst();
    }
    rates = next;
  }

  /** Meters one packet; returns its colour. The clock, of microseconds, is for rates alone. */
  int execute(int length, LongSupplier clock) {
    int colour = rates == null ? GREEN : measure(length, clock.getAsLong());
    long unused = (long) CELLS.getAndAdd(cells, 2 * colour, 1L);
    unused = (long) CELLS.getAndAdd(cells, 2 * colour + 1, (long) length);
    return colour;
  }

  MeterCounts counts() {
    return new MeterCounts(count(GREEN), count(YELLOW), count(RED));
  }

  private CounterValue count(int colour) {
    return new CounterValue(
        (long) CELLS.getVolatile(cells, 2 * colour),
        (long) CELLS.getVolatile(cells, 2 * colour + 1));
  }

  void setCounts(MeterCounts counts) {
    set(GREEN, counts.green());
    set(YELLOW, counts.yellow());
    set(RED, counts.red());
  }

  private void set(int colour, CounterValue value) {
    CELLS.setVolatile(cells, 2 * colour, value.packets());
    CELLS.setVolatile(cells, 2 * colour + 1, value.bytes());
  }

  private synchronized int measure(int length, long now) {
    MeterRates r = rates;
    if (r == null) {
      return GREEN;
    }
    long elapsed = Math.max(0, now - begin);
    int size = bytes ? length : 1;
    if (r.excessBurst() > 0) {
      return measure(r, size, tokens(elapsed, r.committedRate()));
    }
    long came = Math.max(peakCame, tokens(elapsed, r.peakRate()));
    peak = Math.min(r.peakBurst(), peak + came - peakCame);
    peakCame = came;
    if (peak < size) {
      return RED;
    }
    peak -= size;
    came = Math.max(committedCame, tokens(elapsed, r.committedRate()));
    committed = Math.min(r.committedBurst(), committed + came - committedCame);
    committedCame = came;
    if (committed < size) {
      return YELLOW;
    }
    committed -= size;
    return GREEN;
  }

  /** RFC 2697: what overflows the committed bucket fills the excess one. */
  private int measure(MeterRates r, int size, long total) {
    long came = Math.max(committedCame, total);
    long filled = committed + came - committedCame;
    committedCame = came;
    committed = Math.min(r.committedBurst(), filled);
    excess = Math.min(r.excessBurst(), excess + filled - committed);
    if (committed >= size) {
      committed -= size;
      return GREEN;
    }
    if (excess >= size) {
      excess -= size;
      return YELLOW;
    }
    return RED;
  }

  private static long tokens(long microseconds, long rate) {
    return microseconds / 1_000_000 * rate + microseconds % 1_000_000 * rate / 1_000_000;
  }
}
