package io.hairpin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.netconf.client.NetconfClient;
import io.hairpin.tests.FramePorts.Transmitted;
import io.hairpin.tests.Target.Place;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A target with the management plane in front of it: NETCONF on one side, frames on the other.
 *
 * <p>How to know that a frame does not come out: frames of one port stay in order, so whatever is
 * to come out of a port has come when a sentinel, sent after it to that port, has. A sentinel is
 * unicast to a station behind one port, in a VLAN of its own; it is neither flooded nor reflected,
 * and nothing of it is discarded or suppressed.
 */
final class Rig implements AutoCloseable {

  static final List<Integer> PORTS = List.of(1, 2, 3);

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Target kind;
  private final Place place;
  private final Path data;
  private final Tap tap;
  private AutoCloseable target;
  private FramePorts ports;
  private Management management;
  private Configuration configuration = Configuration.empty();
  private long settled;

  Rig(Target kind) throws Exception {
    this.kind = kind;
    place = freePlace();
    data = Files.createTempDirectory("hairpin");
    target = kind.start(place, PORTS);
    tap = new Tap(place.p4runtime());
    management = startedManagement(PORTS);
    awaitTarget();
    ports = framePorts();
  }

  /** TCP ports that nothing listens on. */
  static Place freePlace() throws IOException {
    try (ServerSocket first = new ServerSocket(0);
        ServerSocket second = new ServerSocket(0);
        ServerSocket third = new ServerSocket(0)) {
      return new Place(first.getLocalPort(), second.getLocalPort(), third.getLocalPort());
    }
  }

  /** bmv2 serves its ports only when it has a pipeline. */
  private FramePorts framePorts() {
    return new FramePorts("127.0.0.1:" + place.dataplane(), place.deviceId());
  }

  private Management startedManagement(List<Integer> has) throws IOException {
    return Management.start(data, tap.port(), place.deviceId(), has);
  }

  /** Reads something until it is as something else makes it be. */
  static <T> void eventually(Callable<T> reading, Predicate<T> condition) throws Exception {
    long start = System.nanoTime();
    for (T value = reading.call(); !condition.test(value); value = reading.call()) {
      if (System.nanoTime() - start > PATIENCE.toNanos()) {
        throw new AssertionError("After " + PATIENCE + " still " + value);
      }
      Thread.onSpinWait();
    }
  }

  // The management plane's side.

  /** Replaces the whole configuration, and waits until all frames from before are gone. */
  void configure(Configuration wanted) throws Exception {
    commit(wanted.xml(), "replace");
    configuration = wanted;
    settle();
  }

  /** Merges into the configuration. */
  void edit(String config) throws IOException {
    commit(config, "merge");
  }

  private void commit(String config, String defaultOperation) throws IOException {
    expectOk(editConfig(config, defaultOperation));
    expectOk(rpc("<commit/>"));
  }

  private static void expectOk(Reply reply) {
    assertThat(reply.isOk()).as(reply::toString).isTrue();
  }

  /** Tries an edit that must fail, in edit-config or in commit, and leaves no trace of it. */
  Reply refusal(String config) throws IOException {
    Reply reply = editConfig(config, "merge");
    if (reply.isOk()) {
      reply = rpc("<commit/>");
    }
    expectOk(rpc("<discard-changes/>"));
    return reply;
  }

  private Reply editConfig(String config, String defaultOperation) throws IOException {
    return rpc(
        "<edit-config><target><candidate/></target><default-operation>"
            + defaultOperation
            + "</default-operation><config xmlns:nc=\"urn:ietf:params:xml:ns:netconf:base:1.0\">"
            + config
            + "</config></edit-config>");
  }

  Reply rpc(String operation) throws IOException {
    return management.rpc(operation);
  }

  /** Another session of NETCONF. */
  NetconfClient connect() throws IOException {
    return management.connect();
  }

  /** What {@code <get>} tells through a subtree filter. */
  Reply get(String filter) throws IOException {
    return rpc("<get><filter type=\"subtree\">" + filter + "</filter></get>");
  }

  /** The running configuration, whatever the order of its lists' entries. */
  SortedSet<String> running() throws IOException {
    return rpc("<get-config><source><running/></source></get-config>").leaves();
  }

  Counts counts() throws IOException {
    return Counts.of(get(Counts.FILTER));
  }

  /** The alarms that are raised, as "type resource". */
  List<String> alarms() throws IOException {
    Reply reply = get("<alarms xmlns=\"urn:hairpin:yang:alarms\"/>");
    List<String> types = reply.data("alarms/alarm/alarm-type");
    List<String> resources = reply.data("alarms/alarm/resource");
    List<String> alarms = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      alarms.add(types.get(i) + " " + resources.get(i));
    }
    return alarms;
  }

  /** What was written to the target. */
  Tap tap() {
    return tap;
  }

  // The dataplane's side.

  FramePorts ports() {
    return ports;
  }

  /** Lets frames arrive on a port; returns what comes out, by port and in order. */
  Map<Integer, List<Frame>> send(int port, Frame... frames) throws InterruptedException {
    for (Frame frame : frames) {
      ports.receive(port, frame);
    }
    return settle();
  }

  /** Lets frames arrive on a port; returns what comes out and what is counted. */
  Outcome observe(int port, Frame... frames) throws Exception {
    Counts before = counts();
    Map<Integer, List<Frame>> out = send(port, frames);
    return new Outcome(out, counts().since(before));
  }

  /** Waits until all that came in is through; returns what came out of it. */
  Map<Integer, List<Frame>> settle() throws InterruptedException {
    settled++;
    Map<Integer, Frame> awaited = new TreeMap<>();
    configuration
        .sentinels()
        .forEach(
            (destination, source) -> {
              Frame sentinel = Configuration.sentinel(destination, settled);
              awaited.put(destination, sentinel);
              ports.receive(source, sentinel);
            });
    Map<Integer, List<Frame>> out = new TreeMap<>();
    while (!awaited.isEmpty()) {
      Transmitted next = ports.next();
      if (!awaited.remove(next.port(), next.frame())) {
        out.computeIfAbsent(next.port(), _ -> new ArrayList<>()).add(next.frame());
      }
    }
    return out;
  }

  // Restarts.

  void killManagement() throws InterruptedException {
    management.kill();
  }

  void stopManagement() throws InterruptedException {
    management.close();
  }

  /** Starts the management plane on a switch that has these ports, and waits for the target. */
  void startManagement(List<Integer> has) throws Exception {
    management = startedManagement(has);
    awaitTarget();
  }

  /** Takes the target away, with all that it held. */
  void stopTarget() throws Exception {
    ports.close();
    target.close();
  }

  /** Starts the target again, empty, and waits until it is filled. */
  void startTarget() throws Exception {
    target = restarted();
    awaitTarget();
    ports = framePorts();
  }

  /** What served at its place before may take a while to let go of that. */
  private AutoCloseable restarted() throws Exception {
    long start = System.nanoTime();
    while (true) {
      try {
        return kind.start(place, PORTS);
      } catch (IOException e) {
        if (System.nanoTime() - start > PATIENCE.toNanos()) {
          throw e;
        }
      }
    }
  }

  private void awaitTarget() throws Exception {
    eventually(this::alarms, alarms -> !alarms.contains("target-unreachable target"));
  }

  @Override
  public void close() throws Exception {
    management.close();
    tap.close();
    ports.close();
    target.close();
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
