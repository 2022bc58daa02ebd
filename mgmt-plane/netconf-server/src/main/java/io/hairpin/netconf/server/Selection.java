package io.hairpin.netconf.server;

import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;

/** What a filter selects (RFC 6241 sections 6 and 8.9). */
interface Selection {
  /** Without a filter. */
  Selection EVERYTHING =
      new Selection() {
        @Override
        public boolean mayTouch(Definition node) {
          return true;
        }

        @Override
        public boolean isByPath(Definition root) {
          return true;
        }

        @Override
        public ContainerNode select(Definition root, ContainerNode data) {
          return data;
        }
      };

  /** What a filter element asks for. */
  static Selection of(Definition root, Element filter) throws RpcException {
    String type =
        filter
            .attribute("", "type")
            .or(() -> filter.attribute(Namespaces.BASE, "type"))
            .orElse("subtree");
    return switch (type) {
      case "subtree" -> new Filter(filter);
      case "xpath" -> {
        String select =
            filter
                .attribute("", "select")
                .or(() -> filter.attribute(Namespaces.BASE, "select"))
                .orElse(null);
        if (select == null) {
          throw RpcError.protocol(
                  ErrorTag.MISSING_ATTRIBUTE, "a filter of type xpath needs the attribute select")
              .withInfo("bad-attribute", "select")
              .withInfo("bad-element", "filter")
              .asException();
        }
        yield new XPathFilter(root, select, filter);
      }
      default ->
          throw RpcError.protocol(
                  ErrorTag.BAD_ATTRIBUTE,
                  "filter type is '%s', not subtree or xpath".formatted(type))
              .withInfo("bad-attribute", "type")
              .withInfo("bad-element", "filter")
              .asException();
    };
  }

  /** Whether a node, or anything below it, may be selected or decides on what is. */
  boolean mayTouch(Definition node);

  /** Whether the path of a node alone, with the keys in it, tells that it is selected. */
  boolean isByPath(Definition root);

  /** What is selected, with all that stands above it and the keys of the entries. */
  ContainerNode select(Definition root, ContainerNode data) throws RpcException;
}
