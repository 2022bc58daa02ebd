package io.hairpin.softswitch;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The PEM files of one end of a connection (TLS 1.2 or 1.3).
 *
 * @param certificate its certificate, and those of the authorities between; null for none
 * @param key its private key, PKCS #8 without a password; null for none
 * @param authority the authorities that sign the other end's certificate; null for none
 */
public record TlsFiles(@Nullable Path certificate, @Nullable Path key, @Nullable Path authority) {
  /**
   * Checks that certificate and key come together.
   *
   * @param certificate its certificate
   * @param key its private key
   * @param authority the authorities that sign the other end's certificate
   * @throws IllegalArgumentException where there is one without the other
   */
  public TlsFiles {
    if ((certificate == null) != (key == null)) {
      throw new IllegalArgumentException("a certificate needs its key, and a key its certificate");
    }
  }

  /**
   * What a server shows and demands: clients need a certificate where there is an authority.
   *
   * @return the credentials; plain text where there is no certificate
   * @throws IllegalArgumentException where there is an authority without a certificate
   * @throws IOException where a file cannot be read
   */
  public ServerCredentials server() throws IOException {
    if (certificate == null || key == null) {
      if (authority != null) {
        throw new IllegalArgumentException("a server that asks for certificates needs one");
      }
      return InsecureServerCredentials.create();
    }
    var credentials =
        TlsServerCredentials.newBuilder().keyManager(certificate.toFile(), key.toFile());
    if (authority != null) {
      credentials
          .trustManager(authority.toFile())
          .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE);
    }
    return credentials.build();
  }

  /**
   * What a client shows and demands.
   *
   * @return the credentials; plain text where there is no authority
   * @throws IllegalArgumentException where there is a certificate without an authority
   * @throws IOException where a file cannot be read
   */
  public ChannelCredentials client() throws IOException {
    if (authority == null) {
      if (certificate != null) {
        throw new IllegalArgumentException("a client with a certificate needs an authority");
      }
      return InsecureChannelCredentials.create();
    }
    var credentials = TlsChannelCredentials.newBuilder().trustManager(authority.toFile());
    if (certificate != null && key != null) {
      credentials.keyManager(certificate.toFile(), key.toFile());
    }
    return credentials.build();
  }
}
