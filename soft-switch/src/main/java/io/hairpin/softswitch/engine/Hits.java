package io.hairpin.softswitch.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What an entry's hits leave behind: its direct counter, its meter, its age. It goes on when the
 * entry gets another action.
 */
final class Hits {
  private static final VarHandle PACKETS;
  private static final VarHandle BYTES;

  static {
    try {
      var lookup = MethodHandles.lookup();
      PACKETS = lookup.findVarHandle(Hits.class, "packets", long.class);
      BYTES = lookup.findVarHandle(Hits.class, "bytes", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final @Nullable Meter meter;
  // Microseconds on the switch's clock.
  volatile long last;
  volatile long timeout;
  private volatile long packets;
  private volatile long bytes;

  Hits(@Nullable Meter meter) {
    this.meter = meter;
  }

  void touch(LongSupplier clock) {
    last = clock.getAsLong();
  }

  /** Meters one packet; returns its colour. */
  long meter(int length, LongSupplier clock) {
    return meter == null ? Meter.GREEN : meter.execute(length, clock);
  }

  /** The colour that one packet would get. */
  long tryMeter(int length, LongSupplier clock) {
    return meter == null ? Meter.GREEN : meter.copy().execute(length, clock);
  }

  void count(int length) {
    long unused = (long) PACKETS.getAndAdd(this, 1L);
    unused = (long) BYTES.getAndAdd(this, (long) length);
  }

  CounterValue value() {
    return new CounterValue(packets, bytes);
  }

  void set(CounterValue value) {
    packets = value.packets();
    bytes = value.bytes();
  }
}
