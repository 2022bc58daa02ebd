package io.hairpin.tests;

import static io.hairpin.tests.Configuration.flat;
import static io.hairpin.tests.Configuration.ports;
import static io.hairpin.tests.Configuration.tagged;
import static io.hairpin.tests.Configuration.untagged;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What an operator sees of the frames. */
final class VisibilityTest extends OnEveryTarget {

  private static final int PATIENCE_MILLISECONDS = 30_000;
  private static final Frame FRAME = Frame.of(BOB, ALICE);

  @Test
  void framesAreCountedByVlan() throws Exception {
    rig.configure(
        ports(1, 2, 3).vlan(1, tagged(), untagged(1, 2, 3)).vlan(7, tagged(1, 2), untagged()));
    long received = vlan(7, "received-frames");
    long transmitted = vlan(1, "transmitted-frames");
    long octets = vlan(7, "received-octets");

    rig.send(1, FRAME, FRAME.tagged(7), FRAME.tagged(7));

    assertThat(vlan(7, "received-frames") - received).isEqualTo(2);
    assertThat(vlan(7, "received-octets") - octets).isEqualTo(2L * FRAME.tagged(7).length());
    assertThat(vlan(1, "transmitted-frames") - transmitted).isEqualTo(2);
  }

  private long vlan(int vid, String leaf) throws Exception {
    return Long.parseLong(
        rig.get(
                """
                <bridge xmlns="urn:hairpin:yang:bridge">
                  <vlan><vid>%d</vid><statistics/></vlan>
                </bridge>
                """
                    .formatted(vid))
            .data("bridge/vlan/statistics/" + leaf)
            .getFirst());
  }

  @Test
  void nothingIsSampledUnlessItIsWanted() throws Exception {
    rig.configure(flat());

    assertThat(rig.observe(1, FRAME).counts().port(1, "sampled-frames")).isZero();
  }

  @Test
  void aSampledFrameGoesItsWayOnce() throws Exception {
    rig.configure(flat().sampling(1, 1));

    Outcome outcome = rig.observe(1, FRAME);

    assertThat(outcome.out()).isEqualTo(on(FRAME, 2, 3));
    assertThat(outcome.counts().port(1, "sampled-frames"))
        .isEqualTo(outcome.counts().port(1, "received-frames"));
  }

  @Test
  void aSampleIsSentToTheCollectorAsSflowHasIt() throws Exception {
    try (DatagramSocket collector =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      collector.setSoTimeout(PATIENCE_MILLISECONDS);
      rig.configure(flat().sampling(3, 1));
      rig.edit(
          """
          <bridge xmlns="urn:hairpin:yang:bridge">
            <sampling>
              <collector>127.0.0.1</collector>
              <udp-port>%d</udp-port>
              <agent>192.0.2.7</agent>
            </sampling>
          </bridge>
          """
              .formatted(collector.getLocalPort()));

      rig.ports().receive(3, FRAME);

      DatagramPacket packet = new DatagramPacket(new byte[1500], 1500);
      collector.receive(packet);
      ByteBuffer datagram = ByteBuffer.wrap(packet.getData(), 0, packet.getLength());
      assertThat(ints(datagram, 3)).containsExactly(5, 1, 0xC0000207); // version, IPv4, agent
      assertThat(ints(datagram, 2)).startsWith(0); // sub-agent, sequence
      datagram.getInt(); // uptime
      assertThat(ints(datagram, 2)).containsExactly(1, 1); // one flow sample
      assertThat(datagram.getInt()).isEqualTo(datagram.remaining());
      datagram.getInt(); // sequence
      assertThat(ints(datagram, 2)).containsExactly(3, 1); // source, rate
      ints(datagram, 2); // pool, drops
      assertThat(ints(datagram, 3)).containsExactly(3, 0, 1); // input, output, records
      assertThat(datagram.getInt()).isEqualTo(1); // a raw header
      assertThat(datagram.getInt()).isEqualTo(datagram.remaining());
      assertThat(ints(datagram, 4)).containsExactly(1, FRAME.length() + 4, 4, FRAME.length());
      byte[] header = new byte[FRAME.length()];
      datagram.get(header);
      assertThat(new Frame(header)).isEqualTo(FRAME);
      rig.settle();
    }
  }

  private static int[] ints(ByteBuffer from, int count) {
    int[] values = new int[count];
    Arrays.setAll(values, _ -> from.getInt());
    return values;
  }
}
