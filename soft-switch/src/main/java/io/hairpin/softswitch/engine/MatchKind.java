package io.hairpin.softswitch.engine;

/** How a field of a table's key is matched. */
public enum MatchKind {
  /** By one value; takes {@link Match.Exact}. */
  EXACT,
  /** By the longest prefix; takes {@link Match.Lpm} and {@link Match.Any}. */
  LPM,
  /**
   * By value and mask; takes {@link Match.Ternary}, {@link Match.Any} and {@link Match.Exact}. p4c
   * makes ternary fields of a program's optional ones.
   */
  TERNARY,
  /** By bounds; takes {@link Match.Range} and {@link Match.Any}. */
  RANGE,
  /** By one value or any; takes {@link Match.Exact} and {@link Match.Any}. */
  OPTIONAL
}
