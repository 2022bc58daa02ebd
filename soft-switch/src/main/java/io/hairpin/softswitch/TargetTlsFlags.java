package io.hairpin.softswitch;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags of a command that speaks TLS to a P4Runtime target. */
public final class TargetTlsFlags {
  @Option(
      names = "--target-ca",
      paramLabel = "FILE",
      description = "The authorities that sign the target's certificate, PEM: it speaks TLS.")
  private @Nullable Path authority;

  @Option(
      names = "--target-cert",
      paramLabel = "FILE",
      description = "The certificate to show the target, PEM.")
  private @Nullable Path certificate;

  @Option(
      names = "--target-key",
      paramLabel = "FILE",
      description = "The certificate's private key, PEM.")
  private @Nullable Path key;

  /** Flags that picocli fills. */
  public TargetTlsFlags() {}

  /**
   * Tells the files.
   *
   * @return the files of the client's end; none where the target speaks plain text
   * @throws IllegalArgumentException where flags do not go together
   */
  public TlsFiles files() {
    if ((certificate == null) != (key == null) || (certificate != null && authority == null)) {
      throw new IllegalArgumentException(
          "--target-cert and --target-key come together, and only with --target-ca");
    }
    return new TlsFiles(certificate, key, authority);
  }
}
