package io.hairpin.benchmarks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What {@code ./hairpin bench} starts; the launcher has checked the flags. */
public final class Main {
  private static final Map<String, Supplier<Section>> SECTIONS = new LinkedHashMap<>();

  static {
    SECTIONS.put("engine", EngineSection::new);
    SECTIONS.put("veth", VethSection::new);
    SECTIONS.put("writes", WriteSection::new);
    SECTIONS.put("learning", LearningSection::new);
    SECTIONS.put("netconf", NetconfSection::new);
    SECTIONS.put("start", StartSection::new);
  }

  private Main() {}

  /**
   * Runs the sections and prints the table.
   *
   * @param arguments {@code quick} or {@code whole}, then the names of the sections; none means all
   * @throws Exception where the network namespace of this process cannot be used
   */
  public static void main(String[] arguments) throws Exception {
    boolean quick = arguments[0].equals("quick");
    List<String> names = List.of(arguments).subList(1, arguments.length);
    if (VethSection.privileged()) {
      Wires.ip("link set lo up");
    }
    var report = new Report();
    long start = System.nanoTime();
    SECTIONS.forEach(
        (name, section) -> {
          if (names.isEmpty() || names.contains(name)) {
            Report.progress(name);
            try {
              section.get().run(report, quick);
            } catch (Exception e) {
              report.skip(name, e.toString());
            }
          }
        });
    Report.progress("%.0f s".formatted((System.nanoTime() - start) / 1e9));
    System.out.print(report.table());
    System.exit(0);
  }
}
