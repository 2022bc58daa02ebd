package io.hairpin.netconf.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.hairpin.netconf.client.NetconfClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.common.QNameModule;
import org.opendaylight.yangtools.yang.common.Uint32;
import org.opendaylight.yangtools.yang.common.Uint8;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;

/** RPCs and actions of modules (RFC 7950 sections 7.14 and 7.15). */
class InvocationTest {
  private static final StateBuilder OUR =
      new StateBuilder(QNameModule.of("urn:test:operations", "2026-01-04"));
  private static final StateBuilder NODES =
      new StateBuilder(QNameModule.of(Served.NS, "2026-01-01"));
  private static final QName TOP = NODES.name("top");
  private static final QName ITEM = NODES.name("item");
  private static final QName STATS = NODES.name("stats");
  private static final String NS = " xmlns='urn:test:operations'";

  @TempDir private static Path directory;
  private static Served served;
  private static NetconfClient client;
  private static final ConcurrentLinkedQueue<Invocation> CALLS = new ConcurrentLinkedQueue<>();
  private static final AtomicReference<OperationHandler> HANDLER = new AtomicReference<>();

  @BeforeAll
  static void start() throws Exception {
    OperationHandler handler =
        invocation -> {
          CALLS.add(invocation);
          return HANDLER.get().invoke(invocation);
        };
    served =
        new Served(
            directory,
            builder ->
                builder
                    .rpc(OUR.name("flush"), handler)
                    .rpc(OUR.name("record"), handler)
                    .rpc(OUR.name("nothing"), handler)
                    .action(List.of(TOP, ITEM, OUR.name("reset")), handler)
                    .action(List.of(STATS, OUR.name("clear")), handler)
                    .state(
                        STATS,
                        () ->
                            Optional.of(
                                NODES.container(
                                    "stats", NODES.leaf("uptime", Uint32.valueOf(7))))));
    client = served.connect();
    Served.set(
        client, "<top><item><id>a</id><serial>5</serial></item><item><id>b</id></item></top>");
  }

  @AfterAll
  static void stop() {
    client.close();
    served.close();
  }

  @BeforeEach
  void reset() {
    CALLS.clear();
    HANDLER.set(invocation -> Optional.empty());
  }

  private static void answers(ContainerNode output) {
    HANDLER.set(invocation -> Optional.of(output));
  }

  private static String flush(String input) throws Exception {
    return client.rpc("<flush" + NS + ">" + input + "</flush>");
  }

  private static String reset(String item, String input) throws Exception {
    return client.rpc(
        "<action xmlns='urn:ietf:params:xml:ns:yang:1'><top xmlns='urn:test:nodes'>"
            + "<item><id>%s</id><reset%s>%s</reset></item></top></action>"
                .formatted(item, NS, input));
  }

  private static Object input(String leaf) {
    return CALLS.remove().input().getChildByArg(new NodeIdentifier(OUR.name(leaf))).body();
  }

  @Test
  void theHandlerGetsTheInputAndItsOutputComesBack() throws Exception {
    answers(OUR.container("output", OUR.leaf("flushed", Uint32.valueOf(3))));
    assertThat(flush("<item>a</item>"))
        .contains("<flushed xmlns=\"urn:test:operations\">3</flushed></rpc-reply>");
    assertThat(CALLS.peek().user()).isEqualTo("admin");
    assertThat(CALLS.peek().at().isEmpty()).isTrue();
    assertThat(input("item")).isEqualTo("a");
  }

  @Test
  void withoutOutputTheReplyIsOk() throws Exception {
    assertThat(client.rpc("<nothing" + NS + "/>")).contains("<ok/>");
  }

  @Test
  void aReferenceInTheInputMustLeadSomewhere() throws Exception {
    assertThat(flush("<item>z</item>"))
        .contains("<error-tag>data-missing</error-tag>", "<error-app-tag>instance-required<")
        .contains(">/to:flush/to:item</error-path>");
    assertThat(CALLS).isEmpty();
  }

  @Test
  void aMustOfTheInputIsEnforced() throws Exception {
    assertThat(flush("<item>a</item><all/>"))
        .contains("operation-failed", "<error-app-tag>all-or-one<", ">/to:flush</error-path>");
    assertThat(CALLS).isEmpty();
  }

  @Test
  void anAbsolutePathLeadsToTheInput() throws Exception {
    answers(OUR.container("output", OUR.leaf("flushed", Uint32.valueOf(0))));
    assertThat(flush("<item>a</item><same-as-item>a</same-as-item>")).contains("<flushed");
    assertThat(flush("<item>a</item><same-as-item>b</same-as-item>")).contains("must-violation");
  }

  @Test
  void aWhenOfTheInputIsEnforced() throws Exception {
    assertThat(flush("<older-than>5</older-than>"))
        .contains("<error-tag>unknown-element</error-tag>", "<bad-element>older-than<");
    answers(OUR.container("output", OUR.leaf("flushed", Uint32.valueOf(0))));
    assertThat(flush("<all/><older-than>5</older-than>")).contains("<flushed");
  }

  @Test
  void mandatoryInputIsDemanded() throws Exception {
    assertThat(reset("a", ""))
        .contains("<error-tag>missing-element</error-tag>", "<bad-element>delay</bad-element>")
        .contains("/tn:top/tn:item[tn:id='a']/to:reset/to:delay</error-path>");
    assertThat(client.rpc("<record" + NS + "><word>x</word></record>"))
        .contains("<error-app-tag>missing-choice<");
    assertThat(client.rpc("<record" + NS + "><slow/></record>"))
        .contains("<error-app-tag>too-few-elements<");
    assertThat(client.rpc("<record" + NS + "><slow/><word>x</word><line/></record>"))
        .contains("<error-tag>missing-element</error-tag>", "<bad-element>text</bad-element>");
    assertThat(CALLS).isEmpty();
  }

  @Test
  void inputOutOfItsTypeOrUnknownIsRefused() throws Exception {
    assertThat(reset("a", "<delay>256</delay>"))
        .contains("<error-tag>invalid-value</error-tag>", "to:delay</error-path>");
    assertThat(flush("<other/>")).contains("unknown-element", "<bad-element>other<");
    assertThat(flush("text")).contains("bad-element");
    assertThat(
            flush(
                "<all xmlns:nc='urn:ietf:params:xml:ns:netconf:base:1.0' nc:operation='delete'/>"))
        .contains("<error-tag>unknown-attribute</error-tag>");
    assertThat(CALLS).isEmpty();
  }

  @Test
  void listsWithoutKeysComeAndGo() throws Exception {
    HANDLER.set(
        invocation ->
            Optional.of(
                OUR.container(
                    "output",
                    invocation.input().getChildByArg(new NodeIdentifier(OUR.name("line"))),
                    OUR.list(
                        "named",
                        List.of(
                            OUR.entry(
                                "named", Map.of("name", "n"), List.of(OUR.leaf("value", 4))))))));
    assertThat(
            client.rpc(
                "<record"
                    + NS
                    + "><word>x</word><fast/><line><text>one</text></line><line><text>one</text>"
                    + "</line></record>"))
        .contains("<text>one</text></line><line")
        .contains("<name>n</name><value>4</value></named></rpc-reply>");
  }

  @Test
  void anActionGetsItsNode() throws Exception {
    answers(OUR.container("output", OUR.leaf("was", "x")));
    assertThat(reset("a", "<delay>1</delay><serial>5</serial>"))
        .contains("<was xmlns=\"urn:test:operations\">x</was>");
    assertThat(CALLS.peek().at().getLastPathArgument())
        .isEqualTo(NODES.entry("item", Map.of("id", "a"), List.of()).name());
    assertThat(input("delay")).isEqualTo(Uint8.ONE);
  }

  @Test
  void theInputOfAnActionReadsWhatIsAroundIt() throws Exception {
    assertThat(reset("b", "<delay>1</delay><serial>5</serial>")).contains("must-violation");
    assertThat(CALLS).isEmpty();
  }

  @Test
  void anActionNeedsItsNode() throws Exception {
    assertThat(reset("z", "<delay>1</delay>"))
        .contains("<error-tag>data-missing</error-tag>", "tn:item[tn:id='z']</error-path>");
    assertThat(CALLS).isEmpty();
  }

  @Test
  void anActionMayBelongToStateData() throws Exception {
    assertThat(
            client.rpc(
                "<action xmlns='urn:ietf:params:xml:ns:yang:1'><stats xmlns='urn:test:nodes'>"
                    + "<clear"
                    + NS
                    + "/></stats></action>"))
        .contains("<ok/>");
  }

  @Test
  void anElementActionLeadsToOneAction() throws Exception {
    String start = "<action xmlns='urn:ietf:params:xml:ns:yang:1'>";
    assertThat(client.rpc(start + "</action>")).contains("missing-element");
    assertThat(client.rpc(start + "<top xmlns='urn:test:nodes'/></action>"))
        .contains("missing-element");
    assertThat(client.rpc(start + "<top xmlns='urn:test:nodes'><name/></top></action>"))
        .contains("unknown-element", "<bad-element>name<");
    assertThat(client.rpc(start + "<nothing" + NS + "/></action>")).contains("unknown-element");
    assertThat(
            client.rpc(
                start
                    + "<top xmlns='urn:test:nodes'><item><reset"
                    + NS
                    + "/></item></top></action>"))
        .contains("missing-element", "<bad-element>id<");
  }

  @Test
  void aRefusalBecomesTheError() throws Exception {
    HANDLER.set(
        invocation -> {
          throw new RefusedException(
              invocation.at(), ErrorTag.RESOURCE_DENIED, "busy", "it is worn out");
        });
    assertThat(reset("a", "<delay>1</delay>"))
        .contains("<error-tag>resource-denied</error-tag>", "<error-app-tag>busy<")
        .contains("tn:item[tn:id='a']</error-path>", "it is worn out");
  }

  @Test
  void outputThatDoesNotFitIsNotSent() throws Exception {
    assertThat(flush("")).contains("operation-failed", "flushed is missing");
    answers(OUR.container("output", OUR.leaf("flushed", "three")));
    assertThat(flush("")).contains("operation-failed").doesNotContain("<flushed");
    answers(OUR.container("output", OUR.leaf("flushed", Uint8.ONE)));
    assertThat(flush("")).contains("operation-failed", "Uint8");
    answers(OUR.container("output", OUR.leaf("reason", "three")));
    assertThat(flush("")).contains("operation-failed");
    answers(
        OUR.container(
            "output", OUR.leaf("flushed", Uint32.ONE), OUR.leaf("low", Uint8.valueOf(2))));
    assertThat(flush("")).contains("operation-failed", "low must hold");
  }

  @Test
  void aHandlerThatFailsLeavesTheSession() throws Exception {
    HANDLER.set(
        invocation -> {
          throw new IllegalStateException("oops");
        });
    assertThat(flush("")).contains("operation-failed", "oops");
    assertThat(client.rpc("<discard-changes/>")).contains("<ok/>");
  }

  @Test
  void withoutAHandlerItIsNotSupported() throws Exception {
    assertThat(client.rpc("<unhandled" + NS + "/>"))
        .contains("<error-tag>operation-not-supported</error-tag>", "<bad-element>unhandled<");
  }

  @Test
  void aHandlerNeedsItsOperation() {
    NetconfServer.Builder builder =
        NetconfServer.builder()
            .schema(Served.SCHEMA)
            .storage(Storage.files(directory.resolve("none")))
            .hostKey(directory.resolve("none"))
            .action(List.of(TOP, OUR.name("reset")), invocation -> Optional.empty());
    assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageContaining("reset");
  }

  @Test
  void aNotificationMustFitTheSchema() {
    var server = served.server;
    server.publish(OUR.container("plain"));
    server.publish(OUR.container("changed", OUR.leaf("level", Uint8.ONE), OUR.leaf("item", "a")));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> server.publish(OUR.container("changed")))
        .withMessageContaining("level");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> server.publish(OUR.container("changed", OUR.leaf("level", Uint8.valueOf(6)))))
        .withMessageContaining("level");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> server.publish(OUR.container("changed", OUR.leaf("level", Uint8.valueOf(5)))))
        .withMessageContaining("level must hold");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> server.publish(OUR.container("worn", OUR.leaf("degree", Uint8.ONE))))
        .withMessageContaining("worn");
  }

  @Test
  void aNotificationOfANodeNeedsTheNode() {
    var path = YangInstanceIdentifier.of(TOP).node(ITEM);
    ContainerNode worn = OUR.container("worn", OUR.leaf("degree", Uint8.ONE));
    served.server.publish(
        path.node(NODES.entry("item", Map.of("id", "a"), List.of()).name()), worn);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                served.server.publish(
                    path.node(NODES.entry("item", Map.of("id", "z"), List.of()).name()), worn))
        .withMessageContaining("no such node");
  }
}
