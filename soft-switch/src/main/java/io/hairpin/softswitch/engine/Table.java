package io.hairpin.softswitch.engine;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table of a program. Any thread may read and write it while packets flow; writes take effect one
 * by one, in the order of their calls, and never make a packet wait.
 */
@SuppressWarnings("DoNotCallSuggester") // until it is written
public final class Table {
  private Table() {}

  /**
   * The table's name in the program.
   *
   * @return the name
   */
  public String name() {
    throw new UnsupportedOperationException();
  }

  /**
   * The fields of its key.
   *
   * @return the fields in the order of {@link Entry#key()}
   */
  public List<KeyField> key() {
    throw new UnsupportedOperationException();
  }

  /**
   * The actions that its entries may run.
   *
   * @return their names
   */
  public List<String> actions() {
    throw new UnsupportedOperationException();
  }

  /**
   * Whether entries need a priority: a table with a ternary, range or optional field.
   *
   * @return true where the priority must be above 0, false where it must be 0
   */
  public boolean hasPriorities() {
    throw new UnsupportedOperationException();
  }

  /**
   * Whether the program's entries are all it will ever have.
   *
   * @return true where inserts, modifications and deletions are refused
   */
  public boolean isConst() {
    throw new UnsupportedOperationException();
  }

  /**
   * Whether hits are counted.
   *
   * @return true where {@link #counter} works
   */
  public boolean hasCounter() {
    throw new UnsupportedOperationException();
  }

  /**
   * How many entries fit.
   *
   * @return the program's size of the table
   */
  public int capacity() {
    throw new UnsupportedOperationException();
  }

  /**
   * How many entries there are, without the default entry.
   *
   * @return the number
   */
  public int size() {
    throw new UnsupportedOperationException();
  }

  /**
   * Adds an entry.
   *
   * @param entry the entry
   * @throws TableException where it is invalid, exists, does not fit, or entries are constant
   */
  public void insert(Entry entry) {
    throw new UnsupportedOperationException();
  }

  /**
   * Gives the entry with this key and priority another action; its counter goes on.
   *
   * @param entry the entry
   * @throws TableException where it is invalid, does not exist, or entries are constant
   */
  public void modify(Entry entry) {
    throw new UnsupportedOperationException();
  }

  /**
   * Removes an entry.
   *
   * @param key its key
   * @param priority its priority
   * @throws TableException where it is invalid, does not exist, or entries are constant
   */
  public void delete(List<Match> key, int priority) {
    throw new UnsupportedOperationException();
  }

  /**
   * Reads an entry.
   *
   * @param key its key
   * @param priority its priority
   * @return the entry, or null where there is none
   * @throws TableException where the key is not one of this table's
   */
  public @Nullable Entry get(List<Match> key, int priority) {
    throw new UnsupportedOperationException();
  }

  /**
   * Reads all entries.
   *
   * @return a snapshot, without the default entry, in no particular order
   */
  public Collection<Entry> entries() {
    throw new UnsupportedOperationException();
  }

  /**
   * What a miss runs.
   *
   * @return the default entry's action, or null where a miss does nothing
   */
  public @Nullable Action defaultAction() {
    throw new UnsupportedOperationException();
  }

  /**
   * Sets what a miss runs.
   *
   * @param action the default entry's action
   * @throws TableException where it is invalid, or the default entry is constant
   */
  public void setDefault(Action action) {
    throw new UnsupportedOperationException();
  }

  /**
   * Sets what a miss runs back to what the program says.
   *
   * @throws TableException where the default entry is constant
   */
  public void resetDefault() {
    throw new UnsupportedOperationException();
  }

  /**
   * Reads an entry's direct counter.
   *
   * @param key its key
   * @param priority its priority
   * @return what it has counted
   * @throws TableException where there is no such entry, or hits are not counted
   */
  public CounterValue counter(List<Match> key, int priority) {
    throw new UnsupportedOperationException();
  }

  /**
   * Sets an entry's direct counter.
   *
   * @param key its key
   * @param priority its priority
   * @param value what it is to hold
   * @throws TableException where there is no such entry, or hits are not counted
   */
  public void setCounter(List<Match> key, int priority, CounterValue value) {
    throw new UnsupportedOperationException();
  }

  /**
   * Reads the default entry's direct counter.
   *
   * @return what it has counted
   * @throws TableException where hits are not counted
   */
  public CounterValue defaultCounter() {
    throw new UnsupportedOperationException();
  }

  /**
   * Sets the default entry's direct counter.
   *
   * @param value what it is to hold
   * @throws TableException where hits are not counted
   */
  public void setDefaultCounter(CounterValue value) {
    throw new UnsupportedOperationException();
  }
}
