package io.hairpin.p4runtime.client;

/**
 * The rates of a cell of an indexed meter (RFC 2698), in the meter's units. A cell without rates,
 * which lets everything pass, is no entity.
 *
 * @param meter the meter's name
 * @param index the cell
 * @param committedRate units per second that are green
 * @param committedBurst units that are green at once
 * @param peakRate units per second that are not red
 * @param peakBurst units that are not red at once
 */
public record MeterCell(
    String meter,
    long index,
    long committedRate,
    long committedBurst,
    long peakRate,
    long peakBurst)
    implements Entity {

  /**
   * A cell that is green up to a rate and red above it.
   *
   * @param meter the meter's name
   * @param index the cell
   * @param rate units per second
   * @param burst units at once
   * @return the cell
   */
  public static MeterCell of(String meter, long index, long rate, long burst) {
    return new MeterCell(meter, index, rate, burst, rate, burst);
  }

  /**
   * Tells whether a target that was given some rates may say these when it is asked: bmv2 keeps
   * them by the microsecond, and tells one less of some.
   *
   * @param written the rates that were written
   * @return whether these are no more than one unit per second below
   */
  public boolean isRounded(MeterCell written) {
    return key().equals(written.key())
        && committedBurst == written.committedBurst
        && peakBurst == written.peakBurst
        && isRounded(committedRate, written.committedRate)
        && isRounded(peakRate, written.peakRate);
  }

  private static boolean isRounded(long told, long written) {
    return told == written || told == written - 1;
  }

  @Override
  public Kind kind() {
    return Kind.METER_CELL;
  }

  @Override
  public MeterCell key() {
    return new MeterCell(meter, index, 0, 0, 0, 0);
  }
}
