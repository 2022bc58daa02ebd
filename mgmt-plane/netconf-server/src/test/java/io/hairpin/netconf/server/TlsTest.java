package io.hairpin.netconf.server;

import static io.hairpin.netconf.server.Configured.accepted;
import static io.hairpin.netconf.server.Configured.commit;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hairpin.netconf.client.NetconfClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** NETCONF over TLS with client certificates (RFC 7589). */
@Timeout(60)
class TlsTest {
  @TempDir private static Path directory;
  private static Certificates pki;
  private static Served served;
  private static NetconfClient admin;
  private static int port;

  @BeforeAll
  static void start() throws Exception {
    assumeTrue(Files.isExecutable(Certificates.OPENSSL), "there is no " + Certificates.OPENSSL);
    pki = new Certificates(directory);
    String[] authority = {"basicConstraints=critical,CA:true", "keyUsage=keyCertSign"};
    pki.make("ca", null, "/CN=Example CA", authority)
        .make("middle", "ca", "/CN=Middle CA", authority)
        .make("stranger-ca", null, "/CN=Example CA", authority)
        .make("server", "ca", "/CN=switch", "subjectAltName=IP:127.0.0.1")
        .make("carol", "ca", "/O=Example/CN=Carol Smith")
        .make("mail", "ca", "/CN=m", "subjectAltName=email:Carol@EXAMPLE.com")
        .make("dns", "ca", "/CN=d", "subjectAltName=DNS:Host.Example.COM")
        .make("ip4", "ca", "/CN=i", "subjectAltName=IP:192.0.2.1")
        .make("ip6", "ca", "/CN=j", "subjectAltName=IP:2001:db8::1")
        .make("several", "ca", "/CN=k", "subjectAltName=URI:urn:x,DNS:first,email:a@b")
        .make("deep", "middle", "/CN=Deep")
        .make("expired", "ca", "/CN=Late", -1)
        .make("stranger", "stranger-ca", "/CN=Carol Smith")
        .make("own", null, "/CN=Own")
        .make("own-expired", null, "/CN=Own", -1)
        .make("for-servers", "ca", "/CN=Carol Smith", "extendedKeyUsage=serverAuth");
    served = new Served(directory);
    admin = served.connect();
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
  }

  @AfterAll
  static void stop() {
    if (served != null) {
      admin.close();
      served.close();
    }
  }

  @AfterEach
  void reset() throws Exception {
    admin.rpc("<discard-changes/>");
    admin.rpc("<copy-config><target><candidate/></target><source><config/></source></copy-config>");
    assertThat(admin.rpc("<commit/>")).contains("<ok/>");
  }

  private static String identity() throws IOException {
    return "<server-identity><certificate>%s</certificate><private-key>%s</private-key>"
            .formatted(pki.certificate("server"), pki.key("server"))
        + "</server-identity>";
  }

  private static String authority(String name) throws IOException {
    return "<ca-certificate><name>%s</name><certificate>%s</certificate></ca-certificate>"
        .formatted(name, pki.certificate(name));
  }

  private static String client(String name) throws IOException {
    return "<client-certificate><name>%s</name><certificate>%s</certificate></client-certificate>"
        .formatted(name, pki.certificate(name));
  }

  private static String map(int id, String certificate, String type, @Nullable String name)
      throws Exception {
    return "<cert-to-name><id>%d</id><fingerprint>%s</fingerprint>"
            .formatted(id, pki.fingerprint(certificate))
        + "<map-type xmlns:x='urn:ietf:params:xml:ns:yang:ietf-x509-cert-to-name'>x:"
        + type
        + "</map-type>"
        + (name == null ? "" : "<name>" + name + "</name>")
        + "</cert-to-name>";
  }

  private static String listen() {
    return "<listen><name>tls</name><transport>tls</transport><address>127.0.0.1</address><port>"
        + port
        + "</port></listen>";
  }

  private static void serve(String tls) throws IOException {
    accepted(admin, "<tls>" + identity() + tls + "</tls>" + listen());
  }

  private static NetconfClient connect(@Nullable String name, String... protocols)
      throws Exception {
    SSLContext context = pki.client("ca", name);
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket();
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    try {
      if (protocols.length > 0) {
        socket.setEnabledProtocols(protocols);
      }
      return NetconfClient.over(socket.getInputStream(), socket.getOutputStream(), socket);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Who the server takes a client for. */
  private static String user(String certificate) throws Exception {
    try (NetconfClient client = connect(certificate)) {
      String id = client.hello().replaceFirst("(?s).*<session-id>(.*)</session-id>.*", "$1");
      String reply =
          client.rpc(
              "<get><filter><netconf-state"
                  + " xmlns='urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring'><sessions>"
                  + "<session><session-id>"
                  + id
                  + "</session-id></session></sessions></netconf-state></filter></get>");
      assertThat(reply).contains("netconf-tls</transport>");
      return reply.replaceFirst("(?s).*<username>(.*)</username>.*", "$1");
    }
  }

  private static void refused(@Nullable String certificate) {
    assertThatThrownBy(() -> connect(certificate)).isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "carol, specified, operator, operator",
    "carol, common-name, , Carol Smith",
    "mail, san-rfc822-name, , Carol@example.com",
    "mail, san-any, , Carol@example.com",
    "dns, san-dns-name, , host.example.com",
    "ip4, san-ip-address, , 192.0.2.1",
    "ip6, san-ip-address, , 20010db8000000000000000000000001",
    "several, san-any, , first",
    "deep, common-name, , Deep",
  })
  void aCertificateMapsToAName(
      String certificate, String type, @Nullable String name, String expected) throws Exception {
    serve(
        authority("ca")
            + authority("middle")
            + map(1, "ca", type, name)
            + map(2, "middle", type, name));
    assertThat(user(certificate)).isEqualTo(expected);
  }

  @Test
  void entriesAreTriedInTheOrderOfTheirIds() throws Exception {
    serve(
        authority("ca")
            + map(30, "ca", "specified", "third")
            + map(10, "ca", "san-dns-name", null)
            + map(20, "carol", "specified", "second"));
    assertThat(user("dns")).isEqualTo("host.example.com");
    assertThat(user("carol")).isEqualTo("second");
    assertThat(user("mail")).isEqualTo("third");
  }

  @ParameterizedTest
  @ValueSource(strings = {"expired", "stranger", "own", "own-expired", "for-servers"})
  void aCertificateThatIsNotTrustedIsRefused(String certificate) throws Exception {
    serve(authority("ca") + map(1, "ca", "specified", "operator"));
    refused(certificate);
    assertThat(user("carol")).isEqualTo("operator");
  }

  @Test
  void aClientWithoutACertificateIsRefused() throws Exception {
    serve(authority("ca") + map(1, "ca", "specified", "operator"));
    refused(null);
  }

  @Test
  void aCertificateWithoutANameIsRefused() throws Exception {
    serve(
        authority("ca") + map(1, "ca", "san-dns-name", null) + map(2, "dns", "common-name", null));
    refused("carol");
    assertThat(user("dns")).isEqualTo("host.example.com");
  }

  @Test
  void aConfiguredClientCertificateNeedsNoAuthority() throws Exception {
    serve(
        client("own")
            + client("own-expired")
            + map(1, "own", "specified", "operator")
            + map(2, "own-expired", "specified", "late"));
    assertThat(user("own")).isEqualTo("operator");
    refused("own-expired");
    refused("carol");
  }

  @Test
  void whatIsNoLongerTrustedIsRefused() throws Exception {
    serve(authority("ca") + map(1, "ca", "specified", "operator"));
    assertThat(user("carol")).isEqualTo("operator");
    accepted(
        admin, "<tls><ca-certificate nc:operation='delete'><name>ca</name></ca-certificate></tls>");
    refused("carol");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void tlsOfTodayIsServed(String protocol) throws Exception {
    serve(authority("ca") + map(1, "ca", "specified", "operator"));
    try (NetconfClient client = connect("carol", protocol)) {
      assertThat(client.rpc("<discard-changes/>")).contains("<ok/>");
      assertThat(client.rpc("<close-session/>")).contains("<ok/>");
      assertThatThrownBy(client::receive).isInstanceOf(IOException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1", "-tls1_1"})
  void tlsOfYesterdayIsRefused(String option) throws Exception {
    serve(authority("ca") + map(1, "ca", "specified", "operator"));
    Process client =
        new ProcessBuilder(
                Certificates.OPENSSL.toString(),
                "s_client",
                option,
                "-cipher",
                "ALL:@SECLEVEL=0",
                "-connect",
                "127.0.0.1:" + port)
            .redirectErrorStream(true)
            .start();
    client.getOutputStream().close();
    String said = new String(client.getInputStream().readAllBytes(), UTF_8);
    assertThat(said).contains("alert protocol version");
    assertThat(client.waitFor()).isNotZero();
  }

  @Test
  void aSessionIsKilledLikeAnyOther() throws Exception {
    serve(authority("ca") + map(1, "ca", "specified", "operator"));
    try (NetconfClient victim = connect("carol")) {
      String id = victim.hello().replaceFirst("(?s).*<session-id>(.*)</session-id>.*", "$1");
      assertThat(admin.rpc("<kill-session><session-id>" + id + "</session-id></kill-session>"))
          .contains("<ok/>");
      assertThatThrownBy(victim::receive).isInstanceOf(IOException.class);
    }
  }

  @Test
  void aHandshakeThatTakesTooLongIsEnded() throws Exception {
    serve(authority("ca") + map(1, "ca", "specified", "operator"));
    while (!served.server.transports().handshakes().isEmpty()) {
      Thread.onSpinWait();
    }
    try (Socket silent = new Socket(InetAddress.getLoopbackAddress(), port)) {
      while (served.server.transports().handshakes().isEmpty()) {
        Thread.onSpinWait();
      }
      served.server.transports().watch(System.nanoTime() + TimeUnit.SECONDS.toNanos(61));
      assertThat(silent.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void oneSessionMoreThanTheLimitIsRefused() throws Exception {
    serve(authority("ca") + map(1, "ca", "specified", "operator"));
    accepted(admin, "<limits><max-sessions>2</max-sessions></limits>");
    // Those of other tests may still be on their way out.
    while (served.server.transports().admission().connections() > 1) {
      Thread.onSpinWait();
    }
    try (NetconfClient client = connect("carol")) {
      refused("carol");
      assertThat(client.rpc("<discard-changes/>")).contains("<ok/>");
    }
  }

  @Test
  void tlsNeedsAnIdentity() throws Exception {
    assertThat(commit(admin, listen()))
        .contains("TLS needs tls/server-identity", "hns:listen[hns:name='tls']</error-path>");
  }

  @Test
  void aKeyThatIsNotTheCertificatesIsRefused() throws Exception {
    String wrong =
        "<tls><server-identity><certificate>%s</certificate><private-key>%s</private-key>"
                .formatted(pki.certificate("server"), pki.key("carol"))
            + "</server-identity></tls>";
    assertThat(commit(admin, wrong))
        .contains(
            "invalid-value", "not the key of the certificate", "hns:private-key</error-path>");
  }

  @ParameterizedTest
  @CsvSource({
    "02:00, the first octet is 02",
    "04:00, SHA-256 has 32",
  })
  void aFingerprintOfAnUnfitHashIsRefused(String fingerprint, String why) throws Exception {
    String entry =
        "<tls><cert-to-name><id>1</id><fingerprint>"
            + fingerprint
            + "</fingerprint><map-type"
            + " xmlns:x='urn:ietf:params:xml:ns:yang:ietf-x509-cert-to-name'>"
            + "x:common-name</map-type></cert-to-name></tls>";
    assertThat(commit(admin, entry)).contains("invalid-value", why);
  }

  @Test
  void whatIsNoCertificateIsRefused() throws Exception {
    assertThat(
            commit(
                admin,
                "<tls><ca-certificate><name>x</name><certificate>x</certificate></ca-certificate>"
                    + "</tls>"))
        .contains("invalid-value", "hns:certificate</error-path>");
  }
}
