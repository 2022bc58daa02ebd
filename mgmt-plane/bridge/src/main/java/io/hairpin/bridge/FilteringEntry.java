package io.hairpin.bridge;

import java.util.Optional;

/**
 * An entry of the filtering database that the target holds.
 *
 * @param fid the filtering identifier, 1 to 4094
 * @param address the station's MAC address, in the low 48 bits
 * @param port the name of the port behind which it is; empty where frames from and to the address
 *     are discarded
 * @param type how it came
 */
public record FilteringEntry(int fid, long address, Optional<String> port, Type type) {

  /** How an entry came to be. */
  public enum Type {
    /** By configuration. */
    STATIC,
    /** By a frame from the station. */
    LEARNT
  }
}
