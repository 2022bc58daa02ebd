package io.hairpin.netconf.server;

import io.hairpin.netconf.server.ServerConfiguration.Transport;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** NETCONF over TLS (RFC 7589): takes connections at an address, each in a virtual thread. */
final class TlsTransport implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(TlsTransport.class);

  private final Transports transports;
  private final ServerSocket listening;

  TlsTransport(InetSocketAddress address, Transports transports) throws IOException {
    this.transports = transports;
    listening = new ServerSocket();
    try {
      listening.setReuseAddress(true);
      listening.bind(address);
    } catch (IOException e) {
      listening.close();
      throw e;
    }
  }

  void start() {
    Thread.ofVirtual().name("netconf-tls-" + listening.getLocalPort()).start(this::accept);
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listening.getLocalSocketAddress();
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket socket = listening.accept();
        Thread.ofVirtual().name("netconf-tls-session").start(() -> serve(socket, transports));
      } catch (IOException e) {
        if (!listening.isClosed()) {
          LOG.error("{} takes no connection", address(), e);
          // Such as too many open files: others must end before it can go on.
          Thread.onSpinWait();
        }
      }
    }
  }

  /** Serves a connection until it ends; tells whether its peer was authenticated. */
  static boolean serve(Socket socket, Transports transports) {
    String refusal = transports.admission().enter().orElse(null);
    if (refusal != null) {
      LOG.info("{} is refused: {}", socket.getRemoteSocketAddress(), refusal);
      close(socket);
      return false;
    }
    transports.handshakes().add(socket);
    try (SSLSocket tls = transports.tls().over(socket)) {
      socket.setKeepAlive(true);
      socket.setTcpNoDelay(true);
      tls.startHandshake();
      transports.handshakes().remove(socket);
      var subject = tls.getSession().getPeerPrincipal();
      String user = transports.tls().user(tls.getSession()).orElse(null);
      if (user == null) {
        throw new IOException("no cert-to-name entry has a name for " + subject);
      }
      Peer peer =
          Peer.of(
              Transport.TLS,
              user,
              socket.getRemoteSocketAddress(),
              transports.configuration().limits());
      Session session =
          transports.session(
              peer, tls.getInputStream(), tls.getOutputStream(), reason -> close(socket));
      refusal = transports.admission().enter(session).orElse(null);
      if (refusal != null) {
        throw new IOException(refusal);
      }
      session.run();
      return true;
    } catch (IOException e) {
      LOG.info("{} is refused: {}", socket.getRemoteSocketAddress(), e.getMessage());
      return false;
    } finally {
      transports.handshakes().remove(socket);
      transports.admission().leave();
      close(socket);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.debug("{} was not closed cleanly", socket, e);
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }

  /** The connections whose TLS handshake is under way, with the time of their begin. */
  static final class Handshakes {
    private final Map<Socket, Long> begun = new ConcurrentHashMap<>();

    void add(Socket socket) {
      begun.put(socket, System.nanoTime());
    }

    boolean isEmpty() {
      return begun.isEmpty();
    }

    void remove(Socket socket) {
      begun.remove(socket);
    }

    /** Closes those that take too long. */
    void watch(long now, java.time.Duration limit) {
      begun.forEach(
          (socket, since) -> {
            if (now - since > limit.toNanos() && begun.remove(socket) != null) {
              LOG.info(
                  "{} is refused: login-timeout of {} seconds",
                  socket.getRemoteSocketAddress(),
                  limit.toSeconds());
              close(socket);
            }
          });
    }
  }
}
