package io.hairpin.softswitch;

import com.google.protobuf.ByteString;
import com.google.protobuf.TextFormat;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.hairpin.p4runtime.config.v1.Action;
import io.hairpin.p4runtime.config.v1.ActionRef;
import io.hairpin.p4runtime.config.v1.MatchField;
import io.hairpin.p4runtime.config.v1.P4Info;
import io.hairpin.p4runtime.config.v1.Table;
import io.hairpin.p4runtime.v1.Entity;
import io.hairpin.p4runtime.v1.FieldMatch;
import io.hairpin.p4runtime.v1.ForwardingPipelineConfig;
import io.hairpin.p4runtime.v1.MasterArbitrationUpdate;
import io.hairpin.p4runtime.v1.P4RuntimeGrpc;
import io.hairpin.p4runtime.v1.SetForwardingPipelineConfigRequest;
import io.hairpin.p4runtime.v1.StreamMessageRequest;
import io.hairpin.p4runtime.v1.StreamMessageResponse;
import io.hairpin.p4runtime.v1.TableEntry;
import io.hairpin.p4runtime.v1.Uint128;
import io.hairpin.p4runtime.v1.Update;
import io.hairpin.p4runtime.v1.WriteRequest;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What the launcher makes the AOT cache of: a switch whose tables are filled through P4Runtime and
 * that forwards, and then the start of another one. The cache then holds the profiles of what
 * writes and frames run (JEP 515), which the JIT has to gather otherwise.
 */
public final class Rehearsal {
  private static final int BATCH = 1000;
  private static final int TABLES = 2;
  private static final int ENTRIES = 10_000;
  private static final int FRAMES = 20_000;
  private static final int FRAME_LENGTH = 64;
  private static final int PATIENCE_SECONDS = 30;
  private static final Uint128 ELECTION = Uint128.newBuilder().setLow(1).build();

  private final P4Info info;
  private final P4RuntimeGrpc.P4RuntimeBlockingStub stub;

  private Rehearsal(P4Info info, P4RuntimeGrpc.P4RuntimeBlockingStub stub) {
    this.info = info;
    this.stub = stub;
  }

  /**
   * Rehearses, then runs the switch as {@link Main} does.
   *
   * @param arguments a program's JSON, its P4Info as text, and the flags of the switch
   * @throws Exception where a file cannot be read, or the switch does not do what it should
   */
  public static void main(String[] arguments) throws Exception {
    var info = P4Info.newBuilder();
    TextFormat.merge(Files.readString(Path.of(arguments[1])), info);
    rehearse(Files.readAllBytes(Path.of(arguments[0])), info.build());
    Main.main(Arrays.copyOfRange(arguments, 2, arguments.length));
  }

  private static void rehearse(byte[] program, P4Info info)
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    try (SoftSwitch softSwitch =
        SoftSwitch.builder()
            .port(1)
            .grpc(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .start()) {
      ManagedChannel channel =
          NettyChannelBuilder.forAddress(softSwitch.grpcAddress().orElseThrow())
              .usePlaintext()
              .build();
      try {
        becomePrimary(P4RuntimeGrpc.newStub(channel));
        var rehearsal = new Rehearsal(info, P4RuntimeGrpc.newBlockingStub(channel));
        rehearsal.push(program);
        rehearsal.write();
        for (int i = 0; i < FRAMES; i++) {
          byte[] frame = new byte[FRAME_LENGTH];
          frame[0] = 2;
          frame[5] = (byte) i;
          softSwitch.inject(1, frame);
        }
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private static void becomePrimary(P4RuntimeGrpc.P4RuntimeStub stub)
      throws InterruptedException, ExecutionException, TimeoutException {
    var primary = new CompletableFuture<StreamMessageResponse>();
    stub.streamChannel(
            new StreamObserver<>() {
              @Override
              public void onNext(StreamMessageResponse response) {
                primary.complete(response);
              }

              @Override
              public void onError(Throwable e) {
                primary.completeExceptionally(e);
              }

              @Override
              public void onCompleted() {}
            })
        .onNext(
            StreamMessageRequest.newBuilder()
                .setArbitration(
                    MasterArbitrationUpdate.newBuilder().setDeviceId(1).setElectionId(ELECTION))
                .build());
    Objects.requireNonNull(primary.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
  }

  private void push(byte[] program) {
    var _ =
        stub.setForwardingPipelineConfig(
            SetForwardingPipelineConfigRequest.newBuilder()
                .setDeviceId(1)
                .setElectionId(ELECTION)
                .setAction(SetForwardingPipelineConfigRequest.Action.VERIFY_AND_COMMIT)
                .setConfig(
                    ForwardingPipelineConfig.newBuilder()
                        .setP4Info(info)
                        .setP4DeviceConfig(ByteString.copyFrom(program)))
                .build());
  }

  /** Fills the largest tables, whatever they are. */
  private void write() {
    info.getTablesList().stream()
        .filter(table -> action(table) != null && isExact(table))
        .sorted((a, b) -> Long.compare(b.getSize(), a.getSize()))
        .limit(TABLES)
        .forEach(table -> fill(table, Objects.requireNonNull(action(table))));
  }

  private static boolean isExact(Table table) {
    return table.getMatchFieldsCount() != 0
        && table.getMatchFieldsList().stream()
            .allMatch(field -> field.getMatchType() == MatchField.MatchType.EXACT);
  }

  private void fill(Table table, Action action) {
    int bits = table.getMatchFieldsList().stream().mapToInt(MatchField::getBitwidth).sum();
    long room = Math.min(table.getSize(), 1L << Math.min(bits, Integer.SIZE));
    for (int first = 0; first + BATCH <= Math.min(room, ENTRIES); first += BATCH) {
      var request = WriteRequest.newBuilder().setDeviceId(1).setElectionId(ELECTION);
      for (int i = first; i < first + BATCH; i++) {
        request.addUpdates(
            Update.newBuilder()
                .setType(Update.Type.INSERT)
                .setEntity(Entity.newBuilder().setTableEntry(entry(table, action, i))));
      }
      var _ = stub.write(request.build());
    }
  }

  private @Nullable Action action(Table table) {
    for (ActionRef ref : table.getActionRefsList()) {
      if (ref.getScope() != ActionRef.Scope.DEFAULT_ONLY && table.getImplementationId() == 0) {
        for (Action action : info.getActionsList()) {
          if (action.getPreamble().getId() == ref.getId()) {
            return action;
          }
        }
      }
    }
    return null;
  }

  /** One of the entries that a table may have, told by a number. */
  private static TableEntry.Builder entry(Table table, Action action, int number) {
    var entry = TableEntry.newBuilder().setTableId(table.getPreamble().getId());
    BigInteger rest = BigInteger.valueOf(number);
    for (MatchField field : table.getMatchFieldsList()) {
      BigInteger high = rest.shiftRight(field.getBitwidth());
      BigInteger value = rest.subtract(high.shiftLeft(field.getBitwidth()));
      entry.addMatch(
          FieldMatch.newBuilder()
              .setFieldId(field.getId())
              .setExact(
                  FieldMatch.Exact.newBuilder()
                      .setValue(ByteString.copyFrom(value.toByteArray()))));
      rest = high;
    }
    var run = entry.getActionBuilder().getActionBuilder().setActionId(action.getPreamble().getId());
    action
        .getParamsList()
        .forEach(
            param ->
                run.addParams(
                    io.hairpin.p4runtime.v1.Action.Param.newBuilder()
                        .setParamId(param.getId())
                        .setValue(ByteString.copyFrom(new byte[] {1}))));
    return entry;
  }
}
