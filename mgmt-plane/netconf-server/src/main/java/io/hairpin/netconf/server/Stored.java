package io.hairpin.netconf.server;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The configuration that outlives the process, as documents of a {@link Journal} in a storage. */
final class Stored {
  private static final Logger LOG = LoggerFactory.getLogger(Stored.class);
  private static final int REPORTED = 10;

  private final Definition root;
  private final Storage storage;

  /** What could not be written when it was due, and has to stand before what is written next. */
  private final List<Journal.Mark> owed = new ArrayList<>();

  Stored(Definition root, Storage storage) {
    this.root = root;
    this.storage = storage;
  }

  /**
   * Reads and checks the configuration. A confirmed commit that was not confirmed is undone (RFC
   * 6241 section 8.4.1).
   */
  ContainerNode open(Validator validator) throws IOException {
    List<byte[]> documents = storage.open();
    try {
      Journal.Replay replay = new Journal.Replay(root, Datastores.empty());
      for (int i = 0; i < documents.size(); i++) {
        try {
          replay.add(documents.get(i));
        } catch (RpcException e) {
          throw refused(
              "does not fit the modules, in document %d of %d".formatted(i + 1, documents.size()),
              validator,
              e);
        } catch (IOException e) {
          throw new IOException(
              "%s cannot be read, in document %d of %d: %s"
                  .formatted(storage, i + 1, documents.size(), e.getMessage()),
              e);
        }
      }
      ContainerNode data = replay.data();
      ContainerNode base = replay.base();
      if (base != null) {
        LOG.warn("a confirmed commit was pending when the server ended; it is undone");
        data = base;
      }
      ContainerNode valid = valid(validator, data);
      if (base != null) {
        revert();
      }
      return valid;
    } catch (IOException | RuntimeException e) {
      storage.close();
      throw e;
    }
  }

  private ContainerNode valid(Validator validator, ContainerNode data) throws IOException {
    try {
      return validator.check(Datastores.empty(), data, Touched.everything());
    } catch (RpcException e) {
      throw refused("is not valid", validator, e);
    }
  }

  /** What an operator needs to know when the modules have changed under the configuration. */
  private IOException refused(String how, Validator validator, RpcException e) {
    StringBuilder report =
        new StringBuilder("the configuration that %s keeps %s:".formatted(storage, how));
    for (RpcError error : e.errors().subList(0, Math.min(e.errors().size(), REPORTED))) {
      report.append("\n  ").append(validator.describe(error));
    }
    if (e.errors().size() > REPORTED) {
      report.append("\n  and %d more".formatted(e.errors().size() - REPORTED));
    }
    report.append(
        "\nNothing was changed. Start with the modules that it was made with and change it there,"
            + " or move the file away to begin with an empty configuration.");
    return new IOException(report.toString(), e);
  }

  /** Adds a change; it is durable on return. */
  void append(Definition definition, List<Change.Edit> edits, Journal.@Nullable Mark mark)
      throws IOException {
    if (edits.isEmpty() && mark == null && owed.isEmpty()) {
      return;
    }
    List<Journal.Mark> before = new ArrayList<>(owed);
    if (mark == Journal.Mark.PENDING) {
      before.add(mark);
    }
    List<Journal.Mark> after = mark == Journal.Mark.CONFIRMED ? List.of(mark) : List.of();
    storage.append(Journal.record(definition, before, edits, after));
    owed.clear();
  }

  /** Undoes what is pending; if that cannot be written now, a restart undoes it. */
  void revert() {
    owed.add(Journal.Mark.REVERTED);
    try {
      append(root, List.of(), null);
    } catch (IOException e) {
      LOG.error("that a confirmed commit was undone could not be stored; a restart undoes it", e);
    }
  }

  /** Replaces the changes by a snapshot where they have grown too much. */
  void snapshotIfDue(ContainerNode base, Supplier<@Nullable List<Change.Edit>> pending) {
    if (storage.snapshotDue()) {
      try {
        storage.replace(Journal.snapshot(root, base, pending.get()));
        owed.clear();
      } catch (IOException e) {
        LOG.error("no snapshot could be written; the journal goes on growing", e);
      }
    }
  }

  void close() throws IOException {
    storage.close();
  }
}
