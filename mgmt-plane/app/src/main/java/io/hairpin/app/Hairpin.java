package io.hairpin.app;

import io.hairpin.netconf.server.NetconfServer;
import io.hairpin.softswitch.ServiceFlags;
import io.hairpin.softswitch.SoftSwitch;
import io.hairpin.softswitch.SwitchFlags;
import io.hairpin.softswitch.TargetTlsFlags;
import io.hairpin.softswitch.TlsFiles;
import io.hairpin.softswitch.port.PortSpec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeansException;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command line of the management plane. */
@Command(
    name = "hairpin",
    subcommands = {Hairpin.Run.class, Hairpin.Management.class})
public final class Hairpin {

  private Hairpin() {}

  /**
   * Runs a subcommand until it is stopped by a signal.
   *
   * @param arguments the subcommand and its flags
   */
  public static void main(String[] arguments) {
    int exit = ServiceFlags.execute(new Hairpin(), arguments);
    if (exit != 0) {
      System.exit(exit);
    }
  }

  /** What serves NETCONF. */
  abstract static class Serving implements Callable<Integer> {

    @Mixin private final SwitchFlags flags = new SwitchFlags();

    @Option(
        names = "--netconf",
        paramLabel = "HOST:PORT",
        defaultValue = "127.0.0.1:8830",
        converter = SwitchFlags.AddressConverter.class,
        description =
            "Where NETCONF is served; port 0 is any free one (default: ${DEFAULT-VALUE}).")
    private InetSocketAddress netconf = new InetSocketAddress(0);

    @Option(
        names = "--data",
        paramLabel = "DIR",
        defaultValue = "./var",
        description = {
          "The directory of what is kept: configuration, SSH host key, admin-password",
          "(default: ${DEFAULT-VALUE})."
        })
    private Path data = Path.of("");

    @Option(
        names = "--yang",
        paramLabel = "DIR",
        description = "A directory of YANG modules to serve besides; may be given more than once.")
    private List<Path> yang = List.of();

    @Option(
        names = "--features",
        paramLabel = "MODULE=FEATURE,...",
        description = {
          "The features of such a module that are supported, all others not; nothing after = is",
          "none. Without it a module has all its features. May be given more than once."
        })
    private Map<String, String> features = Map.of();

    @Option(
        names = "--startup",
        description = {
          "A startup datastore: it is what is kept and loaded, running is lost at the end",
          "unless it was copied there. Without it, running itself is durable."
        })
    private boolean startup;

    @Option(names = "--writable-running", description = "Running can be edited directly.")
    private boolean writableRunning;

    @Option(
        names = "--private-candidates",
        description = "Sessions that ask for it in their hello have a candidate of their own.")
    private boolean privateCandidates;

    @Spec private @Nullable CommandSpec spec;

    final Settings settings(
        @Nullable String target,
        TlsFiles tls,
        Settings.@Nullable Program program,
        @Nullable ServiceFlags services)
        throws IOException {
      return new Settings(
          flags.ports().stream().map(PortSpec::number).sorted().toList(),
          flags.cpuPort(),
          flags.deviceId(),
          netconf,
          data,
          yang,
          features,
          new Settings.Datastores(startup, writableRunning, privateCandidates),
          target,
          tls,
          program,
          services == null
              ? null
              : flags.configure(services.configure(SoftSwitch.builder(), false)));
    }

    abstract Settings settings() throws IOException;

    /** Whether the switch is this process's own. */
    abstract boolean embedded();

    @Override
    public Integer call() throws Exception {
      CommandSpec command = Objects.requireNonNull(spec);
      flags.check(command, 1, embedded());
      ConfigurableApplicationContext context = start(settings());
      ServiceFlags.serve(
          command,
          " netconf="
              + SwitchFlags.format(context.getBean(NetconfServer.class).address())
              + context.getBeanProvider(SoftSwitch.class).stream()
                  .map(ServiceFlags::addresses)
                  .findFirst()
                  .orElse(""),
          context::close);
      return 0;
    }

    private static ConfigurableApplicationContext start(Settings settings) throws Exception {
      try {
        return new SpringApplicationBuilder(HairpinConfiguration.class)
            .web(WebApplicationType.NONE)
            .bannerMode(Banner.Mode.OFF)
            .logStartupInfo(false)
            .registerShutdownHook(false)
            .initializers(
                starting ->
                    starting.getBeanFactory().registerSingleton("hairpinSettings", settings))
            .run();
      } catch (BeansException e) {
        throw cause(e);
      }
    }

    private static Exception cause(BeansException wrapped) {
      Throwable cause = wrapped;
      while (cause instanceof BeansException && cause.getCause() != null) {
        cause = cause.getCause();
      }
      return cause instanceof Exception exception ? exception : wrapped;
    }
  }

  @Command(
      name = "run",
      sortOptions = false,
      description = "The management plane and the embedded switch in one process.")
  static final class Run extends Serving {

    @Mixin private final ServiceFlags services = new ServiceFlags();

    @Override
    Settings settings() throws IOException {
      return settings(null, new TlsFiles(null, null, null), null, services);
    }

    @Override
    boolean embedded() {
      return true;
    }
  }

  @Command(
      name = "mgmt",
      sortOptions = false,
      description = "The management plane, against any P4Runtime target.")
  static final class Management extends Serving {

    @Option(
        names = "--target",
        paramLabel = "HOST:PORT",
        required = true,
        converter = SwitchFlags.TargetConverter.class,
        description = "The P4Runtime target.")
    private @Nullable String target;

    @Mixin private final TargetTlsFlags tls = new TargetTlsFlags();

    @Option(
        names = "--p4info",
        paramLabel = "FILE",
        description = {
          "The P4Info of the pipeline for the target, in protobuf's text format; it has what the",
          "built-in one has (default: the one for v1model)."
        })
    private @Nullable Path p4Info;

    @Option(
        names = "--device-config",
        paramLabel = "FILE",
        description = "What the target runs for that P4Info; it is pushed as it is.")
    private @Nullable Path deviceConfig;

    @Override
    Settings settings() throws IOException {
      return settings(target, tls.files(), program(), null);
    }

    private Settings.@Nullable Program program() {
      if ((p4Info == null) != (deviceConfig == null)) {
        throw new IllegalArgumentException("--p4info and --device-config come together");
      }
      return p4Info == null || deviceConfig == null
          ? null
          : new Settings.Program(p4Info, deviceConfig);
    }

    @Override
    boolean embedded() {
      return false;
    }
  }
}
