package io.hairpin.softswitch.engine;

import java.util.List;

/**
 * A digest that the program may send to control.
 *
 * @param name its name in the program
 * @param id the program's number for it
 * @param widths the width of each field in bits
 */
public record DigestList(String name, int id, List<Integer> widths) {
  /**
   * Keeps the widths unmodifiable.
   *
   * @param name its name in the program
   * @param id the program's number for it
   * @param widths the width of each field in bits
   */
  public DigestList {
    widths = List.copyOf(widths);
  }
}
