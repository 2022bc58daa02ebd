package io.hairpin.netconf.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.netconf.client.NetconfClient;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Edits of the kinds of node that EditTest leaves out: what is there before, the edit, what is
 * after.
 */
@Timeout(60)
class EditKindsTest {
  @TempDir private static Path directory;
  private static Served served;
  private static NetconfClient client;

  @BeforeAll
  static void start() throws Exception {
    served = new Served(directory);
    client = served.connect();
  }

  @AfterAll
  static void stop() {
    client.close();
    served.close();
  }

  private static String top(String content) {
    return content.isEmpty() ? "" : "<top>" + content + "</top>";
  }

  private static String candidate() throws Exception {
    return Served.candidate(client).replaceAll(" xmlns:(nc|yang)=\"[^\"]*\"", "");
  }

  /** What is in top after an edit, or the error-tag and the error-app-tag. */
  private static String outcome(String before, String edit) throws Exception {
    Served.set(client, top(before));
    String reply = client.rpc(Served.edit(top(edit).replace(" OP=", " nc:operation=")));
    if (reply.contains("<ok/>")) {
      return candidate()
          .replaceFirst("^<top/>$", "")
          .replaceFirst("^<top>", "")
          .replaceFirst("</top>$", "");
    }
    assertThat(candidate()).as("nothing changed").isEqualTo(top(before));
    String appTag =
        reply.contains("<error-app-tag>")
            ? " " + reply.replaceFirst("(?s).*<error-app-tag>(.*?)</error-app-tag>.*", "$1")
            : "";
    return reply.replaceFirst("(?s).*<error-tag>(.*?)</error-tag>.*", "$1") + appTag;
  }

  @ParameterizedTest
  @CsvSource({
    "'', merge, <raw><b/></raw>",
    "'', create, <raw><b/></raw>",
    "'', replace, <raw><b/></raw>",
    "'', delete, data-missing",
    "'', remove, ''",
    "<raw><a/></raw>, merge, <raw><b/></raw>",
    "<raw><a/></raw>, create, data-exists",
    "<raw><a/></raw>, replace, <raw><b/></raw>",
    "<raw><a/></raw>, delete, ''",
    "<raw><a/></raw>, remove, ''",
  })
  void anyxml(String before, String operation, String after) throws Exception {
    assertThat(outcome(before, "<raw OP='" + operation + "'><b/></raw>")).isEqualTo(after);
  }

  @ParameterizedTest
  @CsvSource({
    "'', merge, <extra><b/></extra>",
    "'', create, <extra><b/></extra>",
    "'', replace, <extra><b/></extra>",
    "'', delete, data-missing",
    "'', remove, ''",
    "<extra><a/></extra>, merge, <extra><b/></extra>",
    "<extra><a/></extra>, create, data-exists",
    "<extra><a/></extra>, replace, <extra><b/></extra>",
    "<extra><a/></extra>, delete, ''",
    "<extra><a/></extra>, remove, ''",
  })
  void anydata(String before, String operation, String after) throws Exception {
    assertThat(outcome(before, "<extra OP='" + operation + "'><b/></extra>")).isEqualTo(after);
  }

  @ParameterizedTest
  @CsvSource({
    "'', merge, <bike>b</bike>",
    "'', create, <bike>b</bike>",
    "'', replace, <bike>b</bike>",
    "'', delete, data-missing",
    "'', remove, ''",
    "<shoes>s</shoes>, merge, <bike>b</bike>",
    "<shoes>s</shoes>, create, <bike>b</bike>",
    "<shoes>s</shoes>, replace, <bike>b</bike>",
    "<shoes>s</shoes>, delete, data-missing",
    "<shoes>s</shoes>, remove, <shoes>s</shoes>",
    "<bike>x</bike>, merge, <bike>b</bike>",
    "<bike>x</bike>, create, data-exists",
    "<bike>x</bike>, replace, <bike>b</bike>",
    "<bike>x</bike>, delete, ''",
    "<bike>x</bike>, remove, ''",
  })
  void nodeOfACase(String before, String operation, String after) throws Exception {
    assertThat(outcome(before, "<bike OP='" + operation + "'>b</bike>")).isEqualTo(after);
  }

  @ParameterizedTest
  @CsvSource({
    "merge, <fuel><kind>k</kind></fuel>",
    "create, <fuel><kind>k</kind></fuel>",
    "replace, <fuel><kind>k</kind></fuel>",
    "delete, data-missing",
    "remove, <shoes>s</shoes><pace>3</pace>",
  })
  void containerOfAnotherCase(String operation, String after) throws Exception {
    assertThat(
            outcome(
                "<shoes>s</shoes><pace>3</pace>",
                "<fuel OP='" + operation + "'><kind>k</kind></fuel>"))
        .isEqualTo(after);
  }

  @ParameterizedTest
  @CsvSource({
    "'', merge, <enabled>true</enabled>",
    "'', create, <enabled>true</enabled>",
    "'', replace, <enabled>true</enabled>",
    "'', delete, data-missing",
    "'', remove, ''",
    "<enabled>false</enabled>, merge, <enabled>true</enabled>",
    "<enabled>false</enabled>, create, data-exists",
    "<enabled>false</enabled>, replace, <enabled>true</enabled>",
    "<enabled>false</enabled>, delete, ''",
    "<enabled>false</enabled>, remove, ''",
  })
  void leafWithADefault(String before, String operation, String after) throws Exception {
    assertThat(outcome(before, "<enabled OP='" + operation + "'>true</enabled>")).isEqualTo(after);
  }

  private static String rules(String names) {
    StringBuilder rules = new StringBuilder();
    for (int i = 0; i < names.length(); i++) {
      rules.append("<rule><name>").append(names.charAt(i)).append("</name></rule>");
    }
    return rules.toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ab | first | '' | zab",
        "ab | last | '' | abz",
        "ab | before | a | zab",
        "ab | before | b | azb",
        "ab | after | a | azb",
        "ab | after | b | abz",
        "'' | first | '' | z",
        "'' | last | '' | z",
        "azb | first | '' | zab",
        "azb | last | '' | abz",
        "abz | before | a | zab",
        "zab | after | b | abz",
        "ab | before | c | bad-attribute missing-instance",
        "ab | after | c | bad-attribute missing-instance",
        "ab | before | '' | missing-attribute",
        "ab | after | '' | missing-attribute",
        "ab | sideways | '' | bad-attribute",
      })
  void listThatTheUserOrders(String before, String insert, String anchor, String after)
      throws Exception {
    String key = anchor.isEmpty() ? "" : " yang:key=\"[t:name='" + anchor + "']\"";
    String edit =
        "<rule xmlns:t='urn:test:nodes' yang:insert='"
            + insert
            + "'"
            + key
            + "><name>z</name></rule>";
    assertThat(outcome(rules(before), edit))
        .isEqualTo(after.contains("attribute") ? after : rules(after));
  }

  @ParameterizedTest
  @CsvSource({
    "ab, create, z, abz",
    "ab, merge, z, abz",
    "ab, replace, z, abz",
    "ab, delete, z, data-missing",
    "ab, remove, z, ab",
    "azb, create, z, data-exists",
    "azb, merge, z, azb",
    "azb, replace, z, azb",
    "azb, delete, z, ab",
    "azb, remove, z, ab",
  })
  void entryThatTheUserOrders(String before, String operation, String name, String after)
      throws Exception {
    assertThat(
            outcome(rules(before), "<rule OP='" + operation + "'><name>" + name + "</name></rule>"))
        .isEqualTo(after.startsWith("data-") ? after : rules(after));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "delete below create | <plain OP='create'><deep OP='delete'/></plain> | data-missing",
        "remove below create | <plain OP='create'><a>x</a><deep OP='remove'/></plain>"
            + " | <plain><a>x</a></plain>",
        "create below delete | <plain OP='delete'><a OP='create'>x</a></plain> | data-missing",
        "merge below none | <plain OP='none'><a OP='merge'>x</a></plain> | bad-attribute",
        "create below merge | <item><id>1</id><sub OP='create'><x>y</x></sub></item>"
            + " | <item><id>1</id><sub><x>y</x></sub></item>",
        "replace below merge | <item><id>1</id><part OP='replace'><a>1</a><b>b</b></part></item>"
            + " | <item><id>1</id><part><a>1</a><b>b</b></part></item>",
        "delete of an entry's leaf | <item><id>1</id><value OP='delete'/></item> | data-missing",
        "remove of an entry's leaf | <item><id>1</id><value OP='remove'/></item>"
            + " | <item><id>1</id></item>",
        "delete of an entry without its key | <item OP='delete'/> | missing-element",
        "create twice | <item OP='create'><id>1</id></item><item OP='create'><id>1</id></item>"
            + " | bad-element",
      })
  void operationsBelowOperations(String what, String edit, String after) throws Exception {
    assertThat(outcome("", edit)).as(what).isEqualTo(after);
  }
}
