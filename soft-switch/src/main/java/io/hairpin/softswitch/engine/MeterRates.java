package io.hairpin.softswitch.engine;

/**
 * Two rates of a meter (RFC 2698, colour-blind), in bytes or packets a second; bursts in bytes or
 * packets.
 *
 * @param committedRate packets above it are yellow
 * @param committedBurst how much may come at once and stay green
 * @param peakRate packets above it are red
 * @param peakBurst how much may come at once and not be red
 */
public record MeterRates(long committedRate, long committedBurst, long peakRate, long peakBurst) {
  /**
   * Checks the rates.
   *
   * @param committedRate packets above it are yellow
   * @param committedBurst how much may come at once and stay green
   * @param peakRate packets above it are red
   * @param peakBurst how much may come at once and not be red
   * @throws IllegalArgumentException where one is negative, or the peak rate below the committed
   */
  public MeterRates {
    if (committedRate < 0 || committedBurst < 0 || peakBurst < 0 || peakRate < committedRate) {
      throw new IllegalArgumentException(
          "committed rate "
              + committedRate
              + " and burst "
              + committedBurst
              + ", peak rate "
              + peakRate
              + " and burst "
              + peakBurst
              + ": none may be negative, nor the peak rate below the committed");
    }
  }
}
