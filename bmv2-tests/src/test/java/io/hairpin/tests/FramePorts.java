package io.hairpin.tests;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.hairpin.p4runtime.dataplane.DataplaneInterfaceGrpc;
import io.hairpin.p4runtime.dataplane.PacketStreamRequest;
import io.hairpin.p4runtime.dataplane.PacketStreamResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** The ports of a target, by its dataplane service: frames in and out without interfaces. */
final class FramePorts implements AutoCloseable {

  /** A frame that a port transmitted. */
  record Transmitted(int port, Frame frame) {}

  private static final int PATIENCE_SECONDS = 30;

  private final ManagedChannel channel;
  private final long deviceId;
  private final StreamObserver<PacketStreamRequest> in;
  private final BlockingQueue<Transmitted> out = new LinkedBlockingQueue<>();

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
                    out.add(
                        new Transmitted(
                            response.getPort(), new Frame(response.getPacket().toByteArray())));
                  }

                  @Override
                  public void onError(Throwable failure) {}

                  @Override
                  public void onCompleted() {}
                });
  }

  void receive(int port, Frame frame) {
    in.onNext(
        PacketStreamRequest.newBuilder()
            .setDeviceId(deviceId)
            .setPort(port)
            .setPacket(ByteString.copyFrom(frame.bytes()))
            .build());
  }

  /** Takes what is transmitted, in order, until a frame that satisfies the condition. */
  Map<Integer, List<Frame>> takeUntil(Predicate<Transmitted> last) throws InterruptedException {
    Map<Integer, List<Frame>> taken = new TreeMap<>();
    while (true) {
      Transmitted next = out.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("Nothing more was transmitted; so far: " + taken);
      }
      if (last.test(next)) {
        return taken;
      }
      taken.computeIfAbsent(next.port(), _ -> new ArrayList<>()).add(next.frame());
    }
  }

  @Override
  public void close() throws InterruptedException {
    in.onCompleted();
    channel.shutdownNow().awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }
}
