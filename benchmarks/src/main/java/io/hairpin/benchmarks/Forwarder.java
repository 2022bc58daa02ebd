package io.hairpin.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A switch between wires. */
final class Forwarder implements AutoCloseable {
  static final String BMV2 = "simple_switch_grpc";

  /** The stations that frames of a generator go to: 64 on each port. */
  static final int FIRST_STATION = 100;

  static final int STATIONS = 128;

  final String name;
  final Wires wires;
  private final @Nullable Started process;
  private final @Nullable Target target;

  private Forwarder(String name, Wires wires, @Nullable Started process, @Nullable Target target) {
    this.name = name;
    this.wires = wires;
    this.process = process;
    this.target = target;
  }

  /** The soft switch, through the launcher, as everyone starts it. */
  static Forwarder hairpin()
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    return hairpin("hairpin switch", "h", "");
  }

  /** The soft switch in its throughput mode. */
  static Forwarder ring()
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    return hairpin("hairpin switch, ring", "r", "ring:");
  }

  private static Forwarder hairpin(String name, String ends, String kind)
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    var wires = new Wires(ends);
    Started process =
        Started.hairpin(
            "switch",
            "--port",
            "1=" + kind + wires.near(1),
            "--port",
            "2=" + kind + wires.near(2),
            "--grpc",
            "127.0.0.1:0");
    var target = new Target(Started.value(process.ready(), "grpc"));
    return filled(name, wires, process, target);
  }

  /** The real bmv2. */
  static Forwarder bmv2()
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    var wires = new Wires("s");
    String address = "127.0.0.1:9600";
    Started process =
        Started.silent(
            List.of(
                BMV2,
                "--no-p4",
                "--device-id",
                "1",
                "-i",
                "1@" + wires.near(1),
                "-i",
                "2@" + wires.near(2),
                "--",
                "--grpc-server-addr",
                address,
                "--cpu-port",
                Integer.toString(Target.CPU_PORT)));
    return filled("bmv2", wires, process, new Target(address));
  }

  private static Forwarder filled(String name, Wires wires, Started process, Target target) {
    double _ = target.insert(new Relay(2, FIRST_STATION + STATIONS).entities());
    return new Forwarder(name, wires, process, target);
  }

  /** The kernel's bridge, with hairpin on at port 1, and the same stations. */
  static Forwarder kernelBridge() throws IOException, InterruptedException {
    var wires = new Wires("k");
    Wires.ip("link add br0 type bridge");
    for (int port = 1; port <= 2; port++) {
      Wires.ip("link set " + wires.near(port) + " master br0");
    }
    Wires.ip("link set br0 up");
    List<String> commands = new ArrayList<>();
    commands.add("bridge link set dev " + wires.near(1) + " hairpin on");
    for (int station = 1; station < FIRST_STATION + STATIONS; station++) {
      commands.add(
          "bridge fdb replace %s dev %s master static"
              .formatted(Wires.text(station), wires.near(Relay.port(station))));
    }
    String _ = Started.output(List.of("sh", "-ec", String.join("\n", commands)), 30);
    return new Forwarder("kernel bridge", wires, null, null);
  }

  /** Frames from the host behind port 1 to stations on a port. */
  static List<byte[]> frames(int port) {
    List<byte[]> frames = new ArrayList<>();
    for (int station = FIRST_STATION; station < FIRST_STATION + STATIONS; station++) {
      if (Relay.port(station) == port) {
        frames.add(Relay.frame(station));
      }
    }
    return Collections.unmodifiableList(frames);
  }

  /** Starts frames from the host behind port 1. */
  Generator generator(int toPort, int perSecond) throws IOException {
    return new Generator(wires.host(1), Wires.FAR, frames(toPort), perSecond);
  }

  Target target() {
    if (target == null) {
      throw new IllegalStateException(name + " speaks no P4Runtime");
    }
    return target;
  }

  /** The CPU time that the switch's process has had, in seconds. */
  double cpuSeconds() {
    return process == null ? Double.NaN : process.cpuSeconds();
  }

  @Override
  public void close() {
    if (target != null) {
      target.close();
    }
    if (process != null) {
      process.close();
    }
    wires.close();
  }
}
