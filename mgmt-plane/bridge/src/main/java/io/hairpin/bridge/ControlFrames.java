package io.hairpin.bridge;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;

/** Frames that the bridge itself sends and receives. */
final class ControlFrames {

  private static final long SPANNING_TREE = 0x0180_C200_0000L;

  /** IEEE 802.3 configuration testing, which no station answers. */
  static final int LOOPBACK = 0x9000;

  private static final long LOCAL_GROUP = 0x0300_0000_0000L;
  private static final int LLC_AT = 14;
  private static final int LONGEST_LENGTH = 1500;
  private static final int SHORTEST = 60;

  /** The LLC of a BPDU: both service access points 0x42, unnumbered information. */
  private static final int LLC = 0x424203;

  private ControlFrames() {}

  /** Whether a frame is a BPDU of a spanning tree (802.1Q 14). */
  static boolean isBpdu(ByteString frame) {
    if (frame.size() < LLC_AT + 3) {
      return false;
    }
    ByteBuffer octets = frame.asReadOnlyByteBuffer();
    return address(octets, 0) == SPANNING_TREE
        && Short.toUnsignedInt(octets.getShort(12)) <= LONGEST_LENGTH
        && (octets.getInt(LLC_AT - 1) & 0xFF_FFFF) == LLC;
  }

  /** The group that the probes of a bridge are sent to, of which it alone is a member. */
  static long probeAddress(long bridge) {
    return LOCAL_GROUP | (bridge & 0xFF_FFFF_FFFFL);
  }

  /** What a bridge sends to see whether it comes back. */
  static ByteString probe(long bridge, int port) {
    ByteBuffer frame = ByteBuffer.allocate(SHORTEST);
    frame.putShort((short) (probeAddress(bridge) >>> 32)).putInt((int) probeAddress(bridge));
    frame.putShort((short) (bridge >>> 32)).putInt((int) bridge);
    frame.putShort((short) LOOPBACK).putInt(port);
    return ByteString.copyFrom(frame.rewind());
  }

  /** The port that a probe was sent to. */
  static int port(ByteString probe) {
    return probe.size() < LLC_AT + 4 ? 0 : probe.asReadOnlyByteBuffer().getInt(LLC_AT);
  }

  private static long address(ByteBuffer octets, int at) {
    return octets.getLong(at) >>> 16;
  }
}
