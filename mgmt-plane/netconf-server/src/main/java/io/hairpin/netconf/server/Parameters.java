package io.hairpin.netconf.server;

import java.util.HashSet;
import java.util.Set;
import org.opendaylight.yangtools.yang.common.ErrorTag;

/** Checks the parameters of an operation. */
final class Parameters {
  private Parameters() {}

  private static final String WITH_DEFAULTS = "with-defaults";

  /** Rejects parameters that an operation does not have (RFC 7950 section 8.3.1). */
  static void only(Element input, String... names) throws RpcException {
    Set<String> allowed = Set.of(names);
    Set<String> seen = new HashSet<>();
    for (Element child : input.children()) {
      // RFC 6243 adds it to operations of other namespaces.
      String namespace =
          child.name.equals(WITH_DEFAULTS) ? Namespaces.WITH_DEFAULTS : input.namespace;
      if (!child.namespace.equals(namespace) || !allowed.contains(child.name)) {
        throw RpcError.protocol(
                ErrorTag.UNKNOWN_ELEMENT,
                "%s has no parameter %s in %s; it has %s"
                    .formatted(
                        input.name,
                        child.name,
                        child.namespace.isEmpty()
                            ? "no namespace"
                            : "namespace '" + child.namespace + "'",
                        allowed.isEmpty() ? "none" : allowed.stream().sorted().toList()))
            .withInfo("bad-element", child.name)
            .asException();
      }
      if (!seen.add(child.name)) {
        throw RpcError.protocol(
                ErrorTag.BAD_ELEMENT, "parameter %s stands twice".formatted(child.name))
            .withInfo("bad-element", child.name)
            .asException();
      }
    }
  }

  static Element required(Element input, String name) throws RpcException {
    return input.child(name).orElseThrow(() -> missing(input, name));
  }

  static RpcException missing(Element input, String name) {
    return RpcError.protocol(ErrorTag.MISSING_ELEMENT, "%s needs %s".formatted(input.name, name))
        .withInfo("bad-element", name)
        .asException();
  }

  static RpcException invalid(Element element, String allowed) {
    return RpcError.protocol(
            ErrorTag.INVALID_VALUE,
            "%s is '%s', not %s".formatted(element.name, element.text().strip(), allowed))
        .withInfo("bad-element", element.name)
        .asException();
  }
}
