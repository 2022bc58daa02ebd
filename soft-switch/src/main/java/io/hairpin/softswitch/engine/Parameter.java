package io.hairpin.softswitch.engine;

/**
 * A parameter of an action.
 *
 * @param name its name in the program
 * @param width its width in bits
 */
public record Parameter(String name, int width) {}
