package io.hairpin.softswitch.engine;

/**
 * What a meter has coloured since it was made, or since its counts were cleared.
 *
 * @param green packets within the committed rate, or without rates
 * @param yellow packets above the committed rate
 * @param red packets above the peak rate, or beyond the excess burst
 */
public record MeterCounts(CounterValue green, CounterValue yellow, CounterValue red) {
  private static final CounterValue ZERO = new CounterValue(0, 0);

  /** Of a meter that has coloured nothing. */
  public static final MeterCounts NONE = new MeterCounts(ZERO, ZERO, ZERO);
}
