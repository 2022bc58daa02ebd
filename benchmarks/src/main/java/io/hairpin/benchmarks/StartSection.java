package io.hairpin.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** From the launcher's start to the ready line, and the memory of a full switch. */
final class StartSection implements Section {
  private static final double MEGABYTE = 1 << 20;

  @Override
  public void run(Report report, boolean quick) throws Exception {
    Started.build();
    int times = quick ? 3 : 7;
    List<Double> switches = new ArrayList<>();
    List<Double> runs = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      try (Started started = start(switches, "switch", "--port", "1", "--grpc", "127.0.0.1:0")) {
        Report.progress("switch: pid " + started.pid());
      }
      Path data = Files.createTempDirectory("hairpin-bench");
      try (Started started =
          start(
              runs, "run", "--port", "1", "--netconf", "127.0.0.1:0", "--data", data.toString())) {
        Report.progress("run: pid " + started.pid());
      } finally {
        delete(data);
      }
    }
    report.add(
        "start: ./hairpin switch, exec to the ready line",
        seconds(switches),
        "./hairpin run: " + seconds(runs),
        "",
        "below 1 s");
    try (Started started = Started.hairpin("switch", "--port", "1", "--grpc", "127.0.0.1:0")) {
      try (var target = new Target(Started.value(started.ready(), "grpc"))) {
        long empty = started.peakMemory();
        double _ = target.insert(new Relay(1, Relay.FDB_ENTRIES).entities());
        report.add(
            "memory: ./hairpin switch with 64,000 entries, most resident (VmHWM)",
            "%.0f MB".formatted(started.peakMemory() / MEGABYTE),
            "before they were written: %.0f MB".formatted(empty / MEGABYTE),
            "",
            "below 200 MB");
      }
    }
  }

  private static Started start(List<Double> times, String... arguments) throws IOException {
    long start = System.nanoTime();
    Started started = Started.hairpin(arguments);
    String _ = started.ready();
    times.add((System.nanoTime() - start) / 1e9);
    return started;
  }

  private static String seconds(List<Double> times) {
    return "%.2f s".formatted(Report.median(times.stream().mapToDouble(d -> d).toArray()));
  }

  static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
