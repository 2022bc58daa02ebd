package io.hairpin.softswitch.engine;

import static io.hairpin.softswitch.engine.Bench.action;
import static io.hairpin.softswitch.engine.Bench.big;
import static io.hairpin.softswitch.engine.Bench.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What programs share with control beside tables and counters. */
class ExternsTest {
  private static final long SECOND = 1_000_000;
  private static final long GREEN = 0;
  private static final long YELLOW = 1;
  private static final long RED = 2;

  private final Bench bench = Bench.of("externs.json");

  /** Sends a request of 12 bytes; returns where it came out and its result. */
  private List<Bench.Sent> send(int kind, int index, int value) {
    return bench.send(0, "%02x%02x%04x0000000000000000".formatted(kind, index, value));
  }

  private long result(int kind, int index, int value) {
    String frame = send(kind, index, value).getFirst().frame();
    return Long.parseUnsignedLong(frame.substring(8, 24), 16);
  }

  private int port(int kind, int index, int value) {
    return send(kind, index, value).getFirst().port();
  }

  private static void refuses(TableException.Reason reason, Runnable write) {
    assertThatExceptionOfType(TableException.class)
        .isThrownBy(write::run)
        .extracting(TableException::reason)
        .isEqualTo(reason);
  }

  private MeterArray meter() {
    return Objects.requireNonNull(bench.program.meter("In.by_bytes"));
  }

  @Test
  void meterWithoutRatesIsGreen() {
    for (int i = 0; i < 100; i++) {
      assertThat(result(1, 0, 0)).isEqualTo(GREEN);
    }
  }

  @Test
  void meterMarksWhatIsAboveItsRates() {
    // A frame has 12 bytes: two fit the committed burst, four the peak burst.
    meter().setRates(2, new MeterRates(12, 24, 24, 48));
    assertThat(IntStream.range(0, 6).mapToLong(i -> result(1, 2, 0)))
        .containsExactly(GREEN, GREEN, YELLOW, YELLOW, RED, RED);
    bench.microseconds += SECOND;
    assertThat(IntStream.range(0, 3).mapToLong(i -> result(1, 2, 0)))
        .containsExactly(GREEN, YELLOW, RED);
    assertThat(result(1, 1, 0)).isEqualTo(GREEN);
  }

  @Test
  void meterLosesNothingInRounding() {
    meter().setRates(0, new MeterRates(12, 12, 1_000_000, 1000));
    assertThat(result(1, 0, 0)).isEqualTo(GREEN);
    for (int i = 0; i < 999; i++) {
      bench.microseconds += 1000;
      assertThat(result(1, 0, 0)).isEqualTo(YELLOW);
    }
    bench.microseconds += 1000;
    assertThat(result(1, 0, 0)).isEqualTo(GREEN);
  }

  @Test
  void meterOutsideTheArrayChangesNothing() {
    assertThat(result(1, 200, 0)).isEqualTo(GREEN);
  }

  @Test
  void meterIsGreenAgainWithoutRates() {
    meter().setRates(0, new MeterRates(0, 0, 0, 0));
    assertThat(result(1, 0, 0)).isEqualTo(RED);
    meter().setRates(0, null);
    assertThat(result(1, 0, 0)).isEqualTo(GREEN);
  }

  @Test
  void entryHasAMeterOfItsOwn() {
    Table table = bench.table("In.meters_hits");
    table.insert(Bench.entry(key(1), "In.metered"));
    table.insert(Bench.entry(key(2), "In.metered"));
    table.setMeter(key(1), 0, new MeterRates(1, 1, 1, 2));
    assertThat(IntStream.range(0, 3).mapToLong(i -> result(2, 1, 0)))
        .containsExactly(GREEN, YELLOW, RED);
    assertThat(result(2, 2, 0)).isEqualTo(GREEN);
    assertThat(table.meter(key(1), 0)).isEqualTo(new MeterRates(1, 1, 1, 2));
    assertThat(table.meter(key(2), 0)).isNull();
  }

  @Test
  void entryIsIdleUntilItIsHit() {
    Table table = bench.table("In.meters_hits");
    table.insert(Bench.entry(key(1), "In.metered"));
    table.insert(Bench.entry(key(2), "In.metered"));
    table.setIdleTimeout(key(1), 0, 5 * SECOND);
    assertThat(table.idle()).isEmpty();
    bench.microseconds += 5 * SECOND;
    assertThat(table.idle()).extracting(Entry::key).containsExactly(key(1));
    send(2, 1, 0);
    assertThat(table.idle()).isEmpty();
    bench.microseconds += SECOND;
    assertThat(table.idleTime(key(1), 0)).isEqualTo(SECOND);
    assertThat(table.idleTime(key(2), 0)).isEqualTo(6 * SECOND);
  }

  @Test
  void theClockIsReadForRatesAndAgesAlone() throws ProgramException {
    var reads = new AtomicLong();
    var clocked =
        new Bench(
            Program.load(Bench.json("externs.json"), reads::incrementAndGet, new Replication()));
    Table table = clocked.table("In.meters_hits");
    table.insert(Bench.entry(key(1), "In.metered"));
    assertThat(reads(clocked, reads, "0101")).isZero();
    assertThat(reads(clocked, reads, "0202")).isZero();
    assertThat(reads(clocked, reads, "0201")).isEqualTo(1);
    table.setMeter(key(1), 0, new MeterRates(1, 1, 1, 2));
    assertThat(reads(clocked, reads, "0201")).isEqualTo(2);
  }

  /** How often a request reads the clock. */
  private static long reads(Bench clocked, AtomicLong reads, String request) {
    long before = reads.get();
    assertThat(clocked.send(0, request + "0000" + "00".repeat(8))).hasSize(1);
    return reads.get() - before;
  }

  @Test
  void memberIsSharedAndChangesForAllEntries() {
    ActionProfile profile =
        Objects.requireNonNull(bench.program.actionProfile("In.shared_actions"));
    Table table = bench.table("In.by_profile");
    profile.insertMember(7, action("In.forward", 5));
    table.insert(new Entry(key(1), 0, new Choice.Member(7)));
    table.insert(new Entry(key(2), 0, new Choice.Member(7)));
    assertThat(List.of(port(3, 1, 0), port(3, 2, 0), port(3, 3, 0))).containsExactly(5, 5, 1);
    assertThat(result(3, 1, 0)).isEqualTo(1);
    profile.modifyMember(7, action("In.forward", 6));
    assertThat(List.of(port(3, 1, 0), port(3, 2, 0))).containsExactly(6, 6);
    assertThat(table.get(key(1), 0)).isEqualTo(new Entry(key(1), 0, new Choice.Member(7)));
    refuses(TableException.Reason.IN_USE, () -> profile.deleteMember(7));
    table.delete(key(1), 0);
    table.delete(key(2), 0);
    profile.deleteMember(7);
    assertThat(profile.members()).isEmpty();
  }

  @Test
  void profileRefusesWhatItCannotHold() {
    ActionProfile profile =
        Objects.requireNonNull(bench.program.actionProfile("In.shared_actions"));
    profile.insertMember(1, action("In.forward", 5));
    refuses(
        TableException.Reason.ALREADY_EXISTS,
        () -> profile.insertMember(1, action("In.forward", 5)));
    refuses(
        TableException.Reason.INVALID, () -> profile.insertMember(2, action("In.forward", 512)));
    refuses(TableException.Reason.INVALID, () -> profile.insertGroup(1, List.of()));
    profile.insertMember(2, action("NoAction"));
    refuses(TableException.Reason.FULL, () -> profile.insertMember(3, action("NoAction")));
    Table table = bench.table("In.by_profile");
    refuses(
        TableException.Reason.INVALID, () -> table.insert(Bench.entry(key(1), "In.forward", 5)));
    refuses(
        TableException.Reason.NOT_FOUND,
        () -> table.insert(new Entry(key(1), 0, new Choice.Member(9))));
    refuses(
        TableException.Reason.INVALID,
        () -> bench.table("In.meters_hits").insert(new Entry(key(1), 0, new Choice.Member(1))));
  }

  @Test
  void selectorSpreadsOverAGroupByWeight() {
    ActionProfile profile = Objects.requireNonNull(bench.program.actionProfile("In.spread"));
    Table table = bench.table("In.by_selector");
    profile.insertMember(1, action("In.forward", 11));
    profile.insertMember(2, action("In.forward", 12));
    profile.insertGroup(4, List.of(new ActionProfile.Share(2, 2), new ActionProfile.Share(1, 1)));
    table.insert(new Entry(List.of(new Match.Any()), 1, new Choice.Group(4)));
    assertThat(IntStream.range(0, 6).map(i -> port(4, 0, i)))
        .containsExactly(11, 12, 12, 11, 12, 12);
    refuses(TableException.Reason.IN_USE, () -> profile.deleteMember(1));
    refuses(TableException.Reason.IN_USE, () -> profile.deleteGroup(4));
    profile.modifyGroup(4, List.of(new ActionProfile.Share(1, 1)));
    assertThat(IntStream.range(0, 3).map(i -> port(4, 0, i))).containsExactly(11, 11, 11);
    profile.modifyGroup(4, List.of());
    assertThat(port(4, 0, 0)).isEqualTo(1);
    profile.deleteMember(2);
    table.modify(new Entry(List.of(new Match.Any()), 1, new Choice.Member(1)));
    profile.deleteGroup(4);
    assertThat(port(4, 0, 5)).isEqualTo(11);
  }

  @Test
  void parserSelectsByValueSets() {
    ValueSet kinds = Objects.requireNonNull(bench.program.valueSet("P.kinds"));
    ValueSet pairs = Objects.requireNonNull(bench.program.valueSet("P.pairs"));
    assertThat(result(9, 0x15, 0x1234)).isZero();
    kinds.replace(List.of(new ValueSet.Member(big(9), big(0xFF))));
    assertThat(result(9, 0x15, 0x1234)).isEqualTo(0xAA);
    kinds.replace(List.of());
    pairs.replace(List.of(new ValueSet.Member(big(0x51200), big(0xFFF00))));
    assertThat(result(9, 0x15, 0x1234)).isEqualTo(0xBB);
    assertThat(result(9, 0x16, 0x1234)).isZero();
    assertThat(result(9, 0x15, 0x1334)).isZero();
    refuses(
        TableException.Reason.INVALID,
        () -> kinds.replace(List.of(new ValueSet.Member(big(256), big(256)))));
    var any = new ValueSet.Member(big(0), big(0));
    refuses(TableException.Reason.FULL, () -> kinds.replace(List.of(any, any, any)));
  }

  @Test
  void randomNumbersComeFromTheSourceAndStayWithinTheirBounds() throws ProgramException {
    long[] next = {0, -1L, Long.MIN_VALUE};
    int[] turn = {0};
    Program program =
        Program.load(Bench.json("externs.json"), () -> 0, () -> next[turn[0]++], new Replication());
    var counted = new Bench(program);
    for (String expected : List.of("0a", "13", "0f")) {
      assertThat(counted.send(0, "050000000000000000000000").getFirst().frame())
          .endsWith("00000000000000" + expected);
    }
  }

  @Test
  void brokenAssertionDropsThePacketAndIsCounted() {
    assertThat(send(6, 0, 0)).hasSize(1);
    assertThat(send(6, 1, 0)).isEmpty();
    assertThat(send(6, 2, 0)).isEmpty();
    assertThat(send(6, 3, 0)).hasSize(1);
    assertThat(bench.program.failedAssertions()).isEqualTo(2);
  }

  @Test
  void wideRegistersAreCopiedWhole() {
    RegisterArray wide = Objects.requireNonNull(bench.program.register("In.wide"));
    var value = new BigInteger("0123456789abcdef01234567", 16);
    wide.set(0, value);
    send(11, 0, 0);
    assertThat(wide.get(1)).isEqualTo(value);
  }

  @Test
  void registersAreReadAndWritten() {
    RegisterArray cells = Objects.requireNonNull(bench.program.register("In.cells"));
    send(9, 2, 0);
    assertThat(cells.get(2)).isEqualTo(big(9));
    cells.set(2, big(255));
    assertThat(cells.get(2)).isEqualTo(big(255));
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> cells.set(2, big(256)));
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> cells.get(4));
  }

  // The check values of the catalogue of CRCs and of XXH64's specification.
  @ParameterizedTest
  @CsvSource({
    "CRC8, 123456789, f4",
    "CRC16, 123456789, bb3d",
    "CRC32, 123456789, cbf43926",
    "CRC_CCITT, 123456789, 29b1",
    "XXH64, '', ef46db3751d8e999",
    "XXH64, a, d24ec4f1a98c6e5b",
    "XXH64, abc, 44bc2cf5ad770999",
    "XXH64, 0123456789012345678901234567890123456789, ca6fc80cbde1a931",
    "CRC64, '', 0",
    "XOR32, 123456789, 3d04040c",
    "IDENTITY, abc, 616263"
  })
  void hashesAreWellKnown(Source.Algorithm algorithm, String input, String expected) {
    byte[] bytes = input.getBytes(StandardCharsets.US_ASCII);
    assertThat(HexFormat.of().toHexDigits(new Hash(algorithm).of(bytes, bytes.length)))
        .isEqualTo("0".repeat(16 - expected.length()) + expected);
  }

  @Test
  void crcTakesOtherParameters() {
    var crc = new Hash(Source.Algorithm.CRC32);
    byte[] bytes = "123456789".getBytes(StandardCharsets.US_ASCII);
    // CRC-32/BZIP2 and CRC-32C of the catalogue of CRCs.
    crc.setCrc(new Hash.Crc(0x04C11DB7, 0xFFFF_FFFFL, 0xFFFF_FFFFL, false, false));
    assertThat(crc.of(bytes, bytes.length)).isEqualTo(0xFC891918L);
    crc.setCrc(new Hash.Crc(0x1EDC6F41, 0xFFFF_FFFFL, 0xFFFF_FFFFL, true, true));
    assertThat(crc.of(bytes, bytes.length)).isEqualTo(0xE3069283L);
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> crc.setCrc(new Hash.Crc(1L << 32, 0, 0, false, false)));
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(
            () -> new Hash(Source.Algorithm.IDENTITY).setCrc(new Hash.Crc(1, 0, 0, true, true)));
  }

  @Test
  void toeplitzHashHasAKey() {
    var hash = new Hash(Source.Algorithm.TOEPLITZ);
    // The first example of Microsoft's verification suite for receive side scaling: IPv4 and TCP.
    byte[] input = HexFormat.of().parseHex("420995bb" + "a18e6450" + "0aea" + "06e6");
    assertThat(hash.of(input, input.length)).isZero();
    hash.setKey(
        HexFormat.of()
            .parseHex(
                "6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c6a42b73bbeac01fa"));
    assertThat(hash.of(input, 8)).isEqualTo(0x323E8FC2L);
    assertThat(hash.of(input, 12)).isEqualTo(0x51CCC178L);
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> hash.setKey(new byte[5]));
  }

  @Test
  void roundRobinCountsAndItsConsistentFormRemembers() {
    var plain = new Hash(Source.Algorithm.ROUND_ROBIN);
    var consistent = new Hash(Source.Algorithm.ROUND_ROBIN_CONSISTENT);
    byte[] one = {1};
    byte[] two = {2};
    assertThat(List.of(plain.of(one, 1), plain.of(one, 1))).containsExactly(0L, 1L);
    assertThat(List.of(consistent.of(one, 1), consistent.of(two, 1), consistent.of(one, 1)))
        .containsExactly(0L, 1L, 0L);
  }
}
