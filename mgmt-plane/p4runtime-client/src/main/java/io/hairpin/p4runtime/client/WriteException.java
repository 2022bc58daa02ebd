package io.hairpin.p4runtime.client;

import io.grpc.Status;
import java.util.List;
import java.util.stream.Collectors;

/** Some updates of a write failed; all others are done. */
public final class WriteException extends P4RuntimeException {
  private static final long serialVersionUID = 1L;

  /** So many failures are spelt out in the message. */
  private static final int SPELT_OUT = 10;

  private final transient List<Failure> failures;

  /**
   * One update that failed.
   *
   * @param update the update
   * @param code why, for instance {@code ALREADY_EXISTS}, {@code NOT_FOUND}, {@code
   *     RESOURCE_EXHAUSTED} (bmv2 says {@code UNKNOWN} where a table is full)
   * @param message the target's words; may be empty
   */
  public record Failure(Update update, Status.Code code, String message) {
    @Override
    public String toString() {
      return update + ": " + code + (message.isEmpty() ? "" : " (" + message + ")");
    }
  }

  WriteException(List<Failure> failures, int updates) {
    super(failures.getFirst().code(), describe(failures, updates), null);
    this.failures = List.copyOf(failures);
  }

  private static String describe(List<Failure> failures, int updates) {
    String more = failures.size() > SPELT_OUT ? "; ..." : "";
    return failures.stream()
        .limit(SPELT_OUT)
        .map(Failure::toString)
        .collect(
            Collectors.joining(
                "; ", failures.size() + " of " + updates + " updates failed: ", more));
  }

  /**
   * The updates that failed.
   *
   * @return at least one, in the order of the write
   */
  public List<Failure> failures() {
    return failures;
  }
}
