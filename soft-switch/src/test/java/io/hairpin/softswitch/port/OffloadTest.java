package io.hairpin.softswitch.port;

import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.softswitch.engine.Frame;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OffloadTest {
  private static final int ETHERNET = 14;
  private static final int IP4 = 20;
  private static final int IP6 = 40;
  private static final int TCP = 20;
  private static final int UDP = 8;
  private static final MemorySegment NONE = MemorySegment.ofArray(new byte[0]);

  private final List<byte[]> out = new ArrayList<>();
  private final Offload offload = new Offload();

  private boolean complete(
      byte[] bytes, int gsoType, int gsoSize, int checksumStart, int checksumOffset, int keep) {
    var frame = new Frame(MemorySegment.ofArray(bytes));
    frame.place(0, bytes.length);
    frame.offload(
        Offload.NEEDS_CHECKSUM,
        gsoType,
        checksumStart + TCP,
        gsoSize,
        checksumStart,
        checksumOffset);
    return offload.complete(
        NONE,
        0,
        frame,
        0,
        keep,
        (memory, length) -> out.add(memory.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE)));
  }

  private static ByteBuffer ethernet(int length, int type) {
    return ByteBuffer.allocate(length)
        .putLong(0x0200_0000_0002_0200L)
        .putInt(1)
        .putShort((short) type);
  }

  private static byte[] octets(ByteBuffer frame) {
    byte[] octets = new byte[frame.capacity()];
    frame.get(0, octets);
    return octets;
  }

  private static byte[] tcp4(int data, int flags) {
    ByteBuffer frame = ethernet(ETHERNET + IP4 + TCP + data, 0x0800);
    frame.putInt(0x45000000 | (IP4 + TCP + data)).putInt(0x00070000).putInt(0x40060000);
    frame.putInt(0x0a000001).putInt(0x0a000002);
    return tcp(frame, flags);
  }

  private static byte[] tcp6(int data, int flags) {
    ByteBuffer frame = ethernet(ETHERNET + IP6 + TCP + data, 0x86dd);
    frame.putInt(0x60000000).putShort((short) (TCP + data)).putShort((short) 0x0640);
    frame.putLong(0x20010db800000000L).putLong(1).putLong(0x20010db800000000L).putLong(2);
    return tcp(frame, flags);
  }

  private static byte[] tcp(ByteBuffer frame, int flags) {
    frame.putInt(0x10002000).putInt(1_000_000).putInt(7).putInt(0x50001000 | flags << 16).putInt(0);
    for (byte i = 0; frame.hasRemaining(); i++) {
      frame.put(i);
    }
    return octets(frame);
  }

  private static byte[] udp4(int data) {
    ByteBuffer frame = ethernet(ETHERNET + IP4 + UDP + data, 0x0800);
    frame.putInt(0x45000000 | (IP4 + UDP + data)).putInt(0x00070000).putInt(0x40110000);
    frame.putInt(0x0a000001).putInt(0x0a000002);
    frame.putInt(0x10002000).putInt((UDP + data) << 16);
    return octets(frame);
  }

  /** The sum over a pseudo-header and what follows, 0xffff where the checksum in it is right. */
  private static int sum(byte[] frame, int addresses, int transport, int protocol) {
    int sum = protocol + (frame.length - transport);
    var bytes = ByteBuffer.wrap(frame);
    for (int i = addresses; i < frame.length; i += 2) {
      sum += i + 1 < frame.length ? bytes.getShort(i) & 0xffff : (frame[i] & 0xff) << 8;
    }
    while (sum > 0xffff) {
      sum = (sum >> 16) + (sum & 0xffff);
    }
    return sum;
  }

  private static int headerSum(byte[] frame) {
    int sum = 0;
    var bytes = ByteBuffer.wrap(frame);
    for (int i = ETHERNET; i < ETHERNET + IP4; i += 2) {
      sum += bytes.getShort(i) & 0xffff;
    }
    return (sum >> 16) + (sum & 0xffff);
  }

  @Test
  void anAggregateIsCutIntoItsSegments() {
    byte[] aggregate = tcp4(2500, 0x99);
    assertThat(complete(aggregate, Offload.TCP4, 1000, ETHERNET + IP4, 16, aggregate.length))
        .isTrue();
    assertThat(out).extracting(frame -> frame.length).containsExactly(1054, 1054, 554);
    assertThat(out)
        .extracting(frame -> ByteBuffer.wrap(frame).getInt(ETHERNET + IP4 + 4))
        .containsExactly(1_000_000, 1_001_000, 1_002_000);
    assertThat(out)
        .extracting(frame -> ByteBuffer.wrap(frame).getShort(ETHERNET + 2) & 0xffff)
        .containsExactly(1040, 1040, 540);
    assertThat(out)
        .extracting(frame -> ByteBuffer.wrap(frame).getShort(ETHERNET + 4) & 0xffff)
        .containsExactly(7, 8, 9);
  }

  @Test
  void theSegmentsOfIpv4HaveTheirChecksums() {
    byte[] aggregate = tcp4(2501, 0x18);
    assertThat(complete(aggregate, Offload.TCP4, 1000, ETHERNET + IP4, 16, aggregate.length))
        .isTrue();
    assertThat(out).allSatisfy(frame -> assertThat(headerSum(frame)).isEqualTo(0xffff));
    assertThat(out)
        .allSatisfy(
            frame -> assertThat(sum(frame, ETHERNET + 12, ETHERNET + IP4, 6)).isEqualTo(0xffff));
  }

  @Test
  void theSegmentsOfIpv6HaveTheirChecksums() {
    byte[] aggregate = tcp6(2501, 0x18);
    assertThat(complete(aggregate, Offload.TCP6, 1000, ETHERNET + IP6, 16, aggregate.length))
        .isTrue();
    assertThat(out)
        .hasSize(3)
        .allSatisfy(
            frame -> assertThat(sum(frame, ETHERNET + 8, ETHERNET + IP6, 6)).isEqualTo(0xffff));
  }

  @Test
  void flagsOfTheFirstAndTheLastSegmentAreTheirsAlone() {
    byte[] aggregate = tcp4(2500, 0x99); // CWR, ACK, PSH, FIN
    assertThat(complete(aggregate, Offload.TCP4, 1000, ETHERNET + IP4, 16, aggregate.length))
        .isTrue();
    assertThat(out)
        .extracting(frame -> frame[ETHERNET + IP4 + 13] & 0xff)
        .containsExactly(0x90, 0x10, 0x19);
  }

  @Test
  void datagramsAreCutToo() {
    byte[] aggregate = udp4(2500);
    assertThat(complete(aggregate, Offload.UDP, 1000, ETHERNET + IP4, 6, aggregate.length))
        .isTrue();
    assertThat(out)
        .hasSize(3)
        .allSatisfy(
            frame -> assertThat(sum(frame, ETHERNET + 12, ETHERNET + IP4, 17)).isEqualTo(0xffff));
  }

  @Test
  void eachSegmentOfATruncatedAggregateIsTruncated() {
    byte[] aggregate = tcp4(2500, 0x18);
    assertThat(complete(aggregate, Offload.TCP4, 1000, ETHERNET + IP4, 16, 100)).isTrue();
    assertThat(out).extracting(frame -> frame.length).containsExactly(100, 100, 100);
  }

  @Test
  void anAggregateThatIsNoTcpIsRefused() {
    byte[] aggregate = tcp4(2500, 0x18);
    aggregate[12] = 0x12;
    assertThat(complete(aggregate, Offload.TCP4, 1000, ETHERNET + IP4, 16, aggregate.length))
        .isFalse();
    assertThat(out).isEmpty();
  }

  @Test
  void aChecksumOutsideTheFrameIsRefused() {
    byte[] frame = tcp4(0, 0x18);
    assertThat(complete(frame, Offload.NONE, 0, frame.length - 4, 16, frame.length)).isFalse();
  }

  @Test
  void whateverTheOffloadHeadersSayNothingIsWrittenOutsideAFrame() {
    var random = new Random(1);
    byte[][] bases = {tcp4(2500, 0x18), tcp6(300, 0x10), udp4(2500), new byte[ETHERNET]};
    int[] counts = new int[2];
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = bases[random.nextInt(bases.length)].clone();
      for (int n = random.nextInt(4); n > 0; n--) {
        bytes[random.nextInt(Math.min(bytes.length, 60))] = (byte) random.nextInt();
      }
      var frame = new Frame(MemorySegment.ofArray(bytes));
      frame.place(0, bytes.length);
      int limit = random.nextBoolean() ? 80 : 0x1_0000;
      int[] types = {0, 1, 3, 4, 5, 0x81, 0x84, 0xff};
      frame.offload(
          random.nextInt(4),
          types[random.nextInt(types.length)],
          random.nextInt(limit),
          random.nextInt(limit),
          random.nextInt(limit),
          random.nextInt(limit));
      // As a program may have left it: some headers in front, some of the frame gone.
      int headers = random.nextInt(40);
      int payload = random.nextInt(bytes.length + 1);
      int kept = random.nextInt(bytes.length - payload + 1);
      boolean done =
          offload.complete(
              MemorySegment.ofArray(new byte[headers]),
              headers,
              frame,
              payload,
              kept,
              (memory, length) -> assertThat(length).isBetween(0, (int) memory.byteSize()));
      counts[done ? 0 : 1]++;
    }
    assertThat(counts).doesNotContain(0);
  }
}
