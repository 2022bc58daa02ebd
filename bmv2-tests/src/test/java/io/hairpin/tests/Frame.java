package io.hairpin.tests;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** An Ethernet frame; two are equal where their octets are. */
final class Frame {

  private static final int C_TAG = 0x8100;
  private static final int S_TAG = 0x88A8;
  private static final int EXPERIMENTAL = 0x88B5;
  private static final int SHORTEST = 60;
  private static final int HEADER = 14;

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
    return new Frame(buffer.array()).carrying("frames in, frames out");
  }

  /** This untagged frame with another content. */
  Frame carrying(String content) {
    byte[] octets = Arrays.copyOf(bytes, bytes.length);
    Arrays.fill(octets, HEADER, octets.length, (byte) 0);
    byte[] text = content.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(text, 0, octets, HEADER, text.length);
    return new Frame(octets);
  }

  /** This frame with an 802.1Q tag in front of its EtherType. */
  Frame tagged(int vid, int pcp) {
    return pushed(C_TAG, pcp << 13 | vid);
  }

  Frame tagged(int vid) {
    return tagged(vid, 0);
  }

  /** This frame with a tag whose frames may be discarded first (802.1Q 9.6: DEI). */
  Frame eligibleToBeDropped(int vid, int pcp) {
    return pushed(C_TAG, pcp << 13 | 1 << 12 | vid);
  }

  /** This frame with an S-tag (802.1Q 9.5) in front of all else. */
  Frame sTagged(int vid, int pcp) {
    return pushed(S_TAG, pcp << 13 | vid);
  }

  Frame sTagged(int vid) {
    return sTagged(vid, 0);
  }

  Frame pushed(int tpid, int tagControl) {
    ByteBuffer buffer = ByteBuffer.allocate(bytes.length + 4);
    buffer.put(bytes, 0, 12).putShort((short) tpid).putShort((short) tagControl);
    buffer.put(bytes, 12, bytes.length - 12);
    return new Frame(buffer.array());
  }

  /** The first octets of this frame, or this frame filled up with zeros. */
  Frame ofLength(int length) {
    return new Frame(Arrays.copyOf(bytes, length));
  }

  int length() {
    return bytes.length;
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
