package io.hairpin.netconf.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hairpin.netconf.client.NetconfClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server in a process of its own, killed while it commits. */
class CrashTest {
  private static final int ROUNDS = 4;

  @TempDir private Path directory;

  /** Serves until it is killed; its first line of output is the port. */
  public static void main(String[] args) throws Exception {
    @SuppressWarnings("resource") // The process is killed.
    Served served = new Served(Path.of(args[0]));
    System.out.println(served.server.address().getPort());
    System.in.read();
  }

  private Process serve() throws IOException {
    return new ProcessBuilder(
            ProcessHandle.current().info().command().orElseThrow(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            CrashTest.class.getName(),
            directory.toString())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static int port(Process process) throws IOException {
    var out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    return Integer.parseInt(out.readLine());
  }

  @Test
  void everyAcknowledgedCommitSurvivesAKill() throws Exception {
    Random random = new Random(42);
    int acknowledged = 0;
    int tried = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Process process = serve();
      try (var client = NetconfClient.connect("127.0.0.1", port(process), "admin", "secret")) {
        int last = last(client);
        assertThat(last).isBetween(acknowledged, tried);
        int commits = 5 + random.nextInt(20);
        for (int i = 0; i < commits; i++) {
          tried = last + i + 1;
          String entry = "<id>" + tried + "</id><value>" + tried + "</value>";
          client.rpc(
              Served.edit("<top><item>" + entry + "</item><name>n" + tried + "</name></top>"));
          assertThat(client.rpc("<commit/>")).contains("<ok/>");
          acknowledged = tried;
        }
        // One more is under way when the process dies.
        tried++;
        client.rpc(
            Served.edit(
                "<top><item><id>"
                    + tried
                    + "</id><value>"
                    + tried
                    + "</value></item><name>n"
                    + tried
                    + "</name></top>"));
        client.send(
            "<rpc xmlns='urn:ietf:params:xml:ns:netconf:base:1.0' message-id='x'><commit/></rpc>");
      } finally {
        process.destroyForcibly();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      }
    }
    try (Served served = new Served(directory);
        var client = served.connect()) {
      assertThat(last(client)).isBetween(acknowledged, tried);
    }
  }

  /** The last commit that is there; checks that all before it are, and no half of one. */
  private static int last(NetconfClient client) throws IOException {
    String running = Served.running(client);
    if (running.isEmpty()) {
      return 0;
    }
    int last = Integer.parseInt(running.replaceFirst("(?s).*<name>n(\\d+)</name>.*", "$1"));
    for (int i = 1; i <= last; i++) {
      assertThat(running).contains("<item><id>" + i + "</id><value>" + i + "</value></item>");
    }
    assertThat(running).doesNotContain("<id>" + (last + 1) + "</id>");
    return last;
  }

  @Test
  void aDamagedLogStopsTheServerAndStaysAsItIs() throws Exception {
    try (Served served = new Served(directory);
        var client = served.connect()) {
      Served.set(client, "<top><name>abc</name></top>");
    }
    Path log = directory.resolve("data/running.log");
    byte[] bytes = Files.readAllBytes(log);
    bytes[60] ^= 1;
    Files.write(log, bytes);
    assertThatThrownBy(() -> new Served(directory))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("running.log is damaged");
    assertThat(Files.readAllBytes(log)).isEqualTo(bytes);
  }

  @Test
  void manyCommitsEndInASnapshotThatIsReadBack() throws Exception {
    String text = "x".repeat(300_000);
    try (Served served = new Served(directory);
        var client = served.connect()) {
      for (int i = 0; i < 8; i++) {
        client.rpc(Served.edit("<top><plain><a>" + i + text + "</a></plain></top>"));
        assertThat(client.rpc("<commit/>")).contains("<ok/>");
      }
    }
    assertThat(Files.size(directory.resolve("data/running.log"))).isLessThan(2_000_000);
    try (Served served = new Served(directory);
        var client = served.connect()) {
      assertThat(Served.running(client))
          .isEqualTo("<top><plain><a>7" + text + "</a></plain></top>");
    }
  }
}
