package io.hairpin.netconf.server;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One directory of a file system, as {@link FileStorage} needs it: what was not synced may be lost
 * with the power.
 */
interface Disk extends Closeable {
  /** A file that is open. */
  interface File extends Closeable {
    long size() throws IOException;

    int read(ByteBuffer target, long position) throws IOException;

    int write(ByteBuffer source, long position) throws IOException;

    void truncate(long size) throws IOException;

    /** Makes durable what was written. */
    void sync() throws IOException;
  }

  /** Makes the directory if there is none, durably, and keeps every other process out of it. */
  void open() throws IOException;

  boolean exists(String name) throws IOException;

  /** Opens a file that is there. */
  File open(String name) throws IOException;

  /** Opens an empty file in place of what may be there. */
  File create(String name) throws IOException;

  void delete(String name) throws IOException;

  /** Puts a file in the place of another one, atomically. */
  void rename(String from, String to) throws IOException;

  /** Makes durable which files there are. */
  void sync() throws IOException;
}
