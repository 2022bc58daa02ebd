package io.hairpin.netconf.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.netconf.client.NetconfClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.keyverifier.AcceptAllServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.channel.throttle.ChannelStreamWriter;
import org.apache.sshd.common.io.AbstractIoWriteFuture;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.apache.sshd.core.CoreModuleProperties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client that does not read what it asked for. */
class SlowReaderTest {
  private static final int ENTRIES = 100_000;
  private static final long HUGE_WINDOW = 1L << 30;
  private static final String GET =
      "<rpc xmlns='urn:ietf:params:xml:ns:netconf:base:1.0' message-id='1'>"
          + Served.getConfig("running")
          + "</rpc>";

  /** Fills running with a hundred thousand entries, 13 MB in a reply. */
  private static void fill(NetconfClient client) throws Exception {
    for (int part = 0; part < 10; part++) {
      StringBuilder entries = new StringBuilder();
      for (int i = part * ENTRIES / 10; i < (part + 1) * ENTRIES / 10; i++) {
        entries.append("<item><id>%0100d</id></item>".formatted(i));
      }
      assertThat(client.rpc(Served.edit("<top>" + entries + "</top>"))).contains("<ok/>");
    }
    assertThat(client.rpc("<commit/>")).contains("<ok/>");
  }

  @Test
  void aClientThatDoesNotReadHoldsNobodyUpAndGetsWhatWasThereWhenItReadsOn(@TempDir Path directory)
      throws Exception {
    SshClient ssh = SshClient.setUpDefaultClient();
    ssh.setServerKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE);
    CoreModuleProperties.WINDOW_SIZE.set(ssh, HUGE_WINDOW);
    CoreModuleProperties.SOCKET_RCVBUF.set(ssh, 1 << 16);
    ssh.start();
    try (Served served = new Served(directory);
        var other = served.connect()) {
      fill(other);
      ClientSession connection =
          ssh.connect("admin", "127.0.0.1", served.server.address().getPort())
              .verify()
              .getSession();
      connection.addPasswordIdentity("secret");
      try (var slow = NetconfClient.over(connection, ssh::stop)) {
        slow.send(GET);
        connection.getIoSession().suspendRead();
        assertThat(other.rpc("<lock><target><running/></target></lock>")).contains("<ok/>");
        for (int i = 0; i < 5; i++) {
          assertThat(other.rpc(Served.edit("<top><name>n" + i + "</name></top>")))
              .contains("<ok/>");
          assertThat(other.rpc("<commit/>")).contains("<ok/>");
        }
        connection.getIoSession().resumeRead();
        String reply = slow.receive();
        assertThat(reply.split("<item>", -1)).hasSize(ENTRIES + 1);
        // It may have been asked for before or between the commits, not after it was answered.
        assertThat(reply).endsWith("</top></data></rpc-reply>");
        slow.send(GET);
        connection.getIoSession().suspendRead();
        List<Integer> sessions = new ArrayList<>(served.server.sessions());
        assertThat(sessions).hasSize(2);
        String id = Integer.toString(Math.max(sessions.get(0), sessions.get(1)));
        assertThat(other.rpc("<kill-session><session-id>" + id + "</session-id></kill-session>"))
            .contains("<ok/>");
        while (served.server.sessions().size() > 1) {
          Thread.onSpinWait();
        }
      }
    }
  }

  private static final class Written extends AbstractIoWriteFuture {
    Written() {
      super("packet", null);
    }

    void done() {
      setValue(true);
    }
  }

  /** Takes packets, and is done with them when the test says so. */
  private static final class Packets implements ChannelStreamWriter {
    private final List<Written> taken = new ArrayList<>();

    @Override
    public synchronized IoWriteFuture writeData(Buffer buffer) {
      taken.add(new Written());
      return taken.getLast();
    }

    synchronized int count() {
      return taken.size();
    }

    synchronized Written last() {
      return taken.getLast();
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  @Test
  void onePacketAtATimeWaitsForTheKernel() throws Exception {
    Packets packets = new Packets();
    PacedWriter writer = new PacedWriter(packets);
    Thread session =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    writer.writeData(new ByteArrayBuffer(1));
                    writer.writeData(new ByteArrayBuffer(1));
                  } catch (Exception e) {
                    throw new AssertionError(e);
                  }
                });
    while (session.getState() != Thread.State.TIMED_WAITING && session.isAlive()) {
      Thread.onSpinWait();
    }
    assertThat(packets.count()).isEqualTo(1);
    packets.last().done();
    session.join();
    assertThat(packets.count()).isEqualTo(2);
  }
}
