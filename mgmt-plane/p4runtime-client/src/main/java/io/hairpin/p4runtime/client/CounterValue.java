package io.hairpin.p4runtime.client;

/**
 * What a counter counted.
 *
 * @param packets packets; 0 where it counts bytes only
 * @param bytes bytes; 0 where it counts packets only
 */
public record CounterValue(long packets, long bytes) {}
