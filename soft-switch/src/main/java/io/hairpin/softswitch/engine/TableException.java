package io.hairpin.softswitch.engine;

import java.io.Serial;

/** A write to a table that was refused; the table is as before. */
public final class TableException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  /** Why a write was refused. */
  public enum Reason {
    /** The key, the priority or the action is not one of this table's. */
    INVALID,
    /** There is an entry with this key and priority already. */
    ALREADY_EXISTS,
    /** There is no entry with this key and priority. */
    NOT_FOUND,
    /** The table holds as many entries as it can. */
    FULL,
    /** What is to be removed is used by others. */
    IN_USE,
    /** The program declares the entries, or the default entry, constant. */
    CONSTANT
  }

  private final Reason reason;

  TableException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /**
   * Why the write was refused.
   *
   * @return the reason
   */
  public Reason reason() {
    return reason;
  }
}
