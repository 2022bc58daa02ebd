package io.hairpin.benchmarks;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The engine in process, on one thread, beside the interpreter; and on two. */
final class EngineSection implements Section {
  private static final List<String> WAYS =
      List.of("forward", "reflect", "flood to 2", "flood to 8");

  private static ChainedOptionsBuilder options(boolean quick) {
    return new OptionsBuilder()
        .include(Frames.class.getName() + ".run")
        .mode(Mode.Throughput)
        .forks(1)
        .threads(1)
        .warmupIterations(quick ? 1 : 3)
        .warmupTime(TimeValue.seconds(1))
        .measurementIterations(quick ? 2 : 5)
        .measurementTime(TimeValue.milliseconds(quick ? 500 : 1000))
        .addProfiler(GCProfiler.class)
        .verbosity(VerboseMode.SILENT)
        .jvmArgs(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseSerialGC",
            "-Xms512m",
            "-Xmx1g");
  }

  @Override
  public void run(Report report, boolean quick) throws RunnerException {
    Map<String, Double> times = new HashMap<>();
    Map<String, Double> bytes = new HashMap<>();
    for (RunResult result : new Runner(options(quick).build()).run()) {
      String key = result.getParams().getParam("way") + " " + result.getParams().getParam("engine");
      times.put(key, nanoseconds(result));
      bytes.put(key, secondary(result, "gc.alloc.rate.norm"));
    }
    for (String way : WAYS) {
      double compiled = times.getOrDefault(way + " compiled", Double.NaN);
      double interpreted = times.getOrDefault(way + " interpreted", Double.NaN);
      report.add(
          "engine: %s, 64,000 FDB entries, a second of CPU time".formatted(way),
          "%s, %.0f ns, %.0f B allocated a frame"
              .formatted(
                  Report.rate(1e9 / compiled, "frames"),
                  compiled,
                  bytes.getOrDefault(way + " compiled", Double.NaN)),
          "interpreter: %s, %.0f ns"
              .formatted(Report.rate(1e9 / interpreted, "frames"), interpreted),
          Report.ratio(interpreted, compiled),
          way.startsWith("flood") ? "" : "3 M frames/s, 0 B, ratio 10");
    }
    for (String way : List.of("forward", "flood to 8")) {
      double traced = times.getOrDefault(way + " traced", Double.NaN);
      double compiled = times.getOrDefault(way + " compiled", Double.NaN);
      report.add(
          "engine: %s, after one frame was traced".formatted(way),
          "%.0f ns".formatted(traced),
          "never traced: %.0f ns".formatted(compiled),
          Report.ratio(traced, compiled),
          "1");
    }
    var two = options(quick).threads(2).param("way", "forward").param("engine", "compiled");
    double alone = times.getOrDefault("forward compiled", Double.NaN);
    for (RunResult result : new Runner(two.build()).run()) {
      double shared = nanoseconds(result);
      report.add(
          "engine: forward, on each of two threads",
          "%.0f ns".formatted(shared),
          "one thread: %.0f ns".formatted(alone),
          Report.ratio(shared, alone),
          "1");
    }
  }

  /** CPU time of a frame. */
  private static double nanoseconds(RunResult result) {
    return secondary(result, "nanoseconds") / secondary(result, "frames");
  }

  private static double secondary(RunResult result, String name) {
    double[] found = {Double.NaN};
    result
        .getSecondaryResults()
        .forEach(
            (label, secondary) -> {
              if (label.endsWith(name)) {
                found[0] = secondary.getScore();
              }
            });
    return found[0];
  }
}
