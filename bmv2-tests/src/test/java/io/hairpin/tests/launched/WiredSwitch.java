package io.hairpin.tests.launched;

import io.hairpin.netconf.client.NetconfClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A switch whose ports are Linux interfaces, configured by ncclient. */
final class WiredSwitch implements AutoCloseable {

  private static final String NETCONF = Launched.HOME.resolve("bmv2-tests/demo/netconf").toString();
  static final long PATIENCE_NANOSECONDS = 60_000_000_000L;

  private final Path directory;
  private final List<Launched> processes;
  private final String address;
  private final NetconfClient client;

  /**
   * Starts one and waits until the management plane has its target.
   *
   * @param ports the interfaces by the numbers of the ports
   */
  WiredSwitch(WiredTarget target, Path directory, Map<Integer, String> ports) throws Exception {
    this.directory = directory;
    processes = target.start(directory, data(), ports);
    address = Launched.address(processes.getFirst().awaitLine("ready"), "netconf");
    client = Launched.connect(address, data());
    eventually(this::alarms, alarms -> !alarms.contains("target-unreachable target"));
  }

  private Path data() {
    return directory.resolve("data");
  }

  /** Replaces the whole configuration, in two steps: nothing of the last test is left. */
  void configure(String... topLevel) throws IOException {
    edit("replace", "", String.join("", topLevel));
  }

  /** Merges into the configuration. */
  void merge(String... topLevel) throws IOException {
    edit("edit", String.join("", topLevel));
  }

  private void edit(String command, String... configurations) throws IOException {
    List<String> line =
        new ArrayList<>(
            List.of(NETCONF, address, data().resolve("admin-password").toString(), command));
    for (String configuration : configurations) {
      Path file = Files.createTempFile(directory, "edit", ".xml");
      line.add(file.toString());
      Files.writeString(
          file,
          "<config xmlns=\"urn:ietf:params:xml:ns:netconf:base:1.0\">%s</config>"
              .formatted(configuration));
    }
    Stations.run(line.toArray(String[]::new));
  }

  String rpc(String operation) throws IOException {
    return client.rpc(operation);
  }

  /** The values of a leaf, wherever it stands in what {@code <get>} tells through a filter. */
  List<String> get(String filter, String leaf) throws IOException {
    List<String> values = new ArrayList<>();
    Matcher value =
        Pattern.compile("<%s(?: [^>]*)?>([^<]*)<".formatted(leaf))
            .matcher(rpc("<get><filter type=\"subtree\">" + filter + "</filter></get>"));
    while (value.find()) {
      values.add(value.group(1));
    }
    return values;
  }

  /** The alarms that are raised, as "type resource". */
  List<String> alarms() throws IOException {
    String filter = "<alarms xmlns=\"urn:hairpin:yang:alarms\"><alarm>%s</alarm></alarms>";
    List<String> alarms = new ArrayList<>();
    Matcher alarm =
        Pattern.compile("<alarm-type>([^<]*)</alarm-type>\\s*<resource>([^<]*)</resource>")
            .matcher(
                rpc(
                    "<get><filter type=\"subtree\">"
                        + filter.formatted("<alarm-type/><resource/>")
                        + "</filter></get>"));
    while (alarm.find()) {
      alarms.add(alarm.group(1) + " " + alarm.group(2));
    }
    return alarms;
  }

  void awaitAlarm(String alarm) throws Exception {
    eventually(this::alarms, alarms -> alarms.contains(alarm));
  }

  /** A counter of a port. */
  long count(String port, String counter) throws IOException {
    return Long.parseLong(
        get(
                """
                <interfaces xmlns="urn:ietf:params:xml:ns:yang:ietf-interfaces">
                  <interface>
                    <name>%s</name>
                    <bridge-port xmlns="urn:hairpin:yang:bridge">
                      <statistics><%s/></statistics>
                    </bridge-port>
                  </interface>
                </interfaces>
                """
                    .formatted(port, counter),
                counter)
            .getFirst());
  }

  /** Reads something until it is as something else makes it be. */
  static <T> T eventually(Callable<T> reading, Predicate<T> condition) throws Exception {
    long start = System.nanoTime();
    T value = reading.call();
    while (!condition.test(value)) {
      if (System.nanoTime() - start > PATIENCE_NANOSECONDS) {
        throw new AssertionError("still " + value);
      }
      value = reading.call();
    }
    return value;
  }

  @Override
  public void close() throws InterruptedException {
    client.close();
    for (Launched process : processes) {
      process.close();
    }
  }
}
