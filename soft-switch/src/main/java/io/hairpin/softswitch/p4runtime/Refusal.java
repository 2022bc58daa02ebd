package io.hairpin.softswitch.p4runtime;

import com.google.errorprone.annotations.FormatMethod;
import io.grpc.Status;
import io.hairpin.softswitch.engine.TableException;
import java.io.Serial;

/** A request that is refused: one gRPC status code, and what is wrong. */
final class Refusal extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final Status.Code code;

  @FormatMethod
  Refusal(Status.Code code, String format, Object... arguments) {
    super(format.formatted(arguments), null, false, false);
    this.code = code;
  }

  @FormatMethod
  static Refusal invalid(String format, Object... arguments) {
    return new Refusal(Status.Code.INVALID_ARGUMENT, format, arguments);
  }

  @FormatMethod
  static Refusal unimplemented(String format, Object... arguments) {
    return new Refusal(Status.Code.UNIMPLEMENTED, format, arguments);
  }

  static Refusal of(TableException e) {
    return new Refusal(
        switch (e.reason()) {
          case INVALID -> Status.Code.INVALID_ARGUMENT;
          case ALREADY_EXISTS -> Status.Code.ALREADY_EXISTS;
          case NOT_FOUND -> Status.Code.NOT_FOUND;
          case FULL -> Status.Code.RESOURCE_EXHAUSTED;
          case IN_USE -> Status.Code.FAILED_PRECONDITION;
          case CONSTANT -> Status.Code.PERMISSION_DENIED;
        },
        "%s",
        String.valueOf(e.getMessage()));
  }

  Status.Code code() {
    return code;
  }

  Status status() {
    return Status.fromCode(code).withDescription(getMessage());
  }
}
