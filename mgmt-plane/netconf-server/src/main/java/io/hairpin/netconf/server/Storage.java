package io.hairpin.netconf.server;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Where the running datastore lives between two starts: a snapshot, followed by the changes since,
 * each an XML document in UTF-8 (so none holds a NUL byte). Used by one thread at a time. Its
 * string form tells an operator where that is.
 */
public interface Storage extends Closeable {
  /**
   * Keeps the datastore in files below a directory: a log that begins with a snapshot, has a
   * checksum on every record, and is replaced by a new one when the changes outgrow the snapshot. A
   * record that was cut short by a crash at the end of the log was never acknowledged: it is cut
   * off and reported in the server's log. Any other damage is an error.
   *
   * @param directory the directory, made if absent; one process at a time may open it
   * @return the storage
   */
  static Storage files(Path directory) {
    return new FileStorage(new DirectoryDisk(directory));
  }

  /**
   * Opens the storage and reads all that is durable.
   *
   * @return the snapshot and the changes since, in order; empty if nothing was ever stored
   * @throws IOException if what is stored cannot be read or is damaged; nothing is changed then
   */
  List<byte[]> open() throws IOException;

  /**
   * Adds a change, which is durable on return.
   *
   * @param change the document
   * @throws IOException if the change could not be made durable; it is not part of the datastore
   *     then, and where that cannot be assured every later call fails too
   */
  void append(byte[] change) throws IOException;

  /**
   * Says whether the changes have grown so much that a snapshot should replace them.
   *
   * @return whether {@link #replace} is due
   */
  boolean snapshotDue();

  /**
   * Replaces the snapshot and all changes, atomically and durably.
   *
   * @param snapshot the document
   * @throws IOException if that failed; what was stored before is still stored
   */
  void replace(byte[] snapshot) throws IOException;
}
