package io.hairpin.softswitch.port;

/** Whether a port's link works. */
public enum Link {
  /** It works. */
  UP,
  /** It does not, or the interface is gone. */
  DOWN,
  /** Nobody has said: a port without an interface. Frames pass. */
  UNKNOWN
}
