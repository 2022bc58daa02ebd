package io.hairpin.softswitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.hairpin.p4runtime.v1.CapabilitiesRequest;
import io.hairpin.p4runtime.v1.P4RuntimeGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URISyntaxException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The P4Runtime server over TLS. Of the certificates beside this class, authority signed server and
 * client, stranger signed impostor.
 */
class TlsTest {
  private static Path file(String name) {
    try {
      return Path.of(Objects.requireNonNull(TlsTest.class.getResource("tls/" + name)).toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private static TlsFiles files(@Nullable String identity, @Nullable String authority) {
    return new TlsFiles(
        identity == null ? null : file(identity + ".pem"),
        identity == null ? null : file(identity + ".key"),
        authority == null ? null : file(authority + ".pem"));
  }

  /** What a client with these files is told by a server with those. */
  private static String version(TlsFiles server, TlsFiles client)
      throws IOException, InterruptedException {
    try (SoftSwitch softSwitch =
        SoftSwitch.builder()
            .grpc(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .credentials(server.server())
            .start()) {
      int port = softSwitch.grpcAddress().orElseThrow().getPort();
      ChannelCredentials credentials = client.client();
      ManagedChannel channel = Grpc.newChannelBuilder("127.0.0.1:" + port, credentials).build();
      try {
        return P4RuntimeGrpc.newBlockingStub(channel)
            .withDeadlineAfter(Testbed.PATIENCE_SECONDS, TimeUnit.SECONDS)
            .capabilities(CapabilitiesRequest.getDefaultInstance())
            .getP4RuntimeApiVersion();
      } finally {
        channel.shutdownNow();
        assertThat(channel.awaitTermination(Testbed.PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  private static void assertRefused(TlsFiles server, TlsFiles client) {
    assertThatThrownBy(() -> version(server, client))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("UNAVAILABLE");
  }

  @Test
  void aClientThatKnowsTheServersAuthorityIsServed() throws Exception {
    assertThat(version(files("server", null), files(null, "authority"))).isEqualTo("1.5.0");
  }

  @Test
  void aClientThatDoesNotRefuses() {
    assertRefused(files("server", null), files(null, "stranger"));
  }

  @Test
  void aClientInPlainTextIsNotServed() {
    assertRefused(files("server", null), files(null, null));
  }

  @Test
  void aClientWithACertificateIsServedWhereOneIsDemanded() throws Exception {
    assertThat(version(files("server", "authority"), files("client", "authority")))
        .isEqualTo("1.5.0");
  }

  @Test
  void aClientWithoutOneOrWithAStrangersIsNot() {
    assertRefused(files("server", "authority"), files(null, "authority"));
    assertRefused(files("server", "authority"), files("impostor", "authority"));
  }

  /** How the trace of a packet ends, by a switch that speaks TLS with a client certificate. */
  private static int trace(String... flags) throws IOException {
    try (Testbed testbed =
        Testbed.running(
            SoftSwitch.builder()
                .port(1)
                .grpc(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .credentials(files("server", "authority").server()))) {
      int port = testbed.device.grpcAddress().orElseThrow().getPort();
      List<String> arguments =
          new ArrayList<>(
              List.of(
                  "--target=127.0.0.1:" + port,
                  "--device-id=" + Testbed.DEVICE,
                  "--port=1",
                  "--frame=" + "02000000000902000000000a0800" + "00".repeat(46)));
      arguments.addAll(List.of(flags));
      return ServiceFlags.execute(new TraceCommand(), arguments.toArray(String[]::new));
    }
  }

  @Test
  void aTraceOverTlsNeedsWhatTheSwitchDemands() throws IOException {
    String authority = "--target-ca=" + file("authority.pem");
    assertThat(
            trace(
                authority,
                "--target-cert=" + file("client.pem"),
                "--target-key=" + file("client.key")))
        .isZero();
    assertThat(
            trace(
                authority,
                "--target-cert=" + file("impostor.pem"),
                "--target-key=" + file("impostor.key")))
        .isEqualTo(1);
    assertThat(trace(authority)).isEqualTo(1);
    assertThat(trace()).isEqualTo(1);
    assertThat(trace(authority, "--target-cert=" + file("client.pem"))).isEqualTo(1);
  }

  @Test
  void filesThatDoNotGoTogetherAreRefused() {
    assertThatThrownBy(() -> new TlsFiles(file("server.pem"), null, null))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> files(null, "authority").server())
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> files("client", null).client())
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    Path missing = Path.of("missing.pem");
    assertThatThrownBy(() -> new TlsFiles(missing, file("server.key"), null).server())
        .isInstanceOfAny(NoSuchFileException.class, java.io.FileNotFoundException.class)
        .hasMessageContaining("missing.pem");
  }
}
