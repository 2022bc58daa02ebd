package io.hairpin.benchmarks;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.hairpin.softswitch.port.Linux;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Sends frames from a station's interface over and over, by packet(7), on a thread of its own. */
final class Generator implements AutoCloseable {
  private static final int AF_PACKET = 17;
  private static final int SOL_PACKET = 263;
  private static final int PACKET_QDISC_BYPASS = 20;
  private static final int SIOCGIFINDEX = 0x8933;
  private static final int CLONE_NEWNET = 0x4000_0000;
  private static final int IFREQ = 40;
  private static final int IFREQ_UNION = 16;
  private static final int SOCKADDR_LL = 20;
  private static final int MMSGHDR = 64;
  private static final int IOVEC = 16;
  private static final int STRIDE = 128;
  private static final int BATCH = 64;
  private static final int PACED_BATCH = 8;

  private final AtomicLong sent = new AtomicLong();
  private final CompletableFuture<@Nullable Void> opened = new CompletableFuture<>();
  private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
  private volatile boolean stopped;

  /**
   * Starts sending.
   *
   * @param process a process in the station's network namespace
   * @param interfaceName the interface there
   * @param frames what to send, a multiple of 64 of them
   * @param perSecond how many frames a second; 0 means as many as possible
   */
  Generator(long process, String interfaceName, List<byte[]> frames, int perSecond)
      throws IOException {
    Thread _ =
        Thread.ofPlatform()
            .daemon()
            .name("generator")
            .start(() -> run(process, interfaceName, frames, perSecond));
    try {
      opened.get();
    } catch (ExecutionException e) {
      throw new IOException("generator on " + interfaceName, e.getCause());
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  /** How many frames the kernel has taken. */
  long sent() {
    return sent.get();
  }

  private void run(long process, String interfaceName, List<byte[]> frames, int perSecond) {
    try (Arena arena = Arena.ofConfined()) {
      int socket = open(arena, process, interfaceName);
      opened.complete(null);
      try {
        send(arena, socket, frames, perSecond);
      } finally {
        Linux.close(socket);
      }
    } catch (IOException e) {
      opened.completeExceptionally(e);
    } finally {
      ended.complete(null);
    }
  }

  private static int open(Arena arena, long process, String interfaceName) throws IOException {
    String path = "/proc/" + process + "/ns/net";
    long file = arena.allocateFrom(path).address();
    int namespace = require(path, Linux.call(Linux.OPENAT, Linux.AT_FDCWD, file, 0, 0, 0));
    // Of this thread only; what it opens stays there.
    int _ = require("setns", Linux.call(Linux.SETNS, namespace, CLONE_NEWNET, 0, 0, 0));
    Linux.close(namespace);
    int socket =
        require("socket", Linux.call(Linux.SOCKET, AF_PACKET, Linux.SOCK_RAW_CLOEXEC, 0, 0, 0));
    MemorySegment request = arena.allocate(IFREQ, 8);
    byte[] name = interfaceName.getBytes(StandardCharsets.UTF_8);
    MemorySegment.copy(name, 0, request, JAVA_BYTE, 0, name.length);
    int _ =
        require(
            interfaceName, Linux.call(Linux.IOCTL, socket, SIOCGIFINDEX, request.address(), 0, 0));
    MemorySegment address = arena.allocate(SOCKADDR_LL, 4);
    address.set(JAVA_SHORT, 0, (short) AF_PACKET);
    address.set(JAVA_INT, 4, request.get(JAVA_INT, IFREQ_UNION));
    int _ = require("bind", Linux.call(Linux.BIND, socket, address.address(), SOCKADDR_LL, 0, 0));
    int _ =
        require("PACKET_QDISC_BYPASS", Linux.option(socket, SOL_PACKET, PACKET_QDISC_BYPASS, 1));
    return socket;
  }

  private static int require(String what, long result) throws IOException {
    if (result < 0) {
      throw new IOException(what + ": " + Linux.message(result));
    }
    return (int) result;
  }

  private void send(Arena arena, int socket, List<byte[]> frames, int perSecond) {
    MemorySegment messages = arena.allocate((long) frames.size() * MMSGHDR, 64);
    MemorySegment vectors = arena.allocate((long) frames.size() * IOVEC, 64);
    MemorySegment bytes = arena.allocate((long) frames.size() * STRIDE, 64);
    for (int i = 0; i < frames.size(); i++) {
      byte[] frame = frames.get(i);
      MemorySegment.copy(frame, 0, bytes, JAVA_BYTE, (long) i * STRIDE, frame.length);
      vectors.set(JAVA_LONG, (long) i * IOVEC, bytes.address() + (long) i * STRIDE);
      vectors.set(JAVA_LONG, (long) i * IOVEC + 8, frame.length);
      messages.set(JAVA_LONG, (long) i * MMSGHDR + 16, vectors.address() + (long) i * IOVEC);
      messages.set(JAVA_LONG, (long) i * MMSGHDR + 24, 1);
    }
    MemorySegment errno = arena.allocate(Linux.ERRNO);
    int batch = perSecond == 0 ? BATCH : PACED_BATCH;
    long start = System.nanoTime();
    long tried = 0;
    int next = 0;
    while (!stopped) {
      long at = messages.address() + (long) next * MMSGHDR;
      long result = Linux.call(errno, Linux.SENDMMSG, socket, at, batch, 0, 0, 0);
      if (result > 0) {
        sent.addAndGet(result);
      }
      tried += batch;
      next = (next + batch) % frames.size();
      if (perSecond > 0) {
        LockSupport.parkNanos(start + tried * 1_000_000_000L / perSecond - System.nanoTime());
      }
    }
  }

  @Override
  public void close() {
    stopped = true;
    ended.join();
  }
}
