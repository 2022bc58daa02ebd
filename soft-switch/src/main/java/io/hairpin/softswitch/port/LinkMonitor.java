package io.hairpin.softswitch.port;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/**
 * Follows the links of interfaces: rtnetlink(7) says that one changed, the interface is asked what
 * it is now. It waits without looking.
 */
final class LinkMonitor implements AutoCloseable {
  private static final int IFINFO = Netlink.HEADER + 4; // ifi_index in struct ifinfomsg
  private static final int ATTRIBUTES = Netlink.HEADER + 16;
  private static final int IFLA_IFNAME = 3;
  private static final int EFD_CLOEXEC = 0x80000;

  private final List<InterfacePort> ports;
  private final Consumer<Port> changed;
  private final Netlink netlink;
  private final int stop;
  // Whether a link may have changed without a message that was taken.
  private boolean stale = true;

  /**
   * Begins to listen.
   *
   * @throws IOException where the kernel has no netlink
   */
  LinkMonitor(List<InterfacePort> ports, Consumer<Port> changed) throws IOException {
    this.ports = ports;
    this.changed = changed;
    netlink = new Netlink(Netlink.LINKS);
    long event = Linux.call(Linux.EVENTFD2, 0, EFD_CLOEXEC, 0, 0, 0);
    if (event < 0) {
      netlink.close();
      throw new IOException("eventfd: " + Linux.message(event));
    }
    stop = (int) event;
  }

  /** Follows the links until the dataplane stops, and this is stopped too. */
  void run(Dataplane dataplane) {
    try (Arena arena = Arena.ofConfined()) {
      var poll = new Linux.Poll(arena, Linux.POLLIN, netlink.descriptor(), stop);
      dataplane.repeat(() -> follow(poll));
    }
  }

  private void follow(Linux.Poll poll) {
    if (stale) {
      ports.forEach(this::refresh);
      stale = false;
    } else if (poll.await(-1) > 0 && poll.found(1) == 0) {
      stale = true;
      stale = !netlink.receive(this::take);
    }
  }

  private void take(ByteBuffer message, int type) {
    if ((type != Netlink.NEW_LINK && type != Netlink.DELETE_LINK) || message.limit() < ATTRIBUTES) {
      return;
    }
    int index = message.getInt(IFINFO);
    String name = Netlink.text(message, ATTRIBUTES, IFLA_IFNAME);
    for (InterfacePort port : ports) {
      if (port.concerns(index, name)) {
        refresh(port);
      }
    }
  }

  private void refresh(InterfacePort port) {
    if (port.refresh()) {
      changed.accept(port);
    }
  }

  /** Ends the wait of {@link #run}, which is waited for before {@link #close()}. */
  void stop() {
    try (Arena arena = Arena.ofConfined()) {
      long one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1).address();
      Linux.call(Linux.WRITE, stop, one, 8, 0, 0);
    }
  }

  @Override
  public void close() {
    netlink.close();
    Linux.close(stop);
  }
}
