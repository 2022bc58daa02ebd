package io.hairpin.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Two links for one switch, in the network namespace of this process: port 1 leads to a host whose
 * two stations share the link by macvlan in VEPA mode, port 2 to another host. Hosts and stations
 * are namespaces of their own, which live as long as a process in them.
 */
final class Wires implements AutoCloseable {
  static final String ADDRESS_OF_2 = "10.0.0.2";

  /** The interface of a host. */
  static final String FAR = "e0";

  private static final int PATIENCE_SECONDS = 20;
  private static final int LONGEST_RUN_SECONDS = 1200;

  /** Octets, then packets. */
  private static final Pattern RECEIVED = Pattern.compile("\\s*" + FAR + ":\\s*\\d+\\s+(\\d+)\\s");

  private final List<Started> namespaces = new ArrayList<>();
  private final String name;

  /**
   * Makes them.
   *
   * @param name what the names of this side's ends begin with
   */
  Wires(String name) throws IOException, InterruptedException {
    this.name = name;
    for (int i = 0; i < 4; i++) {
      namespaces.add(
          Started.silent(
              List.of("unshare", "--net", "sleep", Integer.toString(LONGEST_RUN_SECONDS))));
    }
    for (Started namespace : namespaces) {
      awaitNamespace(namespace.pid());
      in(namespace, "sysctl -qw net.ipv6.conf.all.disable_ipv6=1 && ip link set lo up");
    }
    for (int i = 0; i < 2; i++) {
      // The kernel takes its time to remove the link of a namespace that has ended.
      ip("link delete " + near(i + 1) + " 2>/dev/null || true");
      ip("link add " + near(i + 1) + " type veth peer name " + FAR + " netns " + pid(i));
      ip("link set " + near(i + 1) + " up");
      in(namespaces.get(i), "ip link set " + FAR + " up");
    }
    for (int station = 1; station <= 2; station++) {
      // Both have odd addresses: they are on port 1.
      in(
          namespaces.getFirst(),
          "ip link add link %s name mv%d address %s type macvlan mode vepa && ip link set mv%d netns %d"
              .formatted(FAR, station, text(stationOf(station)), station, pid(1 + station)));
      in(
          namespaces.get(1 + station),
          "ip addr add 10.0.0.%d/24 dev mv%d && ip link set mv%d up"
              .formatted(station, station, station));
    }
  }

  private static int stationOf(int station) {
    return 2 * station - 1;
  }

  static String text(int station) {
    var text = new StringBuilder();
    long address = Relay.address(station);
    for (int shift = 40; shift >= 0; shift -= 8) {
      text.append(shift == 40 ? "" : ":").append("%02x".formatted(address >>> shift & 0xff));
    }
    return text.toString();
  }

  /** The clone of the namespace comes before the exec of sleep, but after this process goes on. */
  private static void awaitNamespace(long pid) throws IOException, InterruptedException {
    Path own = Files.readSymbolicLink(Path.of("/proc/self/ns/net"));
    Path theirs = Path.of("/proc", Long.toString(pid), "ns", "net");
    for (int i = 0; i < 1000 && Files.readSymbolicLink(theirs).equals(own); i++) {
      Thread.sleep(5);
    }
  }

  private long pid(int namespace) {
    return namespaces.get(namespace).pid();
  }

  /** This side's end of a link. */
  String near(int port) {
    return name + port;
  }

  /** A process in the namespace of the host behind a port. */
  long host(int port) {
    return pid(port - 1);
  }

  static void ip(String arguments) throws IOException, InterruptedException {
    String _ = Started.output(List.of("sh", "-c", "ip " + arguments), PATIENCE_SECONDS);
  }

  private static void in(Started namespace, String command)
      throws IOException, InterruptedException {
    String _ = Started.output(inside(namespace.pid(), command), PATIENCE_SECONDS);
  }

  private static List<String> inside(long pid, String command) {
    return List.of("nsenter", "-t", Long.toString(pid), "-n", "sh", "-c", command);
  }

  /** A command in a station's namespace. */
  List<String> inStation(int station, String command) {
    return inside(pid(1 + station), command);
  }

  /** How many frames the host behind a port has received. */
  long received(int port) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc", Long.toString(host(port)), "net/dev"))) {
      Matcher counters = RECEIVED.matcher(line);
      if (counters.lookingAt()) {
        return Long.parseLong(counters.group(1));
      }
    }
    throw new IOException("no " + FAR + " behind port " + port);
  }

  @Override
  public void close() {
    for (Started namespace : namespaces) {
      namespace.close();
    }
  }
}
