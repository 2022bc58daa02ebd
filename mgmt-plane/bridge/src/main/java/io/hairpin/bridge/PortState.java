package io.hairpin.bridge;

import io.hairpin.bridge.Ports.Port;
import java.util.Optional;

/**
 * The operational state of a port.
 *
 * @param port the physical port
 * @param enabled whether the configuration lets it carry frames
 * @param bridgePort whether it is a port of the bridge
 * @param reflectiveRelay whether the target reflects on it; empty where the target does not tell
 * @param counters what the target counted; empty where it does not tell
 */
public record PortState(
    Port port,
    boolean enabled,
    boolean bridgePort,
    Optional<Boolean> reflectiveRelay,
    Optional<Counters> counters) {

  /**
   * What the target counted on a port since it started.
   *
   * @param received frames received, before any decision on them
   * @param transmitted frames handed to the port
   * @param reflected frames sent back on the port that they were received on
   * @param suppressed frames that would have been, had reflective relay been on
   */
  public record Counters(Count received, Count transmitted, Count reflected, Count suppressed) {}
}
