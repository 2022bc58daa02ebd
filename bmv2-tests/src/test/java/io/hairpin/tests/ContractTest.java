package io.hairpin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TextFormat;
import io.hairpin.p4runtime.config.v1.P4Info;
import io.hairpin.p4runtime.config.v1.Preamble;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The P4Runtime contract, as the golden P4Infos have it, beside the registry of every id. */
final class ContractTest {

  private static final Path REGISTRY = Path.of("../p4src/registry");

  /** Each line of the registry: an id, a kind and a name; "retired" behind what is gone. */
  private record Line(String id, String object, boolean retired) {}

  private static List<Line> registry() throws IOException {
    return Files.readAllLines(REGISTRY).stream()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .map(
            line -> {
              String[] words = line.split(" ");
              return new Line(
                  words[0], words[1] + " " + words[2], words.length > 3 && isRetired(words[3]));
            })
        .toList();
  }

  private static boolean isRetired(String word) {
    assertThat(word).isEqualTo("retired");
    return true;
  }

  private static P4Info p4Info() throws IOException {
    return p4Info("hairpin.p4info.txtpb");
  }

  private static P4Info p4Info(String resource) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            ContractTest.class.getResourceAsStream("/io/hairpin/p4src/" + resource))) {
      return TextFormat.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), P4Info.class);
    }
  }

  private static Map<String, String> objects() throws IOException {
    Map<String, String> objects = new TreeMap<>(objects(p4Info("hairpin-tna.p4info.txtpb")));
    objects.putAll(objects(p4Info()));
    return objects;
  }

  private static Map<String, String> objects(P4Info info) {
    Map<String, String> objects = new TreeMap<>();
    put(objects, "table", info.getTablesList().stream().map(o -> o.getPreamble()));
    put(objects, "action", info.getActionsList().stream().map(o -> o.getPreamble()));
    put(objects, "counter", info.getCountersList().stream().map(o -> o.getPreamble()));
    put(objects, "counter", info.getDirectCountersList().stream().map(o -> o.getPreamble()));
    put(objects, "meter", info.getMetersList().stream().map(o -> o.getPreamble()));
    put(objects, "meter", info.getDirectMetersList().stream().map(o -> o.getPreamble()));
    put(objects, "digest", info.getDigestsList().stream().map(o -> o.getPreamble()));
    return objects;
  }

  private static void put(Map<String, String> objects, String kind, Stream<Preamble> preambles) {
    preambles.forEach(
        preamble ->
            objects.put("0x%08X".formatted(preamble.getId()), kind + " " + preamble.getAlias()));
  }

  @Test
  void everyObjectHasTheIdThatTheRegistryGivesIt() throws IOException {
    Map<String, String> registered = new TreeMap<>();
    for (Line line : registry()) {
      if (!line.retired()) {
        registered.put(line.id(), line.object());
      }
    }
    assertThat(objects())
        .as("a new object is a new line at the end of %s; one that is gone is retired", REGISTRY)
        .isEqualTo(registered);
  }

  @Test
  void noIdIsUsedTwice() throws IOException {
    List<String> ids = new ArrayList<>(registry().stream().map(Line::id).toList());
    Set<String> once = new HashSet<>(ids);

    assertThat(ids).hasSameSizeAs(once);
  }

  @Test
  void theVersionIsSemantic() throws IOException {
    assertThat(p4Info().getPkgInfo().getVersion()).matches("\\d+\\.\\d+\\.\\d+");
  }

  @Test
  void everyTableWithAKeyThatControlWritesRestrictsIt() throws IOException {
    // Every value of the key of these is legal.
    List<String> free = List.of("traffic_class");
    assertThat(
            p4Info().getTablesList().stream()
                .filter(table -> !table.getIsConstTable())
                .filter(table -> table.getPreamble().getAnnotationsList().isEmpty())
                .map(table -> table.getPreamble().getAlias()))
        .containsExactlyInAnyOrderElementsOf(free);
  }
}
