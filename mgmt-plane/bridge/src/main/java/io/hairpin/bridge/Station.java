package io.hairpin.bridge;

/**
 * A station as the filtering database tells it from others.
 *
 * @param fid the filtering identifier
 * @param address its MAC address, in the low 48 bits
 */
record Station(int fid, long address) {}
