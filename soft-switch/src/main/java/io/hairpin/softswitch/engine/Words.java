package io.hairpin.softswitch.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Words as a key of a map; nobody writes them any more. */
final class Words {
  private final long[] words;

  Words(long[] words) {
    this.words = words;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Words w && Arrays.equals(words, w.words);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(words);
  }
}
