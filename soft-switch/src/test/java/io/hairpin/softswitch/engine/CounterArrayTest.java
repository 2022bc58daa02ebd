package io.hairpin.softswitch.engine;

import static io.hairpin.softswitch.engine.Bench.entry;
import static io.hairpin.softswitch.engine.Bench.key;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CounterArrayTest {
  private final CounterArray array = new CounterArray("counter", 1000);
  private final CounterArray.Part one = array.part();
  private final CounterArray.Part other = array.part();

  @Test
  void aCounterIsTheSumOfWhatEachThreadCounts() {
    one.count(999, 60);
    other.count(999, 100);
    other.count(0, 100);
    assertThat(array.read(999)).isEqualTo(new CounterValue(2, 160));
    assertThat(array.read(0)).isEqualTo(new CounterValue(1, 100));
    assertThat(array.read(500)).isEqualTo(new CounterValue(0, 0));
  }

  @Test
  void aCounterGoesOnFromWhatItIsSetTo() {
    one.count(7, 60);
    other.count(7, 60);
    array.write(7, new CounterValue(0, 0));
    assertThat(array.read(7)).isEqualTo(new CounterValue(0, 0));
    other.count(7, 60);
    assertThat(array.read(7)).isEqualTo(new CounterValue(1, 60));
    array.write(7, new CounterValue(1000, 5));
    one.count(7, 60);
    assertThat(array.read(7)).isEqualTo(new CounterValue(1001, 65));
  }

  @Test
  void anIndexOutsideCountsNothing() {
    for (long index : new long[] {-1, 1000, 1023, 1L << 32, Long.MIN_VALUE}) {
      one.count(index, 60);
    }
    for (int i = 0; i < array.size(); i++) {
      assertThat(array.read(i)).isEqualTo(new CounterValue(0, 0));
    }
  }

  @Test
  void processorsOfOneProgramCountTogether() {
    Bench bench = Bench.of("bridge.json");
    bench.table("In.ports").insert(entry(key(1), "In.receive", 10));
    bench.table("In.vlans").insert(entry(key(10), "In.group", 7));
    Bench another = new Bench(bench.program);
    String frame = "0200000000020200000000010800";
    bench.send(1, frame);
    another.send(1, frame);
    new Bench(bench.program).send(1, frame);
    assertThat(bench.counter("In.received").read(1)).isEqualTo(new CounterValue(3, 3 * 14));
    assertThat(bench.table("In.fdb").defaultCounter()).isEqualTo(new CounterValue(3, 3 * 14));
  }
}
