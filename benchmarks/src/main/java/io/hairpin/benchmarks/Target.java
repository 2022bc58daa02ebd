package io.hairpin.benchmarks;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.hairpin.p4runtime.v1.Entity;
import io.hairpin.p4runtime.v1.ForwardingPipelineConfig;
import io.hairpin.p4runtime.v1.MasterArbitrationUpdate;
import io.hairpin.p4runtime.v1.P4RuntimeGrpc;
import io.hairpin.p4runtime.v1.SetForwardingPipelineConfigRequest;
import io.hairpin.p4runtime.v1.SetForwardingPipelineConfigResponse;
import io.hairpin.p4runtime.v1.StreamMessageRequest;
import io.hairpin.p4runtime.v1.StreamMessageResponse;
import io.hairpin.p4runtime.v1.Uint128;
import io.hairpin.p4runtime.v1.Update;
import io.hairpin.p4runtime.v1.WriteRequest;
import io.hairpin.p4runtime.v1.WriteResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A P4Runtime target as its primary sees it; the same requests for every target. */
final class Target implements AutoCloseable {
  static final int CPU_PORT = 510;
  static final int BATCH = 1000;

  private static final long DEVICE = 1;
  private static final Uint128 ELECTION = Uint128.newBuilder().setLow(1).build();
  private static final int LARGEST = 64 << 20;
  private static final int PATIENCE_SECONDS = 30;

  private final ManagedChannel channel;
  private final P4RuntimeGrpc.P4RuntimeBlockingStub stub;

  /** Connects, waiting for the target to serve, becomes primary and pushes the pipeline. */
  Target(String address) throws ExecutionException, InterruptedException, TimeoutException {
    channel =
        NettyChannelBuilder.forTarget(address)
            .usePlaintext()
            .maxInboundMessageSize(LARGEST)
            .maxInboundMetadataSize(LARGEST)
            .build();
    stub = P4RuntimeGrpc.newBlockingStub(channel);
    var primary = new CompletableFuture<StreamMessageResponse>();
    StreamObserver<StreamMessageRequest> stream =
        P4RuntimeGrpc.newStub(channel)
            .withWaitForReady()
            .streamChannel(
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
                });
    stream.onNext(
        StreamMessageRequest.newBuilder()
            .setArbitration(
                MasterArbitrationUpdate.newBuilder().setDeviceId(DEVICE).setElectionId(ELECTION))
            .build());
    Objects.requireNonNull(primary.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    SetForwardingPipelineConfigResponse _ =
        stub.setForwardingPipelineConfig(
            SetForwardingPipelineConfigRequest.newBuilder()
                .setDeviceId(DEVICE)
                .setElectionId(ELECTION)
                .setAction(SetForwardingPipelineConfigRequest.Action.VERIFY_AND_COMMIT)
                .setConfig(
                    ForwardingPipelineConfig.newBuilder()
                        .setP4Info(Relay.P4INFO)
                        .setP4DeviceConfig(ByteString.copyFrom(Relay.JSON)))
                .build());
  }

  /** Inserts in batches of 1,000 that are sent one after the other; returns the seconds. */
  double insert(List<Entity> entities) {
    List<WriteRequest> requests = new ArrayList<>();
    for (int i = 0; i < entities.size(); i += BATCH) {
      var request = WriteRequest.newBuilder().setDeviceId(DEVICE).setElectionId(ELECTION);
      for (Entity entity : entities.subList(i, Math.min(entities.size(), i + BATCH))) {
        request.addUpdates(Update.newBuilder().setType(Update.Type.INSERT).setEntity(entity));
      }
      requests.add(request.build());
    }
    long start = System.nanoTime();
    for (WriteRequest request : requests) {
      WriteResponse _ = stub.write(request);
    }
    return (System.nanoTime() - start) / 1e9;
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
