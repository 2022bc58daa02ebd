package io.hairpin.bridge;

import java.net.InetAddress;
import java.util.List;

/**
 * What is known of the groups of a VLAN.
 *
 * @param vid the VLAN
 * @param routerPorts the names of the ports behind which there is a multicast router
 * @param queriers who asks for members, one of each IP version at most
 * @param memberships who wants which group, in the order of the groups
 */
public record MulticastState(
    int vid, List<String> routerPorts, List<Querier> queriers, List<Membership> memberships) {

  /** Takes copies of the lists. */
  public MulticastState {
    routerPorts = List.copyOf(routerPorts);
    queriers = List.copyOf(queriers);
    memberships = List.copyOf(memberships);
  }

  /**
   * A querier (RFC 3376 6.6.2, RFC 3810 7.6.2).
   *
   * @param address its IP address
   * @param port the name of the port behind which it is
   */
  public record Querier(InetAddress address, String port) {}

  /**
   * A station that wants a group.
   *
   * @param group the group
   * @param port the name of the port behind which the station is
   * @param station its MAC address, in the low 48 bits; 0 where it was registered before this
   *     controller started, and has not told again
   */
  public record Membership(InetAddress group, String port, long station) {}
}
