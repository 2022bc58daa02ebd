package io.hairpin.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PrioritiesTest {

  private static final List<String> THREE = List.of("a", "b", "c");

  @Test
  void theFirstHasTheHighest() {
    assertFalling(THREE, Priorities.of(THREE, Map.of()));
  }

  @Test
  void whatIsInsertedLeavesTheOthersAsTheyAre() {
    Map<String, Integer> before = Priorities.of(THREE, Map.of());
    List<String> order = List.of("x", "a", "b", "y", "c", "z");

    Map<String, Integer> after = Priorities.of(order, before);

    assertThat(after).containsAllEntriesOf(before);
    assertFalling(order, after);
  }

  @Test
  void whatIsMovedIsAllThatGetsAnother() {
    Map<String, Integer> before = Priorities.of(List.of("a", "b", "c", "d"), Map.of());
    List<String> order = List.of("b", "c", "d", "a");

    Map<String, Integer> after = Priorities.of(order, before);

    assertFalling(order, after);
    assertThat(after).containsEntry("b", before.get("b"));
    assertThat(after).containsEntry("c", before.get("c"));
    assertThat(after).containsEntry("d", before.get("d"));
  }

  @Test
  void allGetNewOnesWhereNoRoomIsLeft() {
    List<String> order = List.of("a", "x", "b");

    Map<String, Integer> after = Priorities.of(order, Map.of("a", 8, "b", 7));

    assertFalling(order, after);
  }

  @Test
  void thousandsCanBeAppended() {
    List<Integer> order = new ArrayList<>();
    Map<Integer, Integer> priorities = Map.of();
    int kept = 0;
    for (int i = 0; i < 5000; i++) {
      order.add(i);
      Map<Integer, Integer> next = Priorities.of(order, priorities);
      if (next.entrySet().containsAll(priorities.entrySet())) {
        kept++;
      }
      priorities = next;
    }

    assertThat(kept).isEqualTo(5000);
    assertFalling(order, priorities);
  }

  @Test
  void anyOrderCanFollowAnyOther() {
    Random random = new Random(7);
    List<Integer> order = new ArrayList<>(IntStream.range(0, 50).boxed().toList());
    Map<Integer, Integer> priorities = Map.of();
    for (int i = 0; i < 300; i++) {
      Collections.swap(order, random.nextInt(order.size()), random.nextInt(order.size()));
      priorities = Priorities.of(order, priorities);

      assertFalling(order, priorities);
    }
  }

  private static <K> void assertFalling(List<K> order, Map<K, Integer> priorities) {
    assertThat(priorities.keySet()).containsExactlyInAnyOrderElementsOf(order);
    int above = Priorities.LIMIT;
    for (K key : order) {
      int priority = Objects.requireNonNull(priorities.get(key));
      assertThat(priority).isBetween(1, above - 1);
      above = priority;
    }
  }
}
