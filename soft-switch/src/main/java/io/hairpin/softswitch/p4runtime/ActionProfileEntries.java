package io.hairpin.softswitch.p4runtime;

import static io.hairpin.softswitch.p4runtime.Refusal.invalid;

import com.google.errorprone.annotations.FormatMethod;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.hairpin.p4runtime.config.v1.ActionProfile.SelectorSizeSemanticsCase;
import io.hairpin.p4runtime.config.v1.ActionRef;
import io.hairpin.p4runtime.v1.ActionProfileAction;
import io.hairpin.p4runtime.v1.ActionProfileActionSet;
import io.hairpin.p4runtime.v1.ActionProfileActionSet.SizeSemantics;
import io.hairpin.p4runtime.v1.ActionProfileGroup;
import io.hairpin.p4runtime.v1.ActionProfileMember;
import io.hairpin.p4runtime.v1.TableAction;
import io.hairpin.p4runtime.v1.Update;
import io.hairpin.softswitch.engine.ActionProfile;
import io.hairpin.softswitch.engine.Choice;
import io.hairpin.softswitch.engine.TableException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** One action profile or selector as P4Runtime sees it (9.2), over the engine's. */
final class ActionProfileEntries {
  private final io.hairpin.p4runtime.config.v1.ActionProfile info;
  private final ActionProfile profile;
  private final ActionCodec actions;
  private final IntPredicate ports;
  // As written, with canonical ports.
  private final TreeMap<Integer, ActionProfileGroup> groups = new TreeMap<>();
  private int oneShots;
  // Of all groups and one shots, in the unit of each.
  private long room;

  /**
   * Binds P4Info to the program.
   *
   * @param actions what its members may run
   * @param ports which ports there are
   * @throws Refusal where they disagree
   */
  ActionProfileEntries(
      io.hairpin.p4runtime.config.v1.ActionProfile info,
      ActionProfile profile,
      ActionCodec actions,
      IntPredicate ports) {
    this.info = info;
    this.profile = profile;
    this.actions = actions;
    this.ports = ports;
    if (info.getWithSelector() != profile.hasSelector()) {
      throw invalid(
          "%s has %s selector in P4Info, but not in the program",
          name(), info.getWithSelector() ? "a" : "no");
    }
    if (info.getMaxGroupSize() < 0
        || info.getMaxGroupSize() > info.getSize()
        || (!info.getWithSelector()
            && (info.getMaxGroupSize() != 0
                || info.getWeightsDisallowed()
                || info.getSelectorSizeSemanticsCase()
                    != SelectorSizeSemanticsCase.SELECTORSIZESEMANTICS_NOT_SET))) {
      throw invalid(
          "%s: max_group_size %d, size %d, %s, weights_disallowed %s do not go together",
          name(),
          info.getMaxGroupSize(),
          info.getSize(),
          info.getSelectorSizeSemanticsCase(),
          info.getWeightsDisallowed());
    }
    room = info.getSize();
  }

  private String name() {
    return "action profile '" + info.getPreamble().getName() + "'";
  }

  private int id() {
    return info.getPreamble().getId();
  }

  boolean isEmpty() {
    return profile.members().isEmpty() && groups.isEmpty();
  }

  // Members

  void write(Update.Type type, ActionProfileMember entry) {
    int id = entry.getMemberId();
    try {
      if (type == Update.Type.DELETE) {
        profile.deleteMember(id);
        return;
      }
      if (id == 0) {
        throw invalid("%s: member_id 0", name());
      }
      checkStyle(oneShots == 0);
      if (!entry.hasAction()) {
        throw invalid("%s: member %s needs an action", name(), text(id));
      }
      var action = actions.decode(entry.getAction(), ActionRef.Scope.DEFAULT_ONLY);
      switch (type) {
        case INSERT -> profile.insertMember(id, action);
        case MODIFY -> profile.modifyMember(id, action);
        default -> throw invalid("update without a type");
      }
    } catch (TableException e) {
      throw Refusal.of(e);
    }
  }

  void readMembers(int id, Consumer<ActionProfileMember> out) {
    profile
        .members()
        .forEach(
            (member, action) -> {
              if (id == 0 || id == member) {
                out.accept(
                    ActionProfileMember.newBuilder()
                        .setActionProfileId(id())
                        .setMemberId(member)
                        .setAction(actions.encode(action))
                        .build());
              }
            });
  }

  // Groups

  void write(Update.Type type, ActionProfileGroup entry) {
    int id = entry.getGroupId();
    ActionProfileGroup before = groups.get(id);
    try {
      if (type == Update.Type.DELETE) {
        profile.deleteGroup(id);
        groups.remove(id);
        room += before == null ? 0 : size(before);
        return;
      }
      if (id == 0) {
        throw invalid("%s: group_id 0", name());
      }
      checkStyle(oneShots == 0);
      ActionProfileGroup next = canonical(entry);
      checkMaxSize(next, before);
      List<ActionProfile.Share> shares =
          next.getMembersList().stream()
              .map(
                  member ->
                      new ActionProfile.Share(
                          member.getMemberId(),
                          Math.max(1, member.getWeight()),
                          switch (member.getWatchKindCase()) {
                            case WATCH -> watched(member);
                            case WATCH_PORT -> port(member.getWatchPort());
                            case WATCHKIND_NOT_SET -> -1;
                          }))
              .toList();
      switch (type) {
        case INSERT -> {
          if (before == null) {
            checkRoom(size(next));
          }
          profile.insertGroup(id, shares);
        }
        case MODIFY -> {
          if (before != null) {
            checkRoom(size(next) - size(before));
          }
          profile.modifyGroup(id, shares);
        }
        default -> throw invalid("update without a type");
      }
      room -= size(next) - (before == null ? 0 : size(before));
      groups.put(id, next);
    } catch (TableException e) {
      throw Refusal.of(e);
    }
  }

  @SuppressWarnings("deprecation") // watch is what clients before 1.3 send
  private static int watched(ActionProfileGroup.Member member) {
    return member.getWatch();
  }

  private ActionProfileGroup canonical(ActionProfileGroup entry) {
    var next = entry.toBuilder().clearMembers();
    for (ActionProfileGroup.Member member : entry.getMembersList()) {
      checkWeight(member.getWeight(), false);
      ActionProfileGroup.Member.Builder canonical = member.toBuilder();
      switch (member.getWatchKindCase()) {
        case WATCH -> checkPort(watched(member));
        case WATCH_PORT -> {
          if (member.getWatchPort().isEmpty()) {
            canonical.clearWatchKind();
          } else {
            checkPort(port(member.getWatchPort()));
            canonical.setWatchPort(Bytes.canonical(member.getWatchPort()));
          }
        }
        case WATCHKIND_NOT_SET -> {}
      }
      next.addMembers(canonical);
    }
    return next.build();
  }

  private void checkMaxSize(ActionProfileGroup next, @Nullable ActionProfileGroup before) {
    int max = next.getMaxSize();
    int allowed = info.getMaxGroupSize();
    if (before != null && before.getMaxSize() != max) {
      throw invalid(
          "%s: group %s was inserted with max_size %d, which cannot become %d",
          name(), text(next.getGroupId()), before.getMaxSize(), max);
    }
    if (max < 0 || (allowed > 0 && (max == 0 || max > allowed))) {
      throw invalid(
          "%s: max_size %d is not between %d and %d",
          name(), max, allowed > 0 ? 1 : 0, allowed > 0 ? allowed : info.getSize());
    }
    if (max > info.getSize()) {
      throw full("max_size %d is above its size %d", max, info.getSize());
    }
    if (max > 0 && size(next) > max) {
      throw full(
          "group %s: size %d is above max_size %d", text(next.getGroupId()), size(next), max);
    }
  }

  void readGroups(int id, Consumer<ActionProfileGroup> out) {
    groups.forEach(
        (group, entry) -> {
          if (id == 0 || id == group) {
            out.accept(entry);
          }
        });
  }

  // Entries

  /**
   * What an entry is to run.
   *
   * @param given the entry's action; of one shots, {@link #canonical} of its set
   * @throws Refusal where an entry cannot run this
   */
  Choice choice(TableAction given) {
    return switch (given.getTypeCase()) {
      case ACTION_PROFILE_MEMBER_ID -> {
        checkStyle(oneShots == 0);
        yield new Choice.Member(given.getActionProfileMemberId());
      }
      case ACTION_PROFILE_GROUP_ID -> {
        checkStyle(oneShots == 0);
        if (!info.getWithSelector()) {
          throw invalid("%s has no selector, so it has no groups", name());
        }
        yield new Choice.Group(given.getActionProfileGroupId());
      }
      case ACTION_PROFILE_ACTION_SET -> {
        checkStyle(isEmpty());
        yield oneShot(given.getActionProfileActionSet());
      }
      case ACTION, TYPE_NOT_SET ->
          throw invalid(
              "%s: %s; its tables want a member%s",
              name(), given.getTypeCase(), info.getWithSelector() ? ", a group or a set" : "");
    };
  }

  private Choice.OneShot oneShot(ActionProfileActionSet set) {
    if (!info.getWithSelector()) {
      throw invalid("%s has no selector, so its tables take no action sets", name());
    }
    boolean random =
        switch (set.getActionSelectionMode()) {
          case DEFAULT_MODE_DETERMINED_BY_ACTION_SELECTOR -> false;
          case RANDOM -> true;
          case HASH -> {
            if (!profile.hashes()) {
              throw invalid("%s: HASH; the program's selector does not hash", name());
            }
            yield false;
          }
          case UNRECOGNIZED -> throw invalid("%s: unknown action_selection_mode", name());
        };
    if (set.getSizeSemantics() == SizeSemantics.UNRECOGNIZED) {
      throw invalid("%s: unknown size_semantics", name());
    }
    boolean members = countsMembers(set.getSizeSemantics());
    var parts = new ArrayList<Choice.Part>();
    for (ActionProfileAction one : set.getActionProfileActionsList()) {
      checkWeight(one.getWeight(), members);
      int watched =
          switch (one.getWatchKindCase()) {
            case WATCH -> watched(one);
            case WATCH_PORT -> one.getWatchPort().isEmpty() ? -1 : port(one.getWatchPort());
            case WATCHKIND_NOT_SET -> -1;
          };
      if (watched != -1) {
        checkPort(watched);
      }
      parts.add(
          new Choice.Part(
              actions.decode(one.getAction(), ActionRef.Scope.DEFAULT_ONLY),
              Math.max(1, one.getWeight()),
              watched));
    }
    if (info.getMaxGroupSize() > 0 && size(set) > info.getMaxGroupSize()) {
      throw invalid(
          "%s: a set of size %d is above max_group_size %d",
          name(), size(set), info.getMaxGroupSize());
    }
    return new Choice.OneShot(parts, random);
  }

  @SuppressWarnings("deprecation") // watch is what clients before 1.3 send
  private static int watched(ActionProfileAction one) {
    return one.getWatch();
  }

  /** A set as it is read back. */
  ActionProfileActionSet canonical(ActionProfileActionSet set) {
    var next = set.toBuilder().clearActionProfileActions();
    for (ActionProfileAction one : set.getActionProfileActionsList()) {
      ActionProfileAction.Builder part =
          one.toBuilder()
              .setAction(
                  actions.encode(actions.decode(one.getAction(), ActionRef.Scope.DEFAULT_ONLY)));
      if (one.hasWatchPort()) {
        if (one.getWatchPort().isEmpty()) {
          part.clearWatchKind();
        } else {
          part.setWatchPort(Bytes.canonical(one.getWatchPort()));
        }
      }
      next.addActionProfileActions(part);
    }
    return next.build();
  }

  /**
   * Checks that there is room for an entry's set in the place of what it had.
   *
   * @throws Refusal RESOURCE_EXHAUSTED where there is none
   */
  void checkRoom(@Nullable ActionProfileActionSet next, @Nullable ActionProfileActionSet before) {
    checkRoom((next == null ? 0 : size(next)) - (before == null ? 0 : size(before)));
  }

  /** Notes that an entry has a set in the place of what it had. */
  void use(@Nullable ActionProfileActionSet next, @Nullable ActionProfileActionSet before) {
    oneShots += (next == null ? 0 : 1) - (before == null ? 0 : 1);
    room -= (next == null ? 0 : size(next)) - (before == null ? 0 : size(before));
  }

  // Sizes

  private boolean countsMembers(SizeSemantics semantics) {
    return switch (semantics) {
      case SUM_OF_MEMBERS -> true;
      case SUM_OF_WEIGHTS -> false;
      default -> info.getSelectorSizeSemanticsCase() == SelectorSizeSemanticsCase.SUM_OF_MEMBERS;
    };
  }

  private long size(ActionProfileGroup group) {
    return countsMembers(SizeSemantics.DEFAULT_SIZE_DETERMINED_BY_ACTION_SELECTOR)
        ? group.getMembersCount()
        : group.getMembersList().stream()
            .mapToLong(member -> Math.max(1, member.getWeight()))
            .sum();
  }

  private long size(ActionProfileActionSet set) {
    return countsMembers(set.getSizeSemantics())
        ? set.getActionProfileActionsCount()
        : set.getActionProfileActionsList().stream()
            .mapToLong(one -> Math.max(1, one.getWeight()))
            .sum();
  }

  private void checkRoom(long more) {
    if (more > room) {
      throw full("%d of its size %d are left, %d more are wanted", room, info.getSize(), more);
    }
  }

  private void checkWeight(int weight, boolean members) {
    if (info.getWeightsDisallowed() ? weight != 0 : weight <= 0) {
      throw invalid(
          "%s: weight %d; it wants %s",
          name(), weight, info.getWeightsDisallowed() ? "none" : "one above 0");
    }
    int most = info.getSumOfMembers().getMaxMemberWeight();
    if ((members || info.hasSumOfMembers()) && most > 0 && weight > most) {
      throw invalid("%s: weight %d is above max_member_weight %d", name(), weight, most);
    }
  }

  private void checkStyle(boolean same) {
    if (!same) {
      throw invalid(
          "%s: members and groups do not go together with action sets of entries", name());
    }
  }

  private int port(ByteString port) {
    return Bytes.decode(port, Integer.SIZE - 1, name() + ": watch_port").intValue();
  }

  private void checkPort(int port) {
    if (!ports.test(port)) {
      throw invalid("%s: watch_port %s: there is no such port", name(), text(port));
    }
  }

  @FormatMethod
  private Refusal full(String format, Object... arguments) {
    return new Refusal(
        Status.Code.RESOURCE_EXHAUSTED, "%s: %s", name(), format.formatted(arguments));
  }

  private static String text(int id) {
    return Integer.toUnsignedString(id);
  }

  /** Takes over the members and groups of another pipeline's profile. */
  void reconcile(ActionProfileEntries from) {
    from.readMembers(0, member -> write(Update.Type.INSERT, member));
    from.readGroups(0, group -> write(Update.Type.INSERT, group));
  }
}
