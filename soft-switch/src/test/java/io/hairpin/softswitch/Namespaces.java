package io.hairpin.softswitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Network namespaces with a station each, behind a veth pair whose near end is a port's. */
final class Namespaces implements AutoCloseable {
  private static final String UNIQUE = Long.toString(ProcessHandle.current().pid(), 36);

  private final List<Integer> stations = new ArrayList<>();
  private final List<String> links = new ArrayList<>();
  private final List<Process> processes = new ArrayList<>();

  /** Skips the test where there is no right to make any. */
  Namespaces() throws IOException {
    boolean root = Files.getOwner(Path.of("/proc/self")).getName().equals("root");
    assumeTrue(root, "network namespaces need root");
  }

  /** The near end of a station's link. */
  static String near(int station) {
    return "hs" + UNIQUE + "n" + station;
  }

  static String namespace(int station) {
    return "hs" + UNIQUE + "s" + station;
  }

  /** Makes a station; its end of the link is {@code e0}, without an address. */
  void station(int station) {
    ip("netns", "add", namespace(station));
    stations.add(station);
    // Its neighbour discovery would be heard among the tests' frames.
    in(station, "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6");
    ip(
        "link",
        "add",
        near(station),
        "type",
        "veth",
        "peer",
        "name",
        "e0",
        "netns",
        namespace(station));
    in(station, "ip", "link", "set", "lo", "up");
    in(station, "ip", "link", "set", "e0", "address", "02:00:00:00:00:0" + station);
    in(station, "ip", "link", "set", "e0", "up");
    ip("link", "set", near(station), "up");
  }

  /** Makes a cable between two ends in the switch's own namespace. */
  void cable(int end, int other) {
    ip("link", "add", near(end), "type", "veth", "peer", "name", near(other));
    links.add(near(end));
  }

  static void ip(String... arguments) {
    run(ipCommand(arguments));
  }

  private static List<String> ipCommand(String... arguments) {
    var command = new ArrayList<String>(List.of("ip"));
    command.addAll(List.of(arguments));
    return command;
  }

  /** Runs a command in the switch's own namespace and returns what it prints. */
  static String output(String... command) {
    Ended ended = end(List.of(command));
    assertThat(ended.exit()).as("%s: %s", List.of(command), ended.output()).isZero();
    return ended.output();
  }

  void in(int station, String... command) {
    run(inside(station, command));
  }

  private static List<String> inside(int station, String... command) {
    if (station == 0) {
      return List.of(command);
    }
    var whole = new ArrayList<String>(List.of("ip", "netns", "exec", namespace(station)));
    whole.addAll(List.of(command));
    return whole;
  }

  private static void run(List<String> command) {
    Ended ended = end(command);
    assertThat(ended.exit()).as("%s: %s", command, ended.output()).isZero();
  }

  private record Ended(int exit, String output) {}

  private static Ended end(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Ended(process.waitFor(), output);
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(command.toString(), e);
    }
  }

  /** Starts {@link Station} in a namespace, or for station 0 in the switch's own. */
  Output start(int station, String... arguments) throws IOException {
    var java =
        new ArrayList<String>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                Path.of("target", "test-classes").toAbsolutePath().toString(),
                Station.class.getName()));
    java.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(inside(station, java.toArray(String[]::new)))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    processes.add(process);
    return new Output(process.inputReader(StandardCharsets.UTF_8));
  }

  /** What a station prints. */
  record Output(BufferedReader reader) {
    String line() throws IOException {
      return String.valueOf(reader.readLine());
    }
  }

  /** Sends so many bytes by TCP and checks that they arrive. */
  void transfer(int from, int to, String address, int bytes) throws IOException {
    Output server = start(to, "serve", address, "5000");
    assertThat(server.line()).isEqualTo("listening");
    String sent = start(from, "send", address, "5000", Integer.toString(bytes)).line();
    assertThat(sent).hasSize(64);
    assertThat(server.line()).isEqualTo(sent);
  }

  @Override
  public void close() {
    for (Process process : processes) {
      process.destroyForcibly();
      try {
        boolean ended = process.waitFor(Testbed.PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(ended).isTrue();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    // The near ends by name: a namespace's own go some time after it.
    for (int station : stations) {
      links.add(near(station));
    }
    for (String link : links) {
      // Where a test failed it may be gone.
      var _ = end(ipCommand("link", "delete", link));
    }
    for (int station : stations) {
      ip("netns", "delete", namespace(station));
    }
  }
}
