package io.hairpin.netconf.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A directory of the real file system. */
final class DirectoryDisk implements Disk {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryDisk.class);

  private final Path directory;
  private @Nullable FileChannel guard;

  DirectoryDisk(Path directory) {
    this.directory = directory.toAbsolutePath();
  }

  @Override
  public void open() throws IOException {
    make(directory);
    FileChannel file =
        FileChannel.open(
            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    guard = file;
    try {
      FileLock lock = file.tryLock();
      if (lock != null) {
        return;
      }
    } catch (OverlappingFileLockException e) {
      LOG.debug("the lock is held by this process", e);
    }
    throw new IOException(directory + " is in use by another server");
  }

  private static void make(Path path) throws IOException {
    Path parent = path.getParent();
    if (parent == null || Files.isDirectory(path)) {
      Files.createDirectories(path);
      return;
    }
    make(parent);
    Files.createDirectory(path);
    sync(parent);
  }

  @Override
  public boolean exists(String name) {
    return Files.exists(directory.resolve(name));
  }

  @Override
  public File open(String name) throws IOException {
    return new Opened(
        FileChannel.open(
            directory.resolve(name), StandardOpenOption.READ, StandardOpenOption.WRITE));
  }

  @Override
  public File create(String name) throws IOException {
    return new Opened(
        FileChannel.open(
            directory.resolve(name),
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE));
  }

  @Override
  public void delete(String name) throws IOException {
    Files.deleteIfExists(directory.resolve(name));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Files.move(directory.resolve(from), directory.resolve(to), StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void sync() throws IOException {
    sync(directory);
  }

  private static void sync(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public void close() throws IOException {
    FileChannel lock = guard;
    guard = null;
    if (lock != null) {
      lock.close();
    }
  }

  @Override
  public String toString() {
    return directory.toString();
  }

  private record Opened(FileChannel channel) implements File {
    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      return channel.read(target, position);
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
      return channel.write(source, position);
    }

    @Override
    public void truncate(long size) throws IOException {
      channel.truncate(size);
    }

    @Override
    public void sync() throws IOException {
      channel.force(false);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
