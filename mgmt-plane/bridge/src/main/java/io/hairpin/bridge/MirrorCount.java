package io.hairpin.bridge;

/**
 * How many copies a mirror session made.
 *
 * @param session the session's number
 * @param count the copies
 */
public record MirrorCount(int session, Count count) {}
