package io.hairpin.tests;

import static io.hairpin.tests.Configuration.tagged;

import io.hairpin.tests.Configuration.Members;
import io.hairpin.tests.model.Case;
import io.hairpin.tests.model.Case.Arrival;
import io.hairpin.tests.model.ReferenceBridge;
import io.hairpin.tests.model.ReferenceBridge.Key;
import io.hairpin.tests.model.ReferenceBridge.Transmitted;
import io.hairpin.tests.model.Setup;
import io.hairpin.tests.model.Setup.Learning;
import io.hairpin.tests.model.Setup.Port;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The pipeline does with every frame what the reference model does. {@code
 * -Dhairpin.model.configurations} and {@code -Dhairpin.model.seed} say how many configurations are
 * drawn, with {@value #FRAMES} frames each, and where the first one begins.
 */
final class ReferenceModelTest extends OnEveryTarget {

  private static final int FRAMES = 100;

  /** How many frames are let in before what comes out is awaited: bmv2's queues hold 64. */
  private static final int AT_ONCE = 10;

  private static final int CONFIGURATIONS = Integer.getInteger("hairpin.model.configurations", 20);
  private static final long SEED = Long.getLong("hairpin.model.seed", 1);
  private static final String SENTINEL_SOURCE = "02:00:00:00:fe:00";

  @Test
  @Timeout(value = 2, unit = TimeUnit.HOURS)
  void everyFrameIsTransmittedAsByTheReferenceModel() throws Exception {
    for (long seed = SEED; seed < SEED + CONFIGURATIONS; seed++) {
      Case drawn = Case.draw(new Random(seed), Rig.PORTS.size(), FRAMES);
      if (differs(drawn)) {
        Case reduced = drawn.reduced(this::differs);
        throw new AssertionError(
            "Seed %d, reduced:%n%s%s".formatted(seed, reduced, difference(reduced)));
      }
    }
  }

  private boolean differs(Case drawn) {
    try {
      return !difference(drawn).isEmpty();
    } catch (Exception e) {
      throw new AssertionError("Not to be tried on " + target + ":\n" + drawn, e);
    }
  }

  /** What differs; empty where nothing does. */
  private String difference(Case drawn) throws Exception {
    rig.configure(Configuration.empty());
    Rig.eventually(this::learnt, Map::isEmpty);
    rig.configure(configuration(drawn.setup()));
    ReferenceBridge model = new ReferenceBridge(drawn.setup());
    boolean learns =
        drawn.setup().ports().stream().anyMatch(port -> port.learning() == Learning.ON);
    Map<Integer, List<Frame>> expected = new TreeMap<>();
    Map<Integer, List<Frame>> actual = new TreeMap<>();
    Map<Key, Integer> learnt = model.learnt();
    int onTheWay = 0;
    for (Arrival arrival : drawn.arrivals()) {
      for (Transmitted transmitted : model.receive(arrival.port(), arrival.octets())) {
        add(expected, transmitted.port(), new Frame(transmitted.octets()));
      }
      rig.ports().receive(arrival.port(), new Frame(arrival.octets()));
      if (learns || ++onTheWay == AT_ONCE) {
        settle(actual);
        onTheWay = 0;
      }
      if (!model.learnt().equals(learnt)) {
        learnt = model.learnt();
        awaitLearnt(learnt, arrival);
      }
    }
    settle(actual);
    // The replicas of one frame leave by a port's channels in no particular order.
    expected.values().forEach(frames -> frames.sort(Comparator.comparing(Frame::toString)));
    actual.values().forEach(frames -> frames.sort(Comparator.comparing(Frame::toString)));
    return expected.equals(actual)
        ? ""
        : "  expected " + text(expected) + "\n  but was " + text(actual);
  }

  private static String text(Map<Integer, List<Frame>> out) {
    StringBuilder text = new StringBuilder();
    out.forEach(
        (port, frames) ->
            frames.forEach(
                frame ->
                    text.append("\n    port ")
                        .append(port)
                        .append(" transmits ")
                        .append(Case.text(frame.bytes()))));
    return text.isEmpty() ? "nothing" : text.toString();
  }

  private void settle(Map<Integer, List<Frame>> out) throws InterruptedException {
    rig.settle().forEach((port, frames) -> frames.forEach(frame -> add(out, port, frame)));
  }

  private static void add(Map<Integer, List<Frame>> out, int port, Frame frame) {
    out.computeIfAbsent(port, _ -> new ArrayList<>()).add(frame);
  }

  /**
   * What is learnt asynchronously is waited for, so that the next frame meets it. The frame that
   * teaches is repeated, apart from what is compared: a target may still wait for an
   * acknowledgement of the same report, and not make it again.
   */
  private void awaitLearnt(Map<Key, Integer> learnt, Arrival teaching) throws Exception {
    Map<String, String> wanted = new HashMap<>();
    learnt.forEach(
        (key, port) -> wanted.put(key.fid() + " " + text(key.address()), Configuration.name(port)));
    Rig.eventually(
        () -> {
          Map<String, String> now = learnt();
          if (!now.equals(wanted)) {
            rig.send(teaching.port(), new Frame(teaching.octets()));
          }
          return now;
        },
        wanted::equals);
  }

  private Map<String, String> learnt() throws Exception {
    Reply reply =
        rig.get(
            """
            <bridge xmlns="urn:hairpin:yang:bridge">
              <filtering-database><entry><type>learnt</type></entry></filtering-database>
            </bridge>
            """);
    List<String> fids = reply.data("bridge/filtering-database/entry/fid");
    List<String> addresses = reply.data("bridge/filtering-database/entry/mac-address");
    List<String> ports = reply.data("bridge/filtering-database/entry/port");
    Map<String, String> learnt = new HashMap<>();
    for (int i = 0; i < fids.size(); i++) {
      if (!addresses.get(i).equals(SENTINEL_SOURCE)) {
        learnt.put(fids.get(i) + " " + addresses.get(i), ports.get(i));
      }
    }
    return learnt;
  }

  private static Configuration configuration(Setup setup) {
    Configuration configuration =
        Configuration.ports(setup.ports().stream().mapToInt(Port::number).toArray());
    for (Port port : setup.ports()) {
      int number = port.number();
      configuration
          .pvid(number, port.pvid())
          .admitting(
              number,
              switch (port.admitted()) {
                case ALL -> "all";
                case TAGGED_ONLY -> "tagged-only";
                case UNTAGGED_ONLY -> "untagged-only";
              })
          .macLearning(
              number,
              switch (port.learning()) {
                case OFF -> "off";
                case ON -> "on";
                case FORBIDDEN -> "forbidden";
              });
      if (!port.enabled()) {
        configuration.disabled(number);
      }
      if (!port.filtering()) {
        configuration.withoutIngressFiltering(number);
      }
      if (port.reflecting()) {
        configuration.reflecting(number);
      }
      if (port.learning() == Learning.FORBIDDEN && port.sVid() == 0) {
        configuration.station(Configuration.SENTINEL_VLAN, SENTINEL_SOURCE, number);
      }
    }
    setup
        .vlans()
        .forEach(
            vlan ->
                configuration.vlan(
                    vlan.vid(), vlan.fid(), members(vlan.tagged()), members(vlan.untagged())));
    setup
        .stations()
        .forEach(
            station ->
                configuration.station(station.fid(), text(station.address()), station.port()));
    return configuration;
  }

  private static Members members(Set<Integer> ports) {
    return tagged(ports.stream().mapToInt(Integer::intValue).toArray());
  }

  private static String text(long address) {
    return HexFormat.ofDelimiter(":")
        .formatHex(ByteBuffer.allocate(8).putLong(address).array(), 2, 8);
  }
}
