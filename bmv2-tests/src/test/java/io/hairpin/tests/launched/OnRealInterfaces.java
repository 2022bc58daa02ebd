package io.hairpin.tests.launched;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What the pipeline does, configured by ncclient and seen by stations, on every target. */
@Tag("launched")
@ParameterizedClass(name = "{0}")
@EnumSource
@ExtendWith(Testbeds.Extension.class)
@SuppressWarnings("NullAway.Init") // Set before each test.
abstract class OnRealInterfaces {

  private static final String SCRIPTS =
      Launched.HOME.resolve("bmv2-tests/src/test/stations").toString();

  private static final int HEADER = 14;
  private static final int SHORTEST = 60;

  @Parameter WiredTarget target;

  Testbed bed;
  Stations stations;
  WiredSwitch hairpin;

  private final Deque<AutoCloseable> ends = new ArrayDeque<>();

  @BeforeEach
  final void take(Testbeds beds) throws Exception {
    assumeTrue(target.isHere(), () -> target + " is not on this machine");
    Stations.assumeAllowed();
    bed = beds.of(target);
    stations = bed.stations();
    hairpin = bed.hairpin();
    // A station that knows another one from the test before would ask whether it is still there.
    for (String station : Testbed.STATIONS) {
      stations.in(station, "ip", "neigh", "flush", "dev", "eth0");
    }
  }

  @AfterEach
  final void end() throws Exception {
    while (!ends.isEmpty()) {
      ends.pop().close();
    }
  }

  /** Does something when the test is over; what was asked for last first. */
  final void atTheEnd(AutoCloseable end) {
    ends.push(end);
  }

  /** Starts a script of the stations for the time of the test. */
  final Launched start(String station, String script, String... arguments) throws Exception {
    String[] command = new String[1 + arguments.length];
    command[0] = SCRIPTS + "/" + script;
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    Launched launched = bed.launch(station, command);
    atTheEnd(launched);
    return launched;
  }

  /** A station that sees and sends frames as they are, in hex. */
  final Launched wire(String station) throws Exception {
    return start(station, "wire", "eth0");
  }

  /** A station of this test alone, behind the link of another one. */
  final void behind(String other, String station) {
    stations.behind(other, station);
    atTheEnd(() -> stations.remove(station));
  }

  // What a station sends.

  /** Sends a datagram; it is of no account whether somebody takes it. */
  final void datagram(String station, String to, int port, String content) {
    stations.in(station, "bash", "-c", "echo %s > /dev/udp/%s/%d".formatted(content, to, port));
  }

  /** A broadcast, in hex. */
  static String broadcast(String source) {
    return frame("ff:ff:ff:ff:ff:ff", source, "");
  }

  /** A short frame of an experimental EtherType, in hex, with tags in front of that. */
  static String frame(String destination, String source, String tags) {
    return frame(destination, source, tags, SHORTEST);
  }

  static String frame(String destination, String source, String tags, int octets) {
    return (destination + source).replace(":", "") + tags + "88b5" + "00".repeat(octets - HEADER);
  }

  // What a station sees.

  /** Waits for a frame; tells all up to that. */
  static List<String> await(Launched wire, Pattern frame) throws InterruptedException {
    return wire.awaitLines(line -> frame.matcher(line).find());
  }

  /** A datagram over IPv4 to a port, as it is behind a tag, if any. */
  static Pattern datagramTo(String tag, int port) {
    return Pattern.compile("^.{24}%s0800.{18}11.{24}%04x".formatted(tag, port));
  }

  /** An ICMP echo message over IPv4. */
  static Pattern echo(String tag, int type) {
    return Pattern.compile("^.{24}%s0800.{18}01.{20}%02x".formatted(tag, type));
  }

  // Configuration.

  static String interfaces(String... all) {
    return """
    <interfaces xmlns="urn:ietf:params:xml:ns:yang:ietf-interfaces"
        xmlns:ianaift="urn:ietf:params:xml:ns:yang:iana-if-type">%s</interfaces>
    """
        .formatted(String.join("", all));
  }

  static String networkInterface(String name, String type, String content) {
    return "<interface><name>%s</name><type>ianaift:%s</type>%s</interface>"
        .formatted(name, type, content);
  }

  static String port(int number, String... content) {
    return networkInterface(
        "port" + number,
        "ethernetCsmacd",
        "<bridge-port xmlns=\"urn:hairpin:yang:bridge\">"
            + String.join("", content)
            + "</bridge-port>");
  }

  static String bridge(String... content) {
    return "<bridge xmlns=\"urn:hairpin:yang:bridge\">" + String.join("", content) + "</bridge>";
  }

  /**
   * A VLAN.
   *
   * @param members the content of {@code vlan} besides: members, and what else it has
   */
  static String vlan(int vid, String... members) {
    return "<vlan><vid>" + vid + "</vid>" + String.join("", members) + "</vlan>";
  }

  static String tagged(int... ports) {
    return members("tagged-port", ports);
  }

  static String untagged(int... ports) {
    return members("untagged-port", ports);
  }

  private static String members(String leaf, int... ports) {
    StringBuilder xml = new StringBuilder();
    IntStream.of(ports).forEach(n -> xml.append("<%s>port%d</%s>".formatted(leaf, n, leaf)));
    return xml.toString();
  }

  /** Ports 1 to 4, plain, in VLAN 1. */
  static String flat(String... bridge) {
    return interfaces(port(1), port(2), port(3), port(4))
        + bridge(vlan(1, untagged(1, 2, 3, 4)), String.join("", bridge));
  }

  // State.

  /** What is learnt on a port. */
  final List<String> learntOn(int port) throws IOException {
    return hairpin.get(
        bridge(
            "<filtering-database><entry><mac-address/><type>learnt</type><port>port%d</port>"
                    .formatted(port)
                + "</entry></filtering-database>"),
        "mac-address");
  }

  final void awaitLearnt(int port, String address) throws Exception {
    awaitLearnt(port, address, () -> {});
  }

  /**
   * Lets a station send until it is learnt: a switch that waits for an acknowledgement of the same
   * report does not make it again.
   */
  final void awaitLearnt(int port, String address, Runnable sending) throws Exception {
    WiredSwitch.eventually(
        () -> {
          sending.run();
          return learntOn(port);
        },
        all -> all.contains(address));
  }
}
