package io.hairpin.netconf.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.netconf.client.NetconfClient;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The with-defaults capability (RFC 6243); the basic mode is explicit. */
class WithDefaultsTest {
  private static final String WD = "xmlns:wd='urn:ietf:params:xml:ns:netconf:default:1.0'";
  private static final String TAG =
      " xmlns:wd=\"urn:ietf:params:xml:ns:netconf:default:1.0\" wd:default=\"true\"";
  private static Served served;
  private static NetconfClient client;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    served = new Served(directory);
    client = served.connect();
  }

  @AfterAll
  static void stop() {
    client.close();
    served.close();
  }

  @BeforeEach
  void clear() throws Exception {
    Served.set(client, "");
  }

  private static void set(String content) throws IOException {
    Served.set(client, content);
  }

  private static String read(String mode, String filter) throws IOException {
    return client.rpc(
        "<get-config><source><running/></source>"
            + filter
            + "<with-defaults xmlns='urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults'>"
            + mode
            + "</with-defaults></get-config>");
  }

  private static String top(String mode) throws IOException {
    return Served.data(read(mode, "<filter><top xmlns='urn:test:nodes'/></filter>"));
  }

  private static String rules(String mode) throws IOException {
    return Served.data(read(mode, "<filter><rules xmlns='urn:test:rules'/></filter>"))
        .replace(" xmlns=\"urn:test:rules\"", "");
  }

  private static String rulesOf(String content) {
    // The blank keeps Served from putting it into the namespace of the other module.
    return " <rules xmlns='urn:test:rules'>" + content + "</rules>";
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "explicit | <top><name>n</name><enabled>true</enabled></top>",
        "trim | <top><name>n</name></top>",
        "report-all | <top><name>n</name><enabled>true</enabled></top>",
        "report-all-tagged | <top><name>n</name><enabled>true</enabled></top>",
      })
  void aDefaultThatWasSet(String mode, String expected) throws Exception {
    set("<top><name>n</name><enabled>true</enabled></top>");
    assertThat(top(mode)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "explicit | <top><name>n</name></top>",
        "trim | <top><name>n</name></top>",
        "report-all | <top><name>n</name><enabled>true</enabled></top>",
        "report-all-tagged | <top><name>n</name><enabled TAG>true</enabled></top>",
      })
  void aDefaultThatWasNotSet(String mode, String expected) throws Exception {
    set("<top><name>n</name></top>");
    assertThat(top(mode)).isEqualTo(expected.replace(" TAG", TAG));
  }

  @ParameterizedTest
  @ValueSource(strings = {"explicit", "trim", "report-all", "report-all-tagged"})
  void anotherValueIsAlwaysReported(String mode) throws Exception {
    set("<top><enabled>false</enabled></top>");
    assertThat(top(mode)).isEqualTo("<top><enabled>false</enabled></top>");
  }

  @Test
  void withoutTheParameterTheModeIsExplicit() throws Exception {
    set("<top><name>n</name><enabled>true</enabled></top>");
    assertThat(Served.running(client))
        .isEqualTo("<top><name>n</name><enabled>true</enabled></top>");
  }

  @Test
  void defaultsOfContainersThatAreNotThereAreReported() throws Exception {
    assertThat(rules("explicit")).isEmpty();
    assertThat(rules("report-all"))
        .contains("<mode>plain</mode>")
        .contains("<tuning><limit>10</limit></tuning>");
  }

  @Test
  void defaultsOfListEntriesAreReported() throws Exception {
    set(rulesOf("<once><id>1</id></once><once><id>2</id><u>7</u></once>"));
    assertThat(rules("report-all"))
        .contains("<once><id>1</id><u>4</u></once>")
        .contains("<once><id>2</id><u>7</u></once>");
    assertThat(rules("report-all-tagged")).contains("<u" + TAG + ">4</u>").contains("<u>7</u>");
  }

  @Test
  void defaultsOfACaseThatIsNotChosenAreNotReported() throws Exception {
    set(rulesOf("<high>60</high><ka>x</ka>"));
    assertThat(rules("report-all")).doesNotContain("kb2");
    set(rulesOf("<high>60</high><kb>x</kb>"));
    assertThat(rules("report-all")).contains("<kb>x</kb><kb2>d</kb2>");
  }

  @Test
  void defaultsWhoseWhenIsFalseAreNotReported() throws Exception {
    set(rulesOf("<high>60</high><kb>x</kb><mode>plain</mode>"));
    assertThat(rules("report-all")).contains("kb2");
    set(rulesOf("<mode>aug</mode>"));
    assertThat(rules("report-all")).doesNotContain("kb2");
  }

  @Test
  void aFilterSeesTheDefaults() throws Exception {
    set("<top><name>n</name></top>");
    String filter = "<filter><top xmlns='urn:test:nodes'><enabled/></top></filter>";
    assertThat(Served.data(read("report-all", filter)))
        .isEqualTo("<top><enabled>true</enabled></top>");
    assertThat(Served.data(read("explicit", filter))).isEmpty();
    String xpath = "<filter type='xpath' select='/top/enabled'/>";
    assertThat(Served.data(read("report-all", xpath)))
        .isEqualTo("<top><enabled>true</enabled></top>");
  }

  @Test
  void getTakesTheParameterToo() throws Exception {
    set("<top><name>n</name></top>");
    assertThat(
            client.rpc(
                "<get><filter><top xmlns='urn:test:nodes'/></filter><with-defaults"
                    + " xmlns='urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults'>"
                    + "report-all</with-defaults></get>"))
        .contains("<name>n</name><enabled>true</enabled>");
  }

  @Test
  void copyConfigSetsWhatItReports() throws Exception {
    set("<top><name>n</name></top>");
    assertThat(
            client.rpc(
                "<copy-config><target><candidate/></target><source><running/></source>"
                    + "<with-defaults"
                    + " xmlns='urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults'>"
                    + "report-all</with-defaults></copy-config>"))
        .contains("<ok/>");
    assertThat(Served.candidate(client)).contains("<name>n</name><enabled>true</enabled>");
  }

  @Test
  void anotherModeIsAnError() throws Exception {
    assertThat(read("report-some", ""))
        .contains("<error-tag>invalid-value</error-tag>")
        .contains("<bad-element>with-defaults</bad-element>");
  }

  @Test
  void aParameterInAnotherNamespaceIsUnknown() throws Exception {
    assertThat(
            client.rpc(
                "<get-config><source><running/></source><with-defaults>trim</with-defaults>"
                    + "</get-config>"))
        .contains("<error-tag>unknown-element</error-tag>");
  }

  private static String tagged(String attributes, String value) throws IOException {
    return client.rpc(
        Served.edit("<top><enabled " + WD + " " + attributes + ">" + value + "</enabled></top>"));
  }

  @Test
  void aTaggedValueGoesBackToItsDefault() throws Exception {
    set("<top><name>n</name><enabled>false</enabled></top>");
    assertThat(tagged("wd:default='true'", "true")).contains("<ok/>");
    assertThat(Served.candidate(client)).isEqualTo("<top><name>n</name></top>");
  }

  @Test
  void aTaggedValueMustBeTheDefault() throws Exception {
    set("<top><enabled>false</enabled></top>");
    assertThat(tagged("wd:default='true'", "false"))
        .contains("<error-tag>invalid-value</error-tag>")
        .contains(">/tn:top/tn:enabled</error-path>");
    assertThat(Served.candidate(client)).contains("false");
  }

  @Test
  void aValueThatIsTaggedAsNoDefaultIsSet() throws Exception {
    assertThat(tagged("wd:default='false'", "true")).contains("<ok/>");
    assertThat(Served.candidate(client)).isEqualTo("<top><enabled>true</enabled></top>");
  }

  @Test
  void onlyWhatWasNotSetCanBeCreatedAsDefault() throws Exception {
    assertThat(tagged("wd:default='true' nc:operation='create'", "true")).contains("<ok/>");
    set("<top><enabled>true</enabled></top>");
    assertThat(tagged("wd:default='true' nc:operation='create'", "true")).contains("data-exists");
  }

  @Test
  void onlyAValueCanBeTagged() throws Exception {
    assertThat(client.rpc(Served.edit("<top><plain " + WD + " wd:default='true'/></top>")))
        .contains("<error-tag>bad-attribute</error-tag>");
    assertThat(tagged("wd:default='perhaps'", "true")).contains("bad-attribute");
  }

  @Test
  void aDefaultThatWasSetExists() throws Exception {
    set("<top><enabled>true</enabled></top>");
    assertThat(client.rpc(Served.edit("<top><enabled nc:operation='create'>true</enabled></top>")))
        .contains("data-exists");
    assertThat(client.rpc(Served.edit("<top><enabled nc:operation='delete'/></top>")))
        .contains("<ok/>");
    assertThat(client.rpc(Served.edit("<top><enabled nc:operation='delete'/></top>")))
        .contains("data-missing");
  }

  @Test
  void itIsAnnounced() {
    assertThat(client.hello())
        .contains(
            ">urn:ietf:params:netconf:capability:with-defaults:1.0?basic-mode=explicit"
                + "&amp;also-supported=report-all,report-all-tagged,trim<");
  }
}
