package io.hairpin.netconf.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hairpin.netconf.server.ConfirmedCommit.Request;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The power fails at every operation on the disk; nothing that was acknowledged is lost. */
class PowerLossTest {
  private static final int FATES = 8;
  private static final Actor ACTOR = new Actor(1, "admin", "here", false);

  /** A script that acknowledges what it has made durable. */
  private interface Script {
    void run(LossyDisk disk, List<String> acknowledged) throws Exception;
  }

  /** Runs a script with the power failing at each of its operations in turn. */
  private static void everywhere(Script script, Script check) throws Exception {
    LossyDisk whole = new LossyDisk();
    script.run(whole, new ArrayList<>());
    assertThat(whole.operations()).isGreaterThan(10);
    for (int at = 0; at < whole.operations(); at++) {
      LossyDisk disk = new LossyDisk();
      disk.failAt(at);
      List<String> acknowledged = new ArrayList<>();
      assertThatThrownBy(() -> script.run(disk, acknowledged)).hasMessageContaining("power");
      for (int fate = 0; fate < FATES; fate++) {
        LossyDisk found = disk.afterPowerLoss(new Random(1000L * at + fate));
        try {
          check.run(found, acknowledged);
        } catch (IOException | AssertionError e) {
          throw new AssertionError("operation %d, fate %d".formatted(at, fate), e);
        }
      }
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  @Test
  void everyAcknowledgedRecordIsThere() throws Exception {
    everywhere(
        (disk, acknowledged) -> {
          try (Storage storage = new FileStorage(disk)) {
            storage.open();
            for (int i = 0; i < 4; i++) {
              storage.append(bytes("record " + i));
              acknowledged.add("record " + i);
            }
            storage.replace(bytes(String.join("+", acknowledged)));
            for (int i = 4; i < 8; i++) {
              storage.append(bytes("record " + i));
              acknowledged.add("record " + i);
            }
          }
        },
        (disk, acknowledged) -> {
          try (Storage storage = new FileStorage(disk)) {
            List<String> found = new ArrayList<>();
            for (byte[] document : storage.open()) {
              found.addAll(List.of(new String(document, UTF_8).split("\\+")));
            }
            assertThat(found.size()).isBetween(acknowledged.size(), acknowledged.size() + 1);
            for (int i = 0; i < found.size(); i++) {
              assertThat(found.get(i)).isEqualTo("record " + i);
            }
            // It goes on from there.
            storage.append(bytes("more"));
          }
          try (Storage storage = new FileStorage(disk)) {
            assertThat(new String(storage.open().getLast(), UTF_8)).isEqualTo("more");
          }
        });
  }

  private static Datastores datastores(LossyDisk disk, boolean startup, ManualTime time)
      throws IOException {
    Datastores datastores =
        new Datastores(
            Served.SCHEMA.root(),
            new Features(true, startup, false, null),
            time,
            new AccessControl(Served.SCHEMA, Set.of(), user -> Set.of()),
            new FileStorage(disk),
            List.of());
    datastores.open();
    datastores.start();
    return datastores;
  }

  private static Element config(String name) throws XmlParser.MalformedException, IOException {
    String content = Served.config("<top><name>" + name + "</name></top>");
    return XmlParser.parse(new ByteArrayInputStream(bytes(content)));
  }

  private static void edit(Datastores datastores, String name) throws Exception {
    datastores.edit(
        ACTOR,
        Datastores.Name.CANDIDATE,
        config(name),
        Editor.Operation.MERGE,
        false,
        Datastores.Test.NONE);
  }

  private static String running(Datastores datastores) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (XmlWriter out = new XmlWriter(bytes)) {
      new DataWriter(out)
          .children(Served.SCHEMA.root(), datastores.read(Datastores.Name.RUNNING, ACTOR));
    }
    return bytes.toString(UTF_8).replaceAll("(?s).*<name>(.*)</name>.*", "$1");
  }

  /** The last of what is acknowledged is running, or what was under way. */
  @SafeVarargs
  private static Script expecting(boolean startup, Set<String>... allowed) {
    return (disk, acknowledged) -> {
      Datastores datastores = datastores(disk, startup, new ManualTime());
      try {
        assertThat(running(datastores)).isIn(allowed[acknowledged.size()]);
        // It goes on from there.
        edit(datastores, "more");
        datastores.commit(ACTOR, Request.PLAIN);
      } finally {
        datastores.close();
      }
    };
  }

  @Test
  @SuppressWarnings("unchecked") // An array of sets of texts.
  void aConfirmedCommitIsUndoneUnlessItWasConfirmed() throws Exception {
    Request confirmed = new Request(Duration.ofSeconds(60), "p", null);
    Request followUp = new Request(Duration.ofSeconds(60), "p", "p");
    Request confirming = new Request(null, null, "p");
    everywhere(
        (disk, acknowledged) -> {
          ManualTime time = new ManualTime();
          Datastores datastores = datastores(disk, false, time);
          try {
            edit(datastores, "one");
            datastores.commit(ACTOR, Request.PLAIN);
            acknowledged.add("one");
            edit(datastores, "two");
            datastores.commit(ACTOR, confirmed);
            acknowledged.add("two, pending");
            edit(datastores, "three");
            datastores.commit(ACTOR, followUp);
            acknowledged.add("three, pending");
            edit(datastores, "four");
            datastores.commit(ACTOR, confirming);
            acknowledged.add("four");
            edit(datastores, "five");
            datastores.commit(ACTOR, confirmed);
            acknowledged.add("five, pending");
            time.advance(60);
            if (!running(datastores).equals("four")) {
              throw new AssertionError("it was not undone");
            }
            edit(datastores, "six");
            datastores.commit(ACTOR, Request.PLAIN);
            acknowledged.add("six");
          } catch (RpcException e) {
            throw new IOException(e.getMessage(), e);
          } finally {
            datastores.close();
          }
        },
        expecting(
            false,
            Set.of("", "one"),
            Set.of("one"),
            Set.of("one"),
            Set.of("one", "four"),
            Set.of("four"),
            Set.of("four", "six"),
            Set.of("six")));
  }

  @Test
  @SuppressWarnings("unchecked") // An array of sets of texts.
  void startupIsWhatWasCopiedThere() throws Exception {
    everywhere(
        (disk, acknowledged) -> {
          Datastores datastores = datastores(disk, true, new ManualTime());
          try {
            for (String name : List.of("one", "two", "three")) {
              edit(datastores, name);
              datastores.commit(ACTOR, Request.PLAIN);
              datastores.copy(
                  ACTOR, Datastores.Name.STARTUP, datastores.read(Datastores.Name.RUNNING, ACTOR));
              acknowledged.add(name);
            }
            edit(datastores, "four");
            datastores.commit(ACTOR, Request.PLAIN);
            datastores.deleteStartup(ACTOR);
            acknowledged.add("deleted");
          } catch (RpcException e) {
            throw new IOException(e.getMessage(), e);
          } finally {
            datastores.close();
          }
        },
        expecting(
            true,
            Set.of("", "one"),
            Set.of("one", "two"),
            Set.of("two", "three"),
            Set.of("three", ""),
            Set.of("")));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void aLongHistoryWithSnapshotsSurvivesAPowerLoss(long seed) throws Exception {
    Random random = new Random(seed);
    LossyDisk disk = new LossyDisk();
    int last = 0;
    for (int start = 0; start < 6; start++) {
      ManualTime time = new ManualTime();
      Datastores datastores = datastores(disk, false, time);
      String found = running(datastores);
      int now = found.isEmpty() ? 0 : Integer.parseInt(found);
      assertThat(now).isBetween(last, last + 1);
      last = now;
      disk.failAt(disk.operations() + 20 + random.nextInt(120));
      try {
        while (true) {
          edit(datastores, Integer.toString(last + 1));
          if (random.nextInt(3) == 0) {
            datastores.commit(ACTOR, new Request(Duration.ofSeconds(9), null, null));
            time.advance(9);
            assertThat(running(datastores)).isEqualTo(last == 0 ? "" : Integer.toString(last));
            datastores.discard(ACTOR);
          } else {
            datastores.commit(ACTOR, Request.PLAIN);
            last++;
          }
        }
      } catch (RpcException e) {
        assertThat(e).hasMessageContaining("power");
      } finally {
        datastores.close();
      }
      disk = disk.afterPowerLoss(random);
    }
  }
}
