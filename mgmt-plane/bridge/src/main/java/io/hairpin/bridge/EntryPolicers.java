package io.hairpin.bridge;

import io.hairpin.bridge.QualityOfService.Policer;
import io.hairpin.bridge.QualityOfService.PolicerKey;
import io.hairpin.p4runtime.client.CounterCell;
import io.hairpin.p4runtime.client.Entity;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The policers that attached entries of access lists name: what each is known as in the pipeline,
 * and the rates of the meter that its entries share. Not safe for several threads.
 */
final class EntryPolicers {

  /** How many the pipeline has numbers for, from 1 on. */
  static final int MOST = 1023;

  /** What their meters make of frames. */
  static final String COUNTER = "ace_policed";

  private final Map<String, Policer> policers = new HashMap<>();
  private final Map<String, Integer> numbers = new HashMap<>();

  /** Those whose counters may still hold what others made of frames. */
  private final Set<String> uncounted = new HashSet<>();

  private List<Entity> cells = List.of();

  private boolean adopted;

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

  /** Takes over what a target knows policers as, each as far as it knows no other as the same. */
  void adopt(Map<String, Integer> held) {
    numbers.clear();
    held.forEach(
        (name, number) -> {
          if (number != 0 && !numbers.containsValue(number)) {
            numbers.put(name, number);
          }
        });
    if (!adopted) {
      adopted = true;
      uncounted.removeAll(numbers.keySet()); // The controller before counted them.
    }
  }

  /**
   * Has the counters of policers that are new begin at 0.
   *
   * @param write writes cells; where it throws, it is asked again the next time
   */
  void beginCounts(Consumer<List<Entity>> write) {
    List<Integer> begun = uncounted.stream().map(this::number).toList();
    if (!begun.isEmpty()) {
      write.accept(
          PolicerCount.cells(begun).stream()
              .<Entity>map(cell -> new CounterCell(COUNTER, cell, 0, 0))
              .toList());
      uncounted.clear();
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
    uncounted.retainAll(named);
    difference.before().addAll(cells);
    cells = new ArrayList<>();
    for (String name : named) {
      if (!numbers.containsKey(name)) {
        numbers.put(name, free(taken));
        uncounted.add(name);
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
