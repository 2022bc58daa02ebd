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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server in a process of its own, killed while it commits. */
class CrashTest {
  /** 20 unless -Dhairpin.crash.rounds says otherwise. */
  private static final int ROUNDS = Integer.getInteger("hairpin.crash.rounds", 20);

  private static final String RPC = "<rpc xmlns='urn:ietf:params:xml:ns:netconf:base:1.0' ";

  @TempDir private Path directory;

  /** Serves until it is killed, or its input ends; it prints the port. */
  public static void main(String[] args) throws Exception {
    try (Served served = new Served(Path.of(args[0]))) {
      System.out.println("port " + served.server.address().getPort());
      while (System.in.read() >= 0) {
        // Nothing is ever sent.
      }
    }
    System.exit(0);
  }

  /** The classes of the first process that ends by itself are shared with those that follow. */
  private Process serve() throws IOException {
    return new ProcessBuilder(
            ProcessHandle.current().info().command().orElseThrow(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-XX:+AutoCreateSharedArchive",
            "-XX:SharedArchiveFile=" + directory.resolve("classes.jsa"),
            "-Xlog:disable",
            "-cp",
            System.getProperty("java.class.path"),
            CrashTest.class.getName(),
            directory.toString())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static int port(Process process) throws IOException {
    var out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.startsWith("port ")) {
        return Integer.parseInt(line.substring("port ".length()));
      }
    }
    throw new IOException("the server did not start");
  }

  private static String change(int number) {
    return Served.edit(
        "<top><item><id>%1$d</id><value>%1$d</value></item><name>n%1$d</name></top>"
            .formatted(number));
  }

  private static void ok(NetconfClient client, String operation) throws IOException {
    String reply = client.rpc(operation);
    if (!reply.contains("<ok/>")) {
      throw new AssertionError(operation + reply);
    }
  }

  @Test
  @Timeout(value = 1, unit = TimeUnit.HOURS)
  void everyAcknowledgedCommitSurvivesAKill() throws Exception {
    Process first = serve();
    port(first);
    first.getOutputStream().close();
    assertThat(first.waitFor(60, TimeUnit.SECONDS)).isTrue();
    Random random = new Random(42);
    int acknowledged = 0;
    int tried = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Process process = serve();
      try (var client = NetconfClient.connect("127.0.0.1", port(process), "admin", "secret")) {
        int last = last(client);
        assertThat(last).as("round %d", round).isBetween(acknowledged, tried);
        acknowledged = last;
        tried = last;
        for (int commits = random.nextInt(12); commits > 0; commits--) {
          tried++;
          ok(client, change(tried));
          if (random.nextInt(3) == 0) {
            ok(client, "<commit><confirmed/></commit>");
          }
          ok(client, "<commit/>");
          acknowledged = tried;
        }
        // One more is under way when the process dies, or waits to be confirmed.
        ok(client, change(tried + 1));
        boolean pending = random.nextInt(3) == 0;
        if (pending) {
          ok(client, "<commit><confirmed/><persist>p</persist></commit>");
        }
        if (!pending || random.nextBoolean()) {
          tried++;
          client.send(
              RPC
                  + "message-id='x'><commit>"
                  + (pending ? "<persist-id>p</persist-id>" : "")
                  + "</commit></rpc>");
          long until = System.nanoTime() + random.nextInt(3_000_000);
          while (System.nanoTime() < until) {
            Thread.onSpinWait();
          }
        }
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
