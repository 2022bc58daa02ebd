package io.hairpin.netconf.server;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.data.api.schema.ChoiceNode;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerChild;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafSetEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.LeafSetNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapNode;
import org.opendaylight.yangtools.yang.data.api.schema.NormalizedNode;
import org.opendaylight.yangtools.yang.data.api.schema.UserMapNode;
import org.opendaylight.yangtools.yang.data.spi.node.ImmutableNodes;

/**
 * Data with the origin of each configuration node (RFC 8342 section 5.3.4): intended where running
 * has it, system where only the state has, default where neither.
 */
final class OriginData {
  static final String NAMESPACE = "urn:ietf:params:xml:ns:yang:ietf-origin";

  /**
   * What of the data is asked for (RFC 8526 section 3.1.1).
   *
   * @param config null for all
   * @param depth counted from the top-level nodes, which are 1
   */
  record Filter(
      @Nullable Boolean config, List<String> origins, List<String> negatedOrigins, int depth) {
    boolean hasOrigins() {
      return !origins.isEmpty() || !negatedOrigins.isEmpty();
    }

    boolean isEverything() {
      return config == null && !hasOrigins() && depth == Integer.MAX_VALUE;
    }

    private boolean takes(Definition definition, String origin) {
      if (config != null && definition.config != config) {
        return false;
      }
      return !definition.config
          || ((origins.isEmpty() || origins.contains(origin)) && !negatedOrigins.contains(origin));
    }
  }

  private final Definition root;
  private final ContainerNode present;
  private final ContainerNode running;
  private final Filter filter;

  /**
   * Tells origins.
   *
   * @param present the data without the defaults that are in use
   */
  OriginData(Definition root, ContainerNode present, ContainerNode running, Filter filter) {
    this.root = root;
    this.present = present;
    this.running = running;
    this.filter = filter;
  }

  /** The same place in the three trees. */
  private record Place(
      NormalizedNode node, @Nullable NormalizedNode present, @Nullable NormalizedNode running) {
    String origin() {
      return running != null ? "intended" : present != null ? "system" : "default";
    }

    Place child(NormalizedNode child) {
      return new Place(
          child,
          present == null ? null : Differences.child(present, child.name()),
          running == null ? null : Differences.child(running, child.name()));
    }
  }

  /** What the filter takes, with all that stands above it. */
  ContainerNode select(ContainerNode data) {
    if (filter.isEverything()) {
      return data;
    }
    var builder = ImmutableNodes.newContainerBuilder().withNodeIdentifier(data.name());
    below(root, data, new Place(data, present, running), 1).forEach(builder::withChild);
    return builder.build();
  }

  private List<DataContainerChild> below(
      Definition parent, DataContainerNode node, Place place, int depth) {
    List<DataContainerChild> kept = new ArrayList<>();
    if (depth > filter.depth) {
      return kept;
    }
    for (DataContainerChild child : node.body()) {
      DataContainerChild part = child(parent, child, place.child(child), depth);
      if (part != null) {
        kept.add(part);
      }
    }
    return kept;
  }

  private @Nullable DataContainerChild child(
      Definition parent, DataContainerChild node, Place place, int depth) {
    if (node instanceof ChoiceNode choice) {
      List<DataContainerChild> kept = below(parent, choice, place, depth);
      var builder = ImmutableNodes.newChoiceBuilder().withNodeIdentifier(choice.name());
      kept.forEach(builder::withChild);
      return kept.isEmpty() ? null : builder.build();
    }
    Definition definition = parent.child(node.name().getNodeType());
    if (definition == null) {
      return null;
    }
    boolean taken = filter.takes(definition, place.origin());
    return switch (node) {
      case ContainerNode container -> {
        List<DataContainerChild> kept = below(definition, container, place, depth + 1);
        var builder = ImmutableNodes.newContainerBuilder().withNodeIdentifier(container.name());
        kept.forEach(builder::withChild);
        boolean cut = depth == filter.depth;
        yield kept.isEmpty() && !(taken && (definition.presence || cut)) ? null : builder.build();
      }
      case MapNode list -> {
        List<MapEntryNode> kept = new ArrayList<>();
        for (MapEntryNode entry : list.body()) {
          MapEntryNode part = entry(definition, entry, place.child(entry), depth);
          if (part != null) {
            kept.add(part);
          }
        }
        if (kept.isEmpty()) {
          yield null;
        }
        yield list instanceof UserMapNode
            ? ImmutableNodes.newUserMapBuilder()
                .withNodeIdentifier(list.name())
                .withValue(kept)
                .build()
            : ImmutableNodes.newSystemMapBuilder()
                .withNodeIdentifier(list.name())
                .withValue(kept)
                .build();
      }
      default -> taken ? node : null;
    };
  }

  private @Nullable MapEntryNode entry(
      Definition definition, MapEntryNode entry, Place place, int depth) {
    List<DataContainerChild> kept = below(definition, entry, place, depth + 1);
    boolean others =
        kept.stream().anyMatch(child -> !definition.keys.contains(child.name().getNodeType()));
    if (!others && !filter.takes(definition, place.origin())) {
      return null;
    }
    var builder = ImmutableNodes.newMapEntryBuilder().withNodeIdentifier(entry.name());
    kept.forEach(builder::withChild);
    entry
        .name()
        .entrySet()
        .forEach(key -> builder.withChild(ImmutableNodes.leafNode(key.getKey(), key.getValue())));
    return builder.build();
  }

  /** Writes data with the origin where it differs from that of the node above. */
  void write(XmlWriter out, ContainerNode data) throws IOException {
    children(out, root, new Place(data, present, running), "");
  }

  private record Child(Definition definition, Place place) {}

  private void children(XmlWriter out, Definition parent, Place place, String above)
      throws IOException {
    List<Child> children = new ArrayList<>();
    collect(parent, place, children);
    children.sort(Comparator.comparingInt(child -> child.definition.order));
    for (Child child : children) {
      node(
          out, child.definition, child.place, above, parent.keys.contains(child.definition.name()));
    }
  }

  private static void collect(Definition parent, Place place, List<Child> into) {
    if (!(place.node instanceof DataContainerNode holder)) {
      return;
    }
    for (DataContainerChild child : holder.body()) {
      Definition definition = parent.child(child.name().getNodeType());
      if (child instanceof ChoiceNode) {
        collect(parent, place.child(child), into);
      } else if (definition != null) {
        into.add(new Child(definition, place.child(child)));
      }
    }
  }

  private void node(XmlWriter out, Definition definition, Place place, String above, boolean isKey)
      throws IOException {
    DataWriter writer = new DataWriter(out);
    if (!definition.config || isKey) {
      writer.node(definition, place.node, null);
      return;
    }
    switch (place.node) {
      case MapNode list -> {
        for (MapEntryNode entry : Order.of(definition, list)) {
          node(out, definition, place.child(entry), above, false);
        }
      }
      case LeafSetNode<?> list -> {
        for (LeafSetEntryNode<?> entry : Order.of(definition, list)) {
          start(out, definition, place.child(entry), above);
          text(out, definition, entry.body());
        }
      }
      case DataContainerNode container -> {
        start(out, definition, place, above);
        children(out, definition, place, place.origin());
        out.end();
      }
      case LeafNode<?> leaf -> {
        start(out, definition, place, above);
        text(out, definition, leaf.body());
      }
      default -> writer.node(definition, place.node, null);
    }
  }

  private static void start(XmlWriter out, Definition definition, Place place, String above)
      throws IOException {
    out.start(definition.namespace(), definition.localName());
    String origin = place.origin();
    if (!origin.equals(above)) {
      out.attribute("xmlns:or", NAMESPACE).attribute("or:origin", "or:" + origin);
    }
  }

  private static void text(XmlWriter out, Definition definition, Object value) throws IOException {
    Values.Prefixes prefixes = new Values.Prefixes(definition.context());
    String text = Values.text(definition, value, prefixes);
    prefixes.declare(out);
    out.text(text).end();
  }
}
