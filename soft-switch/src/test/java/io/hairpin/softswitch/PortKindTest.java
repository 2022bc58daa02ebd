package io.hairpin.softswitch;

import static io.hairpin.softswitch.Namespaces.ip;
import static io.hairpin.softswitch.Namespaces.near;
import static io.hairpin.softswitch.Testbed.wire;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hairpin.p4runtime.v1.SetForwardingPipelineConfigRequest.Action;
import io.hairpin.p4runtime.v1.Update;
import io.hairpin.softswitch.port.Discard;
import io.hairpin.softswitch.port.Link;
import io.hairpin.softswitch.port.PortCounters;
import io.hairpin.softswitch.port.PortSpec;
import io.hairpin.softswitch.port.PortState;
import io.hairpin.softswitch.port.RawSocket;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every kind of port that is an interface must do. Needs root. */
class PortKindTest {
  private static final int MEGABYTE = 1 << 20;
  private static final String FRAME = "02000000000902000000000a";

  private Namespaces stations;

  @SuppressWarnings("NullAway.Init") // Each test starts its own.
  private Testbed testbed;

  @BeforeEach
  void begin() throws IOException {
    stations = new Namespaces();
  }

  @AfterEach
  void end() {
    if (testbed != null) {
      testbed.close();
    }
    if (stations != null) {
      stations.close();
    }
  }

  private void start(SoftSwitch.Builder ports) throws IOException {
    testbed = Testbed.running(ports);
    testbed.await(
        () -> testbed.device.ports().stream().noneMatch(port -> port.link() == Link.DOWN));
  }

  private static PortSpec spec(int number, String kind) {
    return PortSpec.parse(number + "=" + kind + near(number));
  }

  private PortState port(int number) {
    return testbed.device.ports().stream()
        .filter(port -> port.number() == number)
        .findFirst()
        .orElseThrow();
  }

  private void twoStations(String kind, String... offloads) throws IOException {
    for (int station = 1; station <= 2; station++) {
      stations.station(station);
      stations.in(station, "ip", "address", "add", "10.9.0." + station + "/24", "dev", "e0");
      if (offloads.length > 0) {
        var command = new ArrayList<>(List.of("ethtool", "-K", "e0"));
        command.addAll(List.of(offloads));
        stations.in(station, command.toArray(String[]::new));
      }
    }
    start(SoftSwitch.builder().port(spec(1, kind)).port(spec(2, kind)));
    testbed.write(Update.Type.INSERT, wire(1, "send", 2), wire(2, "send", 1));
  }

  @Test
  void theRingCarriesAggregatesWhole() throws IOException {
    twoStations("ring:");
    stations.transfer(1, 2, "10.9.0.2", 32 * MEGABYTE);
    assertThat(port(2).counters().transmittedFrames()).isLessThan(32 * MEGABYTE / 1448);
  }

  @Test
  void xdpCarriesTcpOfStationsWithoutOffloads() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/usr/sbin/ethtool")), "needs ethtool");
    twoStations("xdp:", "tx", "off");
    stations.transfer(1, 2, "10.9.0.2", 4 * MEGABYTE);
  }

  @Test
  void aTapPortLeadsToTheHost() throws IOException {
    stations.station(1);
    stations.in(1, "ip", "address", "add", "10.9.77.1/24", "dev", "e0");
    start(SoftSwitch.builder().port(spec(1, "")).port(spec(2, "tap:")));
    ip("address", "add", "10.9.77.2/24", "dev", near(2));
    testbed.write(Update.Type.INSERT, wire(1, "send", 2), wire(2, "send", 1));
    stations.transfer(1, 0, "10.9.77.2", 4 * MEGABYTE);
    stations.transfer(0, 1, "10.9.77.1", 4 * MEGABYTE);
  }

  @Test
  void aTapInterfaceGoesWithTheSwitch() throws IOException {
    start(SoftSwitch.builder().port(spec(2, "tap:")));
    assertThat(Namespaces.output("ip", "-o", "link")).contains(near(2));
    testbed.close();
    assertThat(Namespaces.output("ip", "-o", "link")).doesNotContain(near(2));
  }

  @ParameterizedTest
  @CsvSource({
    "ring:, 0800",
    "ring:, 8100a0050800",
    "ring:, 88a800078100a0050800",
    "xdp:, 0800",
    "xdp:, 88a800078100a0050800"
  })
  void tagsArriveAsTheyWereSent(String kind, String tags) throws Exception {
    stations.cable(5, 6);
    start(SoftSwitch.builder().port(3).port(spec(5, kind)).port(spec(6, kind)));
    testbed.write(Update.Type.INSERT, wire(3, "send", 5), wire(6, "send", 3));
    String frame = FRAME + tags + "00".repeat(46);
    testbed.inject(3, frame);
    assertThat(testbed.sent.poll(Testbed.PATIENCE_SECONDS, TimeUnit.SECONDS))
        .as(() -> testbed.device.ports().toString())
        .isEqualTo(new Testbed.Sent(3, frame));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ring:", "xdp:"})
  void aFrameAllocatesNothing(String kind) throws Exception {
    stations.cable(5, 6);
    start(SoftSwitch.builder().port(3).port(spec(5, kind)).port(spec(6, kind)));
    testbed.write(Update.Type.INSERT, wire(3, "send", 5), wire(6, "send", 6));
    // Until all of the way is compiled, which takes its time on a busy machine.
    testbed.await(
        () -> {
          long before = allocated();
          exchange(20_000);
          return allocated() - before < 20_000;
        });
  }

  /** Frames go from port 3 to 5, over the cable to 6, back, and end at 5. */
  private void exchange(int frames) {
    long goal = port(5).counters().receivedFrames();
    for (int i = 0; i < frames; i++) {
      testbed.inject(3, FRAME + "0800" + "00".repeat(46));
      goal++;
      if (i % 32 == 31 || i == frames - 1) {
        long reached = goal;
        testbed.await(() -> port(5).counters().receivedFrames() >= reached);
      }
    }
  }

  private static long allocated() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("port-"))
        .mapToLong(thread -> threads.getThreadAllocatedBytes(thread.threadId()))
        .sum();
  }

  /**
   * Two streams of numbered frames in opposite directions through the same four interfaces, each of
   * which has a thread that receives from one and sends to another.
   */
  @ParameterizedTest
  @ValueSource(strings = {"", "ring:", "xdp:"})
  void theOrderIsKeptFromPortToPortUnderLoad(String kind) throws Exception {
    stations.cable(5, 6);
    stations.cable(7, 8);
    var room = new Semaphore(256);
    List<String> there = Collections.synchronizedList(new ArrayList<>());
    List<String> back = Collections.synchronizedList(new ArrayList<>());
    testbed =
        new Testbed(
            SoftSwitch.builder()
                .port(1)
                .port(2)
                .port(spec(5, kind))
                .port(spec(6, kind))
                .port(spec(7, kind))
                .port(spec(8, kind)));
    testbed.device.connect(
        (port, frame) -> {
          (port == 2 ? there : back).add(HexFormat.of().formatHex(frame, 14, 18));
          room.release();
          return true;
        });
    testbed.controller(1);
    testbed.push(Action.VERIFY_AND_COMMIT, Testbed.CONFIG);
    testbed.write(
        Update.Type.INSERT,
        wire(1, "send", 5),
        wire(6, "send", 7),
        wire(8, "send", 2),
        wire(2, "send", 8),
        wire(7, "send", 6),
        wire(5, "send", 1));
    testbed.await(
        () -> testbed.device.ports().stream().noneMatch(port -> port.link() == Link.DOWN));
    int frames = 20_000;
    for (int i = 0; i < frames; i++) {
      for (int from = 1; from <= 2; from++) {
        assertThat(room.tryAcquire(Testbed.PATIENCE_SECONDS, TimeUnit.SECONDS))
            .as(() -> testbed.device.ports().toString())
            .isTrue();
        testbed.inject(from, FRAME + "88b5" + "%08x".formatted(i) + "00".repeat(42));
      }
    }
    assertThat(room.tryAcquire(256, Testbed.PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    List<String> inOrder = IntStream.range(0, frames).mapToObj("%08x"::formatted).toList();
    assertThat(there).isEqualTo(inOrder);
    assertThat(back).isEqualTo(inOrder);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ring:", "xdp:"})
  void whatIsLostIsCounted(String kind) throws Exception {
    stations.cable(5, 6);
    start(SoftSwitch.builder().port(3).port(spec(5, kind)).port(spec(6, kind)));
    testbed.write(Update.Type.INSERT, wire(3, "send", 5));
    ip("link", "set", near(6), "down");
    testbed.await(() -> port(5).link() == Link.DOWN);
    for (int i = 0; i < 10; i++) {
      testbed.inject(3, FRAME + "0800" + "00".repeat(46));
    }
    testbed.await(() -> port(5).counters().discarded(Discard.LINK_DOWN) == 10);
    ip("link", "set", near(6), "up");
    testbed.await(() -> port(5).link() == Link.UP);
    testbed.inject(3, FRAME + "0800" + "00".repeat(46));
    testbed.await(() -> port(6).counters().receivedFrames() >= 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ring:", "xdp:"})
  void anInterfaceThatComesBackIsThePortAgain(String kind) throws Exception {
    stations.cable(5, 6);
    start(SoftSwitch.builder().port(3).port(spec(5, kind)).port(spec(6, kind)));
    testbed.write(Update.Type.INSERT, wire(3, "send", 5), wire(6, "send", 3));
    ip("link", "delete", near(5));
    testbed.await(() -> port(5).link() == Link.DOWN && port(6).link() == Link.DOWN);
    stations.cable(5, 6);
    testbed.await(() -> port(5).link() == Link.UP && port(6).link() == Link.UP);
    String frame = FRAME + "0800" + "00".repeat(46);
    testbed.inject(3, frame);
    assertThat(testbed.sent.poll(Testbed.PATIENCE_SECONDS, TimeUnit.SECONDS))
        .as(() -> testbed.device.ports().toString())
        .isEqualTo(new Testbed.Sent(3, frame));
  }

  @Test
  void anInterfaceThatIsReplacedTwiceWhileItsThreadIsBusyLeavesNoXdpSocketBehind()
      throws Exception {
    stations.cable(5, 6);
    testbed =
        new Testbed(
            SoftSwitch.builder().port(3).port(4).port(spec(5, "xdp:")).port(spec(6, "xdp:")));
    var busy = new CompletableFuture<Integer>();
    var enough =
        new CompletableFuture<Boolean>()
            .completeOnTimeout(false, Testbed.PATIENCE_SECONDS, TimeUnit.SECONDS);
    testbed.device.connect((port, frame) -> busy.complete(port) && enough.join());
    testbed.controller(1);
    testbed.push(Action.VERIFY_AND_COMMIT, Testbed.CONFIG);
    testbed.write(Update.Type.INSERT, wire(3, "send", 6), wire(5, "send", 4));
    testbed.await(() -> port(5).link() == Link.UP && port(6).link() == Link.UP);
    testbed.inject(3, FRAME + "0800" + "00".repeat(46));
    assertThat(busy.get(Testbed.PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(4);
    for (int i = 0; i < 2; i++) {
      ip("link", "delete", near(5));
      testbed.await(() -> port(5).link() == Link.DOWN && port(6).link() == Link.DOWN);
      stations.cable(5, 6);
      testbed.await(() -> port(5).link() == Link.UP && port(6).link() == Link.UP);
    }
    enough.complete(true);
    testbed.await(() -> bpfMaps() == 2);
  }

  /** How many BPF maps this process holds: one for each AF_XDP socket. */
  private static long bpfMaps() {
    return Stream.of(Objects.requireNonNull(new File("/proc/self/fd").listFiles()))
        .filter(descriptor -> isBpfMap(descriptor.toPath()))
        .count();
  }

  private static boolean isBpfMap(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().equals("anon_inode:bpf-map");
    } catch (IOException closedMeanwhile) {
      return false;
    }
  }

  @Test
  void aFrameLongerThanASlotOfTheRingIsWhole() throws Exception {
    stations.cable(5, 6);
    start(SoftSwitch.builder().port(3).port(spec(5, "ring:")).port(spec(6, "ring:")));
    ip("link", "set", near(5), "mtu", "9000");
    ip("link", "set", near(6), "mtu", "9000");
    testbed.await(() -> port(5).mtu() == 9000 && port(6).mtu() == 9000);
    // Ports without an interface take 1,500.
    testbed.write(Update.Type.INSERT, wire(1, "send", 5), wire(6, "send", 6));
    testbed.write(Update.Type.INSERT, wire(3, "send", 5));
    testbed.inject(3, FRAME + "0800" + "00".repeat(8000));
    testbed.await(() -> port(5).counters().receivedOctets() == 8014);
    assertThat(port(5).counters().receivedFrames()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ring:", "xdp:"})
  void theHostHasTheInterfaceBackAsItWas(String kind) throws IOException {
    stations.cable(5, 6);
    Path ipv6 = Path.of("/proc/sys/net/ipv6/conf", near(5), "disable_ipv6");
    Files.writeString(ipv6, "0");
    ip("link", "set", near(5), "up");
    ip("link", "set", near(6), "up");
    ip("address", "add", "10.9.78.1/24", "dev", near(5));
    ip("address", "add", "10.9.79.1/30", "dev", near(5), "label", near(5) + ":1");
    ip("address", "add", "fd00:9::1/64", "dev", near(5), "nodad");
    ip("route", "add", "10.9.80.0/24", "via", "10.9.78.2");
    ip("link", "set", near(5), "down");
    ip("link", "set", near(5), "up");
    ip("route", "replace", "10.9.80.0/24", "via", "10.9.78.2");
    ip("-6", "address", "replace", "fd00:9::1/64", "dev", near(5), "nodad");
    testbed = Testbed.running(SoftSwitch.builder().port(spec(5, kind)));
    assertThat(Namespaces.output("ip", "address", "show", "dev", near(5))).doesNotContain("inet");
    assertThat(Files.readString(ipv6)).isEqualToIgnoringNewLines("1");
    testbed.close();
    assertThat(Namespaces.output("ip", "address", "show", "dev", near(5)))
        .contains("inet 10.9.78.1/24", "inet 10.9.79.1/30", near(5) + ":1", "inet6 fd00:9::1/64");
    assertThat(Namespaces.output("ip", "route")).contains("10.9.80.0/24 via 10.9.78.2");
    assertThat(Files.readString(ipv6)).isEqualToIgnoringNewLines("0");
  }

  @Test
  void anInterfaceThatWasOffIsOffAgain() throws IOException {
    stations.cable(5, 6);
    testbed = Testbed.running(SoftSwitch.builder().port(spec(5, "")));
    assertThat(Namespaces.output("ip", "link", "show", "dev", near(5))).contains(",UP");
    testbed.close();
    assertThat(Namespaces.output("ip", "link", "show", "dev", near(5))).doesNotContain(",UP");
  }

  @Test
  void xdpIsRefusedWhereTheInterfaceHasSeveralQueues() {
    stations.cable(5, 6);
    ip("link", "delete", near(5));
    ip(
        "link",
        "add",
        near(5),
        "numrxqueues",
        "2",
        "numtxqueues",
        "2",
        "type",
        "veth",
        "peer",
        "name",
        near(6));
    Namespaces.output("ethtool", "-L", near(5), "rx", "2");
    assertThatThrownBy(() -> SoftSwitch.builder().port(spec(5, "xdp:")).start())
        .isInstanceOf(IOException.class)
        .hasMessage(
            "port 5: interface '%s' has 2 receive queues, AF_XDP takes one: ethtool -L %s combined 1"
                .formatted(near(5), near(5)));
  }

  @Test
  void xdpIsRefusedWhereAFrameWouldNotFit() {
    stations.cable(5, 6);
    ip("link", "set", near(5), "mtu", "9000");
    assertThatThrownBy(() -> SoftSwitch.builder().port(spec(5, "xdp:")).start())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("an MTU of 9000, AF_XDP takes 3822 at most");
  }

  @Test
  void xdpIsRefusedWhereAnotherProgramHasTheInterface() throws IOException {
    stations.cable(5, 6);
    start(SoftSwitch.builder().port(spec(5, "xdp:")));
    assertThatThrownBy(() -> SoftSwitch.builder().port(spec(5, "xdp:")).start())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("EBUSY");
  }

  @Test
  void aTapPortIsRefusedWhereTheInterfaceIsNone() {
    stations.cable(5, 6);
    assertThatThrownBy(() -> SoftSwitch.builder().port(spec(5, "tap:")).start())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("port 5: interface '" + near(5) + "': taking it as a TAP interface");
  }

  /** TCP over IPv4, some octets of which are anything, behind any virtio_net_hdr. */
  private static byte[] anyFrame(Random random) {
    int data = random.nextInt(3000);
    ByteBuffer frame = ByteBuffer.allocate(10 + 54 + data).order(ByteOrder.nativeOrder());
    int[] types = {0, 0, 1, 3, 4, 5, 0x81, 0xff};
    frame.put((byte) random.nextInt(4)).put((byte) types[random.nextInt(types.length)]);
    frame.putShort((short) (random.nextBoolean() ? 54 : random.nextInt(4000)));
    frame.putShort((short) (random.nextBoolean() ? 1000 : random.nextInt(4000)));
    frame.putShort((short) (random.nextBoolean() ? 34 : random.nextInt(4000)));
    frame.putShort((short) (random.nextBoolean() ? 16 : random.nextInt(4000)));
    frame.order(ByteOrder.BIG_ENDIAN).put(HexFormat.of().parseHex(FRAME)).putShort((short) 0x800);
    frame.putInt(0x45000000 | (40 + data)).putInt(0).putInt(0x40060000).putLong(random.nextLong());
    frame.putLong(random.nextLong()).putInt(1).putInt(0x50100000);
    for (int n = random.nextInt(6); n > 0; n--) {
      frame.put(22 + random.nextInt(42), (byte) random.nextInt());
    }
    return frame.array();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ring:"})
  void whateverAFrameLeavesToHardwareItIsSentOrCounted(String kind) throws Exception {
    stations.cable(5, 6);
    stations.cable(7, 8);
    // Its neighbour discovery would be heard before anything is sent.
    Files.writeString(Path.of("/proc/sys/net/ipv6/conf", near(8), "disable_ipv6"), "1");
    ip("link", "set", near(8), "up");
    start(
        SoftSwitch.builder()
            .port(3)
            .port(spec(5, kind))
            .port(spec(7, kind))
            .port(PortSpec.parse("6=" + near(6))));
    var random = new Random(1);
    try (var raw = new RawSocket(near(8))) {
      for (int to : new int[] {5, 3}) {
        testbed.write(to == 5 ? Update.Type.INSERT : Update.Type.MODIFY, wire(7, "send", to));
        int taken = 0;
        long before = port(7).counters().receivedFrames();
        for (int i = 0; i < 5_000; i++) {
          taken += raw.send(anyFrame(random)) ? 1 : 0;
        }
        assertThat(taken).isGreaterThan(100);
        if (to == 5) {
          testbed.await(() -> settled(before));
        } else {
          awaitGood(raw);
        }
      }
    }
  }

  /** A frame gets through, sooner or later: the queue before it may be full. */
  private void awaitGood(RawSocket raw) throws InterruptedException {
    String good = FRAME + "88b5" + "00".repeat(50);
    byte[] frame = HexFormat.of().parseHex("00".repeat(10) + good);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Testbed.PATIENCE_SECONDS);
    while (!raw.send(frame) || !arrives(good)) {
      assertThat(System.nanoTime()).as(() -> testbed.device.ports().toString()).isLessThan(end);
    }
  }

  private boolean arrives(String frame) throws InterruptedException {
    Testbed.Sent sent;
    do {
      sent = testbed.sent.poll(200, TimeUnit.MILLISECONDS);
    } while (sent != null && !sent.frame().equals(frame));
    return sent != null;
  }

  /** Whether all that port 7 has received is accounted for at port 5. */
  private boolean settled(long before) {
    PortCounters out = port(5).counters();
    long lost = out.discards().values().stream().mapToLong(Long::longValue).sum();
    long received = port(7).counters().receivedFrames();
    return received > before && out.transmittedFrames() + lost == received;
  }
}
