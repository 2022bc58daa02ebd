package io.hairpin.netconf.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestartTest {
  @TempDir private Path directory;

  @Test
  void committedConfigurationIsThereAfterARestart() throws Exception {
    try (Served served = new Served(directory);
        var client = served.connect()) {
      client.rpc(Served.edit("<top><name>abc</name><item><id>a</id><value>7</value></item></top>"));
      assertThat(client.rpc("<commit/>")).contains("<ok/>");
    }
    try (Served served = new Served(directory);
        var client = served.connect()) {
      assertThat(client.rpc(Served.getConfig("running")))
          .contains("<name>abc</name><item><id>a</id><value>7</value></item>");
    }
  }

  @Test
  void whatWasNotCommittedIsGoneAfterARestart() throws Exception {
    try (Served served = new Served(directory);
        var client = served.connect()) {
      assertThat(client.rpc(Served.edit("<top><name>abc</name></top>"))).contains("<ok/>");
    }
    try (Served served = new Served(directory);
        var client = served.connect()) {
      assertThat(client.rpc(Served.getConfig("candidate"))).contains("<data/>");
    }
  }
}
