package io.hairpin.tests;

import com.google.protobuf.ByteString;
import com.google.protobuf.TextFormat;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.hairpin.p4runtime.config.v1.P4Info;
import io.hairpin.p4runtime.v1.Entity;
import io.hairpin.p4runtime.v1.FieldMatch;
import io.hairpin.p4runtime.v1.ForwardingPipelineConfig;
import io.hairpin.p4runtime.v1.MasterArbitrationUpdate;
import io.hairpin.p4runtime.v1.P4RuntimeGrpc;
import io.hairpin.p4runtime.v1.SetForwardingPipelineConfigRequest;
import io.hairpin.p4runtime.v1.StreamMessageRequest;
import io.hairpin.p4runtime.v1.StreamMessageResponse;
import io.hairpin.p4runtime.v1.TableAction;
import io.hairpin.p4runtime.v1.TableEntry;
import io.hairpin.p4runtime.v1.Uint128;
import io.hairpin.p4runtime.v1.Update;
import io.hairpin.p4runtime.v1.WriteRequest;
import io.hairpin.softswitch.engine.Action;
import io.hairpin.softswitch.engine.Entry;
import io.hairpin.softswitch.engine.Match;
import io.hairpin.softswitch.engine.Table;
import io.hairpin.tests.FramePorts.Transmitted;
import io.hairpin.tests.Target.Place;
import io.hairpin.tests.stf.Stf;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A target that runs any program: driven through P4Runtime, frames by the dataplane service. */
final class P4Device implements Stf.Device, AutoCloseable {
  private static final int PATIENCE_SECONDS = 30;
  // How long nothing more comes out before a frame counts as dropped.
  private static final int SILENCE_MILLISECONDS = 100;
  private static final Uint128 ELECTION = Uint128.newBuilder().setLow(1).build();

  private final Place place;
  private final AutoCloseable target;
  private final ManagedChannel channel;
  private final P4RuntimeGrpc.P4RuntimeBlockingStub stub;
  private final StreamObserver<StreamMessageRequest> stream;
  private P4Info info = P4Info.getDefaultInstance();
  private @Nullable FramePorts ports;

  P4Device(Target kind, Place place, List<Integer> ports) throws Exception {
    this.place = place;
    target = kind.start(place, ports);
    channel =
        ManagedChannelBuilder.forTarget("127.0.0.1:" + place.p4runtime()).usePlaintext().build();
    stub = P4RuntimeGrpc.newBlockingStub(channel);
    var primary = new CompletableFuture<StreamMessageResponse>();
    stream =
        P4RuntimeGrpc.newStub(channel)
            .streamChannel(
                new StreamObserver<>() {
                  @Override
                  public void onNext(StreamMessageResponse response) {
                    primary.complete(response);
                  }

                  @Override
                  public void onError(Throwable t) {
                    primary.completeExceptionally(t);
                  }

                  @Override
                  public void onCompleted() {}
                });
    stream.onNext(
        StreamMessageRequest.newBuilder()
            .setArbitration(
                MasterArbitrationUpdate.newBuilder()
                    .setDeviceId(place.deviceId())
                    .setElectionId(ELECTION))
            .build());
    primary.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** Runs a program from now on; it begins empty. */
  void run(byte[] json, String p4Info) throws TextFormat.ParseException {
    var builder = P4Info.newBuilder();
    TextFormat.merge(p4Info, builder);
    info = builder.build();
    var unused =
        stub.setForwardingPipelineConfig(
            SetForwardingPipelineConfigRequest.newBuilder()
                .setDeviceId(place.deviceId())
                .setElectionId(ELECTION)
                .setAction(SetForwardingPipelineConfigRequest.Action.VERIFY_AND_COMMIT)
                .setConfig(
                    ForwardingPipelineConfig.newBuilder()
                        .setP4Info(info)
                        .setP4DeviceConfig(ByteString.copyFrom(json)))
                .build());
    if (ports == null) {
      // bmv2 serves its ports only when it has a program.
      ports = new FramePorts("127.0.0.1:" + place.dataplane(), place.deviceId());
    }
  }

  private io.hairpin.p4runtime.config.v1.Table described(Table table) {
    return info.getTablesList().stream()
        .filter(t -> t.getPreamble().getName().equals(table.name()))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no table " + table.name()));
  }

  private TableAction action(Action action) {
    int id =
        info.getActionsList().stream()
            .filter(a -> a.getPreamble().getName().equals(action.name()))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no action " + action.name()))
            .getPreamble()
            .getId();
    var made = io.hairpin.p4runtime.v1.Action.newBuilder().setActionId(id);
    for (int i = 0; i < action.arguments().size(); i++) {
      made.addParams(
          io.hairpin.p4runtime.v1.Action.Param.newBuilder()
              .setParamId(i + 1)
              .setValue(bytes(action.arguments().get(i))));
    }
    return TableAction.newBuilder().setAction(made).build();
  }

  private static ByteString bytes(BigInteger value) {
    byte[] bytes = value.toByteArray();
    int from = bytes.length > 1 && bytes[0] == 0 ? 1 : 0;
    return ByteString.copyFrom(bytes, from, bytes.length - from);
  }

  @Override
  public void insert(Table table, Entry entry) {
    var described = described(table);
    var made =
        TableEntry.newBuilder()
            .setTableId(described.getPreamble().getId())
            .setPriority(entry.priority())
            .setAction(action(entry.action()));
    for (int i = 0; i < entry.key().size(); i++) {
      var field = described.getMatchFields(i);
      var match = FieldMatch.newBuilder().setFieldId(field.getId());
      boolean optional =
          field.getMatchType() == io.hairpin.p4runtime.config.v1.MatchField.MatchType.OPTIONAL;
      switch (entry.key().get(i)) {
        case Match.Exact m when optional -> match.setOptional(optional(m.value()));
        // The JSON says ternary of an optional field.
        case Match.Ternary m when optional -> match.setOptional(optional(m.value()));
        case Match.Exact m ->
            match.setExact(FieldMatch.Exact.newBuilder().setValue(bytes(m.value())));
        case Match.Lpm m ->
            match.setLpm(
                FieldMatch.LPM
                    .newBuilder()
                    .setValue(bytes(m.value()))
                    .setPrefixLen(m.prefixLength()));
        case Match.Ternary m ->
            match.setTernary(
                FieldMatch.Ternary.newBuilder()
                    .setValue(bytes(m.value()))
                    .setMask(bytes(m.mask())));
        case Match.Range m ->
            match.setRange(
                FieldMatch.Range.newBuilder().setLow(bytes(m.low())).setHigh(bytes(m.high())));
        case Match.Any m -> {
          continue;
        }
      }
      made.addMatch(match);
    }
    write(Update.Type.INSERT, made);
  }

  private static FieldMatch.Optional optional(BigInteger value) {
    return FieldMatch.Optional.newBuilder().setValue(bytes(value)).build();
  }

  @Override
  public void setDefault(Table table, Action action) {
    write(
        Update.Type.MODIFY,
        TableEntry.newBuilder()
            .setTableId(described(table).getPreamble().getId())
            .setIsDefaultAction(true)
            .setAction(action(action)));
  }

  private void write(Update.Type type, TableEntry.Builder entry) {
    var unused =
        stub.write(
            WriteRequest.newBuilder()
                .setDeviceId(place.deviceId())
                .setElectionId(ELECTION)
                .addUpdates(
                    Update.newBuilder()
                        .setType(type)
                        .setEntity(Entity.newBuilder().setTableEntry(entry)))
                .build());
  }

  private FramePorts ports() {
    FramePorts open = ports;
    if (open == null) {
      throw new IllegalStateException("no program");
    }
    return open;
  }

  @Override
  public void receive(int port, byte[] frame) {
    ports().receive(port, new Frame(frame));
  }

  @Override
  public Map<Integer, List<String>> transmitted(int wanted) {
    Map<Integer, List<String>> found = new TreeMap<>();
    try {
      for (int i = 0; ; i++) {
        Transmitted next =
            ports().poll(i < wanted ? PATIENCE_SECONDS * 1000 : SILENCE_MILLISECONDS);
        if (next == null) {
          return found;
        }
        found
            .computeIfAbsent(next.port(), p -> new ArrayList<>())
            .add(HexFormat.of().formatHex(next.frame().bytes()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() throws Exception {
    stream.onCompleted();
    if (ports != null) {
      ports.close();
    }
    channel.shutdownNow();
    target.close();
  }
}
