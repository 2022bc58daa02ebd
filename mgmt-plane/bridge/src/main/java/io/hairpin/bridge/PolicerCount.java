package io.hairpin.bridge;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a policer's meter made of the frames since the target started, or since entries of access
 * lists have that meter (RFC 2698).
 *
 * @param conforming frames up to the committed rate: green
 * @param exceeding frames up to the peak rate: yellow
 * @param violating frames above the peak rate, which were discarded: red
 */
public record PolicerCount(Count conforming, Count exceeding, Count violating) {

  /** As the pipeline numbers them. */
  private static final int GREEN = 0;

  private static final int YELLOW = 1;
  private static final int RED = 2;
  private static final int COLORS = 4;

  /** The cells of a counter that meters have. */
  static List<Long> cells(Collection<Integer> meters) {
    List<Long> cells = new ArrayList<>();
    for (long meter : meters) {
      for (int color = GREEN; color <= RED; color++) {
        cells.add(meter * COLORS + color);
      }
    }
    return cells;
  }

  /** What such a counter tells of a meter, if anything. */
  static Optional<PolicerCount> of(Map<Long, Count> counts, long meter) {
    Count conforming = counts.get(meter * COLORS + GREEN);
    Count exceeding = counts.get(meter * COLORS + YELLOW);
    Count violating = counts.get(meter * COLORS + RED);
    return conforming == null || exceeding == null || violating == null
        ? Optional.empty()
        : Optional.of(new PolicerCount(conforming, exceeding, violating));
  }
}
