package io.hairpin.softswitch.port;

import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A port that is a Linux interface. Its link is followed, and where the interface goes and comes
 * back, so does the port.
 */
abstract sealed class InterfacePort extends ReceivingPort permits PacketPort, XdpPort, TapPort {
  private static final Logger LOG = LoggerFactory.getLogger(InterfacePort.class);

  private final NetworkInterface device;
  private int bound;
  private boolean closed;
  private volatile NetworkInterface.State state;

  InterfacePort(int number, String name) throws IOException {
    super(number);
    device = new NetworkInterface(name);
    state = device.read();
  }

  /** Takes hold of the interface that was found, for the first time or again. */
  abstract void attach(NetworkInterface.State found) throws IOException;

  /** Counts what the kernel has discarded in front of the switch since the last time. */
  abstract void countKernelDrops();

  /** Lets go of what frames come and go by. */
  abstract void detach();

  /** Takes hold of the interface; once, by the constructor. */
  final void open() throws IOException {
    try {
      state = device.read();
      if (state.index() == 0) {
        check(-Linux.ENODEV, "looking it up");
      }
      hold(state);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private void hold(NetworkInterface.State found) throws IOException {
    attach(found);
    bound = found.index();
    state = device.read();
  }

  final void check(long result, String what) throws IOException {
    if (result < 0) {
      throw new IOException(this + ": " + what + ": " + Linux.message(result));
    }
  }

  final NetworkInterface device() {
    return device;
  }

  final String name() {
    return device.name();
  }

  @Override
  final int mtu() {
    return state.mtu();
  }

  @Override
  final Link link() {
    return state.link();
  }

  @Override
  final PortState state() {
    synchronized (this) {
      if (!closed) {
        countKernelDrops();
      }
    }
    NetworkInterface.State now = state;
    return new PortState(
        number(), name(), now.link(), now.speed(), now.address(), now.mtu(), tally().read());
  }

  /** Whether a change of some interface is one of this port's. */
  final boolean concerns(int index, String name) {
    return index == bound || name.equals(name());
  }

  /**
   * Looks at the interface again; takes hold of it where it has gone and come back.
   *
   * @return whether its link changed
   */
  final synchronized boolean refresh() {
    if (closed) {
      return false;
    }
    Link before = state.link();
    NetworkInterface.State next = device.read();
    if (next.index() == 0 || next.index() == bound) {
      state = next;
    } else {
      // Another one, by which no frame comes or goes before it is held.
      state = NetworkInterface.State.NONE;
      try {
        hold(next);
        LOG.info("{} is back", this);
      } catch (IOException e) {
        LOG.warn("{}", e.getMessage());
      }
    }
    return state.link() != before;
  }

  @Override
  final synchronized void close() {
    if (!closed) {
      closed = true;
      detach();
      device.restore();
    }
  }

  /** The reason for which a transmission failed. */
  final Discard reason(long result) {
    return switch ((int) -result) {
      case Linux.EMSGSIZE -> Discard.TOO_LONG;
      // The kernel says so of a lost carrier too.
      case Linux.ENOBUFS -> link() == Link.DOWN ? Discard.LINK_DOWN : Discard.TRANSMIT_QUEUE_FULL;
      case Linux.EAGAIN -> Discard.TRANSMIT_QUEUE_FULL;
      case Linux.ENETDOWN, Linux.ENODEV, Linux.ENXIO, Linux.EIO -> Discard.LINK_DOWN;
      default -> Discard.REFUSED;
    };
  }

  @Override
  public final String toString() {
    return "port %d: interface '%s'".formatted(number(), name());
  }
}
