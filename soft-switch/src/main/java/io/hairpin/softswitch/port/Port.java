package io.hairpin.softswitch.port;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/** A place where frames enter and leave. */
abstract sealed class Port permits ReceivingPort, CallbackPort {
  static final int ETHERNET_HEADER = 14;
  static final int TAG = 4;

  /** The longest frame there is: an aggregate of 64 KB behind its headers. */
  static final int LONGEST = 65_600;

  private final int number;
  private final Tally tally = new Tally();
  private @Nullable PcapWriter recorder;

  Port(int number) {
    this.number = number;
  }

  final int number() {
    return number;
  }

  final Tally tally() {
    return tally;
  }

  /** Where its frames are recorded; null where they are not. */
  final @Nullable PcapWriter recorder() {
    return recorder;
  }

  /** Records its frames from now on; before it has any. */
  final void record(PcapWriter into) {
    recorder = into;
  }

  /**
   * A way out for one lane.
   *
   * @param offload the lane's own
   */
  abstract Sender sender(Offload offload);

  abstract Link link();

  /** The most octets behind the Ethernet header, tags not counted. */
  abstract int mtu();

  abstract PortState state();

  /**
   * Whether a frame is longer than an MTU allows: behind the Ethernet header and its tags.
   *
   * @param headers the frame's first bytes
   * @param headerLength how many of them
   * @param rest where the frame goes on
   * @param restOffset where in there
   */
  static boolean tooLong(
      int length,
      int mtu,
      MemorySegment headers,
      int headerLength,
      MemorySegment rest,
      int restOffset) {
    int room = ETHERNET_HEADER + mtu;
    for (int type = ETHERNET_HEADER - 2; length > room; type += TAG, room += TAG) {
      if (type + 2 > length
          || !isTag(
              byteAt(type, headers, headerLength, rest, restOffset) << 8
                  | byteAt(type + 1, headers, headerLength, rest, restOffset))) {
        return true;
      }
    }
    return false;
  }

  /** Whether an EtherType is the TPID of a C-tag or an S-tag (802.1Q Table 9-1). */
  static boolean isTag(int etherType) {
    return etherType == 0x8100 || etherType == 0x88a8;
  }

  static int byteAt(
      int index, MemorySegment headers, int headerLength, MemorySegment rest, int restOffset) {
    return (index < headerLength
            ? headers.get(ValueLayout.JAVA_BYTE, index)
            : rest.get(ValueLayout.JAVA_BYTE, restOffset + index - headerLength))
        & 0xff;
  }
}
