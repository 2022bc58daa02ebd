package io.hairpin.softswitch;

import static io.hairpin.softswitch.Testbed.wire;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.hairpin.p4runtime.dataplane.DataplaneInterfaceGrpc;
import io.hairpin.p4runtime.dataplane.PacketStreamRequest;
import io.hairpin.p4runtime.dataplane.PacketStreamResponse;
import io.hairpin.p4runtime.dataplane.PortOperStatus;
import io.hairpin.p4runtime.dataplane.SetPortOperStatusRequest;
import io.hairpin.p4runtime.v1.SetForwardingPipelineConfigRequest;
import io.hairpin.p4runtime.v1.Update;
import io.hairpin.softswitch.port.Discard;
import io.hairpin.softswitch.port.Link;
import io.hairpin.softswitch.port.PortState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ports without an interface through bmv2's dataplane service, over TCP. */
class DataplaneServiceTest {
  private static final String FRAME = "02000000000902000000000a0800" + "00".repeat(46);

  private final List<PortState> links = new ArrayList<>();
  private Testbed testbed;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws IOException {
    testbed =
        new Testbed(
            SoftSwitch.builder()
                .port(1)
                .port(2)
                .dataplaneGrpc(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .linkListener(links::add));
    channel =
        NettyChannelBuilder.forAddress(testbed.device.dataplaneGrpcAddress().orElseThrow())
            .usePlaintext()
            .build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    testbed.close();
  }

  private void forwardFrom1To2() {
    testbed.controller(1);
    testbed.push(SetForwardingPipelineConfigRequest.Action.VERIFY_AND_COMMIT, Testbed.CONFIG);
    testbed.write(Update.Type.INSERT, wire(1, "send", 2));
  }

  private final class Client implements StreamObserver<PacketStreamResponse> {
    private final BlockingQueue<PacketStreamResponse> frames = new LinkedBlockingQueue<>();
    private final BlockingQueue<Status> ended = new LinkedBlockingQueue<>();
    private final StreamObserver<PacketStreamRequest> requests =
        DataplaneInterfaceGrpc.newStub(channel).packetStream(this);

    void send(long device, int port) {
      requests.onNext(
          PacketStreamRequest.newBuilder()
              .setDeviceId(device)
              .setPort(port)
              .setPacket(ByteString.fromHex(FRAME))
              .build());
    }

    PacketStreamResponse frame() throws InterruptedException {
      PacketStreamResponse frame = frames.poll(Testbed.PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertThat(frame).as(() -> testbed.device.ports() + " " + ended).isNotNull();
      return frame;
    }

    Status end() throws InterruptedException {
      Status end = ended.poll(Testbed.PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertThat(end).isNotNull();
      return end;
    }

    @Override
    public void onNext(PacketStreamResponse frame) {
      frames.add(frame);
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

  @Test
  void aFrameGoesInAtOnePortAndOutAtAnother() throws InterruptedException {
    forwardFrom1To2();
    var client = new Client();
    client.send(Testbed.DEVICE, 1);
    PacketStreamResponse frame = client.frame();
    assertThat(frame.getPort()).isEqualTo(2);
    assertThat(frame.getDeviceId()).isEqualTo(Testbed.DEVICE);
    assertThat(frame.getPacket()).isEqualTo(ByteString.fromHex(FRAME));
  }

  @Test
  void noFrameOfALongBurstIsLost() throws InterruptedException {
    forwardFrom1To2();
    var client = new Client();
    for (int i = 0; i < 20_000; i++) {
      client.send(Testbed.DEVICE, 1);
    }
    for (int i = 0; i < 20_000; i++) {
      assertThat(client.frame().getPort()).isEqualTo(2);
    }
  }

  @Test
  void aSecondClientIsRefusedUntilTheFirstLeaves() throws InterruptedException {
    forwardFrom1To2();
    var first = new Client();
    first.send(Testbed.DEVICE, 1);
    assertThat(first.frame().getPort()).isEqualTo(2);
    assertThat(new Client().end().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    first.requests.onCompleted();
    assertThat(first.end().getCode()).isEqualTo(Status.Code.OK);
    var next = new Client();
    next.send(Testbed.DEVICE, 1);
    assertThat(next.frame().getPort()).isEqualTo(2);
  }

  @Test
  void aPortThatIsNotThereEndsTheStream() throws InterruptedException {
    var client = new Client();
    client.send(Testbed.DEVICE, 5);
    Status end = client.end();
    assertThat(end.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(end.getDescription()).isEqualTo("there is no port 5; ports are [1, 2]");
  }

  @Test
  void anotherDeviceEndsTheStream() throws InterruptedException {
    var client = new Client();
    client.send(8, 1);
    assertThat(client.end().getCode()).isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  void withoutAPipelineNothingIsForwarded() throws InterruptedException {
    testbed.inject(1, FRAME);
    assertThat(port(1).counters().discarded(Discard.NO_PIPELINE)).isEqualTo(1);
    assertThat(port(2).counters().transmittedFrames()).isZero();
  }

  @Test
  void aFrameForAPortThatDoesNotExistIsCounted() {
    forwardFrom1To2();
    testbed.write(Update.Type.MODIFY, wire(1, "send", 9));
    testbed.inject(1, FRAME);
    assertThat(port(1).counters().discarded(Discard.NO_SUCH_PORT)).isEqualTo(1);
  }

  @Test
  void aFrameBeyondTheMtuIsCounted() {
    forwardFrom1To2();
    testbed.collect();
    testbed.inject(1, FRAME.substring(0, 28) + "00".repeat(1501));
    assertThat(port(2).counters().discarded(Discard.TOO_LONG)).isEqualTo(1);
    assertThat(testbed.poll()).isNull();
  }

  @Test
  void aTagMakesRoomForItself() {
    forwardFrom1To2();
    testbed.collect();
    String longest = FRAME.substring(0, 24) + "81000005" + "0800" + "00".repeat(1500);
    testbed.inject(1, longest);
    assertThat(testbed.poll()).isEqualTo(new Testbed.Sent(2, longest));
  }

  @Test
  void aPortWhoseLinkIsSetDownDiscards() {
    forwardFrom1To2();
    testbed.collect();
    setStatus(2, PortOperStatus.OPER_STATUS_DOWN);
    testbed.inject(1, FRAME);
    assertThat(testbed.poll()).isNull();
    assertThat(port(2).counters().discarded(Discard.LINK_DOWN)).isEqualTo(1);
    setStatus(2, PortOperStatus.OPER_STATUS_UP);
    testbed.inject(1, FRAME);
    assertThat(testbed.poll()).isEqualTo(new Testbed.Sent(2, FRAME));
    assertThat(links).extracting(PortState::link).containsExactly(Link.DOWN, Link.UP);
  }

  private void setStatus(int port, PortOperStatus status) {
    assertThat(
            DataplaneInterfaceGrpc.newBlockingStub(channel)
                .setPortOperStatus(
                    SetPortOperStatusRequest.newBuilder()
                        .setDeviceId(Testbed.DEVICE)
                        .setPort(port)
                        .setOperStatus(status)
                        .build()))
        .isNotNull();
  }

  @Test
  void theStatusOfAPortThatIsNotThereIsRefused() {
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> setStatus(5, PortOperStatus.OPER_STATUS_UP))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessage("INVALID_ARGUMENT: there is no port 5; ports are [1, 2]");
  }

  private PortState port(int number) {
    return testbed.device.ports().get(number - 1);
  }
}
