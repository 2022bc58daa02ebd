package io.hairpin.softswitch.port;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the links of interfaces: rtnetlink(7) says that something changed, the interfaces are
 * asked what. They are asked every quarter of a second too, in case a message is lost.
 */
final class LinkMonitor {
  private static final Logger LOG = LoggerFactory.getLogger(LinkMonitor.class);
  private static final int AF_NETLINK = 16;
  private static final int RTMGRP_LINK = 1;
  private static final int TIMEOUT_MILLISECONDS = 250;

  private final List<InterfacePort> ports;
  private final Consumer<Port> changed;

  LinkMonitor(List<InterfacePort> ports, Consumer<Port> changed) {
    this.ports = ports;
    this.changed = changed;
  }

  void run(Dataplane dataplane) {
    int socket = open();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(Linux.ERRNO);
      MemorySegment buffer = arena.allocate(8192);
      while (dataplane.isRunning()) {
        if (socket < 0) {
          dataplane.awaitStop(TIMEOUT_MILLISECONDS);
        } else {
          Linux.call(errno, Linux.RECVFROM, socket, buffer.address(), buffer.byteSize(), 0, 0, 0);
        }
        for (InterfacePort port : ports) {
          if (port.refresh()) {
            changed.accept(port);
          }
        }
      }
    } finally {
      if (socket >= 0) {
        Linux.close(socket);
      }
    }
  }

  private static int open() {
    long socket = Linux.call(Linux.SOCKET, AF_NETLINK, Linux.SOCK_RAW_CLOEXEC, 0, 0, 0);
    if (socket >= 0) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment address = arena.allocate(12, 4);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_NETLINK);
        address.set(ValueLayout.JAVA_INT, 8, RTMGRP_LINK);
        long bound = Linux.call(Linux.BIND, socket, address.address(), 12, 0, 0);
        if (bound == 0) {
          Linux.receiveTimeout((int) socket, TIMEOUT_MILLISECONDS);
          return (int) socket;
        }
        Linux.close((int) socket);
        socket = bound;
      }
    }
    LOG.warn("no netlink, links are polled: {}", Linux.message(socket));
    return -1;
  }
}
