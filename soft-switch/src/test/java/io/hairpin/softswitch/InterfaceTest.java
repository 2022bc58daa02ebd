package io.hairpin.softswitch;

import static io.hairpin.softswitch.Namespaces.ip;
import static io.hairpin.softswitch.Namespaces.near;
import static io.hairpin.softswitch.Testbed.entity;
import static io.hairpin.softswitch.Testbed.station;
import static io.hairpin.softswitch.Testbed.wire;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.hairpin.p4runtime.v1.Update;
import io.hairpin.softswitch.port.Discard;
import io.hairpin.softswitch.port.Link;
import io.hairpin.softswitch.port.PortState;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ports that are Linux interfaces, with the kernel's own stations behind them. Needs root. */
class InterfaceTest {
  private static final int MEGABYTE = 1 << 20;

  private final BlockingQueue<PortState> links = new LinkedBlockingQueue<>();
  private Namespaces stations;
  private Testbed testbed;

  @BeforeEach
  void start() throws IOException {
    stations = new Namespaces();
    stations.station(1);
    stations.station(2);
    testbed =
        Testbed.running(
            SoftSwitch.builder()
                .port(1, near(1))
                .port(2, near(2))
                .port(3)
                .linkListener(links::add));
  }

  @AfterEach
  void stop() {
    if (testbed != null) {
      testbed.close();
    }
    if (stations != null) {
      stations.close();
    }
  }

  private void address(int station, String device) {
    stations.in(station, "ip", "address", "add", "10.9.0." + station + "/24", "dev", device);
  }

  private void wireBothWays() {
    testbed.write(Update.Type.INSERT, wire(1, "send", 2), wire(2, "send", 1));
  }

  private PortState port(int number) {
    return testbed.device.ports().get(number - 1);
  }

  @Test
  void tcpRunsBetweenStationsWithTheirOffloads() throws IOException {
    address(1, "e0");
    address(2, "e0");
    wireBothWays();
    stations.transfer(1, 2, "10.9.0.2", 32 * MEGABYTE);
    // Far fewer frames than segments: aggregates went through whole.
    assertThat(port(2).counters().transmittedFrames()).isLessThan(32 * MEGABYTE / 1448);
  }

  @Test
  void tcpRunsThroughACableWhereFramesAreTagged() throws IOException {
    restart(
        SoftSwitch.builder().port(1, near(1)).port(2, near(2)).port(5, near(5)).port(6, near(6)));
    address(1, "e0");
    address(2, "e0");
    testbed.write(
        Update.Type.INSERT,
        wire(1, "send_tagged", 5, 7),
        wire(6, "send_untagged", 2),
        wire(2, "send_tagged", 6, 7),
        wire(5, "send_untagged", 1));
    stations.transfer(1, 2, "10.9.0.2", 16 * MEGABYTE);
    assertThat(port(3).counters().transmittedFrames()).isLessThan(16 * MEGABYTE / 1448);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0800", // untagged
        "8100a0050800", // C-tag: priority 5, VID 5
        "88a8b0070800", // S-tag: priority 5, drop eligible, VID 7
        "88a800078100a0050800", // S-tag, then C-tag
        "810000000800" // priority-tagged
      })
  void tagsArriveAsTheyWereSent(String tags) throws Exception {
    restart(SoftSwitch.builder().port(3).port(5, near(5)).port(6, near(6)));
    testbed.write(Update.Type.INSERT, wire(3, "send", 5), wire(6, "send", 3));
    String frame = "02000000000902000000000a" + tags + "00".repeat(46);
    testbed.inject(3, frame);
    var sent = testbed.sent.poll(Testbed.PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertThat(sent)
        .as(() -> testbed.device.ports().toString())
        .isEqualTo(new Testbed.Sent(3, frame));
  }

  @Test
  void aFrameAllocatesNothing() throws Exception {
    restart(SoftSwitch.builder().port(3).port(5, near(5)).port(6, near(6)));
    testbed.write(Update.Type.INSERT, wire(3, "send", 5), wire(6, "send", 6));
    // Until all of the way is compiled, which takes its time on a busy machine.
    testbed.await(
        () -> {
          long before = allocated();
          assertThat(before).isPositive();
          exchange(30_000);
          return allocated() - before < 30_000;
        });
  }

  /** Frames go from port 3 to 5, over the cable to 6, back, and end at 5. */
  private void exchange(int frames) {
    String frame = "02000000000902000000000a" + "0800" + "00".repeat(46);
    long goal = port(2).counters().receivedFrames();
    for (int i = 0; i < frames; i++) {
      testbed.inject(3, frame);
      goal++;
      if (i % 32 == 0) {
        long reached = goal;
        testbed.await(() -> port(2).counters().receivedFrames() >= reached);
      }
    }
    long reached = goal;
    testbed.await(() -> port(2).counters().receivedFrames() >= reached);
  }

  /** By the threads that receive, since they started. */
  private static long allocated() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("port-"))
        .mapToLong(thread -> threads.getThreadAllocatedBytes(thread.threadId()))
        .sum();
  }

  private void restart(SoftSwitch.Builder ports) throws IOException {
    testbed.close();
    stations.cable(5, 6);
    testbed = Testbed.running(ports);
    testbed.await(
        () -> testbed.device.ports().stream().noneMatch(port -> port.link() == Link.DOWN));
  }

  @Test
  void aChecksumLeftToHardwareIsCompleteForTheController() throws Exception {
    address(1, "e0");
    testbed.write(Update.Type.INSERT, entity(station(0x020000000009L, "to_cpu", 1)));
    stations.in(
        1, "ip", "neighbour", "add", "10.9.0.9", "lladdr", "02:00:00:00:00:09", "dev", "e0");
    stations.start(1, "datagram", "10.9.0.9", "7", "hello");
    ByteString packet = testbed.primary().take().getPacket().getPayload();
    byte[] ip = packet.substring(14).toByteArray();
    assertThat(udpChecksum(ip)).isEqualTo(0xffff);
    assertThat(new String(ip, 28, 5, StandardCharsets.UTF_8)).isEqualTo("hello");
  }

  /** RFC 768: over the pseudo-header and the datagram, the checksum included. */
  private static int udpChecksum(byte[] ip) {
    int length = ((ip[24] & 0xff) << 8) + (ip[25] & 0xff);
    int sum = 17 + length;
    for (int i = 12; i < 20 + length; i++) {
      sum += (ip[i] & 0xff) << (i % 2 == 0 ? 8 : 0);
    }
    while (sum > 0xffff) {
      sum = (sum >> 16) + (sum & 0xffff);
    }
    return sum;
  }

  @Test
  void aFrameBeyondTheMtuOfItsPortIsDiscardedAndCounted() throws Exception {
    address(1, "e0");
    wireBothWays();
    ip("link", "set", near(2), "mtu", "1000");
    awaitMtu(1000);
    stations.in(
        1, "ip", "neighbour", "add", "10.9.0.2", "lladdr", "02:00:00:00:00:02", "dev", "e0");
    long before = port(2).counters().transmittedFrames();
    byte[] text = new byte[1200];
    java.util.Arrays.fill(text, (byte) 'x');
    stations.start(1, "datagram", "10.9.0.2", "7", new String(text, StandardCharsets.UTF_8));
    testbed.await(() -> port(2).counters().discarded(Discard.TOO_LONG) == 1);
    assertThat(port(2).counters().transmittedFrames()).isEqualTo(before);
  }

  private void awaitMtu(int mtu) {
    testbed.await(() -> port(2).mtu() == mtu);
  }

  @Test
  void aLinkIsFollowed() throws InterruptedException {
    testbed.await(() -> port(1).link() == Link.UP);
    stations.in(1, "ip", "link", "set", "e0", "down");
    awaitChange(Link.DOWN);
    stations.in(1, "ip", "link", "set", "e0", "up");
    awaitChange(Link.UP);
  }

  /** Waits until port 1 is told to have that link; the other port's links are not of interest. */
  private void awaitChange(Link link) throws InterruptedException {
    PortState change;
    do {
      change = links.poll(Testbed.PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertThat(change).as("a change of port 1 to %s", link).isNotNull();
    } while (change.number() != 1 || change.link() != link);
  }

  @Test
  void anInterfaceThatComesBackIsThePortAgain() throws Exception {
    testbed.await(() -> port(1).link() == Link.UP);
    ip("link", "delete", near(1));
    awaitChange(Link.DOWN);
    ip(
        "link",
        "add",
        near(1),
        "type",
        "veth",
        "peer",
        "name",
        "e0",
        "netns",
        Namespaces.namespace(1));
    stations.in(1, "ip", "link", "set", "e0", "up");
    ip("link", "set", near(1), "up");
    awaitChange(Link.UP);
    address(1, "e0");
    address(2, "e0");
    wireBothWays();
    stations.transfer(1, 2, "10.9.0.2", MEGABYTE);
  }

  @Test
  void aPortTellsWhatItsInterfaceIs() {
    PortState port = port(1);
    assertThat(port.interfaceName()).isEqualTo(near(1));
    assertThat(port.mtu()).isEqualTo(1500);
    assertThat(port.speed()).isEqualTo(10_000_000_000L);
    assertThat(port.address()).matches("([0-9a-f]{2}:){5}[0-9a-f]{2}");
  }

  @Test
  void theHostLeavesThePortAlone() throws IOException {
    assertThat(Files.readString(Path.of("/proc/sys/net/ipv6/conf", near(1), "disable_ipv6")))
        .isEqualToIgnoringNewLines("1");
  }

  @Test
  void anAddressOnAPortIsRemoved() throws Exception {
    testbed.close();
    ip("address", "add", "10.9.1.1/24", "dev", near(1));
    ip("address", "add", "10.9.2.1/24", "dev", near(1));
    testbed = Testbed.running(SoftSwitch.builder().port(1, near(1)));
    assertThat(NetworkInterface.networkInterfaces())
        .filteredOn(device -> device.getName().equals(near(1)))
        .allSatisfy(device -> assertThat(device.inetAddresses()).isEmpty());
  }

  @Test
  void anInterfaceThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> SoftSwitch.builder().port(9, "nosuch0").start())
        .isInstanceOf(IOException.class)
        .hasMessage("port 9: interface 'nosuch0': looking it up: ENODEV: no such interface");
  }
}
