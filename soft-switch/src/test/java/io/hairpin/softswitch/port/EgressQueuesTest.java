package io.hairpin.softswitch.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.hairpin.softswitch.port.QueueSpec.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class EgressQueuesTest {
  private static final long MILLISECOND = 1_000_000;

  private long now;

  private EgressQueues queues(int number, String depth, String... rates) {
    var settings = new ArrayList<Setting>();
    for (String rate : rates) {
      settings.add(Setting.parse(rate));
    }
    return new EgressQueues(
        new QueueSpec(number, List.of(Setting.parse(depth)), settings), () -> now);
  }

  private static QueuedPacket put(EgressQueues queues, int port, int priority) {
    QueuedPacket packet = Objects.requireNonNull(queues.room(port, priority), "no room");
    packet.enqueue();
    return packet;
  }

  private static List<Integer> portsOfAll(EgressQueues queues) {
    var ports = new ArrayList<Integer>();
    for (QueuedPacket next = queues.poll(); next != null; next = queues.poll()) {
      ports.add(next.port());
    }
    return ports;
  }

  @Test
  void theHighestNumberGoesFirstAndEachQueueKeepsItsOrder() {
    EgressQueues queues = queues(8, "64");
    QueuedPacket low = put(queues, 1, 0);
    QueuedPacket first = put(queues, 1, 7);
    QueuedPacket middle = put(queues, 1, 3);
    QueuedPacket second = put(queues, 1, 7);
    assertThat(List.of(take(queues), take(queues), take(queues), take(queues)))
        .containsExactly(first, second, middle, low);
    assertThat(queues.poll()).isNull();
  }

  private static QueuedPacket take(EgressQueues queues) {
    return Objects.requireNonNull(queues.poll(), "nothing may leave");
  }

  @Test
  void aQueueTakesAsManyAsItIsDeepAndOneMoreForEachThatLeaves() {
    EgressQueues queues = queues(2, "2");
    QueuedPacket first = put(queues, 1, 0);
    put(queues, 1, 0);
    assertThat(queues.room(1, 0)).isNull();
    put(queues, 1, 1);
    put(queues, 2, 0);
    assertThat(List.of(take(queues), take(queues))).doesNotContain(first);
    assertThat(queues.room(1, 0)).isNull();
    assertThat(take(queues)).isSameAs(first);
    assertThat(queues.room(1, 0)).isNotNull();
    assertThat(queues.room(1, 0)).isNull();
  }

  @Test
  void aPortSendsOneForEachInterval() {
    EgressQueues queues = queues(1, "64", "1000");
    for (int i = 0; i < 4; i++) {
      put(queues, 1, 0);
    }
    assertThat(portsOfAll(queues)).hasSize(1);
    now += MILLISECOND - 1;
    assertThat(portsOfAll(queues)).isEmpty();
    now += 1;
    assertThat(portsOfAll(queues)).hasSize(1);
  }

  @Test
  void whatWasLateIsMadeUpForWhileOthersWait() {
    EgressQueues queues = queues(1, "64", "1000");
    for (int i = 0; i < 10; i++) {
      put(queues, 1, 0);
    }
    assertThat(portsOfAll(queues)).hasSize(1);
    now += 5 * MILLISECOND;
    assertThat(portsOfAll(queues)).hasSize(5);
  }

  @Test
  void anIdlePortSavesNothingUp() {
    EgressQueues queues = queues(1, "64", "1000");
    now += 1000 * MILLISECOND;
    for (int i = 0; i < 4; i++) {
      put(queues, 1, 0);
    }
    assertThat(portsOfAll(queues)).hasSize(1);
  }

  @Test
  void theRateIsThePortsAndTheHigherClassUsesItFirst() {
    EgressQueues queues = queues(2, "64", "1000");
    QueuedPacket low = put(queues, 1, 0);
    QueuedPacket high = put(queues, 1, 1);
    assertThat(take(queues)).isSameAs(high);
    assertThat(queues.poll()).isNull();
    now += MILLISECOND;
    assertThat(take(queues)).isSameAs(low);
  }

  @Test
  void portsTakeTurns() {
    EgressQueues queues = queues(2, "64");
    for (int i = 0; i < 3; i++) {
      put(queues, 1, 1);
      put(queues, 2, 0);
    }
    assertThat(portsOfAll(queues)).containsExactly(1, 2, 1, 2, 1, 2);
  }

  @Test
  void aPortMayHaveARateOfItsOwn() {
    EgressQueues queues = queues(1, "64", "2=0", "1000");
    for (int i = 0; i < 3; i++) {
      put(queues, 1, 0);
      put(queues, 2, 0);
    }
    assertThat(portsOfAll(queues)).containsExactly(1, 2, 2, 2);
  }

  @Test
  void refusesNumbersThatNoQueueCanHave() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new QueueSpec(9, List.of(), List.of()))
        .withMessage("priority queues 9: not between 1 and 8");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new QueueSpec(1, List.of(Setting.parse("0")), List.of()))
        .withMessage("queue depth 0: not between 1 and 65536");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new QueueSpec(1, List.of(), List.of(Setting.parse("2=900000000"))))
        .withMessage("queue rate 900000000: not between 0 and 100000000");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Setting.parse("2:100"))
        .withMessage("'2:100' is not NUMBER or PORT=NUMBER");
    assertThatIllegalArgumentException().isThrownBy(() -> Setting.parse("511=100"));
  }
}
