package io.hairpin.softswitch.engine;

/**
 * The rates of a meter (colour-blind), in bytes or packets a second; bursts in bytes or packets.
 * With an excess burst it has a single rate and three colours (RFC 2697), the peak's fields say
 * nothing; without it has two rates and three colours (RFC 2698).
 *
 * @param committedRate packets above it are yellow
 * @param committedBurst how much may come at once and stay green
 * @param peakRate packets above it are red
 * @param peakBurst how much may come at once and not be red
 * @param excessBurst how much may come at once beyond the committed burst and not be red; 0 for
 *     none
 */
public record MeterRates(
    long committedRate, long committedBurst, long peakRate, long peakBurst, long excessBurst) {
  /**
   * Checks the rates.
   *
   * @param committedRate packets above it are yellow
   * @param committedBurst how much may come at once and stay green
   * @param peakRate packets above it are red
   * @param peakBurst how much may come at once and not be red
   * @param excessBurst how much may come at once beyond the committed burst and not be red
   * @throws IllegalArgumentException where one is negative, or the peak rate below the committed
   */
  public MeterRates {
    if (committedRate < 0
        || committedBurst < 0
        || peakBurst < 0
        || excessBurst < 0
        || peakRate < committedRate) {
      throw new IllegalArgumentException(
          "committed rate "
              + committedRate
              + " and burst "
              + committedBurst
              + ", peak rate "
              + peakRate
              + " and burst "
              + peakBurst
              + ", excess burst "
              + excessBurst
              + ": none may be negative, nor the peak rate below the committed");
    }
  }

  /**
   * Two rates.
   *
   * @param committedRate packets above it are yellow
   * @param committedBurst how much may come at once and stay green
   * @param peakRate packets above it are red
   * @param peakBurst how much may come at once and not be red
   * @throws IllegalArgumentException where one is negative, or the peak rate below the committed
   */
  public MeterRates(long committedRate, long committedBurst, long peakRate, long peakBurst) {
    this(committedRate, committedBurst, peakRate, peakBurst, 0);
  }
}
