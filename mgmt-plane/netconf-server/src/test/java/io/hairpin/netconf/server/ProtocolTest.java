package io.hairpin.netconf.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hairpin.netconf.client.NetconfClient;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opendaylight.yangtools.yang.common.QName;

/** Sessions, messages and what the server tells about itself. */
class ProtocolTest {
  @TempDir private static Path directory;
  private static Served served;

  @BeforeAll
  static void start() throws Exception {
    served = new Served(directory);
  }

  @AfterAll
  static void stop() {
    served.close();
  }

  @Test
  void helloHasTheCapabilitiesAndASessionId() throws Exception {
    try (var client = served.connect()) {
      assertThat(client.hello())
          .contains("<capability>urn:ietf:params:netconf:base:1.0</capability>")
          .contains("<capability>urn:ietf:params:netconf:base:1.1</capability>")
          .contains(":candidate:1.0<", ":validate:1.1<", ":rollback-on-error:1.0<")
          .contains(":yang-library:1.1?revision=2019-01-04&amp;content-id=")
          .contains("<capability>urn:test:more?module=test-more&amp;revision=2026-01-02<")
          .containsPattern("<session-id>[1-9][0-9]*</session-id>");
    }
  }

  @Test
  void aWrongPasswordIsRefused() {
    int port = served.server.address().getPort();
    assertThatThrownBy(() -> NetconfClient.connect("127.0.0.1", port, "admin", "guess"))
        .isInstanceOf(IOException.class);
  }

  @Test
  void theHostKeyIsTheOwnersOnly() throws Exception {
    assertThat(Files.getPosixFilePermissions(directory.resolve("host-key")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void attributesOfRpcComeBack() throws Exception {
    try (var client = served.connect()) {
      String reply =
          client.exchange(
              "<n:rpc xmlns:n='urn:ietf:params:xml:ns:netconf:base:1.0' n:x='1' user='a&lt;b'"
                  + " message-id='m-1' xmlns:e='urn:e' e:y='2'><n:discard-changes/></n:rpc>");
      assertThat(reply)
          .contains("message-id=\"m-1\"", "user=\"a&lt;b\"", "n:x=\"1\"", "e:y=\"2\"")
          .contains("xmlns:e=\"urn:e\"", "<ok/>");
    }
  }

  @Test
  void messageIdIsRequired() throws Exception {
    try (var client = served.connect()) {
      assertThat(
              client.exchange(
                  "<rpc xmlns='urn:ietf:params:xml:ns:netconf:base:1.0' a='b'><get/></rpc>"))
          .contains("<error-type>rpc</error-type>")
          .contains("<error-tag>missing-attribute</error-tag>")
          .contains("<bad-attribute>message-id</bad-attribute>")
          .contains("<bad-element>rpc</bad-element>")
          .contains(" a=\"b\"");
    }
  }

  @Test
  void malformedXmlIsToldAndTheSessionGoesOn() throws Exception {
    try (var client = served.connect()) {
      assertThat(client.exchange("<rpc><get></rpc>")).contains("malformed-message");
      assertThat(client.rpc("<discard-changes/>")).contains("<ok/>");
    }
  }

  @Test
  void aDoctypeIsRefused() throws Exception {
    try (var client = served.connect()) {
      String bomb =
          "<?xml version='1.0'?><!DOCTYPE r [<!ENTITY a 'x'><!ENTITY b '&a;&a;'>]><rpc"
              + " xmlns='urn:ietf:params:xml:ns:netconf:base:1.0' message-id='&b;'><get/></rpc>";
      assertThat(client.exchange(bomb)).contains("malformed-message").contains("DOCTYPE");
      String external =
          "<!DOCTYPE r SYSTEM 'file:///etc/passwd'>"
              + "<rpc xmlns='urn:ietf:params:xml:ns:netconf:base:1.0' message-id='1'><get/></rpc>";
      assertThat(client.exchange(external)).contains("malformed-message").contains("DOCTYPE");
    }
  }

  @Test
  void tooDeepXmlIsRefused() throws Exception {
    try (var client = served.connect()) {
      assertThat(client.exchange("<a>".repeat(300) + "</a>".repeat(300)))
          .contains("malformed-message")
          .contains("256");
    }
  }

  @Test
  void anotherEncodingIsRefused() throws Exception {
    try (var client = served.connect()) {
      assertThat(
              client.exchange(
                  "<?xml version='1.0' encoding='ISO-8859-1'?><rpc message-id='1'><get/></rpc>"))
          .contains("malformed-message")
          .contains("UTF-8");
    }
  }

  @Test
  void somethingElseThanRpcIsRefused() throws Exception {
    try (var client = served.connect()) {
      assertThat(client.exchange("<hello xmlns='urn:ietf:params:xml:ns:netconf:base:1.0'/>"))
          .contains("unknown-element");
    }
  }

  @Test
  void twoOperationsInOneRpcAreRefused() throws Exception {
    try (var client = served.connect()) {
      assertThat(client.rpc("<get/><get/>")).contains("bad-element");
      assertThat(client.rpc("")).contains("missing-element");
    }
  }

  @Test
  void closeSessionIsAnsweredAndEndsTheSession() throws Exception {
    try (var client = served.connect()) {
      assertThat(client.rpc("<close-session/>")).contains("<ok/>");
      assertThatThrownBy(client::receive).isInstanceOf(EOFException.class);
    }
  }

  @Test
  void killSessionEndsAnotherSession() throws Exception {
    try (var client = served.connect();
        var victim = served.connect()) {
      String id = victim.hello().replaceFirst("(?s).*<session-id>(.*)</session-id>.*", "$1");
      assertThat(client.rpc("<kill-session><session-id>" + id + "</session-id></kill-session>"))
          .contains("<ok/>");
      assertThatThrownBy(victim::receive).isInstanceOf(IOException.class);
    }
  }

  @Test
  void aSessionCannotKillItself() throws Exception {
    try (var client = served.connect()) {
      String id = client.hello().replaceFirst("(?s).*<session-id>(.*)</session-id>.*", "$1");
      assertThat(client.rpc("<kill-session><session-id>" + id + "</session-id></kill-session>"))
          .contains("invalid-value");
    }
  }

  @Test
  void aSessionThatFailsBeyondRepairIsClosed(@TempDir Path other) throws Exception {
    StateProvider broken =
        () -> {
          throw new LinkageError("as a test wants it");
        };
    try (var server =
            new Served(
                other,
                builder -> builder.state(QName.create(Served.NS, "2026-01-01", "top"), broken));
        var client = server.connect()) {
      assertThatThrownBy(() -> client.rpc("<get/>")).isInstanceOf(IOException.class);
    }
  }

  @Test
  void getSchemaReturnsTheModule() throws Exception {
    try (var client = served.connect()) {
      String reply =
          client.rpc(
              "<get-schema xmlns='urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring'>"
                  + "<identifier>test-nodes</identifier><version>2026-01-01</version>"
                  + "<format>yang</format></get-schema>");
      String text = Files.readString(Path.of("src/test/resources/yang/test-nodes.yang"));
      assertThat(reply)
          .contains(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"));
    }
  }

  @Test
  void everyModuleIsListedAndCanBeHad() throws Exception {
    try (var client = served.connect()) {
      String list =
          client.rpc(
              "<get><filter><netconf-state"
                  + " xmlns='urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring'>"
                  + "<schemas/></netconf-state></filter></get>");
      assertThat(list).contains("<identifier>ietf-inet-types</identifier>");
      var matcher =
          Pattern.compile("<identifier>(.*?)</identifier><version>(.*?)</version>").matcher(list);
      int count = 0;
      while (matcher.find()) {
        count++;
        assertThat(
                client.rpc(
                    "<get-schema xmlns='urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring'>"
                        + "<identifier>"
                        + matcher.group(1)
                        + "</identifier><version>"
                        + matcher.group(2)
                        + "</version></get-schema>"))
            .contains("module " + matcher.group(1));
      }
      assertThat(count).isGreaterThanOrEqualTo(7);
    }
  }

  @Test
  void yangLibraryNamesTheModules() throws Exception {
    try (var client = served.connect()) {
      assertThat(
              client.rpc(
                  "<get><filter><yang-library"
                      + " xmlns='urn:ietf:params:xml:ns:yang:ietf-yang-library'/></filter></get>"))
          .contains("<module><name>test-nodes</name>")
          .contains("<import-only-module><name>ietf-inet-types</name>")
          .contains("<feature>candidate</feature>")
          .doesNotContain("<feature>startup</feature>");
    }
  }

  /** libnetconf2 and what is built on it know modules of YANG 1.1 by nothing else. */
  @Test
  void theModulesAreThereForClientsOfRfc7895() throws Exception {
    try (var client = served.connect()) {
      String id = client.hello().replaceFirst("(?s).*content-id=(\\w+)<.*", "$1");
      assertThat(
              client.rpc(
                  "<get><filter><modules-state"
                      + " xmlns='urn:ietf:params:xml:ns:yang:ietf-yang-library'/></filter></get>"))
          .contains("<module-set-id>" + id + "</module-set-id>")
          .contains(
              "<module><name>test-nodes</name><revision>2026-01-01</revision>"
                  + "<namespace>urn:test:nodes</namespace>")
          .contains("<feature>candidate</feature>")
          .containsPattern(
              "<module><name>ietf-inet-types</name><revision>2013-07-15</revision><namespace>[^<]*"
                  + "</namespace><conformance-type>import</conformance-type></module>")
          .contains(
              "<deviation><name>hairpin-subscriptions-deviations</name><revision>",
              "<conformance-type>implement</conformance-type>");
    }
  }

  @Test
  void monitoringShowsSessionsAndLocks() throws Exception {
    try (var client = served.connect()) {
      client.rpc("<lock><target><running/></target></lock>");
      String id = client.hello().replaceFirst("(?s).*<session-id>(.*)</session-id>.*", "$1");
      assertThat(
              client.rpc(
                  "<get><filter><netconf-state"
                      + " xmlns='urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring'>"
                      + "<sessions/><datastores/></netconf-state></filter></get>"))
          .contains("<locked-by-session>" + id + "</locked-by-session>")
          .contains("<session-id>" + id + "</session-id>")
          .contains("<username>admin</username>");
    }
  }

  @Test
  void monitoringCountsBySessionAndInAll() throws Exception {
    String state =
        "<get><filter><netconf-state"
            + " xmlns='urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring'>%s</netconf-state>"
            + "</filter></get>";
    try (var client = served.connect()) {
      String id = client.hello().replaceFirst("(?s).*<session-id>(.*)</session-id>.*", "$1");
      client.rpc("<discard-changes/>");
      client.rpc("<discard-changes><x/></discard-changes>");
      client.exchange("<rpc><get></rpc>");
      assertThat(
              client.rpc(
                  state.formatted(
                      "<sessions><session><session-id>"
                          + id
                          + "</session-id></session></sessions>")))
          .contains("<in-rpcs>3</in-rpcs><in-bad-rpcs>1</in-bad-rpcs>")
          .contains("<out-rpc-errors>2</out-rpc-errors>")
          .contains("<out-notifications>0</out-notifications>");
      assertThat(client.rpc(state.formatted("<statistics/>")))
          .contains("<netconf-start-time>20", "<in-bad-hellos>", "<dropped-sessions>")
          .containsPattern("<in-sessions>[1-9]")
          .containsPattern("<in-bad-rpcs>[1-9]");
    }
  }
}
