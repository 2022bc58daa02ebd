package io.hairpin.netconf.server;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.QName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A NETCONF server over SSH: the candidate and the running datastore of a schema. Running is
 * durable before a commit is acknowledged.
 */
public final class NetconfServer implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(NetconfServer.class);

  private final Datastores datastores;
  private final Sessions sessions = new Sessions();
  private final Session.Server server;
  private final InetSocketAddress wanted;
  private final Path hostKey;
  private final Authenticator authenticator;
  private @Nullable SshTransport transport;

  private NetconfServer(Builder builder, Schema schema, Storage storage, Path hostKey) {
    wanted = builder.address;
    this.hostKey = hostKey;
    authenticator = builder.authenticator;
    datastores = new Datastores(schema.root(), storage, List.copyOf(builder.participants));
    Monitoring monitoring = new Monitoring(schema, datastores, sessions);
    Map<QName, List<StateProvider>> states = new LinkedHashMap<>(builder.states);
    monitoring.providers().forEach((root, state) -> states.put(root, List.of(state)));
    Operations operations = new Operations(schema, datastores, sessions, states);
    server =
        new Session.Server(
            schema,
            datastores,
            operations,
            sessions,
            monitoring.capabilities(),
            builder.maxMessageSize);
  }

  /**
   * Begins a server.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Reads the stored configuration, hands it to the participants and opens the port.
   *
   * @throws IOException if the stored configuration cannot be read or the port cannot be opened;
   *     nothing is left open then
   */
  public void start() throws IOException {
    datastores.start();
    try {
      SshTransport ssh = new SshTransport(wanted, hostKey, authenticator, server);
      ssh.start();
      transport = ssh;
    } catch (IOException | RuntimeException e) {
      datastores.close();
      throw e;
    }
  }

  /**
   * Where clients connect.
   *
   * @return the bound address, with the real port where 0 was asked for
   */
  public InetSocketAddress address() {
    if (transport == null) {
      throw new IllegalStateException("the server is not started");
    }
    return transport.address();
  }

  /** Ends all sessions and closes port and storage; a commit that is under way is finished. */
  @Override
  public void close() {
    try {
      if (transport != null) {
        transport.close();
        transport = null;
      }
      sessions.all().forEach(Session::kill);
      datastores.close();
    } catch (IOException e) {
      LOG.warn("the server was not closed cleanly", e);
    }
  }

  /** Says what a server needs. Not thread-safe. */
  public static final class Builder {
    private @Nullable Schema schema;
    private @Nullable Storage storage;
    private Authenticator authenticator = (user, password) -> false;
    private @Nullable Path hostKey;
    private InetSocketAddress address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 8830);
    private final List<Participant> participants = new ArrayList<>();
    private final Map<QName, List<StateProvider>> states = new LinkedHashMap<>();
    private long maxMessageSize = 64L << 20;

    private Builder() {}

    /**
     * Sets what may be configured. Required.
     *
     * @param value the schema
     * @return this builder
     */
    public Builder schema(Schema value) {
      schema = value;
      return this;
    }

    /**
     * Sets where the running datastore is kept. Required; the server opens and closes it.
     *
     * @param value the storage
     * @return this builder
     */
    public Builder storage(Storage value) {
      storage = value;
      return this;
    }

    /**
     * Sets who may connect; without it, nobody.
     *
     * @param value decides
     * @return this builder
     */
    public Builder authenticator(Authenticator value) {
      authenticator = value;
      return this;
    }

    /**
     * Sets the file of the SSH host key. Required; where there is none, a new key is made at start,
     * readable by the owner only.
     *
     * @param value a private key in PEM or OpenSSH format
     * @return this builder
     */
    public Builder hostKey(Path value) {
      hostKey = value;
      return this;
    }

    /**
     * Sets where to listen, by default 127.0.0.1:8830.
     *
     * @param value the address; port 0 is any free port
     * @return this builder
     */
    public Builder address(InetSocketAddress value) {
      address = value;
      return this;
    }

    /**
     * Adds one who takes part in every commit.
     *
     * @param value the participant
     * @return this builder
     */
    public Builder participant(Participant value) {
      participants.add(value);
      return this;
    }

    /**
     * Adds state data below a top-level node.
     *
     * @param root the name of the top-level node
     * @param value is asked for it
     * @return this builder
     */
    public Builder state(QName root, StateProvider value) {
      states.computeIfAbsent(root, key -> new ArrayList<>()).add(value);
      return this;
    }

    /**
     * Limits the size of a request, by default to 64 MiB.
     *
     * @param bytes at least 1024; a larger message ends its session with {@code too-big}
     * @return this builder
     */
    public Builder maxMessageSize(long bytes) {
      if (bytes < 1024) {
        throw new IllegalArgumentException("message size limit " + bytes + " is below 1024");
      }
      maxMessageSize = bytes;
      return this;
    }

    /**
     * Makes the server, which does nothing before it is started.
     *
     * @return the server
     * @throws IllegalStateException if something required is missing
     */
    public NetconfServer build() {
      if (schema == null || storage == null || hostKey == null) {
        throw new IllegalStateException("a server needs schema, storage and hostKey");
      }
      return new NetconfServer(this, schema, storage, hostKey);
    }
  }
}
