package io.hairpin.softswitch.port;

import org.jspecify.annotations.Nullable;

/**
 * A port as it is at one moment.
 *
 * @param number what programs call it
 * @param interfaceName the Linux interface that it is; null for a port without one
 * @param link whether its link works
 * @param speed bits a second; 0 where unknown
 * @param address its MAC address, such as {@code 02:00:00:00:00:01}; null where it has none
 * @param mtu the most octets behind the Ethernet header, tags not counted
 * @param counters what it has counted
 */
public record PortState(
    int number,
    @Nullable String interfaceName,
    Link link,
    long speed,
    @Nullable String address,
    int mtu,
    PortCounters counters) {}
