package io.hairpin.p4runtime.client;

import com.google.protobuf.Any;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.hairpin.p4runtime.v1.CounterEntry;
import io.hairpin.p4runtime.v1.DigestList;
import io.hairpin.p4runtime.v1.Entity;
import io.hairpin.p4runtime.v1.Error;
import io.hairpin.p4runtime.v1.ForwardingPipelineConfig;
import io.hairpin.p4runtime.v1.GetForwardingPipelineConfigRequest;
import io.hairpin.p4runtime.v1.GetForwardingPipelineConfigResponse;
import io.hairpin.p4runtime.v1.IdleTimeoutNotification;
import io.hairpin.p4runtime.v1.MasterArbitrationUpdate;
import io.hairpin.p4runtime.v1.P4RuntimeGrpc;
import io.hairpin.p4runtime.v1.P4StructLike;
import io.hairpin.p4runtime.v1.PacketReplicationEngineEntry;
import io.hairpin.p4runtime.v1.ReadRequest;
import io.hairpin.p4runtime.v1.ReadResponse;
import io.hairpin.p4runtime.v1.SetForwardingPipelineConfigRequest;
import io.hairpin.p4runtime.v1.SetForwardingPipelineConfigResponse;
import io.hairpin.p4runtime.v1.StreamMessageRequest;
import io.hairpin.p4runtime.v1.StreamMessageResponse;
import io.hairpin.p4runtime.v1.Uint128;
import io.hairpin.p4runtime.v1.Update;
import io.hairpin.p4runtime.v1.WriteRequest;
import io.hairpin.p4runtime.v1.WriteResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A P4Runtime server that arbitrates, keeps entities and reports each update's error as the
 * specification says, and forwards nothing.
 */
public final class FakeTarget extends P4RuntimeGrpc.P4RuntimeImplBase implements AutoCloseable {
  public static final long DEVICE = 1;

  private static final Comparator<Uint128> BY_ID =
      Comparator.comparingLong((Uint128 id) -> id.getHigh() ^ Long.MIN_VALUE)
          .thenComparingLong(id -> id.getLow() ^ Long.MIN_VALUE);

  public final List<WriteRequest> writes = new ArrayList<>();
  public final List<SetForwardingPipelineConfigRequest.Action> pushes = new ArrayList<>();
  public final BlockingQueue<StreamMessageRequest> heard = new LinkedBlockingQueue<>();
  private final Map<StreamObserver<StreamMessageResponse>, Uint128> streams = new LinkedHashMap<>();
  private final Map<Entity, Entity> entities = new LinkedHashMap<>();
  private final String name = InProcessServerBuilder.generateName();
  private final Server server;
  private ForwardingPipelineConfig config = ForwardingPipelineConfig.getDefaultInstance();
  private int tableSize = Integer.MAX_VALUE;
  private final Map<Entity, Long> lastHits = new LinkedHashMap<>();
  private long hits;
  private long counted;
  private Runnable whenRead = () -> {};
  private long nanoseconds;
  private @Nullable Status refusal;
  private @Nullable Status failure;
  private Predicate<Update> refused = _ -> false;

  public FakeTarget() throws IOException {
    server = InProcessServerBuilder.forName(name).addService(this).build().start();
  }

  public ManagedChannel channel() {
    return InProcessChannelBuilder.forName(name).build();
  }

  @Override
  public void close() {
    try {
      server.shutdownNow().awaitTermination();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** From now on refuses streams; null takes them again. */
  public synchronized void refuseStreams(@Nullable Status status) {
    refusal = status;
  }

  /** Fails the next write as a whole. */
  public synchronized void failOnce(Status status) {
    failure = status;
  }

  /** From now on refuses some updates. */
  public synchronized void refuse(Predicate<Update> updates) {
    refused = updates;
  }

  public synchronized void setTableSize(int size) {
    tableSize = size;
  }

  public synchronized void endStreams(Status status) {
    List.copyOf(streams.keySet()).forEach(stream -> stream.onError(status.asRuntimeException()));
    streams.clear();
  }

  /** Sends the primary digests of three members, as the pipeline's learning digest has. */
  public void digest(int id, long list, long[]... digests) {
    DigestList.Builder message = DigestList.newBuilder().setDigestId(id).setListId(list);
    for (long[] members : digests) {
      P4StructLike.Builder struct = message.addDataBuilder().getStructBuilder();
      for (long member : members) {
        struct.addMembersBuilder().setBitstring(Value.of(member).bytes());
      }
    }
    toPrimary(StreamMessageResponse.newBuilder().setDigest(message).build());
  }

  /** Lets every cell of the indexed counters count packets. */
  public synchronized void count(long packets) {
    counted += packets;
  }

  /** Does something at the begin of every read. */
  public synchronized void whenRead(Runnable task) {
    whenRead = task;
  }

  /** Lets packets hit every entry of the table. */
  public synchronized void hit() {
    hits++;
    lastHits.replaceAll((_, _) -> nanoseconds);
  }

  /** Lets time pass. */
  public synchronized void pass(Duration time) {
    nanoseconds += time.toNanos();
  }

  /** What a target says of the entries that are idle for their timeout now. */
  public synchronized StreamMessageResponse idle() {
    IdleTimeoutNotification.Builder idle = IdleTimeoutNotification.newBuilder();
    entities.forEach(
        (key, entity) -> {
          long timeout = entity.getTableEntry().getIdleTimeoutNs();
          if (timeout > 0 && idleTime(key) >= timeout) {
            idle.addTableEntry(key.getTableEntry());
          }
        });
    return StreamMessageResponse.newBuilder().setIdleTimeoutNotification(idle).build();
  }

  private long idleTime(Entity key) {
    return nanoseconds - lastHits.getOrDefault(key, nanoseconds);
  }

  public synchronized void toPrimary(StreamMessageResponse message) {
    streams.entrySet().stream()
        .max(Map.Entry.comparingByValue(BY_ID))
        .orElseThrow()
        .getKey()
        .onNext(message);
  }

  public synchronized List<Entity> entities() {
    return List.copyOf(entities.values());
  }

  /** Puts an entity in as another client could have written it. */
  public synchronized void put(Entity entity) {
    entities.put(key(entity), entity);
  }

  @Override
  public StreamObserver<StreamMessageRequest> streamChannel(
      StreamObserver<StreamMessageResponse> responses) {
    return new StreamObserver<>() {
      @Override
      public void onNext(StreamMessageRequest request) {
        if (request.hasArbitration()) {
          arbitrate(responses, request.getArbitration());
        } else {
          heard.add(request);
        }
      }

      @Override
      public void onError(Throwable error) {
        leave(responses);
      }

      @Override
      public void onCompleted() {
        leave(responses);
        responses.onCompleted();
      }
    };
  }

  private synchronized void arbitrate(
      StreamObserver<StreamMessageResponse> stream, MasterArbitrationUpdate claim) {
    if (refusal != null) {
      stream.onError(refusal.asRuntimeException());
    } else if (claim.getDeviceId() != DEVICE) {
      stream.onError(Status.NOT_FOUND.withDescription("No such device").asRuntimeException());
    } else if (streams.containsValue(claim.getElectionId())) {
      stream.onError(Status.INVALID_ARGUMENT.withDescription("Taken").asRuntimeException());
    } else {
      streams.put(stream, claim.getElectionId());
      announce();
    }
  }

  private synchronized void leave(StreamObserver<StreamMessageResponse> stream) {
    if (streams.remove(stream) != null) {
      announce();
    }
  }

  private void announce() {
    streams.values().stream()
        .max(BY_ID)
        .ifPresent(
            primary ->
                streams.forEach(
                    (stream, id) ->
                        stream.onNext(
                            StreamMessageResponse.newBuilder()
                                .setArbitration(
                                    MasterArbitrationUpdate.newBuilder()
                                        .setDeviceId(DEVICE)
                                        .setElectionId(primary)
                                        .setStatus(
                                            com.google.rpc.Status.newBuilder()
                                                .setCode(id.equals(primary) ? 0 : 6)))
                                .build())));
  }

  private void checkPrimary(Uint128 id) {
    if (!streams.values().stream().max(BY_ID).filter(id::equals).isPresent()) {
      throw Status.PERMISSION_DENIED.withDescription("Not primary").asRuntimeException();
    }
  }

  @Override
  public synchronized void setForwardingPipelineConfig(
      SetForwardingPipelineConfigRequest request,
      StreamObserver<SetForwardingPipelineConfigResponse> responses) {
    answer(
        responses,
        () -> {
          checkPrimary(request.getElectionId());
          pushes.add(request.getAction());
          if (request.getConfig().getP4DeviceConfig().isEmpty()) {
            throw Status.INVALID_ARGUMENT.withDescription("No program").asRuntimeException();
          }
          if (request.getAction() == SetForwardingPipelineConfigRequest.Action.VERIFY_AND_COMMIT) {
            config = request.getConfig();
          }
          return SetForwardingPipelineConfigResponse.getDefaultInstance();
        });
  }

  @Override
  public synchronized void getForwardingPipelineConfig(
      GetForwardingPipelineConfigRequest request,
      StreamObserver<GetForwardingPipelineConfigResponse> responses) {
    answer(
        responses,
        () -> {
          checkPipeline();
          return GetForwardingPipelineConfigResponse.newBuilder()
              .setConfig(
                  request.getResponseType()
                          == GetForwardingPipelineConfigRequest.ResponseType.COOKIE_ONLY
                      ? config.toBuilder().clearP4Info().clearP4DeviceConfig().build()
                      : config)
              .build();
        });
  }

  private void checkPipeline() {
    if (!config.hasP4Info()) {
      throw Status.FAILED_PRECONDITION.withDescription("No pipeline").asRuntimeException();
    }
  }

  @Override
  public synchronized void write(WriteRequest request, StreamObserver<WriteResponse> responses) {
    answer(
        responses,
        () -> {
          checkPrimary(request.getElectionId());
          Status failing = failure;
          if (failing != null) {
            failure = null;
            throw failing.asRuntimeException();
          }
          writes.add(request);
          List<Error> errors = request.getUpdatesList().stream().map(this::apply).toList();
          if (errors.stream().anyMatch(error -> error.getCanonicalCode() != 0)) {
            throw StatusProto.toStatusRuntimeException(
                com.google.rpc.Status.newBuilder()
                    .setCode(Status.Code.UNKNOWN.value())
                    .addAllDetails(errors.stream().map(Any::pack).toList())
                    .build());
          }
          return WriteResponse.getDefaultInstance();
        });
  }

  private Error apply(Update update) {
    if (refused.test(update)) {
      return error(Status.Code.UNIMPLEMENTED);
    }
    if (update.getEntity().hasCounterEntry()) {
      return error(Status.Code.OK);
    }
    Entity key = key(update.getEntity());
    boolean there = entities.containsKey(key);
    boolean isDefault = key.getTableEntry().getIsDefaultAction();
    Status.Code code = Status.Code.OK;
    switch (update.getType()) {
      case INSERT -> {
        if (there) {
          code = Status.Code.ALREADY_EXISTS;
        } else if (entities.size() >= tableSize) {
          code = Status.Code.RESOURCE_EXHAUSTED;
        } else {
          entities.put(key, update.getEntity());
          lastHits.put(key, nanoseconds);
        }
      }
      case MODIFY -> {
        if (key.hasMeterEntry() && !update.getEntity().getMeterEntry().hasConfig()) {
          entities.remove(key);
        } else if (key.hasMeterEntry()) {
          entities.put(key, update.getEntity());
        } else if (there || isDefault) {
          entities.put(key, update.getEntity());
        } else {
          code = Status.Code.NOT_FOUND;
        }
      }
      case DELETE -> {
        if (entities.remove(key) == null) {
          code = Status.Code.NOT_FOUND;
        }
      }
      default -> code = Status.Code.INVALID_ARGUMENT;
    }
    return error(code);
  }

  private static Error error(Status.Code code) {
    return Error.newBuilder()
        .setCanonicalCode(code.value())
        .setMessage(code == Status.Code.OK ? "" : "as the fake says")
        .build();
  }

  private static Entity key(Entity entity) {
    Entity.Builder key = entity.toBuilder();
    switch (entity.getEntityCase()) {
      case TABLE_ENTRY -> key.getTableEntryBuilder().clearAction().clearIdleTimeoutNs();
      case PACKET_REPLICATION_ENGINE_ENTRY -> {
        PacketReplicationEngineEntry.Builder pre = key.getPacketReplicationEngineEntryBuilder();
        if (pre.hasMulticastGroupEntry()) {
          pre.getMulticastGroupEntryBuilder().clearReplicas();
        } else {
          int id = pre.getCloneSessionEntry().getSessionId();
          pre.getCloneSessionEntryBuilder().clear().setSessionId(id);
        }
      }
      case DIGEST_ENTRY -> key.getDigestEntryBuilder().clearConfig();
      case METER_ENTRY -> key.getMeterEntryBuilder().clearConfig();
      default -> throw new IllegalArgumentException(entity.toString());
    }
    return key.build();
  }

  @Override
  public synchronized void read(ReadRequest request, StreamObserver<ReadResponse> responses) {
    try {
      whenRead.run();
      checkPipeline();
      for (Entity wanted : request.getEntitiesList()) {
        for (Entity found : select(wanted)) {
          responses.onNext(ReadResponse.newBuilder().addEntities(found).build());
        }
      }
      responses.onCompleted();
    } catch (StatusRuntimeException e) {
      responses.onError(e);
    }
  }

  private List<Entity> select(Entity wanted) {
    return switch (wanted.getEntityCase()) {
      case COUNTER_ENTRY -> {
        CounterEntry.Builder cell = wanted.getCounterEntry().toBuilder();
        long index = cell.getIndex().getIndex();
        cell.getDataBuilder().setPacketCount(index + 1 + counted).setByteCount(100 * (index + 1));
        yield List.of(Entity.newBuilder().setCounterEntry(cell).build());
      }
      case DIRECT_COUNTER_ENTRY -> {
        int table = wanted.getDirectCounterEntry().getTableEntry().getTableId();
        yield entities.keySet().stream()
            .filter(key -> key.getTableEntry().getTableId() == table)
            .map(this::counter)
            .toList();
      }
      case METER_ENTRY -> List.of(entities.getOrDefault(wanted, wanted));
      case DIGEST_ENTRY -> {
        Entity found = entities.get(key(wanted));
        if (found == null) {
          throw Status.NOT_FOUND.asRuntimeException();
        }
        yield List.of(found);
      }
      case TABLE_ENTRY -> {
        if (wanted.getTableEntry().hasTimeSinceLastHit()) {
          yield timed(wanted);
        }
        yield entities.values().stream()
            .filter(Entity::hasTableEntry)
            .filter(
                found ->
                    found.getTableEntry().getIsDefaultAction()
                        == wanted.getTableEntry().getIsDefaultAction())
            .toList();
      }
      case PACKET_REPLICATION_ENGINE_ENTRY -> {
        var type = wanted.getPacketReplicationEngineEntry().getTypeCase();
        if (type == PacketReplicationEngineEntry.TypeCase.TYPE_NOT_SET) {
          throw Status.INVALID_ARGUMENT.asRuntimeException();
        }
        yield entities.values().stream()
            .filter(found -> found.getPacketReplicationEngineEntry().getTypeCase() == type)
            .toList();
      }
      default -> throw Status.UNIMPLEMENTED.asRuntimeException();
    };
  }

  /** One entry, with the time for which it was not hit. */
  private List<Entity> timed(Entity wanted) {
    Entity.Builder key = wanted.toBuilder();
    key.getTableEntryBuilder().clearTimeSinceLastHit();
    Entity found = entities.get(key.build());
    if (found == null) {
      return List.of();
    }
    Entity.Builder told = found.toBuilder();
    told.getTableEntryBuilder().getTimeSinceLastHitBuilder().setElapsedNs(idleTime(key.build()));
    return List.of(told.build());
  }

  private Entity counter(Entity key) {
    Entity.Builder counter = Entity.newBuilder();
    counter
        .getDirectCounterEntryBuilder()
        .setTableEntry(key.getTableEntry())
        .getDataBuilder()
        .setPacketCount(hits);
    return counter.build();
  }

  private interface Answer<T> {
    T get();
  }

  private static <T> void answer(StreamObserver<T> responses, Answer<T> answer) {
    try {
      responses.onNext(answer.get());
      responses.onCompleted();
    } catch (StatusRuntimeException e) {
      responses.onError(e);
    }
  }
}
