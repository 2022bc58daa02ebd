package io.hairpin.p4runtime.client;

/**
 * What a cell of an indexed counter is to hold. The target goes on counting from there; {@link
 * Session#readCounter} reads how far it is.
 *
 * @param counter the counter's name
 * @param index the cell
 * @param packets packets; 0 where it counts bytes only
 * @param bytes bytes; 0 where it counts packets only
 */
public record CounterCell(String counter, long index, long packets, long bytes) implements Entity {

  @Override
  public Kind kind() {
    return Kind.COUNTER_CELL;
  }

  @Override
  public CounterCell key() {
    return new CounterCell(counter, index, 0, 0);
  }
}
