package io.hairpin.netconf.server;

import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;

/**
 * One who has a say in every commit and carries it out. A commit asks every participant to prepare;
 * when none refuses, the change is made durable, and then every participant applies it, in the
 * order of registration. Calls never overlap.
 */
public interface Participant {
  /**
   * Takes over the durable running configuration when the server starts, before any session. It
   * cannot refuse: what cannot be carried out now is for the participant to report.
   *
   * @param running the root of the running datastore
   */
  void start(ContainerNode running);

  /**
   * Checks a change and reserves what carrying it out needs, without any visible effect.
   *
   * @param change what a commit is about to change
   * @return the change, ready to be applied or aborted
   * @throws RefusedException if the change cannot be carried out; everything stays as it was
   */
  Prepared prepare(Change change) throws RefusedException;

  /**
   * Prepares to go back to what was running before, because a confirmed commit was not confirmed
   * (RFC 6241 section 8.4). Unless overridden, that is as any change. A refusal is logged and does
   * not keep running from going back.
   *
   * @param change what undoing the commit is about to change
   * @return the change, ready to be applied
   * @throws RefusedException if the change cannot be carried out
   */
  default Prepared restore(Change change) throws RefusedException {
    return prepare(change);
  }

  /** A change that was accepted; exactly one of the two methods is called, once. */
  interface Prepared {
    /** Carries out the change, which is durable by now. It must not fail. */
    void apply();

    /** Gives back what was reserved: another participant refused, or the change was not stored. */
    void abort();
  }
}
