package io.hairpin.netconf.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.netconf.client.NetconfClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.common.QNameModule;
import org.opendaylight.yangtools.yang.common.Uint32;
import org.opendaylight.yangtools.yang.common.Uint8;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;

/**
 * Access control (RFC 8341): admin has the recovery session, ann, bob and eve are subject to it.
 */
class AccessTest {
  private static final Schema SCHEMA =
      Schema.builder()
          .directory(Path.of("src/test/resources/yang"))
          .modules("ietf-netconf-acm")
          .build();
  private static final StateBuilder OUR =
      new StateBuilder(QNameModule.of("urn:test:operations", "2026-01-04"));
  private static final StateBuilder NODES =
      new StateBuilder(QNameModule.of(Served.NS, "2026-01-01"));
  private static final String DATA =
      "<top><name>n</name><count>5</count><item><id>a</id><value>1</value><sub><x>s</x></sub></item>"
          + "<item><id>b</id><value>2</value></item></top>";
  private static final String DENIED = "<error-tag>access-denied</error-tag>";

  @TempDir private Path directory;
  private NetconfServer server;
  private NetconfClient admin;
  private NetconfClient ann;

  @BeforeEach
  void start() throws Exception {
    QName top = NODES.name("top");
    server =
        NetconfServer.builder()
            .schema(SCHEMA)
            .storage(Storage.files(directory.resolve("data")))
            .authenticator(
                new Authenticator() {
                  @Override
                  public boolean authenticate(String user, String password) {
                    return true;
                  }

                  @Override
                  public Set<String> groups(String user) {
                    return user.equals("eve") ? Set.of("external") : Set.of();
                  }
                })
            .recovery("admin")
            .startup(true)
            .hostKey(directory.resolve("host-key"))
            .address(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .rpc(OUR.name("nothing"), invocation -> Optional.empty())
            .rpc(
                OUR.name("flush"),
                invocation ->
                    Optional.of(OUR.container("output", OUR.leaf("flushed", Uint32.ZERO))))
            .action(
                List.of(top, NODES.name("item"), OUR.name("reset")), invocation -> Optional.empty())
            .build();
    server.start();
    admin = connect("admin");
    Served.set(admin, DATA);
    ann = connect("ann");
  }

  @AfterEach
  void stop() {
    ann.close();
    admin.close();
    server.close();
  }

  private NetconfClient connect(String user) throws IOException {
    return NetconfClient.connect("127.0.0.1", server.address().getPort(), user, "x");
  }

  private static String rule(String name, String content) {
    return "<rule><name>%s</name>%s</rule>".formatted(name, content);
  }

  private static String permit(String content) {
    return rule("permit-" + content.hashCode(), content + "<action>permit</action>");
  }

  private static String deny(String content) {
    return rule("deny-" + content.hashCode(), content + "<action>deny</action>");
  }

  private static String path(String path, String operations) {
    return "<path xmlns:n='urn:test:nodes' xmlns:o='urn:test:operations'>%s</path>".formatted(path)
        + "<access-operations>%s</access-operations>".formatted(operations);
  }

  /** Puts rules for the group of ann, and other nodes, into /nacm. */
  private void nacm(String others, String... rules) throws IOException {
    String content =
        "<nacm xmlns='urn:ietf:params:xml:ns:yang:ietf-netconf-acm' nc:operation='replace'>"
            + others
            + "<groups><group><name>staff</name><user-name>ann</user-name></group></groups>"
            + "<rule-list><name>staff</name><group>staff</group>"
            + String.join("", rules)
            + "</rule-list></nacm>";
    assertThat(
            admin.rpc(
                "<edit-config><target><candidate/></target><config"
                    + " xmlns:nc='urn:ietf:params:xml:ns:netconf:base:1.0'>"
                    + content
                    + "</config></edit-config>"))
        .contains("<ok/>");
    assertThat(admin.rpc("<commit/>")).contains("<ok/>");
  }

  private static String edit(NetconfClient client, String content) throws IOException {
    return client.rpc(Served.edit(content));
  }

  @Test
  void byDefaultOneReadsAndExecutesButDoesNotWrite() throws Exception {
    assertThat(Served.running(ann)).isEqualTo(DATA);
    assertThat(ann.rpc("<nothing xmlns='urn:test:operations'/>")).contains("<ok/>");
    assertThat(edit(ann, "<top><name>m</name></top>"))
        .contains(DENIED, "<error-type>application</error-type>")
        .contains(">/tn:top/tn:name</error-path>");
    assertThat(Served.candidate(admin)).isEqualTo(DATA);
  }

  @Test
  void theModelItselfIsHidden() throws Exception {
    nacm("", permit("<module-name>test-nodes</module-name>"));
    assertThat(ann.rpc(Served.getConfig("running")))
        .contains("<name>n</name>")
        .doesNotContain("nacm");
    assertThat(ann.rpc("<get/>")).contains("<name>n</name>").doesNotContain("nacm>");
    assertThat(admin.rpc("<get/>")).contains("<denied-operations>0<", "<rule-list>");
  }

  @Test
  void sensitiveNodesNeedARuleOfTheirOwn() throws Exception {
    nacm("<write-default>permit</write-default>");
    assertThat(edit(ann, "<top><name>m</name></top>")).contains("<ok/>");
    String write =
        "<edit-config><target><candidate/></target><config><nacm"
            + " xmlns='urn:ietf:params:xml:ns:yang:ietf-netconf-acm'>"
            + "<enable-nacm>false</enable-nacm></nacm></config></edit-config>";
    assertThat(ann.rpc(write)).contains(DENIED, ":enable-nacm</error-path>");
    nacm("", permit("<module-name>ietf-netconf-acm</module-name>"));
    assertThat(ann.rpc(write)).contains("<ok/>");
    assertThat(ann.rpc(Served.getConfig("running"))).contains("<rule-list>");
  }

  @Test
  void theRecoverySessionIsNotSubjectToRules() throws Exception {
    nacm("<read-default>deny</read-default>");
    assertThat(Served.running(ann)).isEmpty();
    nacm("<exec-default>deny</exec-default>");
    assertThat(ann.rpc(Served.getConfig("running"))).contains(DENIED);
    assertThat(admin.rpc(Served.getConfig("running"))).contains("<name>n</name>");
  }

  @Test
  void accessControlCanBeTurnedOff() throws Exception {
    nacm("<enable-nacm>false</enable-nacm>");
    assertThat(edit(ann, "<top><name>m</name></top>")).contains("<ok/>");
    assertThat(ann.rpc("<commit/>")).contains("<ok/>");
  }

  @Test
  void whatMayNotBeReadIsLeftOut() throws Exception {
    nacm("", deny(path("/n:top/n:item/n:value", "read")));
    assertThat(Served.running(ann))
        .isEqualTo(
            "<top><name>n</name><count>5</count><item><id>a</id><sub><x>s</x></sub></item>"
                + "<item><id>b</id></item></top>");
    assertThat(
            ann.rpc(
                "<get-config><source><running/></source><filter><top xmlns='urn:test:nodes'>"
                    + "<item><value>1</value></item></top></filter></get-config>"))
        .contains("<data/>");
    assertThat(Served.running(admin)).contains("<value>1</value>");
  }

  @Test
  void whatMayNotBeReadIsLeftOutWithAllBelow() throws Exception {
    nacm("", deny(path("/n:top/n:item", "read")), permit(path("/n:top/n:item/n:value", "read")));
    assertThat(Served.running(ann)).isEqualTo("<top><name>n</name><count>5</count></top>");
  }

  @Test
  void aPathMayNameAnEntry() throws Exception {
    nacm("", deny(path("/n:top/n:item[n:id=\"a\"]", "read")));
    assertThat(Served.running(ann))
        .isEqualTo(
            "<top><name>n</name><count>5</count><item><id>b</id><value>2</value></item></top>");
  }

  @Test
  void aPathMayNameTheUsersOwn() throws Exception {
    Served.set(admin, "<top><item><id>ann</id></item><item><id>bob</id></item></top>");
    nacm(
        "<write-default>deny</write-default>",
        permit(path("/n:top/n:item[n:id=$USER]", "create update delete")));
    assertThat(edit(ann, "<top><item><id>ann</id><value>4</value></item></top>")).contains("<ok/>");
    assertThat(edit(ann, "<top><item><id>bob</id><value>4</value></item></top>"))
        .contains(DENIED, "tn:item[tn:id='bob']/tn:value</error-path>");
  }

  @Test
  void theFirstRuleDecides() throws Exception {
    nacm(
        "",
        permit(path("/n:top/n:item[n:id='a']", "read")),
        deny(path("/n:top/n:item", "read")),
        permit("<module-name>*</module-name>"));
    assertThat(Served.running(ann))
        .contains("<id>a</id>", "<name>n</name>")
        .doesNotContain("<id>b</id>");
  }

  @Test
  void thePathComesBackAsItWasMeant() throws Exception {
    nacm("", deny(path("/n:top/n:item[n:id='x:y']", "read")));
    assertThat(admin.rpc(Served.getConfig("running")))
        .contains(
            "<path xmlns:test-nodes=\"urn:test:nodes\">"
                + "/test-nodes:top/test-nodes:item[test-nodes:id='x:y']</path>");
  }

  @ParameterizedTest
  @CsvSource({"/n:none", "/n:top/n:item[n:value='1']", "top", "/n:top[", "/z:top"})
  void aPathThatLeadsNowhereIsRefused(String path) throws Exception {
    String rule =
        "<edit-config><target><candidate/></target><config><nacm"
            + " xmlns='urn:ietf:params:xml:ns:yang:ietf-netconf-acm'><rule-list><name>l</name>"
            + permit(path(path, "*"))
            + "</rule-list></nacm></config></edit-config>";
    assertThat(admin.rpc(rule) + admin.rpc("<commit/>"))
        .contains("<error-tag>invalid-value</error-tag>", "/nacm:path</error-path>");
  }

  @ParameterizedTest
  @CsvSource({
    "create, <top><item><id>c</id></item></top>, <top><count>6</count></top>",
    "update, <top><count>6</count></top>, <top><item><id>c</id></item></top>",
    "delete, <top><item nc:operation='delete'><id>b</id></item></top>, <top><count>6</count></top>",
  })
  void eachOperationIsPermittedByItself(String operation, String permitted, String denied)
      throws Exception {
    nacm("", permit(path("/n:top", operation)));
    assertThat(edit(ann, permitted)).contains("<ok/>");
    assertThat(ann.rpc("<commit/>")).contains("<ok/>");
    assertThat(edit(ann, denied)).contains(DENIED);
  }

  @Test
  void aSubtreeIsCreatedOrDeletedIfAllOfItMayBe() throws Exception {
    nacm(
        "",
        deny(path("/n:top/n:item/n:sub/n:x", "create delete")),
        permit("<module-name>test-nodes</module-name>"));
    assertThat(edit(ann, "<top><item><id>c</id><sub><x>1</x></sub></item></top>"))
        .contains(DENIED, "tn:item[tn:id='c']/tn:sub/tn:x</error-path>");
    assertThat(edit(ann, "<top><item nc:operation='remove'><id>a</id></item></top>"))
        .contains(DENIED, "tn:item[tn:id='a']/tn:sub/tn:x</error-path>");
    assertThat(edit(ann, "<top><item nc:operation='remove'><id>b</id></item></top>"))
        .contains("<ok/>");
  }

  @Test
  void whatStaysAsItIsNeedsNoRight() throws Exception {
    nacm("", permit(path("/n:top/n:count", "update")));
    assertThat(edit(ann, "<top><name>n</name><count>6</count></top>")).contains("<ok/>");
  }

  @Test
  void copyConfigNeedsTheRightToWhatDiffers() throws Exception {
    nacm("", permit(path("/n:top/n:count", "update")));
    String copy = "<copy-config><target><candidate/></target><source>%s</source></copy-config>";
    assertThat(ann.rpc(copy.formatted(Served.config("<top><name>z</name></top>"))))
        .contains(DENIED);
    assertThat(ann.rpc(copy.formatted("<running/>"))).contains(DENIED, "nacm");
  }

  @Test
  void aCommitNeedsTheRightToWhatItChanges() throws Exception {
    edit(admin, "<top><name>m</name></top>");
    assertThat(ann.rpc("<commit/>")).contains(DENIED, ">/tn:top/tn:name</error-path>");
    assertThat(Served.running(admin)).contains("<name>n</name>");
    assertThat(admin.rpc("<commit/>")).contains("<ok/>");
  }

  @Test
  void reorderingIsAnUpdateOfWhatMoves() throws Exception {
    Served.set(admin, "<top><step>1</step><step>2</step></top>");
    nacm("", permit(path("/n:top/n:step", "create")));
    assertThat(edit(ann, "<top><step yang:insert='first'>0</step></top>")).contains(DENIED);
    nacm("", permit(path("/n:top/n:step", "create update")));
    assertThat(edit(ann, "<top><step yang:insert='first'>0</step></top>")).contains("<ok/>");
  }

  @Test
  void operationsArePermittedByName() throws Exception {
    nacm(
        "<exec-default>deny</exec-default>",
        permit("<rpc-name>get-config</rpc-name><module-name>ietf-netconf</module-name>"),
        permit("<rpc-name>nothing</rpc-name>"));
    assertThat(Served.running(ann)).isEqualTo(DATA);
    assertThat(ann.rpc("<nothing xmlns='urn:test:operations'/>")).contains("<ok/>");
    assertThat(ann.rpc("<flush xmlns='urn:test:operations'/>"))
        .contains(DENIED, "<error-type>protocol</error-type>");
    assertThat(ann.rpc("<get/>")).contains(DENIED);
    assertThat(ann.rpc("<close-session/>")).contains("<ok/>");
  }

  @Test
  void killSessionAndDeleteConfigNeedARule() throws Exception {
    assertThat(ann.rpc("<kill-session><session-id>1</session-id></kill-session>")).contains(DENIED);
    assertThat(ann.rpc("<delete-config><target><candidate/></target></delete-config>"))
        .contains(DENIED);
    nacm("", permit("<rpc-name>kill-session</rpc-name>"));
    assertThat(ann.rpc("<kill-session><session-id>99</session-id></kill-session>"))
        .contains("invalid-value");
  }

  @Test
  void anActionNeedsItsNodeReadable() throws Exception {
    String action =
        "<action xmlns='urn:ietf:params:xml:ns:yang:1'><top xmlns='urn:test:nodes'><item>"
            + "<id>%s</id><reset xmlns='urn:test:operations'><delay>1</delay></reset></item></top>"
            + "</action>";
    assertThat(ann.rpc(action.formatted("a"))).contains("<ok/>");
    nacm("", deny(path("/n:top/n:item[n:id='a']", "read")));
    assertThat(ann.rpc(action.formatted("a"))).contains(DENIED);
    assertThat(ann.rpc(action.formatted("b"))).contains("<ok/>");
    nacm("", deny(path("/n:top/n:item[n:id='b']/o:reset", "exec")));
    assertThat(ann.rpc(action.formatted("a"))).contains("<ok/>");
    assertThat(ann.rpc(action.formatted("b"))).contains(DENIED);
  }

  @Test
  void aNotificationIsReceivedByThoseWhoMay() throws Exception {
    nacm(
        "",
        deny("<notification-name>plain</notification-name>"),
        deny(path("/n:top/n:item[n:id='a']/o:worn", "read")));
    ann.rpc(
        "<create-subscription xmlns='urn:ietf:params:xml:ns:netconf:notification:1.0'>"
            + "<filter><plain xmlns='urn:test:operations'/><changed xmlns='urn:test:operations'/>"
            + "<top xmlns='urn:test:nodes'/></filter></create-subscription>");
    server.publish(OUR.container("plain"));
    for (String id : List.of("a", "b")) {
      server.publish(
          YangInstanceIdentifier.of(NODES.name("top"))
              .node(NODES.name("item"))
              .node(NODES.entry("item", Map.of("id", id), List.of()).name()),
          OUR.container("worn", OUR.leaf("degree", Uint8.ONE)));
    }
    server.publish(OUR.container("changed", OUR.leaf("level", Uint8.ONE)));
    assertThat(ann.receive()).contains("<id>b</id>");
    assertThat(ann.receive()).contains("<changed");
    assertThat(admin.rpc("<get/>")).contains("<denied-notifications>2</denied-notifications>");
  }

  private static String push(String datastore, String trigger) {
    return "<establish-subscription"
        + " xmlns='urn:ietf:params:xml:ns:yang:ietf-subscribed-notifications'>"
        + "<datastore xmlns='urn:ietf:params:xml:ns:yang:ietf-yang-push'"
        + " xmlns:ds='urn:ietf:params:xml:ns:yang:ietf-datastores'>ds:"
        + datastore
        + "</datastore><datastore-subtree-filter"
        + " xmlns='urn:ietf:params:xml:ns:yang:ietf-yang-push'><top xmlns='urn:test:nodes'/>"
        + "</datastore-subtree-filter>"
        + trigger
        + "</establish-subscription>";
  }

  @Test
  void aPushHasWhatMayBeReadThen() throws Exception {
    nacm("", deny(path("/n:top/n:name", "read")), deny(path("/n:top/n:item[n:id='a']", "read")));
    String onChange = "<on-change xmlns='urn:ietf:params:xml:ns:yang:ietf-yang-push'/>";
    assertThat(ann.rpc(push("running", onChange))).contains("<id");
    assertThat(ann.receive())
        .contains("<push-update", "<count>5</count>", "<id>b</id>")
        .doesNotContain("<name>", "<id>a</id>");
    edit(admin, "<top><name>m</name><item><id>a</id><value>7</value></item></top>");
    admin.rpc("<commit/>");
    edit(admin, "<top><count>6</count></top>");
    admin.rpc("<commit/>");
    assertThat(ann.receive())
        .contains("<push-change-update", "<edit-id>1</edit-id>", "<count")
        .doesNotContain("/name<", "<edit-id>2</edit-id>");
    // What may be read from now on is new to the receiver.
    nacm("", deny(path("/n:top/n:name", "read")));
    edit(admin, "<top><count>7</count></top>");
    admin.rpc("<commit/>");
    assertThat(ann.receive())
        .contains("<operation>create</operation><target>/test-nodes:top/item=a</target>")
        .contains("<value>7</value>")
        .doesNotContain("/name<");
  }

  @Test
  void aPushOfStartupHasWhatMayBeReadThen() throws Exception {
    String save =
        "<copy-config><target><startup/></target><source><running/></source></copy-config>";
    assertThat(admin.rpc(save)).contains("<ok/>");
    String onChange = "<on-change xmlns='urn:ietf:params:xml:ns:yang:ietf-yang-push'/>";
    String reply = ann.rpc(push("startup", onChange));
    assertThat(ann.receive()).contains("<push-update", "<name>n</name>", "<count>5</count>");
    nacm("", deny(path("/n:top/n:name", "read")));
    String id = reply.replaceFirst("(?s).*<id[^>]*>(\\d+)</id>.*", "$1");
    assertThat(ann.receive())
        .contains("<operation>delete</operation><target>/test-nodes:top/name</target>");
    assertThat(
            ann.rpc(
                "<resync-subscription xmlns='urn:ietf:params:xml:ns:yang:ietf-yang-push'><id>"
                    + id
                    + "</id></resync-subscription>"))
        .contains("<ok/>");
    assertThat(ann.receive()).contains("<count>5</count>").doesNotContain("<name>n</name>");
  }

  @Test
  void killSubscriptionNeedsARule() throws Exception {
    String kill =
        "<kill-subscription"
            + " xmlns='urn:ietf:params:xml:ns:yang:ietf-subscribed-notifications'><id>9</id>"
            + "</kill-subscription>";
    assertThat(ann.rpc(kill)).contains(DENIED);
    nacm("", permit("<rpc-name>kill-subscription</rpc-name>"));
    assertThat(ann.rpc(kill)).contains("no-such-subscription");
  }

  @Test
  void whatIsDeniedIsCounted() throws Exception {
    edit(ann, "<top><name>m</name></top>");
    edit(ann, "<top><name>m</name></top>");
    ann.rpc("<kill-session><session-id>1</session-id></kill-session>");
    assertThat(admin.rpc("<get/>"))
        .contains(
            "<denied-operations>1</denied-operations>",
            "<denied-data-writes>2</denied-data-writes>",
            "<denied-notifications>0</denied-notifications>");
  }

  @Test
  void groupsComeFromTheTransportToo() throws Exception {
    String list =
        "<nacm xmlns='urn:ietf:params:xml:ns:yang:ietf-netconf-acm'>%s<rule-list><name>e</name>"
            + "<group>external</group>"
            + permit("<module-name>test-nodes</module-name>")
            + "</rule-list></nacm>";
    try (var eve = connect("eve");
        var bob = connect("bob")) {
      admin.rpc(config(list.formatted("")));
      admin.rpc("<commit/>");
      assertThat(edit(eve, "<top><name>e</name></top>")).contains("<ok/>");
      assertThat(edit(bob, "<top><name>f</name></top>")).contains(DENIED);
      admin.rpc("<discard-changes/>");
      admin.rpc(config(list.formatted("<enable-external-groups>false</enable-external-groups>")));
      admin.rpc("<commit/>");
      assertThat(edit(eve, "<top><name>e</name></top>")).contains(DENIED);
    }
  }

  private static String config(String content) {
    return "<edit-config><target><candidate/></target><config>"
        + content
        + "</config></edit-config>";
  }

  @Test
  void aRuleOfAllGroupsIsNotForUsersWithoutAny() throws Exception {
    String list =
        "<nacm xmlns='urn:ietf:params:xml:ns:yang:ietf-netconf-acm'><rule-list><name>all</name>"
            + "<group>*</group>"
            + permit("<module-name>*</module-name>")
            + "</rule-list></nacm>";
    nacm("");
    admin.rpc(config(list));
    admin.rpc("<commit/>");
    assertThat(edit(ann, "<top><name>m</name></top>")).contains("<ok/>");
    try (var bob = connect("bob")) {
      assertThat(edit(bob, "<top><name>o</name></top>")).contains(DENIED);
    }
  }
}
