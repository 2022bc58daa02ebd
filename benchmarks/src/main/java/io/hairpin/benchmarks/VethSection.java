package io.hairpin.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The whole way: frames over veth pairs, the same for every switch, one switch after the other. */
final class VethSection implements Section {
  private static final String KERNEL = "kernel bridge";
  private static final int PINGS = 200;
  private static final Pattern TIME = Pattern.compile("time=([0-9.]+) ms");
  private static final Pattern BITS =
      Pattern.compile("(?s)\"sum_received\".*?\"bits_per_second\":\\s*([0-9.e+]+)");

  private final Map<String, List<Double>> figures = new HashMap<>();

  @Override
  public void run(Report report, boolean quick) throws Exception {
    if (!privileged()) {
      report.skip("veth: forward, hairpin, latency, TCP", "needs root");
      return;
    }
    Started.build();
    List<Forwarder> switches = new ArrayList<>();
    try {
      switches.add(Forwarder.hairpin());
      switches.add(Forwarder.ring());
      switches.add(Forwarder.kernelBridge());
      if (Started.installed(Forwarder.BMV2)) {
        switches.add(Forwarder.bmv2());
      } else {
        report.skip("veth: beside bmv2", Forwarder.BMV2 + " is not on the PATH");
      }
      int rounds = quick ? 1 : 3;
      for (int round = 0; round < rounds; round++) {
        for (Forwarder each : switches) {
          overload(each, 2, "forward", quick);
          overload(each, 1, "hairpin", quick);
          latency(each);
          throughput(each, quick);
        }
      }
      report(report, switches);
    } finally {
      for (Forwarder each : switches) {
        each.close();
      }
    }
  }

  static boolean privileged() {
    return System.getProperty("user.name").equals("root");
  }

  private void put(Forwarder forwarder, String what, double figure) {
    Report.progress("%s, %s: %.6g".formatted(forwarder.name, what, figure));
    figures.computeIfAbsent(forwarder.name + ' ' + what, key -> new ArrayList<>()).add(figure);
  }

  private double median(String forwarder, String what) {
    return Report.median(
        figures.getOrDefault(forwarder + ' ' + what, List.of()).stream()
            .mapToDouble(d -> d)
            .toArray());
  }

  private void overload(Forwarder forwarder, int port, String what, boolean quick)
      throws IOException, InterruptedException {
    try (Generator generator = forwarder.generator(port, 0)) {
      Thread.sleep(quick ? 700 : 1500);
      long start = System.nanoTime();
      long sent = generator.sent();
      long received = forwarder.wires.received(port);
      Thread.sleep(quick ? 1000 : 3000);
      double seconds = (System.nanoTime() - start) / 1e9;
      put(forwarder, what, (forwarder.wires.received(port) - received) / seconds);
      put(forwarder, what + " offered", (generator.sent() - sent) / seconds);
    }
  }

  private void latency(Forwarder forwarder) throws InterruptedException {
    try {
      String text =
          Started.output(
              forwarder.wires.inStation(
                  1, "ping -c " + PINGS + " -i 0.005 -W 1 " + Wires.ADDRESS_OF_2),
              20);
      double[] times =
          TIME.matcher(text).results().mapToDouble(m -> Double.parseDouble(m.group(1))).toArray();
      put(forwarder, "ping", Report.median(times) / 1e3);
    } catch (IOException e) {
      Report.progress(forwarder.name + ": " + e.getMessage());
    }
  }

  private void throughput(Forwarder forwarder, boolean quick)
      throws IOException, InterruptedException {
    int seconds = quick ? 1 : 3;
    try (Started server =
        Started.start(forwarder.wires.inStation(2, "exec iperf3 -s -1 --forceflush"))) {
      server.await("listening");
      String text =
          Started.output(
              forwarder.wires.inStation(
                  1,
                  "iperf3 -J --connect-timeout 3000 -t " + seconds + " -c " + Wires.ADDRESS_OF_2),
              seconds + 10);
      Matcher bits = BITS.matcher(text);
      if (bits.find()) {
        put(forwarder, "TCP", Double.parseDouble(bits.group(1)));
      }
    } catch (IOException e) {
      Report.progress(forwarder.name + ": TCP: " + e.getMessage());
    }
  }

  private void report(Report report, List<Forwarder> switches) {
    List<Forwarder> own = switches.subList(0, 2);
    for (Forwarder each : switches.subList(2, switches.size())) {
      boolean kernel = each.name.equals(KERNEL);
      for (Forwarder mode : own) {
        boolean byDefault = mode == own.getFirst();
        for (String what : List.of("forward", "hairpin")) {
          report.add(
              "veth: %s, 64 B, overload: %s".formatted(what, mode.name),
              received(mode.name, what),
              each.name + ": " + received(each.name, what),
              Report.ratio(median(mode.name, what), median(each.name, what)),
              kernel ? byDefault ? "0.5" : "0.8" : "15");
        }
        report.add(
            "veth: ping between two VEPA stations, median: " + mode.name,
            "%.0f us".formatted(1e6 * median(mode.name, "ping")),
            "%s: %.0f us".formatted(each.name, 1e6 * median(each.name, "ping")),
            Report.ratio(median(mode.name, "ping"), median(each.name, "ping")),
            "");
        if (kernel) {
          report.add(
              "veth: latency that one pass adds to the kernel bridge's: " + mode.name,
              "%.0f us"
                  .formatted(1e6 * (median(mode.name, "ping") - median(each.name, "ping")) / 2),
              "",
              "",
              byDefault ? "below 100 us" : "");
        }
        report.add(
            "veth: TCP between two VEPA stations, default offloads: " + mode.name,
            bits(mode.name),
            each.name + ": " + bits(each.name),
            Report.ratio(median(mode.name, "TCP"), median(each.name, "TCP")),
            kernel && byDefault ? "0.5" : "");
      }
    }
  }

  private String received(String forwarder, String what) {
    return "%s of %s"
        .formatted(
            Report.rate(median(forwarder, what), "frames"),
            Report.rate(median(forwarder, what + " offered"), "frames"));
  }

  private String bits(String forwarder) {
    double bits = median(forwarder, "TCP");
    return Double.isNaN(bits) ? "none: it does not connect" : "%.2f Gbit/s".formatted(bits / 1e9);
  }
}
