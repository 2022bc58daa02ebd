package io.hairpin.bridge;

import io.hairpin.bridge.ConfigurationObject.ObjectKey;
import java.util.List;

/**
 * Where access lists are attached, on each side in their order (RFC 8519).
 *
 * @param point to what
 * @param ingress the names of those that frames meet when they are received there
 * @param egress the names of those that frames meet when they are transmitted there
 */
public record Attachment(Point point, List<String> ingress, List<String> egress)
    implements ConfigurationObject {

  /** Takes copies of the lists. */
  public Attachment {
    ingress = List.copyOf(ingress);
    egress = List.copyOf(egress);
  }

  @Override
  public Point key() {
    return point;
  }

  /** To what access lists are attached. */
  public sealed interface Point extends ObjectKey {}

  /**
   * An interface that is a port of the bridge.
   *
   * @param name its name
   */
  public record PortPoint(String name) implements Point {
    @Override
    public String toString() {
      return "attachment to interface " + name;
    }
  }

  /**
   * A VLAN.
   *
   * @param vid its identifier, 1 to 4094
   */
  public record VlanPoint(int vid) implements Point {
    @Override
    public String toString() {
      return "attachment to VLAN " + vid;
    }
  }
}
