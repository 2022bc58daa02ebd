package io.hairpin.softswitch.p4runtime;

import com.google.protobuf.ByteString;
import io.hairpin.p4runtime.config.v1.ControllerPacketMetadata;
import io.hairpin.p4runtime.config.v1.ControllerPacketMetadata.Metadata;
import io.hairpin.p4runtime.v1.PacketMetadata;
import io.hairpin.softswitch.engine.Parameter;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The header between the CPU port and control: P4Info's metadata as the program lays it out. */
final class ControllerHeader {
  private final String name;
  private final List<Field> fields = new ArrayList<>();
  private final int length;

  /** A piece of metadata; its width is the program's, in bits. */
  private record Field(int id, String name, int width, Codec codec) {}

  /**
   * Lays out a header.
   *
   * @param declared what P4Info says; null where the program has no such header
   * @param program gives the program's header with fields of these names, empty where there is none
   * @throws Refusal where its fields do not fill whole bytes
   */
  ControllerHeader(
      String name,
      @Nullable ControllerPacketMetadata declared,
      Function<List<String>, List<Parameter>> program,
      Types types) {
    this.name = name;
    List<Metadata> metadata = declared == null ? List.of() : declared.getMetadataList();
    List<Parameter> header = program.apply(metadata.stream().map(Metadata::getName).toList());
    int bits = 0;
    for (int i = 0; i < metadata.size(); i++) {
      Metadata field = metadata.get(i);
      int width = header.isEmpty() ? field.getBitwidth() : header.get(i).width();
      String what = "%s: metadata '%s'".formatted(name, field.getName());
      fields.add(
          new Field(
              field.getId(),
              field.getName(),
              width,
              types.codec(what, field.getBitwidth(), field.getTypeName(), width)));
      bits += width;
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
      if (fields.stream().noneMatch(field -> field.id == one.getMetadataId())) {
        throw Refusal.invalid(
            "%s: there is no metadata %d; there are %s", name, one.getMetadataId(), names());
      }
      if (given.put(one.getMetadataId(), one.getValue()) != null) {
        throw Refusal.invalid("%s: metadata %d is given twice", name, one.getMetadataId());
      }
    }
    BigInteger header = BigInteger.ZERO;
    for (Field field : fields) {
      ByteString value = given.get(field.id);
      if (value == null) {
        throw Refusal.invalid("%s: metadata %d '%s' is missing", name, field.id, field.name);
      }
      header = header.shiftLeft(field.width).or(field.codec.decode(value));
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
    for (Field field : fields) {
      below -= field.width;
      BigInteger value =
          header
              .shiftRight(below)
              .and(BigInteger.ONE.shiftLeft(field.width).subtract(BigInteger.ONE));
      metadata.add(
          PacketMetadata.newBuilder()
              .setMetadataId(field.id)
              .setValue(field.codec.encode(value))
              .build());
    }
    return metadata;
  }

  private List<String> names() {
    return fields.stream().map(field -> field.id + " '" + field.name + "'").toList();
  }
}
