package io.hairpin.bridge;

import io.hairpin.p4runtime.client.Entity;
import java.util.ArrayList;
import java.util.List;

/**
 * What a change of the bridge takes away from what the dataplane should hold, and what it puts in.
 * An entity that stays as it is may be on both sides.
 */
record Difference(List<Entity> before, List<Entity> after) {

  Difference() {
    this(new ArrayList<>(), new ArrayList<>());
  }

  boolean isEmpty() {
    return before.isEmpty() && after.isEmpty();
  }

  void add(Difference other) {
    before.addAll(other.before);
    after.addAll(other.after);
  }
}
