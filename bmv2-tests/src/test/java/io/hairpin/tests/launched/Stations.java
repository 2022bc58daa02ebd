package io.hairpin.tests.launched;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Real stations: network namespaces behind veth pairs whose near ends are ports of a switch. */
final class Stations implements AutoCloseable {

  private static final String PROCESS = "hr" + Long.toString(ProcessHandle.current().pid(), 36);
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final String unique = PROCESS + (char) ('a' + COUNT.getAndIncrement());
  private final List<String> links = new ArrayList<>();
  private final List<String> namespaces = new ArrayList<>();

  /** Skips the test where there is no right to make any. */
  static void assumeAllowed() throws IOException {
    boolean root = Files.getOwner(Path.of("/proc/self")).getName().equals("root");
    assumeTrue(root, "network namespaces need root");
  }

  /** The near end of a link, for a port. */
  String near(int link) {
    return unique + "n" + link;
  }

  String namespace(String station) {
    return unique + station;
  }

  /** Makes a namespace without any link. */
  void station(String station) {
    run("ip", "netns", "add", namespace(station));
    namespaces.add(namespace(station));
    in(station, "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6");
    in(station, "ip", "link", "set", "lo", "up");
  }

  /** Takes a namespace away, with the interfaces in it. */
  void remove(String station) {
    run("ip", "netns", "delete", namespace(station));
    namespaces.remove(namespace(station));
  }

  /** Lets the interfaces that come into a namespace have IPv6. */
  void useIpv6(String station) {
    in(
        station,
        "sh",
        "-c",
        """
        cd /proc/sys/net/ipv6/conf/default
        echo 0 > disable_ipv6
        echo 0 > accept_dad
        echo 0 > router_solicitations
        """);
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

  /** A station of its own behind the link of another one: whatever it sends leaves by that. */
  void behind(String other, String station) {
    station(station);
    vepa(other, station);
  }

  /** Gives a station an interface {@code eth0} behind the link of another one, by macvlan. */
  void vepa(String other, String station) {
    in(other, "ip", "link", "add", "link", "eth0", station, "type", "macvlan", "mode", "vepa");
    move(other, station, station);
    in(station, "ip", "link", "set", station, "name", "eth0");
  }

  /** Keeps this machine's own IPv6 off a near end. */
  void silence(int link) {
    run("sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/" + near(link) + "/disable_ipv6");
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

  /** Whether a station answers another one, which may take a while. */
  boolean reaches(String station, String address) {
    long start = System.nanoTime();
    do {
      if (end(inside(station, "ping", "-q", "-c", "1", "-W", "1", address)).exit() == 0) {
        return true;
      }
    } while (System.nanoTime() - start < WiredSwitch.PATIENCE_NANOSECONDS);
    return false;
  }

  boolean reachesNot(String station, String address) {
    return end(inside(station, "ping", "-q", "-c", "2", "-i", "0.2", "-W", "1", address)).exit()
        != 0;
  }

  /** The command that runs another one in a namespace. */
  String[] inside(String station, String... command) {
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
  public void close() {
    // Where a test failed it may be gone.
    links.forEach(link -> end("ip", "link", "delete", link));
    namespaces.forEach(name -> run("ip", "netns", "delete", name));
  }
}
