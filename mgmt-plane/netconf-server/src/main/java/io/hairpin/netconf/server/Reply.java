package io.hairpin.netconf.server;

import java.io.IOException;

/** What stands in a reply that is no error; written while it is sent. */
@FunctionalInterface
interface Reply {
  /** The reply to an operation that returns nothing. */
  Reply OK = out -> out.leaf(Namespaces.BASE, "ok", null);

  void write(XmlWriter out) throws IOException;
}
