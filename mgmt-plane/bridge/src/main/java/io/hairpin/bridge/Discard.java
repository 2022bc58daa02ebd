package io.hairpin.bridge;

/**
 * Frames that the target discarded for one reason since it started.
 *
 * @param side where
 * @param reason why
 * @param count how many
 */
public record Discard(Side side, DiscardReason reason, Count count) {

  /** A side of the pipeline. */
  public enum Side {
    /** Before the frame was relayed. */
    INGRESS,
    /** After, for one transmission port. */
    EGRESS
  }
}
