package io.hairpin.netconf.server;

import io.hairpin.netconf.server.ConfirmedCommit.Request;
import io.hairpin.netconf.server.Watcher.Confirmation;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.spi.node.ImmutableNodes;
import org.opendaylight.yangtools.yang.model.api.SchemaContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration datastores: immutable trees that share what is the same, and what the edits
 * since the last commit have touched. Reads take no lock; changes take turns.
 */
final class Datastores {
  private static final Logger LOG = LoggerFactory.getLogger(Datastores.class);

  /** A configuration datastore. */
  enum Name {
    RUNNING,
    CANDIDATE,
    STARTUP;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Definition root;
  private final Features features;
  private final Time time;
  private final Validator validator;
  private final Stored stored;
  private final Running running;
  private final Candidate shared = new Candidate(empty());
  private final Map<Integer, Candidate> own = new ConcurrentHashMap<>();
  private final Locks locks;
  private final AccessControl access;
  private final List<Watcher> watchers = new CopyOnWriteArrayList<>();
  private final ReentrantLock turn = new ReentrantLock();
  private volatile ContainerNode startup = empty();

  /** Where running may differ from startup. */
  private Touched unsaved = new Touched();

  private @Nullable ConfirmedCommit pending;

  Datastores(
      Definition root,
      Features features,
      Time time,
      AccessControl access,
      Storage storage,
      List<Participant> participants) {
    this.root = root;
    this.features = features;
    this.time = time;
    this.access = access;
    validator = new Validator(root);
    stored = new Stored(root, storage);
    running = new Running(root, validator, stored, participants, !features.startup());
    locks = new Locks(time);
  }

  static ContainerNode empty() {
    return ImmutableNodes.newContainerBuilder()
        .withNodeIdentifier(new NodeIdentifier(SchemaContext.NAME))
        .build();
  }

  /** Reads what is stored. */
  void open() throws IOException {
    ContainerNode data = stored.open(validator);
    startup = data;
    shared.reset(data);
    running.open(data);
  }

  /** Hands what was stored to the participants. */
  void start() {
    running.start();
  }

  /** Adds one who is told what happens; before the first session. */
  void watch(Watcher watcher) {
    watchers.add(watcher);
  }

  /** Adds one who is told what happens from now on; gives what a datastore holds until then. */
  ContainerNode follow(Name name, Watcher watcher) {
    turn.lock();
    try {
      watchers.add(watcher);
      return read(name, Actor.SERVER);
    } finally {
      turn.unlock();
    }
  }

  void leave(Watcher watcher) {
    watchers.remove(watcher);
  }

  Features features() {
    return features;
  }

  AccessControl access() {
    return access;
  }

  /** The datastores that there are. */
  List<Name> names() {
    return features.startup() ? List.of(Name.values()) : List.of(Name.RUNNING, Name.CANDIDATE);
  }

  ContainerNode read(Name name, Actor actor) {
    return switch (name) {
      case RUNNING -> running.data();
      case CANDIDATE -> candidateData(actor);
      case STARTUP -> startup;
    };
  }

  private ContainerNode candidateData(Actor actor) {
    Candidate known = actor.ownCandidate() ? own.get(actor.session()) : shared;
    return known == null ? running.data() : known.data();
  }

  /** The candidate that a session changes; one of its own, which is what is running, is made. */
  private Candidate candidate(Actor actor) {
    return actor.ownCandidate()
        ? own.computeIfAbsent(actor.session(), session -> new Candidate(running.data()))
        : shared;
  }

  Optional<Locks.Lock> lockOf(Name name) {
    turn.lock();
    try {
      return locks.of(name);
    } finally {
      turn.unlock();
    }
  }

  Collection<Locks.Part> partialLocks() {
    turn.lock();
    try {
      return locks.parts();
    } finally {
      turn.unlock();
    }
  }

  /** What an edit may be asked to do besides (RFC 6241 section 7.2). */
  enum Test {
    NONE,
    THEN_SET,
    ONLY
  }

  /** Edits the candidate, or running where that can be. */
  void edit(
      Actor actor,
      Name target,
      Element config,
      Editor.Operation defaultOperation,
      boolean continueOnError,
      Test test)
      throws RpcException {
    turn.lock();
    try {
      demandLock(target, actor);
      Candidate candidate = candidate(actor);
      ContainerNode before = target == Name.RUNNING ? running.data() : candidate.data();
      Editor.Result result = Editor.edit(root, before, config, defaultOperation, continueOnError);
      if (target == Name.CANDIDATE || test == Test.ONLY) {
        demandAccess(actor, before, result.root(), result.touched());
      }
      if (target == Name.RUNNING) {
        if (test == Test.ONLY) {
          validator.check(before, result.root(), result.touched());
        } else {
          change(actor, result.root(), result.touched(), null);
        }
      } else {
        if (test != Test.NONE) {
          Touched all = new Touched();
          all.add(candidate.touched());
          all.add(result.touched());
          validator.check(candidate.base(), result.root(), all);
        }
        if (test != Test.ONLY) {
          candidate.edit(result.root(), result.touched());
        }
      }
      if (!result.errors().isEmpty()) {
        throw new RpcException(result.errors());
      }
    } finally {
      turn.unlock();
    }
  }

  /** Replaces a datastore by a whole configuration. */
  @SuppressWarnings("ReferenceEquality") // A candidate that is what is running has no changes.
  void copy(Actor actor, Name target, ContainerNode source) throws RpcException {
    turn.lock();
    try {
      demandLock(target, actor);
      switch (target) {
        case RUNNING -> change(actor, source, Touched.everything(), null);
        case CANDIDATE -> {
          demandAccess(actor, candidate(actor).data(), source, Touched.everything());
          if (source == running.data()) {
            candidate(actor).reset(source);
          } else {
            candidate(actor).edit(source, Touched.everything());
          }
        }
        case STARTUP -> save(actor, source);
      }
    } finally {
      turn.unlock();
    }
  }

  @SuppressWarnings("ReferenceEquality") // What is running differs where it is known to.
  private void save(Actor actor, ContainerNode source) throws RpcException {
    Touched touched = source == running.data() ? unsaved : Touched.everything();
    ContainerNode valid = validator.check(startup, source, touched);
    Change change = new Change(startup, valid, Differences.between(startup, valid, touched));
    access.demandWrite(actor, change.edits());
    try {
      stored.append(root, change.edits(), null);
    } catch (IOException e) {
      LOG.error("startup could not be stored: {}", e.getMessage());
      throw RpcError.application(
              ErrorTag.OPERATION_FAILED, "startup could not be stored: " + e.getMessage())
          .asException();
    }
    startup = valid;
    unsaved = source == running.data() ? new Touched() : Touched.everything();
    stored.snapshotIfDue(valid, () -> null);
    tell(actor, Name.STARTUP, change);
  }

  /** Empties startup, so that the next start begins with nothing. */
  void deleteStartup(Actor actor) throws RpcException {
    copy(actor, Name.STARTUP, empty());
  }

  /** Makes a configuration from the content of {@code <config>}. */
  ContainerNode parse(Element config) throws RpcException {
    return Editor.edit(root, empty(), config, Editor.Operation.MERGE, false).root();
  }

  /** Checks a whole configuration. */
  void validate(ContainerNode data) throws RpcException {
    validator.check(empty(), data, Touched.everything());
  }

  /** Checks a datastore; of the candidate, what may differ from running, which is valid. */
  void validate(Name name, Actor actor) throws RpcException {
    if (name != Name.CANDIDATE) {
      validate(read(name, actor));
      return;
    }
    turn.lock();
    try {
      Candidate candidate = candidate(actor);
      Touched touched = new Touched();
      touched.add(candidate.touched());
      validator.check(candidate.base(), candidate.data(), touched);
    } finally {
      turn.unlock();
    }
  }

  void discard(Actor actor) throws RpcException {
    turn.lock();
    try {
      demandLock(Name.CANDIDATE, actor);
      candidate(actor).reset(running.data());
    } finally {
      turn.unlock();
    }
  }

  /** Makes the candidate the running configuration (RFC 6241 sections 8.3.4.1 and 8.4). */
  void commit(Actor actor, Request request) throws RpcException {
    turn.lock();
    try {
      demandLock(Name.RUNNING, actor);
      demandLock(Name.CANDIDATE, actor);
      ConfirmedCommit awaited = pending;
      ConfirmedCommit.demand(awaited, actor, request.persistId());
      Candidate candidate = candidate(actor);
      if (actor.ownCandidate()) {
        update(candidate);
      }
      Duration timeout = request.timeout();
      Journal.Mark mark = null;
      if (timeout != null) {
        mark = Journal.Mark.PENDING;
        pending = awaited == null ? new ConfirmedCommit(running.data()) : awaited;
      } else if (awaited != null) {
        mark = Journal.Mark.CONFIRMED;
        pending = null;
      }
      Touched touched = new Touched();
      touched.add(candidate.touched());
      touched.add(candidate.moved());
      try {
        change(actor, candidate.data(), touched, mark);
      } catch (RpcException e) {
        pending = awaited;
        throw e;
      }
      candidate.reset(running.data());
      if (timeout != null) {
        await(actor, timeout, request.persist());
        tell(actor, awaited == null ? Confirmation.START : Confirmation.EXTEND, timeout);
      } else if (awaited != null) {
        awaited.stopTimer();
        tell(actor, Confirmation.COMPLETE, null);
      }
    } finally {
      turn.unlock();
    }
  }

  private void await(Actor actor, Duration timeout, @Nullable String persist) {
    ConfirmedCommit waiting = pending;
    if (waiting != null) {
      waiting.await(actor, persist, time.after(timeout, () -> expire(waiting, timeout)));
    }
  }

  @SuppressWarnings("ReferenceEquality") // One that was confirmed meanwhile is not to be undone.
  private void expire(ConfirmedCommit expired, Duration timeout) {
    turn.lock();
    try {
      if (pending == expired) {
        LOG.warn("the confirmed commit was not confirmed in {} s: undone", timeout.toSeconds());
        revert(Actor.SERVER, Confirmation.TIMEOUT);
      }
    } finally {
      turn.unlock();
    }
  }

  /** Undoes a confirmed commit (RFC 6241 section 8.4.4.1). */
  void cancelCommit(Actor actor, @Nullable String persistId) throws RpcException {
    turn.lock();
    try {
      ConfirmedCommit.demand(pending, actor, persistId);
      if (pending == null) {
        throw RpcError.protocol(ErrorTag.OPERATION_FAILED, "there is no confirmed commit to cancel")
            .asException();
      }
      demandLock(Name.RUNNING, actor);
      revert(actor, Confirmation.CANCEL);
    } finally {
      turn.unlock();
    }
  }

  private void revert(Actor actor, Confirmation event) {
    ConfirmedCommit undone = pending;
    if (undone != null) {
      undone.stopTimer();
      pending = null;
      Change change = running.restore(undone.base, undone.touched);
      follow(actor, change, undone.touched);
      tell(actor, event, null);
    }
  }

  private void demand(Actor actor, Change change) throws RpcException {
    locks.demand(actor, change);
    access.demandWrite(actor, change.edits());
  }

  private void demandAccess(Actor actor, ContainerNode before, ContainerNode after, Touched touched)
      throws RpcException {
    if (!access.of(actor).isUnrestricted()) {
      access.demandWrite(actor, Differences.between(before, after, touched));
    }
  }

  /** Changes running, and what follows it. */
  private void change(
      Actor actor, ContainerNode after, Touched touched, Journal.@Nullable Mark mark)
      throws RpcException {
    Change change = running.change(after, touched, c -> demand(actor, c), mark);
    follow(actor, change, touched);
  }

  private void follow(Actor actor, Change change, Touched touched) {
    ConfirmedCommit waiting = pending;
    if (waiting != null) {
      waiting.touched.add(touched);
    }
    if (features.startup()) {
      unsaved.add(touched);
    } else {
      ContainerNode now = running.data();
      if (waiting == null) {
        stored.snapshotIfDue(now, () -> null);
      } else {
        stored.snapshotIfDue(
            waiting.base, () -> Differences.between(waiting.base, now, waiting.touched));
      }
    }
    shared.follow(running.data(), touched);
    own.values().forEach(candidate -> candidate.follow(running.data(), touched));
    tell(actor, Name.RUNNING, change);
  }

  private void tell(Actor actor, Name name, Change change) {
    if (!change.edits().isEmpty()) {
      watchers.forEach(watcher -> watcher.changed(actor, name, change));
    }
  }

  private void tell(Actor actor, Confirmation event, @Nullable Duration timeout) {
    watchers.forEach(watcher -> watcher.confirmation(actor, event, timeout));
  }

  /**
   * Brings a private candidate up to date with what is running (draft-ietf-netconf-privcand); where
   * both have changed, and not alike, nothing is changed.
   */
  void update(Actor actor) throws RpcException {
    turn.lock();
    try {
      if (!actor.ownCandidate()) {
        throw RpcError.protocol(
                ErrorTag.OPERATION_NOT_SUPPORTED,
                "this session did not ask for a private candidate in its hello")
            .asException();
      }
      update(candidate(actor));
    } finally {
      turn.unlock();
    }
  }

  private void update(Candidate candidate) throws RpcException {
    if (candidate.moved().isEmpty()) {
      return;
    }
    ContainerNode base = candidate.base();
    Set<Change.Edit> theirs =
        new HashSet<>(Differences.between(base, running.data(), candidate.moved()));
    Touched area = new Touched();
    theirs.forEach(edit -> area.to(edit.path()).mark());
    List<Change.Edit> ours = Differences.between(base, candidate.data(), candidate.touched());
    List<RpcError> conflicts = new ArrayList<>();
    for (Change.Edit edit : ours) {
      if (area.overlaps(edit.path())
          && !theirs.contains(edit)
          && conflicts.size() < Validator.MAX_ERRORS) {
        conflicts.add(
            RpcError.application(
                    ErrorTag.OPERATION_FAILED, "both running and this candidate have changed here")
                .withPath(edit.path()));
      }
    }
    if (!conflicts.isEmpty()) {
      throw new RpcException(conflicts);
    }
    Editor.Result merged = Journal.apply(root, running.data(), ours);
    candidate.rebase(running.data(), merged.root(), merged.touched());
  }

  private void demandLock(Name name, Actor actor) throws RpcException {
    if (name != Name.CANDIDATE || !actor.ownCandidate()) {
      locks.demand(name, actor);
    }
  }

  /** Locks a datastore; a candidate of one's own is out of others' reach anyhow. */
  void lock(Name name, Actor actor) throws RpcException {
    turn.lock();
    try {
      if (name == Name.CANDIDATE && actor.ownCandidate()) {
        return;
      }
      int holder = locks.holder(name);
      if (name == Name.CANDIDATE && holder == 0 && shared.isChanged()) {
        throw Locks.denied("candidate has changes that are neither committed nor discarded", 0);
      }
      if (name == Name.RUNNING && holder == 0) {
        demandNoConfirmedCommit(actor);
      }
      locks.take(name, actor);
    } finally {
      turn.unlock();
    }
  }

  private void demandNoConfirmedCommit(Actor actor) throws RpcException {
    ConfirmedCommit waiting = pending;
    if (waiting != null && waiting.session() != actor.session()) {
      throw new RpcException(
          Locks.denied(
                  "a confirmed commit of session %d is pending".formatted(waiting.session()),
                  waiting.session())
              .errors()
              .getFirst()
              .withAppTag("outstanding-confirmed-commit"));
    }
  }

  void unlock(Name name, Actor actor) throws RpcException {
    turn.lock();
    try {
      if (name != Name.CANDIDATE || !actor.ownCandidate()) {
        locks.give(name, actor);
      }
    } finally {
      turn.unlock();
    }
  }

  /** What a partial lock selects, of what is running. */
  @FunctionalInterface
  interface Selector {
    List<YangInstanceIdentifier> select(ContainerNode running) throws RpcException;
  }

  Locks.Part lockPart(Actor actor, List<String> selects, Selector selector) throws RpcException {
    turn.lock();
    try {
      demandNoConfirmedCommit(actor);
      return locks.take(actor, selects, selector.select(running.data()));
    } finally {
      turn.unlock();
    }
  }

  void unlockPart(Actor actor, int id) throws RpcException {
    turn.lock();
    try {
      locks.give(actor, id);
    } finally {
      turn.unlock();
    }
  }

  /**
   * Gives back what a session held; what it left in a candidate that it has locked is discarded,
   * and a confirmed commit that ends with it is undone.
   */
  void release(Actor actor) {
    turn.lock();
    try {
      ConfirmedCommit waiting = pending;
      if (waiting != null && waiting.endsWith(actor.session())) {
        LOG.warn("{} ended before it confirmed its commit: undone", actor);
        revert(actor, Confirmation.CANCEL);
      }
      if (locks.holder(Name.CANDIDATE) == actor.session()) {
        shared.reset(running.data());
      }
      own.remove(actor.session());
      locks.release(actor.session());
    } finally {
      turn.unlock();
    }
  }

  /** Waits for a commit that is under way and closes the storage. */
  void close() throws IOException {
    turn.lock();
    try {
      time.close();
      stored.close();
    } finally {
      turn.unlock();
    }
  }
}
