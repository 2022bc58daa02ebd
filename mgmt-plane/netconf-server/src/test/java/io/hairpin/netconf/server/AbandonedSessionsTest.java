package io.hairpin.netconf.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.netconf.client.NetconfClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ChannelSubsystem;
import org.apache.sshd.client.keyverifier.AcceptAllServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What sessions leave behind that are dropped amid a message. */
@Timeout(120)
class AbandonedSessionsTest {
  private static final int SESSIONS = 1008;
  private static final int CONNECTIONS = 126;
  private static final String HELLO =
      "<hello xmlns='urn:ietf:params:xml:ns:netconf:base:1.0'><capabilities><capability>"
          + "urn:ietf:params:netconf:base:1.1</capability></capabilities></hello>]]>]]>";

  @TempDir private Path directory;
  private Served served;

  @BeforeEach
  void start() throws Exception {
    served = new Served(directory);
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private static long openFiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    }
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      Thread.sleep(1);
    }
  }

  private Sessions sessions() {
    return served.server.transports().sessions();
  }

  /** Half a request: an edit of the candidate whose chunk says more than is sent. */
  private static byte[] half(int i) {
    String rpc =
        "<rpc xmlns='urn:ietf:params:xml:ns:netconf:base:1.0' message-id='1'><edit-config><target>"
            + "<candidate/></target><config><top xmlns='urn:test:nodes'><name>x"
            + i;
    return ("\n#" + (rpc.length() + 100) + "\n" + rpc).getBytes(UTF_8);
  }

  private void assertNothingIsHeld() throws IOException {
    try (NetconfClient client = served.connect()) {
      for (String datastore : List.of("candidate", "running")) {
        assertThat(client.rpc("<lock><target><" + datastore + "/></target></lock>"))
            .contains("<ok/>");
      }
      assertThat(Served.candidate(client)).isEmpty();
    }
  }

  @Test
  void aThousandHalfOfThemDroppedLeaveNothing() throws Exception {
    served.connect().close();
    await(() -> served.server.transports().admission().connections() == 0);
    long files = openFiles();
    int threads = Thread.activeCount();
    try (NetconfClient survivor = served.connect()) {
      try (SshClient ssh = SshClient.setUpDefaultClient()) {
        ssh.setServerKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE);
        ssh.start();
        List<ClientSession> connections = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
          connections.add(connect(ssh, i));
        }
        await(() -> sessions().all().size() == SESSIONS + 1);
        assertThat(survivor.rpc("<discard-changes/>")).contains("<ok/>");
        for (ClientSession connection : connections.subList(0, CONNECTIONS / 2)) {
          // As a peer that vanishes: the TCP connection ends, without a word of SSH.
          connection.getIoSession().close(true);
        }
        await(() -> sessions().all().size() == SESSIONS / 2 + 1);
        assertThat(survivor.rpc("<discard-changes/>")).contains("<ok/>");
        for (ClientSession connection : connections.subList(CONNECTIONS / 2, CONNECTIONS)) {
          connection.close(false);
        }
        await(() -> served.server.transports().admission().connections() == 1);
        await(() -> sessions().all().size() == 1);
        assertThat(survivor.rpc("<discard-changes/>")).contains("<ok/>");
      }
    }
    await(() -> served.server.transports().admission().connections() == 0);
    // What the JDK itself has open, such as a jar, comes and goes.
    assertThat(openFiles()).isLessThan(files + CONNECTIONS / 4);
    assertThat(Thread.activeCount()).isLessThan(threads + CONNECTIONS / 4);
    assertNothingIsHeld();
  }

  private ClientSession connect(SshClient ssh, int number) throws IOException {
    ClientSession connection =
        ssh.connect("admin", "127.0.0.1", served.server.address().getPort()).verify().getSession();
    connection.addPasswordIdentity("secret");
    connection.auth().verify();
    for (int i = 0; i < SESSIONS / CONNECTIONS; i++) {
      ChannelSubsystem channel = connection.createSubsystemChannel("netconf");
      channel.open().verify();
      channel.getInvertedIn().write(HELLO.getBytes(UTF_8));
      channel.getInvertedIn().write(half(number));
      channel.getInvertedIn().flush();
    }
    return connection;
  }
}
