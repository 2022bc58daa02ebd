package io.hairpin.netconf.server;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;

/**
 * A commit that is undone unless another one confirms it in time (RFC 6241 section 8.4). Guarded by
 * the turn of {@link Datastores}.
 */
final class ConfirmedCommit {
  /**
   * What a commit asks for.
   *
   * @param timeout how long to wait to be confirmed; null for a commit that is not to be
   * @param persist what has to be told to go on with it from any session, or null
   * @param persistId what was told, or null
   */
  record Request(@Nullable Duration timeout, @Nullable String persist, @Nullable String persistId) {
    static final Request PLAIN = new Request(null, null, null);
  }

  /** What running goes back to. */
  final ContainerNode base;

  /** Where running may differ from it. */
  final Touched touched = new Touched();

  private int session;
  private @Nullable String persist;
  private Runnable timer = () -> {};

  ConfirmedCommit(ContainerNode base) {
    this.base = base;
  }

  /** Begins to wait, or begins again. */
  void await(Actor actor, @Nullable String newPersist, Runnable newTimer) {
    timer.run();
    session = actor.session();
    persist = newPersist;
    timer = newTimer;
  }

  void stopTimer() {
    timer.run();
  }

  /** The session that it belongs to. */
  int session() {
    return session;
  }

  /** Whether it ends with a session. */
  boolean endsWith(int ended) {
    return persist == null && session == ended;
  }

  /** Whether a session may confirm, extend or cancel what is pending, if anything is. */
  static void demand(@Nullable ConfirmedCommit pending, Actor actor, @Nullable String persistId)
      throws RpcException {
    if (persistId != null && (pending == null || !Objects.equals(pending.persist, persistId))) {
      throw RpcError.protocol(
              ErrorTag.INVALID_VALUE,
              pending == null
                  ? "there is no confirmed commit with persist-id '%s'".formatted(persistId)
                  : "persist-id '%s' is not that of the confirmed commit".formatted(persistId))
          .withInfo("bad-element", "persist-id")
          .asException();
    }
    if (pending != null && persistId == null) {
      if (pending.persist != null) {
        throw RpcError.protocol(
                ErrorTag.IN_USE, "a confirmed commit is pending that needs its persist-id")
            .asException();
      }
      if (pending.session != actor.session()) {
        throw RpcError.protocol(
                ErrorTag.IN_USE,
                "a confirmed commit of session %d is pending".formatted(pending.session))
            .asException();
      }
    }
  }
}
