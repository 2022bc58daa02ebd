package io.hairpin.netconf.server;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.common.QNameModule;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifierWithPredicates;
import org.opendaylight.yangtools.yang.data.api.schema.ChoiceNode;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerChild;
import org.opendaylight.yangtools.yang.data.api.schema.MapEntryNode;
import org.opendaylight.yangtools.yang.data.spi.node.ImmutableNodes;

/**
 * Makes data nodes of one module, for {@link StateProvider}s; values have the Java types of
 * yangtools (for example {@code Uint32} for uint32, {@code QName} for an identityref).
 *
 * @param module the module of all names
 */
public record StateBuilder(QNameModule module) {
  /**
   * A name of the module.
   *
   * @param local the local name
   * @return the qualified name
   */
  public QName name(String local) {
    return QName.create(module, local);
  }

  /**
   * Makes a leaf.
   *
   * @param local the local name
   * @param value the value
   * @return the node
   */
  public DataContainerChild leaf(String local, Object value) {
    return ImmutableNodes.leafNode(name(local), value);
  }

  /**
   * Makes a leaf-list that the system orders.
   *
   * @param local the local name
   * @param values the values, without duplicates
   * @return the node
   */
  public DataContainerChild leafList(String local, Collection<?> values) {
    var builder =
        ImmutableNodes.<Object>newSystemLeafSetBuilder()
            .withNodeIdentifier(new NodeIdentifier(name(local)));
    values.forEach(value -> builder.withChild(ImmutableNodes.leafSetEntry(name(local), value)));
    return builder.build();
  }

  /**
   * Makes a container.
   *
   * @param local the local name
   * @param children what it holds
   * @return the node
   */
  public ContainerNode container(String local, DataContainerChild... children) {
    var builder =
        ImmutableNodes.newContainerBuilder().withNodeIdentifier(new NodeIdentifier(name(local)));
    for (DataContainerChild child : children) {
      builder.withChild(child);
    }
    return builder.build();
  }

  /**
   * Makes a choice, which holds the nodes of one case.
   *
   * @param local the local name of the choice
   * @param children the nodes of the case
   * @return the node
   */
  public ChoiceNode choice(String local, DataContainerChild... children) {
    var builder =
        ImmutableNodes.newChoiceBuilder().withNodeIdentifier(new NodeIdentifier(name(local)));
    for (DataContainerChild child : children) {
      builder.withChild(child);
    }
    return builder.build();
  }

  /**
   * Makes a list that the system orders.
   *
   * @param local the local name
   * @param entries its entries
   * @return the node
   */
  public DataContainerChild list(String local, Collection<MapEntryNode> entries) {
    var builder =
        ImmutableNodes.newSystemMapBuilder().withNodeIdentifier(new NodeIdentifier(name(local)));
    entries.forEach(builder::withChild);
    return builder.build();
  }

  /**
   * Makes an entry of a list.
   *
   * @param local the local name of the list
   * @param keys the values of the keys, by local name, in the order of the schema
   * @param others what the entry holds besides its keys
   * @return the node
   */
  public MapEntryNode entry(
      String local, Map<String, ?> keys, Collection<? extends DataContainerChild> others) {
    Map<QName, Object> named = new LinkedHashMap<>();
    keys.forEach((key, value) -> named.put(name(key), value));
    var builder =
        ImmutableNodes.newMapEntryBuilder()
            .withNodeIdentifier(NodeIdentifierWithPredicates.of(name(local), named));
    named.forEach((key, value) -> builder.withChild(ImmutableNodes.leafNode(key, value)));
    others.forEach(builder::withChild);
    return builder.build();
  }
}
