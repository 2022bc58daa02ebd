package io.hairpin.bridge;

import io.hairpin.bridge.QualityOfService.Policer;
import io.hairpin.bridge.QualityOfService.PolicerKey;
import io.hairpin.p4runtime.client.Entity;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The policers that attached entries of access lists name: what each is known as in the pipeline,
 * and the rates of the meter that its entries share. Not safe for several threads.
 */
final class EntryPolicers {

  /** How many the pipeline has numbers for, from 1 on. */
  static final int MOST = 1023;

  private final Map<String, Policer> policers = new HashMap<>();
  private final Map<String, Integer> numbers = new HashMap<>();
  private List<Entity> cells = List.of();

  /** Takes in a policer as it is now; null where it is gone. */
  void configure(PolicerKey key, @Nullable ConfigurationObject object) {
    if (object instanceof Policer policer) {
      policers.put(key.name(), policer);
    } else {
      policers.remove(key.name());
    }
  }

  /**
   * What a policer is known as, 0 where none is meant.
   *
   * @param name one of those that {@link #derive} was told last
   */
  int number(@Nullable String name) {
    return name == null ? 0 : Objects.requireNonNull(numbers.get(name));
  }

  /** What every policer is known as that attached entries name. */
  Map<String, Integer> numbers() {
    return Map.copyOf(numbers);
  }

  /** Forgets what policers are known as, to {@link #adopt} what a target knows them as. */
  void forgetNumbers() {
    numbers.clear();
  }

  /** Takes over what a target knows a policer as, unless it knows another one as the same. */
  void adopt(String name, int number) {
    if (number != 0 && !numbers.containsValue(number)) {
      numbers.putIfAbsent(name, number);
    }
  }

  /**
   * Adds what becomes of the rates.
   *
   * @param named the policers that attached entries name now, {@link #MOST} at most; others lose
   *     their numbers
   */
  void derive(Set<String> named, Difference difference) {
    BitSet taken = taken();
    numbers.keySet().retainAll(named);
    difference.before().addAll(cells);
    cells = new ArrayList<>();
    for (String name : named) {
      if (!numbers.containsKey(name)) {
        numbers.put(name, free(taken));
      }
      Policer policer = policers.get(name);
      if (policer != null) {
        cells.add(
            QualityOfServiceIntent.cell(QualityOfServiceIntent.ACE_POLICER, number(name), policer));
      }
    }
    difference.after().addAll(cells);
  }

  private BitSet taken() {
    BitSet taken = new BitSet();
    numbers.values().forEach(taken::set);
    return taken;
  }

  /** A number that is free, one that is given up just now only where there is no other. */
  private int free(BitSet taken) {
    int number = taken.nextClearBit(1);
    if (number > MOST) {
      taken.and(taken());
      number = taken.nextClearBit(1);
    }
    if (number > MOST) {
      throw new IllegalStateException("More than " + MOST + " policers");
    }
    taken.set(number);
    return number;
  }
}
