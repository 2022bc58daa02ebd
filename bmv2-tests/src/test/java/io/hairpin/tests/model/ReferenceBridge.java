package io.hairpin.tests.model;

import io.hairpin.tests.model.Setup.FrameTypes;
import io.hairpin.tests.model.Setup.Learning;
import io.hairpin.tests.model.Setup.Port;
import io.hairpin.tests.model.Setup.Vlan;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A bridge as IEEE 802.1Q-2022 describes it, one frame at a time and with no thought of speed. It
 * shares nothing with the pipeline. Not thread-safe.
 */
public final class ReferenceBridge {

  private static final int HEADER = 14;
  private static final int C_TAG = 0x8100;
  private static final int S_TAG = 0x88A8;
  private static final int DEFAULT_S_VID = 1;
  private static final long GROUP = 1L << 40;

  private final Map<Integer, Port> ports = new TreeMap<>();
  private final Map<Integer, Vlan> vlans = new HashMap<>();
  private final Map<Key, Integer> staticEntries = new HashMap<>();
  private final Map<Key, Integer> dynamicEntries = new HashMap<>();

  /**
   * What the filtering database is asked by.
   *
   * @param fid the filtering identifier
   * @param address the MAC address
   */
  public record Key(int fid, long address) {}

  /**
   * A frame that a port transmits.
   *
   * @param port the physical port
   * @param octets the frame
   */
  public record Transmitted(int port, byte[] octets) {}

  /**
   * A bridge that has learnt nothing yet.
   *
   * @param setup how it is set up
   */
  public ReferenceBridge(Setup setup) {
    setup.ports().forEach(port -> ports.put(port.number(), port));
    setup.vlans().forEach(vlan -> vlans.put(vlan.vid(), vlan));
    setup
        .stations()
        .forEach(
            station ->
                staticEntries.put(new Key(station.fid(), station.address()), station.port()));
  }

  /** The dynamic filtering entries (8.8.3): where stations are. */
  public Map<Key, Integer> learnt() {
    return Map.copyOf(dynamicEntries);
  }

  /** A frame as the relay sees it (6.8): addresses, user data, and what a tag said. */
  private record Indication(
      long destination, long source, int vid, int priority, boolean dropEligible, byte[] data) {}

  /**
   * A frame is received.
   *
   * @param number the physical port
   * @param octets the frame without its check sequence
   * @return what is transmitted
   */
  public List<Transmitted> receive(int number, byte[] octets) {
    if (isMalformed(octets)) {
      return List.of();
    }
    Tag sTag = hasChannels(number) ? Tag.of(S_TAG, octets) : null;
    boolean ofChannel = sTag != null && sTag.vid() > DEFAULT_S_VID;
    Port reception =
        ports.values().stream()
            .filter(port -> port.physical() == number)
            .filter(port -> port.sVid() == (ofChannel ? sTag.vid() : 0))
            .findFirst()
            .orElse(null);
    if (reception == null || !isEnabled(reception)) {
      return List.of();
    }
    Indication frame = indication(reception, sTag, sTag == null ? octets : without(octets));
    if (frame == null || isReserved(frame.destination())) {
      return List.of();
    }
    Vlan vlan = vlans.get(frame.vid());
    if (vlan == null || (reception.filtering() && !vlan.hasMember(reception.number()))) {
      return List.of(); // 8.6.2
    }
    if (!learn(reception, new Key(vlan.fid(), frame.source()))) {
      return List.of();
    }
    List<Transmitted> out = new ArrayList<>();
    for (Port port : ports.values()) {
      if (isTransmissionPort(port, reception, vlan, frame.destination())) {
        out.add(new Transmitted(port.physical(), octets(frame, vlan, port)));
      }
    }
    return out;
  }

  /** 9.6: what a tag says, behind the addresses. */
  private record Tag(int priority, boolean dropEligible, int vid) {

    static @Nullable Tag of(int type, byte[] octets) {
      ByteBuffer buffer = ByteBuffer.wrap(octets);
      if (Short.toUnsignedInt(buffer.getShort(12)) != type) {
        return null;
      }
      int control = Short.toUnsignedInt(buffer.getShort(14));
      return new Tag(control >> 13, (control & 0x1000) != 0, control & 0xFFF);
    }

    void put(int type, ByteBuffer buffer) {
      buffer.putShort((short) type);
      buffer.putShort((short) (priority << 13 | (dropEligible ? 0x1000 : 0) | vid));
    }
  }

  /** Whether a frame ends before its tags do, an S-tag in front of a C-tag among them. */
  private static boolean isMalformed(byte[] octets) {
    ByteBuffer buffer = ByteBuffer.wrap(octets);
    int needed = HEADER;
    for (int type : new int[] {S_TAG, C_TAG}) {
      if (octets.length >= needed && Short.toUnsignedInt(buffer.getShort(needed - 2)) == type) {
        needed += 4;
      }
    }
    return octets.length < needed;
  }

  private static byte[] without(byte[] octets) {
    byte[] untagged = new byte[octets.length - 4];
    System.arraycopy(octets, 0, untagged, 0, 12);
    System.arraycopy(octets, 16, untagged, 12, untagged.length - 12);
    return untagged;
  }

  /**
   * Whether a port-mapping S-VLAN component (5.6.3) stands between a physical port and the bridge.
   */
  private boolean hasChannels(int number) {
    return ports.values().stream().anyMatch(port -> port.physical() == number && port.sVid() != 0);
  }

  /** An S-channel carries frames where its physical port does. */
  private boolean isEnabled(Port port) {
    Port physical = ports.get(port.physical());
    return port.enabled() && (physical == null || physical.enabled());
  }

  /** 6.9: the VLAN of a frame, and whether its type is acceptable; null where it is discarded. */
  private static @Nullable Indication indication(Port port, @Nullable Tag sTag, byte[] octets) {
    ByteBuffer buffer = ByteBuffer.wrap(octets);
    long destination = address(buffer);
    long source = address(buffer);
    if ((source & GROUP) != 0 || source == destination) {
      return null;
    }
    Tag cTag = Tag.of(C_TAG, octets);
    int vid = cTag == null ? 0 : cTag.vid();
    FrameTypes refused = vid == 0 ? FrameTypes.TAGGED_ONLY : FrameTypes.UNTAGGED_ONLY;
    if (port.admitted() == refused) {
      return null;
    }
    buffer.position(cTag == null ? 12 : 16);
    byte[] data = new byte[buffer.remaining()];
    buffer.get(data);
    Tag priority = cTag == null ? sTag : cTag;
    return new Indication(
        destination,
        source,
        vid == 0 ? port.pvid() : vid,
        priority == null ? 0 : priority.priority(),
        priority != null && priority.dropEligible(),
        data);
  }

  /** 8.6.3: addresses that no bridge relays. */
  private static boolean isReserved(long address) {
    return address >>> 4 == 0x0180_C200_000L;
  }

  /** 8.7; false where an address that may not be there discards the frame. */
  private boolean learn(Port port, Key key) {
    Integer known =
        staticEntries.containsKey(key) ? staticEntries.get(key) : dynamicEntries.get(key);
    if (port.learning() == Learning.FORBIDDEN) {
      return known != null && known == port.number();
    }
    if (port.learning() == Learning.ON && !staticEntries.containsKey(key)) {
      dynamicEntries.put(key, port.number());
    }
    return true;
  }

  /** 8.6.1 (with reflective relay), 8.6.3 and 8.6.4. */
  private boolean isTransmissionPort(Port port, Port reception, Vlan vlan, long destination) {
    if (!isEnabled(port) || !vlan.hasMember(port.number())) {
      return false;
    }
    if (port == reception && !reception.reflecting()) {
      return false;
    }
    Key key = new Key(vlan.fid(), destination);
    Integer known =
        staticEntries.containsKey(key) ? staticEntries.get(key) : dynamicEntries.get(key);
    return known == null || known == port.number();
  }

  /** 6.9.2: the frame as the port transmits it. */
  private static byte[] octets(Indication frame, Vlan vlan, Port port) {
    ByteBuffer buffer = ByteBuffer.allocate(20 + frame.data().length);
    address(buffer, frame.destination());
    address(buffer, frame.source());
    if (port.sVid() != 0) {
      new Tag(frame.priority(), frame.dropEligible(), port.sVid()).put(S_TAG, buffer);
    }
    if (vlan.tagged().contains(port.number())) {
      new Tag(frame.priority(), frame.dropEligible(), frame.vid()).put(C_TAG, buffer);
    }
    byte[] octets = new byte[buffer.put(frame.data()).position()];
    buffer.get(0, octets);
    return octets;
  }

  private static long address(ByteBuffer buffer) {
    return Short.toUnsignedLong(buffer.getShort()) << 32 | Integer.toUnsignedLong(buffer.getInt());
  }

  private static void address(ByteBuffer buffer, long address) {
    buffer.putShort((short) (address >> 32)).putInt((int) address);
  }
}
