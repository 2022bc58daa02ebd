package io.hairpin.p4runtime.client;

import com.google.protobuf.ByteString;
import java.util.Map;

/**
 * A packet from the dataplane.
 *
 * @param payload the packet, without the controller header
 * @param metadata the controller header's fields, by name
 */
public record PacketIn(ByteString payload, Map<String, Value> metadata) {
  /** Copies the metadata. */
  public PacketIn {
    metadata = Map.copyOf(metadata);
  }

  /**
   * A field of the controller header.
   *
   * @param name the field's name
   * @return its value
   * @throws IllegalArgumentException if there is no such field; names those that there are
   */
  public Value metadata(String name) {
    Value value = metadata.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "A packet-in has no metadata " + name + "; it has " + metadata.keySet());
    }
    return value;
  }
}
