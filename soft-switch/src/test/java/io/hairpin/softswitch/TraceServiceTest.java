package io.hairpin.softswitch;

import static io.hairpin.softswitch.Testbed.wire;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.hairpin.p4runtime.trace.Event;
import io.hairpin.p4runtime.trace.PacketTraceGrpc;
import io.hairpin.p4runtime.trace.Trace;
import io.hairpin.p4runtime.trace.TraceFrameRequest;
import io.hairpin.p4runtime.trace.TraceNextRequest;
import io.hairpin.p4runtime.v1.Update;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TraceServiceTest {
  private static final String FRAME = "02000000000902000000000a0800" + "00".repeat(46);
  private static final String OTHER = "02000000000802000000000a0800" + "00".repeat(46);

  private Testbed testbed;
  private PacketTraceGrpc.PacketTraceBlockingStub stub;

  @BeforeEach
  void start() throws IOException {
    testbed = Testbed.running();
    testbed.write(Update.Type.INSERT, wire(1, "send", 2));
    stub = PacketTraceGrpc.newBlockingStub(testbed.channel);
  }

  @AfterEach
  void stop() {
    testbed.close();
  }

  private static TraceFrameRequest frame(long device, int port) {
    return TraceFrameRequest.newBuilder()
        .setDeviceId(device)
        .setPort(port)
        .setFrame(ByteString.fromHex(FRAME))
        .build();
  }

  private static TraceNextRequest.Builder next() {
    return TraceNextRequest.newBuilder().setDeviceId(Testbed.DEVICE);
  }

  /** Asks for the next frame; sends frames until one was seen. */
  private Trace seen(TraceNextRequest request, int port, String... frames) throws Exception {
    var answer = new CompletableFuture<Trace>();
    PacketTraceGrpc.newStub(testbed.channel)
        .traceNext(
            request,
            new StreamObserver<>() {
              @Override
              public void onNext(Trace value) {
                answer.complete(value);
              }

              @Override
              public void onError(Throwable t) {
                answer.completeExceptionally(t);
              }

              @Override
              public void onCompleted() {}
            });
    for (int i = 0; !answer.isDone(); i++) {
      testbed.inject(port, frames[i % frames.length]);
      Thread.onSpinWait();
    }
    return answer.get(Testbed.PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  @Test
  void tracesAFrameThatNobodySent() {
    Trace trace = stub.traceFrame(frame(Testbed.DEVICE, 1));
    assertThat(trace.getPort()).isEqualTo(1);
    assertThat(trace.getFrame()).isEqualTo(ByteString.fromHex(FRAME));
    assertThat(trace.getEvents(0).getKind()).isEqualTo(Event.Kind.RECEIVED);
    Event last = trace.getEvents(trace.getEventsCount() - 1);
    assertThat(last.getKind()).isEqualTo(Event.Kind.SENT);
    assertThat(last.getName()).isEqualTo("2");
    assertThat(testbed.poll()).isNull();
  }

  @Test
  void isTheTraceOfTheEngine() {
    Trace trace = stub.traceFrame(frame(Testbed.DEVICE, 3));
    assertThat(io.hairpin.softswitch.p4runtime.TraceService.trace(trace))
        .isEqualTo(testbed.device.trace(3, ByteString.fromHex(FRAME).toByteArray()));
  }

  @Test
  void tracesTheNextFrameThatIsReceived() throws Exception {
    Trace trace = seen(next().build(), 1, FRAME);
    assertThat(trace.getPort()).isEqualTo(1);
    assertThat(trace.getFrame()).isEqualTo(ByteString.fromHex(FRAME));
    // It was forwarded as well.
    assertThat(testbed.poll()).isEqualTo(new Testbed.Sent(2, FRAME));
  }

  @Test
  void tracesTheNextFrameThatFits() throws Exception {
    Trace trace =
        seen(
            next()
                .setPort(1)
                .setOctets(ByteString.fromHex("02ffff000008"))
                .setMask(ByteString.fromHex("ff0000"))
                .build(),
            1,
            FRAME,
            OTHER);
    assertThat(trace.getFrame()).isEqualTo(ByteString.fromHex(OTHER));
  }

  @Test
  void waitsNoLongerThanItsClient() {
    assertThat(waitedInVain()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    // And then another may wait, as soon as the switch has heard that the first is gone.
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Testbed.PATIENCE_SECONDS);
    Status.Code second = waitedInVain();
    while (second == Status.Code.RESOURCE_EXHAUSTED && System.nanoTime() < end) {
      second = waitedInVain();
    }
    assertThat(second).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
  }

  private Status.Code waitedInVain() {
    var refused =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> stub.withDeadlineAfter(50, TimeUnit.MILLISECONDS).traceNext(next().build()));
    return refused.getStatus().getCode();
  }

  @Test
  void refusesWhatCannotBe() throws IOException {
    assertThatThrownBy(() -> stub.traceFrame(frame(99, 1)))
        .hasMessage("NOT_FOUND: device_id 99 is not here, only 7");
    assertThatThrownBy(() -> stub.traceFrame(frame(Testbed.DEVICE, 511)))
        .hasMessage("INVALID_ARGUMENT: port 511 is not between 0 and 510");
    assertThatThrownBy(() -> stub.traceNext(next().setMask(ByteString.fromHex("ff")).build()))
        .hasMessage("INVALID_ARGUMENT: mask of 1 octets for 0 of the frame");
    try (var empty = new Testbed(SoftSwitch.builder())) {
      assertThatThrownBy(
              () ->
                  PacketTraceGrpc.newBlockingStub(empty.channel)
                      .traceFrame(frame(Testbed.DEVICE, 1)))
          .hasMessage("FAILED_PRECONDITION: there is no pipeline");
    }
  }
}
