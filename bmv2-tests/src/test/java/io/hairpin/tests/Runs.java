package io.hairpin.tests;

import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The targets of one run of the suite, each started when it is first used, and what ran on them.
 */
final class Runs implements AutoCloseable {

  private final Map<Target, Rig> rigs = new EnumMap<>(Target.class);
  private final Map<Target, Exception> broken = new EnumMap<>(Target.class);
  private final Map<Target, Set<String>> passed = new EnumMap<>(Target.class);
  private final Map<Target, Set<String>> failed = new EnumMap<>(Target.class);
  private final Map<Target, Set<String>> skipped = new EnumMap<>(Target.class);

  Runs() {
    for (Target target : Target.values()) {
      passed.put(target, new TreeSet<>());
      failed.put(target, new TreeSet<>());
      skipped.put(target, new TreeSet<>());
    }
  }

  Rig rig(Target target) throws Exception {
    Exception failure = broken.get(target);
    if (failure != null) {
      throw new IllegalStateException(target + " did not start", failure);
    }
    @Nullable Rig rig = rigs.get(target);
    if (rig == null) {
      try {
        rig = new Rig(target);
      } catch (Exception e) {
        broken.put(target, e);
        throw e;
      }
      rigs.put(target, rig);
    }
    return rig;
  }

  Set<String> passed(Target target) {
    return of(passed, target);
  }

  Set<String> failed(Target target) {
    return of(failed, target);
  }

  Set<String> skipped(Target target) {
    return of(skipped, target);
  }

  /** The tests that ran to their end, well or not. */
  Set<String> ran(Target target) {
    Set<String> ran = new TreeSet<>(passed(target));
    ran.addAll(failed(target));
    return ran;
  }

  private static Set<String> of(Map<Target, Set<String>> tests, Target target) {
    return tests.computeIfAbsent(target, _ -> new TreeSet<>());
  }

  @Override
  public void close() throws Exception {
    for (Rig rig : rigs.values()) {
      rig.close();
    }
    for (Target target : Target.values()) {
      System.out.printf(
          "frames in, frames out on %s: %d passed, %d failed, %d skipped%s%n",
          target,
          passed(target).size(),
          failed(target).size(),
          skipped(target).size(),
          target.isHere() ? "" : " (not on this machine)");
    }
  }
}
