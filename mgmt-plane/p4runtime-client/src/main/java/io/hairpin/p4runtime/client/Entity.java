package io.hairpin.p4runtime.client;

/**
 * What a target holds and a client writes. Entities are immutable and compare by value, so that
 * what was wanted and what was read back from any target are equal (given the same spelling of the
 * P4 names: see {@link Pipeline#canonical}).
 */
public sealed interface Entity
    permits TableEntry, MulticastGroup, CloneSession, DigestConfig, MeterCell, CounterCell {

  /** The kinds of entities, those that others refer to first. */
  enum Kind {
    /** How digests are sent: {@link DigestConfig}. */
    DIGEST_CONFIG,
    /** {@link CounterCell}. */
    COUNTER_CELL,
    /** {@link MeterCell}. */
    METER_CELL,
    /** {@link MulticastGroup}. */
    MULTICAST_GROUP,
    /** {@link CloneSession}. */
    CLONE_SESSION,
    /** A {@link TableEntry} that sets a table's default action. */
    DEFAULT_ENTRY,
    /** Any other {@link TableEntry}. */
    TABLE_ENTRY
  }

  /**
   * The kind of this entity.
   *
   * @return the kind
   */
  Kind kind();

  /**
   * What identifies this entity: itself without its value. A target holds one entity of a key.
   *
   * @return the key; it suffices for a deletion
   */
  Entity key();
}
