package io.hairpin.softswitch.engine;

import static io.hairpin.softswitch.engine.Bench.action;
import static io.hairpin.softswitch.engine.Bench.entry;
import static io.hairpin.softswitch.engine.Bench.exact;
import static io.hairpin.softswitch.engine.Bench.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.math.BigInteger;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class TableTest {
  private final Table fdb = Bench.of("bridge.json").table("In.fdb");
  private final Bench router = Bench.of("router.json");
  private final Table routes = router.table("In.routes");
  private final Table acl = router.table("In.acl");
  private final Table marks = router.table("In.marks");

  private static void refused(
      TableException.Reason reason, String message, ThrowingCallable write) {
    assertThatExceptionOfType(TableException.class)
        .isThrownBy(write)
        .withMessageContaining(message)
        .extracting(TableException::reason)
        .isEqualTo(reason);
  }

  @Test
  void saysWhatItsKeyIs() {
    assertThat(acl.key())
        .extracting(KeyField::kind)
        .containsExactly(MatchKind.TERNARY, MatchKind.RANGE, MatchKind.TERNARY, MatchKind.EXACT);
    assertThat(fdb.key())
        .containsExactly(
            new KeyField("hdr.ethernet.dst", MatchKind.EXACT, 48),
            new KeyField("meta.vid", MatchKind.EXACT, 12));
  }

  @Test
  void readsBackWhatWasInserted() {
    Entry entry = entry(key(0xFEFFFFFFFFFFL, 4095), "In.forward", 511);
    fdb.insert(entry);
    assertThat(fdb.entries()).containsExactly(entry);
    assertThat(fdb.get(entry.key(), 0)).isEqualTo(entry);
    assertThat(fdb.get(key(1, 1), 0)).isNull();
  }

  @Test
  void takesTheHighestPriorityBesideOthersWithTheSameMatch() {
    Entry highest = classify(Integer.MAX_VALUE, 3);
    acl.insert(classify(1, 1));
    acl.insert(classify(2, 2));
    acl.insert(highest);
    assertThat(acl.get(highest.key(), Integer.MAX_VALUE)).isEqualTo(highest);
    refused(TableException.Reason.ALREADY_EXISTS, "already", () -> acl.insert(highest));
  }

  private static Entry classify(int priority, int argument) {
    return new Entry(
        List.of(new Match.Any(), new Match.Any(), new Match.Any(), exact(1)),
        priority,
        action("In.classify", argument));
  }

  @Test
  void readsBackWhatWasModified() {
    fdb.insert(entry(key(1, 1), "In.forward", 1));
    Entry entry = entry(key(1, 1), "In.forward", 2);
    fdb.modify(entry);
    assertThat(fdb.entries()).containsExactly(entry);
  }

  @Test
  void readsBackEveryKindOfMatch() {
    Entry whole =
        new Entry(
            List.of(
                new Match.Ternary(Bench.big(0x0A000000L), Bench.big(0xFF0000FFL)),
                new Match.Range(Bench.big(1), Bench.big(65534)),
                new Match.Any(),
                exact(1)),
            5,
            action("In.classify", 255));
    acl.insert(whole);
    assertThat(acl.entries()).containsExactly(whole);
    Entry route =
        new Entry(
            List.of(new Match.Lpm(Bench.big(0x0A010000L), 16)),
            0,
            action("In.route", 0x010203040506L, 3));
    routes.insert(route);
    assertThat(routes.get(route.key(), 0)).isEqualTo(route);
  }

  @Test
  void refusesASecondEntryForAKey() {
    fdb.insert(entry(key(1, 1), "In.flood"));
    refused(
        TableException.Reason.ALREADY_EXISTS,
        "table In.fdb",
        () -> fdb.insert(entry(key(1, 1), "In.flood")));
    assertThat(fdb.size()).isEqualTo(1);
  }

  @Test
  void refusesToChangeWhatIsNotThere() {
    refused(
        TableException.Reason.NOT_FOUND, "In.fdb", () -> fdb.modify(entry(key(1, 1), "In.flood")));
    refused(TableException.Reason.NOT_FOUND, "In.fdb", () -> fdb.delete(key(1, 1), 0));
  }

  @Test
  void refusesWhatDoesNotFit() {
    refused(
        TableException.Reason.INVALID,
        "does not fit 12 bits",
        () -> fdb.insert(entry(key(1, 4096), "In.flood")));
    refused(
        TableException.Reason.INVALID,
        "port = 512 does not fit 9 bits",
        () -> fdb.insert(entry(key(1, 1), "In.forward", 512)));
    refused(
        TableException.Reason.INVALID,
        "has no action In.drop",
        () -> fdb.insert(entry(key(1, 1), "In.drop")));
    refused(
        TableException.Reason.INVALID, "key fields", () -> fdb.insert(entry(key(1), "In.flood")));
    refused(
        TableException.Reason.INVALID,
        "has no priorities",
        () -> fdb.insert(new Entry(key(1, 1), 3, action("In.flood"))));
    refused(
        TableException.Reason.INVALID,
        "does not match by EXACT",
        () -> fdb.insert(entry(List.of(new Match.Any(), exact(1)), "In.flood")));
    assertThat(fdb.size()).isZero();
  }

  @Test
  void refusesMasksThatDoNotCoverTheirValue() {
    refused(
        TableException.Reason.INVALID,
        "ones where its mask has zeros",
        () ->
            routes.insert(
                new Entry(List.of(new Match.Lpm(BigInteger.ONE, 8)), 0, action("In.drop"))));
  }

  @Test
  void refusesToChangeConstants() {
    assertThat(marks.isConst()).isTrue();
    assertThat(marks.entries()).hasSize(3);
    refused(
        TableException.Reason.CONSTANT,
        "constant entries",
        () -> marks.insert(new Entry(List.of(exact(9), exact(9)), 1, action("In.classify", 1))));
    refused(
        TableException.Reason.CONSTANT,
        "constant default action",
        () -> Bench.of("bridge.json").table("In.ports").setDefault(action("In.drop")));
  }

  @Test
  void constantEntriesComeInTheirOrderWithFallingPriorities() {
    assertThat(marks.get(List.of(exact(1), new Match.Any()), 2)).isNotNull();
    assertThat(marks.get(List.of(exact(1), new Match.Ternary(BigInteger.ZERO, Bench.big(3))), 3))
        .isNotNull();
  }

  @Test
  void takesAsManyEntriesAsTheProgramSays() {
    Table ports = Bench.of("bridge.json").table("In.ports");
    assertThat(ports.capacity()).isEqualTo(512);
    for (int i = 0; i < 512; i++) {
      ports.insert(entry(key(i), "In.drop"));
    }
    ports.delete(key(17), 0);
    ports.insert(entry(key(17), "In.drop"));
    ports.delete(key(17), 0);
    ports.insert(entry(key(17), "In.drop"));
    Table vlans = Bench.of("bridge.json").table("In.vlans");
    for (int i = 0; i < 4096; i++) {
      vlans.insert(entry(key(i), "In.drop"));
    }
    Table small = Bench.of("bridge.json").table("In.fdb");
    for (int i = 0; i < 65536; i++) {
      small.insert(entry(key(i, 1), "In.flood"));
    }
    refused(
        TableException.Reason.FULL,
        "it has 65536 entries",
        () -> small.insert(entry(key(65536, 1), "In.flood")));
  }

  @Test
  void setsAndResetsItsDefault() {
    assertThat(fdb.defaultAction()).isEqualTo(action("In.flood"));
    fdb.setDefault(action("In.forward", 4));
    assertThat(fdb.defaultAction()).isEqualTo(action("In.forward", 4));
    fdb.resetDefault();
    assertThat(fdb.defaultAction()).isEqualTo(action("In.flood"));
  }

  @Test
  void fallsBackToTheNextBestWhenAnEntryGoes() {
    var key = List.of((Match) new Match.Any(), new Match.Any(), new Match.Any(), exact(0));
    acl.insert(new Entry(key, 1, action("In.classify", 1)));
    acl.insert(new Entry(key, 3, action("In.classify", 3)));
    acl.insert(new Entry(key, 2, action("In.classify", 2)));
    acl.delete(key, 3);
    long[] words = new long[acl.words()];
    assertThat(acl.lookup(words).arguments).containsExactly(2);
    acl.delete(key, 1);
    acl.delete(key, 2);
    assertThat(acl.lookup(words).hit).isFalse();
    assertThat(acl.size()).isZero();
  }

  @Test
  @Timeout(30)
  void takesAHundredThousandRoutesAndLetsThemGo() {
    for (int i = 0; i < 100_000; i++) {
      routes.insert(new Entry(route(i), 0, action("In.route", i, i % 500)));
    }
    for (int i = 0; i < 100_000; i += 1000) {
      Bound found = routes.lookup((long) i << 8 | 77);
      assertThat(found.arguments).containsExactly(i, i % 500);
    }
    for (int i = 0; i < 100_000; i++) {
      routes.delete(route(i), 0);
    }
    assertThat(routes.size()).isZero();
    assertThat(routes.lookup(77L).hit).isFalse();
  }

  private static List<Match> route(int i) {
    return List.of(new Match.Lpm(BigInteger.valueOf((long) i << 8), 24));
  }

  @Test
  @Timeout(60)
  void readersAlwaysFindTheEntriesThatStay() throws InterruptedException {
    for (int i = 0; i < 100; i++) {
      fdb.insert(entry(key(i, 1), "In.forward", i));
    }
    var stop = new AtomicBoolean();
    var wrong = new AtomicReference<String>("");
    Thread reader =
        Thread.ofPlatform()
            .start(
                () -> {
                  int i = 0;
                  while (!stop.get()) {
                    i = (i + 1) % 100;
                    Bound found = fdb.lookup((long) i | 1L << 48);
                    if (!found.hit || found.arguments[0] != i) {
                      wrong.set("entry " + i + " was not found");
                    }
                  }
                });
    for (int round = 0; round < 20; round++) {
      for (int i = 100; i < 3000; i++) {
        fdb.insert(entry(key(i, 2), "In.flood"));
      }
      for (int i = 100; i < 3000; i++) {
        fdb.delete(key(i, 2), 0);
      }
    }
    stop.set(true);
    reader.join();
    assertThat(wrong.get()).isEmpty();
  }
}
