package io.hairpin.netconf.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.common.QNameModule;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifierWithPredicates;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeWithValue;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.PathArgument;
import org.opendaylight.yangtools.yang.data.api.schema.DistinctNodeContainer;
import org.opendaylight.yangtools.yang.data.api.schema.NormalizedNode;
import org.opendaylight.yangtools.yang.model.api.ModuleLike;

/**
 * Changes as a YANG patch (RFC 8072 section 2) of push-change-update (RFC 8641 section 3.7). Of
 * lists and leaf-lists that the user orders, as few entries move as can be. Not thread-safe.
 */
final class YangPatch {
  private record Operation(
      String kind,
      String target,
      @Nullable String where,
      @Nullable String point,
      Definition definition,
      @Nullable NormalizedNode value) {}

  private final Definition root;
  private final Set<String> excluded;
  private final List<Operation> operations = new ArrayList<>();

  /**
   * Makes one without operations.
   *
   * @param excluded the kinds of operations that are left out
   */
  YangPatch(Definition root, Set<String> excluded) {
    this.root = root;
    this.excluded = excluded;
  }

  boolean isEmpty() {
    return operations.isEmpty();
  }

  void add(Change.Edit edit) {
    Definition at = root;
    StringBuilder target = new StringBuilder();
    PathArgument end = null;
    for (PathArgument step : edit.path().getPathArguments()) {
      Definition child = step instanceof NodeIdentifier ? at.child(step.getNodeType()) : null;
      if (child != null) {
        target.append('/');
        if (!child.name().getModule().equals(at.name().getModule())) {
          target.append(module(child.name().getModule())).append(':');
        }
        target.append(child.localName());
        at = child;
      } else {
        target.append(entry(at, step));
      }
      end = step;
    }
    if (at.userOrdered && end instanceof NodeIdentifier) {
      ordered(at, target.toString(), entries(edit.before()), entries(edit.after()));
    } else {
      operation(
          edit.after() == null ? "delete" : edit.before() == null ? "create" : "replace",
          target.toString(),
          null,
          null,
          at,
          edit.after());
    }
  }

  private void operation(
      String kind,
      String target,
      @Nullable String where,
      @Nullable String point,
      Definition definition,
      @Nullable NormalizedNode value) {
    if (!excluded.contains(kind)) {
      operations.add(new Operation(kind, target, where, point, definition, value));
    }
  }

  private String module(QNameModule module) {
    return root.context().findModule(module).map(ModuleLike::getName).orElseThrow();
  }

  /** The keys or the value of an entry, as in RFC 8040 section 3.5.3. */
  private String entry(Definition list, PathArgument step) {
    return switch (step) {
      case NodeIdentifierWithPredicates keys ->
          list.keys.stream()
              .map(key -> text(list.child(key), keys.getValue(key)))
              .collect(Collectors.joining(",", "=", ""));
      case NodeWithValue<?> value -> "=" + text(list, value.getValue());
      default -> "";
    };
  }

  private String text(@Nullable Definition leaf, @Nullable Object value) {
    if (leaf == null || value == null) {
      return "";
    }
    String text =
        value instanceof QName identity
            ? module(identity.getModule()) + ":" + identity.getLocalName()
            : Values.text(leaf, value, new Values.Prefixes(root.context()));
    StringBuilder encoded = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      boolean plain =
          (b >= 'a' && b <= 'z')
              || (b >= 'A' && b <= 'Z')
              || (b >= '0' && b <= '9')
              || "-._~".indexOf(b) >= 0;
      if (plain) {
        encoded.append((char) b);
      } else {
        encoded.append("%%%02X".formatted(b & 0xff));
      }
    }
    return encoded.toString();
  }

  private static List<NormalizedNode> entries(@Nullable NormalizedNode list) {
    List<NormalizedNode> entries = new ArrayList<>();
    if (list instanceof DistinctNodeContainer<?, ?> container) {
      container.body().forEach(entries::add);
    }
    return entries;
  }

  private void ordered(
      Definition list, String target, List<NormalizedNode> before, List<NormalizedNode> after) {
    Map<PathArgument, NormalizedNode> remains = new HashMap<>();
    after.forEach(entry -> remains.put(entry.name(), entry));
    Map<PathArgument, Integer> places = new HashMap<>();
    for (NormalizedNode entry : before) {
      NormalizedNode now = remains.get(entry.name());
      String at = target + entry(list, entry.name());
      if (now == null) {
        operation("delete", at, null, null, list, null);
      } else {
        places.put(entry.name(), places.size());
        if (!now.equals(entry)) {
          operation("replace", at, null, null, list, now);
        }
      }
    }
    List<PathArgument> common = new ArrayList<>();
    after.stream().map(NormalizedNode::name).filter(places::containsKey).forEach(common::add);
    Set<PathArgument> unmoved = inOrder(common, places);
    String previous = null;
    for (NormalizedNode entry : after) {
      String at = target + entry(list, entry.name());
      String where = previous == null ? "first" : "after";
      if (!places.containsKey(entry.name())) {
        operation("insert", at, where, previous, list, entry);
      } else if (!unmoved.contains(entry.name())) {
        operation("move", at, where, previous, list, null);
      }
      previous = at;
    }
  }

  /** A longest part of a sequence that is in the order of the places. */
  private static Set<PathArgument> inOrder(
      List<PathArgument> sequence, Map<PathArgument, Integer> places) {
    int[] place = sequence.stream().mapToInt(places::get).toArray();
    // The index of the last element of the best part of each length, and the one before each.
    int[] lasts = new int[place.length];
    int[] previous = new int[place.length];
    int length = 0;
    for (int i = 0; i < place.length; i++) {
      int low = 0;
      int high = length;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (place[lasts[middle]] < place[i]) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      previous[i] = low == 0 ? -1 : lasts[low - 1];
      lasts[low] = i;
      length = Math.max(length, low + 1);
    }
    Set<PathArgument> part = new HashSet<>();
    for (int i = length == 0 ? -1 : lasts[length - 1]; i >= 0; i = previous[i]) {
      part.add(sequence.get(i));
    }
    return part;
  }

  /** Writes what stands in datastore-changes. */
  void write(XmlWriter out, String id) throws IOException {
    String ns = Namespaces.PUSH;
    out.start(ns, "yang-patch").leaf(ns, "patch-id", id);
    int number = 0;
    for (Operation operation : operations) {
      number++;
      out.start(ns, "edit");
      out.leaf(ns, "edit-id", Integer.toString(number));
      out.leaf(ns, "operation", operation.kind);
      out.leaf(ns, "target", operation.target);
      if (operation.point != null) {
        out.leaf(ns, "point", operation.point);
      }
      if (operation.where != null) {
        out.leaf(ns, "where", operation.where);
      }
      if (operation.value != null) {
        out.start(ns, "value");
        new DataWriter(out).node(operation.definition, operation.value, null);
        out.end();
      }
      out.end();
    }
    out.end();
  }
}
