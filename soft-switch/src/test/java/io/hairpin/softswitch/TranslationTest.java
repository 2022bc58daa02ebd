package io.hairpin.softswitch;

import static io.hairpin.softswitch.Testbed.entity;
import static io.hairpin.softswitch.Testbed.number;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.hairpin.p4runtime.config.v1.P4NewTypeTranslation;
import io.hairpin.p4runtime.config.v1.PkgInfo;
import io.hairpin.p4runtime.config.v1.PlatformProperties;
import io.hairpin.p4runtime.v1.Action;
import io.hairpin.p4runtime.v1.DigestEntry;
import io.hairpin.p4runtime.v1.Entity;
import io.hairpin.p4runtime.v1.FieldMatch;
import io.hairpin.p4runtime.v1.ForwardingPipelineConfig;
import io.hairpin.p4runtime.v1.GetForwardingPipelineConfigRequest;
import io.hairpin.p4runtime.v1.Index;
import io.hairpin.p4runtime.v1.P4Data;
import io.hairpin.p4runtime.v1.P4StructLike;
import io.hairpin.p4runtime.v1.PacketMetadata;
import io.hairpin.p4runtime.v1.PacketOut;
import io.hairpin.p4runtime.v1.RegisterEntry;
import io.hairpin.p4runtime.v1.SetForwardingPipelineConfigRequest;
import io.hairpin.p4runtime.v1.StreamMessageRequest;
import io.hairpin.p4runtime.v1.TableAction;
import io.hairpin.p4runtime.v1.TableEntry;
import io.hairpin.p4runtime.v1.Update;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Types that clients see otherwise than the program, and P4Data (P4Runtime 8.4), over the program
 * of translated.p4.
 */
class TranslationTest {
  private static final ForwardingPipelineConfig CONFIG = Testbed.config("translated");

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

  private static int id(String alias) {
    return Testbed.id(CONFIG, alias);
  }

  private static ByteString text(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static Entity entry(String table, FieldMatch match, String action, ByteString argument) {
    return entity(
        TableEntry.newBuilder()
            .setTableId(id(table))
            .addMatch(match)
            .setAction(
                TableAction.newBuilder()
                    .setAction(
                        Action.newBuilder()
                            .setActionId(id(action))
                            .addParams(Action.Param.newBuilder().setParamId(1).setValue(argument))))
            .build());
  }

  private static FieldMatch named(String name) {
    return FieldMatch.newBuilder()
        .setFieldId(1)
        .setExact(FieldMatch.Exact.newBuilder().setValue(text(name)))
        .build();
  }

  private static FieldMatch ternary(long value, long mask) {
    return FieldMatch.newBuilder()
        .setFieldId(1)
        .setTernary(FieldMatch.Ternary.newBuilder().setValue(number(value)).setMask(number(mask)))
        .build();
  }

  private static FieldMatch lpm(long value, int length) {
    return FieldMatch.newBuilder()
        .setFieldId(1)
        .setLpm(FieldMatch.LPM.newBuilder().setValue(number(value)).setPrefixLen(length))
        .build();
  }

  private static String frame(int vid, int kind, int value, int result) {
    return "%03x%x%02x%02x".formatted(vid, kind, value, result) + "00".repeat(56);
  }

  private static ForwardingPipelineConfig with(PkgInfo.Builder info) {
    return CONFIG.toBuilder().setP4Info(CONFIG.getP4Info().toBuilder().setPkgInfo(info)).build();
  }

  // Strings

  @Test
  void aMappedNameIsItsNumberInMatchesAndParameters() {
    Entity entry = entry("by_port", named("access"), "send", text("trunk"));
    testbed.write(Update.Type.INSERT, entry);
    testbed.inject(3, frame(1, 1, 0, 0));
    assertThat(testbed.poll()).isEqualTo(new Testbed.Sent(2, frame(1, 1, 0, 0)));
    assertThat(testbed.read(entity(TableEntry.newBuilder().setTableId(id("by_port")).build())))
        .containsExactly(entry);
  }

  @Test
  void aDecimalNumberStandsForItself() {
    Entity entry = entry("by_port", named("1"), "send", text("trunk"));
    testbed.write(Update.Type.INSERT, entry);
    testbed.inject(1, frame(1, 1, 0, 0));
    assertThat(testbed.poll()).isEqualTo(new Testbed.Sent(2, frame(1, 1, 0, 0)));
    assertThat(testbed.read(entry)).containsExactly(entry);
  }

  @Test
  void anyOtherNameIsKeptAndReadBack() {
    Entity entry = entry("by_port", named("eth0"), "send", text("eth1"));
    testbed.write(Update.Type.INSERT, entry);
    assertThat(testbed.read(entry)).containsExactly(entry);
  }

  @Test
  void namesAreRefusedThatCannotBe() {
    assertThat(
            testbed.error(Update.Type.INSERT, entry("by_port", named(""), "send", text("trunk"))))
        .startsWith("OUT_OF_RANGE");
    assertThat(
            testbed.error(
                Update.Type.INSERT, entry("by_port", named("512"), "send", text("trunk"))))
        .startsWith("OUT_OF_RANGE");
    assertThat(
            testbed.error(Update.Type.INSERT, entry("by_port", named("2"), "send", text("trunk"))))
        .startsWith("INVALID_ARGUMENT")
        .contains("trunk");
  }

  @Test
  void packetsHaveNamesInTheirMetadata() throws InterruptedException {
    testbed.inject(3, frame(1, 5, 0, 0));
    testbed.inject(1, frame(1, 5, 0, 0));
    Testbed.Stream primary = testbed.primary();
    assertThat(List.of(primary.take(), primary.take()))
        .extracting(message -> message.getPacket().getMetadata(0).getValue())
        .containsExactly(text("access"), text("1"));
    primary.send(
        StreamMessageRequest.newBuilder()
            .setPacket(
                PacketOut.newBuilder()
                    .setPayload(ByteString.copyFrom(HexFormat.of().parseHex(frame(1, 0, 0, 0))))
                    .addMetadata(
                        PacketMetadata.newBuilder().setMetadataId(1).setValue(text("access")))
                    .addMetadata(PacketMetadata.newBuilder().setMetadataId(2).setValue(number(0))))
            .build());
    assertThat(testbed.awaitSent()).isEqualTo(new Testbed.Sent(3, frame(1, 0, 0, 0)));
  }

  @Test
  void reconcilingKeepsNames() {
    Entity entry = entry("by_port", named("eth0"), "send", text("eth1"));
    testbed.write(Update.Type.INSERT, entry);
    testbed.push(SetForwardingPipelineConfigRequest.Action.RECONCILE_AND_COMMIT, CONFIG);
    assertThat(testbed.read(entry)).containsExactly(entry);
  }

  // Numbers of another width

  @Test
  void aNumberOfAnotherWidthIsTheProgramsNumber() {
    Entity entry = entry("by_vlan", ternary(5, 0xfff), "retag", number(7));
    Entity prioritized = entity(entry.getTableEntry().toBuilder().setPriority(1).build());
    testbed.write(Update.Type.INSERT, prioritized);
    testbed.inject(1, frame(5, 2, 0, 0));
    assertThat(testbed.poll()).isEqualTo(new Testbed.Sent(1, frame(7, 2, 0, 0)));
    assertThat(testbed.read(prioritized)).containsExactly(prioritized);
  }

  @Test
  void aNumberThatTheProgramCannotHoldIsOutOfRange() {
    assertThat(
            testbed.error(
                Update.Type.INSERT, entry("by_prefix", lpm(5, 32), "retag", number(0x1000))))
        .startsWith("OUT_OF_RANGE")
        .contains("12 bits");
  }

  @Test
  void aPrefixCountsTheBitsOfClients() {
    Entity entry = entry("by_prefix", lpm(0x500, 24), "retag", number(7));
    testbed.write(Update.Type.INSERT, entry);
    testbed.inject(1, frame(0x5aa, 3, 0, 0));
    assertThat(testbed.poll()).isEqualTo(new Testbed.Sent(1, frame(7, 3, 0, 0)));
    testbed.inject(1, frame(0x6aa, 3, 0, 0));
    assertThat(testbed.poll()).isNull();
    assertThat(testbed.read(entry)).containsExactly(entry);
    assertThat(
            testbed.error(Update.Type.INSERT, entry("by_prefix", lpm(0, 20), "retag", number(7))))
        .startsWith("INVALID_ARGUMENT");
  }

  @Test
  void aTypeWhoseWidthIsNotItsFieldsIsRefused() {
    var info = CONFIG.getP4Info().toBuilder();
    info.getTypeInfoBuilder()
        .putNewTypes(
            "vlan_t",
            info.getTypeInfo().getNewTypesOrThrow("vlan_t").toBuilder()
                .setTranslatedType(P4NewTypeTranslation.newBuilder().setSdnBitwidth(16))
                .build());
    assertRefused(CONFIG.toBuilder().setP4Info(info).build(), "32 bits in P4Info, 16");
  }

  private void assertRefused(ForwardingPipelineConfig config, String words) {
    assertThatThrownBy(() -> testbed.push(SetForwardingPipelineConfigRequest.Action.VERIFY, config))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContainingAll("INVALID_ARGUMENT", words);
  }

  // Data

  @Test
  void aDigestCarriesItsTypes() {
    testbed.write(
        Update.Type.INSERT,
        Entity.newBuilder()
            .setDigestEntry(
                DigestEntry.newBuilder()
                    .setDigestId(id("sample_t"))
                    .setConfig(DigestEntry.Config.newBuilder().setMaxListSize(1)))
            .build());
    testbed.inject(1, frame(0x123, 4, 0xfe, 2));
    Testbed.Stream primary = testbed.primary();
    P4Data inner =
        P4Data.newBuilder()
            .setStruct(
                P4StructLike.newBuilder()
                    .addMembers(P4Data.newBuilder().setBitstring(ByteString.fromHex("fe")))
                    .addMembers(P4Data.newBuilder().setBool(false)))
            .build();
    assertThat(primary.take().getDigest().getDataList())
        .containsExactly(
            P4Data.newBuilder()
                .setStruct(
                    P4StructLike.newBuilder()
                        .addMembers(P4Data.newBuilder().setBitstring(number(0x123)))
                        .addMembers(inner)
                        .addMembers(P4Data.newBuilder().setEnumValue(number(2))))
                .build());
  }

  @Test
  void aSignedRegisterHasNumbersInTwosComplement() {
    testbed.write(Update.Type.MODIFY, level("ffff9d"));
    testbed.inject(1, frame(0, 6, 0, 0));
    assertThat(testbed.poll()).isEqualTo(new Testbed.Sent(1, frame(0, 6, 0, 0x9d)));
    assertThat(testbed.read(level("00"))).containsExactly(level("9d"));
    assertThat(testbed.error(Update.Type.MODIFY, level("009d"))).startsWith("OUT_OF_RANGE");
    assertThat(testbed.error(Update.Type.MODIFY, level(""))).startsWith("OUT_OF_RANGE");
  }

  private static Entity level(String bytes) {
    return Entity.newBuilder()
        .setRegisterEntry(
            RegisterEntry.newBuilder()
                .setRegisterId(id("levels"))
                .setIndex(Index.newBuilder().setIndex(0))
                .setData(P4Data.newBuilder().setBitstring(ByteString.fromHex(bytes))))
        .build();
  }

  @Test
  void dataOfAnotherTypeAreRefused() {
    Entity wrong =
        Entity.newBuilder()
            .setRegisterEntry(
                level("00").getRegisterEntry().toBuilder()
                    .setData(P4Data.newBuilder().setBool(true)))
            .build();
    assertThat(testbed.error(Update.Type.MODIFY, wrong)).startsWith("INVALID_ARGUMENT");
  }

  // Packages

  @Test
  void thePackagesInfoIsReadBack() {
    var response =
        testbed.stub.getForwardingPipelineConfig(
            GetForwardingPipelineConfigRequest.newBuilder().setDeviceId(Testbed.DEVICE).build());
    assertThat(response.getConfig().getP4Info().getPkgInfo())
        .extracting(PkgInfo::getName, PkgInfo::getVersion, PkgInfo::getArch)
        .containsExactly("translated", "3", "v1model");
  }

  @Test
  void aProgramForAnotherArchitectureIsRefused() {
    assertRefused(with(PkgInfo.newBuilder().setArch("psa")), "architecture 'psa'");
  }

  @Test
  void aProgramThatWantsMoreGroupsThanThereAreIsRefused() {
    assertRefused(
        with(
            PkgInfo.newBuilder()
                .setPlatformProperties(
                    PlatformProperties.newBuilder().setMulticastGroupTableSize(70_000))),
        "70000 multicast groups");
  }
}
