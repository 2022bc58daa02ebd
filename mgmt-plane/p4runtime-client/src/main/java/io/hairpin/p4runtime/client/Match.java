package io.hairpin.p4runtime.client;

/** What one field of a table's key must be. A field that may be anything is left out. */
public sealed interface Match {

  /**
   * The field is the value.
   *
   * @param value the value
   */
  record Exact(Value value) implements Match {
    @Override
    public String toString() {
      return value.toString();
    }
  }

  /**
   * The field begins as the value does.
   *
   * @param value the value; its bits after the prefix do not count
   * @param prefixLength the length of the prefix in bits
   */
  record Lpm(Value value, int prefixLength) implements Match {
    @Override
    public String toString() {
      return value + "/" + prefixLength;
    }
  }

  /**
   * The field is the value where the mask has ones.
   *
   * @param value the value, zero where the mask is
   * @param mask the mask
   */
  record Ternary(Value value, Value mask) implements Match {
    /** Clears the bits of the value that the mask does not ask for. */
    public Ternary {
      value = Value.of(value.number().and(mask.number()));
    }

    @Override
    public String toString() {
      return value + "&" + mask;
    }
  }

  /**
   * The field is in a range.
   *
   * @param low the lowest value of the range
   * @param high the highest value of the range
   */
  record Range(Value low, Value high) implements Match {
    /**
     * Checks the order.
     *
     * @throws IllegalArgumentException if the range is empty
     */
    public Range {
      if (low.compareTo(high) > 0) {
        throw new IllegalArgumentException("The range " + low + ".." + high + " is empty");
      }
    }

    @Override
    public String toString() {
      return low + ".." + high;
    }
  }

  /**
   * The field is the value, in a table where the field may also be left out.
   *
   * @param value the value
   */
  record Optional(Value value) implements Match {
    @Override
    public String toString() {
      return value.toString();
    }
  }
}
