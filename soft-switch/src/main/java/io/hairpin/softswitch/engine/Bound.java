package io.hairpin.softswitch.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An entry as packets meet it, immutable: what it matches, in words, and what it runs. Two are
 * equal where P4Runtime takes them for the same entry.
 */
final class Bound {
  private static final long[] NONE = {};
  private static final Bound NOTHING = miss(-1, NONE, null);

  // What it matches: value and mask; where the table has ranges, a range field's words hold its low
  // bound in the value and its high bound in the mask.
  final long[] value;
  final long[] mask;
  final int priority;
  // Higher wins; no two entries of a table have the same.
  final long rank;
  // The action's place among the table's actions; -1 does nothing.
  final int action;
  final long[] arguments;
  final boolean hit;
  final @Nullable Hits hits;
  // What it runs instead of the action, where the table has an action profile.
  final ActionProfile.@Nullable Target target;

  Bound(
      long[] value,
      long[] mask,
      int priority,
      long rank,
      int action,
      long[] arguments,
      @Nullable Hits hits,
      ActionProfile.@Nullable Target target) {
    this.value = value;
    this.mask = mask;
    this.priority = priority;
    this.rank = rank;
    this.action = action;
    this.arguments = arguments;
    this.hits = hits;
    this.target = target;
    this.hit = true;
  }

  private Bound(int action, long[] arguments, @Nullable Hits hits) {
    this.value = NONE;
    this.mask = NONE;
    this.priority = 0;
    this.rank = Long.MIN_VALUE;
    this.action = action;
    this.arguments = arguments;
    this.hits = hits;
    this.target = null;
    this.hit = false;
  }

  /** What a miss meets. */
  static Bound miss(int action, long[] arguments, @Nullable Hits hits) {
    return new Bound(action, arguments, hits);
  }

  Bound with(int newAction, long[] newArguments, ActionProfile.@Nullable Target newTarget) {
    return new Bound(value, mask, priority, rank, newAction, newArguments, hits, newTarget);
  }

  /** Whether packets that meet it are metered: hits always, misses where rates were set. */
  boolean isMetered() {
    return hits != null && hits.meter != null && (hit || hits.meter.rates() != null);
  }

  boolean isGroup() {
    return target instanceof ActionProfile.Slots;
  }

  /** What a packet runs that meets it: what its target holds, or itself. */
  Bound choose(long hash) {
    if (target == null) {
      return this;
    }
    Bound chosen = target.choose(hash);
    return chosen == null ? NOTHING : chosen;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Bound b
        && priority == b.priority
        && Arrays.equals(value, b.value)
        && Arrays.equals(mask, b.mask);
  }

  @Override
  public int hashCode() {
    return (Arrays.hashCode(value) * 31 + Arrays.hashCode(mask)) * 31 + priority;
  }
}
