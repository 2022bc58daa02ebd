package io.hairpin.p4runtime.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UpdateTest {
  private static final MulticastGroup GROUP = new MulticastGroup(1, Set.of(new Replica(1, 1)));
  private static final MulticastGroup WIDER =
      new MulticastGroup(1, Set.of(new Replica(1, 1), new Replica(2, 2)));

  @Test
  void equalSetsDifferByNothing() {
    assertThat(
            Update.difference(List.of(GROUP, Example.fdb(1, 1)), List.of(Example.fdb(1, 1), GROUP)))
        .isEmpty();
  }

  @Test
  void eachKeyIsInsertedModifiedOrDeleted() {
    assertThat(
            Update.difference(
                List.of(Example.fdb(1, 1), Example.fdb(2, 1), Example.fdb(3, 1)),
                List.of(Example.fdb(2, 1), Example.fdb(3, 9), Example.fdb(4, 1))))
        .containsExactly(
            Update.insert(Example.fdb(4, 1)),
            Update.modify(Example.fdb(3, 9)),
            Update.delete(Example.fdb(1, 1)));
  }

  @Test
  void whatIsReferredToComesFirstAndGoesLast() {
    MulticastGroup other = new MulticastGroup(2, Set.of());
    assertThat(
            Update.difference(
                List.of(GROUP, other, Example.fdb(1, 1)), List.of(Example.fdb(2, 1), WIDER)))
        .containsExactly(
            Update.modify(WIDER),
            Update.insert(Example.fdb(2, 1)),
            Update.delete(Example.fdb(1, 1)),
            Update.delete(other));
  }

  @Test
  void prioritiesMakeDifferentEntries() {
    TableEntry entry = TableEntry.of("acl").ternary("type", 1, 1).action("NoAction");
    assertThat(entry.priority(1).key()).isNotEqualTo(entry.priority(2).key());
  }

  @Test
  void twoValuesOfOneKeyAreRefused() {
    assertThatThrownBy(() -> Update.difference(List.of(), List.of(GROUP, WIDER)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("one key");
  }
}
