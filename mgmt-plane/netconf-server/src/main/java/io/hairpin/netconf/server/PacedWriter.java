package io.hairpin.netconf.server;

import java.io.IOException;
import org.apache.sshd.common.channel.throttle.ChannelStreamWriter;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.util.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * Sends a packet of a channel when the one before is with the kernel. What waits for a peer that
 * does not read is thus one packet, however large a window he has announced. Used by one thread at
 * a time.
 */
final class PacedWriter implements ChannelStreamWriter {
  private final ChannelStreamWriter next;
  private @Nullable IoWriteFuture last;

  PacedWriter(ChannelStreamWriter next) {
    this.next = next;
  }

  @Override
  public IoWriteFuture writeData(Buffer buffer) throws IOException {
    if (last != null) {
      last.verify(Activity.STALL);
    }
    IoWriteFuture written = next.writeData(buffer);
    last = written;
    return written;
  }

  @Override
  public boolean isOpen() {
    return next.isOpen();
  }

  @Override
  public void close() throws IOException {
    next.close();
  }
}
