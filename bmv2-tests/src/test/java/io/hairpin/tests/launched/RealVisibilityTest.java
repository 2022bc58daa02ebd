package io.hairpin.tests.launched;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What the switch tells of the traffic of stations. */
final class RealVisibilityTest extends OnRealInterfaces {

  private static final int PATIENCE_MILLISECONDS = 30_000;
  private static final int SFLOW = 5;
  private static final int FRAMES = 5;

  @Test
  void framesOfAStationAreSampledToACollector() throws Exception {
    try (DatagramSocket collector =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      collector.setSoTimeout(PATIENCE_MILLISECONDS);
      hairpin.configure(
          interfaces(port(1, "<sampling-rate>1</sampling-rate>"), port(2)),
          bridge(
              vlan(1, untagged(1, 2)),
              """
              <sampling>
                <collector>127.0.0.1</collector>
                <udp-port>%d</udp-port>
                <agent>127.0.0.1</agent>
              </sampling>
              """
                  .formatted(collector.getLocalPort())));

      assertThat(stations.reaches("one", "10.0.0.2")).isTrue();

      DatagramPacket sample = new DatagramPacket(new byte[1500], 1500);
      collector.receive(sample);
      assertThat(ByteBuffer.wrap(sample.getData()).getInt()).isEqualTo(SFLOW);
    }
  }

  @Test
  void framesAreCountedByPortVlanAndReason() throws Exception {
    hairpin.configure(flat());
    Launched one = wire("one");
    Launched two = wire("two");
    long received = hairpin.count("port1", "received-frames");
    long transmitted = hairpin.count("port2", "transmitted-frames");
    long ofVlan = ofVlan("received-frames");
    long copies = ofVlan("transmitted-frames");
    long discarded = discarded();

    one.write(frame("ff:ff:ff:ff:ff:ff", Testbed.mac(1), "81000063"));
    for (int i = 0; i < FRAMES; i++) {
      one.write(broadcast(Testbed.mac(1)));
      two.awaitLine(broadcast(Testbed.mac(1)));
    }

    assertThat(hairpin.count("port1", "received-frames")).isEqualTo(received + FRAMES + 1);
    assertThat(hairpin.count("port2", "transmitted-frames")).isEqualTo(transmitted + FRAMES);
    assertThat(ofVlan("received-frames")).isEqualTo(ofVlan + FRAMES);
    WiredSwitch.eventually(() -> ofVlan("transmitted-frames"), all -> all == copies + 3 * FRAMES);
    assertThat(discarded()).isEqualTo(discarded + 1);
  }

  private long ofVlan(String counter) throws Exception {
    return Long.parseLong(
        hairpin
            .get(bridge(vlan(1, "<statistics><" + counter + "/></statistics>")), counter)
            .getFirst());
  }

  private long discarded() throws Exception {
    return Long.parseLong(
        hairpin
            .get(
                bridge(
                    "<discard><side>ingress</side><reason>unknown-vlan</reason><frames/></discard>"),
                "frames")
            .getFirst());
  }
}
