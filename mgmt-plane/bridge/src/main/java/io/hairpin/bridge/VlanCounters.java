package io.hairpin.bridge;

import java.util.Optional;

/**
 * What the target counted in a VLAN since it started.
 *
 * @param received frames that were admitted to the VLAN
 * @param transmitted frames, and replicas of frames, that left in it
 * @param policed what its policer made of frames, where it has one
 */
public record VlanCounters(Count received, Count transmitted, Optional<PolicerCount> policed) {}
