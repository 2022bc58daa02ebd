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
import org.junit.jupiter.params.provider.ValueSource;

/** must, when, leafref and instance-identifier (RFC 7950 sections 7.5.3, 7.21.5, 9.9, 9.13, 15). */
class ConstraintTest {
  private static final String NS = "urn:test:rules";

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

  private static String content(String container, String content) {
    return content.isEmpty()
        ? ""
        : " <%s xmlns='%s' xmlns:tr='%s'>%s</%s>".formatted(container, NS, NS, content, container);
  }

  /** Commits one configuration, edits it and commits: what is running then, or the error. */
  private static String outcome(String before, String edit) throws Exception {
    Served.set(client, content("rules", before));
    assertThat(client.rpc(Served.edit(content("rules", edit)))).contains("<ok/>");
    String valid = client.rpc("<validate><source><candidate/></source></validate>");
    String reply = client.rpc("<commit/>");
    assertThat(valid.contains("<ok/>")).as(valid).isEqualTo(reply.contains("<ok/>"));
    if (reply.contains("<ok/>")) {
      return Served.running(client)
          .replaceAll(" xmlns(:[a-z]+)?=\"[^\"]*\"", "")
          .replaceAll("</?rules>", "");
    }
    return element(reply, "error-tag")
        + " "
        + element(reply, "error-app-tag")
        + " "
        + element(reply, "error-path").replace("/tr:rules", "").replace("tr:", "");
  }

  private static String element(String reply, String name) {
    return reply.contains("<" + name)
        ? reply.replaceFirst("(?s).*?<" + name + "[^>]*>(.*?)</" + name + ">.*", "$1")
        : "-";
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | <low>5</low> | operation-failed low-not-below-high /low",
        "'' | <low>5</low><high>6</high> | <low>5</low><high>6</high>",
        "<low>5</low><high>6</high> | <high>5</high> | operation-failed low-not-below-high /low",
        "<low>5</low><high>6</high> | <high nc:operation='delete'/>"
            + " | operation-failed low-not-below-high /low",
        "'' | <tuning><gain>11</gain></tuning> | operation-failed must-violation /tuning/gain",
        "'' | <tuning><gain>10</gain></tuning> | <tuning><gain>10</gain></tuning>",
        "<tuning><gain>11</gain><limit>12</limit></tuning>"
            + " | <tuning><limit nc:operation='delete'/></tuning>"
            + " | operation-failed must-violation /tuning/gain",
        "'' | <high>99</high> | operation-failed must-violation /implied",
        "'' | <is-round/> | operation-failed must-violation /is-round",
        "'' | <shape>tr:round</shape><is-round/> | operation-failed must-violation /is-round",
        "'' | <shape>tr:round</shape><is-round-or-self/>"
            + " | <shape>tr:round</shape><is-round-or-self/>",
        "'' | <shape>tr:ball</shape><is-round/> | <shape>tr:ball</shape><is-round/>",
        "<few/> | <node><name>a</name></node><node><name>b</name></node><node><name>c</name></node>"
            + "<node><name>d</name></node> | operation-failed must-violation /few",
        "<node><name>a</name><weight>60</weight></node>"
            + " | <node><name>b</name><weight>41</weight></node>"
            + " | operation-failed too-heavy /node[name='b']",
        "'' | <node><name>a</name><bits>down</bits></node>"
            + " | operation-failed must-violation /node[name='a']/bits",
        "'' | <node><name>a</name><fast/></node>"
            + " | operation-failed must-violation /node[name='a']/fast",
        "'' | <node><name>a</name><weight>5</weight></node><node><name>b</name><via>a</via></node>"
            + " | operation-failed must-violation /node[name='b']/via",
        "<node><name>a</name><weight>6</weight></node><node><name>b</name><via>a</via></node>"
            + " | <node><name>a</name><weight>5</weight></node>"
            + " | operation-failed must-violation /node[name='b']/via",
        "<pair><a>q</a><b>1</b><v>5</v></pair> | <pick>q</pick>"
            + " | <pair><a>q</a><b>1</b><v>5</v></pair><pick>q</pick>",
        "<pair><a>q</a><b>1</b><v>5</v></pair> | <pick>r</pick>"
            + " | operation-failed must-violation /pick",
        "<pair><a>q</a><b>1</b><v>5</v></pair><pick>q</pick>"
            + " | <pair nc:operation='delete'><a>q</a><b>1</b></pair>"
            + " | operation-failed must-violation /pick",
      })
  void must(String before, String edit, String expected) throws Exception {
    assertThat(outcome(before, edit)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | <speed>1</speed> | unknown-element - /speed",
        "'' | <mode>fast</mode><speed>1</speed> | <mode>fast</mode><speed>1</speed>",
        "<mode>fast</mode><speed>1</speed> | <mode>plain</mode> | <mode>plain</mode>",
        "<mode>fast</mode><speed>1</speed> | <mode nc:operation='delete'/> | ''",
        "<mode>fast</mode><speed>1</speed> | <mode>plain</mode><speed>2</speed>"
            + " | unknown-element - /speed",
        "<mode>fast</mode> | <low>1</low><high>2</high> | data-missing - /needed",
        "<low>1</low><high>2</high> | <mode>fast</mode> | data-missing - /needed",
        "'' | <low>1</low><high>2</high> | <low>1</low><high>2</high>",
        "'' | <augmented>x</augmented> | unknown-element - /augmented",
        "'' | <mode>aug</mode><augmented>x</augmented> | <mode>aug</mode><augmented>x</augmented>",
        "<mode>aug</mode><augmented>x</augmented> | <mode>plain</mode> | <mode>plain</mode>",
        "'' | <extra><lent>x</lent></extra> | unknown-element - /extra/lent",
        "<rules-of-extra/><extra><lent>x</lent></extra> | <rules-of-extra nc:operation='delete'/>"
            + " | ''",
        "'' | <extra><own>x</own></extra> | <extra><own>x</own></extra>",
        "<ka>x</ka> | <mode>aug</mode> | <mode>aug</mode>",
        "'' | <kb>x</kb> | unknown-element - /kb",
        "'' | <kb>x</kb><high>60</high> | <high>60</high><kb>x</kb>",
        "<kb>x</kb><high>60</high> | <high>40</high> | <high>40</high>",
        "'' | <sees-default/> | operation-failed must-violation /sees-default",
        "'' | <high>60</high><kb>x</kb><sees-default/> | <high>60</high><kb>x</kb><sees-default/>",
        "<high>60</high><kb>x</kb><sees-default/> | <high>40</high>"
            + " | operation-failed must-violation /sees-default",
      })
  void when(String before, String edit, String expected) throws Exception {
    assertThat(outcome(before, edit)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | <node><name>a</name><peer>b</peer></node>"
            + " | data-missing instance-required /node[name='a']/peer",
        "'' | <node><name>a</name><peer>a</peer></node> |"
            + " <node><name>a</name><peer>a</peer></node>",
        "'' | <node><name>a</name><loose>b</loose></node>"
            + " | <node><name>a</name><loose>b</loose></node>",
        "<node><name>a</name><peer>b</peer></node><node><name>b</name></node>"
            + " | <node nc:operation='delete'><name>b</name></node>"
            + " | data-missing instance-required /node[name='a']/peer",
        "<node><name>a</name><peer>b</peer></node><node><name>b</name></node>"
            + " | <node nc:operation='delete'><name>b</name></node>"
            + "<node><name>a</name><peer nc:operation='delete'/></node>"
            + " | <node><name>a</name></node>",
        "<node><name>a</name><link><id>1</id></link></node>"
            + " | <node><name>b</name><peer>a</peer><uplink>2</uplink></node>"
            + " | data-missing instance-required /node[name='b']/uplink",
        "<node><name>b</name><peer>b</peer></node><node><name>a</name><link><id>1</id></link></node>"
            + " | <node><name>b</name><uplink>1</uplink></node> | data-missing instance-required"
            + " /node[name='b']/uplink",
        "<node><name>a</name><link><id>1</id></link></node><node><name>b</name><peer>a</peer>"
            + "<uplink>1</uplink></node> | <node><name>b</name><peer>b</peer></node>"
            + " | data-missing instance-required /node[name='b']/uplink",
        "<node><name>a</name><link><id>1</id></link></node><node><name>b</name><peer>a</peer>"
            + "<uplink>1</uplink></node>"
            + " | <node><name>a</name><link nc:operation='delete'><id>1</id></link></node>"
            + " | data-missing instance-required /node[name='b']/uplink",
        "'' | <target>/tr:rules/tr:node[tr:name='a']</target>"
            + " | data-missing instance-required /target",
        "'' | <loose-target>/tr:rules/tr:low</loose-target>"
            + " | <loose-target>/tr:rules/tr:low</loose-target>",
        "'' | <typed-target>/tr:rules/tr:low</typed-target>"
            + " | <typed-target>/tr:rules/tr:low</typed-target>",
        "<node><name>a</name></node> | <target>/tr:rules/tr:node[tr:name='a']</target>"
            + " | <node><name>a</name></node><target>/tr:rules/tr:node[tr:name='a']</target>",
        "<node><name>a</name></node><target>/tr:rules/tr:node[tr:name='a']</target>"
            + " | <node nc:operation='delete'><name>a</name></node>"
            + " | data-missing instance-required /target",
        "<node><name>a</name></node><node><name>b</name><peer>a</peer></node>"
            + " | <node nc:operation='replace'><name>a</name><weight>3</weight></node>"
            + " | <node><name>a</name><weight>3</weight></node>"
            + "<node><name>b</name><peer>a</peer></node>",
        "<node><name>a</name></node><node><name>b</name><peer>a</peer></node>"
            + " | <node nc:operation='delete'><name>a</name></node><node><name>c</name></node>"
            + " | data-missing instance-required /node[name='b']/peer",
      })
  void reference(String before, String edit, String expected) throws Exception {
    assertThat(outcome(before, edit)).isEqualTo(expected);
  }

  @Test
  void uniqueLooksIntoChoicesAndNamesTheLeaves() throws Exception {
    Served.set(client, "");
    client.rpc(
        Served.edit(
            content(
                "rules",
                "<node><name>a</name><number>7</number></node>"
                    + "<node><name>b</name><number>7</number></node>")));
    assertThat(client.rpc("<commit/>"))
        .contains("<error-app-tag>data-not-unique</error-app-tag>")
        .containsPattern(
            "<non-unique[^>]*>/tr:rules/tr:node\\[tr:name='a'\\]/tr:number</non-unique>")
        .containsPattern(
            "<non-unique[^>]*>/tr:rules/tr:node\\[tr:name='b'\\]/tr:number</non-unique>");
  }

  @Test
  void uniqueCountsDefaults() throws Exception {
    assertThat(outcome("<once><id>1</id></once>", "<once><id>2</id><u>4</u></once>"))
        .startsWith("operation-failed data-not-unique");
    assertThat(outcome("<once><id>1</id></once>", "<once><id>2</id><u>5</u></once>"))
        .startsWith("<once>");
  }

  @Test
  void uniqueHoldsInALongListWhateverWasChangedBefore() throws Exception {
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      many.append("<once><id>%d</id><u>%d</u></once>".formatted(i, 100 + i));
    }
    Served.set(client, content("rules", many.toString()));
    assertThat(change("<once><id>200</id><u>142</u></once>")).contains("once[tr:id='42']/tr:u");
    assertThat(change("<once><id>42</id><u>42</u></once>")).contains("<ok/>");
    assertThat(change("<once><id>200</id><u>142</u></once>")).contains("<ok/>");
    assertThat(change("<once><id>7</id><u>42</u></once>")).contains("once[tr:id='42']/tr:u");
    assertThat(change("<once nc:operation='delete'><id>42</id></once>")).contains("<ok/>");
    assertThat(change("<once><id>7</id><u>42</u></once>")).contains("<ok/>");
    // Two may change places in one edit; not even then may two be the same.
    assertThat(change("<once><id>1</id><u>102</u></once><once><id>2</id><u>101</u></once>"))
        .contains("<ok/>");
    assertThat(change("<once><id>3</id><u>9</u></once><once><id>4</id><u>9</u></once>"))
        .contains("once[tr:id='3']/tr:u", "once[tr:id='4']/tr:u");
    assertThat(change("<once><id>5</id><u nc:operation='delete'/></once>")).contains("<ok/>");
    assertThat(change("<once><id>201</id></once>")).contains("once[tr:id='5']/tr:u");
    assertThat(change("<once><id>5</id><u>5</u></once><once><id>201</id></once>"))
        .contains("<ok/>");
  }

  /** Edits and commits; tells the last reply. What is refused is discarded. */
  private static String change(String edit) throws Exception {
    String reply = client.rpc(Served.edit(content("rules", edit)));
    if (reply.contains("<ok/>")) {
      reply = client.rpc("<commit/>");
    }
    client.rpc("<discard-changes/>");
    return reply;
  }

  @Test
  void theMessageOfAMustIsTheModules() throws Exception {
    Served.set(client, "");
    client.rpc(Served.edit(content("rules", "<low>5</low>")));
    assertThat(client.rpc("<commit/>")).contains(">low must be below high</error-message>");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9", "c10", "c11", "bad"})
  void xpath(String leaf) throws Exception {
    String check =
        "<check><id>x</id><text>abcd</text><number>-3</number>"
            + "<item>i</item><item>j</item><item>k</item></check>";
    Served.set(client, "");
    client.rpc(Served.edit(content("checks", check + "<" + leaf + "/>")));
    assertThat(client.rpc("<commit/>")).contains(leaf.equals("bad") ? "must-violation" : "<ok/>");
  }

  @Test
  void theWholeConfigurationIsHeldToItToo() throws Exception {
    String inline = Served.config(content("rules", "<speed>1</speed>"));
    assertThat(client.rpc("<validate><source>" + inline + "</source></validate>"))
        .contains("unknown-element");
  }

  @Test
  void aConfigInNoNamespaceIsRefusedByName() throws Exception {
    assertThat(
            client.rpc(
                "<edit-config><target><candidate/></target><config xmlns=''/></edit-config>"))
        .contains("config in no namespace");
  }
}
