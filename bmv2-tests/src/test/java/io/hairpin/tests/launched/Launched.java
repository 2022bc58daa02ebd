package io.hairpin.tests.launched;

import io.hairpin.netconf.client.NetconfClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A process of ./hairpin, or of another program, in a session of its own. */
final class Launched implements AutoCloseable {

  static final Path HOME = Path.of("..").toAbsolutePath().normalize();

  /** Less than a test may take at most, so that what there was is told. */
  private static final int PATIENCE_SECONDS = 150;

  private static final String END = "\0";

  private final Process process;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final List<String> taken = new ArrayList<>();
  private final CompletableFuture<String> errors;
  private boolean ended;

  /**
   * Starts a program.
   *
   * @param temporary the directory for its temporary files
   */
  Launched(Path temporary, String... command) throws IOException {
    List<String> whole =
        new ArrayList<>(
            List.of(
                "env", "--default-signal=INT", "TMPDIR=" + temporary, "LC_ALL=C.UTF-8", "setsid"));
    whole.addAll(List.of(command));
    ProcessBuilder builder = new ProcessBuilder(whole);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    process = builder.start();
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(this::kill));
    Thread.ofVirtual()
        .start(
            () -> {
              try (var reader = process.inputReader(StandardCharsets.UTF_8)) {
                reader.lines().forEach(lines::add);
              } catch (IOException | UncheckedIOException e) {
                lines.add(e.toString());
              }
              lines.add(END);
            });
    errors =
        CompletableFuture.supplyAsync(
            () -> {
              try (var reader = process.errorReader(StandardCharsets.UTF_8)) {
                return String.join("\n", reader.lines().toList());
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            },
            task -> Thread.ofVirtual().start(task));
  }

  static Launched hairpin(Path temporary, String... arguments) throws IOException {
    return new Launched(
        temporary,
        Stream.concat(Stream.of(HOME.resolve("hairpin").toString()), Stream.of(arguments))
            .toArray(String[]::new));
  }

  /** Waits for a line of standard output that has this in it. */
  String awaitLine(String part) throws InterruptedException {
    while (true) {
      String line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (line == null || line.equals(END)) {
        throw new AssertionError("no '%s' in %s%n%s".formatted(part, taken, errorsSoFar()));
      }
      taken.add(line);
      if (line.contains(part)) {
        return line;
      }
    }
  }

  /** Waits for a line of standard output; tells all lines up to that. */
  List<String> awaitLines(Predicate<String> last) throws InterruptedException {
    int before = taken.size();
    while (!last.test(awaitLine(""))) {
      // The next one.
    }
    return List.copyOf(taken.subList(before, taken.size()));
  }

  /** Gives the process a line of standard input. */
  void write(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  private String errorsSoFar() {
    return errors.getNow("(still running)");
  }

  /** What the ready line says of an address. */
  static String address(String ready, String name) {
    Matcher matcher = Pattern.compile(" " + name + "=(\\S+)").matcher(ready);
    if (!matcher.find()) {
      throw new AssertionError("no " + name + " in '" + ready + "'");
    }
    return matcher.group(1);
  }

  static NetconfClient connect(String address, Path data) throws IOException {
    int colon = address.lastIndexOf(':');
    return NetconfClient.connect(
        address.substring(0, colon),
        Integer.parseInt(address.substring(colon + 1)),
        "admin",
        Files.readString(data.resolve("admin-password")).strip());
  }

  long pid() {
    return process.pid();
  }

  /** Sends a signal to the process alone. */
  void signal(String name) throws IOException, InterruptedException {
    signal(name, Long.toString(pid()));
  }

  /** Sends a signal to the process and its children, as a terminal does. */
  void signalGroup(String name) throws IOException, InterruptedException {
    signal(name, "-" + pid());
  }

  private static void signal(String name, String receiver)
      throws IOException, InterruptedException {
    String kill = "kill -%s -- %s".formatted(name, receiver);
    int exit = new ProcessBuilder("bash", "-c", kill).inheritIO().start().waitFor();
    if (exit != 0) {
      throw new AssertionError("%s: exit %d".formatted(kill, exit));
    }
  }

  /** Waits for the end; tells the exit status. */
  int exit() throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("still runs; so far: " + taken + lines);
    }
    return process.exitValue();
  }

  /** All lines of standard output, after the end. */
  List<String> output() throws InterruptedException {
    while (!ended) {
      String line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      ended = line == null || line.equals(END);
      if (!ended && line != null) {
        taken.add(line);
      }
    }
    return taken;
  }

  /** All of standard error, after the end. */
  String errors() {
    return errors.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
  }

  /** What runs in the process's session, it or what it started. */
  List<String> session() {
    return ProcessHandle.allProcesses()
        .filter(handle -> sessionOf(handle.pid()) == pid())
        .map(handle -> handle.info().commandLine().orElse(handle.toString()))
        .toList();
  }

  private static long sessionOf(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[3]);
    } catch (IOException e) {
      return -1; // it has ended meanwhile
    }
  }

  private void kill() {
    ProcessHandle.allProcesses()
        .filter(handle -> sessionOf(handle.pid()) == pid())
        .forEach(ProcessHandle::destroyForcibly);
  }

  @Override
  public void close() throws InterruptedException {
    kill();
    exit();
  }
}
