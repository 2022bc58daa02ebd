package io.hairpin.netconf.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hairpin.netconf.client.NetconfClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;

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

  private static Schema schema(Path modules, String body) throws Exception {
    Files.createDirectories(modules);
    Files.writeString(
        modules.resolve("changing.yang"),
        "module changing { yang-version 1.1; namespace urn:changing; prefix c; container c {"
            + body
            + "} }");
    return Schema.builder().directory(modules).build();
  }

  private Served served(Schema schema) throws Exception {
    return new Served(directory, builder -> builder.schema(schema));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "leaf y { type string; } | /c:c: c has no node x",
        "leaf x { type uint8 { range 1..9; } } | /c:c/c:x: ",
        "leaf x { type uint8; must '. < 10'; } | /c:c/c:x: ",
        "leaf x { type uint8; } leaf y { type uint8; mandatory true; } | /c:c/c:y: mandatory node",
      })
  void aConfigurationThatTheModulesRefuseStaysAsItIsAndIsNamed(String body, String named)
      throws Exception {
    Schema before = schema(directory.resolve("before"), "leaf x { type uint8; }");
    try (Served served = served(before);
        var client = served.connect()) {
      client.rpc(Served.edit(" <c xmlns='urn:changing'><x>10</x></c>"));
      assertThat(client.rpc("<commit/>")).contains("<ok/>");
      // What a start would undo is not undone by a start that fails.
      client.rpc(Served.edit(" <c xmlns='urn:changing'><x>11</x></c>"));
      assertThat(client.rpc("<commit><confirmed/><persist>p</persist></commit>")).contains("<ok/>");
    }
    Path log = directory.resolve("data/running.log");
    byte[] bytes = Files.readAllBytes(log);
    Schema after = schema(directory.resolve("after"), body);
    assertThatThrownBy(() -> served(after).close())
        .isInstanceOf(IOException.class)
        .hasMessageContaining(log.toString())
        .hasMessageContaining(named)
        .hasMessageContaining("Nothing was changed");
    assertThat(Files.readAllBytes(log)).isEqualTo(bytes);
    try (Served served = served(before);
        var client = served.connect()) {
      assertThat(Served.running(client)).contains("<x>10</x>");
    }
  }

  private static String contentId(Served served) throws Exception {
    try (var client = served.connect()) {
      String library =
          client.rpc(
              "<get><filter><yang-library xmlns='urn:ietf:params:xml:ns:yang:ietf-yang-library'>"
                  + "<content-id/></yang-library></filter></get>");
      String id = library.replaceFirst("(?s).*<content-id>(.*)</content-id>.*", "$1");
      assertThat(client.hello()).contains("content-id=" + id + "<");
      return id;
    }
  }

  @Test
  void theContentIdIsTheSameAgainAndAnotherForOtherModulesOrFeatures() throws Exception {
    List<String> ids = new ArrayList<>();
    Path modules = directory.resolve("modules");
    String two = "leaf x { type uint8; } } feature f; container d {";
    for (Served each :
        List.of(
            served(schema(modules, "leaf x { type uint8; }")),
            new Served(
                directory.resolve("2"), b -> b.schema(Schema.builder().directory(modules).build())),
            new Served(
                directory.resolve("3"),
                b -> b.schema(Schema.builder().directory(modules).build()).startup(true)),
            new Served(
                directory.resolve("4"),
                b ->
                    b.schema(
                        Schema.builder()
                            .directory(modules)
                            .modules("ietf-netconf-acm")
                            .build())))) {
      try (each) {
        ids.add(contentId(each));
      }
    }
    schema(modules, two);
    for (Schema schema :
        List.of(
            Schema.builder().directory(modules).build(),
            Schema.builder().directory(modules).features("changing").build())) {
      try (Served each = served(schema)) {
        ids.add(contentId(each));
      }
    }
    assertThat(ids.get(1)).isEqualTo(ids.get(0));
    assertThat(Set.copyOf(ids.subList(1, ids.size()))).hasSize(5);
  }

  /** A participant that does something at the start and nothing to changes. */
  private static Participant starting(Runnable atStart) {
    return new Participant() {
      @Override
      public void start(ContainerNode running) {
        atStart.run();
      }

      @Override
      public Prepared prepare(Change change) {
        return new Prepared() {
          @Override
          public void apply() {}

          @Override
          public void abort() {}
        };
      }
    };
  }

  @Test
  void aPortThatIsTakenFailsBeforeAnyParticipantStarts() throws Exception {
    List<String> started = new ArrayList<>();
    Participant participant = starting(() -> started.add("started"));
    try (Served other = new Served(directory.resolve("other"))) {
      assertThatThrownBy(
              () ->
                  new Served(
                      directory, b -> b.participant(participant).address(other.server.address())))
          .isInstanceOf(IOException.class);
    }
    assertThat(started).isEmpty();
    new Served(directory, b -> b.participant(participant)).close();
    assertThat(started).containsExactly("started");
  }

  @Test
  void clientsThatComeBeforeTheParticipantsHaveStartedWait() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    AtomicBoolean started = new AtomicBoolean();
    CompletableFuture<Boolean> greeted = new CompletableFuture<>();
    Participant participant =
        starting(
            () -> {
              Thread client =
                  Thread.ofPlatform()
                      .start(
                          () -> {
                            try (var early =
                                NetconfClient.connect("127.0.0.1", port, "admin", "secret")) {
                              // The hello was read: the participant must have started by now.
                              greeted.complete(
                                  started.get() && early.hello().contains("capability"));
                            } catch (IOException e) {
                              greeted.completeExceptionally(e);
                            }
                          });
              // The client waits for the hello, which is all that it waits for so long.
              while (!waitsForHello(client)) {
                Thread.onSpinWait();
              }
              started.set(true);
            });
    try (Served served = new Served(directory, b -> b.participant(participant).address(address))) {
      assertThat(greeted.get()).isTrue();
      assertThat(served.server.sessions()).isNotNull();
    }
  }

  private static boolean waitsForHello(Thread client) {
    return !client.isAlive()
        || Arrays.stream(client.getStackTrace())
            .anyMatch(frame -> frame.getClassName().endsWith("MessageReader"));
  }
}
