package io.hairpin.softswitch.p4runtime;

import com.google.protobuf.Any;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.TextFormat;
import com.google.rpc.Code;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.hairpin.p4runtime.v1.CapabilitiesRequest;
import io.hairpin.p4runtime.v1.CapabilitiesResponse;
import io.hairpin.p4runtime.v1.DigestListAck;
import io.hairpin.p4runtime.v1.DigestListAckError;
import io.hairpin.p4runtime.v1.Entity;
import io.hairpin.p4runtime.v1.Error;
import io.hairpin.p4runtime.v1.ForwardingPipelineConfig;
import io.hairpin.p4runtime.v1.GetForwardingPipelineConfigRequest;
import io.hairpin.p4runtime.v1.GetForwardingPipelineConfigResponse;
import io.hairpin.p4runtime.v1.IdleTimeoutNotification;
import io.hairpin.p4runtime.v1.P4RuntimeGrpc;
import io.hairpin.p4runtime.v1.PacketIn;
import io.hairpin.p4runtime.v1.PacketOut;
import io.hairpin.p4runtime.v1.PacketOutError;
import io.hairpin.p4runtime.v1.ReadRequest;
import io.hairpin.p4runtime.v1.ReadResponse;
import io.hairpin.p4runtime.v1.SetForwardingPipelineConfigRequest;
import io.hairpin.p4runtime.v1.SetForwardingPipelineConfigResponse;
import io.hairpin.p4runtime.v1.StreamError;
import io.hairpin.p4runtime.v1.StreamMessageRequest;
import io.hairpin.p4runtime.v1.StreamMessageResponse;
import io.hairpin.p4runtime.v1.StreamOtherError;
import io.hairpin.p4runtime.v1.Uint128;
import io.hairpin.p4runtime.v1.Update;
import io.hairpin.p4runtime.v1.WriteRequest;
import io.hairpin.p4runtime.v1.WriteResponse;
import io.hairpin.softswitch.engine.DigestList;
import io.hairpin.softswitch.engine.Links;
import io.hairpin.softswitch.port.Control;
import io.hairpin.softswitch.port.Dataplane;
import io.hairpin.softswitch.port.Link;
import io.hairpin.softswitch.port.PortState;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** P4Runtime 1.5 for one device. */
public final class P4RuntimeService extends P4RuntimeGrpc.P4RuntimeImplBase implements Control {
  private static final Logger LOG = LoggerFactory.getLogger(P4RuntimeService.class);
  private static final String API_VERSION = "1.5.0";

  /** A response is sent when it has grown to so many bytes. */
  private static final int CHUNK = 1 << 20;

  /** How often idle entries are looked for. */
  private static final int IDLE_MILLISECONDS = 100;

  private final long deviceId;
  private final int cpuPort;
  private final Dataplane dataplane;
  private final LongSupplier microseconds;
  private final ScheduledExecutorService timer;
  private final InstantSource clock;
  private final Arbitration arbitration;

  /** Write-locked by what changes pipelines, entries or the primary. */
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  private final Links links = new Links();
  private final Set<Integer> ports;
  private volatile @Nullable Pipeline running;
  private @Nullable Pipeline saved;

  /**
   * Makes the service; control of the dataplane is to be connected to it.
   *
   * @param deviceId the device id that requests must name
   * @param cpuPort where packet-outs are injected; -1 for nowhere
   * @param dataplane what runs the pipeline
   * @param microseconds the switch's clock: microseconds since it started
   * @param timer runs what digests have to wait for
   * @param clock the time of day, for timestamps
   */
  public P4RuntimeService(
      long deviceId,
      int cpuPort,
      Dataplane dataplane,
      LongSupplier microseconds,
      ScheduledExecutorService timer,
      InstantSource clock) {
    this.deviceId = deviceId;
    this.cpuPort = cpuPort;
    this.dataplane = dataplane;
    this.microseconds = microseconds;
    this.timer = timer;
    this.clock = clock;
    arbitration = new Arbitration(deviceId);
    ports = new HashSet<>();
    for (PortState port : dataplane.ports()) {
      ports.add(port.number());
    }
    if (cpuPort >= 0) {
      ports.add(cpuPort);
    }
    var _ =
        timer.scheduleWithFixedDelay(
            this::notifyIdle, IDLE_MILLISECONDS, IDLE_MILLISECONDS, TimeUnit.MILLISECONDS);
  }

  private <T> T exclusively(Supplier<T> change) {
    lock.writeLock().lock();
    try {
      return change.get();
    } finally {
      lock.writeLock().unlock();
    }
  }

  private void checkDevice(long asked) {
    if (asked != deviceId) {
      throw Devices.other(asked, deviceId).asRuntimeException();
    }
  }

  private void checkRole(String role, long roleId) {
    if (role.isEmpty() && roleId != 0) {
      throw new Refusal(
          Status.Code.NOT_FOUND,
          "role %s: roles have names, not numbers",
          Long.toUnsignedString(roleId));
    }
    arbitration.checkRole(role);
  }

  private void checkPrimary(String role, Uint128 electionId) {
    if (!arbitration.isPrimary(role, electionId)) {
      throw new Refusal(
          Status.Code.PERMISSION_DENIED,
          "election_id %s is not the primary's",
          Arbitration.text(electionId));
    }
  }

  /** What reads and writes refer to: what was saved last, or else what runs. */
  private Pipeline current() {
    Pipeline current = saved != null ? saved : running;
    if (current == null) {
      throw new Refusal(
          Status.Code.FAILED_PRECONDITION, "there is no forwarding pipeline config yet");
    }
    return current;
  }

  private static <T> void answer(StreamObserver<T> observer, Supplier<T> call) {
    T response;
    try {
      response = call.get();
    } catch (Refusal e) {
      observer.onError(e.status().asRuntimeException());
      return;
    } catch (StatusRuntimeException e) {
      observer.onError(e);
      return;
    } catch (RuntimeException e) {
      LOG.error("a request failed", e);
      observer.onError(
          Status.INTERNAL.withDescription(e.toString()).withCause(e).asRuntimeException());
      return;
    }
    observer.onNext(response);
    observer.onCompleted();
  }

  /**
   * Applies updates (P4Runtime 12): each whatever becomes of the others, or all or none, or all or
   * none between two frames. Where one fails, the status is UNKNOWN and has a {@code p4.v1.Error}
   * for each; where the others were undone or left out on that account, they are ABORTED.
   *
   * @param request the updates
   * @param responseObserver where the answer goes
   */
  @Override
  @SuppressWarnings("deprecation") // role_id is looked at only to refuse it
  public void write(WriteRequest request, StreamObserver<WriteResponse> responseObserver) {
    answer(
        responseObserver,
        () -> {
          checkDevice(request.getDeviceId());
          checkRole(request.getRole(), request.getRoleId());
          return exclusively(
              () -> {
                checkPrimary(request.getRole(), request.getElectionId());
                Pipeline pipeline = current();
                Access access = arbitration.access(request.getRole());
                List<Update> updates = request.getUpdatesList();
                switch (request.getAtomicity()) {
                  case CONTINUE_ON_ERROR -> check(writeEach(pipeline, access, updates));
                  case ROLLBACK_ON_ERROR -> check(writeAll(pipeline, access, updates));
                  case DATAPLANE_ATOMIC ->
                      dataplane.betweenFrames(() -> check(writeAll(pipeline, access, updates)));
                  case UNRECOGNIZED -> throw Refusal.invalid("unknown atomicity");
                }
                return WriteResponse.getDefaultInstance();
              });
        });
  }

  private static void checkAccess(Access access, Update update) {
    if (!access.allows(Access.id(update.getEntity()))) {
      throw new Refusal(
          Status.Code.PERMISSION_DENIED,
          "%s %s is not the role's",
          update.getEntity().getEntityCase(),
          Integer.toUnsignedString(Access.id(update.getEntity())));
    }
  }

  private static List<Error> writeEach(Pipeline pipeline, Access access, List<Update> updates) {
    var errors = new ArrayList<Error>(updates.size());
    for (Update update : updates) {
      errors.add(
          attempt(
              update,
              () -> {
                checkAccess(access, update);
                pipeline.write(update);
              }));
    }
    return errors;
  }

  private static List<Error> writeAll(Pipeline pipeline, Access access, List<Update> updates) {
    var undo = new ArrayDeque<Runnable>();
    for (int i = 0; i < updates.size(); i++) {
      Update update = updates.get(i);
      Error error =
          attempt(
              update,
              () -> {
                checkAccess(access, update);
                Runnable reverse = pipeline.reverse(update);
                pipeline.write(update);
                undo.push(reverse);
              });
      if (error.getCanonicalCode() != 0) {
        undo.forEach(Runnable::run);
        var errors =
            new ArrayList<Error>(
                Collections.nCopies(
                    updates.size(),
                    error(Status.Code.ABORTED, "not done, because update " + i + " failed")));
        errors.set(i, error);
        return errors;
      }
    }
    return List.of();
  }

  /** Throws where one of several parts of a request has failed. */
  private static void check(List<Error> errors) {
    long failed = errors.stream().filter(error -> error.getCanonicalCode() != 0).count();
    if (failed != 0) {
      var status =
          com.google.rpc.Status.newBuilder()
              .setCode(Code.UNKNOWN_VALUE)
              .setMessage("%d of %d failed".formatted(failed, errors.size()));
      errors.forEach(error -> status.addDetails(Any.pack(error)));
      throw StatusProto.toStatusRuntimeException(status.build());
    }
  }

  private static Error attempt(MessageOrBuilder part, Runnable attempt) {
    try {
      attempt.run();
      return Error.getDefaultInstance();
    } catch (Refusal e) {
      return error(e.code(), String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.error(
          "part of a request failed: {}",
          TextFormat.printer().emittingSingleLine(true).printToString(part),
          e);
      return error(Status.Code.INTERNAL, e.toString());
    }
  }

  private static Error error(Status.Code code, String message) {
    return Error.newBuilder().setCanonicalCode(code.value()).setMessage(message).build();
  }

  /**
   * Reads entities as they are at one moment. Where some of what is asked for cannot be read, the
   * rest is, and the status is UNKNOWN with a {@code p4.v1.Error} for each (P4Runtime 13.3). Of a
   * role with a config only what is its own is given.
   *
   * @param request what to read
   * @param responseObserver where the answers go, in parts
   */
  @Override
  public void read(ReadRequest request, StreamObserver<ReadResponse> responseObserver) {
    var found = new ArrayList<Entity>();
    var errors = new ArrayList<Error>(request.getEntitiesCount());
    lock.readLock().lock();
    try {
      checkDevice(request.getDeviceId());
      arbitration.checkRole(request.getRole());
      Pipeline pipeline = current();
      Access access = arbitration.access(request.getRole());
      for (Entity entity : request.getEntitiesList()) {
        var part = new ArrayList<Entity>();
        Error error =
            attempt(
                entity,
                () ->
                    pipeline.read(
                        entity,
                        one -> {
                          if (access.allows(Access.id(one))) {
                            part.add(one);
                          }
                        }));
        errors.add(error);
        if (error.getCanonicalCode() == 0) {
          found.addAll(part);
        }
      }
    } catch (Refusal e) {
      responseObserver.onError(e.status().asRuntimeException());
      return;
    } catch (StatusRuntimeException e) {
      responseObserver.onError(e);
      return;
    } finally {
      lock.readLock().unlock();
    }
    stream(found, errors, (ServerCallStreamObserver<ReadResponse>) responseObserver);
  }

  private static void stream(
      List<Entity> entities, List<Error> errors, ServerCallStreamObserver<ReadResponse> call) {
    Iterator<Entity> rest = entities.iterator();
    call.setOnReadyHandler(
        new Runnable() {
          private boolean ended;

          @Override
          public void run() {
            while (!ended && call.isReady()) {
              if (rest.hasNext()) {
                call.onNext(chunk(rest));
              } else {
                ended = true;
                end(errors, call);
              }
            }
          }
        });
  }

  private static void end(List<Error> errors, StreamObserver<ReadResponse> call) {
    try {
      check(errors);
    } catch (StatusRuntimeException e) {
      call.onError(e);
      return;
    }
    call.onCompleted();
  }

  private static ReadResponse chunk(Iterator<Entity> rest) {
    var response = ReadResponse.newBuilder();
    int size = 0;
    while (rest.hasNext() && size < CHUNK) {
      Entity entity = rest.next();
      size += entity.getSerializedSize();
      response.addEntities(entity);
    }
    return response.build();
  }

  /**
   * Loads, checks, keeps or starts a pipeline (P4Runtime 14).
   *
   * @param request the pipeline, and what to do with it
   * @param responseObserver where the answer goes
   */
  @Override
  @SuppressWarnings("deprecation") // role_id is looked at only to refuse it
  public void setForwardingPipelineConfig(
      SetForwardingPipelineConfigRequest request,
      StreamObserver<SetForwardingPipelineConfigResponse> responseObserver) {
    answer(
        responseObserver,
        () -> {
          checkDevice(request.getDeviceId());
          checkRole(request.getRole(), request.getRoleId());
          checkPrimary(request.getRole(), request.getElectionId());
          checkMayPush(request.getRole());
          Pipeline next = load(request);
          return exclusively(
              () -> {
                // Another one may have become primary meanwhile.
                checkPrimary(request.getRole(), request.getElectionId());
                set(request.getAction(), next);
                return SetForwardingPipelineConfigResponse.getDefaultInstance();
              });
        });
  }

  private void checkMayPush(String role) {
    if (!arbitration.access(role).mayPushPipelines()) {
      throw new Refusal(
          Status.Code.PERMISSION_DENIED, "role '%s': its config has no can_push_pipeline", role);
    }
  }

  private void set(SetForwardingPipelineConfigRequest.Action action, @Nullable Pipeline loaded) {
    if (loaded == null) {
      if (saved == null) {
        throw new Refusal(Status.Code.NOT_FOUND, "no config was saved");
      }
      run(saved);
      return;
    }
    switch (action) {
      case VERIFY_AND_SAVE -> saved = loaded;
      case VERIFY_AND_COMMIT -> run(loaded);
      case RECONCILE_AND_COMMIT -> {
        Pipeline now = running;
        if (now != null) {
          loaded.reconcile(now);
        }
        run(loaded);
      }
      case VERIFY, COMMIT, UNSPECIFIED, UNRECOGNIZED -> {}
    }
  }

  /** Makes the pipeline that a request brings, while others read and write. */
  private @Nullable Pipeline load(SetForwardingPipelineConfigRequest request) {
    switch (request.getAction()) {
      case VERIFY, VERIFY_AND_SAVE, VERIFY_AND_COMMIT, RECONCILE_AND_COMMIT -> {
        if (!request.hasConfig()) {
          throw Refusal.invalid("%s needs a config", request.getAction());
        }
        return new Pipeline(
            request.getConfig(),
            links,
            ports::contains,
            microseconds,
            this::sendDigestList,
            timer,
            clock);
      }
      case COMMIT -> {
        if (request.hasConfig()) {
          throw Refusal.invalid("COMMIT takes no config, it realizes the saved one");
        }
        return null;
      }
      case UNSPECIFIED, UNRECOGNIZED -> {}
    }
    throw Refusal.invalid(
        "action is not VERIFY, VERIFY_AND_SAVE, VERIFY_AND_COMMIT, COMMIT or"
            + " RECONCILE_AND_COMMIT");
  }

  private void run(Pipeline pipeline) {
    saved = null;
    running = pipeline;
    pipeline.linksChanged();
    dataplane.run(pipeline.program());
    LOG.info(
        "device {}: running '{}'", deviceId, pipeline.config().getP4Info().getPkgInfo().getName());
  }

  /**
   * Gives the running pipeline.
   *
   * @param request which parts of it
   * @param responseObserver where the answer goes
   */
  @Override
  public void getForwardingPipelineConfig(
      GetForwardingPipelineConfigRequest request,
      StreamObserver<GetForwardingPipelineConfigResponse> responseObserver) {
    answer(
        responseObserver,
        () -> {
          checkDevice(request.getDeviceId());
          var response = GetForwardingPipelineConfigResponse.newBuilder();
          Pipeline pipeline = running;
          if (pipeline != null) {
            ForwardingPipelineConfig.Builder config = pipeline.config().toBuilder();
            switch (request.getResponseType()) {
              case ALL -> {}
              case COOKIE_ONLY -> config.clearP4Info().clearP4DeviceConfig();
              case P4INFO_AND_COOKIE -> config.clearP4DeviceConfig();
              case DEVICE_CONFIG_AND_COOKIE -> config.clearP4Info();
              case UNRECOGNIZED -> throw Refusal.invalid("unknown response_type");
            }
            response.setConfig(config);
          }
          return response.build();
        });
  }

  /**
   * Tells the version of P4Runtime; there is nothing else that differs between devices.
   *
   * @param request the device, or 0
   * @param responseObserver where the answer goes
   */
  @Override
  public void capabilities(
      CapabilitiesRequest request, StreamObserver<CapabilitiesResponse> responseObserver) {
    answer(
        responseObserver,
        () -> {
          if (request.getDeviceId() != 0) {
            checkDevice(request.getDeviceId());
          }
          return CapabilitiesResponse.newBuilder().setP4RuntimeApiVersion(API_VERSION).build();
        });
  }

  /**
   * Arbitration, packet-in and packet-out, digests.
   *
   * @param responseObserver where messages to the controller go
   * @return where messages from the controller come from
   */
  @Override
  public StreamObserver<StreamMessageRequest> streamChannel(
      StreamObserver<StreamMessageResponse> responseObserver) {
    var call = (ServerCallStreamObserver<StreamMessageResponse>) responseObserver;
    var outbox = new Outbox<>(call, () -> {});
    var stream = new Stream(new Controller(outbox), outbox);
    call.setOnCancelHandler(stream::leave);
    return stream;
  }

  private final class Stream implements StreamObserver<StreamMessageRequest> {
    private final Controller controller;
    private final Outbox<StreamMessageResponse> outbox;

    Stream(Controller controller, Outbox<StreamMessageResponse> outbox) {
      this.controller = controller;
      this.outbox = outbox;
    }

    @Override
    public void onNext(StreamMessageRequest request) {
      switch (request.getUpdateCase()) {
        case ARBITRATION -> {
          try {
            boolean changed =
                exclusively(() -> arbitration.update(controller, request.getArbitration()));
            if (changed) {
              forgetUnacknowledged();
            }
          } catch (Refusal e) {
            part();
            outbox.end(e.status());
          }
        }
        case PACKET -> packetOut(request.getPacket());
        case DIGEST_ACK -> acknowledge(request.getDigestAck());
        case OTHER -> refuseOther("messages of type '" + request.getOther().getTypeUrl() + "'");
        case UPDATE_NOT_SET -> refuseOther("a message without content");
      }
    }

    private void packetOut(PacketOut packet) {
      Refusal refusal;
      try {
        checkIsPrimary();
        if (cpuPort < 0) {
          throw new Refusal(
              Status.Code.FAILED_PRECONDITION, "packet-out: the switch has no CPU port");
        }
        Pipeline pipeline = running;
        if (pipeline == null) {
          throw new Refusal(Status.Code.FAILED_PRECONDITION, "packet-out: no pipeline runs");
        }
        byte[] frame = pipeline.packetOut(packet);
        if (frame.length > Dataplane.LONGEST_FRAME) {
          throw Refusal.invalid(
              "packet-out: %d octets, at most %d", frame.length, Dataplane.LONGEST_FRAME);
        }
        dataplane.inject(cpuPort, frame);
        return;
      } catch (Refusal e) {
        refusal = e;
      }
      report(
          refusal,
          StreamError.newBuilder().setPacketOut(PacketOutError.newBuilder().setPacketOut(packet)));
    }

    private void acknowledge(DigestListAck acknowledgement) {
      try {
        checkIsPrimary();
        Pipeline pipeline = running;
        if (pipeline == null) {
          throw new Refusal(Status.Code.FAILED_PRECONDITION, "digest ack: no pipeline runs");
        }
        pipeline.acknowledge(acknowledgement.getDigestId(), acknowledgement.getListId());
      } catch (Refusal e) {
        report(
            e,
            StreamError.newBuilder()
                .setDigestListAck(
                    DigestListAckError.newBuilder().setDigestListAck(acknowledgement)));
      }
    }

    private void checkIsPrimary() {
      if (!arbitration.isPrimary(controller)) {
        throw new Refusal(Status.Code.PERMISSION_DENIED, "this controller is not the primary");
      }
    }

    private void refuseOther(String what) {
      report(
          Refusal.unimplemented("%s", what),
          StreamError.newBuilder().setOther(StreamOtherError.getDefaultInstance()));
    }

    private void report(Refusal refusal, StreamError.Builder error) {
      boolean _ =
          controller.offer(
              StreamMessageResponse.newBuilder()
                  .setError(
                      error
                          .setCanonicalCode(refusal.code().value())
                          .setMessage(String.valueOf(refusal.getMessage())))
                  .build());
    }

    @Override
    public void onError(Throwable failure) {
      leave();
    }

    @Override
    public void onCompleted() {
      part();
      outbox.end(Status.OK);
    }

    void leave() {
      part();
      outbox.abandon();
    }

    private void part() {
      if (exclusively(() -> arbitration.leave(controller))) {
        forgetUnacknowledged();
      }
    }
  }

  private void forgetUnacknowledged() {
    Pipeline pipeline = running;
    if (pipeline != null) {
      pipeline.forgetUnacknowledged();
    }
  }

  /**
   * Sends a packet-in to the primary of each role that receives it.
   *
   * @param frame what the pipeline sent to the CPU port
   * @return whether one of them takes it
   */
  @Override
  public boolean packetIn(byte[] frame) {
    Pipeline pipeline = running;
    PacketIn packet = pipeline == null ? null : pipeline.packetIn(frame);
    return packet != null
        && toPrimaries(
            access -> access.receives(packet),
            StreamMessageResponse.newBuilder().setPacket(packet));
  }

  /**
   * Collects a sample of a digest.
   *
   * @param list what is reported
   * @param sample its fields
   */
  @Override
  public void digest(DigestList list, byte[] sample) {
    Pipeline pipeline = running;
    if (pipeline != null) {
      pipeline.sample(list.name(), sample);
    }
  }

  /** Says which entries are idle. */
  private void notifyIdle() {
    lock.readLock().lock();
    try {
      Pipeline pipeline = running;
      if (pipeline != null) {
        var now = clock.instant();
        long timestamp = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
        pipeline.idle(
            entries ->
                toPrimaries(
                    access -> access.allows(entries.getFirst().getTableId()),
                    StreamMessageResponse.newBuilder()
                        .setIdleTimeoutNotification(
                            IdleTimeoutNotification.newBuilder()
                                .setTimestamp(timestamp)
                                .addAllTableEntry(entries))));
      }
    } catch (RuntimeException | java.lang.Error e) {
      LOG.error("looking for idle entries failed", e);
    } finally {
      lock.readLock().unlock();
    }
  }

  private boolean sendDigestList(io.hairpin.p4runtime.v1.DigestList list) {
    return toPrimaries(
        access -> access.allows(list.getDigestId()),
        StreamMessageResponse.newBuilder().setDigest(list));
  }

  /** Sends to the primary of each role that may have it; returns whether one of them takes it. */
  private boolean toPrimaries(Predicate<Access> receivers, StreamMessageResponse.Builder content) {
    StreamMessageResponse message = content.build();
    boolean taken = false;
    for (Controller primary : arbitration.primaries(receivers)) {
      taken |= primary.offer(message);
    }
    return taken;
  }

  /**
   * Takes note of a port's link: groups and replicas go by it.
   *
   * @param port the port as it is now
   */
  @Override
  public void linkChanged(PortState port) {
    if (links.set(port.number(), port.link() != Link.DOWN)) {
      Pipeline pipeline = running;
      if (pipeline != null) {
        pipeline.linksChanged();
      }
    }
  }
}
