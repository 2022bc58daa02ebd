package io.hairpin.softswitch.engine;

import java.io.Serial;

/** A program that cannot be run: the message names the construct and what is wrong with it. */
public final class ProgramException extends Exception {
  @Serial private static final long serialVersionUID = 1;

  ProgramException(String message) {
    super(message);
  }

  ProgramException(String message, Throwable cause) {
    super(message, cause);
  }
}
