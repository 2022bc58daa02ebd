package io.hairpin.softswitch.p4runtime;

import static io.hairpin.softswitch.p4runtime.Refusal.invalid;

import io.hairpin.p4runtime.config.v1.MeterSpec;
import io.hairpin.p4runtime.config.v1.Preamble;
import io.hairpin.p4runtime.v1.CounterData;
import io.hairpin.p4runtime.v1.MeterConfig;
import io.hairpin.p4runtime.v1.MeterCounterData;
import io.hairpin.softswitch.engine.MeterCounts;
import io.hairpin.softswitch.engine.MeterRates;
import java.util.List;
import java.util.Locale;

/** Meter configurations and what meters have coloured (P4Runtime 9.4). */
final class Meters {
  private static final List<MeterSpec.Type> SINGLE =
      List.of(MeterSpec.Type.SINGLE_RATE_TWO_COLOR, MeterSpec.Type.SINGLE_RATE_THREE_COLOR);

  private Meters() {}

  /**
   * The type of a meter: what P4Info says, or where that says nothing, the program's annotation,
   * which compilers before 1.4 leave as it is.
   */
  static MeterSpec spec(MeterSpec spec, Preamble preamble) {
    for (String annotation : preamble.getAnnotationsList()) {
      for (MeterSpec.Type type : SINGLE) {
        if (spec.getTypeValue() == 0
            && annotation.equals("@" + type.name().toLowerCase(Locale.ROOT))) {
          return spec.toBuilder().setType(type).build();
        }
      }
    }
    return spec;
  }

  /**
   * Reads a configuration.
   *
   * @throws Refusal where it is none for this type of meter
   */
  static MeterRates rates(MeterConfig config, MeterSpec spec, String meter) {
    boolean single = spec.getType() != MeterSpec.Type.TWO_RATE_THREE_COLOR;
    if (single
        && (config.getPir() != config.getCir() || config.getPburst() != config.getCburst())) {
      throw invalid("%s has a single rate: pir and pburst must be cir and cburst", meter);
    }
    if (config.getEburst() != 0 && spec.getType() != MeterSpec.Type.SINGLE_RATE_THREE_COLOR) {
      throw invalid("%s: eburst %d; its type has none", meter, config.getEburst());
    }
    try {
      return new MeterRates(
          config.getCir(),
          config.getCburst(),
          config.getPir(),
          config.getPburst(),
          config.getEburst());
    } catch (IllegalArgumentException e) {
      throw invalid("%s: %s", meter, String.valueOf(e.getMessage()));
    }
  }

  static MeterConfig config(MeterRates rates) {
    return MeterConfig.newBuilder()
        .setCir(rates.committedRate())
        .setCburst(rates.committedBurst())
        .setPir(rates.peakRate())
        .setPburst(rates.peakBurst())
        .setEburst(rates.excessBurst())
        .build();
  }

  /**
   * Checks that what is written clears the counts.
   *
   * @throws Refusal where it holds anything but zeros
   */
  static void checkCleared(MeterCounterData data, String meter) {
    CounterData none = CounterData.getDefaultInstance();
    if (!data.getGreen().equals(none)
        || !data.getYellow().equals(none)
        || !data.getRed().equals(none)) {
      throw invalid("%s: the counters of its colours can only be set to 0", meter);
    }
  }

  static MeterCounterData data(MeterCounts counts) {
    return MeterCounterData.newBuilder()
        .setGreen(TableEntries.data(counts.green()))
        .setYellow(TableEntries.data(counts.yellow()))
        .setRed(TableEntries.data(counts.red()))
        .build();
  }
}
