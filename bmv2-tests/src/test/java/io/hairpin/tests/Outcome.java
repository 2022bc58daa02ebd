package io.hairpin.tests;

import java.util.List;
import java.util.Map;

/**
 * What became of frames.
 *
 * @param out the frames that came out, by port and in order
 * @param counts what was counted; {@code received-*} and {@code transmitted-*} of the ports count
 *     the frames that tell the end as well
 */
record Outcome(Map<Integer, List<Frame>> out, Counts counts) {}
