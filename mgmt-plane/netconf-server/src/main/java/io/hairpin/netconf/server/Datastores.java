package io.hairpin.netconf.server;

import io.hairpin.netconf.server.Participant.Prepared;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.spi.node.ImmutableNodes;
import org.opendaylight.yangtools.yang.model.api.SchemaContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running and the candidate datastore: two immutable trees that share what is the same, and
 * what the edits since the last commit have touched. Reads take no lock; changes take turns.
 */
final class Datastores {
  private static final Logger LOG = LoggerFactory.getLogger(Datastores.class);

  /** A configuration datastore, with the session that holds its lock. */
  enum Name {
    RUNNING,
    CANDIDATE;

    @Override
    public String toString() {
      return this == RUNNING ? "running" : "candidate";
    }
  }

  private final Definition root;
  private final Validator validator;
  private final Storage storage;
  private final List<Participant> participants;
  private final ReentrantLock turn = new ReentrantLock();
  private final Map<Name, Lock> holders = new EnumMap<>(Name.class);
  private volatile ContainerNode running;
  private volatile ContainerNode candidate;
  private Touched touched = new Touched();

  Datastores(Definition root, Storage storage, List<Participant> participants) {
    this.root = root;
    this.validator = new Validator(root);
    this.storage = storage;
    this.participants = participants;
    running = empty();
    candidate = running;
  }

  static ContainerNode empty() {
    return ImmutableNodes.newContainerBuilder()
        .withNodeIdentifier(new NodeIdentifier(SchemaContext.NAME))
        .build();
  }

  /** Takes over what is stored and hands it to the participants. */
  void start() throws IOException {
    List<byte[]> documents = storage.open();
    ContainerNode data = empty();
    for (int i = 0; i < documents.size(); i++) {
      try {
        data = Journal.replay(root, data, documents.get(i));
      } catch (IOException e) {
        throw new IOException(
            "the stored configuration does not fit the schema, document %d of %d: %s"
                .formatted(i + 1, documents.size(), e.getMessage()),
            e);
      }
    }
    running = data;
    candidate = data;
    for (Participant participant : participants) {
      participant.start(data);
    }
  }

  ContainerNode read(Name name) {
    return name == Name.RUNNING ? running : candidate;
  }

  /** Who holds a lock, and since when. */
  record Lock(int session, Instant since) {}

  Optional<Lock> lockOf(Name name) {
    turn.lock();
    try {
      return Optional.ofNullable(holders.get(name));
    } finally {
      turn.unlock();
    }
  }

  /** The session that holds a lock; 0 if none does. */
  private int holder(Name name) {
    Lock lock = holders.get(name);
    return lock == null ? 0 : lock.session;
  }

  /** What an edit may be asked to do besides (RFC 6241 section 7.2). */
  enum Test {
    NONE,
    THEN_SET,
    ONLY
  }

  void edit(
      int session,
      Element config,
      Editor.Operation defaultOperation,
      boolean continueOnError,
      Test test)
      throws RpcException {
    turn.lock();
    try {
      demandLock(Name.CANDIDATE, session);
      Editor.Result result =
          Editor.edit(root, candidate, config, defaultOperation, continueOnError);
      if (test != Test.NONE) {
        Touched all = new Touched();
        all.add(touched);
        all.add(result.touched());
        validator.check(running, result.root(), all);
      }
      if (test != Test.ONLY) {
        candidate = result.root();
        touched.add(result.touched());
      }
      if (!result.errors().isEmpty()) {
        throw new RpcException(result.errors());
      }
    } finally {
      turn.unlock();
    }
  }

  /** Replaces the candidate by a whole configuration. */
  void copyToCandidate(int session, ContainerNode source) throws RpcException {
    turn.lock();
    try {
      demandLock(Name.CANDIDATE, session);
      candidate = source;
      touched = Touched.everything();
    } finally {
      turn.unlock();
    }
  }

  /** Makes a configuration from the content of {@code <config>}. */
  ContainerNode parse(Element config) throws RpcException {
    return Editor.edit(root, empty(), config, Editor.Operation.MERGE, false).root();
  }

  @SuppressWarnings("ReferenceEquality") // Only the candidate itself follows what is running.
  void validate(ContainerNode data) throws RpcException {
    ContainerNode before = data == candidate ? running : empty();
    validator.check(before, data, Touched.everything());
  }

  void discard(int session) throws RpcException {
    turn.lock();
    try {
      demandLock(Name.CANDIDATE, session);
      reset();
    } finally {
      turn.unlock();
    }
  }

  private void reset() {
    candidate = running;
    touched = new Touched();
  }

  /**
   * Validate, prepare, store, apply, publish. A failure before the change is stored leaves all as
   * it was; after that nothing may fail.
   */
  void commit(int session) throws RpcException {
    turn.lock();
    try {
      demandLock(Name.RUNNING, session);
      demandLock(Name.CANDIDATE, session);
      ContainerNode after = validator.check(running, candidate, touched);
      Change change = new Change(running, after, Differences.between(running, after, touched));
      if (!change.edits().isEmpty()) {
        List<Prepared> prepared = prepare(change);
        try {
          storage.append(Journal.record(root, change.edits()));
        } catch (IOException e) {
          LOG.error("the change could not be stored", e);
          abort(prepared);
          throw RpcError.application(
                  ErrorTag.OPERATION_FAILED, "the change could not be stored: " + e.getMessage())
              .asException();
        }
        apply(prepared);
      }
      running = after;
      reset();
      snapshotIfDue();
    } finally {
      turn.unlock();
    }
  }

  private List<Prepared> prepare(Change change) throws RpcException {
    List<Prepared> prepared = new ArrayList<>();
    for (Participant participant : participants) {
      try {
        prepared.add(participant.prepare(change));
      } catch (RefusedException e) {
        abort(prepared);
        throw e.toRpcException();
      } catch (RuntimeException e) {
        LOG.error("{} failed to prepare a change", participant, e);
        abort(prepared);
        throw RpcError.application(ErrorTag.OPERATION_FAILED, "the server failed: " + e)
            .asException();
      }
    }
    return prepared;
  }

  private static void abort(List<Prepared> prepared) {
    for (Prepared each : prepared.reversed()) {
      try {
        each.abort();
      } catch (RuntimeException e) {
        LOG.error("{} failed to abort a change", each, e);
      }
    }
  }

  private static void apply(List<Prepared> prepared) {
    for (Prepared each : prepared) {
      try {
        each.apply();
      } catch (RuntimeException e) {
        LOG.error("{} failed to apply a change that is committed", each, e);
      }
    }
  }

  private void snapshotIfDue() {
    if (storage.snapshotDue()) {
      try {
        storage.replace(Journal.snapshot(root, running));
      } catch (IOException e) {
        LOG.error("no snapshot could be written; the journal goes on growing", e);
      }
    }
  }

  /** Only the holder of a lock, or anyone while there is none, may change a datastore. */
  private void demandLock(Name name, int session) throws RpcException {
    int holder = holder(name);
    if (holder != 0 && holder != session) {
      throw RpcError.protocol(ErrorTag.IN_USE, "%s is locked by session %d".formatted(name, holder))
          .asException();
    }
  }

  void lock(Name name, int session) throws RpcException {
    turn.lock();
    try {
      int holder = holder(name);
      if (holder != 0) {
        throw denied(name + " is locked by session " + holder, holder);
      }
      if (name == Name.CANDIDATE && !touched.isEmpty()) {
        throw denied("candidate has changes that are neither committed nor discarded", 0);
      }
      holders.put(name, new Lock(session, Instant.now()));
    } finally {
      turn.unlock();
    }
  }

  private static RpcException denied(String message, int holder) {
    return RpcError.protocol(ErrorTag.LOCK_DENIED, message)
        .withInfo("session-id", Integer.toString(holder))
        .asException();
  }

  void unlock(Name name, int session) throws RpcException {
    turn.lock();
    try {
      int holder = holder(name);
      if (holder != session) {
        throw RpcError.protocol(
                ErrorTag.OPERATION_FAILED,
                holder == 0
                    ? name + " is not locked"
                    : "%s is locked by session %d".formatted(name, holder))
            .asException();
      }
      holders.remove(name);
    } finally {
      turn.unlock();
    }
  }

  /** Gives back what a session held; what it left in a candidate of its own is discarded. */
  void release(int session) {
    turn.lock();
    try {
      if (holder(Name.CANDIDATE) == session) {
        holders.remove(Name.CANDIDATE);
        reset();
      }
      if (holder(Name.RUNNING) == session) {
        holders.remove(Name.RUNNING);
      }
    } finally {
      turn.unlock();
    }
  }

  /** Waits for a commit that is under way and closes the storage. */
  void close() throws IOException {
    turn.lock();
    try {
      storage.close();
    } finally {
      turn.unlock();
    }
  }
}
