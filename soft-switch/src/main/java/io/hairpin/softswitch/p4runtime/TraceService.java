package io.hairpin.softswitch.p4runtime;

import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.hairpin.p4runtime.trace.Change;
import io.hairpin.p4runtime.trace.Detail;
import io.hairpin.p4runtime.trace.Event;
import io.hairpin.p4runtime.trace.PacketTraceGrpc;
import io.hairpin.p4runtime.trace.Trace;
import io.hairpin.p4runtime.trace.TraceFrameRequest;
import io.hairpin.p4runtime.trace.TraceNextRequest;
import io.hairpin.softswitch.engine.Program;
import io.hairpin.softswitch.engine.TraceEvent;
import io.hairpin.softswitch.port.Dataplane;
import io.hairpin.softswitch.port.Watch;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

/** Tells the way of one packet through the program. */
public final class TraceService extends PacketTraceGrpc.PacketTraceImplBase {
  private static final int LAST_PORT = 510;

  private final long deviceId;
  private final Dataplane dataplane;

  /**
   * Makes the service.
   *
   * @param deviceId the device id that requests must name
   * @param dataplane where the program runs
   */
  public TraceService(long deviceId, Dataplane dataplane) {
    this.deviceId = deviceId;
    this.dataplane = dataplane;
  }

  /**
   * Traces a frame that nobody sent. Fails with NOT_FOUND for another device id, INVALID_ARGUMENT
   * for a port above 510 or a frame that is too long, FAILED_PRECONDITION without a pipeline.
   *
   * @param request the frame and its port
   * @param responseObserver where the trace goes
   */
  @Override
  public void traceFrame(TraceFrameRequest request, StreamObserver<Trace> responseObserver) {
    answer(
        responseObserver,
        () -> {
          check(request.getDeviceId(), request.getPort());
          if (request.getFrame().size() > Dataplane.LONGEST_FRAME) {
            throw refused(
                Status.INVALID_ARGUMENT,
                "frame of %d octets: at most %d"
                    .formatted(request.getFrame().size(), Dataplane.LONGEST_FRAME));
          }
          return trace(request.getPort(), request.getFrame().toByteArray());
        });
  }

  /**
   * Traces the next frame that is received. Fails as {@link #traceFrame}, and with
   * RESOURCE_EXHAUSTED while another is waited for.
   *
   * @param request which frame
   * @param responseObserver where the trace goes
   */
  @Override
  public void traceNext(TraceNextRequest request, StreamObserver<Trace> responseObserver) {
    var seen = new CompletableFuture<Watch.Received>();
    ((ServerCallStreamObserver<Trace>) responseObserver)
        .setOnCancelHandler(() -> seen.cancel(false));
    answer(
        responseObserver,
        () -> {
          check(request.getDeviceId(), request.getPort());
          Program _ = program();
          byte[] octets = request.getOctets().toByteArray();
          byte[] mask = request.getMask().toByteArray();
          int given = mask.length;
          if (given > octets.length) {
            throw refused(
                Status.INVALID_ARGUMENT,
                "mask of %d octets for %d of the frame".formatted(given, octets.length));
          }
          mask = Arrays.copyOf(mask, octets.length);
          Arrays.fill(mask, given, mask.length, (byte) 0xff);
          var watch = new Watch(request.hasPort() ? request.getPort() : -1, octets, mask, seen);
          if (!dataplane.watch(watch)) {
            throw refused(Status.RESOURCE_EXHAUSTED, "another trace waits for a frame");
          }
          try {
            Context.current().addListener(_ -> seen.cancel(false), Runnable::run);
            Watch.Received received = seen.join();
            return trace(received.port(), received.frame());
          } finally {
            dataplane.unwatch(watch);
          }
        });
  }

  private interface Answer {
    Trace get();
  }

  private static void answer(StreamObserver<Trace> responseObserver, Answer answer) {
    Trace trace;
    try {
      trace = answer.get();
    } catch (StatusRuntimeException e) {
      responseObserver.onError(e);
      return;
    } catch (CancellationException e) {
      // The client waits no longer.
      responseObserver.onError(Status.CANCELLED.asRuntimeException());
      return;
    }
    responseObserver.onNext(trace);
    responseObserver.onCompleted();
  }

  private void check(long device, int port) {
    if (device != deviceId) {
      throw Devices.other(device, deviceId).asRuntimeException();
    }
    if (port < 0 || port > LAST_PORT) {
      throw refused(
          Status.INVALID_ARGUMENT,
          "port %s is not between 0 and %d".formatted(Integer.toUnsignedString(port), LAST_PORT));
    }
  }

  private static StatusRuntimeException refused(Status status, String why) {
    return status.withDescription(why).asRuntimeException();
  }

  private Program program() {
    Program program = dataplane.running();
    if (program == null) {
      throw refused(Status.FAILED_PRECONDITION, "there is no pipeline");
    }
    return program;
  }

  private Trace trace(int port, byte[] frame) {
    return message(program().trace(port, frame));
  }

  private static Trace message(io.hairpin.softswitch.engine.Trace trace) {
    var message =
        Trace.newBuilder()
            .setPort(trace.port())
            .setFrame(ByteString.copyFrom(HexFormat.of().parseHex(trace.frame())));
    for (TraceEvent event : trace.events()) {
      var made =
          Event.newBuilder().setKind(Event.Kind.valueOf(event.kind().name())).setName(event.name());
      event
          .details()
          .forEach(d -> made.addDetails(Detail.newBuilder().setName(d.name()).setValue(d.value())));
      event
          .changes()
          .forEach(
              c ->
                  made.addChanges(
                      Change.newBuilder().setField(c.field()).setFrom(c.from()).setTo(c.to())));
      message.addEvents(made);
    }
    return message.build();
  }

  /**
   * Reads a message of this service.
   *
   * @param message the message; events of kinds that are not known here are left out
   * @return the trace
   */
  public static io.hairpin.softswitch.engine.Trace trace(Trace message) {
    List<TraceEvent> events =
        message.getEventsList().stream()
            .filter(e -> e.getKindValue() > 0 && e.getKind() != Event.Kind.UNRECOGNIZED)
            .map(
                e ->
                    new TraceEvent(
                        TraceEvent.Kind.valueOf(e.getKind().name()),
                        e.getName(),
                        e.getDetailsList().stream()
                            .map(d -> new TraceEvent.Detail(d.getName(), d.getValue()))
                            .toList(),
                        e.getChangesList().stream()
                            .map(c -> new TraceEvent.Change(c.getField(), c.getFrom(), c.getTo()))
                            .toList()))
            .toList();
    return new io.hairpin.softswitch.engine.Trace(
        message.getPort(), HexFormat.of().formatHex(message.getFrame().toByteArray()), events);
  }
}
