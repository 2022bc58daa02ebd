package io.hairpin.netconf.server;

import static io.hairpin.netconf.server.Parameters.invalid;
import static io.hairpin.netconf.server.Parameters.missing;
import static io.hairpin.netconf.server.Parameters.only;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The operations commit and cancel-commit (RFC 6241 sections 8.3 and 8.4), and update of private
 * candidates.
 */
final class Commits {
  private static final long DEFAULT_TIMEOUT = 600;
  private static final long MAX_TIMEOUT = 0xffffffffL;

  private final Datastores datastores;

  Commits(Datastores datastores) {
    this.datastores = datastores;
  }

  void register(Operations operations) {
    operations.add(Namespaces.BASE, "commit", this::commit);
    operations.add(Namespaces.BASE, "cancel-commit", this::cancelCommit);
    if (datastores.features().privateCandidates()) {
      operations.add(Namespaces.PRIVATE_CANDIDATE, "update", this::update);
    }
  }

  private Reply commit(Session session, Element input) throws RpcException {
    only(input, "confirmed", "confirm-timeout", "persist", "persist-id");
    boolean confirmed = input.child("confirmed").isPresent();
    Element timeout = input.child("confirm-timeout").orElse(null);
    String persist = text(input, "persist");
    if (!confirmed && (timeout != null || persist != null)) {
      throw missing(input, "confirmed");
    }
    datastores.commit(
        session.actor(),
        new ConfirmedCommit.Request(
            confirmed ? seconds(timeout) : null, persist, text(input, "persist-id")));
    return Reply.OK;
  }

  private static Duration seconds(@Nullable Element timeout) throws RpcException {
    if (timeout == null) {
      return Duration.ofSeconds(DEFAULT_TIMEOUT);
    }
    try {
      long seconds = Long.parseLong(timeout.text().strip());
      if (seconds >= 1 && seconds <= MAX_TIMEOUT) {
        return Duration.ofSeconds(seconds);
      }
    } catch (NumberFormatException e) {
      throw invalid(timeout, "a number of seconds from 1 to " + MAX_TIMEOUT);
    }
    throw invalid(timeout, "a number of seconds from 1 to " + MAX_TIMEOUT);
  }

  private static @Nullable String text(Element input, String name) {
    return input.child(name).map(Element::text).orElse(null);
  }

  private Reply cancelCommit(Session session, Element input) throws RpcException {
    only(input, "persist-id");
    datastores.cancelCommit(session.actor(), text(input, "persist-id"));
    return Reply.OK;
  }

  private Reply update(Session session, Element input) throws RpcException {
    only(input, "resolution-mode");
    Element mode = input.child("resolution-mode").orElse(null);
    if (mode != null && !mode.text().strip().equals("revert-on-conflict")) {
      throw invalid(mode, "revert-on-conflict");
    }
    datastores.update(session.actor());
    return Reply.OK;
  }
}
