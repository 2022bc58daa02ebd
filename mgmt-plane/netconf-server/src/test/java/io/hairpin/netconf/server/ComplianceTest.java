package io.hairpin.netconf.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The page of compliance names tests that there are. */
class ComplianceTest {
  private static final Path PAGE = Path.of("../../docs/compliance/netconf.md");
  // server.ErrorTest, server.ErrorTest.requestIsRefused, .requestIsRefused, .requestIsRefused[3]
  private static final Pattern NAME =
      Pattern.compile(
          "`(?:((?:server|transport|client)\\.\\w+Test))?(?:\\.(\\w+))?(?:\\[(\\d+)])?`");

  private static List<String> rows() throws IOException {
    return Files.readAllLines(PAGE).stream().filter(line -> line.startsWith("| RFC")).toList();
  }

  @Test
  void everyTestThatIsNamedExists() throws Exception {
    List<String> wrong = new ArrayList<>();
    for (String row : rows()) {
      String tests = row.substring(row.lastIndexOf('|', row.length() - 2));
      Matcher name = NAME.matcher(tests);
      @Nullable Class<?> at = null;
      int found = 0;
      while (name.find()) {
        found++;
        if (name.group(1) != null) {
          try {
            at = Class.forName("io.hairpin.netconf." + name.group(1));
          } catch (ClassNotFoundException e) {
            wrong.add(row + ": there is no class " + name.group(1));
            break;
          }
        }
        if (at == null) {
          wrong.add(row + ": a method comes before its class");
          break;
        }
        wrongIn(at, name).ifPresent(what -> wrong.add(row + ": " + what));
      }
      if (found == 0) {
        wrong.add(row + ": no test");
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static Optional<String> wrongIn(Class<?> type, Matcher name) {
    if (name.group(2) == null) {
      return Optional.empty();
    }
    Optional<Method> method =
        Arrays.stream(type.getDeclaredMethods())
            .filter(each -> each.getName().equals(name.group(2)))
            .findFirst();
    if (method.isEmpty()) {
      return Optional.of("there is no method " + name.group(2) + " in " + type);
    }
    if (name.group(3) == null) {
      return Optional.empty();
    }
    int cases = cases(method.get());
    int number = Integer.parseInt(name.group(3));
    return number >= 1 && number <= cases
        ? Optional.empty()
        : Optional.of(name.group(2) + " has " + cases + " cases");
  }

  private static int cases(Method method) {
    CsvSource csv = method.getAnnotation(CsvSource.class);
    ValueSource values = method.getAnnotation(ValueSource.class);
    return csv != null ? csv.value().length : values != null ? values.strings().length : 1;
  }

  @Test
  void thereAreAtLeastTwoHundredScenarios() throws Exception {
    List<String> scenarios =
        Files.readAllLines(PAGE).stream()
            .dropWhile(line -> !line.equals("## Scenarios"))
            .filter(line -> line.startsWith("| RFC"))
            .toList();
    assertThat(scenarios).hasSizeGreaterThanOrEqualTo(200).doesNotHaveDuplicates();
  }
}
