package io.hairpin.softswitch.p4runtime;

import io.grpc.Status;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of the values of a type that clients see as strings (P4Runtime 8.4.6). What the
 * program's {@code @p4runtime_translation_mappings} name has those numbers; of the others, a
 * decimal number stands for itself, and any other name gets the highest number that is free when it
 * is first written. Thread-safe.
 */
final class Names {
  private static final Pattern MAPPING =
      Pattern.compile("\\{\\s*\"([^\"]+)\"\\s*,\\s*(0[xX][0-9a-fA-F]+|[0-9]+)\\s*}");
  private static final Pattern DECIMAL = Pattern.compile("0|[1-9][0-9]{0,38}");

  private final Map<String, BigInteger> numbers = new HashMap<>();
  private final Map<BigInteger, String> names = new HashMap<>();

  /**
   * Reads a type's annotations.
   *
   * @throws Refusal where a name or a number is mapped twice
   */
  Names(String type, Iterable<String> annotations) {
    for (String annotation : annotations) {
      if (annotation.startsWith("@p4runtime_translation_mappings")) {
        Matcher mapping = MAPPING.matcher(annotation);
        while (mapping.find()) {
          String number = mapping.group(2);
          BigInteger value =
              number.length() > 1 && Character.toLowerCase(number.charAt(1)) == 'x'
                  ? new BigInteger(number.substring(2), 16)
                  : new BigInteger(number);
          if (numbers.containsKey(mapping.group(1)) || names.containsKey(value)) {
            throw Refusal.invalid("type '%s': %s is mapped twice", type, mapping.group());
          }
          put(mapping.group(1), value);
        }
      }
    }
  }

  private void put(String name, BigInteger number) {
    numbers.put(name, number);
    names.put(number, name);
  }

  /**
   * The number of a name, found or made.
   *
   * @throws Refusal where no number of so many bits is left for it
   */
  synchronized BigInteger number(String name, int width, String what) {
    BigInteger known = numbers.get(name);
    if (known == null) {
      known = DECIMAL.matcher(name).matches() ? new BigInteger(name) : free(width, what);
      if (known.bitLength() <= width) {
        String other = names.get(known);
        if (other != null) {
          throw Refusal.invalid("%s: number %s is called '%s'", what, name, other);
        }
        put(name, known);
      }
    }
    if (known.bitLength() > width) {
      throw new Refusal(
          Status.Code.OUT_OF_RANGE, "%s: %s is wider than %d bits", what, known, width);
    }
    return known;
  }

  private BigInteger free(int width, String what) {
    BigInteger number = BigInteger.ONE.shiftLeft(width).subtract(BigInteger.ONE);
    while (names.containsKey(number)) {
      number = number.subtract(BigInteger.ONE);
    }
    if (number.signum() < 0) {
      throw new Refusal(
          Status.Code.RESOURCE_EXHAUSTED, "%s: all numbers of %d bits have names", what, width);
    }
    return number;
  }

  /** The name of a number: what it was mapped or written by, or its decimal form. */
  synchronized String name(BigInteger number) {
    String name = names.get(number);
    return name == null ? number.toString() : name;
  }

  /** Takes over the names of another pipeline's type, where it has none of its own for them. */
  synchronized void take(Names from) {
    synchronized (from) {
      from.numbers.forEach(
          (name, number) -> {
            if (!numbers.containsKey(name) && !names.containsKey(number)) {
              put(name, number);
            }
          });
    }
  }
}
