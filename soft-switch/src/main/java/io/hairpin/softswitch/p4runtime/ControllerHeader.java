package io.hairpin.softswitch.p4runtime;

import com.google.protobuf.ByteString;
import io.hairpin.p4runtime.config.v1.ControllerPacketMetadata;
import io.hairpin.p4runtime.config.v1.ControllerPacketMetadata.Metadata;
import io.hairpin.p4runtime.v1.PacketMetadata;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The header between the CPU port and control: P4Info's metadata as the program lays it out. */
final class ControllerHeader {
  private final String name;
  private final List<Metadata> fields;
  private final int length;

  /**
   * Lays out a header.
   *
   * @param declared what P4Info says; null where the program has no such header
   * @throws Refusal where its fields do not fill whole bytes
   */
  ControllerHeader(String name, @Nullable ControllerPacketMetadata declared) {
    this.name = name;
    fields = declared == null ? List.of() : declared.getMetadataList();
    int bits = 0;
    for (Metadata field : fields) {
      if (field.getBitwidth() <= 0) {
        throw Refusal.unimplemented(
            "controller header '%s': field '%s' has no bitwidth", name, field.getName());
      }
      bits += field.getBitwidth();
    }
    if (bits % 8 != 0) {
      throw Refusal.invalid("controller header '%s': %d bits are no whole bytes", name, bits);
    }
    length = bits / 8;
  }

  int length() {
    return length;
  }

  /**
   * The header's bytes.
   *
   * @throws Refusal where a field is missing, unknown, given twice or too wide
   */
  byte[] encode(List<PacketMetadata> metadata) {
    var given = new HashMap<Integer, ByteString>();
    for (PacketMetadata one : metadata) {
      if (fields.stream().noneMatch(field -> field.getId() == one.getMetadataId())) {
        throw Refusal.invalid(
            "%s: there is no metadata %d; there are %s", name, one.getMetadataId(), names());
      }
      if (given.put(one.getMetadataId(), one.getValue()) != null) {
        throw Refusal.invalid("%s: metadata %d is given twice", name, one.getMetadataId());
      }
    }
    BigInteger header = BigInteger.ZERO;
    for (Metadata field : fields) {
      ByteString value = given.get(field.getId());
      if (value == null) {
        throw Refusal.invalid(
            "%s: metadata %d '%s' is missing", name, field.getId(), field.getName());
      }
      header =
          header
              .shiftLeft(field.getBitwidth())
              .or(
                  Bytes.decode(
                      value,
                      field.getBitwidth(),
                      "%s: metadata '%s'".formatted(name, field.getName())));
    }
    byte[] bytes = header.toByteArray();
    byte[] padded = new byte[length];
    int size = Math.min(bytes.length, length);
    System.arraycopy(bytes, bytes.length - size, padded, length - size, size);
    return padded;
  }

  /** The metadata of a frame that begins with the header; the frame is at least as long. */
  List<PacketMetadata> decode(byte[] frame) {
    var header = new BigInteger(1, Arrays.copyOf(frame, length));
    var metadata = new ArrayList<PacketMetadata>(fields.size());
    int below = 8 * length;
    for (Metadata field : fields) {
      below -= field.getBitwidth();
      BigInteger value =
          header
              .shiftRight(below)
              .and(BigInteger.ONE.shiftLeft(field.getBitwidth()).subtract(BigInteger.ONE));
      metadata.add(
          PacketMetadata.newBuilder()
              .setMetadataId(field.getId())
              .setValue(Bytes.encode(value))
              .build());
    }
    return metadata;
  }

  private List<String> names() {
    return fields.stream().map(field -> field.getId() + " '" + field.getName() + "'").toList();
  }
}
