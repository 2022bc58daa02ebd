package io.hairpin.netconf.server;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;

/**
 * What a subscription of RFC 8639 or 8641 was asked for.
 *
 * @param parameters the same as it was given, to be told to others
 * @param filterName the configured filter that the target uses; null if it uses none
 * @param until when it is over (stop-time); null for never
 */
record Terms(
    ContainerNode parameters, Target target, @Nullable String filterName, @Nullable Instant until) {
  /** What is subscribed to. */
  sealed interface Target {}

  /** The stream NETCONF, with a replay from a time unless that is null. */
  record Stream(EventFilter filter, @Nullable Instant from) implements Target {}

  /** A part of a datastore. */
  record Datastore(String name, Selection selection, Trigger trigger) implements Target {}

  /** When a part of a datastore is sent. */
  sealed interface Trigger {}

  /** Whole periods before and after an anchor, or from the start where that is null. */
  record Periodic(Duration period, @Nullable Instant anchor) implements Trigger {}

  /** When it has changed, but not sooner after the last time than the dampening period. */
  record OnChange(Duration dampening, boolean sync, Set<String> excluded) implements Trigger {}
}
