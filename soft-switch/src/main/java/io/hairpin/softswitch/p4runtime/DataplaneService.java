package io.hairpin.softswitch.p4runtime;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.hairpin.p4runtime.dataplane.DataplaneInterfaceGrpc;
import io.hairpin.p4runtime.dataplane.PacketStreamRequest;
import io.hairpin.p4runtime.dataplane.PacketStreamResponse;
import io.hairpin.p4runtime.dataplane.SetPortOperStatusRequest;
import io.hairpin.p4runtime.dataplane.SetPortOperStatusResponse;
import io.hairpin.softswitch.port.Dataplane;
import io.hairpin.softswitch.port.FrameReceiver;
import io.hairpin.softswitch.port.Link;

/**
 * bmv2's dataplane service: the ports without an interface, for one client at a time. A client that
 * does not read what it is sent is not read from either; frames from elsewhere are discarded and
 * counted when its queue is full.
 */
public final class DataplaneService extends DataplaneInterfaceGrpc.DataplaneInterfaceImplBase {
  private final long deviceId;
  private final Dataplane dataplane;

  /**
   * Makes the service.
   *
   * @param deviceId the device id that requests must name
   * @param dataplane where the ports are
   */
  public DataplaneService(long deviceId, Dataplane dataplane) {
    this.deviceId = deviceId;
    this.dataplane = dataplane;
  }

  /**
   * Receives and transmits frames. Fails with RESOURCE_EXHAUSTED where there is a client already,
   * NOT_FOUND for another device id, INVALID_ARGUMENT for a port that is not served here.
   *
   * @param responseObserver where transmitted frames go
   * @return where received frames come from
   */
  @Override
  public StreamObserver<PacketStreamRequest> packetStream(
      StreamObserver<PacketStreamResponse> responseObserver) {
    var client = new Client((ServerCallStreamObserver<PacketStreamResponse>) responseObserver);
    client.begin();
    return client;
  }

  /**
   * Sets the link of a port. Fails with NOT_FOUND for another device id, INVALID_ARGUMENT for a
   * port that is not served here.
   *
   * @param request the port and its link
   * @param responseObserver where the answer goes
   */
  @Override
  public void setPortOperStatus(
      SetPortOperStatusRequest request,
      StreamObserver<SetPortOperStatusResponse> responseObserver) {
    if (request.getDeviceId() != deviceId) {
      responseObserver.onError(Devices.other(request.getDeviceId(), deviceId).asRuntimeException());
      return;
    }
    try {
      dataplane.setLink(
          request.getPort(),
          switch (request.getOperStatus()) {
            case OPER_STATUS_UP -> Link.UP;
            case OPER_STATUS_DOWN -> Link.DOWN;
            case OPER_STATUS_UNKNOWN, UNRECOGNIZED -> Link.UNKNOWN;
          });
    } catch (IllegalArgumentException e) {
      responseObserver.onError(
          Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asRuntimeException());
      return;
    }
    responseObserver.onNext(SetPortOperStatusResponse.getDefaultInstance());
    responseObserver.onCompleted();
  }

  private final class Client implements StreamObserver<PacketStreamRequest> {
    private final ServerCallStreamObserver<PacketStreamResponse> call;
    private final Outbox<PacketStreamResponse> outbox;
    private final FrameReceiver receiver = this::transmit;
    private boolean waiting;

    Client(ServerCallStreamObserver<PacketStreamResponse> call) {
      this.call = call;
      call.disableAutoRequest();
      call.setOnCancelHandler(this::leave);
      outbox = new Outbox<>(call, this::resume);
    }

    void begin() {
      if (dataplane.connect(receiver)) {
        call.request(1);
      } else {
        outbox.end(
            Status.RESOURCE_EXHAUSTED.withDescription("another client has the ports already"));
      }
    }

    private boolean transmit(int port, byte[] frame) {
      return outbox.offer(
          PacketStreamResponse.newBuilder()
              .setDeviceId(deviceId)
              .setPort(port)
              .setPacket(UnsafeByteOperations.unsafeWrap(frame))
              .build());
    }

    @Override
    public void onNext(PacketStreamRequest request) {
      if (request.getDeviceId() != deviceId) {
        fail(Devices.other(request.getDeviceId(), deviceId));
        return;
      }
      try {
        dataplane.inject(request.getPort(), request.getPacket().toByteArray());
      } catch (IllegalArgumentException e) {
        fail(Status.INVALID_ARGUMENT.withDescription(e.getMessage()));
        return;
      }
      synchronized (this) {
        waiting = outbox.isCrowded();
        if (!waiting) {
          call.request(1);
        }
      }
    }

    private synchronized void resume() {
      if (waiting && !outbox.isCrowded()) {
        waiting = false;
        call.request(1);
      }
    }

    private void fail(Status status) {
      dataplane.disconnect(receiver);
      outbox.end(status);
    }

    @Override
    public void onError(Throwable failure) {
      leave();
    }

    @Override
    public void onCompleted() {
      dataplane.disconnect(receiver);
      outbox.end(Status.OK);
    }

    private void leave() {
      dataplane.disconnect(receiver);
      outbox.abandon();
    }
  }
}
