package io.hairpin.netconf.server;

import io.hairpin.netconf.server.ServerConfiguration.Call;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A persistent connection to one client (RFC 8071): opened, and opened again when it is lost. After
 * a failure it waits, each time twice as long, up to the configured bound.
 */
final class CallHome implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(CallHome.class);
  private static final Duration FIRST_WAIT = Duration.ofSeconds(1);

  /** Opens a connection and serves it. */
  @FunctionalInterface
  interface Connection {
    /**
     * Returns when the connection is over.
     *
     * @param connected is run when there is a connection
     * @return whether the client was authenticated
     */
    boolean serve(InetSocketAddress client, Runnable connected)
        throws IOException, InterruptedException;
  }

  /** Waits between two attempts. */
  @FunctionalInterface
  interface Pause {
    void of(Duration time) throws InterruptedException;
  }

  private final Call call;
  private final Connection connection;
  private final Pause pause;
  private final Thread thread;
  private volatile boolean connected;
  private volatile boolean closed;

  CallHome(Call call, Connection connection, Pause pause) {
    this.call = call;
    this.connection = connection;
    this.pause = pause;
    thread = Thread.ofVirtual().name("netconf-call-home-" + call.name()).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  Call call() {
    return call;
  }

  boolean connected() {
    return connected;
  }

  private void run() {
    Duration wait = FIRST_WAIT;
    try {
      while (!closed) {
        boolean authenticated = false;
        String why = "the connection is over";
        try {
          // A name is looked up each time: its address may have changed.
          InetSocketAddress client = new InetSocketAddress(call.host(), call.port());
          if (client.isUnresolved()) {
            throw new IOException("the name cannot be resolved");
          }
          authenticated = connection.serve(client, () -> connected = true);
        } catch (IOException e) {
          why = String.valueOf(e.getMessage());
        } finally {
          connected = false;
        }
        if (closed) {
          break;
        }
        if (authenticated) {
          wait = FIRST_WAIT;
        }
        LOG.info("call home to {}: {}; again in {} s", call.name(), why, wait.toSeconds());
        pause.of(wait);
        Duration longer = wait.multipliedBy(2);
        wait = longer.compareTo(call.maxWait()) < 0 ? longer : call.maxWait();
      }
    } catch (InterruptedException e) {
      LOG.debug("call home to {} ends", call.name());
    }
  }

  /** Ends the connection, and makes no other. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
