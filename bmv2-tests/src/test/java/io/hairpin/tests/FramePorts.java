package io.hairpin.tests;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.hairpin.p4runtime.dataplane.DataplaneInterfaceGrpc;
import io.hairpin.p4runtime.dataplane.PacketStreamRequest;
import io.hairpin.p4runtime.dataplane.PacketStreamResponse;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The ports of a target, by its dataplane service: frames in and out without interfaces. */
final class FramePorts implements AutoCloseable {

  /** A frame that a port transmitted. */
  record Transmitted(int port, Frame frame) {}

  private static final int PATIENCE_SECONDS = 30;

  private final ManagedChannel channel;
  private final long deviceId;
  private final StreamObserver<PacketStreamRequest> in;
  private final BlockingQueue<Supplier<Transmitted>> out = new LinkedBlockingQueue<>();

  FramePorts(String target, long deviceId) {
    this.deviceId = deviceId;
    channel = ManagedChannelBuilder.forTarget(target).usePlaintext().build();
    in =
        DataplaneInterfaceGrpc.newStub(channel)
            .withWaitForReady()
            .packetStream(
                new StreamObserver<PacketStreamResponse>() {
                  @Override
                  public void onNext(PacketStreamResponse response) {
                    Frame frame = new Frame(response.getPacket().toByteArray());
                    out.add(() -> new Transmitted(response.getPort(), frame));
                  }

                  @Override
                  public void onError(Throwable failure) {
                    out.add(
                        () -> {
                          throw new AssertionError("The ports are lost", failure);
                        });
                  }

                  @Override
                  public void onCompleted() {}
                });
  }

  /** Lets a frame arrive on a port. */
  void receive(int port, Frame frame) {
    in.onNext(
        PacketStreamRequest.newBuilder()
            .setDeviceId(deviceId)
            .setPort(port)
            .setPacket(ByteString.copyFrom(frame.bytes()))
            .build());
  }

  /** Waits for the next frame that a port transmits; the frames of one port are in order. */
  Transmitted next() throws InterruptedException {
    Supplier<Transmitted> next = out.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("Nothing more was transmitted");
    }
    return next.get();
  }

  /** Waits for the next frame, but no longer than so; null where there was none. */
  @Nullable Transmitted poll(int milliseconds) throws InterruptedException {
    Supplier<Transmitted> next = out.poll(milliseconds, TimeUnit.MILLISECONDS);
    return next == null ? null : next.get();
  }

  @Override
  public void close() throws InterruptedException {
    in.onCompleted();
    boolean _ = channel.shutdownNow().awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }
}
