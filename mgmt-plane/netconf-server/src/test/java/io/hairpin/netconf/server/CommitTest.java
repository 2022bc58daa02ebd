package io.hairpin.netconf.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.netconf.client.NetconfClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.common.QNameModule;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;

/** A commit and those who take part in it; state data. */
class CommitTest {
  private static final QNameModule MODULE = QNameModule.ofRevision(Served.NS, "2026-01-01");

  /** Writes down what it is told, and refuses where it is asked to. */
  private final class Recorder implements Participant {
    private final String name;
    private @Nullable RefusedException refusal;
    private List<Change.Edit> edits = List.of();

    Recorder(String name) {
      this.name = name;
    }

    @Override
    public void start(ContainerNode running) {
      events.add(name + " starts with " + running.size());
    }

    @Override
    public Prepared prepare(Change change) throws RefusedException {
      edits = change.edits();
      events.add(name + " prepares");
      if (refusal != null) {
        throw refusal;
      }
      return new Prepared() {
        @Override
        public void apply() {
          events.add(name + " applies");
        }

        @Override
        public void abort() {
          events.add(name + " aborts");
        }
      };
    }
  }

  /** A storage that says when it is written and fails when it is asked to. */
  private final class Disk implements Storage {
    private final Storage files;
    private boolean full;

    Disk(Storage files) {
      this.files = files;
    }

    @Override
    public List<byte[]> open() throws IOException {
      return files.open();
    }

    @Override
    public void append(byte[] change) throws IOException {
      if (full) {
        throw new IOException("no space left");
      }
      files.append(change);
      events.add("stored");
    }

    @Override
    public boolean snapshotDue() {
      return files.snapshotDue();
    }

    @Override
    public void replace(byte[] snapshot) throws IOException {
      files.replace(snapshot);
    }

    @Override
    public void close() throws IOException {
      files.close();
    }
  }

  @TempDir private Path directory;
  private final List<String> events = new ArrayList<>();
  private final Recorder first = new Recorder("first");
  private final Recorder second = new Recorder("second");
  private Disk disk;
  private Served served;
  private NetconfClient client;

  @BeforeEach
  void start() throws Exception {
    disk = new Disk(Storage.files(directory.resolve("data")));
    StateBuilder state = new StateBuilder(MODULE);
    served =
        new Served(
            directory,
            builder ->
                builder
                    .storage(disk)
                    .participant(first)
                    .participant(second)
                    .state(
                        state.name("top"),
                        () ->
                            Optional.of(
                                state.container(
                                    "top",
                                    state.leaf("state", "up"),
                                    state.list(
                                        "item",
                                        List.of(
                                            state.entry(
                                                "item",
                                                Map.of("id", "1"),
                                                List.of(state.leaf("in-use", true)))))))));
    client = served.connect();
    Served.set(client, "<top><name>n</name><item><id>1</id><value>5</value></item></top>");
    events.clear();
  }

  @AfterEach
  void stop() {
    client.close();
    served.close();
  }

  @Test
  void participantsApplyOnlyWhatIsStored() throws Exception {
    client.rpc(Served.edit("<top><count>1</count></top>"));
    assertThat(client.rpc("<commit/>")).contains("<ok/>");
    assertThat(events)
        .containsExactly(
            "first prepares", "second prepares", "stored", "first applies", "second applies");
  }

  @Test
  void aRefusalLeavesEverythingAsItWas() throws Exception {
    var path =
        YangInstanceIdentifier.of(
            new StateBuilder(MODULE).name("top"), new StateBuilder(MODULE).name("count"));
    second.refusal = new RefusedException(path, ErrorTag.INVALID_VALUE, "no-port", "port 9 is not");
    client.rpc(Served.edit("<top><count>1</count></top>"));
    assertThat(client.rpc("<commit/>"))
        .contains("<error-tag>invalid-value</error-tag>")
        .contains("<error-app-tag>no-port</error-app-tag>")
        .contains(">/tn:top/tn:count</error-path>")
        .contains("port 9 is not");
    assertThat(events).containsExactly("first prepares", "second prepares", "first aborts");
    assertThat(Served.running(client)).doesNotContain("count");
    assertThat(Served.candidate(client)).contains("<count>1</count>");
  }

  @Test
  void aFullDiskLeavesEverythingAsItWas() throws Exception {
    disk.full = true;
    client.rpc(Served.edit("<top><count>1</count></top>"));
    assertThat(client.rpc("<commit/>")).contains("operation-failed").contains("no space left");
    assertThat(events)
        .containsExactly("first prepares", "second prepares", "second aborts", "first aborts");
    assertThat(Served.running(client)).doesNotContain("count");
    disk.full = false;
    assertThat(client.rpc("<commit/>")).contains("<ok/>");
    assertThat(Served.running(client)).contains("<count>1</count>");
  }

  @Test
  void participantsStartWithWhatIsDurable() throws Exception {
    client.close();
    served.close();
    served = new Served(directory, builder -> builder.participant(first));
    client = served.connect();
    assertThat(events).containsExactly("first starts with 1");
  }

  @Test
  void aCommitOfNothingAsksNobody() throws Exception {
    client.rpc(Served.edit("<top><name>n</name></top>"));
    assertThat(client.rpc("<commit/>")).contains("<ok/>");
    assertThat(events).isEmpty();
  }

  @Test
  void aChangeIsToldAsDeepAsItIs() throws Exception {
    client.rpc(
        Served.edit(
            "<top><name>m</name><item><id>1</id><value>6</value></item>"
                + "<item><id>2</id></item><tag>t</tag></top>"));
    client.rpc("<commit/>");
    assertThat(first.edits.stream().map(e -> e.path().getLastPathArgument().toString()))
        .satisfiesExactlyInAnyOrder(
            p -> assertThat(p).contains("name"),
            p -> assertThat(p).contains("value"),
            p -> assertThat(p).contains("id=2"),
            p -> assertThat(p).contains("tag"));
  }

  @Test
  void aReplaceIsToldAsWhatItChanges() throws Exception {
    client.rpc(
        Served.edit(
            "<top nc:operation='replace'><name>n</name><item><id>1</id><value>6</value></item>"
                + "</top>"));
    client.rpc("<commit/>");
    assertThat(first.edits).hasSize(1);
    assertThat(first.edits.getFirst().path().toString()).contains("value");
  }

  @Test
  void whatIsDoneAndUndoneIsNoChange() throws Exception {
    client.rpc(Served.edit("<top><item><id>9</id></item></top>"));
    client.rpc(Served.edit("<top><item nc:operation='delete'><id>9</id></item></top>"));
    client.rpc("<commit/>");
    assertThat(events).isEmpty();
  }

  @Test
  void discardTakesTheRunningConfiguration() throws Exception {
    client.rpc(Served.edit("<top><name nc:operation='delete'/></top>"));
    client.rpc("<discard-changes/>");
    assertThat(Served.candidate(client)).isEqualTo(Served.running(client));
  }

  @Test
  void copyConfigTakesAnotherConfiguration() throws Exception {
    client.rpc(
        "<copy-config><target><candidate/></target><source>"
            + Served.config("<top><item><id>1</id><value>5</value></item></top>")
            + "</source></copy-config>");
    client.rpc("<commit/>");
    assertThat(Served.running(client))
        .isEqualTo("<top><item><id>1</id><value>5</value></item></top>");
    assertThat(first.edits).hasSize(1);
    assertThat(first.edits.getFirst().after()).isNull();
  }

  @Test
  void stateStandsInTheEntryOfTheConfiguration() throws Exception {
    String reply = client.rpc("<get><filter><top xmlns='" + Served.NS + "'/></filter></get>");
    assertThat(Served.data(reply))
        .isEqualTo(
            "<top><name>n</name><state>up</state>"
                + "<item><id>1</id><value>5</value><in-use>true</in-use></item></top>");
    assertThat(Served.running(client)).doesNotContain("state");
  }

  @Test
  void stateIsFilteredLikeConfiguration() throws Exception {
    String reply =
        client.rpc(
            "<get><filter><top xmlns='"
                + Served.NS
                + "'><item><id>1</id><in-use/></item></top></filter></get>");
    assertThat(Served.data(reply))
        .isEqualTo("<top><item><id>1</id><in-use>true</in-use></item></top>");
  }
}
