package io.hairpin.netconf.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.netconf.client.NetconfClient;
import java.io.IOException;

/** Edits of hairpin-netconf-server, which configures the server itself. */
final class Configured {
  private Configured() {}

  static String config(String content) {
    return "<edit-config><target><candidate/></target><config"
        + " xmlns:nc='urn:ietf:params:xml:ns:netconf:base:1.0'>"
        + "<netconf-server xmlns='urn:hairpin:yang:netconf-server'>"
        + content
        + "</netconf-server></config></edit-config>";
  }

  /** Edits and commits; tells the last reply. */
  static String commit(NetconfClient client, String content) throws IOException {
    String reply = client.rpc(config(content));
    if (reply.contains("<ok/>")) {
      reply = client.rpc("<commit/>");
    }
    if (!reply.contains("<ok/>")) {
      client.rpc("<discard-changes/>");
    }
    return reply;
  }

  static void accepted(NetconfClient client, String content) throws IOException {
    assertThat(commit(client, content)).contains("<ok/>");
  }
}
