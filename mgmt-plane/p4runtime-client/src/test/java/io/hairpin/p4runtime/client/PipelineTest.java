package io.hairpin.p4runtime.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hairpin.p4runtime.v1.FieldMatch;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
  void aCellBeyondTheLastIsRefused() {
    var last = new CounterCell("received", 7, 0, 0);
    assertThat(PIPELINE.canonical(last)).isEqualTo(last);
    assertThatThrownBy(() -> PIPELINE.canonical(new CounterCell("received", 8, 0, 0)))
        .isInstanceOf(PipelineException.class)
        .hasMessage("Counter received: the index 8 is not in 0..7");
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

  private static Pipeline changed(String from, String to) {
    assertThat(Example.P4_INFO).contains(from);
    return Pipeline.of(Example.P4_INFO.replace(from, to), new byte[0]);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "version: \"1.2.0\" | version: \"1.9.3\"",
        "size: 64 | size: 1",
        "idle_timeout_behavior: NOTIFY_CONTROL | ''",
        "id: 1 name: \"port\" bitwidth: 9 match_type: EXACT"
            + " | id: 1 name: \"port\" bitwidth: 32 match_type: EXACT",
        "params { id: 1 name: \"port\" bitwidth: 16 } | params { id: 1 name: \"port\" bitwidth: 32"
            + " }",
        "spec { unit: BOTH } size: 8 | spec { unit: BOTH } size: 80",
        "name: \"Ingress.fdb.flood\" alias: \"flood\" | name: \"Ingress.fdb.miss\" alias: \"miss\"",
        "name: \"hit\" | name: \"miss\"",
      })
  void aPipelineWithAllThatIsNeededServes(String from, String to) {
    assertThatCode(() -> changed(from, to).checkServes(PIPELINE)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "version: \"1.2.0\" | version: \"2.0.0\""
            + " | pkg_info: the version is '2.0.0'; one that begins with '1.' is needed",
        "id: 0x02000001 | id: 0x02000009"
            + " | Table fdb has the id 0x02000009; it has to have 0x02000001",
        "name: \"Ingress.acl.acl\" alias: \"acl\" | name: \"Ingress.acl.rules\" alias: \"rules\""
            + " | No table acl; there is",
        "name: \"Ingress.acl.acl\" alias: \"acl\" | name: \"Ingress.a\" alias: \"acl\""
            + " | Table acl is also called a; there has to be no shorter name",
        "name: \"dst_addr\" bitwidth: 48 | name: \"dst\" bitwidth: 48"
            + " | No match field of table fdb.fdb dst_addr; there is dst, fid",
        "name: \"dst_addr\" bitwidth: 48 | name: \"dst_addr\" bitwidth: 32"
            + " | Table fdb: match field dst_addr has 32 bits; it has to have 48",
        "name: \"type\" bitwidth: 16 | name: \"type\" bitwidth: 17"
            + " | Table acl: match field type has 17 bits; it has to have 16",
        "name: \"fid\" bitwidth: 16 match_type: EXACT | name: \"fid\" bitwidth: 16 match_type: LPM"
            + " | Table fdb: match field fid is LPM; it has to be EXACT",
        "match_fields { id: 2 name: \"dst_addr\" | match_fields { id: 9 name: \"vid\" bitwidth: 12"
            + " match_type: EXACT } match_fields { id: 2 name: \"dst_addr\" | The match field of"
            + " table fdb.fdb vid is one too many; there has to be dst_addr, fid",
        "name: \"Ingress.fdb.forward\" alias: \"forward\" | name: \"send\" alias: \"send\""
            + " | No action of table fdb.fdb forward; there is",
        "id: 0x01000001 } | id: 0x01000001 scope: DEFAULT_ONLY }"
            + " | Table fdb: action forward is for the default entry only",
        "params { id: 1 name: \"port\" bitwidth: 16 }"
            + " | params { id: 1 name: \"port\" bitwidth: 9 }"
            + " | The parameter of action forward port has 9 bits; it has to have 16",
        "params { id: 1 name: \"port\" bitwidth: 16 } | ''"
            + " | No parameter of action forward port; there is none",
        "size: 8 | size: 7 | Counter received has 7 cells; it has to have 8 or more",
        "unit: BOTH | unit: BYTES | Counter received is of BYTES; it has to be of BOTH",
        "direct_table_id: 0x02000001 | direct_table_id: 0x02000002"
            + " | Table fdb: it has no direct counter",
        "name: \"Ingress.learn_t\" alias: \"learn_t\" | name: \"Ingress.l\" alias: \"l\""
            + " | No digest learn_t; there is l",
        "name: \"src_addr\" | name: \"addr\" | No member of digest learn_t src_addr; there is",
        "bit { bitwidth: 48 } | bit { bitwidth: 40 }"
            + " | The member of digest learn_t src_addr has 40 bits; it has to have 48",
        "name: \"reason\" bitwidth: 7 | name: \"reason\" bitwidth: 6"
            + " | The metadata field of packet_in reason has 6 bits; it has to have 7",
        "name: \"pad\" bitwidth: 7 } | name: \"pad\" bitwidth: 6 } metadata { id: 3 name: \"more\""
            + " bitwidth: 1 } | The metadata field of packet_out pad has 6 bits; it has to have 7",
        "name: \"pad\" bitwidth: 7 } | name: \"pad\" bitwidth: 7 } metadata { id: 3 name: \"more\""
            + " bitwidth: 1 } | The metadata field of packet_out more is one too many; there has to"
            + " be pad, port",
      })
  void aPipelineThatLacksWhatIsNeededDoesNotServe(String from, String to, String message) {
    assertThatThrownBy(() -> changed(from, to).checkServes(PIPELINE))
        .isInstanceOf(PipelineException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aP4InfoThatDoesNotParseIsRefusedWithThePlace() {
    assertThatThrownBy(() -> Pipeline.of("tables {\n  colour: 1\n}", new byte[0]))
        .isInstanceOf(PipelineException.class)
        .hasMessageContaining("2:3");
  }
}
