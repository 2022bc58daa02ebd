package io.hairpin.bridge;

/**
 * What the target counted in a VLAN since it started.
 *
 * @param received frames that were admitted to the VLAN
 * @param transmitted frames, and replicas of frames, that left in it
 */
public record VlanCounters(Count received, Count transmitted) {}
