package io.hairpin.netconf.server;

import io.hairpin.netconf.server.ServerConfiguration.Limits;
import io.hairpin.netconf.server.ServerConfiguration.Transport;
import io.hairpin.netconf.server.ServerConfiguration.User;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.OptionalFeature;
import org.apache.sshd.common.Service;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.throttle.DefaultChannelStreamWriter;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.cipher.Cipher;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.io.IoConnectFuture;
import org.apache.sshd.common.io.IoConnector;
import org.apache.sshd.common.kex.BuiltinDHFactories;
import org.apache.sshd.common.keyprovider.FileKeyPairProvider;
import org.apache.sshd.common.mac.BuiltinMacs;
import org.apache.sshd.common.mac.Mac;
import org.apache.sshd.common.session.SessionDisconnectHandler;
import org.apache.sshd.common.session.SessionListener;
import org.apache.sshd.common.session.helpers.AbstractSession;
import org.apache.sshd.common.session.helpers.TimeoutIndicator;
import org.apache.sshd.common.signature.BuiltinSignatures;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.ServerBuilder;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.auth.password.UserAuthPasswordFactory;
import org.apache.sshd.server.auth.pubkey.UserAuthPublicKeyFactory;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.apache.sshd.server.subsystem.SubsystemFactory;
import org.jspecify.annotations.Nullable;

/**
 * The SSH subsystem "netconf" (RFC 6242 section 3); each session runs in a virtual thread. Takes
 * connections at one address, and makes those of call home (RFC 8071).
 */
final class SshTransport implements Closeable {
  private static final String SUBSYSTEM = "netconf";
  private static final Duration CONNECT = Duration.ofSeconds(30);
  // What a client may send ahead, for each channel.
  private static final long WINDOW = 256 << 10;
  private static final int MAX_CHANNELS = 8;

  // Neither SHA-1 nor CBC, DSA, 3DES, RC4 or groups below 3072 bits.
  private static final List<BuiltinDHFactories> KEY_EXCHANGES =
      List.of(
          BuiltinDHFactories.mlkem768x25519,
          BuiltinDHFactories.sntrup761x25519,
          BuiltinDHFactories.sntrup761x25519_openssh,
          BuiltinDHFactories.curve25519,
          BuiltinDHFactories.curve25519_libssh,
          BuiltinDHFactories.ecdhp256,
          BuiltinDHFactories.ecdhp384,
          BuiltinDHFactories.ecdhp521,
          BuiltinDHFactories.dhg16_512,
          BuiltinDHFactories.dhg18_512);
  private static final List<BuiltinCiphers> CIPHERS =
      List.of(
          BuiltinCiphers.aes128gcm,
          BuiltinCiphers.aes256gcm,
          BuiltinCiphers.cc20p1305_openssh,
          BuiltinCiphers.aes128ctr,
          BuiltinCiphers.aes192ctr,
          BuiltinCiphers.aes256ctr);
  private static final List<BuiltinMacs> MACS =
      List.of(
          BuiltinMacs.hmacsha256etm,
          BuiltinMacs.hmacsha512etm,
          BuiltinMacs.hmacsha256,
          BuiltinMacs.hmacsha512);
  private static final List<BuiltinSignatures> SIGNATURES =
      List.of(
          BuiltinSignatures.ed25519,
          BuiltinSignatures.nistp256,
          BuiltinSignatures.nistp384,
          BuiltinSignatures.nistp521,
          BuiltinSignatures.rsaSHA512,
          BuiltinSignatures.rsaSHA256);

  /** Set on a connection that is counted. */
  private static final AttributeKey<Boolean> ADMITTED = new AttributeKey<>();

  private static final AttributeKey<String> REFUSAL = new AttributeKey<>();

  private static final AttributeKey<Use> USE = new AttributeKey<>();

  /** The NETCONF sessions of an authenticated connection, and since when there are none. */
  private static final class Use {
    private int sessions;
    private long since = System.nanoTime();

    synchronized void begins() {
      sessions++;
    }

    synchronized void ends() {
      sessions--;
      since = System.nanoTime();
    }

    synchronized boolean single() {
      return sessions <= 1;
    }

    synchronized boolean unused(long now, Duration limit) {
      return sessions == 0 && now - since > limit.toNanos();
    }
  }

  private final SshServer ssh;
  private final Transports transports;

  SshTransport(InetSocketAddress address, List<KeyPair> ownKeys, Transports transports)
      throws IOException {
    this.transports = transports;
    if (address.isUnresolved()) {
      throw new IOException("the address %s cannot be resolved".formatted(address));
    }
    ssh = SshServer.setUpDefaultServer();
    ssh.setHost(address.getAddress().getHostAddress());
    ssh.setPort(address.getPort());
    ssh.setKeyPairProvider(
        session -> {
          List<KeyPair> configured = transports.configuration().hostKeys();
          return configured.isEmpty() ? ownKeys : configured;
        });
    ssh.setKeyExchangeFactories(
        NamedFactory.setUpTransformedFactories(true, KEY_EXCHANGES, ServerBuilder.DH2KEX));
    ssh.setCipherFactories(List.<NamedFactory<Cipher>>copyOf(supported(CIPHERS)));
    ssh.setMacFactories(List.<NamedFactory<Mac>>copyOf(supported(MACS)));
    ssh.setSignatureFactories(List.<NamedFactory<Signature>>copyOf(supported(SIGNATURES)));
    ssh.setUserAuthFactories(
        List.of(UserAuthPublicKeyFactory.INSTANCE, UserAuthPasswordFactory.INSTANCE));
    ssh.setPasswordAuthenticator(
        (user, password, session) -> transports.authenticate(user, password));
    ssh.setPublickeyAuthenticator(
        (user, key, session) -> {
          User known = transports.configuration().users().get(user);
          return known != null
              && known.keys().stream().anyMatch(mine -> KeyUtils.compareKeys(mine, key));
        });
    ssh.setSubsystemFactories(List.of(new Factory()));
    ssh.setChannelStreamWriterResolver(
        (channel, command) -> new PacedWriter(new DefaultChannelStreamWriter(channel)));
    ssh.addSessionListener(new Connections());
    ssh.setSessionDisconnectHandler(new Disconnects());
    // How long a session may be silent is for the watch of NETCONF's own sessions; a peer that is
    // gone is noticed by TCP.
    CoreModuleProperties.IDLE_TIMEOUT.set(ssh, Duration.ZERO);
    CoreModuleProperties.NIO2_READ_TIMEOUT.set(ssh, Duration.ZERO);
    CoreModuleProperties.SOCKET_KEEPALIVE.set(ssh, true);
    CoreModuleProperties.TCP_NODELAY.set(ssh, true);
    CoreModuleProperties.WINDOW_SIZE.set(ssh, WINDOW);
    CoreModuleProperties.MAX_CONCURRENT_CHANNELS.set(ssh, MAX_CHANNELS);
    CoreModuleProperties.WAIT_FOR_SPACE_TIMEOUT.set(ssh, Activity.STALL);
  }

  private static <E extends OptionalFeature> List<E> supported(List<E> wanted) {
    return wanted.stream().filter(OptionalFeature::isSupported).toList();
  }

  void start() throws IOException {
    ssh.start();
  }

  InetSocketAddress address() {
    return (InetSocketAddress) ssh.getBoundAddresses().iterator().next();
  }

  @Override
  public void close() throws IOException {
    ssh.stop(true);
  }

  /** Opens a connection to a client, and waits until it is lost. */
  boolean call(InetSocketAddress client, Runnable connected)
      throws IOException, InterruptedException {
    try (IoConnector connector =
        ssh.getIoServiceFactory().createConnector(ssh.getSessionFactory())) {
      IoConnectFuture opened = connector.connect(client, null, null);
      if (!opened.await(CONNECT.toMillis())) {
        opened.cancel();
        throw new IOException("no connection within %d s".formatted(CONNECT.toSeconds()));
      }
      if (!opened.isConnected()) {
        throw new IOException("no connection: " + opened.getException(), opened.getException());
      }
      AbstractSession session = AbstractSession.getSession(opened.getSession());
      CountDownLatch closed = new CountDownLatch(1);
      session.addCloseFutureListener(future -> closed.countDown());
      connected.run();
      try {
        closed.await();
        return session.isAuthenticated();
      } finally {
        session.close(true);
      }
    }
  }

  /** Ends connections that were authenticated and carry no session for too long. */
  void watch(long now) {
    Duration limit = transports.configuration().limits().helloTimeout();
    for (AbstractSession connection : ssh.getActiveSessions()) {
      Use use = connection.getAttribute(USE);
      if (use != null && use.unused(now, limit)) {
        disconnect(
            connection,
            SshConstants.SSH2_DISCONNECT_BY_APPLICATION,
            "hello-timeout of %d seconds".formatted(limit.toSeconds()));
      }
    }
  }

  /** Reads the host key, or makes one. */
  static List<KeyPair> hostKeys(Path file) throws IOException {
    try {
      if (Files.notExists(file)) {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        write(file, generator.generateKeyPair());
      }
      List<KeyPair> keys = new ArrayList<>();
      new FileKeyPairProvider(file).loadKeys(null).forEach(keys::add);
      if (keys.isEmpty()) {
        throw new IOException(file + " holds no private key");
      }
      return List.copyOf(keys);
    } catch (GeneralSecurityException | RuntimeException e) {
      throw new IOException("cannot use the host key %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static void write(Path file, KeyPair pair) throws IOException, GeneralSecurityException {
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    Path unfinished = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(unfinished);
    Files.createFile(unfinished, ownerOnly);
    try (OutputStream out = Files.newOutputStream(unfinished)) {
      OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(pair, "netconf", null, out);
    }
    Files.move(unfinished, file);
  }

  private static void disconnect(
      org.apache.sshd.common.session.Session session, int code, String reason) {
    try {
      session.disconnect(code, reason);
    } catch (IOException e) {
      session.close(true);
    }
  }

  /** Counts the connections, and tells those that are too many why they must go. */
  private final class Connections implements SessionListener {
    @Override
    public void sessionCreated(org.apache.sshd.common.session.Session session) {
      Limits limits = transports.configuration().limits();
      CoreModuleProperties.AUTH_TIMEOUT.set(session, limits.loginTimeout());
      CoreModuleProperties.MAX_AUTH_REQUESTS.set(session, limits.maxLoginAttempts());
      transports
          .admission()
          .enter()
          .ifPresentOrElse(
              refusal -> session.setAttribute(REFUSAL, refusal),
              () -> session.setAttribute(ADMITTED, true));
    }

    @Override
    public void sessionPeerIdentificationReceived(
        org.apache.sshd.common.session.Session session, String version, List<String> extraLines) {
      String refusal = session.getAttribute(REFUSAL);
      if (refusal != null) {
        disconnect(session, SshConstants.SSH2_DISCONNECT_TOO_MANY_CONNECTIONS, refusal);
      }
    }

    @Override
    public void sessionEvent(org.apache.sshd.common.session.Session session, Event event) {
      if (event == Event.Authenticated) {
        session.setAttribute(USE, new Use());
      }
    }

    @Override
    public void sessionClosed(org.apache.sshd.common.session.Session session) {
      if (session.removeAttribute(ADMITTED) != null) {
        transports.admission().leave();
      }
    }
  }

  /** Names the limit that was reached. */
  private static final class Disconnects implements SessionDisconnectHandler {
    @Override
    public boolean handleTimeoutDisconnectReason(
        org.apache.sshd.common.session.Session session, TimeoutIndicator timeout)
        throws IOException {
      session.disconnect(
          SshConstants.SSH2_DISCONNECT_PROTOCOL_ERROR,
          "login-timeout of %d seconds".formatted(timeout.getThresholdValue().toSeconds()));
      return false;
    }

    @Override
    public boolean handleAuthCountDisconnectReason(
        org.apache.sshd.common.session.Session session,
        Service service,
        String serviceName,
        String method,
        String user,
        int currentAuthCount,
        int maxAuthCount)
        throws IOException {
      session.disconnect(
          SshConstants.SSH2_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE,
          "max-login-attempts of %d".formatted(maxAuthCount));
      return false;
    }
  }

  private final class Factory implements SubsystemFactory {
    @Override
    public String getName() {
      return SUBSYSTEM;
    }

    @Override
    public Command createSubsystem(ChannelSession channel) {
      return new Subsystem();
    }
  }

  private final class Subsystem implements Command {
    private InputStream in = InputStream.nullInputStream();
    private OutputStream out = OutputStream.nullOutputStream();
    private @Nullable ExitCallback exit;

    @Override
    public void setInputStream(InputStream stream) {
      in = stream;
    }

    @Override
    public void setOutputStream(OutputStream stream) {
      out = stream;
    }

    @Override
    public void setErrorStream(OutputStream stream) {}

    @Override
    public void setExitCallback(ExitCallback callback) {
      exit = callback;
    }

    @Override
    public void start(ChannelSession channel, Environment environment) {
      var connection = channel.getSession();
      String user = connection.getUsername();
      Peer peer =
          Peer.of(
              Transport.SSH,
              user,
              connection.getClientAddress(),
              transports.configuration().limits());
      Session session = transports.session(peer, in, out, reason -> hangUp(channel, reason));
      String refusal = transports.admission().enter(session).orElse(null);
      if (refusal != null) {
        disconnect(connection, SshConstants.SSH2_DISCONNECT_TOO_MANY_CONNECTIONS, refusal);
        return;
      }
      ExitCallback callback = exit;
      Use use = connection.computeAttributeIfAbsent(USE, key -> new Use());
      use.begins();
      Thread.ofVirtual()
          .name("netconf-session-" + session.id())
          .start(
              () -> {
                try {
                  session.run();
                } finally {
                  use.ends();
                  if (callback != null) {
                    callback.onExit(0);
                  }
                }
              });
    }

    /** Ends the channel, and the connection where it carries nothing else. */
    private void hangUp(ChannelSession channel, String reason) {
      var connection = channel.getSession();
      Use use = connection.getAttribute(USE);
      if (use == null || use.single()) {
        disconnect(connection, SshConstants.SSH2_DISCONNECT_BY_APPLICATION, reason);
      } else {
        // Gracefully: the client is told, and the connection lives on.
        channel.close(false);
      }
      try {
        in.close();
      } catch (IOException e) {
        connection.close(true);
      }
    }

    @Override
    public void destroy(ChannelSession channel) throws IOException {
      in.close();
      out.close();
    }
  }
}
