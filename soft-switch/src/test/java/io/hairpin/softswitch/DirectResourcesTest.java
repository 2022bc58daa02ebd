package io.hairpin.softswitch;

import static io.hairpin.softswitch.Testbed.entity;
import static io.hairpin.softswitch.Testbed.exact;
import static io.hairpin.softswitch.Testbed.number;
import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.p4runtime.v1.Action;
import io.hairpin.p4runtime.v1.CounterData;
import io.hairpin.p4runtime.v1.DirectCounterEntry;
import io.hairpin.p4runtime.v1.DirectMeterEntry;
import io.hairpin.p4runtime.v1.Entity;
import io.hairpin.p4runtime.v1.FieldMatch;
import io.hairpin.p4runtime.v1.ForwardingPipelineConfig;
import io.hairpin.p4runtime.v1.Index;
import io.hairpin.p4runtime.v1.MeterConfig;
import io.hairpin.p4runtime.v1.MeterCounterData;
import io.hairpin.p4runtime.v1.MeterEntry;
import io.hairpin.p4runtime.v1.SetForwardingPipelineConfigRequest;
import io.hairpin.p4runtime.v1.TableAction;
import io.hairpin.p4runtime.v1.TableEntry;
import io.hairpin.p4runtime.v1.Update;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Counters and meters of entries and of the default entry, meters of every type, tables that the
 * program fills (P4Runtime 9.1 to 9.4), over the program of profiles.p4.
 */
class DirectResourcesTest {
  private static final ForwardingPipelineConfig CONFIG = Testbed.config("profiles");
  private static final MeterConfig ONE_AND_ONE =
      MeterConfig.newBuilder().setCburst(1).setPburst(1).setEburst(1).build();

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

  private String result(int kind, int index) {
    testbed.inject(1, "%02x%02x0000".formatted(kind, index) + "00".repeat(56));
    Testbed.Sent sent = testbed.poll();
    return sent == null ? "dropped" : sent.frame().substring(6, 8);
  }

  private static int id(String alias) {
    return Testbed.id(CONFIG, alias);
  }

  private static TableAction action(String name, int... arguments) {
    var action = Action.newBuilder().setActionId(id(name));
    for (int i = 0; i < arguments.length; i++) {
      action.addParams(Action.Param.newBuilder().setParamId(i + 1).setValue(number(arguments[i])));
    }
    return TableAction.newBuilder().setAction(action).build();
  }

  private static TableEntry measured(int index) {
    return TableEntry.newBuilder()
        .setTableId(id("measured"))
        .addMatch(exact(1, index))
        .setAction(action("metered"))
        .build();
  }

  private static TableEntry miss() {
    return TableEntry.newBuilder().setTableId(id("measured")).setIsDefaultAction(true).build();
  }

  private static TableEntry asking(TableEntry entry) {
    return entry.toBuilder()
        .clearAction()
        .setMeterConfig(MeterConfig.getDefaultInstance())
        .setCounterData(CounterData.getDefaultInstance())
        .setMeterCounterData(MeterCounterData.getDefaultInstance())
        .build();
  }

  private TableEntry read(TableEntry entry) {
    return testbed.read(entity(entry)).getFirst().getTableEntry();
  }

  private static CounterData frames(int number) {
    return CounterData.newBuilder().setPacketCount(number).setByteCount(60L * number).build();
  }

  private static MeterCounterData colours(int green, int yellow, int red) {
    return MeterCounterData.newBuilder()
        .setGreen(frames(green))
        .setYellow(frames(yellow))
        .setRed(frames(red))
        .build();
  }

  private static Entity single(MeterConfig config) {
    return Entity.newBuilder()
        .setMeterEntry(
            MeterEntry.newBuilder()
                .setMeterId(id("single"))
                .setIndex(Index.newBuilder().setIndex(0))
                .setConfig(config))
        .build();
  }

  @Test
  void aSingleRateMeterOfThreeColoursHasAnExcessBurst() {
    testbed.write(
        Update.Type.INSERT, entity(measured(1).toBuilder().setMeterConfig(ONE_AND_ONE).build()));
    assertThat(List.of(result(4, 1), result(4, 1), result(4, 1))).containsExactly("00", "01", "02");
    assertThat(read(asking(measured(1))).getMeterConfig()).isEqualTo(ONE_AND_ONE);
  }

  @Test
  void aSingleRateMeterOfTwoColoursHasNone() {
    MeterConfig one = ONE_AND_ONE.toBuilder().clearEburst().build();
    testbed.write(Update.Type.MODIFY, single(one));
    assertThat(List.of(result(9, 0), result(9, 0))).containsExactly("00", "02");
    assertThat(testbed.error(Update.Type.MODIFY, single(ONE_AND_ONE)))
        .startsWith("INVALID_ARGUMENT")
        .contains("eburst 1");
    assertThat(testbed.error(Update.Type.MODIFY, single(one.toBuilder().setPir(5).build())))
        .startsWith("INVALID_ARGUMENT")
        .contains("single rate");
  }

  @Test
  void aMeterCountsWhatItColours() {
    testbed.write(
        Update.Type.INSERT, entity(measured(1).toBuilder().setMeterConfig(ONE_AND_ONE).build()));
    for (int i = 0; i < 5; i++) {
      result(4, 1);
    }
    assertThat(read(asking(measured(1))).getMeterCounterData()).isEqualTo(colours(1, 1, 3));
    Entity alone =
        Entity.newBuilder()
            .setDirectMeterEntry(
                DirectMeterEntry.newBuilder()
                    .setTableEntry(measured(1).toBuilder().clearAction())
                    .setCounterData(MeterCounterData.getDefaultInstance()))
            .build();
    DirectMeterEntry found = testbed.read(alone).getFirst().getDirectMeterEntry();
    assertThat(found.getCounterData()).isEqualTo(colours(1, 1, 3));
    assertThat(found.getConfig()).isEqualTo(ONE_AND_ONE);
    testbed.write(Update.Type.MODIFY, alone);
    assertThat(read(asking(measured(1))).getMeterCounterData()).isEqualTo(colours(0, 0, 0));
  }

  @Test
  void anIndexedMeterCountsWhatItColours() {
    result(9, 0);
    MeterEntry.Builder entry = single(ONE_AND_ONE).getMeterEntry().toBuilder().clearConfig();
    Entity asking =
        Entity.newBuilder()
            .setMeterEntry(entry.setCounterData(MeterCounterData.getDefaultInstance()))
            .build();
    assertThat(testbed.read(asking).getFirst().getMeterEntry().getCounterData())
        .isEqualTo(colours(1, 0, 0));
    testbed.write(Update.Type.MODIFY, asking);
    assertThat(testbed.read(asking).getFirst().getMeterEntry().getCounterData())
        .isEqualTo(colours(0, 0, 0));
  }

  @Test
  void theCountersOfColoursAreOnlyCleared() {
    TableEntry set = measured(1).toBuilder().setMeterCounterData(colours(1, 0, 0)).build();
    assertThat(testbed.error(Update.Type.INSERT, entity(set))).startsWith("INVALID_ARGUMENT");
  }

  @Test
  void theDefaultEntryIsCountedAndMetered() {
    testbed.write(
        Update.Type.MODIFY,
        entity(
            miss().toBuilder()
                .setAction(action("metered"))
                .setMeterConfig(ONE_AND_ONE)
                .setCounterData(CounterData.newBuilder().setPacketCount(40))
                .build()));
    assertThat(List.of(result(4, 7), result(4, 8), result(4, 9))).containsExactly("00", "01", "02");
    TableEntry found = read(asking(miss()));
    assertThat(found.getMeterConfig()).isEqualTo(ONE_AND_ONE);
    assertThat(found.getCounterData())
        .isEqualTo(CounterData.newBuilder().setPacketCount(43).setByteCount(180).build());
    assertThat(found.getMeterCounterData()).isEqualTo(colours(1, 1, 1));
  }

  @Test
  void theDefaultEntrysResourcesAreReadAndWrittenAlone() {
    Entity meter =
        Entity.newBuilder()
            .setDirectMeterEntry(
                DirectMeterEntry.newBuilder().setTableEntry(miss()).setConfig(ONE_AND_ONE))
            .build();
    Entity counter =
        Entity.newBuilder()
            .setDirectCounterEntry(
                DirectCounterEntry.newBuilder().setTableEntry(miss()).setData(frames(3)))
            .build();
    testbed.write(Update.Type.MODIFY, meter, counter);
    assertThat(testbed.read(meter)).containsExactly(meter);
    assertThat(testbed.read(counter)).containsExactly(counter);
  }

  @Test
  void resettingTheDefaultEntryResetsItsMeter() {
    TableEntry entry =
        miss().toBuilder().setAction(action("metered")).setMeterConfig(ONE_AND_ONE).build();
    testbed.write(Update.Type.MODIFY, entity(entry));
    testbed.write(Update.Type.MODIFY, entity(miss()));
    assertThat(read(asking(miss())).hasMeterConfig()).isFalse();
  }

  @Test
  void directCountersAreReadForATableAndForAll() {
    testbed.write(Update.Type.INSERT, entity(measured(1)), entity(measured(2)));
    result(4, 2);
    var all = DirectCounterEntry.newBuilder();
    assertThat(testbed.read(Entity.newBuilder().setDirectCounterEntry(all).build()))
        .extracting(found -> found.getDirectCounterEntry().getData())
        .containsExactlyInAnyOrder(frames(0), frames(1));
    all.setTableEntry(TableEntry.newBuilder().setTableId(id("measured")));
    assertThat(testbed.read(Entity.newBuilder().setDirectCounterEntry(all).build())).hasSize(2);
    var meters = DirectMeterEntry.newBuilder();
    assertThat(testbed.read(Entity.newBuilder().setDirectMeterEntry(meters).build())).hasSize(2);
  }

  @Test
  void aTableWithoutAKeyTakesNoEntry() {
    TableEntry entry =
        TableEntry.newBuilder().setTableId(id("keyless")).setAction(action("answer", 1)).build();
    assertThat(testbed.error(Update.Type.INSERT, entity(entry))).startsWith("INVALID_ARGUMENT");
    testbed.write(Update.Type.MODIFY, entity(entry.toBuilder().setIsDefaultAction(true).build()));
    assertThat(result(8, 0)).isEqualTo("01");
  }

  @Test
  void entriesThatTheProgramBeginsWithAreReadChangedAndDeleted() {
    TableEntry all = TableEntry.newBuilder().setTableId(id("begun")).build();
    assertThat(testbed.read(entity(all)))
        .hasSize(2)
        .allSatisfy(found -> assertThat(found.getTableEntry().getIsConst()).isFalse());
    assertThat(List.of(result(5, 1), result(5, 0x12))).containsExactly("0b", "0c");
    TableEntry first =
        testbed.read(entity(all)).stream()
            .map(Entity::getTableEntry)
            .filter(entry -> entry.getMatch(0).getTernary().getValue().equals(number(1)))
            .findFirst()
            .orElseThrow();
    testbed.write(
        Update.Type.MODIFY, entity(first.toBuilder().setAction(action("answer", 9)).build()));
    assertThat(result(5, 1)).isEqualTo("09");
    testbed.write(Update.Type.DELETE, entity(first));
    assertThat(result(5, 1)).isEqualTo("dropped");
    FieldMatch.Builder other = first.getMatch(0).toBuilder();
    other.getTernaryBuilder().setValue(number(3));
    testbed.write(Update.Type.INSERT, entity(first.toBuilder().setMatch(0, other).build()));
    assertThat(Objects.requireNonNull(result(5, 3))).isEqualTo("0b");
  }
}
