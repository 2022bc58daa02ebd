package io.hairpin.netconf.server;

import com.google.common.collect.MapMaker;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.PathArgument;
import org.opendaylight.yangtools.yang.data.api.schema.MapEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapNode;
import org.opendaylight.yangtools.yang.model.api.stmt.SchemaNodeIdentifier;
import org.opendaylight.yangtools.yang.model.api.stmt.UniqueEffectiveStatement;
import tech.pantheon.triemap.ImmutableTrieMap;
import tech.pantheon.triemap.MutableTrieMap;
import tech.pantheon.triemap.TrieMap;

/**
 * Checks the unique statements of lists (RFC 7950 section 7.8.3): default values in use count,
 * entries that lack one of the leaves do not. What a long list holds is remembered as long as the
 * list is, so that only the entries that a change touches are looked at. Thread-safe.
 */
final class Unique {
  /** Lists up to this size are looked at as a whole. */
  private static final int SHORT = 32;

  /** Which entry has which values, by list (the very node) and statement. */
  private final Map<
          MapNode, Map<UniqueEffectiveStatement, ImmutableTrieMap<List<Object>, PathArgument>>>
      known = new MapMaker().weakKeys().makeMap();

  /**
   * Checks one statement.
   *
   * @param before the node that held the list before, which was valid; null if there was none
   * @param holder the node that holds it now
   * @param touched the entries that may differ; null for all
   */
  void check(
      UniqueEffectiveStatement unique,
      Definition definition,
      @Nullable DataNode before,
      DataNode holder,
      @Nullable Touched touched,
      List<RpcError> errors) {
    Check check = new Check(unique, definition);
    MapNode list = list(holder, definition);
    if (list == null || index(list, unique) != null) {
      return;
    }
    MapNode old = before == null ? null : list(before, definition);
    TrieMap<List<Object>, PathArgument> base = old == null ? null : index(old, unique);
    MutableTrieMap<List<Object>, PathArgument> index;
    List<RpcError> found = new ArrayList<>();
    if (touched != null && before != null && base != null) {
      index = base.mutableSnapshot();
      Collection<PathArgument> entries = touched.children().keySet();
      for (PathArgument entry : entries) {
        List<Object> values = check.values(before, entry);
        if (values != null) {
          index.remove(values, entry);
        }
      }
      for (PathArgument entry : entries) {
        check.add(holder, entry, index, found);
      }
    } else {
      index = TrieMap.create();
      for (MapEntryNode entry : list.body()) {
        check.add(holder, entry.name(), index, found);
      }
    }
    errors.addAll(found);
    if (found.isEmpty() && list.size() > SHORT && check.isOfTheEntryAlone()) {
      known
          .computeIfAbsent(list, key -> new ConcurrentHashMap<>())
          .put(unique, index.immutableSnapshot());
    }
  }

  private static @Nullable MapNode list(DataNode holder, Definition definition) {
    return holder.find(definition) instanceof MapNode list ? list : null;
  }

  private @Nullable ImmutableTrieMap<List<Object>, PathArgument> index(
      MapNode list, UniqueEffectiveStatement unique) {
    return known.getOrDefault(list, Map.of()).get(unique);
  }

  private record Check(UniqueEffectiveStatement unique, Definition definition) {
    /** Whether no when decides whether a leaf, or a default of it, is there. */
    boolean isOfTheEntryAlone() {
      for (SchemaNodeIdentifier.Descendant leaf : unique.argument()) {
        Definition at = definition;
        for (QName step : leaf.getNodeIdentifiers()) {
          Definition child = at.child(step);
          if (child != null) {
            if (!child.conditions.isEmpty()) {
              return false;
            }
            at = child;
          }
        }
      }
      return true;
    }

    void add(
        DataNode holder,
        PathArgument entry,
        Map<List<Object>, PathArgument> index,
        List<RpcError> errors) {
      List<Object> values = values(holder, entry);
      PathArgument other = values == null ? null : index.putIfAbsent(values, entry);
      if (other == null) {
        return;
      }
      RpcError error =
          RpcError.application(
                  ErrorTag.OPERATION_FAILED,
                  "entries of %s have the same %s"
                      .formatted(
                          definition.localName(),
                          unique.argument().stream().map(Check::names).toList()))
              .withAppTag("data-not-unique")
              .withPath(Objects.requireNonNull(holder.entry(definition, entry)).path());
      for (DataNode node : nodes(holder, other)) {
        error = error.withInfo(Namespaces.YANG, "non-unique", node.path());
      }
      for (DataNode node : nodes(holder, entry)) {
        error = error.withInfo(Namespaces.YANG, "non-unique", node.path());
      }
      errors.add(error);
    }

    /** The values of an entry that is there and has all of the leaves; else null. */
    private @Nullable List<Object> values(DataNode holder, PathArgument entry) {
      List<Object> values = new ArrayList<>();
      for (DataNode node : nodes(holder, entry)) {
        if (node.value != null) {
          values.add(Values.equatable(node.value));
        }
      }
      return values.size() == unique.argument().size() ? values : null;
    }

    /** The leaves that an entry has. */
    private List<DataNode> nodes(DataNode holder, PathArgument entry) {
      List<DataNode> nodes = new ArrayList<>();
      for (SchemaNodeIdentifier.Descendant leaf : unique.argument()) {
        DataNode node = holder.entry(definition, entry);
        for (QName step : leaf.getNodeIdentifiers()) {
          Definition child = node == null ? null : node.definition.child(step);
          // The steps to a choice and its case lead nowhere in the data.
          if (node != null && child != null) {
            node = node.children(child).stream().findFirst().orElse(null);
          }
        }
        if (node != null && node.value != null) {
          nodes.add(node);
        }
      }
      return nodes;
    }

    private static String names(SchemaNodeIdentifier.Descendant leaf) {
      return String.join("/", leaf.getNodeIdentifiers().stream().map(QName::getLocalName).toList());
    }
  }
}
