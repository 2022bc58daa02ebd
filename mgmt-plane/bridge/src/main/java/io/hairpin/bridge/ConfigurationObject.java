package io.hairpin.bridge;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One object of the bridge's configuration, complete with its defaults. What the dataplane should
 * hold for an object depends on that object alone, so the cost of a change follows the change.
 */
public sealed interface ConfigurationObject
    permits ConfigurationObject.FilteringDatabase,
        ConfigurationObject.Interface,
        ConfigurationObject.SampleCollector,
        ConfigurationObject.StaticEntry,
        ConfigurationObject.Vlan,
        AccessList,
        Attachment,
        MirrorSession,
        QualityOfService {

  /**
   * Tells which object this is.
   *
   * @return the identity, without any value
   */
  ObjectKey key();

  /** The identity of an object; its text names the object in logs. */
  sealed interface ObjectKey
      permits FilteringDatabaseKey,
          InterfaceKey,
          SampleCollectorKey,
          StaticEntryKey,
          VlanKey,
          AccessList.Key,
          Attachment.Point,
          MirrorSession.Key,
          QualityOfService.Key {}

  /**
   * The identity of an {@link Interface}.
   *
   * @param name the interface's name
   */
  record InterfaceKey(String name) implements ObjectKey {
    @Override
    public String toString() {
      return "interface " + name;
    }
  }

  /**
   * The identity of a {@link Vlan}.
   *
   * @param vid the VLAN identifier, 1 to 4094
   */
  record VlanKey(int vid) implements ObjectKey {
    @Override
    public String toString() {
      return "VLAN " + vid;
    }
  }

  /**
   * The identity of a {@link StaticEntry}.
   *
   * @param fid the filtering identifier, 1 to 4094
   * @param address the station's MAC address, in the low 48 bits
   */
  record StaticEntryKey(int fid, long address) implements ObjectKey {
    @Override
    public String toString() {
      return "static entry for FID " + fid + ", address " + MacAddress.format(address);
    }
  }

  /** The identity of the {@link FilteringDatabase}. */
  record FilteringDatabaseKey() implements ObjectKey {
    @Override
    public String toString() {
      return "filtering database";
    }
  }

  /**
   * What holds for the filtering database as a whole.
   *
   * @param ageingTime how long a learnt entry stays without a frame from its station (802.1Q 8.8.3)
   */
  record FilteringDatabase(Duration ageingTime) implements ConfigurationObject {

    /** Where it is not configured. */
    static final FilteringDatabase DEFAULT = new FilteringDatabase(Duration.ofMinutes(5));

    @Override
    public FilteringDatabaseKey key() {
      return new FilteringDatabaseKey();
    }
  }

  /**
   * An interface of the switch.
   *
   * @param name its name
   * @param enabled whether the operator wants it to carry frames
   * @param sComponent whether it carries S-channels besides the default one, which it is itself
   * @param sChannel which S-channel it is; null for a physical port
   * @param bridgePort its part in the bridge; null where it has none
   */
  record Interface(
      String name,
      boolean enabled,
      boolean sComponent,
      @Nullable SChannel sChannel,
      @Nullable BridgePort bridgePort)
      implements ConfigurationObject {

    /**
     * A physical port without S-channels.
     *
     * @param name its name
     * @param enabled whether the operator wants it to carry frames
     * @param bridgePort its part in the bridge; null where it has none
     */
    public Interface(String name, boolean enabled, @Nullable BridgePort bridgePort) {
      this(name, enabled, false, null, bridgePort);
    }

    /** What bounds storms and loops behind it. */
    Protection protection() {
      return bridgePort == null ? Protection.DEFAULT : bridgePort.protection();
    }

    /** Whether it may send frames back. */
    boolean reflects() {
      return enabled
          && bridgePort != null
          && bridgePort.reflectiveRelay() == ReflectiveRelay.FORCED;
    }

    /**
     * This interface, carrying no frames.
     *
     * @return the same otherwise
     */
    Interface disabled() {
      return new Interface(name, false, sComponent, sChannel, bridgePort);
    }

    @Override
    public InterfaceKey key() {
      return new InterfaceKey(name);
    }
  }

  /**
   * An S-channel (802.1Q 43): what a physical port receives and transmits with one S-tag.
   *
   * @param port the name of the physical port
   * @param sVid the VID of the S-tag, 2 to 4094
   */
  record SChannel(String port, int sVid) {}

  /**
   * What an interface does as a port of the bridge (802.1Q 12.4.2 and 12.10.1).
   *
   * @param admission which received frames are admitted, and to which VLAN
   * @param reflectiveRelay whether the port reflects
   * @param learning what the port does with source addresses
   * @param protection what bounds storms and loops
   * @param samplingRate one received frame in how many is sampled, 1 to 2^24; 0 for none
   * @param groups how the hosts behind the port get groups
   */
  record BridgePort(
      Admission admission,
      ReflectiveRelay reflectiveRelay,
      AddressLearning learning,
      Protection protection,
      int samplingRate,
      GroupMembership groups) {}

  /**
   * Which received frames are admitted (802.1Q 6.9 and 8.6.2).
   *
   * @param pvid the VLAN of untagged and priority-tagged frames, 1 to 4094
   * @param frameTypes which frames are admitted
   * @param ingressFiltering whether frames of VLANs that the port is no member of are discarded
   */
  record Admission(int pvid, AcceptableFrameTypes frameTypes, boolean ingressFiltering) {}

  /**
   * What a port does with source addresses (802.1Q 8.7).
   *
   * @param mode whether it learns them
   * @param limit how many are learnt on it at most
   */
  record AddressLearning(MacLearning mode, int limit) {}

  /**
   * How the hosts behind a port get groups where its VLANs snoop.
   *
   * @param fastLeave whether a group that a host leaves ends for that host at once
   * @param limit how many groups the hosts may want at most in a VLAN
   */
  record GroupMembership(boolean fastLeave, int limit) {

    /** Where nothing is configured. */
    static final GroupMembership DEFAULT = new GroupMembership(true, UNLIMITED);
  }

  /** A rate that limits nothing. */
  int UNLIMITED = Integer.MAX_VALUE;

  /**
   * How much of each kind a port may flood, in frames per second and at once.
   *
   * @param broadcast broadcasts
   * @param multicast other frames to groups
   * @param unknownUnicast frames to stations that are not known
   * @param reflected of all these, those that are sent back on the port
   */
  record FloodLimits(int broadcast, int multicast, int unknownUnicast, int reflected) {

    /** Where nothing is configured. */
    static final FloodLimits DEFAULT = new FloodLimits(UNLIMITED, UNLIMITED, UNLIMITED, 1000);
  }

  /**
   * What bounds storms and loops behind a port.
   *
   * @param limits what is discarded
   * @param bpduGuard whether a BPDU blocks the port
   * @param loopDetection whether the port sends frames to see whether they come back
   * @param moveLimit how many stations may move to the port within ten seconds
   * @param shutdown whether a port behind which there is a storm or a loop is taken out of service
   * @param recoveryTime how long a port is held back after what was last seen
   */
  record Protection(
      FloodLimits limits,
      boolean bpduGuard,
      boolean loopDetection,
      int moveLimit,
      boolean shutdown,
      Duration recoveryTime) {

    /** Where nothing is configured. */
    static final Protection DEFAULT =
        new Protection(FloodLimits.DEFAULT, true, false, UNLIMITED, false, Duration.ofMinutes(5));
  }

  /** What a port does with the source addresses of the frames that it admits (802.1Q 8.7). */
  enum MacLearning {
    /** Nothing. */
    OFF,
    /** It learns them. */
    ON,
    /** It learns none, and discards frames from those that are not known to be behind it. */
    FORBIDDEN
  }

  /** Which frames a port admits (802.1Q 6.9). */
  enum AcceptableFrameTypes {
    /** Every frame. */
    ALL,
    /** VLAN-tagged frames. */
    TAGGED_ONLY,
    /** Untagged and priority-tagged frames. */
    UNTAGGED_ONLY
  }

  /** What the operator wants of a port's reflective relay (802.1Q 8.6.1). */
  enum ReflectiveRelay {
    /** The port never reflects. */
    OFF,
    /** The port always reflects. */
    FORCED
  }

  /**
   * A VLAN and its members.
   *
   * @param vid its identifier, 1 to 4094
   * @param fid its filtering identifier, 1 to 4094
   * @param tagged the names of the members that transmit its frames with a tag
   * @param untagged the names of the members that transmit them without
   * @param macLimit how many addresses are learnt in its FID at most
   * @param multicast what becomes of its frames to groups
   */
  record Vlan(
      int vid, int fid, Set<String> tagged, Set<String> untagged, int macLimit, Multicast multicast)
      implements ConfigurationObject {

    /**
     * A VLAN that floods every group, and learns as many addresses as there is room for.
     *
     * @param vid its identifier
     * @param fid its filtering identifier
     * @param tagged the names of the members that transmit its frames with a tag
     * @param untagged the names of the members that transmit them without
     */
    public Vlan(int vid, int fid, Set<String> tagged, Set<String> untagged) {
      this(vid, fid, tagged, untagged, UNLIMITED, Multicast.FLOODED);
    }

    /** Takes copies of the sets. */
    public Vlan {
      tagged = Set.copyOf(tagged);
      untagged = Set.copyOf(untagged);
    }

    @Override
    public VlanKey key() {
      return new VlanKey(vid);
    }
  }

  /**
   * What becomes of frames to groups in a VLAN.
   *
   * @param snooping whether IGMP and MLD messages tell which ports want a group (RFC 4541)
   * @param unregistered what becomes of a group that no port is known to want
   * @param routerPorts the names of ports behind which there is a multicast router
   * @param staticGroups by group MAC address, the names of the ports that want it (802.1Q 8.8.1)
   */
  record Multicast(
      boolean snooping,
      Unregistered unregistered,
      Set<String> routerPorts,
      Map<Long, Set<String>> staticGroups) {

    /** What becomes of a group that no port is known to want (802.1Q 8.8.6). */
    public enum Unregistered {
      /** It goes to every member of the VLAN. */
      FLOOD,
      /** It is discarded. */
      FILTER,
      /** It goes to the router ports. */
      ROUTER_PORTS
    }

    /** Where nothing else is said. */
    static final Multicast FLOODED = new Multicast(false, Unregistered.FLOOD, Set.of(), Map.of());

    /** Takes copies of the collections. */
    public Multicast {
      routerPorts = Set.copyOf(routerPorts);
      staticGroups = Map.copyOf(staticGroups);
    }
  }

  /**
   * A static filtering entry for one station (802.1Q 8.8.1).
   *
   * @param fid the filtering identifier, 1 to 4094
   * @param address the station's MAC address, in the low 48 bits
   * @param port the name of the port behind which it is; null where frames from and to the address
   *     are discarded
   */
  record StaticEntry(int fid, long address, @Nullable String port) implements ConfigurationObject {
    @Override
    public StaticEntryKey key() {
      return new StaticEntryKey(fid, address);
    }
  }

  /** The identity of the {@link SampleCollector}. */
  record SampleCollectorKey() implements ObjectKey {
    @Override
    public String toString() {
      return "sample collector";
    }
  }

  /**
   * Where samples are sent, as sFlow version 5 has it.
   *
   * @param address the collector
   * @param port its UDP port
   * @param agent what this bridge calls itself
   */
  record SampleCollector(InetAddress address, int port, InetAddress agent)
      implements ConfigurationObject {
    @Override
    public SampleCollectorKey key() {
      return new SampleCollectorKey();
    }
  }
}
