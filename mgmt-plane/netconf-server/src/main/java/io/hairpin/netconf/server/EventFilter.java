package io.hairpin.netconf.server;

import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.ErrorTag;

/**
 * Selects notifications, each whole or not at all: by a subtree filter (RFC 6241 section 6) or an
 * XPath expression over the notification in its place (RFC 5277 section 3.6, RFC 8639 section 2.2).
 */
sealed interface EventFilter {
  boolean selects(Event event);

  /** Everything. */
  record All() implements EventFilter {
    @Override
    public boolean selects(Event event) {
      return true;
    }
  }

  /** What a subtree filter leaves something of. */
  record Subtree(Filter filter) implements EventFilter {
    @Override
    public boolean selects(Event event) {
      return !filter.select(event.definition().top(), event.tree()).isEmpty();
    }
  }

  /** What an expression is true of. */
  record Expression(XPath expression) implements EventFilter {
    @Override
    public boolean selects(Event event) {
      return expression.test(DataNode.root(event.definition().top(), event.tree()));
    }
  }

  /** Makes a filter of the parameter of an operation, which may be missing. */
  static EventFilter of(@Nullable Element filter, Definition root) throws RpcException {
    if (filter == null) {
      return new All();
    }
    String type =
        filter
            .attribute("", "type")
            .or(() -> filter.attribute(Namespaces.BASE, "type"))
            .orElse("subtree");
    return switch (type) {
      case "subtree" -> new Subtree(new Filter(filter));
      case "xpath" -> {
        String select =
            filter
                .attribute("", "select")
                .or(() -> filter.attribute(Namespaces.BASE, "select"))
                .orElse(null);
        if (select == null) {
          throw RpcError.protocol(ErrorTag.MISSING_ATTRIBUTE, "an xpath filter needs select")
              .withInfo("bad-attribute", "select")
              .withInfo("bad-element", "filter")
              .asException();
        }
        yield new Expression(XPath.parse(select, filter, root.context()));
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
}
