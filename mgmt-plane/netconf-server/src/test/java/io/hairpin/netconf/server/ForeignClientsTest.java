package io.hairpin.netconf.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hairpin.netconf.client.NetconfClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same scenarios by clients that others wrote: ncclient (Debian's python3-ncclient) and
 * libnetconf2 (libnetconf2-dev, libssh-dev, a C compiler), which checks replies against the modules
 * that it gets from the server; and sessions of yangcli. What is served is held against the modules
 * by yanglint (libyang2-tools).
 */
@Timeout(120)
class ForeignClientsTest {
  private static final Path CLIENTS = Path.of("src/test/clients");
  private static final Path PYTHON = Path.of("/usr/bin/python3");
  private static final Path COMPILER = Path.of("/usr/bin/cc");
  private static final Path YANGLINT = Path.of("/usr/bin/yanglint");
  private static final Path YANGCLI = Path.of("/usr/bin/yangcli");

  @TempDir private static Path directory;
  private static Served served;
  private static NetconfClient own;
  private static Path modules;
  private static List<String> implemented;
  private static final Map<Kind, Foreign> STARTED = new EnumMap<>(Kind.class);

  /** A client that takes any request. */
  enum Kind {
    NCCLIENT,
    LIBNETCONF2
  }

  /** A process that answers each line with a reply that a NUL ends. */
  private record Foreign(Process process) {
    String rpc(String request) throws IOException {
      process.getOutputStream().write((request + "\n").getBytes(UTF_8));
      process.getOutputStream().flush();
      ByteArrayOutputStream reply = new ByteArrayOutputStream();
      InputStream in = process.getInputStream();
      for (int b = in.read(); b != 0; b = in.read()) {
        if (b < 0) {
          throw new IOException("the client ended after " + reply.toString(UTF_8));
        }
        reply.write(b);
      }
      return reply.toString(UTF_8);
    }

    void end() throws IOException, InterruptedException {
      process.getOutputStream().close();
      process.waitFor();
    }
  }

  /**
   * A request and what stands in its reply; for an empty one, in the next notification. ID is what
   * the last subscription was given.
   */
  private record Step(String request, List<String> expected) {
    static Step of(String request, String... expected) {
      return new Step(request, List.of(expected));
    }

    static Step told(String... expected) {
      return of("", expected);
    }
  }

  record Scenario(String name, List<Step> steps) {
    boolean subscribes() {
      return steps.stream().anyMatch(step -> step.request.isEmpty());
    }

    @Override
    public String toString() {
      return name;
    }
  }

  @BeforeAll
  static void start() throws Exception {
    served = new Served(directory);
    own = served.connect();
    modules = Files.createDirectory(directory.resolve("modules"));
    Matcher schema =
        Pattern.compile("<identifier>(.*?)</identifier><version>(.*?)</version>")
            .matcher(
                own.rpc(
                    "<get><filter><netconf-state"
                        + " xmlns='urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring'><schemas/>"
                        + "</netconf-state></filter></get>"));
    while (schema.find()) {
      String reply =
          own.rpc(
              "<get-schema xmlns='urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring'><identifier>"
                  + schema.group(1)
                  + "</identifier><version>"
                  + schema.group(2)
                  + "</version></get-schema>");
      Files.writeString(
          modules.resolve(schema.group(1) + "@" + schema.group(2) + ".yang"),
          reply
              .replaceFirst("(?s).*?<data[^>]*>", "")
              .replaceFirst("(?s)</data></rpc-reply>$", "")
              .replace("&lt;", "<")
              .replace("&gt;", ">")
              .replace("&#13;", "")
              .replace("&amp;", "&"));
    }
    implemented = SERVED_MODULES.stream().map(name -> module(name).toString()).toList();
  }

  private static final List<String> SERVED_MODULES =
      // Not test-rules: libyang 2 takes no number with a minus sign in an expression.
      List.of("test-nodes", "test-more", "hairpin-netconf-server");

  private static Path module(String name) {
    try (Stream<Path> files = Files.list(modules)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(name + "@"))
          .findFirst()
          .orElseThrow(() -> new AssertionError("no module " + name));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @AfterAll
  static void stop() throws Exception {
    for (Foreign client : STARTED.values()) {
      client.end();
    }
    own.close();
    served.close();
  }

  private static String run(Path where, String... command)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(where.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    return process.waitFor() == 0 ? said : "exit " + process.exitValue() + "\n" + said;
  }

  private static Foreign client(Kind kind) throws Exception {
    Foreign present = STARTED.get(kind);
    if (present == null) {
      String port = Integer.toString(served.server.address().getPort());
      List<String> command =
          switch (kind) {
            case NCCLIENT -> {
              assumeTrue(
                  Files.isExecutable(PYTHON)
                      && run(directory, PYTHON + "", "-c", "import ncclient").isEmpty(),
                  "there is no ncclient: install python3-ncclient");
              String script = CLIENTS.resolve("ncclient_client.py").toString();
              yield List.of(PYTHON.toString(), script, port, "admin", "secret");
            }
            case LIBNETCONF2 -> {
              assumeTrue(
                  Files.isExecutable(COMPILER) && Files.exists(Path.of("/usr/include/nc_client.h")),
                  "there is no libnetconf2: install gcc libnetconf2-dev libssh-dev");
              String program = directory.resolve("libnetconf2_client").toString();
              String source = CLIENTS.resolve("libnetconf2_client.c").toAbsolutePath().toString();
              assertThat(
                      run(
                          directory,
                          COMPILER + "",
                          "-Wall",
                          "-Wextra",
                          "-Werror",
                          "-o",
                          program,
                          source,
                          "-lnetconf2",
                          "-lyang"))
                  .isEmpty();
              yield List.of(program, port, "admin", "secret", modules.toString());
            }
          };
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      present = new Foreign(process);
      STARTED.put(kind, present);
    }
    return present;
  }

  private static String get(String datastore) {
    return "<get-config><source><" + datastore + "/></source></get-config>";
  }

  private static String lock(String datastore) {
    return "<lock><target><" + datastore + "/></target></lock>";
  }

  private static String unlock(String datastore) {
    return "<unlock><target><" + datastore + "/></target></unlock>";
  }

  private static Step ok(String request) {
    return Step.of(request, "ok");
  }

  private static Step edited(String content) {
    return ok(Served.edit(content));
  }

  private static Step refused(String request, String tag) {
    return Step.of(request, "<error-tag>" + tag + "</error-tag>");
  }

  /** An operation of RFC 8639 with the prefixes that its parameters need. */
  private static String subscription(String operation, String parameters) {
    return "<%s xmlns='%s' xmlns:yp='%s' xmlns:ds='%s' xmlns:n='%s'>%s</%1$s>"
        .formatted(
            operation,
            Namespaces.SUBSCRIBED,
            Namespaces.PUSH,
            Nmda.DATASTORES,
            Served.NS,
            parameters);
  }

  private static Step established(String parameters) {
    return Step.of(subscription("establish-subscription", parameters), "<id");
  }

  private static Step modified(String parameters) {
    return ok(subscription("modify-subscription", "<id>ID</id>" + parameters));
  }

  private static Step deleted() {
    return ok(subscription("delete-subscription", "<id>ID</id>"));
  }

  private static List<Scenario> scenarios() {
    String name =
        "<yp:datastore>ds:running</yp:datastore>"
            + "<yp:datastore-xpath-filter>/n:top/n:name</yp:datastore-xpath-filter>";
    String count =
        "<yp:datastore>ds:running</yp:datastore>"
            + "<yp:datastore-subtree-filter><top xmlns='urn:test:nodes'><count/></top>"
            + "</yp:datastore-subtree-filter>";
    String onChange = "<yp:on-change/>";
    String every = "<yp:periodic><yp:period>%d</yp:period></yp:periodic>";
    String insert = "<top><rule yang:insert='%s'><name>%s</name></rule></top>";
    String insertNextTo =
        "<top><rule yang:insert='%s' yang:key=\"[tn:name='%s']\" xmlns:tn='urn:test:nodes'>"
            + "<name>%s</name></rule></top>";
    return List.of(
        new Scenario(
            "edit, commit and read back",
            List.of(
                edited("<top><name>abc</name><item><id>1</id><value>3</value></item></top>"),
                Step.of(get("candidate"), ">abc<", ">3<"),
                ok("<validate><source><candidate/></source></validate>"),
                ok("<commit/>"),
                Step.of(get("running"), ">abc<", ">3<"))),
        new Scenario(
            "create, delete, remove and replace",
            List.of(
                edited("<top><item nc:operation='create'><id>1</id><value>1</value></item></top>"),
                refused(
                    Served.edit("<top><item nc:operation='create'><id>1</id></item></top>"),
                    "data-exists"),
                edited("<top><item nc:operation='replace'><id>1</id><value>2</value></item></top>"),
                Step.of(get("candidate"), ">2<"),
                edited("<top><item nc:operation='delete'><id>1</id></item></top>"),
                refused(
                    Served.edit("<top><item nc:operation='delete'><id>1</id></item></top>"),
                    "data-missing"),
                edited("<top><item nc:operation='remove'><id>1</id></item></top>"),
                ok("<discard-changes/>"))),
        new Scenario(
            "entries in the user's order",
            List.of(
                edited(insert.formatted("last", "b")),
                edited(insert.formatted("first", "a")),
                edited(insertNextTo.formatted("after", "a", "aa")),
                edited(insertNextTo.formatted("before", "b", "ab")),
                ok("<commit/>"),
                Step.of(get("running"), "(?s).*>a<.*>aa<.*>ab<.*>b<.*"))),
        new Scenario(
            "values and references that are refused",
            List.of(
                refused(Served.edit("<top><count>101</count></top>"), "invalid-value"),
                refused(Served.edit("<top><ratio>x</ratio></top>"), "invalid-value"),
                edited("<top><ref>nowhere</ref></top>"),
                Step.of("<commit/>", "data-missing", "instance-required", ":ref</error-path>"),
                ok("<discard-changes/>"))),
        new Scenario(
            "constraints that a commit enforces",
            List.of(
                edited("<top><marked><other>x</other></marked></top>"),
                refused("<commit/>", "data-missing"),
                ok("<discard-changes/>"),
                edited(
                    "<top><item><id>1</id><serial>7</serial></item>"
                        + "<item><id>2</id><serial>7</serial></item></top>"),
                Step.of("<commit/>", "data-not-unique"),
                ok("<discard-changes/>"),
                edited("<top><pairs><pair><id>1</id></pair></pairs></top>"),
                Step.of("<commit/>", "too-few-elements"),
                ok("<discard-changes/>"))),
        new Scenario(
            "locks",
            List.of(
                ok(lock("candidate")),
                ok(lock("running")),
                refused(lock("running"), "lock-denied"),
                edited("<top><name>locked</name></top>"),
                ok("<commit/>"),
                ok(unlock("running")),
                ok(unlock("candidate")),
                refused(unlock("running"), "operation-failed"))),
        new Scenario(
            "copy and discard",
            List.of(
                edited("<top><name>kept</name></top>"),
                ok("<commit/>"),
                edited("<top><name>lost</name></top>"),
                ok(
                    "<copy-config><target><candidate/></target><source><running/></source>"
                        + "</copy-config>"),
                Step.of(get("candidate"), ">kept<"),
                edited("<top><name>lost</name></top>"),
                ok("<discard-changes/>"),
                Step.of(get("candidate"), ">kept<"))),
        new Scenario(
            "subtree filters",
            List.of(
                edited(
                    "<top><name>abc</name><item><id>1</id><value>10</value></item>"
                        + "<item><id>2</id><value>20</value></item></top>"),
                ok("<commit/>"),
                Step.of(
                    "<get-config><source><running/></source><filter type='subtree'>"
                        + "<top xmlns='urn:test:nodes'><item><id>2</id></item></top></filter>"
                        + "</get-config>",
                    "(?s)(?!.*>10<).*>20<.*"),
                Step.of(
                    "<get><filter type='subtree'><top xmlns='urn:test:nodes'><item><value/></item>"
                        + "</top></filter></get>",
                    "(?s)(?!.*>abc<)(?=.*>10<).*>20<.*"))),
        new Scenario(
            "what the server tells of itself",
            List.of(
                Step.of("<get/>", "<identifier>test-nodes</identifier>", ">admin<", "content-id"),
                Step.of(
                    "<get-schema xmlns='urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring'>"
                        + "<identifier>test-more</identifier></get-schema>",
                    "module test-more"))),
        new Scenario(
            "confirmed commit",
            List.of(
                edited("<top><name>tried</name></top>"),
                ok("<commit><confirmed/><confirm-timeout>600</confirm-timeout></commit>"),
                Step.of(get("running"), ">tried<"),
                ok("<cancel-commit/>"),
                Step.of(get("running"), "(?s)(?!.*>tried<).*"))),
        new Scenario(
            "a datastore on change",
            List.of(
                edited("<top><name>abc</name></top>"),
                ok("<commit/>"),
                established(name + onChange),
                Step.told("<push-update", ">abc<"),
                edited("<top><name>def</name><count>7</count></top>"),
                ok("<commit/>"),
                Step.told("<push-change-update", ">replace<", ">/test-nodes:top/name<", ">def<"),
                modified(count),
                Step.told("<subscription-modified"),
                Step.told("<push-update", ">7<"),
                edited("<top><count>8</count></top>"),
                ok("<commit/>"),
                Step.told("<push-change-update", ">/test-nodes:top/count<", ">8<"),
                ok(
                    "<resync-subscription xmlns='%s'><id>ID</id></resync-subscription>"
                        .formatted(Namespaces.PUSH)),
                Step.told("<push-update", ">8<"),
                deleted(),
                refused(subscription("delete-subscription", "<id>ID</id>"), "invalid-value"))),
        new Scenario(
            "a datastore periodically",
            List.of(
                edited("<top><name>abc</name><count>7</count></top>"),
                ok("<commit/>"),
                established(name + every.formatted(360000)),
                Step.told("<push-update", ">abc<"),
                modified(count + every.formatted(10)),
                Step.told("<subscription-modified"),
                Step.told("<push-update", ">7<"),
                Step.told("<push-update", ">7<"),
                deleted())),
        new Scenario(
            "a stream",
            List.of(
                established(
                    "<stream>NETCONF</stream><stream-xpath-filter"
                        + " xmlns:c='urn:ietf:params:xml:ns:yang:ietf-netconf-notifications'>"
                        + "/c:netconf-config-change</stream-xpath-filter>"),
                edited("<top><name>abc</name></top>"),
                ok("<commit/>"),
                Step.told("<netconf-config-change", "<username>admin<"),
                modified(
                    "<stream-subtree-filter><netconf-confirmed-commit"
                        + " xmlns='urn:ietf:params:xml:ns:yang:ietf-netconf-notifications'/>"
                        + "</stream-subtree-filter>"),
                Step.told("<subscription-modified"),
                edited("<top><name>def</name></top>"),
                ok("<commit><confirmed/></commit>"),
                Step.told("<netconf-confirmed-commit", ">start<"),
                ok("<cancel-commit/>"),
                Step.told("<netconf-confirmed-commit", ">cancel<"),
                ok(subscription("kill-subscription", "<id>ID</id>")),
                Step.told("<subscription-terminated", "no-such-subscription<"))),
        new Scenario(
            "a stream by create-subscription",
            List.of(
                ok("<create-subscription xmlns='%s'/>".formatted(Served.NOTIFICATION)),
                edited("<top><name>abc</name></top>"),
                ok("<commit/>"),
                Step.told("<netconf-config-change", "<username>admin<"))),
        new Scenario(
            "subscriptions that are refused",
            List.of(
                Step.of(
                    subscription("establish-subscription", name + every.formatted(1)),
                    "<error-tag>invalid-value<",
                    "ietf-yang-push:period-unsupported<",
                    ">10</period-hint>"),
                Step.of(
                    subscription(
                        "establish-subscription",
                        "<yp:datastore>ds:candidate</yp:datastore>" + onChange),
                    "ietf-yang-push:on-change-unsupported<"))),
        new Scenario(
            "a user of the server",
            List.of(
                ok(Configured.config("<user><name>u</name><password>$0$pass</password></user>")),
                ok("<commit/>"),
                Step.of(get("running"), "<password>$6$"))));
  }

  private static Stream<Arguments> scenariosByClient() {
    return scenarios().stream()
        .flatMap(scenario -> Stream.of(Kind.values()).map(kind -> Arguments.of(scenario, kind)));
  }

  @ParameterizedTest
  @MethodSource("scenariosByClient")
  void scenario(Scenario scenario, Kind kind) throws Exception {
    Foreign client = client(kind);
    own.rpc("<discard-changes/>");
    own.rpc("<copy-config><target><candidate/></target><source><config/></source></copy-config>");
    assertThat(own.rpc("<commit/>")).contains("<ok/>");
    String id = "";
    for (Step step : scenario.steps) {
      // On its own, a request has the protocol's namespace.
      String request =
          step.request.replaceFirst(
              "^<([a-z-]+)(?! xmlns)(?=[ />])",
              "<$1 xmlns=\"urn:ietf:params:xml:ns:netconf:base:1.0\"");
      String reply = client.rpc(request.replace(">ID<", ">" + id + "<"));
      if (step.request.startsWith("<establish-subscription")) {
        id = reply.replaceFirst("(?s).*<id[^>]*>(\\d+)</id>.*", "$1");
      }
      for (String expected : step.expected) {
        if (expected.startsWith("(?s)")) {
          assertThat(reply).as(step.request).matches(expected);
        } else {
          assertThat(reply).as(step.request).contains(expected);
        }
      }
    }
    if (scenario.subscribes()) {
      // With its session goes what else it would be told.
      client.end();
      STARTED.remove(kind);
    }
    yanglintAccepts("config", Served.data(own.rpc(get("running"))));
  }

  private static void yanglintAccepts(String type, String data) throws Exception {
    // It takes no file without anything in it.
    if (data.isEmpty() || !Files.isExecutable(YANGLINT)) {
      return;
    }
    Path file = Files.writeString(directory.resolve("data.xml"), data(data));
    List<String> command =
        new ArrayList<>(List.of(YANGLINT.toString(), "-p", modules.toString(), "-t", type));
    command.addAll(implemented);
    command.add(file.toString());
    assertThat(run(directory, command.toArray(String[]::new))).as(data).isEmpty();
  }

  /** With the namespaces that the tests take out. */
  private static String data(String data) {
    return data.replaceAll("<(top|needs|motto)>", "<$1 xmlns=\"urn:test:nodes\">");
  }

  @Test
  void whatIsPushedIsAcceptedByYanglint() throws Exception {
    own.rpc("<discard-changes/>");
    Served.set(own, "<top><name>abc</name><item><id>1</id><value>3</value></item></top>");
    try (NetconfClient subscriber = served.connect()) {
      assertThat(
              subscriber.rpc(
                  "<establish-subscription xmlns='"
                      + Namespaces.SUBSCRIBED
                      + "'><datastore xmlns='"
                      + Namespaces.PUSH
                      + "' xmlns:ds='"
                      + Nmda.DATASTORES
                      + "'>ds:running</datastore><periodic xmlns='"
                      + Namespaces.PUSH
                      + "'><period>360000</period></periodic></establish-subscription>"))
          .contains("<id");
      String update = subscriber.receive();
      assertThat(update).contains("<push-update", "<name>abc</name>");
      yanglintAccepts(
          "config",
          update
              .replaceFirst("(?s).*<datastore-contents>", "")
              .replaceFirst("(?s)</datastore-contents>.*", ""));
    }
  }

  @Test
  void yanglintIsThere() {
    assumeTrue(Files.isExecutable(YANGLINT), "replies are not checked: install libyang2-tools");
    assertThat(implemented).hasSize(SERVED_MODULES.size());
  }

  /** Runs commands in one session of yangcli; tells what it said. */
  private static String yangcli(String... commands) throws Exception {
    assumeTrue(Files.isExecutable(YANGCLI), "there is no yangcli: install yangcli");
    Path script = Files.write(directory.resolve("yangcli.script"), List.of(commands));
    ProcessBuilder builder =
        new ProcessBuilder(
            YANGCLI.toString(),
            "--server=127.0.0.1",
            "--ncport=" + served.server.address().getPort(),
            "--user=admin",
            "--password=secret",
            "--batch-mode",
            "--autoload=false",
            "--autohistory=false",
            "--autoaliases=false",
            "--autouservars=false",
            "--display-mode=xml",
            "--run-script=" + script);
    builder.environment().put("HOME", directory.toString());
    Process process = builder.redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    process.waitFor();
    return said;
  }

  @Test
  void yangcliLocksReadsAndIsRefused() throws Exception {
    own.rpc("<discard-changes/>");
    Served.set(own, "<top><name>abc</name></top>");
    String said =
        yangcli(
            "lock target=running",
            "get-config source=running",
            "unlock target=running",
            "validate source=candidate",
            "discard-changes",
            // An error ends the script.
            "unlock target=running");
    assertThat(said).contains("<name>abc</name>").contains("operation-failed");
    assertThat(said.split("RPC OK Reply", -1)).hasSizeGreaterThanOrEqualTo(5);
  }
}
