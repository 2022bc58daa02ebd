package io.hairpin.netconf.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the system orders comes in the same order again. */
class OrderTest {
  @ParameterizedTest
  @ValueSource(ints = {20, 300})
  void aRestartKeepsTheOrder(int entries, @TempDir Path directory) throws Exception {
    Random random = new Random(entries);
    String before;
    try (Served served = new Served(directory);
        var client = served.connect()) {
      for (int i = 0; i < 12; i++) {
        StringBuilder edits = new StringBuilder();
        for (int j = 0; j < entries / 10; j++) {
          edits.append(
              "<item nc:operation='%s'><id>e%d</id></item>"
                  .formatted(
                      random.nextInt(3) == 0 ? "remove" : "merge",
                      random.nextInt(10) * 1000 + j + i * 37));
          edits.append("<tag>t%d</tag>".formatted(i * 1000 + j));
        }
        client.rpc(Served.edit("<top>" + edits + "</top>"));
        assertThat(client.rpc("<commit/>")).contains("<ok/>");
      }
      before = Served.running(client);
    }
    try (Served served = new Served(directory);
        var client = served.connect()) {
      assertThat(Served.running(client)).isEqualTo(before);
      // A snapshot takes them as they are.
      client.rpc(Served.edit("<top><plain><a>" + "x".repeat(2_000_000) + "</a></plain></top>"));
      client.rpc("<commit/>");
      client.rpc(Served.edit("<top><plain nc:operation='remove'/></top>"));
      client.rpc("<commit/>");
    }
    try (Served served = new Served(directory);
        var client = served.connect()) {
      assertThat(Served.running(client)).isEqualTo(before);
    }
  }

  @Test
  void theOrderIsThatOfTheKeysHoweverTheEntriesCame(@TempDir Path directory) throws Exception {
    try (Served served = new Served(directory);
        var client = served.connect()) {
      client.rpc(
          Served.edit(
              "<top><item><id>c</id></item><item><id>a</id>"
                  + "<part><a>10</a><b>x</b></part><part><a>9</a><b>z</b></part>"
                  + "<part><a>9</a><b>y</b></part><sub><y>100</y><y>20</y></sub></item></top>"));
      client.rpc("<commit/>");
      client.rpc(Served.edit("<top><item><id>b</id></item></top>"));
      client.rpc("<commit/>");
      assertThat(Served.running(client).replaceAll("</?(id|a|b|y)>", ""))
          .isEqualTo(
              "<top><item>a<sub>20100</sub><part>9y</part><part>9z</part><part>10x</part></item>"
                  + "<item>b</item><item>c</item></top>");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1x 2 10", "10 1x 2", "2 10 1x", "10 2 1x", "1x 10 2"})
  void numbersOfAUnionComeBeforeItsText(String values, @TempDir Path directory) throws Exception {
    try (Served served = new Served(directory);
        var client = served.connect()) {
      StringBuilder labels = new StringBuilder();
      for (String value : values.split(" ", -1)) {
        labels.append("<label>").append(value).append("</label>");
      }
      Served.set(client, "<top>" + labels + "</top>");
      assertThat(Served.running(client))
          .isEqualTo("<top><label>2</label><label>10</label><label>1x</label></top>");
    }
  }
}
