package io.hairpin.netconf.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.netconf.client.NetconfClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.opendaylight.yangtools.yang.common.QNameModule;
import org.opendaylight.yangtools.yang.common.Uint32;

/** get-data and edit-data (RFC 8526) with the origins of RFC 8342. */
class NmdaTest {
  private static final StateBuilder NODES =
      new StateBuilder(QNameModule.of(Served.NS, "2026-01-01"));
  private static final String TOP = "<top xmlns='urn:test:nodes'>";

  @TempDir private static Path directory;
  private static Served served;
  private static NetconfClient client;

  @BeforeAll
  static void start() throws Exception {
    served =
        new Served(
            directory,
            builder ->
                builder
                    .state(
                        NODES.name("stats"),
                        () ->
                            Optional.of(NODES.container("stats", NODES.leaf("uptime", Uint32.ONE))))
                    .state(
                        NODES.name("top"),
                        () ->
                            Optional.of(
                                NODES.container(
                                    "top",
                                    NODES.leaf("state", "up"),
                                    NODES.list(
                                        "item",
                                        List.of(
                                            NODES.entry("item", Map.of("id", "s"), List.of())))))));
    client = served.connect();
  }

  @AfterAll
  static void stop() {
    client.close();
    served.close();
  }

  @BeforeEach
  void fill() throws Exception {
    Served.set(client, "<top><name>n</name></top>");
  }

  private static String getData(String datastore, String parameters) throws Exception {
    return client.rpc(
        "<get-data xmlns='urn:ietf:params:xml:ns:yang:ietf-netconf-nmda'"
            + " xmlns:ds='urn:ietf:params:xml:ns:yang:ietf-datastores'"
            + " xmlns:or='urn:ietf:params:xml:ns:yang:ietf-origin'><datastore>ds:"
            + datastore
            + "</datastore>"
            + parameters
            + "</get-data>");
  }

  private static final String TOP_ONLY =
      "<subtree-filter>" + TOP + "<name/><state/><enabled/><item/></top></subtree-filter>";

  @Test
  void theDatastoresAreInTheLibrary() throws Exception {
    assertThat(
            client.rpc(
                "<get><filter><yang-library xmlns='urn:ietf:params:xml:ns:yang:ietf-yang-library'>"
                    + "<datastore/></yang-library></filter></get>"))
        .contains(":operational</name>", ":running</name>", ":candidate</name>");
  }

  @Test
  void runningHasItsConfigurationOnly() throws Exception {
    assertThat(getData("running", ""))
        .contains("<name>n</name>")
        .doesNotContain("<state>", "stats");
  }

  @Test
  void operationalHasStateAndDefaultsToo() throws Exception {
    assertThat(getData("operational", TOP_ONLY))
        .contains(
            "<data xmlns=\"urn:ietf:params:xml:ns:yang:ietf-netconf-nmda\">",
            "<name>n</name>",
            "<enabled>true</enabled>",
            "<state>up</state>",
            "<item><id>s</id></item>");
  }

  @Test
  void originsAreToldWhereTheyChange() throws Exception {
    String reply = getData("operational", TOP_ONLY + "<with-origin/>");
    String or = " xmlns:or=\"urn:ietf:params:xml:ns:yang:ietf-origin\" or:origin=\"or:";
    assertThat(reply)
        .contains("<top xmlns=\"urn:test:nodes\"" + or + "intended\"><name>n</name>")
        .contains("<enabled" + or + "default\">true</enabled>")
        .contains("<state>up</state>")
        .contains("<item" + or + "system\"><id>s</id></item>");
  }

  @Test
  void originsAreFiltered() throws Exception {
    assertThat(getData("operational", TOP_ONLY + "<origin-filter>or:system</origin-filter>"))
        .contains("<id>s</id>", "<state>up</state>")
        .doesNotContain("<name>n", "<enabled>");
    assertThat(
            getData(
                "operational",
                TOP_ONLY
                    + "<negated-origin-filter>or:system</negated-origin-filter>"
                    + "<negated-origin-filter>or:default</negated-origin-filter>"))
        .contains("<name>n</name>", "<state>up</state>")
        .doesNotContain("<id>s</id>", "<enabled>");
  }

  @Test
  void configurationOrStateAlone() throws Exception {
    assertThat(getData("operational", TOP_ONLY + "<config-filter>true</config-filter>"))
        .contains("<name>n</name>", "<id>s</id>")
        .doesNotContain("<state>");
    assertThat(getData("operational", TOP_ONLY + "<config-filter>false</config-filter>"))
        .contains("<state>up</state>")
        .doesNotContain("<name>n");
  }

  @Test
  void theDepthIsBounded() throws Exception {
    assertThat(getData("running", "<max-depth>1</max-depth>"))
        .contains("<top xmlns=\"urn:test:nodes\"/>");
    assertThat(getData("running", "<max-depth>2</max-depth>")).contains("<name>n</name>");
  }

  @Test
  void anXPathSelects() throws Exception {
    assertThat(
            getData(
                "operational",
                "<xpath-filter xmlns:n='urn:test:nodes'>/n:top/n:state</xpath-filter>"))
        .contains("<state>up</state>")
        .doesNotContain("<name>n");
  }

  @Test
  void editDataEditsTheCandidate() throws Exception {
    String edit =
        "<edit-data xmlns='urn:ietf:params:xml:ns:yang:ietf-netconf-nmda'"
            + " xmlns:ds='urn:ietf:params:xml:ns:yang:ietf-datastores'><datastore>ds:%s</datastore>"
            + "<default-operation>merge</default-operation><config>"
            + TOP
            + "<count>3</count></top></config></edit-data>";
    assertThat(client.rpc(edit.formatted("candidate"))).contains("<ok/>");
    assertThat(Served.candidate(client)).contains("<count>3</count>");
    for (String other : List.of("running", "operational", "startup", "intended")) {
      assertThat(client.rpc(edit.formatted(other)))
          .as(other)
          .contains("<error-tag>invalid-value</error-tag>", "<bad-element>datastore<");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "intended, '', invalid-value, datastore",
    "running, <with-origin/>, invalid-value, with-origin",
    "running, <origin-filter>or:system</origin-filter>, invalid-value, origin-filter",
    "operational, <origin-filter>system</origin-filter>, invalid-value, origin-filter",
    "operational, <max-depth>0</max-depth>, invalid-value, max-depth",
    "operational, <config-filter>1</config-filter>, invalid-value, config-filter",
    "operational, <filter/>, unknown-element, filter",
    "operational, <with-origin/><with-origin/>, bad-element, with-origin",
  })
  void badParametersAreRefused(String datastore, String parameters, String tag, String element)
      throws Exception {
    assertThat(getData(datastore, parameters))
        .contains("<error-tag>" + tag + "</error-tag>")
        .contains("<bad-element>" + element + "</bad-element>");
  }
}
