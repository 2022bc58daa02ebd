package io.hairpin.netconf.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client that no one here wrote: runs where /usr/bin/python3 has ncclient. */
class NcclientTest {
  private static final String PYTHON = "/usr/bin/python3";

  private static String python(String... arguments) throws IOException, InterruptedException {
    String[] command = new String[arguments.length + 1];
    command[0] = PYTHON;
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return process.waitFor() + "\n" + output;
  }

  @Test
  void aWholeSession(@TempDir Path directory) throws Exception {
    assumeTrue(Files.isExecutable(Path.of(PYTHON)), "there is no " + PYTHON);
    assumeTrue(python("-c", "import ncclient").equals("0\n"), PYTHON + " has no ncclient");
    try (Served served = new Served(directory)) {
      String port = Integer.toString(served.server.address().getPort());
      assertThat(python("src/test/resources/ncclient_session.py", port))
          .isEqualTo(
              """
              0
              3
              data-exists /tn:top/tn:item[tn:id='1']
              invalid-value /tn:top/tn:count
              True
              lock-denied None
              locked
              True
              """);
    }
  }
}
