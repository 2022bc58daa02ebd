package io.hairpin.benchmarks;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/** Linux system calls through {@code syscall(2)}. */
final class Kernel {
  private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");
  static final int CLOSE = ARM ? 57 : 3;
  static final int IOCTL = ARM ? 29 : 16;
  static final int OPENAT = ARM ? 56 : 257;
  static final int SOCKET = ARM ? 198 : 41;
  static final int BIND = ARM ? 200 : 49;
  static final int SETSOCKOPT = ARM ? 208 : 54;
  static final int SETNS = ARM ? 268 : 308;
  static final int SENDMMSG = ARM ? 269 : 307;

  static final int ENOBUFS = 105;

  private static final int ARGUMENTS = 6;
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

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

  private final MemorySegment state;

  /**
   * System calls of one thread.
   *
   * @param arena whose life they share
   */
  Kernel(Arena arena) {
    state = arena.allocate(STATE);
  }

  /** The call's result, or the negated errno. */
  long call(int number, long... arguments) {
    long[] a = Arrays.copyOf(arguments, ARGUMENTS);
    long result;
    try {
      result = (long) SYSCALL.invokeExact(state, (long) number, a[0], a[1], a[2], a[3], a[4], a[5]);
    } catch (Throwable e) {
      throw new IllegalStateException("system call " + number, e);
    }
    return result == -1 ? -(int) ERRNO.get(state, 0L) : result;
  }

  /** The call's result. */
  int require(String what, int number, long... arguments) throws IOException {
    long result = call(number, arguments);
    if (result < 0) {
      throw new IOException(what + ": errno " + -result);
    }
    return (int) result;
  }
}
