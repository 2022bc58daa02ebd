package io.hairpin.softswitch.engine;

import io.hairpin.softswitch.engine.Choice.OneShot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * An action profile, with or without a selector: actions that the entries of its tables share.
 * Thread-safe; packets read it without a lock, and see each write wholly or not.
 */
public final class ActionProfile {
  private final Source.Profile source;
  private final Actions actions;
  private final SortedMap<Integer, Slot> members = new TreeMap<>();
  private final SortedMap<Integer, Slots> groups = new TreeMap<>();
  private final Set<Slots> watching = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Links links;

  /**
   * A member's part in a group.
   *
   * @param member the member's id
   * @param weight how many of the group's hash values it takes, at least 1
   * @param watchPort it is left out while this port's link is down; -1 for none
   */
  public record Share(int member, int weight, int watchPort) {
    /**
     * A part that watches no port.
     *
     * @param member the member's id
     * @param weight how many of the group's hash values it takes, at least 1
     */
    public Share(int member, int weight) {
      this(member, weight, -1);
    }
  }

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

  /** A part of a group. */
  private record Seat(Slot slot, int weight, int watchPort) {}

  /** The parts of a group whose links work; part i takes the values from the end of i - 1 on. */
  private static final class Spread {
    static final Spread EMPTY = new Spread(new Slot[0], new long[0]);

    final Slot[] slots;
    final long[] ends;

    Spread(Slot[] slots, long[] ends) {
      this.slots = slots;
      this.ends = ends;
    }

    @Nullable Bound choose(long hash) {
      int count = slots.length;
      if (count == 0) {
        return null;
      }
      long at = Long.remainderUnsigned(hash, ends[count - 1]);
      int low = 0;
      if (ends[count - 1] == count) {
        low = (int) at;
      } else {
        int high = count - 1;
        while (low < high) {
          int middle = (low + high) >>> 1;
          if (ends[middle] > at) {
            high = middle;
          } else {
            low = middle + 1;
          }
        }
      }
      return slots[low].bound;
    }
  }

  static final class Slots extends Target {
    private final Choice choice;
    private final boolean random;
    private List<Share> shares = List.of();
    private List<Seat> seats = List.of();
    private volatile Spread spread = Spread.EMPTY;

    Slots(Choice choice, boolean random) {
      this.choice = choice;
      this.random = random;
    }

    @Override
    @Nullable Bound choose(long hash) {
      return spread.choose(random ? ThreadLocalRandom.current().nextLong() : hash);
    }

    @Override
    Choice choice() {
      return choice;
    }
  }

  ActionProfile(Source.Profile source, List<Source.ActionCode> codes, Links links) {
    this.source = source;
    this.links = links;
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
      throw refused(TableException.Reason.IN_USE, "has entries or groups that use member " + id);
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
    List<Seat> seats = seats(shares);
    var group = new Slots(new Choice.Group(id), false);
    put(group, shares, seats);
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
    put(group, shares, seats(shares));
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
      throw refused(TableException.Reason.IN_USE, "has entries that use group " + id);
    }
    put(group, List.of(), List.of());
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

  /**
   * Whether the selector takes a member by what packets hold.
   *
   * @return false where it takes them by turns or draws them, or where there is no selector
   */
  public boolean hashes() {
    Source.Calculation selector = source.selector();
    return selector != null
        && switch (selector.algorithm()) {
          case ROUND_ROBIN, ROUND_ROBIN_CONSISTENT, RANDOM -> false;
          default -> true;
        };
  }

  /** Goes by the links as they are now. */
  synchronized void linksChanged() {
    watching.forEach(this::respread);
  }

  /** Finds what an entry is to point to. */
  synchronized Target target(Choice choice) {
    return switch (choice) {
      case Choice.Member(int id) -> slot(id);
      case Choice.Group(int id) -> group(id);
      case Choice.OneShot oneShot -> oneShot(oneShot);
      case Action action ->
          throw refused(TableException.Reason.INVALID, "needs a member or a group, not " + action);
    };
  }

  /** Notes how many entries point to a target. */
  synchronized void use(Target target, int entries) {
    target.uses += entries;
    if (target instanceof Slots slots && slots.choice instanceof OneShot) {
      watch(slots, target.uses > 0);
    }
  }

  private Slots oneShot(OneShot choice) {
    if (!hasSelector()) {
      throw refused(TableException.Reason.INVALID, "has no selector, so it has no groups");
    }
    List<Seat> seats = new ArrayList<>();
    for (Choice.Part part : choice.parts()) {
      checkWeight(part.weight());
      seats.add(
          new Seat(new Slot(0, actions.bind(part.action())), part.weight(), part.watchPort()));
    }
    var group = new Slots(choice, choice.random());
    group.seats = seats;
    return group;
  }

  private void watch(Slots group, boolean used) {
    if (used && group.seats.stream().anyMatch(seat -> seat.watchPort >= 0)) {
      watching.add(group);
    } else {
      watching.remove(group);
    }
    respread(group);
  }

  private void respread(Slots group) {
    List<Seat> live =
        group.seats.stream()
            .filter(seat -> seat.watchPort < 0 || links.isUp(seat.watchPort))
            .toList();
    long[] ends = new long[live.size()];
    long end = 0;
    for (int i = 0; i < ends.length; i++) {
      end += live.get(i).weight;
      ends[i] = end;
    }
    group.spread = new Spread(live.stream().map(Seat::slot).toArray(Slot[]::new), ends);
  }

  private void put(Slots group, List<Share> shares, List<Seat> seats) {
    for (Share share : group.shares) {
      slot(share.member).shares--;
    }
    for (Share share : shares) {
      slot(share.member).shares++;
    }
    group.shares = List.copyOf(shares);
    group.seats = seats;
    watch(group, true);
  }

  private void checkWeight(int weight) {
    if (weight < 1) {
      throw refused(TableException.Reason.INVALID, "needs weights above 0, not " + weight);
    }
  }

  private List<Seat> seats(List<Share> shares) {
    // In the order of their ids, as bmv2 has them.
    var byId = new TreeMap<Integer, Share>();
    for (Share share : shares) {
      checkWeight(share.weight);
      slot(share.member);
      if (byId.put(share.member, share) != null) {
        throw refused(
            TableException.Reason.INVALID, "cannot have member " + share.member + " twice a group");
      }
    }
    return byId.values().stream()
        .map(share -> new Seat(slot(share.member), share.weight, share.watchPort))
        .toList();
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
