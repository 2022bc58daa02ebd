package io.hairpin.tests.model;

import java.util.List;
import java.util.Set;

/**
 * How a bridge is set up.
 *
 * @param ports its ports
 * @param vlans its VLANs
 * @param stations the static filtering entries
 */
public record Setup(List<Port> ports, List<Vlan> vlans, List<Station> stations) {

  /** Which frames a port admits (802.1Q 6.9). */
  public enum FrameTypes {
    ALL,
    TAGGED_ONLY,
    UNTAGGED_ONLY
  }

  /** What a port does with source addresses (802.1Q 8.7). */
  public enum Learning {
    OFF,
    ON,
    FORBIDDEN
  }

  /**
   * A port of the bridge: a physical port, or an S-channel on one.
   *
   * @param physical the physical port
   * @param sVid the S-VID of the S-channel; 0 for the physical port's default channel
   * @param enabled whether it carries frames
   * @param pvid the VLAN of what has no VLAN tag
   * @param admitted the acceptable frame types
   * @param filtering whether ingress filtering is on
   * @param reflecting whether reflective relay is on
   * @param learning what it does with source addresses
   */
  public record Port(
      int physical,
      int sVid,
      boolean enabled,
      int pvid,
      FrameTypes admitted,
      boolean filtering,
      boolean reflecting,
      Learning learning) {

    /**
     * Tells which port of the bridge this is.
     *
     * @return the physical port, with the S-VID in the last four digits of an S-channel's
     */
    public int number() {
      return sVid == 0 ? physical : physical * 10_000 + sVid;
    }

    /**
     * This port with the values that it has when nothing is said, but that it learns nothing.
     *
     * @return the same port otherwise
     */
    public Port plain() {
      return new Port(physical, sVid, true, 1, FrameTypes.ALL, true, false, Learning.OFF);
    }
  }

  /**
   * A VLAN.
   *
   * @param vid its identifier
   * @param fid its filtering identifier
   * @param tagged the members that are not in the untagged set
   * @param untagged the untagged set
   */
  public record Vlan(int vid, int fid, Set<Integer> tagged, Set<Integer> untagged) {

    boolean hasMember(int port) {
      return tagged.contains(port) || untagged.contains(port);
    }
  }

  /**
   * A static filtering entry.
   *
   * @param fid where it holds
   * @param address whose it is, in the low 48 bits
   * @param port where the station is
   */
  public record Station(int fid, long address, int port) {}
}
