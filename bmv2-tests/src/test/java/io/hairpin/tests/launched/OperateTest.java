package io.hairpin.tests.launched;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.hairpin.netconf.client.NetconfClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every example of docs/operate, in its order, on one fresh switch. */
@Tag("launched")
final class OperateTest {

  private static final Path PAGE = Launched.HOME.resolve("docs/operate.md");
  private static final Pattern FENCE =
      Pattern.compile("^```(\\w+) (\\w+)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

  private static final Pattern USUAL =
      Pattern.compile("/var/lib/hairpin|127\\.0\\.0\\.1:9559|8830|6513|4334");
  private static final String PYTHON = "/usr/bin/python3";

  private final Map<String, String> here = new LinkedHashMap<>();
  private Path work = Path.of("");
  private String reply = "";

  @TestFactory
  Stream<DynamicTest> examples(@TempDir Path directory) throws Exception {
    Path data = directory.resolve("data");
    Launched hairpin =
        Launched.hairpin(
            directory,
            "run",
            "--port=1",
            "--port=2",
            "--netconf=127.0.0.1:0",
            "--grpc=127.0.0.1:0",
            "--data=" + data);
    String ready = hairpin.awaitLine("ready");
    String grpc = Launched.address(ready, "grpc");
    String address = Launched.address(ready, "netconf");
    NetconfClient client = Launched.connect(address, data);
    work = Files.createDirectory(directory.resolve("work"));
    here.put("/var/lib/hairpin", data.toString());
    here.put("127.0.0.1:9559", grpc);
    here.put("8830", address.substring(address.lastIndexOf(':') + 1));
    here.put("6513", freePort());
    here.put("4334", freePort());
    String page = Files.readString(PAGE);
    List<DynamicTest> examples = new ArrayList<>();
    Matcher fence = FENCE.matcher(page);
    while (fence.find()) {
      String kind = fence.group(2);
      String language = fence.group(1);
      String content = here(fence.group(3).strip());
      long line = page.substring(0, fence.start()).lines().count() + 1;
      examples.add(
          dynamicTest(
              "line " + line + ": " + kind,
              () -> {
                if (kind.equals("command")) {
                  reply = command(directory, content);
                } else if (kind.equals("rpc") && content.contains("-subscription xmlns")) {
                  // In a session of its own, for notifications follow.
                  try (NetconfClient other = Launched.connect(address, data)) {
                    reply = other.rpc(content);
                  }
                  assertThat(reply).doesNotContain("rpc-error");
                } else {
                  run(client, kind, language, content);
                }
              }));
    }
    assertThat(examples).as("examples in %s", PAGE).hasSizeGreaterThan(10);
    return examples.stream()
        .onClose(
            () -> {
              client.close();
              try {
                hairpin.close();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
  }

  /** Runs a command that ends. */
  private static String command(Path directory, String line) throws Exception {
    String[] words = line.replace("\\\n", " ").split("\\s+");
    assertThat(words[0]).isEqualTo("./hairpin");
    try (Launched command =
        Launched.hairpin(directory, Arrays.copyOfRange(words, 1, words.length))) {
      assertThat(command.exit()).as(command::errors).isZero();
      return String.join("\n", command.output());
    }
  }

  /** The page has the usual ports and directory; the test has others. */
  private String here(String content) {
    return USUAL
        .matcher(content)
        .replaceAll(usual -> Matcher.quoteReplacement(here.getOrDefault(usual.group(), "")));
  }

  private static String freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return Integer.toString(socket.getLocalPort());
    }
  }

  private record Ran(int exit, String output, String errors) {}

  private Ran execute(String... command) throws IOException, InterruptedException {
    Path errors = work.resolve("errors");
    Process process =
        new ProcessBuilder(command).directory(work.toFile()).redirectError(errors.toFile()).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ran(process.waitFor(), output, Files.readString(errors));
  }

  private String execute(String language, String content) throws IOException, InterruptedException {
    if (language.equals("python")) {
      assumeTrue(execute(PYTHON, "-c", "import ncclient").exit() == 0, "there is no ncclient");
    }
    Ran ran =
        language.equals("python")
            ? execute(PYTHON, "-c", content)
            : execute("bash", "-euo", "pipefail", "-c", content);
    assertThat(ran.exit()).as(ran.errors()).isZero();
    return ran.output();
  }

  private void run(NetconfClient client, String kind, String language, String content)
      throws IOException, InterruptedException {
    switch (kind) {
      case "run" -> reply = execute(language, content);
      case "edit" -> assertThat(edit(client, content)).contains("<ok/>");
      case "filter" -> {
        reply = client.rpc("<get><filter type=\"subtree\">" + content + "</filter></get>");
        assertThat(reply).doesNotContain("rpc-error");
      }
      case "rpc" -> {
        reply = client.rpc(content);
        assertThat(reply).doesNotContain("rpc-error");
      }
      case "expect" -> assertThat(withoutSpace(reply)).contains(withoutSpace(content));
      case "refused" -> {
        String before = running(client);
        assertThat(edit(client, content)).contains("<rpc-error>");
        assertThat(running(client)).isEqualTo(before);
        assertThat(client.rpc("<discard-changes/>")).contains("<ok/>");
      }
      default -> throw new AssertionError("an example is no '" + kind + "'");
    }
  }

  /** Edits the candidate and commits it; tells what was answered last. */
  private String edit(NetconfClient client, String content) throws IOException {
    reply =
        client.rpc(
            "<edit-config><target><candidate/></target><config>%s</config></edit-config>"
                .formatted(content));
    if (!reply.contains("rpc-error")) {
      reply = client.rpc("<commit/>");
    }
    return reply;
  }

  private static String running(NetconfClient client) throws IOException {
    return client
        .rpc("<get-config><source><running/></source></get-config>")
        .replaceFirst("message-id=\"\\d+\"", "");
  }

  private static String withoutSpace(String xml) {
    return xml.replaceAll(">\\s+<", "><").strip();
  }
}
