package io.hairpin.bridge;

import io.hairpin.bridge.ConfigurationObject.ObjectKey;
import java.util.List;

/**
 * A difference between two configurations of the bridge.
 *
 * @param put the objects that are new or have other values now
 * @param removed the objects that are gone
 */
public record Change(List<ConfigurationObject> put, List<ObjectKey> removed) {

  /** Takes copies of the lists. */
  public Change {
    put = List.copyOf(put);
    removed = List.copyOf(removed);
  }
}
