package io.hairpin.bridge;

import java.time.Instant;
import java.util.Locale;

/**
 * A condition that wants an operator.
 *
 * @param type what is wrong
 * @param resource what it concerns
 * @param text the condition in words
 * @param raised since when
 */
public record Alarm(Type type, String resource, String text, Instant raised) {

  /** What can be wrong. */
  public enum Type {
    /** The forwarding target cannot be reached. */
    TARGET_UNREACHABLE,
    /** The configuration names a port that the switch does not have. */
    PORT_MISSING,
    /** The forwarding target refused an entry. */
    NOT_INSTALLED,
    /** A port reflects without a station having asked for it. */
    REFLECTIVE_RELAY_FORCED,
    /** A spanning tree is behind a port, of which the bridge is no part. */
    BPDU_RECEIVED,
    /** What the bridge sent came back. */
    LOOP_DETECTED,
    /** Stations move to a port more often than stations do. */
    MAC_MOVE_RATE,
    /** More is flooded from a port than it may. */
    FLOOD_RATE;

    /**
     * Gives the name in the YANG module hairpin-alarms.
     *
     * @return the name, in lower case with hyphens
     */
    public String yangName() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}
