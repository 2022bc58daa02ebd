package io.hairpin.tests;

import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A whole configuration of the bridge. In addition to what a test wants, every port is a tagged
 * member of VLAN {@value #SENTINEL_VLAN}, in which a station stands behind each.
 */
final class Configuration {

  static final int SENTINEL_VLAN = 4094;

  private static final int S_CHANNELS_FROM = 10_000;

  private static final String SENTINEL_SOURCE = "02:00:00:00:fe:00";

  /** A port's leaves below bridge-port by name; a port without a part in the bridge has none. */
  private final Map<Integer, Map<String, String>> ports = new TreeMap<>();

  private final TreeSet<Integer> plain = new TreeSet<>();
  private final TreeSet<Integer> disabled = new TreeSet<>();
  private final Map<Integer, Vlan> vlans = new TreeMap<>();
  private final Map<String, String> stations = new TreeMap<>();

  private final StringBuilder more = new StringBuilder();

  private record Vlan(int fid, Members tagged, Members untagged) {}

  /** Stands for an S-channel wherever a port does. */
  static int channel(int port, int sVid) {
    return port * S_CHANNELS_FROM + sVid;
  }

  /** The name of the interface that is a port or an S-channel. */
  static String name(int port) {
    return port < S_CHANNELS_FROM
        ? "port" + port
        : "port" + port / S_CHANNELS_FROM + "." + port % S_CHANNELS_FROM;
  }

  private static boolean isChannel(int port) {
    return port >= S_CHANNELS_FROM;
  }

  private int[] physical() {
    return ports.keySet().stream()
        .mapToInt(Integer::intValue)
        .filter(port -> !isChannel(port))
        .toArray();
  }

  /** Members of a VLAN. */
  record Members(int... ports) {}

  static Members tagged(int... ports) {
    return new Members(ports);
  }

  static Members untagged(int... ports) {
    return new Members(ports);
  }

  /** Nothing at all, not even for sentinels. */
  static Configuration empty() {
    return new Configuration();
  }

  /**
   * Ports of the bridge with their defaults, and no VLAN. They learn nothing, so that what a test
   * sees depends on no frame before.
   */
  static Configuration ports(int... ports) {
    Configuration configuration = new Configuration();
    for (int port : ports) {
      configuration.with(port, "mac-learning", "off");
    }
    return configuration;
  }

  /** Three ports, untagged in VLAN 1. */
  static Configuration flat() {
    return ports(1, 2, 3).vlan(1, tagged(), untagged(1, 2, 3));
  }

  Configuration reflecting(int port) {
    return with(port, "reflective-relay", "<rr-admin>forced</rr-admin>");
  }

  Configuration notReflecting(int port) {
    return with(port, "reflective-relay", "<rr-admin>off</rr-admin>");
  }

  Configuration pvid(int port, int vid) {
    return with(port, "pvid", Integer.toString(vid));
  }

  Configuration admitting(int port, String frameTypes) {
    return with(port, "acceptable-frame-types", frameTypes);
  }

  Configuration withoutIngressFiltering(int port) {
    return with(port, "ingress-filtering", "false");
  }

  Configuration macLearning(int port, String value) {
    return with(port, "mac-learning", value);
  }

  /** Rates and what else stands in a container below bridge-port. */
  Configuration flooding(int port, String limits) {
    return with(port, "flood-limits", limits);
  }

  Configuration protecting(int port, String leaves) {
    return with(port, "loop-protection", leaves);
  }

  Configuration sampling(int port, int rate) {
    return with(port, "sampling-rate", Integer.toString(rate));
  }

  private Configuration with(int port, String leaf, String value) {
    ports.computeIfAbsent(port, _ -> new TreeMap<>()).put(leaf, value);
    return this;
  }

  Configuration disabled(int port) {
    disabled.add(port);
    return this;
  }

  Configuration enabled(int port) {
    disabled.remove(port);
    return this;
  }

  /** The port's interface stays, without a part in the bridge. */
  Configuration notBridged(int port) {
    plain.add(port);
    return this;
  }

  Configuration vlan(int vid, Members tagged, Members untagged) {
    return vlan(vid, vid, tagged, untagged);
  }

  Configuration vlan(int vid, int fid, Members tagged, Members untagged) {
    vlans.put(vid, new Vlan(fid, tagged, untagged));
    return this;
  }

  Configuration station(int fid, String address, int port) {
    stations.put(fid + " " + address, name(port));
    return this;
  }

  /** Frames from and to an address are discarded. */
  Configuration blackhole(int fid, String address) {
    stations.put(fid + " " + address, "");
    return this;
  }

  /** More top-level elements, as they are. */
  Configuration and(String xml) {
    more.append(xml);
    return this;
  }

  /** For each port that transmits: where to let a sentinel arrive that leaves by it alone. */
  Map<Integer, Integer> sentinels() {
    Map<Integer, Integer> sources = new TreeMap<>();
    for (int destination : physical()) {
      for (int source : physical()) {
        if (source != destination
            && carries(destination)
            && carries(source)
            && !"untagged-only".equals(ports.get(source).get("acceptable-frame-types"))) {
          sources.putIfAbsent(destination, source);
        }
      }
    }
    return sources;
  }

  private boolean carries(int port) {
    return !disabled.contains(port) && !plain.contains(port);
  }

  static Frame sentinel(int destination, long number) {
    return Frame.of(sentinelStation(destination), SENTINEL_SOURCE)
        .carrying("sentinel " + number)
        .tagged(SENTINEL_VLAN);
  }

  private static String sentinelStation(int port) {
    return "02:00:00:00:ff:%02x".formatted(port);
  }

  /** The interfaces alone, as the content of {@code <config>}. */
  String interfaces() {
    String whole = xml();
    return whole.substring(0, whole.indexOf("<bridge xmlns"));
  }

  /** As the content of {@code <config>}. */
  String xml() {
    if (ports.isEmpty()) {
      return "";
    }
    StringBuilder xml = new StringBuilder();
    xml.append("<interfaces xmlns=\"urn:ietf:params:xml:ns:yang:ietf-interfaces\">");
    ports.forEach(
        (port, leaves) -> {
          xml.append("<interface><name>").append(name(port)).append("</name>");
          xml.append("<type xmlns:ianaift=\"urn:ietf:params:xml:ns:yang:iana-if-type\">");
          xml.append(isChannel(port) ? "ianaift:l2vlan</type>" : "ianaift:ethernetCsmacd</type>");
          if (disabled.contains(port)) {
            xml.append("<enabled>false</enabled>");
          }
          if (isChannel(port)) {
            xml.append("<s-channel xmlns=\"urn:hairpin:yang:bridge\">");
            leaf(xml, "port", name(port / S_CHANNELS_FROM));
            leaf(xml, "s-vid", Integer.toString(port % S_CHANNELS_FROM));
            xml.append("</s-channel>");
          } else if (carriesChannels(port)) {
            xml.append("<s-component xmlns=\"urn:hairpin:yang:bridge\"/>");
          }
          if (!plain.contains(port)) {
            xml.append("<bridge-port xmlns=\"urn:hairpin:yang:bridge\">");
            leaves.forEach((name, value) -> leaf(xml, name, value));
            xml.append("</bridge-port>");
          }
          xml.append("</interface>");
        });
    xml.append("</interfaces><bridge xmlns=\"urn:hairpin:yang:bridge\">");
    vlans.forEach((vid, vlan) -> vlan(xml, vid, vlan));
    int[] all = physical();
    vlan(xml, SENTINEL_VLAN, new Vlan(SENTINEL_VLAN, tagged(all), untagged()));
    xml.append("<filtering-database>");
    stations.forEach(
        (key, port) -> {
          int space = key.indexOf(' ');
          station(xml, key.substring(0, space), key.substring(space + 1), port);
        });
    for (int port : all) {
      station(xml, Integer.toString(SENTINEL_VLAN), sentinelStation(port), "port" + port);
    }
    return xml.append("</filtering-database></bridge>").append(more).toString();
  }

  private boolean carriesChannels(int port) {
    return ports.keySet().stream()
        .anyMatch(other -> isChannel(other) && other / S_CHANNELS_FROM == port);
  }

  private static void vlan(StringBuilder xml, int vid, Vlan vlan) {
    xml.append("<vlan>");
    leaf(xml, "vid", Integer.toString(vid));
    leaf(xml, "fid", Integer.toString(vlan.fid()));
    for (int port : vlan.tagged().ports()) {
      leaf(xml, "tagged-port", name(port));
    }
    for (int port : vlan.untagged().ports()) {
      leaf(xml, "untagged-port", name(port));
    }
    xml.append("</vlan>");
  }

  private static void station(StringBuilder xml, String fid, String address, String port) {
    xml.append("<static-entry>");
    leaf(xml, "fid", fid);
    leaf(xml, "mac-address", address);
    if (port.isEmpty()) {
      xml.append("<blackhole/>");
    } else {
      leaf(xml, "port", port);
    }
    xml.append("</static-entry>");
  }

  private static void leaf(StringBuilder xml, String name, String value) {
    xml.append('<').append(name).append('>').append(value).append("</").append(name).append('>');
  }
}
