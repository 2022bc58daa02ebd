package io.hairpin.tests.launched;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A kind of forwarding target whose ports are Linux interfaces. */
enum WiredTarget {
  /** Ours, in one process with the management plane. */
  SOFT_SWITCH("soft switch", true) {
    @Override
    boolean isHere() {
      return true;
    }

    @Override
    List<Launched> start(Path directory, Path data, Map<Integer, String> ports) throws IOException {
      List<String> arguments =
          new ArrayList<>(List.of("run", "--netconf=127.0.0.1:0", "--data=" + data));
      ports.forEach((number, name) -> arguments.add("--port=" + number + "=" + name));
      return List.of(Launched.hairpin(directory, arguments.toArray(String[]::new)));
    }
  },

  /** bmv2's simple_switch_grpc, where it is on the PATH, and the management plane. */
  BMV2("bmv2", false) {
    @Override
    boolean isHere() {
      return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
          .anyMatch(directory -> Files.isExecutable(Path.of(directory, PROGRAM)));
    }

    @Override
    List<Launched> start(Path directory, Path data, Map<Integer, String> ports) throws IOException {
      int p4runtime;
      String thrift;
      try (ServerSocket first = new ServerSocket(0);
          ServerSocket second = new ServerSocket(0)) {
        p4runtime = first.getLocalPort();
        thrift = Integer.toString(second.getLocalPort());
      }
      // One that no other target on this machine has.
      String deviceId = Integer.toString(p4runtime);
      List<String> target =
          new ArrayList<>(
              List.of(PROGRAM, "--no-p4", "--device-id", deviceId, "--thrift-port", thrift));
      List<String> management =
          new ArrayList<>(
              List.of(
                  "mgmt",
                  "--target=127.0.0.1:" + p4runtime,
                  "--device-id=" + deviceId,
                  "--cpu-port=" + CPU_PORT,
                  "--netconf=127.0.0.1:0",
                  "--data=" + data));
      ports.forEach(
          (number, name) -> {
            target.addAll(List.of("-i", number + "@" + name));
            management.add("--port=" + number);
          });
      target.addAll(
          List.of(
              "--",
              "--grpc-server-addr",
              "127.0.0.1:" + p4runtime,
              "--priority-queues",
              "8",
              "--cpu-port",
              String.valueOf(CPU_PORT)));
      Launched switching = new Launched(directory, target.toArray(String[]::new));
      return List.of(Launched.hairpin(directory, management.toArray(String[]::new)), switching);
    }
  };

  private static final String PROGRAM = "simple_switch_grpc";
  private static final int CPU_PORT = 510;

  private final String text;
  private final boolean offloads;

  WiredTarget(String text, boolean offloads) {
    this.text = text;
    this.offloads = offloads;
  }

  /** Whether it carries frames whose checksums are left to the hardware that sends them. */
  boolean takesOffloads() {
    return offloads;
  }

  /** Whether this machine has it. */
  abstract boolean isHere();

  /**
   * Starts one with the management plane.
   *
   * @param directory for temporary files
   * @param data what the management plane keeps
   * @param ports the interfaces by the numbers of the ports
   * @return the processes, of which the first one serves NETCONF
   */
  abstract List<Launched> start(Path directory, Path data, Map<Integer, String> ports)
      throws IOException;

  @Override
  public String toString() {
    return text;
  }
}
