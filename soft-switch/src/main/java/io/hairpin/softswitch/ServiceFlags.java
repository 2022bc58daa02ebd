package io.hairpin.softswitch;

import io.hairpin.softswitch.port.QueueSpec;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The flags that say where a switch serves. */
public final class ServiceFlags {

  private static final InetSocketAddress GRPC =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 9559);

  @Option(
      names = "--grpc",
      paramLabel = "HOST:PORT",
      converter = SwitchFlags.AddressConverter.class,
      description = {
        "Where the switch serves P4Runtime; port 0 is any free one",
        "(default: 127.0.0.1:9559 for switch, nowhere for run)."
      })
  private @Nullable InetSocketAddress grpc;

  @Option(
      names = "--dataplane-grpc",
      paramLabel = "HOST:PORT",
      converter = SwitchFlags.AddressConverter.class,
      description = {
        "Where the switch serves bmv2's dataplane service, frames in and out without root;",
        "port 0 is any free one (default: nowhere)."
      })
  private @Nullable InetSocketAddress dataplaneGrpc;

  @Option(
      names = "--pcap",
      paramLabel = "DIR",
      description = {
        "Record the frames of each port N, both ways, in DIR/portN.pcapng (default: nowhere)."
      })
  private @Nullable Path recordings;

  @Option(
      names = "--grpc-cert",
      paramLabel = "FILE",
      description = "The P4Runtime server's certificate, PEM: it speaks TLS.")
  private @Nullable Path certificate;

  @Option(
      names = "--grpc-key",
      paramLabel = "FILE",
      description = "The certificate's private key, PEM.")
  private @Nullable Path key;

  @Option(
      names = "--grpc-client-ca",
      paramLabel = "FILE",
      description = "Clients need a certificate that one of these authorities signed, PEM.")
  private @Nullable Path clientAuthority;

  @Option(
      names = "--priority-queues",
      paramLabel = "N",
      description = {
        "Packets wait between ingress and egress in N queues of each port, 1 to 8, by their",
        "priority; the highest is served first. (Default: they do not wait; 1 with one of the",
        "next two.)"
      })
  private @Nullable Integer queues;

  @Option(
      names = "--queue-depth",
      paramLabel = "[PORT=]PACKETS",
      converter = SettingConverter.class,
      description = "How many packets fit each queue, of PORT or of all (default: 64).")
  private List<QueueSpec.Setting> depths = new ArrayList<>();

  @Option(
      names = "--queue-rate",
      paramLabel = "[PORT=]PPS",
      converter = SettingConverter.class,
      description = {
        "How many packets a second leave a port's queues together, PORT's or each one's;",
        "0 is no limit (default: 0)."
      })
  private List<QueueSpec.Setting> rates = new ArrayList<>();

  /** Reads NUMBER or PORT=NUMBER. */
  static final class SettingConverter implements ITypeConverter<QueueSpec.Setting> {
    @Override
    public QueueSpec.Setting convert(String text) {
      try {
        return QueueSpec.Setting.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /** Flags that picocli fills. */
  public ServiceFlags() {}

  /**
   * Says to a switch where it serves.
   *
   * @param builder the switch to be
   * @param alone whether P4Runtime over TCP is the only way to it
   * @return the builder
   * @throws IllegalArgumentException where flags do not go together
   * @throws IOException where a file of TLS cannot be read
   */
  public SoftSwitch.Builder configure(SoftSwitch.Builder builder, boolean alone)
      throws IOException {
    if ((certificate == null) != (key == null)
        || (clientAuthority != null && certificate == null)) {
      throw new IllegalArgumentException(
          "--grpc-cert and --grpc-key come together, --grpc-client-ca only with them");
    }
    builder.credentials(new TlsFiles(certificate, key, clientAuthority).server());
    InetSocketAddress p4runtime = grpc == null && alone ? GRPC : grpc;
    if (p4runtime != null) {
      builder.grpc(p4runtime);
    }
    if (dataplaneGrpc != null) {
      builder.dataplaneGrpc(dataplaneGrpc);
    }
    if (recordings != null) {
      builder.record(recordings);
    }
    if (queues != null || !depths.isEmpty() || !rates.isEmpty()) {
      builder.queues(new QueueSpec(queues == null ? 1 : queues, depths, rates));
    }
    return builder;
  }

  /**
   * Tells where a switch serves, as the ready line does.
   *
   * @param softSwitch the switch
   * @return {@code grpc=HOST:PORT dataplane-grpc=HOST:PORT} with those that it has
   */
  public static String addresses(SoftSwitch softSwitch) {
    return softSwitch.grpcAddress().map(at -> " grpc=" + SwitchFlags.format(at)).orElse("")
        + softSwitch
            .dataplaneGrpcAddress()
            .map(at -> " dataplane-grpc=" + SwitchFlags.format(at))
            .orElse("");
  }

  /**
   * Executes a command. What is wrong is told in one line.
   *
   * @param command the command
   * @param arguments its flags
   * @return 0; 1 where the command failed, 2 where the flags are wrong
   */
  public static int execute(Object command, String... arguments) {
    return new CommandLine(command)
        .setParameterExceptionHandler(
            (wrong, _) -> {
              CommandSpec spec = wrong.getCommandLine().getCommandSpec();
              String name = spec.qualifiedName();
              tell(
                  wrong.getCommandLine(),
                  "%s; %s --help lists the flags".formatted(wrong.getMessage(), name));
              return spec.exitCodeOnInvalidInput();
            })
        .setExecutionExceptionHandler(
            (failure, commandLine, _) -> {
              tell(commandLine, describe(failure));
              return commandLine.getCommandSpec().exitCodeOnExecutionException();
            })
        .execute(arguments);
  }

  private static void tell(CommandLine commandLine, String what) {
    PrintWriter err = commandLine.getErr();
    String name = commandLine.getCommandSpec().qualifiedName();
    err.println(name + ": " + what.replaceAll("\\s*\\R\\s*", " "));
    err.flush();
  }

  private static String describe(Exception failure) {
    return switch (failure) {
      case AccessDeniedException denied -> denied.getFile() + ": permission denied";
      case NoSuchFileException missing -> missing.getFile() + ": no such file or directory";
      case FileAlreadyExistsException file -> file.getFile() + ": not a directory";
      case NotDirectoryException file -> file.getFile() + ": not a directory";
      case FileSystemException other -> String.valueOf(other.getMessage());
      default -> failure.getMessage() == null ? failure.toString() : failure.getMessage();
    };
  }

  /**
   * Says that all is ready, in one line, and waits until a signal ends the process with 0: a JVM
   * that a signal ends would exit with 128 and its number.
   *
   * @param command what was started
   * @param addresses where it serves
   * @param close what to do on a signal
   * @throws InterruptedException where waiting is interrupted
   */
  public static void serve(CommandSpec command, String addresses, Runnable close)
      throws InterruptedException {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  close.run();
                  Runtime.getRuntime().halt(0);
                },
                "shutdown"));
    PrintWriter out = command.commandLine().getOut();
    out.println("ready" + addresses);
    out.flush();
    Thread.currentThread().join();
  }
}
