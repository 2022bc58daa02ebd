package io.hairpin.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The table of figures. Progress goes to standard error. */
final class Report {
  private record Row(List<String> cells) {}

  private static final List<String> HEAD = List.of("", "measured", "beside", "ratio", "target");

  private final List<Row> rows = new ArrayList<>();

  /**
   * Adds a figure.
   *
   * @param what what is measured
   * @param measured the figure
   * @param beside what it is compared with, in the same run; empty where with nothing
   * @param ratio the figure to what stands beside it
   * @param target what the project wants
   */
  void add(String what, String measured, String beside, String ratio, String target) {
    rows.add(new Row(List.of(what, measured, beside, ratio, target)));
    progress(what + ": " + measured + (beside.isEmpty() ? "" : " | " + beside) + " | " + ratio);
  }

  /** Says why something is not measured. */
  void skip(String what, String why) {
    add(what, "not measured", why, "", "");
  }

  static void progress(String text) {
    System.err.println("bench: " + text);
  }

  /** The table in Markdown. */
  String table() {
    var text = new StringBuilder();
    List<Row> all = new ArrayList<>(List.of(new Row(HEAD)));
    all.addAll(rows);
    int[] widths = new int[HEAD.size()];
    for (Row row : all) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.cells.get(i).length());
      }
    }
    line(text, all.getFirst().cells, widths);
    line(text, Arrays.stream(widths).mapToObj("-"::repeat).toList(), widths);
    rows.forEach(row -> line(text, row.cells, widths));
    return text.toString();
  }

  private static void line(StringBuilder text, List<String> cells, int[] widths) {
    for (int i = 0; i < widths.length; i++) {
      text.append("| ").append(cells.get(i));
      text.repeat(" ", widths[i] - cells.get(i).length() + 1);
    }
    text.append("|\n");
  }

  static double median(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
  }

  static String ratio(double measured, double beside) {
    double ratio = measured / beside;
    if (Double.isNaN(ratio)) {
      return "";
    }
    return ratio >= 10 ? "%.0f".formatted(ratio) : "%.2f".formatted(ratio);
  }

  /** A rate in frames, requests or whatever a second. */
  static String rate(double perSecond, String unit) {
    return (perSecond >= 1e6
            ? "%.2f M ".formatted(perSecond / 1e6)
            : perSecond >= 1e4
                ? "%.0f k ".formatted(perSecond / 1e3)
                : "%.0f ".formatted(perSecond))
        + unit
        + "/s";
  }

  static String milliseconds(double seconds) {
    return "%.2f ms".formatted(seconds * 1e3);
  }
}
