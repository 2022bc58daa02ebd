package io.hairpin.netconf.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Modules that do not make a schema are named with file and line. */
class SchemaTest {
  @TempDir private Path directory;

  private void write(String body) throws IOException {
    Files.writeString(
        directory.resolve("broken.yang"),
        "module broken {\n  namespace \"urn:broken\";\n  prefix b;\n" + body + "\n}\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "  leaf x { type string | 5",
        "  leaf x { type nosuch; } | 4",
        "  leaf x { } | 4",
        "  container c { uses g; } | 4",
      })
  void aMistakeIsNamedWithFileAndLine(String body, String line) throws Exception {
    write(body);
    assertThatThrownBy(() -> Schema.builder().directory(directory).build())
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("broken.yang:" + line);
  }

  @Test
  void aModuleThatIsNotThereIsNamedWithWhoWantsIt() throws Exception {
    write("  import absent { prefix a; }");
    assertThatThrownBy(() -> Schema.builder().directory(directory).build())
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("absent")
        .hasMessageContaining("broken.yang");
  }

  @Test
  void modulesOfTheClassPathAreImplementedByName() {
    Schema schema = Schema.builder().modules("ietf-inet-types").build();
    assertThat(schema.context().findModules("ietf-inet-types")).hasSize(1);
    assertThat(schema.sources())
        .anyMatch(source -> source.name().equals("ietf-inet-types") && !source.imported());
  }

  @Test
  void modulesThatAreOnlyImportedHaveNoNodes() {
    assertThat(Served.SCHEMA.context().findModules("ietf-ip")).hasSize(1);
    assertThat(Served.SCHEMA.root().named("interfaces")).isEmpty();
    assertThat(Served.SCHEMA.root().named("network-instances")).isEmpty();
    Definition interfaces =
        Schema.builder().modules("ietf-interfaces").build().root().named("interfaces").getFirst();
    Definition entry = interfaces.named("interface").getFirst();
    assertThat(entry.named("enabled")).hasSize(1);
    assertThat(entry.named("ipv4")).isEmpty();
  }

  @Test
  void onlyChosenFeaturesAreThere() throws Exception {
    write(
        "  feature one; feature two; leaf a { if-feature one; type string; }"
            + " leaf b { if-feature two; type string; }");
    Schema schema = Schema.builder().directory(directory).features("broken", "one").build();
    assertThat(schema.context().getChildNodes().toString())
        .contains("urn:broken)a")
        .doesNotContain("urn:broken)b");
    assertThat(schema.context().findModules("broken").iterator().next().getFeatures()).hasSize(1);
    Schema none = Schema.builder().directory(directory).features("broken").build();
    assertThat(none.context().getChildNodes().toString()).doesNotContain("urn:broken)a");
  }

  @Test
  void aFeatureThatIsNotThereIsNamed() throws Exception {
    write("  feature one;");
    assertThatThrownBy(() -> Schema.builder().directory(directory).features("broken", "x").build())
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("broken")
        .hasMessageContaining("[x]");
    assertThatThrownBy(() -> Schema.builder().features("nosuch", "x").build())
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("nosuch");
  }

  @Test
  void aDirectoryThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> Schema.builder().directory(directory.resolve("nosuch")))
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("nosuch");
  }
}
