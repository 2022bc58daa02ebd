package io.hairpin.netconf.server;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.QName;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.PathArgument;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A NETCONF server over SSH and TLS: the candidate and the running datastore of a schema. Running
 * is durable before a commit is acknowledged.
 */
public final class NetconfServer implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(NetconfServer.class);
  private static final String PRIVATE_CANDIDATE = "ietf-netconf-private-candidate";

  private final Datastores datastores;
  private final Sessions sessions = new Sessions();
  private final Definition root;
  private final Guests guests;
  private final Notifications notifications;
  private final Time time;
  private final Session.Server server;
  private final InetSocketAddress wanted;
  private final Path hostKey;
  private final Transports transports;

  private NetconfServer(Builder builder, Schema schema, Storage storage, Path hostKey) {
    wanted = builder.address;
    this.hostKey = hostKey;
    root = schema.root();
    transports = new Transports(schema.context(), sessions, builder.authenticator, builder.pause);
    AccessControl access =
        new AccessControl(schema, builder.recovery, builder.authenticator::groups);
    List<Participant> participants = new ArrayList<>();
    participants.add(access);
    participants.addAll(builder.participants);
    participants.add(transports);
    time = builder.time == null ? Time.system() : builder.time;
    datastores =
        new Datastores(
            schema.root(), builder.features(), time, access, storage, List.copyOf(participants));
    Monitoring monitoring = new Monitoring(schema, datastores, sessions);
    Operational operational = new Operational(schema.root(), datastores);
    builder.states.forEach(
        (root, providers) -> providers.forEach(state -> operational.add(root, state)));
    operational.addAll(monitoring.providers());
    operational.addAll(access.providers());
    notifications = new Notifications(schema, access, time, builder.replay);
    operational.addAll(notifications.providers());
    operational.add(ServerConfiguration.root(schema.context()), transports::state);
    guests = new Guests(schema.root(), operational);
    Invocations invocations =
        new Invocations(schema.root(), guests, access, builder.rpcs, builder.actions);
    Operations operations = new Operations(schema, datastores, sessions, operational, invocations);
    notifications.register(operations);
    Subscriptions subscriptions =
        new Subscriptions(
            schema, datastores, operational, invocations, notifications, time, builder.maxPush);
    subscriptions.register(operations);
    operational.addAll(subscriptions.providers());
    datastores.watch(subscriptions);
    SystemEvents events =
        new SystemEvents(
            schema,
            content ->
                notifications.publish(
                    Objects.requireNonNull(root.notifications().get(content.name().getNodeType())),
                    YangInstanceIdentifier.of(),
                    content));
    datastores.watch(events);
    server =
        new Session.Server(
            schema,
            datastores,
            operations,
            sessions,
            events,
            monitoring.capabilities(),
            builder.maxMessageSize,
            new CountDownLatch(1));
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
   * Reads the stored configuration, opens the port, hands the configuration to the participants and
   * greets the sessions, in this order: a port that is taken fails before anything is done.
   *
   * @throws IOException if the stored configuration cannot be read or the port cannot be opened;
   *     nothing is left open then
   */
  public void start() throws IOException {
    datastores.open();
    try {
      transports.open(
          server, wanted, hostKey, datastores.read(Datastores.Name.RUNNING, Actor.SERVER));
      datastores.start();
      server.started().countDown();
    } catch (IOException | RuntimeException e) {
      transports.close();
      // Sessions that wait find their connections closed.
      server.started().countDown();
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
    return transports.address();
  }

  /**
   * Publishes a notification of a module (RFC 7950 section 7.16) in the stream NETCONF, to all who
   * have subscribed to it. Does not wait for subscribers; thread-safe.
   *
   * @param content the notification: its name and what it holds
   * @throws IllegalArgumentException if the schema has no such notification or does not allow the
   *     content; nothing is published then
   */
  public void publish(ContainerNode content) {
    publish(YangInstanceIdentifier.of(), content);
  }

  /**
   * Publishes a notification that belongs to a data node (RFC 7950 section 7.16). Does not wait for
   * subscribers; thread-safe.
   *
   * @param at the data node, which must be in running or in the operational state; the root for a
   *     notification of a module
   * @param content the notification: its name and what it holds
   * @throws IllegalArgumentException if the schema has no such notification there, does not allow
   *     the content, or there is no such data node; nothing is published then
   */
  public void publish(YangInstanceIdentifier at, ContainerNode content) {
    Definition holder = root;
    for (PathArgument step : at.getPathArguments()) {
      holder = holder.step(step);
    }
    QName name = content.name().getNodeType();
    Definition definition = holder.notifications().get(name);
    if (definition == null) {
      throw new IllegalArgumentException(
          "%s has no notification %s; it has %s"
              .formatted(
                  holder == root ? "the schema" : holder, name, holder.notifications().keySet()));
    }
    String misfit = Guests.misfit(definition, content);
    if (misfit != null) {
      throw new IllegalArgumentException("notification %s: %s".formatted(name, misfit));
    }
    List<RpcError> errors = guests.check(definition, at, content);
    if (!errors.isEmpty()) {
      throw new IllegalArgumentException(
          "notification %s: %s".formatted(name, errors.stream().map(RpcError::message).toList()));
    }
    notifications.publish(definition, at, content);
  }

  /** Where sessions come from. */
  Transports transports() {
    return transports;
  }

  /** The numbers of the sessions that are open. */
  List<Integer> sessions() {
    return List.copyOf(sessions.ids());
  }

  /** Ends all sessions and closes port and storage; a commit that is under way is finished. */
  @Override
  public void close() {
    try {
      transports.close();
      sessions.all().forEach(session -> session.kill("the server stops"));
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
    private final Map<QName, OperationHandler> rpcs = new LinkedHashMap<>();
    private final Map<List<QName>, OperationHandler> actions = new LinkedHashMap<>();
    private long maxMessageSize = 64L << 20;
    private int replay = 1000;
    private int maxPush = 1_000_000;
    private final Set<String> recovery = new LinkedHashSet<>();
    private boolean writableRunning;
    private boolean startup;
    private boolean privateCandidates;
    private @Nullable Path files;
    private @Nullable Time time;
    private CallHome.Pause pause = Thread::sleep;

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
     * Sets who may connect with a password beside the users that are configured in module
     * hairpin-netconf-server, whose names it is not asked for; without it, nobody.
     *
     * @param value decides
     * @return this builder
     */
    public Builder authenticator(Authenticator value) {
      authenticator = value;
      return this;
    }

    /**
     * Sets the file of the SSH host key, which is used where none is configured. Required; where
     * there is no such file, a new key is made at start, readable by the owner only.
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
     * Sets who carries out an RPC of a module (RFC 7950 section 7.14); without it, the answer is
     * operation-not-supported. The protocol's own operations are not among them.
     *
     * @param name the name of the RPC, which {@link #build} looks up in the schema
     * @param handler is called with valid input
     * @return this builder
     */
    public Builder rpc(QName name, OperationHandler handler) {
      rpcs.put(name, handler);
      return this;
    }

    /**
     * Sets who carries out an action (RFC 7950 section 7.15); without it, the answer is
     * operation-not-supported.
     *
     * @param path the names of the data nodes from the top to the one that has the action, without
     *     choices and cases, and the name of the action; {@link #build} looks it up in the schema
     * @param handler is called with valid input when the data node is in running or in the
     *     operational state
     * @return this builder
     */
    public Builder action(List<QName> path, OperationHandler handler) {
      actions.put(List.copyOf(path), handler);
      return this;
    }

    /**
     * Makes the sessions of a user recovery sessions (RFC 8341 section 3.2): no access control
     * applies to them. Where the schema implements ietf-netconf-acm, all others are subject to its
     * rules, which permit no change unless the configuration says so.
     *
     * @param user the name of a user
     * @return this builder
     */
    public Builder recovery(String user) {
      recovery.add(user);
      return this;
    }

    /**
     * Sets how many notifications are kept for replay (RFC 5277 section 2.1), in memory, by default
     * 1000. Who falls behind by more loses what is no longer kept, and by create-subscription the
     * session too.
     *
     * @param events at least 1
     * @return this builder
     */
    public Builder replay(int events) {
      if (events < 1) {
        throw new IllegalArgumentException("a replay log of " + events + " keeps nothing");
      }
      replay = events;
      return this;
    }

    /**
     * Limits what a subscription to a datastore (RFC 8641) sends at once, by default to 1,000,000
     * containers, list entries and leafs. One that selects more is refused, or suspended for as
     * long as it does.
     *
     * @param nodes at least 1
     * @return this builder
     */
    public Builder maxPush(int nodes) {
      if (nodes < 1) {
        throw new IllegalArgumentException("an update of " + nodes + " nodes has nothing");
      }
      maxPush = nodes;
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

    /** Sets how call home waits between attempts. */
    Builder pause(CallHome.Pause value) {
      pause = value;
      return this;
    }

    /**
     * Lets running be edited directly, besides by commit (RFC 6241 section 8.2). Off by default.
     *
     * @param value whether it can be
     * @return this builder
     */
    public Builder writableRunning(boolean value) {
      writableRunning = value;
      return this;
    }

    /**
     * Gives the server a startup datastore (RFC 6241 section 8.7): it is what is stored and what a
     * start loads, and running is lost unless it was copied there. Off by default: running itself
     * is durable.
     *
     * @param value whether there is one
     * @return this builder
     */
    public Builder startup(boolean value) {
      startup = value;
      return this;
    }

    /**
     * Gives sessions that ask for it in their hello a candidate of their own
     * (draft-ietf-netconf-privcand). Off by default; the schema needs the module
     * ietf-netconf-private-candidate, which is on the class path.
     *
     * @param value whether they get one
     * @return this builder
     */
    public Builder privateCandidates(boolean value) {
      privateCandidates = value;
      return this;
    }

    /**
     * Lets operations name files (RFC 6241 section 8.8) of one directory, as {@code file:///NAME}.
     * Off by default.
     *
     * @param directory holds all that can be named; nothing leads out of it
     * @return this builder
     */
    public Builder files(Path directory) {
      files = directory;
      return this;
    }

    /** Sets another clock and timer than the system's. */
    Builder time(Time value) {
      time = value;
      return this;
    }

    private Features features() {
      return new Features(writableRunning, startup, privateCandidates, files);
    }

    /**
     * Makes the server, which does nothing before it is started.
     *
     * @return the server
     * @throws IllegalStateException if something required is missing
     * @throws IllegalArgumentException if the schema lacks an RPC or action that has a handler
     */
    public NetconfServer build() {
      if (schema == null || storage == null || hostKey == null) {
        throw new IllegalStateException("a server needs schema, storage and hostKey");
      }
      if (privateCandidates && schema.context().findModules(PRIVATE_CANDIDATE).isEmpty()) {
        throw new IllegalStateException(
            "private candidates need the module " + PRIVATE_CANDIDATE + " in the schema");
      }
      return new NetconfServer(this, schema, storage, hostKey);
    }
  }
}
