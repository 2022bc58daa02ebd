package io.hairpin.softswitch.engine;

import static io.hairpin.softswitch.engine.Bench.action;
import static io.hairpin.softswitch.engine.Bench.entry;
import static io.hairpin.softswitch.engine.Bench.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.softswitch.engine.Bench.Sent;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BridgeTest {
  private static final String A = "020000000001";
  private static final String B = "020000000002";
  private static final String PAYLOAD = "0102030405060708";

  private final Bench bench = Bench.of("bridge.json");

  @BeforeEach
  void ports() {
    for (int port = 1; port <= 3; port++) {
      bench.table("In.ports").insert(entry(key(port), "In.receive", 10));
    }
    bench.table("In.vlans").insert(entry(key(10), "In.group", 7));
  }

  @Test
  void forwardsKnownUnicast() {
    bench.table("In.fdb").insert(entry(key(0x020000000002L, 10), "In.forward", 2));
    assertThat(bench.send(1, B + A + "0800" + PAYLOAD))
        .containsExactly(new Sent(2, B + A + "0800" + PAYLOAD));
  }

  @Test
  void dropsWhatComesInOnAnUnknownPort() {
    assertThat(bench.send(4, B + A + "0800" + PAYLOAD)).isEmpty();
  }

  @Test
  void leavesThePipelineOnExit() {
    assertThat(bench.send(1, B + A + "81000014" + "0800" + PAYLOAD)).isEmpty();
  }

  @Test
  void replicatesToEveryMemberButTheReceptionPort() {
    bench.replication.putGroup(7, List.of(replica(1, 100), replica(2, 200), replica(3, 300)));
    bench.table("Out.members").insert(entry(key(3, 10), "Out.tagged"));
    assertThat(bench.send(1, B + A + "0800" + PAYLOAD))
        .containsExactly(
            new Sent(2, B + A + "0800" + PAYLOAD), new Sent(3, B + A + "8100000a0800" + PAYLOAD));
  }

  @Test
  void popsTheTagOfAnUntaggedMember() {
    bench.table("In.fdb").insert(entry(key(0x020000000002L, 10), "In.forward", 2));
    assertThat(bench.send(1, B + A + "8100a00a0800" + PAYLOAD))
        .containsExactly(new Sent(2, B + A + "0800" + PAYLOAD));
  }

  @Test
  void keepsPriorityBitsOfATaggedFrame() {
    bench.table("In.fdb").insert(entry(key(0x020000000002L, 10), "In.forward", 2));
    bench.table("Out.members").insert(entry(key(2, 10), "Out.tagged"));
    assertThat(bench.send(1, B + A + "8100f00a0800" + PAYLOAD))
        .containsExactly(new Sent(2, B + A + "8100f00a0800" + PAYLOAD));
  }

  @Test
  void countsByIndexAndByEntry() {
    bench.table("In.fdb").insert(entry(key(0x020000000002L, 10), "In.forward", 2));
    bench.send(1, B + A + "0800" + PAYLOAD);
    bench.send(1, B + A + "0800" + PAYLOAD);
    assertThat(bench.counter("In.received").read(1)).isEqualTo(new CounterValue(2, 44));
    assertThat(bench.table("In.fdb").counter(key(0x020000000002L, 10), 0))
        .isEqualTo(new CounterValue(2, 44));
  }

  @Test
  void countsMisses() {
    bench.send(1, B + A + "0800" + PAYLOAD);
    assertThat(bench.table("In.fdb").defaultCounter()).isEqualTo(new CounterValue(1, 22));
  }

  @Test
  void goesOnCountingAfterAModification() {
    Table fdb = bench.table("In.fdb");
    fdb.insert(entry(key(0x020000000002L, 10), "In.forward", 2));
    bench.send(1, B + A + "0800" + PAYLOAD);
    fdb.modify(entry(key(0x020000000002L, 10), "In.forward", 3));
    assertThat(bench.send(1, B + A + "0800" + PAYLOAD)).extracting(Sent::port).containsExactly(3);
    assertThat(fdb.counter(key(0x020000000002L, 10), 0).packets()).isEqualTo(2);
  }

  @Test
  void reportsTheLastDigest() {
    bench.table("In.sources").setDefault(action("In.learn"));
    bench.send(2, B + A + "0800" + PAYLOAD);
    assertThat(bench.digests).containsExactly(new Bench.Digest("learn_t", A + "000a" + "0002"));
  }

  @Test
  void forwardsRuntsAsTheyAre() {
    bench.table("In.fdb").setDefault(action("In.forward", 3));
    assertThat(bench.send(1, "0102030405")).containsExactly(new Sent(3, "0102030405"));
  }

  private static Replication.Replica replica(int port, int instance) {
    return new Replication.Replica(port, instance);
  }
}
