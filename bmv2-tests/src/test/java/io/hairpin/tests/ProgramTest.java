package io.hairpin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.StatusRuntimeException;
import io.hairpin.p4runtime.v1.ForwardingPipelineConfig;
import io.hairpin.p4runtime.v1.GetForwardingPipelineConfigRequest;
import io.hairpin.p4runtime.v1.P4RuntimeGrpc;
import io.hairpin.tests.Target.Place;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The management plane drives a target with the pipeline that it is given. */
final class ProgramTest {

  private static final Path GOLDEN = Path.of("../p4src/golden");

  @TempDir Path directory;

  private static ForwardingPipelineConfig pipeline(ManagedChannel target, long deviceId) {
    try {
      return P4RuntimeGrpc.newBlockingStub(target)
          .getForwardingPipelineConfig(
              GetForwardingPipelineConfigRequest.newBuilder().setDeviceId(deviceId).build())
          .getConfig();
    } catch (StatusRuntimeException e) {
      return ForwardingPipelineConfig.getDefaultInstance();
    }
  }

  @Test
  void whatTheFlagsNameIsPushed() throws Exception {
    Path p4Info = directory.resolve("p4info");
    Files.writeString(
        p4Info,
        Files.readString(GOLDEN.resolve("hairpin.p4info.txtpb"))
            .replaceFirst("version: \"0[^\"]*\"", "version: \"0.99.0\""));
    Path program = directory.resolve("program");
    Files.writeString(program, Files.readString(GOLDEN.resolve("hairpin.json")) + "\n\n");
    Place place = Rig.freePlace();
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", place.p4runtime()).usePlaintext().build();
    try (AutoCloseable _ = Target.SOFT_SWITCH.start(place, Rig.PORTS);
        Management _ =
            Management.start(
                directory,
                place.p4runtime(),
                place.deviceId(),
                Rig.PORTS,
                "--p4info",
                p4Info.toString(),
                "--device-config",
                program.toString())) {
      Rig.eventually(
          () -> pipeline(channel, place.deviceId()), ForwardingPipelineConfig::hasP4Info);

      ForwardingPipelineConfig pushed = pipeline(channel, place.deviceId());
      assertThat(pushed.getP4Info().getPkgInfo().getVersion()).isEqualTo("0.99.0");
      assertThat(pushed.getP4DeviceConfig().toString(StandardCharsets.UTF_8)).endsWith("\n\n");
    } finally {
      channel.shutdownNow();
    }
  }
}
