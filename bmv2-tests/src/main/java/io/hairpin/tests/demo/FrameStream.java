package io.hairpin.tests.demo;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.hairpin.p4runtime.dataplane.DataplaneInterfaceGrpc;
import io.hairpin.p4runtime.dataplane.PacketStreamRequest;
import io.hairpin.p4runtime.dataplane.PacketStreamResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** Frames into the switch's ports, until the end: then all that came out of any is known. */
final class FrameStream {

  private static final long DEVICE = 1;
  private static final int PATIENCE_SECONDS = 60;

  /** A frame that a port transmitted. */
  record Transmitted(int port, ByteString frame) {}

  private final List<Transmitted> transmitted = new ArrayList<>();
  private final CompletableFuture<List<Transmitted>> ended = new CompletableFuture<>();
  private final StreamObserver<PacketStreamRequest> in;

  FrameStream(Channel channel) {
    in =
        DataplaneInterfaceGrpc.newStub(channel)
            .packetStream(
                new StreamObserver<PacketStreamResponse>() {
                  @Override
                  public void onNext(PacketStreamResponse out) {
                    transmitted.add(new Transmitted(out.getPort(), out.getPacket()));
                  }

                  @Override
                  public void onError(Throwable failure) {
                    ended.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {
                    ended.complete(transmitted);
                  }
                });
  }

  void receive(int port, ByteString frame) {
    in.onNext(
        PacketStreamRequest.newBuilder()
            .setDeviceId(DEVICE)
            .setPort(port)
            .setPacket(frame)
            .build());
  }

  /** Ends the stream; the switch does so when all that came of the frames has been sent. */
  List<Transmitted> end() {
    in.onCompleted();
    try {
      return ended.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      throw new IllegalStateException(
          "the dataplane service failed: " + Status.fromThrowable(e), e);
    }
  }
}
