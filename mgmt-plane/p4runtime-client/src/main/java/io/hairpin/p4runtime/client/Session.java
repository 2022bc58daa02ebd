package io.hairpin.p4runtime.client;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.hairpin.p4runtime.v1.CounterEntry;
import io.hairpin.p4runtime.v1.DigestListAck;
import io.hairpin.p4runtime.v1.DirectCounterEntry;
import io.hairpin.p4runtime.v1.Error;
import io.hairpin.p4runtime.v1.ForwardingPipelineConfig;
import io.hairpin.p4runtime.v1.GetForwardingPipelineConfigRequest;
import io.hairpin.p4runtime.v1.Index;
import io.hairpin.p4runtime.v1.MasterArbitrationUpdate;
import io.hairpin.p4runtime.v1.P4RuntimeGrpc;
import io.hairpin.p4runtime.v1.ReadRequest;
import io.hairpin.p4runtime.v1.SetForwardingPipelineConfigRequest;
import io.hairpin.p4runtime.v1.StreamMessageRequest;
import io.hairpin.p4runtime.v1.StreamMessageResponse;
import io.hairpin.p4runtime.v1.Uint128;
import io.hairpin.p4runtime.v1.WriteRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection to one device of a P4Runtime target, speaking of one pipeline. It takes
 * part in arbitration and connects again after each loss until it is closed. Requests block and may
 * come from any thread; they fail with {@link P4RuntimeException} while the target is away, and
 * those that write while this client is not primary.
 */
public final class Session implements AutoCloseable {

  /** Runs a task after a time. */
  @FunctionalInterface
  interface Timer {
    void schedule(Duration delay, Runnable task);
  }

  private static final Logger LOG = LoggerFactory.getLogger(Session.class);

  /** bmv2 answers a read, however long, in one message. */
  private static final int MAX_MESSAGE = 256 << 20;

  /** The errors of a whole batch come back in one header. */
  private static final int MAX_METADATA = 1 << 20;

  private static final int BATCH = 500;

  private static final Executor EVENTS = Thread.ofVirtual().name("p4runtime-", 0)::start;

  private final ManagedChannel channel;
  private final Pipeline pipeline;
  private final Codec codec;
  private final Settings settings;
  private final Listener listener;
  private final Timer timer;

  private final Object lock = new Object();
  private boolean closed;
  private @Nullable StreamObserver<StreamMessageRequest> requests;
  private @Nullable Boolean primary;
  private Duration retry;

  Session(
      ManagedChannel channel,
      Pipeline pipeline,
      Settings settings,
      Listener listener,
      Timer timer) {
    this.channel = channel;
    this.pipeline = pipeline;
    this.codec = new Codec(pipeline);
    this.settings = settings;
    this.listener = listener;
    this.timer = timer;
    this.retry = settings.minRetry();
  }

  /**
   * Connects to a device and takes part in its arbitration. Returns at once; the listener hears how
   * it goes.
   *
   * @param channel to the target; remains the caller's to shut down
   * @param pipeline the pipeline that names and values are of
   * @param settings device, election id and times
   * @param listener hears what the target tells
   * @return the session
   */
  public static Session connect(
      ManagedChannel channel, Pipeline pipeline, Settings settings, Listener listener) {
    Session session =
        new Session(
            channel,
            pipeline,
            settings,
            listener,
            (delay, task) ->
                CompletableFuture.delayedExecutor(delay.toNanos(), TimeUnit.NANOSECONDS, EVENTS)
                    .execute(task));
    session.open();
    return session;
  }

  /**
   * A channel over TCP in plain text, with the limits that P4Runtime needs.
   *
   * @param target HOST:PORT
   * @return the channel; the caller shuts it down
   */
  public static ManagedChannel channel(String target) {
    return channel(target, InsecureChannelCredentials.create());
  }

  /**
   * A channel over TCP, with the limits that P4Runtime needs.
   *
   * @param target HOST:PORT
   * @param credentials what the channel shows the target and demands of it
   * @return the channel; the caller shuts it down
   */
  public static ManagedChannel channel(String target, ChannelCredentials credentials) {
    return Grpc.newChannelBuilder(target, credentials).maxInboundMetadataSize(MAX_METADATA).build();
  }

  /** Opens the stream, and claims to be primary. */
  void open() {
    synchronized (lock) {
      if (closed) {
        return;
      }
      channel.resetConnectBackoff();
      requests =
          P4RuntimeGrpc.newStub(channel)
              .withExecutor(EVENTS)
              .withMaxInboundMessageSize(MAX_MESSAGE)
              .streamChannel(new Stream());
      requests.onNext(
          StreamMessageRequest.newBuilder()
              .setArbitration(
                  MasterArbitrationUpdate.newBuilder()
                      .setDeviceId(settings.deviceId())
                      .setElectionId(electionId()))
              .build());
    }
  }

  /** The messages of one stream, and its end. */
  private final class Stream implements StreamObserver<StreamMessageResponse> {

    @Override
    public void onNext(StreamMessageResponse message) {
      tell(() -> hear(message), message);
    }

    @Override
    public void onError(Throwable error) {
      ended(Status.fromThrowable(error));
    }

    @Override
    public void onCompleted() {
      ended(Status.UNAVAILABLE.withDescription("The target ended the stream"));
    }
  }

  /** Calls the listener, unless the session is closed. */
  private void tell(Runnable call, Object about) {
    synchronized (lock) {
      if (closed) {
        return;
      }
    }
    try {
      call.run();
    } catch (RuntimeException e) {
      LOG.error("Device {}: failed to take in {}", settings.deviceId(), about, e);
    }
  }

  private void hear(StreamMessageResponse message) {
    switch (message.getUpdateCase()) {
      case ARBITRATION -> arbitrated(message.getArbitration());
      case PACKET -> listener.packetIn(codec.decode(message.getPacket()));
      case DIGEST -> listener.digests(codec.decode(message.getDigest()));
      case IDLE_TIMEOUT_NOTIFICATION ->
          listener.idle(
              message.getIdleTimeoutNotification().getTableEntryList().stream()
                  .map(entry -> codec.decode(entry).key())
                  .toList());
      case ERROR ->
          listener.rejected(
              Status.fromCodeValue(message.getError().getCanonicalCode())
                  .withDescription(message.getError().getMessage()));
      case OTHER, UPDATE_NOT_SET ->
          LOG.warn("Device {}: ignored a stream message {}", settings.deviceId(), message);
    }
  }

  private void arbitrated(MasterArbitrationUpdate update) {
    boolean now = update.getStatus().getCode() == Status.Code.OK.value();
    synchronized (lock) {
      retry = settings.minRetry();
      if (primary != null && primary == now) {
        return;
      }
      primary = now;
    }
    LOG.info("Device {}: {}", settings.deviceId(), now ? "primary" : "backup");
    if (now) {
      listener.primary();
    } else {
      listener.backup();
    }
  }

  private void ended(Status reason) {
    Duration delay;
    synchronized (lock) {
      if (closed) {
        return;
      }
      requests = null;
      primary = null;
      delay = retry;
      Duration doubled = retry.multipliedBy(2);
      retry = doubled.compareTo(settings.maxRetry()) < 0 ? doubled : settings.maxRetry();
    }
    LOG.info("Device {}: the stream ended: {}", settings.deviceId(), describe(reason));
    tell(() -> listener.disconnected(reason), reason);
    timer.schedule(delay, this::open);
  }

  /**
   * The pipeline that this session speaks of.
   *
   * @return the pipeline, whether or not the target runs it
   */
  public Pipeline pipeline() {
    return pipeline;
  }

  /**
   * Whether this client may write.
   *
   * @return whether the target said so last, on a stream that is open
   */
  public boolean isPrimary() {
    synchronized (lock) {
      return primary != null && primary;
    }
  }

  /**
   * Which pipeline the target runs.
   *
   * @return the cookie that its pipeline came with; empty where there is no pipeline or no cookie
   * @throws P4RuntimeException if the target cannot be asked
   */
  public OptionalLong pipelineCookie() {
    ForwardingPipelineConfig config =
        pipelineConfig(GetForwardingPipelineConfigRequest.ResponseType.COOKIE_ONLY);
    return config.hasCookie()
        ? OptionalLong.of(config.getCookie().getCookie())
        : OptionalLong.empty();
  }

  /** What the target runs; an empty message where it runs nothing. */
  private ForwardingPipelineConfig pipelineConfig(
      GetForwardingPipelineConfigRequest.ResponseType parts) {
    try {
      return rpc()
          .getForwardingPipelineConfig(
              GetForwardingPipelineConfigRequest.newBuilder()
                  .setDeviceId(settings.deviceId())
                  .setResponseType(parts)
                  .build())
          .getConfig();
    } catch (StatusRuntimeException e) {
      return switch (e.getStatus().getCode()) {
        case FAILED_PRECONDITION, NOT_FOUND -> ForwardingPipelineConfig.getDefaultInstance();
        default -> throw failed("ask for the pipeline", e);
      };
    }
  }

  /**
   * Makes the target run this session's pipeline, with empty forwarding state. Where it runs it
   * already ({@link #pipelineCookie}), leave it alone: packets are lost otherwise.
   *
   * @throws P4RuntimeException if the target refuses the pipeline; it then keeps the one that it
   *     has
   */
  public void pushPipeline() {
    boolean replaces =
        pipelineConfig(GetForwardingPipelineConfigRequest.ResponseType.P4INFO_AND_COOKIE)
            .hasP4Info();
    push(SetForwardingPipelineConfigRequest.Action.VERIFY);
    if (replaces) {
      clearReplication();
    }
    push(SetForwardingPipelineConfigRequest.Action.VERIFY_AND_COMMIT);
    LOG.info("Device {}: pushed pipeline {}", settings.deviceId(), pipeline.cookie());
  }

  private void push(SetForwardingPipelineConfigRequest.Action action) {
    try {
      rpc()
          .setForwardingPipelineConfig(
              SetForwardingPipelineConfigRequest.newBuilder()
                  .setDeviceId(settings.deviceId())
                  .setElectionId(electionId())
                  .setAction(action)
                  .setConfig(pipeline.config())
                  .build());
    } catch (StatusRuntimeException e) {
      throw failed(action.name(), e);
    }
  }

  /** bmv2's replication outlives a push, but its server forgets it: copies would double. */
  private void clearReplication() {
    List<Update> deletions = new ArrayList<>();
    read(
        EnumSet.of(Entity.Kind.MULTICAST_GROUP, Entity.Kind.CLONE_SESSION),
        entity -> deletions.add(Update.delete(entity)));
    write(deletions);
  }

  /**
   * Does the updates, each on its own whatever becomes of the others, in requests of several
   * hundred. A target may do those of one request in any order; a request holds only updates of one
   * type and kind, so that the order in which these follow each other is kept.
   *
   * @param updates the updates
   * @throws PipelineException if one does not fit the pipeline; nothing is done then
   * @throws WriteException if some failed; the others are done
   * @throws P4RuntimeException if the target refused a request as a whole or was lost meanwhile;
   *     later requests are not sent then
   */
  public void write(List<Update> updates) {
    List<io.hairpin.p4runtime.v1.Update> encoded = updates.stream().map(codec::encode).toList();
    List<WriteException.Failure> failures = new ArrayList<>();
    int from = 0;
    while (from < updates.size()) {
      int to = batchEnd(updates, from);
      write(updates.subList(from, to), encoded.subList(from, to), failures);
      from = to;
    }
    if (!failures.isEmpty()) {
      throw new WriteException(failures, updates.size());
    }
  }

  private static int batchEnd(List<Update> updates, int from) {
    Update first = updates.get(from);
    int to = from + 1;
    while (to < updates.size()
        && to - from < BATCH
        && updates.get(to).type() == first.type()
        && updates.get(to).entity().kind() == first.entity().kind()) {
      to++;
    }
    return to;
  }

  private void write(
      List<Update> updates,
      List<io.hairpin.p4runtime.v1.Update> encoded,
      List<WriteException.Failure> failures) {
    try {
      rpc()
          .write(
              WriteRequest.newBuilder()
                  .setDeviceId(settings.deviceId())
                  .setElectionId(electionId())
                  .addAllUpdates(encoded)
                  .build());
    } catch (StatusRuntimeException e) {
      com.google.rpc.Status status = StatusProto.fromThrowable(e);
      if (status == null || status.getDetailsCount() != updates.size()) {
        throw failed("write " + updates.size() + " updates from " + updates.getFirst(), e);
      }
      for (int i = 0; i < updates.size(); i++) {
        Error error = error(status.getDetails(i), e);
        if (error.getCanonicalCode() != Status.Code.OK.value()) {
          failures.add(
              new WriteException.Failure(
                  updates.get(i),
                  Status.fromCodeValue(error.getCanonicalCode()).getCode(),
                  error.getMessage()));
        }
      }
    }
  }

  private P4RuntimeException failed(String what, StatusRuntimeException e) {
    return new P4RuntimeException(
        e.getStatus().getCode(),
        "Device %s: failed to %s: %s"
            .formatted(Long.toUnsignedString(settings.deviceId()), what, describe(e.getStatus())),
        e);
  }

  /** In one line, with what lies at the bottom of it (gRPC says no more than "io exception"). */
  private static String describe(Status status) {
    StringBuilder line = new StringBuilder(status.getCode().name());
    if (status.getDescription() != null) {
      line.append(" (").append(status.getDescription()).append(')');
    }
    Throwable root = status.getCause();
    while (root != null && root.getCause() != null) {
      root = root.getCause();
    }
    return root == null ? line.toString() : line.append(": ").append(root.getMessage()).toString();
  }

  private Error error(Any detail, StatusRuntimeException cause) {
    try {
      return detail.unpack(Error.class);
    } catch (InvalidProtocolBufferException e) {
      P4RuntimeException failure = failed("read the errors of a write", cause);
      failure.addSuppressed(e);
      throw failure;
    }
  }

  /**
   * Reads all entities of some kinds that a client could have written; not the program's own (const
   * entries, default actions as the program has them).
   *
   * @param kinds the kinds
   * @param each is given each entity as it comes, with canonical names
   * @throws P4RuntimeException if the target refuses or was lost meanwhile
   * @throws PipelineException if the target runs another pipeline
   */
  public void read(Set<Entity.Kind> kinds, Consumer<? super Entity> each) {
    for (Entity.Kind kind : kinds) {
      try {
        if (kind == Entity.Kind.DIGEST_CONFIG) {
          readDigestConfigs(each);
        } else {
          readRaw(codec.wildcards(kind), each);
        }
      } catch (StatusRuntimeException e) {
        throw failed("read " + kind, e);
      }
    }
  }

  /** One by one, as a digest that is not configured is an error. */
  private void readDigestConfigs(Consumer<? super Entity> each) {
    for (io.hairpin.p4runtime.v1.Entity wildcard : codec.wildcards(Entity.Kind.DIGEST_CONFIG)) {
      try {
        readRaw(List.of(wildcard), each);
      } catch (StatusRuntimeException e) {
        if (e.getStatus().getCode() != Status.Code.NOT_FOUND) {
          throw e;
        }
      }
    }
  }

  private void readRaw(
      List<io.hairpin.p4runtime.v1.Entity> wildcards, Consumer<? super Entity> each) {
    readWire(
        wildcards,
        wire -> {
          Entity entity = codec.decode(wire);
          if (entity != null) {
            each.accept(entity);
          }
        });
  }

  private void readWire(
      List<io.hairpin.p4runtime.v1.Entity> wildcards,
      Consumer<io.hairpin.p4runtime.v1.Entity> each) {
    rpc()
        .read(
            ReadRequest.newBuilder()
                .setDeviceId(settings.deviceId())
                .addAllEntities(wildcards)
                .build())
        .forEachRemaining(response -> response.getEntitiesList().forEach(each));
  }

  /**
   * Reads cells of an indexed counter.
   *
   * @param counter the counter's name
   * @param indices the cells, each from 0 to below the counter's size
   * @return the values by index
   * @throws PipelineException if there is no such counter or cell
   * @throws P4RuntimeException if the target refuses or was lost meanwhile
   */
  public SortedMap<Long, CounterValue> readCounter(String counter, Collection<Long> indices) {
    Names.Named<Cells> named = pipeline.counters().get(counter);
    List<io.hairpin.p4runtime.v1.Entity> cells = new ArrayList<>();
    for (long index : indices) {
      named.object().check("Counter " + named.name(), index);
      cells.add(
          io.hairpin.p4runtime.v1.Entity.newBuilder()
              .setCounterEntry(
                  CounterEntry.newBuilder()
                      .setCounterId(named.id())
                      .setIndex(Index.newBuilder().setIndex(index)))
              .build());
    }
    SortedMap<Long, CounterValue> values = new TreeMap<>();
    if (cells.isEmpty()) {
      return values;
    }
    try {
      readWire(
          cells,
          wire -> {
            CounterEntry cell = wire.getCounterEntry();
            values.put(
                cell.getIndex().getIndex(),
                new CounterValue(cell.getData().getPacketCount(), cell.getData().getByteCount()));
          });
    } catch (StatusRuntimeException e) {
      throw failed("read counter " + named.name(), e);
    }
    return values;
  }

  /**
   * Reads cells of an indexed meter; those without rates are left out.
   *
   * @param meter the meter's name
   * @param indices the cells, each from 0 to below the meter's size
   * @param each is given each cell as it comes, with canonical names
   * @throws PipelineException if there is no such meter or cell
   * @throws P4RuntimeException if the target refuses or was lost meanwhile
   */
  public void readMeter(String meter, Collection<Long> indices, Consumer<? super Entity> each) {
    Names.Named<Cells> named = pipeline.meters().get(meter);
    List<io.hairpin.p4runtime.v1.Entity> cells = new ArrayList<>();
    for (long index : indices) {
      named.object().check("Meter " + named.name(), index);
      cells.add(
          io.hairpin.p4runtime.v1.Entity.newBuilder()
              .setMeterEntry(codec.cell(MeterCell.of(named.name(), index, 0, 0)))
              .build());
    }
    if (cells.isEmpty()) {
      return;
    }
    try {
      readRaw(cells, each);
    } catch (StatusRuntimeException e) {
      throw failed("read meter " + named.name(), e);
    }
  }

  /**
   * Reads for how long entries were not hit, of tables whose entries can have idle timeouts.
   *
   * @param entries the entries, or their keys
   * @return the times by the entries' keys, with canonical names; without those of which the target
   *     does not tell
   * @throws PipelineException if there is no such table, or a key does not fit it
   * @throws P4RuntimeException if the target refuses or was lost meanwhile
   */
  public Map<TableEntry, Duration> readIdleTimes(Collection<TableEntry> entries) {
    List<io.hairpin.p4runtime.v1.Entity> wanted = new ArrayList<>();
    for (TableEntry entry : entries) {
      io.hairpin.p4runtime.v1.Entity.Builder wire =
          codec.encode(pipeline.canonical(entry.key())).toBuilder();
      wire.getTableEntryBuilder().getTimeSinceLastHitBuilder();
      wanted.add(wire.build());
    }
    Map<TableEntry, Duration> times = new HashMap<>();
    if (wanted.isEmpty()) {
      return times;
    }
    try {
      readWire(
          wanted,
          wire -> {
            io.hairpin.p4runtime.v1.TableEntry entry = wire.getTableEntry();
            if (entry.hasTimeSinceLastHit()) {
              times.put(
                  codec.decode(entry).key(),
                  Duration.ofNanos(entry.getTimeSinceLastHit().getElapsedNs()));
            }
          });
    } catch (StatusRuntimeException e) {
      throw failed("read for how long entries were idle", e);
    }
    return times;
  }

  /**
   * Reads the direct counters of a table's entries.
   *
   * @param table the table's name
   * @return the values by the entries' keys, with canonical names
   * @throws PipelineException if there is no such table
   * @throws P4RuntimeException if the target refuses, as where the table has no direct counter, or
   *     was lost meanwhile
   */
  public Map<TableEntry, CounterValue> readDirectCounters(String table) {
    Names.Named<Table> named = pipeline.tables().get(table);
    io.hairpin.p4runtime.v1.Entity.Builder wildcard = io.hairpin.p4runtime.v1.Entity.newBuilder();
    wildcard.getDirectCounterEntryBuilder().getTableEntryBuilder().setTableId(named.id());
    Map<TableEntry, CounterValue> values = new HashMap<>();
    try {
      readWire(
          List.of(wildcard.build()),
          wire -> {
            DirectCounterEntry cell = wire.getDirectCounterEntry();
            values.put(
                codec.decode(cell.getTableEntry()).key(),
                new CounterValue(cell.getData().getPacketCount(), cell.getData().getByteCount()));
          });
    } catch (StatusRuntimeException e) {
      throw failed("read the direct counters of table " + named.name(), e);
    }
    return values;
  }

  /**
   * Sends a packet to the dataplane. Whether the target could is heard at best by {@link
   * Listener#rejected}.
   *
   * @param payload the packet, without the controller header
   * @param metadata all fields of the controller header, by name
   * @throws PipelineException if the metadata does not fit the pipeline
   * @throws P4RuntimeException if this client is not primary
   */
  public void packetOut(ByteString payload, Map<String, Value> metadata) {
    send(StreamMessageRequest.newBuilder().setPacket(codec.encode(payload, metadata)).build());
  }

  /**
   * Tells the target that digests were received; it then sends the same data again when it sees it.
   *
   * @param digests the digests
   * @throws P4RuntimeException if this client is not primary
   */
  public void acknowledge(DigestList digests) {
    send(
        StreamMessageRequest.newBuilder()
            .setDigestAck(
                DigestListAck.newBuilder()
                    .setDigestId(pipeline.digests().get(digests.digest()).id())
                    .setListId(digests.listId()))
            .build());
  }

  private void send(StreamMessageRequest message) {
    synchronized (lock) {
      if (requests == null || primary == null || !primary) {
        throw new P4RuntimeException(
            requests == null ? Status.Code.UNAVAILABLE : Status.Code.PERMISSION_DENIED,
            "Device %s: not %s"
                .formatted(
                    Long.toUnsignedString(settings.deviceId()),
                    requests == null ? "connected" : "primary"),
            null);
      }
      requests.onNext(message);
    }
  }

  private P4RuntimeGrpc.P4RuntimeBlockingStub rpc() {
    return P4RuntimeGrpc.newBlockingStub(channel)
        .withDeadlineAfter(settings.timeout().toNanos(), TimeUnit.NANOSECONDS)
        .withMaxInboundMessageSize(MAX_MESSAGE);
  }

  private Uint128 electionId() {
    return Uint128.newBuilder()
        .setHigh(settings.electionId().high())
        .setLow(settings.electionId().low())
        .build();
  }

  /** Ends the stream, and with it being primary. The listener hears nothing of what comes later. */
  @Override
  public void close() {
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      primary = null;
      if (requests != null) {
        requests.onCompleted();
        requests = null;
      }
    }
  }
}
