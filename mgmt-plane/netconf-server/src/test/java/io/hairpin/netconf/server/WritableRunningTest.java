package io.hairpin.netconf.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.netconf.client.NetconfClient;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The writable-running capability (RFC 6241 section 8.2). */
class WritableRunningTest {
  @TempDir private Path directory;
  private Served served;
  private NetconfClient client;

  @BeforeEach
  void start() throws IOException {
    served = new Served(directory, builder -> builder.writableRunning(true));
    client = served.connect();
  }

  @AfterEach
  void stop() {
    client.close();
    served.close();
  }

  private String edit(String content, String options) throws IOException {
    return client.rpc(Served.edit(content, options).replace("candidate", "running"));
  }

  @Test
  void anEditIsRunningAndDurable() throws Exception {
    assertThat(edit("<top><name>one</name></top>", "")).contains("<ok/>");
    stop();
    start();
    assertThat(Served.running(client)).isEqualTo("<top><name>one</name></top>");
  }

  @Test
  void whatIsNotValidIsRefusedAsAWhole() throws Exception {
    assertThat(edit("<top><name>one</name><marked/></top>", "")).contains("data-missing");
    assertThat(edit("<top><name>one</name><marked/></top>", "<test-option>set</test-option>"))
        .contains("data-missing");
    assertThat(Served.running(client)).isEmpty();
  }

  @Test
  void testOnlyChangesNothing() throws Exception {
    String test = "<test-option>test-only</test-option>";
    assertThat(edit("<top><name>one</name></top>", test)).contains("<ok/>");
    assertThat(edit("<top><marked/></top>", test)).contains("data-missing");
    assertThat(Served.running(client)).isEmpty();
  }

  @Test
  void continueOnErrorDoesWhatItCan() throws Exception {
    assertThat(
            edit(
                "<top><name>one</name><count nc:operation='delete'/></top>",
                "<error-option>continue-on-error</error-option>"))
        .contains("data-missing");
    assertThat(Served.running(client)).isEqualTo("<top><name>one</name></top>");
  }

  @Test
  void rollbackOnErrorAndStopOnErrorDoNothing() throws Exception {
    for (String option : new String[] {"rollback-on-error", "stop-on-error"}) {
      assertThat(
              edit(
                  "<top><name>one</name><count nc:operation='delete'/></top>",
                  "<error-option>" + option + "</error-option>"))
          .contains("data-missing");
      assertThat(Served.running(client)).isEmpty();
    }
  }

  @Test
  void anUnchangedCandidateGoesWithIt() throws Exception {
    edit("<top><name>one</name></top>", "");
    assertThat(Served.candidate(client)).isEqualTo("<top><name>one</name></top>");
  }

  @Test
  void aChangedCandidateStaysAndReplacesItAtItsCommit() throws Exception {
    client.rpc(Served.edit("<top><count>5</count></top>"));
    edit("<top><name>one</name></top>", "");
    assertThat(Served.candidate(client)).isEqualTo("<top><count>5</count></top>");
    assertThat(client.rpc("<commit/>")).contains("<ok/>");
    assertThat(Served.running(client)).isEqualTo("<top><count>5</count></top>");
    stop();
    start();
    assertThat(Served.running(client)).isEqualTo("<top><count>5</count></top>");
  }

  @Test
  void copyConfigReplacesIt() throws Exception {
    edit("<top><name>one</name><count>5</count></top>", "");
    assertThat(
            client.rpc(
                "<copy-config><target><running/></target><source>"
                    + Served.config("<top><count>6</count></top>")
                    + "</source></copy-config>"))
        .contains("<ok/>");
    assertThat(Served.running(client)).isEqualTo("<top><count>6</count></top>");
  }

  @Test
  void aLockKeepsOthersOut() throws Exception {
    try (NetconfClient other = served.connect()) {
      other.rpc("<lock><target><running/></target></lock>");
      assertThat(edit("<top><name>one</name></top>", "")).contains("<error-tag>in-use</error-tag>");
    }
  }

  @Test
  void itCannotBeDeleted() throws Exception {
    assertThat(client.rpc("<delete-config><target><running/></target></delete-config>"))
        .contains("operation-not-supported");
  }

  @Test
  void itIsAnnouncedOnlyHere(@TempDir Path other) throws Exception {
    assertThat(client.hello()).contains("capability:writable-running:1.0<");
    assertThat(
            client.rpc(
                "<get><filter type='xpath' select=\"//module[name='ietf-netconf']/feature\"/>"
                    + "</get>"))
        .contains(">writable-running<")
        .contains(">confirmed-commit<")
        .contains(">xpath<")
        .doesNotContain(">startup<")
        .doesNotContain(">url<");
    try (Served without = new Served(other);
        NetconfClient there = without.connect()) {
      assertThat(there.hello()).doesNotContain("writable-running");
    }
  }
}
