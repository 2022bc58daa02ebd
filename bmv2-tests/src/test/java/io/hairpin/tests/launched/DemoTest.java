package io.hairpin.tests.launched;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job on real input, as ./hairpin demo does it. */
@Tag("launched")
final class DemoTest {

  private static final Path WITHOUT_ROOT =
      Launched.HOME.resolve("bmv2-tests/demo/demo-without-root");

  @TempDir Path temporary;

  private static void assumeRoot() throws IOException {
    boolean root = Files.getOwner(Path.of("/proc/self")).getName().equals("root");
    assumeTrue(root, "network namespaces need root");
  }

  @BeforeEach
  void temporaryFilesAreInOneDirectory() throws IOException {
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void stationsReachEachOtherThroughRealInterfaces() throws Exception {
    assumeRoot();
    try (Launched demo = Launched.hairpin(temporary, "demo")) {
      assertThat(demo.exit()).as("%s%n%s", demo.output(), demo.errors()).isZero();
      assertThat(demo.output())
          .containsSubsequence(
              "station 1 does not reach the external host",
              "station 1 reaches the external host",
              "station 1 does not reach station 2: no bridge sends a frame back where it came from",
              "station 1 reaches station 2",
              "mv1 received 0",
              "mv2 received 100",
              "eth0 received 100")
          .anyMatch(line -> line.contains("receiver"))
          .anyMatch(line -> line.contains("packets transmitted"))
          .anyMatch(line -> line.contains("reflected-frames"))
          .last()
          .isEqualTo("== Reflective relay does what it says");
      assertNothingIsLeft(demo);
    }
  }

  @Test
  void interruptedItLeavesNothing() throws Exception {
    assumeRoot();
    try (Launched demo = Launched.hairpin(temporary, "demo")) {
      demo.awaitLine("== NETCONF: both ports into VLAN 1");

      demo.signalGroup("INT");

      assertThat(demo.exit()).isEqualTo(130);
      assertNothingIsLeft(demo);
    }
  }

  @Test
  void withoutRootFramesTakeTheStationsPlace() throws Exception {
    try (Launched demo = new Launched(temporary, WITHOUT_ROOT.toString())) {
      assertThat(demo.exit()).as("%s%n%s", demo.output(), demo.errors()).isZero();
      assertThat(demo.output())
          .containsSubsequence(
              "station 1 to the external host: in on port1, out nowhere",
              "station 1 to the external host: in on port1, out of port2 once",
              "station 2 to everyone: in on port1, out of port2 once",
              "station 1 to station 2: in on port1, out nowhere",
              "station 1 to station 2: in on port1, out of port1 once",
              "station 2 to station 1: in on port1, out of port1 once",
              "station 1 to the external host: in on port1, out of port2 once",
              "broadcasts: in on port1, out of port1 100 times, of port2 100 times")
          .anyMatch(line -> line.contains("reflected-frames"))
          .last()
          .isEqualTo("== Reflective relay does what it says");
      assertNothingIsLeft(demo);
    }
  }

  @Test
  void withoutRootInterruptedItLeavesNothing() throws Exception {
    try (Launched demo = new Launched(temporary, WITHOUT_ROOT.toString())) {
      demo.awaitLine("== A fresh switch forwards nothing");

      demo.signalGroup("INT");

      assertThat(demo.exit()).isEqualTo(130);
      assertNothingIsLeft(demo);
    }
  }

  private void assertNothingIsLeft(Launched demo) throws IOException {
    assertThat(demo.session()).as("processes").isEmpty();
    assertThat(temporary).as("temporary files").isEmptyDirectory();
    Path names = Path.of("/run/netns");
    if (Files.isDirectory(names)) {
      try (Stream<Path> namespaces = Files.list(names)) {
        List<String> left =
            namespaces
                .map(path -> path.getFileName().toString())
                .filter(name -> name.startsWith("hp" + demo.pid() + "-"))
                .toList();
        assertThat(left).as("namespaces").isEmpty();
      }
    }
  }
}
