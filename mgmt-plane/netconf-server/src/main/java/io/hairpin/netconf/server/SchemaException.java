package io.hairpin.netconf.server;

/** YANG modules that cannot be found or do not make a schema; names the file and the line. */
public final class SchemaException extends RuntimeException {
  SchemaException(String message) {
    super(message);
  }

  SchemaException(String message, Throwable cause) {
    super(message, cause);
  }
}
