package io.hairpin.tests.demo;

import io.hairpin.netconf.client.NetconfClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Who configures: ncclient where it is installed, our own client otherwise. */
final class Operator {

  private static final String PYTHON = "/usr/bin/python3";

  private final Path directory;
  private final String address;
  private final Path password;
  private final boolean ncclient;

  /**
   * Prepares to configure.
   *
   * @param directory where the files are that are sent
   * @param address where NETCONF is served, HOST:PORT
   * @param password the file with admin's password
   */
  Operator(Path directory, String address, Path password) throws IOException, InterruptedException {
    this.directory = directory;
    this.address = address;
    this.password = password;
    // Whatever ends this process ends ncclient, too.
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .unstarted(() -> ProcessHandle.current().children().forEach(Operator::end)));
    ncclient =
        Files.isExecutable(Path.of(PYTHON))
            && new ProcessBuilder(PYTHON, "-c", "import ncclient")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor()
                == 0;
  }

  private static void end(ProcessHandle child) {
    child.destroyForcibly();
    child.onExit().join();
  }

  String name() {
    return ncclient ? "ncclient" : "our own SSH client, as ncclient is not installed";
  }

  /** Edits the candidate and commits it. */
  void edit(String file) throws IOException, InterruptedException {
    if (ncclient) {
      ncclient("edit", file);
      return;
    }
    exchange(
        "<edit-config><target><candidate/></target>" + read(file) + "</edit-config>", "<commit/>");
  }

  /** Prints what is below a subtree filter. */
  void get(String file) throws IOException, InterruptedException {
    if (ncclient) {
      ncclient("get", file);
      return;
    }
    System.out.println(exchange("<get><filter type=\"subtree\">" + read(file) + "</filter></get>"));
  }

  private void ncclient(String command, String file) throws IOException, InterruptedException {
    System.out.flush();
    List<String> script =
        List.of(
            PYTHON,
            directory.resolve("netconf").toString(),
            address,
            password.toString(),
            command,
            directory.resolve(file).toString());
    int exit = new ProcessBuilder(script).inheritIO().start().waitFor();
    if (exit != 0) {
      throw new IOException("ncclient could not %s %s: exit %d".formatted(command, file, exit));
    }
  }

  private String read(String file) throws IOException {
    return Files.readString(directory.resolve(file));
  }

  private String exchange(String... operations) throws IOException {
    int colon = address.lastIndexOf(':');
    String reply = "";
    try (var client =
        NetconfClient.connect(
            address.substring(0, colon),
            Integer.parseInt(address.substring(colon + 1)),
            "admin",
            Files.readString(password).strip())) {
      for (String operation : operations) {
        reply = client.rpc(operation);
        if (reply.contains("<rpc-error")) {
          throw new IOException(reply);
        }
      }
    }
    return reply;
  }
}
