package io.hairpin.netconf.server;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.PathArgument;

/**
 * Which nodes of a datastore edits may have changed, as a tree: a mark covers all below it. It lets
 * the cost of a commit follow the change. Not thread-safe.
 */
final class Touched {
  private final Map<PathArgument, Touched> children = new LinkedHashMap<>(4);
  private boolean whole;

  /** Everything may have changed. */
  static Touched everything() {
    Touched touched = new Touched();
    touched.mark();
    return touched;
  }

  void mark() {
    whole = true;
    children.clear();
  }

  boolean whole() {
    return whole;
  }

  boolean isEmpty() {
    return !whole && children.values().stream().allMatch(Touched::isEmpty);
  }

  Map<PathArgument, Touched> children() {
    return children;
  }

  @Nullable Touched get(PathArgument step) {
    return children.get(step);
  }

  /** The place one step down, made if it was not there; below a mark it leads nowhere. */
  Touched at(PathArgument step) {
    return whole ? new Touched() : children.computeIfAbsent(step, key -> new Touched());
  }

  /** The place at the end of a path, made if it was not there. */
  Touched to(YangInstanceIdentifier path) {
    Touched at = this;
    for (PathArgument step : path.getPathArguments()) {
      at = at.at(step);
    }
    return at;
  }

  /** Whether a mark covers a node, or something below it. */
  boolean overlaps(YangInstanceIdentifier path) {
    Touched at = this;
    for (PathArgument step : path.getPathArguments()) {
      if (at.whole) {
        return true;
      }
      at = at.children.get(step);
      if (at == null) {
        return false;
      }
    }
    return !at.isEmpty();
  }

  void add(Touched other) {
    if (other.whole) {
      mark();
    } else if (!whole) {
      other.children.forEach((step, below) -> at(step).add(below));
    }
  }
}
