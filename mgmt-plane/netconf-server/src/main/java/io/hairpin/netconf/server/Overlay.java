package io.hairpin.netconf.server;

import org.opendaylight.yangtools.yang.data.api.schema.ChoiceNode;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerChild;
import org.opendaylight.yangtools.yang.data.api.schema.MapEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.SystemMapNode;
import org.opendaylight.yangtools.yang.data.api.schema.UserMapNode;
import org.opendaylight.yangtools.yang.data.spi.node.ImmutableNodes;

/** Lays state data over configuration; lists are joined by their keys, what is alone is shared. */
final class Overlay {
  private Overlay() {}

  static ContainerNode over(ContainerNode below, DataContainerChild above) {
    DataContainerChild present = below.childByArg(above.name());
    return ImmutableNodes.builderFactory()
        .newContainerBuilder(below)
        .withChild(present == null ? above : join(present, above))
        .build();
  }

  private static DataContainerChild join(DataContainerChild below, DataContainerChild above) {
    var factory = ImmutableNodes.builderFactory();
    if (below instanceof ContainerNode b && above instanceof ContainerNode a) {
      ContainerNode joined = b;
      for (DataContainerChild child : a.body()) {
        joined = over(joined, child);
      }
      return joined;
    }
    if (below instanceof ChoiceNode b && above instanceof ChoiceNode a) {
      var builder = factory.newChoiceBuilder(b);
      for (DataContainerChild child : a.body()) {
        DataContainerChild present = b.childByArg(child.name());
        builder.withChild(present == null ? child : join(present, child));
      }
      return builder.build();
    }
    if (below instanceof SystemMapNode b && above instanceof SystemMapNode a) {
      var builder = factory.newSystemMapBuilder(b);
      for (MapEntryNode entry : a.body()) {
        MapEntryNode present = b.childByArg(entry.name());
        builder.withChild(present == null ? entry : join(present, entry));
      }
      return builder.build();
    }
    if (below instanceof UserMapNode b && above instanceof UserMapNode a) {
      var builder = factory.newUserMapBuilder(b);
      for (MapEntryNode entry : a.body()) {
        MapEntryNode present = b.childByArg(entry.name());
        builder.withChild(present == null ? entry : join(present, entry));
      }
      return builder.build();
    }
    return above;
  }

  private static MapEntryNode join(MapEntryNode below, MapEntryNode above) {
    var builder = ImmutableNodes.builderFactory().newMapEntryBuilder(below);
    for (DataContainerChild child : above.body()) {
      DataContainerChild present = below.childByArg(child.name());
      builder.withChild(present == null ? child : join(present, child));
    }
    return builder.build();
  }
}
