package io.hairpin.softswitch;

import static io.hairpin.softswitch.Testbed.entity;
import static io.hairpin.softswitch.Testbed.exact;
import static io.hairpin.softswitch.Testbed.number;
import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.p4runtime.config.v1.P4Info;
import io.hairpin.p4runtime.v1.Action;
import io.hairpin.p4runtime.v1.DirectMeterEntry;
import io.hairpin.p4runtime.v1.Entity;
import io.hairpin.p4runtime.v1.FieldMatch;
import io.hairpin.p4runtime.v1.ForwardingPipelineConfig;
import io.hairpin.p4runtime.v1.IdleTimeoutNotification;
import io.hairpin.p4runtime.v1.Index;
import io.hairpin.p4runtime.v1.MeterConfig;
import io.hairpin.p4runtime.v1.MeterEntry;
import io.hairpin.p4runtime.v1.P4Data;
import io.hairpin.p4runtime.v1.RegisterEntry;
import io.hairpin.p4runtime.v1.SetForwardingPipelineConfigRequest;
import io.hairpin.p4runtime.v1.TableAction;
import io.hairpin.p4runtime.v1.TableEntry;
import io.hairpin.p4runtime.v1.Update;
import io.hairpin.p4runtime.v1.ValueSetEntry;
import io.hairpin.p4runtime.v1.ValueSetMember;
import java.io.IOException;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Meters, registers, value sets and idle time-outs, over the program of entities.p4. */
class ResourceEntriesTest {
  private static final ForwardingPipelineConfig CONFIG = Testbed.config("entities");
  private static final P4Info INFO = CONFIG.getP4Info();
  private static final MeterConfig ONE_FRAME =
      MeterConfig.newBuilder().setCir(0).setCburst(1).setPir(0).setPburst(2).build();

  private Testbed testbed;

  @BeforeEach
  void start() throws IOException {
    testbed = Testbed.running();
    testbed.push(SetForwardingPipelineConfigRequest.Action.VERIFY_AND_COMMIT, CONFIG);
  }

  @AfterEach
  void stop() {
    testbed.close();
  }

  /** What the program answers to a request. */
  private String result(int kind, int index) {
    testbed.inject(1, "%02x%02x00".formatted(kind, index) + "00".repeat(57));
    return Objects.requireNonNull(testbed.poll()).frame().substring(4, 6);
  }

  private static Entity meter(int index, MeterConfig config) {
    return Entity.newBuilder()
        .setMeterEntry(
            MeterEntry.newBuilder()
                .setMeterId(INFO.getMeters(0).getPreamble().getId())
                .setIndex(Index.newBuilder().setIndex(index))
                .setConfig(config))
        .build();
  }

  private static TableEntry entry(int index) {
    return TableEntry.newBuilder()
        .setTableId(INFO.getTables(0).getPreamble().getId())
        .addMatch(exact(1, index))
        .setAction(
            TableAction.newBuilder()
                .setAction(Action.newBuilder().setActionId(actionId("metered"))))
        .build();
  }

  private static int actionId(String alias) {
    return INFO.getActionsList().stream()
        .filter(action -> action.getPreamble().getAlias().equals(alias))
        .findFirst()
        .orElseThrow()
        .getPreamble()
        .getId();
  }

  private static Entity register(int index, long value) {
    return Entity.newBuilder()
        .setRegisterEntry(
            RegisterEntry.newBuilder()
                .setRegisterId(INFO.getRegisters(0).getPreamble().getId())
                .setIndex(Index.newBuilder().setIndex(index))
                .setData(P4Data.newBuilder().setBitstring(number(value))))
        .build();
  }

  private static Entity valueSet(ValueSetMember... members) {
    var set = ValueSetEntry.newBuilder().setValueSetId(INFO.getValueSets(0).getPreamble().getId());
    for (ValueSetMember member : members) {
      set.addMembers(member);
    }
    return Entity.newBuilder().setValueSetEntry(set).build();
  }

  private static ValueSetMember member(int kind, int index, int mask) {
    return ValueSetMember.newBuilder()
        .addMatch(exact(1, kind))
        .addMatch(
            FieldMatch.newBuilder()
                .setFieldId(2)
                .setTernary(
                    FieldMatch.Ternary.newBuilder().setValue(number(index)).setMask(number(mask))))
        .build();
  }

  @Test
  void aMeterColoursWhatExceedsItsBursts() {
    testbed.write(Update.Type.MODIFY, meter(2, ONE_FRAME));
    assertThat(result(1, 2)).isEqualTo("00");
    assertThat(result(1, 2)).isEqualTo("01");
    assertThat(result(1, 2)).isEqualTo("02");
    assertThat(result(1, 1)).isEqualTo("00");
  }

  @Test
  void aMeterIsReadBackAndReset() {
    testbed.write(Update.Type.MODIFY, meter(2, ONE_FRAME));
    assertThat(testbed.read(meter(2, ONE_FRAME))).containsExactly(meter(2, ONE_FRAME));
    assertThat(
            testbed.read(
                Entity.newBuilder().setMeterEntry(MeterEntry.getDefaultInstance()).build()))
        .hasSize(4);
    Entity reset =
        Entity.newBuilder()
            .setMeterEntry(meter(2, ONE_FRAME).getMeterEntry().toBuilder().clearConfig())
            .build();
    testbed.write(Update.Type.MODIFY, reset);
    assertThat(testbed.read(reset)).containsExactly(reset);
  }

  @Test
  void anExcessBurstIsRefusedForTwoRates() {
    assertThat(
            testbed.error(Update.Type.MODIFY, meter(2, ONE_FRAME.toBuilder().setEburst(1).build())))
        .startsWith("INVALID_ARGUMENT")
        .contains("eburst 1");
  }

  @Test
  void aDirectMeterColoursHits() {
    testbed.write(
        Update.Type.INSERT, entity(entry(3).toBuilder().setMeterConfig(ONE_FRAME).build()));
    assertThat(result(2, 3)).isEqualTo("00");
    assertThat(result(2, 3)).isEqualTo("01");
  }

  @Test
  void aDirectMeterIsReadBackBothWaysAndReset() {
    testbed.write(
        Update.Type.INSERT, entity(entry(3).toBuilder().setMeterConfig(ONE_FRAME).build()));
    DirectMeterEntry meter =
        DirectMeterEntry.newBuilder()
            .setTableEntry(entry(3).toBuilder().clearAction())
            .setConfig(ONE_FRAME)
            .build();
    Entity direct = Entity.newBuilder().setDirectMeterEntry(meter).build();
    assertThat(testbed.read(direct)).containsExactly(direct);
    TableEntry asking =
        entry(3).toBuilder().setMeterConfig(MeterConfig.getDefaultInstance()).build();
    assertThat(testbed.read(entity(asking)))
        .extracting(found -> found.getTableEntry().getMeterConfig())
        .containsExactly(ONE_FRAME);
    testbed.write(Update.Type.MODIFY, entity(entry(3)));
    assertThat(testbed.read(entity(asking)))
        .extracting(found -> found.getTableEntry().hasMeterConfig())
        .containsExactly(false);
  }

  @Test
  void aRegisterIsWrittenForTheProgramAndReadBack() {
    testbed.write(Update.Type.MODIFY, register(1, 0x5a));
    assertThat(result(3, 1)).isEqualTo("5a");
    assertThat(testbed.read(register(1, 0))).containsExactly(register(1, 0x5a));
    assertThat(
            testbed.read(
                Entity.newBuilder().setRegisterEntry(RegisterEntry.getDefaultInstance()).build()))
        .hasSize(4);
  }

  @Test
  void aRegisterIsOnlyModifiedAndWithinItsBounds() {
    assertThat(testbed.error(Update.Type.INSERT, register(1, 1))).startsWith("INVALID_ARGUMENT");
    assertThat(testbed.error(Update.Type.MODIFY, register(4, 1))).startsWith("OUT_OF_RANGE");
    assertThat(testbed.error(Update.Type.MODIFY, register(1, 256))).startsWith("OUT_OF_RANGE");
  }

  @Test
  void aValueSetSelectsAParserState() {
    assertThat(result(9, 0x15)).isEqualTo("00");
    testbed.write(Update.Type.MODIFY, valueSet(member(9, 0x10, 0xf0)));
    assertThat(result(9, 0x15)).isEqualTo("aa");
    testbed.write(Update.Type.MODIFY, valueSet());
    assertThat(result(9, 0x15)).isEqualTo("00");
  }

  @Test
  void aValueSetIsReadBackAsWritten() {
    Entity set = valueSet(member(9, 0x10, 0xf0), member(7, 1, 0xff));
    testbed.write(Update.Type.MODIFY, set);
    assertThat(testbed.read(valueSet())).containsExactly(set);
  }

  @Test
  void aValueSetTakesNoMoreThanItHoldsAndNothingTwice() {
    assertThat(
            testbed.error(
                Update.Type.MODIFY,
                valueSet(member(1, 1, 0xff), member(2, 1, 0xff), member(3, 1, 0xff))))
        .startsWith("RESOURCE_EXHAUSTED");
    assertThat(testbed.error(Update.Type.MODIFY, valueSet(member(1, 1, 0xff), member(1, 1, 0xff))))
        .startsWith("ALREADY_EXISTS");
  }

  @Test
  void anIdleEntryIsReportedAgainAndAgain() {
    TableEntry idle = entry(3).toBuilder().setIdleTimeoutNs(1_000_001).build();
    testbed.write(Update.Type.INSERT, entity(idle), entity(entry(4)));
    for (int i = 0; i < 2; i++) {
      IdleTimeoutNotification notification = testbed.primary().take().getIdleTimeoutNotification();
      assertThat(notification.getTableEntryList())
          .containsExactly(idle.toBuilder().clearAction().build());
    }
  }

  @Test
  void theTimeSinceTheLastHitIsThereWhenAsked() {
    testbed.write(Update.Type.INSERT, entity(entry(3)));
    TableEntry.Builder asking = entry(3).toBuilder();
    asking.getTimeSinceLastHitBuilder();
    assertThat(testbed.read(entity(asking.build())))
        .extracting(found -> found.getTableEntry().hasTimeSinceLastHit())
        .containsExactly(true);
    assertThat(testbed.read(entity(entry(3)))).containsExactly(entity(entry(3)));
  }
}
