package io.hairpin.softswitch.port;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.hairpin.softswitch.engine.Frame;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Frames of one lane on their way out of one interface, for {@code sendmmsg(2)}: for each the
 * virtio_net_hdr and the headers, copied side by side, and a long payload, where it was received.
 */
final class TransmitBatch implements Sender {
  private static final int FRAMES = 64;
  private static final int MMSGHDR = 64;
  private static final int IOVEC = 16;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int COPIES = 80 * 1000;
  private static final int ROUND = 8;
  private static final int VNET_HEADER = PacketPort.VNET_HEADER;

  /** A payload up to so long is copied beside its headers, which costs less than another part. */
  private static final int SHORT_PAYLOAD = 256;

  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

  private final InterfacePort port;
  private final int descriptor;
  private final boolean batches;
  private final MemorySegment errno;
  private final MemorySegment messages;
  private final MemorySegment vectors;
  private final MemorySegment copies;
  private final Offload offload;
  private final Offload.Sink completed = this::sendComplete;
  private int frames;
  private int copied;

  /**
   * A way out.
   *
   * @param descriptor what the frames go to
   * @param batches whether it takes several at a time, as a socket does, or one, as a TAP device
   */
  TransmitBatch(InterfacePort port, int descriptor, boolean batches, Offload offload) {
    this.port = port;
    this.descriptor = descriptor;
    this.batches = batches;
    this.offload = offload;
    Arena arena = Arena.ofAuto();
    errno = arena.allocate(Linux.ERRNO);
    messages = arena.allocate(FRAMES * MMSGHDR, 64);
    vectors = arena.allocate(FRAMES * 2 * IOVEC, 64);
    copies = arena.allocate(COPIES, 64);
    for (int i = 0; i < FRAMES; i++) {
      messages.set(JAVA_LONG, i * MMSGHDR + 16, vectors.address() + (long) i * 2 * IOVEC);
    }
  }

  @Override
  public void send(
      MemorySegment headers, int headerLength, Frame frame, int payloadOffset, int payloadLength) {
    int length = headerLength + payloadLength;
    if (length < Port.ETHERNET_HEADER) {
      port.tally().discarded(Discard.TOO_SHORT, 1);
      return;
    }
    int flags = frame.flags() & Offload.NEEDS_CHECKSUM;
    int gsoType = frame.gsoType();
    if ((flags | gsoType) == 0) {
      if (Port.tooLong(length, port.mtu(), headers, headerLength, frame.memory(), payloadOffset)) {
        port.tally().discarded(Discard.TOO_LONG, 1);
        return;
      }
      take(headers, headerLength, frame.memory(), payloadOffset, payloadLength);
      return;
    }
    if (payloadOffset + payloadLength != frame.offset() + frame.length()) {
      // Cut by the program: the interface could not complete it any more.
      if (!offload.complete(
          headers, headerLength, frame, payloadOffset, payloadLength, completed)) {
        port.tally().discarded(Discard.REFUSED, 1);
      }
      return;
    }
    int shift = headerLength - (payloadOffset - frame.offset());
    int checksumStart = frame.checksumStart() + shift;
    if (gsoType == Offload.NONE
        ? Port.tooLong(length, port.mtu(), headers, headerLength, frame.memory(), payloadOffset)
        : segmentsTooLong(headers, headerLength, frame, payloadOffset, length, checksumStart)) {
      port.tally().discarded(Discard.TOO_LONG, 1);
      return;
    }
    int at = take(headers, headerLength, frame.memory(), payloadOffset, payloadLength);
    if (at >= 0) {
      copies.set(JAVA_BYTE, at, (byte) flags);
      copies.set(JAVA_BYTE, at + 1, (byte) gsoType);
      copies.set(SHORT, at + 2, (short) (gsoType == 0 ? 0 : frame.headerLength() + shift));
      copies.set(SHORT, at + 4, (short) frame.gsoSize());
      copies.set(SHORT, at + 6, (short) checksumStart);
      copies.set(SHORT, at + 8, (short) frame.checksumOffset());
    }
  }

  private boolean segmentsTooLong(
      MemorySegment headers,
      int headerLength,
      Frame frame,
      int payloadOffset,
      int length,
      int transport) {
    int dataOffset = transport + 12;
    boolean tcp = (frame.gsoType() & ~Offload.ECN) != Offload.UDP;
    int ends =
        !tcp
            ? transport + 8
            : dataOffset >= 0 && dataOffset < length
                ? transport
                    + ((Port.byteAt(
                                dataOffset, headers, headerLength, frame.memory(), payloadOffset)
                            & 0xf0)
                        >> 2)
                : length;
    return Port.tooLong(
        Math.min(length, ends + frame.gsoSize()),
        port.mtu(),
        headers,
        headerLength,
        frame.memory(),
        payloadOffset);
  }

  private void sendComplete(MemorySegment memory, int length) {
    if (Port.tooLong(length, port.mtu(), memory, length, memory, 0)) {
      port.tally().discarded(Discard.TOO_LONG, 1);
    } else {
      take(memory, length, memory, 0, 0);
    }
  }

  /** Puts a frame into the batch; returns where its virtio_net_hdr, all zero, is in the copies. */
  private int take(
      MemorySegment headers,
      int headerLength,
      MemorySegment payload,
      int payloadOffset,
      int payloadLength) {
    boolean whole = payloadLength <= SHORT_PAYLOAD;
    int needs = VNET_HEADER + headerLength + (whole ? payloadLength : 0);
    if (frames == FRAMES || copied + needs > COPIES) {
      flush();
      if (needs > COPIES) {
        port.tally().discarded(Discard.REFUSED, 1);
        return -1;
      }
    }
    int at = copied;
    copies.set(JAVA_LONG, at, 0);
    copies.set(SHORT, at + 8, (short) 0);
    MemorySegment.copy(headers, 0, copies, at + VNET_HEADER, headerLength);
    int vector = frames * 2 * IOVEC;
    vectors.set(JAVA_LONG, vector, copies.address() + at);
    vectors.set(JAVA_LONG, vector + 8, needs);
    if (whole) {
      MemorySegment.copy(
          payload, payloadOffset, copies, at + VNET_HEADER + headerLength, payloadLength);
    } else {
      vectors.set(JAVA_LONG, vector + 16, payload.address() + payloadOffset);
      vectors.set(JAVA_LONG, vector + 24, payloadLength);
    }
    messages.set(JAVA_LONG, frames * MMSGHDR + 24, whole ? 1 : 2);
    copied = (at + needs + ROUND - 1) & -ROUND;
    frames++;
    return at;
  }

  @Override
  public void flush() {
    if (frames == 0) {
      return;
    }
    int sent = 0;
    long transmitted = 0;
    long octets = 0;
    while (sent < frames) {
      long result = transmit(sent);
      if (result > 0) {
        for (int i = sent; i < sent + result; i++) {
          octets += messages.get(JAVA_INT, i * MMSGHDR + 56) - VNET_HEADER;
        }
        transmitted += result;
        sent += (int) result;
      } else if (result != -Linux.EINTR) {
        // The first one failed; those behind it may not.
        port.tally().discarded(port.reason(result), 1);
        sent++;
      }
    }
    if (transmitted != 0) {
      port.tally().transmitted(transmitted, octets);
    }
    frames = 0;
    copied = 0;
  }

  /** Transmits some frames, from one on; returns how many, or the negated errno. */
  private long transmit(int from) {
    int at = from * MMSGHDR;
    if (batches) {
      return Linux.call(
          errno,
          Linux.SENDMMSG,
          descriptor,
          messages.address() + at,
          frames - from,
          MSG_DONTWAIT,
          0,
          0);
    }
    long written =
        Linux.call(
            errno,
            Linux.WRITEV,
            descriptor,
            messages.get(JAVA_LONG, at + 16),
            messages.get(JAVA_LONG, at + 24),
            0,
            0,
            0);
    messages.set(JAVA_INT, at + 56, (int) written);
    return written < 0 ? written : 1;
  }
}
