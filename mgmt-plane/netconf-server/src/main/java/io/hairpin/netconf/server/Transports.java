package io.hairpin.netconf.server;

import io.hairpin.netconf.server.ServerConfiguration.Call;
import io.hairpin.netconf.server.ServerConfiguration.Identity;
import io.hairpin.netconf.server.ServerConfiguration.Listen;
import io.hairpin.netconf.server.ServerConfiguration.Transport;
import io.hairpin.netconf.server.ServerConfiguration.User;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.DataContainerChild;
import org.opendaylight.yangtools.yang.model.api.EffectiveModelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where sessions come from: the address that the server was started with, and what module
 * hairpin-netconf-server says besides. A commit takes effect on new connections; those that are
 * open stay, but for call home that is no longer configured.
 */
final class Transports implements Participant, Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Transports.class);
  private static final Duration WATCH = Duration.ofSeconds(1);
  private static final int CONNECT_MILLIS = 30_000;

  private final EffectiveModelContext context;
  private final Sessions sessions;
  private final Authenticator authenticator;
  private final CallHome.Pause pause;
  private final Admission admission;
  private final TlsTransport.Handshakes handshakes = new TlsTransport.Handshakes();
  private final Map<Listen, Closeable> listening = new LinkedHashMap<>();
  private final Map<Call, CallHome> calling = new LinkedHashMap<>();
  private final Thread watch = Thread.ofVirtual().name("netconf-watch").unstarted(this::watch);
  private volatile ServerConfiguration configuration;
  private volatile @Nullable TlsIdentity tls;
  private List<KeyPair> ownKeys = List.of();
  private Session.@Nullable Server server;
  private @Nullable SshTransport main;

  Transports(
      EffectiveModelContext context,
      Sessions sessions,
      Authenticator authenticator,
      CallHome.Pause pause) {
    this.context = context;
    this.sessions = sessions;
    this.authenticator = authenticator;
    this.pause = pause;
    configuration = nothing();
    admission = new Admission(sessions, configuration.limits());
  }

  private ServerConfiguration nothing() {
    try {
      return ServerConfiguration.of(context, Datastores.empty());
    } catch (RefusedException e) {
      throw new IllegalStateException(e);
    }
  }

  ServerConfiguration configuration() {
    return configuration;
  }

  Sessions sessions() {
    return sessions;
  }

  Admission admission() {
    return admission;
  }

  TlsTransport.Handshakes handshakes() {
    return handshakes;
  }

  TlsIdentity tls() throws IOException {
    TlsIdentity present = tls;
    if (present == null) {
      throw new IOException("no server-identity is configured");
    }
    return present;
  }

  /** Checks a password: the configured user's; where there is none, it is the application's say. */
  boolean authenticate(String user, String password) {
    User known = configuration.users().get(user);
    return known == null
        ? authenticator.authenticate(user, password)
        : CryptHash.matches(password, known.password());
  }

  Session session(Peer peer, InputStream in, OutputStream out, Session.HangUp hangUp) {
    return new Session(Objects.requireNonNull(server), peer, in, out, hangUp);
  }

  /** Opens the port that the server was started with, then what is configured. */
  void open(Session.Server serving, InetSocketAddress address, Path hostKey, ContainerNode running)
      throws IOException {
    server = serving;
    configure(running);
    ownKeys = SshTransport.hostKeys(hostKey);
    SshTransport ssh = new SshTransport(address, ownKeys, this);
    ssh.start();
    main = ssh;
    apply(configuration, tls);
    watch.start();
  }

  private SshTransport main() {
    if (main == null) {
      throw new IllegalStateException("the server is not started");
    }
    return main;
  }

  InetSocketAddress address() {
    return main().address();
  }

  private void watch() {
    try {
      while (true) {
        Thread.sleep(WATCH);
        watch(System.nanoTime());
      }
    } catch (InterruptedException e) {
      LOG.debug("the limits are no longer watched");
    }
  }

  /** Ends what takes longer than the limits allow. */
  void watch(long now) {
    try {
      handshakes.watch(now, configuration.limits().loginTimeout());
      main().watch(now);
      synchronized (this) {
        for (Closeable each : listening.values()) {
          if (each instanceof SshTransport ssh) {
            ssh.watch(now);
          }
        }
      }
      sessions.all().forEach(session -> session.watch(now, configuration.limits()));
    } catch (RuntimeException e) {
      LOG.error("the limits could not be watched", e);
    }
  }

  @Override
  public void start(ContainerNode running) {
    // It was opened with it.
  }

  private void configure(ContainerNode running) {
    try {
      ServerConfiguration stored = ServerConfiguration.of(context, running);
      tls = identity(stored);
      configuration = stored;
    } catch (RefusedException e) {
      LOG.error("what is configured for this server cannot be used: {}", e.getMessage());
    }
    admission.limits(configuration.limits());
  }

  private @Nullable TlsIdentity identity(ServerConfiguration wanted) throws RefusedException {
    Identity own = wanted.tls().identity();
    if (own == null) {
      return null;
    }
    try {
      return new TlsIdentity(wanted.tls(), own);
    } catch (GeneralSecurityException | IOException e) {
      throw new RefusedException(null, "TLS cannot use server-identity: " + e.getMessage());
    }
  }

  @Override
  public Prepared prepare(Change change) throws RefusedException {
    QName root = ServerConfiguration.root(context);
    boolean concerned =
        change.edits().stream()
            .anyMatch(
                edit ->
                    edit.path().isEmpty()
                        || edit.path().getPathArguments().getFirst().getNodeType().equals(root));
    if (!concerned) {
      return new Ready(configuration, tls);
    }
    ServerConfiguration wanted = ServerConfiguration.of(context, change.after());
    TlsIdentity identity = identity(wanted);
    for (Listen each : wanted.listen()) {
      demandFree(each);
    }
    return new Ready(wanted, identity);
  }

  /** Refuses an address that is another's. */
  private synchronized void demandFree(Listen wanted) throws RefusedException {
    boolean ours = listening.keySet().stream().anyMatch(l -> l.address().equals(wanted.address()));
    if (ours) {
      return;
    }
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(wanted.address());
    } catch (IOException e) {
      throw new RefusedException(
          wanted.path(),
          ErrorTag.RESOURCE_DENIED,
          null,
          "cannot listen at %s: %s".formatted(wanted.address(), e.getMessage()));
    }
  }

  private final class Ready implements Prepared {
    private final ServerConfiguration wanted;
    private final @Nullable TlsIdentity identity;

    Ready(ServerConfiguration wanted, @Nullable TlsIdentity identity) {
      this.wanted = wanted;
      this.identity = identity;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // Nothing of it has changed where it is the same.
    public void apply() {
      if (wanted != configuration) {
        Transports.this.apply(wanted, identity);
      }
    }

    @Override
    public void abort() {
      // Nothing is reserved.
    }
  }

  private synchronized void apply(ServerConfiguration wanted, @Nullable TlsIdentity identity) {
    tls = identity;
    configuration = wanted;
    admission.limits(wanted.limits());
    listening
        .entrySet()
        .removeIf(
            entry -> {
              boolean gone = !wanted.listen().contains(entry.getKey());
              if (gone) {
                close(entry.getValue());
              }
              return gone;
            });
    for (Listen each : wanted.listen()) {
      if (!listening.containsKey(each)) {
        try {
          listening.put(each, listen(each));
        } catch (IOException e) {
          LOG.error("cannot listen at {}", each.address(), e);
        }
      }
    }
    calling
        .entrySet()
        .removeIf(
            entry -> {
              boolean gone = !wanted.calls().contains(entry.getKey());
              if (gone) {
                entry.getValue().close();
              }
              return gone;
            });
    for (Call each : wanted.calls()) {
      calling.computeIfAbsent(
          each,
          call -> {
            CallHome home = new CallHome(call, connection(call), pause);
            home.start();
            return home;
          });
    }
  }

  private Closeable listen(Listen wanted) throws IOException {
    return switch (wanted.transport()) {
      case SSH -> {
        SshTransport ssh = new SshTransport(wanted.address(), ownKeys, this);
        ssh.start();
        yield ssh;
      }
      case TLS -> {
        TlsTransport transport = new TlsTransport(wanted.address(), this);
        transport.start();
        yield transport;
      }
    };
  }

  private CallHome.Connection connection(Call call) {
    return call.transport() == Transport.SSH ? main()::call : this::callByTls;
  }

  private boolean callByTls(InetSocketAddress client, Runnable connected)
      throws IOException, InterruptedException {
    try (Socket socket = new Socket()) {
      socket.connect(client, CONNECT_MILLIS);
      connected.run();
      return TlsTransport.serve(socket, this);
    }
  }

  /** What call home has reached. */
  synchronized Optional<DataContainerChild> state() {
    if (calling.isEmpty()) {
      return Optional.empty();
    }
    StateBuilder state = new StateBuilder(ServerConfiguration.root(context).getModule());
    return Optional.of(
        state.container(
            "netconf-server",
            state.list(
                "call-home",
                calling.values().stream()
                    .map(
                        home ->
                            state.entry(
                                "call-home",
                                Map.of("name", home.call().name()),
                                List.of(state.leaf("connected", home.connected()))))
                    .toList())));
  }

  private static void close(Closeable each) {
    try {
      each.close();
    } catch (IOException e) {
      LOG.warn("{} was not closed cleanly", each, e);
    }
  }

  @Override
  public synchronized void close() {
    watch.interrupt();
    calling.values().forEach(CallHome::close);
    calling.clear();
    new ArrayList<>(listening.values()).forEach(Transports::close);
    listening.clear();
    if (main != null) {
      close(main);
      main = null;
    }
  }
}
