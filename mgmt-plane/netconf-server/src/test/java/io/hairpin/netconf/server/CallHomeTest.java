package io.hairpin.netconf.server;

import static io.hairpin.netconf.server.Configured.accepted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hairpin.netconf.client.NetconfClient;
import io.hairpin.netconf.server.ServerConfiguration.Call;
import io.hairpin.netconf.server.ServerConfiguration.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.keyverifier.AcceptAllServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.io.IoAcceptor;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Call home (RFC 8071): the server opens the connection. */
@Timeout(60)
class CallHomeTest {
  private static final int PATIENCE = 30;

  @TempDir private Path directory;
  private final BlockingQueue<Duration> pauses = new LinkedBlockingQueue<>();
  private final SynchronousQueue<Boolean> again = new SynchronousQueue<>();
  private Served served;
  private NetconfClient admin;

  @BeforeEach
  void start() throws Exception {
    served =
        new Served(
            directory,
            builder ->
                builder.pause(
                    time -> {
                      pauses.add(time);
                      again.take();
                    }));
    admin = served.connect();
  }

  @AfterEach
  void stop() {
    admin.close();
    served.close();
  }

  private static String call(String transport, int port) {
    return "<call-home><name>nms</name><transport>"
        + transport
        + "</transport><address>127.0.0.1</address><port>"
        + port
        + "</port><max-wait>10</max-wait></call-home>";
  }

  private long pause() throws InterruptedException {
    Duration time = pauses.poll(PATIENCE, TimeUnit.SECONDS);
    assertThat(time).isNotNull();
    return time.toSeconds();
  }

  private void goOn() throws InterruptedException {
    assertThat(again.offer(true, PATIENCE, TimeUnit.SECONDS)).isTrue();
  }

  private String connected() throws IOException {
    return admin
        .rpc(
            "<get><filter><netconf-server xmlns='urn:hairpin:yang:netconf-server'><call-home>"
                + "<connected/></call-home></netconf-server></filter></get>")
        .replaceFirst("(?s).*<connected>(.*)</connected>.*", "$1");
  }

  @Test
  void eachFailureDoublesTheWaitUpToTheBound() throws Exception {
    int port;
    try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = gone.getLocalPort();
    }
    accepted(admin, call("ssh", port));
    for (int wait : new int[] {1, 2, 4, 8, 10, 10}) {
      assertThat(pause()).isEqualTo(wait);
      goOn();
    }
    assertThat(pause()).isEqualTo(10);
    assertThat(connected()).isEqualTo("false");
    accepted(admin, "<call-home nc:operation='delete'><name>nms</name></call-home>");
    // The pause that was under way may still be ended before it notices; there is none after it.
    var _ = again.offer(true, 100, TimeUnit.MILLISECONDS);
    assertThat(again.offer(true, 100, TimeUnit.MILLISECONDS)).isFalse();
  }

  @Test
  void aClientThatWasAuthenticatedBeginsTheWaitAnew() throws Exception {
    BlockingQueue<Boolean> outcomes = new LinkedBlockingQueue<>();
    Call call = new Call("nms", Transport.SSH, "127.0.0.1", 4334, Duration.ofSeconds(60));
    try (CallHome home =
        new CallHome(
            call,
            (client, connected) -> {
              connected.run();
              return outcomes.take();
            },
            time -> {
              pauses.add(time);
              again.take();
            })) {
      home.start();
      for (boolean outcome : new boolean[] {false, false, true, false}) {
        outcomes.add(outcome);
        long wait = pause();
        pauses.add(Duration.ofSeconds(wait));
        assertThat(home.connected()).isFalse();
        assertThat(pause()).isEqualTo(wait);
        if (outcome) {
          assertThat(wait).isEqualTo(1);
        }
        goOn();
      }
    }
  }

  @Test
  void aSessionOverSshIsHeldAndOpenedAgain() throws Exception {
    try (SshClient ssh = SshClient.setUpDefaultClient()) {
      BlockingQueue<ClientSession> calls = new LinkedBlockingQueue<>();
      ssh.setServerKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE);
      ssh.addSessionListener(
          new SessionListener() {
            @Override
            public void sessionEvent(Session session, Event event) {
              if (event == Event.KeyEstablished) {
                calls.add((ClientSession) session);
              }
            }
          });
      ssh.start();
      try (IoAcceptor acceptor =
          ssh.getIoServiceFactory().createAcceptor(ssh.getSessionFactory())) {
        acceptor.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        int port = ((InetSocketAddress) acceptor.getBoundAddresses().iterator().next()).getPort();
        accepted(admin, call("ssh", port));
        for (int i = 0; i < 2; i++) {
          ClientSession session = calls.poll(PATIENCE, TimeUnit.SECONDS);
          assertThat(session).isNotNull();
          session.setUsername("admin");
          session.addPasswordIdentity("secret");
          try (NetconfClient client = NetconfClient.over(session, () -> {})) {
            assertThat(client.rpc("<discard-changes/>")).contains("<ok/>");
            while (!connected().equals("true")) {
              Thread.onSpinWait();
            }
          }
          assertThat(pause()).isEqualTo(1);
          goOn();
        }
      }
    }
  }

  @Test
  void aSessionOverTlsIsHeldAndOpenedAgain() throws Exception {
    assumeTrue(Files.isExecutable(Certificates.OPENSSL), "there is no " + Certificates.OPENSSL);
    Certificates pki =
        new Certificates(directory)
            .make("ca", null, "/CN=CA", "basicConstraints=critical,CA:true")
            .make("server", "ca", "/CN=switch")
            .make("nms", "ca", "/CN=nms");
    String tls =
        "<tls><server-identity><certificate>%s</certificate><private-key>%s</private-key>"
                .formatted(pki.certificate("server"), pki.key("server"))
            + "</server-identity><ca-certificate><name>ca</name><certificate>"
            + pki.certificate("ca")
            + "</certificate></ca-certificate><cert-to-name><id>1</id><fingerprint>"
            + pki.fingerprint("ca")
            + "</fingerprint><map-type xmlns:x='urn:ietf:params:xml:ns:yang:"
            + "ietf-x509-cert-to-name'>x:common-name</map-type></cert-to-name></tls>";
    try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      accepted(admin, tls + call("tls", listening.getLocalPort()));
      for (int i = 0; i < 2; i++) {
        Socket called = listening.accept();
        SSLSocket over =
            (SSLSocket)
                pki.client("ca", "nms")
                    .getSocketFactory()
                    .createSocket(called, "switch", listening.getLocalPort(), true);
        over.setUseClientMode(true);
        try (NetconfClient client =
            NetconfClient.over(over.getInputStream(), over.getOutputStream(), over)) {
          assertThat(client.rpc("<discard-changes/>")).contains("<ok/>");
        }
        assertThat(pause()).isEqualTo(1);
        goOn();
      }
    }
  }

  @Test
  void whatIsNoLongerConfiguredIsHungUp() throws Exception {
    try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      accepted(admin, call("ssh", listening.getLocalPort()));
      try (Socket called = listening.accept()) {
        assertThat(called.getInputStream().read()).isEqualTo('S');
        accepted(admin, "<call-home nc:operation='delete'><name>nms</name></call-home>");
        try {
          called.getInputStream().readAllBytes();
        } catch (SocketException _) {
          // It is hung up as well where what was under way is thrown away.
        }
      }
    }
  }
}
