package io.hairpin.netconf.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.netconf.client.NetconfClient;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The startup datastore (RFC 6241 section 8.7). */
class StartupTest {
  private static final String ONE = "<top><name>one</name></top>";
  private static final String SAVE = copy("<running/>", "<startup/>");

  @TempDir private Path directory;
  private Served served;
  private NetconfClient client;

  @BeforeEach
  void start() throws IOException {
    served = new Served(directory, builder -> builder.startup(true));
    client = served.connect();
  }

  @AfterEach
  void stop() {
    client.close();
    served.close();
  }

  private void restart() throws IOException {
    stop();
    start();
  }

  private static String copy(String source, String target) {
    return "<copy-config><target>%s</target><source>%s</source></copy-config>"
        .formatted(target, source);
  }

  private String startup() throws IOException {
    return Served.data(client.rpc(Served.getConfig("startup")));
  }

  @Test
  void runningIsLostUnlessItIsCopied() throws Exception {
    Served.set(client, ONE);
    assertThat(startup()).isEmpty();
    restart();
    assertThat(Served.running(client)).isEmpty();
  }

  @Test
  void aStartLoadsWhatWasCopied() throws Exception {
    Served.set(client, ONE);
    assertThat(client.rpc(SAVE)).contains("<ok/>");
    assertThat(startup()).isEqualTo(ONE);
    Served.set(client, "<top><name>two</name></top>");
    restart();
    assertThat(Served.running(client)).isEqualTo(ONE);
    assertThat(startup()).isEqualTo(ONE);
    assertThat(Served.candidate(client)).isEqualTo(ONE);
  }

  @Test
  void whatIsCopiedAgainFollows() throws Exception {
    Served.set(client, ONE);
    client.rpc(SAVE);
    client.rpc(Served.edit("<top><count>5</count></top>"));
    client.rpc("<commit/>");
    assertThat(client.rpc(SAVE)).contains("<ok/>");
    restart();
    assertThat(Served.running(client)).isEqualTo("<top><name>one</name><count>5</count></top>");
  }

  @Test
  void startupTakesAConfigurationInTheRequest() throws Exception {
    assertThat(client.rpc(copy(Served.config(ONE), "<startup/>"))).contains("<ok/>");
    assertThat(Served.running(client)).isEmpty();
    restart();
    assertThat(Served.running(client)).isEqualTo(ONE);
  }

  @Test
  void whatCouldNotBeLoadedIsRefused() throws Exception {
    assertThat(client.rpc(copy(Served.config("<needs/>"), "<startup/>")))
        .contains("missing-choice");
    assertThat(startup()).isEmpty();
  }

  @Test
  void deleteConfigEmptiesIt() throws Exception {
    Served.set(client, ONE);
    client.rpc(SAVE);
    assertThat(client.rpc("<delete-config><target><startup/></target></delete-config>"))
        .contains("<ok/>");
    assertThat(startup()).isEmpty();
    assertThat(Served.running(client)).isEqualTo(ONE);
    restart();
    assertThat(Served.running(client)).isEmpty();
  }

  @Test
  void startupIsCopiedToTheCandidate() throws Exception {
    client.rpc(copy(Served.config(ONE), "<startup/>"));
    assertThat(client.rpc(copy("<startup/>", "<candidate/>"))).contains("<ok/>");
    assertThat(client.rpc("<commit/>")).contains("<ok/>");
    assertThat(Served.running(client)).isEqualTo(ONE);
  }

  @Test
  void itIsLockedForOthers() throws Exception {
    try (NetconfClient other = served.connect()) {
      assertThat(other.rpc("<lock><target><startup/></target></lock>")).contains("<ok/>");
      assertThat(client.rpc(SAVE)).contains("<error-tag>in-use</error-tag>");
      assertThat(client.rpc("<delete-config><target><startup/></target></delete-config>"))
          .contains("<error-tag>in-use</error-tag>");
      assertThat(other.rpc(SAVE)).contains("<ok/>");
    }
  }

  @Test
  void itIsValidated() throws Exception {
    assertThat(client.rpc("<validate><source><startup/></source></validate>")).contains("<ok/>");
  }

  @Test
  void editConfigDoesNotTakeIt() throws Exception {
    assertThat(client.rpc(Served.edit(ONE).replace("candidate", "startup")))
        .contains("<error-tag>bad-element</error-tag>");
  }

  @Test
  void aConfirmedCommitDoesNotTouchIt() throws Exception {
    Served.set(client, ONE);
    client.rpc(SAVE);
    client.rpc(Served.edit("<top><name>two</name></top>"));
    assertThat(client.rpc("<commit><confirmed/><persist>p</persist></commit>")).contains("<ok/>");
    restart();
    assertThat(Served.running(client)).isEqualTo(ONE);
  }

  @Test
  void itIsAnnounced() {
    assertThat(client.hello()).contains(">urn:ietf:params:netconf:capability:startup:1.0<");
  }
}
