package io.hairpin.netconf.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.hairpin.netconf.server.ServerConfiguration.Limits;
import io.hairpin.netconf.server.ServerConfiguration.Transport;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How many sessions there may be. */
class AdmissionTest {
  private static final Limits LIMITS =
      new Limits(
          3, 2, 6, Duration.ofSeconds(60), Duration.ofSeconds(20), Duration.ZERO, Optional.empty());

  @TempDir private Path directory;

  private static Session session(Served served, String user) {
    return served
        .server
        .transports()
        .session(
            Peer.of(Transport.SSH, user, InetSocketAddress.createUnresolved("a", 1), LIMITS),
            InputStream.nullInputStream(),
            OutputStream.nullOutputStream(),
            reason -> {});
  }

  @Test
  void aSessionThatDoesNotRunYetCounts() throws Exception {
    try (Served served = new Served(directory)) {
      Admission admission = served.server.transports().admission();
      admission.limits(LIMITS);
      assertThat(admission.enter(session(served, "a"))).isEmpty();
      assertThat(admission.enter(session(served, "a"))).isEmpty();
      assertThat(admission.enter(session(served, "a")))
          .contains("max-sessions-per-user of 2 is reached by a");
      assertThat(admission.enter(session(served, "b"))).isEmpty();
      assertThat(admission.enter(session(served, "b"))).contains("max-sessions of 3 is reached");
    }
  }
}
