package io.hairpin.tests.stf;

import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.softswitch.engine.ProgramException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames come out of the engine as the scripts beside the programs say. */
class StfTest {
  private static byte[] resource(String name) throws IOException {
    try (var in = StfTest.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("no resource " + name);
      }
      return in.readAllBytes();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"shapes", "again"})
  void ofThisProject(String program) throws IOException, ProgramException {
    String script = new String(resource(program + ".stf"), StandardCharsets.UTF_8);
    assertThat(Stf.run(resource(program + ".json"), script)).isEmpty();
  }

  static Stream<Path> programs() throws IOException {
    return Files.list(Path.of(System.getProperty("hairpin.stf")))
        .filter(p -> p.toString().endsWith(".json"))
        .sorted();
  }

  /** Programs and scripts of others, by hand: {@code -Dhairpin.stf} names their folder. */
  @ParameterizedTest
  @MethodSource("programs")
  @EnabledIfSystemProperty(named = "hairpin.stf", matches = ".+")
  void ofOthers(Path program) throws IOException, ProgramException {
    String script = Files.readString(Path.of(program.toString().replaceAll("json$", "stf")));
    assertThat(Stf.run(Files.readAllBytes(program), script)).isEmpty();
  }

  @Test
  void namesTheLineThatCannotBeRun() throws IOException, ProgramException {
    assertThat(Stf.run(resource("shapes.json"), "\n\nadd nowhere a:1 b()"))
        .singleElement()
        .asString()
        .startsWith("line 3, 'add nowhere a:1 b()'")
        .contains("table nowhere is 0 among");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "packet 0 0100 77\nexpect 1 0100abcd78",
        "packet 0 0100 77\nexpect 1 0100abcd $",
        "packet 0 0100 77\nexpect 1 0100abcd77aa",
        "packet 0 0100 77\nexpect 2 0100abcd77",
        "packet 0 0100 77\nno_packet",
        "expect 1"
      })
  void seesThatFramesAreNotAsExpected(String script) throws IOException, ProgramException {
    assertThat(Stf.run(resource("shapes.json"), script)).isNotEmpty();
  }
}
