package io.hairpin.softswitch.engine;

import org.jspecify.annotations.Nullable;

/** A meter with two rates and three colours, as bmv2 runs it: without rates all is green. */
final class Meter {
  static final int GREEN = 0;
  private static final int YELLOW = 1;
  private static final int RED = 2;

  private final boolean bytes;
  private volatile @Nullable MeterRates rates;
  private long begin;
  // Tokens that came since the beginning: counted from there, so that nothing is lost in rounding.
  private long committedCame;
  private long peakCame;
  private long committed;
  private long peak;

  Meter(boolean bytes) {
    this.bytes = bytes;
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
    }
    rates = next;
  }

  /** Meters one packet at a time in microseconds; returns its colour. */
  int execute(int length, long now) {
    return rates == null ? GREEN : measure(length, now);
  }

  private synchronized int measure(int length, long now) {
    MeterRates r = rates;
    if (r == null) {
      return GREEN;
    }
    long elapsed = Math.max(0, now - begin);
    int size = bytes ? length : 1;
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

  private static long tokens(long microseconds, long rate) {
    return microseconds / 1_000_000 * rate + microseconds % 1_000_000 * rate / 1_000_000;
  }
}
