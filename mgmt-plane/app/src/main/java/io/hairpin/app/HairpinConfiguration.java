package io.hairpin.app;

import io.grpc.ManagedChannel;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.hairpin.bridge.Bridge;
import io.hairpin.bridge.MacAddress;
import io.hairpin.bridge.Ports;
import io.hairpin.bridge.Ports.Losses;
import io.hairpin.bridge.Ports.Port;
import io.hairpin.netconf.server.NetconfServer;
import io.hairpin.netconf.server.Schema;
import io.hairpin.netconf.server.Storage;
import io.hairpin.p4runtime.client.ElectionId;
import io.hairpin.p4runtime.client.Pipeline;
import io.hairpin.p4runtime.client.PipelineException;
import io.hairpin.p4runtime.client.Session;
import io.hairpin.softswitch.SoftSwitch;
import io.hairpin.softswitch.SwitchFlags;
import io.hairpin.softswitch.port.Discard;
import io.hairpin.softswitch.port.PortCounters;
import io.hairpin.softswitch.port.PortState;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Puts the modules together. */
@Configuration(proxyBeanMethods = false)
class HairpinConfiguration {

  private static final String EMBEDDED = "hairpin";

  private static final String[] MODULES = {
    "ietf-interfaces",
    "iana-if-type",
    "ietf-netconf-acm",
    "ietf-access-control-list",
    "hairpin-bridge",
    "hairpin-alarms",
    "hairpin-access-lists",
    "hairpin-access-lists-deviations",
    "hairpin-mirroring",
    "hairpin-qos"
  };

  /**
   * All but interface-stats: entries are shared by the interfaces that their list is attached to.
   */
  private static final String[] ACCESS_LIST_FEATURES = {
    "match-on-eth",
    "match-on-ipv4",
    "match-on-ipv6",
    "match-on-tcp",
    "match-on-udp",
    "match-on-icmp",
    "eth",
    "ipv4",
    "ipv6",
    "mixed-eth-ipv4",
    "mixed-eth-ipv6",
    "mixed-eth-ipv4-ipv6",
    "acl-aggregate-stats",
    "interface-attachment"
  };

  private final List<Runnable> linkFollowers = new CopyOnWriteArrayList<>();

  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }

  @Bean
  Schema schema(Settings settings) {
    Schema.Builder schema =
        Schema.builder()
            .classPath(HairpinConfiguration.class.getClassLoader())
            .modules(MODULES)
            .features("ietf-access-control-list", ACCESS_LIST_FEATURES);
    settings.yang().forEach(schema::directory);
    settings
        .features()
        .forEach(
            (module, names) -> {
              if (List.of(MODULES).contains(module)) {
                throw new IllegalArgumentException(
                    "--features: %s is what the bridge is made of".formatted(module));
              }
              schema.features(module, names.isEmpty() ? new String[0] : names.split(",", -1));
            });
    if (settings.datastores().privateCandidates()) {
      schema.modules("ietf-netconf-private-candidate");
    }
    return schema.build();
  }

  @Bean
  Pipeline pipeline(Settings settings) throws IOException {
    Pipeline builtIn =
        Pipeline.of(
            new String(resource("hairpin.p4info.txtpb"), StandardCharsets.UTF_8),
            resource("hairpin.json"));
    Settings.Program program = settings.program();
    return program == null ? builtIn : read(program, builtIn);
  }

  /** A pipeline that control can drive as it does the one that is built in. */
  private static Pipeline read(Settings.Program program, Pipeline builtIn) throws IOException {
    Path p4Info = program.p4Info();
    String text = new String(Files.readAllBytes(p4Info), StandardCharsets.UTF_8);
    byte[] deviceConfig = Files.readAllBytes(program.deviceConfig());
    try {
      Pipeline pipeline = Pipeline.of(text, deviceConfig);
      pipeline.checkServes(builtIn);
      return pipeline;
    } catch (PipelineException e) {
      throw new IllegalArgumentException("%s: %s".formatted(p4Info, e.getMessage()), e);
    }
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in =
        HairpinConfiguration.class.getResourceAsStream("/io/hairpin/p4src/" + name)) {
      if (in == null) {
        throw new IOException("The pipeline's " + name + " is not on the class path");
      }
      return in.readAllBytes();
    }
  }

  @Bean
  @Conditional(Embedded.class)
  SoftSwitch softSwitch(Settings settings) throws IOException {
    return Objects.requireNonNull(settings.embedded())
        .inProcess(EMBEDDED)
        .linkListener(_ -> linkFollowers.forEach(Runnable::run))
        .start();
  }

  static final class Embedded implements Condition {
    @Override
    public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
      return Objects.requireNonNull(context.getBeanFactory()).getBean(Settings.class).embedded()
          != null;
    }
  }

  @Bean(destroyMethod = "shutdownNow")
  ManagedChannel channel(Settings settings, ObjectProvider<SoftSwitch> softSwitch)
      throws IOException {
    String target = settings.target();
    if (target == null) {
      softSwitch.getObject();
      return InProcessChannelBuilder.forName(EMBEDDED).build();
    }
    return Session.channel(target, settings.tls().client());
  }

  @Bean
  Ports ports(Settings settings, ObjectProvider<SoftSwitch> softSwitch) {
    SoftSwitch embedded = softSwitch.getIfAvailable();
    if (embedded != null) {
      return new Ports() {
        @Override
        public List<Port> list() {
          return embedded.ports().stream().map(HairpinConfiguration::port).toList();
        }

        @Override
        public void follow(Runnable changed) {
          linkFollowers.add(changed);
        }
      };
    }
    List<Port> ports = settings.ports().stream().map(Port::unreported).toList();
    return () -> ports;
  }

  private static Port port(PortState state) {
    String address = state.address();
    return new Port(
        state.number(),
        Port.nameOf(state.number()),
        Ports.Link.valueOf(state.link().name()),
        state.speed() > 0 ? OptionalLong.of(state.speed()) : OptionalLong.empty(),
        address == null ? OptionalLong.empty() : OptionalLong.of(MacAddress.parse(address)),
        Optional.of(losses(state.counters())));
  }

  private static Losses losses(PortCounters counters) {
    long inErrors = 0;
    long inDiscards = 0;
    long outErrors = 0;
    long outDiscards = 0;
    for (Map.Entry<Discard, Long> discard : counters.discards().entrySet()) {
      long frames = discard.getValue();
      switch (discard.getKey()) {
        case TRUNCATED, FAILED -> inErrors += frames;
        case RECEIVE_QUEUE_FULL, NO_PIPELINE, NO_SUCH_PORT -> inDiscards += frames;
        case TOO_LONG, TOO_SHORT, REFUSED -> outErrors += frames;
        case TRANSMIT_QUEUE_FULL, LINK_DOWN, EGRESS_QUEUE_FULL, NO_SUCH_QUEUE ->
            outDiscards += frames;
      }
    }
    return new Losses(inErrors, inDiscards, outErrors, outDiscards);
  }

  @Bean
  Bridge bridge(
      Settings settings, Ports ports, ManagedChannel channel, Pipeline pipeline, Clock clock) {
    return new Bridge(
        ports,
        settings.cpuPort(),
        listener ->
            Session.connect(
                channel,
                pipeline,
                io.hairpin.p4runtime.client.Settings.of(
                    settings.deviceId(), ElectionId.of(clock.millis())),
                listener),
        clock);
  }

  @Bean
  NetconfServer netconfServer(Settings settings, Schema schema, Bridge bridge, Clock clock)
      throws IOException {
    Files.createDirectories(settings.data());
    Path files = Files.createDirectories(settings.data().resolve("files"));
    NetconfServer.Builder builder =
        NetconfServer.builder()
            .schema(schema)
            .storage(Storage.files(settings.data().resolve("running")))
            .authenticator(AdminPassword.in(settings.data(), new SecureRandom()))
            .recovery(AdminPassword.USER)
            .hostKey(settings.data().resolve("ssh-host-key"))
            .address(settings.netconf())
            .files(files)
            .startup(settings.datastores().startup())
            .writableRunning(settings.datastores().writableRunning())
            .privateCandidates(settings.datastores().privateCandidates())
            .participant(new BridgeParticipant(new ConfigurationBinding(schema.context()), bridge));
    for (StateBinding.Provider provider :
        new StateBinding(schema.context(), bridge, clock.instant()).providers()) {
      builder.state(provider.root(), provider.state());
    }
    FlushAction flush = new FlushAction(schema.context(), bridge);
    builder.action(flush.path(), flush);
    NetconfServer server = builder.build();
    try {
      server.start();
    } catch (BindException e) {
      throw new IOException(SwitchFlags.format(settings.netconf()) + ": " + e.getMessage(), e);
    }
    return server;
  }
}
