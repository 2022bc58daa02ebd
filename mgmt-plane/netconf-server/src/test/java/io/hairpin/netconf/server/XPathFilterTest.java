package io.hairpin.netconf.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.netconf.client.NetconfClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.opendaylight.yangtools.yang.common.QNameModule;

/** Filters of type xpath (RFC 6241 section 8.9). */
class XPathFilterTest {
  private static final AtomicInteger ASKED = new AtomicInteger();
  private static Served served;
  private static NetconfClient client;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    StateBuilder state = new StateBuilder(QNameModule.ofRevision(Served.NS, "2026-01-01"));
    served =
        new Served(
            directory,
            builder ->
                builder.state(
                    state.name("top"),
                    () -> {
                      ASKED.incrementAndGet();
                      return Optional.of(
                          state.container(
                              "top",
                              state.leaf("state", "up"),
                              state.list(
                                  "item",
                                  List.of(
                                      state.entry(
                                          "item",
                                          Map.of("id", "a"),
                                          List.of(state.leaf("in-use", true)))))));
                    }));
    client = served.connect();
    Served.set(
        client,
        "<top><name>n</name><step>s2</step><step>s1</step>"
            + "<item><id>a</id><value>1</value><sub><x>in a</x></sub></item>"
            + "<item><id>b</id><value>2</value></item>"
            + "<item><id>c</id><value>3</value>"
            + "<colour xmlns='urn:test:more'>red</colour></item>"
            + "<rule><name>z</name></rule><rule><name>y</name><act>go</act></rule>"
            + "<shoes>big</shoes></top><motto xmlns='urn:test:nodes'>m</motto>");
  }

  @AfterAll
  static void stop() {
    client.close();
    served.close();
  }

  private static String get(String operation, String select) throws IOException {
    return client.rpc(
        "<%s>%s<filter type='xpath' xmlns:t='urn:test:nodes' xmlns:m='urn:test:more' select=\"%s\"/></%1$s>"
            .formatted(
                operation,
                operation.equals("get") ? "" : "<source><running/></source>",
                select.replace("<", "&lt;")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/t:top/t:name | <top><name>n</name></top>",
        "/t:motto | <motto>m</motto>",
        "/t:top/t:item[t:id='b'] | <top><item><id>b</id><value>2</value></item></top>",
        "/t:top/t:item[t:id='b']/t:value | <top><item><id>b</id><value>2</value></item></top>",
        "/t:top/t:item[t:id='a']/t:sub/t:x"
            + " | <top><item><id>a</id><sub><x>in a</x></sub></item></top>",
        "/t:top/t:item[t:value < 2]/t:id | <top><item><id>a</id></item></top>",
        "/t:top/t:rule[2]/t:name | <top><rule><name>y</name></rule></top>",
        "/t:top/t:step[last()] | <top><step>s1</step></top>",
        "/t:top/t:item[m:colour='red']/t:value"
            + " | <top><item><id>c</id><value>3</value></item></top>",
        "//m:colour | <top><item><id>c</id>"
            + "<colour xmlns=\"urn:test:more\">red</colour></item></top>",
        "//t:x | <top><item><id>a</id><sub><x>in a</x></sub></item></top>",
        "/t:top/t:step | <top><step>s2</step><step>s1</step></top>",
        "/t:top/t:step[. = 's1'] | <top><step>s1</step></top>",
        "/t:top/t:rule/t:name | <top><rule><name>z</name></rule><rule><name>y</name></rule></top>",
        "/t:top/t:rule[t:act] | <top><rule><name>y</name><act>go</act></rule></top>",
        "/t:top/t:shoes | <top><shoes>big</shoes></top>",
        "/t:top/t:name | <top><name>n</name></top>",
        "/t:top/t:item[t:id='nosuch'] | ''",
        "/t:top/t:enabled | ''",
        "/nosuch | ''",
        "/top/name | <top><name>n</name></top>",
        "/top/item[id='b']/value | <top><item><id>b</id><value>2</value></item></top>",
        "//colour | <top><item><id>c</id>"
            + "<colour xmlns=\"urn:test:more\">red</colour></item></top>",
        "/*[local-name()='motto'] | <motto>m</motto>",
        "/t:top/t:item/m:* | <top><item><id>c</id>"
            + "<colour xmlns=\"urn:test:more\">red</colour></item></top>",
        "/t:top/*[. = 's1' and . != 't:*'] | <top><step>s1</step></top>",
        "/t:top/t:rule/t:*[2] | <top><rule><name>y</name><act>go</act></rule></top>",
      })
  void selects(String select, String expected) throws Exception {
    assertThat(Served.data(get("get-config", select))).isEqualTo(expected);
  }

  @Test
  void aUnionSelectsBoth() throws Exception {
    assertThat(Served.data(get("get-config", "/t:motto | /t:top/t:name")))
        .contains("<motto>m</motto>")
        .contains("<top><name>n</name></top>");
  }

  @Test
  void theRootSelectsEverything() throws Exception {
    assertThat(Served.data(get("get-config", "/"))).isEqualTo(Served.running(client));
  }

  @Test
  void stateIsSelectedToo() throws Exception {
    assertThat(Served.data(get("get", "/t:top/t:item[t:in-use='true']/t:in-use")))
        .isEqualTo("<top><item><id>a</id><in-use>true</in-use></item></top>");
  }

  @Test
  void onlyStateThatIsReadIsAskedFor() throws Exception {
    int before = ASKED.get();
    assertThat(get("get", "/t:motto")).contains("<motto");
    assertThat(get("get", "/m:*")).contains("<data/>");
    assertThat(ASKED.get()).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/t:top[ | invalid-value",
        "1 + | invalid-value",
        "'' | invalid-value",
        "/u:top | invalid-value",
        "count(/t:top) | invalid-value",
        "string('text') | invalid-value",
        "nosuch(/t:top) | invalid-value",
        "starts-with(/t:top) | invalid-value",
      })
  void aBadExpressionIsAnError(String select, String tag) throws Exception {
    assertThat(get("get-config", select.equals("''") ? "" : select))
        .contains("<error-tag>" + tag + "</error-tag>");
  }

  @Test
  void selectIsNeeded() throws Exception {
    assertThat(client.rpc("<get><filter type='xpath'/></get>"))
        .contains("<error-tag>missing-attribute</error-tag>")
        .contains("<bad-attribute>select</bad-attribute>");
  }

  @Test
  void aPrefixThatIsNotDeclaredIsNamed() throws Exception {
    assertThat(get("get", "/nosuch:top"))
        .contains("<error-tag>invalid-value</error-tag>")
        .contains("'/nosuch:top' is no XPath expression: Prefix nosuch is not bound<");
    assertThat(get("get", "/nosuch:*"))
        .contains("'/nosuch:*' is no XPath expression: Prefix nosuch is not bound<");
  }

  @Test
  void itIsAnnounced() {
    assertThat(client.hello()).contains(">urn:ietf:params:netconf:capability:xpath:1.0<");
  }
}
