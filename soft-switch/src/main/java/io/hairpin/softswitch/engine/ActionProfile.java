package io.hairpin.softswitch.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An action profile, with or without a selector: actions that the entries of its tables share.
 * Thread-safe; packets read it without a lock, and see each write wholly or not.
 */
public final class ActionProfile {
  private static final Slot[] NOBODY = {};

  private final Source.Profile source;
  private final Actions actions;
  private final SortedMap<Integer, Slot> members = new TreeMap<>();
  private final SortedMap<Integer, Slots> groups = new TreeMap<>();

  /**
   * A member's part in a group.
   *
   * @param member the member's id
   * @param weight how many of the group's hash values it takes, at least 1
   */
  public record Share(int member, int weight) {}

  /** What an entry points to. */
  abstract static sealed class Target {
    private int uses;

    /** What a packet with a hash runs. */
    abstract @Nullable Bound choose(long hash);

    abstract Choice choice();
  }

  static final class Slot extends Target {
    private final int id;
    private volatile Bound bound;
    private int shares;

    Slot(int id, Bound bound) {
      this.id = id;
      this.bound = bound;
    }

    @Override
    Bound choose(long hash) {
      return bound;
    }

    @Override
    Choice choice() {
      return new Choice.Member(id);
    }
  }

  static final class Slots extends Target {
    private final int id;
    private List<Share> shares = List.of();
    private volatile Slot[] slots = NOBODY;

    Slots(int id) {
      this.id = id;
    }

    @Override
    @Nullable Bound choose(long hash) {
      Slot[] all = slots;
      return all.length == 0
          ? null
          : all[(int) Long.remainderUnsigned(hash, all.length)].choose(hash);
    }

    @Override
    Choice choice() {
      return new Choice.Group(id);
    }
  }

  ActionProfile(Source.Profile source, List<Source.ActionCode> codes) {
    this.source = source;
    this.actions = new Actions("action profile " + source.name(), codes);
  }

  /**
   * The profile's name in the program.
   *
   * @return the name
   */
  public String name() {
    return source.name();
  }

  /**
   * The actions that its members may run.
   *
   * @return their names
   */
  public List<String> actions() {
    return actions.names();
  }

  /**
   * Whether it has groups.
   *
   * @return true where a selector takes one of a group's members
   */
  public boolean hasSelector() {
    return source.selector() != null;
  }

  /**
   * How many members fit.
   *
   * @return the program's size of the profile
   */
  public int capacity() {
    return source.capacity();
  }

  /**
   * Adds a member.
   *
   * @param id its id
   * @param action what it runs
   * @throws TableException where the action is invalid, the member exists, or it does not fit
   */
  public synchronized void insertMember(int id, Action action) {
    Bound bound = actions.bind(action);
    if (members.containsKey(id)) {
      throw refused(TableException.Reason.ALREADY_EXISTS, "has a member " + id + " already");
    }
    if (members.size() >= capacity()) {
      throw refused(TableException.Reason.FULL, "is full: it has " + capacity() + " members");
    }
    members.put(id, new Slot(id, bound));
  }

  /**
   * Gives a member another action, for all entries and groups that use it at once.
   *
   * @param id the member
   * @param action what it is to run
   * @throws TableException where the action is invalid, or there is no such member
   */
  public synchronized void modifyMember(int id, Action action) {
    Bound bound = actions.bind(action);
    slot(id).bound = bound;
  }

  /**
   * Removes a member.
   *
   * @param id the member
   * @throws TableException where there is no such member, or an entry or a group uses it
   */
  public synchronized void deleteMember(int id) {
    Slot slot = slot(id);
    if (slot.shares > 0 || ((Target) slot).uses > 0) {
      throw refused(TableException.Reason.INVALID, "has entries or groups that use member " + id);
    }
    members.remove(id);
  }

  /**
   * Reads all members.
   *
   * @return a snapshot: what each runs
   */
  public synchronized SortedMap<Integer, Action> members() {
    var found = new TreeMap<Integer, Action>();
    members.forEach((id, slot) -> found.put(id, actions.action(slot.bound)));
    return found;
  }

  /**
   * Adds a group.
   *
   * @param id its id
   * @param shares its members; a packet that comes to an empty group runs nothing
   * @throws TableException where a member is missing, the group exists, or there is no selector
   */
  public synchronized void insertGroup(int id, List<Share> shares) {
    if (!hasSelector()) {
      throw refused(TableException.Reason.INVALID, "has no selector, so it has no groups");
    }
    if (groups.containsKey(id)) {
      throw refused(TableException.Reason.ALREADY_EXISTS, "has a group " + id + " already");
    }
    Slot[] slots = slots(shares);
    var group = new Slots(id);
    put(group, shares, slots);
    groups.put(id, group);
  }

  /**
   * Replaces a group's members.
   *
   * @param id the group
   * @param shares its members
   * @throws TableException where a member is missing, or there is no such group
   */
  public synchronized void modifyGroup(int id, List<Share> shares) {
    Slots group = group(id);
    put(group, shares, slots(shares));
  }

  /**
   * Removes a group; its members stay.
   *
   * @param id the group
   * @throws TableException where there is no such group, or an entry uses it
   */
  public synchronized void deleteGroup(int id) {
    Slots group = group(id);
    if (((Target) group).uses > 0) {
      throw refused(TableException.Reason.INVALID, "has entries that use group " + id);
    }
    put(group, List.of(), NOBODY);
    groups.remove(id);
  }

  /**
   * Reads all groups.
   *
   * @return a snapshot: the members of each
   */
  public synchronized SortedMap<Integer, List<Share>> groups() {
    var found = new TreeMap<Integer, List<Share>>();
    groups.forEach((id, group) -> found.put(id, group.shares));
    return found;
  }

  /** Finds what an entry is to point to. */
  synchronized Target target(Choice choice) {
    return switch (choice) {
      case Choice.Member(int id) -> slot(id);
      case Choice.Group(int id) -> group(id);
      case Action action ->
          throw refused(TableException.Reason.INVALID, "needs a member or a group, not " + action);
    };
  }

  /** Notes how many entries point to a target. */
  synchronized void use(Target target, int entries) {
    target.uses += entries;
  }

  private void put(Slots group, List<Share> shares, Slot[] slots) {
    for (Share share : group.shares) {
      slot(share.member).shares--;
    }
    for (Share share : shares) {
      slot(share.member).shares++;
    }
    group.shares = List.copyOf(shares);
    group.slots = slots;
  }

  private Slot[] slots(List<Share> shares) {
    // In the order of their ids, as bmv2 has them.
    var byId = new TreeMap<Integer, Share>();
    for (Share share : shares) {
      if (share.weight < 1 || share.weight > 1 << 16) {
        throw refused(
            TableException.Reason.INVALID, "needs weights of 1 to 65536, not " + share.weight);
      }
      slot(share.member);
      if (byId.put(share.member, share) != null) {
        throw refused(
            TableException.Reason.INVALID, "cannot have member " + share.member + " twice a group");
      }
    }
    List<Slot> slots = new ArrayList<>();
    for (Share share : byId.values()) {
      for (int i = 0; i < share.weight; i++) {
        slots.add(slot(share.member));
      }
    }
    return slots.toArray(Slot[]::new);
  }

  private Slot slot(int id) {
    Slot slot = members.get(id);
    if (slot == null) {
      throw refused(TableException.Reason.NOT_FOUND, "has no member " + id);
    }
    return slot;
  }

  private Slots group(int id) {
    Slots group = groups.get(id);
    if (group == null) {
      throw refused(TableException.Reason.NOT_FOUND, "has no group " + id);
    }
    return group;
  }

  private TableException refused(TableException.Reason reason, String why) {
    return new TableException(reason, "action profile " + name() + " " + why);
  }
}
