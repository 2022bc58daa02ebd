package io.hairpin.softswitch.port;

import java.util.Map;

/**
 * What a port has counted since it was made, modulo 2^63. An aggregate of segments that an
 * interface hands over whole is one frame.
 *
 * @param receivedFrames frames received, discarded ones included
 * @param receivedOctets their octets, without frame check sequence
 * @param transmittedFrames frames transmitted
 * @param transmittedOctets their octets, without frame check sequence
 * @param discards frames discarded, for every reason that occurred
 */
public record PortCounters(
    long receivedFrames,
    long receivedOctets,
    long transmittedFrames,
    long transmittedOctets,
    Map<Discard, Long> discards) {
  /**
   * Keeps the discards unmodifiable.
   *
   * @param receivedFrames frames received, discarded ones included
   * @param receivedOctets their octets, without frame check sequence
   * @param transmittedFrames frames transmitted
   * @param transmittedOctets their octets, without frame check sequence
   * @param discards frames discarded, for every reason that occurred
   */
  public PortCounters {
    discards = Map.copyOf(discards);
  }

  /**
   * Frames discarded for one reason.
   *
   * @param reason the reason
   * @return their number
   */
  public long discarded(Discard reason) {
    return discards.getOrDefault(reason, 0L);
  }
}
