package io.hairpin.tests.launched;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A switch with stations: {@code one} to {@code four} behind ports 1 to 4, each with one interface
 * {@code eth0}, 10.0.0.1 to 10.0.0.4. Ports 5 and 6 are cabled to each other; port 7 is cabled to
 * an interface for another switch.
 */
final class Testbed implements AutoCloseable {

  static final List<String> STATIONS = List.of("one", "two", "three", "four");
  static final int CABLED = 5;
  static final int OUTWARD = 7;

  static final int OTHER = 8;

  private final WiredTarget target;
  private final Path directory;
  private final Stations stations;
  private final WiredSwitch hairpin;

  Testbed(WiredTarget target) throws Exception {
    this.target = target;
    directory = Files.createTempDirectory("hairpin");
    stations = new Stations();
    Map<Integer, String> ports = new TreeMap<>();
    for (int port = 1; port <= STATIONS.size(); port++) {
      String station = STATIONS.get(port - 1);
      stations.station(station);
      stations.link(port, station);
      stations.in(station, "ip", "link", "set", "eth0", "address", mac(port));
      stations.address(station, "eth0", "10.0.0." + port + "/24");
      if (!target.takesOffloads()) {
        stations.in(station, "ethtool", "-K", "eth0", "tx", "off", "txvlan", "off");
      }
    }
    stations.cable(CABLED, CABLED + 1);
    stations.cable(OUTWARD, OTHER);
    for (int port = 1; port <= OUTWARD; port++) {
      ports.put(port, stations.near(port));
      stations.silence(port);
    }
    hairpin = new WiredSwitch(target, Files.createDirectory(directory.resolve("switch")), ports);
  }

  /** The address of the station behind a port. */
  static String mac(int port) {
    return "02:00:00:00:00:0" + port;
  }

  Stations stations() {
    return stations;
  }

  WiredSwitch hairpin() {
    return hairpin;
  }

  /** Starts another switch of the same kind, whose port 8 is cabled to port 7 of this one. */
  WiredSwitch other() throws Exception {
    return new WiredSwitch(
        target, Files.createTempDirectory(directory, "other"), Map.of(OTHER, stations.near(OTHER)));
  }

  /** Starts a program for a station and waits for its line {@code ready}. */
  Launched launch(String station, String... command) throws IOException, InterruptedException {
    Launched launched = new Launched(directory, stations.inside(station, command));
    launched.awaitLine("ready");
    return launched;
  }

  @Override
  public void close() throws Exception {
    hairpin.close();
    stations.close();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
