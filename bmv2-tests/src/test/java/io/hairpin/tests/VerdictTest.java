package io.hairpin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/** On TNA ingress finds the reason of a discard by the entries of a table: no reason lacks one. */
final class VerdictTest {

  private static final Path SOURCES = Path.of("../p4src");

  /** What egress alone discards for. */
  private static final Set<String> OF_EGRESS = Set.of("EGRESS_MEMBER");

  private static final Pattern REASONS =
      Pattern.compile("enum bit<8> reason_t \\{(.*?)\\}", Pattern.DOTALL);
  private static final Pattern REASON = Pattern.compile("(\\w+) = \\d+");
  private static final Pattern KEY = Pattern.compile("([\\w.]+) : ternary;");
  private static final Pattern ENTRY =
      Pattern.compile("\\((.*)\\) : found\\(reason_t\\.(\\w+)\\);");

  /** An entry: the reasons whose flags are set, and the one that it finds. */
  private record Entry(List<String> set, String found) {}

  private static String source(String file) throws IOException {
    return Files.readString(SOURCES.resolve(file));
  }

  private static List<String> groups(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(found -> found.group(1)).toList();
  }

  private static List<Entry> entries() throws IOException {
    String verdict = source("tna/verdict.p4");
    List<String> keys = groups(KEY, verdict);
    return ENTRY.matcher(verdict).results().map(entry -> entry(keys, entry)).toList();
  }

  private static Entry entry(List<String> keys, MatchResult entry) {
    String[] values = entry.group(1).split(", ", -1);
    assertThat(values).as(entry.group()).hasSameSizeAs(keys);
    List<String> set = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      if (!values[i].equals("_")) {
        // One key is a reason itself.
        set.add((values[i].equals("1") ? keys.get(i) : values[i]).replaceAll(".*\\.", ""));
      }
    }
    return new Entry(set, entry.group(2));
  }

  @Test
  void everyReasonHasAnEntry() throws IOException {
    Set<String> reasons =
        new TreeSet<>(groups(REASON, groups(REASONS, source("shared/headers.p4")).getFirst()));
    reasons.remove("NONE");
    reasons.removeAll(OF_EGRESS);

    Set<String> found = new TreeSet<>();
    entries().forEach(entry -> found.add(entry.found()));
    assertThat(found)
        .as("what tna/verdict.p4 finds, of the reasons in shared/headers.p4")
        .isEqualTo(reasons);
  }

  @Test
  void everyEntryFindsAReasonWhoseFlagIsSet() throws IOException {
    SoftAssertions all = new SoftAssertions();
    for (Entry entry : entries()) {
      all.assertThat(entry.set()).contains(entry.found());
    }
    all.assertAll();
  }
}
