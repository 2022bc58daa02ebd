package io.hairpin.netconf.server;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

final class FileStorage implements Storage {
  private final Path directory;

  FileStorage(Path directory) {
    this.directory = directory;
  }

  @Override
  public List<byte[]> open() throws IOException {
    throw new IOException("not yet: " + directory);
  }

  @Override
  public void append(byte[] change) throws IOException {}

  @Override
  public boolean snapshotDue() {
    return false;
  }

  @Override
  public void replace(byte[] snapshot) throws IOException {}

  @Override
  public void close() throws IOException {}
}
