package io.hairpin.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.hairpin.p4runtime.client.Pipeline;
import io.hairpin.p4runtime.config.v1.P4Info;
import io.hairpin.p4runtime.config.v1.Preamble;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** One control drives the program on v1model and on TNA: their P4Infos are the same. */
final class PortableContractTest {

  private static final Pattern ID = Pattern.compile("id: (\\d{8,})");

  private static String text(String resource) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            PortableContractTest.class.getResourceAsStream("/io/hairpin/p4src/" + resource))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** A P4Info by object, in lines. */
  private static Map<String, List<String>> objects(String resource) throws IOException {
    P4Info info = TextFormat.parse(text(resource), P4Info.class);
    Map<String, String> actions = new HashMap<>();
    info.getActionsList()
        .forEach(
            action ->
                actions.put(
                    Integer.toString(action.getPreamble().getId()),
                    action.getPreamble().getAlias()));
    Map<String, List<String>> objects = new TreeMap<>();
    put(objects, actions, "table", info.getTablesList(), table -> table.getPreamble());
    put(objects, actions, "counter", info.getCountersList(), counter -> counter.getPreamble());
    put(
        objects,
        actions,
        "direct counter",
        info.getDirectCountersList(),
        counter -> counter.getPreamble());
    put(objects, actions, "meter", info.getMetersList(), meter -> meter.getPreamble());
    put(objects, actions, "digest", info.getDigestsList(), digest -> digest.getPreamble());
    put(
        objects,
        actions,
        "header",
        info.getControllerPacketMetadataList(),
        header -> header.getPreamble());
    put(objects, Map.of(), "action", info.getActionsList(), action -> action.getPreamble());
    objects.put("types", lines(info.getTypeInfo(), actions));
    objects.put("package", lines(info.getPkgInfo(), actions));
    // Whatever the program has besides would not be compared.
    assertThat(
            info.toBuilder()
                .clearTables()
                .clearCounters()
                .clearDirectCounters()
                .clearMeters()
                .clearDigests()
                .clearControllerPacketMetadata()
                .clearActions()
                .clearTypeInfo()
                .clearPkgInfo()
                .build())
        .isEqualTo(P4Info.getDefaultInstance());
    return objects;
  }

  private static <T extends Message> void put(
      Map<String, List<String>> objects,
      Map<String, String> actions,
      String kind,
      List<T> messages,
      Function<T, Preamble> preamble) {
    for (T message : messages) {
      objects.put(kind + " " + preamble.apply(message).getAlias(), lines(message, actions));
    }
  }

  private static List<String> lines(Message message, Map<String, String> actions) {
    return ID.matcher(message.toString())
        .replaceAll(id -> "id: " + named(id, actions))
        .lines()
        .map(String::strip)
        .toList();
  }

  private static String named(MatchResult id, Map<String, String> actions) {
    return actions.getOrDefault(id.group(1), id.group(1));
  }

  private static List<String> without(Collection<String> lines, Collection<String> others) {
    List<String> rest = new ArrayList<>(lines);
    others.forEach(rest::remove);
    return rest;
  }

  @Test
  void whatDrivesTheOneDrivesTheOther() throws IOException {
    Pipeline v1model = Pipeline.of(text("hairpin.p4info.txtpb"), new byte[0]);
    Pipeline tna = Pipeline.of(text("hairpin-tna.p4info.txtpb"), new byte[0]);

    assertThatCode(() -> tna.checkServes(v1model)).doesNotThrowAnyException();
    assertThatCode(() -> v1model.checkServes(tna)).doesNotThrowAnyException();
  }

  @Test
  void theContractOnTnaDiffersFromTheOneOnV1modelInThisAlone() throws IOException {
    Map<String, List<String>> v1model = objects("hairpin.p4info.txtpb");
    Map<String, List<String>> tna = objects("hairpin-tna.p4info.txtpb");

    List<String> differences = new ArrayList<>();
    without(v1model.keySet(), tna.keySet()).forEach(object -> differences.add("- " + object));
    without(tna.keySet(), v1model.keySet()).forEach(object -> differences.add("+ " + object));
    v1model.forEach(
        (object, lines) -> {
          List<String> others = tna.get(object);
          if (others != null) {
            without(lines, others).forEach(line -> differences.add(object + " - " + line));
            without(others, lines).forEach(line -> differences.add(object + " + " + line));
          }
        });

    List<String> expected = new ArrayList<>();
    // A stage has so many rows.
    for (String table :
        List.of("ingress_port_ace", "ingress_vlan_ace", "egress_port_ace", "egress_vlan_ace")) {
      expected.add("table %s - size: 1024".formatted(table));
      expected.add("table %s + size: 832".formatted(table));
      expected.add("table %s + annotations: \"@entries_with_ranges(32)\"".formatted(table));
    }
    expected.addAll(
        List.of(
            "package - arch: \"v1model\"",
            "package + arch: \"tna\"",
            // Egress cannot cut a frame off.
            "action copy + annotations: \"@action_restriction(\\\"\\n"
                + "        length == 65535;\\n"
                + "    \\\")\"",
            "action copy + annotations: \"@noWarn(\\\"unused\\\")\"",
            "action copy_to_vlan + annotations:"
                + " \"@action_restriction(\\\"\\n        length == 65535;\\n    \\\")\"",
            "action copy_to_vlan + annotations: \"@noWarn(\\\"unused\\\")\""));

    assertThat(differences)
        .as("docs/pipeline/tna.md says why")
        .containsExactlyInAnyOrderElementsOf(expected);
  }
}
