package io.hairpin.netconf.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hairpin.netconf.client.NetconfClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Private candidates (draft-ietf-netconf-privcand). */
class PrivateCandidateTest {
  private static final String CAPABILITY =
      "urn:ietf:params:netconf:capability:private-candidate:1.0";
  private static final String UPDATE =
      "<update xmlns='urn:ietf:params:xml:ns:yang:ietf-netconf-private-candidate'/>";
  private static final String LOCK = "<lock><target><candidate/></target></lock>";
  private static final Schema SCHEMA =
      Schema.builder()
          .directory(Path.of("src/test/resources/yang"))
          .modules("ietf-netconf-private-candidate")
          .build();

  @TempDir private Path directory;
  private Served served;
  private NetconfClient one;
  private NetconfClient two;
  private NetconfClient sharing;

  @BeforeEach
  void start() throws IOException {
    served = new Served(directory, builder -> builder.schema(SCHEMA).privateCandidates(true));
    int port = served.server.address().getPort();
    one = NetconfClient.connect("127.0.0.1", port, "admin", "secret", List.of(CAPABILITY));
    two = NetconfClient.connect("127.0.0.1", port, "admin", "secret", List.of(CAPABILITY));
    sharing = served.connect();
    Served.set(one, "<top><name>n</name><item><id>a</id><value>1</value></item></top>");
  }

  @AfterEach
  void stop() {
    one.close();
    two.close();
    sharing.close();
    served.close();
  }

  private static void ok(NetconfClient client, String operation) throws IOException {
    assertThat(client.rpc(operation)).contains("<ok/>");
  }

  private static String value(String id, int value) {
    return Served.edit("<top><item><id>" + id + "</id><value>" + value + "</value></item></top>");
  }

  @Test
  void noOneElseSeesOrCommitsTheEdits() throws Exception {
    ok(one, value("a", 7));
    assertThat(Served.candidate(one)).contains("7");
    assertThat(Served.candidate(two)).doesNotContain("7");
    assertThat(Served.candidate(sharing)).doesNotContain("7");
    ok(two, "<commit/>");
    ok(sharing, "<commit/>");
    assertThat(Served.running(two)).doesNotContain("7");
    ok(one, "<commit/>");
    assertThat(Served.running(two)).contains("7");
  }

  @Test
  void editsInDifferentPlacesAreMerged() throws Exception {
    ok(one, value("b", 2));
    ok(two, value("c", 3));
    ok(one, "<commit/>");
    ok(two, "<commit/>");
    assertThat(Served.running(one))
        .contains("<id>b</id><value>2</value>")
        .contains("<id>c</id><value>3</value>");
  }

  @Test
  void aConflictIsToldAndChangesNothing() throws Exception {
    ok(one, value("a", 7));
    ok(two, value("a", 8));
    ok(one, "<commit/>");
    assertThat(two.rpc("<commit/>"))
        .contains("<error-tag>operation-failed</error-tag>")
        .contains(">/tn:top/tn:item[tn:id='a']/tn:value</error-path>");
    assertThat(two.rpc(UPDATE)).contains("operation-failed");
    assertThat(Served.running(two)).contains("7");
    assertThat(Served.candidate(two)).contains("8");
    ok(two, "<discard-changes/>");
    assertThat(Served.candidate(two)).contains("7");
  }

  @Test
  void theSameEditIsNoConflict() throws Exception {
    ok(one, value("a", 7));
    ok(two, value("a", 7));
    ok(one, "<commit/>");
    ok(two, "<commit/>");
  }

  @Test
  void anEditOfWhatWasDeletedIsAConflict() throws Exception {
    ok(one, Served.edit("<top><item nc:operation='delete'><id>a</id></item></top>"));
    ok(two, value("a", 8));
    ok(one, "<commit/>");
    assertThat(two.rpc("<commit/>")).contains("operation-failed");
  }

  @Test
  void updateBringsInWhatIsRunning() throws Exception {
    ok(two, value("c", 3));
    ok(one, value("a", 7));
    ok(one, "<commit/>");
    assertThat(Served.candidate(two)).contains("<value>1</value>").contains("<value>3</value>");
    ok(two, UPDATE);
    assertThat(Served.candidate(two)).contains("<value>7</value>").contains("<value>3</value>");
  }

  @Test
  void onlyRevertOnConflictIsThere() throws Exception {
    assertThat(
            one.rpc(UPDATE.replace("/>", "><resolution-mode>overwrite</resolution-mode></update>")))
        .contains("<error-tag>invalid-value</error-tag>");
    ok(
        one,
        UPDATE.replace("/>", "><resolution-mode>revert-on-conflict</resolution-mode></update>"));
  }

  @Test
  void updateNeedsAPrivateCandidate() throws Exception {
    assertThat(sharing.rpc(UPDATE)).contains("operation-not-supported");
  }

  @Test
  void everyoneLocksOnesOwn() throws Exception {
    ok(one, LOCK);
    ok(two, LOCK);
    ok(sharing, LOCK);
    ok(one, value("a", 7));
    ok(one, "<commit/>");
  }

  @Test
  void aLockOfRunningHoldsForItToo() throws Exception {
    ok(two, "<lock><target><running/></target></lock>");
    ok(one, value("a", 7));
    assertThat(one.rpc("<commit/>")).contains("<error-tag>in-use</error-tag>");
  }

  @Test
  void aConfirmedCommitWorksFromIt() throws Exception {
    ok(one, value("a", 7));
    ok(one, "<commit><confirmed/></commit>");
    assertThat(Served.running(two)).contains("7");
    ok(one, "<cancel-commit/>");
    assertThat(Served.running(two)).contains("<value>1</value>");
  }

  @Test
  void itIsAnnouncedWithItsResolutionModes() {
    assertThat(one.hello())
        .contains(">" + CAPABILITY + "?supported-resolution-modes=revert-on-conflict<");
  }

  @Test
  void theSchemaNeedsTheModule() {
    assertThatThrownBy(
            () -> new Served(directory, builder -> builder.privateCandidates(true)).close())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("ietf-netconf-private-candidate");
  }
}
