package io.hairpin.softswitch;

import io.hairpin.softswitch.port.PortSpec;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** The flags that every command which runs or drives a switch accepts. */
public final class SwitchFlags {

  private static final Pattern ADDRESS =
      Pattern.compile("(\\[[^\\[\\]]+]|[^\\[\\]:\\s]+):[0-9]{1,5}");

  private static final int LAST_TCP_PORT = 65535;

  @Option(
      names = "--port",
      paramLabel = "N[=[KIND:]NAME]",
      converter = PortConverter.class,
      description = {
        "Port N of the switch, 1 to 510 (for switch also 0): the Linux interface NAME, or one",
        "without. KIND says how else: ring:NAME an interface by the kernel's packet ring,",
        "xdp:NAME by AF_XDP, tap:NAME a TAP interface, pcap:IN,OUT files. Once a port."
      })
  private List<PortSpec> ports = new ArrayList<>();

  @Option(
      names = "--cpu-port",
      paramLabel = "N",
      defaultValue = "510",
      description = "The number of the CPU port (default: ${DEFAULT-VALUE}).")
  private int cpuPort;

  @Option(
      names = "--device-id",
      paramLabel = "N",
      defaultValue = "1",
      description = "P4Runtime's device id (default: ${DEFAULT-VALUE}).")
  private long deviceId;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Shows this text.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean help;

  /** Flags that picocli fills. */
  public SwitchFlags() {}

  /**
   * Checks that the numbers of the ports differ from each other and from the CPU port's.
   *
   * @param command what was started
   * @param lowest the lowest number of a port
   * @param embedded whether the switch is this process's; another one's ports are its own
   * @throws ParameterException where they do not, one is out of range, or one that is another
   *     switch's is said to be an interface
   */
  public void check(CommandSpec command, int lowest, boolean embedded) {
    if (cpuPort < 1 || cpuPort > PortSpec.LAST) {
      throw wrong(command, "--cpu-port %d: not between 1 and %d".formatted(cpuPort, PortSpec.LAST));
    }
    Set<Integer> numbers = new HashSet<>();
    for (PortSpec port : ports) {
      int number = port.number();
      if (number < lowest) {
        throw wrong(
            command, "--port %d: not between %d and %d".formatted(number, lowest, PortSpec.LAST));
      }
      if (!embedded && port.kind() != PortSpec.Kind.NONE) {
        throw wrong(
            command,
            "--port %d=%s: the target says what its ports are; only --port %d"
                .formatted(number, port.name(), number));
      }
      if (number == cpuPort) {
        throw wrong(command, "--port %d: that is the CPU port; see --cpu-port".formatted(number));
      }
      if (!numbers.add(number)) {
        throw wrong(command, "--port %d: declared twice".formatted(number));
      }
    }
  }

  private static ParameterException wrong(CommandSpec command, String what) {
    return new ParameterException(command.commandLine(), what);
  }

  /**
   * Says to a switch what it is.
   *
   * @param builder the switch to be
   * @return the builder
   */
  public SoftSwitch.Builder configure(SoftSwitch.Builder builder) {
    builder.deviceId(deviceId).cpuPort(cpuPort);
    ports.forEach(builder::port);
    return builder;
  }

  /**
   * Tells the ports.
   *
   * @return the ports as they were given
   */
  public List<PortSpec> ports() {
    return List.copyOf(ports);
  }

  /**
   * Tells the CPU port.
   *
   * @return its number
   */
  public int cpuPort() {
    return cpuPort;
  }

  /**
   * Tells the device.
   *
   * @return P4Runtime's device id
   */
  public long deviceId() {
    return deviceId;
  }

  /** Reads N, N=IFACE or N=KIND:NAME. */
  static final class PortConverter implements ITypeConverter<PortSpec> {
    @Override
    public PortSpec convert(String text) {
      try {
        return PortSpec.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /** Reads HOST:PORT, where HOST may be an IPv6 address in brackets. */
  public static final class AddressConverter implements ITypeConverter<InetSocketAddress> {

    /** A converter for picocli. */
    public AddressConverter() {}

    @Override
    @SuppressWarnings("AddressSelection") // a socket is bound to one address
    public InetSocketAddress convert(String text) {
      int colon = hostEnd(text, 0);
      String host = text.substring(0, colon).replaceAll("^\\[|]$", "");
      var address = new InetSocketAddress(host, Integer.parseInt(text.substring(colon + 1)));
      if (address.isUnresolved()) {
        throw new TypeConversionException("'%s': host '%s' is unknown".formatted(text, host));
      }
      return address;
    }
  }

  /** Checks HOST:PORT; the name is resolved when it is used. */
  public static final class TargetConverter implements ITypeConverter<String> {

    /** A converter for picocli. */
    public TargetConverter() {}

    @Override
    public String convert(String text) {
      hostEnd(text, 1);
      return text;
    }
  }

  private static int hostEnd(String text, int lowestPort) {
    if (ADDRESS.matcher(text).matches()) {
      int colon = text.lastIndexOf(':');
      int port = Integer.parseInt(text.substring(colon + 1));
      if (port >= lowestPort && port <= LAST_TCP_PORT) {
        return colon;
      }
    }
    throw new TypeConversionException(
        "'%s' is not HOST:PORT with a port from %d to %d"
            .formatted(text, lowestPort, LAST_TCP_PORT));
  }

  /**
   * Writes an address as it is given by flag.
   *
   * @param address the address
   * @return HOST:PORT
   */
  public static String format(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }
}
