package io.hairpin.bridge;

/**
 * A count of frames.
 *
 * @param frames how many, unsigned
 * @param octets their octets from destination address to payload, unsigned
 */
public record Count(long frames, long octets) {

  /** Nothing counted. */
  static final Count ZERO = new Count(0, 0);

  Count plus(Count other) {
    return new Count(frames + other.frames, octets + other.octets);
  }
}
