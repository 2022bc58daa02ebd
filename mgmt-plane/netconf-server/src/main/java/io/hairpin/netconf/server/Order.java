package io.hairpin.netconf.server;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.schema.LeafSetEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafSetNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapNode;

/**
 * The order of lists and leaf-lists that the system orders: by keys or values, numbers as numbers,
 * all else as text. It is the same for the same data, however they came about (RFC 7950 section
 * 7.7.1).
 */
final class Order {
  private Order() {}

  /** The entries of a list, as they are to be written. */
  static Collection<MapEntryNode> of(Definition definition, MapNode list) {
    if (definition.userOrdered || list.size() < 2) {
      return list.body();
    }
    List<MapEntryNode> entries = new ArrayList<>(list.body());
    entries.sort(
        (a, b) -> {
          for (QName key : definition.keys) {
            int order =
                compare(definition.child(key), a.name().getValue(key), b.name().getValue(key));
            if (order != 0) {
              return order;
            }
          }
          return 0;
        });
    return entries;
  }

  /** The entries of a leaf-list, as they are to be written. */
  static Collection<? extends LeafSetEntryNode<?>> of(Definition definition, LeafSetNode<?> list) {
    if (definition.userOrdered || list.size() < 2) {
      return list.body();
    }
    List<LeafSetEntryNode<?>> entries = new ArrayList<>(list.body());
    entries.sort((a, b) -> compare(definition, a.body(), b.body()));
    return entries;
  }

  @SuppressWarnings("unchecked") // Numbers of one class are comparable with each other.
  private static int compare(
      @Nullable Definition definition, @Nullable Object a, @Nullable Object b) {
    Object left = Objects.requireNonNull(a);
    Object right = Objects.requireNonNull(b);
    if (left.getClass() == right.getClass()
        && (left instanceof Number || left instanceof String)
        && left instanceof Comparable<?> number) {
      return ((Comparable<Object>) number).compareTo(right);
    }
    // The types of a union: the numbers first.
    if (left instanceof Number || right instanceof Number) {
      return left instanceof Number && right instanceof Number
          ? new BigDecimal(left.toString()).compareTo(new BigDecimal(right.toString()))
          : left instanceof Number ? -1 : 1;
    }
    Definition leaf = Objects.requireNonNull(definition);
    return text(leaf, left).compareTo(text(leaf, right));
  }

  private static String text(Definition leaf, Object value) {
    return Values.text(leaf, value, new Values.Prefixes(leaf.context()));
  }
}
