package io.hairpin.bridge;

import io.hairpin.bridge.multicast.GroupMessage;
import io.hairpin.bridge.multicast.GroupMessageParser;
import io.hairpin.bridge.multicast.InvalidMessageException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A frame that carries a group membership message.
 *
 * @param vid its VLAN
 * @param source its source address, in the low 48 bits
 * @param message what it says
 */
record MembershipFrame(int vid, long source, GroupMessage message) {

  private static final int HEADER = 14;
  private static final int TAGGED_HEADER = 18;
  private static final int C_TAG = 0x8100;

  /** Reads a frame as the pipeline gives it to control, an S-tag being gone. */
  static MembershipFrame of(byte[] frame, int pvid) throws InvalidMessageException {
    ByteBuffer buffer = ByteBuffer.wrap(frame);
    if (frame.length < TAGGED_HEADER) {
      throw new InvalidMessageException("a frame of " + frame.length + " octets");
    }
    boolean tagged = Short.toUnsignedInt(buffer.getShort(HEADER - 2)) == C_TAG;
    int vid = tagged ? buffer.getShort(HEADER) & 0xFFF : 0;
    byte[] packet = Arrays.copyOfRange(frame, tagged ? TAGGED_HEADER : HEADER, frame.length);
    return new MembershipFrame(
        vid == 0 ? pvid : vid, buffer.getLong(6) >>> 16, GroupMessageParser.parse(packet));
  }
}
