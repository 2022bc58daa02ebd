package io.hairpin.bridge;

import io.hairpin.bridge.ConfigurationObject.ObjectKey;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What gives a frame its priority and its queue, and what bounds flows (802.1Q 6.9.3, 8.6.5,
 * 8.6.6).
 */
public sealed interface QualityOfService extends ConfigurationObject {

  /**
   * Tells by which policer frames are metered.
   *
   * @return its name; null where there is none
   */
  default @Nullable String policer() {
    return null;
  }

  /** The identity of such an object. */
  sealed interface Key extends ObjectKey {}

  /**
   * The identity of a {@link Port}.
   *
   * @param name the interface's name
   */
  record PortKey(String name) implements Key {
    @Override
    public String toString() {
      return "quality of service of interface " + name;
    }
  }

  /**
   * The identity of a {@link TrafficClass}.
   *
   * @param priority the priority, 0 to 7
   */
  record TrafficClassKey(int priority) implements Key {
    @Override
    public String toString() {
      return "traffic class of priority " + priority;
    }
  }

  /**
   * The identity of a {@link VlanPolicing}.
   *
   * @param vid the VLAN identifier, 1 to 4094
   */
  record VlanPolicingKey(int vid) implements Key {
    @Override
    public String toString() {
      return "quality of service of VLAN " + vid;
    }
  }

  /**
   * The identity of a {@link Policer}.
   *
   * @param name its name
   */
  record PolicerKey(String name) implements Key {
    @Override
    public String toString() {
      return "policer " + name;
    }
  }

  /**
   * What holds for a port.
   *
   * @param name the interface's name
   * @param defaultPriority the priority of frames that nothing else gives one, 0 to 7
   * @param trustPcp whether the PCP is decoded
   * @param trustDscp whether the DSCP is decoded
   * @param pcpDecoding priorities by PCP, where they differ from the PCP
   * @param dscpDecoding priorities by DSCP, where they differ from its upper three bits
   * @param marking by priority, what frames are transmitted with
   * @param policer the name of the policer that received frames are metered by; null for none
   */
  record Port(
      String name,
      int defaultPriority,
      boolean trustPcp,
      boolean trustDscp,
      Map<Integer, Integer> pcpDecoding,
      Map<Integer, Integer> dscpDecoding,
      Map<Integer, Mark> marking,
      @Nullable String policer)
      implements QualityOfService {

    /** Takes copies of the maps. */
    public Port {
      pcpDecoding = Map.copyOf(pcpDecoding);
      dscpDecoding = Map.copyOf(dscpDecoding);
      marking = Map.copyOf(marking);
    }

    @Override
    public PortKey key() {
      return new PortKey(name);
    }

    /** Whether frames received on it are treated as on a port that is not configured. */
    boolean receivesAsEver() {
      return defaultPriority == 0 && trustPcp && !trustDscp && policer == null;
    }

    /** Whether there is anything that a port which is not configured does not do. */
    boolean isDefault() {
      return receivesAsEver()
          && pcpDecoding.isEmpty()
          && dscpDecoding.isEmpty()
          && marking.isEmpty();
    }
  }

  /**
   * What frames of a priority are transmitted with.
   *
   * @param pcp the PCP, 0 to 7
   * @param dscp the DSCP, 0 to 63; empty to leave it alone
   */
  record Mark(int pcp, OptionalInt dscp) {}

  /**
   * The queue of a priority.
   *
   * @param priority the priority, 0 to 7
   * @param trafficClass the queue, 0 to 7
   */
  record TrafficClass(int priority, int trafficClass) implements QualityOfService {
    @Override
    public TrafficClassKey key() {
      return new TrafficClassKey(priority);
    }
  }

  /**
   * What holds for a VLAN.
   *
   * @param vid the VLAN identifier, 1 to 4094
   * @param policer the name of the policer that its frames are metered by, whatever port they are
   *     received on; null for none
   */
  record VlanPolicing(int vid, @Nullable String policer) implements QualityOfService {
    @Override
    public VlanPolicingKey key() {
      return new VlanPolicingKey(vid);
    }
  }

  /**
   * A policer of two rates and three colours (RFC 2698), blind to colours that frames have. What is
   * above the peak rate is discarded; what is above the committed rate is eligible to be dropped.
   * Each port and each VLAN that names it has a meter of its own; the entries of access lists that
   * name it share one.
   *
   * @param name its name
   * @param committedRate the committed information rate in bits per second
   * @param committedBurst the committed burst size in octets
   * @param peakRate the peak information rate in bits per second, not below the committed one
   * @param peakBurst the peak burst size in octets
   */
  record Policer(
      String name, long committedRate, long committedBurst, long peakRate, long peakBurst)
      implements QualityOfService {
    @Override
    public PolicerKey key() {
      return new PolicerKey(name);
    }
  }
}
