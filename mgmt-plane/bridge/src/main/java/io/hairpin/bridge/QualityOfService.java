package io.hairpin.bridge;

import io.hairpin.bridge.ConfigurationObject.ObjectKey;
import java.util.Map;
import java.util.OptionalInt;

/** What gives a frame its priority and its queue (802.1Q 6.9.3 and 8.6.6). */
public sealed interface QualityOfService extends ConfigurationObject {

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
   * What holds for a port.
   *
   * @param name the interface's name
   * @param defaultPriority the priority of frames that nothing else gives one, 0 to 7
   * @param trustPcp whether the PCP is decoded
   * @param trustDscp whether the DSCP is decoded
   * @param pcpDecoding priorities by PCP, where they differ from the PCP
   * @param dscpDecoding priorities by DSCP, where they differ from its upper three bits
   * @param marking by priority, what frames are transmitted with
   */
  record Port(
      String name,
      int defaultPriority,
      boolean trustPcp,
      boolean trustDscp,
      Map<Integer, Integer> pcpDecoding,
      Map<Integer, Integer> dscpDecoding,
      Map<Integer, Mark> marking)
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
      return defaultPriority == 0 && trustPcp && !trustDscp;
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
}
