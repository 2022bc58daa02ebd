package io.hairpin.netconf.server;

import java.util.concurrent.atomic.LongAdder;

/** What RFC 6022 sections 2.1.4 and 2.1.5 count, of one session or of all; thread-safe. */
final class Counters {
  final LongAdder inRpcs = new LongAdder();
  final LongAdder inBadRpcs = new LongAdder();
  final LongAdder outRpcErrors = new LongAdder();
  final LongAdder outNotifications = new LongAdder();

  /** Of all sessions only. */
  final LongAdder inSessions = new LongAdder();

  /** Of all sessions only: those that ended otherwise than by close-session or kill-session. */
  final LongAdder droppedSessions = new LongAdder();

  /** Of all sessions only. */
  final LongAdder inBadHellos = new LongAdder();
}
