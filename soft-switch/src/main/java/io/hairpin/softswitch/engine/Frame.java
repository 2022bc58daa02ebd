package io.hairpin.softswitch.engine;

import java.lang.foreign.MemorySegment;

/**
 * A frame in a reusable slot: the bytes {@code [offset, offset + length)} of a memory segment, with
 * whatever headroom the owner left before them. It also carries the offload facts of the port it
 * came from; the engine hands them through untouched.
 *
 * <p>Not thread-safe: one thread owns a frame at a time.
 */
public final class Frame {
  private final MemorySegment memory;
  private int offset;
  private int length;
  private int flags;
  private int gsoType;
  private int headerLength;
  private int gsoSize;
  private int checksumStart;
  private int checksumOffset;

  /**
   * An empty frame.
   *
   * @param memory the memory that holds its bytes
   */
  public Frame(MemorySegment memory) {
    this.memory = memory;
  }

  /**
   * The memory that holds the bytes.
   *
   * @return the whole slot, headroom included
   */
  public MemorySegment memory() {
    return memory;
  }

  /**
   * Where the frame begins.
   *
   * @return the first byte's offset in {@link #memory()}
   */
  public int offset() {
    return offset;
  }

  /**
   * How long the frame is.
   *
   * @return the number of bytes
   */
  public int length() {
    return length;
  }

  /**
   * Says where the frame's bytes are.
   *
   * @param offset the first byte's offset in {@link #memory()}
   * @param length the number of bytes
   * @throws IndexOutOfBoundsException where they are not inside the memory
   */
  public void place(int offset, int length) {
    if (offset < 0 || length < 0 || (long) offset + length > memory.byteSize()) {
      throw new IndexOutOfBoundsException(
          "frame [" + offset + ", +" + length + ") outside its " + memory.byteSize() + " bytes");
    }
    this.offset = offset;
    this.length = length;
  }

  /**
   * Offload flags, as in {@code struct virtio_net_hdr}.
   *
   * @return the flags, 0 where the port knows none
   */
  public int flags() {
    return flags;
  }

  /**
   * Segmentation type, as in {@code struct virtio_net_hdr}.
   *
   * @return the type, 0 where the frame is no aggregate of segments
   */
  public int gsoType() {
    return gsoType;
  }

  /**
   * Length of the headers that every segment repeats.
   *
   * @return bytes from the frame's first
   */
  public int headerLength() {
    return headerLength;
  }

  /**
   * Payload size of each segment.
   *
   * @return bytes
   */
  public int gsoSize() {
    return gsoSize;
  }

  /**
   * Where the bytes to sum begin.
   *
   * @return bytes from the frame's first
   */
  public int checksumStart() {
    return checksumStart;
  }

  /**
   * Where the sum is to be stored.
   *
   * @return bytes from {@link #checksumStart()}
   */
  public int checksumOffset() {
    return checksumOffset;
  }

  /** Forgets the offload facts: the frame is complete as it stands. */
  public void clearOffload() {
    offload(0, 0, 0, 0, 0, 0);
  }

  /**
   * Sets the offload facts, in the words of {@code struct virtio_net_hdr}.
   *
   * @param flags see {@link #flags()}
   * @param gsoType see {@link #gsoType()}
   * @param headerLength see {@link #headerLength()}
   * @param gsoSize see {@link #gsoSize()}
   * @param checksumStart see {@link #checksumStart()}
   * @param checksumOffset see {@link #checksumOffset()}
   */
  public void offload(
      int flags,
      int gsoType,
      int headerLength,
      int gsoSize,
      int checksumStart,
      int checksumOffset) {
    this.flags = flags;
    this.gsoType = gsoType;
    this.headerLength = headerLength;
    this.gsoSize = gsoSize;
    this.checksumStart = checksumStart;
    this.checksumOffset = checksumOffset;
  }
}
