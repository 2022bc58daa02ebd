package io.hairpin.softswitch.port;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjIntConsumer;

/** A socket of rtnetlink(7). Not thread-safe. */
final class Netlink implements AutoCloseable {
  static final int LINKS = 1; // RTMGRP_LINK
  static final int NEW_LINK = 16;
  static final int DELETE_LINK = 17;
  static final int NEW_ADDRESS = 20;
  static final int DELETE_ADDRESS = 21;
  static final int GET_ADDRESSES = 22;
  static final int NEW_ROUTE = 24;
  static final int GET_ROUTES = 26;
  static final int INET = 2;
  static final int INET6 = 10;

  /** Where an attribute's value begins behind a message's {@code struct nlmsghdr}. */
  static final int HEADER = 16;

  private static final int AF_NETLINK = 16;
  private static final int ERROR = 2;
  private static final int DONE = 3;
  private static final int REQUEST = 1;
  private static final int ACKNOWLEDGE = 4;
  private static final int DUMP = 0x300;
  private static final int CREATE = 0x400;
  private static final int BUFFER = 64 << 10;
  private static final int TIMEOUT_MILLISECONDS = 2000;

  private final int socket;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment errno = arena.allocate(Linux.ERRNO);
  private final MemorySegment buffer = arena.allocate(BUFFER, 8);
  private final ByteBuffer bytes = buffer.asByteBuffer().order(ByteOrder.nativeOrder());

  /**
   * Opens one.
   *
   * @param groups what it is told of, 0 for nothing
   */
  Netlink(int groups) throws IOException {
    socket = (int) check(Linux.call(Linux.SOCKET, AF_NETLINK, Linux.SOCK_RAW_CLOEXEC, 0, 0, 0));
    MemorySegment address = arena.allocate(12, 4);
    address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_NETLINK);
    address.set(ValueLayout.JAVA_INT, 8, groups);
    try {
      check(Linux.call(Linux.BIND, socket, address.address(), 12, 0, 0));
    } catch (IOException e) {
      close();
      throw e;
    }
    if (groups == 0) {
      Linux.receiveTimeout(socket, TIMEOUT_MILLISECONDS);
    }
  }

  private static long check(long result) throws IOException {
    if (result < 0) {
      throw new IOException("netlink: " + Linux.message(result));
    }
    return result;
  }

  int descriptor() {
    return socket;
  }

  /**
   * Receives messages.
   *
   * @param each takes a message, its header included, and its type
   * @return false where messages were lost
   */
  boolean receive(ObjIntConsumer<ByteBuffer> each) {
    long received =
        Linux.call(errno, Linux.RECVFROM, socket, buffer.address(), buffer.byteSize(), 0, 0, 0);
    int at = 0;
    while (at + HEADER <= received) {
      int length = bytes.getInt(at);
      if (length < HEADER || at + length > received) {
        return false;
      }
      each.accept(
          bytes.slice(at, length).order(ByteOrder.nativeOrder()), bytes.getShort(at + 4) & 0xffff);
      at += (length + 3) & ~3;
    }
    return received >= 0;
  }

  /** Asks for all objects of a kind. */
  List<byte[]> dump(int type, int family) throws IOException {
    ByteBuffer request = ByteBuffer.allocate(HEADER + 12).order(ByteOrder.nativeOrder());
    request.putInt(request.capacity()).putShort((short) type).putShort((short) (REQUEST | DUMP));
    request.put(HEADER, (byte) family);
    send(request.array());
    List<byte[]> all = new ArrayList<>();
    int[] end = {0};
    while (end[0] == 0) {
      boolean complete =
          receive(
              (message, kind) -> {
                if (kind == DONE || kind == ERROR) {
                  end[0] = kind;
                } else {
                  byte[] copy = new byte[message.remaining()];
                  message.get(copy);
                  all.add(copy);
                }
              });
      if (!complete) {
        throw new IOException("netlink: the answer to request " + type + " is not whole");
      }
    }
    return all;
  }

  /**
   * Asks the kernel to make or delete what a message of a dump describes.
   *
   * @return 0, or the negated errno
   */
  long request(byte[] message, int type) throws IOException {
    byte[] copy = message.clone();
    ByteBuffer.wrap(copy)
        .order(ByteOrder.nativeOrder())
        .putShort(4, (short) type)
        .putShort(6, (short) (REQUEST | ACKNOWLEDGE | (type == DELETE_ADDRESS ? 0 : CREATE)));
    send(copy);
    int[] result = {1};
    while (result[0] > 0) {
      boolean complete =
          receive(
              (answer, kind) -> {
                if (kind == ERROR) {
                  result[0] = answer.getInt(HEADER);
                }
              });
      if (!complete) {
        throw new IOException("netlink: no answer to request " + type);
      }
    }
    return result[0];
  }

  private void send(byte[] request) throws IOException {
    try (Arena memory = Arena.ofConfined()) {
      MemorySegment copy = memory.allocateFrom(ValueLayout.JAVA_BYTE, request);
      check(Linux.call(errno, Linux.SENDTO, socket, copy.address(), request.length, 0, 0, 0));
    }
  }

  /**
   * The value of an attribute.
   *
   * @param message a message with its header
   * @param begin where the attributes begin
   * @param type which one
   * @return its bytes; none where it is not there
   */
  static byte[] attribute(ByteBuffer message, int begin, int type) {
    int at = begin;
    while (at + 4 <= message.limit()) {
      int length = message.getShort(at) & 0xffff;
      if (length < 4 || at + length > message.limit()) {
        break;
      }
      if ((message.getShort(at + 2) & 0x3fff) == type) {
        byte[] value = new byte[length - 4];
        message.get(at + 4, value);
        return value;
      }
      at += (length + 3) & ~3;
    }
    return new byte[0];
  }

  /** An attribute that is a string. */
  static String text(ByteBuffer message, int begin, int type) {
    byte[] value = attribute(message, begin, type);
    int length = value.length > 0 && value[value.length - 1] == 0 ? value.length - 1 : value.length;
    return new String(value, 0, length, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    Linux.close(socket);
    arena.close();
  }
}
