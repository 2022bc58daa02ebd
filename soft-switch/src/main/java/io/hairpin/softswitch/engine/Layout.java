package io.hairpin.softswitch.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where headers and metadata are in a processor's state, one {@code long[]}. A header takes a word
 * that says whether it is valid (1 or 0), then its fields: a field of up to 64 bits takes one word
 * (zero-extended, or sign-extended where it is signed), a wider one as many as it needs, the least
 * significant first, zero-extended. A field of variable length takes a word with its length in
 * bits, then its bytes in the order of the packet, zeros behind them.
 */
final class Layout {
  private Layout() {}

  /**
   * A field.
   *
   * @param width how many bits it has, or may have where its length is variable
   * @param bit its offset in the header, in bits
   * @param word its offset from the header's first word
   */
  record Field(
      String name,
      int width,
      boolean signed,
      boolean saturating,
      boolean variable,
      int bit,
      int word) {
    int words() {
      return variable ? 1 + words(width) : words(width);
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
    /** How many bytes a header may have at most. */
    int bytes() {
      return bits / 8;
    }

    /** The field of variable length, or null. */
    @Nullable Field variable() {
      for (int i = 0; i < fields.size(); i++) {
        if (fields.get(i).variable()) {
          return fields.get(i);
        }
      }
      return null;
    }
  }

  /**
   * A header or metadata instance.
   *
   * @param base its first word in the state
   * @param rivals where the other headers of its union begin, from its own first word on
   */
  record Header(String name, HeaderType type, boolean metadata, int base, List<Integer> rivals) {}

  /**
   * What each element of a stack holds: one header, or the headers of a union.
   *
   * @param offset its first word, from the element's first word on
   */
  record Member(String name, HeaderType type, int offset) {}

  /**
   * A stack of headers or unions: its elements lie side by side.
   *
   * @param words how many words an element takes
   * @param base the first element's first word
   * @param count the word that holds how many elements are in use
   */
  record Stack(String name, List<Member> members, int words, int depth, int base, int count) {}

  /** Where the other members of a union begin, from a member's first word on. */
  static List<Integer> rivals(List<Member> members, Member member) {
    return members.stream()
        .filter(m -> !m.equals(member))
        .map(m -> m.offset() - member.offset())
        .toList();
  }
}
