package io.hairpin.bridge;

import io.hairpin.bridge.ConfigurationObject.ObjectKey;
import java.util.LinkedHashSet;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A mirror session: which frames are copied, and where the copies go.
 *
 * @param id its number, 1 to {@value #LAST}
 * @param destinations the names of the physical ports that transmit the copies
 * @param remoteVid the VLAN whose tag the copies get in front of what they have
 * @param length after how many octets a copy is cut off, a remote VLAN's tag not counted
 * @param ingress of what received frames are copied
 * @param egress of what transmitted frames are copied
 */
public record MirrorSession(
    int id,
    Set<String> destinations,
    OptionalInt remoteVid,
    OptionalInt length,
    Sources ingress,
    Sources egress)
    implements ConfigurationObject {

  /** How many sessions there can be. */
  public static final int LAST = 4;

  /** Takes a copy of the destinations. */
  public MirrorSession {
    destinations = Set.copyOf(destinations);
  }

  @Override
  public Key key() {
    return new Key(id);
  }

  /**
   * The identity of a {@link MirrorSession}.
   *
   * @param id its number
   */
  public record Key(int id) implements ObjectKey {
    @Override
    public String toString() {
      return "mirror session " + id;
    }
  }

  /**
   * Of what frames are copied.
   *
   * @param ports the names of interfaces that are ports of the bridge
   * @param vids VLAN identifiers
   */
  public record Sources(Set<String> ports, Set<Integer> vids) {

    /** Takes copies of the sets. */
    public Sources {
      ports = Set.copyOf(ports);
      vids = Set.copyOf(vids);
    }
  }

  /** The ports that it names. */
  Set<String> portNames() {
    Set<String> names = new LinkedHashSet<>(destinations);
    names.addAll(ingress.ports());
    names.addAll(egress.ports());
    return names;
  }
}
