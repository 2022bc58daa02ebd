package io.hairpin.tests.launched;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** VLANs between stations that tag and stations that do not. */
final class RealVlanTest extends OnRealInterfaces {

  private static final String C_TAG = "8100";

  @Test
  void aStationThatTagsReachesTheUntaggedOnesOfEachVlan() throws Exception {
    start("two", "tags", C_TAG, "eth0", "red=10", "blue=20");
    stations.address("two", "red", "10.0.10.2/24");
    stations.address("two", "blue", "10.0.20.2/24");
    stations.address("one", "eth0", "10.0.10.1/24");
    stations.address("three", "eth0", "10.0.20.3/24");
    stations.address("four", "eth0", "10.0.10.4/24");
    hairpin.configure(
        interfaces(
            port(1, "<pvid>10</pvid>"),
            port(2, "<acceptable-frame-types>tagged-only</acceptable-frame-types>"),
            port(3, "<pvid>20</pvid>"),
            port(4, "<pvid>20</pvid>")),
        bridge(vlan(10, untagged(1), tagged(2)), vlan(20, untagged(3, 4), tagged(2))));

    assertThat(stations.reaches("one", "10.0.10.2")).isTrue();
    assertThat(stations.reaches("three", "10.0.20.2")).isTrue();
    assertThat(stations.reachesNot("one", "10.0.10.4")).isTrue();
  }
}
