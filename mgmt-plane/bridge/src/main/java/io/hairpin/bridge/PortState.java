package io.hairpin.bridge;

import io.hairpin.bridge.Ports.Port;
import java.util.List;
import java.util.Optional;

/**
 * The operational state of a port of the bridge or of an S-channel.
 *
 * @param name the name of its interface
 * @param number the number of its logical port
 * @param port the physical port that it is, or that it is on
 * @param enabled whether the configuration lets it carry frames
 * @param bridgePort whether it is a port of the bridge
 * @param reflectiveRelay whether the target reflects on it; empty where the target does not tell
 * @param channels the names of the S-channels on it
 * @param heldBy what holds it back now, as the YANG module hairpin-bridge has it
 * @param inService whether none of that took it out of service
 * @param counters what the target counted; empty where it does not tell
 */
public record PortState(
    String name,
    int number,
    Port port,
    boolean enabled,
    boolean bridgePort,
    Optional<Boolean> reflectiveRelay,
    List<String> channels,
    List<String> heldBy,
    boolean inService,
    Optional<Counters> counters) {

  /** Takes a copy of the list. */
  public PortState {
    channels = List.copyOf(channels);
    heldBy = List.copyOf(heldBy);
  }

  /**
   * Tells whether this is a physical port.
   *
   * @return false for an S-channel
   */
  public boolean isPhysical() {
    return number == port.number();
  }

  PortState with(Optional<Counters> counted) {
    return new PortState(
        name,
        number,
        port,
        enabled,
        bridgePort,
        reflectiveRelay,
        channels,
        heldBy,
        inService,
        counted);
  }

  /**
   * What the target counted on a port since it started.
   *
   * @param received frames received, before any decision on them
   * @param transmitted frames handed to the port
   * @param reflected frames sent back on the port that they were received on
   * @param suppressed frames that would have been, had reflective relay been on
   * @param limited flooded frames that were not reflected, for their rate
   * @param broadcastDiscards broadcasts above their rate
   * @param multicastDiscards other frames to groups above their rate
   * @param unknownUnicastDiscards frames to stations that are not known above their rate
   * @param sampled frames that were sampled
   * @param policed what its policer made of frames, where it has one
   */
  public record Counters(
      Count received,
      Count transmitted,
      Count reflected,
      Count suppressed,
      Count limited,
      Count broadcastDiscards,
      Count multicastDiscards,
      Count unknownUnicastDiscards,
      Count sampled,
      Optional<PolicerCount> policed) {}
}
