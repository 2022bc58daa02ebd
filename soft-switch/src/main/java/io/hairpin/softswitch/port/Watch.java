package io.hairpin.softswitch.port;

import io.hairpin.softswitch.engine.Frame;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CompletableFuture;

/**
 * Waits for a frame that is received.
 *
 * @param port the port that it is received on; -1 for any
 * @param octets what it begins with, where the mask has ones
 * @param mask as long as the octets
 * @param seen completed with a copy of the first such frame, on the thread that received it
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares them
public record Watch(int port, byte[] octets, byte[] mask, CompletableFuture<Received> seen) {

  /**
   * A frame that was received.
   *
   * @param port the port
   * @param frame a copy of its octets
   */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares them
  public record Received(int port, byte[] frame) {}

  /** Looks at a frame; whether it is the one. */
  boolean see(int number, Frame frame) {
    MemorySegment memory = frame.memory();
    if ((port >= 0 && port != number) || frame.length() < octets.length) {
      return false;
    }
    for (int i = 0; i < octets.length; i++) {
      byte octet = memory.get(ValueLayout.JAVA_BYTE, (long) frame.offset() + i);
      if (((octet ^ octets[i]) & mask[i]) != 0) {
        return false;
      }
    }
    byte[] copy = memory.asSlice(frame.offset(), frame.length()).toArray(ValueLayout.JAVA_BYTE);
    return seen.complete(new Received(number, copy));
  }
}
