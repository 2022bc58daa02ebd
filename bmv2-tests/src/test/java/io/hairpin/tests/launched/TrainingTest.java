package io.hairpin.tests.launched;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the launcher keeps of the first start, with a JDK that only says how it was started. */
@Tag("launched")
final class TrainingTest {

  @TempDir Path directory;

  private Path target;
  private Path cache;
  private Path trainings;

  /** A tree that is built, and the launcher in it. */
  @BeforeEach
  void build() throws IOException {
    target = Files.createDirectories(directory.resolve("home/soft-switch/target"));
    cache = target.resolve("hairpin.aot");
    trainings = directory.resolve("trainings");
    Files.createFile(
        Files.createDirectory(target.resolve("lib")).resolve("hairpin-soft-switch-1.jar"));
    Files.copy(Launched.HOME.resolve("hairpin"), directory.resolve("home/hairpin"));
    Files.createDirectories(directory.resolve("jdk/bin"));
    Files.writeString(directory.resolve("jdk/release"), "JAVA_VERSION=\"25\"\n");
  }

  /** Starts the switch; in a training the JDK does so, with the cache it is asked for in $new. */
  private String start(String training) throws Exception {
    for (String program : new String[] {"java", "javac"}) {
      Path file = directory.resolve("jdk/bin/" + program);
      Files.writeString(
          file,
          """
          #!/bin/sh
          new=${1#-XX:AOTCacheOutput=}
          [ "$new" != "$1" ] || { echo "$1"; exit; }
          echo >>%s
          %s
          echo ready
          """
              .formatted(trainings, training));
      assertThat(file.toFile().setExecutable(true)).isTrue();
    }
    try (Launched hairpin =
        new Launched(
            directory,
            "env",
            "JAVA_HOME=" + directory.resolve("jdk"),
            "bash",
            directory.resolve("home/hairpin").toString(),
            "switch")) {
      assertThat(hairpin.exit()).as(hairpin.errors()).isZero();
      return String.join("\n", hairpin.output());
    }
  }

  @Test
  void theFirstStartMakesTheCacheOfAll() throws Exception {
    assertThat(start("echo good >$new")).isEqualTo("-XX:AOTCache=" + cache);
    assertThat(start("echo another >$new")).isEqualTo("-XX:AOTCache=" + cache);
    assertThat(cache).hasContent("good");
    assertThat(trainings).hasContent("\n");
  }

  @Test
  void aTrainingThatMakesNoneIsNotTriedAgain() throws Exception {
    assertThat(start(":")).doesNotContain("AOT");
    assertThat(start("echo good >$new")).doesNotContain("AOT");
    assertThat(trainings).hasContent("\n");
  }

  @Test
  void aTrainingThatMakesNoneLeavesTheCacheOfAnotherThatRanMeanwhile() throws Exception {
    assertThat(start("echo good >" + cache)).isEqualTo("-XX:AOTCache=" + cache);
    assertThat(cache).hasContent("good");
    assertThat(target).isDirectoryNotContaining(file -> file.toString().contains(".aot."));
  }
}
