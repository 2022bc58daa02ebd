package io.hairpin.netconf.server;

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
import java.util.List;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.keyprovider.FileKeyPairProvider;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.auth.password.UserAuthPasswordFactory;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.apache.sshd.server.subsystem.SubsystemFactory;
import org.jspecify.annotations.Nullable;

/** The SSH subsystem "netconf" (RFC 6242 section 3); each session runs in a virtual thread. */
final class SshTransport implements Closeable {
  private static final String SUBSYSTEM = "netconf";

  private final SshServer ssh;
  private final Session.Server server;

  SshTransport(
      InetSocketAddress address, Path hostKey, Authenticator authenticator, Session.Server server)
      throws IOException {
    this.server = server;
    if (address.isUnresolved()) {
      throw new IOException("the address %s cannot be resolved".formatted(address));
    }
    ssh = SshServer.setUpDefaultServer();
    ssh.setHost(address.getAddress().getHostAddress());
    ssh.setPort(address.getPort());
    ssh.setKeyPairProvider(keys(hostKey));
    ssh.setUserAuthFactories(List.of(UserAuthPasswordFactory.INSTANCE));
    ssh.setPasswordAuthenticator(
        (user, password, session) -> authenticator.authenticate(user, password));
    ssh.setSubsystemFactories(List.of(new Factory()));
    // A session may be silent for as long as it likes; a peer that is gone is noticed by TCP.
    CoreModuleProperties.IDLE_TIMEOUT.set(ssh, Duration.ZERO);
    CoreModuleProperties.NIO2_READ_TIMEOUT.set(ssh, Duration.ZERO);
    CoreModuleProperties.SOCKET_KEEPALIVE.set(ssh, true);
    CoreModuleProperties.TCP_NODELAY.set(ssh, true);
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

  private static KeyPairProvider keys(Path file) throws IOException {
    try {
      if (Files.notExists(file)) {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        write(file, generator.generateKeyPair());
      }
      FileKeyPairProvider keys = new FileKeyPairProvider(file);
      if (!keys.loadKeys(null).iterator().hasNext()) {
        throw new IOException(file + " holds no private key");
      }
      return keys;
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
      var ssh = channel.getSession();
      Session session =
          new Session(
              server,
              ssh.getUsername(),
              ssh.getClientAddress() instanceof InetSocketAddress peer
                  ? peer.getAddress().getHostAddress()
                  : String.valueOf(ssh.getClientAddress()),
              in,
              out,
              () -> ssh.close(true));
      ExitCallback callback = exit;
      Thread.ofVirtual()
          .name("netconf-session-" + session.id())
          .start(
              () -> {
                try {
                  session.run();
                } finally {
                  if (callback != null) {
                    callback.onExit(0);
                  }
                }
              });
    }

    @Override
    public void destroy(ChannelSession channel) throws IOException {
      in.close();
      out.close();
    }
  }
}
