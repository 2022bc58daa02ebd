package io.hairpin.netconf.server;

import static io.hairpin.netconf.server.Configured.accepted;
import static io.hairpin.netconf.server.Configured.commit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hairpin.netconf.client.NetconfClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.keyverifier.AcceptAllServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.kex.BuiltinDHFactories;
import org.apache.sshd.common.mac.BuiltinMacs;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.apache.sshd.common.signature.BuiltinSignatures;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Users, keys and limits of SSH, which are configured in module hairpin-netconf-server. */
@Timeout(60)
class SshAccessTest {
  // What crypt(3) makes of "Hello world!".
  private static final String SHA_256 = "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5";
  private static final String SHA_512 =
      "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBF"
          + "dcbYEdFCoEOfaS35inz1";

  @TempDir private Path directory;
  private Served served;
  private NetconfClient admin;

  @BeforeEach
  void start() throws Exception {
    served = new Served(directory);
    admin = served.connect();
  }

  @AfterEach
  void stop() {
    admin.close();
    served.close();
  }

  private void restart() throws Exception {
    stop();
    start();
  }

  private int port() {
    return served.server.address().getPort();
  }

  private void login(String user, String password) throws IOException {
    NetconfClient.connect("127.0.0.1", port(), user, password).close();
  }

  private void login(String user, KeyPair key) throws IOException {
    NetconfClient.connect("127.0.0.1", port(), user, key).close();
  }

  private static String user(String name, String content) {
    return "<user><name>" + name + "</name>" + content + "</user>";
  }

  private static String password(String value) {
    return "<password>" + value + "</password>";
  }

  private static String key(String name, String algorithm, PublicKey key) {
    ByteArrayBuffer buffer = new ByteArrayBuffer();
    buffer.putRawPublicKey(key);
    return "<authorized-key><name>%s</name><algorithm>%s</algorithm><key-data>%s</key-data>"
            .formatted(name, algorithm, Base64.getEncoder().encodeToString(buffer.getCompactData()))
        + "</authorized-key>";
  }

  @Test
  void aPasswordInClearIsHashedWhenItIsReceived() throws Exception {
    assertThat(admin.rpc(Configured.config(user("alice", password("$0$s3cret"))))).contains("ok/>");
    assertThat(Served.candidate(admin)).contains("<password>$6$").doesNotContain("s3cret");
    assertThat(admin.rpc("<commit/>")).contains("<ok/>");
    assertThat(Served.running(admin)).contains("<password>$6$").doesNotContain("s3cret");
    login("alice", "s3cret");
    assertThatThrownBy(() -> login("alice", "guess")).isInstanceOf(IOException.class);
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).doesNotContain("s3cret");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {SHA_256, SHA_512})
  void aHashedPasswordIsTakenAsItIs(String hash) throws Exception {
    accepted(admin, user("alice", password(hash)));
    assertThat(Served.running(admin)).contains(password(hash));
    login("alice", "Hello world!");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "$1$saltstri$qqF4sWiJmmqlEXZKhFAMX. | MD5",
        "$0$ | empty",
        "s3cret | $6$",
        "$5$rounds=999999999$salt$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc8 | rounds",
      })
  void anUnfitPasswordIsRefusedAndNotRepeated(String value, String why) throws Exception {
    assertThat(admin.rpc(Configured.config(user("alice", password(value)))))
        .contains("<error-tag>invalid-value</error-tag>", why)
        .contains("hns:user[hns:name='alice']/hns:password</error-path>")
        .doesNotContain("'" + value + "'");
  }

  @Test
  void aConfiguredUserIsNoMoreTheApplications() throws Exception {
    accepted(admin, user("admin", password("$0$another")));
    assertThatThrownBy(() -> login("admin", "secret")).isInstanceOf(IOException.class);
    login("admin", "another");
    accepted(admin, "<user nc:operation='delete'><name>admin</name></user>");
    login("admin", "secret");
  }

  @Test
  void aUserWithoutPasswordAndKeysMayNotConnect() throws Exception {
    accepted(admin, user("admin", ""));
    assertThatThrownBy(() -> login("admin", "secret")).isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "ssh-ed25519, 256",
    "ecdsa-sha2-nistp256, 256",
    "ecdsa-sha2-nistp384, 384",
    "ecdsa-sha2-nistp521, 521",
    "ssh-rsa, 2048"
  })
  void aConfiguredKeyAuthenticates(String algorithm, int size) throws Exception {
    KeyPair mine = KeyUtils.generateKeyPair(algorithm, size);
    KeyPair other = KeyUtils.generateKeyPair(algorithm, size);
    accepted(admin, user("alice", key("laptop", algorithm, mine.getPublic())));
    login("alice", mine);
    assertThatThrownBy(() -> login("alice", other)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> login("admin", mine)).isInstanceOf(IOException.class);
    accepted(
        admin,
        user(
            "alice", "<authorized-key nc:operation='delete'><name>laptop</name></authorized-key>"));
    assertThatThrownBy(() -> login("alice", mine)).isInstanceOf(IOException.class);
  }

  @Test
  void anUnfitKeyIsRefusedWithItsPath() throws Exception {
    KeyPair small = KeyUtils.generateKeyPair("ssh-rsa", 1024);
    assertThat(commit(admin, user("alice", key("k", "ssh-rsa", small.getPublic()))))
        .contains("<error-tag>invalid-value</error-tag>", "1024 bits", "2048")
        .contains("hns:authorized-key[hns:name='k']/hns:key-data</error-path>");
    KeyPair good = KeyUtils.generateKeyPair("ssh-ed25519", 256);
    assertThat(commit(admin, user("alice", key("k", "ssh-rsa", good.getPublic()))))
        .contains("invalid-value", "ssh-ed25519, not ssh-rsa");
    assertThat(
            commit(
                admin,
                user(
                    "alice",
                    "<authorized-key><name>k</name><algorithm>ssh-rsa</algorithm>"
                        + "<key-data>AAAA</key-data></authorized-key>")))
        .contains("invalid-value", "not a public key");
    assertThat(Served.running(admin)).isEmpty();
  }

  @Test
  void usersAreThereAfterARestart() throws Exception {
    accepted(admin, user("alice", password("$0$s3cret")));
    restart();
    login("alice", "s3cret");
  }

  /** The key that the server shows. */
  private PublicKey hostKey() throws Exception {
    CompletableFuture<PublicKey> shown = new CompletableFuture<>();
    try (SshClient ssh = SshClient.setUpDefaultClient()) {
      ssh.setServerKeyVerifier(
          (session, address, key) -> {
            shown.complete(key);
            return true;
          });
      ssh.start();
      try (ClientSession session =
          ssh.connect("admin", "127.0.0.1", port()).verify().getSession()) {
        session.addPasswordIdentity("secret");
        session.auth().verify();
      }
    }
    return shown.get(30, TimeUnit.SECONDS);
  }

  @Test
  void theHostKeyThatWasMadeStays() throws Exception {
    PublicKey first = hostKey();
    restart();
    assertThat(KeyUtils.compareKeys(hostKey(), first)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"ssh-ed25519, 256", "ecdsa-sha2-nistp384, 384", "ssh-rsa, 3072"})
  void aConfiguredHostKeyTakesItsPlace(String algorithm, int size) throws Exception {
    KeyPair pair = KeyUtils.generateKeyPair(algorithm, size);
    ByteArrayOutputStream pem = new ByteArrayOutputStream();
    OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(pair, "", null, pem);
    accepted(
        admin,
        "<ssh><host-key><name>k</name><private-key>%s</private-key></host-key></ssh>"
            .formatted(pem.toString(StandardCharsets.US_ASCII)));
    assertThat(KeyUtils.compareKeys(hostKey(), pair.getPublic())).isTrue();
  }

  @Test
  void aHostKeyThatIsNoneIsRefused() throws Exception {
    assertThat(
            commit(
                admin,
                "<ssh><host-key><name>k</name><private-key>x</private-key></host-key></ssh>"))
        .contains("invalid-value", "hns:private-key</error-path>", "PEM");
  }

  /** Connects and authenticates; returns what the server said when it ended the connection. */
  private String refusal(SshClient ssh, String user, @Nullable String password) throws Exception {
    CompletableFuture<String> said = lastWord(ssh);
    ssh.setServerKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE);
    ssh.start();
    try (ClientSession session = ssh.connect(user, "127.0.0.1", port()).verify().getSession()) {
      if (password != null) {
        session.addPasswordIdentity(password);
      }
      session.auth().await();
      if (session.isAuthenticated()) {
        session.createSubsystemChannel("netconf").open().await();
      }
      return said.get(30, TimeUnit.SECONDS);
    } catch (IOException e) {
      return said.get(30, TimeUnit.SECONDS);
    } finally {
      ssh.stop();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "diffie-hellman-group1-sha1",
        "diffie-hellman-group14-sha1",
        "diffie-hellman-group-exchange-sha1",
        "aes128-cbc",
        "aes256-cbc",
        "3des-cbc",
        "arcfour128",
        "hmac-md5",
        "hmac-sha1",
        "ssh-rsa",
        "ssh-dss"
      })
  @SuppressWarnings("BadInstanceof") // What is null is of another kind.
  void aClientOfYesterdayIsRefused(String algorithm) throws Exception {
    SshClient ssh = SshClient.setUpDefaultClient();
    if (BuiltinDHFactories.fromFactoryName(algorithm) instanceof BuiltinDHFactories kex) {
      ssh.setKeyExchangeFactories(
          NamedFactory.setUpTransformedFactories(
              true, List.of(kex), org.apache.sshd.client.ClientBuilder.DH2KEX));
    } else if (BuiltinCiphers.fromFactoryName(algorithm) instanceof BuiltinCiphers cipher) {
      ssh.setCipherFactories(List.of(cipher));
    } else if (BuiltinMacs.fromFactoryName(algorithm) instanceof BuiltinMacs mac) {
      ssh.setMacFactories(List.of(mac));
      ssh.setCipherFactories(List.of(BuiltinCiphers.aes128ctr));
    } else {
      ssh.setSignatureFactories(List.of(BuiltinSignatures.fromFactoryName(algorithm)));
    }
    assertThat(refusal(ssh, "admin", "secret")).contains("Unable to negotiate");
  }

  @Test
  void oneSessionMoreThanTheLimitIsRefusedByName() throws Exception {
    accepted(admin, "<limits><max-sessions>1</max-sessions></limits>");
    assertThat(refusal(SshClient.setUpDefaultClient(), "admin", "secret"))
        .isEqualTo("max-sessions of 1 is reached");
    assertThat(admin.rpc("<discard-changes/>")).contains("<ok/>");
  }

  @Test
  void oneSessionMoreThanAUsersLimitIsRefusedByName() throws Exception {
    accepted(
        admin,
        user("alice", password("$0$s3cret"))
            + "<limits><max-sessions-per-user>1</max-sessions-per-user></limits>");
    assertThat(refusal(SshClient.setUpDefaultClient(), "admin", "secret"))
        .isEqualTo("max-sessions-per-user of 1 is reached by admin");
    login("alice", "s3cret");
  }

  @Test
  void moreAttemptsToLogInThanTheLimitAreRefusedByName() throws Exception {
    accepted(admin, "<limits><max-login-attempts>2</max-login-attempts></limits>");
    SshClient ssh = SshClient.setUpDefaultClient();
    for (int i = 0; i < 5; i++) {
      ssh.addPasswordIdentity("guess" + i);
    }
    assertThat(refusal(ssh, "admin", null)).isEqualTo("max-login-attempts of 2");
  }

  private static long later(int seconds) {
    return System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
  }

  /** Why the server disconnects. */
  private static CompletableFuture<String> lastWord(SshClient ssh) {
    CompletableFuture<String> said = new CompletableFuture<>();
    ssh.addSessionListener(
        new SessionListener() {
          @Override
          public void sessionDisconnect(
              Session session, int reason, String message, String language, boolean initiator) {
            said.complete(message);
          }
        });
    return said;
  }

  private ClientSession connected(SshClient ssh) throws IOException {
    ssh.setServerKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE);
    ssh.start();
    ClientSession session = ssh.connect("admin", "127.0.0.1", port()).verify().getSession();
    session.addPasswordIdentity("secret");
    return session;
  }

  private ClientSession authenticated(SshClient ssh) throws IOException {
    ClientSession session = connected(ssh);
    session.auth().verify();
    return session;
  }

  @Test
  void aConnectionWithoutASessionIsEnded() throws Exception {
    accepted(admin, "<limits><hello-timeout>5</hello-timeout></limits>");
    try (SshClient ssh = SshClient.setUpDefaultClient()) {
      CompletableFuture<String> said = lastWord(ssh);
      authenticated(ssh);
      served.server.transports().watch(later(6));
      assertThat(said.get(30, TimeUnit.SECONDS)).isEqualTo("hello-timeout of 5 seconds");
    }
    assertThat(admin.rpc("<discard-changes/>")).contains("<ok/>");
  }

  @Test
  void aSessionWithoutAHelloIsEnded() throws Exception {
    try (SshClient ssh = SshClient.setUpDefaultClient()) {
      CompletableFuture<String> said = lastWord(ssh);
      var channel = authenticated(ssh).createSubsystemChannel("netconf");
      channel.open().verify();
      // The server's own hello is there when the session is.
      assertThat(channel.getInvertedOut().read()).isEqualTo('<');
      served.server.transports().watch(later(30));
      assertThat(said).isNotDone();
      served.server.transports().watch(later(90));
      assertThat(said.get(30, TimeUnit.SECONDS)).isEqualTo("hello-timeout of 60 seconds");
    }
    assertThat(admin.rpc("<discard-changes/>")).contains("<ok/>");
  }

  @Test
  void anIdleSessionIsEndedWhereThatIsConfigured() throws Exception {
    assertThat(admin.rpc("<discard-changes/>")).contains("<ok/>");
    served.server.transports().watch(later(1_000_000));
    assertThat(admin.rpc("<discard-changes/>")).contains("<ok/>");
    accepted(admin, "<limits><idle-timeout>100</idle-timeout></limits>");
    served.server.transports().watch(later(50));
    assertThat(admin.rpc("<lock><target><running/></target></lock>")).contains("<ok/>");
    // The session waits for a request only when it has done with the one before.
    while (!served.server.sessions().isEmpty()) {
      served.server.transports().watch(later(101));
    }
    assertThatThrownBy(() -> admin.rpc("<discard-changes/>")).isInstanceOf(IOException.class);
    try (NetconfClient again = served.connect()) {
      assertThat(again.rpc("<lock><target><running/></target></lock>")).contains("<ok/>");
    }
  }

  @Test
  void aMessageOverTheConfiguredSizeIsTooBig() throws Exception {
    accepted(admin, "<limits><max-message-size>2000</max-message-size></limits>");
    try (NetconfClient client = served.connect()) {
      assertThat(client.rpc("<discard-changes/>")).contains("<ok/>");
      assertThat(client.rpc("<!--" + " ".repeat(2000) + "--><discard-changes/>"))
          .contains("<error-tag>too-big</error-tag>", "2000 bytes");
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static String listen(int port) {
    return "<listen><name>more</name><transport>ssh</transport><address>127.0.0.1</address><port>"
        + port
        + "</port></listen>";
  }

  @Test
  void anotherAddressIsServedFromTheCommitOn() throws Exception {
    int port = freePort();
    accepted(admin, listen(port));
    NetconfClient.connect("127.0.0.1", port, "admin", "secret").close();
    restart();
    NetconfClient.connect("127.0.0.1", port, "admin", "secret").close();
    accepted(admin, "<listen nc:operation='delete'><name>more</name></listen>");
    assertThatThrownBy(() -> NetconfClient.connect("127.0.0.1", port, "admin", "secret"))
        .isInstanceOf(IOException.class);
  }

  @Test
  void anAddressThatIsTakenIsRefused() throws Exception {
    assertThat(commit(admin, listen(port())))
        .contains("<error-tag>resource-denied</error-tag>")
        .contains("hns:listen[hns:name='more']</error-path>")
        .contains("cannot listen at /127.0.0.1:" + port());
  }

  @Test
  void aKilledSessionIsToldByWhom() throws Exception {
    try (SshClient ssh = SshClient.setUpDefaultClient()) {
      CompletableFuture<String> said = lastWord(ssh);
      NetconfClient victim = NetconfClient.over(connected(ssh), () -> {});
      String id = victim.hello().replaceFirst("(?s).*<session-id>(.*)</session-id>.*", "$1");
      assertThat(admin.rpc("<kill-session><session-id>" + id + "</session-id></kill-session>"))
          .contains("<ok/>");
      assertThat(said.get(30, TimeUnit.SECONDS)).startsWith("killed by session ");
      assertThatThrownBy(() -> victim.rpc("<discard-changes/>")).isInstanceOf(IOException.class);
    }
  }

  @Test
  void killingOneSessionLeavesItsConnectionsOthers() throws Exception {
    try (SshClient ssh = SshClient.setUpDefaultClient()) {
      ClientSession session = connected(ssh);
      NetconfClient one = NetconfClient.over(session, () -> {});
      var channel = session.createSubsystemChannel("netconf");
      channel.open().verify();
      NetconfClient two =
          NetconfClient.over(channel.getInvertedOut(), channel.getInvertedIn(), channel);
      String id = two.hello().replaceFirst("(?s).*<session-id>(.*)</session-id>.*", "$1");
      admin.rpc("<kill-session><session-id>" + id + "</session-id></kill-session>");
      assertThatThrownBy(() -> two.rpc("<discard-changes/>")).isInstanceOf(IOException.class);
      assertThat(one.rpc("<discard-changes/>")).contains("<ok/>");
    }
  }
}
