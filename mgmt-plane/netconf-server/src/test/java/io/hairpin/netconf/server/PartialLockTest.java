package io.hairpin.netconf.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.netconf.client.NetconfClient;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Locks of parts of running (RFC 5717). */
class PartialLockTest {
  private static final String PL = "urn:ietf:params:xml:ns:netconf:partial-lock:1.0";
  private static final String LOCK_RUNNING = "<lock><target><running/></target></lock>";
  private static final String ITEM_A = "/t:top/t:item[t:id='a']";

  @TempDir private Path directory;
  private Served served;
  private NetconfClient one;
  private NetconfClient two;

  @BeforeEach
  void start() throws Exception {
    served = new Served(directory, builder -> builder.writableRunning(true));
    one = served.connect();
    two = served.connect();
    Served.set(
        one,
        "<top><name>n</name><item><id>a</id><sub><x>1</x></sub></item>"
            + "<item><id>b</id><value>2</value></item></top>");
  }

  @AfterEach
  void stop() {
    one.close();
    two.close();
    served.close();
  }

  private static String lock(NetconfClient client, String... selects) throws IOException {
    StringBuilder parameters = new StringBuilder();
    for (String select : selects) {
      parameters.append("<select xmlns:t='urn:test:nodes'>").append(select).append("</select>");
    }
    return client.rpc("<partial-lock xmlns='" + PL + "'>" + parameters + "</partial-lock>");
  }

  private static String unlock(NetconfClient client, String id) throws IOException {
    return client.rpc(
        "<partial-unlock xmlns='" + PL + "'><lock-id>" + id + "</lock-id></partial-unlock>");
  }

  private static String id(String reply) {
    return reply.replaceFirst("(?s).*<lock-id[^>]*>(\\d+)</lock-id>.*", "$1");
  }

  private static String edit(NetconfClient client, String content) throws IOException {
    return client.rpc(Served.edit(content).replace("candidate", "running"));
  }

  private String session(NetconfClient client) {
    return client.hello().replaceFirst("(?s).*<session-id>(.*)</session-id>.*", "$1");
  }

  @Test
  void whatIsLockedIsTold() throws Exception {
    assertThat(lock(one, ITEM_A, "/t:top/t:name"))
        .contains("<lock-id xmlns=\"" + PL + "\">1</lock-id>")
        .contains("xmlns:tn=\"urn:test:nodes\">/tn:top/tn:item[tn:id='a']</locked-node>")
        .contains(">/tn:top/tn:name</locked-node>");
  }

  @Test
  void othersCannotChangeWhatIsLocked() throws Exception {
    lock(one, ITEM_A);
    assertThat(edit(two, "<top><item><id>a</id><value>7</value></item></top>"))
        .contains("<error-tag>in-use</error-tag>")
        .contains(">/tn:top/tn:item[tn:id='a']/tn:value</error-path>");
    assertThat(edit(two, "<top><item><id>a</id><sub><x>7</x></sub></item></top>"))
        .contains("in-use");
    assertThat(edit(two, "<top nc:operation='delete'/>")).contains("in-use");
    assertThat(edit(two, "<top><item><id>b</id><value>7</value></item></top>")).contains("<ok/>");
  }

  @Test
  void theOwnerCan() throws Exception {
    lock(one, ITEM_A);
    assertThat(edit(one, "<top><item><id>a</id><value>7</value></item></top>")).contains("<ok/>");
  }

  @Test
  void aCommitIsBoundToo() throws Exception {
    lock(one, ITEM_A);
    assertThat(two.rpc(Served.edit("<top><item><id>a</id><value>7</value></item></top>")))
        .contains("<ok/>");
    assertThat(two.rpc("<commit/>")).contains("<error-tag>in-use</error-tag>");
    assertThat(Served.running(two)).doesNotContain("7");
  }

  @Test
  void aLockThatOverlapsIsDeniedWithItsOwner() throws Exception {
    lock(one, ITEM_A);
    assertThat(lock(two, "/t:top"))
        .contains("<error-tag>lock-denied</error-tag>")
        .contains("<session-id>" + session(one) + "</session-id>");
    assertThat(lock(two, ITEM_A + "/t:sub")).contains("lock-denied");
    assertThat(lock(two, "/t:top/t:item[t:id='b']")).contains("lock-id");
    assertThat(lock(one, ITEM_A)).contains("lock-id");
  }

  @Test
  void nothingIsLockedWhereOnePartIsDenied() throws Exception {
    lock(one, ITEM_A);
    assertThat(lock(two, "/t:top/t:name", ITEM_A)).contains("lock-denied");
    assertThat(edit(one, "<top><name>m</name></top>")).contains("<ok/>");
  }

  @Test
  void wholeAndPartialLocksExcludeEachOther() throws Exception {
    String locked = lock(one, ITEM_A);
    assertThat(two.rpc(LOCK_RUNNING)).contains("lock-denied").contains(">" + session(one) + "<");
    assertThat(one.rpc(LOCK_RUNNING)).contains("lock-denied");
    unlock(one, id(locked));
    assertThat(two.rpc(LOCK_RUNNING)).contains("<ok/>");
    assertThat(lock(one, ITEM_A)).contains("lock-denied").contains(">" + session(two) + "<");
    assertThat(lock(two, ITEM_A)).contains("lock-denied");
  }

  @Test
  void aConfirmedCommitOfAnotherSessionKeepsFromLocking() throws Exception {
    one.rpc("<commit><confirmed/></commit>");
    assertThat(lock(two, ITEM_A))
        .contains("lock-denied")
        .contains("<error-app-tag>outstanding-confirmed-commit</error-app-tag>");
    assertThat(lock(one, ITEM_A)).contains("lock-id");
  }

  @Test
  void unlockGivesItBack() throws Exception {
    String locked = lock(one, ITEM_A);
    assertThat(unlock(two, id(locked))).contains("<error-tag>invalid-value</error-tag>");
    assertThat(unlock(one, "99")).contains("<error-tag>invalid-value</error-tag>");
    assertThat(unlock(one, id(locked))).contains("<ok/>");
    assertThat(edit(two, "<top><item><id>a</id><value>7</value></item></top>")).contains("<ok/>");
  }

  @Test
  void theEndOfASessionGivesItBack() throws Exception {
    lock(one, ITEM_A);
    two.rpc("<kill-session><session-id>" + session(one) + "</session-id></kill-session>");
    assertThat(edit(two, "<top><item><id>a</id><value>7</value></item></top>")).contains("<ok/>");
  }

  @Test
  void whatSelectsNothingIsRefused() throws Exception {
    assertThat(lock(one, "/t:top/t:item[t:id='z']"))
        .contains("<error-tag>invalid-value</error-tag>")
        .contains("<error-app-tag>no-matches</error-app-tag>");
    assertThat(lock(one, "/t:top[")).contains("invalid-value");
    assertThat(lock(one)).contains("missing-element");
  }

  @Test
  void monitoringShowsIt() throws Exception {
    lock(one, ITEM_A);
    assertThat(
            two.rpc(
                "<get><filter><netconf-state"
                    + " xmlns='urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring'>"
                    + "<datastores/></netconf-state></filter></get>"))
        .contains("<partial-lock><lock-id>1</lock-id>")
        .contains("<locked-by-session>" + session(one) + "</locked-by-session>")
        .contains(">/tn:top/tn:item[tn:id='a']</locked-node>");
  }

  @Test
  void itIsAnnounced() {
    assertThat(one.hello()).contains(">urn:ietf:params:netconf:capability:partial-lock:1.0<");
  }
}
