package io.hairpin.p4runtime.client;

import org.jspecify.annotations.Nullable;

/** A name, a value or an entity does not fit the pipeline; nothing was changed. */
public final class PipelineException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PipelineException(String message) {
    this(message, null);
  }

  PipelineException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
