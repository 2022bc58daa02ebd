package io.hairpin.tests.launched;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Stations on S-channels. */
final class RealSChannelTest extends OnRealInterfaces {

  private static final String S_TAG = "88a8";

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

  private void onChannel(String station, String address) throws Exception {
    stations.station(station);
    atTheEnd(() -> stations.remove(station));
    stations.move("one", station, station);
    stations.address(station, station, address);
  }

  @Test
  void stationsOnTwoChannelsOfOneUplinkReachEachOtherAndTheWorld() throws Exception {
    start("one", "tags", S_TAG, "eth0", "red=10", "blue=20");
    onChannel("red", "10.0.0.11/24");
    onChannel("blue", "10.0.0.12/24");
    hairpin.configure(
        interfaces(
            networkInterface(
                "port1", "ethernetCsmacd", "<s-component xmlns=\"urn:hairpin:yang:bridge\"/>"),
            port(2),
            channel("red", 10),
            channel("blue", 20)),
        bridge(
            vlan(
                1,
                "<untagged-port>red</untagged-port><untagged-port>blue</untagged-port>",
                untagged(2))));

    assertThat(stations.reaches("red", "10.0.0.12")).isTrue();
    assertThat(stations.reaches("red", "10.0.0.2")).isTrue();
    assertThat(stations.reaches("blue", "10.0.0.2")).isTrue();
    WiredSwitch.eventually(
        () ->
            hairpin.get(
                bridge("<filtering-database><entry><port>red</port></entry></filtering-database>"),
                "type"),
        types -> types.equals(List.of("learnt")));
  }
}
