package io.hairpin.netconf.server;

import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;

/** A candidate datastore: a tree that shares with running what no edit has touched. */
final class Candidate {
  /** What running was when the edits began. */
  private ContainerNode base;

  private volatile ContainerNode data;

  /** Where data may differ from base. */
  private Touched touched = new Touched();

  /** Where running may differ from base. */
  private Touched moved = new Touched();

  Candidate(ContainerNode running) {
    base = running;
    data = running;
  }

  ContainerNode base() {
    return base;
  }

  ContainerNode data() {
    return data;
  }

  Touched touched() {
    return touched;
  }

  Touched moved() {
    return moved;
  }

  boolean isChanged() {
    return !touched.isEmpty();
  }

  void edit(ContainerNode after, Touched what) {
    data = after;
    touched.add(what);
  }

  /** Begins again with what is running. */
  void reset(ContainerNode running) {
    base = running;
    data = running;
    touched = new Touched();
    moved = new Touched();
  }

  /** Running has changed; without edits the candidate goes with it, else it stays as it is. */
  void follow(ContainerNode running, Touched what) {
    if (isChanged()) {
      moved.add(what);
    } else {
      reset(running);
    }
  }

  /** Takes what is running as what the edits began with, and the data that the edits make of it. */
  void rebase(ContainerNode running, ContainerNode merged, Touched what) {
    base = running;
    data = merged;
    touched = what;
    moved = new Touched();
  }
}
