package io.hairpin.softswitch.port;

import io.hairpin.softswitch.engine.Frame;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An interface by AF_XDP in copy mode, with a program for the kernel's generic XDP. It knows no
 * offloads: what stations leave to hardware comes incomplete, so their end has to have none.
 */
final class XdpPort extends InterfacePort {
  private static final int CHUNKS = 2 * XdpSocket.ENTRIES;
  private static final long SIZE = (long) CHUNKS * XdpSocket.CHUNK;

  /** Memory of the frames: the first half to receive into, the other one to send from. */
  private final MemorySegment frames;

  private final int[] free = new int[XdpSocket.ENTRIES];
  private int freed;
  private long lost;
  private volatile @Nullable XdpSocket current;

  /** Those before the current one that are not closed yet. */
  private final List<XdpSocket> replaced = new ArrayList<>();

  /**
   * Opens the port.
   *
   * @throws IOException where there is no such interface, it has more than one queue or frames that
   *     are too long, or the kernel allows no AF_XDP on it
   */
  XdpPort(int number, String name) throws IOException {
    super(number, name);
    try {
      long address = Linux.reserve(SIZE);
      check(address, "reserving memory");
      frames = Linux.memory(address, SIZE);
    } catch (IOException e) {
      close();
      throw e;
    }
    open();
  }

  @Override
  void attach(NetworkInterface.State found) throws IOException {
    int queues = device().queues();
    if (queues > 1) {
      throw new IOException(
          "%s has %d receive queues, AF_XDP takes one: ethtool -L %s combined 1"
              .formatted(this, queues, name()));
    }
    int longest = XdpSocket.CHUNK - XdpSocket.HEADROOM - ETHERNET_HEADER - TAG;
    if (found.mtu() > longest) {
      throw new IOException(
          "%s has an MTU of %d, AF_XDP takes %d at most".formatted(this, found.mtu(), longest));
    }
    device().prepare(found.index());
    var next = new XdpSocket(this, found.index(), frames);
    synchronized (this) {
      lost = 0;
      freed = 0;
      for (int i = XdpSocket.ENTRIES; i < CHUNKS; i++) {
        free[freed++] = i * XdpSocket.CHUNK;
      }
      // The port's thread closes the one before: it may be receiving from it.
      XdpSocket before = current;
      if (before != null) {
        replaced.add(before);
      }
      current = next;
    }
  }

  @Override
  void detach() {
    closeReplaced();
    XdpSocket socket = current;
    if (socket != null) {
      socket.close();
    }
    if (frames != null) {
      Linux.unmap(frames.address(), SIZE);
    }
  }

  private void closeReplaced() {
    replaced.forEach(XdpSocket::close);
    replaced.clear();
  }

  @Override
  void countKernelDrops() {
    XdpSocket socket = current;
    if (socket != null) {
      long now = socket.lost();
      tally().discarded(Discard.RECEIVE_QUEUE_FULL, now - lost);
      lost = now;
    }
  }

  @Override
  Receiver receiver(Dataplane dataplane) {
    return new Descriptors();
  }

  @Override
  Sender sender(Offload offload) {
    return new CompletingSender(this, offload) {
      @Override
      boolean deliver(MemorySegment memory, int length) {
        return queue(memory, length);
      }

      @Override
      public void flush() {
        transmit();
      }
    };
  }

  private synchronized boolean queue(MemorySegment memory, int length) {
    XdpSocket socket = current;
    if (socket == null || length > XdpSocket.CHUNK) {
      return false;
    }
    if (freed == 0) {
      socket.transmit();
      reclaim(socket);
      if (freed == 0) {
        return false;
      }
    }
    int chunk = free[--freed];
    MemorySegment.copy(memory, 0, frames, chunk, length);
    socket.transmitting.put(chunk, length);
    return true;
  }

  private synchronized void transmit() {
    XdpSocket socket = current;
    if (socket != null) {
      socket.transmit();
      reclaim(socket);
    }
  }

  private void reclaim(XdpSocket socket) {
    int done = socket.completed.available();
    for (int i = 0; i < done && freed < free.length; i++) {
      free[freed++] = (int) socket.completed.address(i) & -XdpSocket.CHUNK;
    }
    socket.completed.take(done);
  }

  /** Frames by the descriptors of the receive ring. */
  private final class Descriptors implements Receiver {
    private static final int BATCH = 64;

    private final Arena arena = Arena.ofShared();
    private @Nullable XdpSocket socket;
    private Linux.@Nullable Poll poll;
    private int batch;

    @Override
    public MemorySegment memory() {
      return frames;
    }

    @Override
    public int await() {
      XdpSocket now = current != socket ? follow() : socket;
      if (now == null) {
        return 0;
      }
      batch = Math.min(BATCH, now.received.available());
      if (batch == 0 && poll != null) {
        long ready = poll.await(TIMEOUT_MILLISECONDS);
        if (ready < 0) {
          return (int) ready;
        }
        batch = Math.min(BATCH, now.received.available());
      }
      return batch;
    }

    private @Nullable XdpSocket follow() {
      XdpSocket now;
      synchronized (XdpPort.this) {
        closeReplaced();
        now = current;
      }
      socket = now;
      poll = now == null ? null : new Linux.Poll(arena, Linux.POLLIN, now.descriptor());
      return now;
    }

    @Override
    public int place(int i, Frame frame) {
      if (socket == null) {
        return 0;
      }
      int length = socket.received.length(i);
      frame.place((int) socket.received.address(i), length);
      frame.clearOffload();
      return length;
    }

    @Override
    public void release() {
      if (socket != null) {
        for (int i = 0; i < batch; i++) {
          socket.filling.put(socket.received.address(i) & -XdpSocket.CHUNK);
        }
        socket.filling.publish();
        socket.received.take(batch);
      }
    }

    @Override
    public void close() {
      arena.close();
    }
  }
}
