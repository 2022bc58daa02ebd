package io.hairpin.softswitch.port;

/** The far end of ports without an interface. Called by several threads at a time. */
@FunctionalInterface
public interface FrameReceiver {
  /**
   * Takes one frame that a port transmitted: whole, checksums complete, no aggregate. Must not
   * block.
   *
   * @param port the port's number
   * @param frame its bytes, the receiver's to keep
   * @return whether it was taken; where not, the port counts a discard
   */
  boolean receive(int port, byte[] frame);
}
