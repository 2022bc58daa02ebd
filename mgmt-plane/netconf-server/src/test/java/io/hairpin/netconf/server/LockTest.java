package io.hairpin.netconf.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.netconf.client.NetconfClient;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Locks (RFC 6241 sections 7.5, 7.6 and 8.3.5) between two sessions. */
class LockTest {
  private static final String LOCK_CANDIDATE = "<lock><target><candidate/></target></lock>";
  private static final String LOCK_RUNNING = "<lock><target><running/></target></lock>";
  private static final String EDIT = Served.edit("<top><name>x</name></top>");

  @TempDir private Path directory;
  private Served served;
  private NetconfClient one;
  private NetconfClient two;

  @BeforeEach
  void start() throws Exception {
    served = new Served(directory);
    one = served.connect();
    two = served.connect();
  }

  @AfterEach
  void stop() {
    one.close();
    two.close();
    served.close();
  }

  private static String id(NetconfClient client) {
    return client.hello().replaceFirst("(?s).*<session-id>(.*)</session-id>.*", "$1");
  }

  @Test
  void aLockIsDeniedWithItsOwner() throws Exception {
    assertThat(one.rpc(LOCK_RUNNING)).contains("<ok/>");
    assertThat(two.rpc(LOCK_RUNNING))
        .contains("<error-type>protocol</error-type>")
        .contains("<error-tag>lock-denied</error-tag>")
        .contains("<error-info><session-id>" + id(one) + "</session-id></error-info>");
  }

  @Test
  void aLockIsDeniedToItsOwnerToo() throws Exception {
    one.rpc(LOCK_RUNNING);
    assertThat(one.rpc(LOCK_RUNNING)).contains("lock-denied").contains(">" + id(one) + "<");
  }

  @Test
  void othersCannotEditALockedCandidate() throws Exception {
    one.rpc(LOCK_CANDIDATE);
    assertThat(two.rpc(EDIT)).contains("<error-tag>in-use</error-tag>");
    assertThat(two.rpc("<discard-changes/>")).contains("in-use");
    assertThat(two.rpc("<commit/>")).contains("in-use");
    assertThat(one.rpc(EDIT)).contains("<ok/>");
    assertThat(one.rpc("<commit/>")).contains("<ok/>");
  }

  @Test
  void othersCannotCommitToALockedRunning() throws Exception {
    one.rpc(LOCK_RUNNING);
    assertThat(two.rpc(EDIT)).contains("<ok/>");
    assertThat(two.rpc("<commit/>")).contains("<error-tag>in-use</error-tag>");
    assertThat(Served.running(two)).isEmpty();
  }

  @Test
  void othersCanRead() throws Exception {
    one.rpc(LOCK_RUNNING);
    one.rpc(LOCK_CANDIDATE);
    assertThat(two.rpc(Served.getConfig("running"))).contains("<data/>");
  }

  @Test
  void unlockGivesItBack() throws Exception {
    one.rpc(LOCK_CANDIDATE);
    assertThat(two.rpc("<unlock><target><candidate/></target></unlock>"))
        .contains("operation-failed");
    assertThat(one.rpc("<unlock><target><candidate/></target></unlock>")).contains("<ok/>");
    assertThat(two.rpc(LOCK_CANDIDATE)).contains("<ok/>");
  }

  @Test
  void aChangedCandidateCannotBeLocked() throws Exception {
    two.rpc(EDIT);
    assertThat(one.rpc(LOCK_CANDIDATE)).contains("lock-denied").contains("<session-id>0<");
    two.rpc("<discard-changes/>");
    assertThat(one.rpc(LOCK_CANDIDATE)).contains("<ok/>");
  }

  @Test
  void theEndOfASessionReleasesItsLocksAndDiscardsItsCandidate() throws Exception {
    one.rpc(LOCK_CANDIDATE);
    one.rpc(LOCK_RUNNING);
    one.rpc(EDIT);
    one.rpc("<close-session/>");
    // The reply goes out before the session is over.
    while (two.rpc(LOCK_RUNNING).contains("lock-denied")) {
      Thread.onSpinWait();
    }
    assertThat(two.rpc(LOCK_CANDIDATE)).contains("<ok/>");
    assertThat(Served.candidate(two)).isEmpty();
  }

  @Test
  void killSessionReleasesLocksAtOnce() throws Exception {
    one.rpc(LOCK_RUNNING);
    two.rpc("<kill-session><session-id>" + id(one) + "</session-id></kill-session>");
    assertThat(two.rpc(LOCK_RUNNING)).contains("<ok/>");
  }

  @Test
  void whatOneCommitsTheOtherReads() throws Exception {
    one.rpc(EDIT);
    assertThat(Served.candidate(two)).isEqualTo("<top><name>x</name></top>");
    assertThat(Served.running(two)).isEmpty();
    one.rpc("<commit/>");
    assertThat(Served.running(two)).isEqualTo("<top><name>x</name></top>");
  }
}
