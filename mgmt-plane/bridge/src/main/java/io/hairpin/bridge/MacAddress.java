package io.hairpin.bridge;

import java.util.HexFormat;

/** MAC addresses as numbers and as text. */
public final class MacAddress {

  private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

  private MacAddress() {}

  /**
   * Writes an address as RFC 6991 does: lower case, with colons.
   *
   * @param address the address, in the low 48 bits
   * @return its 17 characters
   */
  public static String format(long address) {
    byte[] octets = new byte[6];
    for (int i = 0; i < octets.length; i++) {
      octets[i] = (byte) (address >>> (40 - 8 * i));
    }
    return COLONS.formatHex(octets);
  }

  /**
   * Reads an address as RFC 6991 writes it.
   *
   * @param text six octets in hexadecimal, separated by colons
   * @return the address, in the low 48 bits
   * @throws IllegalArgumentException where the text is anything else
   */
  public static long parse(String text) {
    byte[] octets = COLONS.parseHex(text);
    if (octets.length != 6) {
      throw new IllegalArgumentException(
          "MAC address '" + text + "' has " + octets.length + " octets, not 6");
    }
    long address = 0;
    for (byte octet : octets) {
      address = address << 8 | Byte.toUnsignedLong(octet);
    }
    return address;
  }
}
