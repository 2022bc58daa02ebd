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

/** Values of type binary are the same if their octets are (RFC 7950 section 9.8). */
class OctetsTest {
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
  void begin() throws Exception {
    Served.set(client, "");
  }

  private static String edit(String content) throws IOException {
    return client.rpc(Served.edit("<octets>" + content + "</octets>"));
  }

  private static void accepted(String content) throws IOException {
    assertThat(edit(content)).contains("<ok/>");
    assertThat(client.rpc("<commit/>")).contains("<ok/>");
  }

  @Test
  void anEntryIsKnownByItsKey() throws Exception {
    accepted("<entry><id>AAE=</id></entry>");
    assertThat(edit("<entry nc:operation='create'><id>AAE=</id></entry>")).contains("data-exists");
    accepted("<entry nc:operation='delete'><id>AAE=</id></entry>");
    assertThat(Served.running(client)).doesNotContain("entry");
  }

  @Test
  void aValueOfALeafListIsKnown() throws Exception {
    accepted("<item>AAE=</item>");
    assertThat(edit("<item nc:operation='create'>AAE=</item>")).contains("data-exists");
    accepted("<item nc:operation='delete'>AAE=</item>");
    assertThat(Served.running(client)).doesNotContain("item");
  }

  @Test
  void theSameTwiceIsNotUnique() throws Exception {
    edit("<entry><id>AAE=</id><hash>AAI=</hash></entry>");
    edit("<entry><id>AAM=</id><hash>AAI=</hash></entry>");
    assertThat(client.rpc("<commit/>")).contains("data-not-unique");
  }

  @Test
  void theSameTwiceIsNotUniqueInALongList() throws Exception {
    StringBuilder entries = new StringBuilder();
    for (char c = 'A'; c <= 'Z'; c++) {
      for (String last : new String[] {"A", "I"}) {
        String octets = "A" + c + last + "=";
        entries.append("<entry><id>%s</id><hash>%1$s</hash></entry>".formatted(octets));
      }
    }
    accepted(entries.toString());
    edit("<entry><id>////</id><hash>AAI=</hash></entry>");
    assertThat(client.rpc("<commit/>")).contains("data-not-unique");
    edit("<entry><id>AAI=</id><hash>AAAA</hash></entry>");
    assertThat(client.rpc("<commit/>")).contains("<ok/>");
  }

  @Test
  void aReferenceFindsThem() throws Exception {
    accepted("<entry><id>AAE=</id><hash>AAI=</hash></entry><chosen>AAI=</chosen>");
    edit("<chosen>AAM=</chosen>");
    assertThat(client.rpc("<commit/>")).contains("instance-required");
  }

  @Test
  void anExpressionComparesTheirText() throws Exception {
    accepted("<item>AAE=</item><needs/>");
    edit("<item nc:operation='delete'>AAE=</item>");
    assertThat(client.rpc("<commit/>")).contains("must-violation");
  }

  @Test
  void aFilterSelectsThem() throws Exception {
    accepted("<entry><id>AAE=</id></entry><entry><id>AAI=</id></entry>");
    assertThat(
            client.rpc(
                "<get-config><source><running/></source><filter><octets xmlns='urn:test:nodes'>"
                    + "<entry><id>AAI=</id></entry></octets></filter></get-config>"))
        .contains("AAI=")
        .doesNotContain("AAE=");
    assertThat(
            client.rpc(
                "<get-config><source><running/></source><filter type='xpath'"
                    + " xmlns:t='urn:test:nodes' select=\"/t:octets/t:entry[t:id='AAI=']\"/>"
                    + "</get-config>"))
        .contains("AAI=")
        .doesNotContain("AAE=");
  }

  @Test
  void theDefaultIsKnown() throws Exception {
    accepted("<entry><id>AAE=</id><initial>AAE=</initial></entry>");
    String trimmed =
        "<get-config><source><running/></source><with-defaults"
            + " xmlns='urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults'>trim"
            + "</with-defaults></get-config>";
    assertThat(client.rpc(trimmed)).contains("<id>AAE=</id>").doesNotContain("<initial>");
    assertThat(
            edit(
                "<entry><id>AAE=</id><initial"
                    + " xmlns:wd='urn:ietf:params:xml:ns:netconf:default:1.0'"
                    + " wd:default='true'>AAE=</initial></entry>"))
        .contains("<ok/>");
  }
}
