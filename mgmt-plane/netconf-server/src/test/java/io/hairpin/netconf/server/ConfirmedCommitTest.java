package io.hairpin.netconf.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.netconf.client.NetconfClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;

/** The confirmed-commit capability 1.1 (RFC 6241 section 8.4). */
class ConfirmedCommitTest {
  private static final String BEFORE = "<top><name>before</name></top>";
  private static final String AFTER = "<top><name>after</name></top>";
  private static final String CONFIRMED = "<commit><confirmed/></commit>";
  private static final String PERSIST = "<commit><confirmed/><persist>p1</persist></commit>";
  private static final String LOCK = "<lock><target><running/></target></lock>";

  /** Tells what the participants see of it, and refuses when it is asked to. */
  private static final class Recorder implements Participant {
    private final List<String> seen = new ArrayList<>();
    private boolean refuses;

    @Override
    public void start(ContainerNode running) {
      seen.add("start");
    }

    @Override
    public Prepared prepare(Change change) throws RefusedException {
      if (refuses) {
        throw new RefusedException(null, "as the test wants it");
      }
      return new Prepared() {
        @Override
        public void apply() {
          seen.add("apply " + change.edits().size());
        }

        @Override
        public void abort() {
          seen.add("abort");
        }
      };
    }
  }

  @TempDir private Path directory;
  private final Recorder recorder = new Recorder();
  private ManualTime time = new ManualTime();
  private Served served;
  private NetconfClient one;
  private @Nullable NetconfClient other;

  @BeforeEach
  void start() throws IOException {
    serve(builder -> {});
    Served.set(one, BEFORE);
    edit(AFTER);
    recorder.seen.clear();
  }

  private void serve(Consumer<NetconfServer.Builder> more) throws IOException {
    time = new ManualTime();
    served =
        new Served(
            directory,
            builder -> {
              more.accept(builder.time(time).participant(recorder).writableRunning(true));
            });
    one = served.connect();
  }

  @AfterEach
  void stop() {
    one.close();
    if (other != null) {
      other.close();
    }
    served.close();
  }

  private void restart() throws IOException {
    stop();
    other = null;
    recorder.seen.clear();
    serve(builder -> {});
  }

  private NetconfClient two() throws IOException {
    if (other == null) {
      other = served.connect();
    }
    return other;
  }

  private void edit(String content) throws IOException {
    ok(one, Served.edit(content));
  }

  private static void ok(NetconfClient client, String operation) throws IOException {
    assertThat(client.rpc(operation)).contains("<ok/>");
  }

  private void assertRunning(String expected) throws IOException {
    assertThat(Served.running(one)).isEqualTo(expected);
  }

  /** The session's end is seen by the server some time after it. */
  private void awaitRunning(NetconfClient client, String expected) throws IOException {
    while (!Served.running(client).equals(expected)) {
      Thread.onSpinWait();
    }
  }

  @Test
  void itIsRunningAtOnce() throws Exception {
    ok(one, CONFIRMED);
    assertRunning(AFTER);
    assertThat(recorder.seen).containsExactly("apply 1");
  }

  @Test
  void itIsUndoneAfterTenMinutes() throws Exception {
    ok(one, CONFIRMED);
    time.advance(599);
    assertRunning(AFTER);
    time.advance(1);
    assertRunning(BEFORE);
    assertThat(recorder.seen).containsExactly("apply 1", "apply 1");
  }

  @Test
  void itIsUndoneAfterTheConfirmTimeout() throws Exception {
    ok(one, "<commit><confirmed/><confirm-timeout>5</confirm-timeout></commit>");
    time.advance(4);
    assertRunning(AFTER);
    time.advance(1);
    assertRunning(BEFORE);
  }

  @Test
  void aCommitConfirmsIt() throws Exception {
    ok(one, CONFIRMED);
    ok(one, "<commit/>");
    time.advance(1000);
    assertRunning(AFTER);
    assertThat(time.waiting()).isZero();
  }

  @Test
  void theConfirmingCommitMayChangeMore() throws Exception {
    ok(one, CONFIRMED);
    edit("<top><count>3</count></top>");
    ok(one, "<commit/>");
    time.advance(1000);
    assertRunning("<top><name>after</name><count>3</count></top>");
  }

  @Test
  void aConfirmingCommitThatFailsConfirmsNothing() throws Exception {
    ok(one, CONFIRMED);
    edit("<top><marked/></top>");
    assertThat(one.rpc("<commit/>")).contains("data-missing");
    assertRunning(AFTER);
    time.advance(600);
    assertRunning(BEFORE);
  }

  @Test
  void aFollowUpStartsTheTimerAgainAndKeepsTheFirstBase() throws Exception {
    ok(one, CONFIRMED);
    time.advance(500);
    edit("<top><count>3</count></top>");
    ok(one, "<commit><confirmed/><confirm-timeout>200</confirm-timeout></commit>");
    time.advance(199);
    assertRunning("<top><name>after</name><count>3</count></top>");
    time.advance(1);
    assertRunning(BEFORE);
  }

  @Test
  void cancelCommitUndoesIt() throws Exception {
    ok(one, CONFIRMED);
    ok(one, "<cancel-commit/>");
    assertRunning(BEFORE);
    assertThat(one.rpc("<cancel-commit/>")).contains("operation-failed");
    assertThat(time.waiting()).isZero();
  }

  @Test
  void anotherSessionCanNeitherConfirmNorCancelIt() throws Exception {
    ok(one, CONFIRMED);
    assertThat(two().rpc("<commit/>")).contains("<error-tag>in-use</error-tag>");
    assertThat(two().rpc(CONFIRMED)).contains("<error-tag>in-use</error-tag>");
    assertThat(two().rpc("<cancel-commit/>")).contains("<error-tag>in-use</error-tag>");
    assertThat(two().rpc("<commit><persist-id>p1</persist-id></commit>"))
        .contains("<error-tag>invalid-value</error-tag>");
    time.advance(600);
    assertRunning(BEFORE);
  }

  @Test
  void theEndOfItsSessionUndoesIt() throws Exception {
    ok(one, CONFIRMED);
    one.rpc("<close-session/>");
    awaitRunning(two(), BEFORE);
    assertThat(time.waiting()).isZero();
  }

  @Test
  void killingItsSessionUndoesIt() throws Exception {
    String id = one.hello().replaceFirst("(?s).*<session-id>(.*)</session-id>.*", "$1");
    ok(one, CONFIRMED);
    ok(two(), "<kill-session><session-id>" + id + "</session-id></kill-session>");
    assertThat(Served.running(two())).isEqualTo(BEFORE);
  }

  @Test
  void aPersistentOneOutlivesItsSession() throws Exception {
    ok(one, PERSIST);
    one.rpc("<close-session/>");
    while (two().rpc(Served.getConfig("running")).contains("before")
        || served.server.sessions().size() > 1) {
      Thread.onSpinWait();
    }
    assertThat(Served.running(two())).isEqualTo(AFTER);
    ok(two(), "<commit><persist-id>p1</persist-id></commit>");
    time.advance(1000);
    assertThat(Served.running(two())).isEqualTo(AFTER);
  }

  @Test
  void aPersistentOneIsUndoneInTimeToo() throws Exception {
    ok(one, PERSIST);
    time.advance(600);
    assertRunning(BEFORE);
  }

  @Test
  void aPersistentOneNeedsItsPersistId() throws Exception {
    ok(one, PERSIST);
    assertThat(one.rpc("<commit/>")).contains("<error-tag>in-use</error-tag>");
    assertThat(one.rpc("<cancel-commit/>")).contains("<error-tag>in-use</error-tag>");
    for (String operation : List.of("commit", "cancel-commit")) {
      assertThat(one.rpc("<%1$s><persist-id>p2</persist-id></%1$s>".formatted(operation)))
          .contains("<error-tag>invalid-value</error-tag>");
    }
    ok(two(), "<cancel-commit><persist-id>p1</persist-id></cancel-commit>");
    assertRunning(BEFORE);
  }

  @Test
  void aFollowUpOfAnotherSessionMayChangeThePersistId() throws Exception {
    ok(one, PERSIST);
    ok(two(), "<commit><confirmed/><persist>p2</persist><persist-id>p1</persist-id></commit>");
    assertThat(one.rpc("<commit><persist-id>p1</persist-id></commit>")).contains("invalid-value");
    ok(one, "<commit><persist-id>p2</persist-id></commit>");
    time.advance(1000);
    assertRunning(AFTER);
  }

  @Test
  void aFollowUpWithoutPersistBindsItToItsSession() throws Exception {
    ok(one, PERSIST);
    ok(two(), "<commit><confirmed/><persist-id>p1</persist-id></commit>");
    assertThat(one.rpc("<commit/>")).contains("in-use");
    two().rpc("<close-session/>");
    awaitRunning(one, BEFORE);
  }

  @Test
  void confirmTimeoutAndPersistNeedConfirmed() throws Exception {
    assertThat(one.rpc("<commit><persist>x</persist></commit>")).contains("missing-element");
    assertThat(one.rpc("<commit><confirm-timeout>9</confirm-timeout></commit>"))
        .contains("missing-element");
    assertRunning(BEFORE);
  }

  @Test
  void othersCannotLockRunningMeanwhile() throws Exception {
    ok(one, CONFIRMED);
    assertThat(two().rpc(LOCK))
        .contains("<error-tag>lock-denied</error-tag>")
        .contains("<session-id>" + served.server.sessions().getFirst() + "</session-id>");
    ok(one, LOCK);
    ok(one, "<commit/>");
    assertThat(two().rpc("<commit/>")).contains("in-use");
  }

  @Test
  void theOwnersLockDoesNotKeepItFromBeingUndone() throws Exception {
    ok(one, LOCK);
    ok(one, CONFIRMED);
    time.advance(600);
    assertRunning(BEFORE);
  }

  @Test
  void editsOfTheCandidateOutliveIt() throws Exception {
    ok(one, CONFIRMED);
    edit("<top><count>3</count></top>");
    ok(one, "<cancel-commit/>");
    assertRunning(BEFORE);
    assertThat(Served.candidate(one)).isEqualTo("<top><name>after</name><count>3</count></top>");
    ok(one, "<commit/>");
    assertRunning("<top><name>after</name><count>3</count></top>");
  }

  @Test
  void anUnchangedCandidateGoesBackToo() throws Exception {
    ok(one, CONFIRMED);
    ok(one, "<cancel-commit/>");
    assertThat(Served.candidate(one)).isEqualTo(BEFORE);
  }

  @Test
  void whatWasChangedInRunningMeanwhileIsUndoneToo() throws Exception {
    ok(one, CONFIRMED);
    ok(two(), Served.edit("<top><ratio>1.5</ratio></top>").replace("candidate", "running"));
    time.advance(600);
    assertRunning(BEFORE);
  }

  @Test
  void anEmptyOneIsPendingToo() throws Exception {
    ok(one, "<discard-changes/>");
    ok(one, CONFIRMED);
    ok(one, Served.edit("<top><ratio>1.5</ratio></top>").replace("candidate", "running"));
    ok(one, "<cancel-commit/>");
    assertRunning(BEFORE);
  }

  @Test
  void aParticipantThatRefusesDoesNotKeepRunningFromGoingBack() throws Exception {
    ok(one, CONFIRMED);
    recorder.refuses = true;
    time.advance(600);
    assertRunning(BEFORE);
    assertThat(recorder.seen).containsExactly("apply 1");
  }

  @Test
  void aRestartUndoesIt() throws Exception {
    ok(one, PERSIST);
    restart();
    assertRunning(BEFORE);
    assertThat(recorder.seen).containsExactly("start");
    assertThat(one.rpc("<commit><persist-id>p1</persist-id></commit>")).contains("invalid-value");
    restart();
    assertRunning(BEFORE);
  }

  @Test
  void aRestartKeepsWhatWasConfirmed() throws Exception {
    ok(one, PERSIST);
    ok(one, "<commit><persist-id>p1</persist-id></commit>");
    restart();
    assertRunning(AFTER);
  }

  @Test
  void aRestartUndoesTheFollowUpsToo() throws Exception {
    ok(one, PERSIST);
    edit("<top><count>3</count></top>");
    ok(one, "<commit><confirmed/><persist>p2</persist><persist-id>p1</persist-id></commit>");
    restart();
    assertRunning(BEFORE);
  }

  @Test
  void aRestartKeepsWhatWasCommittedAfterItWasUndone() throws Exception {
    ok(one, CONFIRMED);
    ok(one, "<cancel-commit/>");
    edit("<top><count>4</count></top>");
    ok(one, "<commit/>");
    restart();
    assertRunning("<top><name>before</name><count>4</count></top>");
  }

  @Test
  void aSnapshotKeepsWhatItGoesBackTo() throws Exception {
    ok(one, PERSIST);
    String large = "x".repeat(300_000);
    for (int i = 0; i < 6; i++) {
      edit("<top><plain><a>" + i + large + "</a></plain></top>");
      ok(one, "<commit><confirmed/><persist>p1</persist><persist-id>p1</persist-id></commit>");
    }
    restart();
    assertRunning(BEFORE);
  }

  @Test
  void aSnapshotOfTheConfirmingCommitKeepsWhatIsConfirmed() throws Exception {
    ok(one, PERSIST);
    edit("<top><plain><a>" + "x".repeat(3_000_000) + "</a></plain></top>");
    ok(one, "<commit><persist-id>p1</persist-id></commit>");
    restart();
    assertThat(Served.running(one)).startsWith("<top><name>after</name><plain>");
  }

  @Test
  void itIsAnnounced() {
    assertThat(one.hello()).contains(">urn:ietf:params:netconf:capability:confirmed-commit:1.1<");
  }
}
