package io.hairpin.netconf.server;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;

/**
 * Who has locked which datastore (RFC 6241 sections 7.5 and 7.6) or which parts of running (RFC
 * 5717). Guarded by the turn of {@link Datastores}.
 */
final class Locks {
  /** Who holds the lock of a datastore, and since when. */
  record Lock(int session, Instant since) {}

  /**
   * A lock of parts of running.
   *
   * @param selects the expressions as the client wrote them
   * @param nodes what they selected when the lock was taken
   */
  record Part(
      int id,
      int session,
      Instant since,
      List<String> selects,
      List<YangInstanceIdentifier> nodes,
      Touched area) {}

  private static final int MAX_PARTS = 1000;

  private final Time time;
  private final Map<Datastores.Name, Lock> whole = new EnumMap<>(Datastores.Name.class);
  private final Map<Integer, Part> parts = new LinkedHashMap<>();
  private int lastId;

  Locks(Time time) {
    this.time = time;
  }

  Optional<Lock> of(Datastores.Name name) {
    return Optional.ofNullable(whole.get(name));
  }

  Collection<Part> parts() {
    return List.copyOf(parts.values());
  }

  /** The session that holds a lock; 0 if none does. */
  int holder(Datastores.Name name) {
    Lock lock = whole.get(name);
    return lock == null ? 0 : lock.session;
  }

  static RpcException denied(String message, int holder) {
    return RpcError.protocol(ErrorTag.LOCK_DENIED, message)
        .withInfo("session-id", Integer.toString(holder))
        .asException();
  }

  /** Only the holder of a lock, or anyone while there is none, may change a datastore. */
  void demand(Datastores.Name name, Actor actor) throws RpcException {
    int holder = holder(name);
    if (holder != 0 && holder != actor.session()) {
      throw RpcError.protocol(ErrorTag.IN_USE, "%s is locked by session %d".formatted(name, holder))
          .asException();
    }
  }

  /** No one may change what another session has locked (RFC 5717 section 2.5). */
  void demand(Actor actor, Change change) throws RpcException {
    for (Part part : parts.values()) {
      if (part.session != actor.session()) {
        for (Change.Edit edit : change.edits()) {
          if (part.area.overlaps(edit.path())) {
            throw RpcError.application(
                    ErrorTag.IN_USE, "this is locked by session %d".formatted(part.session))
                .withPath(edit.path())
                .asException();
          }
        }
      }
    }
  }

  void take(Datastores.Name name, Actor actor) throws RpcException {
    int holder = holder(name);
    if (holder != 0) {
      throw denied(name + " is locked by session " + holder, holder);
    }
    if (name == Datastores.Name.RUNNING && !parts.isEmpty()) {
      Part part = parts.values().iterator().next();
      throw denied("parts of running are locked by session " + part.session, part.session);
    }
    whole.put(name, new Lock(actor.session(), time.now()));
  }

  void give(Datastores.Name name, Actor actor) throws RpcException {
    int holder = holder(name);
    if (holder != actor.session()) {
      throw RpcError.protocol(
              ErrorTag.OPERATION_FAILED,
              holder == 0
                  ? name + " is not locked"
                  : "%s is locked by session %d".formatted(name, holder))
          .asException();
    }
    whole.remove(name);
  }

  /** Locks parts of running (RFC 5717 section 2.4.1). */
  Part take(Actor actor, List<String> selects, List<YangInstanceIdentifier> nodes)
      throws RpcException {
    int holder = holder(Datastores.Name.RUNNING);
    if (holder != 0) {
      throw denied("running is locked by session " + holder, holder);
    }
    Touched area = new Touched();
    for (YangInstanceIdentifier node : nodes) {
      for (Part part : parts.values()) {
        if (part.session != actor.session() && part.area.overlaps(node)) {
          throw new RpcException(
              denied("this is locked by session " + part.session, part.session)
                  .errors()
                  .getFirst()
                  .withPath(node));
        }
      }
      area.to(node).mark();
    }
    if (parts.size() >= MAX_PARTS) {
      throw RpcError.protocol(
              ErrorTag.RESOURCE_DENIED, "there are %d partial locks already".formatted(MAX_PARTS))
          .asException();
    }
    Part part = new Part(++lastId, actor.session(), time.now(), selects, List.copyOf(nodes), area);
    parts.put(part.id, part);
    return part;
  }

  /** Gives back a lock of parts of running (RFC 5717 section 2.4.2). */
  void give(Actor actor, int id) throws RpcException {
    Part part = parts.get(id);
    if (part == null || part.session != actor.session()) {
      throw RpcError.protocol(
              ErrorTag.INVALID_VALUE,
              "lock-id is %d, not one of this session's: %s".formatted(id, ids(actor.session())))
          .withInfo("bad-element", "lock-id")
          .asException();
    }
    parts.remove(id);
  }

  private List<Integer> ids(int session) {
    List<Integer> ids = new ArrayList<>();
    for (Part part : parts.values()) {
      if (part.session == session) {
        ids.add(part.id);
      }
    }
    return ids;
  }

  /** Gives back all that a session holds. */
  void release(int session) {
    whole.values().removeIf(lock -> lock.session == session);
    parts.values().removeIf(part -> part.session == session);
  }
}
