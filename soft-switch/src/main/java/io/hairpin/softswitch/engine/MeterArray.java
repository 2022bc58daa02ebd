package io.hairpin.softswitch.engine;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** An array of meters that the program declares. Thread-safe. */
public final class MeterArray {
  private final String name;
  private final boolean bytes;
  private final LongSupplier clock;
  private final Meter[] meters;

  MeterArray(Source.Meter source, LongSupplier clock) {
    this.name = source.name();
    this.bytes = source.bytes();
    this.clock = clock;
    this.meters = new Meter[source.size()];
    Arrays.setAll(meters, i -> new Meter(bytes));
  }

  private MeterArray(MeterArray of) {
    this.name = of.name;
    this.bytes = of.bytes;
    this.clock = of.clock;
    this.meters = new Meter[of.meters.length];
    Arrays.setAll(meters, i -> of.meters[i].copy());
  }

  /** An array as this one is now, which goes on by itself. */
  MeterArray copy() {
    return new MeterArray(this);
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
   * How many meters it has.
   *
   * @return the size
   */
  public int size() {
    return meters.length;
  }

  /**
   * What its rates count.
   *
   * @return true for bytes, false for packets
   */
  public boolean countsBytes() {
    return bytes;
  }

  /**
   * Reads a meter's rates.
   *
   * @param index 0 to size - 1
   * @return the rates, or null where it has none and all packets are green
   * @throws IndexOutOfBoundsException where there is no such meter
   */
  public @Nullable MeterRates rates(int index) {
    return meters[Objects.checkIndex(index, meters.length)].rates();
  }

  /**
   * Sets a meter's rates; its buckets are full then.
   *
   * @param index 0 to size - 1
   * @param rates the rates, or null to make all packets green
   * @throws IndexOutOfBoundsException where there is no such meter
   */
  public void setRates(int index, @Nullable MeterRates rates) {
    meters[Objects.checkIndex(index, meters.length)].set(rates, clock.getAsLong());
  }

  /**
   * Reads what a meter has coloured.
   *
   * @param index 0 to size - 1
   * @return the counts
   * @throws IndexOutOfBoundsException where there is no such meter
   */
  public MeterCounts counts(int index) {
    return meters[Objects.checkIndex(index, meters.length)].counts();
  }

  /**
   * Sets what a meter has coloured.
   *
   * @param index 0 to size - 1
   * @param counts the counts
   * @throws IndexOutOfBoundsException where there is no such meter
   */
  public void setCounts(int index, MeterCounts counts) {
    meters[Objects.checkIndex(index, meters.length)].setCounts(counts);
  }

  boolean has(long index) {
    return index >= 0 && index < meters.length;
  }

  long execute(long index, int length) {
    return meters[(int) index].execute(length, clock);
  }
}
