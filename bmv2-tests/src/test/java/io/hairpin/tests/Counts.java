package io.hairpin.tests;

import java.util.Map;
import java.util.TreeMap;
import org.w3c.dom.Node;

/** What the statistics and the discards of a {@code <get>} say. */
record Counts(Map<String, Long> values) {

  static final String FILTER =
      """
      <interfaces xmlns="urn:ietf:params:xml:ns:yang:ietf-interfaces">
        <interface>
          <name/>
          <bridge-port xmlns="urn:hairpin:yang:bridge"><statistics/></bridge-port>
        </interface>
      </interfaces>
      <bridge xmlns="urn:hairpin:yang:bridge"><discard/></bridge>
      """;

  static Counts of(Reply reply) {
    Map<String, Long> values = new TreeMap<>();
    for (Node counter : reply.nodes("//statistics/*")) {
      Node networkInterface = counter.getParentNode().getParentNode().getParentNode();
      values.put(
          child(networkInterface, "name") + " " + counter.getNodeName(),
          Long.valueOf(counter.getTextContent()));
    }
    for (Node discard : reply.nodes("//discard")) {
      values.put(
          child(discard, "side") + " " + child(discard, "reason"),
          Long.valueOf(child(discard, "frames")));
    }
    return new Counts(values);
  }

  private static String child(Node parent, String name) {
    for (Node child = parent.getFirstChild(); child != null; child = child.getNextSibling()) {
      if (child.getNodeName().equals(name)) {
        return child.getTextContent();
      }
    }
    throw new AssertionError("No " + name + " in " + parent);
  }

  /** What was counted since an earlier reading. */
  Counts since(Counts before) {
    Map<String, Long> counted = new TreeMap<>();
    values.forEach(
        (name, value) -> counted.put(name, value - before.values.getOrDefault(name, 0L)));
    return new Counts(counted);
  }

  /** A counter of a port by the name of its leaf. */
  long port(int port, String leaf) {
    Long value = values.get(Configuration.name(port) + " " + leaf);
    if (value == null) {
      throw new AssertionError(Configuration.name(port) + " has no " + leaf + " among " + values);
    }
    return value;
  }

  /** The discards that are not zero, as "side reason". */
  Map<String, Long> discards() {
    Map<String, Long> discards = new TreeMap<>();
    values.forEach(
        (name, value) -> {
          if (!name.startsWith("port") && value != 0) {
            discards.put(name, value);
          }
        });
    return discards;
  }
}
