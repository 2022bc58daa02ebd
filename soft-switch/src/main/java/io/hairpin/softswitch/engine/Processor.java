package io.hairpin.softswitch.engine;

/**
 * Runs frames through a program, one at a time. Holds the scratch state of one thread and allocates
 * nothing for a frame. Not thread-safe; a switch has one for each thread.
 */
public abstract sealed class Processor permits Pipeline {
  Processor() {}

  /**
   * Runs one frame through ingress and egress; when this returns, everything that comes of it has
   * been handed to the transmitter. Never throws for what a frame holds.
   *
   * @param ingressPort the port it was received on, 0 to 511
   * @param frame the frame; unchanged
   */
  public abstract void process(int ingressPort, Frame frame);

  /**
   * Runs a packet through egress that has waited for it. It may have been another processor of the
   * same program that ran its ingress.
   *
   * @param packet the packet; its memory is in use as that of {@link #process}'s frame is
   */
  public abstract void resume(WaitingPacket packet);
}
