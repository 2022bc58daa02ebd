package io.hairpin.p4runtime.client;

import io.grpc.Status;
import java.util.List;

/**
 * Hears what a target tells a {@link Session}. The calls of one session come one after the other,
 * each on a virtual thread: they may block, and may call the session; what comes meanwhile waits
 * (the target is held back by flow control). An exception is logged and loses only that message.
 */
public interface Listener {

  /** This client is primary now: it may write. Called once for each time it becomes so. */
  void primary();

  /** This client is connected and no longer, or not, primary: writes are refused. */
  void backup();

  /**
   * The stream ended, or could not be opened; it is opened again after a while. Whether this client
   * is primary is heard again then.
   *
   * @param reason what ended it
   */
  void disconnected(Status reason);

  /**
   * A packet came from the dataplane. Only a primary hears them.
   *
   * @param packet the packet
   */
  default void packetIn(PacketIn packet) {}

  /**
   * Digests came from the dataplane; {@link Session#acknowledge} them.
   *
   * @param digests the digests
   */
  default void digests(DigestList digests) {}

  /**
   * Entries saw no packet for as long as their idle timeout.
   *
   * @param entries their keys
   */
  default void idle(List<TableEntry> entries) {}

  /**
   * The target could not do what a packet-out or an acknowledgement asked for.
   *
   * @param reason why
   */
  default void rejected(Status reason) {}
}
