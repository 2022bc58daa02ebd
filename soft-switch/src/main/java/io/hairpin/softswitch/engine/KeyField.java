package io.hairpin.softswitch.engine;

/**
 * A field of a table's key.
 *
 * @param name its name in the program
 * @param kind how it is matched
 * @param width its width in bits
 */
public record KeyField(String name, MatchKind kind, int width) {}
