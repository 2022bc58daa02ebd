package io.hairpin.bridge.multicast;

/** A frame that claims to carry a group membership message and carries none that is valid. */
public final class InvalidMessageException extends Exception {

  private static final long serialVersionUID = 1;

  /**
   * Says what is wrong.
   *
   * @param message why there is no valid message
   */
  public InvalidMessageException(String message) {
    super(message);
  }
}
