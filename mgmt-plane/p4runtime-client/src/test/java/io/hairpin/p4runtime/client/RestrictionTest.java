package io.hairpin.p4runtime.client;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RestrictionTest {

  private static Pipeline pipeline(String restriction) {
    return Pipeline.of(
        """
        tables {
          preamble {
            id: 0x02000001 name: "acl" alias: "acl"
            annotations: "@entry_restriction(\\"%s\\")"
          }
          match_fields { id: 1 name: "list" bitwidth: 12 match_type: EXACT }
          match_fields { id: 2 name: "ip" bitwidth: 2 match_type: TERNARY }
          match_fields { id: 3 name: "port" bitwidth: 16 match_type: RANGE }
          match_fields { id: 4 name: "dst" bitwidth: 32 match_type: LPM }
          match_fields { id: 5 name: "vid" bitwidth: 12 match_type: OPTIONAL }
          action_refs { id: 0x01000001 }
        }
        actions { preamble { id: 0x01000001 name: "drop" alias: "drop" } }
        """
            .formatted(restriction),
        new byte[0]);
  }

  private static Pipeline pipelineOfAction(String restriction) {
    return Pipeline.of(
        """
        tables {
          preamble { id: 0x02000001 name: "mirror" alias: "mirror" }
          match_fields { id: 1 name: "session" bitwidth: 4 match_type: EXACT }
          action_refs { id: 0x01000001 }
        }
        actions {
          preamble {
            id: 0x01000001 name: "copy" alias: "copy"
            annotations: "@action_restriction(\\"%s\\")"
          }
          params { id: 1 name: "length" bitwidth: 16 }
        }
        """
            .formatted(restriction),
        new byte[0]);
  }

  private static TableEntry entry() {
    return TableEntry.of("acl").exact("list", 1).priority(7).action("drop");
  }

  private static void assertLegal(String restriction, TableEntry entry) {
    assertThatCode(() -> pipeline(restriction).canonical(entry)).doesNotThrowAnyException();
  }

  private static void assertIllegal(String restriction, TableEntry entry) {
    assertThatThrownBy(() -> pipeline(restriction).canonical(entry))
        .isInstanceOf(PipelineException.class)
        .hasMessageContaining("is illegal");
  }

  @Test
  void anExactFieldIsItsValue() {
    assertLegal("list != 0", entry());
    assertIllegal("list != 1;", entry());
    assertIllegal("list > 0x1", entry());
    assertLegal("list >= 0b1 && list <= 4095", entry());
  }

  @Test
  void aTernaryFieldHasAValueOnlyWhereAllOfItIsGiven() {
    assertLegal("ip == 2", entry().ternary("ip", 2, 3));
    assertIllegal("ip == 2", entry().ternary("ip", 2, 2));
    assertIllegal("ip == 0", entry());
    assertLegal("ip != 0", entry());
    assertLegal("ip::mask == 2 && ip::value == 2", entry().ternary("ip", 2, 2));
    assertLegal("ip::mask == 0", entry());
  }

  @Test
  void aRangeFieldHasTwoEnds() {
    assertLegal("port::low == 0 && port::high == 65535", entry());
    assertLegal("port::low >= 5 && port::high < 9", entry().range("port", 5, 8));
    assertIllegal("port == 5", entry().range("port", 5, 8));
    assertLegal("port == 5", entry().range("port", 5, 5));
  }

  @Test
  void aPrefixHasALength() {
    assertLegal("dst::prefix_length == 8", entry().lpm("dst", Value.of(10 << 24), 8));
    assertIllegal("dst::prefix_length > 0", entry());
  }

  @Test
  void anOptionalFieldIsThereOrNot() {
    assertLegal("vid == 4", entry().optional("vid", 4));
    assertIllegal("vid == 0", entry());
  }

  @Test
  void thePriorityCounts() {
    assertLegal("::priority == 7", entry());
    assertIllegal("::priority < 7", entry());
  }

  @Test
  void anImplicationHoldsWhereItsConditionDoesNot() {
    String restriction = "ip::mask != 0 -> ip == 1 || ip == 2";
    assertLegal(restriction, entry());
    assertLegal(restriction, entry().ternary("ip", 2, 3));
    assertIllegal(restriction, entry().ternary("ip", 3, 3));
  }

  @Test
  void notAndParenthesesGroup() {
    assertLegal("!(list == 2 && ip == 1)", entry());
    assertIllegal("!(list == 1 || ip == 1)", entry());
    assertLegal("list == 1 || list == 2 && list == 3", entry());
    assertIllegal("(list == 1 || list == 2) && list == 3", entry());
  }

  @Test
  void everyClauseHoldsAndTheOneThatDoesNotIsNamed() {
    assertThatThrownBy(
            () -> pipeline("// A comment.\\nlist != 0;\\n list  < 1;\\n").canonical(entry()))
        .hasMessageContaining("Table acl")
        .hasMessageContaining("list < 1");
  }

  @Test
  void anIllegalEntryCannotBeDeletedEither() {
    assertThatThrownBy(() -> pipeline("list != 1").canonical(entry().key()))
        .isInstanceOf(PipelineException.class);
  }

  @Test
  void aParameterOfAnActionIsItsValue() {
    Pipeline pipeline = pipelineOfAction("length == 65535;");
    TableEntry mirror = TableEntry.of("mirror").exact("session", 1);

    assertThatCode(() -> pipeline.canonical(mirror)).doesNotThrowAnyException();
    assertThatCode(() -> pipeline.canonical(mirror.action(Action.of("copy").with("length", 65535))))
        .doesNotThrowAnyException();
    assertThatThrownBy(
            () -> pipeline.canonical(mirror.action(Action.of("copy").with("length", 128))))
        .isInstanceOf(PipelineException.class)
        .hasMessageContaining("Table mirror")
        .hasMessageContaining("the program demands of action copy length == 65535");
  }

  @Test
  void aFieldIsNotOfAnAction() {
    assertThatThrownBy(() -> pipelineOfAction("session != 0"))
        .isInstanceOf(PipelineException.class)
        .hasMessageContaining("The restriction of action copy cannot be read")
        .hasMessageContaining("[length]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lisp != 0",
        "list",
        "list !=",
        "list = 0",
        "(list != 0",
        "ip::low == 0",
        "list::mask == 0",
        "port::prefix_length == 0",
        "list != 0 list != 1",
        "ip::top == 0"
      })
  void aRestrictionThatCannotBeReadIsAnError(String restriction) {
    assertThatThrownBy(() -> pipeline(restriction))
        .isInstanceOf(PipelineException.class)
        .hasMessageContaining("cannot be read");
  }
}
