package io.hairpin.softswitch.engine;

import java.util.List;

/**
 * Where headers and metadata are in a processor's state, one {@code long[]}. A header takes a word
 * that says whether it is valid (1 or 0), then its fields: a field of up to 64 bits takes one word
 * (zero-extended, or sign-extended where it is signed), a wider one as many as it needs, the least
 * significant first, zero-extended.
 */
final class Layout {
  private Layout() {}

  /**
   * A field.
   *
   * @param bit its offset in the header, in bits
   * @param word its offset from the header's first word
   */
  record Field(String name, int width, boolean signed, boolean saturating, int bit, int word) {
    int words() {
      return words(width);
    }

    static int words(int width) {
      return Math.max(1, (width + 63) / 64);
    }
  }

  /**
   * A type of headers.
   *
   * @param bits the width of all its fields
   * @param words how many words a header takes
   */
  record HeaderType(String name, List<Field> fields, int bits, int words) {
    int bytes() {
      return bits / 8;
    }
  }

  /**
   * A header or metadata instance.
   *
   * @param base its first word in the state
   */
  record Header(String name, HeaderType type, boolean metadata, int base) {}

  /**
   * A header stack: its elements lie side by side.
   *
   * @param base the first element's first word
   * @param count the word that holds how many elements are in use
   */
  record Stack(String name, HeaderType type, int depth, int base, int count) {}
}
