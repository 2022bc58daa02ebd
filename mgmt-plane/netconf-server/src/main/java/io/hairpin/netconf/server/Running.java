package io.hairpin.netconf.server;

import io.hairpin.netconf.server.Participant.Prepared;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running datastore, and what makes a configuration the running one. Reads take no lock;
 * everything else is guarded by the turn of {@link Datastores}.
 */
final class Running {
  private static final Logger LOG = LoggerFactory.getLogger(Running.class);

  private final Definition root;
  private final Validator validator;
  private final Stored stored;
  private final List<Participant> participants;

  /** Whether running itself is what is stored; else it is lost at a restart. */
  private final boolean durable;

  private volatile ContainerNode data;

  Running(
      Definition root,
      Validator validator,
      Stored stored,
      List<Participant> participants,
      boolean durable) {
    this.root = root;
    this.validator = validator;
    this.stored = stored;
    this.participants = participants;
    this.durable = durable;
    data = Datastores.empty();
  }

  ContainerNode data() {
    return data;
  }

  /** Takes over what was stored. */
  void open(ContainerNode configuration) {
    data = configuration;
  }

  void start() {
    participants.forEach(participant -> participant.start(data));
  }

  /** Has a say in a change before anyone else; throws if it may not be. */
  @FunctionalInterface
  interface Guard {
    void check(Change change) throws RpcException;
  }

  /**
   * Validate, prepare, store, apply, publish. A failure before the change is stored leaves all as
   * it was; after that nothing may fail.
   *
   * @param after what is to be running
   * @param touched where it may differ from what is; what is deleted by a when is added
   * @param guard may refuse the change
   * @param mark what the change does to a confirmed commit, or null for nothing
   */
  Change change(ContainerNode after, Touched touched, Guard guard, Journal.@Nullable Mark mark)
      throws RpcException {
    ContainerNode valid = validator.check(data, after, touched);
    Change change = new Change(data, valid, Differences.between(data, valid, touched));
    guard.check(change);
    List<Prepared> prepared = change.edits().isEmpty() ? List.of() : prepare(change);
    try {
      if (durable) {
        stored.append(root, change.edits(), mark);
      }
    } catch (IOException e) {
      LOG.error("the change could not be stored: {}", e.getMessage());
      abort(prepared);
      throw RpcError.application(
              ErrorTag.OPERATION_FAILED, "the change could not be stored: " + e.getMessage())
          .asException();
    }
    apply(prepared);
    data = valid;
    return change;
  }

  /** Goes back to what was running before; that cannot fail. */
  Change restore(ContainerNode before, Touched touched) {
    Change change = new Change(data, before, Differences.between(data, before, touched));
    List<Prepared> prepared = new ArrayList<>();
    if (!change.edits().isEmpty()) {
      for (Participant participant : participants) {
        try {
          prepared.add(participant.restore(change));
        } catch (RefusedException | RuntimeException e) {
          LOG.error("{} refuses to go back to what was running before", participant, e);
        }
      }
    }
    if (durable) {
      stored.revert();
    }
    apply(prepared);
    data = before;
    return change;
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
}
