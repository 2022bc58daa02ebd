package io.hairpin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The look-ups and meters that wait for each other's results, of which an ASIC holds one in a
 * stage: by what the compiled program reads and writes, and by its conditions.
 */
final class LookUpChainTest {

  private static final int STAGES = 12;
  private static final String END = "";

  /** A step of the program: a table, an action outside of tables, or a condition. */
  private record Step(
      String name, boolean lookUp, Set<String> reads, Set<String> writes, Set<String> next) {}

  /** Whether a step waits for the verdict of the steps before it, besides what it computes with. */
  private enum Waiting {
    FOR_VERDICTS,
    FOR_DATA;

    boolean counts(String field) {
      return this == FOR_VERDICTS || !field.matches("scalars\\.metadata_t\\._reason\\d+");
    }
  }

  private final JsonObject program = program();
  private final Map<Integer, JsonObject> actions = new HashMap<>();

  LookUpChainTest() throws IOException {
    for (JsonElement action : program.getAsJsonArray("actions")) {
      actions.put(action.getAsJsonObject().get("id").getAsInt(), action.getAsJsonObject());
    }
  }

  private static JsonObject program() throws IOException {
    try (InputStream in =
            Objects.requireNonNull(
                LookUpChainTest.class.getResourceAsStream("/io/hairpin/p4src/hairpin.json"));
        Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
      return JsonParser.parseReader(reader).getAsJsonObject();
    }
  }

  /** The fields of an expression; a header stands for all of its fields. */
  private static Set<String> fields(JsonElement expression) {
    Set<String> fields = new HashSet<>();
    if (expression instanceof JsonArray list) {
      list.forEach(element -> fields.addAll(fields(element)));
    } else if (expression instanceof JsonObject object) {
      JsonElement type = object.get("type");
      if (type != null && type.getAsString().equals("field")) {
        JsonArray name = object.getAsJsonArray("value");
        fields.add(name.get(0).getAsString() + "." + name.get(1).getAsString());
      } else if (type != null && type.getAsString().equals("header")) {
        fields.add(object.get("value").getAsString() + ".");
      } else {
        object.asMap().values().forEach(element -> fields.addAll(fields(element)));
      }
    }
    return fields;
  }

  private Step table(JsonObject table) {
    Set<String> reads = new HashSet<>();
    Set<String> writes = new HashSet<>();
    boolean lookUp = !table.getAsJsonArray("key").isEmpty();
    for (JsonElement key : table.getAsJsonArray("key")) {
      JsonArray target = key.getAsJsonObject().getAsJsonArray("target");
      reads.add(target.get(0).getAsString() + "." + target.get(1).getAsString());
    }
    for (JsonElement id : table.getAsJsonArray("action_ids")) {
      for (JsonElement element :
          Objects.requireNonNull(actions.get(id.getAsInt())).getAsJsonArray("primitives")) {
        JsonObject primitive = element.getAsJsonObject();
        List<JsonElement> parameters = primitive.getAsJsonArray("parameters").asList();
        String operation = primitive.get("op").getAsString();
        // Which of its parameters an operation writes; all others are read.
        int written =
            switch (operation) {
              case "assign", "assign_header", "add_header", "remove_header" -> 0;
              case "modify_field_rng_uniform" -> 0;
              case "execute_meter" -> 2;
              default -> -1;
            };
        for (int i = 0; i < parameters.size(); i++) {
          (i == written ? writes : reads).addAll(fields(parameters.get(i)));
        }
        lookUp |= operation.equals("execute_meter");
      }
    }
    Set<String> next = new HashSet<>();
    table
        .getAsJsonObject("next_tables")
        .asMap()
        .values()
        .forEach(name -> next.add(name.isJsonNull() ? END : name.getAsString()));
    return new Step(table.get("name").getAsString(), lookUp, reads, writes, next);
  }

  private static Step condition(JsonObject condition) {
    Set<String> next = new HashSet<>();
    for (String branch : List.of("true_next", "false_next")) {
      JsonElement name = condition.get(branch);
      next.add(name == null || name.isJsonNull() ? END : name.getAsString());
    }
    return new Step(
        condition.get("name").getAsString(),
        false,
        fields(condition.get("expression")),
        Set.of(),
        next);
  }

  /** The steps of a side in an order in which each stands before those that follow it. */
  private Map<String, Step> steps(String side) {
    JsonObject pipeline = new JsonObject();
    for (JsonElement element : program.getAsJsonArray("pipelines")) {
      if (element.getAsJsonObject().get("name").getAsString().equals(side)) {
        pipeline = element.getAsJsonObject();
      }
    }
    Map<String, Step> all = new HashMap<>();
    for (JsonElement table : pipeline.getAsJsonArray("tables")) {
      Step step = table(table.getAsJsonObject());
      all.put(step.name(), step);
    }
    for (JsonElement element : pipeline.getAsJsonArray("conditionals")) {
      Step step = condition(element.getAsJsonObject());
      all.put(step.name(), step);
    }
    List<Step> last = new ArrayList<>();
    visit(pipeline.get("init_table").getAsString(), all, new HashSet<>(), last);
    Collections.reverse(last);
    Map<String, Step> ordered = new LinkedHashMap<>();
    last.forEach(step -> ordered.put(step.name(), step));
    return ordered;
  }

  private static void visit(String name, Map<String, Step> all, Set<String> seen, List<Step> last) {
    Step step = all.get(name);
    if (step != null && seen.add(name)) {
      step.next().forEach(next -> visit(next, all, seen, last));
      last.add(step);
    }
  }

  private static boolean overlap(Set<String> fields, Set<String> others, Waiting waiting) {
    return fields.stream()
        .filter(waiting::counts)
        .anyMatch(
            field ->
                others.stream()
                    .anyMatch(
                        other ->
                            field.equals(other)
                                || field.endsWith(".") && other.startsWith(field)
                                || other.endsWith(".") && field.startsWith(other)));
  }

  /** The longest chain, from its first look-up to its last. */
  private List<String> chain(String side, Waiting waiting) {
    Map<String, Step> steps = steps(side);
    List<Step> backwards = new ArrayList<>(steps.values()).reversed();
    Map<String, Set<String>> reachable = new HashMap<>(Map.of(END, Set.of()));
    // What every way from a step comes by, the step included.
    Map<String, Set<String>> certain = new HashMap<>(Map.of(END, Set.of(END)));
    for (Step step : backwards) {
      Set<String> reached = new HashSet<>(step.next());
      step.next().forEach(next -> reached.addAll(Objects.requireNonNull(reachable.get(next))));
      reachable.put(step.name(), reached);
      Set<String> common = null;
      for (String next : step.next()) {
        Set<String> behind = Objects.requireNonNull(certain.get(next));
        if (common == null) {
          common = new HashSet<>(behind);
        } else {
          common.retainAll(behind);
        }
      }
      Set<String> passed = common == null ? new HashSet<>() : common;
      passed.add(step.name());
      certain.put(step.name(), passed);
    }
    Map<String, List<String>> chains = new HashMap<>();
    List<String> longest = List.of();
    for (Step step : steps.values()) {
      Set<String> used = new HashSet<>(step.reads());
      used.addAll(step.writes());
      List<String> before = List.of();
      for (Step earlier : steps.values()) {
        if (!Objects.requireNonNull(reachable.get(earlier.name())).contains(step.name())) {
          continue;
        }
        boolean decides =
            !Objects.requireNonNull(certain.get(earlier.name())).contains(step.name())
                && earlier.next().stream()
                    .anyMatch(
                        next -> Objects.requireNonNull(certain.get(next)).contains(step.name()));
        if (decides || overlap(earlier.writes(), used, waiting)) {
          List<String> chain = Objects.requireNonNull(chains.get(earlier.name()));
          before = chain.size() > before.size() ? chain : before;
        }
      }
      List<String> chain = new ArrayList<>(before);
      if (step.lookUp()) {
        chain.add(step.name().substring(step.name().lastIndexOf('.') + 1));
      }
      chains.put(step.name(), chain);
      longest = chain.size() > longest.size() ? chain : longest;
    }
    return longest;
  }

  @Test
  void whatIngressLooksUpFitsTheStagesOfAnAsic() {
    assertThat(chain("ingress", Waiting.FOR_DATA))
        .as("the chain in docs/pipeline/tna.md")
        .hasSize(8)
        .hasSizeLessThanOrEqualTo(STAGES)
        .startsWith(
            "reception",
            "channel_reception",
            "ingress_port_attachment",
            "ingress_vlan_attachment",
            "ingress_vlan_ace",
            "ingress_port_ace");
  }

  @Test
  void whatEgressLooksUpFitsTheStagesOfAnAsic() {
    assertThat(chain("egress", Waiting.FOR_DATA))
        .as("the chain in docs/pipeline/tna.md")
        .hasSizeLessThanOrEqualTo(STAGES)
        .containsExactly(
            "egress_port_attachment",
            "egress_vlan_attachment",
            "egress_port_ace",
            "egress_vlan_ace");
  }

  @Test
  void verdictsMakeTheChainsLonger() {
    assertThat(chain("ingress", Waiting.FOR_VERDICTS))
        .as("the figure in docs/pipeline/tna.md")
        .hasSize(18);
    assertThat(chain("egress", Waiting.FOR_VERDICTS))
        .as("the figure in docs/pipeline/tna.md")
        .hasSize(7);
  }
}
