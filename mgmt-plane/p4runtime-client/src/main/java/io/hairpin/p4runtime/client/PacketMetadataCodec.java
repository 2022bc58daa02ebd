package io.hairpin.p4runtime.client;

import io.hairpin.p4runtime.config.v1.ControllerPacketMetadata;
import io.hairpin.p4runtime.v1.PacketMetadata;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A controller header: its fields by name, and their wire form. */
final class PacketMetadataCodec {
  private final String header;
  private final Names<Integer> fields;

  PacketMetadataCodec(ControllerPacketMetadata info, String header) {
    this.header = header;
    fields =
        new Names<>(
            "metadata field of " + header,
            info.getMetadataList().stream()
                .map(
                    field ->
                        new Names.Candidate<>(
                            field.getId(), field.getName(), "", field.getBitwidth()))
                .toList());
  }

  /** The widths. */
  Names<Integer> fields() {
    return fields;
  }

  List<PacketMetadata> encode(Map<String, Value> metadata) {
    Map<Integer, Value> byId = new HashMap<>();
    metadata.forEach(
        (name, value) -> {
          Names.Named<Integer> field = fields.get(name);
          Table.checkWidth(header, field.name(), value, field.object());
          byId.put(field.id(), value);
        });
    return fields.values().stream()
        .map(
            field -> {
              Value value = byId.get(field.id());
              if (value == null) {
                throw new PipelineException(
                    "%s lacks %s; it needs %s".formatted(header, field.name(), fields.all()));
              }
              return PacketMetadata.newBuilder()
                  .setMetadataId(field.id())
                  .setValue(value.bytes())
                  .build();
            })
        .toList();
  }

  Map<String, Value> decode(List<PacketMetadata> metadata) {
    Map<String, Value> byName = new HashMap<>();
    for (PacketMetadata field : metadata) {
      byName.put(fields.get(field.getMetadataId()).name(), new Value(field.getValue()));
    }
    return byName;
  }
}
