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
}
