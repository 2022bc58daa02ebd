package io.hairpin.tests;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/** An Ethernet frame; two are equal where their octets are. */
final class Frame {

  private static final int C_TAG = 0x8100;
  private static final int EXPERIMENTAL = 0x88B5;
  private static final int SHORTEST = 60;

  private final byte[] bytes;

  Frame(byte[] bytes) {
    this.bytes = bytes.clone();
  }

  /** An untagged frame of the shortest length. */
  static Frame of(String destination, String source) {
    return of(destination, source, EXPERIMENTAL);
  }

  static Frame of(String destination, String source, int etherType) {
    ByteBuffer buffer = ByteBuffer.allocate(SHORTEST);
    buffer.put(address(destination)).put(address(source)).putShort((short) etherType);
    buffer.put("frames in, frames out".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    return new Frame(buffer.array());
  }

  /** This frame with an 802.1Q tag in front of its EtherType. */
  Frame tagged(int vid, int pcp) {
    return pushed(C_TAG, pcp << 13 | vid);
  }

  Frame tagged(int vid) {
    return tagged(vid, 0);
  }

  Frame pushed(int tpid, int tagControl) {
    ByteBuffer buffer = ByteBuffer.allocate(bytes.length + 4);
    buffer.put(bytes, 0, 12).putShort((short) tpid).putShort((short) tagControl);
    buffer.put(bytes, 12, bytes.length - 12);
    return new Frame(buffer.array());
  }

  Frame truncated(int length) {
    return new Frame(Arrays.copyOf(bytes, length));
  }

  byte[] bytes() {
    return bytes.clone();
  }

  private static byte[] address(String text) {
    return HexFormat.ofDelimiter(":").parseHex(text);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Frame frame && Arrays.equals(bytes, frame.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
