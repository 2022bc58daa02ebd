package io.hairpin.tests.launched;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The flags of ./hairpin: what is listed is accepted, what is wrong is told in one line. */
@Tag("launched")
final class CommandLineTest {

  private static final Pattern FLAG = Pattern.compile("(?m)^ {2}\\W*(-h, )?(--[a-z0-9-]+)");

  /** What was done before the mistake was met. */
  private static final Pattern LOGGED = Pattern.compile("^\\S+ (INFO|WARN) ");

  @TempDir Path directory;

  private record Ended(int exit, List<String> output, String errors) {}

  private Ended end(String... arguments) throws IOException, InterruptedException {
    try (Launched hairpin = Launched.hairpin(directory, arguments)) {
      return new Ended(hairpin.exit(), hairpin.output(), hairpin.errors());
    }
  }

  private static Set<String> flags(Ended help) {
    assertThat(help.exit()).as(help.errors()).isZero();
    Set<String> flags = new TreeSet<>();
    Matcher flag = FLAG.matcher(String.join("\n", help.output()));
    while (flag.find()) {
      flags.add(flag.group(2));
    }
    return flags;
  }

  @ParameterizedTest
  @CsvSource({
    "run, --cpu-port --data --dataplane-grpc --device-id --features --grpc --grpc-cert"
        + " --grpc-client-ca --grpc-key --help --netconf --pcap --port --priority-queues"
        + " --private-candidates --queue-depth --queue-rate --startup --writable-running --yang",
    "switch, --cpu-port --dataplane-grpc --device-id --grpc --grpc-cert --grpc-client-ca"
        + " --grpc-key --help --pcap --port --priority-queues --queue-depth --queue-rate",
    "mgmt, --cpu-port --data --device-config --device-id --features --help --netconf --p4info"
        + " --port --private-candidates --startup --target --target-ca --target-cert --target-key"
        + " --writable-running --yang",
    "trace, --device-id --frame --help --json --next --port --seconds --target --target-ca"
        + " --target-cert --target-key",
    "demo, --help",
    "test, --help",
    "bench, --help --only --quick",
    "p4, --check --help",
  })
  void helpListsTheFlags(String subcommand, String flags) throws Exception {
    assertThat(flags(end(subcommand, "--help"))).containsExactly(flags.split(" ", -1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "switch", "mgmt", "demo", "test", "bench", "p4"})
  void aFlagThatIsNotListedIsRefusedByName(String subcommand) throws Exception {
    Ended ended =
        subcommand.equals("mgmt")
            ? end(subcommand, "--target=127.0.0.1:1", "--no-such-flag")
            : end(subcommand, "--no-such-flag");

    assertThat(ended.exit()).isEqualTo(2);
    assertThat(ended.errors()).contains("--no-such-flag");
    assertThat(ended.output()).isEmpty();
  }

  @Test
  void runAcceptsEveryFlagAndEndsOnSigterm() throws Exception {
    serves(
        "ready netconf=H:P grpc=H:P dataplane-grpc=H:P",
        "run",
        "--port=1",
        "--port=2",
        "--cpu-port=509",
        "--device-id=7",
        "--netconf=127.0.0.1:0",
        "--grpc=127.0.0.1:0",
        "--dataplane-grpc=127.0.0.1:0",
        "--yang=" + module("feature one; leaf a { if-feature one; type string; }"),
        "--features=more=one",
        "--data=" + directory.resolve("data"));
  }

  /** A directory with a module. */
  private Path module(String content) throws IOException {
    Path yang = Files.createDirectories(directory.resolve("yang"));
    Files.writeString(
        yang.resolve("more.yang"),
        "module more {\n  namespace \"urn:more\"; prefix m;\n  " + content + "\n}\n");
    return yang;
  }

  @Test
  void aMistakeInAModuleIsToldWithFileAndLine() throws Exception {
    Path yang = module("leaf a { type nosuch; }");

    refuses(
        yang.resolve("more.yang") + ":3",
        "run",
        "--yang=" + yang,
        "--data=" + directory.resolve("data"));
  }

  @Test
  void aFeatureThatAModuleDoesNotHaveIsToldInOneLine() throws Exception {
    Path yang = module("feature one;");

    refuses(
        "features of more: it has no [two]",
        "run",
        "--yang=" + yang,
        "--features=more=two",
        "--data=" + directory.resolve("data"));
  }

  @Test
  void switchAcceptsEveryFlagAndEndsOnSigterm() throws Exception {
    serves(
        "ready grpc=H:P dataplane-grpc=H:P",
        "switch",
        "--port=0",
        "--port=1",
        "--cpu-port=509",
        "--device-id=7",
        "--grpc=127.0.0.1:0",
        "--dataplane-grpc=127.0.0.1:0");
  }

  @Test
  void mgmtAcceptsEveryFlagWithoutATargetAndEndsOnSigterm() throws Exception {
    serves(
        "ready netconf=H:P",
        "mgmt",
        "--target=127.0.0.1:1",
        "--p4info=" + golden("hairpin-tna.p4info.txtpb"),
        "--device-config=" + golden("hairpin.json"),
        "--port=1",
        "--cpu-port=509",
        "--device-id=7",
        "--netconf=127.0.0.1:0",
        "--data=" + directory.resolve("data"));
  }

  private static Path golden(String file) {
    return Path.of("../p4src/golden", file).toAbsolutePath();
  }

  @Test
  void aP4InfoThatLacksWhatIsNeededIsToldWithFileAndObject() throws Exception {
    Path p4Info = directory.resolve("other.p4info.txtpb");
    Files.writeString(
        p4Info,
        Files.readString(golden("hairpin.p4info.txtpb")).replace("\"blackhole\"", "\"hole\""));

    refuses(
        p4Info + ": Table fdb: action blackhole",
        "mgmt",
        "--target=127.0.0.1:1",
        "--p4info=" + p4Info,
        "--device-config=" + golden("hairpin.json"),
        "--netconf=127.0.0.1:0",
        "--data=" + directory.resolve("data"));
  }

  private void serves(String ready, String... arguments) throws Exception {
    try (Launched hairpin = Launched.hairpin(directory, arguments)) {
      String line = hairpin.awaitLine("ready");

      hairpin.signal("TERM");

      assertThat(hairpin.exit()).as(hairpin.errors()).isZero();
      assertThat(line.replaceAll("127\\.0\\.0\\.1:[1-9][0-9]*", "H:P")).isEqualTo(ready);
      assertThat(hairpin.output()).containsExactly(line);
    }
  }

  private void refuses(String message, String... arguments) throws Exception {
    Ended ended = end(arguments);

    assertThat(ended.errors().lines().filter(line -> !LOGGED.matcher(line).find()))
        .singleElement()
        .asString()
        .startsWith("hairpin " + arguments[0] + ": ")
        .contains(message);
    assertThat(ended.exit()).isIn(1, 2);
    assertThat(ended.output()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "run|--port 1 --port 1|--port 1: declared twice",
        "run|--port 0|--port 0: not between 1 and 510",
        "run|--port 511|port 511 is not between 0 and 510",
        "run|--port one|'one' is not the number of a port",
        "run|--port 1=a/b|'a/b' is no name of an interface",
        "run|--port 5 --cpu-port 5|--port 5: that is the CPU port",
        "run|--netconf 8830|'8830' is not HOST:PORT",
        "run|--netconf 127.0.0.1:65536|'127.0.0.1:65536' is not HOST:PORT",
        "run|--port 1=hp-missing|hp-missing",
        "switch|--port 1 --port 1|--port 1: declared twice",
        "switch|--grpc localhost|'localhost' is not HOST:PORT",
        "switch|--port 1=hp-missing --grpc 127.0.0.1:0|hp-missing",
        "mgmt|--target 127.0.0.1:9559 --port 0|--port 0: not between 1 and 510",
        "mgmt|--target 127.0.0.1:9559 --port 1=eth1|the target says what its ports are",
        "switch|--port 1=ring:hp-missing --grpc 127.0.0.1:0|hp-missing",
        "switch|--port 1=xdp:hp-missing --grpc 127.0.0.1:0|hp-missing",
        "switch|--port 1=pcap:hp-missing,|port 1: hp-missing: no such file",
        "switch|--port 1=pcap:,|',' is not IN,OUT",
        "mgmt|--target localhost|'localhost' is not HOST:PORT",
        "mgmt|--port 1|--target",
        "mgmt|--target 127.0.0.1:9559 --p4info x|--p4info and --device-config come together",
        "mgmt|--target 127.0.0.1:9559 --device-config x|--p4info and --device-config come together",
        "mgmt|--target 127.0.0.1:9559 --p4info /no/such --device-config /no/such|/no/such: no such",
        "run|--features hairpin-bridge=x|hairpin-bridge is what the bridge is made of",
        "run|--yang /no/such/directory|/no/such/directory",
      })
  void wrongFlagsAreToldInOneLine(String subcommand, String flags, String message)
      throws Exception {
    List<String> arguments = new ArrayList<>(List.of(subcommand));
    arguments.addAll(List.of(flags.split(" ", -1)));
    if (!subcommand.equals("switch")) {
      arguments.add("--data=" + directory.resolve("data"));
    }
    refuses(message, arguments.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource({"switch, --grpc", "switch, --dataplane-grpc", "run, --netconf"})
  void anAddressInUseIsToldInOneLine(String subcommand, String flag) throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      List<String> arguments = new ArrayList<>(List.of(subcommand, flag, address));
      if (subcommand.equals("run")) {
        arguments.add("--data=" + directory.resolve("data"));
      } else if (!flag.equals("--grpc")) {
        arguments.add("--grpc=127.0.0.1:0");
      }
      refuses("Address already in use", arguments.toArray(String[]::new));
    }
  }

  @Test
  void aDataDirectoryThatIsAFileIsToldInOneLine() throws Exception {
    Path data = Files.createFile(directory.resolve("data"));

    refuses(data + ": not a directory", run(data));
  }

  @Test
  void aDataDirectoryWithoutPermissionIsToldInOneLine() throws Exception {
    Path data = Files.createDirectory(directory.resolve("data"));
    assumeTrue(data.toFile().setReadable(false) && data.toFile().setWritable(false));
    assumeTrue(!Files.isWritable(data), "root may write everywhere");

    refuses("permission denied", run(data));
  }

  @Test
  void aDamagedConfigurationIsToldInOneLine() throws Exception {
    Path data = directory.resolve("data");
    try (Launched hairpin = Launched.hairpin(directory, run(data))) {
      hairpin.awaitLine("ready");
    }
    List<Path> files;
    try (Stream<Path> stored = Files.walk(data.resolve("running"))) {
      files = stored.filter(Files::isRegularFile).filter(CommandLineTest::holdsSomething).toList();
    }
    assertThat(files).isNotEmpty();
    for (Path file : files) {
      Files.write(file, "damaged".getBytes(StandardCharsets.US_ASCII), StandardOpenOption.WRITE);
    }

    refuses(data.resolve("running").toString(), run(data));
  }

  private static boolean holdsSomething(Path file) {
    return file.toFile().length() > 0;
  }

  private static String[] run(Path data) {
    return new String[] {"run", "--port=1", "--netconf=127.0.0.1:0", "--data=" + data};
  }
}
