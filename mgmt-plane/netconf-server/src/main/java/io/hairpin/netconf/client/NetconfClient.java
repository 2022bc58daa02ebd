package io.hairpin.netconf.client;

import io.hairpin.netconf.transport.MessageReader;
import io.hairpin.netconf.transport.MessageWriter;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ChannelSubsystem;
import org.apache.sshd.client.config.hosts.HostConfigEntryResolver;
import org.apache.sshd.client.keyverifier.AcceptAllServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;

/**
 * One NETCONF session over SSH, or over any stream. Over SSH it takes any host key, so it is for
 * one's own machine. Messages are texts; chunked framing is used where the server has base:1.1. Not
 * thread-safe.
 */
public final class NetconfClient implements AutoCloseable {
  private static final long MAX_MESSAGE = 1L << 30;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Closeable transport;
  private final MessageReader reader;
  private final MessageWriter writer;
  private final String serverHello;
  private int messageId;

  private NetconfClient(
      InputStream in, OutputStream out, Closeable transport, List<String> capabilities)
      throws IOException {
    this.transport = transport;
    reader = new MessageReader(in, MAX_MESSAGE);
    writer = new MessageWriter(out);
    send(
        """
        <hello xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"><capabilities>\
        <capability>urn:ietf:params:netconf:base:1.0</capability>\
        <capability>urn:ietf:params:netconf:base:1.1</capability>\
        %s</capabilities></hello>\
        """
            .formatted(
                String.join(
                    "",
                    capabilities.stream()
                        .map(each -> "<capability>" + each + "</capability>")
                        .toList())));
    serverHello = receive();
    if (serverHello.contains(">urn:ietf:params:netconf:base:1.1<")) {
      reader.useChunks();
      writer.useChunks();
    }
  }

  /**
   * Exchanges hello messages over a connection that is there.
   *
   * @param in from the server
   * @param out to the server
   * @param transport is closed with the session
   * @return the session
   * @throws IOException if the connection fails
   */
  public static NetconfClient over(InputStream in, OutputStream out, Closeable transport)
      throws IOException {
    return new NetconfClient(in, out, transport, List.of());
  }

  /**
   * Opens a session with a password and exchanges hello messages.
   *
   * @param host the server's name or address
   * @param port its TCP port
   * @param user the SSH user
   * @param password the user's password
   * @return the session
   * @throws IOException if the server cannot be reached or refuses the user
   */
  public static NetconfClient connect(String host, int port, String user, String password)
      throws IOException {
    return connect(host, port, user, password, List.of());
  }

  /**
   * Opens a session with a password, and tells the server more capabilities than those of the
   * protocol.
   *
   * @param host the server's name or address
   * @param port its TCP port
   * @param user the SSH user
   * @param password the user's password
   * @param capabilities the URIs
   * @return the session
   * @throws IOException if the server cannot be reached or refuses the user
   */
  public static NetconfClient connect(
      String host, int port, String user, String password, List<String> capabilities)
      throws IOException {
    return connect(
        host, port, user, session -> session.addPasswordIdentity(password), capabilities);
  }

  /**
   * Opens a session with a key and exchanges hello messages.
   *
   * @param host the server's name or address
   * @param port its TCP port
   * @param user the SSH user
   * @param key one of the user's keys
   * @return the session
   * @throws IOException if the server cannot be reached or refuses the user
   */
  public static NetconfClient connect(String host, int port, String user, KeyPair key)
      throws IOException {
    return connect(host, port, user, session -> session.addPublicKeyIdentity(key), List.of());
  }

  private static NetconfClient connect(
      String host,
      int port,
      String user,
      Consumer<ClientSession> identity,
      List<String> capabilities)
      throws IOException {
    SshClient ssh = SshClient.setUpDefaultClient();
    ssh.setServerKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE);
    // Only what is given is offered, not the files of whoever runs this.
    ssh.setKeyIdentityProvider(KeyIdentityProvider.EMPTY_KEYS_PROVIDER);
    ssh.setHostConfigEntryResolver(HostConfigEntryResolver.EMPTY);
    ssh.start();
    try {
      ClientSession session = ssh.connect(user, host, port).verify(PATIENCE).getSession();
      identity.accept(session);
      return over(session, ssh::stop, capabilities);
    } catch (IOException | RuntimeException e) {
      ssh.stop();
      throw e;
    }
  }

  /**
   * Authenticates on an SSH connection, opens a session and exchanges hello messages.
   *
   * @param connection a connection that has its identities
   * @param transport is closed with the session
   * @return the session
   * @throws IOException if the server refuses the user or the session
   */
  public static NetconfClient over(ClientSession connection, Closeable transport)
      throws IOException {
    return over(connection, transport, List.of());
  }

  private static NetconfClient over(
      ClientSession connection, Closeable transport, List<String> capabilities) throws IOException {
    connection.auth().verify(PATIENCE);
    ChannelSubsystem channel = connection.createSubsystemChannel("netconf");
    channel.open().verify(PATIENCE);
    return new NetconfClient(
        channel.getInvertedOut(),
        channel.getInvertedIn(),
        () -> {
          channel.close(true);
          connection.close(true);
          transport.close();
        },
        capabilities);
  }

  /**
   * The server's first message.
   *
   * @return its {@code <hello>}
   */
  public String hello() {
    return serverHello;
  }

  /**
   * Sends a request and waits for its reply.
   *
   * @param operation what stands inside {@code <rpc>}, for example {@code <get/>}; the default
   *     namespace is that of the protocol
   * @return the whole {@code <rpc-reply>}
   * @throws IOException if the session is lost
   */
  public String rpc(String operation) throws IOException {
    return exchange(
        "<rpc xmlns=\"urn:ietf:params:xml:ns:netconf:base:1.0\" message-id=\""
            + ++messageId
            + "\">"
            + operation
            + "</rpc>");
  }

  /**
   * Sends a message as it stands and waits for the next one.
   *
   * @param message the message, without framing
   * @return the reply
   * @throws IOException if the session is lost
   */
  public String exchange(String message) throws IOException {
    send(message);
    return receive();
  }

  /**
   * Sends a message as it stands.
   *
   * @param message the message, without framing
   * @throws IOException if the session is lost
   */
  public void send(String message) throws IOException {
    try (OutputStream out = writer.message()) {
      out.write(message.getBytes(StandardCharsets.UTF_8));
    }
  }

  /**
   * Waits for a message.
   *
   * @return the message, without framing
   * @throws IOException if the session is lost, {@link EOFException} if the server has closed it
   */
  public String receive() throws IOException {
    InputStream message =
        reader.next().orElseThrow(() -> new EOFException("the server closed the session"));
    return new String(message.readAllBytes(), StandardCharsets.UTF_8);
  }

  /** Ends the session without a word; {@code <close-session>} is the polite way. */
  @Override
  public void close() {
    try {
      transport.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
