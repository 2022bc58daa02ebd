package io.hairpin.netconf.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.netconf.client.NetconfClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.opendaylight.yangtools.yang.common.QNameModule;
import org.opendaylight.yangtools.yang.common.Uint8;

/** A server of the test modules on a free port, and what tests say to it. */
final class Served implements AutoCloseable {
  static final Schema SCHEMA =
      Schema.builder().directory(Path.of("src/test/resources/yang")).build();
  static final String NS = "urn:test:nodes";

  static final String NOTIFICATION = "urn:ietf:params:xml:ns:netconf:notification:1.0";

  private static final StateBuilder OPERATIONS =
      new StateBuilder(QNameModule.of("urn:test:operations", "2026-01-04"));

  final NetconfServer server;

  Served(Path directory) throws IOException {
    this(directory, builder -> {});
  }

  Served(Path directory, Consumer<NetconfServer.Builder> more) throws IOException {
    NetconfServer.Builder builder =
        NetconfServer.builder()
            .schema(SCHEMA)
            .storage(Storage.files(directory.resolve("data")))
            .authenticator((user, password) -> user.equals("admin") && password.equals("secret"))
            .hostKey(directory.resolve("host-key"))
            .address(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    more.accept(builder);
    server = builder.build();
    server.start();
  }

  NetconfClient connect() throws IOException {
    return NetconfClient.connect("127.0.0.1", server.address().getPort(), "admin", "secret");
  }

  /** Lets an event happen. */
  void changed(int level) {
    changed(level, "number " + level);
  }

  void changed(int level, String reason) {
    server.publish(
        OPERATIONS.container(
            "changed",
            OPERATIONS.leaf("level", Uint8.valueOf(level)),
            OPERATIONS.leaf("reason", reason)));
  }

  /** Lets another one happen. */
  void plain() {
    server.publish(OPERATIONS.container("plain"));
  }

  /** What is in a message, which must be a notification, without its envelope. */
  static String content(String message) {
    assertThat(message)
        .startsWith("<notification xmlns=\"" + NOTIFICATION + "\"><eventTime>20")
        .endsWith("</notification>");
    return message
        .replaceFirst("<notification [^>]*><eventTime>[^<]*</eventTime>", "")
        .replace("</notification>", "");
  }

  /** An edit-config of the candidate; the default namespace of the content is the test module's. */
  static String edit(String content) {
    return edit(content, "");
  }

  static String edit(String content, String options) {
    return "<edit-config><target><candidate/></target>"
        + options
        + config(content)
        + "</edit-config>";
  }

  static String config(String content) {
    return "<config xmlns:nc=\"urn:ietf:params:xml:ns:netconf:base:1.0\""
        + " xmlns:yang=\"urn:ietf:params:xml:ns:yang:1\">"
        + content.replaceFirst("^<([a-z-]+)", "<$1 xmlns=\"" + NS + "\"")
        + "</config>";
  }

  /** Makes this the whole of candidate and running. */
  static void set(NetconfClient client, String content) throws IOException {
    client.rpc("<discard-changes/>");
    String source = "<source>" + config(content) + "</source>";
    String copied =
        client.rpc("<copy-config><target><candidate/></target>" + source + "</copy-config>");
    String committed = client.rpc("<commit/>");
    if (!(copied + committed).matches("(?s).*<ok/>.*<ok/>.*")) {
      throw new AssertionError(copied + committed);
    }
  }

  /** What stands between data and /data, without the namespace of the test module. */
  static String data(String reply) {
    int start = reply.indexOf("<data>");
    int end = reply.lastIndexOf("</data></rpc-reply>");
    if (start < 0 && reply.endsWith("<data/></rpc-reply>")) {
      return "";
    }
    if (start < 0 || end < 0) {
      throw new AssertionError("no data in " + reply);
    }
    return reply.substring(start + "<data>".length(), end).replace(" xmlns=\"" + NS + "\"", "");
  }

  static String candidate(NetconfClient client) throws IOException {
    return data(client.rpc(getConfig("candidate")));
  }

  static String running(NetconfClient client) throws IOException {
    return data(client.rpc(getConfig("running")));
  }

  static String getConfig(String datastore) {
    return "<get-config><source><" + datastore + "/></source></get-config>";
  }

  @Override
  public void close() {
    server.close();
  }
}
