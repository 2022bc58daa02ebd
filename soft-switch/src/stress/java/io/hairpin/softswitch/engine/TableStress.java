package io.hairpin.softswitch.engine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.JJJ_Result;
import org.openjdk.jcstress.infra.results.JJ_Result;

/** What packets see of entries and counters while control and other packets write them. */
public final class TableStress {
  private TableStress() {}

  private static Bound bound(long key, int value) {
    long[] word = {key};
    return new Bound(word, new long[] {-1}, 0, key, 0, new long[] {value, value}, null, null);
  }

  private static long[] key(long word) {
    return new long[] {word};
  }

  /** Both arguments of what a key meets, as one number; -1 where it meets nothing. */
  private static int seen(@Nullable Bound bound) {
    return bound == null ? -1 : (int) (10 * bound.arguments[0] + bound.arguments[1]);
  }

  /** An entry is found all the time while others come and the map grows. */
  @JCStressTest
  @Outcome(id = "11, 11", expect = ACCEPTABLE, desc = "it is there")
  @State
  public static class Growth {
    private final Tuple tuple = new Tuple(key(-1));

    /** The entry. */
    public Growth() {
      tuple.add(key(1), bound(1, 1));
    }

    /** Control. */
    @Actor
    public void write() {
      for (int i = 2; i < 24; i++) {
        tuple.add(key(i), bound(i, 2));
      }
    }

    /** A packet. */
    @Actor
    public void read(II_Result r) {
      r.r1 = seen(tuple.find(1));
      r.r2 = seen(tuple.find(key(1)));
    }
  }

  /** An entry that is replaced is the old one or the new one, wholly. */
  @JCStressTest
  @Outcome(id = "11, 11", expect = ACCEPTABLE, desc = "before")
  @Outcome(id = "11, 22", expect = ACCEPTABLE, desc = "meanwhile")
  @Outcome(id = "22, 22", expect = ACCEPTABLE, desc = "after")
  @State
  public static class Replacement {
    private final Tuple tuple = new Tuple(key(-1));

    /** The entry. */
    public Replacement() {
      tuple.add(key(1), bound(1, 1));
    }

    /** Control. */
    @Actor
    public void write() {
      tuple.replace(key(1), bound(1, 2));
    }

    /** A packet. */
    @Actor
    public void read(II_Result r) {
      r.r1 = seen(tuple.find(1));
      r.r2 = seen(tuple.find(1));
    }
  }

  /** An entry that comes, and one that goes, are there wholly or not at all. */
  @JCStressTest
  @Outcome(id = "(-1|11), (-1|22), 33", expect = ACCEPTABLE, desc = "each by itself")
  @State
  public static class ComingAndGoing {
    private final Tuple tuple = new Tuple(key(-1));
    private final Bound first = bound(1, 1);

    /** The entries. */
    public ComingAndGoing() {
      tuple.add(key(1), first);
      tuple.add(key(3), bound(3, 3));
    }

    /** Control. */
    @Actor
    public void write() {
      tuple.remove(key(1), first);
      tuple.add(key(2), bound(2, 2));
    }

    /** A packet. */
    @Actor
    public void read(III_Result r) {
      r.r1 = seen(tuple.find(1));
      r.r2 = seen(tuple.find(2));
      r.r3 = seen(tuple.find(3));
    }
  }

  /** Nothing that two threads count in an array is lost, and control sees each or not. */
  @JCStressTest
  @Outcome(id = "2, 300, [012]", expect = ACCEPTABLE, desc = "both")
  @State
  public static class CountingApart {
    private final CounterArray array = new CounterArray("counter", 1);
    private final CounterArray.Part one = array.part();
    private final CounterArray.Part other = array.part();
    private long meanwhile;

    /** Nothing counted. */
    public CountingApart() {}

    /** A packet. */
    @Actor
    public void one() {
      one.count(0, 100);
    }

    /** Another, on another thread. */
    @Actor
    public void other() {
      other.count(0, 200);
    }

    /** Control. */
    @Actor
    public void read() {
      meanwhile = array.read(0).packets();
    }

    /** Control, later. */
    @Arbiter
    public void read(JJJ_Result r) {
      CounterValue value = array.read(0);
      r.r1 = value.packets();
      r.r2 = value.bytes();
      r.r3 = meanwhile;
    }
  }

  /** A packet that is counted while its counter is set counts before that or after it. */
  @JCStressTest
  @Outcome(id = "(10|11), (1000|1100), (10|11)", expect = ACCEPTABLE, desc = "the one or the other")
  @State
  public static class Setting {
    private final CounterArray array = new CounterArray("counter", 1);
    private final CounterArray.Part part = array.part();
    private long meanwhile;

    /** One counted. */
    public Setting() {
      part.count(0, 100);
    }

    /** A packet. */
    @Actor
    public void count() {
      part.count(0, 100);
    }

    /** Control. */
    @Actor
    public void set() {
      array.write(0, new CounterValue(10, 1000));
      meanwhile = array.read(0).packets();
    }

    /** Control, later. */
    @Arbiter
    public void read(JJJ_Result r) {
      CounterValue value = array.read(0);
      r.r1 = value.packets();
      r.r2 = value.bytes();
      r.r3 = meanwhile;
    }
  }

  /** Nothing that two threads count for an entry is lost. */
  @JCStressTest
  @Outcome(id = "2, 300", expect = ACCEPTABLE, desc = "both")
  @State
  public static class Counting {
    private final Hits hits = new Hits(null);

    /** Nothing counted. */
    public Counting() {}

    /** A packet. */
    @Actor
    public void one() {
      hits.count(100);
    }

    /** Another, on another thread. */
    @Actor
    public void other() {
      hits.count(200);
    }

    /** Control. */
    @Arbiter
    public void read(JJ_Result r) {
      CounterValue value = hits.value();
      r.r1 = value.packets();
      r.r2 = value.bytes();
    }
  }
}
