package io.hairpin.netconf.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hairpin.netconf.client.NetconfClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Dynamic subscriptions to the stream NETCONF (RFC 8639) over NETCONF (RFC 8640). */
class SubscriptionTest {
  private static final String SN = "urn:ietf:params:xml:ns:yang:ietf-subscribed-notifications";
  private static final String ONLY_OURS =
      "<stream-subtree-filter><changed xmlns='urn:test:operations'/>"
          + "<plain xmlns='urn:test:operations'/></stream-subtree-filter>";
  private static final String REPLAY =
      "<replay-start-time>2020-01-01T00:00:00Z</replay-start-time>";

  @TempDir private Path directory;
  private final ManualTime time = new ManualTime();
  private Served served;
  private NetconfClient client;

  @BeforeEach
  void start() throws Exception {
    served = new Served(directory, builder -> builder.replay(50).time(time));
    client = served.connect();
    client.rpc("<discard-changes/>");
  }

  @AfterEach
  void stop() {
    client.close();
    served.close();
  }

  private static String operation(String name, String parameters) {
    return "<%s xmlns='%s' xmlns:sn='%s' xmlns:o='urn:test:operations'>%s</%s>"
        .formatted(name, SN, SN, parameters, name);
  }

  private static String establish(String parameters) {
    return operation("establish-subscription", "<stream>NETCONF</stream>" + parameters);
  }

  /** The number of the subscription that was established. */
  static String id(String reply) {
    assertThat(reply).contains("<id xmlns=\"" + SN + "\">");
    return reply.replaceFirst("(?s).*<id[^>]*>(\\d+)</id>.*", "$1");
  }

  /** Establishes a subscription; tells its number. */
  private String established(String parameters) throws IOException {
    return id(client.rpc(establish(parameters)));
  }

  private String next() throws IOException {
    return Served.content(client.receive());
  }

  private static String state(NetconfClient from) throws IOException {
    return from.rpc("<get><filter><subscriptions xmlns='" + SN + "'/></filter></get>");
  }

  @Test
  void theModulesFeaturesAndDeviationAreInTheLibrary() throws Exception {
    String library =
        client.rpc(
            "<get><filter><yang-library xmlns='urn:ietf:params:xml:ns:yang:ietf-yang-library'/>"
                + "</filter></get>");
    assertThat(library)
        .contains("<name>ietf-subscribed-notifications</name>")
        .contains("<deviation>hairpin-subscriptions-deviations</deviation>")
        .contains("<feature>encode-xml</feature>", "<feature>replay</feature>")
        .doesNotContain("<feature>configured</feature>", "<feature>encode-json</feature>");
  }

  @Test
  void theStreamIsTold() throws Exception {
    String streams = "<get><filter><streams xmlns='" + SN + "'/></filter></get>";
    assertThat(client.rpc(streams))
        .contains("<stream><name>NETCONF</name>", "<replay-support/>")
        .contains("<replay-log-creation-time>2026-01-01T00:00:00Z<")
        .doesNotContain("aged");
    for (int i = 0; i < 51; i++) {
      served.plain();
    }
    assertThat(client.rpc(streams))
        .contains("<replay-log-aged-time>2026-01-01T00:00:00Z</replay-log-aged-time>");
  }

  @Test
  void eventsFollowTheReply() throws Exception {
    established(ONLY_OURS);
    served.changed(1);
    served.plain();
    assertThat(next())
        .isEqualTo(
            "<changed xmlns=\"urn:test:operations\"><level>1</level>"
                + "<reason>number 1</reason></changed>");
    assertThat(next()).isEqualTo("<plain xmlns=\"urn:test:operations\"/>");
  }

  @Test
  void aSessionHasSeveralSubscriptions() throws Exception {
    String one = established("<stream-xpath-filter>/o:plain</stream-xpath-filter>");
    String two = established("<stream-xpath-filter>/o:plain</stream-xpath-filter>");
    assertThat(two).isNotEqualTo(one);
    served.plain();
    assertThat(List.of(next(), next())).allMatch(event -> event.startsWith("<plain"));
  }

  @ParameterizedTest
  @CsvSource({
    "/o:changed[o:level > 3]",
    "/test-operations:changed[test-operations:level = 4]",
    "//o:level = 4"
  })
  void anXPathFilterSelects(String xpath) throws Exception {
    established("<stream-xpath-filter>" + xpath.replace(">", "&gt;") + "</stream-xpath-filter>");
    served.changed(1);
    served.plain();
    served.changed(4);
    assertThat(next()).contains("<level>4</level>");
  }

  /** Configures filters in another session, since what is told of it is not in order with it. */
  private void configure(String filters) throws IOException {
    try (NetconfClient other = served.connect()) {
      assertThat(
              other.rpc(
                  "<edit-config><target><candidate/></target><config"
                      + " xmlns:nc='urn:ietf:params:xml:ns:netconf:base:1.0'><filters xmlns='"
                      + SN
                      + "' xmlns:o='urn:test:operations'>"
                      + filters
                      + "</filters></config></edit-config>"))
          .contains("<ok/>");
      assertThat(other.rpc("<commit/>")).contains("<ok/>");
    }
  }

  @Test
  void aConfiguredFilterSelectsAndItsChangeIsTold() throws Exception {
    configure(
        "<stream-filter><name>f</name><stream-xpath-filter>/o:plain</stream-xpath-filter>"
            + "</stream-filter>");
    String id = established("<stream-filter-name>f</stream-filter-name>");
    served.changed(1);
    served.plain();
    assertThat(next()).startsWith("<plain");
    configure(
        "<stream-filter><name>f</name><stream-xpath-filter>/o:changed</stream-xpath-filter>"
            + "</stream-filter>");
    assertThat(next())
        .startsWith("<subscription-modified xmlns=\"" + SN + "\"><id>" + id + "</id>")
        .contains("<stream-filter-name>f</stream-filter-name>", "<stream>NETCONF</stream>")
        .contains(":encode-xml</encoding>");
    served.plain();
    served.changed(2);
    assertThat(next()).contains("<level>2</level>");
    configure("<stream-filter nc:operation='delete'><name>f</name></stream-filter>");
    assertThat(next())
        .startsWith("<subscription-terminated xmlns=\"" + SN + "\"><id>" + id + "</id>")
        .contains(":filter-unavailable</reason>");
    assertThat(state(client)).doesNotContain("<subscription>");
  }

  @Test
  void aFilterThatIsNotConfiguredIsRefused() throws Exception {
    assertThat(client.rpc(establish("<stream-filter-name>f</stream-filter-name>")))
        .contains("<error-tag>data-missing</error-tag>", "instance-required");
  }

  @Test
  void replayComesFirstAndItsEndIsTold() throws Exception {
    served.changed(1);
    time.advance(10);
    served.changed(2);
    String reply = client.rpc(establish(ONLY_OURS + REPLAY));
    String id = id(reply);
    assertThat(reply)
        .contains("<replay-start-time-revision xmlns=\"" + SN + "\">2026-01-01T00:00:00Z<");
    assertThat(next()).contains("<level>1<");
    assertThat(next()).contains("<level>2<");
    assertThat(next())
        .isEqualTo("<replay-completed xmlns=\"" + SN + "\"><id>" + id + "</id></replay-completed>");
    served.plain();
    assertThat(next()).contains("plain");
    reply =
        client.rpc(
            establish(ONLY_OURS + "<replay-start-time>2026-01-01T00:00:05Z</replay-start-time>"));
    assertThat(reply).doesNotContain("revision");
    assertThat(next()).contains("<level>2<");
    assertThat(next()).contains("plain");
    assertThat(next()).contains("replay-completed");
  }

  @Test
  void aFilterThatFailsWithAnEventEndsTheSubscription() throws Exception {
    established("<stream-xpath-filter>/o:changed[count('x') = 0]</stream-xpath-filter>");
    served.changed(1);
    assertThat(next()).contains("<subscription-terminated", ":filter-unavailable</reason>");
    assertThat(client.rpc("<discard-changes/>")).contains("<ok/>");
  }

  @Test
  void aSubscriptionEndsAtStopTime() throws Exception {
    String id = established(ONLY_OURS + "<stop-time>2026-01-01T00:01:00Z</stop-time>");
    served.plain();
    assertThat(next()).contains("plain");
    time.advance(60);
    assertThat(next())
        .startsWith("<subscription-terminated xmlns=\"" + SN + "\"><id>" + id + "</id>")
        .contains(":no-such-subscription</reason>");
    assertThat(state(client)).doesNotContain("<subscription>");
  }

  @Test
  void aReplayThatStopsInThePastEndsAtOnce() throws Exception {
    served.changed(1);
    time.advance(60);
    served.changed(2);
    established(ONLY_OURS + REPLAY + "<stop-time>2026-01-01T00:00:30Z</stop-time>");
    assertThat(next()).contains("<level>1<");
    assertThat(next()).contains("replay-completed");
    assertThat(next()).contains("subscription-terminated");
  }

  @Test
  void theStateOfSubscriptionsIsOperational() throws Exception {
    String id =
        established(
            "<stream-xpath-filter>/o:plain</stream-xpath-filter>"
                + "<stop-time>2027-01-01T00:00:00Z</stop-time>");
    served.changed(1);
    served.plain();
    assertThat(next()).contains("plain");
    try (NetconfClient other = served.connect()) {
      assertThat(state(other))
          .contains("<subscription><id>" + id + "</id>")
          .contains("/test-operations:plain</stream-xpath-filter>", "<stream>NETCONF</stream>")
          .contains("<stop-time>2027-01-01T00:00:00Z</stop-time>")
          .contains("<sent-event-records>1<", "<state>active</state>");
      assertThat(
              other.rpc(
                  "<get-config><source><running/></source><filter><subscriptions xmlns='"
                      + SN
                      + "'/></filter></get-config>"))
          .contains("<data/>");
    }
  }

  @Test
  void subscriptionsAreNotConfigured() throws Exception {
    assertThat(
            client.rpc(
                "<edit-config><target><candidate/></target><config><subscriptions xmlns='"
                    + SN
                    + "'><subscription><id>7</id></subscription></subscriptions></config>"
                    + "</edit-config>"))
        .contains("<rpc-error>");
  }

  @Test
  void aModifiedSubscriptionHasAnotherFilterAndStopTime() throws Exception {
    String id = established("<stream-xpath-filter>/o:plain</stream-xpath-filter>");
    assertThat(
            client.rpc(
                operation(
                    "modify-subscription",
                    "<id>"
                        + id
                        + "</id><stream-xpath-filter>/o:changed</stream-xpath-filter>"
                        + "<stop-time>2026-01-01T00:01:00Z</stop-time>")))
        .contains("<ok/>");
    assertThat(next())
        .startsWith("<subscription-modified xmlns=\"" + SN + "\"><id>" + id + "</id>")
        .contains("/test-operations:changed</stream-xpath-filter>")
        .contains("<stop-time>2026-01-01T00:01:00Z</stop-time>");
    served.plain();
    served.changed(3);
    assertThat(next()).contains("<level>3<");
    time.advance(61);
    assertThat(next()).contains("subscription-terminated");
  }

  @Test
  void aDeletedSubscriptionIsSilent() throws Exception {
    String one = established("<stream-xpath-filter>/o:plain</stream-xpath-filter>");
    established("<stream-xpath-filter>/o:changed</stream-xpath-filter>");
    assertThat(client.rpc(operation("delete-subscription", "<id>" + one + "</id>")))
        .contains("<ok/>");
    served.plain();
    served.changed(1);
    assertThat(next()).contains("<level>1<");
    assertThat(client.rpc(operation("delete-subscription", "<id>" + one + "</id>")))
        .contains("<error-tag>invalid-value</error-tag>", "no-such-subscription");
  }

  @Test
  void aKilledSubscriptionIsToldToItsReceiver() throws Exception {
    String id = established(ONLY_OURS);
    try (NetconfClient other = served.connect()) {
      assertThat(other.rpc(operation("delete-subscription", "<id>" + id + "</id>")))
          .contains("no-such-subscription");
      assertThat(other.rpc(operation("kill-subscription", "<id>" + id + "</id>")))
          .contains("<ok/>");
      assertThat(next())
          .startsWith("<subscription-terminated")
          .contains(":no-such-subscription</reason>");
      assertThat(other.rpc(operation("kill-subscription", "<id>" + id + "</id>")))
          .contains("<error-type>application</error-type><error-tag>invalid-value</error-tag>")
          .contains(
              "<error-app-tag>ietf-subscribed-notifications:no-such-subscription</error-app-tag>")
          .contains(
              "<error-info><delete-subscription-error-info xmlns=\""
                  + SN
                  + "\"><reason xmlns:sn=\""
                  + SN
                  + "\">sn:no-such-subscription</reason></delete-subscription-error-info>");
    }
  }

  @Test
  void aSubscriptionEndsWithItsSession() throws Exception {
    NetconfClient other = served.connect();
    other.rpc(establish(""));
    assertThat(state(client)).contains("<subscription>");
    other.rpc("<close-session/>");
    other.close();
    while (state(client).contains("<subscription>")) {
      Thread.onSpinWait();
    }
  }

  @Test
  void theTwoKindsOfSubscriptionsDoNotMix() throws Exception {
    String create = "<create-subscription xmlns='" + Served.NOTIFICATION + "'/>";
    String id = established(ONLY_OURS);
    assertThat(client.rpc(create)).contains("<error-tag>operation-not-supported</error-tag>");
    client.rpc(operation("delete-subscription", "<id>" + id + "</id>"));
    assertThat(client.rpc(create)).contains("<ok/>");
    assertThat(client.rpc(establish("")))
        .contains("<error-tag>operation-not-supported</error-tag>");
  }

  @Test
  void aReceiverThatIsTooSlowIsToldWhatHappened() throws Exception {
    established(
        "<stream-subtree-filter><changed xmlns='urn:test:operations'/>"
            + "</stream-subtree-filter>");
    String reason = "x".repeat(100_000);
    // More than the SSH window and the log hold.
    for (int i = 0; i < 200; i++) {
      served.changed(1, reason);
    }
    List<String> states = new ArrayList<>();
    while (states.size() < 2) {
      String event = next();
      if (!event.startsWith("<changed")) {
        states.add(event);
      }
    }
    assertThat(states.get(0)).contains("subscription-suspended", ":unsupportable-volume</reason>");
    assertThat(states.get(1)).contains("subscription-resumed");
    // Until he has caught up, more may be lost.
    String event;
    do {
      served.changed(5);
      event = next();
    } while (!event.contains("<level>5<"));
  }

  @Test
  void aSessionHasSoManySubscriptionsOnly() throws Exception {
    for (int i = 0; i < Subscriptions.MAX_OF_SESSION; i++) {
      established(ONLY_OURS);
    }
    assertThat(client.rpc(establish("")))
        .contains("<error-tag>resource-denied</error-tag>")
        .contains("<error-app-tag>ietf-subscribed-notifications:insufficient-resources<");
    try (NetconfClient other = served.connect()) {
      assertThat(other.rpc(establish(""))).contains("<id");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "<encoding>sn:encode-json</encoding>, invalid-value, encoding-unsupported",
    "<stream-xpath-filter>/a[</stream-xpath-filter>, invalid-value, filter-unsupported",
    "<stream-xpath-filter>/no:such</stream-xpath-filter>, invalid-value, filter-unsupported",
    "<replay-start-time>2026-01-01T00:00:00Z</replay-start-time>, invalid-value, ''",
    "<stop-time>2026-01-01T00:00:00Z</stop-time>, invalid-value, ''",
    "<stop-time>tomorrow</stop-time>, invalid-value, ''",
    "<dscp>10</dscp>, unknown-element, ''",
    "<stream>other</stream>, bad-element, ''",
    "<when/>, unknown-element, ''",
    "<stop-time>2026-02-30T00:00:00Z</stop-time>, invalid-value, ''",
  })
  void badParametersAreRefused(String parameters, String tag, String identity) throws Exception {
    String reply = client.rpc(establish(parameters));
    assertThat(reply).contains("<error-tag>" + tag + "</error-tag>");
    if (!identity.isEmpty()) {
      assertThat(reply)
          .contains("<error-app-tag>ietf-subscribed-notifications:" + identity + "<")
          .contains("<establish-subscription-stream-error-info", ">sn:" + identity + "</reason>");
    }
    assertThat(state(client)).doesNotContain("<subscription>");
  }

  @Test
  void aStreamThatIsNotThereIsRefused() throws Exception {
    assertThat(client.rpc(operation("establish-subscription", "<stream>other</stream>")))
        .contains("<error-tag>invalid-value</error-tag>", "<bad-element>stream<");
    assertThat(client.rpc(operation("establish-subscription", "")))
        .contains("<error-tag>data-missing</error-tag>", ">missing-choice<");
  }

  @Test
  void aSessionThatIsKilledTakesItsSubscriptionsAlong() throws Exception {
    NetconfClient other = served.connect();
    String session = other.hello().replaceFirst("(?s).*<session-id>(.*)</session-id>.*", "$1");
    other.rpc(establish(""));
    client.rpc("<kill-session><session-id>" + session + "</session-id></kill-session>");
    assertThatThrownBy(
            () -> {
              while (true) {
                other.receive();
              }
            })
        .isInstanceOf(IOException.class);
    other.close();
    while (state(client).contains("<subscription>")) {
      Thread.onSpinWait();
    }
  }
}
