package io.hairpin.softswitch;

import io.hairpin.softswitch.port.PortSpec;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The flags that every command which runs or drives a switch accepts. */
public final class SwitchFlags {

  @Option(
      names = "--port",
      paramLabel = "N[=IFACE]",
      converter = PortConverter.class,
      description = {
        "Port N of the switch, 1 to 510: the Linux interface IFACE, or one without. Once a port."
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
   * Says to a switch what it is.
   *
   * @param builder the switch to be
   * @return the builder
   */
  public SoftSwitch.Builder configure(SoftSwitch.Builder builder) {
    builder.deviceId(deviceId).cpuPort(cpuPort);
    for (PortSpec port : ports) {
      String interfaceName = port.interfaceName();
      if (interfaceName == null) {
        builder.port(port.number());
      } else {
        builder.port(port.number(), interfaceName);
      }
    }
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

  /** Reads N or N=IFACE. */
  static final class PortConverter implements ITypeConverter<PortSpec> {
    @Override
    public PortSpec convert(String text) {
      int equals = text.indexOf('=');
      String number = equals < 0 ? text : text.substring(0, equals);
      @Nullable String interfaceName = equals < 0 ? null : text.substring(equals + 1);
      try {
        return new PortSpec(Integer.parseInt(number), interfaceName);
      } catch (NumberFormatException e) {
        throw new TypeConversionException("'" + number + "' is not the number of a port");
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /** Reads HOST:PORT, where HOST may be an IPv6 address in brackets. */
  public static final class AddressConverter implements ITypeConverter<InetSocketAddress> {

    private static final int LAST_PORT = 65535;

    /** A converter for picocli. */
    public AddressConverter() {}

    @Override
    @SuppressWarnings("AddressSelection") // a socket is bound to one address
    public InetSocketAddress convert(String text) {
      int colon = text.lastIndexOf(':');
      try {
        int port = Integer.parseInt(text.substring(colon + 1));
        String host = text.substring(0, colon).replaceAll("^\\[|]$", "");
        if (port >= 0 && port <= LAST_PORT && !host.isEmpty()) {
          return new InetSocketAddress(host, port);
        }
      } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
        throw new TypeConversionException("'" + text + "' is not HOST:PORT");
      }
      throw new TypeConversionException("'" + text + "' is not HOST:PORT");
    }
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
