package io.hairpin.tests;

import java.io.IOException;

/** Processes that do not outlive this one. */
final class Children {

  private Children() {}

  static Process start(ProcessBuilder builder) throws IOException {
    Process process = builder.start();
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(process::destroyForcibly));
    return process;
  }
}
