package io.hairpin.netconf.server;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifierWithPredicates;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.PathArgument;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerChild;
import org.opendaylight.yangtools.yang.data.api.schema.MapEntryNode;
import org.opendaylight.yangtools.yang.data.spi.node.ImmutableNodes;

/**
 * A notification that was published.
 *
 * @param time the eventTime of RFC 5277
 * @param definition the notification's
 * @param at the data node that it belongs to; the root for one of a module
 * @param tree holds the notification in its place, with the keys of the list entries around it (RFC
 *     7950 section 7.16.2)
 */
record Event(Instant time, Definition definition, YangInstanceIdentifier at, ContainerNode tree) {
  static Event of(
      Definition root,
      Instant time,
      Definition definition,
      YangInstanceIdentifier at,
      ContainerNode content) {
    List<PathArgument> steps = at.getPathArguments();
    List<Definition> holders = new ArrayList<>();
    Definition holder = root;
    for (PathArgument step : steps) {
      holders.add(holder);
      holder = holder.step(step);
    }
    DataContainerChild node = content;
    MapEntryNode entry = null;
    for (int i = steps.size() - 1; i >= 0; i--) {
      PathArgument step = steps.get(i);
      Definition child = holders.get(i).child(step.getNodeType());
      if (step instanceof NodeIdentifierWithPredicates keys) {
        var builder = ImmutableNodes.newMapEntryBuilder().withNodeIdentifier(keys);
        keys.entrySet()
            .forEach(
                key -> builder.withChild(ImmutableNodes.leafNode(key.getKey(), key.getValue())));
        entry = builder.withChild(node).build();
      } else if (entry != null && child != null) {
        node =
            child.userOrdered
                ? ImmutableNodes.newUserMapBuilder()
                    .withNodeIdentifier(child.id)
                    .withChild(entry)
                    .build()
                : ImmutableNodes.newSystemMapBuilder()
                    .withNodeIdentifier(child.id)
                    .withChild(entry)
                    .build();
        entry = null;
      } else if (child != null) {
        node =
            ImmutableNodes.newContainerBuilder()
                .withNodeIdentifier(child.id)
                .withChild(node)
                .build();
      } else {
        node =
            ImmutableNodes.newChoiceBuilder()
                .withNodeIdentifier(new NodeIdentifier(step.getNodeType()))
                .withChild(node)
                .build();
      }
    }
    var tree = ImmutableNodes.newContainerBuilder().withNodeIdentifier(root.id).withChild(node);
    return new Event(time, definition, at, tree.build());
  }

  /** The message of RFC 5277 section 4 around what is told. */
  static Reply message(Instant time, Reply content) {
    return out -> {
      out.start(Namespaces.NOTIFICATION, "notification");
      out.leaf(Namespaces.NOTIFICATION, "eventTime", time.toString());
      content.write(out);
      out.end();
    };
  }

  Reply message() {
    return message(time, out -> new DataWriter(out).children(definition.top(), tree));
  }
}
