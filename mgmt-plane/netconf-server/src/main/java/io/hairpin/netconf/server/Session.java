package io.hairpin.netconf.server;

import io.hairpin.netconf.transport.FramingException;
import io.hairpin.netconf.transport.MessageReader;
import io.hairpin.netconf.transport.MessageWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.common.ErrorType;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session, admitted before it runs: hello, then one request after the other, each answered
 * before the next is read (RFC 6241 sections 4 and 8.1). Runs in a thread of its own until either
 * side ends it.
 */
final class Session implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Session.class);

  /**
   * What the sessions of a server have in common.
   *
   * @param started is open when the configuration is in force; until then sessions wait
   */
  record Server(
      Schema schema,
      Datastores datastores,
      Operations operations,
      Sessions sessions,
      SystemEvents events,
      List<String> capabilities,
      long maxMessageSize,
      CountDownLatch started) {}

  /** Ends a transport at once, from any thread, with a reason where the transport can tell one. */
  @FunctionalInterface
  interface HangUp {
    void because(String reason);
  }

  private static final int EXCLUSIVE = -1;

  private final Server server;
  private final int id;
  private final Peer peer;
  private final Instant login = Instant.now();
  private final MessageReader reader;
  private final MessageWriter writer;
  private final HangUp hangUp;
  private final Activity activity = new Activity(System.nanoTime());
  private final Counters counters = new Counters();
  private final ReentrantLock sending = new ReentrantLock();

  /** How many subscriptions of RFC 8639 there are, or {@link #EXCLUSIVE}. */
  private final AtomicInteger subscriptions = new AtomicInteger();

  private final List<Runnable> atEnd = new CopyOnWriteArrayList<>();
  private final AtomicReference<@Nullable EndOfSession> end = new AtomicReference<>();
  private Runnable afterReply = () -> {};
  private volatile Actor actor;
  private boolean base11;
  private boolean answered;
  private boolean greeted;
  private volatile boolean ended;

  /** Makes a session. */
  Session(Server server, Peer peer, InputStream in, OutputStream out, HangUp hangUp) {
    this.server = server;
    this.id = server.sessions.nextId();
    this.peer = peer;
    this.hangUp = hangUp;
    actor = new Actor(id, peer.user(), peer.host(), false);
    reader =
        new MessageReader(
            activity.watched(in), peer.maxMessageSize().orElse(server.maxMessageSize));
    writer = new MessageWriter(activity.watched(out));
  }

  int id() {
    return id;
  }

  String user() {
    return peer.user();
  }

  Peer peer() {
    return peer;
  }

  Instant login() {
    return login;
  }

  Counters counters() {
    return counters;
  }

  private void count(Function<Counters, LongAdder> counter) {
    counter.apply(counters).increment();
    counter.apply(server.sessions.total()).increment();
  }

  /** Who asks, as the datastores have it. */
  Actor actor() {
    return actor;
  }

  @Override
  public void run() {
    LOG.info(
        "session {} of {} from {} by {} begins", id, peer.user(), peer.host(), peer.transport());
    try {
      server.started.await();
      if (hello()) {
        serve();
      }
      end(EndOfSession.Reason.DROPPED);
    } catch (IOException | InterruptedException e) {
      end(answered && !greeted ? EndOfSession.Reason.BAD_HELLO : EndOfSession.Reason.DROPPED);
      LOG.info("session {} ends: {}", id, e.getMessage());
    } catch (RuntimeException e) {
      end(EndOfSession.Reason.OTHER);
      LOG.error("session {} ends", id, e);
    } finally {
      ended = true;
      atEnd.forEach(Runnable::run);
      server.datastores.release(actor);
      server.sessions.remove(this);
      EndOfSession why = end.get();
      if (why != null && why.reason() == EndOfSession.Reason.BAD_HELLO) {
        server.sessions.total().inBadHellos.increment();
      } else if (why != null
          && why.reason() != EndOfSession.Reason.CLOSED
          && why.reason() != EndOfSession.Reason.KILLED) {
        server.sessions.total().droppedSessions.increment();
      }
      if (answered && why != null) {
        server.events.sessionEnd(actor, why);
      }
      LOG.info("session {} is over", id);
    }
  }

  /** Ends the session after the reply to the request at hand. */
  void endAfterReply() {
    end(EndOfSession.Reason.CLOSED);
    ended = true;
  }

  private void end(EndOfSession.Reason reason) {
    end.compareAndSet(null, EndOfSession.of(reason));
  }

  /** Does something once, when the reply to the request at hand is sent. */
  void afterReply(Runnable task) {
    afterReply = task;
  }

  /** Does something when the session is over. */
  void onEnd(Runnable task) {
    atEnd.add(task);
  }

  /** Does not do it after all. */
  void forget(Runnable task) {
    atEnd.remove(task);
  }

  /** What a session is subscribed by: the two do not mix (RFC 8640 section 3). */
  enum Subscribed {
    NOT,
    /** By create-subscription of RFC 5277, of which there is one. */
    EXCLUSIVELY,
    /** By establish-subscription of RFC 8639. */
    DYNAMICALLY
  }

  Subscribed subscribed() {
    int count = subscriptions.get();
    return count == EXCLUSIVE
        ? Subscribed.EXCLUSIVELY
        : count == 0 ? Subscribed.NOT : Subscribed.DYNAMICALLY;
  }

  /** Notes the subscription of RFC 5277, or that it is over. */
  void subscribeExclusively(boolean now) {
    subscriptions.set(now ? EXCLUSIVE : 0);
  }

  /** Notes one more subscription of RFC 8639. */
  int subscribe() {
    return subscriptions.incrementAndGet();
  }

  /** Notes one subscription less. */
  void unsubscribe() {
    subscriptions.decrementAndGet();
  }

  /**
   * Sends a notification, between two replies.
   *
   * @param still asked when it is its turn; nothing is sent if it is false
   * @return whether it was sent
   */
  boolean notify(Reply message, BooleanSupplier still) throws IOException {
    sending.lock();
    try {
      if (!still.getAsBoolean()) {
        return false;
      }
      send(message);
    } finally {
      sending.unlock();
    }
    count(c -> c.outNotifications);
    return true;
  }

  private void send(Reply message) throws IOException {
    sending.lock();
    try {
      XmlWriter out = new XmlWriter(writer.message());
      message.write(out);
      // Only a whole message is closed: after half of one the session ends.
      out.close();
    } finally {
      sending.unlock();
    }
  }

  /** Ends the session if it takes longer than the limits allow; a subscriber may be silent. */
  void watch(long now, ServerConfiguration.Limits limits) {
    String overdue = activity.overdue(now, limits, subscriptions.get() != 0);
    if (overdue != null) {
      end(EndOfSession.Reason.TIMEOUT);
      kill(overdue);
    }
  }

  /** Ends the session at once, as another one wants; its locks are free on return. */
  void kill(Session by) {
    end.compareAndSet(null, new EndOfSession(EndOfSession.Reason.KILLED, by.id));
    kill("killed by session %d of %s".formatted(by.id, by.user()));
  }

  /** Ends the session at once; its locks are free on return. */
  void kill(String reason) {
    LOG.info("session {} is ended: {}", id, reason);
    end(EndOfSession.Reason.OTHER);
    ended = true;
    hangUp.because(reason);
    server.datastores.release(actor);
  }

  private boolean hello() throws IOException {
    try (XmlWriter out = new XmlWriter(writer.message())) {
      out.start(Namespaces.BASE, "hello").start(Namespaces.BASE, "capabilities");
      for (String capability : server.capabilities) {
        out.leaf(Namespaces.BASE, "capability", capability);
      }
      out.end().leaf(Namespaces.BASE, "session-id", Integer.toString(id)).end();
    }
    InputStream message = reader.next().orElse(null);
    if (message == null) {
      return false;
    }
    answered = true;
    Element hello;
    try {
      hello = XmlParser.parse(message);
    } catch (XmlParser.MalformedException e) {
      throw new IOException("the client's hello is " + e.getMessage(), e);
    }
    Set<String> theirs = new HashSet<>();
    hello
        .child("capabilities")
        .ifPresent(
            all -> {
              for (Element capability : all.children()) {
                theirs.add(capability.text().strip());
              }
            });
    if (!hello.is(Namespaces.BASE, "hello") || hello.child("session-id").isPresent()) {
      throw new IOException(
          "the client sent %s in place of a client's hello".formatted(hello.name));
    }
    base11 = theirs.contains(Namespaces.BASE_1_1);
    if (!base11 && !theirs.contains(Namespaces.BASE_1_0)) {
      throw new IOException("the client has neither base:1.0 nor base:1.1 but " + theirs);
    }
    boolean ownCandidate =
        server.datastores.features().privateCandidates()
            && theirs.stream().anyMatch(c -> c.startsWith(Features.PRIVATE_CANDIDATE));
    actor = new Actor(id, peer.user(), peer.host(), ownCandidate);
    if (base11) {
      reader.useChunks();
      writer.useChunks();
    }
    greeted = true;
    server.sessions.total().inSessions.increment();
    server.events.sessionStart(actor);
    return true;
  }

  private void serve() throws IOException {
    activity.greeted();
    while (!ended) {
      activity.waits(System.nanoTime());
      Optional<InputStream> message = reader.next();
      if (message.isEmpty()) {
        return;
      }
      Element rpc;
      try {
        rpc = XmlParser.parse(message.get());
      } catch (FramingException e) {
        if (e.tooBig()) {
          reply(null, RpcError.rpc(ErrorTag.TOO_BIG, String.valueOf(e.getMessage())));
        }
        throw e;
      } catch (XmlParser.MalformedException e) {
        // The tag malformed-message is not for clients of base:1.0: they lose the session.
        if (!base11) {
          throw new IOException(e.getMessage(), e);
        }
        reply(null, RpcError.rpc(ErrorTag.MALFORMED_MESSAGE, String.valueOf(e.getMessage())));
        continue;
      }
      if (ended) {
        return;
      }
      activity.begins();
      answer(rpc);
    }
  }

  private void answer(Element rpc) throws IOException {
    Reply body;
    try {
      body = run(rpc);
    } catch (RpcException e) {
      reply(rpc, e.errors());
      return;
    } catch (RuntimeException e) {
      LOG.error("session {}: a request failed", id, e);
      reply(rpc, RpcError.application(ErrorTag.OPERATION_FAILED, "the server failed: " + e));
      return;
    }
    reply(rpc, body);
  }

  private Reply run(Element rpc) throws RpcException {
    if (!rpc.is(Namespaces.BASE, "rpc")) {
      throw RpcError.rpc(
              ErrorTag.UNKNOWN_ELEMENT,
              "%s in namespace '%s' is no rpc".formatted(rpc.name, rpc.namespace))
          .withInfo("bad-element", rpc.name)
          .asException();
    }
    if (rpc.attribute("", "message-id").isEmpty()) {
      throw RpcError.rpc(ErrorTag.MISSING_ATTRIBUTE, "rpc needs the attribute message-id")
          .withInfo("bad-attribute", "message-id")
          .withInfo("bad-element", "rpc")
          .asException();
    }
    if (rpc.children().size() != 1) {
      throw RpcError.rpc(
              rpc.children().isEmpty() ? ErrorTag.MISSING_ELEMENT : ErrorTag.BAD_ELEMENT,
              "rpc must hold one operation, not " + rpc.children().size())
          .withInfo("bad-element", "rpc")
          .asException();
    }
    count(c -> c.inRpcs);
    return server.operations.run(this, rpc.children().getFirst());
  }

  private void reply(@Nullable Element rpc, RpcError error) throws IOException {
    reply(rpc, List.of(error));
  }

  private void reply(@Nullable Element rpc, List<RpcError> errors) throws IOException {
    count(c -> c.outRpcErrors);
    if (rpc == null || errors.getFirst().type() == ErrorType.RPC) {
      count(c -> c.inBadRpcs);
    }
    reply(
        rpc,
        out -> {
          for (RpcError error : errors) {
            write(out, error);
          }
        });
  }

  private void reply(@Nullable Element rpc, Reply body) throws IOException {
    send(
        out -> {
          out.start(Namespaces.BASE, "rpc-reply");
          if (rpc != null) {
            echo(out, rpc);
          }
          body.write(out);
          out.end();
        });
    Runnable next = afterReply;
    afterReply = () -> {};
    next.run();
  }

  /** Section 4.1: the attributes of rpc come back as they were, with the prefixes they use. */
  private static void echo(XmlWriter out, Element rpc) {
    Set<String> declared = new HashSet<>();
    for (Element.Attribute attribute : rpc.attributes) {
      String prefix = attribute.prefix();
      if (prefix.isEmpty() || prefix.equals("xml") || declared.contains(prefix)) {
        continue;
      }
      declared.add(prefix);
      out.attribute("xmlns:" + prefix, attribute.namespace());
    }
    for (Element.Attribute attribute : rpc.attributes) {
      String prefix = attribute.prefix();
      out.attribute((prefix.isEmpty() ? "" : prefix + ":") + attribute.name(), attribute.value());
    }
  }

  private void write(XmlWriter out, RpcError error) throws IOException {
    String ns = Namespaces.BASE;
    out.start(ns, "rpc-error");
    out.leaf(ns, "error-type", error.type().elementBody());
    out.leaf(ns, "error-tag", error.tag().elementBody());
    out.leaf(ns, "error-severity", "error");
    if (error.appTag() != null) {
      out.leaf(ns, "error-app-tag", error.appTag());
    }
    if (error.path() != null && !error.path().isEmpty()) {
      path(out, ns, "error-path", error.path());
    }
    out.start(ns, "error-message").attribute("xml:lang", "en").text(error.message()).end();
    if (!error.info().isEmpty()) {
      out.start(ns, "error-info");
      for (RpcError.Detail detail : error.info()) {
        if (detail.value() instanceof YangInstanceIdentifier path) {
          path(out, detail.namespace(), detail.name(), path);
        } else if (detail.value() instanceof Reply content) {
          out.start(detail.namespace(), detail.name());
          content.write(out);
          out.end();
        } else {
          out.leaf(detail.namespace(), detail.name(), detail.value().toString());
        }
      }
      out.end();
    }
    out.end();
  }

  private void path(XmlWriter out, String namespace, String name, YangInstanceIdentifier path)
      throws IOException {
    Definition root = server.schema.root();
    Values.Prefixes prefixes = new Values.Prefixes(root.context());
    String text = Values.path(root, path, prefixes);
    out.start(namespace, name);
    prefixes.declare(out);
    out.text(text).end();
  }
}
