package io.hairpin.benchmarks;

import io.hairpin.p4runtime.v1.Entity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** P4Runtime writes while frames pass: how long they take, and whether frames are lost. */
final class WriteSection implements Section {
  private static final int INSERTS = 100_000;
  private static final int LOAD = 10_000;

  private record Result(double seconds, double cpuSeconds, long sent, long lost) {}

  @Override
  public void run(Report report, boolean quick) throws Exception {
    if (!VethSection.privileged()) {
      report.skip("P4Runtime: 100,000 inserts while forwarding", "needs root");
      return;
    }
    Started.build();
    // The client is warm for both: it has sent all this before, to another switch.
    try (Forwarder forwarder = Forwarder.hairpin()) {
      Result _ = insert(forwarder);
    }
    Result own;
    try (Forwarder forwarder = Forwarder.hairpin()) {
      own = insert(forwarder);
    }
    String beside = Forwarder.BMV2 + " is not on the PATH";
    String ratio = "";
    if (Started.installed(Forwarder.BMV2)) {
      try (Forwarder forwarder = Forwarder.bmv2()) {
        Result bmv2 = insert(forwarder);
        beside = "bmv2: " + text(bmv2);
        ratio = Report.ratio(bmv2.seconds, own.seconds);
      }
    }
    report.add(
        "P4Runtime: 100,000 inserts in batches of 1,000 while forwarding 10,000 frames/s",
        text(own),
        beside,
        ratio,
        "below 1 s, ratio 3, none lost");
  }

  private static String text(Result result) {
    return "%.2f s (%s), %.2f s of CPU time, %,d of %,d frames lost"
        .formatted(
            result.seconds,
            Report.rate(INSERTS / result.seconds, "inserts"),
            result.cpuSeconds,
            result.lost,
            result.sent);
  }

  /** No table of the pipeline has room for all, so half of them go to another one. */
  private static List<Entity> entities() {
    List<Entity> entities = new ArrayList<>();
    int first = Forwarder.FIRST_STATION + Forwarder.STATIONS;
    for (int i = 0; i < INSERTS / 2; i++) {
      entities.add(Relay.entity(Relay.forward(Relay.address(first + i), Relay.port(i))));
    }
    for (int i = 0; i < INSERTS / 2; i++) {
      entities.add(Relay.entity(Relay.member(2 + i % 4000, 100 + i / 4000)));
    }
    return entities;
  }

  private static Result insert(Forwarder forwarder) throws IOException, InterruptedException {
    List<Entity> entities = entities();
    long before = forwarder.wires.received(2);
    Generator generator = forwarder.generator(2, LOAD);
    double seconds;
    double cpuSeconds;
    try {
      Thread.sleep(500);
      cpuSeconds = -forwarder.cpuSeconds();
      seconds = forwarder.target().insert(entities);
      cpuSeconds += forwarder.cpuSeconds();
    } finally {
      generator.close();
    }
    long sent = generator.sent();
    long received = 0;
    // What is on its way still arrives.
    for (int i = 0; i < 20 && received < sent; i++) {
      Thread.sleep(50);
      received = forwarder.wires.received(2) - before;
    }
    return new Result(seconds, cpuSeconds, sent, Math.max(0, sent - received));
  }
}
