package io.hairpin.p4runtime.client;

import java.util.List;
import java.util.Map;

/**
 * Digests that the dataplane packed together.
 *
 * @param digest the digest's name
 * @param listId what the acknowledgement names
 * @param digests of each digest its values by member name
 */
public record DigestList(String digest, long listId, List<Map<String, Value>> digests) {
  /** Copies the digests. */
  public DigestList {
    digests = List.copyOf(digests);
  }
}
