package io.hairpin.softswitch;

import io.grpc.BindableService;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCredentials;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.hairpin.softswitch.engine.Program;
import io.hairpin.softswitch.engine.Trace;
import io.hairpin.softswitch.p4runtime.DataplaneService;
import io.hairpin.softswitch.p4runtime.P4RuntimeService;
import io.hairpin.softswitch.p4runtime.TraceService;
import io.hairpin.softswitch.port.Dataplane;
import io.hairpin.softswitch.port.FrameReceiver;
import io.hairpin.softswitch.port.Link;
import io.hairpin.softswitch.port.PortSpec;
import io.hairpin.softswitch.port.PortState;
import io.hairpin.softswitch.port.QueueSpec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A switch: ports, and a P4Runtime server that says what happens between them. It forwards nothing
 * until a pipeline is loaded. Thread-safe.
 */
public final class SoftSwitch implements AutoCloseable {
  private static final int LARGEST_MESSAGE = 64 << 20;
  private static final int SECONDS_TO_STOP = 2;

  private final Dataplane dataplane;
  private final ScheduledExecutorService timer;
  private final ExecutorService requests;
  private final List<Server> servers = new ArrayList<>();
  private @Nullable InetSocketAddress grpcAddress;
  private @Nullable InetSocketAddress dataplaneGrpcAddress;

  private SoftSwitch(Builder builder) throws IOException {
    dataplane =
        new Dataplane(
            builder.ports,
            builder.cpuPort,
            builder.linkListener,
            builder.recordings,
            builder.queues,
            System::nanoTime);
    timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("digests").factory());
    requests = Executors.newVirtualThreadPerTaskExecutor();
    long start = System.nanoTime();
    var p4runtime =
        new P4RuntimeService(
            builder.deviceId,
            builder.cpuPort,
            dataplane,
            () -> (System.nanoTime() - start) / 1000,
            timer,
            InstantSource.system());
    dataplane.setControl(p4runtime);
    var frames = new DataplaneService(builder.deviceId, dataplane);
    var traces = new TraceService(builder.deviceId, dataplane);
    try {
      String name = builder.inProcessName;
      if (name != null) {
        serve(
            InProcessServerBuilder.forName(name)
                .addService(p4runtime)
                .addService(frames)
                .addService(traces)
                .maxInboundMetadataSize(LARGEST_MESSAGE));
      }
      InetSocketAddress grpc = builder.grpc;
      InetSocketAddress dataplaneGrpc = builder.dataplaneGrpc;
      if (grpc != null) {
        grpcAddress = serve(grpc, builder.credentials, p4runtime, traces);
      }
      if (dataplaneGrpc != null) {
        dataplaneGrpcAddress = serve(dataplaneGrpc, InsecureServerCredentials.create(), frames);
      }
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private Server serve(ServerBuilder<?> builder) throws IOException {
    Server server =
        builder.executor(requests).maxInboundMessageSize(LARGEST_MESSAGE).build().start();
    servers.add(server);
    return server;
  }

  private InetSocketAddress serve(
      InetSocketAddress address, ServerCredentials credentials, BindableService... services)
      throws IOException {
    try {
      NettyServerBuilder builder = NettyServerBuilder.forAddress(address, credentials);
      for (BindableService service : services) {
        builder.addService(service);
      }
      Server server = serve(builder);
      return (InetSocketAddress) server.getListenSockets().getFirst();
    } catch (IOException e) {
      Throwable reason = e.getCause() == null ? e : e.getCause();
      throw new IOException(SwitchFlags.format(address) + ": " + reason.getMessage(), e);
    }
  }

  /**
   * Begins to describe a switch.
   *
   * @return a description of device 1 without ports and servers
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Where P4Runtime is served.
   *
   * @return the address that is bound, empty where TCP was not asked for
   */
  public Optional<InetSocketAddress> grpcAddress() {
    return Optional.ofNullable(grpcAddress);
  }

  /**
   * Where bmv2's dataplane service is served.
   *
   * @return the address that is bound, empty where it was not asked for
   */
  public Optional<InetSocketAddress> dataplaneGrpcAddress() {
    return Optional.ofNullable(dataplaneGrpcAddress);
  }

  /**
   * The ports as they are now.
   *
   * @return a snapshot in the order of their declaration, without the CPU port
   */
  public List<PortState> ports() {
    return dataplane.ports();
  }

  /**
   * Lets a frame arrive on a port without an interface. When this returns, all that comes of it has
   * been sent, but for what waits in a queue.
   *
   * @param port the port's number
   * @param frame the frame
   * @throws IllegalArgumentException where there is no such port, it is an interface, or the frame
   *     is too long
   */
  public void inject(int port, byte[] frame) {
    dataplane.inject(port, frame);
  }

  /**
   * Finds out what would become of a frame. Nothing is sent, and nothing changes.
   *
   * @param port the port that it is received on, 0 to 511
   * @param frame the frame
   * @return its way through the program
   * @throws IllegalStateException where there is no pipeline
   */
  public Trace trace(int port, byte[] frame) {
    Program program = dataplane.running();
    if (program == null) {
      throw new IllegalStateException("there is no pipeline");
    }
    return program.trace(port, frame);
  }

  /**
   * Connects the far end of the ports without an interface, in place of a client of the dataplane
   * service.
   *
   * @param receiver where their frames go
   * @return false, and nothing is changed, where another far end is connected
   */
  public boolean connect(FrameReceiver receiver) {
    return dataplane.connect(receiver);
  }

  /**
   * Says whether the link of a port without an interface works.
   *
   * @param port the port's number
   * @param link its link
   * @throws IllegalArgumentException where there is no such port, or it is an interface
   */
  public void setLink(int port, Link link) {
    dataplane.setLink(port, link);
  }

  /**
   * Stops the servers, ends their streams, and lets go of the interfaces; a second time it does
   * nothing.
   */
  @Override
  public void close() {
    servers.forEach(Server::shutdownNow);
    boolean interrupted = false;
    for (Server server : servers) {
      try {
        boolean _ = server.awaitTermination(SECONDS_TO_STOP, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    dataplane.close();
    timer.shutdownNow();
    requests.shutdownNow();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Describes a switch. */
  public static final class Builder {
    private long deviceId = 1;
    private int cpuPort = -1;
    private final List<PortSpec> ports = new ArrayList<>();
    private @Nullable String inProcessName;
    private @Nullable InetSocketAddress grpc;
    private @Nullable InetSocketAddress dataplaneGrpc;
    private @Nullable Path recordings;
    private @Nullable QueueSpec queues;
    private ServerCredentials credentials = InsecureServerCredentials.create();
    private Consumer<PortState> linkListener = state -> {};

    private Builder() {}

    /**
     * Sets the device id.
     *
     * @param id what requests must name
     * @return this
     */
    public Builder deviceId(long id) {
      deviceId = id;
      return this;
    }

    /**
     * Sets the port that leads to the controller: packet-outs come from it, frames to it become
     * packet-ins.
     *
     * @param number 0 to 510
     * @return this
     * @throws IllegalArgumentException where the number is out of range
     */
    public Builder cpuPort(int number) {
      cpuPort = PortSpec.of(number).number();
      return this;
    }

    /**
     * Adds a port without an interface.
     *
     * @param number 0 to 510
     * @return this
     * @throws IllegalArgumentException where the number is out of range
     */
    public Builder port(int number) {
      return port(PortSpec.of(number));
    }

    /**
     * Adds a port that is a Linux interface.
     *
     * @param number 0 to 510
     * @param interfaceName the interface
     * @return this
     * @throws IllegalArgumentException where the number is out of range, or no interface may have
     *     such a name
     */
    public Builder port(int number, String interfaceName) {
      return port(new PortSpec(number, PortSpec.Kind.PACKET, interfaceName));
    }

    /**
     * Adds a port.
     *
     * @param port the port
     * @return this
     */
    public Builder port(PortSpec port) {
      ports.add(port);
      return this;
    }

    /**
     * Records every port's frames, both ways, in files {@code port<N>.pcapng}.
     *
     * @param directory where; it is made where it is not there
     * @return this
     */
    public Builder record(Path directory) {
      recordings = directory;
      return this;
    }

    /**
     * Lets packets wait between ingress and egress; they do not unless this is set.
     *
     * @param spec the queues of each port
     * @return this
     */
    public Builder queues(QueueSpec spec) {
      queues = spec;
      return this;
    }

    /**
     * Serves P4Runtime and the dataplane service inside this process.
     *
     * @param name what in-process channels call it
     * @return this
     */
    public Builder inProcess(String name) {
      inProcessName = name;
      return this;
    }

    /**
     * Serves P4Runtime over TCP.
     *
     * @param address where; port 0 means any free one
     * @return this
     */
    public Builder grpc(InetSocketAddress address) {
      grpc = address;
      return this;
    }

    /**
     * Sets what the P4Runtime server over TCP shows its clients and demands of them; plain text
     * unless it is set.
     *
     * @param shown the credentials
     * @return this
     */
    public Builder credentials(ServerCredentials shown) {
      credentials = shown;
      return this;
    }

    /**
     * Serves bmv2's dataplane service over TCP.
     *
     * @param address where; port 0 means any free one
     * @return this
     */
    public Builder dataplaneGrpc(InetSocketAddress address) {
      dataplaneGrpc = address;
      return this;
    }

    /**
     * Sets who is told when a link changes.
     *
     * @param listener takes the port as it is then, on a thread of the switch; must not block
     * @return this
     */
    public Builder linkListener(Consumer<PortState> listener) {
      linkListener = listener;
      return this;
    }

    /**
     * Starts the switch.
     *
     * @return the switch, which serves and has its ports
     * @throws IllegalArgumentException where two ports have the same number or interface
     * @throws IOException where an interface cannot be opened or an address cannot be bound
     */
    public SoftSwitch start() throws IOException {
      return new SoftSwitch(this);
    }
  }
}
