package io.hairpin.p4runtime.client;

/**
 * The cells of an indexed counter or meter.
 *
 * @param size how many there are
 * @param unit what they count
 */
record Cells(int size, String unit) {

  /**
   * Refuses an index beyond them.
   *
   * @param owner whose cells they are
   * @throws PipelineException if there is no such cell
   */
  void check(String owner, long index) {
    if (index < 0 || index >= size) {
      throw new PipelineException(
          "%s: the index %d is not in 0..%d".formatted(owner, index, size - 1));
    }
  }
}
