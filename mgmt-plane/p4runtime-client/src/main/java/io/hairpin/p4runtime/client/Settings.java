package io.hairpin.p4runtime.client;

import java.time.Duration;

/**
 * How a {@link Session} speaks to its target.
 *
 * @param deviceId the device, unsigned
 * @param electionId by which this client is elected; must differ from those of other clients
 * @param timeout how long a request may take; a push of a pipeline or a write of a batch is one
 * @param minRetry the time between the end of a stream and the next attempt
 * @param maxRetry to which that time doubles with each attempt that fails
 */
public record Settings(
    long deviceId, ElectionId electionId, Duration timeout, Duration minRetry, Duration maxRetry) {

  /**
   * Settings with a timeout of 30 s and retries between 100 ms and 5 s.
   *
   * @param deviceId the device, unsigned
   * @param electionId by which this client is elected
   * @return the settings
   */
  public static Settings of(long deviceId, ElectionId electionId) {
    return new Settings(
        deviceId,
        electionId,
        Duration.ofSeconds(30),
        Duration.ofMillis(100),
        Duration.ofSeconds(5));
  }
}
