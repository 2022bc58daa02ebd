package io.hairpin.bridge;

/**
 * How many frames an entry of an access list matched, wherever the list is attached.
 *
 * @param list the access list's name
 * @param ace the entry's name
 * @param count the frames
 */
public record AceCount(String list, String ace, Count count) {}
