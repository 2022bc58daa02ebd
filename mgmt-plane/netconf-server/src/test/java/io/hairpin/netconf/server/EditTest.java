package io.hairpin.netconf.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.netconf.client.NetconfClient;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every operation at every kind of node (RFC 6241 section 7.2, RFC 7950 section 7). */
class EditTest {
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

  /**
   * The error-tag of the reply, or the candidate after the edit. The text OP in the edit becomes
   * the operation attribute.
   */
  private static String outcome(String before, String edit, String operation, String options)
      throws Exception {
    Served.set(client, before);
    String reply =
        client.rpc(Served.edit(edit.replace(" OP", " nc:operation='" + operation + "'"), options));
    if (reply.contains("<ok/>")) {
      return Served.candidate(client);
    }
    assertThat(Served.candidate(client)).as("nothing changed").isEqualTo(before);
    return reply.replaceFirst("(?s).*<error-tag>(.*?)</error-tag>.*", "$1");
  }

  private static final String LEAF = "<top><name>old</name></top>";
  private static final String PLAIN = "<top><plain><a>old</a></plain></top>";
  private static final String MARKED =
      "<top><marked><must-have>m</must-have><other>old</other></marked></top>";
  private static final String ITEM = "<top><item><id>1</id><value>5</value></item></top>";
  private static final String TAG = "<top><tag>t</tag></top>";

  @ParameterizedTest
  @CsvSource({
    "merge, <top><name>new</name></top>, <top><name>new</name></top>",
    "replace, <top><name>new</name></top>, <top><name>new</name></top>",
    "create, data-exists, <top><name>new</name></top>",
    "delete, '', data-missing",
    "remove, '', ''",
  })
  void leaf(String operation, String there, String absent) throws Exception {
    String edit = "<top><name OP>new</name></top>";
    assertThat(outcome(LEAF, edit, operation, "")).isEqualTo(there);
    assertThat(outcome("", edit, operation, "")).isEqualTo(absent);
  }

  @ParameterizedTest
  @CsvSource({
    "merge, <top><plain><a>old</a><deep><b>n</b></deep></plain></top>",
    "replace, <top><plain><deep><b>n</b></deep></plain></top>",
    "create, data-exists",
    "delete, ''",
    "remove, ''",
  })
  void containerThatIsThere(String operation, String expected) throws Exception {
    assertThat(outcome(PLAIN, "<top><plain OP><deep><b>n</b></deep></plain></top>", operation, ""))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "merge, <top><plain><a>n</a></plain></top>",
    "replace, <top><plain><a>n</a></plain></top>",
    "create, <top><plain><a>n</a></plain></top>",
    "delete, data-missing",
    "remove, ''",
  })
  void containerThatIsAbsent(String operation, String expected) throws Exception {
    assertThat(outcome("", "<top><plain OP><a>n</a></plain></top>", operation, ""))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "merge, <top><marked><must-have>n</must-have><other>old</other></marked></top>",
    "replace, <top><marked><must-have>n</must-have></marked></top>",
    "create, data-exists",
    "delete, ''",
    "remove, ''",
  })
  void presenceContainerThatIsThere(String operation, String expected) throws Exception {
    String edit = "<top><marked OP><must-have>n</must-have></marked></top>";
    assertThat(outcome(MARKED, edit, operation, "")).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "merge, <top><marked/></top>",
    "replace, <top><marked/></top>",
    "create, <top><marked/></top>",
    "delete, data-missing",
    "remove, ''",
  })
  void presenceContainerThatIsAbsent(String operation, String expected) throws Exception {
    assertThat(outcome("", "<top><marked OP/></top>", operation, "")).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "merge, <top><item><id>1</id><value>5</value><serial>9</serial></item></top>",
    "replace, <top><item><id>1</id><serial>9</serial></item></top>",
    "create, data-exists",
    "delete, ''",
    "remove, ''",
  })
  void listEntryThatIsThere(String operation, String expected) throws Exception {
    String edit = "<top><item OP><id>1</id><serial>9</serial></item></top>";
    assertThat(outcome(ITEM, edit, operation, "")).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "merge, <top><item><id>1</id></item></top>",
    "replace, <top><item><id>1</id></item></top>",
    "create, <top><item><id>1</id></item></top>",
    "delete, data-missing",
    "remove, ''",
  })
  void listEntryThatIsAbsent(String operation, String expected) throws Exception {
    assertThat(outcome("", "<top><item OP><id>1</id></item></top>", operation, ""))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "merge, <top><tag>t</tag></top>, <top><tag>t</tag></top>",
    "replace, <top><tag>t</tag></top>, <top><tag>t</tag></top>",
    "create, data-exists, <top><tag>t</tag></top>",
    "delete, '', data-missing",
    "remove, '', ''",
  })
  void leafListEntry(String operation, String there, String absent) throws Exception {
    String edit = "<top><tag OP>t</tag></top>";
    assertThat(outcome(TAG, edit, operation, "")).isEqualTo(there);
    assertThat(outcome("", edit, operation, "")).isEqualTo(absent);
  }

  @Test
  void entryWithTwoKeysWritesThemFirstAndInOrder() throws Exception {
    String edit = "<top><item><id>1</id><part><c>x</c><b>k</b><a>7</a></part></item></top>";
    assertThat(outcome("", edit, "", ""))
        .isEqualTo("<top><item><id>1</id><part><a>7</a><b>k</b><c>x</c></part></item></top>");
  }

  @Test
  void aNodeOfAnotherCaseDisappears() throws Exception {
    assertThat(
            outcome(
                "<top><shoes>red</shoes><pace>3</pace></top>",
                "<top><fuel><kind>diesel</kind></fuel></top>",
                "",
                ""))
        .isEqualTo("<top><fuel><kind>diesel</kind></fuel></top>");
  }

  @Test
  void nodesOfTheSameCaseStay() throws Exception {
    assertThat(outcome("<top><shoes>red</shoes></top>", "<top><pace>3</pace></top>", "", ""))
        .isEqualTo("<top><shoes>red</shoes><pace>3</pace></top>");
  }

  @Test
  void nodesOfTwoCasesAreRefused() throws Exception {
    assertThat(outcome("", "<top><shoes>red</shoes><bike>b</bike></top>", "", ""))
        .isEqualTo("bad-element");
  }

  @Test
  void theLastChildTakesItsContainerAway() throws Exception {
    assertThat(
            outcome(
                "<top><plain><deep><b>x</b></deep></plain></top>",
                "<top><plain><deep><b OP/></deep></plain></top>",
                "delete",
                ""))
        .isEmpty();
  }

  @Test
  void aReplacedTopLevelNodeLosesTheRest() throws Exception {
    assertThat(
            outcome(
                "<top><name>n</name><tag>t</tag></top>",
                "<top OP><count>1</count></top>",
                "replace",
                ""))
        .isEqualTo("<top><count>1</count></top>");
  }

  @Test
  void theOperationOfAParentIsInherited() throws Exception {
    assertThat(outcome(LEAF, "<top OP><name>new</name></top>", "create", ""))
        .isEqualTo("data-exists");
  }

  @Test
  void defaultOperationReplaceReplacesWhatIsNamed() throws Exception {
    assertThat(
            outcome(
                "<top><name>n</name><tag>t</tag></top>",
                "<top><count>1</count></top>",
                "",
                "<default-operation>replace</default-operation>"))
        .isEqualTo("<top><count>1</count></top>");
  }

  @Test
  void defaultOperationReplaceDeletesWhatTheEditDoesNotName() throws Exception {
    assertThat(outcome(LEAF, "", "", "<default-operation>replace</default-operation>")).isEmpty();
  }

  @Test
  void defaultOperationNoneChangesOnlyWhatHasAnOperation() throws Exception {
    assertThat(
            outcome(
                ITEM,
                "<top><item><id>1</id><value OP>6</value></item></top>",
                "replace",
                "<default-operation>none</default-operation>"))
        .isEqualTo("<top><item><id>1</id><value>6</value></item></top>");
  }

  @ParameterizedTest
  @CsvSource({
    "<item OP><id>1</id></item>, item with id '1' does not exist",
    "<tag OP>t</tag>, tag 't' does not exist",
    "<name OP/>, name does not exist"
  })
  void whatIsNotThereIsNamedWithWhatItIsKnownBy(String node, String message) throws Exception {
    Served.set(client, "");

    String edit = "<top>" + node.replace(" OP", " nc:operation='delete'") + "</top>";
    assertThat(client.rpc(Served.edit(edit, ""))).contains(message);
  }

  @Test
  void defaultOperationNoneDemandsTheWay() throws Exception {
    assertThat(
            outcome(
                "",
                "<top><item><id>1</id><value OP>6</value></item></top>",
                "merge",
                "<default-operation>none</default-operation>"))
        .isEqualTo("data-missing");
  }

  @Test
  void augmentedNodesOfTheSameNameAreTwoNodes() throws Exception {
    String edit =
        "<top><item><id>1</id><value>6</value><value"
            + " xmlns='urn:test:more'>six</value></item></top>";
    assertThat(outcome("", edit, "", ""))
        .isEqualTo(
            "<top><item><id>1</id><value>6</value>"
                + "<value xmlns=\"urn:test:more\">six</value></item></top>");
  }

  @ParameterizedTest
  @CsvSource({
    "first, '', <step>z</step><step>a</step><step>b</step>",
    "last, '', <step>a</step><step>b</step><step>z</step>",
    "before, yang:value='b', <step>a</step><step>z</step><step>b</step>",
    "after, yang:value='a', <step>a</step><step>z</step><step>b</step>",
    "after, yang:value='c', bad-attribute",
    "before, '', missing-attribute",
  })
  void leafListThatTheUserOrders(String insert, String anchor, String expected) throws Exception {
    String edit = "<top><step yang:insert='" + insert + "' " + anchor + ">z</step></top>";
    String before = "<top><step>a</step><step>b</step></top>";
    assertThat(outcome(before, edit, "", ""))
        .isEqualTo(expected.startsWith("<") ? "<top>" + expected + "</top>" : expected);
  }

  @Test
  void listEntryMovesToWhereTheUserPutsIt() throws Exception {
    String before =
        "<top><rule><name>a</name></rule><rule><name>b</name></rule><rule><name>c</name></rule></top>";
    String edit =
        "<top xmlns:t='urn:test:nodes'>"
            + "<rule yang:insert='before' yang:key=\"[t:name='a']\"><name>c</name></rule></top>";
    assertThat(outcome(before, edit, "", ""))
        .isEqualTo(
            "<top><rule><name>c</name></rule><rule><name>a</name></rule>"
                + "<rule><name>b</name></rule></top>");
  }

  @Test
  void theOrderOfTheUserIsDurable(@TempDir Path other) throws Exception {
    try (Served first = new Served(other);
        var session = first.connect()) {
      Served.set(session, "<top><step>a</step><step>b</step><step>c</step></top>");
      session.rpc(
          Served.edit(
              "<top><step yang:insert='first'>c</step>"
                  + "<step nc:operation='delete'>a</step></top>"));
      assertThat(session.rpc("<commit/>")).contains("<ok/>");
    }
    try (Served second = new Served(other);
        var session = second.connect()) {
      assertThat(Served.running(session)).isEqualTo("<top><step>c</step><step>b</step></top>");
    }
  }

  @Test
  void continueOnErrorAppliesTheRest() throws Exception {
    Served.set(client, "");
    String reply =
        client.rpc(
            Served.edit(
                "<top><count>300</count><name>ok</name><nosuch/></top>",
                "<error-option>continue-on-error</error-option>"));
    assertThat(reply).contains("invalid-value").contains("unknown-element");
    assertThat(Served.candidate(client)).isEqualTo("<top><name>ok</name></top>");
  }

  @Test
  void testOnlyChangesNothing() throws Exception {
    Served.set(client, "");
    String reply =
        client.rpc(
            Served.edit("<top><name>ok</name></top>", "<test-option>test-only</test-option>"));
    assertThat(reply).contains("<ok/>");
    assertThat(Served.candidate(client)).isEmpty();
  }

  @Test
  void testThenSetValidates() throws Exception {
    String option = "<test-option>test-then-set</test-option>";
    assertThat(outcome("", "<top><marked/></top>", "", option)).isEqualTo("data-missing");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<ratio>1.5</ratio> | <ratio>1.5</ratio>",
        "<enabled> true </enabled> | <enabled>true</enabled>",
        "<flag/> | <flag/>",
        "<options>blue red</options> | <options>red blue</options>",
        "<blob>AAEC</blob> | <blob>AAEC</blob>",
        "<address>::1</address> | <address>::1</address>",
        "<mixed>auto</mixed><count>0</count> | <count>0</count><mixed>auto</mixed>",
        "<tag>a&lt;b&amp;c&#13;</tag> | <tag>a&lt;b&amp;c&#13;</tag>",
        "<ref>a b</ref> | <ref>a b</ref>",
        "<where xmlns:n='urn:test:nodes'>/n:top/n:item[n:id='1']/n:part[n:a='1'][n:b='x']</where>"
            + " | <where xmlns:tn=\"urn:test:nodes\">"
            + "/tn:top/tn:item[tn:id='1']/tn:part[tn:a='1'][tn:b='x']</where>",
        "<animal xmlns:n='urn:test:nodes'>n:dog</animal>"
            + " | <animal xmlns:tn=\"urn:test:nodes\">tn:dog</animal>",
        "<animal xmlns:m='urn:test:more'>m:cat</animal>"
            + " | <animal xmlns:tm=\"urn:test:more\">tm:cat</animal>",
        "<extra><any xmlns='urn:x' a='1'><b/></any></extra>"
            + " | <extra><any xmlns=\"urn:x\" a=\"1\"><b/></any></extra>",
      })
  void valuesOfEveryType(String edit, String expected) throws Exception {
    String result = outcome("", "<top>" + edit + "</top>", "", "");
    assertThat(result.replaceAll(" xmlns:(nc|yang)=\"[^\"]*\"", ""))
        .isEqualTo("<top>" + expected + "</top>");
  }
}
