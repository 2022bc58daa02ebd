package io.hairpin.softswitch.engine;

import java.util.List;

/**
 * One thing that happened to a traced packet.
 *
 * @param kind what happened
 * @param name to which object of the program, by its name there; a port where there is none
 * @param details more about it, in the order of its importance
 * @param changes the fields that it changed
 */
public record TraceEvent(Kind kind, String name, List<Detail> details, List<Change> changes) {
  /** What may happen to a packet. */
  public enum Kind {
    /** It begins, or begins again, at a parser; its name is the reception port. */
    RECEIVED,
    /** A parser state. */
    STATE,
    /** The parser ended; its name is the parser's error. */
    PARSED,
    /** A condition of a control. */
    CONDITION,
    /** A table was looked up. */
    TABLE,
    /** An action ran. */
    ACTION,
    /** A counter of an array counts it. */
    COUNT,
    /** A digest is sent; its name is the list's. */
    DIGEST,
    /** A clone is asked for; its name is the session. */
    CLONE,
    /** It goes to a multicast group, which is its name. */
    MULTICAST,
    /** It starts again from the received frame. */
    RESUBMIT,
    /** It starts again as it left egress. */
    RECIRCULATE,
    /** Egress begins for the port that is its name. */
    EGRESS,
    /** It ends here; the name tells why. */
    DROPPED,
    /** It leaves by the port that is its name. */
    SENT
  }

  /**
   * One fact.
   *
   * @param name what
   * @param value numbers as {@code 0x} and hexadecimal digits
   */
  public record Detail(String name, String value) {}

  /**
   * One field that changed.
   *
   * @param field header and field; {@code header.$valid$} is 1 where the header is valid
   * @param from what it was, hexadecimal
   * @param to what it is now, hexadecimal
   */
  public record Change(String field, String from, String to) {}

  /**
   * Keeps the lists unmodifiable.
   *
   * @param kind what happened
   * @param name to which object of the program
   * @param details more about it
   * @param changes the fields that it changed
   */
  public TraceEvent {
    details = List.copyOf(details);
    changes = List.copyOf(changes);
  }
}
