package io.hairpin.tests.model;

import io.hairpin.tests.model.Setup.FrameTypes;
import io.hairpin.tests.model.Setup.Learning;
import io.hairpin.tests.model.Setup.Port;
import io.hairpin.tests.model.Setup.Station;
import io.hairpin.tests.model.Setup.Vlan;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * A bridge and the frames that arrive at it.
 *
 * @param setup the bridge
 * @param arrivals the frames in their order
 */
public record Case(Setup setup, List<Arrival> arrivals) {

  private static final int[] VIDS = {1, 2, 10, 100, 4093};
  private static final int[] TAG_VIDS = {0, 1, 2, 10, 100, 4093, 5, 4095};
  private static final int[] S_VIDS = {0, 2, 4094, 1, 7};
  private static final int STATIONS = 5;
  private static final int SHOWN = 32;
  private static final long STATION = 0x0200_0000_000AL;
  private static final long[] GROUPS = {
    0xFFFF_FFFF_FFFFL, 0x0100_5E00_0001L, 0x3333_0000_0001L, 0x0180_C200_0010L, 0x0180_C200_000EL
  };

  /**
   * A frame that arrives.
   *
   * @param port where
   * @param octets the frame
   */
  public record Arrival(int port, byte[] octets) {
    @Override
    public String toString() {
      return "port %d receives %s".formatted(port, text(octets));
    }
  }

  /**
   * Describes a frame.
   *
   * @param octets the frame
   * @return its first octets in hexadecimal digits, and their number
   */
  public static String text(byte[] octets) {
    int shown = Math.min(octets.length, SHOWN);
    return "%s (%d octets)".formatted(HexFormat.of().formatHex(octets, 0, shown), octets.length);
  }

  /**
   * Draws a case.
   *
   * @param random where from
   * @param ports how many ports the bridge has
   * @param frames how many frames arrive
   * @return the case; at least two of its ports are enabled and admit tagged frames
   */
  public static Case draw(RandomGenerator random, int ports, int frames) {
    boolean learns = random.nextInt(4) == 0;
    List<Port> drawn = new ArrayList<>();
    for (int physical = 1; physical <= ports; physical++) {
      drawn.add(port(random, physical, 0, learns, physical <= 2));
      for (int channels = random.nextInt(3); channels > 0 && random.nextBoolean(); channels--) {
        drawn.add(port(random, physical, S_VIDS[channels], learns, false));
      }
    }
    if (random.nextInt(6) == 0) {
      Port last = drawn.removeLast();
      drawn.add(
          new Port(
              last.physical(),
              last.sVid(),
              last.enabled(),
              last.pvid(),
              last.admitted(),
              last.filtering(),
              last.reflecting(),
              Learning.FORBIDDEN));
    }
    List<Vlan> vlans = new ArrayList<>();
    for (int vid : VIDS) {
      if (random.nextInt(4) == 0) {
        continue;
      }
      Set<Integer> tagged = new LinkedHashSet<>();
      Set<Integer> untagged = new LinkedHashSet<>();
      for (Port port : drawn) {
        switch (random.nextInt(4)) {
          case 0 -> {}
          case 1 -> tagged.add(port.number());
          default -> untagged.add(port.number());
        }
      }
      vlans.add(new Vlan(vid, random.nextInt(3) == 0 ? 1 : vid, tagged, untagged));
    }
    List<Station> stations = new ArrayList<>();
    Set<Object> keys = new HashSet<>();
    for (int count = random.nextInt(8); count > 0; count--) {
      int fid = VIDS[random.nextInt(VIDS.length)];
      long address = STATION + random.nextInt(STATIONS);
      if (keys.add(List.of(fid, address))) {
        stations.add(new Station(fid, address, drawn.get(random.nextInt(drawn.size())).number()));
      }
    }
    List<Arrival> arrivals = new ArrayList<>();
    for (int number = 0; number < frames; number++) {
      arrivals.add(new Arrival(1 + random.nextInt(ports), frame(random)));
    }
    return new Case(new Setup(drawn, vlans, stations), arrivals);
  }

  private static Port port(
      RandomGenerator random, int physical, int sVid, boolean learns, boolean open) {
    return new Port(
        physical,
        sVid,
        open || random.nextInt(5) > 0,
        VIDS[random.nextInt(3)],
        FrameTypes.values()[random.nextInt(open ? 2 : 3)],
        random.nextInt(3) > 0,
        random.nextBoolean(),
        learns && random.nextInt(4) > 0 ? Learning.ON : Learning.OFF);
  }

  private static byte[] frame(RandomGenerator random) {
    ByteBuffer frame = ByteBuffer.allocate(1500);
    boolean toGroup = random.nextInt(4) == 0;
    address(frame, toGroup ? GROUPS[random.nextInt(GROUPS.length)] : station(random));
    address(frame, random.nextInt(40) == 0 ? GROUPS[1] : station(random));
    if (random.nextInt(3) == 0) {
      frame.putShort((short) 0x88A8);
      int sVid = S_VIDS[random.nextInt(S_VIDS.length)];
      frame.putShort((short) (random.nextInt(16) << 12 | sVid));
    }
    for (int tags = random.nextInt(10) == 0 ? 2 : random.nextInt(2); tags > 0; tags--) {
      frame.putShort((short) 0x8100);
      int vid = TAG_VIDS[random.nextInt(TAG_VIDS.length)];
      frame.putShort((short) (random.nextInt(16) << 12 | vid));
    }
    frame.putShort(random.nextBoolean() ? (short) 0x0800 : (short) 0x88B5);
    int header = frame.position();
    byte[] data = new byte[random.nextInt(20) == 0 ? random.nextInt(1400) : random.nextInt(60)];
    random.nextBytes(data);
    frame.put(data);
    int length = random.nextInt(50) == 0 ? 1 + random.nextInt(header) : frame.position();
    byte[] octets = new byte[length];
    frame.get(0, octets);
    return octets;
  }

  private static long station(RandomGenerator random) {
    return STATION + random.nextInt(STATIONS);
  }

  private static void address(ByteBuffer buffer, long address) {
    buffer.putShort((short) (address >> 32)).putInt((int) address);
  }

  /**
   * Makes the case smaller as long as it stays what it is.
   *
   * @param still whether a case still is
   * @return a case of which nothing more can be left out
   */
  public Case reduced(Predicate<Case> still) {
    Case smallest = this;
    for (int part = arrivals.size() / 2; part > 0; part /= 2) {
      for (int from = 0; from < smallest.arrivals.size(); ) {
        List<Arrival> fewer = new ArrayList<>(smallest.arrivals);
        fewer.subList(from, Math.min(from + part, fewer.size())).clear();
        Case smaller = new Case(smallest.setup, fewer);
        if (still.test(smaller)) {
          smallest = smaller;
        } else {
          from += part;
        }
      }
    }
    for (Arrival arrival : smallest.arrivals) {
      byte[] beginning = Arrays.copyOf(arrival.octets(), Math.min(arrival.octets().length, SHOWN));
      List<Arrival> shorter = new ArrayList<>(smallest.arrivals);
      shorter.set(shorter.indexOf(arrival), new Arrival(arrival.port(), beginning));
      Case smaller = new Case(smallest.setup, shorter);
      smallest = still.test(smaller) ? smaller : smallest;
    }
    Setup setup = smallest.setup;
    for (Station station : setup.stations()) {
      smallest =
          smallest.reduced(
              s -> new Setup(s.ports(), s.vlans(), without(s.stations(), station)), still);
    }
    for (Vlan vlan : setup.vlans()) {
      smallest =
          smallest.reduced(
              s -> new Setup(s.ports(), without(s.vlans(), vlan), s.stations()), still);
    }
    for (Port port : setup.ports()) {
      List<Port> ports = new ArrayList<>(smallest.setup.ports());
      ports.set(ports.indexOf(port), port.plain());
      smallest = smallest.reduced(s -> new Setup(ports, s.vlans(), s.stations()), still);
    }
    return smallest;
  }

  private Case reduced(UnaryOperator<Setup> change, Predicate<Case> still) {
    Case smaller = new Case(change.apply(setup), arrivals);
    return still.test(smaller) ? smaller : this;
  }

  private static <T> List<T> without(List<T> list, T element) {
    return list.stream().filter(other -> !other.equals(element)).toList();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (List<?> lines : List.of(setup.ports(), setup.vlans(), setup.stations(), arrivals)) {
      lines.forEach(line -> text.append("  ").append(line).append('\n'));
    }
    return text.toString();
  }
}
