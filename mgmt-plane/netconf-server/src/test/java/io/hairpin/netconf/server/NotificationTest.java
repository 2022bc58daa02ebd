package io.hairpin.netconf.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hairpin.netconf.client.NetconfClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.opendaylight.yangtools.yang.common.QNameModule;
import org.opendaylight.yangtools.yang.common.Uint8;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;

/** Notifications by create-subscription (RFC 5277), and those of the server itself (RFC 6470). */
class NotificationTest {
  private static final StateBuilder OUR =
      new StateBuilder(QNameModule.of("urn:test:operations", "2026-01-04"));
  private static final StateBuilder NODES =
      new StateBuilder(QNameModule.of(Served.NS, "2026-01-01"));
  private static final String LONG_AGO = "<startTime>2020-01-01T00:00:00Z</startTime>";

  @TempDir private Path directory;
  private Served served;
  private NetconfClient client;

  @BeforeEach
  void start() throws Exception {
    served = new Served(directory, builder -> builder.replay(50));
    client = served.connect();
    // After the reply its start is told.
    client.rpc("<discard-changes/>");
  }

  @AfterEach
  void stop() {
    client.close();
    served.close();
  }

  private static String subscribe(String parameters) {
    return "<create-subscription xmlns='%s'>%s</create-subscription>"
        .formatted(Served.NOTIFICATION, parameters);
  }

  private static String only(String... names) {
    StringBuilder filter = new StringBuilder("<filter>");
    for (String name : names) {
      filter.append("<").append(name).append(" xmlns='urn:test:operations'/>");
    }
    return filter.append("</filter>").toString();
  }

  private String next() throws IOException {
    return Served.content(client.receive());
  }

  @Test
  void theCapabilityAndTheStreamAreTold() throws Exception {
    assertThat(client.hello())
        .contains(":notification:1.0</capability>", ":interleave:1.0</capability>");
    assertThat(
            client.rpc(
                "<get><filter><netconf xmlns='urn:ietf:params:xml:ns:netmod:notification'>"
                    + "<streams/></netconf></filter></get>"))
        .contains("<stream><name>NETCONF</name>", "<replaySupport>true</replaySupport>")
        .containsPattern("<replayLogCreationTime>20[^<]+Z</replayLogCreationTime>");
  }

  @Test
  void whatIsPublishedArrivesInOrder() throws Exception {
    assertThat(client.rpc(subscribe(""))).contains("<ok/>");
    served.changed(1);
    served.plain();
    assertThat(next())
        .isEqualTo(
            "<changed xmlns=\"urn:test:operations\"><level>1</level>"
                + "<reason>number 1</reason></changed>");
    assertThat(next()).isEqualTo("<plain xmlns=\"urn:test:operations\"/>");
  }

  @Test
  void theNotificationOfANodeStandsInItsPlace() throws Exception {
    Served.set(client, "<top><item><id>a</id></item></top>");
    client.rpc(subscribe(""));
    YangInstanceIdentifier item =
        YangInstanceIdentifier.of(NODES.name("top"))
            .node(NODES.name("item"))
            .node(NODES.entry("item", Map.of("id", "a"), List.of()).name());
    served.server.publish(item, OUR.container("worn", OUR.leaf("degree", Uint8.valueOf(9))));
    assertThat(next())
        .isEqualTo(
            "<top xmlns=\"urn:test:nodes\"><item><id>a</id>"
                + "<worn xmlns=\"urn:test:operations\"><degree>9</degree></worn></item></top>");
  }

  @Test
  void requestsAreAnsweredBetweenNotifications() throws Exception {
    client.rpc(subscribe(only("plain")));
    assertThat(client.rpc("<discard-changes/>")).contains("<ok/>");
    served.plain();
    assertThat(next()).contains("plain");
    assertThat(client.rpc("<discard-changes/>")).contains("<ok/>");
  }

  @Test
  void aSubtreeFilterSelectsWholeNotifications() throws Exception {
    client.rpc(
        subscribe(
            "<filter type='subtree'><changed xmlns='urn:test:operations'><level>2</level>"
                + "</changed></filter>"));
    served.changed(1);
    served.changed(2);
    served.plain();
    served.changed(2);
    assertThat(next()).contains("<level>2</level><reason>number 2</reason>");
    assertThat(next()).contains("<level>2</level><reason>number 2</reason>");
  }

  @ParameterizedTest
  @CsvSource({"/o:changed[o:level > 3]", "//o:level = 4", "/*/o:reason[. = 'number 4']"})
  void anXPathFilterSelectsWholeNotifications(String select) throws Exception {
    client.rpc(
        subscribe(
            "<filter type='xpath' xmlns:o='urn:test:operations' select=\""
                + select.replace(">", "&gt;")
                + "\"/>"));
    served.changed(1);
    served.plain();
    served.changed(4);
    assertThat(next()).contains("<level>4</level><reason>number 4</reason>");
  }

  @Test
  void aFilterThatIsNoneIsRefused() throws Exception {
    assertThat(client.rpc(subscribe("<filter type='xpath' select='/a['/>")))
        .contains("<error-tag>invalid-value</error-tag>");
    assertThat(client.rpc(subscribe("<filter type='xpath'/>")))
        .contains("<error-tag>missing-attribute</error-tag>", "<bad-attribute>select<");
    assertThat(client.rpc(subscribe("<filter type='other'/>"))).contains("bad-attribute");
    assertThat(client.rpc(subscribe(""))).contains("<ok/>");
  }

  @Test
  void replayComesBeforeWhatIsNew() throws Exception {
    served.changed(1);
    served.changed(2);
    client.rpc(subscribe(only("changed", "plain") + LONG_AGO));
    served.plain();
    assertThat(next()).contains("<level>1<");
    assertThat(next()).contains("<level>2<");
    String third = next();
    String fourth = next();
    assertThat(List.of(third, fourth))
        .containsExactlyInAnyOrder(
            "<replayComplete xmlns=\"urn:ietf:params:xml:ns:netmod:notification\"/>",
            "<plain xmlns=\"urn:test:operations\"/>");
    served.changed(3);
    assertThat(next()).contains("<level>3<");
  }

  @Test
  void replayBeginsAtItsTime() throws Exception {
    served.changed(1);
    Instant between = Instant.now().plusMillis(1);
    while (Instant.now().isBefore(between)) {
      Thread.onSpinWait();
    }
    served.changed(2);
    client.rpc(subscribe(only("changed") + "<startTime>%s</startTime>".formatted(between)));
    assertThat(next()).contains("<level>2<");
    assertThat(next()).contains("replayComplete");
  }

  @Test
  void aReplayThatStopsInThePastIsComplete() throws Exception {
    served.changed(1);
    String stop = "<stopTime>%s</stopTime>".formatted(Instant.now());
    assertThat(client.rpc(subscribe(only("changed") + LONG_AGO + stop))).contains("<ok/>");
    assertThat(next()).contains("<level>1<");
    assertThat(next()).contains("replayComplete");
    assertThat(next())
        .isEqualTo("<notificationComplete xmlns=\"urn:ietf:params:xml:ns:netmod:notification\"/>");
    assertThat(client.rpc(subscribe(""))).contains("<ok/>");
  }

  @Test
  void aSubscriptionEndsAtItsTime() throws Exception {
    ManualTime time = new ManualTime();
    try (Served timed = new Served(directory.resolve("timed"), builder -> builder.time(time));
        NetconfClient subscriber = timed.connect()) {
      String stop = "<stopTime>%s</stopTime>".formatted(time.now().plusSeconds(10));
      subscriber.rpc(subscribe(only("plain") + LONG_AGO + stop));
      timed.plain();
      assertThat(List.of(subscriber.receive(), subscriber.receive()))
          .anyMatch(n -> n.contains("<plain"));
      time.advance(11);
      timed.plain();
      assertThat(subscriber.receive()).contains("notificationComplete");
    }
  }

  @Test
  void theLogKeepsTheNewest() throws Exception {
    for (int i = 0; i < 60; i++) {
      served.plain();
    }
    served.changed(1);
    client.rpc(subscribe(LONG_AGO));
    for (int i = 0; i < 49; i++) {
      assertThat(next()).contains("plain");
    }
    assertThat(next()).contains("changed");
    assertThat(next()).contains("replayComplete");
  }

  @Test
  void aSubscriberThatIsTooSlowLosesItsSession() throws Exception {
    client.rpc(subscribe(only("changed")));
    String reason = "x".repeat(100_000);
    // More than the SSH window and the log hold.
    for (int i = 0; i < 200; i++) {
      served.changed(1, reason);
    }
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 200; i++) {
                next();
              }
            })
        .isInstanceOf(IOException.class);
  }

  @Test
  void oneSubscriptionASession() throws Exception {
    client.rpc(subscribe(only("plain")));
    assertThat(client.rpc(subscribe("")))
        .contains("<error-tag>operation-failed</error-tag>", "subscription already");
  }

  @ParameterizedTest
  @CsvSource({
    "<stream>other</stream>, invalid-value, stream",
    "<stopTime>2020-01-01T00:00:00Z</stopTime>, missing-element, startTime",
    "<startTime>2999-01-01T00:00:00Z</startTime>, bad-element, startTime",
    "<startTime>yesterday</startTime>, invalid-value, startTime",
    "<startTime>2020-01-02T00:00:00Z</startTime><stopTime>2020-01-01T00:00:00Z</stopTime>,"
        + " bad-element, stopTime",
    "<when/>, unknown-element, when",
  })
  void badParametersAreRefused(String parameters, String tag, String element) throws Exception {
    assertThat(client.rpc(subscribe(parameters)))
        .contains("<error-tag>" + tag + "</error-tag>")
        .contains("<bad-element>" + element + "</bad-element>");
  }

  @Test
  void aCommitIsTold() throws Exception {
    Served.set(client, "<top><name>x</name><count>1</count></top>");
    client.rpc(subscribe(""));
    try (var other = served.connect()) {
      assertThat(next()).contains("<netconf-session-start", "<username>admin</username>");
      other.rpc(
          Served.edit(
              "<top><name nc:operation='delete'/><count>2</count><item><id>a</id></item></top>"));
      other.rpc("<commit/>");
      assertThat(next())
          .contains("<netconf-config-change", "<changed-by><username>admin</username>")
          .contains("<source-host>127.0.0.1</source-host>", "<datastore>running</datastore>")
          .contains(">/tn:top/tn:name</target><operation>delete</operation>")
          .contains(">/tn:top/tn:count</target><operation>replace</operation>")
          .contains(">/tn:top/tn:item[tn:id='a']</target><operation>create</operation>");
    }
  }

  @Test
  void aLargeCommitIsToldByItsTopLevelNodes() throws Exception {
    StringBuilder items = new StringBuilder("<top>");
    for (int i = 0; i < 101; i++) {
      items.append("<item><id>i").append(i).append("</id></item>");
    }
    Served.set(client, "<top><item><id>a</id></item></top>");
    client.rpc(Served.edit(items + "</top>"));
    client.rpc("<commit/>");
    client.rpc(subscribe(LONG_AGO));
    assertThat(next()).contains("session-start");
    assertThat(next()).contains(">/tn:top</target><operation>create</operation>");
    assertThat(next())
        .contains(">/tn:top</target><operation>merge</operation></edit></netconf-config-change>");
  }

  @Test
  void theBeginAndEndOfASessionAreTold() throws Exception {
    client.rpc(subscribe(""));
    NetconfClient other = served.connect();
    // After the reply its hello was read.
    other.rpc("<discard-changes/>");
    String id = other.hello().replaceFirst("(?s).*<session-id>(.*)</session-id>.*", "$1");
    assertThat(next())
        .contains("<netconf-session-start", "<session-id>" + id + "</session-id>")
        .contains("<source-host>127.0.0.1</source-host>");
    other.rpc("<close-session/>");
    assertThat(next())
        .contains("<netconf-session-end", "<termination-reason>closed</termination-reason>");
    other.close();
    other = served.connect();
    assertThat(next()).contains("<netconf-session-start");
    other.close();
    assertThat(next()).contains("<termination-reason>dropped</termination-reason>");
  }

  @Test
  void aKilledSessionIsTold() throws Exception {
    NetconfClient other = served.connect();
    // After the reply its hello was read.
    other.rpc("<discard-changes/>");
    String id = other.hello().replaceFirst("(?s).*<session-id>(.*)</session-id>.*", "$1");
    String mine = client.hello().replaceFirst("(?s).*<session-id>(.*)</session-id>.*", "$1");
    client.rpc(
        subscribe(
            "<filter><netconf-session-end"
                + " xmlns='urn:ietf:params:xml:ns:yang:ietf-netconf-notifications'/></filter>"));
    client.send(
        "<rpc xmlns='urn:ietf:params:xml:ns:netconf:base:1.0' message-id='1'><kill-session>"
            + "<session-id>%s</session-id></kill-session></rpc>".formatted(id));
    assertThat(List.of(client.receive(), client.receive()))
        .anyMatch(
            m ->
                m.contains("<killed-by>" + mine + "</killed-by>")
                    && m.contains("<termination-reason>killed</termination-reason>"));
    assertThatThrownBy(other::receive).isInstanceOf(IOException.class);
    other.close();
  }

  @Test
  void aConfirmedCommitIsTold() throws Exception {
    client.rpc(
        subscribe(
            "<filter><netconf-confirmed-commit"
                + " xmlns='urn:ietf:params:xml:ns:yang:ietf-netconf-notifications'/></filter>"));
    client.rpc(Served.edit("<top><name>x</name></top>"));
    client.send(
        "<rpc xmlns='urn:ietf:params:xml:ns:netconf:base:1.0' message-id='1'><commit><confirmed/>"
            + "<confirm-timeout>77</confirm-timeout></commit></rpc>");
    assertThat(List.of(client.receive(), client.receive()))
        .anyMatch(
            m ->
                m.contains("<confirm-event>start</confirm-event><timeout>77</timeout>")
                    && m.contains("<username>admin</username>"));
    client.send(
        "<rpc xmlns='urn:ietf:params:xml:ns:netconf:base:1.0' message-id='2'><commit/></rpc>");
    assertThat(List.of(client.receive(), client.receive()))
        .anyMatch(m -> m.contains("<confirm-event>complete</confirm-event>"));
  }
}
