package io.hairpin.tests.launched;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Real stations: network namespaces behind veth pairs whose near ends are ports of a switch. */
final class Stations implements AutoCloseable {

  private static final String UNIQUE = "hr" + Long.toString(ProcessHandle.current().pid(), 36);
  private static final int PATIENCE_SECONDS = 30;
  private static final int ATTEMPTS = 15;

  private final List<String> links = new ArrayList<>();
  private final List<String> namespaces = new ArrayList<>();
  private final List<Process> processes = new ArrayList<>();

  /** Skips the test where there is no right to make any. */
  Stations() throws IOException {
    boolean root = Files.getOwner(Path.of("/proc/self")).getName().equals("root");
    assumeTrue(root, "network namespaces need root");
  }

  /** The near end of a link, for a port. */
  static String near(int link) {
    return UNIQUE + "n" + link;
  }

  static String namespace(String station) {
    return UNIQUE + station;
  }

  /** Makes a namespace without any link. */
  void station(String station) {
    run("ip", "netns", "add", namespace(station));
    namespaces.add(namespace(station));
    in(station, "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6");
    in(station, "ip", "link", "set", "lo", "up");
  }

  /** Links a namespace to a near end; its own end is {@code eth0}. */
  void link(int link, String station) {
    run(
        "ip",
        "link",
        "add",
        near(link),
        "type",
        "veth",
        "peer",
        "name",
        "eth0",
        "netns",
        namespace(station));
    links.add(near(link));
    in(station, "ip", "link", "set", "eth0", "up");
    run("ip", "link", "set", near(link), "up");
  }

  /** Makes a cable between two near ends. */
  void cable(int link, int other) {
    run("ip", "link", "add", near(link), "type", "veth", "peer", "name", near(other));
    links.add(near(link));
    run("ip", "link", "set", near(link), "up");
    run("ip", "link", "set", near(other), "up");
  }

  void address(String station, String networkInterface, String address) {
    in(station, "ip", "addr", "add", address, "dev", networkInterface);
    in(station, "ip", "link", "set", networkInterface, "up");
  }

  /** Moves an interface from one namespace to another. */
  void move(String from, String networkInterface, String to) {
    in(from, "ip", "link", "set", networkInterface, "netns", namespace(to));
  }

  String in(String station, String... command) {
    return run(inside(station, command));
  }

  /** Starts a program in a namespace and waits for its line {@code ready}. */
  Process start(String station, String... command) {
    try {
      Process process =
          new ProcessBuilder(inside(station, command))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      processes.add(process);
      assertThat(process.inputReader(StandardCharsets.UTF_8).readLine()).isEqualTo("ready");
      return process;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether a station answers another one, which may take a while. */
  boolean reaches(String station, String address) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (end(inside(station, "ping", "-q", "-c", "1", "-W", "1", address)).exit() == 0) {
        return true;
      }
    }
    return false;
  }

  boolean reachesNot(String station, String address) {
    return end(inside(station, "ping", "-q", "-c", "2", "-i", "0.2", "-W", "1", address)).exit()
        != 0;
  }

  private static String[] inside(String station, String... command) {
    return Stream.concat(Stream.of("ip", "netns", "exec", namespace(station)), Stream.of(command))
        .toArray(String[]::new);
  }

  static String run(String... command) {
    Ended ended = end(command);
    assertThat(ended.exit()).as("%s: %s", List.of(command), ended.output()).isZero();
    return ended.output();
  }

  private record Ended(int exit, String output) {}

  private static Ended end(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Ended(process.waitFor(), output);
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(List.of(command).toString(), e);
    }
  }

  @Override
  public void close() throws InterruptedException {
    for (Process process : processes) {
      process.destroyForcibly();
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    }
    // Where a test failed it may be gone.
    links.forEach(link -> end("ip", "link", "delete", link));
    namespaces.forEach(name -> run("ip", "netns", "delete", name));
  }
}
