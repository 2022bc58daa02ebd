package io.hairpin.softswitch.port;

import io.hairpin.softswitch.engine.Frame;
import java.lang.foreign.MemorySegment;

/** How frames come in at a port, in batches; used by one thread. */
interface Receiver extends AutoCloseable {
  /** The memory that all frames are in. */
  MemorySegment memory();

  /**
   * Waits for frames, but no longer than {@link ReceivingPort#TIMEOUT_MILLISECONDS}.
   *
   * @return how many there are; 0 where none came, the negated errno where receiving failed
   */
  int await();

  /**
   * Says where a frame of the batch is, and what was left to hardware.
   *
   * @param i which one, 0 first, in the order they came
   * @return its octets; negated where it is not whole
   */
  int place(int i, Frame frame);

  /** Ends the batch: its memory may be written again. */
  void release();

  @Override
  void close();
}
