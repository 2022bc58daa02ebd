package io.hairpin.tests;

import io.hairpin.softswitch.SoftSwitch;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A kind of forwarding target. Each starts empty, as a switch that was just powered on. */
enum Target {
  /** Ours, in this process, served over TCP. */
  SOFT_SWITCH("soft switch", Map.of()) {
    @Override
    boolean isHere() {
      return true;
    }

    @Override
    AutoCloseable start(Place place, List<Integer> ports) throws IOException {
      SoftSwitch.Builder builder =
          SoftSwitch.builder()
              .deviceId(place.deviceId())
              .cpuPort(CPU_PORT)
              .grpc(loopback(place.p4runtime()))
              .dataplaneGrpc(loopback(place.dataplane()));
      ports.forEach(builder::port);
      return builder.start();
    }
  },

  /** bmv2's simple_switch_grpc, where it is on the PATH. */
  BMV2(
      "bmv2",
      Map.of(
          "LearningTest.aBurstOfNewAddressesIsLearntWithoutLosingOneForGood",
          "it takes 20,000 addresses slower than a build may last")) {
    @Override
    boolean isHere() {
      return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
          .anyMatch(directory -> Files.isExecutable(Path.of(directory, PROGRAM)));
    }

    @Override
    AutoCloseable start(Place place, List<Integer> ports) throws Exception {
      Process process =
          Children.start(
              new ProcessBuilder(
                      PROGRAM,
                      "--no-p4",
                      "--device-id",
                      Long.toString(place.deviceId()),
                      "--thrift-port",
                      Integer.toString(place.other()),
                      "--",
                      "--grpc-server-addr",
                      "127.0.0.1:" + place.p4runtime(),
                      "--dp-grpc-server-addr",
                      "127.0.0.1:" + place.dataplane(),
                      "--priority-queues",
                      "8",
                      "--cpu-port",
                      Integer.toString(CPU_PORT))
                  .redirectErrorStream(true)
                  .redirectOutput(ProcessBuilder.Redirect.DISCARD));
      // It serves P4Runtime last.
      Rig.eventually(
          () -> {
            if (!process.isAlive()) {
              throw new AssertionError(PROGRAM + " ended with " + process.exitValue());
            }
            return accepts(place.p4runtime());
          },
          accepts -> accepts);
      return () -> process.destroyForcibly().waitFor();
    }
  };

  static final int CPU_PORT = 510;

  private static final String PROGRAM = "simple_switch_grpc";

  private final String text;
  private final Map<String, String> exceptions;

  Target(String text, Map<String, String> exceptions) {
    this.text = text;
    this.exceptions = exceptions;
  }

  /** The tests, as Class.method, that do not apply to it, and why. */
  Map<String, String> exceptions() {
    return exceptions;
  }

  /**
   * Where a target serves.
   *
   * @param p4runtime a TCP port
   * @param dataplane a TCP port
   * @param other a TCP port for what the target serves besides
   */
  record Place(int p4runtime, int dataplane, int other) {

    /** One that no other target on this machine has. */
    long deviceId() {
      return p4runtime;
    }
  }

  /** Whether this machine has it. */
  abstract boolean isHere();

  /** Starts one, which serves when this returns; closing it takes it away at once. */
  abstract AutoCloseable start(Place place, List<Integer> ports) throws Exception;

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private static boolean accepts(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
