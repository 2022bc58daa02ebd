package io.hairpin.softswitch.port;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** A port's counters. Thread-safe; readers see each number exact, not all at one instant. */
final class Tally {
  private final LongAdder receivedFrames = new LongAdder();
  private final LongAdder receivedOctets = new LongAdder();
  private final LongAdder transmittedFrames = new LongAdder();
  private final LongAdder transmittedOctets = new LongAdder();
  private final Map<Discard, LongAdder> discards = new EnumMap<>(Discard.class);

  Tally() {
    for (Discard reason : Discard.values()) {
      discards.put(reason, new LongAdder());
    }
  }

  void received(long frames, long octets) {
    receivedFrames.add(frames);
    receivedOctets.add(octets);
  }

  void transmitted(long frames, long octets) {
    transmittedFrames.add(frames);
    transmittedOctets.add(octets);
  }

  void discarded(Discard reason, long frames) {
    LongAdder adder = discards.get(reason);
    if (adder != null) {
      adder.add(frames);
    }
  }

  PortCounters read() {
    var seen = new EnumMap<Discard, Long>(Discard.class);
    discards.forEach(
        (reason, adder) -> {
          long frames = adder.sum();
          if (frames != 0) {
            seen.put(reason, frames);
          }
        });
    return new PortCounters(
        receivedFrames.sum(),
        receivedOctets.sum(),
        transmittedFrames.sum(),
        transmittedOctets.sum(),
        seen);
  }
}
