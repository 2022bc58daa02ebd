package io.hairpin.netconf.server;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Is told what happened to the datastores, in the order in which it happened; must not block. */
interface Watcher {
  /** What became of a confirmed commit (the confirm-event of RFC 6470 section 2.2). */
  enum Confirmation {
    START,
    CANCEL,
    TIMEOUT,
    EXTEND,
    COMPLETE
  }

  /** A datastore was changed, durably as far as it is. */
  default void changed(Actor by, Datastores.Name datastore, Change change) {}

  /**
   * A confirmed commit began or went on.
   *
   * @param timeout how long it waits to be confirmed; null where it waits no more
   */
  default void confirmation(Actor by, Confirmation event, @Nullable Duration timeout) {}
}
