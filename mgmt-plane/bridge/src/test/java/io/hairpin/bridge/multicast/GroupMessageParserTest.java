package io.hairpin.bridge.multicast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hairpin.bridge.multicast.GroupMessage.GroupRecord;
import io.hairpin.bridge.multicast.GroupMessage.Kind;
import io.hairpin.bridge.multicast.GroupMessage.Query;
import io.hairpin.bridge.multicast.GroupMessage.Report;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GroupMessageParserTest {

  private static final InetAddress HOST = ip("192.0.2.7");
  private static final InetAddress HOST_6 = ip("fe80::7");
  private static final InetAddress ANY = ip("0.0.0.0");

  static InetAddress ip(String text) {
    return InetAddress.ofLiteral(text);
  }

  /** An IPv4 packet with a router alert option around an IGMP message without its checksum. */
  static byte[] igmp(String message) {
    byte[] body = HexFormat.of().parseHex(message.replace(" ", ""));
    ByteBuffer packet = ByteBuffer.allocate(24 + body.length);
    packet.put(HexFormat.of().parseHex("46c00000000000000102000094040000".substring(0, 24)));
    packet.putShort(2, (short) packet.capacity());
    packet.put(12, HOST.getAddress()).put(16, ip("224.0.0.22").getAddress());
    packet.putInt(20, 0x9404_0000);
    packet.put(24, body);
    checksum(packet, 24, packet.capacity(), 26, 0);
    checksum(packet, 0, 24, 10, 0);
    return packet.array();
  }

  /** An IPv6 packet with a router alert option around an MLD message without its checksum. */
  static byte[] mld(InetAddress sender, String message) {
    byte[] body = HexFormat.of().parseHex(message.replace(" ", ""));
    ByteBuffer packet = ByteBuffer.allocate(48 + body.length);
    packet.putInt(0, 0x6000_0000).putShort(4, (short) (8 + body.length)).putShort(6, (short) 1);
    packet.put(8, sender.getAddress()).put(24, ip("ff02::16").getAddress());
    packet.put(40, HexFormat.of().parseHex("3a00050200000100"));
    packet.put(48, body);
    int pseudoHeader = sum(packet, 8, 40) + body.length + 58;
    checksum(packet, 48, packet.capacity(), 50, pseudoHeader);
    return packet.array();
  }

  private static void checksum(ByteBuffer packet, int from, int to, int at, int initial) {
    packet.putShort(at, (short) 0);
    int sum = initial + sum(packet, from, to);
    while (sum > 0xFFFF) {
      sum = (sum & 0xFFFF) + (sum >> 16);
    }
    packet.putShort(at, (short) ~sum);
  }

  private static int sum(ByteBuffer packet, int from, int to) {
    int sum = 0;
    for (int at = from; at < to; at += 2) {
      sum += Short.toUnsignedInt(packet.getShort(at));
    }
    return sum;
  }

  private static GroupMessage join(InetAddress sender, String group) {
    return new Report(sender, List.of(new GroupRecord(Kind.TO_EXCLUDE, ip(group), Set.of())));
  }

  @ParameterizedTest
  @ValueSource(strings = {"12000000 e9fc0001", "16000000 e9fc0001"})
  void aReportOfIgmpVersion1Or2IsAJoin(String message) throws Exception {
    assertThat(GroupMessageParser.parse(igmp(message))).isEqualTo(join(HOST, "233.252.0.1"));
  }

  @Test
  void anIgmpLeaveIncludesNoSource() throws Exception {
    assertThat(GroupMessageParser.parse(igmp("17000000 e9fc0001")))
        .isEqualTo(
            new Report(
                HOST, List.of(new GroupRecord(Kind.TO_INCLUDE, ip("233.252.0.1"), Set.of()))));
  }

  @Test
  void anIgmpVersion3ReportHasItsRecordsButThoseOfUnknownTypes() throws Exception {
    String records = "04000000 e9fc0001" + "01000001 e9fc0002 c0000201" + "09000000 e9fc0003";

    assertThat(GroupMessageParser.parse(igmp("22000000 00000003" + records)))
        .isEqualTo(
            new Report(
                HOST,
                List.of(
                    new GroupRecord(Kind.TO_EXCLUDE, ip("233.252.0.1"), Set.of()),
                    new GroupRecord(Kind.IS_INCLUDE, ip("233.252.0.2"), Set.of(ip("192.0.2.1"))))));
  }

  @Test
  void auxiliaryDataIsSkipped() throws Exception {
    String records = "04010000 e9fc0001 deadbeef" + "04000000 e9fc0002";

    assertThat(((Report) GroupMessageParser.parse(igmp("22000000 00000002" + records))).records())
        .extracting(GroupRecord::group)
        .containsExactly(ip("233.252.0.1"), ip("233.252.0.2"));
  }

  @Test
  void anIgmpVersion1QueryLeavesHostsTenSeconds() throws Exception {
    assertThat(GroupMessageParser.parse(igmp("11000000 00000000")))
        .isEqualTo(new Query(HOST, ANY, Set.of(), Duration.ofSeconds(10), false, 0, Duration.ZERO));
  }

  @Test
  void anIgmpVersion2QueryTellsTenthsOfASecond() throws Exception {
    assertThat(GroupMessageParser.parse(igmp("110a0000 e9fc0001")))
        .isEqualTo(
            new Query(
                HOST, ip("233.252.0.1"), Set.of(), Duration.ofSeconds(1), false, 0, Duration.ZERO));
  }

  @ParameterizedTest
  @CsvSource({"7f, 12700", "80, 12800", "ff, 3174400"})
  void anIgmpVersion3QueryTellsRobustnessAndIntervalAndLargeTimesAsFloats(
      String code, long milliseconds) throws Exception {
    assertThat(
            GroupMessageParser.parse(
                igmp("11" + code + "0000 e9fc0001 0b" + code + "0001 c0000201")))
        .isEqualTo(
            new Query(
                HOST,
                ip("233.252.0.1"),
                Set.of(ip("192.0.2.1")),
                Duration.ofMillis(milliseconds),
                true,
                3,
                Duration.ofMillis(10 * milliseconds)));
  }

  @Test
  void anMldVersion1ReportIsAJoin() throws Exception {
    String message = "83000000 00000000 ff3e0000000000000000000000000001";

    assertThat(GroupMessageParser.parse(mld(HOST_6, message))).isEqualTo(join(HOST_6, "ff3e::1"));
  }

  @Test
  void anMldVersion2ReportMayComeFromNoAddress() throws Exception {
    String message = "8f000000 00000001 04000000 ff3e0000000000000000000000000001";

    assertThat(GroupMessageParser.parse(mld(ip("::"), message)))
        .isEqualTo(join(ip("::"), "ff3e::1"));
  }

  @ParameterizedTest
  @CsvSource({"03e8, 1000", "8000, 32768", "ffff, 8387584"})
  void anMldVersion2QueryTellsLargeTimesAsFloats(String code, long milliseconds) throws Exception {
    String message = "82000000" + code + "0000 00000000000000000000000000000000 027d0000";

    assertThat(GroupMessageParser.parse(mld(HOST_6, message)))
        .isEqualTo(
            new Query(
                HOST_6,
                ip("::"),
                Set.of(),
                Duration.ofMillis(milliseconds),
                false,
                2,
                Duration.ofSeconds(125)));
  }

  @Test
  void whatFollowsTheIpLengthIsPadding() throws Exception {
    byte[] padded = Arrays.copyOf(igmp("16000000 e9fc0001"), 46);

    assertThat(GroupMessageParser.parse(padded)).isEqualTo(join(HOST, "233.252.0.1"));
  }

  @Test
  void aWrongIgmpChecksumIsRefused() {
    byte[] packet = igmp("16000000 e9fc0001");
    packet[31]++;

    assertThatThrownBy(() -> GroupMessageParser.parse(packet))
        .isInstanceOf(InvalidMessageException.class)
        .hasMessage("wrong IGMP checksum");
  }

  @Test
  void aWrongMldChecksumIsRefused() {
    byte[] packet = mld(HOST_6, "83000000 00000000 ff3e0000000000000000000000000001");
    packet[71]++;

    assertThatThrownBy(() -> GroupMessageParser.parse(packet)).hasMessage("wrong ICMPv6 checksum");
  }

  @Test
  void aMessageFromBeyondThisLinkIsRefused() {
    byte[] packet = mld(HOST_6, "83000000 00000000 ff3e0000000000000000000000000001");
    packet[7] = 64;

    assertThatThrownBy(() -> GroupMessageParser.parse(packet)).hasMessage("hop limit is 64, not 1");
  }

  @Test
  void mldFromAnAddressThatIsNotLinkLocalIsRefused() {
    assertThatThrownBy(
            () ->
                GroupMessageParser.parse(
                    mld(ip("2001:db8::1"), "83000000 00000000 ff3e" + "0".repeat(28))))
        .hasMessageContaining("not link-local");
  }

  @Test
  void aReportForWhatIsNoGroupIsRefused() {
    assertThatThrownBy(() -> GroupMessageParser.parse(igmp("16000000 c0000201")))
        .hasMessage("192.0.2.1 is not a group");
  }

  @Test
  void moreSourcesThanThereIsRoomForAreRefused() {
    assertThatThrownBy(
            () -> GroupMessageParser.parse(igmp("22000000 00000001 0100ffff e9fc0002 c0000201")))
        .isInstanceOf(InvalidMessageException.class)
        .hasMessageContaining("65535 sources");
  }

  @Test
  void everyCutOffMessageIsRefused() {
    byte[] packet = igmp("22000000 00000001 04000000 e9fc0001");
    for (int length = 0; length < packet.length; length++) {
      byte[] cut = Arrays.copyOf(packet, length);
      assertThatThrownBy(() -> GroupMessageParser.parse(cut))
          .as("%d octets", length)
          .isInstanceOf(InvalidMessageException.class);
    }
  }

  @Test
  void anyOctetsAreAMessageOrRefused() {
    Random random = new Random(4541);
    byte[][] seeds = {
      igmp("22000000 00000001 04000000 e9fc0001"),
      mld(HOST_6, "8f000000 00000001 04000000 ff3e0000000000000000000000000001")
    };
    int refused = 0;
    for (int i = 0; i < 100_000; i++) {
      byte[] packet = seeds[i % 2].clone();
      for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
        packet[random.nextInt(packet.length)] = (byte) random.nextInt();
      }
      try {
        GroupMessageParser.parse(packet);
      } catch (InvalidMessageException e) {
        refused++;
      }
    }
    assertThat(refused).isPositive();
  }
}
