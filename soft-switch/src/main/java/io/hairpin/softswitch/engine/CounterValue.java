package io.hairpin.softswitch.engine;

/**
 * What a counter has counted. bmv2's counters count both, whatever the program asks for.
 *
 * @param packets packets, modulo 2^64
 * @param bytes bytes, modulo 2^64
 */
public record CounterValue(long packets, long bytes) {}
