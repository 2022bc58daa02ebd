package io.hairpin.softswitch.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a table that have the same mask: a hash map with open addressing from the masked
 * key to the entry that wins there. One thread at a time writes; readers never wait: a slot's key
 * is written before its entry is released and never changes until the whole array is replaced.
 */
final class Tuple {
  private static final VarHandle BOUNDS = MethodHandles.arrayElementVarHandle(Bound[].class);
  // Takes the place of an entry that is removed; the only one here that is no hit.
  private static final Bound GONE = Bound.miss(-1, new long[0], null);
  private static final int SMALLEST = 16;

  /** A rank is an entry's priority, or how long its prefix is, and below that its order. */
  static final int ORDER = 32;

  private static final long LAST_ORDER = (1L << ORDER) - 1;

  /** Keys and entries of one capacity, a power of two. */
  private static final class Slots {
    final long[] keys;
    final @Nullable Bound[] bounds;
    final int last;

    Slots(int capacity, int words) {
      keys = new long[capacity * words];
      bounds = new Bound[capacity];
      last = capacity - 1;
    }
  }

  final long[] mask;
  // Never lower than the rank of any entry here.
  long highest = Long.MIN_VALUE;
  private final int words;
  // The entries that share a masked key with a winner, where there are any.
  private final Map<Words, TreeMap<Long, Bound>> shared = new HashMap<>();
  private volatile Slots slots;
  private int used;
  private int live;

  Tuple(long[] mask) {
    this.mask = mask;
    this.words = mask.length;
    this.slots = new Slots(SMALLEST, words);
  }

  boolean isEmpty() {
    return live == 0;
  }

  static long mix(long hash) {
    long h = (hash ^ hash >>> 32) * 0x9E3779B97F4A7C15L;
    return h ^ h >>> 29;
  }

  private static int hash(long word) {
    return (int) mix(word);
  }

  private int hash(long[] key) {
    long h = 0;
    for (int i = 0; i < words; i++) {
      h = mix(h + (key[i] & mask[i]));
    }
    return (int) h;
  }

  /** Finds the entry for a key of one word. */
  @Nullable Bound find(long word) {
    long masked = word & mask[0];
    Slots s = slots;
    for (int i = hash(masked) & s.last; ; i = i + 1 & s.last) {
      Bound bound = (Bound) BOUNDS.getAcquire(s.bounds, i);
      if (bound == null) {
        return null;
      }
      if (s.keys[i] == masked) {
        return bound.hit ? bound : null;
      }
    }
  }

  /** Finds the entry for a key. */
  @Nullable Bound find(long[] key) {
    if (words == 1) {
      return find(key[0]);
    }
    Slots s = slots;
    for (int i = hash(key) & s.last; ; i = i + 1 & s.last) {
      Bound bound = (Bound) BOUNDS.getAcquire(s.bounds, i);
      if (bound == null) {
        return null;
      }
      if (same(s, i, key)) {
        return bound.hit ? bound : null;
      }
    }
  }

  private boolean same(Slots s, int slot, long[] key) {
    for (int i = 0; i < words; i++) {
      if (s.keys[slot * words + i] != (key[i] & mask[i])) {
        return false;
      }
    }
    return true;
  }

  /**
   * Finds the entry that is equal to one, also where another one wins.
   *
   * @param key its key, masked
   * @param probe what it is equal to
   */
  @Nullable Bound get(long[] key, Bound probe) {
    Bound winner = find(key);
    if (winner == null || winner.equals(probe)) {
      return winner;
    }
    TreeMap<Long, Bound> all = shared.isEmpty() ? null : shared.get(new Words(key));
    if (all != null) {
      long lowest = (long) probe.priority << ORDER;
      for (Bound bound : all.subMap(lowest, true, lowest + LAST_ORDER, true).values()) {
        if (bound.equals(probe)) {
          return bound;
        }
      }
    }
    return null;
  }

  /** Adds all entries to others. */
  void addTo(Collection<Bound> others) {
    for (Bound bound : slots.bounds) {
      if (bound != null && bound.hit) {
        others.add(bound);
      }
    }
    for (TreeMap<Long, Bound> all : shared.values()) {
      others.addAll(all.headMap(all.lastKey()).values());
    }
  }

  /** Adds an entry under a key that is masked already. */
  void add(long[] key, Bound bound) {
    highest = Math.max(highest, bound.rank);
    Bound winner = find(key);
    if (winner == null) {
      put(key, bound);
      return;
    }
    TreeMap<Long, Bound> all = shared.computeIfAbsent(new Words(key), k -> new TreeMap<>());
    all.put(winner.rank, winner);
    all.put(bound.rank, bound);
    put(key, all.lastEntry().getValue());
  }

  /** Puts an entry in the place of the one with its rank. */
  void replace(long[] key, Bound bound) {
    TreeMap<Long, Bound> all = shared.get(new Words(key));
    if (all == null) {
      put(key, bound);
    } else {
      all.put(bound.rank, bound);
      put(key, all.lastEntry().getValue());
    }
  }

  /** Removes an entry. */
  void remove(long[] key, Bound bound) {
    TreeMap<Long, Bound> all = shared.get(new Words(key));
    if (all == null) {
      put(key, GONE);
      return;
    }
    all.remove(bound.rank);
    put(key, all.lastEntry().getValue());
    if (all.size() == 1) {
      shared.remove(new Words(key));
    }
  }

  private void put(long[] key, Bound bound) {
    Slots s = slots;
    int i = (words == 1 ? hash(key[0]) : hash(key)) & s.last;
    while (s.bounds[i] != null && !same(s, i, key)) {
      i = i + 1 & s.last;
    }
    Bound old = s.bounds[i];
    if (old == null) {
      if (2 * (used + 1) > s.bounds.length) {
        grow();
        put(key, bound);
        return;
      }
      used++;
      System.arraycopy(key, 0, s.keys, i * words, words);
    }
    live += (bound.hit ? 1 : 0) - (old != null && old.hit ? 1 : 0);
    BOUNDS.setRelease(s.bounds, i, bound);
  }

  /** Makes room, and forgets the keys whose entries are gone. */
  private void grow() {
    Slots old = slots;
    int capacity = Math.max(SMALLEST, Integer.highestOneBit(live + 1) << 2);
    Slots next = new Slots(capacity, words);
    long[] key = new long[words];
    for (int i = 0; i < old.bounds.length; i++) {
      Bound bound = old.bounds[i];
      if (bound != null && bound.hit) {
        System.arraycopy(old.keys, i * words, key, 0, words);
        int j = (words == 1 ? hash(key[0]) : hash(key)) & next.last;
        while (next.bounds[j] != null) {
          j = j + 1 & next.last;
        }
        System.arraycopy(key, 0, next.keys, j * words, words);
        next.bounds[j] = bound;
      }
    }
    used = live;
    slots = next;
  }
}
