package io.hairpin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.app.Hairpin;
import io.hairpin.netconf.client.NetconfClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The management plane as a process of its own, started as operators do. */
final class Management implements AutoCloseable {

  private static final Pattern READY = Pattern.compile("ready netconf=(.+):(\\d+)");

  /** Opens a session. */
  @FunctionalInterface
  private interface Connection {
    NetconfClient open() throws IOException;
  }

  private final Process process;
  private final Connection connection;
  private final NetconfClient netconf;

  private Management(Process process, Connection connection) throws IOException {
    this.process = process;
    this.connection = connection;
    netconf = connection.open();
  }

  /** Starts one and waits until it serves. */
  static Management start(
      Path data, int target, long deviceId, List<Integer> ports, String... flags)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Hairpin.class.getName(),
                "mgmt",
                "--target",
                "127.0.0.1:" + target,
                "--netconf",
                "127.0.0.1:0",
                "--cpu-port",
                Integer.toString(Target.CPU_PORT),
                "--device-id",
                Long.toString(deviceId),
                "--data",
                data.toString()));
    for (int port : ports) {
      command.addAll(List.of("--port", Integer.toString(port)));
    }
    command.addAll(List.of(flags));
    Path log = data.resolve("log");
    Process process =
        Children.start(
            new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())));
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      Matcher ready = READY.matcher(line);
      if (ready.matches()) {
        String password = Files.readString(data.resolve("admin-password")).strip();
        return new Management(
            process,
            () ->
                NetconfClient.connect(
                    ready.group(1), Integer.parseInt(ready.group(2)), "admin", password));
      }
    }
    throw new AssertionError("The management plane did not start:\n" + Files.readString(log));
  }

  Reply rpc(String operation) throws IOException {
    return new Reply(netconf.rpc(operation));
  }

  /** Another session. */
  NetconfClient connect() throws IOException {
    return connection.open();
  }

  /** SIGKILL: no word to anybody. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
    netconf.close();
  }

  /** SIGTERM, on which it ends by itself, well. */
  @Override
  public void close() throws InterruptedException {
    process.destroy();
    assertThat(process.waitFor()).as("exit status of the management plane").isZero();
    netconf.close();
  }
}
