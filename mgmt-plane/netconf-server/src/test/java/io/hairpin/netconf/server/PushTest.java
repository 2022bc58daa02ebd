package io.hairpin.netconf.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.netconf.client.NetconfClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.common.QNameModule;
import org.opendaylight.yangtools.yang.common.Uint32;
import org.opendaylight.yangtools.yang.common.Uint8;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;

/** Subscriptions to datastores (RFC 8641). */
class PushTest {
  private static final StateBuilder NODES =
      new StateBuilder(QNameModule.of(Served.NS, "2026-01-01"));
  private static final String SN = "urn:ietf:params:xml:ns:yang:ietf-subscribed-notifications";
  private static final String YP = "urn:ietf:params:xml:ns:yang:ietf-yang-push";
  private static final String TOP =
      "<yp:datastore-subtree-filter><top xmlns='urn:test:nodes'/></yp:datastore-subtree-filter>";
  private static final String TOP_BY_XPATH =
      "<yp:datastore-xpath-filter>/n:top</yp:datastore-xpath-filter>";
  private static final String EVERY_SECOND =
      "<yp:periodic><yp:period>100</yp:period></yp:periodic>";
  private static final String ON_CHANGE = "<yp:on-change/>";
  private static final String ONLY_CHANGES =
      "<yp:on-change><yp:sync-on-start>false</yp:sync-on-start></yp:on-change>";

  /** The configured filter f. */
  private static final String FILTER =
      "<filters xmlns='"
          + SN
          + "'><selection-filter xmlns='"
          + YP
          + "'><filter-id>f</filter-id><datastore-xpath-filter xmlns:n='urn:test:nodes'>%s"
          + "</datastore-xpath-filter></selection-filter></filters>";

  private static final String UPTIME =
      "<yp:datastore-xpath-filter>/n:stats/n:uptime</yp:datastore-xpath-filter>";

  /** State of which the time tells when it changes, and the load does not. */
  private static final class Stats implements StateProvider {
    private final AtomicReference<Uint32> uptime = new AtomicReference<>(Uint32.ONE);
    private final AtomicReference<@Nullable Runnable> once = new AtomicReference<>();
    private Runnable changed = () -> {};

    @Override
    public Optional<ContainerNode> state() {
      Runnable meanwhile = once.getAndSet(null);
      if (meanwhile != null) {
        meanwhile.run();
      }
      return Optional.of(
          NODES.container(
              "stats", NODES.leaf("uptime", uptime.get()), NODES.leaf("load", Uint8.ONE)));
    }

    @Override
    public Set<List<QName>> whenChanged(Runnable task) {
      changed = task;
      return Set.of(List.of(NODES.name("stats"), NODES.name("uptime")));
    }

    void set(int value) {
      uptime.set(Uint32.valueOf(value));
      changed.run();
    }
  }

  @TempDir private Path directory;
  private final ManualTime time = new ManualTime();
  private final Stats stats = new Stats();
  private Served served;
  private NetconfClient client;
  private NetconfClient other;

  @BeforeEach
  void start() throws Exception {
    served =
        new Served(
            directory,
            builder ->
                builder
                    .time(time)
                    .maxPush(200)
                    .startup(true)
                    .state(NODES.name("stats"), stats)
                    .state(
                        NODES.name("motto"),
                        () -> Optional.of(NODES.leaf("motto", "of the state"))));
    client = served.connect();
    other = served.connect();
  }

  @AfterEach
  void stop() {
    client.close();
    other.close();
    served.close();
  }

  private static String operation(String name, String parameters) {
    return ("<%s xmlns='%s' xmlns:yp='%s' xmlns:n='urn:test:nodes'"
            + " xmlns:ds='urn:ietf:params:xml:ns:yang:ietf-datastores'>%s</%s>")
        .formatted(name, SN, YP, parameters, name);
  }

  private static String establish(String datastore, String parameters) {
    return operation(
        "establish-subscription", "<yp:datastore>ds:" + datastore + "</yp:datastore>" + parameters);
  }

  private String established(String datastore, String parameters) throws IOException {
    return SubscriptionTest.id(client.rpc(establish(datastore, parameters)));
  }

  private String next() throws IOException {
    return Served.content(client.receive()).replace(" xmlns=\"" + Served.NS + "\"", "");
  }

  /** What a push-update has. */
  private static String update(String message) {
    assertThat(message)
        .startsWith("<push-update xmlns=\"" + YP + "\"><id>")
        .contains("<datastore-contents");
    return message
        .replaceFirst("(?s).*<datastore-contents/?>", "")
        .replaceFirst("(</datastore-contents>)?</push-update>", "");
  }

  /** The edits of a push-change-update. */
  private static String changes(String message) {
    assertThat(message).startsWith("<push-change-update xmlns=\"" + YP + "\"><id>");
    return message
        .replaceFirst("(?s).*?<patch-id>\\d+</patch-id>", "")
        .replaceFirst("</yang-patch></datastore-changes></push-change-update>", "");
  }

  private static String edit(int number, String operation, String target, String rest) {
    return "<edit><edit-id>%d</edit-id><operation>%s</operation><target>%s</target>%s</edit>"
        .formatted(number, operation, target, rest);
  }

  private void commit(String content) throws IOException {
    assertThat(other.rpc(Served.edit(content))).contains("<ok/>");
    assertThat(other.rpc("<commit/>")).contains("<ok/>");
  }

  private void configure(String filters) throws IOException {
    assertThat(
            other.rpc(
                "<edit-config><target><candidate/></target><config>"
                    + filters
                    + "</config></edit-config>"))
        .contains("<ok/>");
    assertThat(other.rpc("<commit/>")).contains("<ok/>");
  }

  @Test
  void aPeriodicSubscriptionSendsAtOnceAndEveryPeriod() throws Exception {
    commit("<top><name>a</name></top>");
    String id = established("running", TOP + EVERY_SECOND);
    assertThat(next())
        .isEqualTo(
            "<push-update xmlns=\""
                + YP
                + "\"><id>"
                + id
                + "</id><datastore-contents><top><name>a</name></top></datastore-contents>"
                + "</push-update>");
    commit("<top><name>b</name></top>");
    time.advance(1);
    assertThat(update(next())).isEqualTo("<top><name>b</name></top>");
    time.advance(5);
    assertThat(update(next())).isEqualTo("<top><name>b</name></top>");
  }

  @Test
  void updatesAreWholePeriodsFromTheAnchor() throws Exception {
    established(
        "running",
        TOP_BY_XPATH
            + "<yp:periodic><yp:period>6000</yp:period>"
            + "<yp:anchor-time>2030-05-05T00:00:20Z</yp:anchor-time></yp:periodic>");
    time.awaitWaiting();
    time.advance(19);
    assertThat(client.rpc("<discard-changes/>")).contains("<ok/>");
    time.advance(1);
    assertThat(client.receive())
        .contains("<eventTime>2026-01-01T00:00:20Z</eventTime>", "<push-update");
  }

  @Test
  void everyDatastoreCanBeSubscribedPeriodically() throws Exception {
    commit("<top><name>a</name></top>");
    other.rpc("<copy-config><target><startup/></target><source><running/></source></copy-config>");
    commit("<top><name>b</name></top>");
    other.rpc(Served.edit("<top><name>c</name></top>"));
    established("startup", TOP + EVERY_SECOND);
    assertThat(update(next())).isEqualTo("<top><name>a</name></top>");
    established("running", TOP + EVERY_SECOND);
    assertThat(update(next())).isEqualTo("<top><name>b</name></top>");
    established("candidate", TOP + EVERY_SECOND);
    assertThat(update(next())).isEqualTo("<top><name>c</name></top>");
    established(
        "operational",
        "<yp:datastore-xpath-filter>/n:stats | /n:top</yp:datastore-xpath-filter>" + EVERY_SECOND);
    assertThat(update(next()))
        .contains("<top><name>b</name><enabled>true</enabled>", "<uptime>1</uptime>");
  }

  @Test
  void onChangeBeginsWithTheWholeAndTellsTheDifference() throws Exception {
    commit("<top><name>a</name><item><id>1</id><value>1</value></item></top>");
    established("running", TOP + ON_CHANGE);
    assertThat(update(next()))
        .isEqualTo("<top><name>a</name><item><id>1</id><value>1</value></item></top>");
    commit(
        "<top><name nc:operation='delete'/><item><id>1</id><value>2</value></item>"
            + "<item><id>a/b</id></item></top>");
    assertThat(changes(next()))
        .contains("<operation>delete</operation><target>/test-nodes:top/name</target></edit>")
        .contains(
            "<operation>replace</operation><target>/test-nodes:top/item=1/value</target>"
                + "<value><value>2</value></value>")
        .contains(
            "<operation>create</operation><target>/test-nodes:top/item=a%2Fb</target>"
                + "<value><item><id>a/b</id></item></value>");
    commit("<motto>none of it</motto>");
    commit("<top><item nc:operation='delete'><id>1</id></item></top>");
    assertThat(changes(next())).isEqualTo(edit(1, "delete", "/test-nodes:top/item=1", ""));
  }

  @Test
  void withoutSyncOnlyChangesAreSent() throws Exception {
    commit("<top><name>a</name></top>");
    established("running", TOP_BY_XPATH + ONLY_CHANGES);
    commit("<top><count>5</count></top>");
    assertThat(changes(next()))
        .isEqualTo(edit(1, "create", "/test-nodes:top/count", "<value><count>5</count></value>"));
  }

  @Test
  void entriesOfTheUsersOrderAreInsertedAndMoved() throws Exception {
    commit(
        "<top><rule><name>a</name></rule><rule><name>b</name></rule><rule><name>c</name></rule>"
            + "</top>");
    established("running", TOP + ONLY_CHANGES);
    commit("<top><rule yang:insert='first'><name>c</name></rule></top>");
    String rule = "/test-nodes:top/rule=";
    assertThat(changes(next())).isEqualTo(edit(1, "move", rule + "c", "<where>first</where>"));
    commit(
        "<top><rule yang:insert='after' yang:key=\"[tn:name='c']\" xmlns:tn='urn:test:nodes'>"
            + "<name>n</name></rule><rule nc:operation='delete'><name>b</name></rule></top>");
    assertThat(changes(next()))
        .isEqualTo(
            edit(1, "delete", rule + "b", "")
                + edit(
                    2,
                    "insert",
                    rule + "n",
                    "<point>"
                        + rule
                        + "c</point><where>after</where><value><rule><name>n</name></rule>"
                        + "</value>"));
    commit("<top><step>x</step><step>y</step></top>");
    assertThat(changes(next()))
        .contains("<operation>insert</operation><target>/test-nodes:top/step=x</target>")
        .contains("<point>/test-nodes:top/step=x</point><where>after</where>");
  }

  @Test
  void changesThatAreExcludedAreNotSent() throws Exception {
    commit("<top><name>a</name></top>");
    established(
        "running",
        TOP
            + "<yp:on-change><yp:sync-on-start>false</yp:sync-on-start>"
            + "<yp:excluded-change>replace</yp:excluded-change>"
            + "<yp:excluded-change>delete</yp:excluded-change></yp:on-change>");
    commit("<top><name>b</name></top>");
    commit("<top><name>c</name><count>1</count></top>");
    assertThat(changes(next())).contains("/count</target>").doesNotContain("replace");
  }

  @Test
  void changesWithinTheDampeningPeriodAreOneUpdate() throws Exception {
    commit("<top><name>a</name></top>");
    established(
        "running",
        TOP + "<yp:on-change><yp:dampening-period>1000</yp:dampening-period></yp:on-change>");
    assertThat(update(next())).contains("<name>a</name>");
    commit("<top><name>b</name><count>1</count></top>");
    commit("<top><name>c</name><count nc:operation='delete'/></top>");
    assertThat(client.rpc("<discard-changes/>")).contains("<ok/>");
    time.advance(10);
    // The count was there in between, which is told.
    assertThat(changes(next()))
        .isEqualTo(
            edit(1, "replace", "/test-nodes:top/name", "<value><name>c</name></value>")
                + edit(2, "delete", "/test-nodes:top/count", ""));
  }

  @Test
  void aFilterByValueSeesWhatComesIntoIt() throws Exception {
    commit(
        "<top><item><id>1</id><value>1</value></item><item><id>2</id><value>2</value></item>"
            + "</top>");
    established(
        "running",
        "<yp:datastore-subtree-filter><top xmlns='urn:test:nodes'><item><value>2</value></item>"
            + "</top></yp:datastore-subtree-filter>"
            + ON_CHANGE);
    assertThat(update(next())).contains("<id>2</id>").doesNotContain("<id>1</id>");
    commit("<top><item><id>1</id><value>2</value></item></top>");
    assertThat(changes(next()))
        .isEqualTo(
            edit(
                1,
                "create",
                "/test-nodes:top/item=1",
                "<value><item><id>1</id><value>2</value></item></value>"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        UPTIME,
        "<yp:datastore-xpath-filter>//n:uptime[. != 0]</yp:datastore-xpath-filter>",
        "<yp:datastore-subtree-filter><stats xmlns='urn:test:nodes'><uptime/></stats>"
            + "</yp:datastore-subtree-filter>",
      })
  void stateThatTellsItsChangesIsPushedOnChange(String filter) throws Exception {
    established("operational", filter + ON_CHANGE);
    assertThat(update(next())).isEqualTo("<stats><uptime>1</uptime></stats>");
    stats.set(2);
    assertThat(changes(next()))
        .isEqualTo(
            edit(1, "replace", "/test-nodes:stats/uptime", "<value><uptime>2</uptime></value>"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<yp:datastore-xpath-filter>/n:stats</yp:datastore-xpath-filter>",
        "<yp:datastore-xpath-filter>//n:*</yp:datastore-xpath-filter>",
        "<yp:datastore-xpath-filter>/n:stats[n:load = 1]/n:uptime</yp:datastore-xpath-filter>",
        "<yp:datastore-subtree-filter><stats xmlns='urn:test:nodes'/>"
            + "</yp:datastore-subtree-filter>",
        "<yp:datastore-subtree-filter><stats xmlns='urn:test:nodes'><load>1</load><uptime/>"
            + "</stats></yp:datastore-subtree-filter>",
        "",
      })
  void stateThatDoesNotTellIsRefusedOnChange(String filter) throws Exception {
    assertThat(client.rpc(establish("operational", filter + ON_CHANGE)))
        .contains("<error-app-tag>ietf-yang-push:on-change-unsupported</error-app-tag>")
        .containsPattern("<filter-failure-hint>the state at [^<]*/stats/load[, ]")
        .doesNotContain("/stats/uptime");
  }

  @Test
  void configurationInOperationalIsPushedOnChange() throws Exception {
    established("operational", TOP + ONLY_CHANGES);
    commit("<top><name>a</name></top>");
    assertThat(changes(next())).contains(":top/name</target><value><name>a</name></value>");
  }

  @Test
  void startupIsPushedWhenItIsCopiedTo() throws Exception {
    established("startup", TOP + ONLY_CHANGES);
    commit("<top><name>a</name></top>");
    other.rpc("<copy-config><target><startup/></target><source><running/></source></copy-config>");
    assertThat(changes(next())).contains("<operation>create</operation>", "<name>a</name>");
  }

  @Test
  void aSubscriptionIsSentWholeAgainOnRequest() throws Exception {
    commit("<top><name>a</name></top>");
    String id = established("running", TOP + ON_CHANGE);
    assertThat(update(next())).contains("<name>a</name>");
    String resync = "<resync-subscription xmlns='" + YP + "'><id>%s</id></resync-subscription>";
    assertThat(client.rpc(resync.formatted(id))).contains("<ok/>");
    assertThat(update(next())).contains("<name>a</name>");
    assertThat(other.rpc(resync.formatted(id)))
        .contains("<error-tag>invalid-value</error-tag>")
        .contains("<error-app-tag>ietf-yang-push:no-such-subscription-resync</error-app-tag>")
        .contains("<resync-subscription-error xmlns=\"" + YP + "\"><reason");
    String silent = established("running", TOP + ONLY_CHANGES);
    assertThat(client.rpc(resync.formatted(silent)))
        .contains("<error-tag>operation-not-supported</error-tag>")
        .contains("<error-app-tag>ietf-yang-push:on-change-sync-unsupported</error-app-tag>");
  }

  @Test
  void aConfiguredFilterSelects() throws Exception {
    commit("<top><name>a</name><count>1</count></top>");
    configure(FILTER.formatted("/n:top/n:name"));
    established("running", "<yp:selection-filter-ref>f</yp:selection-filter-ref>" + EVERY_SECOND);
    assertThat(update(next())).isEqualTo("<top><name>a</name></top>");
    configure(FILTER.formatted("/n:top/n:count"));
    assertThat(next())
        .startsWith("<subscription-modified")
        .contains("<selection-filter-ref xmlns=\"" + YP + "\">f</selection-filter-ref>")
        .contains("<period>100</period>", ":running</datastore>");
    assertThat(update(next())).isEqualTo("<top><count>1</count></top>");
  }

  @Test
  void aModifiedSubscriptionHasAnotherPeriodAndFilter() throws Exception {
    commit("<top><name>a</name><count>1</count></top>");
    String id = established("running", TOP + EVERY_SECOND);
    assertThat(update(next())).contains("<name>a</name>");
    assertThat(
            client.rpc(
                operation(
                    "modify-subscription",
                    "<id>"
                        + id
                        + "</id><yp:datastore>ds:running</yp:datastore>"
                        + "<yp:datastore-xpath-filter>/n:top/n:count</yp:datastore-xpath-filter>"
                        + "<yp:periodic><yp:period>1000</yp:period></yp:periodic>")))
        .contains("<ok/>");
    assertThat(next()).startsWith("<subscription-modified").contains("<period>1000</period>");
    assertThat(update(next())).isEqualTo("<top><count>1</count></top>");
    assertThat(
            client.rpc(
                operation(
                    "modify-subscription",
                    "<id>"
                        + id
                        + "</id><yp:datastore>ds:running</yp:datastore>"
                        + TOP
                        + "<yp:periodic><yp:period>1</yp:period></yp:periodic>")))
        .contains("<error-app-tag>ietf-yang-push:period-unsupported</error-app-tag>")
        .contains("<modify-subscription-datastore-error-info xmlns=\"" + YP + "\">")
        .contains("<period-hint>10</period-hint>");
  }

  @Test
  void aModificationWhileAnotherFilterIsTakenIsKept() throws Exception {
    configure(FILTER.formatted("/n:stats/n:uptime"));
    String target =
        "<yp:datastore>ds:operational</yp:datastore>"
            + "<yp:selection-filter-ref>f</yp:selection-filter-ref>";
    String id =
        SubscriptionTest.id(client.rpc(operation("establish-subscription", target + ON_CHANGE)));
    assertThat(update(next())).contains("<uptime>1</uptime>");
    String dampened =
        "<yp:on-change><yp:dampening-period>1000</yp:dampening-period></yp:on-change>";
    CompletableFuture<String> modified = new CompletableFuture<>();
    stats.once.set(
        () -> {
          try {
            modified.complete(
                client.rpc(
                    operation("modify-subscription", "<id>" + id + "</id>" + target + dampened)));
          } catch (IOException e) {
            modified.completeExceptionally(e);
          }
        });
    configure(FILTER.formatted("/n:stats/n:uptime | /n:top"));
    assertThat(modified.get()).contains("<ok/>");
    assertThat(next())
        .startsWith("<subscription-modified")
        .contains("<dampening-period>1000</dampening-period>");
    assertThat(update(next())).contains("<uptime>1</uptime>");
  }

  @Test
  void theStateOfASubscriptionIsOperational() throws Exception {
    String id = established("running", TOP_BY_XPATH + EVERY_SECOND);
    assertThat(update(next())).isEmpty();
    assertThat(other.rpc("<get><filter><subscriptions xmlns='" + SN + "'/></filter></get>"))
        .contains("<subscription><id>" + id + "</id>", ":running</datastore>")
        .contains("/test-nodes:top</datastore-xpath-filter>", "<period>100</period>")
        .contains("<sent-event-records>1<");
  }

  @Test
  void aSubscriptionEndsAtStopTime() throws Exception {
    established("running", TOP + EVERY_SECOND + "<stop-time>2026-01-01T00:00:01.5Z</stop-time>");
    assertThat(next()).contains("push-update");
    time.advance(1);
    assertThat(next()).contains("push-update");
    time.advance(1);
    assertThat(next()).contains("subscription-terminated");
  }

  @Test
  void anUpdateThatIsTooBigIsRefusedOrSuspends() throws Exception {
    String id = established("running", TOP + EVERY_SECOND);
    assertThat(id).isNotEmpty();
    assertThat(update(next())).isEmpty();
    StringBuilder items = new StringBuilder("<top>");
    for (int i = 0; i < 200; i++) {
      items.append("<item><id>i").append(i).append("</id></item>");
    }
    commit(items + "</top>");
    time.advance(1);
    assertThat(next()).contains("<subscription-suspended", ":update-too-big</reason>");
    assertThat(client.rpc("<get><filter><subscriptions xmlns='" + SN + "'/></filter></get>"))
        .contains("<state>suspended</state>");
    assertThat(client.rpc(establish("running", TOP + EVERY_SECOND)))
        .contains("<error-tag>too-big</error-tag>")
        .contains("<error-app-tag>ietf-yang-push:update-too-big</error-app-tag>")
        .containsPattern("<object-count-estimate>4\\d\\d</object-count-estimate>")
        .contains("<object-count-limit>200</object-count-limit>");
    assertThat(client.rpc(establish("running", TOP + ON_CHANGE)))
        .contains("<error-app-tag>ietf-yang-push:sync-too-big</error-app-tag>");
    commit("<top nc:operation='delete'/>");
    time.advance(1);
    assertThat(next()).contains("<subscription-resumed");
    assertThat(update(next())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "intended | periodic | invalid-value | datastore-not-subscribable",
        "running | short | invalid-value | period-unsupported",
        "candidate | on-change | operation-not-supported | on-change-unsupported",
        "motto | on-change | operation-not-supported | on-change-unsupported",
        "nothing | periodic | operation-failed | unchanging-selection",
        "xpath | periodic | invalid-value | filter-unsupported",
      })
  void whatCannotBeIsRefused(String what, String trigger, String tag, String identity)
      throws Exception {
    String filter =
        switch (what) {
          case "motto" -> "<yp:datastore-xpath-filter>/n:motto</yp:datastore-xpath-filter>";
          case "nothing" ->
              "<yp:datastore-subtree-filter><no xmlns='urn:such'/></yp:datastore-subtree-filter>";
          case "xpath" -> "<yp:datastore-xpath-filter>/n:top[</yp:datastore-xpath-filter>";
          default -> TOP;
        };
    String datastore =
        switch (what) {
          case "motto" -> "operational";
          case "nothing", "xpath" -> "running";
          default -> what;
        };
    String when =
        switch (trigger) {
          case "short" -> "<yp:periodic><yp:period>9</yp:period></yp:periodic>";
          case "periodic" -> EVERY_SECOND;
          default -> ON_CHANGE;
        };
    assertThat(client.rpc(establish(datastore, filter + when)))
        .contains("<error-tag>" + tag + "</error-tag>")
        .contains(":" + identity + "</error-app-tag>")
        .contains("<establish-subscription-datastore-error-info xmlns=\"" + YP + "\"><reason");
  }

  @Test
  void aDatastoreNeedsATrigger() throws Exception {
    assertThat(client.rpc(establish("running", TOP)))
        .contains("<error-tag>missing-element</error-tag>", "<bad-element>periodic<");
  }

  @Test
  void whatChangedBelowAnEntryThatIsGoneIsNotTold() throws Exception {
    commit("<top><name>a</name></top>");
    established(
        "running",
        TOP + "<yp:on-change><yp:dampening-period>1000</yp:dampening-period></yp:on-change>");
    assertThat(update(next())).contains("<name>a</name>");
    commit("<top><item><id>1</id><value>1</value></item></top>");
    commit("<top><item><id>1</id><value>2</value></item></top>");
    commit("<top><item nc:operation='delete'><id>1</id></item></top>");
    assertThat(client.rpc("<discard-changes/>")).contains("<ok/>");
    time.advance(10);
    assertThat(changes(next())).isEqualTo(edit(1, "delete", "/test-nodes:top/item=1", ""));
  }

  @Test
  void aConfiguredFilterThatCannotBeOnChangeEndsTheSubscription() throws Exception {
    configure(FILTER.formatted("/n:stats/n:uptime"));
    established("operational", "<yp:selection-filter-ref>f</yp:selection-filter-ref>" + ON_CHANGE);
    assertThat(update(next())).contains("<uptime>1</uptime>");
    configure(FILTER.formatted("/n:motto"));
    assertThat(next()).contains("<subscription-terminated", ":filter-unavailable</reason>");
  }

  @ParameterizedTest
  @ValueSource(strings = {EVERY_SECOND, ON_CHANGE, ONLY_CHANGES})
  void aFilterThatFailsWithTheDataIsRefused(String trigger) throws Exception {
    String filter =
        "<yp:datastore-xpath-filter>/n:top/n:item[count('x') = 0]</yp:datastore-xpath-filter>";
    commit("<top><item><id>1</id></item></top>");
    assertThat(client.rpc(establish("running", filter + trigger)))
        .contains("<error-app-tag>ietf-subscribed-notifications:filter-unsupported<");
    assertThat(client.rpc("<get><filter><subscriptions xmlns='" + SN + "'/></filter></get>"))
        .doesNotContain("<subscription>");
  }

  @Test
  void aFilterThatFailsLaterEndsTheSubscription() throws Exception {
    established(
        "running",
        "<yp:datastore-xpath-filter>/n:top/n:item[count('x') = 0]</yp:datastore-xpath-filter>"
            + ON_CHANGE);
    assertThat(update(next())).isEmpty();
    commit("<top><item><id>1</id></item></top>");
    assertThat(next()).contains("<subscription-terminated", ":filter-unavailable</reason>");
    assertThat(client.rpc("<discard-changes/>")).contains("<ok/>");
  }
}
