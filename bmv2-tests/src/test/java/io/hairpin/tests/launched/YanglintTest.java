package io.hairpin.tests.launched;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hairpin.netconf.client.NetconfClient;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A second opinion on our YANG modules, and on the data that is served by them. */
@Tag("launched")
final class YanglintTest {

  private static final Pattern NAMESPACE = Pattern.compile("namespace\\s+\"([^\"]+)\"");
  private static final Path YANGLINT = Path.of("/usr/bin/yanglint");

  @TempDir Path directory;

  private Path modules = Path.of("");

  @BeforeEach
  void gatherModules() throws IOException {
    assumeTrue(Files.isExecutable(YANGLINT), "there is no " + YANGLINT);
    modules = Files.createDirectory(directory.resolve("yang"));
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path path = Path.of(entry);
      if (Files.isDirectory(path)) {
        copyModules(path);
      } else if (entry.endsWith(".jar")) {
        try (FileSystem jar =
            FileSystems.newFileSystem(URI.create("jar:" + path.toUri()), Map.of())) {
          copyModules(jar.getPath("/"));
        }
      }
    }
  }

  private void copyModules(Path root) throws IOException {
    Path from = root.resolve("META-INF").resolve("yang");
    if (Files.isDirectory(from)) {
      try (Stream<Path> files = Files.list(from)) {
        for (Path file : files.toList()) {
          Files.copy(file, modules.resolve(file.getFileName().toString()));
        }
      }
    }
  }

  /** Runs yanglint on modules by name and data; it says nothing where all is well. */
  private void accepts(List<String> options, List<String> names, List<Path> data)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(YANGLINT.toString(), "-p", modules.toString()));
    command.addAll(options);
    try (Stream<Path> files = Files.list(modules)) {
      List<Path> all = files.toList();
      for (String name : names) {
        command.add(
            all.stream()
                .filter(file -> file.getFileName().toString().startsWith(name + "@"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no module " + name + " among " + all))
                .toString());
      }
    }
    data.forEach(file -> command.add(file.toString()));
    Process yanglint = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(yanglint.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(said).as(String.join(" ", command)).isEmpty();
    assertThat(yanglint.waitFor()).isZero();
  }

  /** The modules of the namespaces in data, but for those that yanglint has itself. */
  private List<String> namesIn(String data) throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.list(modules)) {
      for (Path file : files.toList()) {
        Matcher namespace = NAMESPACE.matcher(Files.readString(file));
        String name = file.getFileName().toString().replaceFirst("@.*", "");
        if (namespace.find()
            && data.contains("=\"" + namespace.group(1) + "\"")
            && !Set.of("ietf-yang-library", "ietf-datastores").contains(name)) {
          names.add(name);
        }
      }
    }
    return List.copyOf(names);
  }

  @Test
  void ourModulesAreAccepted() throws Exception {
    List<String> ours;
    try (Stream<Path> files = Files.list(modules)) {
      ours =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.startsWith("hairpin-"))
              .map(name -> name.substring(0, name.indexOf('@')))
              .toList();
    }
    assertThat(ours).contains("hairpin-bridge", "hairpin-alarms");
    for (String module : ours) {
      accepts(List.of(), List.of(module), List.of());
    }
  }

  @Test
  void whatIsServedIsAccepted() throws Exception {
    Path data = directory.resolve("data");
    try (Launched hairpin =
            Launched.hairpin(
                directory,
                "run",
                "--port=1",
                "--port=2",
                "--netconf=127.0.0.1:0",
                "--data=" + data);
        NetconfClient client =
            Launched.connect(Launched.address(hairpin.awaitLine("ready"), "netconf"), data)) {
      for (String file : List.of("vlan.xml", "reflective-relay.xml")) {
        String config = Files.readString(Path.of("demo").resolve(file));
        assertThat(
                client.rpc(
                    "<edit-config><target><candidate/></target>" + config + "</edit-config>"))
            .contains("<ok/>");
      }
      assertThat(client.rpc("<commit/>")).contains("<ok/>");

      Path config = directory.resolve("config.xml");
      Files.writeString(
          config, data(client.rpc("<get-config><source><running/></source></get-config>")));
      accepts(
          List.of("-t", "config"),
          List.of("hairpin-bridge", "hairpin-alarms", "iana-if-type"),
          List.of(config));

      Path whole = directory.resolve("whole.xml");
      Files.writeString(whole, data(client.rpc("<get/>")));
      accepts(List.of("-y", "-t", "get"), namesIn(Files.readString(whole)), List.of(whole));

      // With every mandatory node; of ietf-yang-library only what is not deprecated is served.
      Path state = directory.resolve("state.xml");
      Files.writeString(
          state,
          data(
              client.rpc(
                  """
                  <get><filter type="subtree">
                    <interfaces xmlns="urn:ietf:params:xml:ns:yang:ietf-interfaces"/>
                    <bridge xmlns="urn:hairpin:yang:bridge"/>
                    <alarms xmlns="urn:hairpin:yang:alarms"/>
                    <netconf-state xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"/>
                  </filter></get>
                  """)));
      accepts(
          List.of("-t", "data"),
          Stream.concat(Stream.of("iana-if-type"), namesIn(Files.readString(state)).stream())
              .distinct()
              .toList(),
          List.of(state));
    }
  }

  /** What is in a reply's data. */
  private static String data(String reply) {
    assertThat(reply).contains("hairpin:yang:bridge");
    return reply.substring(
        reply.indexOf('>', reply.indexOf("<data")) + 1, reply.lastIndexOf("</data>"));
  }
}
