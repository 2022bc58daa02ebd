package io.hairpin.benchmarks;

/** A group of figures. */
interface Section {
  /**
   * Measures.
   *
   * @param report where the figures go
   * @param quick whether to be short rather than exact
   * @throws Exception where something that is measured, or what it is measured with, fails
   */
  void run(Report report, boolean quick) throws Exception;
}
