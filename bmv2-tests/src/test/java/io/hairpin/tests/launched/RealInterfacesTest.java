package io.hairpin.tests.launched;

import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.netconf.client.NetconfClient;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the pipeline does, configured by ncclient and seen by real stations in network namespaces.
 */
@Tag("launched")
@SuppressWarnings("NullAway.Init") // Set before each test.
final class RealInterfacesTest {

  private static final String NETCONF = Launched.HOME.resolve("bmv2-tests/demo/netconf").toString();
  private static final String FRAMES = Launched.HOME.resolve("bmv2-tests/demo/frames").toString();
  private static final int ATTEMPTS = 30;
  private static final int PATIENCE_MILLISECONDS = 30_000;
  private static final String S_COMPONENT =
      Launched.HOME.resolve("bmv2-tests/demo/s-component").toString();

  @TempDir private Path directory;
  private Stations stations;
  private Launched hairpin;
  private String netconf;

  @BeforeEach
  void makeStations() throws IOException {
    stations = new Stations();
  }

  @AfterEach
  void removeAll() throws InterruptedException {
    if (hairpin != null) {
      hairpin.close();
    }
    stations.close();
  }

  private void start(int... ports) throws Exception {
    String[] arguments = new String[3 + ports.length];
    arguments[0] = "run";
    arguments[1] = "--netconf=127.0.0.1:0";
    arguments[2] = "--data=" + data();
    for (int i = 0; i < ports.length; i++) {
      arguments[3 + i] = "--port=" + ports[i] + "=" + Stations.near(ports[i]);
    }
    hairpin = Launched.hairpin(directory, arguments);
    netconf = Launched.address(hairpin.awaitLine("ready"), "netconf");
  }

  private Path data() {
    return directory.resolve("data");
  }

  /** Merges interfaces, and what stands below {@code bridge}, in one commit. */
  private void edit(List<String> interfaces, String bridge) throws IOException {
    edit(netconf, data(), interfaces, bridge);
  }

  private void edit(String address, Path data, List<String> interfaces, String bridge)
      throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("edit.xml"),
            """
            <config xmlns="urn:ietf:params:xml:ns:netconf:base:1.0">
              <interfaces xmlns="urn:ietf:params:xml:ns:yang:ietf-interfaces"
                  xmlns:ianaift="urn:ietf:params:xml:ns:yang:iana-if-type">%s</interfaces>
              <bridge xmlns="urn:hairpin:yang:bridge">%s</bridge>
            </config>
            """
                .formatted(String.join("", interfaces), bridge));
    Stations.run(
        NETCONF, address, data.resolve("admin-password").toString(), "edit", file.toString());
  }

  private String get(String filter) throws IOException {
    try (NetconfClient client = Launched.connect(netconf, data())) {
      return client.rpc("<get><filter type=\"subtree\">" + filter + "</filter></get>");
    }
  }

  private static String networkInterface(String name, String type, String content) {
    return "<interface><name>%s</name><type>ianaift:%s</type>%s</interface>"
        .formatted(name, type, content);
  }

  private static String port(String name, String content) {
    return networkInterface(
        name,
        "ethernetCsmacd",
        "<bridge-port xmlns=\"urn:hairpin:yang:bridge\">" + content + "</bridge-port>");
  }

  private static String vlan1(String... ports) {
    StringBuilder xml = new StringBuilder("<vlan><vid>1</vid>");
    for (String port : ports) {
      xml.append("<untagged-port>").append(port).append("</untagged-port>");
    }
    return xml.append("</vlan>").toString();
  }

  private static String channel(String name, int sVid) {
    return networkInterface(
        name,
        "l2vlan",
        """
        <s-channel xmlns="urn:hairpin:yang:bridge"><port>port1</port><s-vid>%d</s-vid></s-channel>
        <bridge-port xmlns="urn:hairpin:yang:bridge"/>
        """
            .formatted(sVid));
  }

  @Test
  void stationsOnTwoChannelsOfOneUplinkReachEachOtherAndTheWorld() throws Exception {
    stations.station("up");
    stations.station("red");
    stations.station("blue");
    stations.station("ext");
    stations.link(1, "up");
    stations.link(2, "ext");
    stations.address("ext", "eth0", "10.0.0.9/24");
    stations.start("up", S_COMPONENT, "eth0", "red=10", "blue=20");
    stations.move("up", "red", "red");
    stations.move("up", "blue", "blue");
    stations.address("red", "red", "10.0.0.1/24");
    stations.address("blue", "blue", "10.0.0.2/24");
    start(1, 2);

    edit(
        List.of(
            networkInterface(
                "port1", "ethernetCsmacd", "<s-component xmlns=\"urn:hairpin:yang:bridge\"/>"),
            port("port2", ""),
            channel("red", 10),
            channel("blue", 20)),
        vlan1("red", "blue", "port2"));

    assertThat(stations.reaches("red", "10.0.0.2")).isTrue();
    assertThat(stations.reaches("red", "10.0.0.9")).isTrue();
    assertThat(stations.reaches("blue", "10.0.0.9")).isTrue();
    assertThat(
            get(
                """
                <bridge xmlns="urn:hairpin:yang:bridge">
                  <filtering-database><entry><port>red</port></entry></filtering-database>
                </bridge>
                """))
        .contains("<type>learnt</type>");
  }

  /** Two stations, and the VLAN that they are in. */
  private void startWithTwoStations() throws Exception {
    stations.station("one");
    stations.station("two");
    stations.link(1, "one");
    stations.link(2, "two");
    stations.address("one", "eth0", "10.0.0.1/24");
    stations.address("two", "eth0", "10.0.0.2/24");
  }

  @Test
  void aStationIsLearntFlushedAndLearntAgain() throws Exception {
    startWithTwoStations();
    start(1, 2);
    edit(List.of(port("port1", ""), port("port2", "")), vlan1("port1", "port2"));
    assertThat(stations.reaches("one", "10.0.0.2")).isTrue();
    assertThat(learntOn("port1")).isTrue();

    try (NetconfClient client = Launched.connect(netconf, data())) {
      assertThat(
              client.rpc(
                  """
                  <action xmlns="urn:ietf:params:xml:ns:yang:1">
                    <bridge xmlns="urn:hairpin:yang:bridge">
                      <filtering-database><flush><port>port1</port></flush></filtering-database>
                    </bridge>
                  </action>
                  """))
          .contains(">1</flushed>");
    }

    assertThat(stations.reaches("one", "10.0.0.2")).isTrue();
    assertThat(learntOn("port1")).isTrue();
  }

  private boolean learntOn(String port) throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      String entries =
          get(
              """
              <bridge xmlns="urn:hairpin:yang:bridge">
                <filtering-database><entry><port>%s</port></entry></filtering-database>
              </bridge>
              """
                  .formatted(port));
      if (entries.contains("<type>learnt</type>")) {
        return true;
      }
    }
    return false;
  }

  @Test
  void aCableFromPortToPortIsFoundAndItsPortsAreShutDown() throws Exception {
    startWithTwoStations();
    stations.cable(3, 4);
    start(1, 2, 3, 4);
    String guarded =
        """
        <loop-protection>
          <loop-detection>true</loop-detection>
          <action>shutdown</action>
        </loop-protection>
        """;
    edit(
        List.of(
            port("port1", ""), port("port2", ""), port("port3", guarded), port("port4", guarded)),
        vlan1("port1", "port2", "port3", "port4"));

    await(
        "<alarms xmlns=\"urn:hairpin:yang:alarms\"/>",
        "<alarm-type>loop-detected</alarm-type><resource>port3</resource>");

    assertThat(stations.reaches("one", "10.0.0.2")).isTrue();
    assertThat(
            get(
                """
                <interfaces xmlns="urn:ietf:params:xml:ns:yang:ietf-interfaces">
                  <interface><name>port3</name><oper-status/></interface>
                </interfaces>
                """))
        .contains("<oper-status>down</oper-status>");
  }

  private void await(String filter, String expected) throws IOException {
    String reply = "";
    for (int attempt = 0; attempt < ATTEMPTS * ATTEMPTS; attempt++) {
      reply = get(filter).replaceAll(">\\s+<", "><");
      if (reply.contains(expected)) {
        return;
      }
    }
    assertThat(reply).contains(expected);
  }

  @Test
  @Disabled("The alarm flood-rate does not come here any more; why is not known yet")
  void twoSwitchesThatReflectToEachOtherComeToRest() throws Exception {
    stations.station("one");
    stations.link(1, "one");
    stations.cable(2, 3);
    start(1, 2);
    Path otherData = directory.resolve("other");
    try (Launched other =
        Launched.hairpin(
            directory,
            "run",
            "--netconf=127.0.0.1:0",
            "--data=" + otherData,
            "--port=3=" + Stations.near(3))) {
      String otherNetconf = Launched.address(other.awaitLine("ready"), "netconf");
      String reflecting =
          """
          <flood-limits><reflected>20</reflected></flood-limits>
          <reflective-relay><rr-admin>forced</rr-admin></reflective-relay>
          """;
      edit(List.of(port("port1", ""), port("port2", reflecting)), vlan1("port1", "port2"));
      edit(otherNetconf, otherData, List.of(port("port3", reflecting)), vlan1("port3"));

      stations.in("one", FRAMES, "eth0", "send", "1");

      await("<alarms xmlns=\"urn:hairpin:yang:alarms\"/>", "<alarm-type>flood-rate</alarm-type>");
      long laps = transmitted();
      assertThat(laps).isGreaterThan(1);
      for (long before = -1; laps != before; laps = transmitted()) {
        before = laps;
      }
      assertThat(laps).isLessThan(1000);
    }
  }

  private long transmitted() throws IOException {
    Matcher frames =
        Pattern.compile("<transmitted-frames>(\\d+)<")
            .matcher(
                get(
                    """
                    <interfaces xmlns="urn:ietf:params:xml:ns:yang:ietf-interfaces">
                      <interface>
                        <name>port2</name>
                        <bridge-port xmlns="urn:hairpin:yang:bridge"><statistics/></bridge-port>
                      </interface>
                    </interfaces>
                    """));
    assertThat(frames.find()).isTrue();
    return Long.parseLong(frames.group(1));
  }

  @Test
  void framesOfAStationAreSampledToACollector() throws Exception {
    startWithTwoStations();
    start(1, 2);
    try (DatagramSocket collector =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      collector.setSoTimeout(PATIENCE_MILLISECONDS);
      edit(
          List.of(port("port1", "<sampling-rate>1</sampling-rate>"), port("port2", "")),
          vlan1("port1", "port2")
              + """
              <sampling>
                <collector>127.0.0.1</collector>
                <udp-port>%d</udp-port>
                <agent>127.0.0.1</agent>
              </sampling>
              """
                  .formatted(collector.getLocalPort()));

      assertThat(stations.reaches("one", "10.0.0.2")).isTrue();

      DatagramPacket sample = new DatagramPacket(new byte[1500], 1500);
      collector.receive(sample);
      assertThat(ByteBuffer.wrap(sample.getData()).getInt()).isEqualTo(5);
    }
  }
}
