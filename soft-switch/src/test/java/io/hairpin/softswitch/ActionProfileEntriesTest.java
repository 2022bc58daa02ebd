package io.hairpin.softswitch;

import static io.hairpin.softswitch.Testbed.entity;
import static io.hairpin.softswitch.Testbed.exact;
import static io.hairpin.softswitch.Testbed.number;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.hairpin.p4runtime.v1.Action;
import io.hairpin.p4runtime.v1.ActionProfileAction;
import io.hairpin.p4runtime.v1.ActionProfileActionSet;
import io.hairpin.p4runtime.v1.ActionProfileActionSet.ActionSelectionMode;
import io.hairpin.p4runtime.v1.ActionProfileActionSet.SizeSemantics;
import io.hairpin.p4runtime.v1.ActionProfileGroup;
import io.hairpin.p4runtime.v1.ActionProfileMember;
import io.hairpin.p4runtime.v1.Entity;
import io.hairpin.p4runtime.v1.ForwardingPipelineConfig;
import io.hairpin.p4runtime.v1.SetForwardingPipelineConfigRequest;
import io.hairpin.p4runtime.v1.TableAction;
import io.hairpin.p4runtime.v1.TableEntry;
import io.hairpin.p4runtime.v1.Update;
import io.hairpin.softswitch.port.Link;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Members, groups and one shots (P4Runtime 9.2), over the program of profiles.p4. */
class ActionProfileEntriesTest {
  private static final ForwardingPipelineConfig CONFIG = Testbed.config("profiles");
  private static final int MEMBERS = 1;
  private static final int WEIGHTS = 2;
  private static final int NUMBERS = 3;

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

  private static Action answer(int value) {
    return Action.newBuilder()
        .setActionId(id("answer"))
        .addParams(Action.Param.newBuilder().setParamId(1).setValue(number(value)))
        .build();
  }

  private static Entity member(String profile, int id, int value) {
    return Entity.newBuilder()
        .setActionProfileMember(
            ActionProfileMember.newBuilder()
                .setActionProfileId(id(profile))
                .setMemberId(id)
                .setAction(answer(value)))
        .build();
  }

  private static ActionProfileGroup.Member share(int member, int weight) {
    return ActionProfileGroup.Member.newBuilder().setMemberId(member).setWeight(weight).build();
  }

  private static ActionProfileGroup.Member watching(int member, int port) {
    return share(member, 1).toBuilder().setWatchPort(number(port)).build();
  }

  private static Entity group(
      String profile, int id, int maxSize, ActionProfileGroup.Member... members) {
    return Entity.newBuilder()
        .setActionProfileGroup(
            ActionProfileGroup.newBuilder()
                .setActionProfileId(id(profile))
                .setGroupId(id)
                .setMaxSize(maxSize)
                .addAllMembers(List.of(members)))
        .build();
  }

  private static Entity entry(String table, int index, TableAction.Builder action) {
    return entity(
        TableEntry.newBuilder()
            .setTableId(id(table))
            .addMatch(exact(1, index))
            .setAction(action)
            .build());
  }

  private static TableAction.Builder toMember(int id) {
    return TableAction.newBuilder().setActionProfileMemberId(id);
  }

  private static TableAction.Builder toGroup(int id) {
    return TableAction.newBuilder().setActionProfileGroupId(id);
  }

  private static ActionProfileAction part(int value, int weight) {
    return ActionProfileAction.newBuilder().setAction(answer(value)).setWeight(weight).build();
  }

  private static TableAction.Builder set(ActionProfileAction... parts) {
    return TableAction.newBuilder()
        .setActionProfileActionSet(
            ActionProfileActionSet.newBuilder().addAllActionProfileActions(List.of(parts)));
  }

  /** What frames of the flows 0 to n - 1 are answered with; -1 for those that are dropped. */
  private List<Integer> answers(int kind, int index, int flows) {
    var answers = new ArrayList<Integer>();
    for (int flow = 0; flow < flows; flow++) {
      testbed.inject(1, "%02x%02x%02x00".formatted(kind, index, flow) + "00".repeat(56));
      Testbed.Sent sent = testbed.poll();
      answers.add(sent == null ? -1 : Integer.parseInt(sent.frame().substring(6, 8), 16));
    }
    return answers;
  }

  private void insert(Entity... entities) {
    testbed.write(Update.Type.INSERT, entities);
  }

  // Members

  @Test
  void aMemberIsWhatEveryEntryRunsThatPointsToIt() {
    insert(member("shared", 1, 5));
    insert(entry("by_member", 1, toMember(1)), entry("by_member", 2, toMember(1)));
    assertThat(answers(MEMBERS, 2, 1)).containsExactly(5);
    testbed.write(Update.Type.MODIFY, member("shared", 1, 6));
    assertThat(answers(MEMBERS, 1, 1)).containsExactly(6);
    assertThat(answers(MEMBERS, 2, 1)).containsExactly(6);
  }

  @Test
  void membersAreReadAloneByProfileAndAll() {
    Entity one = member("shared", 1, 5);
    Entity two = member("shared", 2, 6);
    Entity other = member("weighed", 1, 7);
    insert(one, two, other);
    var asking = ActionProfileMember.newBuilder();
    assertThat(testbed.read(Entity.newBuilder().setActionProfileMember(asking).build()))
        .containsExactlyInAnyOrder(one, two, other);
    asking.setActionProfileId(id("shared"));
    assertThat(testbed.read(Entity.newBuilder().setActionProfileMember(asking).build()))
        .containsExactly(one, two);
    asking.setMemberId(2);
    assertThat(testbed.read(Entity.newBuilder().setActionProfileMember(asking).build()))
        .containsExactly(two);
  }

  @Test
  void aMemberInUseIsNotDeleted() {
    insert(member("shared", 1, 5));
    insert(entry("by_member", 1, toMember(1)));
    assertThat(testbed.error(Update.Type.DELETE, member("shared", 1, 5)))
        .startsWith("FAILED_PRECONDITION");
    testbed.write(Update.Type.DELETE, entry("by_member", 1, toMember(1)));
    testbed.write(Update.Type.DELETE, member("shared", 1, 5));
    assertThat(testbed.error(Update.Type.DELETE, member("shared", 1, 5))).startsWith("NOT_FOUND");
  }

  @Test
  void aMemberOfAGroupIsNotDeleted() {
    insert(member("weighed", 1, 5));
    insert(group("weighed", 1, 4, share(1, 1)));
    assertThat(testbed.error(Update.Type.DELETE, member("weighed", 1, 5)))
        .startsWith("FAILED_PRECONDITION");
  }

  @Test
  void membersAreRefusedThatCannotBe() {
    insert(member("shared", 1, 5));
    assertThat(testbed.error(Update.Type.INSERT, member("shared", 1, 5)))
        .startsWith("ALREADY_EXISTS");
    assertThat(testbed.error(Update.Type.INSERT, member("shared", 0, 5)))
        .startsWith("INVALID_ARGUMENT");
    assertThat(testbed.error(Update.Type.MODIFY, member("shared", 2, 5))).startsWith("NOT_FOUND");
    Entity bare =
        Entity.newBuilder()
            .setActionProfileMember(
                member("shared", 2, 5).getActionProfileMember().toBuilder().clearAction())
            .build();
    assertThat(testbed.error(Update.Type.INSERT, bare)).startsWith("INVALID_ARGUMENT");
    insert(member("shared", 2, 5));
    assertThat(testbed.error(Update.Type.INSERT, member("shared", 3, 5)))
        .startsWith("RESOURCE_EXHAUSTED");
  }

  // Groups

  @Test
  void aGroupSpreadsFlowsByWeight() {
    insert(member("weighed", 1, 5), member("weighed", 2, 6));
    insert(group("weighed", 9, 4, share(1, 1), share(2, 2)));
    insert(entry("by_weight", 1, toGroup(9)));
    assertThat(answers(WEIGHTS, 1, 6)).containsExactly(5, 6, 6, 5, 6, 6);
    testbed.write(Update.Type.MODIFY, group("weighed", 9, 4, share(2, 1)));
    assertThat(answers(WEIGHTS, 1, 2)).containsExactly(6, 6);
  }

  @Test
  void anEmptyGroupRunsNothing() {
    insert(group("weighed", 9, 4));
    insert(entry("by_weight", 1, toGroup(9)));
    assertThat(answers(WEIGHTS, 1, 1)).containsExactly(-1);
  }

  @Test
  void groupsAreReadBackAsWrittenAloneByProfileAndAll() {
    insert(member("weighed", 1, 5), member("weighed", 2, 6), member("counted", 1, 5));
    Entity one = group("weighed", 9, 4, share(1, 1), watching(2, 3));
    Entity two = group("weighed", 3, 8, share(2, 5));
    Entity other = group("counted", 9, 0, share(1, 100));
    insert(one, two, other);
    var asking = ActionProfileGroup.newBuilder();
    assertThat(testbed.read(Entity.newBuilder().setActionProfileGroup(asking).build()))
        .containsExactlyInAnyOrder(one, two, other);
    asking.setActionProfileId(id("weighed"));
    assertThat(testbed.read(Entity.newBuilder().setActionProfileGroup(asking).build()))
        .containsExactlyInAnyOrder(one, two);
    asking.setGroupId(9);
    assertThat(testbed.read(Entity.newBuilder().setActionProfileGroup(asking).build()))
        .containsExactly(one);
  }

  @Test
  void aGroupInUseIsNotDeleted() {
    insert(group("weighed", 9, 4));
    insert(entry("by_weight", 1, toGroup(9)));
    assertThat(testbed.error(Update.Type.DELETE, group("weighed", 9, 0)))
        .startsWith("FAILED_PRECONDITION");
    testbed.write(Update.Type.DELETE, entry("by_weight", 1, toGroup(9)));
    testbed.write(Update.Type.DELETE, group("weighed", 9, 0));
    assertThat(testbed.error(Update.Type.DELETE, group("weighed", 9, 0))).startsWith("NOT_FOUND");
  }

  @Test
  void groupsAreRefusedThatCannotBe() {
    insert(member("weighed", 1, 5));
    assertThat(testbed.error(Update.Type.INSERT, group("weighed", 9, 4, share(7, 1))))
        .startsWith("NOT_FOUND");
    assertThat(testbed.error(Update.Type.INSERT, group("weighed", 9, 4, share(1, 0))))
        .startsWith("INVALID_ARGUMENT");
    assertThat(testbed.error(Update.Type.INSERT, group("weighed", 9, 4, share(1, 1), share(1, 2))))
        .startsWith("INVALID_ARGUMENT");
    assertThat(testbed.error(Update.Type.INSERT, group("weighed", 9, 4, watching(1, 99))))
        .startsWith("INVALID_ARGUMENT")
        .contains("99");
    assertThat(testbed.error(Update.Type.INSERT, group("shared", 9, 0)))
        .startsWith("INVALID_ARGUMENT")
        .contains("no selector");
    assertThat(testbed.error(Update.Type.MODIFY, group("weighed", 9, 4))).startsWith("NOT_FOUND");
    insert(group("weighed", 9, 4));
    assertThat(testbed.error(Update.Type.INSERT, group("weighed", 9, 4)))
        .startsWith("ALREADY_EXISTS");
  }

  @Test
  void theSizesOfGroupsAreKept() {
    insert(member("weighed", 1, 5), member("weighed", 2, 5));
    assertThat(testbed.error(Update.Type.INSERT, group("weighed", 9, 0)))
        .startsWith("INVALID_ARGUMENT")
        .contains("max_size 0");
    assertThat(testbed.error(Update.Type.INSERT, group("weighed", 9, 17)))
        .startsWith("INVALID_ARGUMENT");
    assertThat(testbed.error(Update.Type.INSERT, group("weighed", 9, 4, share(1, 5))))
        .startsWith("RESOURCE_EXHAUSTED");
    insert(group("weighed", 9, 16, share(1, 16)), group("weighed", 10, 16, share(1, 15)));
    assertThat(testbed.error(Update.Type.MODIFY, group("weighed", 9, 4)))
        .startsWith("INVALID_ARGUMENT");
    assertThat(testbed.error(Update.Type.INSERT, group("weighed", 11, 16, share(2, 2))))
        .startsWith("RESOURCE_EXHAUSTED");
    testbed.write(Update.Type.MODIFY, group("weighed", 9, 16, share(1, 15)));
    insert(group("weighed", 11, 16, share(2, 2)));
  }

  @Test
  void aSelectorOfMembersCountsThemAndLimitsTheirWeight() {
    IntStream.rangeClosed(1, 4).forEach(i -> insert(member("counted", i, i)));
    assertThat(testbed.error(Update.Type.INSERT, group("counted", 1, 0, share(1, 101))))
        .startsWith("INVALID_ARGUMENT")
        .contains("max_member_weight 100");
    insert(group("counted", 1, 3, share(1, 100), share(2, 100), share(3, 100)));
    assertThat(testbed.error(Update.Type.INSERT, group("counted", 2, 0, share(1, 1), share(2, 1))))
        .startsWith("RESOURCE_EXHAUSTED");
    assertThat(testbed.error(Update.Type.INSERT, group("counted", 2, 5)))
        .startsWith("RESOURCE_EXHAUSTED");
  }

  @Test
  void aMemberIsLeftOutWhileItsPortIsDown() {
    insert(member("weighed", 1, 5), member("weighed", 2, 6));
    insert(group("weighed", 9, 4, watching(1, 2), watching(2, 3)));
    insert(entry("by_weight", 1, toGroup(9)));
    testbed.device.setLink(2, Link.DOWN);
    assertThat(answers(WEIGHTS, 1, 2)).containsExactly(6, 6);
    testbed.device.setLink(3, Link.DOWN);
    assertThat(answers(WEIGHTS, 1, 2)).containsExactly(-1, -1);
    testbed.device.setLink(2, Link.UP);
    assertThat(answers(WEIGHTS, 1, 2)).containsExactly(5, 5);
    testbed.device.setLink(3, Link.UP);
    assertThat(answers(WEIGHTS, 1, 2)).containsExactly(5, 6);
  }

  @Test
  void aLinkThatIsDownAlreadyIsKnownToNewGroups() {
    testbed.device.setLink(2, Link.DOWN);
    insert(member("weighed", 1, 5), member("weighed", 2, 6));
    insert(group("weighed", 9, 4, watching(1, 2), watching(2, 3)));
    insert(entry("by_weight", 1, toGroup(9)));
    assertThat(answers(WEIGHTS, 1, 2)).containsExactly(6, 6);
  }

  // One shots

  @Test
  void anActionSetSpreadsFlowsByWeightAndIsReadBackAsWritten() {
    Entity entry = entry("by_weight", 1, set(part(5, 1), part(6, 2), part(5, 1)));
    insert(entry);
    assertThat(answers(WEIGHTS, 1, 4)).containsExactly(5, 6, 6, 5);
    assertThat(testbed.read(entity(TableEntry.newBuilder().setTableId(id("by_weight")).build())))
        .containsExactly(entry);
    assertThat(
            testbed.read(
                Entity.newBuilder()
                    .setActionProfileMember(ActionProfileMember.getDefaultInstance())
                    .build()))
        .isEmpty();
  }

  @Test
  void anActionSetIsReplacedByAnother() {
    insert(entry("by_weight", 1, set(part(5, 16))));
    insert(entry("by_weight", 2, set(part(5, 16))));
    testbed.write(Update.Type.MODIFY, entry("by_weight", 1, set(part(7, 16))));
    assertThat(answers(WEIGHTS, 1, 1)).containsExactly(7);
    assertThat(testbed.error(Update.Type.INSERT, entry("by_weight", 3, set(part(5, 1)))))
        .startsWith("RESOURCE_EXHAUSTED");
    testbed.write(Update.Type.DELETE, entry("by_weight", 2, set()));
    insert(entry("by_weight", 3, set(part(5, 16))));
  }

  @Test
  void aPartOfASetIsLeftOutWhileItsPortIsDown() {
    ActionProfileAction watched = part(5, 1).toBuilder().setWatchPort(number(2)).build();
    insert(entry("by_weight", 1, set(watched, part(6, 1))));
    assertThat(answers(WEIGHTS, 1, 2)).containsExactly(5, 6);
    testbed.device.setLink(2, Link.DOWN);
    assertThat(answers(WEIGHTS, 1, 2)).containsExactly(6, 6);
  }

  @Test
  void aSetMayDrawItsPartsAndSetsItsOwnSize() {
    TableAction.Builder drawn =
        TableAction.newBuilder()
            .setActionProfileActionSet(
                ActionProfileActionSet.newBuilder()
                    .setActionSelectionMode(ActionSelectionMode.RANDOM)
                    .setSizeSemantics(SizeSemantics.SUM_OF_WEIGHTS)
                    .addActionProfileActions(part(5, 1))
                    .addActionProfileActions(part(6, 1)));
    Entity entry = entry("by_number", 1, drawn);
    insert(entry);
    // One flow sees both, but with a probability of 2 to the power of -99.
    var seen = new ArrayList<Integer>();
    for (int i = 0; i < 100; i++) {
      seen.addAll(answers(NUMBERS, 1, 1));
    }
    assertThat(seen).contains(5, 6);
    assertThat(testbed.read(entry)).containsExactly(entry);
    drawn.getActionProfileActionSetBuilder().setActionSelectionMode(ActionSelectionMode.HASH);
    testbed.write(Update.Type.MODIFY, entry("by_number", 1, drawn));
    assertThat(answers(NUMBERS, 1, 4)).containsExactly(5, 6, 5, 6);
    drawn.getActionProfileActionSetBuilder().setActionProfileActions(0, part(5, 3));
    assertThat(testbed.error(Update.Type.INSERT, entry("by_number", 2, drawn)))
        .as("4 of 4 are used by weight")
        .startsWith("RESOURCE_EXHAUSTED");
  }

  @Test
  void setsAreRefusedThatCannotBe() {
    assertThat(testbed.error(Update.Type.INSERT, entry("by_weight", 1, set(part(5, 0)))))
        .startsWith("INVALID_ARGUMENT")
        .contains("weight 0");
    assertThat(
            testbed.error(Update.Type.INSERT, entry("by_weight", 1, set(part(5, 9), part(6, 8)))))
        .startsWith("INVALID_ARGUMENT")
        .contains("max_group_size 16");
    ActionProfileAction nowhere =
        part(5, 1).toBuilder().setWatchPort(ByteString.copyFrom(new byte[] {99})).build();
    assertThat(testbed.error(Update.Type.INSERT, entry("by_weight", 1, set(nowhere))))
        .startsWith("INVALID_ARGUMENT");
    assertThat(testbed.error(Update.Type.INSERT, entry("by_number", 1, set(part(5, 101)))))
        .startsWith("INVALID_ARGUMENT");
    assertThat(testbed.error(Update.Type.INSERT, entry("by_member", 1, set(part(5, 1)))))
        .startsWith("INVALID_ARGUMENT");
  }

  @Test
  void weightsAreRefusedWhereTheSwitchSetsThem() {
    var info = CONFIG.getP4Info().toBuilder();
    info.getActionProfilesBuilderList().stream()
        .filter(profile -> profile.getPreamble().getAlias().equals("weighed"))
        .forEach(profile -> profile.setWeightsDisallowed(true));
    testbed.push(
        SetForwardingPipelineConfigRequest.Action.VERIFY_AND_COMMIT,
        CONFIG.toBuilder().setP4Info(info).build());
    assertThat(testbed.error(Update.Type.INSERT, entry("by_weight", 1, set(part(5, 1)))))
        .startsWith("INVALID_ARGUMENT")
        .contains("wants none");
    insert(entry("by_weight", 1, set(part(5, 0), part(6, 0))));
    assertThat(answers(WEIGHTS, 1, 2)).containsExactly(5, 6);
  }

  @Test
  void setsDoNotMixWithMembersAndGroups() {
    insert(entry("by_weight", 1, set(part(5, 1))));
    assertThat(testbed.error(Update.Type.INSERT, member("weighed", 1, 5)))
        .startsWith("INVALID_ARGUMENT");
    testbed.write(Update.Type.DELETE, entry("by_weight", 1, set()));
    insert(member("weighed", 1, 5));
    assertThat(testbed.error(Update.Type.INSERT, entry("by_weight", 1, set(part(5, 1)))))
        .startsWith("INVALID_ARGUMENT");
  }

  // Entries

  @Test
  void anEntryPointsToWhatThereIsOfItsKind() {
    assertThat(testbed.error(Update.Type.INSERT, entry("by_member", 1, toMember(1))))
        .startsWith("NOT_FOUND");
    assertThat(testbed.error(Update.Type.INSERT, entry("by_weight", 1, toGroup(1))))
        .startsWith("NOT_FOUND");
    assertThat(testbed.error(Update.Type.INSERT, entry("by_member", 1, toGroup(1))))
        .startsWith("INVALID_ARGUMENT");
    assertThat(
            testbed.error(
                Update.Type.INSERT,
                entry("by_member", 1, TableAction.newBuilder().setAction(answer(1)))))
        .startsWith("INVALID_ARGUMENT");
    assertThat(testbed.error(Update.Type.INSERT, entry("measured", 1, toMember(1))))
        .startsWith("INVALID_ARGUMENT");
  }

  @Test
  void theDefaultEntryOfATableWithAProfileIsConstant() {
    TableEntry miss =
        TableEntry.newBuilder()
            .setTableId(id("by_member"))
            .setIsDefaultAction(true)
            .setAction(toMember(1))
            .build();
    assertThat(testbed.error(Update.Type.MODIFY, entity(miss))).startsWith("PERMISSION_DENIED");
    TableEntry found =
        testbed.read(entity(miss.toBuilder().clearAction().build())).getFirst().getTableEntry();
    assertThat(found.getIsConst()).isTrue();
  }

  @Test
  void reconcilingKeepsMembersGroupsAndSets() {
    insert(member("weighed", 1, 5), member("weighed", 2, 6));
    insert(group("weighed", 9, 4, share(1, 1), share(2, 2)));
    insert(entry("by_weight", 1, toGroup(9)), entry("by_number", 1, set(part(8, 1))));
    testbed.push(SetForwardingPipelineConfigRequest.Action.RECONCILE_AND_COMMIT, CONFIG);
    assertThat(answers(WEIGHTS, 1, 3)).containsExactly(5, 6, 6);
    assertThat(answers(NUMBERS, 1, 1)).containsExactly(8);
  }
}
