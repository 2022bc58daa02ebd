package io.hairpin.softswitch.engine;

import java.util.LinkedHashMap;
import java.util.Map;

/** What a program keeps from packet to packet, outside its tables, by name. */
final class Externs {
  final Map<String, CounterArray> counters = new LinkedHashMap<>();
  final Map<String, RegisterArray> registers = new LinkedHashMap<>();
  final Map<String, MeterArray> meters = new LinkedHashMap<>();
  final Map<String, Hash> hashes = new LinkedHashMap<>();

  /** What a packet may change without anybody noticing; counters are the same. */
  Externs copy() {
    var copy = new Externs();
    copy.counters.putAll(counters);
    registers.forEach((name, array) -> copy.registers.put(name, array.copy()));
    meters.forEach((name, array) -> copy.meters.put(name, array.copy()));
    hashes.forEach((name, hash) -> copy.hashes.put(name, hash.copy()));
    return copy;
  }
}
