package io.hairpin.softswitch.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** An entry's direct counter; it goes on when the entry gets another action. */
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

  private volatile long packets;
  private volatile long bytes;

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
