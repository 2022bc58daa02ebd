package io.hairpin.softswitch;

import com.google.protobuf.ByteString;
import com.google.protobuf.TextFormat;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.hairpin.p4runtime.config.v1.P4Info;
import io.hairpin.p4runtime.config.v1.Preamble;
import io.hairpin.p4runtime.v1.Action;
import io.hairpin.p4runtime.v1.Entity;
import io.hairpin.p4runtime.v1.Error;
import io.hairpin.p4runtime.v1.FieldMatch;
import io.hairpin.p4runtime.v1.ForwardingPipelineConfig;
import io.hairpin.p4runtime.v1.MasterArbitrationUpdate;
import io.hairpin.p4runtime.v1.P4RuntimeGrpc;
import io.hairpin.p4runtime.v1.ReadRequest;
import io.hairpin.p4runtime.v1.SetForwardingPipelineConfigRequest;
import io.hairpin.p4runtime.v1.StreamMessageRequest;
import io.hairpin.p4runtime.v1.StreamMessageResponse;
import io.hairpin.p4runtime.v1.TableAction;
import io.hairpin.p4runtime.v1.TableEntry;
import io.hairpin.p4runtime.v1.Uint128;
import io.hairpin.p4runtime.v1.Update;
import io.hairpin.p4runtime.v1.WriteRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A switch that is spoken to in process, and the program of testbed.p4. */
final class Testbed implements AutoCloseable {
  static final long DEVICE = 7;
  static final int CPU_PORT = 64;
  static final int PATIENCE_SECONDS = 60;
  static final ForwardingPipelineConfig CONFIG = config("testbed");

  final SoftSwitch device;
  final ManagedChannel channel;
  final P4RuntimeGrpc.P4RuntimeBlockingStub stub;
  final BlockingQueue<Sent> sent = new LinkedBlockingQueue<>();
  private final List<Stream> streams = new ArrayList<>();

  /** A frame that a port without an interface transmitted. */
  record Sent(int port, String frame) {}

  Testbed(SoftSwitch.Builder builder) throws IOException {
    String name = UUID.randomUUID().toString();
    device = builder.deviceId(DEVICE).cpuPort(CPU_PORT).inProcess(name).start();
    channel =
        InProcessChannelBuilder.forName(name).maxInboundMetadataSize(Integer.MAX_VALUE).build();
    stub = P4RuntimeGrpc.newBlockingStub(channel);
  }

  /** A switch with ports 1 to 3, whose frames are collected, and a primary with election id 1. */
  static Testbed running() throws IOException {
    return running(SoftSwitch.builder().port(1).port(2).port(3));
  }

  static Testbed running(SoftSwitch.Builder builder) throws IOException {
    var testbed = new Testbed(builder);
    testbed.collect();
    testbed.controller(1);
    testbed.push(SetForwardingPipelineConfigRequest.Action.VERIFY_AND_COMMIT, CONFIG);
    return testbed;
  }

  void collect() {
    device.connect(
        (port, frame) -> sent.add(new Sent(port, java.util.HexFormat.of().formatHex(frame))));
  }

  void inject(int port, String frame) {
    device.inject(port, java.util.HexFormat.of().parseHex(frame));
  }

  @Nullable Sent poll() {
    return sent.poll();
  }

  /** The next frame that was transmitted. */
  Sent awaitSent() throws InterruptedException {
    return Objects.requireNonNull(sent.poll(PATIENCE_SECONDS, TimeUnit.SECONDS), "no frame came");
  }

  Stream primary() {
    return streams.getFirst();
  }

  /** Opens a stream, bids, and waits for the answer, which stays in the stream. */
  Stream controller(long electionId) {
    var stream = new Stream();
    streams.add(stream);
    stream.bid(electionId);
    return stream;
  }

  void push(SetForwardingPipelineConfigRequest.Action action, ForwardingPipelineConfig config) {
    var response =
        stub.setForwardingPipelineConfig(
            SetForwardingPipelineConfigRequest.newBuilder()
                .setDeviceId(DEVICE)
                .setElectionId(electionId(1))
                .setAction(action)
                .setConfig(config)
                .build());
    Objects.requireNonNull(response);
  }

  /** Waits until something is so; where it never is, tells how the ports are. */
  void await(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("never so; the ports are " + device.ports());
      }
      Thread.onSpinWait();
    }
  }

  /** Runs what was saved. */
  void commit() {
    var response =
        stub.setForwardingPipelineConfig(
            SetForwardingPipelineConfigRequest.newBuilder()
                .setDeviceId(DEVICE)
                .setElectionId(electionId(1))
                .setAction(SetForwardingPipelineConfigRequest.Action.COMMIT)
                .build());
    Objects.requireNonNull(response);
  }

  static Uint128 electionId(long id) {
    return Uint128.newBuilder().setLow(id).build();
  }

  void write(Update.Type type, Entity... entities) {
    var request = WriteRequest.newBuilder().setDeviceId(DEVICE).setElectionId(electionId(1));
    for (Entity entity : entities) {
      request.addUpdates(Update.newBuilder().setType(type).setEntity(entity));
    }
    Objects.requireNonNull(stub.write(request.build()));
  }

  /** Writes, and gives the error of each update. */
  List<Error> errors(Update.Type type, Entity... entities) {
    try {
      write(type, entities);
      return List.of();
    } catch (StatusRuntimeException e) {
      return errors(e);
    }
  }

  /** The errors of the parts of a request that failed. */
  static List<Error> errors(StatusRuntimeException failure) {
    com.google.rpc.Status status = Objects.requireNonNull(StatusProto.fromThrowable(failure));
    var errors = new ArrayList<Error>();
    for (var detail : status.getDetailsList()) {
      try {
        errors.add(detail.unpack(Error.class));
      } catch (com.google.protobuf.InvalidProtocolBufferException unreadable) {
        throw new AssertionError(unreadable);
      }
    }
    return errors;
  }

  /** Writes one update that must fail, and gives its error as {@code CODE: message}. */
  String error(Update.Type type, Entity entity) {
    List<Error> errors = errors(type, entity);
    return errors.isEmpty()
        ? "none"
        : Status.fromCodeValue(errors.getFirst().getCanonicalCode()).getCode()
            + ": "
            + errors.getFirst().getMessage();
  }

  List<Entity> read(Entity request) {
    var found = new ArrayList<Entity>();
    stub.read(ReadRequest.newBuilder().setDeviceId(DEVICE).addEntities(request).build())
        .forEachRemaining(response -> found.addAll(response.getEntitiesList()));
    return found;
  }

  /** The id of what a program calls so. */
  static int id(ForwardingPipelineConfig config, String alias) {
    P4Info info = config.getP4Info();
    var preambles = new ArrayList<Preamble>();
    info.getTablesList().forEach(one -> preambles.add(one.getPreamble()));
    info.getActionsList().forEach(one -> preambles.add(one.getPreamble()));
    info.getActionProfilesList().forEach(one -> preambles.add(one.getPreamble()));
    info.getCountersList().forEach(one -> preambles.add(one.getPreamble()));
    info.getMetersList().forEach(one -> preambles.add(one.getPreamble()));
    info.getRegistersList().forEach(one -> preambles.add(one.getPreamble()));
    info.getValueSetsList().forEach(one -> preambles.add(one.getPreamble()));
    info.getDigestsList().forEach(one -> preambles.add(one.getPreamble()));
    return preambles.stream()
        .filter(preamble -> preamble.getAlias().equals(alias))
        .findFirst()
        .orElseThrow()
        .getId();
  }

  static int tableId(String name) {
    return CONFIG.getP4Info().getTablesList().stream()
        .filter(table -> table.getPreamble().getAlias().equals(name))
        .findFirst()
        .orElseThrow()
        .getPreamble()
        .getId();
  }

  static int actionId(String name) {
    return CONFIG.getP4Info().getActionsList().stream()
        .filter(action -> action.getPreamble().getAlias().equals(name))
        .findFirst()
        .orElseThrow()
        .getPreamble()
        .getId();
  }

  static TableAction action(String name, int... arguments) {
    var action = Action.newBuilder().setActionId(actionId(name));
    for (int i = 0; i < arguments.length; i++) {
      action.addParams(Action.Param.newBuilder().setParamId(i + 1).setValue(number(arguments[i])));
    }
    return TableAction.newBuilder().setAction(action).build();
  }

  static ByteString number(long value) {
    byte[] bytes = java.math.BigInteger.valueOf(value).toByteArray();
    return ByteString.copyFrom(
        bytes.length > 1 && bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes);
  }

  static FieldMatch exact(int field, long value) {
    return FieldMatch.newBuilder()
        .setFieldId(field)
        .setExact(FieldMatch.Exact.newBuilder().setValue(number(value)))
        .build();
  }

  static TableEntry station(long address, String action, int... arguments) {
    return TableEntry.newBuilder()
        .setTableId(tableId("stations"))
        .addMatch(exact(1, address))
        .setAction(action(action, arguments))
        .build();
  }

  static Entity wire(int from, String action, int... arguments) {
    return entity(
        TableEntry.newBuilder()
            .setTableId(tableId("wires"))
            .addMatch(exact(1, from))
            .setAction(action(action, arguments))
            .build());
  }

  static Entity entity(TableEntry entry) {
    return Entity.newBuilder().setTableEntry(entry).build();
  }

  /** The pipeline of one of the programs beside this class. */
  static ForwardingPipelineConfig config(String program) {
    try (InputStream json = Testbed.class.getResourceAsStream(program + ".json");
        InputStream info = Testbed.class.getResourceAsStream(program + ".p4info.txtpb")) {
      var p4info = P4Info.newBuilder();
      TextFormat.merge(
          new String(Objects.requireNonNull(info).readAllBytes(), StandardCharsets.UTF_8), p4info);
      return ForwardingPipelineConfig.newBuilder()
          .setP4Info(p4info)
          .setP4DeviceConfig(ByteString.copyFrom(Objects.requireNonNull(json).readAllBytes()))
          .setCookie(ForwardingPipelineConfig.Cookie.newBuilder().setCookie(42))
          .build();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
    device.close();
  }

  /** A controller's stream. */
  final class Stream implements StreamObserver<StreamMessageResponse> {
    private final BlockingQueue<StreamMessageResponse> received = new LinkedBlockingQueue<>();
    private final BlockingQueue<Status> ended = new LinkedBlockingQueue<>();
    private final StreamObserver<StreamMessageRequest> requests;

    Stream() {
      requests = P4RuntimeGrpc.newStub(channel).streamChannel(this);
    }

    void send(StreamMessageRequest request) {
      requests.onNext(request);
    }

    void complete() {
      requests.onCompleted();
    }

    /** Bids, and returns the answer. */
    MasterArbitrationUpdate bid(long electionId) {
      send(bidding(electionId).build());
      return take().getArbitration();
    }

    static StreamMessageRequest.Builder bidding(long electionId) {
      return StreamMessageRequest.newBuilder()
          .setArbitration(
              MasterArbitrationUpdate.newBuilder()
                  .setDeviceId(DEVICE)
                  .setElectionId(electionId(electionId)));
    }

    StreamMessageResponse take() {
      return await(received);
    }

    Status end() {
      return await(ended);
    }

    private <T> T await(BlockingQueue<T> queue) {
      try {
        T next = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
          throw new AssertionError("nothing came; received " + received + ", ended " + ended);
        }
        return next;
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void onNext(StreamMessageResponse response) {
      received.add(response);
    }

    @Override
    public void onError(Throwable failure) {
      ended.add(Status.fromThrowable(failure));
    }

    @Override
    public void onCompleted() {
      ended.add(Status.OK);
    }
  }
}
