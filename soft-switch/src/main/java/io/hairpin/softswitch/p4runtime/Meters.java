package io.hairpin.softswitch.p4runtime;

import static io.hairpin.softswitch.p4runtime.Refusal.invalid;
import static io.hairpin.softswitch.p4runtime.Refusal.unimplemented;

import io.hairpin.p4runtime.config.v1.MeterSpec;
import io.hairpin.p4runtime.v1.MeterConfig;
import io.hairpin.softswitch.engine.MeterRates;

/** Meter configurations (P4Runtime 9.4). */
final class Meters {
  private Meters() {}

  /**
   * Reads a configuration.
   *
   * @throws Refusal where it is none for this type of meter
   */
  static MeterRates rates(MeterConfig config, MeterSpec spec, String meter) {
    boolean single = spec.getType() != MeterSpec.Type.TWO_RATE_THREE_COLOR;
    if (single
        && (config.getPir() != config.getCir() || config.getPburst() != config.getCburst())) {
      throw invalid("meter '%s' has a single rate: pir and pburst must be cir and cburst", meter);
    }
    if (config.getEburst() != 0) {
      if (spec.getType() == MeterSpec.Type.SINGLE_RATE_THREE_COLOR) {
        throw unimplemented("meter '%s': eburst %d", meter, config.getEburst());
      }
      throw invalid("meter '%s': eburst %d; its type has none", meter, config.getEburst());
    }
    try {
      return new MeterRates(
          config.getCir(), config.getCburst(), config.getPir(), config.getPburst());
    } catch (IllegalArgumentException e) {
      throw invalid("meter '%s': %s", meter, String.valueOf(e.getMessage()));
    }
  }

  static MeterConfig config(MeterRates rates) {
    return MeterConfig.newBuilder()
        .setCir(rates.committedRate())
        .setCburst(rates.committedBurst())
        .setPir(rates.peakRate())
        .setPburst(rates.peakBurst())
        .build();
  }
}
