package io.hairpin.netconf.server;

import io.hairpin.netconf.server.ServerConfiguration.Limits;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;

/** Who is at the other end of a session, authenticated, and the largest message he may send. */
record Peer(
    ServerConfiguration.Transport transport,
    String user,
    String host,
    Optional<Long> maxMessageSize) {

  static Peer of(
      ServerConfiguration.Transport transport, String user, SocketAddress address, Limits limits) {
    return new Peer(
        transport,
        user,
        address instanceof InetSocketAddress inet && !inet.isUnresolved()
            ? inet.getAddress().getHostAddress()
            : String.valueOf(address),
        limits.maxMessageSize());
  }
}
