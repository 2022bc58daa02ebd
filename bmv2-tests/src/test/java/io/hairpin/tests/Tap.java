package io.hairpin.tests;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.HandlerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.hairpin.p4runtime.v1.P4RuntimeGrpc;
import io.hairpin.p4runtime.v1.Update;
import io.hairpin.p4runtime.v1.WriteRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Stands between the management plane and the target, and notes what is written. */
final class Tap extends HandlerRegistry implements AutoCloseable {

  private static final int LARGEST_MESSAGE = 64 << 20;
  private static final int LARGEST_METADATA = 1 << 20;
  private static final int PATIENCE_SECONDS = 30;

  private final ManagedChannel target;
  private final Server server;
  private final List<Update> updates = new CopyOnWriteArrayList<>();
  private final List<String> pipelines = new CopyOnWriteArrayList<>();

  Tap(int targetPort) throws IOException {
    target =
        ManagedChannelBuilder.forAddress("127.0.0.1", targetPort)
            .usePlaintext()
            .maxInboundMessageSize(LARGEST_MESSAGE)
            .maxInboundMetadataSize(LARGEST_METADATA)
            .build();
    server =
        ServerBuilder.forPort(0)
            .fallbackHandlerRegistry(this)
            .maxInboundMessageSize(LARGEST_MESSAGE)
            .build()
            .start();
  }

  int port() {
    return server.getPort();
  }

  /** Forgets what was written so far. */
  void reset() {
    updates.clear();
    pipelines.clear();
  }

  /** Every entity that was inserted, modified or deleted. */
  List<Update> updates() {
    return List.copyOf(updates);
  }

  /** Every pipeline that was pushed. */
  List<String> pipelines() {
    return List.copyOf(pipelines);
  }

  @Override
  public ServerMethodDefinition<?, ?> lookupMethod(String method, @Nullable String authority) {
    MethodDescriptor<byte[], byte[]> descriptor =
        MethodDescriptor.newBuilder(Octets.MARSHALLER, Octets.MARSHALLER)
            .setType(MethodType.BIDI_STREAMING)
            .setFullMethodName(method)
            .build();
    return ServerMethodDefinition.create(descriptor, this::passOn);
  }

  private ServerCall.Listener<byte[]> passOn(ServerCall<byte[], byte[]> call, Metadata headers) {
    target.resetConnectBackoff();
    ClientCall<byte[], byte[]> onward =
        target.newCall(call.getMethodDescriptor(), CallOptions.DEFAULT);
    onward.start(
        new ClientCall.Listener<>() {
          @Override
          public void onHeaders(Metadata answer) {
            call.sendHeaders(answer);
          }

          @Override
          public void onMessage(byte[] message) {
            call.sendMessage(message);
            onward.request(1);
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            call.close(status, trailers);
          }
        },
        headers);
    onward.request(1);
    call.request(1);
    return new ServerCall.Listener<>() {
      @Override
      public void onMessage(byte[] message) {
        note(call.getMethodDescriptor(), message);
        onward.sendMessage(message);
        call.request(1);
      }

      @Override
      public void onHalfClose() {
        onward.halfClose();
      }

      @Override
      public void onCancel() {
        onward.cancel("The management plane left", null);
      }
    };
  }

  private void note(MethodDescriptor<?, ?> method, byte[] message) {
    String name = method.getFullMethodName();
    if (name.equals(P4RuntimeGrpc.getWriteMethod().getFullMethodName())) {
      try {
        updates.addAll(WriteRequest.parseFrom(message).getUpdatesList());
      } catch (InvalidProtocolBufferException e) {
        throw new UncheckedIOException(e);
      }
    } else if (name.equals(
        P4RuntimeGrpc.getSetForwardingPipelineConfigMethod().getFullMethodName())) {
      pipelines.add(name);
    }
  }

  @Override
  public void close() throws InterruptedException {
    boolean _ = server.shutdownNow().awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
    boolean _ = target.shutdownNow().awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** Messages as they are. */
  private enum Octets implements Marshaller<byte[]> {
    MARSHALLER;

    @Override
    public InputStream stream(byte[] message) {
      return new ByteArrayInputStream(message);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
