package io.hairpin.netconf.transport;

import java.io.IOException;

/** The peer broke the framing of RFC 6242 or sent more than is allowed: the session must end. */
public final class FramingException extends IOException {
  private final boolean tooBig;

  FramingException(String message, boolean tooBig) {
    super(message);
    this.tooBig = tooBig;
  }

  /**
   * Tells a message over the limit from one that is framed wrongly.
   *
   * @return whether the message was larger than the limit
   */
  public boolean tooBig() {
    return tooBig;
  }
}
