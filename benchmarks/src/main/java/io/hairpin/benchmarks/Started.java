package io.hairpin.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process that the bench starts and ends. */
final class Started implements AutoCloseable {
  private static final int SECONDS_TO_STOP = 10;
  private static final int SECONDS_TO_BUILD = 600;
  private static final Path HOME = Path.of(System.getProperty("hairpin.home", "."));

  private final Process process;
  private final BufferedReader output;

  private Started(Process process) {
    this.process = process;
    this.output = process.inputReader(StandardCharsets.UTF_8);
  }

  static Started start(List<String> command) throws IOException {
    return new Started(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start());
  }

  /** Starts a process whose output nobody reads. */
  static Started silent(List<String> command) throws IOException {
    return new Started(
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start());
  }

  /**
   * Lets the launcher build what it starts, so that it builds nothing while something is measured.
   */
  static void build() throws IOException, InterruptedException {
    for (String subcommand : List.of("switch", "run")) {
      String _ =
          output(
              List.of(HOME.resolve("hairpin").toString(), subcommand, "--help"), SECONDS_TO_BUILD);
    }
  }

  /** Starts the project's own launcher. */
  static Started hairpin(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(HOME.resolve("hairpin").toString()));
    command.addAll(List.of(arguments));
    return start(command);
  }

  /** Runs a command to its end and returns what it prints. */
  static String output(List<String> command, int seconds) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var text = new StringBuilder();
    Thread reader =
        Thread.ofVirtual()
            .start(
                () ->
                    process.inputReader().lines().forEach(line -> text.append(line).append('\n')));
    if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      reader.join();
      throw new IOException(String.join(" ", command) + ": no end within " + seconds + " s");
    }
    reader.join();
    if (process.exitValue() != 0) {
      throw new IOException(String.join(" ", command) + ": " + text.toString().strip());
    }
    return text.toString();
  }

  /** Whether a program is installed. */
  static boolean installed(String program) {
    return Pattern.compile(":")
        .splitAsStream(System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin")
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  long pid() {
    return process.pid();
  }

  /** Waits for the ready line. */
  String ready() throws IOException {
    return line(line -> line.startsWith("ready"));
  }

  /** Waits for a line with this text. */
  void await(String text) throws IOException {
    String _ = line(line -> line.contains(text));
  }

  private String line(Predicate<String> wanted) throws IOException {
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (wanted.test(line)) {
        return line;
      }
    }
    throw new IOException("the process ended before it was ready");
  }

  /** The value of {@code name=} in a ready line. */
  static String value(String ready, String name) {
    Matcher found = Pattern.compile("\\b" + name + "=(\\S+)").matcher(ready);
    if (!found.find()) {
      throw new IllegalArgumentException("no " + name + " in: " + ready);
    }
    return found.group(1);
  }

  /** The most memory that the process has had, in bytes. */
  long peakMemory() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid()), "status"))) {
      if (line.startsWith("VmHWM:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
      }
    }
    throw new IOException("process " + pid() + " has no VmHWM");
  }

  /** The CPU time that the process has had, in seconds. */
  double cpuSeconds() {
    return process
        .toHandle()
        .info()
        .totalCpuDuration()
        .map(time -> time.toNanos() / 1e9)
        .orElse(Double.NaN);
  }

  @Override
  public void close() {
    process.destroy();
    Process _ =
        process.onExit().completeOnTimeout(process, SECONDS_TO_STOP, TimeUnit.SECONDS).join();
    process.destroyForcibly();
  }
}
