package io.hairpin.benchmarks;

import io.hairpin.netconf.server.NetconfServer;
import io.hairpin.netconf.server.Schema;
import io.hairpin.netconf.server.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.apache.sshd.server.keyprovider.SimpleGeneratorHostKeyProvider;
import org.apache.sshd.server.subsystem.SubsystemFactory;
import org.jspecify.annotations.Nullable;

/**
 * One NETCONF server in a process of its own: {@code hairpin DIRECTORY}, or {@code netconfd
 * DIRECTORY SOCKET}, which puts the same SSH transport before a yuma123 that listens on a socket.
 */
final class NetconfProcess {
  static final String MODULE = "hairpin-bench";

  private static final InetSocketAddress ANY =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private NetconfProcess() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path directory = Path.of(arguments[1]);
    int port =
        arguments[0].equals("hairpin") ? hairpin(directory) : netconfd(directory, arguments[2]);
    System.out.println("ready netconf=" + port);
    Thread.currentThread().join();
  }

  private static int hairpin(Path directory) throws IOException {
    NetconfServer server =
        NetconfServer.builder()
            .schema(
                Schema.builder()
                    .classPath(NetconfProcess.class.getClassLoader())
                    .modules(MODULE)
                    .build())
            .storage(new Timed(Storage.files(directory.resolve("running")), waited(directory)))
            .authenticator((user, password) -> true)
            .hostKey(directory.resolve("host-key"))
            .address(ANY)
            .build();
    server.start();
    return server.address().getPort();
  }

  /** Where a server counts the nanoseconds that it has waited for its journal's disk. */
  static MappedByteBuffer waited(Path directory) throws IOException {
    try (FileChannel file =
        FileChannel.open(
            directory.resolve("waited"),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      return file.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES);
    }
  }

  /** Tells how long appending to the journal took: to write a record and to sync it. */
  private record Timed(Storage storage, MappedByteBuffer waited) implements Storage {
    @Override
    public List<byte[]> open() throws IOException {
      return storage.open();
    }

    @Override
    public void append(byte[] change) throws IOException {
      long start = System.nanoTime();
      storage.append(change);
      waited.putLong(0, waited.getLong(0) + System.nanoTime() - start);
    }

    @Override
    public boolean snapshotDue() {
      return storage.snapshotDue();
    }

    @Override
    public void replace(byte[] snapshot) throws IOException {
      storage.replace(snapshot);
    }

    @Override
    public void close() throws IOException {
      storage.close();
    }
  }

  private static int netconfd(Path directory, String socket) throws IOException {
    SshServer ssh = SshServer.setUpDefaultServer();
    ssh.setHost(ANY.getHostString());
    ssh.setKeyPairProvider(new SimpleGeneratorHostKeyProvider(directory.resolve("host-key")));
    ssh.setPasswordAuthenticator((user, password, session) -> true);
    ssh.setSubsystemFactories(
        List.of(
            new SubsystemFactory() {
              @Override
              public String getName() {
                return "netconf";
              }

              @Override
              public Command createSubsystem(ChannelSession channel) {
                return new Subsystem(socket);
              }
            }));
    ssh.start();
    return ssh.getPort();
  }

  /** Copies between the channel and yuma123's netconf-subsystem. */
  private static final class Subsystem implements Command {
    private final String socket;
    private InputStream in = InputStream.nullInputStream();
    private OutputStream out = OutputStream.nullOutputStream();
    private @Nullable ExitCallback exit;
    private @Nullable Process process;

    Subsystem(String socket) {
      this.socket = socket;
    }

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
    public void start(ChannelSession channel, Environment environment) throws IOException {
      var builder = new ProcessBuilder("netconf-subsystem", "--ncxserver-sockname=830@" + socket);
      builder.environment().put("SSH_CONNECTION", "127.0.0.1 1024 127.0.0.1 830");
      builder.environment().put("USER", "root");
      builder.redirectError(ProcessBuilder.Redirect.DISCARD);
      Process started = builder.start();
      process = started;
      copy(in, started.getOutputStream());
      copy(started.getInputStream(), out);
    }

    private void copy(InputStream from, OutputStream to) {
      Thread.ofPlatform()
          .daemon()
          .start(
              () -> {
                byte[] buffer = new byte[1 << 16];
                try (to) {
                  for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
                    to.write(buffer, 0, n);
                    to.flush();
                  }
                } catch (IOException e) {
                  Report.progress("netconfd: " + e.getMessage());
                }
                if (exit != null) {
                  exit.onExit(0);
                }
              });
    }

    @Override
    public void destroy(ChannelSession channel) {
      if (process != null) {
        process.destroy();
      }
    }
  }
}
