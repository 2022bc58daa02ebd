package io.hairpin.softswitch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tests that docs/compliance/p4runtime.md names are there. */
class ComplianceTest {
  private static final Path PAGE = Path.of("../docs/compliance/p4runtime.md");
  private static final Pattern NAMED = Pattern.compile("\\b([A-Z])\\.([a-z][A-Za-z0-9]+)");
  private static final Map<String, Class<?>> CLASSES =
      Map.of(
          "P", P4RuntimeTest.class,
          "A", AtomicityTest.class,
          "R", ResourceEntriesTest.class,
          "S", ActionProfileEntriesTest.class,
          "D", DirectResourcesTest.class,
          "T", TranslationTest.class,
          "G", ReplicationEntriesTest.class,
          "O", RoleTest.class,
          "L", TlsTest.class,
          "F", FuzzTest.class);

  @Test
  void eachTestThatThePageNamesIsThere() throws IOException {
    var named = new TreeSet<String>();
    var there = new TreeSet<String>();
    Matcher name = NAMED.matcher(Files.readString(PAGE));
    while (name.find()) {
      named.add(name.group());
    }
    CLASSES.forEach(
        (letter, type) ->
            Stream.of(type.getDeclaredMethods())
                .filter(ComplianceTest::isTest)
                .forEach(method -> there.add(letter + "." + method.getName())));
    assertThat(named).hasSizeGreaterThan(100).isSubsetOf(there);
  }

  private static boolean isTest(Method method) {
    return Stream.of(method.getAnnotations())
        .anyMatch(annotation -> annotation.annotationType().getSimpleName().endsWith("Test"));
  }
}
