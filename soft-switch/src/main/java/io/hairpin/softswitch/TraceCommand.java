package io.hairpin.softswitch;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.hairpin.p4runtime.trace.PacketTraceGrpc;
import io.hairpin.p4runtime.trace.TraceFrameRequest;
import io.hairpin.p4runtime.trace.TraceNextRequest;
import io.hairpin.softswitch.engine.Trace;
import io.hairpin.softswitch.p4runtime.TraceService;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The command that shows the way of one packet through a switch that runs. */
@Command(
    name = "hairpin trace",
    sortOptions = false,
    description = {
      "Shows the way of one packet through the program of a soft switch: parser",
      "states, tables with key and entry, actions, fields changed, copies, and where",
      "it leaves or why it is dropped. Nothing is sent, and no counter counts."
    })
public final class TraceCommand implements Callable<Integer> {
  private static final int LARGEST_MESSAGE = 64 << 20;

  @Option(
      names = "--target",
      paramLabel = "HOST:PORT",
      converter = SwitchFlags.TargetConverter.class,
      defaultValue = "127.0.0.1:9559",
      description = {"Where the switch serves P4Runtime", "(default: ${DEFAULT-VALUE})."})
  private String target = "";

  @Mixin private final TargetTlsFlags tls = new TargetTlsFlags();

  @Option(
      names = "--device-id",
      paramLabel = "N",
      defaultValue = "1",
      description = "P4Runtime's device id (default: ${DEFAULT-VALUE}).")
  private long deviceId;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = {"The port that the frame is received on; with", "--next any unless given."})
  private @Nullable Integer port;

  @ArgGroup(multiplicity = "1")
  private @Nullable Which which;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "60",
      description = "With --next: how long to wait (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(names = "--json", description = "Writes JSON instead of lines to read.")
  private boolean json;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Shows this text.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean help;

  @Spec private @Nullable CommandSpec spec;

  /** Which frame. */
  private static final class Which {
    @Option(
        names = "--frame",
        paramLabel = "HEX",
        converter = OctetsConverter.class,
        description = "This frame: two hexadecimal digits an octet.")
    private @Nullable Octets frame;

    @Option(
        names = "--next",
        paramLabel = "HEX",
        arity = "0..1",
        fallbackValue = "",
        converter = OctetsConverter.class,
        description = {
          "The next frame that is received, or the next that",
          "begins with these digits; a * fits any digit."
        })
    private @Nullable Octets next;
  }

  /** Octets, and which of their bits count. */
  record Octets(ByteString value, ByteString mask) {
    boolean isExact() {
      for (byte octet : mask) {
        if (octet != -1) {
          return false;
        }
      }
      return true;
    }
  }

  TraceCommand() {}

  /**
   * Traces one packet, prints the trace and ends.
   *
   * @param arguments the flags
   */
  public static void main(String[] arguments) {
    System.exit(ServiceFlags.execute(new TraceCommand(), arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    CommandSpec command = Objects.requireNonNull(spec);
    Which chosen = Objects.requireNonNull(which);
    ManagedChannel channel =
        NettyChannelBuilder.forTarget(target, tls.files().client())
            .maxInboundMessageSize(LARGEST_MESSAGE)
            .build();
    try {
      Trace trace = ask(command, PacketTraceGrpc.newBlockingStub(channel), chosen);
      PrintWriter out = command.commandLine().getOut();
      out.print(json ? trace.json() + System.lineSeparator() : trace.text());
      out.flush();
      return 0;
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED) {
        throw new IOException("no such frame within " + seconds + " s", e);
      }
      String why = e.getStatus().getDescription();
      throw new IOException(
          target + ": " + e.getStatus().getCode() + (why == null ? "" : ": " + why), e);
    } finally {
      channel.shutdownNow();
    }
  }

  private Trace ask(
      CommandSpec command, PacketTraceGrpc.PacketTraceBlockingStub stub, Which chosen) {
    Octets frame = chosen.frame;
    if (frame == null) {
      Octets next = Objects.requireNonNull(chosen.next);
      var request =
          TraceNextRequest.newBuilder()
              .setDeviceId(deviceId)
              .setOctets(next.value)
              .setMask(next.mask);
      if (port != null) {
        request.setPort(port);
      }
      return TraceService.trace(
          stub.withDeadlineAfter(seconds, TimeUnit.SECONDS).traceNext(request.build()));
    }
    if (port == null) {
      throw new ParameterException(command.commandLine(), "--frame needs --port");
    }
    if (frame.value.isEmpty() || !frame.isExact()) {
      throw new ParameterException(
          command.commandLine(), "--frame: all octets of a frame, without *");
    }
    return TraceService.trace(
        stub.traceFrame(
            TraceFrameRequest.newBuilder()
                .setDeviceId(deviceId)
                .setPort(port)
                .setFrame(frame.value)
                .build()));
  }

  /** Reads hexadecimal digits, some of which may be stars. */
  static final class OctetsConverter implements ITypeConverter<Octets> {
    @Override
    public Octets convert(String text) {
      String digits = text.replaceAll("[\\s:]", "").toLowerCase(Locale.ROOT);
      if (!digits.matches("([0-9a-f*]{2})*")) {
        throw new TypeConversionException("'" + text + "' is not two hexadecimal digits an octet");
      }
      HexFormat hex = HexFormat.of();
      return new Octets(
          ByteString.copyFrom(hex.parseHex(digits.replace('*', '0'))),
          ByteString.copyFrom(hex.parseHex(digits.replaceAll("[^*]", "f").replace('*', '0'))));
    }
  }
}
