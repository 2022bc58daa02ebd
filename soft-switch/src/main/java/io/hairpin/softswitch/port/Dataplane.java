package io.hairpin.softswitch.port;

import io.hairpin.softswitch.engine.Program;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ports and the threads that carry frames between them. Each interface has a thread that
 * receives, runs the program to completion and sends; what is injected runs on the injecting
 * thread, one frame at a time. Where there are queues, one more thread runs egress. Thread-safe.
 */
public final class Dataplane implements AutoCloseable {
  /** The most octets behind the Ethernet header and its tags on a port without an interface. */
  public static final int DEFAULT_MTU = 1500;

  /** The longest frame that {@link #inject} takes, in octets. */
  public static final int LONGEST_FRAME = Port.LONGEST;

  private static final Logger LOG = LoggerFactory.getLogger(Dataplane.class);

  private final @Nullable Port[] ports = new Port[PortSpec.LAST + 1];
  private final List<Port> listed = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicReference<@Nullable FrameReceiver> receiver = new AtomicReference<>();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private boolean closed;
  private final AtomicReference<@Nullable Control> control = new AtomicReference<>();
  private final Consumer<PortState> linkListener;
  // One link is told at a time, as it is then: what is told last is how it is.
  private final Object telling = new Object();
  private final List<Lane> lanes = new ArrayList<>();
  private final List<PcapWriter> recorders = new ArrayList<>();
  private final @Nullable EgressQueues queues;
  private final Lane injected;
  private @Nullable LinkMonitor monitor;
  private volatile @Nullable Program program;
  private final AtomicReference<@Nullable Watch> watch = new AtomicReference<>();

  /**
   * Opens the ports and starts to receive.
   *
   * @param specs the ports
   * @param cpuPort the port that leads to control, 0 to 510; -1 for none
   * @param linkListener is told of each change of a link, on a thread that must not be blocked
   * @param recordings the directory that each port's frames are recorded in; null for nowhere
   * @param queued what packets wait in before egress; null where they do not
   * @param nanoseconds the clock of the queues' rates
   * @throws IllegalArgumentException where two ports have the same number or interface
   * @throws IOException where an interface or a file cannot be opened; the message names the port
   *     and it
   */
  @SuppressWarnings("this-escape") // its lane comes back for ports, which are all there by then
  public Dataplane(
      List<PortSpec> specs,
      int cpuPort,
      Consumer<PortState> linkListener,
      @Nullable Path recordings,
      @Nullable QueueSpec queued,
      LongSupplier nanoseconds)
      throws IOException {
    queues = queued == null ? null : new EgressQueues(queued, nanoseconds);
    this.linkListener = linkListener;
    try {
      for (PortSpec spec : specs) {
        add(spec);
      }
      if (cpuPort >= 0) {
        place(new CallbackPort(cpuPort, 2 * Port.LONGEST, this::packetIn));
      }
      if (recordings != null) {
        record(recordings);
      }
      monitor = monitor();
    } catch (IllegalArgumentException | IOException e) {
      closeSockets();
      throw e;
    }
    injected = lane(Arena.ofAuto().allocate(Port.LONGEST));
    start();
  }

  private void add(PortSpec spec) throws IOException {
    String name = spec.interfaceName();
    for (Port other : listed) {
      if (name != null && other instanceof InterfacePort one && name.equals(one.name())) {
        throw new IllegalArgumentException(
            "port %d: interface '%s' is port %d already"
                .formatted(spec.number(), name, other.number()));
      }
    }
    if (ports[spec.number()] != null) {
      throw new IllegalArgumentException("port " + spec.number() + " is declared twice");
    }
    String what = Objects.requireNonNullElse(spec.name(), "");
    Port port =
        switch (spec.kind()) {
          case NONE -> new CallbackPort(spec.number(), DEFAULT_MTU, this::deliver);
          case PACKET -> new PacketPort(spec.number(), what, false);
          case RING -> new PacketPort(spec.number(), what, true);
          case XDP -> new XdpPort(spec.number(), what);
          case TAP -> new TapPort(spec.number(), what);
          case PCAP -> new FilePort(spec.number(), what);
        };
    place(port);
    listed.add(port);
  }

  private void record(Path directory) throws IOException {
    Files.createDirectories(directory);
    for (Port port : ports) {
      if (port != null) {
        String name = "port" + port.number();
        var recorder = new PcapWriter(directory.resolve(name + ".pcapng"), name);
        recorders.add(recorder);
        port.record(recorder);
      }
    }
  }

  /** Writes what was recorded. */
  void flushRecordings() {
    for (int i = 0; i < recorders.size(); i++) {
      recorders.get(i).flush();
    }
  }

  private void place(Port port) {
    if (port.number() > PortSpec.LAST || ports[port.number()] != null) {
      throw new IllegalArgumentException(
          "CPU port %d is another port already, or not between 0 and %d"
              .formatted(port.number(), PortSpec.LAST));
    }
    ports[port.number()] = port;
  }

  private @Nullable LinkMonitor monitor() throws IOException {
    List<InterfacePort> interfaces = new ArrayList<>();
    for (Port port : listed) {
      if (port instanceof InterfacePort one) {
        interfaces.add(one);
      }
    }
    return interfaces.isEmpty() ? null : new LinkMonitor(interfaces, this::linkChanged);
  }

  private void start() {
    for (Port port : listed) {
      if (port instanceof ReceivingPort one) {
        Receiver receiving = one.receiver(this);
        Lane lane = lane(receiving.memory());
        thread("port-" + one.number(), () -> one.run(this, receiving, lane));
      }
    }
    EgressQueues waiting = queues;
    if (waiting != null) {
      thread("queues", () -> waiting.run(this));
    }
    LinkMonitor links = monitor;
    if (links != null) {
      thread("links", () -> links.run(this));
    }
    threads.forEach(Thread::start);
  }

  private void thread(String name, Runnable work) {
    threads.add(Thread.ofPlatform().daemon().name(name).unstarted(work));
  }

  /**
   * Takes a step again and again until the dataplane stops. One that fails is told in the log, and
   * the next one waits a little: a thread that ended would be missed by nobody but the frames.
   */
  void repeat(Runnable step) {
    while (isRunning()) {
      try {
        step.run();
      } catch (RuntimeException | Error e) {
        LOG.error("goes on after what should not happen", e);
        awaitStop(TimeUnit.MILLISECONDS.toNanos(ReceivingPort.TIMEOUT_MILLISECONDS));
      }
    }
  }

  /**
   * Changes the program between two frames.
   *
   * @param program what frames run through from now on; null discards them all
   */
  public void run(@Nullable Program program) {
    this.program = program;
  }

  /**
   * Waits for a frame; it is processed as every other.
   *
   * @param next what to wait for
   * @return false, and nothing is changed, where another frame is waited for
   */
  public boolean watch(Watch next) {
    return watch.compareAndSet(null, next);
  }

  /**
   * Waits no longer.
   *
   * @param last what was waited for; nothing is changed where it is not
   */
  public void unwatch(Watch last) {
    watch.compareAndSet(last, null);
  }

  /**
   * The program that frames run through.
   *
   * @return the program, or null where they are discarded
   */
  public @Nullable Program running() {
    return program;
  }

  /** What is waited for. */
  @Nullable Watch watched() {
    return watch.get();
  }

  /** What packets wait in before egress; null where they do not. */
  @Nullable EgressQueues queues() {
    return queues;
  }

  /** A new way through the switch. */
  Lane lane(MemorySegment memory) {
    synchronized (lanes) {
      var lane = new Lane(this, memory);
      lanes.add(lane);
      return lane;
    }
  }

  /**
   * Makes a change while no frame is in the program: each is processed wholly before it or wholly
   * after it. Frames that arrive meanwhile wait.
   *
   * @param change what to do; short, and does not inject
   */
  public void betweenFrames(Runnable change) {
    synchronized (lanes) {
      int held = 0;
      try {
        for (Lane lane : lanes) {
          lane.lock();
          held++;
        }
        change.run();
      } finally {
        for (Lane lane : lanes.subList(0, held)) {
          lane.unlock();
        }
      }
    }
  }

  /**
   * Runs one frame through the program as if it had been received on a port without an interface,
   * or on the CPU port. When this returns, all that comes of it has been sent, but for what waits
   * in a queue.
   *
   * @param port the port's number
   * @param bytes the frame
   * @throws IllegalArgumentException where there is no such port, it is an interface, or the frame
   *     is longer than {@link #LONGEST_FRAME}
   */
  public void inject(int port, byte[] bytes) {
    CallbackPort reception = callback(port);
    if (bytes.length > LONGEST_FRAME) {
      throw new IllegalArgumentException(
          "frame of %d octets on port %d: at most %d".formatted(bytes.length, port, LONGEST_FRAME));
    }
    injected.lock();
    try {
      if (!isRunning()) {
        return;
      }
      reception.tally().received(1, bytes.length);
      if (bytes.length == 0) {
        reception.tally().discarded(Discard.TRUNCATED, 1);
      } else if (reception.link() == Link.DOWN) {
        reception.tally().discarded(Discard.LINK_DOWN, 1);
      } else {
        MemorySegment memory = injected.frame().memory();
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
        injected.frame().place(0, bytes.length);
        injected.frame().clearOffload();
        injected.process(reception);
        injected.flush();
      }
    } finally {
      injected.unlock();
    }
  }

  /**
   * Connects the far end of the ports without an interface. While nothing is connected they discard
   * what they are to transmit.
   *
   * @param far where their frames go
   * @return false, and nothing is changed, where another far end is connected
   */
  public boolean connect(FrameReceiver far) {
    return receiver.compareAndSet(null, far);
  }

  /**
   * Disconnects a far end.
   *
   * @param far what was connected; nothing is changed where it is not
   */
  public void disconnect(FrameReceiver far) {
    receiver.compareAndSet(far, null);
  }

  /**
   * Connects control, and tells it every link. While there is none, frames to the CPU port and
   * digests are discarded.
   *
   * @param control where they go from now on
   */
  public void setControl(Control control) {
    this.control.set(control);
    for (Port port : listed) {
      synchronized (telling) {
        control.linkChanged(port.state());
      }
    }
  }

  private void linkChanged(Port port) {
    synchronized (telling) {
      PortState state = port.state();
      Control above = control.get();
      if (above != null) {
        above.linkChanged(state);
      }
      linkListener.accept(state);
    }
  }

  private boolean packetIn(int port, byte[] frame) {
    Control above = control.get();
    return above != null && above.packetIn(frame);
  }

  private boolean deliver(int port, byte[] frame) {
    FrameReceiver far = receiver.get();
    return far != null && far.receive(port, frame);
  }

  /**
   * Says whether the link of a port without an interface works.
   *
   * @param port the port's number
   * @param link its link
   * @throws IllegalArgumentException where there is no such port, or it is an interface
   */
  public void setLink(int port, Link link) {
    CallbackPort changed = callback(port);
    synchronized (telling) {
      if (changed.link() != link) {
        changed.setLink(link);
        linkChanged(changed);
      }
    }
  }

  private CallbackPort callback(int number) {
    return switch (port(number)) {
      case null ->
          throw new IllegalArgumentException(
              "there is no port %d; ports are %s"
                  .formatted(number, listed.stream().map(Port::number).toList()));
      case CallbackPort port -> port;
      case InterfacePort port ->
          throw new IllegalArgumentException(
              "port %d is interface '%s'".formatted(number, port.name()));
      case FilePort port -> throw new IllegalArgumentException(port + " is a file");
    };
  }

  /**
   * The ports as they are now.
   *
   * @return a snapshot in the order of their declaration, without the CPU port
   */
  public List<PortState> ports() {
    return listed.stream().map(Port::state).toList();
  }

  /**
   * Stops receiving, waits for frames on their way, and lets go of the interfaces; a second time it
   * does nothing.
   */
  @Override
  public void close() {
    stopped.countDown();
    if (monitor != null) {
      monitor.stop();
    }
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    betweenFrames(this::closeSockets);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    LOG.debug("dataplane stopped");
  }

  private void closeSockets() {
    if (closed) {
      return;
    }
    closed = true;
    for (Port port : listed) {
      if (port instanceof ReceivingPort one) {
        one.close();
      }
    }
    if (monitor != null) {
      monitor.close();
    }
    for (PcapWriter recorder : recorders) {
      recorder.close();
    }
  }

  @Nullable Port port(int number) {
    return number >= 0 && number < ports.length ? ports[number] : null;
  }

  @Nullable Program program() {
    return program;
  }

  @Nullable Control control() {
    return control.get();
  }

  boolean isRunning() {
    return stopped.getCount() != 0;
  }

  /** Waits until the dataplane stops, but no longer than so. */
  void awaitStop(long nanoseconds) {
    try {
      boolean _ = stopped.await(nanoseconds, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
