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

/** Subtree filters (RFC 6241 section 6). */
class FilterTest {
  private static final String ITEM_1 =
      "<item><id>1</id><value>5</value><sub><x>a</x><y>1</y></sub></item>";
  private static final String ITEM_2 = "<item><id>2</id><value>5</value></item>";
  private static final String MORE = "<colour xmlns=\"urn:test:more\">red</colour>";
  private static final String ITEM_3 = "<item><id>3</id><value>6</value>" + MORE + "</item>";

  @TempDir private static Path directory;
  private static Served served;
  private static NetconfClient client;

  @BeforeAll
  static void start() throws Exception {
    served = new Served(directory);
    client = served.connect();
    Served.set(
        client,
        "<top><name>n</name><count>1</count><tag>u</tag><plain><a>p</a></plain>"
            + ITEM_1
            + ITEM_2
            + ITEM_3
            + "<shoes>red</shoes><animal>dog</animal></top>"
            + "<motto xmlns='urn:test:nodes'>m</motto>");
  }

  @AfterAll
  static void stop() {
    client.close();
    served.close();
  }

  private static String select(String filter) throws Exception {
    String reply =
        client.rpc(
            "<get-config><source><running/></source><filter type='subtree'>"
                + filter.replaceFirst("^<(top|motto)", "<$1 xmlns='urn:test:nodes'")
                + "</filter></get-config>");
    return Served.data(reply);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // Selection nodes.
        "<top><name/></top> | <top><name>n</name></top>",
        "<top><name/><count/></top> | <top><name>n</name><count>1</count></top>",
        "<motto/> | <motto>m</motto>",
        "<top><plain/></top> | <top><plain><a>p</a></plain></top>",
        "<top><tag/></top> | <top><tag>u</tag></top>",
        // Containment, with nothing below.
        "<top><plain><deep/></plain></top> | ''",
        "<top><nosuch/></top> | ''",
        // Content match.
        "<top><name>n</name><count/></top> | <top><name>n</name><count>1</count></top>",
        "<top><name>other</name><count/></top> | ''",
        "<top><name> n </name><count/></top> | <top><name>n</name><count>1</count></top>",
        "<top><tag>u</tag><name/></top> | <top><name>n</name><tag>u</tag></top>",
        "<top><count>1.0</count><name/></top> | ''",
        "<top><animal xmlns:z='urn:test:nodes'>z:dog</animal><name/></top>"
            + " | <top><name>n</name><animal xmlns:tn=\"urn:test:nodes\">tn:dog</animal></top>",
        "<top><shoes>red</shoes><name/></top> | <top><name>n</name><shoes>red</shoes></top>",
        "<top><plain>text</plain></top> | ''",
        // Several for one node.
        "<top><item><id>2</id></item><item><id>2</id><value/></item></top>"
            + " | <top><item><id>2</id><value>5</value></item></top>",
        "<top><plain><a/></plain><plain><deep/></plain></top>"
            + " | <top><plain><a>p</a></plain></top>",
        // Attributes match nothing.
        "<top><name x='1'/></top> | ''",
        // An empty filter.
        "'' | ''",
      })
  void selects(String filter, String expected) throws Exception {
    assertThat(select(filter)).isEqualTo(expected);
  }

  @Test
  void anEntryByItsKeyWithAllItHas() throws Exception {
    assertThat(select("<top><item><id>1</id></item></top>")).isEqualTo("<top>" + ITEM_1 + "</top>");
  }

  @Test
  void partsOfAnEntryComeWithItsKey() throws Exception {
    assertThat(select("<top><item><id>1</id><sub><x/></sub></item></top>"))
        .isEqualTo("<top><item><id>1</id><sub><x>a</x></sub></item></top>");
    assertThat(select("<top><item><sub><y/></sub></item></top>"))
        .isEqualTo("<top><item><id>1</id><sub><y>1</y></sub></item></top>");
  }

  @Test
  void entriesByAValueThatIsNoKey() throws Exception {
    assertThat(select("<top><item><value>5</value></item></top>"))
        .contains(ITEM_1)
        .contains(ITEM_2)
        .doesNotContain(ITEM_3);
  }

  @Test
  void entriesOfSeveralKeys() throws Exception {
    assertThat(select("<top><item><id>2</id></item><item><id>3</id></item></top>"))
        .contains(ITEM_2)
        .contains(ITEM_3)
        .doesNotContain(ITEM_1);
  }

  @Test
  void aValueThatTheTypeDoesNotHaveMatchesNothing() throws Exception {
    assertThat(select("<top><item><value>many</value></item></top>")).isEmpty();
  }

  @Test
  void onlyTheNamespaceThatIsAskedFor() throws Exception {
    assertThat(select("<top><item><id>3</id><colour xmlns='urn:test:more'/></item></top>"))
        .isEqualTo("<top><item><id>3</id>" + MORE + "</item></top>");
    assertThat(select("<top><item><colour/></item></top>")).isEmpty();
  }

  @Test
  void noNamespaceIsEveryNamespace() throws Exception {
    String reply =
        client.rpc(
            "<get><filter><x:top xmlns:x='urn:test:nodes'><item xmlns=''>"
                + "<id>3</id><colour/></item></x:top></filter></get>");
    assertThat(Served.data(reply)).isEqualTo("<top><item><id>3</id>" + MORE + "</item></top>");
  }

  @Test
  void theProtocolsNamespaceIsNotEveryNamespace() throws Exception {
    assertThat(Served.data(client.rpc("<get><filter><top/></filter></get>"))).isEmpty();
  }

  @Test
  void withoutAFilterAllIsSelected() throws Exception {
    assertThat(Served.running(client)).contains(ITEM_1).contains("<motto>m</motto>");
  }
}
