package io.hairpin.benchmarks;

import io.hairpin.netconf.client.NetconfClient;
import java.io.IOException;
import java.io.InputStream;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;

/** NETCONF over SSH, one session, one request after the other. */
final class NetconfSection implements Section {
  /** A file system without a disk. */
  private static final Path MEMORY = Path.of("/dev/shm");

  private static final String NETCONFD = "netconfd";
  private static final String NAMESPACE = "urn:hairpin:yang:bench";
  private static final int SMALL = 100;
  private static final int MIDDLE = 1_000;
  private static final int LARGE = 10_000;

  /** An operation that changes nothing and reads nothing. */
  private static final String TRIVIAL = "<discard-changes/>";

  private static final String GET = "<get-config><source><running/></source></get-config>";

  /** All entries but those with constraints. */
  private static final String GET_ENTRIES =
      "<get-config><source><running/></source><filter type=\"subtree\"><entries xmlns=\""
          + NAMESPACE
          + "\"/></filter></get-config>";

  /** A request, by a number that changes. */
  private interface Request {
    void send(int number) throws IOException;
  }

  /** A server and a session to it. */
  private static final class Peer implements AutoCloseable {
    private final Path directory;
    private final MappedByteBuffer waited;
    private final List<Started> processes = new ArrayList<>();
    private final NetconfClient client;

    private Peer(boolean netconfd) throws IOException, InterruptedException {
      this(netconfd, Files.createTempDirectory("hairpin-bench"));
    }

    private Peer(boolean netconfd, Path directory) throws IOException, InterruptedException {
      this.directory = directory;
      waited = NetconfProcess.waited(directory);
      List<String> java =
          new ArrayList<>(
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:+UseSerialGC",
                  "--sun-misc-unsafe-memory-access=allow",
                  "-Dlogback.configurationFile="
                      + System.getProperty("logback.configurationFile", ""),
                  "-cp",
                  System.getProperty("java.class.path"),
                  NetconfProcess.class.getName()));
      if (netconfd) {
        Path socket = directory.resolve("socket");
        startNetconfd(socket);
        java.addAll(List.of(NETCONFD, directory.toString(), socket.toString()));
      } else {
        java.addAll(List.of("hairpin", directory.toString()));
      }
      Started server = Started.start(java);
      processes.add(server);
      int port = Integer.parseInt(Started.value(server.ready(), "netconf"));
      client = NetconfClient.connect("127.0.0.1", port, "root", "any");
    }

    private void startNetconfd(Path socket) throws IOException, InterruptedException {
      String module = "/META-INF/yang/" + NetconfProcess.MODULE + ".yang";
      try (InputStream in = NetconfSection.class.getResourceAsStream(module)) {
        Files.copy(Objects.requireNonNull(in), directory.resolve(NetconfProcess.MODULE + ".yang"));
      }
      processes.add(
          Started.silent(
              List.of(
                  "env",
                  "--chdir=" + directory,
                  "HOME=" + directory,
                  NETCONFD,
                  "--target=candidate",
                  "--no-startup",
                  "--superuser=root",
                  "--access-control=off",
                  "--log-level=error",
                  "--modpath=" + directory + ":/usr/share/yuma/modules",
                  "--module=" + NetconfProcess.MODULE,
                  "--ncxserver-sockname=" + socket)));
      for (int i = 0; i < 1000 && Files.notExists(socket); i++) {
        Thread.sleep(10);
      }
    }

    private void require(String operation) throws IOException {
      String reply = client.rpc(operation);
      if (!reply.contains("ok/>") && !reply.contains("data")) {
        throw new IOException(operation.substring(0, Math.min(100, operation.length())) + reply);
      }
    }

    private void fill(int entries) throws IOException {
      var content = new StringBuilder();
      for (int i = 0; i < entries; i++) {
        content.append(entry(i, 0));
      }
      require(edit(content.toString()));
      require("<commit/>");
    }

    private static String entry(int name, int value) {
      return "<entry><name>entry-" + name + "</name><value>" + value + "</value></entry>";
    }

    private static String edit(String entries) {
      return "<edit-config><target><candidate/></target><config><entries xmlns=\""
          + NAMESPACE
          + "\">"
          + entries
          + "</entries></config></edit-config>";
    }

    private void fillConstrained(int entries) throws IOException {
      var content =
          new StringBuilder("<group><name>first</name></group><group><name>second</name></group>");
      for (int i = 0; i < entries; i++) {
        content.append(constrained(i, i));
      }
      require(editConstrained(content.toString()));
      require("<commit/>");
    }

    /** An entry that belongs to a group and has an address that no other one has. */
    private static String constrained(int name, int value) {
      return "<entry><name>entry-%d</name><group>%s</group><address>%d</address><low>0</low><high>%d</high><width>1</width></entry>"
          .formatted(name, value % 2 == 0 ? "first" : "second", value, value + 1);
    }

    private static String editConstrained(String content) {
      return "<edit-config><target><candidate/></target><config><constrained xmlns=\""
          + NAMESPACE
          + "\">"
          + content
          + "</constrained></config></edit-config>";
    }

    /** One edit-config and commit of one entry, whose values no entry had before. */
    private void changeConstrained(int number) throws IOException {
      require(editConstrained(constrained(number % SMALL, LARGE + number)));
      require("<commit/>");
    }

    /** How long the server has waited for its disk, in seconds. */
    private double waited() {
      return waited.getLong(0) / 1e9;
    }

    /** One edit-config and commit of one entry. */
    private void change(int number) throws IOException {
      require(edit(entry(number % SMALL, number + 1)));
      require("<commit/>");
    }

    private void getOne(int number) throws IOException {
      require(
          "<get-config><source><running/></source><filter type=\"subtree\"><entries xmlns=\""
              + NAMESPACE
              + "\"><entry><name>entry-"
              + number % SMALL
              + "</name></entry></entries></filter></get-config>");
    }

    @Override
    public void close() throws IOException {
      client.close();
      for (Started process : processes) {
        process.close();
      }
      StartSection.delete(directory);
    }
  }

  /** Measured times of one kind of request, in seconds. */
  private static final class Times {
    private final Request request;
    private final DoubleSupplier waited;
    private final List<Double> seconds = new ArrayList<>();
    private final List<Double> waits = new ArrayList<>();
    private int number;

    Times(Request request) {
      this(request, () -> 0);
    }

    /** Times of which a part may be subtracted: how long the peer has waited since it started. */
    Times(Request request, DoubleSupplier waited) {
      this.request = request;
      this.waited = waited;
    }

    void warm(int times) throws IOException {
      for (int i = 0; i < times; i++) {
        request.send(number++);
      }
    }

    void measure(int times) throws IOException {
      for (int i = 0; i < times; i++) {
        double before = waited.getAsDouble();
        long start = System.nanoTime();
        request.send(number++);
        seconds.add((System.nanoTime() - start) / 1e9);
        waits.add(waited.getAsDouble() - before);
      }
    }

    double median() {
      return Report.median(seconds.stream().mapToDouble(d -> d).toArray());
    }

    double medianWait() {
      return Report.median(waits.stream().mapToDouble(d -> d).toArray());
    }

    /** Without the waits, each subtracted from the request that it belongs to. */
    double medianNet() {
      return Report.median(
          IntStream.range(0, seconds.size())
              .mapToDouble(i -> seconds.get(i) - waits.get(i))
              .toArray());
    }
  }

  @Override
  public void run(Report report, boolean quick) throws Exception {
    own(report, quick);
    if (!Started.installed(NETCONFD)) {
      report.skip("NETCONF: beside yuma123", NETCONFD + " is not installed");
      return;
    }
    beside(report, quick);
  }

  private static void own(Report report, boolean quick) throws IOException, InterruptedException {
    int rounds = quick ? 3 : 5;
    int times = quick ? 20 : 100;
    try (Peer small = new Peer(false);
        Peer large = new Peer(false);
        Peer memory = new Peer(false, Files.createTempDirectory(MEMORY, "hairpin-bench"))) {
      small.fill(SMALL);
      long start = System.nanoTime();
      large.fill(LARGE);
      double filled = (System.nanoTime() - start) / 1e9;
      memory.fill(LARGE);
      small.fillConstrained(SMALL);
      large.fillConstrained(LARGE);
      var smallChange = new Times(small::change);
      var largeChange = new Times(large::change, large::waited);
      var smallConstrained = new Times(small::changeConstrained);
      var largeConstrained = new Times(large::changeConstrained);
      var trivial = new Times(number -> large.require(TRIVIAL));
      var memoryChange = new Times(memory::change);
      var memoryTrivial = new Times(number -> memory.require(TRIVIAL));
      var all = new Times(number -> small.require(GET_ENTRIES));
      var one = new Times(large::getOne);
      List<Times> kinds =
          List.of(
              smallChange,
              largeChange,
              trivial,
              memoryChange,
              memoryTrivial,
              smallConstrained,
              largeConstrained,
              all,
              one);
      for (Times kind : kinds) {
        kind.warm(quick ? 100 : 3000);
      }
      for (int round = 0; round < rounds; round++) {
        for (Times kind : kinds) {
          kind.measure(times);
        }
      }
      report.add(
          "NETCONF: edit-config + commit of one entry of 10,000",
          Report.milliseconds(largeChange.median()),
          "of 100: " + Report.milliseconds(smallChange.median()),
          Report.ratio(largeChange.median(), smallChange.median()),
          "1.5");
      report.add(
          "NETCONF: the same where entries have must, when, leafref and unique",
          Report.milliseconds(largeConstrained.median()),
          "of 100: " + Report.milliseconds(smallConstrained.median()),
          Report.ratio(largeConstrained.median(), smallConstrained.median()),
          "1.5");
      report.add(
          "NETCONF: edit + commit pairs, the journal's fsync (%s) subtracted"
              .formatted(Report.milliseconds(largeChange.medianWait())),
          Report.rate(1 / largeChange.medianNet(), "pairs"),
          "trivial requests: " + Report.rate(1 / trivial.median(), "requests"),
          Report.ratio(trivial.median(), largeChange.medianNet()),
          "0.4");
      report.add(
          "NETCONF: edit + commit pairs, the journal in " + MEMORY,
          Report.rate(1 / memoryChange.median(), "pairs"),
          "trivial requests: " + Report.rate(1 / memoryTrivial.median(), "requests"),
          Report.ratio(memoryTrivial.median(), memoryChange.median()),
          "0.4");
      report.add(
          "NETCONF: 10,000 entries in one edit-config + commit, on a server just started",
          "%.2f s".formatted(filled),
          "",
          "",
          "3 s");
      report.add(
          "NETCONF: get-config with a filter for one of 10,000 entries",
          Report.milliseconds(one.median()),
          "get-config of 100 entries: " + Report.milliseconds(all.median()),
          Report.ratio(one.median(), all.median()),
          "3");
    }
  }

  private static void beside(Report report, boolean quick)
      throws IOException, InterruptedException {
    try (Peer own = new Peer(false);
        Peer yuma = new Peer(true)) {
      var ownEmpty = new Times(number -> own.require(GET));
      var yumaEmpty = new Times(number -> yuma.require(GET));
      ownEmpty.warm(quick ? 200 : 1000);
      yumaEmpty.warm(100);
      for (int round = 0; round < 5; round++) {
        ownEmpty.measure(quick ? 20 : 100);
        yumaEmpty.measure(quick ? 20 : 100);
      }
      own.fill(MIDDLE);
      yuma.fill(MIDDLE);
      var ownChange = new Times(own::change);
      var yumaChange = new Times(yuma::change);
      ownChange.warm(quick ? 100 : 3000);
      yumaChange.warm(2);
      for (int round = 0; round < 5; round++) {
        ownChange.measure(quick ? 10 : 50);
        yumaChange.measure(quick ? 2 : 5);
      }
      report.add(
          "NETCONF: edit-config + commit at 1,000 entries",
          Report.rate(1 / ownChange.median(), "pairs"),
          "yuma123: " + Report.rate(1 / yumaChange.median(), "pairs"),
          Report.ratio(yumaChange.median(), ownChange.median()),
          "5");
      report.add(
          "NETCONF: get-config of an empty configuration",
          Report.rate(1 / ownEmpty.median(), "requests"),
          "yuma123: " + Report.rate(1 / yumaEmpty.median(), "requests"),
          Report.ratio(yumaEmpty.median(), ownEmpty.median()),
          "1");
    }
  }
}
