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
final class Linux {
  static final int EINTR = 4;
  static final int ENXIO = 6;
  static final int EAGAIN = 11;
  static final int ENODEV = 19;
  static final int EMSGSIZE = 90;
  static final int ENETDOWN = 100;
  static final int ENOBUFS = 105;

  private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");
  static final long CLOSE = ARM ? 57 : 3;
  static final long IOCTL = ARM ? 29 : 16;
  static final long SOCKET = ARM ? 198 : 41;
  static final long BIND = ARM ? 200 : 49;
  static final long RECVFROM = ARM ? 207 : 45;
  static final long SETSOCKOPT = ARM ? 208 : 54;
  static final long GETSOCKOPT = ARM ? 209 : 55;
  static final long RECVMMSG = ARM ? 243 : 299;
  static final long SENDMMSG = ARM ? 269 : 307;

  static final int SOCK_RAW_CLOEXEC = 0x80003;
  static final int SOL_SOCKET = 1;
  static final int SO_RCVTIMEO = 20;
  static final int SO_SNDBUFFORCE = 32;
  static final int SO_RCVBUFFORCE = 33;

  /** Where the errno of a thread's last call is. */
  static final MemoryLayout ERRNO = Linker.Option.captureStateLayout();

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
   * @return the call's result, or the negated errno
   */
  static long call(
      MemorySegment errno, long number, long a, long b, long c, long d, long e, long f) {
    long result;
    try {
      result = (long) SYSCALL.invokeExact(errno, number, a, b, c, d, e, f);
    } catch (Throwable failure) {
      throw new IllegalStateException("system call " + number, failure);
    }
    return result == -1 ? -(int) ERRNO_VALUE.get(errno, 0L) : result;
  }

  /** A system call where speed does not matter. */
  static long call(long number, long a, long b, long c, long d, long e) {
    try (Arena arena = Arena.ofConfined()) {
      return call(arena.allocate(ERRNO), number, a, b, c, d, e, 0);
    }
  }

  /** Sets a socket option. */
  static long option(int socket, int level, int option, int... values) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_INT, values);
      return call(SETSOCKOPT, socket, level, option, memory.address(), memory.byteSize());
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

  static void close(int descriptor) {
    call(CLOSE, descriptor, 0, 0, 0, 0);
  }

  /** An errno in words. */
  static String message(long result) {
    return switch ((int) -result) {
      case 1 -> "EPERM: not permitted (the switch needs CAP_NET_RAW and CAP_NET_ADMIN)";
      case 13 -> "EACCES: permission denied";
      case 16 -> "EBUSY: in use";
      case ENODEV -> "ENODEV: no such interface";
      case 22 -> "EINVAL: invalid argument";
      case EMSGSIZE -> "EMSGSIZE: too long";
      case 97 -> "EAFNOSUPPORT: the kernel has no packet sockets";
      case ENETDOWN -> "ENETDOWN: the interface is down";
      case ENOBUFS -> "ENOBUFS: queue full";
      default -> "errno " + -result;
    };
  }
}
