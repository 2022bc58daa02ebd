package io.hairpin.p4runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Compares our P4Runtime 1.5 with bindings of P4Runtime 1.2 that others generated: all of theirs
 * must be in ours, except what the protocol itself changed since.
 */
class WireContractTest {

  private static final List<FileDescriptor> THEIRS =
      List.of(
          p4.v1.P4RuntimeOuterClass.getDescriptor(),
          p4.v1.P4DataOuterClass.getDescriptor(),
          p4.config.v1.P4InfoOuterClass.getDescriptor(),
          p4.config.v1.P4Types.getDescriptor());

  private static final List<FileDescriptor> OURS =
      List.of(
          io.hairpin.p4runtime.v1.P4RuntimeOuterClass.getDescriptor(),
          io.hairpin.p4runtime.v1.P4DataOuterClass.getDescriptor(),
          io.hairpin.p4runtime.config.v1.P4InfoOuterClass.getDescriptor(),
          io.hairpin.p4runtime.config.v1.P4Types.getDescriptor());

  @Test
  void everyMessageFieldEnumValueAndMethodIsThatOfTheProtocol() {
    Set<String> notInOurs = facts(THEIRS);
    notInOurs.removeAll(facts(OURS));
    // 1.4 put these into a oneof beside their successors (and gave one another sign).
    assertThat(notInOurs)
        .containsExactlyInAnyOrder(
            "field p4.v1.ActionProfileAction.watch = 3: int32",
            "field p4.v1.ActionProfileGroup.Member.watch = 3: uint32",
            "field p4.v1.Replica.egress_port = 1: uint32");
    assertThat(facts(OURS))
        .contains(
            "field p4.v1.ActionProfileAction.watch = 3: int32 in watch_kind",
            "field p4.v1.ActionProfileGroup.Member.watch = 3: int32 in watch_kind",
            "field p4.v1.Replica.egress_port = 1: uint32 in port_kind");
  }

  @Test
  void theComparisonIsBetweenTwoPoolsAndOfTheWholeProtocol() {
    Set<String> theirs = facts(THEIRS);
    assertThat(THEIRS).doesNotContainAnyElementsOf(OURS);
    assertThat(theirs).filteredOn(fact -> fact.startsWith("message ")).hasSizeGreaterThan(100);
    assertThat(theirs).filteredOn(fact -> fact.startsWith("field ")).hasSizeGreaterThan(300);
    assertThat(theirs).filteredOn(fact -> fact.startsWith("value ")).hasSizeGreaterThan(40);
    assertThat(theirs).filteredOn(fact -> fact.startsWith("method ")).hasSize(6);
  }

  @Test
  void whatTheProtocolAddedSinceIsInOurs() {
    assertThat(facts(OURS))
        .contains(
            "field p4.v1.ActionProfileGroup.Member.watch_port = 4: bytes in watch_kind",
            "field p4.v1.Replica.port = 3: bytes in port_kind",
            "field p4.v1.Replica.backup_replicas = 4: repeated p4.v1.BackupReplica",
            "field p4.v1.MulticastGroupEntry.metadata = 3: bytes",
            "field p4.v1.Role.name = 3: string",
            "field p4.v1.TableEntry.is_const = 13: bool",
            "field p4.v1.MeterConfig.eburst = 5: int64");
  }

  private static Set<String> facts(List<FileDescriptor> files) {
    Set<String> facts = new TreeSet<>();
    for (FileDescriptor file : files) {
      file.getMessageTypes().forEach(message -> add(message, facts));
      file.getEnumTypes().forEach(type -> add(type, facts));
      for (var service : file.getServices()) {
        for (var method : service.getMethods()) {
          facts.add(
              "method %s(%s%s): %s%s"
                  .formatted(
                      method.getFullName(),
                      method.isClientStreaming() ? "stream " : "",
                      method.getInputType().getFullName(),
                      method.isServerStreaming() ? "stream " : "",
                      method.getOutputType().getFullName()));
        }
      }
    }
    return facts;
  }

  private static void add(Descriptor message, Set<String> facts) {
    facts.add("message " + message.getFullName());
    for (FieldDescriptor field : message.getFields()) {
      OneofDescriptor oneof = field.getContainingOneof();
      facts.add(
          "field %s = %d: %s%s%s"
              .formatted(
                  field.getFullName(),
                  field.getNumber(),
                  field.isRepeated() ? "repeated " : "",
                  type(field),
                  oneof == null ? "" : " in " + oneof.getName()));
    }
    message.getNestedTypes().forEach(nested -> add(nested, facts));
    message.getEnumTypes().forEach(type -> add(type, facts));
  }

  private static void add(EnumDescriptor type, Set<String> facts) {
    for (var value : type.getValues()) {
      facts.add(
          "value %s.%s = %d".formatted(type.getFullName(), value.getName(), value.getNumber()));
    }
  }

  private static String type(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case MESSAGE -> field.getMessageType().getFullName();
      case ENUM -> field.getEnumType().getFullName();
      default -> field.getType().name().toLowerCase(Locale.ROOT);
    };
  }
}
