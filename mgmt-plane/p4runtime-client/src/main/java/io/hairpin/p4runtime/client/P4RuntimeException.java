package io.hairpin.p4runtime.client;

import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/** A target refused a request, or could not be reached. */
public class P4RuntimeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Status.Code code;

  P4RuntimeException(Status.Code code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /**
   * The canonical code.
   *
   * @return for instance {@code UNAVAILABLE} where the target cannot be reached, {@code
   *     PERMISSION_DENIED} where this client is not primary
   */
  public Status.Code code() {
    return code;
  }
}
