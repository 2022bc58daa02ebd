package io.hairpin.netconf.server;

import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.NormalizedNode;
import org.opendaylight.yangtools.yang.data.api.schema.UnkeyedListEntryNode;

/** The nodes that an XPath expression selects (RFC 6241 section 8.9), with all below them. */
final class XPathFilter implements Selection {
  private final String text;
  private final XPath expression;

  /** What the expression reads. */
  private final Set<Definition> reads = new HashSet<>();

  /**
   * Parses an expression.
   *
   * @param scope where the prefixes are in scope
   */
  XPathFilter(Definition root, String text, Element scope) throws RpcException {
    this.text = text;
    expression = XPath.parse(text, scope, root.context());
    for (XPath.Place place : expression.reads(root)) {
      reads.add(place.at());
    }
  }

  private RpcException refused(String why) {
    return RpcError.protocol(ErrorTag.INVALID_VALUE, "'%s' %s".formatted(text, why)).asException();
  }

  @Override
  public boolean mayTouch(Definition node) {
    return reads.stream().anyMatch(read -> read.isWithin(node) || node.isWithin(read));
  }

  @Override
  public boolean isByPath(Definition root) {
    return expression.isPath();
  }

  /** The nodes that are selected. */
  List<DataNode> nodes(Definition root, ContainerNode data) throws RpcException {
    try {
      return expression.select(DataNode.root(root, data));
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw refused("cannot be evaluated to a node-set: " + e.getMessage());
    }
  }

  @Override
  public ContainerNode select(Definition root, ContainerNode data) throws RpcException {
    Touched kept = new Touched();
    Set<NormalizedNode> keyless = Collections.newSetFromMap(new IdentityHashMap<>());
    for (DataNode node : nodes(root, data)) {
      if (node.data != null) {
        place(kept, node).mark();
        for (DataNode at = node; at != null; at = at.parent) {
          if (at.data instanceof UnkeyedListEntryNode) {
            keyless.add(at.data);
          }
        }
      }
    }
    return Pruning.of(data, kept, keyless);
  }

  /** The place of a node below that of the root; all entries of a list without keys share one. */
  private static Touched place(Touched top, DataNode node) {
    if (node.parent == null) {
      return top;
    }
    Touched at = Draft.touch(place(top, node.parent), node.definition);
    boolean entry =
        node.definition.kind == Definition.Kind.LIST
            || node.definition.kind == Definition.Kind.LEAF_LIST;
    return entry ? at.at(node.name) : at;
  }
}
