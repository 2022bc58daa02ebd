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

/** Bad input: the right error (RFC 6241 appendix A, RFC 7950 sections 8.3 and 15), no change. */
class ErrorTest {
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

  private static String element(String reply, String name) {
    assertThat(reply).contains("<" + name);
    return reply.replaceFirst("(?s).*?<" + name + "[^>]*>(.*?)</" + name + ">.*", "$1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<top><nosuch/></top> | unknown-element | /tn:top | <bad-element>nosuch</bad-element>",
        "<top><name xmlns='urn:none'>x</name></top> | unknown-namespace | /tn:top"
            + " | <bad-namespace>urn:none</bad-namespace>",
        "<top><name xmlns='urn:test:more'>x</name></top> | unknown-element | /tn:top"
            + " | <bad-element>name</bad-element>",
        "<top><state>x</state></top> | unknown-element | /tn:top | <bad-element>state<",
        "<top><item><value>1</value></item></top> | missing-element | /tn:top/tn:item"
            + " | <bad-element>id</bad-element>",
        "<top><count>101</count></top> | invalid-value | /tn:top/tn:count | 0..100",
        "<top><count>x</count></top> | invalid-value | /tn:top/tn:count | 'x'",
        "<top><name>ABC</name></top> | invalid-value | /tn:top/tn:name | ABC",
        "<top><name>abcdefghijk</name></top> | invalid-value | /tn:top/tn:name | abcdefghijk",
        "<top><enabled>yes</enabled></top> | invalid-value | /tn:top/tn:enabled | yes",
        "<top><ratio>1.234</ratio></top> | invalid-value | /tn:top/tn:ratio | 1.234",
        "<top><flag>x</flag></top> | invalid-value | /tn:top/tn:flag | x",
        "<top><options>pink</options></top> | invalid-value | /tn:top/tn:options | pink",
        "<top><animal>stone</animal></top> | invalid-value | /tn:top/tn:animal | not derived",
        "<top><animal>u:x</animal></top> | invalid-value | /tn:top/tn:animal | u:x",
        "<top><mixed>300</mixed></top> | invalid-value | /tn:top/tn:mixed | 300",
        "<top><address>1.2.3</address></top> | invalid-value | /tn:top/tn:address | 1.2.3",
        "<top><item><id>1</id><value>z</value></item></top> | invalid-value"
            + " | /tn:top/tn:item[tn:id='1']/tn:value | 'z'",
        "<top><item><id>1</id></item><item><id>1</id></item></top> | bad-element"
            + " | /tn:top/tn:item[tn:id='1'] | twice",
        "<top><name>a</name><name>b</name></top> | bad-element | /tn:top/tn:name | twice",
        "<top><tag>a</tag><tag>a</tag></top> | bad-element | /tn:top/tn:tag[.='a'] | twice",
        "<top>text</top> | bad-element | /tn:top | text",
        "<top><name><b/></name></top> | bad-element | /tn:top/tn:name | <bad-element>b<",
        "<top><name nc:operation='add'>x</name></top> | bad-attribute | /tn:top/tn:name"
            + " | <bad-attribute>operation</bad-attribute>",
        "<top><name colour='red'>x</name></top> | unknown-attribute | /tn:top/tn:name"
            + " | <bad-attribute>colour</bad-attribute>",
        "<top><tag yang:insert='first'>x</tag></top> | unknown-attribute | /tn:top/tn:tag"
            + " | <bad-attribute>insert</bad-attribute>",
        "<top><item><id>1</id><sub><nosuch/></sub></item></top> | unknown-element"
            + " | /tn:top/tn:item[tn:id='1']/tn:sub | nosuch",
        "<nosuch/> | unknown-element | '' | <bad-element>nosuch</bad-element>",
      })
  void editIsRefused(String edit, String tag, String path, String contains) throws Exception {
    String reply = client.rpc(Served.edit(edit));
    assertThat(element(reply, "error-tag")).isEqualTo(tag);
    assertThat(path.isEmpty() ? "" : element(reply, "error-path")).isEqualTo(path);
    assertThat(reply).contains(contains);
    assertThat(Served.candidate(client)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<top><marked/></top> | data-missing | '' | /tn:top/tn:marked/tn:must-have",
        "<top><few>1</few><few>2</few><few>3</few></top> | operation-failed"
            + " | too-many-elements | /tn:top/tn:few",
        "<top><pairs><pair><id>1</id></pair></pairs></top> | operation-failed"
            + " | too-few-elements | /tn:top/tn:pairs/tn:pair",
        "<top><item><id>1</id><serial>7</serial></item><item><id>2</id><serial>7</serial></item>"
            + "</top> | operation-failed | data-not-unique | ",
        "<needs/> | data-missing | missing-choice | /tn:needs",
      })
  void commitOfAnInvalidCandidateIsRefused(String edit, String tag, String appTag, String path)
      throws Exception {
    assertThat(client.rpc(Served.edit(edit))).contains("<ok/>");
    String reply = client.rpc("<commit/>");
    assertThat(element(reply, "error-tag")).isEqualTo(tag);
    if (!appTag.isEmpty()) {
      assertThat(element(reply, "error-app-tag")).isEqualTo(appTag);
    }
    assertThat(element(reply, "error-path")).startsWith(path == null ? "/tn:top/tn:item[" : path);
    assertThat(Served.running(client)).isEmpty();
    assertThat(client.rpc("<validate><source><candidate/></source></validate>"))
        .contains("<error-tag>" + tag + "<");
    client.rpc("<discard-changes/>");
  }

  @Test
  void deletingAMandatoryLeafIsRefusedAtCommit() throws Exception {
    Served.set(client, "<top><marked><must-have>x</must-have></marked></top>");
    client.rpc(Served.edit("<top><marked><must-have nc:operation='delete'/></marked></top>"));
    assertThat(client.rpc("<commit/>")).contains("mandatory node must-have is missing");
    Served.set(client, "");
  }

  @Test
  void aCandidateMayBeInvalidBetweenTwoEdits() throws Exception {
    client.rpc(Served.edit("<top><marked/></top>"));
    client.rpc(Served.edit("<top><marked><must-have>x</must-have></marked></top>"));
    assertThat(client.rpc("<commit/>")).contains("<ok/>");
    Served.set(client, "");
  }

  @Test
  void theReasonIsOneLine() throws Exception {
    assertThat(client.rpc(Served.edit("<top><count>x</count></top>")))
        .contains("Incorrect lexical representation of integer value: x.</error-message>");
  }

  @Test
  void validateTakesAConfigurationInTheRequest() throws Exception {
    String good = "<validate><source>" + Served.config("<top/>") + "</source></validate>";
    String bad = "<validate><source>" + Served.config("<needs/>") + "</source></validate>";
    assertThat(client.rpc(good)).contains("<ok/>");
    assertThat(client.rpc(bad)).contains("missing-choice");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<frobnicate/> | operation-not-supported",
        "<get><filtr/></get> | unknown-element",
        "<get><filter type='regex'/></get> | bad-attribute",
        "<get-config/> | missing-element",
        "<get-config><source/></get-config> | missing-element",
        "<get-config><source><startup/></source></get-config> | unknown-element",
        "<edit-config><target><running/></target><config/></edit-config> | unknown-element",
        "<edit-config><target><candidate/></target></edit-config> | missing-element",
        "<edit-config><target><candidate/></target><default-operation>x</default-operation>"
            + "<config/></edit-config> | invalid-value",
        "<commit><confirmd/></commit> | unknown-element",
        "<commit><confirm-timeout>5</confirm-timeout></commit> | missing-element",
        "<commit><confirmed/><confirm-timeout>0</confirm-timeout></commit> | invalid-value",
        "<commit><persist-id>x</persist-id></commit> | invalid-value",
        "<cancel-commit/> | operation-failed",
        "<delete-config><target><running/></target></delete-config> | operation-not-supported",
        "<kill-session><session-id>4000</session-id></kill-session> | invalid-value",
        "<unlock><target><running/></target></unlock> | operation-failed",
        "<get-schema xmlns='urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring'>"
            + "<identifier>nosuch</identifier></get-schema> | invalid-value",
      })
  void requestIsRefused(String request, String tag) throws Exception {
    assertThat(element(client.rpc(request), "error-tag")).isEqualTo(tag);
  }
}
