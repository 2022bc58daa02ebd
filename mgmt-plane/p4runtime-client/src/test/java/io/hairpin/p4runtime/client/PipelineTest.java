package io.hairpin.p4runtime.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hairpin.p4runtime.v1.FieldMatch;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PipelineTest {
  private static final Pipeline PIPELINE = Example.PIPELINE;
  private static final byte[] V6 = new byte[16];

  private static TableEntry acl() {
    return TableEntry.of("acl").priority(10).action("NoAction");
  }

  static Entity canonical(Entity entity) {
    return PIPELINE.canonical(entity);
  }

  private static void assertRefused(Entity entity, String... words) {
    assertThatThrownBy(() -> PIPELINE.canonical(entity))
        .isInstanceOf(PipelineException.class)
        .message()
        .contains(words);
  }

  @Test
  void onlySomeTablesNotifyOfIdleEntries() {
    assertThat(PIPELINE.notifiesIdle("fdb")).isTrue();
    assertThat(PIPELINE.notifiesIdle("acl")).isFalse();
  }

  @Test
  void everyUnambiguousSpellingIsOneEntity() {
    for (String spelling : List.of("Ingress.fdb.fdb", "fdb.fdb", "fdb")) {
      TableEntry entry =
          TableEntry.of(spelling)
              .exact("fid", 1)
              .exact("dst_addr", 2)
              .action(Action.of("Ingress.fdb.forward").with("port", 3));
      assertThat(PIPELINE.canonical(entry))
          .isEqualTo(
              TableEntry.of("fdb")
                  .exact("fid", 1)
                  .exact("dst_addr", 2)
                  .action(Action.of("forward").with("port", 3)));
    }
  }

  @Test
  void anActionIsNamedAmongThoseOfItsTable() {
    TableEntry entry =
        TableEntry.of("Egress.state").exact("port", 1).action(Action.of("set").with("state", 2));
    assertThat(PIPELINE.canonical(entry)).isEqualTo(entry);
  }

  @Test
  void anUnknownNameIsAnsweredWithThoseThatThereAre() {
    assertRefused(TableEntry.of("fbd"), "table fbd", "acl", "fdb", "Egress.state");
    assertRefused(
        TableEntry.of("fdb").exact("mac", 1), "match field of table", "mac", "dst_addr, fid");
    assertRefused(
        Example.fdb(1, 1).action("drop"), "action of table", "drop", "NoAction, flood, forward");
    assertRefused(
        Example.fdb(1, 1).action(Action.of("forward").with("vlan", 1)),
        "parameter of action forward",
        "vlan",
        "port");
    assertThatThrownBy(() -> PIPELINE.counters().get("sent"))
        .hasMessageContaining("No counter sent; there is received");
  }

  @Test
  void anAmbiguousNameIsAnsweredWithItsMeanings() {
    assertRefused(
        TableEntry.of("state"), "table state is ambiguous", "Egress.state", "Ingress.state");
  }

  @Test
  void valuesThatDoNotFitAreRefused() {
    assertRefused(Example.fdb(1L << 48, 1), "dst_addr = 0x1000000000000", "48 bits");
    assertRefused(Example.fdb(1, 0x10000), "port = 0x10000", "16 bits");
    assertRefused(acl().ternary("type", 0, 0x1ffff), "type mask", "16 bits");
    assertRefused(acl().lpm("dst", Value.of(0), 129), "0 to 128 bits");
    assertRefused(acl().range("port", 1, 0x10000), "port = 0x10000", "16 bits");
    assertRefused(acl().optional("vid", 4096), "vid = 0x1000", "12 bits");
  }

  @Test
  void missingPartsAreRefused() {
    assertRefused(TableEntry.of("fdb").exact("fid", 1), "dst_addr is missing");
    assertRefused(Example.fdb(1, 1).action("forward"), "forward lacks port");
  }

  @Test
  void aMatchOfAnotherKindIsRefused() {
    assertRefused(
        TableEntry.of("fdb").exact("fid", 1).ternary("dst_addr", 1, 1),
        "dst_addr is EXACT, not TERNARY");
  }

  @Test
  void priorityIsForKeysThatMayOverlap() {
    assertRefused(Example.fdb(1, 1).priority(1), "priority 1");
    assertRefused(acl().priority(0), "priority 0");
  }

  @Test
  void whatTheProgramFixedIsRefused() {
    assertRefused(TableEntry.ofDefault("acl", Action.of("NoAction")), "default action is const");
    assertRefused(TableEntry.of("truth").exact("hit", 1).action("NoAction"), "entries are const");
    assertRefused(Example.fdb(1, 1).action("flood"), "flood is DEFAULT_ONLY");
  }

  @Test
  void anIdleTimeoutIsForTablesThatHaveThem() {
    TableEntry timed = Example.fdb(1, 1).idleTimeout(Duration.ofSeconds(1));
    assertThat(PIPELINE.canonical(timed))
        .hasToString("fdb{dst_addr=0x1, fid=0x1} -> forward{port=0x1} idle PT1S");
    assertRefused(acl().idleTimeout(Duration.ofSeconds(1)), "acl: no idle timeout", "PT1S");
  }

  @Test
  void matchesThatLeaveAFieldFreeAreLeftOut() {
    assertThat(
            PIPELINE.canonical(
                acl()
                    .ternary("type", 0x800, 0)
                    .lpm("dst", Value.of(V6), 0)
                    .range("port", 0, 0xffff)))
        .isEqualTo(acl());
  }

  @Test
  void bitsThatDoNotCountAreCleared() {
    byte[] host = V6.clone();
    host[0] = 0x20;
    host[15] = 1;
    byte[] net = V6.clone();
    net[0] = 0x20;
    assertThat(PIPELINE.canonical(acl().lpm("dst", Value.of(host), 3)))
        .isEqualTo(acl().lpm("dst", Value.of(net), 3));
    assertThat(acl().ternary("type", 0x0806, 0xff00))
        .isEqualTo(acl().ternary("type", 0x0800, 0xff00));
  }

  @Test
  void anEntryOfEveryKindOfMatchComesBackEqual() {
    byte[] net = V6.clone();
    net[0] = 0x20;
    TableEntry entry =
        TableEntry.of("acl")
            .lpm("dst", Value.of(net), 8)
            .ternary("type", 0x0800, 0xff00)
            .range("port", 0, 1023)
            .optional("vid", 7)
            .priority(5)
            .action(Action.of("set").with("state", 0).with("reason", 255));
    Codec codec = new Codec(PIPELINE);
    assertThat(codec.decode(codec.encode(Update.insert(entry)).getEntity())).isEqualTo(entry);
  }

  @Test
  void theWireFormIsCanonical() {
    io.hairpin.p4runtime.v1.TableEntry wire =
        new Codec(PIPELINE).encode(Update.insert(Example.fdb(0xff, 0))).getEntity().getTableEntry();
    assertThat(wire.getMatchList()).extracting(FieldMatch::getFieldId).containsExactly(2, 1);
    assertThat(wire.getMatch(0).getExact().getValue().toByteArray()).containsExactly(0xff);
    assertThat(wire.getAction().getAction().getParams(0).getValue().toByteArray())
        .containsExactly(0);
  }

  @Test
  void theCookieTellsPipelinesApart() {
    byte[] other = "{ }".getBytes(StandardCharsets.UTF_8);
    assertThat(Pipeline.of(Example.P4_INFO, other).cookie()).isNotEqualTo(PIPELINE.cookie());
    assertThat(Pipeline.of(Example.P4_INFO, other).cookie())
        .isEqualTo(Pipeline.of(Example.P4_INFO, other).cookie());
  }

  @Test
  void aP4InfoThatDoesNotParseIsRefusedWithThePlace() {
    assertThatThrownBy(() -> Pipeline.of("tables {\n  colour: 1\n}", new byte[0]))
        .isInstanceOf(PipelineException.class)
        .hasMessageContaining("2:3");
  }
}
