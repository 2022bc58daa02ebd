package io.hairpin.bridge;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Priorities for a list of which the first has the highest. A new list of the same things keeps as
 * many of the priorities as its order allows: what is inserted gets one in between, what is moved
 * gets another, and all get new ones only where no room is left.
 */
final class Priorities {

  /** Above all priorities, which start at 1; targets may hold no more than 24 bits. */
  static final int LIMIT = 1 << 24;

  /** The room that is left between two. */
  private static final int STEP = 1 << 10;

  private Priorities() {}

  /**
   * Gives priorities.
   *
   * @param order the things in their order, each once
   * @param held the priorities that some of them have
   */
  static <K> Map<K, Integer> of(List<K> order, Map<K, Integer> held) {
    int[] priorities = kept(order, held);
    int from = 0;
    while (from < priorities.length) {
      if (priorities[from] != 0) {
        from++;
        continue;
      }
      int to = from;
      while (to < priorities.length && priorities[to] == 0) {
        to++;
      }
      if (!fill(priorities, from, to)) {
        Arrays.fill(priorities, 0);
        spread(priorities, 0, priorities.length, LIMIT, 0);
        break;
      }
      from = to;
    }
    Map<K, Integer> result = HashMap.newHashMap(order.size());
    for (int i = 0; i < priorities.length; i++) {
      result.put(order.get(i), priorities[i]);
    }
    return result;
  }

  /** The longest part of the list whose priorities fall; 0 for the rest. */
  private static <K> int[] kept(List<K> order, Map<K, Integer> held) {
    int size = order.size();
    int[] priorities = new int[size];
    for (int i = 0; i < size; i++) {
      priorities[i] = held.getOrDefault(order.get(i), 0);
    }
    int[] before = new int[size];
    List<Integer> tails = new ArrayList<>(); // the last of the best part of each length
    for (int i = 0; i < size; i++) {
      if (priorities[i] == 0) {
        continue;
      }
      int low = 0;
      int high = tails.size();
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (priorities[tails.get(middle)] > priorities[i]) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      before[i] = low == 0 ? -1 : tails.get(low - 1);
      if (low == tails.size()) {
        tails.add(i);
      } else {
        tails.set(low, i);
      }
    }
    int[] kept = new int[size];
    for (int i = tails.isEmpty() ? -1 : tails.getLast(); i >= 0; i = before[i]) {
      kept[i] = priorities[i];
    }
    return kept;
  }

  private static boolean fill(int[] priorities, int from, int to) {
    int above = from == 0 ? LIMIT : priorities[from - 1];
    int below = to == priorities.length ? 0 : priorities[to];
    int count = to - from;
    if (above - below <= count) {
      return false;
    }
    if (from == 0 && to == priorities.length) {
      int half = Math.min(count * (STEP / 2), LIMIT / 2);
      spread(priorities, from, to, LIMIT / 2 + half, LIMIT / 2 - half);
    } else if (from == 0) {
      spread(priorities, from, to, Math.min(above, below + (count + 1) * STEP), below);
    } else if (to == priorities.length) {
      spread(priorities, from, to, above, Math.max(below, above - (count + 1) * STEP));
    } else {
      spread(priorities, from, to, above, below);
    }
    return true;
  }

  /** Evenly, all of them strictly between the two. */
  private static void spread(int[] priorities, int from, int to, int above, int below) {
    long room = (long) above - below;
    int count = to - from;
    for (int i = 0; i < count; i++) {
      priorities[from + i] = (int) (above - room * (i + 1) / (count + 1));
    }
  }
}
