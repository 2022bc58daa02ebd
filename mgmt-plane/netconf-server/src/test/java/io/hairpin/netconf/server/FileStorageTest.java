package io.hairpin.netconf.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is on disk after crashes and damage. */
class FileStorageTest {
  @TempDir private Path directory;
  private Path log;

  @BeforeEach
  void store() throws IOException {
    log = directory.resolve("running.log");
    try (Storage storage = Storage.files(directory)) {
      storage.open();
      storage.append(bytes("<one/>"));
      storage.append(bytes("<two/>"));
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private List<String> read() throws IOException {
    try (Storage storage = Storage.files(directory)) {
      return storage.open().stream().map(d -> new String(d, UTF_8)).toList();
    }
  }

  private void rewrite(UnaryOperator<byte[]> change) throws IOException {
    Files.write(log, change.apply(Files.readAllBytes(log)));
  }

  @Test
  void aNewDirectoryIsEmpty(@TempDir Path other) throws Exception {
    try (Storage storage = Storage.files(other.resolve("a/b"))) {
      assertThat(storage.open()).isEmpty();
    }
  }

  @Test
  void recordsComeBackInOrder() throws Exception {
    assertThat(read()).containsExactly("<one/>", "<two/>");
  }

  @Test
  void aSnapshotReplacesThem() throws Exception {
    try (Storage storage = Storage.files(directory)) {
      storage.open();
      storage.replace(bytes("<all/>"));
      storage.append(bytes("<three/>"));
    }
    assertThat(read()).containsExactly("<all/>", "<three/>");
  }

  @Test
  void everyCutThroughTheLastRecordIsCutOff() throws Exception {
    byte[] whole = Files.readAllBytes(log);
    int record = 16 + "<two/>".length() + 4;
    for (int cut = 1; cut < record; cut++) {
      Files.write(log, Arrays.copyOf(whole, whole.length - cut));
      assertThat(read()).as("%d bytes are missing", cut).containsExactly("<one/>");
      assertThat(Files.size(log)).isEqualTo(whole.length - record);
    }
  }

  @Test
  void aStorageThatWasCutTakesNewRecords() throws Exception {
    rewrite(bytes -> Arrays.copyOf(bytes, bytes.length - 3));
    try (Storage storage = Storage.files(directory)) {
      storage.open();
      storage.append(bytes("<three/>"));
    }
    assertThat(read()).containsExactly("<one/>", "<three/>");
  }

  @Test
  void blocksThatNeverReachedTheDiskAreCutOff() throws Exception {
    rewrite(
        bytes -> {
          Arrays.fill(bytes, bytes.length - 10, bytes.length, (byte) 0);
          return bytes;
        });
    assertThat(read()).containsExactly("<one/>");
  }

  @Test
  void aChecksumThatNeverReachedTheDiskIsCutOff() throws Exception {
    for (int lost = 1; lost <= 4; lost++) {
      int size = lost;
      Files.delete(log);
      store();
      rewrite(
          bytes -> {
            Arrays.fill(bytes, bytes.length - size, bytes.length, (byte) 0);
            return bytes;
          });
      assertThat(read()).containsExactly("<one/>");
    }
  }

  @Test
  void aTailOfNulIsCutOff() throws Exception {
    rewrite(bytes -> Arrays.copyOf(bytes, bytes.length + 4096));
    assertThat(read()).containsExactly("<one/>", "<two/>");
  }

  @Test
  void everyFlippedBitIsAnError() throws Exception {
    byte[] whole = Files.readAllBytes(log);
    for (int i = 0; i < whole.length; i++) {
      byte[] damaged = whole.clone();
      damaged[i] ^= 0x40;
      Files.write(log, damaged);
      assertThatThrownBy(this::read)
          .as("bit flipped at %d", i)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("running.log");
      assertThat(Files.readAllBytes(log)).isEqualTo(damaged);
    }
  }

  @Test
  void aRecordThatIsMissingInTheMiddleIsAnError() throws Exception {
    int record = 16 + "<one/>".length() + 4;
    rewrite(
        bytes -> {
          byte[] shorter = Arrays.copyOf(bytes, bytes.length - record);
          System.arraycopy(bytes, 8 + 20 + record, shorter, 8 + 20, record);
          return shorter;
        });
    assertThatThrownBy(this::read).hasMessageContaining("record 1");
  }

  @Test
  void aSnapshotThatWasNotFinishedIsIgnored() throws Exception {
    Files.write(directory.resolve("running.log.new"), bytes("half of a"));
    assertThat(read()).containsExactly("<one/>", "<two/>");
  }

  @Test
  void twoServersCannotShareADirectory() throws Exception {
    try (Storage storage = Storage.files(directory)) {
      storage.open();
      assertThatThrownBy(this::read).hasMessageContaining("in use");
    }
    assertThat(read()).hasSize(2);
  }

  @Test
  void aSnapshotIsDueWhenTheChangesOutgrowIt() throws Exception {
    try (Storage storage = Storage.files(directory)) {
      storage.open();
      assertThat(storage.snapshotDue()).isFalse();
      storage.append(new byte[2 << 20]);
      assertThat(storage.snapshotDue()).isTrue();
      storage.replace(bytes("<all/>"));
      assertThat(storage.snapshotDue()).isFalse();
    }
  }
}
