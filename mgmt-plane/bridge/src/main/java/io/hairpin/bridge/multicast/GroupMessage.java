package io.hairpin.bridge.multicast;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * A group membership message: IGMPv1 (RFC 1112), IGMPv2 (RFC 2236), IGMPv3 (RFC 3376), MLDv1 (RFC
 * 2710) or MLDv2 (RFC 3810). Immutable.
 */
public sealed interface GroupMessage {

  /**
   * Tells who sent the message.
   *
   * @return the IP address; unspecified where the sender has none
   */
  InetAddress sender();

  /**
   * A router asks for members.
   *
   * @param sender the router's IP address
   * @param group the group that is asked for; unspecified in a general query
   * @param sources the sources that are asked for; none where all are meant
   * @param maxResponse within what time hosts answer
   * @param suppress whether routers leave their timers as they are (the S flag)
   * @param robustness the querier's robustness variable; 0 where the message does not tell
   * @param interval the querier's query interval; zero where the message does not tell
   */
  record Query(
      InetAddress sender,
      InetAddress group,
      Set<InetAddress> sources,
      Duration maxResponse,
      boolean suppress,
      int robustness,
      Duration interval)
      implements GroupMessage {

    /** Takes a copy of the set. */
    public Query {
      sources = Set.copyOf(sources);
    }
  }

  /**
   * A host tells what it wants.
   *
   * @param sender the host's IP address
   * @param records what it says of each group; older versions are put as their IGMPv3 equivalents
   *     (RFC 3376 7.3.2): a join as {@code TO_EXCLUDE} of no source, a leave as {@code TO_INCLUDE}
   *     of no source
   */
  record Report(InetAddress sender, List<GroupRecord> records) implements GroupMessage {

    /** Takes a copy of the list. */
    public Report {
      records = List.copyOf(records);
    }
  }

  /** What a group record says (RFC 3376 4.2.12). */
  enum Kind {
    /** The present mode: only these sources. */
    IS_INCLUDE,
    /** The present mode: all but these sources. */
    IS_EXCLUDE,
    /** A change of mode: only these sources. */
    TO_INCLUDE,
    /** A change of mode: all but these sources. */
    TO_EXCLUDE,
    /** These sources in addition. */
    ALLOW_NEW,
    /** These sources no longer. */
    BLOCK_OLD
  }

  /**
   * A group record.
   *
   * @param kind what it says
   * @param group of which group
   * @param sources with which sources
   */
  record GroupRecord(Kind kind, InetAddress group, Set<InetAddress> sources) {

    /** Takes a copy of the set. */
    public GroupRecord {
      sources = Set.copyOf(sources);
    }
  }
}
