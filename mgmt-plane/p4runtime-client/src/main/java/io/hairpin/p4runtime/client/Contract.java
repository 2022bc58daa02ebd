package io.hairpin.p4runtime.client;

import io.hairpin.p4runtime.config.v1.ActionRef;
import io.hairpin.p4runtime.config.v1.Digest;
import io.hairpin.p4runtime.config.v1.MatchField;
import io.hairpin.p4runtime.config.v1.P4Info;
import io.hairpin.p4runtime.config.v1.P4StructTypeSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Whether a client that was written for one pipeline can drive another. */
final class Contract {

  private final Pipeline needed;
  private final Pipeline offered;

  Contract(Pipeline needed, Pipeline offered) {
    this.needed = needed;
    this.offered = offered;
  }

  /**
   * Compares what a client writes and reads.
   *
   * @throws PipelineException at the first object that is missing or another one
   */
  void check() {
    checkVersion();
    for (Names.Named<Table> table : needed.tables().values()) {
      if (!table.object().info().getIsConstTable()) {
        checkTable(table, find("Table", table, offered.tables()).object());
      }
    }
    checkCells("Counter", needed.counters(), offered.counters());
    checkCells("Meter", needed.meters(), offered.meters());
    for (Names.Named<Digest> digest : needed.digests().values()) {
      find("Digest", digest, offered.digests());
      checkFields(members(needed, digest.name()), members(offered, digest.name()));
    }
    checkFields(needed.packetIn().fields(), offered.packetIn().fields());
    checkFields(needed.packetOut().fields(), offered.packetOut().fields());
    checkNoOthers(needed.packetOut().fields(), offered.packetOut().fields());
  }

  private void checkVersion() {
    String version = version(offered);
    String major = version(needed).split("\\.", -1)[0];
    if (!version.startsWith(major + ".")) {
      throw new PipelineException(
          "pkg_info: the version is '%s'; one that begins with '%s.' is needed"
              .formatted(version, major));
    }
  }

  private static String version(Pipeline pipeline) {
    return pipeline.p4Info().getPkgInfo().getVersion();
  }

  private void checkTable(Names.Named<Table> named, Table other) {
    Table table = named.object();
    for (Names.Named<MatchField> field : table.fields().values()) {
      MatchField found = other.fields().get(field.name()).object();
      MatchField.MatchType type = field.object().getMatchType();
      String owner = "Table %s: match field %s".formatted(named.name(), field.name());
      if (found.getMatchType() != type) {
        throw new PipelineException(
            "%s is %s; it has to be %s".formatted(owner, found.getMatchType(), type));
      }
      int width = field.object().getBitwidth();
      checkWidth(owner, width, found.getBitwidth());
      // A mask says which bits of a field count, and a range which numbers are all.
      if (type != MatchField.MatchType.EXACT && found.getBitwidth() > width) {
        throw new PipelineException(
            "%s has %d bits; it has to have %d".formatted(owner, found.getBitwidth(), width));
      }
    }
    checkNoOthers(table.fields(), other.fields());
    for (Names.Named<Table.TableAct> action : table.actions().values()) {
      if (action.object().scope() != ActionRef.Scope.DEFAULT_ONLY) {
        String owner = "Table %s: action".formatted(named.name());
        Table.TableAct found = find(owner, action, other.actions()).object();
        if (found.scope() == ActionRef.Scope.DEFAULT_ONLY) {
          throw new PipelineException(
              "%s %s is for the default entry only".formatted(owner, action.name()));
        }
        checkFields(action.object().params(), found.params());
        checkNoOthers(action.object().params(), found.params());
      }
    }
    if (isCounted(needed.p4Info(), table) && !isCounted(offered.p4Info(), other)) {
      throw new PipelineException("Table %s: it has no direct counter".formatted(named.name()));
    }
  }

  private static boolean isCounted(P4Info p4Info, Table table) {
    return p4Info.getDirectCountersList().stream()
        .anyMatch(counter -> counter.getDirectTableId() == table.info().getPreamble().getId());
  }

  private static void checkCells(String kind, Names<Cells> needed, Names<Cells> offered) {
    for (Names.Named<Cells> cells : needed.values()) {
      Cells found = find(kind, cells, offered).object();
      String owner = kind + " " + cells.name();
      if (!found.unit().equals(cells.object().unit())) {
        throw new PipelineException(
            "%s is of %s; it has to be of %s"
                .formatted(owner, found.unit(), cells.object().unit()));
      }
      if (found.size() < cells.object().size()) {
        throw new PipelineException(
            "%s has %d cells; it has to have %d or more"
                .formatted(owner, found.size(), cells.object().size()));
      }
    }
  }

  /** The members of a digest's struct with their widths. */
  private static Names<Integer> members(Pipeline pipeline, String digest) {
    P4StructTypeSpec struct =
        pipeline
            .p4Info()
            .getTypeInfo()
            .getStructsOrDefault(
                pipeline.digests().get(digest).object().getTypeSpec().getStruct().getName(),
                P4StructTypeSpec.getDefaultInstance());
    List<Names.Candidate<Integer>> members = new ArrayList<>();
    for (P4StructTypeSpec.Member member : struct.getMembersList()) {
      int width = member.getTypeSpec().getBitstring().getBit().getBitwidth();
      members.add(new Names.Candidate<>(members.size(), member.getName(), "", width));
    }
    return new Names<>("member of digest " + digest, members);
  }

  private static void checkFields(Names<Integer> needed, Names<Integer> offered) {
    for (Names.Named<Integer> field : needed.values()) {
      Names.Named<Integer> found = offered.get(field.name());
      checkWidth(
          "The %s %s".formatted(offered.kind(), field.name()), field.object(), found.object());
    }
  }

  private static void checkWidth(String owner, int needed, int offered) {
    if (offered < needed) {
      throw new PipelineException(
          "%s has %d bits; it has to have %d".formatted(owner, offered, needed));
    }
  }

  /** What is there besides would have to be given, and nobody would. */
  private static <T> void checkNoOthers(Names<T> needed, Names<T> offered) {
    Set<String> names = new HashSet<>();
    needed.values().forEach(named -> names.add(named.name()));
    for (Names.Named<T> named : offered.values()) {
      if (!names.contains(named.name())) {
        throw new PipelineException(
            "The %s %s is one too many; there has to be %s"
                .formatted(offered.kind(), named.name(), needed.all()));
      }
    }
  }

  private static <T> Names.Named<T> find(String owner, Names.Named<T> needed, Names<T> offered) {
    Names.Named<T> found = offered.get(needed.name());
    if (found.id() != needed.id()) {
      throw new PipelineException(
          "%s %s has the id 0x%08x; it has to have 0x%08x"
              .formatted(owner, needed.name(), found.id(), needed.id()));
    }
    if (!found.name().equals(needed.name())) {
      throw new PipelineException(
          "%s %s is also called %s; there has to be no shorter name"
              .formatted(owner, needed.name(), found.name()));
    }
    return found;
  }
}
