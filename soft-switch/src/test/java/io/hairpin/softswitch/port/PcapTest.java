package io.hairpin.softswitch.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PcapTest {
  private static final HexFormat HEX = HexFormat.of();

  @TempDir private Path directory;

  private record Read(long time, int original, String frame) {}

  private static List<Read> read(byte[] file) throws IOException {
    List<Read> all = new ArrayList<>();
    try (var reader = new PcapReader("file", new ByteArrayInputStream(file))) {
      for (ByteBuffer frame = reader.next(); frame != null; frame = reader.next()) {
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        all.add(new Read(reader.time(), reader.original(), HEX.formatHex(bytes)));
      }
    }
    return all;
  }

  private static MemorySegment segment(String hex) {
    return MemorySegment.ofArray(HEX.parseHex(hex));
  }

  private byte[] written(String name) throws IOException {
    Path file = directory.resolve(name);
    try (var writer = new PcapWriter(file, "port1")) {
      writer.record(PcapWriter.INBOUND, segment("000102030405"), 1, 5, segment(""), 0, 0);
      writer.record(PcapWriter.OUTBOUND, segment("0a0b0c"), 0, 3, segment("0d0e0f"), 1, 2);
    }
    return Files.readAllBytes(file);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.pcap", "a.pcapng"})
  void whatIsWrittenIsRead(String name) throws IOException {
    assertThat(read(written(name)))
        .extracting(Read::original, Read::frame)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(5, "0102030405"),
            org.assertj.core.groups.Tuple.tuple(5, "0a0b0c0e0f"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.pcap", "a.pcapng"})
  void aFrameHasItsTime(String name) throws IOException {
    long before = System.currentTimeMillis() * 1_000_000;
    List<Read> all = read(written(name));
    assertThat(all.getFirst().time()).isBetween(before, before + 60_000_000_000L);
    assertThat(all.getLast().time()).isGreaterThanOrEqualTo(all.getFirst().time());
  }

  @Test
  void aRecordingTellsTheDirection() throws IOException {
    ByteBuffer file = ByteBuffer.wrap(written("a.pcapng")).order(ByteOrder.nativeOrder());
    int first = 28 + file.getInt(28 + 4);
    int second = first + file.getInt(first + 4);
    assertThat(file.getInt(second - 12)).isEqualTo(PcapWriter.INBOUND);
    assertThat(file.getInt(file.limit() - 12)).isEqualTo(PcapWriter.OUTBOUND);
  }

  @Test
  void manyFramesFillTheBufferMoreThanOnce() throws IOException {
    Path file = directory.resolve("a.pcapng");
    MemorySegment frame = MemorySegment.ofArray(new byte[60_001]);
    try (var writer = new PcapWriter(file, "port1")) {
      for (int i = 0; i < 20; i++) {
        writer.record(PcapWriter.INBOUND, frame, 0, 60_001, frame, 0, 0);
      }
    }
    assertThat(read(Files.readAllBytes(file)))
        .hasSize(20)
        .allSatisfy(one -> assertThat(one.original()).isEqualTo(60_001));
  }

  @ParameterizedTest
  @CsvSource({
    "BIG_ENDIAN, a1b2c3d4, 5, 5000005000",
    "LITTLE_ENDIAN, a1b2c3d4, 5, 5000005000",
    "BIG_ENDIAN, a1b23c4d, 5, 5000000005",
    "LITTLE_ENDIAN, a1b23c4d, 5, 5000000005"
  })
  void pcapIsReadInEitherOrder(String order, String magic, int ticks, long time)
      throws IOException {
    ByteBuffer file =
        ByteBuffer.allocate(24 + 16 + 2)
            .order(order.equals("BIG_ENDIAN") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    file.putInt((int) Long.parseLong(magic, 16)).putShort((short) 2).putShort((short) 4);
    file.putInt(0).putInt(0).putInt(65_535).putInt(1);
    file.putInt(5).putInt(ticks).putInt(2).putInt(60).putShort((short) 0x0a0b);
    byte[] frame = {file.get(40), file.get(41)};
    assertThat(read(file.array())).containsExactly(new Read(time, 60, HEX.formatHex(frame)));
  }

  /** A section in some order with an interface of some resolution and the ways to hold a frame. */
  private static byte[] next(ByteOrder order, int resolution, long ticks) {
    ByteBuffer file = ByteBuffer.allocate(256).order(order);
    file.putInt(0x0a0d0d0a).putInt(28).putInt(0x1a2b3c4d);
    file.putShort((short) 1).putShort((short) 0).putLong(-1).putInt(28);
    file.putInt(0x0bad).putInt(16).putInt(7).putInt(16); // not known: skipped
    file.putInt(1).putInt(32).putShort((short) 1).putShort((short) 0).putInt(0);
    file.putShort((short) 9).putShort((short) 1).put((byte) resolution).put(new byte[3]);
    file.putInt(0).putInt(32);
    file.putInt(6).putInt(36).putInt(0).putInt((int) (ticks >>> 32)).putInt((int) ticks);
    file.putInt(3).putInt(3).put(new byte[] {1, 2, 3, 0}).putInt(36);
    file.putInt(2).putInt(36).putShort((short) 0).putShort((short) 0);
    file.putInt((int) (ticks >>> 32)).putInt((int) ticks);
    file.putInt(1).putInt(9).put(new byte[] {4, 0, 0, 0}).putInt(36);
    file.putInt(3).putInt(20).putInt(2).put(new byte[] {5, 6, 0, 0}).putInt(20);
    byte[] bytes = new byte[file.position()];
    file.get(0, bytes);
    return bytes;
  }

  @ParameterizedTest
  @CsvSource({
    "6, 1700000000123456, 1700000000123456000",
    "9, 1700000000123456789, 1700000000123456789",
    "0, 1700000000, 1700000000000000000",
    "12, 1700000000123456789, 1700000000123456",
    "138, 1740800512, 1700000500000000", // 2^10 a second
    "160, 7301444403200000000, 1700000000000000000" // 2^32
  })
  void pcapngIsReadInEitherOrder(int resolution, long ticks, long time) throws IOException {
    for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
      assertThat(read(next(order, resolution, ticks)))
          .containsExactly(
              new Read(time, 3, "010203"), new Read(time, 9, "04"), new Read(time, 2, "0506"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|is empty",
        "00010203|is neither pcap nor pcapng",
        "a1b2c3d40002|ends within a record",
        "a1b2c3d4000200040000000000000000000000ff00000069|has link type 105, not Ethernet (1)",
        "0a0d0d0a0000001c00000000|has no byte order",
        "0a0d0d0a000000081a2b3c4d|has a block of 8 octets",
      })
  void aFileThatIsNoneIsRefusedByName(String hex, String message) {
    assertThatThrownBy(() -> read(HEX.parseHex(hex)))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("file ")
        .hasMessageContaining(message);
  }

  @Test
  void aBrokenFileIsAnErrorAndNothingElse() throws IOException {
    var random = new Random(1);
    List<byte[]> whole =
        List.of(
            written("a.pcap"),
            written("a.pcapng"),
            next(ByteOrder.BIG_ENDIAN, 9, 5),
            next(ByteOrder.LITTLE_ENDIAN, 140, 5));
    int refused = 0;
    for (int i = 0; i < 40_000; i++) {
      byte[] file = whole.get(i % whole.size()).clone();
      for (int n = random.nextInt(4); n >= 0; n--) {
        file[random.nextInt(file.length)] = (byte) random.nextInt();
      }
      try {
        List<Read> _ = read(java.util.Arrays.copyOf(file, file.length - random.nextInt(8)));
      } catch (IOException e) {
        refused++;
      }
    }
    assertThat(refused).isBetween(1, 39_999);
  }
}
