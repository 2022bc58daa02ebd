package io.hairpin.bridge;

import io.hairpin.bridge.ConfigurationObject.ObjectKey;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An access list (RFC 8519). Of its entries, the first that matches a frame decides.
 *
 * @param name its name
 * @param type which headers its entries may match
 * @param aces its entries in their order
 */
public record AccessList(String name, Type type, List<Ace> aces) implements ConfigurationObject {

  /** Takes a copy of the entries. */
  public AccessList {
    aces = List.copyOf(aces);
  }

  @Override
  public Key key() {
    return new Key(name);
  }

  /**
   * The identity of an {@link AccessList}.
   *
   * @param name its name
   */
  public record Key(String name) implements ObjectKey {
    @Override
    public String toString() {
      return "access list " + name;
    }
  }

  /**
   * Which headers an access list may match.
   *
   * @param eth whether Ethernet's
   * @param ipv4 whether IPv4's
   * @param ipv6 whether IPv6's
   */
  public record Type(boolean eth, boolean ipv4, boolean ipv6) {
    /** Where no type is given. */
    public static final Type ANY = new Type(true, true, true);
  }

  /**
   * An entry.
   *
   * @param name its name, of its own within the list
   * @param matches which frames it is for
   * @param actions what to do with them
   */
  public record Ace(String name, Matches matches, Actions actions) {}

  /**
   * Which frames an entry is for: those for which everything that is given is so.
   *
   * @param destination the destination address
   * @param source the source address
   * @param etherType the EtherType behind the tags
   * @param vid the VLAN
   * @param pcp the priority code point
   * @param ip fields of the IP header
   * @param transport fields of the header behind it
   */
  public record Matches(
      @Nullable Masked destination,
      @Nullable Masked source,
      OptionalInt etherType,
      OptionalInt vid,
      OptionalInt pcp,
      @Nullable Ip ip,
      @Nullable Transport transport) {}

  /**
   * Bits of a field.
   *
   * @param value the value
   * @param mask ones where it counts
   */
  public record Masked(long value, long mask) {}

  /**
   * Fields of an IP header.
   *
   * @param version 4 or 6
   * @param source the prefix of the source address
   * @param destination the prefix of the destination address
   * @param dscp the differentiated services code point
   * @param ecn explicit congestion notification
   * @param ttl time to live, or the hop limit
   * @param protocol the protocol, or the next header of the fixed header
   */
  public record Ip(
      int version,
      @Nullable Prefix source,
      @Nullable Prefix destination,
      OptionalInt dscp,
      OptionalInt ecn,
      OptionalInt ttl,
      OptionalInt protocol) {}

  /**
   * A prefix of IP addresses.
   *
   * @param address an address of the version that it is used with
   * @param length how many bits of it count
   */
  public record Prefix(InetAddress address, int length) {}

  /** Fields of the header behind the IP header. */
  public sealed interface Transport {}

  /**
   * TCP.
   *
   * @param source the source port
   * @param destination the destination port
   * @param flags the flags, CWR first
   */
  public record Tcp(Ports source, Ports destination, @Nullable Masked flags) implements Transport {}

  /**
   * UDP.
   *
   * @param source the source port
   * @param destination the destination port
   */
  public record Udp(Ports source, Ports destination) implements Transport {}

  /**
   * ICMP, or ICMPv6 with IPv6.
   *
   * @param type the type
   * @param code the code
   */
  public record Icmp(OptionalInt type, OptionalInt code) implements Transport {}

  /**
   * Port numbers.
   *
   * @param low the lowest
   * @param high the highest
   * @param excluded whether all but these are meant
   */
  public record Ports(int low, int high, boolean excluded) {

    /** The highest port number. */
    public static final int LAST = 65535;

    /** Every port. */
    public static final Ports ANY = new Ports(0, LAST, false);
  }

  /** What becomes of a frame. */
  public enum Forwarding {
    /** It goes on. */
    ACCEPT,
    /** It is dropped. */
    DROP
  }

  /**
   * What to do with a frame.
   *
   * @param forwarding what becomes of it
   * @param redirect the name of the port that it leaves by, whatever its destination
   * @param mirrors the numbers of the mirror sessions that it is copied to
   * @param policer the name of the policer that it is metered by
   * @param priority the priority that it gets, 0 to 7
   */
  public record Actions(
      Forwarding forwarding,
      @Nullable String redirect,
      Set<Integer> mirrors,
      @Nullable String policer,
      OptionalInt priority) {

    /** Takes a copy of the mirror sessions. */
    public Actions {
      mirrors = Set.copyOf(mirrors);
    }

    /** Whether these can be done only before it is decided where the frame goes. */
    boolean ingressOnly() {
      return redirect != null || policer != null || priority.isPresent();
    }
  }

  /** The ports that the entries name. */
  Set<String> portNames() {
    Set<String> names = new HashSet<>();
    for (Ace ace : aces) {
      String redirect = ace.actions().redirect();
      if (redirect != null) {
        names.add(redirect);
      }
    }
    return names;
  }

  /** The policers that the entries name. */
  Set<String> policerNames() {
    Set<String> names = new HashSet<>();
    for (Ace ace : aces) {
      String policer = ace.actions().policer();
      if (policer != null) {
        names.add(policer);
      }
    }
    return names;
  }
}
