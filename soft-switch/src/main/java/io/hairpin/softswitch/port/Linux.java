package io.hairpin.softswitch.port;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * System calls through {@code syscall(2)}: one all-long shape, which starts faster than a handle
 * for each function. Failures are returned as the negated errno.
 */
public final class Linux {
  static final int EINTR = 4;
  static final int EIO = 5;
  static final int ENXIO = 6;
  static final int EAGAIN = 11;
  static final int EEXIST = 17;
  static final int ENODEV = 19;
  static final int EMSGSIZE = 90;
  static final int EADDRNOTAVAIL = 99;
  static final int ENETDOWN = 100;
  static final int ENOBUFS = 105;

  private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");
  static final long READ = ARM ? 63 : 0;
  static final long WRITE = ARM ? 64 : 1;

  /** The number of {@code close(2)}. */
  public static final long CLOSE = ARM ? 57 : 3;

  static final long MMAP = ARM ? 222 : 9;
  static final long MUNMAP = ARM ? 215 : 11;

  /** The number of {@code ioctl(2)}. */
  public static final long IOCTL = ARM ? 29 : 16;

  static final long WRITEV = ARM ? 66 : 20;

  /** The number of {@code socket(2)}. */
  public static final long SOCKET = ARM ? 198 : 41;

  /** The number of {@code bind(2)}. */
  public static final long BIND = ARM ? 200 : 49;

  static final long SENDTO = ARM ? 206 : 44;
  static final long RECVFROM = ARM ? 207 : 45;
  static final long SETSOCKOPT = ARM ? 208 : 54;
  static final long GETSOCKOPT = ARM ? 209 : 55;

  /** The number of {@code openat(2)}. */
  public static final long OPENAT = ARM ? 56 : 257;

  static final long PPOLL = ARM ? 73 : 271;
  static final long EVENTFD2 = ARM ? 19 : 290;
  static final long RECVMMSG = ARM ? 243 : 299;

  /** The number of {@code sendmmsg(2)}. */
  public static final long SENDMMSG = ARM ? 269 : 307;

  /** The number of {@code setns(2)}. */
  public static final long SETNS = ARM ? 268 : 308;

  static final long BPF = ARM ? 280 : 321;

  /** Paths are as they stand. */
  public static final int AT_FDCWD = -100;

  static final int POLLIN = 1;
  static final int POLLOUT = 4;
  static final int POLLERR = 8;
  private static final int POLLFD = 8;
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_SHARED = 1;
  private static final int MAP_FIXED = 0x10;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
  private static final int MAP_POPULATE = 0x8000;

  /** SOCK_RAW with SOCK_CLOEXEC. */
  public static final int SOCK_RAW_CLOEXEC = 0x80003;

  static final int SOL_SOCKET = 1;
  static final int SO_RCVTIMEO = 20;
  static final int SO_SNDBUFFORCE = 32;
  static final int SO_RCVBUFFORCE = 33;

  /** Where the errno of a thread's last call is. */
  public static final MemoryLayout ERRNO = Linker.Option.captureStateLayout();

  private static final VarHandle ERRNO_VALUE =
      ERRNO.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  @SuppressWarnings("restricted") // native calls are what this class is for
  private static final MethodHandle SYSCALL =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("syscall"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG),
              Linker.Option.captureCallState("errno"),
              Linker.Option.firstVariadicArg(1));

  private Linux() {}

  /**
   * One system call.
   *
   * @param errno memory of layout {@link #ERRNO}, the calling thread's own
   * @param number which one
   * @param a the first argument
   * @param b the second one
   * @param c the third one
   * @param d the fourth one
   * @param e the fifth one
   * @param f the sixth one
   * @return the call's result, or the negated errno
   */
  public static long call(
      MemorySegment errno, long number, long a, long b, long c, long d, long e, long f) {
    long result;
    try {
      result = (long) SYSCALL.invokeExact(errno, number, a, b, c, d, e, f);
    } catch (Throwable failure) {
      throw new IllegalStateException("system call " + number, failure);
    }
    return result == -1 ? -(int) ERRNO_VALUE.get(errno, 0L) : result;
  }

  /**
   * A system call where speed does not matter.
   *
   * @param number which one
   * @param a the first argument
   * @param b the second one
   * @param c the third one
   * @param d the fourth one
   * @param e the fifth one
   * @return the call's result, or the negated errno
   */
  public static long call(long number, long a, long b, long c, long d, long e) {
    try (Arena arena = Arena.ofConfined()) {
      return call(arena.allocate(ERRNO), number, a, b, c, d, e, 0);
    }
  }

  /**
   * Sets a socket option.
   *
   * @param socket the socket
   * @param level the protocol
   * @param option which one
   * @param values its value
   * @return 0, or the negated errno
   */
  public static long option(int socket, int level, int option, int... values) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_INT, values);
      return call(SETSOCKOPT, socket, level, option, memory.address(), memory.byteSize());
    }
  }

  /**
   * Memory that is zero and belongs to nobody.
   *
   * @return its address, or the negated errno
   */
  static long reserve(long size) {
    return map(0, size, MAP_PRIVATE_ANONYMOUS, -1, 0);
  }

  /**
   * Maps a part of a descriptor.
   *
   * @param address where, in place of what is there; 0 anywhere
   * @return the address, or the negated errno
   */
  static long share(long address, long size, int descriptor, long offset) {
    return map(
        address,
        size,
        MAP_SHARED | MAP_POPULATE | (address == 0 ? 0 : MAP_FIXED),
        descriptor,
        offset);
  }

  private static long map(long address, long size, int flags, int descriptor, long offset) {
    try (Arena arena = Arena.ofConfined()) {
      return call(
          arena.allocate(ERRNO), MMAP, address, size, PROT_READ_WRITE, flags, descriptor, offset);
    }
  }

  static void unmap(long address, long size) {
    call(MUNMAP, address, size, 0, 0, 0);
  }

  /** What is mapped, as a segment that nothing watches over. */
  @SuppressWarnings("restricted") // what mmap returned is memory of that size
  static MemorySegment memory(long address, long size) {
    return MemorySegment.ofAddress(address).reinterpret(size);
  }

  /** Waits until a descriptor has something to read, for one thread. */
  static final class Poll {
    private final MemorySegment descriptors;
    private final MemorySegment time;
    private final MemorySegment errno;

    /**
     * Waits for one of some descriptors.
     *
     * @param events what for
     */
    Poll(Arena arena, int events, int... descriptors) {
      this.descriptors = arena.allocate((long) POLLFD * descriptors.length, 8);
      for (int i = 0; i < descriptors.length; i++) {
        this.descriptors.set(ValueLayout.JAVA_INT, (long) i * POLLFD, descriptors[i]);
        this.descriptors.set(ValueLayout.JAVA_SHORT, (long) i * POLLFD + 4, (short) events);
      }
      time = arena.allocate(16, 8);
      errno = arena.allocate(ERRNO);
    }

    /**
     * Waits.
     *
     * @param milliseconds at most so long; negative means for ever
     * @return how many have what is waited for, or the negated errno
     */
    long await(int milliseconds) {
      time.set(ValueLayout.JAVA_LONG, 0, milliseconds / 1000);
      time.set(ValueLayout.JAVA_LONG, 8, milliseconds % 1000 * 1_000_000L);
      return call(
          errno,
          PPOLL,
          descriptors.address(),
          descriptors.byteSize() / POLLFD,
          milliseconds < 0 ? 0 : time.address(),
          0,
          8,
          0);
    }

    /** What the last wait found on a descriptor. */
    int found(int descriptor) {
      return descriptors.get(ValueLayout.JAVA_SHORT, (long) descriptor * POLLFD + 6);
    }
  }

  /** Makes blocking receives return with EAGAIN after so long. */
  static void receiveTimeout(int socket, int milliseconds) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment time =
          arena.allocateFrom(
              ValueLayout.JAVA_LONG, milliseconds / 1000, milliseconds % 1000 * 1000L);
      call(SETSOCKOPT, socket, SOL_SOCKET, SO_RCVTIMEO, time.address(), time.byteSize());
    }
  }

  /**
   * Closes a descriptor.
   *
   * @param descriptor which one
   */
  public static void close(int descriptor) {
    call(CLOSE, descriptor, 0, 0, 0, 0);
  }

  /**
   * An errno in words.
   *
   * @param result a negated errno
   * @return its name and meaning
   */
  public static String message(long result) {
    return switch ((int) -result) {
      case 1 -> "EPERM: not permitted (the switch needs CAP_NET_RAW and CAP_NET_ADMIN)";
      case 12 -> "ENOMEM: no memory, or more than the limit of locked memory (ulimit -l)";
      case 13 -> "EACCES: permission denied";
      case 2 -> "ENOENT: not there";
      case 16 -> "EBUSY: in use";
      case EEXIST -> "EEXIST: there already";
      case ENODEV -> "ENODEV: no such interface";
      case 22 -> "EINVAL: invalid argument";
      case 38 -> "ENOSYS: the kernel has no such call";
      case EMSGSIZE -> "EMSGSIZE: too long";
      case 92 -> "ENOPROTOOPT: the kernel is too old for this option";
      case 95 -> "EOPNOTSUPP: the interface or the kernel cannot do that";
      case 97 -> "EAFNOSUPPORT: the kernel has no such sockets";
      case ENETDOWN -> "ENETDOWN: the interface is down";
      case ENOBUFS -> "ENOBUFS: queue full";
      default -> "errno " + -result;
    };
  }
}
